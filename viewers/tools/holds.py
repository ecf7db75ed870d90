"""What the pointer can take hold of: the shapes of a frame, the ghost of one that is not on it, the handles of what is selected."""

from __future__ import annotations

from dataclasses import replace

from storage.model.geometry import Geometry
from storage.model.labels import Annotation
from viewers.tools.base import GRAB, Handle, PointerEvent, Tool
from viewers.tools.handles import handles, nearest
from viewers.tools.hit_test import Index

#: From this many points on only the handles near the pointer are drawn.
MANY = 400
NEAR = 60.0  # logical px


class Holds:
    """`tool` looks for them, in its context."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool
        self._handles: tuple[object, float, list[Handle]] = (None, 0.0, [])  # geometry, pixel, its handles
        self._ghost_index: tuple[Geometry, Index] | None = None

    # -- shapes

    def on_frame(self, instance: str) -> Annotation | None:
        context = self._tool.context
        found = context.session.shown(instance, context.at)
        return found if found is not None and not found.outside else None

    def selected(self) -> list[Annotation]:
        """The selected shapes on this frame that may be changed. Locked and hidden ones stay as they are."""
        focus = self._tool.context.focus
        free = [i for i in focus.selected if i not in focus.locked and i not in focus.hidden]
        found = [a for a in map(self.on_frame, free) if a is not None]
        return found or self._ghost()

    def single(self) -> Annotation | None:
        found = self.selected() if len(self._tool.context.focus.selected) == 1 else []
        return found[0] if len(found) == 1 else None

    def shapes_at(self, e: PointerEvent) -> list[str]:
        """Visible instances under the pointer, smallest first; none while S is held."""
        if e.through:
            return []
        context = self._tool.context
        return context.hits.at(e.x, e.y, GRAB * e.pixel, skip=context.focus.hidden) or self.ghost_at(e)

    # -- where the selected object has ended or not begun

    def _ghost(self) -> list[Annotation]:
        """Taken hold of, it gets a key frame here.

        Only alone: moving several must not bring along those that are not on the frame.
        """
        context = self._tool.context
        focus = context.focus
        one = focus.selected[0] if len(focus.selected) == 1 else None
        if one is None or one in focus.locked or one in focus.hidden:
            return []
        found = context.session.ghost(one, context.at)
        return [found] if found is not None and not found.outside else []

    def ghost_at(self, e: PointerEvent) -> list[str]:
        """What is there wins over what would be."""
        ghost = self._ghost()
        if ghost and (self._ghost_index is None or self._ghost_index[0] is not ghost[0].geometry):
            index = Index()
            index.put(ghost[0])
            self._ghost_index = (ghost[0].geometry, index)
        return self._ghost_index[1].at(e.x, e.y, GRAB * e.pixel) if ghost and self._ghost_index is not None else []

    # -- handles

    def _handles_of(self, geometry: Geometry, pixel: float) -> list[Handle]:
        if self._handles[0] is not geometry or self._handles[1] != pixel:
            self._handles = (geometry, pixel, handles(geometry, pixel))
        return self._handles[2]

    def handle_at(self, e: PointerEvent) -> Handle | None:
        single = self.single()
        if single is None:
            return None
        return nearest(self._handles_of(single.geometry, e.pixel), e.x, e.y, GRAB * e.pixel)

    def shown_handles(self, geometry: Geometry, pointer: tuple[float, float], hot: Handle | None) -> tuple[Handle, ...]:
        """Of many those near the pointer (px of the frame)."""
        pixel = self._tool.context.pixel()
        found = self._handles_of(geometry, pixel)
        if len(found) > MANY:
            (x, y), reach = pointer, NEAR * pixel
            found = [h for h in found if abs(h.x - x) <= reach and abs(h.y - y) <= reach]
        if hot is None:
            return tuple(found)
        return tuple(replace(h, hot=True) if (h.role, h.path) == (hot.role, hot.path) else h for h in found)
