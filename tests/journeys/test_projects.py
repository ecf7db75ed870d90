"""A project: made of a dataset and an ontology, its tasks listed; labels exported through the window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import app.rooms.projects as projects_room
from postil.demo.ontology import sample_ontology
from storage.catalog import datasets, ontologies, projects
from storage.exchange import ontology_json
from tests.journeys.desk import Desk, titles
from tests.journeys.strokes import Hand
from tests.journeys.tasks import on_task
from tests.support.encord_sdk import load_row
from widgets.dialogs.result_list import ResultList


@pytest.fixture
def ground(desk: Desk, album: Path) -> Desk:
    desk.add("Album", album / "beach.png", album / "boat.jpg")
    dataset = desk.do(datasets.create, "Holidays")
    desk.do(datasets.attach_folder, dataset, desk.reads.folder_by_path("Album").id)
    desk.do(ontologies.create, "Things", sample_ontology())
    return desk


def test_a_project_is_made_in_one_dialog_and_its_queue_is_there(ground: Desk) -> None:
    ground.go("Projects")

    def person(dialog: Any) -> None:
        ground.fill("Title", "Summer", dialog)
        assert dialog.ontology.currentText() == "Things"
        assert ground.can_see("2 tasks", dialog)
        ground.click("Create project", within=dialog)

    ground.dialog(lambda: ground.click("New project", nth=0), person)
    widget = ground.pages.projects.widget
    assert widget.queue.isVisible()
    assert titles(widget.queue.table) == ["beach.png", "boat.jpg"]
    ground.click("Start next task")
    on_task(ground, "beach.png")


def test_labels_exported_through_the_window_load_into_the_real_sdk_and_come_back(
    ground: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[Any] = []
    monkeypatch.setattr(ResultList, "ask", classmethod(lambda _cls, _parent, _title, rows, *_rest: lost.extend(rows)))
    (dataset,), (ontology,) = ground.reads.datasets(), ground.reads.ontologies()
    ground.do(projects.create, "Summer", "", ontology.id, (dataset.id,))
    open_queue(ground)
    ground.key("Ctrl+Return")
    on_task(ground, "beach.png")
    hand = Hand(ground)
    hand.draw_everything()
    ground.click("Queue")
    ground.wait_idle()
    ground.tab("Labels & export")
    labels = ground.pages.projects.widget.labels
    for name, file in (("Encord JSON", "encord.json"), ("COCO", "coco.json")):
        monkeypatch.setattr(projects_room, "ask_save_file", lambda *_args, f=file: tmp_path / f)
        ground.click(name, within=labels, nth=0)
        ground.click("Export…", within=labels)
        ground.wait_idle()
        assert "Exported" in ground.told()
    structure = ontology_json.to_dict(ground.reads.ontology(ontology.id))
    rows = json.loads((tmp_path / "encord.json").read_text("utf-8"))
    row = next(r for r in rows if r["data_title"] == "beach.png")
    loaded = load_row(row, structure)
    assert sorted(i.object_name for i in loaded.get_object_instances()) == sorted(
        ["Car", "Tree", "Kerb", "Lamp", "Wheel", "Person", "Building", "Lorry", "Pond", "Nucleus"]
    )
    coco = json.loads((tmp_path / "coco.json").read_text("utf-8"))
    assert {c["name"] for c in coco["categories"]} >= {"Car", "Tree", "Nucleus"}
    assert len(coco["annotations"]) >= 4
    assert lost == []  # what COCO has no key for is carried beside it
    take_in_again(ground, tmp_path / "encord.json", monkeypatch)


def take_in_again(desk: Desk, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo all labels, import the file: the same shapes are there again."""
    before = desk.reads.labels(desk.reads.label_rows(desk.reads.projects()[0].id)[0])
    open_queue(desk)
    desk.key("Ctrl+Return")
    on_task(desk, "beach.png")
    Hand(desk).undo_all()
    desk.click("Queue")
    desk.wait_idle()
    desk.tab("Labels & export")
    monkeypatch.setattr(projects_room, "ask_open_file", lambda *_args: file)
    labels = desk.pages.projects.widget.labels
    box = desk.find("Only show what would match", within=labels) if desk.can_see("Only show what would match", labels) else None
    if box is not None and box.isChecked():
        desk.click(box)
    desk.click("Import…", within=labels)
    desk.wait_idle()
    after = desk.reads.labels(desk.reads.label_rows(desk.reads.projects()[0].id)[0])
    assert sorted(repr(a.geometry.kind) for a in after.annotations.values()) == sorted(
        repr(a.geometry.kind) for a in before.annotations.values()
    )


def open_queue(desk: Desk) -> None:
    desk.go("Projects")
    widget = desk.pages.projects.widget
    if widget.current is None:
        desk.item(widget.view, widget.rows.index(0))
        desk.wait_idle()
    desk.tab("Queue")


