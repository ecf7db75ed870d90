"""Rotated boxes: three clicks (one edge, then the depth), or drag an upright box and turn it before the last click."""

from __future__ import annotations

import math

from storage.model.geometry import Point, RotatedBox, ShapeKind
from viewers.tools.base import Draft, PathDraft, PointerEvent, ShapeDraft
from viewers.tools.bounds import why_degenerate
from viewers.tools.drawing import DrawingTool
from viewers.tools.handles import SNAP_ANGLE, angle_of, box_between


def box_on_edge(a: Point, b: Point, to: Point) -> RotatedBox:
    """The box with the edge from a to b whose opposite edge passes through `to`."""
    width = math.dist(a, b)
    theta = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
    if width == 0:
        return RotatedBox(a[0], a[1], 0.0, math.dist(a, to), 0.0)
    nx, ny = -(b[1] - a[1]) / width, (b[0] - a[0]) / width
    depth = (to[0] - a[0]) * nx + (to[1] - a[1]) * ny
    cx, cy = (a[0] + b[0]) / 2 + nx * depth / 2, (a[1] + b[1]) / 2 + ny * depth / 2
    height = abs(depth)
    return RotatedBox(cx - width / 2, cy - height / 2, width, height, theta % 360.0)


class RotatedBoxTool(DrawingTool):
    id, title, shape = "rotated_box", "Rotated box", ShapeKind.ROTATED_BOX
    idle_hint = "Rotated box: click the two ends of an edge, or drag a box"
    parts = ("_clicks", "_flat", "_turn_from", "_now")

    def __init__(self) -> None:
        super().__init__()
        self._clicks: list[PointerEvent] = []
        self._now: PointerEvent | None = None
        self._held = False
        self._flat: RotatedBox | None = None  # dragged, now being turned
        self._turn_from = 0.0

    def has_draft(self) -> bool:
        return bool(self._clicks) or self._flat is not None

    def begin_at(self, e: PointerEvent) -> None:
        self._now = e
        if self._flat is not None or len(self._clicks) == 2:
            self.finish()
            return
        self._clicks.append(e)
        self._held = len(self._clicks) == 1
        self._say()

    def drag_to(self, e: PointerEvent) -> None:
        self._now = e

    def end_at(self, e: PointerEvent) -> None:
        if not self._held:
            return
        self._held = False
        first = self._clicks[0]
        if e.far_from(first):
            box = box_between(self.within(first.point), self.within(e.point))
            if why := why_degenerate(box, self.context.paper.pixel):
                self.drop()
                self.context.say(why)
                return
            self._flat = RotatedBox(box.x, box.y, box.w, box.h, 0.0)
            self._turn_from = angle_of(self._flat.centre, e.point)
            self._clicks.clear()
            self._now = e
        self._say()

    def take_double(self, e: PointerEvent) -> None:
        """The second press of a double click in one place would make an edge of no length."""
        if not self._clicks or e.far_from(self._clicks[-1]):
            self.begin_at(e)

    def finish(self) -> None:
        geometry = self._geometry()
        if geometry is None:
            return
        self.drop()
        self.make(geometry)

    def undo_draft(self) -> bool:
        if self._flat is not None or not self._clicks:
            return self.drop()
        self._clicks.pop()
        self._held = False
        self._say()
        return True

    def drop(self) -> bool:
        had = self.has_draft()
        self._clicks.clear()
        self._flat, self._held = None, False
        self._say()
        return had

    def drawn(self) -> list[Draft]:
        geometry = self._geometry()
        if geometry is not None:
            return [ShapeDraft(geometry, self.feature_hash)]
        if not self._clicks or self._now is None:
            return []
        a, b = self.within(self._clicks[0].point), self.within(self._now.point)
        if self._held and self._now.far_from(self._clicks[0]):
            box = box_between(a, b)
            return [ShapeDraft(RotatedBox(box.x, box.y, box.w, box.h, 0.0), self.feature_hash)]
        return [PathDraft((a,), feature_hash=self.feature_hash, rubber=b)]

    def _geometry(self) -> RotatedBox | None:
        if self._now is None:
            return None
        if self._flat is not None:
            turn = angle_of(self._flat.centre, self._now.point) - self._turn_from
            if self._now.shift:
                turn = round(turn / SNAP_ANGLE) * SNAP_ANGLE
            flat = self._flat
            return RotatedBox(flat.x, flat.y, flat.w, flat.h, turn % 360.0)
        if len(self._clicks) == 2:
            a, b = (self.within(c.point) for c in self._clicks)
            return box_on_edge(a, b, self.within(self._now.point))
        return None

    def _say(self) -> None:
        if self._flat is not None:
            self.hint = "Rotated box: move to turn it, click to set. Shift: 15° steps; Enter: leave it as it is"
        elif len(self._clicks) == 2:
            self.hint = "Rotated box: click where the opposite edge lies"
        elif self._clicks:
            self.hint = "Rotated box: click the other end of the edge"
        else:
            self.hint = self.idle_hint
