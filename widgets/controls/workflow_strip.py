"""A plain workflow as its stages in a row with arrows between them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets import theme


class WorkflowStrip(QWidget):
    HIGH, GAP = 34, 36

    def __init__(self, stages: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stages = list(stages)
        self.setAccessibleName(" → ".join(stages))
        self.setFixedSize(self.sizeHint())

    def _wide(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + 32

    def sizeHint(self) -> QSize:
        wide = sum(self._wide(s) for s in self._stages) + self.GAP * (len(self._stages) - 1)
        return QSize(wide + 2, self.HIGH + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, middle = 1.0, self.HIGH / 2 + 1
        for place, stage in enumerate(self._stages):
            box = QRectF(left, 1, self._wide(stage), self.HIGH)
            last = place == len(self._stages) - 1
            painter.setPen(QPen(theme.success() if last else theme.accent(), 1))
            painter.setBrush(self.palette().base())
            painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, stage)
            left = box.right()
            if not last:
                painter.setPen(QPen(theme.subtle_text(), 1.5))
                tip = QPointF(left + self.GAP - 6, middle)
                painter.drawLine(QPointF(left + 6, middle), tip)
                painter.drawLine(tip, tip + QPointF(-5, -4))
                painter.drawLine(tip, tip + QPointF(-5, 4))
                left += self.GAP
