"""Rows of a list of datasets or ontologies: a title and a quiet line below it. Hundreds, not millions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

ID = int(Qt.ItemDataRole.UserRole) + 1
DETAIL = ID + 1


@dataclass(frozen=True, slots=True)
class NounRow:
    id: int
    title: str
    detail: str


class NounRows(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[NounRow] = []
        self._rows: list[NounRow] = []
        self._text = ""

    def show_rows(self, rows: Sequence[NounRow]) -> None:
        """Rows of the same ids in the same order are refreshed in place, so that selection and scrolling stay."""
        self._all = list(rows)
        self._sift()

    def filter(self, text: str) -> None:
        self._text = text.strip().casefold()
        self._sift()

    def _sift(self) -> None:
        wanted = [r for r in self._all if self._text in r.title.casefold()]
        if [r.id for r in wanted] == [r.id for r in self._rows]:
            self._rows = wanted
            if wanted:
                self.dataChanged.emit(self.index(0), self.index(len(wanted) - 1))
            return
        self.beginResetModel()
        self._rows = wanted
        self.endResetModel()

    @property
    def total(self) -> int:
        return len(self._all)

    def row_of(self, noun_id: int) -> int | None:
        return next((n for n, r in enumerate(self._rows) if r.id == noun_id), None)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.title}, {row.detail}"
            case Qt.ItemDataRole.ToolTipRole:
                return row.title
        return row.id if role == ID else row.detail if role == DETAIL else None
