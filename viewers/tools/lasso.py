"""The lasso: draw round shapes to select all that lie wholly inside."""

from __future__ import annotations

import math

from storage.model.geometry import Geometry, Point, Points, Polygon, Polyline
from viewers.tools.base import Cursor, Draft, PathDraft, PointerEvent, Tool

STEP = 3.0  # logical px between the points that are kept


class Loop(Tool):
    """A tool that is drawn round something with the button held."""

    cursor = Cursor.CROSS
    draws = True

    def __init__(self) -> None:
        self._points: list[Point] = []

    def closed(self, loop: Points, e: PointerEvent) -> None:
        """What is done with three points or more."""
        raise NotImplementedError

    def press(self, e: PointerEvent) -> None:
        self._points = [e.point]

    def move(self, e: PointerEvent) -> None:
        if self._points and e.button == "left" and math.dist(self._points[-1], e.point) >= STEP * e.pixel:
            self._points.append(e.point)

    def release(self, e: PointerEvent) -> None:
        loop, self._points = tuple(self._points), []
        if len(loop) >= 3:
            self.closed(loop, e)

    def cancel(self) -> bool:
        had = bool(self._points)
        self._points = []
        return had

    def undo_draft(self) -> bool:
        return self.cancel()

    def draft(self) -> list[Draft]:
        return [PathDraft(tuple(self._points), closed=True, stroke="dashed", fill=True)] if len(self._points) > 1 else []


class LassoTool(Loop):
    id, title = "lasso", "Lasso"
    hint = "Lasso: draw round the shapes to select. Shift: add to the selection"

    def closed(self, loop: Points, e: PointerEvent) -> None:
        context = self.context
        caught = [
            a.instance
            for a in context.session.on_frame(context.at)
            if a.instance not in context.focus.hidden and all(is_inside(loop, p) for p in _corners(a.geometry))
        ]
        context.focus.select((*(context.focus.selected if e.shift or e.ctrl else ()), *caught))


def is_inside(ring: Points, at: Point) -> bool:
    """Even-odd."""
    x, y = at
    odd = False
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            odd = not odd
    return odd


def _corners(geometry: Geometry) -> Points:
    match geometry:
        case Polygon(parts):
            return tuple(p for part in parts for p in part[0])
        case Polyline(points):
            return points
        case _:
            x0, y0, x1, y1 = geometry.bounds()
            return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
