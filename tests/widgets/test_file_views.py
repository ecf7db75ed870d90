from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu

from storage.model.query import ItemQuery, SortBy
from tests.support.fake_reads import FakeReads
from tests.support.work import FakeThumbs, SoonWork
from widgets.item_models.file_rows import COLUMNS, FOLDER_COLUMN
from widgets.item_models.selections import count_of, ranges_of
from widgets.panels.files_list import FilesList

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def reads():
    made = FakeReads()
    made.add_folder("Scans")
    made.add_items(1, 900)
    return made


@pytest.fixture
def thumbs(qapp):
    return FakeThumbs()


@pytest.fixture
def items(qtbot, reads, thumbs):
    made = FilesList(reads, SoonWork(), thumbs)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    made.show_query(ItemQuery(folder_id=1))
    qtbot.waitUntil(lambda: made.model.complete)
    return made


def selected_rows(items):
    return ranges_of(items.selection.selection())


def click(qtbot, view, number, modifiers=NONE):
    qtbot.mouseClick(view.viewport(), LEFT, modifiers, view.visualRect(view.model().index(number, 0)).center())


def test_cards_fill_the_width_and_every_card_is_found_where_it_lies(items):
    grid = items.grid
    first, last = grid.cell_rect(0), grid.cell_rect(grid._columns() - 1)
    assert first.left() == 8
    assert grid.viewport().width() - last.right() < grid._columns() + 10
    for number in grid.visible_numbers():
        centre = grid.cell_rect(number).center()
        if grid.viewport().rect().contains(centre):
            assert grid.indexAt(centre).row() == number
    assert not grid.indexAt(QPoint(2, 2)).isValid()


def test_end_goes_to_the_last_card_and_home_back(items, qtbot):
    grid = items.grid
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert grid.currentIndex().row() == 899
    assert grid.viewport().rect().contains(grid.visualRect(grid.currentIndex()))
    qtbot.keyClick(grid, Qt.Key.Key_Home)
    assert grid.currentIndex().row() == 0
    assert grid.verticalScrollBar().value() == 0


def test_end_goes_to_the_last_row_and_home_back_and_shift_takes_all_between(items, qtbot):
    items.set_mode("table")
    table = items.table
    click(qtbot, table, 5)
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert selected_rows(items) == [(899, 899)]
    assert table.viewport().rect().contains(table.visualRect(table.currentIndex()))
    qtbot.keyClick(table, Qt.Key.Key_Home, SHIFT)
    assert selected_rows(items) == [(0, 899)]
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert selected_rows(items) == [(899, 899)]
    qtbot.keyClick(table, Qt.Key.Key_Home)
    assert selected_rows(items) == [(0, 0)]


def test_arrows_move_by_card_and_by_row(items, qtbot):
    grid = items.grid
    grid.setFocus()
    click(qtbot, grid, 0)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert selected_rows(items) == [(1 + grid._columns(),) * 2]


def test_shift_click_selects_in_reading_order_not_a_rectangle(items, qtbot):
    click(qtbot, items.grid, 1)
    click(qtbot, items.grid, 6, SHIFT)
    assert selected_rows(items) == [(1, 6)]
    click(qtbot, items.grid, 3, SHIFT)
    assert selected_rows(items) == [(1, 3)]


def test_ctrl_click_adds_and_takes_away(items, qtbot):
    click(qtbot, items.grid, 1)
    click(qtbot, items.grid, 4, CTRL)
    assert selected_rows(items) == [(1, 1), (4, 4)]
    click(qtbot, items.grid, 1, CTRL)
    assert selected_rows(items) == [(4, 4)]


def test_shift_and_arrows_extend_from_where_one_began(items, qtbot):
    grid = items.grid
    grid.setFocus()
    click(qtbot, grid, 2)
    qtbot.keyClick(grid, Qt.Key.Key_Down, SHIFT)
    assert selected_rows(items) == [(2, 2 + grid._columns())]
    qtbot.keyClick(grid, Qt.Key.Key_Left, SHIFT)
    assert selected_rows(items) == [(2, 1 + grid._columns())]


def test_a_rubber_band_takes_the_cards_it_touches(items, qtbot):
    grid = items.grid
    start = QPoint(3, grid.cell_rect(0).center().y())
    end = grid.cell_rect(grid._columns() + 1).center()
    port = grid.viewport()
    qtbot.mousePress(port, LEFT, NONE, start)
    qtbot.mouseMove(port, start + QPoint(30, 10))
    for place in (start + QPoint(40, 40), end):
        _drag(port, place)
    qtbot.mouseRelease(port, LEFT, NONE, end)
    columns = grid._columns()
    assert selected_rows(items) == [(0, 1), (columns, columns + 1)]


def _drag(port, place):
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(place), port.mapToGlobal(QPointF(place)), LEFT, LEFT, NONE)
    QApplication.sendEvent(port, event)


@pytest.mark.parametrize("mode", ["grid", "table"])
def test_ctrl_a_selects_everything(items, qtbot, mode):
    items.set_mode(mode)
    items.view().setFocus()
    qtbot.keyClick(items.view(), Qt.Key.Key_A, CTRL)
    assert selected_rows(items) == [(0, 899)]


