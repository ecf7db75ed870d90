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
_BASE_OF = (_LINE, _DOT, _SOFT, _FULL)  # by rank
_RANKS, _SOFT_RANK = 4, 2
_RANK_OF = np.zeros(8, np.int64)
_RANK_OF[[GAP, HIDDEN, OUTSIDE, INTERPOLATED, KEY, ALONE]] = (0, 1, 1, 2, 3, 3)

Codes = NDArray[np.int64]
Table = NDArray[np.uint32]


def strip(track: Track, axis: TimeAxis, width: int, dpr: float, color: str, ground: str, *, dim: bool) -> Table:
    """(row height, width) device pixels, premultiplied ARGB on nothing."""
    codes = _codes(track, axis, width, dpr)
    pixels: Table = np.take(_table(color, ground, dim, dpr), codes, axis=1)
    return pixels


def _codes(track: Track, axis: TimeAxis, width: int, dpr: float) -> Codes:
    """All stretches at once: what costs here is the number of calls, not that of frames."""
    scale, (first, last) = axis.scale * dpr, axis.visible()
    low, high = np.searchsorted(track.between_last, first), np.searchsorted(track.between_first, last, "right")
    # A mark half out of sight still shows its other half.
    margin = int(MARK / axis.scale) + 1
    start, stop = np.searchsorted(track.frames, first - margin), np.searchsorted(track.frames, last + margin, "right")
    frames, kinds = track.frames[start:stop], track.kinds[start:stop]
    firsts = np.concatenate((track.between_first[low:high], frames))
    lasts = np.concatenate((track.between_last[low:high], frames))
    begins = np.floor((firsts - axis.left) * scale + 0.5).astype(np.int64)
    ends = np.floor((lasts + 1 - axis.left) * scale + 0.5).astype(np.int64)
    centres = np.floor((frames + 0.5 - axis.left) * scale).astype(np.int64)
    alone = _apart(centres, CROWDED * dpr)
    between = high - low
    wide = ends[between:] - begins[between:] > 2 * _mark_size(dpr)
    ends[between:] = np.maximum(ends[between:], begins[between:] + 1)
    ranks = np.concatenate((_RANK_OF[track.between_kind[low:high]], _RANK_OF[kinds]))
    narrow = alone & ~wide & (kinds != OUTSIDE)
    ranks[between:][narrow] = np.where(kinds[narrow] == KEY, _SOFT_RANK, _RANKS)  # a diamond says it, a bar would cover it
    bases = _bases(begins, ends, ranks, width)
    dots = (np.arange(width) + int(axis.left * scale)) // max(1, round(2 * dpr)) % 2 == 0
    bases[(bases == _DOT) & ~dots] = _BLANK
    return _marked(bases, kinds[alone], centres[alone], dpr)


def _bases(begins: Codes, ends: Codes, ranks: Codes, width: int) -> Codes:
    """Where stretches share a column the higher rank is seen; what is of no rank is not seen."""
    row = width + 1
    size = row * (_RANKS + 1)
    begins = np.minimum(np.maximum(begins, 0), width) + ranks * row
    ends = np.minimum(np.maximum(ends, 0), width) + ranks * row
    steps = np.bincount(begins, minlength=size) - np.bincount(ends, minlength=size)
    covered = np.cumsum(steps.reshape(_RANKS + 1, row), axis=1)[:_RANKS, :width] > 0
    bases = np.zeros(width, np.int64)
    for rank, base in enumerate(_BASE_OF):
        bases[covered[rank]] = base
    return bases


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
