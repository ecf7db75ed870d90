"""Snapping: the vertex or the border of a neighbour that lies nearest to a place."""

from __future__ import annotations

import math

from storage.model.geometry import Box, Point, RotatedBox
from viewers.tools.base import SnapDraft, ToolContext

#: Logical px.
REACH = 10.0


def snapped(context: ToolContext, at: Point, pixel: float, skip: frozenset[str] = frozenset()) -> SnapDraft | None:
    """The nearest vertex (corners of boxes too) within reach, else the nearest place on a border, of what is visible.

    `skip` names instances that are no neighbours (the one being edited).
    """
    reach, unseen = REACH * pixel, context.focus.hidden | skip
    found = context.hits.snap(*at, reach, skip=unseen)
    corner = _nearest_corner(context, at, reach, unseen)
    if corner is not None and (found is None or found[1] != "vertex" or math.dist(corner, at) < math.dist(found[0], at)):
        return SnapDraft(*corner, "vertex")
    if found is None:
        return None
    (x, y), kind = found
    return SnapDraft(x, y, "vertex" if kind == "vertex" else "edge")


def _nearest_corner(context: ToolContext, at: Point, reach: float, skip: frozenset[str]) -> Point | None:
    x, y = at
    best: Point | None = None
    for entry in context.hits.near((x - reach, y - reach, x + reach, y + reach)):
        if isinstance(entry.geometry, Box | RotatedBox) and entry.instance not in skip:
            for corner in entry.geometry.corners():
                if math.dist(corner, at) <= (reach if best is None else math.dist(best, at)):
                    best = corner
    return best