def test_the_header_never_asks_for_the_selection_of_columns(items):
    assert items.table.horizontalHeader().selectionModel() is not items.selection


def test_select_all_before_all_ids_are_here_holds_for_the_rest(qtbot, reads, thumbs):
    made = FilesList(reads, SoonWork(), thumbs)
    qtbot.addWidget(made)
    made.show_query(ItemQuery(folder_id=1))
    made.select_all()
    assert made.selected_count() == 256
    qtbot.waitUntil(lambda: made.selected_count() == 900)


def test_grid_and_table_share_one_selection_and_the_place(items, qtbot):
    items.select_ids(frozenset({items.model.id_at(500)}))
    items.set_mode("table")
    table = items.table
    assert count_of(selected_rows(items)) == 1
    assert table.viewport().rect().intersects(table.visualRect(table.currentIndex()))


def test_enter_and_double_click_open(items, qtbot):
    click(qtbot, items.grid, 3)
    items.grid.setFocus()
    with qtbot.waitSignal(items.opened) as opened:
        qtbot.keyClick(items.grid, Qt.Key.Key_Return)
    assert opened.args == [items.model.id_at(3)]


def test_only_what_is_visible_is_asked_for_the_top_first(items, thumbs, qtbot):
    qtbot.waitUntil(lambda: bool(thumbs.requests))
    keys, _ = thumbs.requests[-1]
    assert keys[0][0] == items.model.id_at(0)
    assert len(keys) < 100


def test_scrolling_asks_for_what_came_into_sight_with_a_later_generation(items, thumbs, qtbot):
    qtbot.waitUntil(lambda: bool(thumbs.requests))
    before = thumbs.requests[-1][1]
    items.grid.scrollTo(items.model.index(700, 0), QAbstractItemView.ScrollHint.PositionAtTop)
    wanted = items.model.id_at(700)
    qtbot.waitUntil(lambda: wanted in dict(thumbs.requests[-1][0]))
    assert thumbs.requests[-1][1] > before


def test_a_picture_is_drawn_when_it_arrives(items, thumbs, qtbot):
    qtbot.waitUntil(lambda: bool(thumbs.requests))
    thumbs.deliver(items.model.id_at(0), "#ff0000")
    centre = items.grid.cell_rect(0).center() - QPoint(0, 20)
    assert items.grid.viewport().grab().toImage().pixelColor(centre).name() == "#ff0000"


def test_a_picture_that_another_widget_got_first_is_drawn_too(items, thumbs, qtbot):
    qtbot.waitUntil(lambda: bool(thumbs.requests))
    number, looked, painted = 700, [], []
    key = items.model.row(number).thumb_key
    image = QImage(160, 120, QImage.Format.Format_RGB32)

    def get(asked):
        """It comes to memory after the card was painted without it, and before the grid asks for it."""
        if asked != key:
            return None
        looked.append(asked)
        return image if len(looked) > 1 else None

    class Watch(QObject):
        def eventFilter(self, _watched, event):
            if event.type() == QEvent.Type.Paint and event.region().intersects(items.grid.cell_rect(number)):
                painted.append(len(looked))
            return False

    watch = Watch()
    items.grid.viewport().installEventFilter(watch)
    thumbs.get = get
    items.grid.scrollTo(items.model.index(number, 0), QAbstractItemView.ScrollHint.PositionAtTop)
    qtbot.waitUntil(lambda: max(painted, default=0) > 0)  # it was looked for, and painted once more


def test_zooming_keeps_the_first_card_in_sight(items):
    grid = items.grid
    grid.scrollTo(items.model.index(600, 0), QAbstractItemView.ScrollHint.PositionAtTop)
    first = grid.indexAt(QPoint(40, 40)).row()
    grid.set_thumb_size(240)
    assert QRect(grid.viewport().rect()).intersects(grid.cell_rect(first))


def test_a_click_on_a_header_asks_for_another_order_and_again_turns_it(items, qtbot):
    items.set_mode("table")
    header = items.table.horizontalHeader()
    size = next(number for number, column in enumerate(COLUMNS) if column.key == "size")
    items.table.setColumnHidden(size, False)
    place = QPoint(header.sectionViewportPosition(size) + 20, 10)
    items.sort_wanted.connect(lambda by, down: items.show_query(ItemQuery(folder_id=1, sort=by, descending=down)))
    for wanted in ((SortBy.SIZE, False), (SortBy.SIZE, True)):
        with qtbot.waitSignal(items.sort_wanted) as asked:
            qtbot.mouseClick(header.viewport(), LEFT, NONE, place)
        assert tuple(asked.args) == wanted
        qtbot.waitUntil(lambda: items.model.complete)


def test_columns_are_remembered(items, qtbot, reads, thumbs):
    items.table.setColumnWidth(0, 333)
    items.table.setColumnHidden(7, False)
    state = items.table.columns_state()
    other = FilesList(reads, SoonWork(), thumbs)
    qtbot.addWidget(other)
    other.table.restore_columns(state)
    assert other.table.columnWidth(0) == 333
    assert not other.table.isColumnHidden(7)
    assert other.table.isColumnHidden(FOLDER_COLUMN)


