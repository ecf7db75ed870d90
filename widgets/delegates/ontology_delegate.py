"""Paints a node of the ontology: colour, shape or kind of answer, name, and quiet marks at the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from storage.model.ontology import Attribute, AttributeType, ClassificationClass, ObjectClass, Option
from widgets import icons, theme
from widgets.controls.shapes import ATTRIBUTE_ICONS, SHAPE_ICONS, paint_swatch
from widgets.item_models.ontology_tree import NodeRole

Index = QModelIndex | QPersistentModelIndex


class OntologyDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, theme.ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect, value = QRect(option.rect), index.data(NodeRole.VALUE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(rect, theme.selection())
        elif option.state & QStyle.StateFlag.State_MouseOver and value is not None:
            painter.fillRect(rect, theme.hover())
        ink = option.palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        if value is None:
            self._heading(painter, rect, index)
        else:
            if index.data(NodeRole.ARCHIVED):
                painter.setOpacity(0.5)
            left = self._mark(painter, rect, value)
            right = self._notes(painter, rect, value)
            painter.setFont(theme.font())
            painter.setPen(ink)
            self._text(painter, QRect(left, rect.top(), right - left, rect.height()), index.data() or "")
        painter.restore()

    def _heading(self, painter: QPainter, rect: QRect, index: Index) -> None:
        painter.setFont(theme.font(theme.SMALL, strong=True))
        painter.setPen(theme.subtle_text())
        self._text(painter, rect.adjusted(2, 0, -8, 0), f"{index.data()}   {index.data(NodeRole.COUNT)}")

    def _mark(self, painter: QPainter, rect: QRect, value: object) -> int:
        """The little pictures before the name; returns where the name begins."""
        left, middle = rect.left() + 2, rect.center().y()
        quiet = theme.subtle_text()
        match value:
            case ObjectClass(color=color, shape=shape):
                paint_swatch(painter, QRectF(left, middle - 6, 13, 13), QColor(color))
                icons.paint(painter, QRect(left + 19, middle - 7, 16, 16), SHAPE_ICONS[shape], quiet)
                return left + 42
            case ClassificationClass(attribute=attribute) | (Attribute() as attribute):
                icons.paint(painter, QRect(left, middle - 7, 16, 16), ATTRIBUTE_ICONS[attribute.type], quiet)
                return left + 22
            case Option():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(quiet)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.drawEllipse(QRectF(left + 6, middle - 1.5, 4, 4))
                return left + 20
        return left

    def _notes(self, painter: QPainter, rect: QRect, value: object) -> int:
        """The marks at the right, from right to left; returns where they begin."""
        right = rect.right() - 8
        painter.setFont(theme.font(theme.SMALL))
        marks: list[tuple[str, QColor]] = []
        match value:
            case ObjectClass(hotkey=hotkey, required=required):
                if hotkey:
                    marks.append((hotkey, theme.subtle_text()))
                if required:
                    marks.append(("*", theme.danger()))
            case ClassificationClass(attribute=attribute, is_global=is_global):
                if is_global:
                    marks.append((self.tr("whole file"), theme.subtle_text()))
                if attribute.required:
                    marks.append(("*", theme.danger()))
            case Attribute(required=required, dynamic=dynamic, type=kind):
                if dynamic:
                    marks.append((self.tr("per frame"), theme.subtle_text()))
                if required:
                    marks.append(("*", theme.danger()))
                if kind in (AttributeType.RADIO, AttributeType.CHECKLIST) and not value.options:
                    marks.append((self.tr("no options"), theme.warning()))
        for text, color in marks:
            wide = painter.fontMetrics().horizontalAdvance(text)
            painter.setPen(color)
            painter.drawText(QRect(right - wide, rect.top(), wide, rect.height()), Qt.AlignmentFlag.AlignCenter, text)
            right -= wide + 10
        return right

    @staticmethod
    def _text(painter: QPainter, room: QRect, text: str) -> None:
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(0, room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
