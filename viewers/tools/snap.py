"""Snapping: the vertex or the border of a neighbour that lies nearest to a place."""

from __future__ import annotations

from storage.model.geometry import Point
from viewers.tools.base import SnapDraft, ToolContext

#: Logical px.
REACH = 10.0


def snapped(context: ToolContext, at: Point, pixel: float, skip: frozenset[str] = frozenset()) -> SnapDraft | None:
    """The nearest vertex within reach, else the nearest place on a border, of what is visible on the frame.

    `skip` names instances that are no neighbours (the one being edited).
    """
    found = context.hits.snap(*at, REACH * pixel, skip=context.focus.hidden | skip)
    if found is None:
        return None
    (x, y), kind = found
    return SnapDraft(x, y, "vertex" if kind == "vertex" else "edge")
