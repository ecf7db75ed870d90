"""What moves on the timeline, painted over its layer: hover, chosen frames, what is held, the playing head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from viewers.timeline.layer import draw_buttons
from viewers.timeline.look import ROW, RULER, faint
from viewers.timeline.strips import diamond

if TYPE_CHECKING:
    from viewers.timeline.view import TimelineView


def draw_over(painter: QPainter, view: TimelineView) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not view.rows.rows:
        _draw_empty(painter, view)
    _draw_hover_row(painter, view)
    painter.setClipRect(QRect(view.layer.names, 0, view.width() - view.layer.names, view.height()))
    _draw_range(painter, view)
    _draw_held(painter, view)
    _draw_playhead(painter, view)
    _draw_chip(painter, view)
    painter.setClipping(False)
    if view.hasFocus():
        painter.setPen(QPen(view.look.accent, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(view.rect()).adjusted(0.75, 0.75, -0.75, -0.75))


def _draw_empty(painter: QPainter, view: TimelineView) -> None:
    painter.setPen(view.look.quiet)
    painter.setFont(view.look.font)
    rect = QRectF(view.layer.names, view.layer.top, view.axis.width, view.height() - view.layer.top)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, view.empty_text)


def _draw_hover_row(painter: QPainter, view: TimelineView) -> None:
    if view.hover is None or view.hover.row is None or view.hover.row.kind != "object" or view.gestures.dragging:
        return
    row, top = view.hover.row, view.layer.row_top(view.hover.index)
    painter.setClipRect(QRect(0, view.layer.top, view.width(), view.height()))
    if view.hover.zone == "names":
        ground = view.look.chosen if row.id in view.focus.selected else view.look.names
        both = QRectF(view.layer.names - 46, top + 1, 44, ROW - 2)
        painter.fillRect(both, ground)
        hidden, locked = row.id in view.focus.hidden, row.id in view.focus.locked
        draw_buttons(painter, view.layer.names, top, view.look, hidden=hidden, locked=locked, every=True)
    painter.setClipping(False)


def _draw_range(painter: QPainter, view: TimelineView) -> None:
    drawing = view.gestures.drawing
    for chosen, top, bottom in (
        *(((view.range, 0, view.height()),) if view.range else ()),
        *(((drawing.chosen, *drawing.place),) if drawing.chosen else ()),
    ):
        x0, x1 = view.layer.names + view.axis.x(chosen[0]), view.layer.names + view.axis.x(chosen[1] + 1)
        rect = QRectF(x0, top, max(1.0, x1 - x0), bottom - top)
        painter.fillRect(rect, faint(view.look.accent, 0.14))
        painter.setPen(QPen(faint(view.look.accent, 0.8), 1))
        painter.drawLines([QLineF(x, top, x, bottom) for x in (x0 + 0.5, x1 - 0.5)])


def _draw_held(painter: QPainter, view: TimelineView) -> None:
    """What can be, or is, dragged."""
    found = view.hover
    if found is None or found.row is None or view.layer.row_top(found.index) + ROW <= view.layer.top:
        return
    painter.setClipRect(QRect(view.layer.names, view.layer.top, view.width(), view.height()))
    held = view.gestures.held if view.gestures.dragging else found.held
    middle = view.layer.row_top(found.index) + ROW / 2
    painter.setPen(QPen(view.look.accent, 1.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if found.part == "key":
        painter.drawPath(diamond(QPointF(view.layer.names + view.axis.x(held + 0.5), middle), 6.6))
    elif found.part in ("start", "end", "bar_first", "bar_last"):
        begins = found.part in ("start", "bar_first")
        x = view.layer.names + view.axis.x(held if begins else held + 1)
        way = 4 if begins else -4
        painter.drawPolyline(
            [QPointF(x + way, middle - 8), QPointF(x, middle - 8), QPointF(x, middle + 8), QPointF(x + way, middle + 8)]
        )
    painter.setClipRect(QRect(view.layer.names, 0, view.width() - view.layer.names, view.height()))


def _draw_playhead(painter: QPainter, view: TimelineView) -> None:
    left, right = view.axis.x(view.playhead), view.axis.x(view.playhead + 1)
    x = view.layer.names + round((left + right) / 2) + 0.5
    if view.axis.scale > 6:
        painter.fillRect(QRectF(view.layer.names + left, RULER, right - left, view.height()), faint(view.look.accent, 0.10))
    painter.setPen(QPen(view.look.accent, 1))
    painter.drawLine(QLineF(x, RULER - 4, x, view.height()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(view.look.accent)
    painter.drawPolygon(
        [
            QPointF(x - 6, RULER - 12),
            QPointF(x + 6, RULER - 12),
            QPointF(x + 6, RULER - 7),
            QPointF(x, RULER),
            QPointF(x - 6, RULER - 7),
        ]
    )


def _draw_chip(painter: QPainter, view: TimelineView) -> None:
    """Frame and time under the pointer, or where a drag is."""
    text = view.gestures.chip
    if not text and view.hover is not None and view.hover.zone in ("ruler", "thumbs", "tracks"):
        text = f"{view.hover.frame:,}  {view.clock.text(view.hover.frame)}"
    if not text:
        return
    metrics = QFontMetricsF(view.look.small)
    wide = metrics.horizontalAdvance(text) + 12
    x = min(max(view.layer.names + 2.0, view.pointer.x() - wide / 2), view.width() - wide - 2.0)
    rect = QRectF(x, 2, wide, 16)
    painter.setPen(QPen(view.look.line, 1))
    painter.setBrush(view.look.ground)
    painter.drawRoundedRect(rect, 4, 4)
    painter.setPen(view.look.text)
    painter.setFont(view.look.small)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
