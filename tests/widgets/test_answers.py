"""Every answer is an edit; nested questions come and go; several objects are answered in one step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPlainTextEdit, QRadioButton, QToolTip, QWidget

from storage.editing.focus import Focus
from storage.model.labels import Answer
from tests.support.panels import Things, draw, make_session, static
from widgets.controls.answer_fields import NumberField, parse_number
from widgets.panels.answers import AnswersPanel
from widgets.panels.classifications import ClassificationsPanel


class Room:
    def __init__(self, qtbot) -> None:
        self.qtbot, self.things, self.session, self.focus = qtbot, Things(), make_session(), Focus()
        self.one, self.two = draw(self.session, self.things["Car"]), draw(self.session, self.things["Car"])
        self.tree = draw(self.session, self.things["Tree"])
        self.panel = AnswersPanel(self.session, self.focus, self.things.ontology)
        qtbot.addWidget(self.panel)
        self.panel.resize(300, 600)
        self.panel.show()

    def select(self, *uuids: str) -> None:
        self.focus.select(uuids)
        self.panel.refresh()

    def button(self, text: str) -> QRadioButton | QCheckBox:
        kinds = (QRadioButton, QCheckBox)
        return next(b for kind in kinds for b in self.panel.findChildren(kind) if b.text() == text and b.isVisible())

    def field(self, path: str) -> QWidget | None:
        return self.panel._form.field(self.things[path])

    def answers(self, uuid: str) -> dict:
        return static(self.session, uuid)


@pytest.fixture
def room(qtbot) -> Iterator[Room]:
    room = Room(qtbot)
    yield room
    room.panel.close_down()


def press(room: Room, text: str) -> None:
    """On its box: how far its words reach up and down depends on the font."""
    option = room.button(text)
    room.qtbot.mouseClick(option, Qt.MouseButton.LeftButton, pos=QPoint(10, option.rect().center().y()))


def test_a_nested_question_appears_with_its_answer_and_leaves_with_it(room):
    room.select(room.one)
    assert room.field("Car/Colour/red/Shade") is None
    press(room, "red")
    shade = room.field("Car/Colour/red/Shade")
    assert shade is not None
    edit = shade.findChild(QLineEdit)
    room.qtbot.keyClicks(edit, "2,5")
    room.qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert room.answers(room.one)[room.things["Car/Colour/red/Shade"]] == 2.5
    press(room, "green")
    assert room.field("Car/Colour/red/Shade") is None
    assert room.answers(room.one) == {room.things["Car/Colour"]: (room.things["Car/Colour/green"],)}
    room.session.undo()
    assert room.things["Car/Colour/red/Shade"] in room.answers(room.one)


def test_a_second_click_on_an_option_takes_the_answer_away(room):
    room.select(room.one)
    press(room, "red")
    press(room, "red")
    assert room.answers(room.one) == {}


def test_text_is_kept_at_enter(room):
    room.select(room.one)
    edit = room.field("Car/Plate").findChild(QPlainTextEdit)
    room.qtbot.keyClicks(edit, "KA 17")
    assert room.answers(room.one) == {}
    room.qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert room.answers(room.one) == {room.things["Car/Plate"]: "KA 17"}


def test_text_is_kept_when_typing_pauses(room):
    room.select(room.one)
    room.qtbot.keyClicks(room.field("Car/Plate").findChild(QPlainTextEdit), "KA")
    room.qtbot.waitUntil(lambda: room.answers(room.one) == {room.things["Car/Plate"]: "KA"})


def test_typing_belongs_to_the_object_that_was_selected(room):
    room.select(room.one)
    room.qtbot.keyClicks(room.field("Car/Plate").findChild(QPlainTextEdit), "one")
    room.focus.select([room.two])
    assert room.answers(room.one) == {room.things["Car/Plate"]: "one"}
    assert room.answers(room.two) == {}


def test_what_is_no_number_is_said_and_not_kept(room):
    room.select(room.one)
    press(room, "red")
    shade = room.field("Car/Colour/red/Shade")
    edit = shade.findChild(QLineEdit)
    room.qtbot.keyClicks(edit, "12x")
    room.qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert room.things["Car/Colour/red/Shade"] not in room.answers(room.one)
    assert any(label.isVisible() and label.text() for label in shade.findChildren(QLabel))


def test_several_objects_are_answered_in_one_step(room):
    room.select(room.one, room.two)
    press(room, "green")
    green = (room.things["Car/Colour/green"],)
    assert room.answers(room.one) == room.answers(room.two) == {room.things["Car/Colour"]: green}
    room.session.undo()
    assert room.answers(room.one) == room.answers(room.two) == {}


def test_a_digit_that_no_option_has_is_not_swallowed_without_a_word(room):
    room.select(room.one)
    room.button("red").setFocus()
    room.qtbot.keyClick(room.button("red"), "9")
    assert room.answers(room.one) == {}
    assert QToolTip.text() == "“Colour” has no option 9. Esc goes back to the canvas."
    QToolTip.hideText()


def test_a_tick_for_several_keeps_their_other_options(room):
    room.select(room.one)
    press(room, "wheels")
    room.select(room.one, room.two)
    room.qtbot.waitUntil(lambda: room.button("wheels").checkState() is Qt.CheckState.PartiallyChecked)
    press(room, "doors")
    wheels, doors = room.things["Car/Parts/wheels"], room.things["Car/Parts/doors"]
    assert room.answers(room.one) == {room.things["Car/Parts"]: (wheels, doors)}
    assert room.answers(room.two) == {room.things["Car/Parts"]: (doors,)}


def test_different_classes_are_not_answered_together(room):
    room.select(room.one, room.tree)
    assert room.panel._form.is_empty()


def test_undo_shows_the_old_answer(room):
    room.select(room.one)
    press(room, "red")
    room.session.undo()
    room.qtbot.waitUntil(lambda: not room.button("red").isChecked())


def test_what_is_said_of_no_selection_knows_whether_anything_is_marked(room):
    said = room.panel._note.text
    while room.session.undo() is not None:
        pass
    room.qtbot.waitUntil(lambda: said() == "No object is marked.")
    room.session.redo()
    room.qtbot.waitUntil(lambda: said() == "Select an object to see its questions.")


def test_an_answer_of_a_frame_is_changed_where_it_holds(room):
    from storage.editing.edits import Put

    room.session.do("dynamic", [Put(Answer("a", room.one, room.things["Car/Plate"], "old", 0, 4))])
    room.select(room.one)
    edit = room.field("Car/Plate").findChild(QPlainTextEdit)
    assert edit.toPlainText() == "old"
    edit.selectAll()
    room.qtbot.keyClicks(edit, "new")
    room.qtbot.keyClick(edit, Qt.Key.Key_Return)
    kept = room.session.document.answers_of(room.one)
    assert [(a.value, a.first, a.last) for a in kept] == [("new", 0, 4)]


@pytest.mark.parametrize(
    ("text", "number"), [("1.5", 1.5), ("1,5", 1.5), (" -3 ", -3.0), ("1e3", 1000.0), ("nan", None), ("1_0", None), ("", None)]
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert parse_number(text) == number


def test_whole_numbers_are_shown_without_decimals(qtbot):
    things = Things()
    attribute = things.ontology.objects[0].attributes[0].options[0].attributes[0]
    field = NumberField(attribute)
    qtbot.addWidget(field)
    field.show_value(7.0)
    assert field.findChild(QLineEdit).text() == "7"


# -- classifications


def classify(qtbot, things, session, focus) -> ClassificationsPanel:
    panel = ClassificationsPanel(session, focus, things.ontology)
    qtbot.addWidget(panel)
    panel.resize(300, 300)
    panel.show()
    return panel


def option(panel, text: str) -> QRadioButton:
    return next(b for b in panel.findChildren(QRadioButton) if b.text() == text)


def test_the_first_answer_makes_a_classification_of_the_frame_and_undo_takes_both(qtbot):
    things, session, focus = Things(), make_session(), Focus()
    focus.set(at=("", 3))
    panel = classify(qtbot, things, session, focus)
    option(panel, "sun").click()
    (made,) = session.document.classifications.values()
    assert made.ranges == ((3, 3),)
    assert static(session, made.uuid) == {things["Weather?"]: (things["Weather/sun"],)}
    assert panel.focus_question(made.uuid)
    session.undo()
    assert not session.document.classifications
    assert not session.document.answers
    panel.close_down()


def test_taking_the_last_answer_away_removes_the_classification(qtbot):
    things, session, focus = Things(), make_session(), Focus()
    panel = classify(qtbot, things, session, focus)
    option(panel, "rain").click()
    option(panel, "rain").click()
    assert not session.document.classifications
    panel.close_down()


def test_another_frame_has_a_classification_of_its_own(qtbot):
    things, session, focus = Things(), make_session(), Focus()
    panel = classify(qtbot, things, session, focus)
    option(panel, "sun").click()
    focus.set(at=("", 1))
    qtbot.waitUntil(lambda: not option(panel, "sun").isChecked())
    option(panel, "rain").click()
    assert sorted(c.ranges for c in session.document.classifications.values()) == [((0, 0),), ((1, 1),)]
    panel.close_down()
