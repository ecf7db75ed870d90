"""Paths along edges: the cheapest way over a cost from gradients, in a window round an anchor (OpenCV's scissors)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from storage.model.geometry import Point
from viewers.decode.request import Region
from viewers.tools.behind import Reading, Stop

#: Pixels (of the level) on a side of the window: its map takes some 200 ms to make, every path in it a few microseconds.
SIDE = 900
#: A slope (of Sobel, on values of 0 to 255) below this is no edge.
FAINT = 60.0


def level_for(pixel: float) -> int:
    """The level whose pixels are about as large as those on the screen: a path is as fine as what is seen."""
    level = 0
    while pixel >= 1.5 and level < 10:
        pixel, level = pixel / 2, level + 1
    return level


def window_round(anchor: Point, level: int, frame: tuple[int, int]) -> Region:
    """Full-size px, on whole pixels of the level."""
    side, grid = SIDE << level, (1 << level) - 1
    x0, y0 = max(0, int(anchor[0]) - side // 2) & ~grid, max(0, int(anchor[1]) - side // 2) & ~grid
    x1, y1 = min(frame[0], x0 + side), min(frame[1], y0 + side)
    return (x0, y0, x1 - x0, y1 - y0)


def edge_near(reading: Reading, at: Point, reach: float) -> Point:
    """The strongest edge within `reach` px of a place, a near one before a far one; the place itself where there is none."""
    x, y, w, h = reading.region
    if not (x <= at[0] < x + w and y <= at[1] < y + h):
        return at
    scale, (column, row) = 1 << reading.level, reading.at(at)
    r = max(1, round(reach / scale))
    top, left = max(0, row - r - 1), max(0, column - r - 1)
    part = reading.gray(reading.values[top : row + r + 2, left : column + r + 2]).astype(np.float32) / reading.span
    if min(part.shape) < 3:
        return at
    part = cv2.GaussianBlur(part, (3, 3), 0)
    slope = np.hypot(cv2.Sobel(part, cv2.CV_32F, 1, 0), cv2.Sobel(part, cv2.CV_32F, 0, 1))
    rows, columns = np.mgrid[0 : part.shape[0], 0 : part.shape[1]]
    away = np.hypot(rows + top - row, columns + left - column)
    slope[away > r] = 0
    slope *= 1 - 0.4 * away / (r + 1)
    best_row, best_column = np.unravel_index(int(slope.argmax()), slope.shape)
    if slope[best_row, best_column] < FAINT:
        return at
    return (x + (left + int(best_column) + 0.5) * scale, y + (top + int(best_row) + 0.5) * scale)


@dataclass(frozen=True, slots=True, eq=False)
class Wire:
    """All cheapest paths from one anchor; made in a worker, asked at every move."""

    anchor: Point
    reading: Reading
    scissors: Any

    @classmethod
    def made(cls, reading: Reading, anchor: Point, stop: Stop) -> Wire | None:
        """None: it was no longer wanted."""
        scissors = cv2.segmentation.IntelligentScissorsMB()
        scissors.setEdgeFeatureCannyParameters(16, 60)
        scissors.setGradientMagnitudeMaxLimit(200)
        scissors.applyImage(reading.bgr())
        if stop():
            return None
        scissors.buildMap(reading.at(anchor))
        return cls(anchor, reading, scissors)

    def path(self, to: Point) -> tuple[Point, ...]:
        """From the anchor to a place, both ends exact; beyond the window straight on from its border."""
        x, y, _, _ = self.reading.region
        scale = 1 << self.reading.level
        contour = self.scissors.getContour(self.reading.at(to))
        points = contour.reshape(-1, 2).tolist()
        # Its first and last pixels are those of the two ends, which are known better.
        between = [(x + (px + 0.5) * scale, y + (py + 0.5) * scale) for px, py in points[1:-1]]
        return (self.anchor, *between, to)
