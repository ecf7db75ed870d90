"""Lines to be ticked, each with a key of its own."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from widgets import theme

_INSET = 3  # of a box in a list, by the style


class TickList(QListWidget):
    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setProperty("bare", True)
        self.setViewportMargins(-_INSET, 0, 0, 0)  # the boxes stand where those of a form stand
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def add(self, title: str, key: str, on: bool) -> QListWidgetItem:
        entry = QListWidgetItem(title, self)
        entry.setData(Qt.ItemDataRole.UserRole, key)
        entry.setSizeHint(QSize(80, theme.ROW))
        entry.setFlags(entry.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        entry.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        return entry

    def fit(self, most: int = 8) -> None:
        """As high as its lines, of which no more than so many are seen at once."""
        self.setFixedHeight(min(most, max(1, self.count())) * theme.ROW + 4)

    def ticked(self) -> frozenset[str]:
        entries = (self.item(row) for row in range(self.count()))
        return frozenset(str(e.data(Qt.ItemDataRole.UserRole)) for e in entries if e.checkState() is Qt.CheckState.Checked)
