"""Objects over time: what lies on a frame, from the rows that are stored (nothing between is stored).

The rule, for the rows of an object in the order of their frames: a key frame runs on to the next row, its shape
changing on the way into that row's; a row that is no key frame stands alone on its frame; an `outside` row hides the
object until the next row. After its last row an object is gone. Group members (parts) are times of their own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from storage.model import correspondence
from storage.model.correspondence import Pairing
from storage.model.geometry import (
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Keypoint,
    Point,
    Polygon,
    Polyline,
    Ring,
    RotatedBox,
    Skeleton,
)
from storage.model.labels import Annotation, LabelDocument, Range
from storage.model.ranges import joined

#: Of shapes between key frames, as Encord's editor writes them (`encord.objects.interpolation`).
INTERPOLATED_CONFIDENCE = 0.99


@dataclass(frozen=True, slots=True)
class Shown:
    """An object on a frame. `row` is the stored row of that frame, or None between rows; `since` the row it comes from."""

    geometry: Geometry
    keyframe: bool
    outside: bool
    occluded: bool
    confidence: float
    since: Annotation
    row: Annotation | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Frames `first` to `last`, both included: a stored row (`key`, `alone`), or what lies between two of them."""

    first: int
    last: int
    kind: Literal["key", "alone", "interpolated", "outside", "gap"]


def present(document: LabelDocument, instance: str, frame: int, part: str = "") -> Shown | None:
    """The object on a frame, in O(log n) of its rows; None where it is not. `outside`: it is hidden there on purpose."""
    before, after = around(document, instance, frame, part)
    if before is None:
        return None
    if before.frame == frame:
        return Shown(before.geometry, before.keyframe, before.outside, before.occluded, before.confidence, before, before)
    if before.outside:
        return Shown(before.geometry, False, True, before.occluded, before.confidence, before)
    if after is None or not before.keyframe:
        return None
    t = (frame - before.frame) / (after.frame - before.frame)
    confidence = min(INTERPOLATED_CONFIDENCE, before.confidence, after.confidence)
    return Shown(between(before.geometry, after.geometry, t), False, False, before.occluded, confidence, before)


def around(document: LabelDocument, instance: str, frame: int, part: str = "") -> tuple[Annotation | None, Annotation | None]:
    """The last row at or before a frame, and the first one after it."""
    places = document.places_of(instance)
    i = bisect_right(places, (part, frame))
    before = places[i - 1] if i and places[i - 1][0] == part else None
    after = places[i] if i < len(places) and places[i][0] == part else None
    return (
        document.annotation_of(instance, before) if before else None,
        document.annotation_of(instance, after) if after else None,
    )


def rows_of(document: LabelDocument, instance: str, part: str = "") -> list[Annotation]:
    """Its rows of one part, by frame."""
    return [a for a in document.annotations_of(instance) if a.part == part]


def spans(document: LabelDocument, instance: str, part: str = "") -> Iterator[Span]:
    """From its first row to its last, without holes: rows and what lies between them."""
    rows = rows_of(document, instance, part)
    for row, after in zip_longest(rows, rows[1:]):
        kind: Literal["key", "alone", "outside"] = "outside" if row.outside else "key" if row.keyframe else "alone"
        yield Span(row.frame, row.frame, kind)
        if after is not None and after.frame > row.frame + 1:
            yield Span(
                row.frame + 1,
                after.frame - 1,
                "outside" if row.outside else "interpolated" if row.keyframe else "gap",
            )


def ranges(document: LabelDocument, instance: str, part: str = "") -> list[Range]:
    """Where it is to be seen."""
    return joined((s.first, s.last) for s in spans(document, instance, part) if s.kind not in ("outside", "gap"))


def key_frame(document: LabelDocument, instance: str, frame: int, step: Literal[-1, 1], part: str = "") -> int | None:
    """The next row of the object after (+1) or before (-1) a frame."""
    if step > 0:
        after = around(document, instance, frame, part)[1]
        return after.frame if after else None
    before = around(document, instance, frame - 1, part)[0]
    return before.frame if before else None


# -- geometry -----------------------------------------------------------------------------------------------------