def test_the_start_opens_the_project_that_was_open_at_its_tab(ground: Desk) -> None:
    ground.do(projects.create, "Summer", "", ground.reads.ontologies()[0].id, (ground.reads.datasets()[0].id,))
    open_queue(ground)
    widget = ground.restart().pages.projects.widget
    ground.wait_idle()
    assert widget.queue.isVisible() and titles(widget.queue.table) == ["beach.png", "boat.jpg"]
    ground.click("All projects")
    ground.wait_idle()
    widget = ground.restart().pages.projects.widget
    ground.wait_idle()
    assert widget.current is None and widget.view.isVisible()


def test_skipping_many_says_where_they_have_gone(ground: Desk) -> None:
    (dataset,), (ontology,) = ground.reads.datasets(), ground.reads.ontologies()
    ground.do(projects.create, "Summer", "", ontology.id, (dataset.id,))
    open_queue(ground)
    queue = ground.pages.projects.widget.queue
    ground.item(queue.table, "beach.png")
    ground.key("Ctrl+A", queue.table)
    ground.click("Skip", within=queue)
    ground.wait_idle()
    assert ground.told() == "2 tasks skipped, to the end of “Annotate 1”."
    assert titles(queue.table) == ["beach.png", "boat.jpg"]


@pytest.fixture
def slow_hand(qapp: QApplication) -> Iterator[None]:
    """Two presses are a double click however long the machine takes for what comes between them."""
    usual = qapp.doubleClickInterval()
    qapp.setDoubleClickInterval(60_000)
    yield
    qapp.setDoubleClickInterval(usual)


@pytest.mark.usefixtures("slow_hand")
def test_the_second_click_of_a_double_click_on_a_card_starts_no_task(ground: Desk) -> None:
    """What the first click opens may have a button under the pointer: “Start next task” on the queue."""
    (dataset,), (ontology,) = ground.reads.datasets(), ground.reads.ontologies()
    ground.do(projects.create, "Summer", "", ontology.id, (dataset.id,))
    open_queue(ground)
    panel, window = ground.pages.projects.widget, ground.window
    start = ground.find("Start next task")
    at = start.mapTo(window, start.rect().center())
    panel.close_project()
    ground.wait_idle()
    card = panel.view.visualRect(panel.view.model().index(0, 0))
    assert card.contains(panel.view.viewport().mapFrom(window, at)), "the button comes where the card was"
    for _ in range(2):  # as the window system delivers it: Qt makes the second press one of a double click
        QTest.mousePress(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        QTest.mouseRelease(window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        ground.until(lambda: panel.current is not None and start.isVisible(), "the project is open")
    ground.wait_idle()
    assert not ground.pages.editing
    assert {ground.reads.task(t).assignee for t in ground.reads.task_ids(ground.reads.projects()[0].id)} == {None}
    ground.click(start)
    on_task(ground, "beach.png")


@pytest.mark.usefixtures("slow_hand")
def test_a_double_click_of_its_own_where_the_card_was_opens_the_task(ground: Desk) -> None:
    (dataset,), (ontology,) = ground.reads.datasets(), ground.reads.ontologies()
    for n in range(8):
        ground.do(projects.create, f"Summer {n}", "", ontology.id, (dataset.id,))
    open_queue(ground)
    panel, queue = ground.pages.projects.widget, ground.pages.projects.widget.queue.table
    at = queue.viewport().mapTo(panel, queue.visualRect(queue.model().index(0, 0)).center())
    panel.close_project()
    ground.wait_idle()
    card = panel.view.viewport().mapFrom(panel, at)
    assert panel.view.indexAt(card).isValid(), "the task comes where the card was"
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, card)
    ground.until(lambda: panel.current is not None and queue.isVisible(), "the project is open")
    ground.item(queue, "beach.png", double=True)
    on_task(ground, "beach.png")


def test_by_keys_alone_from_the_projects_to_a_task_and_back_again(ground: Desk) -> None:
    (dataset,), (ontology,) = ground.reads.datasets(), ground.reads.ontologies()
    ground.do(projects.create, "Summer", "", ontology.id, (dataset.id,))
    panel = ground.pages.page("projects")
    ground.key("Ctrl+Shift+4", ground.window)
    ground.wait_idle()
    assert panel.view.hasFocus()
    ground.key("Right")
    ground.key("Return")
    ground.wait_idle()
    panel.tabs.setCurrentWidget(panel.queue)
    ground.key("Ctrl+Shift+1", ground.window)
    ground.key("Ctrl+Shift+4", ground.window)
    ground.wait_idle()
    assert panel.current is not None and panel.queue.table.hasFocus()
    ground.key("Down")
    ground.key("Return")
    on_task(ground, "boat.jpg")
    ground.find_and_run("Back to the queue")
    assert panel.queue.table.hasFocus()
    ground.key("Up")
    ground.key("Return")
    on_task(ground, "beach.png")
    ground.key("Ctrl+Shift+4", ground.window)
    ground.wait_idle()
    assert panel.current is not None and panel.queue.table.hasFocus()
    ground.key("Ctrl+Shift+4", ground.window)  # once more: to all projects
    ground.wait_idle()
    assert panel.current is None and panel.view.hasFocus()
