"""Shapes in pixels of the frame as shown upright: x right, y down, (0, 0) the outer corner of the first pixel.

Angles are degrees clockwise on the screen. Points are `(x, y)` tuples of float; rings are not closed. Numpy-free:
bulk work happens in the canvas, pixels in `masks`. `pack` and `unpack` are the catalog's form (little-endian float64).
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from enum import StrEnum

Point = tuple[float, float]
Points = tuple[Point, ...]
Ring = Points
Bounds = tuple[float, float, float, float]  # left, top, right, bottom


class ShapeKind(StrEnum):
    """Encord's names (encord.md 2.2)."""

    BOX = "bounding_box"
    ROTATED_BOX = "rotatable_bounding_box"
    POLYGON = "polygon"
    POLYLINE = "polyline"
    POINT = "point"
    SKELETON = "skeleton"
    BITMASK = "bitmask"
    CIRCLE = "circle"
    ELLIPSE = "ellipse"
    CUBOID_2D = "cuboid_2d"
    AUDIO = "audio"
    TEXT = "text"
    # Read and kept, not drawn: point clouds and time series.
    CUBOID = "cuboid"
    TIME_RANGE = "time_range"
    SEGMENTATION = "segmentation"

    @property
    def words(self) -> str:
        """In a sentence: rotatable box, cuboid."""
        return _SPELT.get(self, self.value.replace("_", " "))


_SPELT = {
    ShapeKind.BOX: "box",
    ShapeKind.ROTATED_BOX: "rotatable box",
    ShapeKind.CUBOID_2D: "cuboid",
    ShapeKind.AUDIO: "audio region",
    ShapeKind.TEXT: "text region",
}


#: Shapes that a flat picture can hold, in the order in which they are offered.
PICTURE_SHAPES = (
    ShapeKind.BOX,
    ShapeKind.ROTATED_BOX,
    ShapeKind.POLYGON,
    ShapeKind.POLYLINE,
    ShapeKind.POINT,
    ShapeKind.SKELETON,
    ShapeKind.BITMASK,
    ShapeKind.CIRCLE,
    ShapeKind.ELLIPSE,
    ShapeKind.CUBOID_2D,
)


class Visibility(StrEnum):
    VISIBLE = "visible"
    INVISIBLE = "invisible"
    OCCLUDED = "occluded"
    SELF_OCCLUDED = "selfOccluded"


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    w: float
    h: float
    kind = ShapeKind.BOX

    def bounds(self) -> Bounds:
        return (self.x, self.y, self.x + self.w, self.y + self.h)

    def moved(self, dx: float, dy: float) -> Box:
        return Box(self.x + dx, self.y + dy, self.w, self.h)

    def corners(self) -> Points:
        x0, y0, x1, y1 = self.bounds()
        return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


@dataclass(frozen=True, slots=True)
class RotatedBox:
    """x, y, w, h describe the unrotated box; theta turns it clockwise about its centre."""

    x: float
    y: float
    w: float
    h: float
    theta: float
    kind = ShapeKind.ROTATED_BOX

    @property
    def centre(self) -> Point:
        return (self.x + self.w / 2, self.y + self.h / 2)

    def corners(self) -> Points:
        x1, y1 = self.x + self.w, self.y + self.h
        return rotate(((self.x, self.y), (x1, self.y), (x1, y1), (self.x, y1)), self.centre, self.theta)

    def bounds(self) -> Bounds:
        return bounds_of(self.corners())

    def moved(self, dx: float, dy: float) -> RotatedBox:
        return RotatedBox(self.x + dx, self.y + dy, self.w, self.h, self.theta)


@dataclass(frozen=True, slots=True)
class Polygon:
    """Parts of rings: in each part the first ring is the outer one, the rest are holes. Inside is even-odd per part."""

    parts: tuple[tuple[Ring, ...], ...]
    kind = ShapeKind.POLYGON

    def __post_init__(self) -> None:
        for part in self.parts or ((),):  # loops: thousands are made at once, when they are read or moved
            for ring in part or ((),):
                if len(ring) < 3:
                    raise ValueError("a polygon needs at least one ring, and every ring 3 points")

    @staticmethod
    def simple(points: Points) -> Polygon:
        return Polygon(((tuple(points),),))

    def rings(self) -> tuple[Ring, ...]:
        return tuple(ring for part in self.parts for ring in part)

    def bounds(self) -> Bounds:
        if len(self.parts) == 1:
            return bounds_of(self.parts[0][0])
        return bounds_of(tuple(p for part in self.parts for p in part[0]))

    def moved(self, dx: float, dy: float) -> Polygon:
        return Polygon(tuple(tuple(shifted(ring, dx, dy) for ring in part) for part in self.parts))


