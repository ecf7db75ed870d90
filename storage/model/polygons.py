"""Joining, cutting and mending polygons. Vertices that a change does not touch stay exactly what they were.

Shapely does the work and is imported inside the functions. Overlay operations of GEOS keep the coordinates of input
vertices bit for bit; only crossing points are new. What lies outside of a change (a part that nothing touches) is not
even handed to it, so its rings keep their start and direction as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from storage.model.geometry import Bounds, Point, Points, Polygon, Ring

Part = tuple[Ring, ...]


def area(polygon: Polygon) -> float:
    """Square pixels: holes taken off, parts added up."""
    total = 0.0
    for part in polygon.parts:
        outer, *holes = (abs(signed_area(ring)) for ring in part)
        total += max(0.0, outer - sum(holes))
    return total


def signed_area(ring: Ring) -> float:
    """Positive when the ring runs clockwise on the screen. Taken about its first point: exact far from the origin."""
    x0, y0 = ring[0]
    total = 0.0
    for (xa, ya), (xb, yb) in zip(ring, (*ring[1:], ring[0]), strict=True):
        total += (xa - x0) * (yb - y0) - (xb - x0) * (ya - y0)
    return total / 2


def is_valid(polygon: Polygon) -> bool:
    return not why_invalid(polygon)


def why_invalid(polygon: Polygon) -> str:
    """ "" when no ring crosses itself or another one; else what is wrong, in a few words, with the place."""
    import shapely

    reason = str(shapely.is_valid_reason(_shape(polygon.parts)))
    return "" if reason == "Valid Geometry" else reason


def repair(polygon: Polygon) -> Polygon | None:
    """The same area by the even-odd rule, without crossings. None when nothing with an area is left."""
    import shapely

    if is_valid(polygon):
        return polygon
    made: Any = None
    for part in polygon.parts:
        # Even-odd within a part: the rings' areas are toggled one after the other.
        toggled: Any = None
        for ring in part:
            piece = shapely.make_valid(shapely.Polygon(ring), method="linework")
            toggled = piece if toggled is None else shapely.symmetric_difference(toggled, piece)
        made = toggled if made is None else shapely.union(made, toggled)
    return _polygon(made)


def union(polygons: Iterable[Polygon]) -> Polygon:
    """All of them as one. Parts that touch no other part stay as they are."""
    polygons = tuple(polygons)
    if not polygons:
        raise ValueError("nothing to join")
    parts = [part for polygon in polygons for part in polygon.parts]
    shapes = [_shape((part,)) for part in parts]
    import shapely

    done: list[Part] = []
    for group in _groups(shapes):
        if len(group) == 1:
            done.append(parts[group[0]])
            continue
        made = _parts(shapely.union_all([_valid(shapes[i]) for i in group]))
        done.extend(_as_before(made, [parts[i] for i in group]))
    return Polygon(tuple(done))


def subtract(polygon: Polygon, others: Iterable[Polygon]) -> Polygon | None:
    """What is left; None when nothing is. Parts that nothing touches stay as they are."""
    import shapely

    cut = [_shape((part,)) for other in others for part in other.parts]
    return _each_part(polygon, cut, lambda shape, near: shapely.difference(shape, shapely.union_all(near)), keep=True)


def intersect(polygon: Polygon, other: Polygon) -> Polygon | None:
    """What lies in both; None when nothing does."""
    import shapely

    against = [_shape((part,)) for part in other.parts]
    return _each_part(polygon, against, lambda shape, near: shapely.intersection(shape, shapely.union_all(near)), keep=False)


def clip(polygon: Polygon, bounds: Bounds) -> Polygon | None:
    """What lies within a rectangle."""
    left, top, right, bottom = bounds
    inside = bounds_inside(polygon.bounds(), bounds)
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return polygon if inside else intersect(polygon, Polygon.simple(corners))


def bounds_inside(inner: Bounds, outer: Bounds) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def split(polygon: Polygon, line: Points) -> tuple[Polygon, ...]:
    """The pieces that a line cuts a polygon into, largest first; the polygon alone when it cuts nothing off.

    Pieces that do not touch each other count as one polygon only where they were one part uncut.
    """
    import shapely
    from shapely import ops

    if len(line) < 2:
        return (polygon,)
    knife = shapely.LineString(line)
    untouched: list[Part] = []
    pieces: list[Polygon] = []
    for part in polygon.parts:
        shape = _valid(_shape((part,)))
        found = [p for p in ops.split(shape, knife).geoms if p.area > 0] if shape.geom_type == "Polygon" else []
        if len(found) < 2:
            untouched.append(part)
        else:
            pieces.extend(Polygon((p,)) for geom in found for p in _parts(geom))
    if not pieces:
        return (polygon,)
    if untouched:
        pieces.append(Polygon(tuple(untouched)))
    return tuple(sorted(pieces, key=area, reverse=True))


def simplify(polygon: Polygon, tolerance: float) -> Polygon:
    """Fewer vertices, none of them moved, nowhere further than `tolerance` px from the old outline; holes stay.

    Our own Douglas-Peucker: the one of GEOS that keeps validity drops a ring's first vertex beyond the tolerance. Where
    the result would cross itself, that part is simplified less.
    """
    return Polygon(tuple(_simplified(part, tolerance) for part in polygon.parts))


def _simplified(part: Part, tolerance: float) -> Part:
    for _ in range(6):
        made = tuple(_fewer_points(ring, tolerance) for ring in part)
        if made == part or not why_invalid(Polygon((made,))):
            return made
        tolerance /= 2
    return part


def _fewer_points(ring: Ring, tolerance: float) -> Ring:
    """Kept are the first vertex, the one farthest from it, and what lies too far from the chords in between."""
    n = len(ring)
    x0, y0 = ring[0]
    far = max(range(1, n), key=lambda i: math.hypot(ring[i][0] - x0, ring[i][1] - y0))
    keep = _kept((*ring, ring[0]), [(0, far), (far, n)], tolerance) - {n}
    if len(keep) < 3:  # a sliver: its widest vertex, however close
        a, b = ring[0], ring[far]
        keep.add(max((i for i in range(n) if i not in keep), key=lambda i: _distance(ring[i], a, b)))
    return tuple(ring[i] for i in sorted(keep))


def simplify_line(points: Points, tolerance: float) -> Points:
    """The same for an open line; both ends stay."""
    last = len(points) - 1
    if last < 2:
        return points
    return tuple(points[i] for i in sorted(_kept(points, [(0, last)], tolerance)))


def _kept(points: Points, spans: list[tuple[int, int]], tolerance: float) -> set[int]:
    """Ends of the spans, and what lies too far from the chords between."""
    keep = {i for span in spans for i in span}
    while spans:
        first, last = spans.pop()
        found, most = 0, tolerance
        for i in range(first + 1, last):
            if (d := _distance(points[i], points[first], points[last])) > most:
                found, most = i, d
        if found:
            keep.add(found)
            spans += [(first, found), (found, last)]
    return keep


def _distance(p: Point, a: Point, b: Point) -> float:
    """Of a point from a segment."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length2 = dx * dx + dy * dy
    t = ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2 if length2 else 0.0
    t = min(1.0, max(0.0, t))
    return math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)


