"""Paints a row of the instance list: colour, shape and name; eye and lock show when they matter or the row is hovered."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets import theme
from widgets.controls.shapes import SHAPE_ICONS, paint_swatch
from widgets.icons import icon
from widgets.item_models.label_rows import Column, Role

ROW = 24
TRIANGLE = 20  # width of the opening triangle on header rows


class LabelDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        painter.save()
        self._ground(painter, option, index)
        if index.column() == Column.NAME:
            self._name(painter, option, index)
        else:
            self._toggle(painter, option, index)
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(option.rect, option.palette.highlight())
        elif index.data(Role.HOVERED) or option.state & QStyle.StateFlag.State_MouseOver:
            tint = QColor(option.palette.color(QPalette.ColorRole.Highlight))
            tint.setAlpha(40)
            painter.fillRect(option.rect, tint)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        painter.setPen(option.palette.color(role))

    def _name(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        rect: QRect = option.rect
        header = index.data(Role.HEADER)
        left = rect.left() + 4
        font = QFont(option.font)
        if header is not None:
            name = "mdi6.chevron-down" if index.data(Role.OPEN) else "mdi6.chevron-right"
            icon(name).paint(painter, QRect(left, rect.top() + (rect.height() - 16) // 2, 16, 16))
            font.setWeight(QFont.Weight.DemiBold)
        left += TRIANGLE
        paint_swatch(painter, QRectF(left, rect.top() + (rect.height() - 12) / 2, 12, 12), QColor(index.data(Role.COLOR)))
        left += 18
        shape = index.data(Role.SHAPE)
        if header is not None and shape is not None:
            icon(SHAPE_ICONS[shape], painter.pen().color()).paint(
                painter, QRect(left, rect.top() + (rect.height() - 16) // 2, 16, 16)
            )
            left += 22
        painter.setFont(font)
        if header is None and index.data(Role.HIDDEN):
            painter.setOpacity(0.5)
        right = rect.right() - 4
        if header is not None:
            count = f"{index.data(Role.COUNT):,}"
            painter.save()
            painter.setPen(theme.subtle_text())
            painter.drawText(
                QRect(left, rect.top(), right - left, rect.height()),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                count,
            )
            painter.restore()
            right -= painter.fontMetrics().horizontalAdvance(count) + 8
        room = QRect(left, rect.top(), max(0, right - left), rect.height())
        text = painter.fontMetrics().elidedText(index.data() or "", Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _toggle(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        eye = index.column() == Column.EYE
        is_set = bool(index.data(Role.HIDDEN if eye else Role.LOCKED))
        over = bool(option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected))
        if not is_set and not over:
            painter.setOpacity(0.25)
        names = ("ph.eye-slash", "ph.eye") if eye else ("ph.lock-simple", "ph.lock-simple-open")
        rect: QRect = option.rect
        place = QRect(rect.center().x() - 7, rect.center().y() - 7, 16, 16)
        icon(names[0] if is_set else names[1], painter.pen().color()).paint(painter, place)
