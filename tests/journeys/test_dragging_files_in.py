"""A folder tree dragged in from the file manager: folders become folders, pictures items, and what was refused is listed."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel

from storage.catalog import folders
from storage.model.query import ItemQuery
from tests.journeys import drags, find
from tests.journeys.desk import Desk
from widgets.dialogs.result_list import ResultList

PICTURES = [
    "Album/Alps/2026/hut.webp",
    "Album/Alps/2026/lake.jpg",
    "Album/Alps/summit.png",
    "Album/beach.png",
    "Album/boat.jpg",
]


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the result dialog would have shown."""
    shown: list[Any] = []
    monkeypatch.setattr(
        ResultList, "ask", classmethod(lambda _cls, _parent, title, rows, summary="": shown.append((title, rows, summary)))
    )
    return shown


def items(desk: Desk) -> list[str]:
    found = []
    for path in desk.folder_paths():
        query = ItemQuery(folder_id=desk.reads.folder_by_path(path).id)
        found += [f"{path}/{desk.reads.item(item).title}" for item in desk.reads.ids(query)]
    return sorted(found)


def test_dropped_where_no_folder_is_open_the_tree_arrives_as_it_is(desk: Desk, album: Path, listed: list[Any]) -> None:
    port = desk.pages.files.panel.list
    assert drags.drop(port, QPoint(100, 100), drags.urls([album]))
    desk.wait_idle()
    assert desk.folder_paths() == ["Album", "Album/Alps", "Album/Alps/2026"]
    assert items(desk) == PICTURES
    assert sorted(desk.files()) == ["beach.png", "boat.jpg"]  # the new folder is open
    ((title, rows, summary),) = listed
    assert title and "5 items added" in summary
    told = {Path(what).name: why for what, why, _ in rows}
    assert "torn.jpg" in told and "notes.xyz" in told
    assert all(told.values())


def test_processes_begin_while_files_are_still_being_dragged_or_chosen(desk: Desk, album: Path) -> None:
    processes = desk.program.jobs.processes
    panel, urls = desk.pages.files.panel, drags.urls([album])
    assert not processes.there
    for target in (panel.list, panel.sidebar.tree.viewport()):
        processes._let_go_s = 0
        assert drags.over(target, QPoint(20, 20), urls)
        desk.until(lambda: processes.there, "they begin")
        desk.until(lambda: processes.let_go_unused() or not processes.there, "and end when nothing came of it")
    desk.dialog(desk.pages.files.add_data, lambda dialog: dialog.reject())
    desk.until(lambda: processes.there, "they begin")


def test_dropped_on_a_folder_of_the_tree_it_lands_in_that_folder(desk: Desk, album: Path, listed: list[Any]) -> None:
    desk.do(folders.create, None, "Holidays")
    tree = desk.pages.files.panel.sidebar.tree
    place = tree.visualRect(find.index_of(tree, "Holidays")).center()
    assert drags.drop(tree.viewport(), place, drags.urls([album / "Alps" / "2026", album / "boat.jpg"]))
    desk.wait_idle()
    assert items(desk) == ["Holidays/2026/hut.webp", "Holidays/2026/lake.jpg", "Holidays/boat.jpg"]
    assert listed == []


def test_the_real_result_list_can_be_read_and_closed(desk: Desk, album: Path) -> None:
    seen: list[list[str]] = []

    def person(dialog: Any) -> None:
        model = dialog.rows
        seen.extend([model.index(row, column).data() for column in range(3)] for row in range(model.rowCount()))
        desk.click("Close", within=dialog)

    desk.dialog(lambda: drags.drop(desk.pages.files.panel.list, QPoint(50, 50), drags.urls([album])), person)
    assert any(line[0].endswith("torn.jpg") for line in seen)


def test_the_job_is_listed_with_what_it_did(desk: Desk, album: Path, listed: list[Any]) -> None:
    drags.drop(desk.pages.files.panel.list, QPoint(50, 50), drags.urls([album]))
    desk.wait_idle()
    desk.go("Jobs")
    (job,) = [job for job in desk.window.context.jobs.jobs if job.visible]
    assert (job.state, job.title) == ("done", "Adding Album")
    desk.click("Show result", within=desk.pages.jobs.widget)
    assert len(listed) == 2 and listed[0][1] == listed[1][1]


def test_several_folders_are_not_called_files(desk: Desk, album: Path, tmp_path: Path, listed: list[Any]) -> None:
    for name in ("Left", "Right"):
        (tmp_path / name).mkdir()
        shutil.copy(album / "boat.jpg", tmp_path / name)
    drags.drop(desk.pages.files.panel.list, QPoint(50, 50), drags.urls([tmp_path / "Left", tmp_path / "Right"]))
    desk.wait_idle()
    two = [album / "boat.jpg", album / "beach.png"]
    drags.drop(desk.pages.files.panel.list, QPoint(50, 50), drags.urls(two))
    desk.wait_idle()
    told = [job.title for job in desk.window.context.jobs.jobs if job.visible]
    assert sorted(told) == ["Adding 2 files", "Adding 2 folders"]


def test_who_is_elsewhere_when_it_ends_is_told_in_a_line_and_not_interrupted(desk: Desk, album: Path) -> None:
    jobs, gate = desk.program.jobs, threading.Event()
    for _ in range(3):
        jobs._long.submit(gate.wait)  # it begins when the person has left
    drags.drop(desk.pages.files.panel.list, QPoint(50, 50), drags.urls([album]))
    desk.click("Datasets", within=desk.window.rail)
    gate.set()
    desk.until(lambda: desk.can_see("Show", desk.window.status_line), "the line that tells what came of it")
    desk.wait_idle()
    assert find.top() is None
    assert desk.window.rail._buttons["jobs"].badge == 1
    assert any("5 items added" in label.text() for label in desk.window.status_line.findChildren(QLabel) if label.isVisible())
    seen: list[str] = []

    def person(dialog: Any) -> None:
        seen.extend(find.texts_of(dialog.table))
        desk.click("Close", within=dialog)

    desk.dialog(lambda: desk.click("Show", within=desk.window.status_line), person)
    assert any(text.endswith("torn.jpg") for text in seen)
    desk.wait_idle()
    assert not desk.can_see("Show", desk.window.status_line)
    assert desk.window.rail._buttons["jobs"].badge == 0


def test_a_folder_dropped_on_the_dialog_arrives_as_it_is_too(desk: Desk, album: Path, listed: list[Any]) -> None:
    """The new folder is named after it, and does not hold it once more."""

    def person(dialog: Any) -> None:
        assert drags.drop(dialog.upload.zone, QPoint(20, 20), drags.urls([album]))
        desk.click("Add", within=dialog)

    desk.dialog(lambda: desk.key("Ctrl+U"), person)
    assert desk.folder_paths() == ["Album", "Album/Alps", "Album/Alps/2026"]
    assert items(desk) == PICTURES
