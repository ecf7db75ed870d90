"""Answering by keyboard alone: from question to question as they are seen, and never a tool by what is typed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from postil.demo.ontology import sample_ontology
from storage.catalog import datasets, ontologies, projects
from tests.journeys.desk import Desk
from tests.journeys.strokes import Hand
from tests.journeys.tasks import open_task
from widgets.controls.answer_fields import NumberField


@pytest.fixture
def hand(desk: Desk, tmp_path: Path) -> Hand:
    """A picture with a car drawn on it, the car selected, the canvas with the keyboard."""
    Image.new("RGB", (640, 480), (60, 120, 140)).save(tmp_path / "view.png")
    desk.add("Views", tmp_path / "view.png")
    dataset = desk.do(datasets.create, "Views")
    desk.do(datasets.attach_folder, dataset, desk.reads.folder_by_path("Views").id)
    desk.do(projects.create, "Street", "", desk.do(ontologies.create, "Things", sample_ontology()), (dataset,))
    desk.key("Ctrl+Return")
    desk.until(lambda: desk.pages.editing and desk.canvas.context.frame_size != (0, 0), "the task is open")
    desk.wait_idle()
    made = Hand(desk)
    made.box()
    made.key(Qt.Key.Key_Escape)
    desk.wait_idle()
    (car,) = made.document.instances
    desk.task.focus.select([car])
    desk.canvas.setFocus()
    desk.wait_idle()
    return made


def question(desk: Desk) -> str:
    """The name of the question that has the keyboard."""
    widget = QApplication.focusWidget()
    while widget is not None and not hasattr(widget, "attribute"):
        widget = widget.parentWidget()
    return widget.attribute.name if widget is not None else ""


def test_tab_goes_from_question_to_question_and_through_one_that_has_just_come(hand: Hand) -> None:
    desk = hand.desk
    desk.key("Return")
    assert question(desk) == "Colour"
    for key in ("Down", "Down", "Down", "Space"):
        desk.key(key)
    assert QApplication.focusWidget().text() == "Other"
    desk.key("Tab")
    assert question(desk) == "Which colour"
    desk.type("teal")
    desk.key("Tab")
    first = question(desk)
    desk.key("Shift+Tab")
    assert question(desk) == "Which colour"
    desk.key("Shift+Tab")
    assert question(desk) == "Colour" and QApplication.focusWidget().text() == "Other"
    asked = []
    for _ in range(4):
        desk.key("Tab")
        asked.append(question(desk))
    assert asked[:2] == ["Which colour", first]
    assert {"teal"} <= {a.value for a in hand.document.answers.values()}


def test_an_option_picked_by_the_mouse_leaves_the_keyboard_with_the_canvas(hand: Hand) -> None:
    """The next digit arms a class, and is no other answer."""
    desk = hand.desk
    for option in ("Red", "Blue"):
        desk.click(option, within=desk.task.side)
        desk.wait_idle()
        assert desk.canvas.hasFocus()
    (colour,) = {a.value for a in hand.document.answers.values()}
    desk.key("2")
    desk.wait_idle()
    assert {a.value for a in hand.document.answers.values()} == {colour}
    assert desk.task.focus.armed == desk.task.loaded.ontology.objects[1].feature_hash


def test_letters_typed_at_a_question_are_no_tools_and_digits_pick_its_options(hand: Hand) -> None:
    desk, before = hand.desk, hand.desk.canvas.tool
    desk.key("Return")
    for key in ("B", "T", "L", "Shift+L", "A"):
        desk.key(key)
    assert question(desk) == "Colour"
    assert desk.canvas.tool is before
    assert not desk.task.focus.locked
    assert not desk.task.focus.display.only_selected
    desk.key("2")
    desk.wait_idle()
    assert QApplication.focusWidget().text() == "Blue" and QApplication.focusWidget().isChecked()
    assert len(hand.document.answers) == 1
    desk.key("Escape")
    assert desk.canvas.hasFocus()


def test_enter_in_the_list_of_instances_asks_the_questions_of_the_object(hand: Hand) -> None:
    """As on the canvas; a double click in the list is what goes to the object."""
    desk = hand.desk
    desk.item(desk.task.side.labels.table, "Car 1")
    shown = desk.canvas.view.placement()
    desk.key("Return")
    assert question(desk) == "Colour"
    assert desk.canvas.view.placement() == shown
    desk.key("2")
    desk.wait_idle()
    assert len(hand.document.answers) == 1


def test_enter_on_an_object_without_questions_keeps_the_keyboard_on_the_canvas(hand: Hand) -> None:
    desk = hand.desk
    hand.polyline()
    hand.key(Qt.Key.Key_Escape)
    line = list(hand.document.instances)[-1]
    desk.task.side.labels.setFocus()
    desk.task.focus.select([line])
    desk.canvas.setFocus()
    desk.key("Return")
    assert desk.canvas.hasFocus()
    assert desk.told().endswith("has no questions.")
    desk.key("Tab")
    assert desk.canvas.hasFocus() and desk.task.focus.selected != (line,)


def test_a_refused_submit_goes_to_the_first_gap_and_the_next_one_to_the_next(hand: Hand) -> None:
    desk = hand.desk
    hand.key("1")
    hand.drag((0.5, 0.5), (0.6, 0.6))
    hand.key(Qt.Key.Key_Escape)
    hand.key(Qt.Key.Key_Escape)
    hand.saved()
    desk.task.focus.select(())
    first, second = hand.document.instances
    desk.window.resize(1280, 760)
    desk.turn()
    asked = desk.task.side.questions
    tall = asked.height()
    desk.key("Ctrl+Return")
    desk.wait_idle()
    assert desk.told().startswith("Not submitted")
    assert desk.task.focus.selected == (first,)
    assert question(desk) == "Colour"
    gaps = desk.task.side.gaps
    assert gaps._list.height() >= 2 * gaps._list.sizeHintForRow(0)
    assert asked.height() >= tall - 20  # there is room for the question that is to be answered
    desk.key("1")
    desk.key("Ctrl+Return")
    desk.wait_idle()
    assert desk.task.focus.selected == (second,)
    assert question(desk) == "Colour"
    desk.key("1")
    desk.key("Ctrl+Return")
    desk.until(lambda: not desk.pages.editing, "the task is handed in")


def test_a_class_found_by_its_name_is_armed_and_the_keyboard_is_back_on_the_canvas(hand: Hand) -> None:
    desk = hand.desk
    desk.key("Ctrl+F")
    desk.type("Pers")
    desk.key("Return")
    assert desk.canvas.hasFocus()
    assert desk.find("Find a class").text() == ""
    desk.click("Find a class")
    desk.type("Pers")
    desk.find_and_run("Brush")
    assert desk.canvas.hasFocus()


def test_what_is_no_number_is_not_lost_by_a_submit(hand: Hand) -> None:
    desk = hand.desk
    desk.tab("File")
    field = next(f for f in desk.task.side.classifications.findChildren(NumberField) if f.isVisible())
    field.setFocus()
    desk.type("12x")
    desk.key("Return")
    desk.canvas.setFocus()
    desk.editor.verbs.submit()
    desk.wait_idle()
    assert desk.pages.editing and desk.told().startswith("Not submitted: what is typed here is not a number")
    assert field.isAncestorOf(QApplication.focusWidget())


def test_what_is_known_of_a_file_is_said_above_it(queue: Desk, tmp_path: Path) -> None:
    torn, noise = tmp_path / "torn.jpg", random.Random(1).randbytes(3 * 200 * 120)
    Image.frombytes("RGB", (200, 120), noise).save(torn)
    torn.write_bytes(torn.read_bytes()[: torn.stat().st_size // 2])
    queue.add("Pictures", torn)
    queue.do(datasets.attach_folder, queue.reads.datasets()[0].id, queue.reads.folder_by_path("Pictures").id)
    open_task(queue, "a.png")
    assert not queue.editor.header._warning.isVisible()
    open_task(queue, "torn.jpg")
    (warning,) = queue.task.loaded.row.item.warnings
    assert "ends too early" in warning and queue.can_see(warning, queue.editor.header)


def test_every_arrow_with_ctrl_nudges_from_the_list_of_instances(hand: Hand) -> None:
    desk = hand.desk
    desk.item(desk.task.side.labels.table, "Car 1")
    (before,) = hand.document.annotations.values()
    for key in ("Ctrl+Down", "Ctrl+Down", "Ctrl+Up", "Ctrl+Left"):
        desk.key(key)
    (now,) = hand.document.annotations.values()
    assert (now.geometry.x, now.geometry.y) == (before.geometry.x - 1, before.geometry.y + 1)
