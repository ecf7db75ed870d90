"""Everything on the timeline that stays while the pointer and the playing head move, on one image.

Drawn anew when the view, the rows or the palette change; a row that changes alone is patched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from viewers.scene.frame_clock import FrameClock
from viewers.timeline.look import BUTTON, ROW, RULER, Look, draw_eye, draw_lock, faint
from viewers.timeline.rows import Bar, Row, TimelineRows
from viewers.timeline.strips import strip
from viewers.timeline.time_axis import TimeAxis


class Layer:
    """`names` is the width of the left column, `top` where the rows begin, `scroll` how far they are moved up (logical px)."""

    def __init__(self, rows: TimelineRows, axis: TimeAxis, clock: FrameClock) -> None:
        self.rows, self.axis, self.clock = rows, axis, clock
        self.names, self.top, self.scroll = 0, RULER, 0
        self.marks: tuple[int, ...] = ()
        self.thumbs: Callable[[QPainter, QRectF], None] | None = None
        self.image = QImage()
        self._look: Look | None = None

    # -- where things are

    def visible_rows(self, height: int) -> range:
        first = max(0, self.scroll // ROW)
        last = min(len(self.rows.rows), (self.scroll + max(0, height - self.top)) // ROW + 1)
        return range(first, max(first, last))

    def row_top(self, index: int) -> int:
        return self.top + index * ROW - self.scroll

    # -- drawing

    def draw(self, width: int, height: int, dpr: float, look: Look) -> None:
        size = (round(width * dpr), round(height * dpr))
        if (self.image.width(), self.image.height()) != size:
            self.image = QImage(*size, QImage.Format.Format_RGB32)
            self.image.setDevicePixelRatio(dpr)
        self._look = look
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRect(0, 0, width, height), look.ground)
        self._draw_rows(painter, self.visible_rows(height), width, height, dpr)
        self._draw_head(painter, width)
        painter.end()

    def patch(self, indices: Iterable[int], width: int, height: int, dpr: float) -> None:
        """Rows that look different; those out of sight cost nothing."""
        shown = self.visible_rows(height)
        wanted = [i for i in indices if i in shown]
        if not wanted or self._look is None:
            return
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(QRect(0, self.top, width, max(0, height - self.top)))
        for i in wanted:
            painter.fillRect(QRect(0, self.row_top(i), width, ROW), self._look.ground)
            self._draw_rows(painter, range(i, i + 1), width, height, dpr)
        painter.end()

    def _draw_rows(self, painter: QPainter, shown: range, width: int, height: int, dpr: float) -> None:
        look = self._look
        assert look is not None
        if not len(shown):
            return
        top, tall = self.row_top(shown.start), len(shown) * ROW
        field = QRectF(self.names, top, width - self.names, tall)
        painter.fillRect(QRectF(0, top, self.names, tall), look.names)
        rows, focus = self.rows.rows, self.rows.focus
        for i in shown:
            if rows[i].kind == "object" and rows[i].id in focus.selected:
                painter.fillRect(QRectF(0, self.row_top(i), width, ROW), look.chosen)
        self._draw_grid(painter, field)
        self._draw_strips(painter, shown, width, dpr)
        painter.save()
        painter.setClipRect(field, Qt.ClipOperation.IntersectClip)
        for i in shown:
            if rows[i].kind != "object":
                self._draw_bars(painter, rows[i], self.row_top(i), width)
        painter.restore()
        for i in shown:
            self._draw_name(painter, rows[i], self.row_top(i))
        line = faint(look.line, 0.45)
        for i in shown:
            painter.fillRect(0, self.row_top(i) + ROW - 1, width, 1, line)
        painter.fillRect(self.names - 1, top, 1, tall, look.line)

    def _draw_grid(self, painter: QPainter, field: QRectF) -> None:
        assert self._look is not None
        line = faint(self._look.line, 0.5)  # rectangles of one pixel: lines cost ten times as much
        for tick in self.axis.times(self.clock):
            if tick.text and tick.x >= 0:
                painter.fillRect(self.names + round(tick.x), round(field.top()), 1, round(field.height()), line)

    def _draw_strips(self, painter: QPainter, shown: range, width: int, dpr: float) -> None:
        """Objects, all of them on one image of pixels."""
        look, rows = self._look, self.rows
        assert look is not None
        across, tall = round((width - self.names) * dpr), round(ROW * dpr)
        if across <= 0:
            return
        pixels = np.zeros((tall * len(shown), across), np.uint32)
        for n, i in enumerate(shown):
            row = rows.rows[i]
            if row.kind != "object":
                continue
            ground = (look.chosen if row.id in rows.focus.selected else look.ground).name()
            dim = row.id in rows.focus.hidden
            pixels[n * tall : (n + 1) * tall] = strip(
                rows.tracks[row.id], self.axis, across, dpr, rows.color(row), ground, dim=dim
            )
        image = QImage(pixels.data, across, len(pixels), across * 4, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(dpr)
        painter.drawImage(QPointF(self.names, self.row_top(shown.start)), image)

    def _draw_bars(self, painter: QPainter, row: Row, top: int, width: int) -> None:
        look = self._look
        assert look is not None
        color = self.rows.color(row)
        fill = faint(QColor(color), 0.3) if color else look.line
        edge = faint(QColor(color), 0.9) if color else look.quiet
        metrics = QFontMetricsF(look.small)
        painter.setFont(look.small)
        painted = -1e9
        for bar in self.rows.bars(row):
            x0, x1 = self.names + self.axis.x(bar.first), self.names + self.axis.x(bar.last + 1)
            if x1 < self.names or x0 > width or x1 <= painted:
                continue
            if not bar.whole:
                painted = max(x1, x0 + 1)
            narrow = x1 - x0 - 1 <= 6 and not bar.whole  # of a frame or two: all edge, so that it is seen
            rect = QRectF(x0 + 0.5, top + 3, max(3.0, x1 - x0 - 1), ROW - 6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(edge if narrow else faint(fill, 0.35) if bar.whole else fill)
            painter.drawRoundedRect(rect, 1 if narrow else 3, 1 if narrow else 3)
            if not narrow and not bar.whole:
                painter.setBrush(edge)
                painter.drawRect(QRectF(rect.left(), rect.top() + 3, 2, rect.height() - 6))
                painter.drawRect(QRectF(rect.right() - 2, rect.top() + 3, 2, rect.height() - 6))
            self._write(painter, bar, rect, metrics)

    def _write(self, painter: QPainter, bar: Bar, rect: QRectF, metrics: QFontMetricsF) -> None:
        assert self._look is not None
        seen = rect.intersected(QRectF(self.names, rect.top(), self.axis.width, rect.height())).adjusted(6, 0, -6, 0)
        if seen.width() < 16:
            return
        painter.setPen(self._look.text)
        text = metrics.elidedText(bar.text, Qt.TextElideMode.ElideRight, seen.width())
        painter.drawText(seen, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    # -- names

    def _draw_name(self, painter: QPainter, row: Row, top: int) -> None:
        look, focus = self._look, self.rows.focus
        assert look is not None
        hidden, locked = row.id in focus.hidden, row.id in focus.locked
        left = 10.0
        if row.kind == "object":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.rows.color(row)))
            painter.drawRoundedRect(QRectF(left, top + 6, 10, 10), 3, 3)
            left += 17
        elif row.kind == "answer":
            left += 17
        room = self.names - left - 8 - BUTTON * (2 if hidden else int(locked))
        painter.setFont(look.small if row.kind == "answer" else look.font)
        painter.setPen(look.quiet if hidden or row.kind == "answer" else look.text)
        text = QFontMetricsF(painter.font()).elidedText(self.rows.title(row), Qt.TextElideMode.ElideRight, max(0.0, room))
        painter.drawText(QRectF(left, top, room, ROW), Qt.AlignmentFlag.AlignVCenter, text)
        if row.kind == "object":
            draw_buttons(painter, self.names, top, look, hidden=hidden, locked=locked, every=False)

    # -- the head: ruler and thumbnails

    def _draw_head(self, painter: QPainter, width: int) -> None:
        look = self._look
        assert look is not None
        painter.fillRect(QRect(0, 0, width, self.top), look.names)
        painter.save()
        painter.setClipRect(QRect(self.names, 0, width - self.names, self.top), Qt.ClipOperation.IntersectClip)
        painter.setFont(look.small)
        times, numbers = self.axis.times(self.clock), self.axis.numbers()
        line = faint(look.quiet, 0.7)
        for tick in times:
            if tick.x >= 0:
                painter.fillRect(self.names + round(tick.x), 0, 1, 14 if tick.text else 4, line)
        for tick in numbers:
            painter.fillRect(self.names + round(tick.x), RULER - 5, 1, 5, line)
        painter.setPen(look.text)
        metrics = QFontMetricsF(look.small)
        for tick in times:
            if tick.text and tick.x + 4 + metrics.horizontalAdvance(tick.text) <= self.axis.width:
                painter.drawText(QPointF(self.names + tick.x + 4, 12), tick.text)
        painter.setPen(look.quiet)
        for tick in numbers:
            if tick.x + 4 + metrics.horizontalAdvance(tick.text) <= self.axis.width:
                painter.drawText(QPointF(self.names + tick.x + 4, RULER - 6), tick.text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.accent)
        first, last = self.axis.visible()
        for mark in self.marks:
            if first <= mark <= last:
                x = self.names + self.axis.x(mark + 0.5)
                painter.drawPolygon([QPointF(x - 3.5, RULER), QPointF(x + 3.5, RULER), QPointF(x, RULER - 6)])
        if self.thumbs is not None and self.top > RULER:
            self.thumbs(painter, QRectF(self.names, RULER, width - self.names, self.top - RULER))
        painter.restore()
        painter.fillRect(0, self.top - 1, width, 1, look.line)
        painter.fillRect(self.names - 1, 0, 1, self.top, look.line)


def eye_rect(names: int, top: int) -> QRectF:
    return QRectF(names - 2 * BUTTON - 4, top + 1, BUTTON, ROW - 2)


def lock_rect(names: int, top: int) -> QRectF:
    return QRectF(names - BUTTON - 4, top + 1, BUTTON, ROW - 2)


def draw_buttons(painter: QPainter, names: int, top: int, look: Look, *, hidden: bool, locked: bool, every: bool) -> None:
    """Those that say something, or both (`every`: the row under the pointer)."""
    if hidden or every:
        draw_eye(painter, eye_rect(names, top), look.text if hidden else look.quiet, closed=hidden)
    if locked or every:
        draw_lock(painter, lock_rect(names, top), look.text if locked else look.quiet, closed=locked)
