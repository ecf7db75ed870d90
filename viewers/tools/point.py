"""Points: one click each."""

from __future__ import annotations

from storage.model.geometry import Keypoint, ShapeKind
from viewers.tools.base import PointerEvent
from viewers.tools.drawing import DrawingTool


class PointTool(DrawingTool):
    id, title, shape = "point", "Point", ShapeKind.POINT
    idle_hint = "Point: click where it is"

    def begin_at(self, e: PointerEvent) -> None:
        width, height = self.context.frame_size
        armed = self.armed
        free = armed is not None and armed.allow_out_of_bounds
        if not free and not (0 <= e.x <= width and 0 <= e.y <= height):
            self.context.say("That place is outside the picture: no point was made.")
            return
        self.make(Keypoint(e.x, e.y))
