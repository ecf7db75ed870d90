from __future__ import annotations

from array import array

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtTest import QAbstractItemModelTester

from storage.errors import CatalogError
from storage.model.query import ItemQuery, SortBy
from tests.support.fake_reads import FakeReads
from tests.support.work import HeldWork
from widgets import words
from widgets.item_models.file_rows import FIRST, FileRows
from widgets.item_models.selections import KeepSelection, selected_items

TESTER = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.fixture
def reads():
    made = FakeReads()
    made.add_folder("Scans")
    made.add_items(1, 600)
    return made


@pytest.fixture
def work():
    return HeldWork()


@pytest.fixture
def rows(qapp, reads, work):
    model = FileRows(reads, work)
    yield model
    model.deleteLater()


def opened(rows, work, query=None):
    rows.show_query(query or ItemQuery(folder_id=1))
    work.release_all()
    return rows


def select(selection, rows, *ranges):
    wanted = QItemSelection()
    for first, last in ranges:
        wanted.select(rows.index(first, 0), rows.index(last, rows.columnCount() - 1))
    selection.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def test_the_first_rows_of_a_folder_are_there_before_any_job_answers(rows, work):
    rows.show_query(ItemQuery(folder_id=1))
    assert rows.rowCount() == FIRST
    assert rows.index(0, 0).data() == "picture 000000.jpg"
    assert not rows.complete


def test_all_ids_are_appended_below_without_a_reset(rows, work, qtbot):
    rows.show_query(ItemQuery(folder_id=1))
    resets = []
    rows.modelReset.connect(lambda: resets.append(1))
    with qtbot.waitSignal(rows.rowsInserted) as inserted:
        work.release_all()
    assert (inserted.args[1], inserted.args[2]) == (FIRST, 599)
    assert rows.complete
    assert not resets


def test_the_count_is_known_before_the_ids(rows, work):
    told = []
    rows.counted.connect(lambda count, more: told.append((count, more, rows.rowCount())))
    rows.show_query(ItemQuery(folder_id=1))
    work.release()
    assert told == [(600, False, FIRST)]


def test_a_late_answer_of_an_earlier_search_is_dropped(rows, work):
    rows.show_query(ItemQuery(text="picture 00000"))
    rows.show_query(ItemQuery(text="picture 0001"))
    work.release(1)
    work.release(0)
    assert rows.rowCount() == 100
    assert rows.index(0, 0).data() == "picture 000100.jpg"


def test_a_search_shows_what_was_there_until_its_answer_comes(rows, work):
    opened(rows, work)
    rows.show_query(ItemQuery(text="picture 0001"))
    assert rows.rowCount() == 600
    work.release_all()
    assert rows.rowCount() == 100


def test_rows_that_changed_are_read_again_and_others_are_not(rows, work, reads):
    opened(rows, work)
    for row in (0, 300):
        rows.row(row)
    first, other = reads.items[rows.id_at(0)], reads.items[rows.id_at(300)]
    reads.items[first.id] = type(first)(**{**_fields(first), "title": "renamed.jpg"})
    reads.items[other.id] = type(other)(**{**_fields(other), "title": "not asked for.jpg"})
    rows.forget(frozenset({first.id}))
    assert rows.index(0, 0).data() == "renamed.jpg"
    assert rows.index(300, 0).data() == other.title


def test_only_rows_that_changed_are_told_of(rows, work):
    opened(rows, work)
    rows.row(300), rows.row(599)
    told = []
    rows.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    rows.forget(frozenset({10_000}))  # new ones of another place, or not listed yet
    rows.forget(frozenset({rows.id_at(300)}))
    rows.forget(frozenset({rows.id_at(599)}))
    assert told == [(256, 511), (512, 599)]


def test_an_item_that_is_gone_leaves_an_empty_row_until_the_list_is_read_again(rows, work, reads):
    opened(rows, work)
    gone = rows.id_at(2)
    del reads.items[gone]
    rows.forget(frozenset({gone}))
    assert rows.index(2, 0).data() == ""
    rows.refresh()
    work.release_all()
    assert rows.rowCount() == 599
    assert rows.number_of(gone) is None


def test_a_failure_is_told_and_leaves_no_rows(rows, work, reads, qtbot):
    reads.error = CatalogError("The disk does not answer.")
    with qtbot.waitSignal(rows.failed) as told:
        rows.show_query(ItemQuery(folder_id=1))
    assert "disk" in str(told.args[0])
    assert rows.rowCount() == 0


