"""A catalog whose folder cannot be written: it opens for looking, says so, and stays as it is to the last byte."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

import app.rooms.projects as projects_room
from tests.journeys.desk import Desk
from tests.journeys.strokes import Hand
from tests.journeys.tasks import on_task
from viewers.editors.image_editor import ImageEditor

WHY = "This catalog can only be looked at"


def everything(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def archive(queue: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A picture is labelled; then the rights to write are taken away. (Root would have them still: it is told that not.)"""
    queue.key("Ctrl+Return")
    on_task(queue, "a.png")
    hand = Hand(queue)
    queue.key("1", queue.canvas)
    hand.drag((0.2, 0.2), (0.6, 0.7))
    hand.saved()
    queue.go("Files")  # where the next start leads
    queue.close()
    can = os.access

    def access(path: Any, mode: int, **kw: Any) -> bool:
        return not (mode & os.W_OK and Path(path).is_relative_to(queue.path)) and can(path, mode, **kw)

    monkeypatch.setattr(os, "access", access)
    places = [queue.path, *(path for path in queue.path.rglob("*"))]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    before = everything(queue.path)
    queue.start()
    yield queue
    queue.close()
    assert everything(queue.path) == before
    for place in places:
        place.chmod(0o755)


def test_it_opens_and_says_that_nothing_can_be_changed(archive: Desk) -> None:
    can = "Files and labels can be opened, and labels exported; nothing can be changed."
    assert archive.can_see(f"{WHY}: its folder is read-only for you. {can}")
    assert "(read-only)" in archive.window.windowTitle()
    archive.item(archive.pages.files.panel.sidebar.tree, "Pictures")
    archive.until(lambda: archive.files() == ["a.png", "b.png", "c.png", "d.png"], "its files are listed")
    tools = archive.pages.files.panel.tools
    for button in (tools.add_data, tools.new_folder, tools.add_to_dataset):
        assert not button.isEnabled()
    archive.item(archive.pages.files.panel.list.view(), "a.png")
    assert not tools.add_to_dataset.isEnabled()  # selecting does not give it back
    QApplication.sendEvent(tools.add_data, QHelpEvent(QEvent.Type.ToolTip, QPoint(3, 3), QPoint(300, 300)))
    assert QToolTip.text().startswith(WHY)
    QToolTip.hideText()
    for verb in ("files.add", "files.new_folder", "files.delete", "files.rename", "files.move", "catalog.backup"):
        assert archive.window.registry.why_not(verb).startswith(WHY)
        assert not archive.window.registry.qaction(verb).isEnabled()
    archive.until(lambda: archive.window.registry.why_not("files.open") == "", "what is selected can be opened")


def test_keys_and_drops_change_nothing(archive: Desk) -> None:
    panel = archive.pages.files.panel
    archive.item(panel.sidebar.tree, "Pictures")
    archive.item(panel.list.view(), "a.png")
    for keys in ("Delete", "F2", "Ctrl+U", "Ctrl+Shift+N", "Ctrl+D", "Ctrl+M", "Ctrl+Z"):
        archive.key(keys)
    assert QApplication.activeModalWidget() is None
    assert not panel.list.acceptDrops() and not panel.strip.acceptDrops()
    archive.pages.files.add_dropped([str(archive.path)], None)
    assert archive.told().startswith(WHY)


def test_labels_are_looked_at_and_stay_as_they_are(archive: Desk) -> None:
    archive.key("Ctrl+Return")
    on_task(archive, "a.png")
    editor, task = archive.editor, archive.task
    assert archive.can_see("Only to look at")
    for verb in ("Submit", "Skip"):
        assert not archive.can_see(verb, editor.header)
    hand = Hand(archive)
    before = set(task.session.document.records())
    hand.drag((0.4, 0.4), (0.5, 0.5))  # the box itself
    assert archive.told().startswith(WHY)
    hand.drag((0.2, 0.2), (0.1, 0.1))  # its corner
    for keys in ("Delete", "1", "Ctrl+D", "Q", "Ctrl+Right"):
        archive.key(keys, archive.canvas)
    hand.drag((0.7, 0.75), (0.9, 0.95))
    assert set(task.session.document.records()) == before
    assert task.focus.armed is None and isinstance(task.editor, ImageEditor) and task.editor.tool.id == "select"
    assert archive.window.registry.why_not("edit.delete").startswith(WHY)
    archive.key("Ctrl+Return")
    assert archive.task.loaded.task.title == "a.png"
    archive.key("PgDown")
    on_task(archive, "b.png")


def test_labels_are_exported(archive: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projects_room, "ask_save_file", lambda *_args: tmp_path / "labels.json")
    archive.go("Projects")
    archive.item(archive.pages.projects.widget.view, archive.pages.projects.widget.rows.index(0))
    archive.wait_idle()
    archive.tab("Labels & export")
    labels = archive.pages.projects.widget.labels
    assert not archive.find("Import…", within=labels).isEnabled()
    archive.click("Export…", within=labels)
    archive.wait_idle()
    assert "Exported" in archive.told()
    (row, *_) = json.loads((tmp_path / "labels.json").read_text("utf-8"))
    assert row["data_title"] == "a.png"


def test_an_ontology_and_a_dataset_are_read_and_not_written(archive: Desk) -> None:
    archive.go("Ontologies")
    archive.wait_idle()
    panel = archive.pages.ontologies.widget
    assert not archive.find("New", within=panel.list).isEnabled()
    assert panel._title.isReadOnly()
    panel.editor.view.setFocus()
    QTest.keyClick(panel.editor.view, Qt.Key.Key_Delete)
    archive.wait_idle()
    assert [o.name for o in panel.editor.ontology.objects] == ["Thing"]
    archive.go("Datasets")
    archive.wait_idle()
    assert not archive.find("New", within=archive.pages.datasets.widget.list).isEnabled()
    assert not archive.find("Attach existing files").isEnabled()