def shown_columns(table) -> list[str]:
    return [column.key for number, column in enumerate(COLUMNS) if not table.isColumnHidden(number)]


@pytest.mark.parametrize("with_folder", [False, True])
def test_what_matters_is_seen_without_scrolling_sideways(items, with_folder):
    """672 is what a window of 1280 leaves between the folders and the details. How many columns find room is a matter of fonts."""
    items.set_mode("table")
    table = items.table
    table.show_folder_column(with_folder)
    before = {column.key for column in COLUMNS}
    for width in (1300, 900, 694, 672, 520):
        items.resize(width, 600)
        shown = set(shown_columns(table))
        assert {"title", "labelled", "added"} <= shown <= before
        assert ("folder" in shown) is with_folder
        assert table.horizontalScrollBar().maximum() == 0 or width < 672
        if width == 1300:
            assert {"kind", "length", "location", "size", "dimensions"} <= shown
        before = shown


@pytest.mark.parametrize("width", [694, 1300])
def test_no_word_is_cut_but_of_names_and_folders(items, width):
    items.set_mode("table")
    items.resize(width, 600)
    table, model = items.table, items.model
    for number, column in enumerate(COLUMNS):
        if column.key in ("title", "folder") or table.isColumnHidden(number):
            continue
        texts = {model.text(model.row(row), column.key) for row in range(20)} | set(model.samples(column.key))
        assert table.columnWidth(number) >= max(map(table.fontMetrics().horizontalAdvance, texts)) + 16, column.key


def test_the_name_takes_what_the_other_columns_leave_until_its_width_is_set(items, qtbot):
    items.set_mode("table")
    table = items.table
    items.resize(694, 600)
    narrow = table.columnWidth(0)
    edge = table.columnViewportPosition(len(COLUMNS) - 1) + table.columnWidth(len(COLUMNS) - 1)
    assert edge == table.viewport().width()
    items.resize(1300, 600)
    assert table.columnWidth(0) > narrow + 100
    table.setColumnWidth(0, 233)
    items.resize(1100, 600)
    assert table.columnWidth(0) == 233


def test_columns_that_somebody_chose_stay_in_every_window(items):
    items.set_mode("table")
    table = items.table
    items.resize(660, 600)
    assert table.columns_state().isEmpty() and "length" not in shown_columns(table)
    length = next(number for number, column in enumerate(COLUMNS) if column.key == "length")
    table._choose_columns(QPoint(5, 5))
    menu = table.findChild(QMenu)
    next(action for action in menu.actions() if action.data() == length).trigger()
    menu.close()
    items.resize(520, 600)
    assert "length" in shown_columns(table) and not table.columns_state().isEmpty()


class Paints(QObject):
    count = 0

    def eventFilter(self, watched, event):
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_items_added_below_what_is_on_screen_paint_nothing_anew(items, reads, qtbot):
    grid, paints = items.grid, Paints()
    qtbot.waitUntil(lambda: not grid._cache._timer.isActive())
    grid.viewport().installEventFilter(paints)

    def add(titles):
        new = [reads.add_item(1, title) for title in titles]
        items.model.forget(frozenset(new))
        with qtbot.waitSignal(items.model.completed):
            items.model.refresh()
        QApplication.sendPostedEvents()
        return paints.count

    assert add(["zebra 1", "zebra 2"]) == 0
    assert items.model.rowCount() == 902
    assert add(["aardvark"]) > 0


def test_the_list_keeps_its_place_when_items_are_added_above(items, reads, qtbot):
    grid = items.grid
    grid.scrollTo(items.model.index(600, 0), QAbstractItemView.ScrollHint.PositionAtTop)
    top = items.model.id_at(grid.indexAt(QPoint(40, 40)).row())
    for number in range(40):
        reads.add_item(1, f"a{number}.jpg")
    items.model.refresh()
    qtbot.waitUntil(lambda: items.model.rowCount() == 940)
    assert grid.viewport().rect().intersects(grid.cell_rect(items.model.number_of(top)))


@pytest.mark.parametrize("mode", ["grid", "table"])
def test_a_drag_that_begins_on_an_item_drags_the_selected_ones(items, qtbot, mode, monkeypatch):
    from PySide6.QtGui import QDrag

    from widgets import drags

    begun = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, *actions: begun.append(drags.payload_of(drag.mimeData())))
    items.set_mode(mode)
    view = items.view()
    view.paths_of = lambda selection: [f"/data/{item_id}" for item_id in selection.ids]
    click(qtbot, view, 1)
    click(qtbot, view, 2, CTRL)
    start = view.visualRect(items.model.index(2, 0)).center()
    qtbot.mousePress(view.viewport(), LEFT, NONE, start)
    _drag(view.viewport(), start + QPoint(3, 0))
    assert begun == []
    _drag(view.viewport(), start + QPoint(30, 5))
    assert begun[0].items.ids == {items.model.id_at(1), items.model.id_at(2)}
    qtbot.mouseRelease(view.viewport(), LEFT, NONE, start)
