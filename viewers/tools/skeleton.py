"""Skeletons: the class's template placed in a dragged box, then its points are put right one by one."""

from __future__ import annotations

from storage.model.geometry import Box, Geometry, Point, ShapeKind, Skeleton, SkeletonPoint
from storage.model.ontology import SkeletonTemplate
from viewers.tools.base import Draft, KeyEvent, PointerEvent, ShapeDraft, ToolContext
from viewers.tools.drawing import TwoPointTool
from viewers.tools.handles import box_between, regular_corner


def placed(template: SkeletonTemplate, box: Box) -> Skeleton:
    """The template's points stretched over a box. A template that is a line or a dot is centred in it."""
    xs, ys = [p.x for p in template.points], [p.y for p in template.points]
    left, top = min(xs), min(ys)
    wide, high = max(xs) - left, max(ys) - top
    return Skeleton(
        tuple(
            SkeletonPoint(
                box.x + ((p.x - left) / wide if wide else 0.5) * box.w,
                box.y + ((p.y - top) / high if high else 0.5) * box.h,
                p.name,
                p.color,
                p.value,
                p.feature_hash,
            )
            for p in template.points
        )
    )


class SkeletonTool(TwoPointTool):
    id, title, shape = "skeleton", "Skeleton", ShapeKind.SKELETON
    idle_hint = "Skeleton: drag the box it fills, then put its points right. O: visible or not; Q: occluded"

    def __init__(self) -> None:
        super().__init__()
        self._made: str | None = None  # the last one drawn, whose points can be put right at once

    def activate(self, context: ToolContext) -> None:
        super().activate(context)
        self._made = None

    def template(self) -> SkeletonTemplate | None:
        found = self.context.ontology.template(self.feature_hash)
        return found if found is not None and found.points else None

    def begin_at(self, e: PointerEvent) -> None:
        if self.armed is not None and self.template() is None:
            self.context.say(f"The class “{self.armed.name}” has no skeleton yet: draw one in the ontology.")
            return
        super().begin_at(e)

    def shape_between(self, first: Point, now: Point, *, regular: bool) -> Geometry:
        box = box_between(first, regular_corner(first, now) if regular else now)
        template = self.template()
        return placed(template, box) if template is not None else box

    def complete(self, geometry: Geometry) -> None:
        self._made = self.make(geometry)

    def reaches(self, e: PointerEvent) -> bool:
        """Near a handle of the skeleton just drawn the pointer adjusts it; anywhere else it draws the next."""
        if super().reaches(e):
            return True
        return not self.has_draft() and self._adjusting() and self._select.holds.handle_at(e) is not None

    def key(self, e: KeyEvent) -> bool:
        if self._adjusting() and not self.has_draft() and self._select.key(e):
            return True
        return super().key(e)

    def move(self, e: PointerEvent) -> None:
        super().move(e)
        if not self._reaching and self._adjusting():
            self._select.move(e)  # so that the point under the pointer is marked

    def draft(self) -> list[Draft]:
        return [*self.drawn(), *(self._select.draft() if self._reaching or self._hovering or self._adjusting() else ())]

    def drawn(self) -> list[Draft]:
        geometry = self._geometry()
        return [] if geometry is None else [ShapeDraft(geometry, self.feature_hash)]

    def _adjusting(self) -> bool:
        return self._made is not None and self.context.focus.selected == (self._made,)
