"""One object's row as pixels, whatever the number of its frames: a code for every column, colours looked up in a table.

Between rows a soft bar, dotted where the object is hidden, a hairline where it is not there; rows themselves are
diamonds (key frames), dots (those that stand alone) or hollow diamonds (from here hidden), and full ticks where they crowd.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from viewers.timeline.time_axis import TimeAxis
from viewers.timeline.tracks import ALONE, GAP, HIDDEN, INTERPOLATED, KEY, OUTSIDE, Track

ROW = 22  # logical px
MARK = 11  # the width of a diamond's field, odd
#: Rows nearer than this are ticks, not diamonds.
CROWDED = 7.0
_NONE, _LINE, _DOT, _BLANK, _SOFT, _FULL = range(6)
_BASES = 6
_MARK_OF = np.zeros(8, np.int64)
_MARK_OF[[KEY, ALONE, OUTSIDE]] = (0, 1, 2)

Codes = NDArray[np.int64]
Table = NDArray[np.uint32]


def strip(track: Track, axis: TimeAxis, width: int, dpr: float, color: str, ground: str, *, dim: bool) -> Table:
    """(row height, width) device pixels, premultiplied ARGB on nothing."""
    codes = _codes(track, axis, width, dpr)
    pixels: Table = np.take(_table(color, ground, dim, dpr), codes, axis=1)
    return pixels


def _codes(track: Track, axis: TimeAxis, width: int, dpr: float) -> Codes:
    bases = np.zeros(width, np.int64)
    scale = axis.scale * dpr
    first, last = axis.visible()

    def columns(frames: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.floor((frames - axis.left) * scale + 0.5).astype(np.int64)

    low, high = np.searchsorted(track.between_last, first), np.searchsorted(track.between_first, last, "right")
    begins, ends = columns(track.between_first[low:high]), columns(track.between_last[low:high] + 1)
    kinds = track.between_kind[low:high]
    dots = (np.arange(width) + int(axis.left * scale)) // max(1, round(2 * dpr)) % 2 == 0
    for kind, base in ((GAP, _LINE), (HIDDEN, _DOT), (INTERPOLATED, _SOFT)):
        mine = kinds == kind
        if mine.any():
            bases[_covered(begins[mine], ends[mine], width)] = base
    # A mark half out of sight still shows its other half.
    margin = int(MARK / axis.scale) + 1
    low, high = np.searchsorted(track.frames, first - margin), np.searchsorted(track.frames, last + margin, "right")
    frames, kinds = track.frames[low:high], track.kinds[low:high]
    begins, ends = columns(frames), columns(frames + 1)
    hides = kinds == OUTSIDE
    if hides.any():
        here = _covered(begins[hides], ends[hides], width)
        bases[here & (bases < _SOFT)] = _DOT
    centres = np.floor((frames + 0.5 - axis.left) * scale).astype(np.int64)
    alone = _apart(centres, CROWDED * dpr)
    ticks = ~hides & (~alone | (ends - begins > _mark_size(dpr)))
    for mine, base in ((~hides & alone & (kinds == KEY), _SOFT), (ticks, _FULL)):
        if mine.any():
            bases[_covered(begins[mine], np.maximum(ends[mine], begins[mine] + 1), width)] = base
    bases[(bases == _DOT) & ~dots] = _BLANK
    return _marked(bases, kinds[alone], centres[alone], dpr)


def _apart(centres: NDArray[np.int64], room: float) -> NDArray[np.bool_]:
    """Those with room for a diamond."""
    alone = np.ones(len(centres), bool)
    steps = np.diff(centres) >= room
    alone[1:] &= steps
    alone[:-1] &= steps
    return alone


def _marked(bases: Codes, kinds: NDArray[np.uint8], centres: NDArray[np.int64], dpr: float) -> Codes:
    codes = bases.copy()
    if not len(centres):
        return codes
    size = _mark_size(dpr)
    columns = centres[:, None] - size // 2 + np.arange(size)
    inside = (columns >= 0) & (columns < len(bases))
    marks = np.broadcast_to(_MARK_OF[kinds][:, None], columns.shape)
    places = np.broadcast_to(np.arange(size), columns.shape)[inside]
    at = columns[inside]
    codes[at] = _BASES + (marks[inside] * _BASES + bases[at]) * size + places
    return codes


def _covered(begins: NDArray[np.int64], ends: NDArray[np.int64], width: int) -> NDArray[np.bool_]:
    begins, ends = np.minimum(np.maximum(begins, 0), width), np.minimum(np.maximum(ends, 0), width)
    steps = np.bincount(begins, minlength=width + 1) - np.bincount(ends, minlength=width + 1)
    covered: NDArray[np.bool_] = np.cumsum(steps[:width]) > 0
    return covered


def _mark_size(dpr: float) -> int:
    return round(MARK * dpr) | 1


@lru_cache(maxsize=512)
def _table(color: str, ground: str, dim: bool, dpr: float) -> Table:
    """(row height, codes): each base, then each mark on each base, column by column."""
    size, height = _mark_size(dpr), round(ROW * dpr)
    width = _BASES + 3 * _BASES * size
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if dim:
        painter.setOpacity(0.4)
    for base in range(_BASES):
        _draw_base(painter, base, base, 1, color, dpr)
    for mark in range(3):
        for base in range(_BASES):
            x = _BASES + (mark * _BASES + base) * size
            _draw_base(painter, base, x, size, color, dpr)
            painter.setClipRect(x, 0, size, height)
            _draw_mark(painter, mark, QPointF(x + size / 2, height / 2), color, ground, dpr)
            painter.setClipping(False)
    painter.end()
    pixels: Table = np.frombuffer(image.constBits(), np.uint32).reshape(height, image.bytesPerLine() // 4)[:, :width].copy()
    return pixels


def _draw_base(painter: QPainter, base: int, x: int, width: int, color: str, dpr: float) -> None:
    if base in (_NONE, _BLANK):
        return
    middle = ROW / 2
    half, alpha = {_LINE: (0.5, 0.45), _DOT: (1.0, 0.8), _SOFT: (4.0, 0.42), _FULL: (5.0, 1.0)}[base]
    fill = QColor(color)
    fill.setAlphaF(alpha)
    top, bottom = round((middle - half) * dpr), round((middle + half) * dpr)
    painter.fillRect(x, top, width, max(1, bottom - top), fill)


def _draw_mark(painter: QPainter, mark: int, centre: QPointF, color: str, ground: str, dpr: float) -> None:
    painter.setPen(QPen(QColor(ground), 1.6 * dpr))
    painter.setBrush(QColor(color))
    if mark == 1:
        r = 3.2 * dpr
        painter.drawEllipse(QRectF(centre.x() - r, centre.y() - r, 2 * r, 2 * r))
        return
    painter.drawPath(diamond(centre, 5.2 * dpr))
    if mark == 2:
        painter.setPen(QPen(QColor(color), 1.3 * dpr))
        painter.setBrush(QColor(ground))
        painter.drawPath(diamond(centre, 3.9 * dpr))


def diamond(centre: QPointF, r: float) -> QPainterPath:
    path = QPainterPath(QPointF(centre.x(), centre.y() - r))
    for dx, dy in ((r, 0), (0, r), (-r, 0)):
        path.lineTo(centre.x() + dx, centre.y() + dy)
    path.closeSubpath()
    return path