def test_sorting_is_another_query(rows, work):
    opened(rows, work, ItemQuery(folder_id=1, sort=SortBy.SIZE, descending=True))
    assert rows.row(0).size > rows.row(1).size > rows.row(599).size


def test_the_model_keeps_qts_rules_while_it_grows_shrinks_and_forgets(rows, work, reads):
    tester = QAbstractItemModelTester(rows, TESTER)
    opened(rows, work)
    rows.forget(frozenset({rows.id_at(300)}))
    for item_id in list(reads.items)[100:200]:
        del reads.items[item_id]
    rows.refresh()
    work.release_all()
    assert rows.rowCount() == 500
    tester.deleteLater()


def test_few_selected_rows_are_named_by_id(rows, work):
    opened(rows, work)
    selection = QItemSelectionModel(rows)
    select(selection, rows, (3, 5), (400, 400))
    chosen = selected_items(rows, selection.selection())
    assert chosen.ids == frozenset(rows.id_at(row) for row in (3, 4, 5, 400))
    assert chosen.query is None
    assert chosen.count == 4


def test_ten_thousand_rows_and_more_are_named_by_the_query_but_a_few(rows, work, reads):
    reads.add_items(1, 11_000)
    opened(rows, work)
    selection = QItemSelectionModel(rows)
    select(selection, rows, (0, 6), (8, rows.rowCount() - 1))
    chosen = selected_items(rows, selection.selection())
    assert chosen.query == ItemQuery(folder_id=1)
    assert chosen.but == frozenset({rows.id_at(7)})
    assert chosen.count == 11_599
    assert reads.selection_size(chosen)[0] == 11_599


def test_while_the_ids_are_not_all_here_a_selection_is_never_a_query(rows, work, reads):
    rows.show_query(ItemQuery(folder_id=1))
    selection = QItemSelectionModel(rows)
    select(selection, rows, (0, FIRST - 1))
    assert selected_items(rows, selection.selection()).query is None


def test_selection_and_current_row_follow_their_items_when_the_order_changes(rows, work):
    opened(rows, work)
    selection = QItemSelectionModel(rows)
    select(selection, rows, (2, 3))
    selection.setCurrentIndex(rows.index(3, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
    wanted = {rows.id_at(2), rows.id_at(3)}
    current = rows.id_at(3)
    keep = KeepSelection(rows, selection)
    keep.remember()
    opened(rows, work, ItemQuery(folder_id=1, descending=True))
    keep.restore()
    assert selected_items(rows, selection.selection()).ids == wanted
    assert rows.id_at(selection.currentIndex().row()) == current


def test_all_selected_stays_all_selected_when_items_are_added(rows, work, reads):
    opened(rows, work)
    selection = QItemSelectionModel(rows)
    select(selection, rows, (0, 599))
    keep = KeepSelection(rows, selection)
    keep.remember()
    reads.add_item(1, "a new one.jpg")
    rows.refresh()
    work.release_all()
    keep.restore()
    assert selected_items(rows, selection.selection()).count == 601


def test_rows_speak_to_screen_readers(rows, work):
    opened(rows, work)
    assert rows.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "picture 000000.jpg, Image, 640 × 480, 1.0 kB"


def test_only_blocks_near_the_screen_are_kept(rows, work, reads):
    reads.add_items(1, FileRows.BLOCK * (FileRows.KEEP + 4))
    opened(rows, work)
    asked = []
    kept = reads.rows
    reads.rows = lambda ids: asked.append(array("q", ids)) or kept(ids)
    for row in range(0, rows.rowCount(), FileRows.BLOCK):
        rows.row(row)
    before = len(asked)
    rows.row(rows.rowCount() - 1)
    assert len(asked) == before
    rows.row(FileRows.BLOCK)
    assert len(asked) == before + 1


def _fields(row):
    return {name: getattr(row, name) for name in row.__slots__}


def test_names_that_would_read_otherwise_or_break_the_line_are_marked():
    assert words.name("Straße 1.png") == "Straße 1.png"
    assert words.name("שלום.png") == "שלום.png"
    assert words.name("\u202eevil gnp.png") == "\ufffdevil gnp.png"
    assert words.name("null\u2028sep.png") == "null\u2424sep.png"
