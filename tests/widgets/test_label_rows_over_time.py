"""The list of instances while frames go by: only what begins or ends there moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from storage.editing import verbs
from storage.editing.edits import Put
from storage.editing.focus import Focus
from storage.editing.on_frames import Moving, Still
from storage.model.geometry import AudioRanges, Box, TextRanges
from storage.model.sheets import Sheet
from tests.support.panels import BY, Things, draw, make_session
from widgets.item_models.instance_place import InstancePlace, State, ranges_text
from widgets.item_models.label_rows import LabelRows, Role
from widgets.panels.labels import LabelsPanel

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
FRAMES = 60


class Room:
    """Car 1 on 0 to 20, Car 2 on 10 to 40 (hidden from 20 to 29), Tree 1 on 50 alone."""

    def __init__(self) -> None:
        self.things, self.session, self.focus = Things(), make_session(Moving(FRAMES)), Focus()
        self.one, self.two = self.track("Car", 0, 20), self.track("Car", 10, 20, 30, 40)
        self.tree = self.track("Tree", 50)
        hidden = self.session.document.annotation_of(self.two, ("", 20))
        self.session.do("Hide", (Put(replace(hidden, outside=True)),))
        self.rows = LabelRows(self.session, self.focus, self.things.ontology)
        self.tester = QAbstractItemModelTester(self.rows, FATAL)
        self.resets: list[int] = []
        self.rows.modelReset.connect(lambda: self.resets.append(1))

    def track(self, name: str, first: int, *others: int) -> str:
        own = draw(self.session, self.things[name], first)
        for frame in others:
            add = verbs.add_annotation(self.session.document, own, Box(frame, 2, 30, 40), ("", frame), by=BY, now=1)
            self.session.do("Key frame", add)
        return own

    def at(self, frame: int) -> list[str]:
        self.focus.set(at=("", frame))
        rows = (self.rows.index(row, 0) for row in range(self.rows.rowCount()))
        return [i.data() for i in rows if i.data(Role.HEADER) is None]

    def state(self, uuid: str) -> State:
        return self.rows.index(self.rows.row_of(uuid), 0).data(Role.STATE)


@pytest.fixture
def room(qapp) -> Iterator[Room]:
    room = Room()
    yield room
    room.rows.close()


def test_objects_come_and_go_with_the_frames_and_nothing_is_made_anew(room):
    assert room.at(0) == ["Car 1"]
    assert room.at(10) == ["Car 1", "Car 2"]
    assert room.at(21) == ["Car 2"]
    assert room.at(45) == []
    assert room.at(50) == ["Tree 1"]
    assert room.rows.counts == (1, 1)
    assert room.resets == []


def test_each_row_says_how_the_object_is_on_the_frame(room):
    assert room.at(20) == ["Car 1", "Car 2"]
    assert (room.state(room.one), room.state(room.two)) == (State.KEY, State.OUTSIDE)
    room.at(15)
    assert room.state(room.one) is State.BETWEEN
    room.rows.show_all_frames(True)
    assert (room.state(room.one), room.state(room.tree)) == (State.BETWEEN, State.ABSENT)
    assert [room.rows.index(room.rows.row_of(u), 0).data(Role.WHERE) for u in (room.one, room.two, room.tree)] == [
        "0–20", "10–40", "50",
    ]  # fmt: skip


def test_another_frame_touches_only_rows_that_look_otherwise(room):
    room.at(12)
    assert (room.state(room.one), room.state(room.two)) == (State.BETWEEN, State.BETWEEN)
    touched = []
    room.rows.dataChanged.connect(lambda a, b: touched.extend(range(a.row(), b.row() + 1)))
    room.at(13)
    assert touched == []
    room.at(20)
    assert sorted(touched) == [room.rows.row_of(room.one), room.rows.row_of(room.two)]


def test_an_edit_between_key_frames_keeps_the_object_in_the_list(room):
    room.at(15)
    cut = room.session.document.annotation_of(room.one, ("", 20))
    room.session.do("Alone", (Put(replace(cut, frame=12)),))  # its life ends at frame 12 now
    assert room.at(15) == ["Car 2"]
    room.session.undo()
    assert room.at(15) == ["Car 1", "Car 2"]


def test_what_is_selected_stays_so_while_it_is_not_on_the_frame(qtbot, room):
    panel = LabelsPanel(room.session, room.focus, room.things.ontology)
    qtbot.addWidget(panel)
    panel.resize(280, 300)
    panel.show()
    room.focus.select([room.one, room.two])
    room.focus.set(at=("", 45))
    assert room.focus.selected == (room.one, room.two)
    room.focus.set(at=("", 35))
    assert [p.top() for p in panel.table.selectionModel().selection()] == [panel.rows.row_of(room.two)]
    panel.close_down()


def test_what_is_selected_is_so_in_the_list_when_an_edit_brings_it_onto_the_frame(qtbot, room):
    panel = LabelsPanel(room.session, room.focus, room.things.ontology)
    qtbot.addWidget(panel)
    panel.resize(280, 300)
    panel.show()
    room.focus.select([room.tree])
    room.focus.set(at=("", 45))
    room.session.do(
        "Key frame", verbs.add_annotation(room.session.document, room.tree, Box(1, 2, 3, 4), ("", 45), by=BY, now=1)
    )

    def chosen() -> list[str]:
        return [index.data(Role.UUID) for index in panel.table.selectionModel().selectedRows()]

    assert chosen() == [room.tree]
    room.session.undo()
    assert room.focus.selected == (room.tree,) and chosen() == []
    room.session.redo()
    assert chosen() == [room.tree]
    edits = verbs.set_class(room.session.document, [room.tree], room.things["Car"], by=BY, now=1)
    room.session.do("Class", edits)
    assert room.focus.selected == (room.tree,) and chosen() == [room.tree]
    panel.close_down()


def test_the_head_says_what_is_counted_and_what_lies_elsewhere(qtbot, room):
    room.focus.set(at=("", 45))
    panel = LabelsPanel(room.session, room.focus, room.things.ontology)
    qtbot.addWidget(panel)
    panel.show()
    assert panel._note.text() == "Nothing is marked here. Elsewhere: 3."
    room.focus.set(at=("", 15))
    assert panel._head._count.text() == "2 here"
    qtbot.mouseClick(panel._all_frames, Qt.MouseButton.LeftButton)
    assert panel._head._count.text() == "3"
    panel.close_down()


def test_what_is_marked_elsewhere_is_told_at_once(qtbot):
    """As in another plane of a volume, while its slice shows nothing."""
    things, session, focus = Things(), make_session(Moving(FRAMES)), Focus()
    panel = LabelsPanel(session, focus, things.ontology)
    qtbot.addWidget(panel)
    panel.show()
    assert panel._note.text().startswith("Nothing is marked yet")
    draw(session, things["Car"], 40)
    assert panel._note.text() == "Nothing is marked here. Elsewhere: 1."
    session.undo()
    assert panel._note.text().startswith("Nothing is marked yet")
    session.redo()
    focus.set(at=("", 40))
    assert panel._note.text() == "" and panel._head._count.text() == "1 here"
    panel.close_down()


def test_many_that_come_at_once_make_the_rows_anew(room):
    for _ in range(LabelRows.MANY + 1):
        room.track("Car", 55)
    assert len(room.at(55)) == LabelRows.MANY + 1
    assert len(room.resets) == 1


def test_times_beyond_an_hour_have_hours_and_find_room():
    assert ranges_text(AudioRanges(((3_215_041, 4_907_168),))) == "0:53:35–1:21:47"
    assert ranges_text(AudioRanges(((0, 3_599_999),))) == "0:00.000–59:59.999"


def test_media_without_frames_say_where_in_their_own_words(qapp):
    things, session, focus = Things(), make_session(), Focus()
    own = draw(session, things["Car"])
    row = session.document.annotation_of(own)
    session.do("Sound", (Put(replace(row, geometry=AudioRanges(((1200, 3400), (5000, 6000))))),))
    rows = LabelRows(session, focus, things.ontology)
    assert rows.index(1, 0).data(Role.WHERE) == "0:01.200–0:03.400 +1"
    assert rows.index(1, 0).data(Role.STATE) is None
    rows.close()
    told = LabelRows(session, focus, things.ontology, describe=lambda uuid: "“the quick”" if uuid == own else "")
    assert told.index(1, 0).data(Role.WHERE) == "“the quick”"
    told.close()
    assert ranges_text(TextRanges(((4, 9),))) == "4–9"


def test_members_of_a_group_are_counted_in_their_order(qapp):
    things, focus = Things(), Focus()
    session = make_session(Still(3, ("z", "b", "a")))
    made, _own = verbs.add_object(session.document, things["Car"], Box(1, 1, 2, 2), ("b", 0), by=BY, now=1)
    session.do("Draw", made)
    focus.set(at=("b", 0))
    rows = LabelRows(session, focus, things.ontology)
    assert (rows.index(1, 0).data(Role.WHERE), rows.index(1, 0).data(Role.STATE)) == ("2", State.ALONE)
    focus.set(at=("a", 0))
    assert rows.rowCount() == 0
    rows.close()


def test_in_a_volume_of_several_times_slices_and_times_are_told(qapp):
    things, session = Things(), make_session(Still(150, slices=15))
    once, often = draw(session, things["Car"], 98), draw(session, things["Car"], 7)
    for frame in (15 + 10, 15 + 11):
        session.do("Paint", verbs.add_annotation(session.document, often, Box(1, 2, 30, 40), ("", frame), by=BY, now=1))
    place = InstancePlace(session, Focus(), None)
    assert (place.where(once), place.where(often)) == ("9 · time 7", "8–12 · 2 times")


def test_what_lies_on_a_plane_is_listed_at_its_time_only(qapp):
    things, focus, session = Things(), Focus(), make_session(Still(150, slices=15))
    part = Sheet((0, 0, 0), (1, 0, 0), (0, 0, 1)).part
    made, _own = verbs.add_object(session.document, things["Car"], Box(1, 1, 2, 2), (part, 98), by=BY, now=1)
    session.do("Draw", made)
    rows = LabelRows(session, focus, things.ontology)
    for frame, listed in ((95, True), (0, False), (104, True), (105, False)):
        focus.set(at=("", frame))
        assert bool(rows.rowCount()) is listed
    rows.show_all_frames(True)
    (place,) = (rows.index(row, 0) for row in range(rows.rowCount()) if rows.index(row, 0).data(Role.WHERE))
    assert (place.data(Role.WHERE), place.data(Role.STATE)) == ("on a plane · time 7", State.ABSENT)
    focus.set(at=("", 90))
    assert place.data(Role.STATE) is None
    rows.close()
