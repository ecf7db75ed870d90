"""Rows of the queue: as the style paints them, with a dot before the status that tells it at a glance."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from storage.model.workflow import TaskStatus
from widgets import theme
from widgets.item_models.task_rows import STATUS, TaskColumn

_PLAIN = (TaskColumn.TITLE, TaskColumn.PATIENT, TaskColumn.STATUS)


def status_color(status: TaskStatus) -> QColor:
    match status:
        case TaskStatus.COMPLETED:
            return theme.success()
        case TaskStatus.SKIPPED:
            return theme.warning()
        case TaskStatus.ASSIGNED | TaskStatus.REOPENED:
            return theme.accent()
        case _:
            return theme.subtle_text()


class TaskDelegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        room = QRect(option.rect).adjusted(8, 0, -8, 0)
        painter.save()
        if index.column() == TaskColumn.STATUS and index.data(STATUS) is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(status_color(index.data(STATUS)))
            painter.drawEllipse(QPointF(room.left() + 4, room.center().y() + 0.5), 4, 4)
            room.adjust(16, 0, 0, 0)
        selected = option.state & QStyle.StateFlag.State_Selected
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        quiet = index.column() not in _PLAIN
        painter.setPen(theme.subtle_text() if quiet else option.palette.color(role))
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, option.displayAlignment, text)
        painter.restore()
