"""Answers that change from frame to frame, and classifications over ranges: with real clicks and keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPlainTextEdit, QRadioButton, QWidget

from storage.editing import verbs
from storage.editing.answer_extent import Extent
from storage.editing.focus import Focus
from storage.editing.on_frames import Moving
from storage.model.geometry import Box
from storage.model.items import Kind
from storage.model.ontology import AttributeType
from tests.support.panels import BY, Things, draw, make_session, unnamed
from widgets.controls.extent_choice import ExtentChoice
from widgets.controls.range_chips import RangeChips
from widgets.controls.range_ends import RangeEnds
from widgets.panels.answers import AnswersPanel
from widgets.panels.classifications import ClassificationsPanel

LEFT = Qt.MouseButton.LeftButton
FRAMES = 60


class Room:
    """A car from frame 0 to 40 of 60, with a door that opens and shuts."""

    def __init__(self, qtbot) -> None:
        self.qtbot, self.things, self.focus = qtbot, Things(), Focus()
        self.things.question("Car", "Door", AttributeType.RADIO, "open", "shut", dynamic=True)
        self.things.question("Car/Door/open", "Width", AttributeType.NUMERIC)
        self.things.question("Car", "Says", AttributeType.TEXT, dynamic=True)
        self.session = make_session(Moving(FRAMES))
        self.car = draw(self.session, self.things["Car"])
        add = verbs.add_annotation(self.session.document, self.car, Box(9, 9, 30, 40), ("", 40), by=BY, now=2)
        self.session.do("Key frame", add)
        self.panel = AnswersPanel(self.session, self.focus, self.things.ontology)
        qtbot.addWidget(self.panel)
        self.panel.resize(320, 700)
        self.panel.show()
        self.focus.select([self.car])
        self.panel.refresh()

    def at(self, frame: int) -> None:
        self.focus.set(at=("", frame))
        self.qtbot.waitUntil(lambda: self.panel._at == ("", frame))

    def button(self, text: str) -> QRadioButton:
        return next(b for b in self.panel.findChildren(QRadioButton) if b.text() == text and b.isVisible())

    def press(self, text: str) -> None:
        button = self.button(text)
        self.qtbot.mouseClick(button, LEFT, pos=QPoint(8, button.height() // 2))

    def door(self) -> list:
        names = {self.things["Car/Door/open"]: "open", self.things["Car/Door/shut"]: "shut"}
        own = self.things["Car/Door"]
        answers = [a for a in self.session.document.answers_of(self.car) if a.attribute == own]
        return sorted((a.first, a.last, names[a.value[0]]) for a in answers)

    def choose(self, extent: Extent) -> None:
        combo = self.panel.findChild(ExtentChoice).combo
        combo.setFocus()
        while Extent(combo.currentData()) is not extent:
            before = combo.currentIndex()
            self.qtbot.keyClick(combo, Qt.Key.Key_Down if list(Extent).index(extent) > before else Qt.Key.Key_Up)
            assert combo.currentIndex() != before


@pytest.fixture
def room(qtbot) -> Iterator[Room]:
    room = Room(qtbot)
    yield room
    room.panel.close_down()


def test_an_answer_holds_from_its_frame_to_the_next_change(room):
    room.at(10)
    room.press("open")
    room.at(30)
    room.press("shut")
    room.at(20)
    assert room.button("open").isChecked()
    room.at(5)
    assert not room.button("open").isChecked()
    room.press("shut")
    assert room.door() == [(5, 9, "shut"), (10, 29, "open"), (30, 59, "shut")]
    room.session.undo()
    assert room.door() == [(10, 29, "open"), (30, 59, "shut")]


@pytest.mark.parametrize(
    ("extent", "expected"),
    [(Extent.WHOLE, [(0, 59, "shut")]), (Extent.FRAME, [(0, 19, "open"), (20, 20, "shut"), (21, 59, "open")])],
)
def test_how_far_an_answer_reaches_is_chosen_once(room, extent, expected):
    room.press("open")
    room.choose(extent)
    room.at(20)
    room.press("shut")
    assert room.door() == expected
    assert room.focus.extent is extent


def test_the_frames_chosen_on_the_timeline_are_offered_while_there_are_any(room):
    combo = room.panel.findChild(ExtentChoice).combo
    place = combo.findData(Extent.SPAN)
    assert not combo.model().item(place).isEnabled()
    room.focus.set(span=(12, 18))
    assert combo.model().item(place).isEnabled()
    assert "12–18" in combo.itemText(place)
    room.choose(Extent.SPAN)
    room.press("open")
    assert room.door() == [(12, 18, "open")]
    room.focus.set(span=None)
    assert room.focus.extent is Extent.ONWARD


def test_chips_say_where_answers_hold_and_lead_there(room):
    room.at(10)
    room.press("open")
    room.at(30)
    room.press("shut")
    chips = next(c for c in room.panel.findChildren(RangeChips) if c.isVisible())
    assert [(c.first, c.last, c.text) for c in chips.chips] == [(10, 29, "open"), (30, 59, "shut")]
    assert chips.current == 1
    room.qtbot.mouseClick(chips, LEFT, pos=chips.place_of(0).center())
    assert room.focus.at == ("", 10)
    room.qtbot.waitUntil(lambda: chips.current == 0)


def test_what_was_typed_belongs_to_the_frame_it_was_typed_on(room):
    room.choose(Extent.FRAME)
    room.at(10)
    edit = room.panel._form.field(room.things["Car/Says"]).findChild(QPlainTextEdit)
    room.qtbot.keyClicks(edit, "hello")
    room.at(11)
    said = [(a.value, a.first, a.last) for a in room.session.document.answers_of(room.car)]
    assert said == [("hello", 10, 10)]
    assert edit.toPlainText() == ""


def test_another_frame_with_the_same_answers_leaves_the_fields_alone(room, monkeypatch):
    room.press("open")
    filled = []
    monkeypatch.setattr(room.panel._form, "show_questions", lambda *a: filled.append(a))
    for frame in range(1, 20):
        room.at(frame)
    assert filled == []


def test_questions_about_a_still_picture_have_no_choice_of_frames(qtbot, room):
    session, focus = make_session(), Focus()
    car = draw(session, room.things["Car"])
    panel = AnswersPanel(session, focus, room.things.ontology)
    qtbot.addWidget(panel)
    panel.show()
    focus.select([car])
    panel.refresh()
    assert not panel.findChild(ExtentChoice).isVisible()
    next(b for b in panel.findChildren(QRadioButton) if b.text() == "open").click()
    assert [(a.first, a.last) for a in session.document.answers_of(car)] == [(0, 0)]
    panel.close_down()


def test_what_an_object_measures_stands_beside_its_name(qtbot, room):
    sizes = {room.car: "12.4 cm³ in 18 slices"}
    panel = AnswersPanel(room.session, room.focus, room.things.ontology, measure=lambda instance: sizes.get(instance, ""))
    qtbot.addWidget(panel)
    room.focus.select([room.car])
    panel.refresh()
    assert panel._facts.text() == "12.4 cm³ in 18 slices"
    sizes.clear()  # where it does not know: the size of its box
    panel.refresh()
    assert panel._facts.text().endswith(" px")
    panel.close_down()


def test_an_object_that_is_not_there_says_so(room):
    room.at(50)
    assert room.panel._facts.text() == "not on this frame"
    room.at(20)
    assert "30 × 40" in room.panel._facts.text()  # between its key frames


# -- classifications


class Scenes:
    def __init__(self, qtbot, kind: Kind = Kind.VIDEO) -> None:
        self.qtbot, self.things, self.focus = qtbot, Things(), Focus()
        self.session = make_session(Moving(FRAMES))
        self.panel = ClassificationsPanel(self.session, self.focus, self.things.ontology)
        self.panel.show_kind(kind)
        qtbot.addWidget(self.panel)
        self.panel.resize(320, 400)
        self.panel.show()
        self.ends = self.panel.findChild(RangeEnds)

    def at(self, frame: int) -> None:
        self.focus.set(at=("", frame))
        self.qtbot.waitUntil(lambda: self.panel._at == ("", frame))

    def press(self, what: str | QWidget) -> None:
        if isinstance(what, str):
            found = next(b for b in self.panel.findChildren(QRadioButton) if b.text() == what)
            self.qtbot.mouseClick(found, LEFT, pos=QPoint(8, found.height() // 2))
        else:
            self.qtbot.mouseClick(what, LEFT)

    def held(self) -> list:
        names = {self.things["Weather/sun"]: "sun", self.things["Weather/rain"]: "rain"}
        document = self.session.document
        told = [(c.ranges, names[document.answers_of(c.uuid)[0].value[0]]) for c in document.classifications.values()]
        return sorted(told)


@pytest.fixture
def scenes(qtbot) -> Iterator[Scenes]:
    scenes = Scenes(qtbot)
    yield scenes
    scenes.panel.close_down()


def test_a_classification_begins_on_a_frame_and_is_stretched_to_another(scenes):
    assert not scenes.ends.isVisible()
    scenes.at(10)
    scenes.press("sun")
    assert scenes.held() == [(((10, 10),), "sun")]
    scenes.at(30)
    scenes.press(scenes.ends.to_here)
    assert scenes.held() == [(((10, 30),), "sun")]
    scenes.at(5)
    scenes.press(scenes.ends.from_here)
    assert scenes.held() == [(((5, 30),), "sun")]
    scenes.session.undo()
    assert scenes.held() == [(((10, 30),), "sun")]


def test_a_classification_takes_the_chosen_frames_and_others_of_its_class_make_room(scenes):
    scenes.at(10)
    scenes.press("rain")
    scenes.focus.set(span=(5, 30))
    scenes.at(20)
    scenes.press("sun")
    assert scenes.held() == [(((5, 30),), "sun")]
    scenes.session.undo()
    assert scenes.held() == [(((10, 10),), "rain")]
    scenes.at(40)  # what is chosen is not what is looked at
    scenes.press("sun")
    assert scenes.held() == [(((10, 10),), "rain"), (((40, 40),), "sun")]


def test_ends_of_a_film_are_typed_as_its_frames_count(scenes):
    scenes.at(10)
    scenes.press("sun")
    scenes.ends.last.selectAll()
    scenes.qtbot.keyClicks(scenes.ends.last, "21")
    scenes.qtbot.keyClick(scenes.ends.last, Qt.Key.Key_Return)
    assert scenes.held() == [(((10, 21),), "sun")]


def test_what_one_gains_another_of_its_class_loses(scenes):
    scenes.press("sun")
    scenes.press(scenes.ends.whole)
    assert scenes.held() == [(((0, 59),), "sun")]
    scenes.at(20)
    scenes.press(scenes.ends.split)
    scenes.press("rain")
    assert scenes.held() == [(((0, 19),), "sun"), (((20, 59),), "rain")]
    scenes.at(9)
    scenes.press(scenes.ends.whole)
    assert scenes.held() == [(((0, 59),), "sun")]


def test_chips_lead_to_the_ranges_and_one_can_be_taken_away(scenes):
    scenes.press("sun")
    scenes.at(40)
    scenes.press("rain")
    chips = scenes.panel.findChild(RangeChips)
    assert [(c.first, c.text) for c in chips.chips] == [(0, "sun"), (40, "rain")]
    scenes.qtbot.mouseClick(chips, LEFT, pos=chips.place_of(0).center())
    scenes.qtbot.waitUntil(lambda: scenes.panel._at == ("", 0))
    scenes.press(scenes.ends.clear)
    assert scenes.held() == [(((40, 40),), "rain")]


def test_sound_is_classified_as_a_whole(qtbot):
    scenes = Scenes(qtbot, Kind.AUDIO)
    scenes.at(10)
    scenes.press("sun")
    assert scenes.held() == [((), "sun")]
    assert not scenes.ends.isVisible()
    scenes.panel.close_down()


def test_every_button_has_a_name(scenes):
    scenes.press("sun")
    assert unnamed(scenes.panel) == []
