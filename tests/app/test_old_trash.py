"""What was deleted long ago goes for good when the program starts."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.program import Program
from storage.catalog import trash
from storage.catalog.engine import Catalog
from storage.model.query import ItemSelection
from tests.journeys.desk import Desk
from tests.support.nouns import add, folder

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A catalog from which “old” was deleted 40 days ago and “new” 20 days ago."""
    path = tmp_path / "catalog"
    with Catalog.create(path, name="Ada", email="ada@example.org") as catalog:
        for item in add(catalog, folder(catalog, "A"), "old", "new"):
            catalog.do("Delete", trash.delete, [], ItemSelection.of(item))
    db = sqlite3.connect(path / "catalog.sqlite")
    with db:
        db.execute("UPDATE trash SET trashed_at = trashed_at - CASE title WHEN 'old' THEN 40 ELSE 20 END * ?", (DAY_MS,))
    db.close()
    return path


@pytest.mark.parametrize(("days", "left"), [(30, ["new"]), (60, ["new", "old"])])
def test_the_trash_keeps_things_for_the_days_of_the_settings(
    plain: QApplication, path: Path, days: int, left: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Program, "UPKEEP_AFTER_MS", 10)
    (path.parent / "settings.json").write_text(f'{{"trash_days": {days}}}', "utf-8")
    desk = Desk(path).start()
    try:
        emptying = "Tidy the catalog"
        desk.until(
            lambda: any(job.title == emptying and job.state == "done" for job in desk.program.jobs.jobs),
            "the trash was seen to",
        )
        assert [entry.title for entry in desk.reads.trash()] == left
    finally:
        desk.close()
