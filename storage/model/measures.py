"""Measuring on slices and in volumes: lengths, angles, areas, and the statistics of what lies under a shape or a mask.

A `Scale` says what a pixel is worth and in which unit, honestly: mm, mm at the detector (projection images), or pixels; where
those are not square, widths of a pixel.
The deviation is that of the voxels themselves (divided by their number), as numpy has it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from storage.model import masks
from storage.model.geometry import Bitmask, Box, Circle, Ellipse, Geometry, Point, Polygon, Ring, RotatedBox
from storage.model.space import VolumeGeometry

Unit = Literal["mm", "mm at detector", "px", "px widths"]

FLATTEST = 20.0  # an aspect beyond it is a slip


@dataclass(frozen=True, slots=True)
class Scale:
    """What one step between rows and between columns is worth."""

    row: float = 1.0
    column: float = 1.0
    unit: Unit = "px"
    lean: float = 0.0  # the cosine between rows and columns, which some grids have not square to each other

    @staticmethod
    def of_volume(geometry: VolumeGeometry) -> Scale:
        return Scale(geometry.spacing_row_mm, geometry.spacing_col_mm, "mm", float(geometry.row_dir @ geometry.col_dir))

    @staticmethod
    def of_image(spacing: Sequence[float] | None, kind: str = "") -> Scale:
        """Of pictures without a place in space: their spacing (rows, columns) and its kind, as series have them."""
        if spacing is None or not _usable(spacing):
            return Scale()
        return Scale(float(spacing[0]), float(spacing[1]), "mm at detector" if kind == "detector" else "mm")

    @staticmethod
    def of_aspect(aspect: Sequence[float] | None) -> Scale:
        """Of pixels of unknown size: height and width, as numbers that stand in the same relation."""
        if aspect is None or not _usable(aspect):
            return Scale()
        tall = float(aspect[0]) / float(aspect[1])
        return Scale(tall, 1.0, "px widths") if tall != 1 and 1 / FLATTEST < tall < FLATTEST else Scale()

    @property
    def area_unit(self) -> str:
        named = {"mm": "mm²", "mm at detector": "mm² at detector", "px": "px²", "px widths": "px widths²"}
        return named[self.unit]

    def way(self, a: Point, b: Point) -> tuple[float, float]:
        """From a to b (points of the picture) in the unit."""
        along, down = (b[0] - a[0]) * self.column, (b[1] - a[1]) * self.row
        return along + down * self.lean, down * self._upright

    @property
    def area(self) -> float:
        """Of one pixel."""
        return self.row * self.column * self._upright

    @property
    def _upright(self) -> float:
        return math.sqrt(1.0 - self.lean**2)


MM = Scale(unit="mm")  # of points that are millimetres already


def _usable(pair: Sequence[float]) -> bool:
    return len(pair) == 2 and all(math.isfinite(float(v)) and float(v) > 0 for v in pair)


# -- lines ------------------------------------------------------------------------------------------------------------


def length(points: Sequence[Point], scale: Scale) -> float:
    """Along a line of two points or more."""
    return sum(math.hypot(*scale.way(a, b)) for a, b in pairwise(points))


def angle(a: Point, corner: Point, b: Point, scale: Scale) -> float | None:
    """Degrees between the ways from a corner to two points, 0 to 180; None where one of them lies on the corner."""
    return _between(scale.way(corner, a), scale.way(corner, b))


def cobb(first: tuple[Point, Point], second: tuple[Point, Point], scale: Scale) -> float | None:
    """Degrees between two lines, 0 to 90, whichever way they were drawn."""
    found = _between(scale.way(*first), scale.way(*second))
    return None if found is None else min(found, 180.0 - found)


def _between(u: tuple[float, float], v: tuple[float, float]) -> float | None:
    if math.hypot(*u) == 0 or math.hypot(*v) == 0:
        return None
    return math.degrees(abs(math.atan2(u[0] * v[1] - u[1] * v[0], u[0] * v[0] + u[1] * v[1])))


# -- areas ------------------------------------------------------------------------------------------------------------


def area(shape: Geometry, scale: Scale) -> float | None:
    """Of the shape as drawn (a mask: of its pixels) in the square of the unit; None for lines and points."""
    each = scale.area
    match shape:
        case Box(_, _, w, h) | RotatedBox(_, _, w, h, _):
            return abs(w * h) * each
        case Ellipse(_, _, rx, ry, _):
            return math.pi * rx * ry * each
        case Circle(_, _, r, stretch, _):
            return math.pi * r * r * stretch * each
        case Polygon(parts):
            rings = [[abs(_ring_area(ring)) for ring in part] for part in parts]
            return sum(part[0] - sum(part[1:]) for part in rings) * each
        case Bitmask():
            return masks.area(shape) * each
    return None


def _ring_area(ring: Ring) -> float:
    points = np.asarray(ring, np.float64)
    points = points - points[0]
    x, y = points.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


# -- statistics -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of `count` voxels that were measured; `left_out` more under the shape are padding or have not been read."""

    count: int
    left_out: int
    mean: float
    deviation: float
    minimum: float
    maximum: float


class Tally:
    """Gathers statistics piece by piece, in double precision, whatever the size of the whole."""

    def __init__(self) -> None:
        self._count = self._left_out = 0
        self._mean = self._squares = 0.0
        self._least, self._most = math.inf, -math.inf

    def add(self, values: NDArray, mask: NDArray | None = None, unmeasured: NDArray | None = None) -> None:
        """Values under a mask (None: all of them), but not where nothing was measured."""
        chosen = np.ones(values.shape, bool) if mask is None else np.asarray(mask, bool)
        whole = int(np.count_nonzero(chosen))
        if unmeasured is not None:
            chosen = chosen & ~unmeasured
        found = values[chosen].astype(np.float64)
        found = found[np.isfinite(found)]
        self._left_out += whole - len(found)
        if len(found) == 0:
            return
        n, mean = len(found), float(found.mean())
        squares = float(((found - mean) ** 2).sum())
        total, shift = self._count + n, mean - self._mean
        self._squares += squares + shift * shift * self._count * n / total
        self._mean += shift * n / total
        self._count = total
        self._least, self._most = min(self._least, float(found.min())), max(self._most, float(found.max()))

    def result(self) -> Statistics | None:
        """None where nothing was measured."""
        if self._count == 0:
            return None
        deviation = math.sqrt(max(0.0, self._squares / self._count))
        return Statistics(self._count, self._left_out, self._mean, deviation, self._least, self._most)


def under_shape(values: NDArray, shape: Geometry, unmeasured: NDArray | None = None) -> Statistics | None:
    """Of a slice [row, column] of modality values, under pixels whose centre lies inside a shape."""
    rows, columns = values.shape
    drawn = masks.to_bitmask(shape, columns, rows)
    if drawn.w == 0:
        return None
    part = slice(drawn.y, drawn.y + drawn.h), slice(drawn.x, drawn.x + drawn.w)
    tally = Tally()
    tally.add(values[part], masks.decode(drawn), None if unmeasured is None else unmeasured[part])
    return tally.result()


def under_pieces(pieces: Iterable[tuple[NDArray, NDArray, NDArray | None]]) -> Statistics | None:
    """Of values, masks and what was not measured, given piece by piece (slices of a volume)."""
    tally = Tally()
    for values, mask, unmeasured in pieces:
        tally.add(values, mask, unmeasured)
    return tally.result()
