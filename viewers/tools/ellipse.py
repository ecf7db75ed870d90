"""Ellipses: drag the box that holds it. Shift makes it round."""

from __future__ import annotations

from storage.model.geometry import Ellipse, Geometry, Point, ShapeKind
from viewers.tools.base import Draft, ShapeDraft
from viewers.tools.drawing import TwoPointTool
from viewers.tools.handles import box_between, regular_corner


class EllipseTool(TwoPointTool):
    id, title, shape = "ellipse", "Ellipse", ShapeKind.ELLIPSE
    idle_hint = "Ellipse: drag, or click two corners of its box. Shift: round"

    def shape_between(self, first: Point, now: Point, *, regular: bool) -> Geometry:
        box = box_between(first, regular_corner(first, now) if regular else now)
        return Ellipse(box.x + box.w / 2, box.y + box.h / 2, box.w / 2, box.h / 2)

    def drawn(self) -> list[Draft]:
        geometry = self._geometry()
        return [] if geometry is None else [ShapeDraft(geometry, self.feature_hash)]
