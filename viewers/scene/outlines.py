"""Geometry as numpy paths: what is drawn and what is hit are the same arrays. Qt-free."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import (
    Bitmask,
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Keypoint,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
    Visibility,
)
from storage.model.ontology import SkeletonTemplate

Array = NDArray[Any]


class TwoLines:
    """In place of a skeleton's template: lines of this class with four points are two, those of Cobb's angle."""


Template = SkeletonTemplate | TwoLines
TWO_LINES = TwoLines()


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """`part` groups the rings that fill together (even-odd); -1: a line, never filled. `color` overrules the class's."""

    points: Array  # (n, 2) float64
    closed: bool
    part: int = -1
    color: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Dot:
    x: float
    y: float
    color: str = ""
    hollow: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    paths: tuple[Path, ...] = ()
    dots: tuple[Dot, ...] = ()
    mask: Bitmask | None = None

    @property
    def segments(self) -> int:
        return sum(len(p.points) for p in self.paths)


def outline(geometry: Geometry, template: Template | None = None) -> Outline:
    match geometry:
        case Polygon(parts):
            return Outline(tuple(_closed(ring, i) for i, part in enumerate(parts) for ring in part))
        case Box() | RotatedBox():
            return Outline((_closed(geometry.corners()),))
        case Polyline(points):
            apart = isinstance(template, TwoLines) and len(points) == 4
            return Outline(tuple(Path(_array(line), False) for line in ((points[:2], points[2:]) if apart else (points,))))
        case Keypoint(x, y):
            return Outline(dots=(Dot(x, y),))
        case Circle(x, y, r, stretch, theta):
            return Outline((Path(ellipse_points(x, y, r, r * stretch, theta), True, 0),))
        case Ellipse(x, y, rx, ry, theta):
            return Outline((Path(ellipse_points(x, y, rx, ry, theta), True, 0),))
        case Cuboid2D():
            return _cuboid(geometry)
        case Skeleton():
            return _skeleton(geometry, template if isinstance(template, SkeletonTemplate) else None)
        case Bitmask():
            return Outline(mask=geometry)
    return Outline()  # Opaque: kept, not drawn


def ellipse_points(x: float, y: float, rx: float, ry: float, theta: float) -> Array:
    """Enough points that the chord is never more than a fiftieth of a pixel off."""
    n = int(min(720, max(32, 16 * math.sqrt(max(abs(rx), abs(ry), 1.0)))))
    t = np.linspace(0.0, 2 * math.pi, n, endpoint=False)
    px, py = rx * np.cos(t), ry * np.sin(t)
    c, s = math.cos(math.radians(theta)), math.sin(math.radians(theta))
    return np.stack((x + px * c - py * s, y + px * s + py * c), axis=1)


def mask_array(mask: Bitmask) -> NDArray[np.uint8]:
    """0 and 1, (h, w). Runs that do not fill their box are padded with background, for a damaged mask must still be seen."""
    runs = np.frombuffer(mask.runs, "<u4")
    values = np.zeros(len(runs), np.uint8)
    values[1::2] = 1
    total = mask.w * mask.h
    if int(runs.sum(dtype=np.int64)) > total:
        ends = np.minimum(np.cumsum(runs, dtype=np.int64), total)
        runs = np.diff(ends, prepend=0)
    flat = np.repeat(values, runs)
    if len(flat) < total:
        flat = np.concatenate((flat, np.zeros(total - len(flat), np.uint8)))
    return flat.reshape(mask.h, mask.w)


def _closed(ring: Any, part: int = 0) -> Path:
    return Path(_array(ring), True, part)


def _array(points: Any) -> Array:
    """Pairs as rows: half the time of `np.array`, which looks into each pair first."""
    return np.fromiter(chain.from_iterable(points), np.float64, 2 * len(points)).reshape(-1, 2)


def _cuboid(shape: Cuboid2D) -> Outline:
    front, back = np.array(shape.front, np.float64), np.array(shape.back(), np.float64)
    sides = tuple(Path(np.stack((f, b)), False) for f, b in zip(front, back, strict=True))
    return Outline((Path(back, True), *sides, Path(front, True, 0)))


def _skeleton(shape: Skeleton, template: SkeletonTemplate | None) -> Outline:
    """Edges of the template between points that are seen; points are matched by feature hash, else by their place."""
    points = shape.points
    paths = []
    if template is not None:
        by_hash = {p.feature_hash: i for i, p in enumerate(points)}
        place = [by_hash.get(t.feature_hash, i if i < len(points) else -1) for i, t in enumerate(template.points)]
        for start, end, color in template.edges:
            if not (0 <= start < len(place) and 0 <= end < len(place)):
                continue
            i, j = place[start], place[end]
            if i < 0 or j < 0 or Visibility.INVISIBLE in (points[i].visibility, points[j].visibility):
                continue
            ends = np.array(((points[i].x, points[i].y), (points[j].x, points[j].y)))
            paths.append(Path(ends, False, -1, color))
    dots = tuple(
        Dot(p.x, p.y, p.color, p.visibility is not Visibility.VISIBLE)
        for p in points
        if p.visibility is not Visibility.INVISIBLE
    )
    return Outline(tuple(paths), dots)
