"""Rows of the queue: as the style paints them, with a dot before the status that tells it at a glance."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from storage.model.workflow import TaskStatus
from widgets import theme
from widgets.item_models.task_rows import STATUS, TaskColumn


def status_color(status: TaskStatus) -> QColor:
    match status:
        case TaskStatus.COMPLETED:
            return theme.success()
        case TaskStatus.SKIPPED:
            return theme.warning()
        case TaskStatus.ASSIGNED | TaskStatus.REOPENED:
            return theme.accent()
        case _:
            return theme.border().darker(110)


class TaskDelegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        status = index.data(STATUS) if index.column() == TaskColumn.STATUS else None
        if status is None:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(status_color(status))
        rect = QRect(option.rect)
        painter.drawEllipse(QPointF(rect.left() + 10, rect.center().y() + 0.5), 4, 4)
        role = (
            option.palette.ColorRole.HighlightedText
            if option.state & QStyle.StateFlag.State_Selected
            else option.palette.ColorRole.Text
        )
        painter.setPen(option.palette.color(role))
        room = rect.adjusted(22, 0, -4, 0)
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()
