"""Custom metadata as keys and values that can be edited; an empty row at the end adds one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from widgets import theme
from widgets.controls.filter_bar import as_value


class MetadataTable(QTableWidget):
    edited = Signal(dict)  # the whole metadata as it should be

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 2, parent)
        self._metadata: dict[str, Any] = {}
        self.setHorizontalHeaderLabels([self.tr("Key"), self.tr("Value")])
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.ROW)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Custom metadata"))
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.cellChanged.connect(self._take)
        self.cellClicked.connect(self._begin)

    def show_metadata(self, metadata: Mapping[str, Any]) -> None:
        was = self.blockSignals(True)
        self._metadata = dict(metadata)
        self.setRowCount(len(metadata) + 1)
        for row, (key, value) in enumerate(metadata.items()):
            self.setItem(row, 0, QTableWidgetItem(key))
            cell = QTableWidgetItem(_shown(value))
            cell.setToolTip(_shown(value))
            self.setItem(row, 1, cell)
        self.setItem(len(metadata), 0, QTableWidgetItem(""))
        self.setItem(len(metadata), 1, QTableWidgetItem(""))
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + self.rowCount() * theme.ROW + 4)
        self.blockSignals(was)

    def paintEvent(self, event: QPaintEvent) -> None:
        """In the empty row stands what it is for."""
        super().paintEvent(event)
        cell = self.visualRect(self.model().index(len(self._metadata), 0))
        if self.isEnabled() and self.editTriggers() != QAbstractItemView.EditTrigger.NoEditTriggers:
            painter = QPainter(self.viewport())
            painter.setPen(theme.subtle_text())
            painter.drawText(cell.adjusted(8, 0, -8, 0), Qt.AlignmentFlag.AlignVCenter, self.tr("Add a key"))

    def _begin(self, row: int, _column: int) -> None:
        if row == len(self._metadata) and self.editTriggers() != QAbstractItemView.EditTrigger.NoEditTriggers:
            self.editItem(self.item(row, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and 0 <= self.currentRow() < len(self._metadata):
            key = list(self._metadata)[self.currentRow()]
            self._tell({name: value for name, value in self._metadata.items() if name != key})
            return
        super().keyPressEvent(event)

    def _take(self, row: int, column: int) -> None:
        keys = list(self._metadata)
        key = self.item(row, 0).text().strip()
        text = self.item(row, 1).text()
        old = keys[row] if row < len(keys) else None
        if not key:
            if old is not None:
                self.show_metadata(self._metadata)  # a key cannot be emptied; Delete removes the row
            return
        value = self._metadata[old] if old is not None and text == _shown(self._metadata[old]) else _parsed(text)
        changed = {(key if name == old else name): (value if name == old else kept) for name, kept in self._metadata.items()}
        if old is None:
            changed[key] = value
        self._tell(changed)

    def _tell(self, changed: dict[str, Any]) -> None:
        if changed != self._metadata:
            self.show_metadata(changed)
            self.edited.emit(changed)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parsed(text: str) -> Any:
    """Lists and objects are typed as JSON; the rest as it reads."""
    if text.strip()[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return as_value(text)
