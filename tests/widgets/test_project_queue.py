"""The queue over a real catalog: blocks of rows, filters, and verbs on what is selected."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit

from storage.catalog import datasets, tasks, trash
from storage.errors import CatalogError
from storage.model.items import Kind
from storage.model.query import ItemSelection
from storage.model.workflow import TaskStatus
from tests.support.nouns import add
from tests.support.panels import BY, Ground, unnamed
from tests.support.work import SoonWork
from widgets.item_models.task_rows import OF_SERIES, TaskColumn, TaskRows
from widgets.panels.project_queue import ProjectQueue

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
ITEMS = 300


class Room:
    def __init__(self, qtbot, tmp_path) -> None:
        self.qtbot, self.ground = qtbot, Ground(tmp_path, ITEMS)
        self.queue = ProjectQueue(self.ground.reads, self.ground.bus, SoonWork())
        qtbot.addWidget(self.queue)
        self.queue.resize(1000, 600)
        self.queue.show()
        self.queue.show_project(self.ground.reads.project(self.ground.project))
        self.shows(ITEMS)

    def shows(self, count: int) -> None:
        self.qtbot.waitUntil(lambda: self.queue.rows.rowCount() == count)

    def ids(self) -> list[int]:
        return list(self.ground.reads.task_ids(self.ground.project))

    def text(self, row: int, column: int) -> str:
        return self.queue.rows.index(row, column).data()


@pytest.fixture
def room(qtbot, tmp_path) -> Iterator[Room]:
    room = Room(qtbot, tmp_path)
    yield room
    room.ground.close()


def test_rows_are_read_in_blocks_as_they_are_needed(room):
    asked = []
    reads = room.ground.reads
    rows = TaskRows(lambda ids: asked.append(len(ids)) or reads.task_rows(ids))
    tester = QAbstractItemModelTester(rows, FATAL)
    rows.show_ids(array("q", room.ids()), reads.project(room.ground.project).workflow)
    asked.clear()
    rows.forget_rows()
    assert rows.index(3, TaskColumn.TITLE).data() == "scan 0003.jpg"
    rows.index(4, TaskColumn.TITLE).data()
    rows.index(299, TaskColumn.TITLE).data()
    assert asked[:2] == [256, 44] or sorted(asked) == [44, 256]
    del tester


def test_text_and_status_narrow_the_queue(room):
    search = room.queue.findChild(QLineEdit)
    room.qtbot.keyClicks(search, "0042")
    room.shows(1)
    search.clear()
    room.shows(ITEMS)
    room.ground.catalog.do("skip", tasks.skip, room.ids()[0])
    combo = room.queue._status
    combo.setCurrentIndex(combo.findData(TaskStatus.SKIPPED))
    combo.activated.emit(combo.currentIndex())
    room.shows(1)
    assert room.text(0, TaskColumn.TITLE) == "scan 0000.jpg"


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Return])
def test_from_the_search_keys_lead_into_what_is_found(room, key):
    opened = []
    room.queue.open_wanted.connect(opened.append)
    search = room.queue.findChild(QLineEdit)
    search.setFocus()
    room.qtbot.keyClicks(search, "0042")
    room.qtbot.keyClick(search, key)
    room.shows(1)
    room.qtbot.waitUntil(room.queue.table.hasFocus)
    room.qtbot.keyClick(room.queue.table, Qt.Key.Key_Return)
    assert opened == [room.ids()[42]]


def test_how_many_are_selected_is_said(room):
    said = room.queue._count.text
    assert said() == "300 tasks"
    room.queue.table.selectAll()
    assert said() == "300 tasks · 300 selected"
    room.queue.table.selectRow(3)
    assert said() == "300 tasks"


def test_nothing_found_offers_to_clear_the_filters(room):
    room.qtbot.keyClicks(room.queue.findChild(QLineEdit), "no such file")
    room.qtbot.waitUntil(lambda: room.queue._states.state == "empty")
    room.queue._states.empty.action_wanted.emit()
    room.shows(ITEMS)
    assert room.queue._states.state == "full"


def test_a_change_of_a_task_shows_and_the_selection_stays(room):
    room.queue.table.selectRow(2)
    chosen = room.queue.selected()
    room.ground.catalog.do("assign", tasks.assign, list(chosen), BY)
    room.qtbot.waitUntil(lambda: room.text(2, TaskColumn.ASSIGNEE) == BY)
    assert room.queue.selected() == chosen


def test_verbs_speak_of_everything_selected(room):
    assert not room.queue._skip.isEnabled()
    room.queue.table.selectAll()
    with room.qtbot.waitSignal(room.queue.skip_wanted) as seen:
        room.queue._skip.click()
    assert seen.args[0] == frozenset(room.ids())
    room.queue._people.aboutToShow.emit()
    ada = next(a for a in room.queue._people.actions() if a.data() == BY)
    with room.qtbot.waitSignal(room.queue.assign_wanted) as seen:
        ada.trigger()
    assert seen.args == [frozenset(room.ids()), BY]
    with room.qtbot.waitSignal(room.queue.priority_wanted) as seen:
        room.queue._levels.actions()[0].trigger()
    assert seen.args[1] == 1.0


def test_ctrl_enter_starts_the_next_task_and_enter_opens_the_current_one(room):
    room.queue.table.setFocus()
    room.queue.table.selectRow(1)
    with room.qtbot.waitSignal(room.queue.start_wanted) as seen:
        room.qtbot.keyClick(room.queue.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert seen.args == [room.ground.project]
    with room.qtbot.waitSignal(room.queue.open_wanted) as seen:
        room.qtbot.keyClick(room.queue.table, Qt.Key.Key_Return)
    assert seen.args == [room.ids()[1]]


def test_a_queue_that_cannot_be_read_says_why_and_tries_again(room, monkeypatch):
    def fail(*args, **kw):
        raise CatalogError("The catalog is locked.")

    with monkeypatch.context() as patch:
        patch.setattr(type(room.ground.reads), "task_ids", fail)
        room.queue.read()
        room.qtbot.waitUntil(lambda: room.queue._states.state == "failed")
    room.queue._states.retry_wanted.emit()
    room.qtbot.waitUntil(lambda: room.queue._states.state == "full")


def test_every_button_has_a_name(room):
    assert unnamed(room.queue) == []


def test_while_nobody_looks_nothing_is_read(room, monkeypatch):
    asked, told, skipped = [], [], room.ids()[0]
    real = type(room.ground.reads).task_ids
    monkeypatch.setattr(type(room.ground.reads), "task_ids", lambda *a, **kw: asked.append(1) or real(*a, **kw))
    room.queue.hide()
    room.ground.bus.changed.connect(lambda _: told.append(1))
    room.ground.catalog.do("skip", tasks.skip, skipped)
    room.qtbot.waitUntil(lambda: bool(told))
    assert not asked
    room.queue.show()
    room.qtbot.waitUntil(lambda: bool(asked))
    row = list(room.ids()).index(skipped)
    room.qtbot.waitUntil(lambda: room.text(row, TaskColumn.STATUS) == "Skipped")


CHEST = {
    "series_uid": "9.1", "patient_name": "DOE^JOHN", "patient_id": "PAT-1", "patient_birth": "19500302", "study_date": "20260301",
    "modality": "CT", "body_part": "CHEST", "series_description": "Thorax 1.0", "slices": 1400, "times": 1,
}  # fmt: skip


def hidden(room: Room) -> set[bool]:
    return {room.queue.table.isColumnHidden(column) for column in OF_SERIES}


def told(room: Room, row: int, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[str]:
    return [room.queue.rows.index(row, column).data(role) for column in OF_SERIES]


def test_a_series_is_told_by_its_patient_study_and_slices(room):
    ground = room.ground
    room.queue.resize(1300, 600)
    assert hidden(room) == {True}
    (one,) = add(ground.catalog, ground.folder, "CT series 2", kind=Kind.DICOM_SERIES, facts=CHEST)
    add(ground.catalog, ground.folder, "no facts", kind=Kind.DICOM_SERIES, facts={"series_uid": "9.3"})
    film = CHEST | {"times": 4, "slices": 20, "series_description": None, "study_description": "Heart", "patient_name": ""}
    add(ground.catalog, ground.folder, "a film", kind=Kind.DICOM_SERIES, facts=film)
    ground.catalog.do("attach", datasets.attach_folder, ground.dataset, ground.folder)
    room.shows(ITEMS + 3)
    room.qtbot.waitUntil(lambda: hidden(room) == {False})
    rows = {room.text(row, TaskColumn.TITLE): row for row in range(ITEMS, ITEMS + 3)}
    assert told(room, rows["CT series 2"]) == ["DOE, JOHN · PAT-1", "1 Mar 2026", "CT", "CHEST · Thorax 1.0", "1,400"]
    assert told(room, rows["CT series 2"], Qt.ItemDataRole.ToolTipRole)[0] == "DOE, JOHN · PAT-1 · 2 Mar 1950"
    assert told(room, rows["a film"]) == ["PAT-1", "1 Mar 2026", "CT", "CHEST · Heart", "20 × 4"]
    assert told(room, rows["no facts"]) == ["", "", "", "", "1"]
    assert told(room, 0) == [""] * len(OF_SERIES)
    room.queue.table.selectRow(rows["CT series 2"])
    assert room.queue.selected() == {room.ids()[rows["CT series 2"]]}
    ground.catalog.do("Delete", trash.delete, (), ItemSelection.of(one))
    room.shows(ITEMS + 2)
    assert hidden(room) == {False}


def test_a_series_is_found_by_its_patient_and_a_task_by_who_has_it(room):
    ground = room.ground
    add(ground.catalog, ground.folder, "CT series 2", kind=Kind.DICOM_SERIES, facts=CHEST)
    ground.catalog.do("attach", datasets.attach_folder, ground.dataset, ground.folder)
    room.shows(ITEMS + 1)
    search = room.queue.findChild(QLineEdit)
    room.qtbot.keyClicks(search, "doe chest")
    room.shows(1)
    assert room.text(0, TaskColumn.TITLE) == "CT series 2"
    search.clear()
    ground.catalog.do("assign", tasks.assign, room.ids()[:3], BY)
    room.qtbot.keyClicks(search, BY.split("@")[0])
    room.shows(3)
    search.clear()
    room.qtbot.keyClicks(search, ground.reads.task(room.ids()[7]).uuid)
    room.shows(1)
    assert room.text(0, TaskColumn.TITLE) == "scan 0007.jpg"


def test_the_columns_of_series_go_with_the_last_of_them(room):
    ground, table = room.ground, room.queue.table
    room.queue.resize(1300, 600)
    (one,) = add(ground.catalog, ground.folder, "CT series 2", kind=Kind.DICOM_SERIES, facts=CHEST)
    ground.catalog.do("attach", datasets.attach_folder, ground.dataset, ground.folder)
    room.qtbot.waitUntil(lambda: hidden(room) == {False})
    room.queue.resize(944, 600)  # what a window of 1024 has for it
    assert table.horizontalScrollBar().maximum() == 0
    assert not any(table.isColumnHidden(column) for column in (TaskColumn.TITLE, TaskColumn.PATIENT, TaskColumn.STUDY))
    ground.catalog.do("Delete", trash.delete, (), ItemSelection.of(one))
    room.qtbot.waitUntil(lambda: hidden(room) == {True})


def widths(room: Room) -> dict[TaskColumn, int]:
    table = room.queue.table
    return {column: table.columnWidth(column) for column in TaskColumn if not table.isColumnHidden(column)}


def test_names_share_what_figures_and_dates_leave_until_somebody_sets_a_width(room):
    table = room.queue.table
    assert room.queue.table.horizontalScrollBar().maximum() == 0
    room.queue.resize(1600, 600)
    wide = widths(room)
    for column in (TaskColumn.STAGE, TaskColumn.STATUS, TaskColumn.EDITED):
        texts = {room.text(row, column) for row in range(20)} | set(room.queue.rows.samples(column))
        assert wide[column] >= max(map(table.fontMetrics().horizontalAdvance, texts)) + 16
    room.queue.resize(1000, 600)
    assert widths(room)[TaskColumn.TITLE] < wide[TaskColumn.TITLE]
    table.setColumnWidth(TaskColumn.TITLE, 333)
    room.queue.resize(1600, 600)
    assert widths(room)[TaskColumn.TITLE] == 333


def test_what_cannot_be_done_with_the_selected_says_why(room):
    queue, ids = room.queue, room.ids()
    catalog = room.ground.catalog
    catalog.do("assign", tasks.assign, ids[:1], catalog.user.email)
    room.qtbot.waitUntil(lambda: room.text(0, TaskColumn.STATUS) == "Assigned")
    queue.table.selectRow(0)
    assert queue._release.isEnabled() and queue._skip.isEnabled()
    assert not queue._reopen.isEnabled() and queue._reopen.toolTip() == "Only complete tasks can be reopened"
    queue.table.selectRow(1)
    assert not queue._release.isEnabled() and queue._release.toolTip() == "Nobody has it"
    queue.table.selectAll()
    assert queue._release.isEnabled()
