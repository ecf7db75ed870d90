"""Classes, instances and what is missing: in step with the focus both ways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QListView, QListWidget

from storage.editing import key_images
from storage.editing.focus import Focus
from storage.editing.on_frames import Still
from storage.model import ontology_edit as edit
from storage.model.class_keys import class_keys
from storage.model.geometry import PICTURE_SHAPES, ShapeKind
from storage.model.items import Kind
from storage.model.key_images import key_class, with_key_class
from storage.model.ontology import Ontology
from tests.support.panels import Things, draw, make_session, unnamed
from widgets.controls.key_images import KeyImagesLine
from widgets.controls.range_chips import RangeChips
from widgets.item_models.label_rows import Column
from widgets.panels.classes import ClassesPanel
from widgets.panels.classifications import ClassificationsPanel
from widgets.panels.gaps import GapsList
from widgets.panels.labels import LabelsPanel

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


class Room:
    def __init__(self, qtbot) -> None:
        self.qtbot, self.things, self.session, self.focus = qtbot, Things(), make_session(), Focus()
        self.cars = [draw(self.session, self.things["Car"]) for _ in range(4)]
        self.tree = draw(self.session, self.things["Tree"])
        self.panel = LabelsPanel(self.session, self.focus, self.things.ontology)
        qtbot.addWidget(self.panel)
        self.panel.resize(280, 400)
        self.panel.show()
        self.table = self.panel.table

    def place(self, uuid: str, column: int = Column.NAME) -> QPoint:
        return self.table.visualRect(self.panel.rows.index(self.panel.rows.row_of(uuid), column)).center()

    def click(self, uuid: str, modifier=NONE, column: int = Column.NAME) -> None:
        self.qtbot.mouseClick(self.table.viewport(), LEFT, modifier, self.place(uuid, column))


@pytest.fixture
def room(qtbot) -> Iterator[Room]:
    room = Room(qtbot)
    yield room
    room.panel.close_down()


def test_click_ctrl_and_shift_select_as_in_every_list(room):
    one, two, three, four = room.cars
    room.click(one)
    assert room.focus.selected == (one,)
    room.click(three, CTRL)
    assert set(room.focus.selected) == {one, three}
    room.click(two)
    room.click(four, SHIFT)
    assert set(room.focus.selected) == {two, three, four}
    assert room.focus.primary == four


def test_what_the_canvas_selects_is_selected_in_the_list(room):
    room.focus.select([room.cars[1], room.tree])
    rows = {i.top() for i in room.table.selectionModel().selection()}
    assert rows == {room.panel.rows.row_of(room.cars[1]), room.panel.rows.row_of(room.tree)}


def test_a_deleted_instance_leaves_the_others_selected(room):
    from storage.editing import verbs

    room.focus.select([room.cars[2]])
    room.session.do("d", verbs.delete_instances(room.session.document, [room.cars[0]]))
    assert room.focus.selected == (room.cars[2],)
    parts = list(room.table.selectionModel().selection())
    assert [p.top() for p in parts] == [room.panel.rows.row_of(room.cars[2])]


def test_the_eye_of_a_selected_row_speaks_for_the_selection(room):
    room.focus.select(room.cars[:2])
    room.click(room.cars[0], column=Column.EYE)
    assert room.focus.hidden == set(room.cars[:2])
    assert set(room.focus.selected) == set(room.cars[:2])
    room.click(room.tree, column=Column.LOCK)
    assert room.focus.locked == {room.tree}


def test_the_heading_of_a_class_selects_all_of_it(room):
    heading = room.table.visualRect(room.panel.rows.index(0, Column.NAME))
    room.qtbot.mouseClick(room.table.viewport(), LEFT, NONE, heading.center())
    assert set(room.focus.selected) == set(room.cars)


def test_double_click_asks_to_zoom_there(room):
    with room.qtbot.waitSignal(room.panel.zoom_wanted) as seen:
        room.qtbot.mouseDClick(room.table.viewport(), LEFT, NONE, room.place(room.tree))
    room.qtbot.mouseRelease(room.table.viewport(), LEFT, NONE, room.place(room.tree))
    assert seen.args == [room.tree]


def test_digits_are_left_to_the_editor(room):
    room.click(room.cars[0])
    room.qtbot.keyClick(room.table, Qt.Key.Key_2)
    assert room.focus.selected == (room.cars[0],)


def test_every_tool_of_the_list_has_a_name(room):
    assert unnamed(room.panel) == []


# -- classes


def classes(qtbot, focus, ontology, **options) -> ClassesPanel:
    panel = ClassesPanel(focus, ontology, **options)
    qtbot.addWidget(panel)
    panel.resize(260, 400)
    panel.show()
    return panel


def test_a_click_arms_a_class_and_a_second_one_disarms_it(qtbot):
    things, focus = Things(), Focus()
    panel = classes(qtbot, focus, things.ontology)
    view = panel.findChild(QListView)
    place = view.visualRect(view.model().index(1, 0)).center()
    qtbot.mouseClick(view.viewport(), LEFT, NONE, place)
    assert focus.armed == things["Tree"]
    qtbot.mouseClick(view.viewport(), LEFT, NONE, place)
    assert focus.armed is None
    panel.close_down()


def test_archived_classes_are_not_offered_and_impossible_ones_cannot_be_armed(qtbot):
    things, focus = Things(), Focus()
    things.object("Speech", ShapeKind.AUDIO)
    panel = classes(qtbot, focus, edit.set_archived(things.ontology, things["Car"], True))
    view = panel.findChild(QListView)
    assert [view.model().index(r, 0).data() for r in range(view.model().rowCount())] == ["Tree", "Speech"]
    qtbot.mouseClick(view.viewport(), LEFT, NONE, view.visualRect(view.model().index(1, 0)).center())
    assert focus.armed is None
    panel.close_down()


def test_only_what_the_kind_of_file_can_hold_can_be_armed_and_the_rest_says_why(qtbot):
    things, focus = Things(), Focus()
    things.object("Speech", ShapeKind.AUDIO)
    focus.set(armed=things["Car"])
    panel = classes(qtbot, focus, things.ontology)
    panel.show_kind(Kind.AUDIO)
    view = panel.findChild(QListView)
    rows = view.model()
    assert [rows.index(r, 0).data() for r in range(rows.rowCount())] == ["Speech", "Car", "Tree"]
    assert focus.armed is None
    car = rows.index(1, 0)
    qtbot.mouseClick(view.viewport(), LEFT, NONE, view.visualRect(car).center())
    assert focus.armed is None
    assert "Bounding box" in car.data(Qt.ItemDataRole.ToolTipRole)
    qtbot.mouseClick(view.viewport(), LEFT, NONE, view.visualRect(rows.index(0, 0)).center())
    assert focus.armed == things["Speech"]
    panel.show_kind(Kind.VIDEO)
    assert [rows.index(r, 0).data() for r in range(rows.rowCount())] == ["Car", "Tree", "Speech"]
    panel.show_ontology(edit.remove(edit.remove(things.ontology, things["Car"]), things["Tree"]))
    assert panel._note.isVisible()
    panel.close_down()


def test_a_long_list_can_be_searched_and_enter_arms_the_first(qtbot):
    things, focus = Things(), Focus()
    for n in range(12):
        things.object(f"Thing {n}", ShapeKind.POINT)
    panel = classes(qtbot, focus, things.ontology)
    search = panel.findChild(QLineEdit)
    assert search.isVisible()
    panel.resize(260, 200)
    qtbot.keyClicks(search, "thing 7")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert focus.armed == things["Thing 7"]
    view, rows = panel._list, panel._rows
    assert search.text() == "" and rows.rowCount() == 14
    assert view.viewport().rect().contains(view.visualRect(rows.index(rows.row_of(things["Thing 7"]), 0)))
    panel.close_down()


def test_escape_takes_back_what_sifts_the_list(qtbot):
    things, focus = Things(), Focus()
    for n in range(12):
        things.object(f"Thing {n}", ShapeKind.POINT)
    panel = classes(qtbot, focus, things.ontology)
    search = panel.findChild(QLineEdit)
    qtbot.keyClicks(search, "zzz")
    assert panel._rows.rowCount() == 0
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert panel._rows.rowCount() == 14
    panel.close_down()


def test_a_class_without_a_key_has_the_digit_of_its_place():
    things = Things()
    ontology = edit.set_hotkey(edit.set_hotkey(things.ontology, things["Car"], "2"), things["Tree"], "")
    assert class_keys(ontology, PICTURE_SHAPES) == {things["Car"]: "2"}
    assert class_keys(edit.set_hotkey(ontology, things["Car"], "7"), PICTURE_SHAPES)[things["Tree"]] == "2"


def test_on_a_sound_the_digits_of_what_cannot_be_drawn_serve_what_can():
    things = Things()
    for n in range(12):
        things.object(f"Thing {n}", ShapeKind.POINT)
    speech = things.object("Speech", ShapeKind.AUDIO)
    assert class_keys(things.ontology, (ShapeKind.AUDIO,)) == {speech: "1"}


# -- gaps


def test_a_click_on_a_gap_goes_there(qtbot):
    things, session, focus = Things(), make_session(), Focus()
    ontology = edit.set_required(things.ontology, things["Car/Plate"], True)
    car = draw(session, things["Car"], frame=2)
    gaps = GapsList(session, focus, ontology, 5)
    qtbot.addWidget(gaps)
    gaps.resize(300, 200)
    gaps.show()
    view = gaps.findChild(QListWidget)
    with qtbot.waitSignal(gaps.jump_wanted) as seen:
        qtbot.mouseClick(view.viewport(), LEFT, NONE, view.visualItemRect(view.item(0)).center())
    assert (focus.at, focus.selected) == (("", 2), (car,))
    assert seen.args[0].attribute == things["Car/Plate"]
    from storage.editing import verbs

    session.do("answer", verbs.set_answer(session.document, car, things["Car/Plate"], "KA 1"))
    qtbot.waitUntil(lambda: view.count() == 0)
    gaps.close_down()


@pytest.mark.parametrize(
    ("frames", "told"),
    [
        (Still(150, slices=15), "slice 9 · time 7"),
        (Still(150, slices=150), "slice 99"),
        (Still(150), "frame 99"),
    ],
)
def test_a_gap_says_where_it_is_as_people_count(qtbot, frames, told):
    things, session = Things(), make_session(frames)
    ontology = with_key_class(edit.set_required(things.ontology, things["Car/Plate"], True))
    draw(session, things["Car"], frame=98)
    gaps = GapsList(session, Focus(), ontology, 150)
    qtbot.addWidget(gaps)
    gaps.refresh()
    assert gaps.findChild(QListWidget).item(0).text().endswith(f"({told})")
    session.do("Mark", key_images.toggle(session.document, key_class(ontology), 98, by="ann@example.org", now=1))
    line = KeyImagesLine(session, Focus(), ontology)
    qtbot.addWidget(line)
    assert told.endswith(line.chips._text(0))
    panel = ClassificationsPanel(session, Focus(), ontology)
    qtbot.addWidget(panel)
    (chips,) = (c for c in panel.findChildren(RangeChips) if c.chips)
    assert told.endswith(chips.chips[0].where)
    panel.close_down()
    gaps.close_down()
    line.close_down()


def test_an_empty_list_asks_for_what_can_be_done_only(qtbot):
    for ontology, sealed, asks in ((Things().ontology, "", True), (Ontology(), "", False), (Things().ontology, "Why", False)):
        session = make_session()
        session.sealed = sealed
        panel = LabelsPanel(session, Focus(), ontology)
        qtbot.addWidget(panel)
        assert ("Choose a class" in panel._note.text()) is asks
        panel.seal()
        assert panel._note.text() == "Nothing is marked."
        panel.close_down()


def test_few_classes_leave_their_room_to_others(qtbot):
    things = Things()
    panel = ClassesPanel(Focus(), things.ontology)
    qtbot.addWidget(panel)
    panel.resize(280, 500)
    panel.show()
    assert panel.height() < 500
    view = panel.findChild(QListView)
    assert view.visualRect(view.model().index(view.model().rowCount() - 1, 0)).bottom() < view.viewport().height()
    panel.seal("It is complete.")
    panel.resize(280, 500)
    assert panel.height() == 500  # there is a sentence to be read
    panel.close_down()
