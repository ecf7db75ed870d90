"""Marked ranges of a text: which lie where, in which lane their underlines run, and how they are painted."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

#: Underlines of one place; deeper ones share the last lane.
LANES = 4
LANE_PITCH = 3.0
CHIP_HEIGHT = 14.0
CHIP_FONT = 11
HANDLE = 4.5


@dataclass(frozen=True, slots=True)
class Mark:
    """An object of the document as it is to be shown. `ranges` are offsets of the shown text, in order."""

    instance: str
    ranges: tuple[tuple[int, int], ...]
    color: QColor
    name: str
    selected: bool = False
    hovered: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One range of a mark."""

    mark: Mark
    index: int
    start: int
    end: int
    lane: int


class Marks:
    """All marks of a document, found by place. Thousands of them cost what is in sight."""

    def __init__(self, marks: Sequence[Mark] = ()) -> None:
        self.marks = {mark.instance: mark for mark in marks}
        pieces = sorted(
            ((a, -b, n, i, mark) for n, mark in enumerate(marks) for i, (a, b) in enumerate(mark.ranges) if b > a),
            key=lambda p: p[:4],
        )
        self.runs: list[Run] = []
        busy: list[tuple[int, int]] = []  # (end, lane)
        free: list[int] = []
        lanes = 0
        for start, minus_end, _, index, mark in pieces:
            while busy and busy[0][0] <= start:
                heapq.heappush(free, heapq.heappop(busy)[1])
            if free:
                lane = heapq.heappop(free)
            else:
                lane, lanes = lanes, lanes + 1
            heapq.heappush(busy, (-minus_end, lane))
            self.runs.append(Run(mark, index, start, -minus_end, lane))
        self._starts = np.asarray([r.start for r in self.runs], np.int64)
        self._ends = np.asarray([r.end for r in self.runs], np.int64)

    def within(self, start: int, end: int) -> list[Run]:
        """Those that touch a range of the text, by where they begin."""
        found = np.nonzero((self._starts < end) & (self._ends > start))[0]
        return [self.runs[i] for i in found.tolist()]

    def at(self, offset: int) -> list[Run]:
        """Those that hold the character at an offset, the shortest first."""
        return sorted(self.within(offset, offset + 1), key=lambda r: r.end - r.start)


def tint(color: QColor, run: Run, dark: bool) -> QColor:
    """The ground under marked text; text stays readable on it."""
    made = QColor(color)
    made.setAlphaF((0.30 if run.mark.selected else 0.22 if run.mark.hovered else 0.14) + (0.06 if dark else 0.0))
    return made


def paint_underline(p: QPainter, rect: QRectF, run: Run) -> None:
    lane = min(run.lane, LANES - 1)
    thick = 2.0 + (1.0 if run.mark.selected or run.mark.hovered else 0.0)
    y = rect.bottom() + 0.5 + lane * LANE_PITCH
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(run.mark.color)
    p.drawRect(QRectF(rect.left(), y, max(2.0, rect.width()), thick))


def chip_font(font: QFont) -> QFont:
    made = QFont(font)
    made.setPixelSize(CHIP_FONT)
    made.setBold(False)
    return made


def chip_rect(font: QFont, text: str, at: QPointF) -> QRectF:
    """`at` is the lower left corner."""
    width = QFontMetricsF(font).horizontalAdvance(text) + 9
    return QRectF(at.x(), at.y() - CHIP_HEIGHT, width, CHIP_HEIGHT)


def paint_chip(p: QPainter, rect: QRectF, mark: Mark, font: QFont) -> None:
    p.setPen(QPen(QColor(255, 255, 255), 1.5) if mark.selected else Qt.PenStyle.NoPen)
    p.setBrush(mark.color)
    p.drawRoundedRect(rect, 3, 3)
    p.setFont(font)
    p.setPen(ink_on(mark.color))
    p.drawText(rect, Qt.AlignmentFlag.AlignCenter, mark.name)


def ink_on(color: QColor) -> QColor:
    light = 0.299 * color.red() + 0.587 * color.green() + 0.114 * color.blue()
    return QColor(20, 20, 22) if light > 140 else QColor(255, 255, 255)


def handle_points(rect: QRectF, *, at_end: bool) -> tuple[QPointF, QPointF]:
    """The upper end of a handle's stem and its knob."""
    x = rect.right() if at_end else rect.left()
    return QPointF(x, rect.top()), QPointF(x, rect.bottom() + HANDLE + 1)


def paint_handle(p: QPainter, rect: QRectF, color: QColor, *, at_end: bool) -> None:
    top, knob = handle_points(rect, at_end=at_end)
    p.setPen(QPen(color, 2))
    p.drawLine(top, knob)
    p.setPen(QPen(QColor(255, 255, 255), 1.5))
    p.setBrush(color)
    p.drawEllipse(knob, HANDLE, HANDLE)


def paint_lock(p: QPainter, rect: QRectF, color: QColor) -> None:
    """Hatched ground: it cannot be changed."""
    p.save()
    p.setClipRect(rect)
    p.setPen(QPen(color, 1))
    x = rect.left() - rect.height()
    while x < rect.right():
        p.drawPolyline(QPolygonF([QPointF(x, rect.bottom()), QPointF(x + rect.height(), rect.top())]))
        x += 8
    p.restore()
