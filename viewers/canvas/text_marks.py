"""Marked ranges of a text: which lie where, in which lane their underlines run, and how they are painted."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
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


@dataclass(frozen=True, slots=True)
class Run:
    """One range of a mark; how it is shown now."""

    mark: Mark
    index: int
    start: int
    end: int
    lane: int = 0
    selected: bool = False
    hovered: bool = False
    locked: bool = False


class Marks:
    """All marks of a document, found by place. One of thousands is changed without touching the others."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self.marks: dict[str, Mark] = {}
        self.selected: frozenset[str] = frozenset()
        self.locked: frozenset[str] = frozenset()
        self.hovered: str | None = None
        self._owners: list[tuple[str, int]] = []
        self._rows_of: dict[str, list[int]] = {}
        self._dead = 0
        self._starts = self._ends = np.zeros(0, np.int64)
        self._lanes: dict[int, int] = {}
        self.put({m.instance: m for m in marks})

    def put(self, changed: Mapping[str, Mark | None]) -> None:
        """These are so from now on; None: gone."""
        spans: list[tuple[int, int]] = []
        for instance, mark in changed.items():
            gone = self._rows_of.pop(instance, ())
            for row in gone:  # its place stays, and is found nowhere
                self._starts[row] = self._ends[row] = -1
            self._dead += len(gone)
            if mark is None:
                self.marks.pop(instance, None)
                continue
            self.marks[instance] = mark
            for index, span in enumerate(mark.ranges):
                if 0 <= span[0] < span[1]:
                    self._rows_of.setdefault(instance, []).append(len(self._owners))
                    self._owners.append((instance, index))
                    spans.append(span)
        if spans:
            more = np.asarray(spans, np.int64)
            self._starts = np.concatenate((self._starts, more[:, 0]))
            self._ends = np.concatenate((self._ends, more[:, 1]))
        if self._dead > 1000 and self._dead > len(self._owners) // 2:
            self._tidy()
        self._lanes = {}

    def _tidy(self) -> None:
        marks, self.marks, self._rows_of, self._owners, self._dead = self.marks, {}, {}, [], 0
        self._starts = self._ends = np.zeros(0, np.int64)
        self.put(dict(marks))

    def within(self, start: int, end: int) -> list[Run]:
        """Those that touch a range of the text, by where they begin."""
        rows = self._rows(start, end)
        lanes = self._lanes_of(rows)
        return [self._run(row, lanes[row]) for row in rows]

    def at(self, offset: int) -> list[Run]:
        """Those that hold the character at an offset, the shortest first."""
        return sorted(self.within(offset, offset + 1), key=lambda r: r.end - r.start)

    @property
    def runs(self) -> list[Run]:
        return self.within(-1, 1 << 62)

    def _run(self, row: int, lane: int) -> Run:
        instance, index = self._owners[row]
        own = (instance in self.selected, instance == self.hovered, instance in self.locked)
        return Run(self.marks[instance], index, int(self._starts[row]), int(self._ends[row]), lane, *own)

    def _rows(self, start: int, end: int) -> list[int]:
        found = np.nonzero((self._starts < end) & (self._ends > start))[0]
        order = np.lexsort((-self._ends[found], self._starts[found]))
        return [int(row) for row in found[order]]

    def _lanes_of(self, rows: list[int]) -> dict[int, int]:
        """Ranges that overlap, also beyond what is in sight, never share a lane: so lanes stay when one scrolls."""
        if not rows:
            return {}
        if self._lanes.keys() >= set(rows):
            return self._lanes
        cluster = rows
        while True:
            low, high = int(self._starts[cluster].min()), int(self._ends[cluster].max())
            wider = self._rows(low, high)
            if len(wider) == len(cluster):
                break
            cluster = wider
        lanes: dict[int, int] = {}
        busy: list[tuple[int, int]] = []  # (end, lane)
        free: list[int] = []
        used = 0
        for row in cluster:
            while busy and busy[0][0] <= self._starts[row]:
                heapq.heappush(free, heapq.heappop(busy)[1])
            if free:
                lane = heapq.heappop(free)
            else:
                lane, used = used, used + 1
            heapq.heappush(busy, (int(self._ends[row]), lane))
            lanes[row] = lane
        self._lanes = lanes
        return lanes


def seen_on(color: QColor, dark: bool) -> QColor:
    """The colour of a class as far lighter or darker as it must be to be told from the ground."""
    light = color.lightness()
    if dark and light < 110:
        return QColor.fromHsl(max(0, color.hslHue()), color.hslSaturation(), 130)
    if not dark and light > 200:
        return QColor.fromHsl(max(0, color.hslHue()), color.hslSaturation(), 160)
    return color


def tint(color: QColor, run: Run, dark: bool) -> QColor:
    """The ground under marked text; text stays readable on it."""
    made = QColor(seen_on(color, dark))
    made.setAlphaF((0.30 if run.selected else 0.22 if run.hovered else 0.14) + (0.06 if dark else 0.0))
    return made


def paint_underline(p: QPainter, rect: QRectF, run: Run, dark: bool) -> None:
    lane = min(run.lane, LANES - 1)
    thick = 2.0 + (1.0 if run.selected or run.hovered else 0.0)
    y = rect.bottom() + 0.5 + lane * LANE_PITCH
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(seen_on(run.mark.color, dark))
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


def paint_chip(p: QPainter, rect: QRectF, run: Run, font: QFont) -> None:
    mark = run.mark
    p.setPen(QPen(QColor(255, 255, 255), 1.5) if run.selected else Qt.PenStyle.NoPen)
    p.setBrush(mark.color)
    p.drawRoundedRect(rect, 3, 3)
    p.setFont(font)
    p.setPen(ink_on(mark.color))
    p.drawText(rect, Qt.AlignmentFlag.AlignCenter, mark.name)


def ink_on(color: QColor) -> QColor:
    """Dark or white, whichever is read better on it (relative luminance of WCAG 2)."""
    linear = (v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in color.getRgbF()[:3])
    light = sum(weight * v for weight, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return QColor(20, 20, 22) if light > 0.19 else QColor(255, 255, 255)


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
