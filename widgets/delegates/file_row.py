"""Cells of the table of items, painted without the style: 300 cells a repaint have to fit in a frame."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from storage.model.items import Location
from widgets import icons, theme, words
from widgets.item_models.file_rows import COLUMNS, FileRows, RowRole

_TROUBLE = {Location.MISSING, Location.CHANGED}


class FileRowDelegate(QStyledItemDelegate):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hovered_row = -1

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(COLUMNS[index.column()].width, theme.ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        model: FileRows = index.model()
        row = index.data(RowRole)
        column = COLUMNS[index.column()]
        area: QRect = option.rect
        palette: QPalette = option.palette
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, palette.color(QPalette.ColorRole.Highlight))
        elif index.row() == self.hovered_row:
            painter.fillRect(area, palette.color(QPalette.ColorRole.Midlight))
        if row is None:
            return
        ink = palette.color(QPalette.ColorRole.Text if column.key == "title" else QPalette.ColorRole.PlaceholderText)
        text = model.text(row, column.key)
        left = area.x() + 8
        ratio = painter.device().devicePixelRatioF()
        if column.key == "title":
            painter.drawPixmap(
                left, area.center().y() - 7, icons.pixmap(words.KIND_ICONS[row.kind], 16, theme.subtle_text(), ratio)
            )
            left += 24
            if row.warnings:
                at = area.right() - 22
                painter.drawPixmap(at, area.center().y() - 7, icons.pixmap("ph.warning", 16, theme.warning(), ratio))
                area = area.adjusted(0, 0, -22, 0)
        elif column.key == "location":
            ink = theme.danger() if row.location in _TROUBLE else ink
            painter.drawPixmap(left, area.center().y() - 7, icons.pixmap(words.LOCATION_ICONS[row.location], 16, ink, ratio))
            left += 22
        elif column.key == "labelled" and row.labelled:
            ink = palette.color(QPalette.ColorRole.Accent)
        if not text:
            return
        room = QRect(left, area.y(), area.right() - left - 8, area.height())
        mode = Qt.TextElideMode.ElideMiddle if column.key in ("title", "folder") else Qt.TextElideMode.ElideRight
        side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        painter.setPen(ink)
        painter.setFont(option.font)
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, option.fontMetrics.elidedText(text, mode, room.width()))
        if state & QStyle.StateFlag.State_HasFocus and column.key == "title":
            painter.fillRect(QRect(area.x(), area.y() + 4, 2, area.height() - 8), palette.color(QPalette.ColorRole.Accent))
