"""Cuboids on a picture as one closed line, and back.

The line runs around the silhouette, then to the corners of both faces and back by the same way: what it does twice encloses
nothing, so that every program fills the silhouette and draws the faces.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from storage.exchange.outlines import keyhole
from storage.model import polygons
from storage.model.geometry import Cuboid2D, Point, Points, Polygon

_SAME = 1e-3  # pixels by which a face may be off the other
_LONGEST = 1000  # points of a line that is looked at


def line_of(cuboid: Cuboid2D) -> list[Point]:
    front, back = cuboid.front, cuboid.back()
    sides = (
        (front[i], front[(i + 1) % len(front)], back[(i + 1) % len(front)], back[i]) for i in range(len(front))
    )  # fmt: skip
    try:
        whole = polygons.union([Polygon.simple(ring) for ring in (front, back, *sides)])
    except ValueError:
        return []  # it encloses nothing
    ring = keyhole(max(whole.parts, key=lambda part: len(part[0])))
    first = min(range(len(ring)), key=lambda i: math.dist(ring[i], front[0]))
    ring = ring[first:] + ring[:first]
    faces = [*front, front[0], *back, back[0]]
    return [*ring, ring[0], *faces, *faces[-2::-1], ring[0]]


def cuboid_of(line: Sequence[Point]) -> tuple[Cuboid2D, list[Point]] | None:
    """The cuboid and its closed silhouette; None for lines of others."""
    for end in range(3, len(line) - 1 if len(line) <= _LONGEST else 0):
        if line[end] != line[0]:
            continue
        way = list(line[end + 1 : -1])
        faces, n = way[: len(way) // 2 + 1], len(way) // 4
        if len(way) % 4 != 3 or n < 3 or way != way[::-1] or faces[0] != faces[n] or faces[n + 1] != faces[-1]:
            continue
        found = _between(tuple(faces[:n]), tuple(faces[n + 1 : -1]))
        if found is not None:
            return found, list(line[: end + 1])
    return None


def _between(front: Points, back: Points) -> Cuboid2D | None:
    """A back face is the front one moved, or scaled towards a point."""
    (x, y), (bx, by) = front[0], back[0]
    moved = Cuboid2D(front, offset=(bx - x, by - y))
    if same(moved, back):
        return moved
    (ax, ay), (cx, cy) = ((p[1][0] - p[0][0], p[1][1] - p[0][1]) for p in (front, back))
    ratio = (ax * cx + ay * cy) / (ax * ax + ay * ay) if ax or ay else 1.0
    if abs(1 - ratio) < 1e-9:
        return None
    scaled = Cuboid2D(front, ((bx - ratio * x) / (1 - ratio), (by - ratio * y) / (1 - ratio)), ratio)
    return scaled if same(scaled, back) else None


def same(cuboid: Cuboid2D, back: Points) -> bool:
    return all(math.dist(a, b) <= _SAME for a, b in zip(cuboid.back(), back, strict=True))
