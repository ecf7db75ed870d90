"""Paints a project as a card with its progress."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from storage.model.reads import ProjectRow
from widgets import icons, theme, words
from widgets.controls.bars import paint_parts
from widgets.item_models.project_rows import PROJECT, progress_of

CARD = QSize(308, 148)


class ProjectDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return CARD

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        project: ProjectRow = index.data(PROJECT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(6.5, 6.5, -6.5, -6.5)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(QPen(theme.accent() if focused else theme.border(), 1))
        painter.setBrush(theme.hover() if over else option.palette.base())
        painter.drawRoundedRect(area, 8, 8)
        room = area.toRect().adjusted(14, 12, -14, -12)
        painter.setPen(option.palette.text().color())
        painter.setFont(theme.font(strong=True))
        self._line(painter, QRect(room.left(), room.top(), room.width(), 20), project.title)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(theme.subtle_text())
        icons.paint(painter, QRect(room.left(), room.top() + 25, 13, 13), "ph.tree-structure", theme.subtle_text())
        self._line(painter, QRect(room.left() + 18, room.top() + 23, room.width() - 18, 17), project.ontology_title)
        what = project.description or self.tr("No description")
        self._lines(painter, QRect(room.left(), room.top() + 46, room.width(), 30), what)
        self._progress(painter, room, project)
        painter.restore()

    def _progress(self, painter: QPainter, room: QRect, project: ProjectRow) -> None:
        done, total = progress_of(project)
        bar = QRectF(room.left(), room.bottom() - 7, room.width(), 7)
        paint_parts(painter, bar, [(done, theme.success() if total and done == total else theme.accent())], max(total, 1))
        line = QRect(room.left(), room.bottom() - 31, room.width(), 18)
        painter.setPen(theme.subtle_text())
        if not total:
            self._line(painter, line, self.tr("No tasks yet"))
            return
        told = self.tr("{done} of {total} complete").format(done=words.number(done), total=words.number(total))
        self._line(painter, line, told)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{done * 100 // total} %")

    @staticmethod
    def _lines(painter: QPainter, room: QRect, text: str) -> None:
        """Two lines of it, which is what the card has room for."""
        layout = QTextLayout(" ".join(text.split()), painter.font())
        layout.beginLayout()
        first = layout.createLine()
        first.setLineWidth(room.width())
        layout.endLayout()
        cut, metrics = first.textLength(), painter.fontMetrics()
        rest = metrics.elidedText(layout.text()[cut:], Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(
            room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, f"{layout.text()[:cut].rstrip()}\n{rest}"
        )

    @staticmethod
    def _line(painter: QPainter, room: QRect, text: str) -> None:
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
