"""Moving, turning and scaling in the plane as one complex product, and what that does to every shape."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from storage.errors import Refused
from storage.model import masks
from storage.model.geometry import (
    Bitmask,
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Keypoint,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
)

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Similarity:
    """z becomes `turn` * z + `shift`; points are x + iy."""

    turn: complex = 1 + 0j
    shift: complex = 0j

    @property
    def scale(self) -> float:
        return abs(self.turn)

    @property
    def degrees(self) -> float:
        """Clockwise on the screen."""
        return math.degrees(math.atan2(self.turn.imag, self.turn.real))

    def after(self, first: Similarity) -> Similarity:
        """`first`, then this."""
        return Similarity(self.turn * first.turn, self.turn * first.shift + self.shift)

    def inverse(self) -> Similarity:
        return Similarity(1 / self.turn, -self.shift / self.turn)

    def point(self, x: float, y: float) -> Point:
        z = self.turn * complex(x, y) + self.shift
        return (z.real, z.imag)

    def points(self, points: Points) -> Points:
        return tuple(self.point(x, y) for x, y in points)

    def matrix(self) -> Matrix:
        """2 x 3, as OpenCV wants it."""
        a, b = self.turn.real, self.turn.imag
        return np.array([[a, -b, self.shift.real], [b, a, self.shift.imag]])

    @staticmethod
    def of(matrix: Matrix) -> Similarity:
        return Similarity(complex(matrix[0, 0], matrix[1, 0]), complex(matrix[0, 2], matrix[1, 2]))


def carried(shape: Geometry, by: Similarity) -> Geometry:
    """The shape moved, turned and scaled. A box without an angle keeps its sides upright."""
    s = by.scale
    match shape:
        case Box(x, y, w, h):
            cx, cy = by.point(x + w / 2, y + h / 2)
            return Box(cx - w * s / 2, cy - h * s / 2, w * s, h * s)
        case RotatedBox(_, _, w, h, theta):
            cx, cy = by.point(*shape.centre)
            return RotatedBox(cx - w * s / 2, cy - h * s / 2, w * s, h * s, (theta + by.degrees) % 360)
        case Polygon(parts):
            return Polygon(tuple(tuple(by.points(ring) for ring in part) for part in parts))
        case Polyline(points):
            return Polyline(by.points(points))
        case Keypoint(x, y):
            return Keypoint(*by.point(x, y))
        case Circle(x, y, r, stretch, theta):
            return Circle(*by.point(x, y), r * s, stretch, (theta + by.degrees) % 360)
        case Ellipse(x, y, rx, ry, theta):
            return Ellipse(*by.point(x, y), rx * s, ry * s, (theta + by.degrees) % 360)
        case Skeleton(joints):
            moved = (by.point(p.x, p.y) for p in joints)
            return Skeleton(tuple(replace(p, x=x, y=y) for p, (x, y) in zip(joints, moved, strict=True)))
        case Cuboid2D(front, vanishing, ratio, offset):
            far = by.point(*vanishing) if vanishing is not None else None
            away = by.turn * complex(*offset) if offset is not None else None
            return Cuboid2D(by.points(front), far, ratio, (away.real, away.imag) if away is not None else None)
        case Bitmask():
            return _mask(shape, by)
    raise _no_picture(shape)


def _mask(shape: Bitmask, by: Similarity) -> Bitmask:
    import cv2

    x0, y0, x1, y1 = shape.bounds()
    corners = by.points(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
    left, top = math.floor(min(x for x, _ in corners)), math.floor(min(y for _, y in corners))
    right, bottom = math.ceil(max(x for x, _ in corners)), math.ceil(max(y for _, y in corners))
    # Pixel n has its middle at n + 0.5, for OpenCV at n.
    inner = Similarity(1, complex(x0 + 0.5, y0 + 0.5))
    outer = Similarity(1, complex(-left - 0.5, -top - 0.5))
    m = outer.after(by).after(inner).matrix()
    soft = masks.decode(shape).astype(np.uint8) * 255
    size = (max(1, right - left), max(1, bottom - top))
    made = masks.encode(cv2.warpAffine(soft, m, size, flags=cv2.INTER_LINEAR) >= 128, left, top)
    return made if made.w and made.h else shape


def region(shape: Geometry) -> Points:
    """The outline of what is to be followed: what the shape encloses, or the neighbourhood of what encloses nothing."""
    match shape:
        case Box() | RotatedBox():
            return shape.corners()
        case Polygon(parts):
            return max((part[0] for part in parts), key=_size)
        case Circle(x, y, r, stretch, theta):
            return _round(x, y, r, r * stretch, theta)
        case Ellipse(x, y, rx, ry, theta):
            return _round(x, y, rx, ry, theta)
        case Bitmask():
            outline = masks.contours(shape)
            return max((part[0] for part in outline.parts), key=_size) if outline else _corners(shape)
        case Keypoint(x, y):
            return _round(x, y, 20, 20, 0)
        case Polyline() | Skeleton() | Cuboid2D():
            return _corners(shape)
    raise _no_picture(shape)


def _corners(shape: Geometry) -> Points:
    x0, y0, x1, y1 = shape.bounds()
    room = max(8.0, 0.1 * max(x1 - x0, y1 - y0), (40 - min(x1 - x0, y1 - y0)) / 2)
    return ((x0 - room, y0 - room), (x1 + room, y0 - room), (x1 + room, y1 + room), (x0 - room, y1 + room))


def _round(x: float, y: float, rx: float, ry: float, theta: float) -> Points:
    turn = complex(math.cos(math.radians(theta)), math.sin(math.radians(theta)))
    made = []
    for k in range(24):
        a = k * math.tau / 24
        z = turn * complex(rx * math.cos(a), ry * math.sin(a))
        made.append((x + z.real, y + z.imag))
    return tuple(made)


def _size(ring: Points) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)))


def _no_picture(shape: Geometry) -> Refused:
    return Refused(f"A shape of the kind “{shape.kind}” cannot be followed through pictures.", remedy="Choose another object.")
