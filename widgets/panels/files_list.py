"""The items of one place as cards or as a table, in the four states: empty, loading, full, failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QStackedLayout, QWidget

from storage.model.query import ItemQuery, ItemSelection, SortBy
from widgets.controls.drop_frame import DropFrame
from widgets.controls.drop_hint import DropHint
from widgets.controls.rename import InlineRename
from widgets.controls.states import FailedPanel, Skeleton, StatePanel
from widgets.drop_rules import weigh
from widgets.item_models.file_rows import FileRows
from widgets.item_models.selections import KeepSelection, count_of, ranges_of, selected_items
from widgets.only_read import writes
from widgets.thumbs import Thumbs
from widgets.views.file_grid import FileGrid
from widgets.views.file_table import FileTable
from widgets.work import Work

if TYPE_CHECKING:
    from storage.model.reads import Reads

Mode = Literal["grid", "table"]
REFRESH_AFTER_MS = 120


class FilesList(QWidget):
    selection_changed = Signal()
    opened = Signal(int)
    rename_wanted = Signal(int, str)
    delete_wanted = Signal(ItemSelection)
    menu_wanted = Signal(QPoint)
    paths_dropped = Signal(list)
    counted = Signal(int, bool)
    zoomed = Signal(int)
    sort_wanted = Signal(SortBy, bool)
    empty_action_wanted = Signal()
    empty_second_wanted = Signal()
    emptied = Signal(bool)  # whether there is nothing to show

    def __init__(self, reads: Reads, work: Work, thumbs: Thumbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = FileRows(reads, work, self)
        self.grid = FileGrid(thumbs, self)
        self.table = FileTable(self)
        writes(self.grid, self.table)
        self.drop_title: str | None = None
        self._views: tuple[FileGrid, FileTable] = (self.grid, self.table)
        self._mode: Mode = "grid"
        self._all_wanted = False
        self._top: tuple[int, int] | None = None
        self._empty = StatePanel("ph.tray", "", "", "", "", self)
        self._failed = FailedPanel(self)
        self._skeleton = Skeleton(self)
        self._stack = QStackedLayout(self)
        for each in (self.grid, self.table, self._skeleton, self._empty, self._failed):
            self._stack.addWidget(each)
        self.selection = QItemSelectionModel(self.model, self)
        self._keep = KeepSelection(self.model, self.selection)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(REFRESH_AFTER_MS)
        self._later.timeout.connect(self.model.refresh)
        self.setAcceptDrops(True)
        self._connect()

    def _connect(self) -> None:
        for view in self._views:
            view.setModel(self.model)
            view.setSelectionModel(self.selection)
            view.opened.connect(self.opened)
            view.drop_title = self._title_for_drop
            view.on_drop = self.paths_dropped.emit
            view.customContextMenuRequested.connect(self._ask_menu)
            view.installEventFilter(self)
        self.grid.zoomed.connect(self.zoomed)
        self.table.sort_wanted.connect(self.sort_wanted)
        self.selection.selectionChanged.connect(self._on_selection)
        self.model.loading.connect(self._on_loading)
        self.model.shown.connect(self._on_shown)
        self.model.counted.connect(self.counted)
        self.model.completed.connect(self._on_completed)
        self.model.failed.connect(self._on_failed)
        self.model.about_to_replace.connect(self._remember)
        self.model.replaced.connect(self._restore)
        self._empty.action_wanted.connect(self.empty_action_wanted)
        self._empty.second_wanted.connect(self.empty_second_wanted)
        self._failed.retry_wanted.connect(self._retry)

    # -- what is shown

    def show_query(self, query: ItemQuery) -> None:
        self._all_wanted = False
        self._later.stop()
        self.selection.clear()
        self.model.show_query(query)
        self.table.show_sorting(query.sort, query.descending)

    def refresh_soon(self) -> None:
        """Many changes in a row make one question."""
        if not self._later.isActive():
            self._later.start()

    def say_when_empty(self, title: str, text: str, action: str = "", second: str = "") -> None:
        self._empty.say(title, text, action, second)

    @property
    def mode(self) -> Mode:
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """The row at the top and the current one stay in sight."""
        if mode == self._mode:
            return
        current = self.selection.currentIndex()
        had_focus = self.view().hasFocus()
        self._mode = mode
        if self._stack.currentWidget() in self._views:
            self._stack.setCurrentWidget(self.view())
        if current.isValid():
            self.view().scrollTo(current, QAbstractItemView.ScrollHint.PositionAtCenter)
        if had_focus:
            self.view().setFocus()

    def view(self) -> FileGrid | FileTable:
        return self.grid if self._mode == "grid" else self.table

    def focus_first(self) -> None:
        if self.model.rowCount() and not self.selection.currentIndex().isValid():
            self.selection.setCurrentIndex(self.model.index(0, 0), _SELECT)
        self.view().setFocus()

    # -- selection

    def selected(self) -> ItemSelection:
        return selected_items(self.model, self.selection.selection())

    def selected_count(self) -> int:
        return count_of(ranges_of(self.selection.selection()))

    def select_all(self) -> None:
        self._all_wanted = not self.model.complete
        self.view().selectAll()

    def select_ids(self, ids: frozenset[int]) -> None:
        """After an upload, a paste or a jump from elsewhere; those not in the list are left out."""
        self.selection.clear()
        for item_id in sorted(ids):
            number = self.model.number_of(item_id)
            if number is not None:
                self.selection.select(self.model.index(number, 0), _ADD)
                self.selection.setCurrentIndex(self.model.index(number, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        if self.selection.currentIndex().isValid():
            self.view().scrollTo(self.selection.currentIndex())

    def rename_current(self) -> None:
        index = self.selection.currentIndex()
        if not index.isValid() or self.selected_count() > 1:
            return
        row = self.model.row(index.row())
        if row is None:
            return
        self.view().scrollTo(index)
        area = self.view().rename_area(index.row())
        InlineRename(self.view().viewport(), area, row.id, row.title).accepted.connect(self.rename_wanted)

    def _on_selection(self) -> None:
        if self._all_wanted and self.selected_count() != self.model.rowCount():
            self._all_wanted = False
        self.selection_changed.emit()

    # -- the model's news

    def _on_loading(self) -> None:
        if self.model.rowCount() and self._stack.currentWidget() in self._views:
            return  # what is there stays until the answer comes: a search is often answered within a frame
        cell = self.grid.thumb_size
        self._skeleton.cell = (cell + 18, cell + 56) if self._mode == "grid" else None
        self._stack.setCurrentWidget(self._skeleton)
        self._skeleton.start()

    def _on_shown(self) -> None:
        self._skeleton.stop()
        nothing = not self.model.rowCount()
        target = self._empty if nothing else self.view()
        had_focus = self.view().hasFocus()
        if self._stack.currentWidget() is not target:
            self._stack.setCurrentWidget(target)
            if had_focus and not nothing:
                self.view().setFocus()
        self.emptied.emit(nothing)

    def _on_completed(self) -> None:
        if self._all_wanted:
            self._all_wanted = False
            self.view().selectAll()

    def _on_failed(self, error: Exception) -> None:
        self._skeleton.stop()
        self._failed.show_error(self.tr("The items could not be read"), error)
        self._stack.setCurrentWidget(self._failed)

    def _retry(self) -> None:
        self.model.show_query(self.model.query)

    def _remember(self) -> None:
        self._keep.remember()
        view = self.view()
        first = view.indexAt(QPoint(20, 20))
        bar = view.verticalScrollBar()
        self._top = (self.model.id_at(first.row()), bar.value()) if first.isValid() and bar.value() else None

    def _restore(self) -> None:
        view = self.view()
        self._keep.restore()
        if not self.selected_count():
            self._on_selection()  # what was selected is gone; from nothing to nothing Qt tells nothing
        if self._top is None:
            return
        item_id, value = self._top
        view.updateGeometries()
        number = self.model.number_of(item_id)
        view.verticalScrollBar().setValue(value)
        if number is not None and view.indexAt(QPoint(20, 20)).row() != number:
            view.scrollTo(self.model.index(number, 0), QAbstractItemView.ScrollHint.PositionAtTop)

    # -- keys, menus, drops

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and watched in self._views:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_F2:
            self.rename_current()
        elif event.key() == Qt.Key.Key_Delete and self.selected_count():
            self.delete_wanted.emit(self.selected())
        elif event.key() == Qt.Key.Key_Escape and self.selected_count():
            self.selection.clearSelection()
        else:
            return False
        return True

    def _ask_menu(self, place: QPoint) -> None:
        view = self.view()
        index = view.indexAt(place)
        if index.isValid() and not self.selection.isSelected(index):
            self.selection.setCurrentIndex(index, _SELECT)
        elif not index.isValid():
            self.selection.clearSelection()
        self.menu_wanted.emit(view.viewport().mapToGlobal(place))

    def _title_for_drop(self) -> str | None:
        return self.drop_title

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._weigh_drop(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._weigh_drop(event)

    def _weigh_drop(self, event: QDragMoveEvent) -> None:
        """Only files of the desktop can be dropped here: say where they would go."""
        drop = weigh(event.mimeData(), None, "", ())
        if drop is None or not drop.paths or self.drop_title is None:
            event.ignore()
            return
        count = (
            self.tr("1 file or folder") if len(drop.paths) == 1 else self.tr("{0} files and folders").format(len(drop.paths))
        )
        DropHint.of(self).say(self.tr("Add {0} to {1}").format(count, self.drop_title), files=True)
        DropFrame.of(self).show_over()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        DropHint.of(self).hide()
        DropFrame.of(self).hide()

    def dropEvent(self, event: QDropEvent) -> None:
        DropHint.of(self).hide()
        DropFrame.of(self).hide()
        drop = weigh(event.mimeData(), None, "", ())
        if drop is not None and drop.paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.paths_dropped.emit(list(drop.paths))


_Flag = QItemSelectionModel.SelectionFlag
_SELECT = _Flag.ClearAndSelect | _Flag.Rows
_ADD = _Flag.Select | _Flag.Rows
