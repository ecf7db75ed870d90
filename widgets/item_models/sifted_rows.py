"""A list of some hundreds of things with a title, narrowed by what is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt


class Titled(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...


T = TypeVar("T", bound=Titled)


class SiftedRows(QAbstractListModel, Generic[T]):
    """What a row looks like is said by `told` of whoever builds on it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[T] = []
        self._rows: list[T] = []
        self._text = ""

    def show_rows(self, rows: Sequence[T]) -> None:
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

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self.told(self._rows[index.row()], role) if index.isValid() and index.row() < len(self._rows) else None

    def told(self, row: T, role: int) -> Any:
        raise NotImplementedError
