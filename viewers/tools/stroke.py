"""Painting into a live mask: cached stamps, strokes interpolated between events, work on the stroke's box only."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Point

Mask = NDArray[np.bool_]
Rect = tuple[int, int, int, int]  # left, top, right, bottom in pixels of the frame

#: A live mask grows by at least so much on a side that a stroke leaves, so that it does not grow at every event.
MARGIN = 128


@lru_cache(maxsize=64)
def stamp(wide: int, square: bool, tall: int = 0) -> Mask:
    """The pixels of a brush `wide` and `tall` (0: as it is wide): those whose centre lies inside it. Read-only."""
    tall = tall or wide
    if square:
        made = np.ones((tall, wide), dtype=np.bool_)
    else:
        x, y = np.arange(wide) + 0.5 - wide / 2, np.arange(tall) + 0.5 - tall / 2
        made = (y[:, None] * wide) ** 2 + (x[None, :] * tall) ** 2 <= (wide * tall / 2) ** 2
        made[tall // 2, wide // 2] = True  # a brush of one pixel paints it
    made.flags.writeable = False
    return made


class LiveMask:
    """A mask being painted. `array` is bool with its first pixel at (`x`, `y`); it is replaced when it must grow."""

    def __init__(self, frame: tuple[int, int]) -> None:
        self.frame = frame
        self.x = self.y = 0
        self.array: Mask = np.zeros((0, 0), dtype=np.bool_)

    def load(self, mask: Mask, x: int, y: int) -> None:
        """Go on from a mask that is there already."""
        self.array, self.x, self.y = mask.copy(), x, y

    def stroke(self, a: Point, b: Point, size: int, *, square: bool, value: bool, tall: int = 0) -> Rect | None:
        """Paint (or erase) from a to b, `tall` as `stamp` has it. Returns the box that may have changed, None when it lies off
        the frame."""
        brush = stamp(size, square, tall)
        box = self._box(a, b, brush)
        if box is None:
            return None
        if value:
            self._reach(box)
        elif (box := self._cut(box)) is None:
            return None
        for at in _between(a, b, min(brush.shape), square):
            self._stamp(brush, at, value)
        return box

    def is_empty(self) -> bool:
        return not self.array.any()

    # -- inside

    def _stamp(self, brush: Mask, at: Point, value: bool) -> None:
        tall, wide = brush.shape
        left, top = corner_of(at[0], wide) - self.x, corner_of(at[1], tall) - self.y
        height, width = self.array.shape
        x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + wide, width), min(top + tall, height)
        if x0 >= x1 or y0 >= y1:
            return
        part = brush[y0 - top : y1 - top, x0 - left : x1 - left]
        target = self.array[y0:y1, x0:x1]
        if value:
            target |= part
        else:
            target &= ~part

    def _box(self, a: Point, b: Point, brush: Mask) -> Rect | None:
        tall, wide = brush.shape
        left, top = corner_of(min(a[0], b[0]), wide), corner_of(min(a[1], b[1]), tall)
        right, bottom = corner_of(max(a[0], b[0]), wide) + wide, corner_of(max(a[1], b[1]), tall) + tall
        box = (max(left, 0), max(top, 0), min(right, self.frame[0]), min(bottom, self.frame[1]))
        return box if box[0] < box[2] and box[1] < box[3] else None

    def _cut(self, box: Rect) -> Rect | None:
        height, width = self.array.shape
        cut = (max(box[0], self.x), max(box[1], self.y), min(box[2], self.x + width), min(box[3], self.y + height))
        return cut if cut[0] < cut[2] and cut[1] < cut[3] else None

    def _reach(self, box: Rect) -> None:
        """Make room for a box, generously on the sides where there was none."""
        height, width = self.array.shape
        if width == 0:
            have: Rect = (box[0], box[1], box[0], box[1])
        else:
            have = (self.x, self.y, self.x + width, self.y + height)
            if box[0] >= have[0] and box[1] >= have[1] and box[2] <= have[2] and box[3] <= have[3]:
                return
        more = max(MARGIN, max(width, height) // 4)
        left = have[0] if width and box[0] >= have[0] else max(0, box[0] - more)
        top = have[1] if width and box[1] >= have[1] else max(0, box[1] - more)
        right = have[2] if width and box[2] <= have[2] else min(self.frame[0], box[2] + more)
        bottom = have[3] if width and box[3] <= have[3] else min(self.frame[1], box[3] + more)
        grown = np.zeros((bottom - top, right - left), dtype=np.bool_)
        grown[self.y - top : self.y - top + height, self.x - left : self.x - left + width] = self.array
        self.array, self.x, self.y = grown, left, top


def corner_of(centre: float, size: int) -> int:
    """The first pixel of a brush of that size round a place."""
    return math.floor(centre - size / 2 + 0.5)


def _between(a: Point, b: Point, size: int, square: bool) -> list[Point]:
    """Places to stamp so that the edge between two of them sags by less than half a pixel."""
    step = 1.0 if square else max(1.0, 1.4 * math.sqrt(size / 2))
    steps = max(1, math.ceil(math.dist(a, b) / step))
    return [(a[0] + (b[0] - a[0]) * i / steps, a[1] + (b[1] - a[1]) * i / steps) for i in range(steps + 1)]
