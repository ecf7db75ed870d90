"""Outlines of shapes as rings and back: what contours of structure sets are made of.

A hole is joined to its outer ring by a channel of no width that is run both ways (a keyhole): one closed ring that every
program fills rightly, and from which the hole is found again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from storage.model import masks
from storage.model.geometry import Bitmask, Box, Circle, Cuboid2D, Ellipse, Geometry, Point, Polygon, Ring, RotatedBox

_STEPS = 90  # points of a curve

Parts = tuple[tuple[Ring, ...], ...]


def parts_of(geometry: Geometry, width: int, height: int) -> Parts:
    """Outer ring and holes of every part; none for shapes without an inside. A mask's outline is that of its voxels."""
    match geometry:
        case Polygon(parts):
            return parts
        case Bitmask() | Cuboid2D():
            outline = masks.contours(masks.to_bitmask(geometry, width, height))
            return outline.parts if outline is not None else ()
        case Box() | RotatedBox():
            return ((geometry.corners(),),)
        case Circle(x, y, r, stretch, theta):
            return ((_curve(x, y, r, r * stretch, theta),),)
        case Ellipse(x, y, rx, ry, theta):
            return ((_curve(x, y, rx, ry, theta),),)
    return ()


def is_curve(geometry: Geometry) -> bool:
    return isinstance(geometry, (Circle, Ellipse))


def _curve(x: float, y: float, rx: float, ry: float, theta: float) -> Ring:
    c, s = math.cos(math.radians(theta)), math.sin(math.radians(theta))
    turns = (2 * math.pi * k / _STEPS for k in range(_STEPS))
    return tuple(
        (x + rx * math.cos(t) * c - ry * math.sin(t) * s, y + rx * math.cos(t) * s + ry * math.sin(t) * c) for t in turns
    )


def keyhole(part: Sequence[Ring]) -> Ring:
    """A part with holes as one ring. Holes run against it: both rules by which programs fill leave them empty."""
    if len(part) == 1:
        return part[0]
    ring = np.asarray(part[0], float)
    turns = area(part[0]) > 0
    for hole in part[1:]:
        inner = np.asarray(hole if (area(hole) > 0) != turns else hole[::-1], float)
        near = _nearest(ring, inner[0])
        far = _nearest(inner, ring[near])
        ring = np.concatenate([ring[: near + 1], inner[far:], inner[: far + 1], ring[near:]])
    return tuple((x, y) for x, y in ring.tolist())


def _nearest(points: NDArray[np.float64], to: NDArray[np.float64]) -> int:
    return int(((points - to) ** 2).sum(axis=1).argmin())


def without_channels(ring: Sequence[Point]) -> list[Ring]:
    """The inverse of `keyhole`: the rings a ring is made of, the outer one first. A ring that touches itself nowhere stays."""
    stack: list[Point] = []
    place: dict[Point, int] = {}
    rings: list[Ring] = []
    for point in ring:
        at = place.get(point)
        if at is None:
            place[point] = len(stack)
            stack.append(point)
            continue
        loop = stack[at:]
        for gone in stack[at + 1 :]:
            del place[gone]
        del stack[at + 1 :]
        if len(loop) >= 3:
            rings.append(tuple(loop))
    if len(stack) >= 3:
        rings.append(tuple(stack))
    return sorted(rings, key=lambda r: -abs(area(r)))


def normal(polygon: Polygon) -> Polygon:
    """The same outline as everyone may write it: rings begin at their leftmost corner and run one way, parts have an order."""
    return Polygon(tuple(sorted((_normal_ring(part[0]), *sorted(map(_normal_ring, part[1:]))) for part in polygon.parts)))


def _normal_ring(ring: Ring) -> Ring:
    one_way = ring if area(ring) > 0 else ring[::-1]
    first = min(range(len(ring)), key=lambda i: (round(one_way[i][0], 2), round(one_way[i][1], 2)))
    return one_way[first:] + one_way[:first]


def area(ring: Sequence[Point]) -> float:
    """Signed; the shoelace formula."""
    points = np.asarray(ring, float)
    x, y = points[:, 0] - points[0, 0], points[:, 1] - points[0, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def assembled(contours: Iterable[Sequence[Point]]) -> Polygon | None:
    """Closed contours of one slice as a polygon: one that lies in another is its hole, one that lies in a hole is a part."""
    parts: list[list[Ring]] = []
    rings = sorted((r for c in contours for r in _outer_and_holes(c)), key=lambda r: -abs(area(r)))
    for ring in rings:
        home = next(
            (p for p in parts if inside(_within(ring), p[0]) and not any(inside(_within(ring), h) for h in p[1:])), None
        )
        if home is not None:
            home.append(ring)
        else:
            parts.append([ring])
    return Polygon(tuple(tuple(p) for p in parts)) if parts else None


def _outer_and_holes(contour: Sequence[Point]) -> list[Ring]:
    return without_channels(contour) or []


def _within(ring: Ring) -> Point:
    """A point inside of a ring, near its first corner that has room."""
    shifted = np.asarray(ring, float)
    for i in range(len(ring)):
        a, b, c = shifted[i - 1], shifted[i], shifted[(i + 1) % len(ring)]
        middle = (a + 2 * b + c) / 4
        if inside((float(middle[0]), float(middle[1])), ring) and not np.allclose(middle, b):
            return float(middle[0]), float(middle[1])
    return ring[0]


def inside(point: Point, ring: Sequence[Point]) -> bool:
    """Even-odd."""
    points = np.asarray(ring, float)
    x, y = point
    x0, y0 = points[:, 0], points[:, 1]
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    crossing = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        where = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
    return bool(np.count_nonzero(crossing & (x < where)) % 2)


def filled(contours: Sequence[Sequence[Point]], width: int, height: int, *, xor: bool) -> Bitmask:
    """Closed contours of one slice as voxels. `xor`: combined as the standard's XOR contours are; else a contour that lies
    within what is there already is a hole, any other is added."""
    rings = [tuple(c) for c in contours if len(c) >= 3]
    if not rings:
        return masks.EMPTY
    if xor:
        return masks.to_bitmask(Polygon((tuple(rings),)), width, height)
    made = masks.EMPTY
    for ring in sorted(rings, key=lambda r: -abs(area(r))):
        one = masks.to_bitmask(Polygon.simple(ring), width, height)
        if not one.w:
            continue
        if made.w and masks.intersect(one, made) == one:
            made = masks.subtract(made, [one])
        else:
            made = masks.union((made, one))
    return made
