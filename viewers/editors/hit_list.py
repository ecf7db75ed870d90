"""Hits of a search as a list: page, and the words in their line. Thousands of rows cost what is in sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QListView, QWidget

from viewers.scene.page_reader import Found

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
ROW = 42  # px: two lines, for one of this width tells too little apart


class _Hits(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._hits: Sequence[Found] = ()
        self._count = 0

    def show(self, hits: Sequence[Found]) -> None:
        """A list that has only grown keeps its rows."""
        if hits is self._hits and len(hits) >= self._count:
            if len(hits) > self._count:
                self.beginInsertRows(QModelIndex(), self._count, len(hits) - 1)
                self._count = len(hits)
                self.endInsertRows()
            return
        self.beginResetModel()
        self._hits, self._count = hits, len(hits)
        self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._count

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= self._count:
            return None
        hit = self._hits[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{hit.page + 1}   {hit.words}{hit.after}".strip()
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, ROW)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tr("Page {0}: …{1}{2}{3}…").format(hit.page + 1, hit.before, hit.words, hit.after)
        return None


class HitList(QListView):
    hit_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Hits"))
        self.setUniformItemSizes(True)
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._rows = _Hits(self)
        self.setModel(self._rows)
        self.clicked.connect(self._go)
        self.activated.connect(self._go)
        self.hide()

    def show_hits(self, hits: Sequence[Found], current: int | None) -> None:
        self._rows.show(hits)
        self.setVisible(bool(hits))
        if current is not None and current < len(hits):
            index = self._rows.index(current)
            if self.currentIndex() != index:
                self.setCurrentIndex(index)
                self.scrollTo(index)

    @Slot(QModelIndex)
    def _go(self, index: QModelIndex) -> None:
        self.hit_wanted.emit(index.row())
