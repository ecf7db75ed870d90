"""A list of named bars, and the parts of one bar. Drawn, not plotted: no library, any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.controls.shapes import is_alike
from widgets.words import number


@dataclass(frozen=True, slots=True)
class Bar:
    title: str
    value: int
    color: str = ""  # "" is the accent


def paint_parts(painter: QPainter, rect: QRectF, parts: Sequence[tuple[int, QColor]], total: int = 0) -> None:
    """A rounded bar whose parts fill it in proportion; what is left of `total` shows the ground."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    radius = min(rect.height() / 2, 4.0)
    path.addRoundedRect(rect, radius, radius)
    painter.setClipPath(path)
    painter.fillRect(rect, theme.border())
    total = max(total, sum(value for value, _ in parts))
    left = rect.left()
    for value, color in parts:
        wide = rect.width() * value / total if total else 0.0
        part = QRectF(left, rect.top(), wide, rect.height())
        painter.fillRect(part, color)
        if value and is_alike(color, theme.border()):
            painter.setPen(theme.subtle_text())
            painter.drawRoundedRect(part.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        left += wide
    painter.restore()


class BarList(QWidget):
    """Name, bar, number; longest first is the caller's business."""

    ROW, NAME, NUMBER = 28, 190, 72

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: tuple[Bar, ...] = ()
        self._total = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: Sequence[Bar], *, total: int = 0) -> None:
        """Bars are in proportion to `total`, or to the longest of them."""
        self.bars, self._total = tuple(bars), total
        self.setAccessibleDescription("; ".join(f"{b.title}: {b.value}" for b in bars))
        self.setFixedHeight(max(1, len(self.bars)) * self.ROW)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(460, max(1, len(self.bars)) * self.ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        top_value = self._total or max((b.value for b in self.bars), default=0)
        name = min(self.NAME, self.width() // 3)
        room = self.width() - name - self.NUMBER - 16
        ink = self.palette().color(self.foregroundRole())
        for place, bar in enumerate(self.bars):
            top = place * self.ROW
            if top > event.rect().bottom() or top + self.ROW < event.rect().top():
                continue
            painter.setPen(ink)
            title = painter.fontMetrics().elidedText(bar.title, Qt.TextElideMode.ElideRight, name)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRect(0, top, name, self.ROW), middle | Qt.AlignmentFlag.AlignLeft, title)
            color = QColor(bar.color) if bar.color else theme.accent()
            paint_parts(painter, QRectF(name + 8, top + 9, max(0, room), 10), [(bar.value, color)], top_value or 1)
            painter.setPen(theme.subtle_text())
            right = QRect(self.width() - self.NUMBER, top, self.NUMBER, self.ROW)
            painter.drawText(right, middle | Qt.AlignmentFlag.AlignRight, number(bar.value))