@dataclass(frozen=True, slots=True)
class Polyline:
    points: Points
    kind = ShapeKind.POLYLINE

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError("a polyline needs a point")

    def bounds(self) -> Bounds:
        return bounds_of(self.points)

    def moved(self, dx: float, dy: float) -> Polyline:
        return Polyline(shifted(self.points, dx, dy))


@dataclass(frozen=True, slots=True)
class Keypoint:
    x: float
    y: float
    kind = ShapeKind.POINT

    def bounds(self) -> Bounds:
        return (self.x, self.y, self.x, self.y)

    def moved(self, dx: float, dy: float) -> Keypoint:
        return Keypoint(self.x + dx, self.y + dy)


@dataclass(frozen=True, slots=True)
class Circle:
    """`stretch` is the second semi-axis divided by r."""

    x: float
    y: float
    r: float
    stretch: float = 1.0
    theta: float = 0.0
    kind = ShapeKind.CIRCLE

    def bounds(self) -> Bounds:
        return _ellipse_bounds(self.x, self.y, self.r, self.r * self.stretch, self.theta)

    def moved(self, dx: float, dy: float) -> Circle:
        return Circle(self.x + dx, self.y + dy, self.r, self.stretch, self.theta)


@dataclass(frozen=True, slots=True)
class Ellipse:
    x: float
    y: float
    rx: float
    ry: float
    theta: float = 0.0
    kind = ShapeKind.ELLIPSE

    def bounds(self) -> Bounds:
        return _ellipse_bounds(self.x, self.y, self.rx, self.ry, self.theta)

    def moved(self, dx: float, dy: float) -> Ellipse:
        return Ellipse(self.x + dx, self.y + dy, self.rx, self.ry, self.theta)


@dataclass(frozen=True, slots=True)
class Cuboid2D:
    """A prism on a picture: its front face and either a vanishing point with a scale ratio, or the offset to the back face."""

    front: Points
    vanishing_point: Point | None = None
    scale_ratio: float | None = None
    offset: Point | None = None
    kind = ShapeKind.CUBOID_2D

    def __post_init__(self) -> None:
        if len(self.front) < 3:
            raise ValueError("the front face of a cuboid needs 3 points or more")
        if (self.offset is None) == (self.vanishing_point is None or self.scale_ratio is None):
            raise ValueError("a 2D cuboid needs either an offset or a vanishing point with a scale ratio")

    def back(self) -> Points:
        """The far face: the front shifted by the offset, or scaled towards the vanishing point."""
        if self.offset is not None:
            return shifted(self.front, *self.offset)
        assert self.vanishing_point is not None and self.scale_ratio is not None
        (vx, vy), s = self.vanishing_point, self.scale_ratio
        return tuple((vx + (x - vx) * s, vy + (y - vy) * s) for x, y in self.front)

    def bounds(self) -> Bounds:
        return bounds_of(self.front + self.back())

    def moved(self, dx: float, dy: float) -> Cuboid2D:
        vp = self.vanishing_point
        return Cuboid2D(shifted(self.front, dx, dy), (vp[0] + dx, vp[1] + dy) if vp else None, self.scale_ratio, self.offset)


@dataclass(frozen=True, slots=True)
class SkeletonPoint:
    x: float
    y: float
    name: str
    color: str
    value: str
    feature_hash: str
    visibility: Visibility = Visibility.VISIBLE


@dataclass(frozen=True, slots=True)
class Skeleton:
    points: tuple[SkeletonPoint, ...]
    kind = ShapeKind.SKELETON

    def bounds(self) -> Bounds:
        return bounds_of(tuple((p.x, p.y) for p in self.points))

    def moved(self, dx: float, dy: float) -> Skeleton:
        return Skeleton(
            tuple(
                SkeletonPoint(p.x + dx, p.y + dy, p.name, p.color, p.value, p.feature_hash, p.visibility) for p in self.points
            )
        )


