"""The view of a plane whose pixels need not be square: stretched so that a millimetre is as long across as it is down. Qt-free.

At zoom 1 the finer of the two distances is one logical pixel, so that a slice of square pixels is shown pixel by pixel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Bounds, Point
from viewers.scene.view_state import MAX_ZOOM, MIN_ZOOM, Placement, ViewState


class SliceView(ViewState):
    def __init__(self) -> None:
        super().__init__()
        self.stretch: Point = (1.0, 1.0)  # of a pixel's width and height at zoom 1

    def use_spacing(self, mm_right: float, mm_down: float) -> None:
        least = min(mm_right, mm_down)
        self.stretch = (mm_right / least, mm_down / least)

    def placement(self) -> Placement:
        plain = super().placement()
        (sx, sy), (cx, cy) = self.stretch, self.centre
        a, b, c, d = plain.a * sx, plain.b * sy, plain.c * sx, plain.d * sy
        tx = self.size[0] / 2 - a * cx - b * cy
        ty = self.size[1] / 2 - c * cx - d * cy
        return Placement(a, b, c, d, round(tx * self.dpr) / self.dpr, round(ty * self.dpr) / self.dpr, self.dpr, self.zoom)

    def to_image(self, points: Any) -> NDArray[np.float64]:
        """(n, 2) logical px to (n, 2) image points."""
        p = self.placement()
        back = np.linalg.inv(np.array(((p.a, p.b), (p.c, p.d))))
        return (np.asarray(points, np.float64) - (p.tx, p.ty)) @ back.T

    def image_point(self, sx: float, sy: float) -> Point:
        p = self.placement()
        det = p.a * p.d - p.b * p.c
        dx, dy = sx - p.tx, sy - p.ty
        return ((p.d * dx - p.b * dy) / det, (p.a * dy - p.c * dx) / det)

    def show(self, bounds: Bounds, *, margin: float = 40.0, most: float = 8.0) -> None:
        x0, y0, x1, y1 = bounds
        w, h = max(x1 - x0, 1e-6) * self.stretch[0], max(y1 - y0, 1e-6) * self.stretch[1]
        if self.rotation in (90, 270):
            w, h = h, w
        room_w, room_h = max(self.size[0] - 2 * margin, 16.0), max(self.size[1] - 2 * margin, 16.0)
        self.zoom = min(MAX_ZOOM, most, max(MIN_ZOOM, min(room_w / w, room_h / h)))
        self.centre = ((x0 + x1) / 2, (y0 + y1) / 2)

    def _turned(self, dx: float, dy: float) -> Point:
        x, y = super()._turned(dx, dy)
        return x / self.stretch[0], y / self.stretch[1]

    # -- as the patient lies

    def look_like(self, right: Any, down: Any, wanted_right: Any, wanted_down: Any) -> None:
        """Turn and mirror the picture so that its directions (of a row, down a column) come nearest to the wanted ones."""
        pair = np.array((right, down), np.float64)
        wanted = np.array((wanted_right, wanted_down), np.float64)
        best = (-np.inf, 0, False)
        for flip in (False, True):
            for rotation in (0, 90, 180, 270):
                self.rotation, self.flip = rotation, flip
                m = ViewState.placement(self)
                across, along = (m.a * pair[0] + m.b * pair[1]) / m.zoom, (m.c * pair[0] + m.d * pair[1]) / m.zoom
                score = float(across @ wanted[0] + along @ wanted[1])
                if score > best[0] + 1e-9:
                    best = (score, rotation, flip)
        _, self.rotation, self.flip = best
