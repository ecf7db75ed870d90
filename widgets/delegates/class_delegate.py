"""Paints a class to draw: its digit, colour, name and shape."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets import icons, theme
from widgets.controls.shapes import SHAPE_ICONS, paint_swatch
from widgets.item_models.class_rows import ClassRole


class ClassDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, theme.ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        rect, palette = QRect(option.rect), option.palette
        armed, possible = bool(index.data(ClassRole.ARMED)), bool(index.data(ClassRole.POSSIBLE))
        painter.save()
        if armed:
            painter.fillRect(rect, theme.selection())
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), theme.accent())
        elif option.state & QStyle.StateFlag.State_MouseOver and possible:
            painter.fillRect(rect, theme.hover())
        if option.state & QStyle.StateFlag.State_HasFocus and not armed:
            painter.setPen(theme.accent())
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        group = QPalette.ColorGroup.Active if possible else QPalette.ColorGroup.Disabled
        role = QPalette.ColorRole.HighlightedText if armed else QPalette.ColorRole.Text
        text = palette.color(group, role)
        left = rect.left() + 10
        painter.setPen(theme.subtle_text())
        painter.setFont(theme.font(theme.SMALL))
        painter.drawText(QRect(left, rect.top(), 12, rect.height()), Qt.AlignmentFlag.AlignCenter, index.data(ClassRole.KEY))
        left += 20
        if not possible:
            painter.setOpacity(0.45)
        paint_swatch(painter, QRectF(left, rect.center().y() - 6, 13, 13), QColor(index.data(ClassRole.COLOR)))
        place = QRect(rect.right() - 26, rect.center().y() - 7, 16, 16)
        icons.paint(painter, place, SHAPE_ICONS[index.data(ClassRole.SHAPE)], theme.subtle_text())
        painter.setOpacity(1)  # the name is greyed by the palette and stays readable
        left += 21
        painter.setFont(option.font)
        painter.setPen(text)
        room = QRect(left, rect.top(), place.left() - 8 - left, rect.height())
        name = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()
