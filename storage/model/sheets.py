"""Planes in the patient to draw on: places on one are millimetres to the right and down from its origin, in LPS.

A shape on such a plane says so in its `part`, where shapes of a group name their member: so it is never found on a slice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from storage.model.geometry import Box, Circle, Ellipse, Geometry, Keypoint, Point, Points, Polygon, Polyline, RotatedBox
from storage.model.space import Floats

Vector = tuple[float, float, float]
_PART = "plane"
#: Planes whose normals differ by less (degrees) lie the same way.
SAME_DEG = 0.05


@dataclass(frozen=True, slots=True)
class Sheet:
    """`right` and `down` are unit vectors, square to each other."""

    origin: Vector
    right: Vector
    down: Vector

    @staticmethod
    def of(origin: ArrayLike, right: ArrayLike, down: ArrayLike) -> Sheet:
        """`down` may lean."""
        across = _unit(np.asarray(right, np.float64))
        leaning = np.asarray(down, np.float64)
        along = _unit(leaning - across * float(across @ leaning))
        return Sheet(_vector(np.asarray(origin, np.float64)), _vector(across), _vector(along))

    @property
    def part(self) -> str:
        """By which shapes name it; `sheet_of` reads it back to the last bit."""
        return " ".join((_PART, *(repr(v) for v in (*self.origin, *self.right, *self.down))))

    @property
    def normal(self) -> Floats:
        """Unit vector, away from whoever looks at it."""
        return np.cross(self.right, self.down)

    def at(self, points: ArrayLike) -> Floats:
        """The millimetres in the patient of places on it, [..., 2] to [..., 3]."""
        places = np.asarray(points, np.float64)
        return np.asarray(self.origin + places[..., :1] * np.array(self.right) + places[..., 1:] * np.array(self.down))

    def place_of(self, mm: ArrayLike) -> Floats:
        """x, y and how far behind it, of points in the patient; [..., 3]."""
        way = np.asarray(mm, np.float64) - self.origin
        return np.asarray(way @ np.stack([self.right, self.down, self.normal], axis=1))

    def lies_like(self, normal: Floats) -> bool:
        """A plane of this (unit) normal runs along it, seen from either side."""
        return float(np.linalg.norm(np.cross(self.normal, normal))) < math.sin(math.radians(SAME_DEG))


@lru_cache(maxsize=256)
def sheet_of(part: str) -> Sheet | None:
    """None: it names a group's member, or nothing."""
    name, *numbers = part.split(" ")
    if name != _PART or len(numbers) != 9:
        return None
    values = [float(n) for n in numbers]
    return Sheet(_vector(np.array(values[:3])), _vector(np.array(values[3:6])), _vector(np.array(values[6:])))


def through(points: NDArray[np.float64], ways: Iterable[Floats], slack_mm: float) -> Sheet | None:
    """The plane that points [n, 3] lie on; of a line or a point the one whose normal is nearest to the first of these ways that
    fits. None: they lie on no plane."""
    centre = points.mean(axis=0)
    found = np.linalg.eigh((points - centre).T @ (points - centre))[1].T[::-1]
    extents = [float(np.abs((points - centre) @ way).max()) for way in found]
    normal = found[2]
    if extents[2] > slack_mm:
        return None
    if extents[1] <= slack_mm:
        along = found[0] if extents[0] > slack_mm else np.zeros(3)
        square = [np.asarray(way - along * float(along @ way)) for way in ways]
        normal = _unit(max(square, key=lambda way: float(np.linalg.norm(way))))
    right = max((np.asarray(way - normal * float(normal @ way)) for way in ways), key=lambda way: float(np.linalg.norm(way)))
    return Sheet.of(centre, right, np.cross(normal, right))


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector))


def _vector(values: Floats) -> Vector:
    x, y, z = values.tolist()
    return x, y, z


# -- shapes seen another way ----------------------------------------------------------------------------------------------


def mapped(shape: Geometry, matrix: NDArray[np.float64], shift: Point) -> Geometry | None:
    """A shape where every place p has gone to `matrix` @ p + `shift`; None for those that cannot be mapped."""

    def all_of(points: Points) -> Points:
        return tuple((x, y) for x, y in (np.asarray(points) @ matrix.T + shift).tolist())

    match shape:
        case Box() if matrix[0, 1] == 0 == matrix[1, 0] and matrix[0, 0] > 0 < matrix[1, 1]:
            (x0, y0), (x1, y1) = all_of(((shape.x, shape.y), (shape.x + shape.w, shape.y + shape.h)))
            return Box(x0, y0, x1 - x0, y1 - y0)
        case Box() | RotatedBox():
            return Polygon.simple(all_of(shape.corners()))
        case Polygon(parts):
            return Polygon(tuple(tuple(all_of(ring) for ring in part) for part in parts))
        case Polyline(points):
            return Polyline(all_of(points))
        case Keypoint(x, y):
            return replace(shape, x=all_of(((x, y),))[0][0], y=all_of(((x, y),))[0][1])
        case Ellipse(x, y, rx, ry, theta):
            return _round(all_of(((x, y),))[0], matrix, rx, ry, theta)
        case Circle(x, y, r, stretch, theta):
            return _round(all_of(((x, y),))[0], matrix, r, r * stretch, theta)
    return None


def _round(centre: Point, matrix: NDArray[np.float64], rx: float, ry: float, theta: float) -> Ellipse:
    c, s = math.cos(math.radians(theta)), math.sin(math.radians(theta))
    return ellipse_of(centre, matrix @ np.array(((c, -s), (s, c))) @ np.diag((rx, ry)))


def ellipse_of(centre: Point, ways: NDArray[np.float64]) -> Ellipse:
    """By two of its half diameters (columns): those are its half axes where they stand at right angles."""
    radii = np.linalg.norm(ways, axis=0)
    if abs(float(ways[:, 0] @ ways[:, 1])) > 1e-6 * float(radii[0] * radii[1]):
        ways, radii, _ = np.linalg.svd(ways)
    return Ellipse(*centre, float(radii[0]), float(radii[1]), math.degrees(math.atan2(ways[1, 0], ways[0, 0])) % 360.0)
