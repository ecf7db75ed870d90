"""Home and End in a table whose rows are things go to the first and last of them, as in a list."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QAbstractItemView, QTableView

_Step = QAbstractItemView.CursorAction


def end_of_rows(table: QTableView, step: QAbstractItemView.CursorAction) -> QModelIndex | None:
    """Where Home or End leads; None: it is neither."""
    if step not in (_Step.MoveHome, _Step.MoveEnd):
        return None
    row = 0 if step is _Step.MoveHome else table.model().rowCount() - 1
    return table.model().index(row, max(0, table.currentIndex().column()))
