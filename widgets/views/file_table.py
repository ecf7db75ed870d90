"""The table of items: a stock QTableView with what a million rows need."""

from __future__ import annotations

from collections.abc import Container, Mapping

from PySide6.QtCore import (
    QAbstractItemModel,
    QByteArray,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QActionGroup, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from storage.model.query import SortBy
from widgets import theme
from widgets.delegates.file_row import FileRowDelegate, room_for
from widgets.item_models.file_rows import COLUMNS, FOLDER_COLUMN, FileRows
from widgets.views.file_drags import FileDrags
from widgets.views.row_keys import end_of_rows

_HIDDEN_AT_FIRST = frozenset({"frames", "datasets"})
#: Until someone chooses columns, these stay away where not all have room: what is missed least goes first.
_FIRST_TO_GO = ("length", "location", "dimensions", "size", "kind")
#: Until someone sets its width the name takes what the other columns leave, within these; of a folder it leaves two fifths.
_NAME_LEAST, _NAME_MOST, _FOLDER_MOST = 150, 420, 320


class FileTable(FileDrags, QTableView):
    opened = Signal(int)  # item id
    sort_wanted = Signal(SortBy, bool)  # descending
    columns_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name_fits, self._fitting = True, False
        self._chosen = False  # somebody has set, moved, shown or hidden columns
        self._folder_shown = False
        self._widths: dict[str, int] = {}
        self._delegate = FileRowDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        # Opaque, so that scrolling moves pixels and paints only the strip that came into sight.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(self.tr("Items as a table"))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(theme.ROW)
        self.verticalHeader().setDefaultSectionSize(theme.ROW)
        self.set_up_drags()
        self.doubleClicked.connect(self._open)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is None:
            return
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setFirstSectionMovable(False)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self._measure()
        header.sectionClicked.connect(self._sort)
        header.customContextMenuRequested.connect(self._choose_columns)
        header.sectionResized.connect(self._on_resized)
        header.sectionMoved.connect(self._choose)

    def setSelectionModel(self, selection: QItemSelectionModel) -> None:
        super().setSelectionModel(selection)
        # A header that shares the selection asks for every row of every column while it paints: 21 s at a million.
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSelectionModel(QItemSelectionModel(selection.model(), header))

    # -- columns

    def _measure(self) -> None:
        """Columns are as wide as their head and what usually stands in them, in the font there is."""
        metrics, model = self.fontMetrics(), self.file_rows()
        heads = {c.key: str(model.headerData(n, Qt.Orientation.Horizontal)) for n, c in enumerate(COLUMNS)}
        self._widths = {key: room_for(metrics, (head, *model.samples(key)), key) for key, head in heads.items()}
        self._fitting = True
        for number, column in enumerate(COLUMNS):
            self.horizontalHeader().resizeSection(number, self._widths[column.key])
        self._fitting = False
        self._fit()

    def show_folder_column(self, shown: bool) -> None:
        self._folder_shown = shown
        self.setColumnHidden(FOLDER_COLUMN, not shown)
        self._fit()

    def columns_state(self) -> QByteArray:
        """Empty while nobody has chosen any: then they are what the window has room for."""
        return self.horizontalHeader().saveState() if self._chosen else QByteArray()

    def restore_columns(self, state: QByteArray) -> None:
        """What another version saved may not fit; then the columns stay as they are."""
        self._chosen = self.horizontalHeader().restoreState(state)
        self._name_fits = not self._chosen
        self.show_folder_column(False)

    def _fit(self) -> None:
        """In a narrow window there are fewer columns, and no name is hidden; in a wide one names have room."""
        if not self._name_fits or self.model() is None:
            return
        room = self.viewport().width()
        away = {c.key for n, c in enumerate(COLUMNS) if self.isColumnHidden(n)} if self._chosen else self._away(room)
        self._fitting = True
        for number, column in enumerate(COLUMNS):
            self.setColumnHidden(number, column.key in away)
        left, folder = room - _needed(self._widths, away), 0
        if self._folder_shown:
            left += self._widths["folder"]
            folder = max(self._widths["folder"], min(_FOLDER_MOST, left * 2 // 5))
            self.setColumnWidth(FOLDER_COLUMN, folder)
        self.setColumnWidth(0, max(_NAME_LEAST, min(_NAME_MOST, left - folder)))
        self._fitting = False

    def _away(self, room: int) -> set[str]:
        away = set(_HIDDEN_AT_FIRST) | (set() if self._folder_shown else {"folder"})
        for key in _FIRST_TO_GO:
            if _needed(self._widths, away) + _NAME_LEAST <= room:
                break
            away.add(key)
        return away

    def _on_resized(self, section: int, old: int, new: int) -> None:
        """By hand; not the last one, which fills the window, nor one that comes or goes."""
        header = self.horizontalHeader()
        last = max((n for n in range(len(COLUMNS)) if not self.isColumnHidden(n)), key=header.visualIndex)
        if not self._fitting and old and new and section != last:
            self._name_fits = self._name_fits and section != 0
            self._choose()

    def _choose(self) -> None:
        self._chosen = True
        self.columns_changed.emit()

    def show_sorting(self, sort: SortBy, descending: bool) -> None:
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        for number, column in enumerate(COLUMNS):
            if column.sort is sort:
                self.horizontalHeader().setSortIndicator(number, order)

    def _sort(self, section: int) -> None:
        header, column = self.horizontalHeader(), COLUMNS[section]
        model: FileRows = self.model()
        now = model.query
        if column.sort is None:
            self.show_sorting(now.sort, now.descending)
            return
        descending = not now.descending if now.sort is column.sort else False
        header.setSortIndicator(section, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)
        self.sort_wanted.emit(column.sort, descending)

    def _choose_columns(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        group.setExclusive(False)
        for number in range(1, len(COLUMNS)):
            if number == FOLDER_COLUMN:
                continue
            action = menu.addAction(str(self.model().headerData(number, Qt.Orientation.Horizontal)))
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(number))
            action.setData(number)
            group.addAction(action)
        group.triggered.connect(self._toggle_column)
        menu.popup(self.horizontalHeader().mapToGlobal(place))

    def _toggle_column(self, action: object) -> None:
        self.setColumnHidden(action.data(), not action.isChecked())
        self._choose()

    # -- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.palette().base())
        painter.end()
        self._delegate.prepare(self)
        super().paintEvent(event)

    def moveCursor(self, action: QTableView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        return end_of_rows(self, action) or super().moveCursor(action, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.remember_press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.rowAt(event.position().toPoint().y()))
        if not self.drag_moved(event):
            super().mouseMoveEvent(event)

    def leaveEvent(self, event: object) -> None:
        self._hover(-1)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._delegate.hovered_row = -1
        super().scrollContentsBy(dx, dy)

    def _hover(self, row: int) -> None:
        before, self._delegate.hovered_row = self._delegate.hovered_row, row
        for each in {before, row} - {-1}:
            if before != row:
                top = self.rowViewportPosition(each)
                self.viewport().update(0, top, self.viewport().width(), theme.ROW)

    def _open(self, index: QModelIndex | QPersistentModelIndex) -> None:
        self.opened.emit(self.file_rows().id_at(index.row()))

    def rename_area(self, number: int) -> QRect:
        area = self.visualRect(self.model().index(number, 0))
        return area.adjusted(26, 0, 0, 0)

    def file_rows(self) -> FileRows:
        model: FileRows = self.model()
        return model


def _needed(widths: Mapping[str, int], away: Container[str]) -> int:
    """The width of all columns but the name."""
    return sum(width for key, width in widths.items() if key != "title" and key not in away)
