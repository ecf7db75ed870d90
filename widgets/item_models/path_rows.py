"""Files in an order that people settle by dragging, by keys, or by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QByteArray, QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal

from storage.model.titles import sort_key

_MIME = "application/x-postil-places"
Index = QModelIndex | QPersistentModelIndex


class PathRows(QAbstractListModel):
    """Paths as rows with their names and numbers; a drag moves any number of them at once."""

    changed = Signal()
    moved = Signal(list)  # the places of the rows that were moved, where they are now

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._paths: list[str] = []

    @property
    def paths(self) -> list[str]:
        return list(self._paths)

    def add(self, paths: Iterable[str]) -> int:
        """Those not there yet, at the end, among themselves in the order in which people count. Answers how many."""
        known = set(self._paths)
        new = sorted((p for p in dict.fromkeys(paths) if p not in known), key=_place)
        self._replace([*self._paths, *new])
        return len(new)

    def remove(self, places: Iterable[int]) -> None:
        gone = set(places)
        self._replace([path for place, path in enumerate(self._paths) if place not in gone])

    def sort_by_name(self) -> None:
        self._replace(sorted(self._paths, key=_place))

    def move(self, places: Sequence[int], before: int) -> None:
        """Rows, kept in their order, to just before another."""
        chosen = sorted(set(places))
        left = [p for n, p in enumerate(self._paths) if n not in set(chosen)]
        at = before - sum(1 for n in chosen if n < before)
        self._replace([*left[:at], *(self._paths[n] for n in chosen), *left[at:]])
        self.moved.emit(list(range(at, at + len(chosen))))

    def _replace(self, paths: list[str]) -> None:
        if paths == self._paths:
            return
        self.beginResetModel()
        self._paths = paths
        self.endResetModel()
        self.changed.emit()

    # -- Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._paths)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        path = self._paths[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{index.row() + 1}.  {Path(path).name or path}"
        return path if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:
        mime = QMimeData()
        mime.setData(_MIME, QByteArray(",".join(str(i.row()) for i in indexes).encode()))
        return mime

    def dropMimeData(self, mime: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Answers that nothing was dropped: else the view would remove the rows that it believes to have been copied."""
        if mime.hasFormat(_MIME):
            before = row if row >= 0 else parent.row() if parent.isValid() else len(self._paths)
            self.move([int(n) for n in bytes(mime.data(_MIME).data()).decode().split(",")], before)
        return False


def _place(path: str) -> tuple[str, str]:
    return (sort_key(Path(path).name), path)
