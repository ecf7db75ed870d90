"""Circles: drag from the centre outwards, or click the centre and then the rim."""

from __future__ import annotations

import math

from storage.model.geometry import Circle, Geometry, Point, ShapeKind
from viewers.tools.base import Draft, LabelDraft, PathDraft, ShapeDraft
from viewers.tools.drawing import TwoPointTool


class CircleTool(TwoPointTool):
    id, title, shape = "circle", "Circle", ShapeKind.CIRCLE
    idle_hint = "Circle: drag from the centre, or click the centre and the rim"

    def shape_between(self, first: Point, now: Point, *, regular: bool) -> Geometry:
        return Circle(*first, math.dist(first, now))

    def drawn(self) -> list[Draft]:
        geometry = self._geometry()
        if not isinstance(geometry, Circle) or self._now is None:
            return []
        spoke = PathDraft(((geometry.x, geometry.y), self.within(self._now.point)), stroke="dashed")
        radius = LabelDraft(self._now.x, self._now.y, f"r {geometry.r:.1f} {self.context.unit}")
        return [ShapeDraft(geometry, self.feature_hash), spoke, radius]
