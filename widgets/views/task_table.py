"""The table of tasks: figures and dates have the room they need, names share what is left."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from widgets import theme
from widgets.item_models.task_rows import OF_SERIES, TaskColumn, TaskRows
from widgets.views.row_keys import end_of_rows

#: Share of what is left, least (or that of the head) and most width.
_NAMES = {
    TaskColumn.TITLE: (4, 160, 420),
    TaskColumn.PATIENT: (4, 130, 300),
    TaskColumn.PART: (2, 0, 260),
    TaskColumn.ASSIGNEE: (2, 0, 220),
}
#: Where not all have room, what is missed least goes first.
_FIRST_TO_GO = (TaskColumn.SLICES, TaskColumn.PART, TaskColumn.PRIORITY, TaskColumn.MODALITY)
_AROUND = 17  # 8 px at each side of a text, and what rounding takes
_DOT = 16


class TaskTable(QTableView):
    open_wanted = Signal()

    def __init__(self, rows: TaskRows, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows
        self._widths: dict[TaskColumn, int] = {}
        self._has_series = False
        self._fitting, self._by_hand = False, False
        self.setModel(rows)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(self.tr("Tasks"))
        down = self.verticalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(theme.ROW)
        across = self.horizontalHeader()
        across.setHighlightSections(False)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setSectionsClickable(False)
        across.setStretchLastSection(True)
        across.sectionResized.connect(self._on_resized)
        self.show_series(False)

    def show_series(self, has_series: bool) -> None:
        """The columns that only series have are there where there are series."""
        self._has_series = has_series
        self.measure()

    def measure(self) -> None:
        """For the texts there are now: stages are called as the workflow calls them."""
        advance = self.fontMetrics().horizontalAdvance
        for column in TaskColumn:
            head = str(self._rows.headerData(column, Qt.Orientation.Horizontal))
            widest = max(advance(text) for text in (head, *self._rows.samples(column)))
            self._widths[column] = widest + _AROUND + (_DOT if column is TaskColumn.STATUS else 0)
        self._fit()

    def _fit(self) -> None:
        shown = self._shown()
        for column in TaskColumn:
            self.setColumnHidden(column, column not in shown)
        if self._by_hand:
            return
        left = max(0, self.viewport().width() - sum(map(self._least, shown)))
        shares = sum(_NAMES[column][0] for column in shown if column in _NAMES)
        self._fitting = True
        for column in shown:
            share, _, most = _NAMES.get(column, (0, 0, self._widths[column]))
            self.setColumnWidth(column, min(max(most, self._least(column)), self._least(column) + left * share // shares))
        self._fitting = False

    def _shown(self) -> list[TaskColumn]:
        shown = [column for column in TaskColumn if self._has_series or column not in OF_SERIES]
        for column in _FIRST_TO_GO:
            if sum(map(self._least, shown)) > self.viewport().width() and column in shown:
                shown.remove(column)
        return shown

    def _least(self, column: TaskColumn) -> int:
        return max(self._widths[column], _NAMES[column][1] if column in _NAMES else 0)

    def _on_resized(self, section: int, old: int, new: int) -> None:
        """What somebody sets by hand stays; the last column follows the window."""
        if old and new and not self._fitting and section != TaskColumn.EDITED:
            self._by_hand = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def moveCursor(self, action: QTableView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        return end_of_rows(self, action) or super().moveCursor(action, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers():
            self.open_wanted.emit()
        elif is_enter:
            event.ignore()  # Ctrl+Enter starts the next task
        else:
            super().keyPressEvent(event)
