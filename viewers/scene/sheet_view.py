"""The view of a sheet that lies on a plane shown: its millimetres in place of the pixels of a picture. Qt-free."""

from __future__ import annotations

import math

from storage.model.sheets import Sheet
from viewers.scene.mpr import Plane
from viewers.scene.slice_view import SliceView
from viewers.scene.view_state import Placement


class SheetView(SliceView):
    """`lay` before it is asked. What lies beside the plane is seen where it would be on it."""

    def __init__(self) -> None:
        super().__init__()
        self._placement = super().placement()

    def lay(self, sheet: Sheet, view: SliceView, plane: Plane) -> None:
        now = view.placement()
        us, vs, _ = plane.pixel_of(sheet.at(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))))
        xs, ys = now.a * (us + 0.5) + now.b * (vs + 0.5) + now.tx, now.c * (us + 0.5) + now.d * (vs + 0.5) + now.ty
        a, b, c, d = (float(v) for v in (xs[1] - xs[0], xs[2] - xs[0], ys[1] - ys[0], ys[2] - ys[0]))
        self.size, self.dpr, self.zoom = view.size, view.dpr, math.sqrt(abs(a * d - b * c))
        self._placement = Placement(a, b, c, d, float(xs[0]), float(ys[0]), now.dpr, self.zoom)

    def placement(self) -> Placement:
        return self._placement
