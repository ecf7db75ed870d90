"""Going along a neighbour's border: what lies on it between two places that both snapped to it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from storage.model.geometry import Point, Points, Polygon, Polyline
from viewers.tools.base import ToolContext

#: A place counts as on a border this close to it (px of the picture): it was put there by snapping.
ON = 0.02


def along(context: ToolContext, start: Point, end: Point) -> Points:
    """The vertices strictly between, by the shorter way; none where no border holds both."""
    best: Points | None = None
    box = (min(start[0], end[0]) - 1, min(start[1], end[1]) - 1, max(start[0], end[0]) + 1, max(start[1], end[1]) + 1)
    for entry in context.hits.near(box):
        if entry.instance in context.focus.hidden:
            continue
        for line, closed in _borders(entry.geometry):
            for way in _ways(line, closed, start, end):
                if best is None or _length((start, *way, end)) < _length((start, *best, end)):
                    best = way
    return best or ()


def _borders(geometry: object) -> Iterator[tuple[Points, bool]]:
    match geometry:
        case Polygon(parts):
            yield from ((ring, True) for part in parts for ring in part)
        case Polyline(points):
            yield points, False


def _ways(line: Points, closed: bool, start: Point, end: Point) -> Iterator[Points]:
    """Both ways round a ring, the one way along a line."""
    edges = [(i, line[i], line[(i + 1) % len(line)]) for i in range(len(line) if closed else len(line) - 1)]
    here, there = _edge_at(edges, start), _edge_at(edges, end)
    if here is None or there is None:
        return
    if here == there:
        yield ()
        return
    n = len(line)
    forward = tuple(line[i % n] for i in range(here + 1, there + 1 + (n if there < here else 0)))
    back = tuple(line[i % n] for i in range(here, there - (n if there > here else 0), -1))
    if closed or here < there:
        yield _between(forward, start, end)
    if closed or there < here:
        yield _between(back, start, end)


def _between(way: Points, start: Point, end: Point) -> Points:
    return tuple(p for p in way if math.dist(p, start) > ON and math.dist(p, end) > ON)


def _edge_at(edges: list[tuple[int, Point, Point]], at: Point) -> int | None:
    """The edge a place lies on; None: on none."""
    for i, a, b in edges:
        if min(a[0], b[0]) - ON <= at[0] <= max(a[0], b[0]) + ON and min(a[1], b[1]) - ON <= at[1] <= max(a[1], b[1]) + ON:
            dx, dy = b[0] - a[0], b[1] - a[1]
            length = math.hypot(dx, dy)
            if not length or abs((at[0] - a[0]) * dy - (at[1] - a[1]) * dx) / length <= ON:
                return i
    return None


def _length(points: Points) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(points))