# -- to and from shapely ------------------------------------------------------------------------------------------


def _shape(parts: Sequence[Part]) -> Any:
    import shapely

    made = [shapely.Polygon(part[0], part[1:]) for part in parts]
    return made[0] if len(made) == 1 else shapely.MultiPolygon(made)


def _valid(shape: Any) -> Any:
    import shapely

    return shape if shape.is_valid else shapely.make_valid(shape, method="linework")


def _parts(shape: Any) -> list[Part]:
    """Parts with an area, rings not closed."""
    if shape is None or shape.is_empty:
        return []
    if shape.geom_type == "Polygon":
        rings = (shape.exterior, *shape.interiors)
        return [tuple(_ring(r) for r in rings)] if shape.area > 0 else []
    if hasattr(shape, "geoms"):
        return [part for geom in shape.geoms for part in _parts(geom)]
    return []  # a line or a point left over from touching


def _ring(ring: Any) -> Ring:
    return tuple((float(x), float(y)) for x, y in list(ring.coords)[:-1])


def _polygon(shape: Any) -> Polygon | None:
    parts = _parts(shape)
    return Polygon(tuple(parts)) if parts else None


def _groups(shapes: Sequence[Any]) -> list[list[int]]:
    """Which shapes hang together by touching; in the order of their first member."""
    import shapely

    tree = shapely.STRtree(shapes)
    group = list(range(len(shapes)))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    left, right = tree.query(shapes, predicate=None)
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        if a < b and root(a) != root(b) and _meets(shapes[a], shapes[b]):
            low, high = sorted((root(a), root(b)))
            group[high] = low
    members: dict[int, list[int]] = {}
    for i in range(len(shapes)):
        members.setdefault(root(i), []).append(i)
    return list(members.values())


def _meets(a: Any, b: Any) -> bool:
    return bool(_valid(a).intersects(_valid(b)))


def _each_part(polygon: Polygon, others: Sequence[Any], act: Any, *, keep: bool) -> Polygon | None:
    """`act` on every part with the other shapes it meets; a part that meets none is kept or dropped as it is."""
    done: list[Part] = []
    for part in polygon.parts:
        shape = _valid(_shape((part,)))
        near = [_valid(o) for o in others if _meets(shape, o)]
        if not near:
            if keep:
                done.append(part)
            continue
        done.extend(_as_before(_parts(act(shape, near)), [part]))
    return Polygon(tuple(done)) if done else None


def _as_before(made: list[Part], before: Sequence[Part]) -> list[Part]:
    """Rings that came out as they went in get their old start and direction back."""
    known = {_canonical(ring): ring for part in before for ring in part}
    return [tuple(known.get(_canonical(ring), ring) for ring in part) for part in made]


def _canonical(ring: Ring) -> Ring:
    """The same for every start and direction of a ring."""
    at = min(range(len(ring)), key=lambda i: ring[i])
    forward = ring[at:] + ring[:at]
    backward = (forward[0], *reversed(forward[1:]))
    return min(forward, backward)