def between(a: Geometry, b: Geometry, t: float) -> Geometry:
    """The shape at the time 0..1 on the way from `a` to `b`; at 0 and 1 exactly these.

    Masks, shapes of different kinds and what has no way between them hold `a` until `b` is reached.
    """
    if t <= 0 or a == b:
        return a
    if t >= 1:
        return b
    match a, b:
        case Box(), Box():
            return Box(*(_mix(p, q, t) for p, q in ((a.x, b.x), (a.y, b.y), (a.w, b.w), (a.h, b.h))))
        case RotatedBox(), RotatedBox():
            return _rotated_box(a, b, t)
        case Keypoint(), Keypoint():
            return Keypoint(_mix(a.x, b.x, t), _mix(a.y, b.y, t))
        case Polygon(), Polygon():
            return _polygon(a, b, t)
        case Polyline(), Polyline():
            return Polyline(correspondence.lines(a.points, b.points).at(t))
        case Circle(), Circle():
            theta = _turned(a.theta, b.theta, t, 180)
            return Circle(_mix(a.x, b.x, t), _mix(a.y, b.y, t), _mix(a.r, b.r, t), _mix(a.stretch, b.stretch, t), theta)
        case Ellipse(), Ellipse():
            theta = _turned(a.theta, b.theta, t, 180)
            return Ellipse(_mix(a.x, b.x, t), _mix(a.y, b.y, t), _mix(a.rx, b.rx, t), _mix(a.ry, b.ry, t), theta)
        case Skeleton(), Skeleton():
            return _skeleton(a, b, t)
        case Cuboid2D(), Cuboid2D():
            return _cuboid(a, b, t)
    return a


def _mix(a: float, b: float, t: float) -> float:
    return a if a == b else a + (b - a) * t


def _turned(a: float, b: float, t: float, turn: float) -> float:
    """The shortest way round, where `turn` degrees look like none."""
    half = turn / 2
    return a + ((b - a + half) % turn - half) * t


def _rotated_box(a: RotatedBox, b: RotatedBox, t: float) -> RotatedBox:
    (ax, ay), (bx, by) = a.centre, b.centre
    w, h = _mix(a.w, b.w, t), _mix(a.h, b.h, t)
    return RotatedBox(_mix(ax, bx, t) - w / 2, _mix(ay, by, t) - h / 2, w, h, _turned(a.theta, b.theta, t, 360))


def _polygon(a: Polygon, b: Polygon, t: float) -> Polygon:
    ways = zip(pairings(a, b), a.parts, strict=True)
    return Polygon(tuple(tuple(_ring(*way, t) for way in zip(part, rings, strict=True)) for part, rings in ways))


def _ring(way: Pairing | Ring, held: Ring, t: float) -> Ring:
    """A ring all of whose points coincide has no way: the one of `a` holds."""
    made = way.at(t) if isinstance(way, Pairing) else way
    return made if len(made) >= 3 else held


def pairings(a: Polygon, b: Polygon) -> list[tuple[Pairing | Ring, ...]]:
    """The rings of `a`, each with the one of `b` that it becomes.

    Parts and holes by their order; those that have no partner hold until the next key frame.
    """
    parts: list[tuple[Pairing | Ring, ...]] = []
    for i, part in enumerate(a.parts):
        if i >= len(b.parts):
            parts.append(part)
            continue
        other = b.parts[i]
        outer = correspondence.rings(part[0], other[0])
        inner = [
            correspondence.holes(part[k], other[k], outer.motion) if k < len(other) else part[k] for k in range(1, len(part))
        ]
        parts.append((outer, *inner))
    return parts


def _skeleton(a: Skeleton, b: Skeleton, t: float) -> Skeleton:
    """Joints by their feature hash, else by order; names, colours and visibility are those of the key frame before."""
    named = {p.feature_hash: p for p in b.points}
    unique = len(named) == len(b.points) and all(p.feature_hash in named for p in a.points)
    made = []
    for i, p in enumerate(a.points):
        q = named[p.feature_hash] if unique else b.points[i] if i < len(b.points) else p
        made.append(replace(p, x=_mix(p.x, q.x, t), y=_mix(p.y, q.y, t)))
    return Skeleton(tuple(made))


def _cuboid(a: Cuboid2D, b: Cuboid2D, t: float) -> Cuboid2D:
    """Corners have meanings and keep their places."""
    if len(a.front) != len(b.front) or (a.offset is None) != (b.offset is None):
        return a
    front = tuple(_point(p, q, t) for p, q in zip(a.front, b.front, strict=True))
    if a.offset is not None and b.offset is not None:
        return Cuboid2D(front, offset=_point(a.offset, b.offset, t))
    assert a.vanishing_point and b.vanishing_point and a.scale_ratio is not None and b.scale_ratio is not None
    return Cuboid2D(front, _point(a.vanishing_point, b.vanishing_point, t), _mix(a.scale_ratio, b.scale_ratio, t))


def _point(p: Point, q: Point, t: float) -> Point:
    return (_mix(p[0], q[0], t), _mix(p[1], q[1], t))
