"""An import that was ended while it copied a series: the next start of the program, or `check --repair`, copies the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from storage.catalog import folders
from storage.catalog.engine import Catalog
from storage.model.items import Location
from storage.model.query import ItemQuery
from storage.progress import Progress
from storage.services.originals import paths_of
from storage.services.series import add_series
from tests.journeys.desk import Desk
from tests.support import phantoms
from tests.support.command_line import postil


@pytest.fixture
def path(tmp_path: Path) -> Path:
    phantoms.series(tmp_path / "in", n=3)
    path, progress = tmp_path / "catalog", Progress()
    with Catalog.create(path, name="Ada", email="ada@example.org") as catalog:
        folder = catalog.do("New folder", folders.create, None, "Scans")
        add_series(catalog, [tmp_path / "in"], folder, progress=progress, on_batch=lambda _ids: progress.cancel())
        assert _locations(catalog) == [Location.LINKED]
    return path


def _locations(catalog: Catalog) -> list[Location]:
    return [catalog.reads.item(id_).location for id_ in catalog.reads.ids(ItemQuery())]


def test_they_are_copied_at_the_next_start(plain: QApplication, path: Path) -> None:
    desk = Desk(path).start()
    try:
        desk.until(lambda: _locations(desk.program.context.catalog) == [Location.LOCAL], "the series was copied")
        (id_,) = desk.reads.ids(ItemQuery())
        assert all(p.is_file() for p in paths_of(desk.program.context.catalog, desk.reads.item(id_)))
    finally:
        desk.close()


def test_they_are_copied_by_check_with_repair(path: Path) -> None:
    said = postil("--catalog", path, "--json", "check", "--repair")
    assert json.loads(said)["copied"] == 1
    with Catalog.open(path) as catalog:
        assert _locations(catalog) == [Location.LOCAL]
