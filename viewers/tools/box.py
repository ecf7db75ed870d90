"""Boxes: click two corners, or drag from any corner. Shift makes a square."""

from __future__ import annotations

from storage.model.geometry import Geometry, Point, ShapeKind
from viewers.tools.base import Draft, LabelDraft, ShapeDraft
from viewers.tools.drawing import TwoPointTool
from viewers.tools.handles import box_between, regular_corner


class BoxTool(TwoPointTool):
    id, title, shape = "box", "Box", ShapeKind.BOX
    idle_hint = "Box: drag, or click two corners. Shift: square"

    def shape_between(self, first: Point, now: Point, *, regular: bool) -> Geometry:
        return box_between(first, regular_corner(first, now) if regular else now)

    def drawn(self) -> list[Draft]:
        geometry = self._geometry()
        if geometry is None or self._now is None:
            return []
        left, top, right, bottom = geometry.bounds()
        size = LabelDraft(self._now.x, self._now.y, self.context.size(right - left, bottom - top))
        return [ShapeDraft(geometry, self.feature_hash), size]
