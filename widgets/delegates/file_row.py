"""Cells of the table of items, painted without the style: 300 cells a repaint have to fit in a frame."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from storage.model.items import FileRow, Location
from widgets import icons, theme, words
from widgets.item_models.file_rows import COLUMNS, FileRows

_TROUBLE = {Location.MISSING, Location.CHANGED}
_SELECTED = QStyle.StateFlag.State_Selected.value
_FOCUSED = QStyle.StateFlag.State_HasFocus.value
# As numbers, once: combining enum members costs more than drawing a short text.
_LEFT = int((Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value)
_RIGHT = int((Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value)
_MIDDLE_ELIDED = {"title", "folder"}
_SIDE = 8
_PX_A_LETTER = 10  # no text is measured that is shorter than its room by this


def room_for(metrics: QFontMetrics, texts: Iterable[str], key: str) -> int:
    """The width of a column for its widest text, with what stands around it."""
    widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
    return widest + 2 * _SIDE + {"title": 24, "location": 22}.get(key, 0) + 1


class FileRowDelegate(QStyledItemDelegate):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hovered_row = -1
        self._row_number = -1
        self._row: FileRow | None = None

    def prepare(self, view: QWidget) -> None:
        """Colours of this repaint; rows may have changed since the last."""
        palette, role = view.palette(), QPalette.ColorRole
        self._row_number = -1
        self._ratio = view.devicePixelRatioF()
        self._ink = palette.color(role.Text)
        self._quiet = palette.color(role.PlaceholderText)
        self._accent = palette.color(role.Accent)
        self._selected = palette.color(role.Highlight)
        self._hover = palette.color(role.Midlight)
        self._danger, self._warning = theme.danger(), theme.warning()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As wide as its text: what a double click on the edge of a column asks for."""
        model: FileRows = index.model()
        row, key = model.row(index.row()), COLUMNS[index.column()].key
        text = model.text(row, key) if row is not None else ""
        return QSize(room_for(option.fontMetrics, (text,), key), theme.ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        model: FileRows = index.model()
        number, column = index.row(), COLUMNS[index.column()]
        if number != self._row_number:  # a row's cells come one after the other
            self._row_number, self._row = number, model.row(number)
        row, area, state = self._row, option.rect, option.state.value
        if state & _SELECTED:
            painter.fillRect(area, self._selected)
        elif number == self.hovered_row:
            painter.fillRect(area, self._hover)
        if row is None:
            return
        key, x, y, width, height = column.key, area.x() + _SIDE, area.y(), area.width() - 2 * _SIDE, area.height()
        ink = self._quiet
        if key == "title":
            ink = self._ink
            if state & _FOCUSED:
                painter.fillRect(area.x(), y + 4, 2, height - 8, self._accent)
            if row.warnings:
                width -= 22
                painter.drawPixmap(x + width + 6, y + 6, icons.pixmap("ph.warning", 16, self._warning, self._ratio))
            painter.drawPixmap(x, y + 6, icons.pixmap(words.icon_of(row.kind, row.title), 16, self._quiet, self._ratio))
            x, width = x + 24, width - 24
        elif key == "location":
            ink = self._danger if row.location in _TROUBLE else ink
            painter.drawPixmap(x, y + 6, icons.pixmap(words.LOCATION_ICONS[row.location], 16, ink, self._ratio))
            x, width = x + 22, width - 22
        elif key == "labelled":
            ink = self._accent
        text = model.text(row, key)
        if not text:
            return
        if len(text) * _PX_A_LETTER > width:
            mode = Qt.TextElideMode.ElideMiddle if key in _MIDDLE_ELIDED else Qt.TextElideMode.ElideRight
            text = option.fontMetrics.elidedText(text, mode, width)
        painter.setPen(ink)
        painter.drawText(x, y, width, height, _RIGHT if column.right else _LEFT, text)
