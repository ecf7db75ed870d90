"""2D cuboids: the front face as a box, then the pointer carries the far face."""

from __future__ import annotations

from storage.model.geometry import Cuboid2D, Geometry, Point, ShapeKind
from viewers.tools.base import Draft, PointerEvent, ShapeDraft
from viewers.tools.bounds import cuboid_inside, why_degenerate
from viewers.tools.drawing import TwoPointTool
from viewers.tools.handles import box_between, regular_corner


class CuboidTool(TwoPointTool):
    id, title, shape = "cuboid", "Cuboid", ShapeKind.CUBOID_2D
    idle_hint = "Cuboid: drag the front face, or click two of its corners"
    parts = (*TwoPointTool.parts, "_front", "_from", "_to")

    def __init__(self) -> None:
        super().__init__()
        self._front: tuple[Point, ...] = ()
        self._from: PointerEvent | None = None
        self._to: PointerEvent | None = None

    def has_draft(self) -> bool:
        return super().has_draft() or bool(self._front)

    def shape_between(self, first: Point, now: Point, *, regular: bool) -> Geometry:
        return box_between(first, regular_corner(first, now) if regular else now)

    def complete(self, geometry: Geometry) -> None:
        if why := why_degenerate(geometry):
            self.context.say(why)
            return
        self._front = box_between(geometry.bounds()[:2], geometry.bounds()[2:]).corners()
        self.hint = "Cuboid: move to place the far face, click to set"

    def begin_at(self, e: PointerEvent) -> None:
        if not self._front:
            super().begin_at(e)
            self._from = self._to = e if self._front else None
        else:
            self._to = e
            self.finish()

    def drag_to(self, e: PointerEvent) -> None:
        if self._front:
            self._from = self._from or e
            self._to = e
        else:
            super().drag_to(e)

    def end_at(self, e: PointerEvent) -> None:
        before = bool(self._front)
        super().end_at(e)
        if self._front and not before:
            self._from = self._to = e

    def take_double(self, e: PointerEvent) -> None:
        if not self._front:
            super().take_double(e)

    def finish(self) -> None:
        if not self._front:
            super().finish()
            return
        made = self._cuboid()
        if made is None:
            self.context.say("Move the pointer to where the far face lies, then click.")
            return
        self.drop()
        self.make(made)

    def undo_draft(self) -> bool:
        return self.drop()

    def drop(self) -> bool:
        had = super().drop() or bool(self._front)
        self._front, self._from, self._to = (), None, None
        self.hint = self.idle_hint
        return had

    def drawn(self) -> list[Draft]:
        geometry: Geometry | None = self._geometry()
        if self._front:
            geometry = self._cuboid() or Cuboid2D(self._front, offset=(0.0, 0.0))
        return [] if geometry is None else [ShapeDraft(geometry, self.feature_hash)]

    def _cuboid(self) -> Cuboid2D | None:
        """None while the far face still lies on the front one."""
        if not self._front or self._from is None or self._to is None:
            return None
        dx, dy = self._to.x - self._from.x, self._to.y - self._from.y
        made = Cuboid2D(self._front, offset=(dx, dy))
        if not self.sticks_out:
            made = cuboid_inside(made, self.context.frame_size)
        return made if made.offset is not None and abs(made.offset[0]) + abs(made.offset[1]) >= 1 else None
