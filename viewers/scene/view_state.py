"""Where the frame is on the screen: the one place that converts between image and screen. Qt-free.

*Image*: pixels of the frame as shown upright, (0, 0) the outer corner of the first pixel. *Screen*: logical pixels of the
canvas from its top left. *Device*: physical pixels, screen times `dpr`. What is seen is the frame turned clockwise by
`rotation`, then mirrored left to right when `flip` is set.

The frame always sits on whole device pixels, so that a layer drawn for one place is right at another by shifting it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Bounds, Point

MIN_ZOOM = 1 / 512
#: Stepping out ends where the frame is a so-many-th of what fits.
FARTHEST = 5.0
MAX_ZOOM = 128.0
#: A press that moves less than this on the screen (logical px) is a click.
DRAG_THRESHOLD = 4.0
#: cos and sin of the four turns, exact.
_TURNS = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}

Matrix = tuple[float, float, float, float, float, float]  # a b tx / c d ty: x' = a x + b y + tx, y' = c x + d y + ty


@dataclass(frozen=True, slots=True)
class Placement:
    """A frozen copy of the view: what a drawn layer was drawn for."""

    a: float
    b: float
    c: float
    d: float
    tx: float
    ty: float
    dpr: float
    zoom: float

    def device(self) -> Matrix:
        s = self.dpr
        return (self.a * s, self.b * s, self.tx * s, self.c * s, self.d * s, self.ty * s)

    def shift_from(self, other: Placement) -> tuple[int, int] | None:
        """Whole device pixels by which `other` must move to be this one; None when it differs by more than a shift."""
        if (self.a, self.b, self.c, self.d, self.dpr) != (other.a, other.b, other.c, other.d, other.dpr):
            return None
        return round((self.tx - other.tx) * self.dpr), round((self.ty - other.ty) * self.dpr)


class ViewState:
    def __init__(self) -> None:
        self.frame: tuple[int, int] = (0, 0)
        self.size: tuple[float, float] = (1.0, 1.0)  # of the canvas, logical px
        self.dpr = 1.0
        self.zoom = 1.0  # logical px per image px
        self.centre: Point = (0.0, 0.0)  # the image point in the middle of the canvas
        self.rotation = 0  # 0, 90, 180, 270
        self.flip = False

    @property
    def device_size(self) -> tuple[int, int]:
        return device_size(*self.size, self.dpr)

    # -- converting

    def placement(self) -> Placement:
        cos, sin = _TURNS[self.rotation]
        m = -1 if self.flip else 1
        z, (cx, cy) = self.zoom, self.centre
        a, b, c, d = m * z * cos, -m * z * sin, z * sin, z * cos
        tx = self.size[0] / 2 - a * cx - b * cy
        ty = self.size[1] / 2 - c * cx - d * cy
        return Placement(a, b, c, d, round(tx * self.dpr) / self.dpr, round(ty * self.dpr) / self.dpr, self.dpr, z)

    def to_screen(self, points: Any) -> NDArray[np.float64]:
        """(n, 2) image points to (n, 2) logical px."""
        p = self.placement()
        return np.asarray(np.asarray(points, np.float64) @ np.array(((p.a, p.c), (p.b, p.d))) + (p.tx, p.ty))

    def to_image(self, points: Any) -> NDArray[np.float64]:
        """(n, 2) logical px to (n, 2) image points."""
        p = self.placement()
        z2 = self.zoom * self.zoom
        shifted = np.asarray(points, np.float64) - (p.tx, p.ty)
        return np.asarray(shifted @ np.array(((p.a, p.b), (p.c, p.d))) / z2)  # the turn's inverse is its transpose

    def screen_point(self, x: float, y: float) -> Point:
        p = self.placement()
        return (p.a * x + p.b * y + p.tx, p.c * x + p.d * y + p.ty)

    def image_point(self, sx: float, sy: float) -> Point:
        p = self.placement()
        dx, dy, z2 = sx - p.tx, sy - p.ty, self.zoom * self.zoom
        return ((p.a * dx + p.c * dy) / z2, (p.b * dx + p.d * dy) / z2)

    @property
    def pixel(self) -> float:
        """Image px per logical px."""
        return 1.0 / self.zoom

    def visible_region(self, margin: float = 0.0) -> Bounds:
        """What the canvas shows, in image coordinates, with a margin in logical px. May reach beyond the frame."""
        w, h = self.size
        (x0, y0), (x1, y1) = self.image_point(-margin, -margin), self.image_point(w + margin, h + margin)
        return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    # -- moving

    def zoom_at(self, factor: float, at: Point) -> None:
        """Zoom and keep the image point that is under the screen point `at` where it is. Outwards it ends while the frame is seen."""
        least = min(self.zoom, self.fitting / FARTHEST) if factor < 1 else 0.0
        self.zoom_to(max(self.zoom * factor, least), at)

    def zoom_to(self, zoom: float, at: Point | None = None) -> None:
        at = at or (self.size[0] / 2, self.size[1] / 2)
        x, y = self.image_point(*at)
        self.zoom = min(MAX_ZOOM, max(MIN_ZOOM, zoom))
        self._put(x, y, at)

    def pan(self, dx: float, dy: float) -> None:
        """Move the frame by logical px, never wholly out of sight."""
        x, y = self._from_offset(-dx, -dy)
        w, h = self.frame
        self.centre = (min(max(x, 0.0), float(w)), min(max(y, 0.0), float(h))) if w and h else (x, y)

    def fit(self, margin: float = 8.0) -> None:
        w, h = self.frame
        if w and h:
            self.show((0.0, 0.0, float(w), float(h)), margin=margin, most=MAX_ZOOM)

    @property
    def fitting(self) -> float:
        """The zoom at which the whole frame is seen."""
        kept = self.zoom, self.centre
        self.fit()
        found, (self.zoom, self.centre) = self.zoom, kept
        return found

    def show(self, bounds: Bounds, *, margin: float = 40.0, most: float = 8.0) -> None:
        """Zoom and centre on bounds, with a margin in logical px; tiny ones are not blown up beyond `most`."""
        x0, y0, x1, y1 = bounds
        w, h = max(x1 - x0, 1e-6), max(y1 - y0, 1e-6)
        if self.rotation in (90, 270):
            w, h = h, w
        room_w, room_h = max(self.size[0] - 2 * margin, 16.0), max(self.size[1] - 2 * margin, 16.0)
        self.zoom = min(MAX_ZOOM, most, max(MIN_ZOOM, min(room_w / w, room_h / h)))
        self.centre = ((x0 + x1) / 2, (y0 + y1) / 2)

    def turn(self, degrees: int) -> None:
        """Turn what is seen clockwise by a multiple of 90."""
        self.rotation = (self.rotation + (-degrees if self.flip else degrees)) % 360

    def mirror(self) -> None:
        """Mirror what is seen, left to right."""
        self.flip = not self.flip

    def resize(self, width: float, height: float, dpr: float) -> None:
        self.size, self.dpr = (max(width, 1.0), max(height, 1.0)), dpr

    # -- the rest

    def _put(self, x: float, y: float, at: Point) -> None:
        """Choose the centre so that the image point lands at the screen point."""
        dx, dy = self._turned(self.size[0] / 2 - at[0], self.size[1] / 2 - at[1])
        self.centre = (x + dx, y + dy)

    def _from_offset(self, dx: float, dy: float) -> Point:
        ox, oy = self._turned(dx, dy)
        return (self.centre[0] + ox, self.centre[1] + oy)

    def _turned(self, dx: float, dy: float) -> Point:
        """A way on the screen as a way in the image."""
        cos, sin = _TURNS[self.rotation]
        dx = -dx if self.flip else dx
        return ((cos * dx + sin * dy) / self.zoom, (-sin * dx + cos * dy) / self.zoom)


def percent(part: float) -> str:
    """ "64 %": of a zoom, or of what is done."""
    return f"{100 * part:,.0f} %"


def device_size(width: float, height: float, dpr: float) -> tuple[int, int]:
    """Of a canvas of this logical size, in whole device px: a last row or column that is half its own counts, for it is seen."""
    return math.ceil(width * dpr), math.ceil(height * dpr)


def level_for(scale: float, levels: int, finest: int = 0) -> int:
    """Which halving to draw from at `scale` device px per image px: the coarsest that still has a pixel for each."""
    if scale >= 1.0 and finest == 0:
        return 0
    return max(finest, min(levels, math.floor(math.log2(1.0 / scale) + 1e-9)))