@dataclass(frozen=True, slots=True)
class Bitmask:
    """Run lengths inside a box of pixels: uint32 little-endian, row-major, background first."""

    x: int
    y: int
    w: int
    h: int
    runs: bytes
    kind = ShapeKind.BITMASK

    def bounds(self) -> Bounds:
        return (self.x, self.y, self.x + self.w, self.y + self.h)

    def moved(self, dx: float, dy: float) -> Bitmask:
        return Bitmask(self.x + round(dx), self.y + round(dy), self.w, self.h, self.runs)


@dataclass(frozen=True, slots=True)
class Opaque:
    """A geometry that this version cannot draw (a 3D cuboid, say): kept as its JSON, shown in lists, exported unchanged."""

    shape: ShapeKind
    json: str

    @property
    def kind(self) -> ShapeKind:
        return self.shape

    def bounds(self) -> Bounds:
        return (0.0, 0.0, 0.0, 0.0)

    def moved(self, dx: float, dy: float) -> Opaque:
        return self


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Half open and in whole numbers, several for one object; nothing that lies on a picture."""

    ranges: tuple[tuple[int, int], ...]

    def bounds(self) -> Bounds:
        return (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class AudioRanges(_Ranges):
    """From `start` up to, not including, `end`, in milliseconds."""

    kind = ShapeKind.AUDIO

    def moved(self, dx: float, dy: float) -> AudioRanges:
        return self


@dataclass(frozen=True, slots=True)
class TextRanges(_Ranges):
    """`text[start:end]`, in Unicode code points of the file as stored (a byte-order mark is none of them)."""

    kind = ShapeKind.TEXT

    def moved(self, dx: float, dy: float) -> TextRanges:
        return self


HtmlPlace = tuple[str, int]  # xpath of a node, offset in its text


@dataclass(frozen=True, slots=True)
class HtmlRanges:
    """Of an HTML file: from one place up to another (encord.md 2.8)."""

    ranges: tuple[tuple[HtmlPlace, HtmlPlace], ...]
    kind = ShapeKind.TEXT

    def bounds(self) -> Bounds:
        return (0.0, 0.0, 0.0, 0.0)

    def moved(self, dx: float, dy: float) -> HtmlRanges:
        return self


Geometry = (
    Box
    | RotatedBox
    | Polygon
    | Polyline
    | Keypoint
    | Circle
    | Ellipse
    | Cuboid2D
    | Skeleton
    | Bitmask
    | Opaque
    | AudioRanges
    | TextRanges
    | HtmlRanges
)


def bounds_of(points: Points) -> Bounds:
    if len(points) <= 64:
        xs, ys = zip(*points, strict=True)  # twice as fast for a few, but an iterator for each point
    else:
        xs, ys = [p[0] for p in points], [p[1] for p in points]  # type: ignore[assignment]
    return (min(xs), min(ys), max(xs), max(ys))


def shifted(points: Points, dx: float, dy: float) -> Points:
    return tuple([(x + dx, y + dy) for x, y in points])  # a list first: half the time


def rotate(points: Points, centre: Point, theta: float) -> Points:
    """Turned clockwise on the screen by `theta` degrees about `centre`."""
    a = math.radians(theta)
    c, s = math.cos(a), math.sin(a)
    cx, cy = centre
    return tuple((cx + (x - cx) * c - (y - cy) * s, cy + (x - cx) * s + (y - cy) * c) for x, y in points)


def _ellipse_bounds(x: float, y: float, rx: float, ry: float, theta: float) -> Bounds:
    a = math.radians(theta)
    ex = math.hypot(rx * math.cos(a), ry * math.sin(a))
    ey = math.hypot(rx * math.sin(a), ry * math.cos(a))
    return (x - ex, y - ey, x + ex, y + ey)


# -- the catalog's form -------------------------------------------------------------------------------------------


#: Ranges of HTML begin with it: no start of a text is that large.
_HTML = b"html\xff\xff\xff\x7f"


def _points_blob(points: Points) -> bytes:
    return struct.pack(f"<{2 * len(points)}d", *(v for p in points for v in p))


def _blob_points(blob: bytes) -> Points:
    return tuple(struct.iter_unpack("<2d", blob))


def pack(shape: Geometry) -> bytes:
    """The BLOB of `shapes.geometry`; `shape.kind` is stored beside it."""
    match shape:
        case Box(x, y, w, h):
            return struct.pack("<4d", x, y, w, h)
        case RotatedBox(x, y, w, h, theta):
            return struct.pack("<5d", x, y, w, h, theta)
        case Polygon(parts):
            head = [len(parts)]
            for part in parts:
                head.append(len(part))
                head.extend(len(ring) for ring in part)
            rings = b"".join(_points_blob(ring) for part in parts for ring in part)
            return struct.pack(f"<{len(head)}I", *head) + rings
        case Polyline(points):
            return _points_blob(points)
        case Keypoint(x, y):
            return struct.pack("<2d", x, y)
        case Circle(x, y, r, stretch, theta) | Ellipse(x, y, r, stretch, theta):
            return struct.pack("<5d", x, y, r, stretch, theta)
        case Bitmask(x, y, w, h, runs):
            import zlib

            return struct.pack("<4i", x, y, w, h) + zlib.compress(runs, 1)
        case Cuboid2D(front, vp, ratio, offset):
            return json.dumps({"front": front, "vp": vp, "ratio": ratio, "offset": offset}).encode()
        case Skeleton(points):
            rows = [(p.x, p.y, p.name, p.color, p.value, p.feature_hash, str(p.visibility)) for p in points]
            return json.dumps(rows).encode()
        case Opaque(_, text):
            return text.encode()
        case AudioRanges(ranges) | TextRanges(ranges):
            return struct.pack(f"<{2 * len(ranges)}q", *(v for pair in ranges for v in pair))
        case HtmlRanges(ranges):
            return _HTML + json.dumps(ranges).encode()
    raise TypeError(f"not a geometry: {shape!r}")


def unpack(kind: str, blob: bytes) -> Geometry:
    """The inverse of `pack`. Raises ValueError or struct.error on a damaged blob."""
    match ShapeKind(kind):
        case ShapeKind.BOX:
            return Box(*struct.unpack("<4d", blob))
        case ShapeKind.ROTATED_BOX:
            return RotatedBox(*struct.unpack("<5d", blob))
        case ShapeKind.POLYGON:
            return _unpack_polygon(blob)
        case ShapeKind.POLYLINE:
            return Polyline(_blob_points(blob))
        case ShapeKind.POINT:
            return Keypoint(*struct.unpack("<2d", blob))
        case ShapeKind.CIRCLE:
            return Circle(*struct.unpack("<5d", blob))
        case ShapeKind.ELLIPSE:
            return Ellipse(*struct.unpack("<5d", blob))
        case ShapeKind.BITMASK:
            import zlib

            x, y, w, h = struct.unpack("<4i", blob[:16])
            return Bitmask(x, y, w, h, zlib.decompress(blob[16:]))
        case ShapeKind.CUBOID_2D:
            d = json.loads(blob)
            return Cuboid2D(tuple((x, y) for x, y in d["front"]), _pair(d["vp"]), d["ratio"], _pair(d["offset"]))
        case ShapeKind.SKELETON:
            return Skeleton(tuple(SkeletonPoint(x, y, n, c, v, f, Visibility(s)) for x, y, n, c, v, f, s in json.loads(blob)))
        case ShapeKind.AUDIO:
            return AudioRanges(tuple(struct.iter_unpack("<2q", blob)))
        case ShapeKind.TEXT if blob.startswith(_HTML):
            rows = json.loads(blob[len(_HTML) :])
            return HtmlRanges(tuple(((a, i), (b, j)) for (a, i), (b, j) in rows))
        case ShapeKind.TEXT:
            return TextRanges(tuple(struct.iter_unpack("<2q", blob)))
        case other:
            return Opaque(other, blob.decode())


def _pair(value: list[float] | None) -> Point | None:
    return (value[0], value[1]) if value is not None else None


def _unpack_polygon(blob: bytes) -> Polygon:
    (n_parts,) = struct.unpack_from("<I", blob)
    if n_parts == 1:  # nearly all of them: one part, one ring
        (n_rings,) = struct.unpack_from("<I", blob, 4)
        if n_rings == 1:
            return Polygon(((_blob_points(blob[12:]),),))
    at, sizes = 4, []
    for _ in range(n_parts):
        (n_rings,) = struct.unpack_from("<I", blob, at)
        sizes.append(struct.unpack_from(f"<{n_rings}I", blob, at + 4))
        at += 4 + 4 * n_rings
    parts = []
    for lengths in sizes:
        rings = []
        for n in lengths:
            rings.append(_blob_points(blob[at : at + 16 * n]))
            at += 16 * n
        parts.append(tuple(rings))
    return Polygon(tuple(parts))
