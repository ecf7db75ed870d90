"""From where a volume is looked at. Parallel projection: a millimetre is the same everywhere, the scale bar is true.

The camera turns around `pivot`; `shift` moves the picture on the screen (mm to the right and up), so that what was panned
still turns around the same point. Pixels are continuous, (0, 0) the outer corner of the first one, y down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from storage.model.space import Floats

Size = tuple[float, float]  # width, height in px


class Side(StrEnum):
    """Of the patient: where the one who looks stands."""

    A = "A"
    P = "P"
    L = "L"
    R = "R"
    H = "H"
    F = "F"


#: Towards the viewer, and what is up on the screen (LPS).
_STANDS: dict[Side, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    Side.A: ((0, -1, 0), (0, 0, 1)),
    Side.P: ((0, 1, 0), (0, 0, 1)),
    Side.L: ((1, 0, 0), (0, 0, 1)),
    Side.R: ((-1, 0, 0), (0, 0, 1)),
    Side.H: ((0, 0, 1), (0, -1, 0)),
    Side.F: ((0, 0, -1), (0, -1, 0)),
}
NEAREST, FARTHEST = 0.02, 20.0  # visible height, in sizes of what is looked at
_FIT = 1.06  # air around it


@dataclass(frozen=True, eq=False)
class Camera:
    pivot: Floats  # LPS mm
    toward: Floats  # to the viewer; unit vector
    up: Floats  # on the screen; unit vector, square to `toward`
    height_mm: float  # what the view is high
    shift: tuple[float, float] = (0.0, 0.0)
    size_mm: float = 1.0  # diagonal of what is looked at

    @staticmethod
    def around(low: ArrayLike, high: ArrayLike, side: Side = Side.A) -> Camera:
        """All of a box, whatever way it is turned."""
        least, most = np.asarray(low, np.float64), np.asarray(high, np.float64)
        size = max(float(np.linalg.norm(most - least)), 1e-6)
        camera = Camera((least + most) / 2, np.zeros(3), np.zeros(3), size * _FIT, size_mm=size)
        return camera.seen_from(side)

    @cached_property
    def right(self) -> Floats:
        """On the screen; unit vector."""
        return np.asarray(np.cross(self.up, self.toward))

    @cached_property
    def middle(self) -> Floats:
        """The point in the middle of the view, in the pivot's depth."""
        return np.asarray(self.pivot - self.shift[0] * self.right - self.shift[1] * self.up)

    def seen_from(self, side: Side) -> Camera:
        toward, up = (np.asarray(v, np.float64) for v in _STANDS[side])
        return replace(self, toward=toward, up=up)

    def fitted(self, points: ArrayLike, size: Size) -> Camera:
        """As near as all of the points [n, 3] are in sight."""
        way = np.asarray(points, np.float64) - self.pivot
        x, y = way @ self.right, way @ self.up
        high = max(float(np.ptp(y)), float(np.ptp(x)) * size[1] / size[0], 1e-6)
        return replace(self, height_mm=high * _FIT, shift=(-float(x.max() + x.min()) / 2, -float(y.max() + y.min()) / 2))

    # -- between millimetres and pixels ------------------------------------------------------------------------------

    def px_per_mm(self, size: Size) -> float:
        return size[1] / self.height_mm

    def project(self, mm: ArrayLike, size: Size) -> tuple[Floats, Floats, Floats]:
        """(x, y, depth) of points [..., 3]: depth in mm towards the viewer, 0 at the pivot."""
        way = np.asarray(mm, np.float64) - self.middle
        scale = self.px_per_mm(size)
        x, y = size[0] / 2 + way @ self.right * scale, size[1] / 2 - way @ self.up * scale
        return np.asarray(x), np.asarray(y), np.asarray(way @ self.toward)

    def at(self, x: float, y: float, size: Size) -> Floats:
        """The point under a pixel in the pivot's depth; the ray there runs along `-toward`."""
        scale = self.px_per_mm(size)
        return np.asarray(self.middle + (x - size[0] / 2) / scale * self.right - (y - size[1] / 2) / scale * self.up)

    # -- moved -------------------------------------------------------------------------------------------------------

    def turned(self, right_deg: float, up_deg: float) -> Camera:
        """What is looked at turns to the right and up, as if it were held by its front."""
        toward, up = self.toward, self.up
        toward = _turn(toward, up, -right_deg)
        across = np.cross(up, toward)
        toward, up = _turn(toward, across, up_deg), _turn(up, across, up_deg)
        toward = toward / np.linalg.norm(toward)
        up = up - toward * float(up @ toward)  # rounding adds up over a thousand moves
        return replace(self, toward=toward, up=up / np.linalg.norm(up))

    def panned(self, dx: float, dy: float, size: Size) -> Camera:
        """By pixels."""
        scale = self.px_per_mm(size)
        return replace(self, shift=(self.shift[0] + dx / scale, self.shift[1] - dy / scale))

    def zoomed(self, factor: float, x: float, y: float, size: Size) -> Camera:
        """Nearer by a factor; what is under the pixel stays under it."""
        height = min(max(self.height_mm / factor, NEAREST * self.size_mm), FARTHEST * self.size_mm)
        before = self.at(x, y, size)
        nearer = replace(self, height_mm=height)
        way = before - nearer.at(x, y, size)
        moved = (self.shift[0] - float(way @ self.right), self.shift[1] - float(way @ self.up))
        return replace(nearer, shift=moved)


def _turn(vector: Floats, about: Floats, degrees: float) -> Floats:
    """Rodrigues; counterclockwise as seen from where `about` points to."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.asarray(vector * c + np.cross(about, vector) * s + about * float(about @ vector) * (1 - c))
