"""The list of instances follows the document row by row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from storage.editing import verbs
from storage.editing.focus import Focus
from storage.model import ontology_edit
from storage.model.deleted_classes import keep_names
from storage.model.geometry import Box
from tests.support.panels import BY, Things, draw, make_session
from widgets.item_models.label_rows import Column, LabelRows, Role

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


class Room:
    def __init__(self) -> None:
        self.things, self.session, self.focus = Things(), make_session(), Focus()
        self.rows = LabelRows(self.session, self.focus, self.things.ontology)
        self.tester = QAbstractItemModelTester(self.rows, FATAL)
        self.resets: list[int] = []
        self.touched: list[tuple[int, int]] = []
        self.rows.modelReset.connect(lambda: self.resets.append(1))
        self.rows.dataChanged.connect(lambda a, b: self.touched.append((a.row(), b.row())))

    def titles(self) -> list[str]:
        shown = []
        for row in range(self.rows.rowCount()):
            index = self.rows.index(row, 0)
            header = index.data(Role.HEADER)
            shown.append(f"{index.data()} ({index.data(Role.COUNT)})" if header is not None else index.data())
        return shown


@pytest.fixture
def room(qapp) -> Iterator[Room]:
    room = Room()
    yield room
    room.rows.close()


def test_instances_stand_under_their_class_and_come_without_a_reset(room):
    draw(room.session, room.things["Tree"])
    draw(room.session, room.things["Car"])
    draw(room.session, room.things["Car"])
    assert room.titles() == ["Car (2)", "Car 1", "Car 2", "Tree (1)", "Tree 1"]
    assert not room.resets


def test_undo_and_redo_take_rows_out_and_bring_them_back(room):
    draw(room.session, room.things["Car"])
    room.session.undo()
    assert room.titles() == []
    room.session.redo()
    assert room.titles() == ["Car (1)", "Car 1"]


def test_another_class_moves_the_row(room):
    car = draw(room.session, room.things["Car"])
    draw(room.session, room.things["Car"])
    room.session.do("c", verbs.set_class(room.session.document, [car], room.things["Tree"], by=BY, now=2))
    assert room.titles() == ["Car (1)", "Car 2", "Tree (1)", "Tree 1"]


def test_a_moved_shape_touches_its_own_row_only(room):
    draw(room.session, room.things["Car"])
    car = draw(room.session, room.things["Car"])
    shape = room.session.document.annotation_of(car)
    room.touched.clear()
    room.session.do("m", verbs.set_geometry(room.session.document, {shape.uuid: Box(5, 5, 9, 9)}, by=BY, now=2))
    assert room.touched == [(2, 2)]


def test_a_closed_group_keeps_its_count_and_its_members(room):
    first = draw(room.session, room.things["Car"])
    room.rows.set_open(room.things["Car"], False)
    second = draw(room.session, room.things["Car"])
    assert room.titles() == ["Car (2)"]
    assert room.rows.members(room.things["Car"]) == [first, second]
    room.session.do("d", verbs.delete_instances(room.session.document, [first, second]))
    assert room.titles() == []


def test_objects_of_a_class_that_was_deleted_keep_its_name(room):
    draw(room.session, room.things["Car"])
    before = room.things.ontology
    without = ontology_edit.remove(before, room.things["Car"])
    room.rows.show_ontology(without)
    assert room.titles() == ["Unknown class (1)", "Unknown class 1"]
    room.rows.show_ontology(keep_names(before, without))
    assert room.titles() == ["Car (deleted) (1)", "Car (deleted) 1"]
    for sought, found in (("car (del", ["Car (deleted) (1)", "Car (deleted) 1"]), ("unknown", [])):
        room.rows.filter(sought)
        assert room.titles() == found


def test_the_filter_finds_name_and_number(room):
    for _ in range(12):
        draw(room.session, room.things["Car"])
    draw(room.session, room.things["Tree"])
    room.rows.filter("car 1")
    assert room.titles() == ["Car (4)", "Car 1", "Car 10", "Car 11", "Car 12"]
    assert room.rows.counts == (4, 13)
    draw(room.session, room.things["Tree"])  # does not pass: stays out
    assert room.rows.rowCount() == 5


def test_only_what_lies_on_the_frame_is_listed(room):
    draw(room.session, room.things["Car"], frame=0)
    draw(room.session, room.things["Car"], frame=3)
    assert room.titles() == ["Car (1)", "Car 1"]
    room.focus.set(at=("", 3))
    assert room.titles() == ["Car (1)", "Car 2"]
    room.rows.show_all_frames(True)
    assert room.titles() == ["Car (2)", "Car 1", "Car 2"]


def test_flat_is_by_age(room):
    draw(room.session, room.things["Tree"])
    draw(room.session, room.things["Car"])
    room.rows.show_grouped(False)
    assert sorted(room.titles()) == ["Car 1", "Tree 1"]
    assert room.rows.index(0, Column.NAME).data(Role.HEADER) is None


def test_hidden_shows_on_the_row_and_on_a_group_whose_all_are_hidden(room):
    one, two = (draw(room.session, room.things["Car"]) for _ in range(2))
    room.focus.hide([one], True)
    assert room.rows.index(1, Column.EYE).data(Role.HIDDEN)
    assert not room.rows.index(0, Column.EYE).data(Role.HIDDEN)
    room.focus.hide([two], True)
    assert room.rows.index(0, Column.EYE).data(Role.HIDDEN)


def test_many_at_once_make_the_rows_anew(room):
    edits = []
    for _ in range(LabelRows.MANY + 5):
        made, _uuid = verbs.add_object(room.session.document, room.things["Car"], Box(0, 0, 1, 1), ("", 0), by=BY, now=1)
        edits.extend(made)
    room.session.do("many", edits)
    assert room.rows.rowCount() == LabelRows.MANY + 6
    assert len(room.resets) == 1


def test_a_preview_is_not_listed_before_it_is_done(room):
    edits, _ = verbs.add_object(room.session.document, room.things["Car"], Box(0, 0, 1, 1), ("", 0), by=BY, now=1)
    room.session.begin("draw")
    room.session.preview(*edits)
    assert room.titles() == []
    room.session.commit()
    assert room.titles() == ["Car (1)", "Car 1"]
