"""Sizes, colours and words of the timeline, from the palette and the font of the widget."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPalette, QPen

from viewers.timeline.strips import ROW

__all__ = ["ROW", "RULER", "SMALL", "THUMBS", "Look", "draw_eye", "draw_lock"]

RULER = 38
THUMBS = 44
SMALL = 11
NAMES_LEAST, NAMES_MOST, NAMES = 96, 360, 176
#: The two buttons at the right end of a name.
BUTTON = 20


@dataclass(frozen=True, slots=True)
class Look:
    ground: QColor  # behind the tracks
    names: QColor  # behind names and ruler
    chosen: QColor
    line: QColor
    text: QColor
    quiet: QColor
    accent: QColor
    on_accent: QColor
    bar: QColor
    font: QFont
    small: QFont

    @staticmethod
    def of(palette: QPalette, font: QFont) -> Look:
        role = QPalette.ColorRole
        base = QFont(font)
        base.setPixelSize(12)
        base.setFeature(QFont.Tag("tnum"), 1)
        small = QFont(base)
        small.setPixelSize(SMALL)
        colour = palette.color
        return Look(
            colour(role.Base), colour(role.Window), colour(role.Highlight), colour(role.Mid), colour(role.WindowText),
            colour(role.PlaceholderText), colour(role.Accent), colour(role.BrightText), colour(role.Midlight), base, small,
        )  # fmt: skip


def faint(color: QColor, alpha: float) -> QColor:
    made = QColor(color)
    made.setAlphaF(alpha)
    return made


def draw_eye(painter: QPainter, rect: QRectF, color: QColor, *, closed: bool) -> None:
    """14 px wide in the middle of `rect`."""
    c = rect.center()
    path = QPainterPath()
    path.moveTo(c.x() - 6.5, c.y())
    path.quadTo(c.x(), c.y() - 7.5, c.x() + 6.5, c.y())
    path.quadTo(c.x(), c.y() + 7.5, c.x() - 6.5, c.y())
    painter.setPen(QPen(color, 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.setBrush(color)
    painter.drawEllipse(c, 1.6, 1.6)
    if closed:
        painter.setPen(QPen(color, 1.5))
        painter.drawLine(QPointF(c.x() - 5, c.y() + 5), QPointF(c.x() + 5, c.y() - 5))


def draw_lock(painter: QPainter, rect: QRectF, color: QColor, *, closed: bool) -> None:
    c = rect.center()
    painter.setPen(QPen(color, 1.2))
    painter.setBrush(color if closed else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(c.x() - 4.5, c.y() - 1, 9, 6.5), 1.2, 1.2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    arc = QRectF(c.x() - 2.8 + (0 if closed else 3), c.y() - 5.6, 5.6, 8)
    painter.drawArc(arc, 0, 180 * 16)
