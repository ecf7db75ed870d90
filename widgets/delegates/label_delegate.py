"""Paints a row of the instance list: colour, shape and name; eye and lock show when they matter or the row is hovered."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets import theme
from widgets.controls.shapes import SHAPE_ICONS, paint_swatch
from widgets.icons import icon, pixmap
from widgets.item_models.instance_place import State
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
        else:
            state = index.data(Role.STATE)
            if state is State.ABSENT or state is State.OUTSIDE:
                painter.setOpacity(0.55)
            right = self._where(painter, QRect(left, rect.top(), right - left, rect.height()), index, state)
        room = QRect(left, rect.top(), max(0, right - left), rect.height())
        text = painter.fontMetrics().elidedText(index.data() or "", Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _where(self, painter: QPainter, room: QRect, index: QModelIndex | QPersistentModelIndex, state: State | None) -> int:
        """The quiet words at the right and the mark of the frame; where they begin."""
        right = room.right()
        if state is not None:
            paint_state(painter, QRectF(right - 10, room.center().y() - 4.5, 10, 10), state)
            right -= 18
        words = index.data(Role.WHERE)
        if not words:
            return right
        name = painter.fontMetrics().horizontalAdvance(index.data() or "")
        painter.save()
        painter.setFont(theme.font(theme.SMALL))
        wide = min(painter.fontMetrics().horizontalAdvance(words) + 2, max(0, right - room.left() - name - 10))
        text = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, wide)
        painter.setPen(theme.subtle_text())
        where = QRect(right - wide, room.top(), wide + 1, room.height())
        painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()
        return right - wide - 8

    def _toggle(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        eye = index.column() == Column.EYE
        is_set = bool(index.data(Role.HIDDEN if eye else Role.LOCKED))
        over = bool(option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected))
        if not is_set and not over:
            painter.setOpacity(0.45)
        names = ("ph.eye-slash", "ph.eye") if eye else ("ph.lock-simple", "ph.lock-simple-open")
        rect: QRect = option.rect
        place = QRect(rect.center().x() - 7, rect.center().y() - 7, 16, 16)
        # Forty of these are painted whenever a row comes or goes: a kept picture costs a tenth of filling the glyph.
        ratio = self.parent().devicePixelRatioF()  # asking the painter for its device ends in a crash later (PySide 6.11.1)
        painter.drawPixmap(place, pixmap(names[0] if is_set else names[1], 16, painter.pen().color(), ratio))


def paint_state(painter: QPainter, rect: QRectF, state: State) -> None:
    """As on the timeline: a diamond for a key frame, hollow between two, a dot alone, a stroke where it is hidden."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = painter.pen().color()
    painter.setPen(QPen(ink, 1.2))
    painter.setBrush(ink if state in (State.KEY, State.ALONE) else Qt.BrushStyle.NoBrush)
    middle, r = rect.center(), rect.width() / 2 - 1
    match state:
        case State.KEY | State.BETWEEN:
            painter.drawPolygon(
                [middle + QPointF(0, -r), middle + QPointF(r, 0), middle + QPointF(0, r), middle + QPointF(-r, 0)]
            )
        case State.ALONE:
            painter.drawEllipse(middle, r * 0.6, r * 0.6)
        case State.OUTSIDE:
            painter.drawLine(middle + QPointF(-r, r), middle + QPointF(r, -r))
            painter.drawEllipse(middle, r * 0.8, r * 0.8)
    painter.restore()
