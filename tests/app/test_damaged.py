"""A catalog that is found damaged while it is open: nothing more is written, and the way back is on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.program import Program
from storage.catalog import folders
from storage.catalog.engine import Catalog
from storage.errors import CatalogDamaged
from storage.model.geometry import ShapeKind
from tests.journeys.conftest import desk, queue
from tests.journeys.desk import Desk
from tests.journeys.tasks import arm, draw_boxes, open_task
from tests.support.nouns import add, folder

__all__ = ["desk", "queue"]
PAGE = 4096


def spoil(catalog: Path) -> None:
    """Its inner pages are overwritten, as by a disk that fails."""
    with (catalog / "catalog.sqlite").open("r+b") as file:
        size = file.seek(0, 2)
        for at in range(30 * PAGE, size, 6 * PAGE):
            file.seek(at)
            file.write(b"\xa5" * 3000)


@pytest.fixture
def archive(plain: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An open catalog with a good backup, spoilt since: that comes out when it is looked after."""
    monkeypatch.setattr(Program, "UPKEEP_AFTER_MS", 600_000)
    with Catalog.create(tmp_path / "catalog", name="Ada", email="ada@example.org") as made:
        add(made, folder(made, "Scans"), *(f"picture {n}" for n in range(3000)))
    desk = Desk(tmp_path / "catalog").start()
    spoil(desk.path)
    yield desk
    desk.close()


def texts(desk: Desk) -> list[str]:
    """All that can be read in the window."""
    parts = desk.window.findChildren(QLabel) + desk.window.findChildren(QPushButton)
    return [part.text() for part in parts if part.isVisible()]


def test_damage_ends_the_writing_and_offers_the_backup(archive: Desk) -> None:
    old = archive.window
    archive.program.new_window()
    catalog = archive.catalog
    archive.program._upkeep.timeout.emit()
    archive.until(lambda: archive.window is not old, "the page that says so")
    assert [w.isVisible() for w in archive.program.windows] == [True]
    with pytest.raises(CatalogDamaged):
        catalog.do("New folder", folders.create, None, "Lost")
    said = " ".join(texts(archive))
    assert "is damaged." in said and "Nothing more is written to it." in said
    assert "database" not in said and "Page" not in said
    archive.click("Details")
    assert "database main" in " ".join(texts(archive))
    assert not archive.window.rail.isEnabled()
    (restore,) = [t for t in texts(archive) if t.startswith("Restore the backup of ")]
    archive.click(restore)
    archive.until(lambda: archive.window.pages is not None, "the backup is open")
    archive._taps.opened()
    archive.wait_idle()
    assert archive.reads.folder_by_path("Scans").title == "Scans"
    assert [p.name for p in archive.path.glob("catalog.replaced-*.sqlite")]
    archive.catalog.do("New folder", folders.create, None, "Written again")


def test_a_read_that_meets_damage_has_the_catalog_looked_at(archive: Desk) -> None:
    old, catalog = archive.window, archive.catalog

    def read() -> None:
        db = catalog.reader()
        db.execute("PRAGMA shrink_memory")  # this thread may have read it all before it was spoilt
        db.execute("SELECT * FROM items ORDER BY title").fetchall()

    archive.window.context.jobs.read(read, lambda _rows: None, lambda _error: None, owner=old)
    archive.until(lambda: archive.window is not old, "the page that says so")
    assert any(t.startswith("Restore the backup of ") for t in texts(archive))


def test_a_write_that_meets_damage_is_the_last_one(archive: Desk) -> None:
    old = archive.window
    archive.pages.operations.run("Rename", lambda op: op.all("SELECT * FROM items ORDER BY title || kind"))
    archive.until(lambda: archive.window is not old, "the page that says so")
    assert any(t.startswith("Restore the backup of ") for t in texts(archive))


def test_labels_on_the_screen_come_back_with_the_backup(queue: Desk) -> None:
    """What was drawn since, and what still waited to be written when the damage was found."""
    queue.restart()  # the end of a session makes a backup
    open_task(queue, "a.png")
    arm(queue, ShapeKind.BOX)
    draw_boxes(queue, 2)
    queue.wait_idle()
    row, others, old = queue.task.loaded.row.id, Event(), queue.window
    queue.catalog.submit("Somebody else's work", lambda _op: others.wait(60))
    draw_boxes(queue, 3)
    shown = queue.task.session.document
    assert queue.editor.task.saving.pending == 3 and len(shown.annotations) == 5
    spoil(queue.path)
    queue.program._upkeep.timeout.emit()
    queue.until(lambda: queue.window is not old, "the page that says so")
    others.set()
    (restore,) = [t for t in texts(queue) if t.startswith("Restore the backup of ")]
    queue.click(restore)
    queue.until(lambda: queue.window.pages is not None, "the backup is open")
    queue._taps.opened()
    assert "The labels of “a.png” are as they were last on the screen." in queue.told()
    assert queue.reads.labels(row) == shown
    open_task(queue, "a.png")
    queue.key("Ctrl+Z", queue.canvas)
    queue.wait_idle()
    assert queue.reads.labels(row).annotations == {}, "as the backup has them"
