"""Shapes that follow the hand: how far they may go, and how they are shown on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from storage.model.geometry import Bounds, Geometry
from storage.model.labels import Annotation
from viewers.tools.base import ToolContext
from viewers.tools.bounds import limited_shift


def may_stick_out(context: ToolContext, annotation: Annotation) -> bool:
    instance = context.session.document.instances.get(annotation.instance)
    known = context.ontology.object(instance.feature_hash) if instance is not None else None
    return known is not None and known.allow_out_of_bounds


def allowed(context: ToolContext, moving: Iterable[Annotation], dx: float, dy: float) -> tuple[float, float]:
    """All of them together, so that none leaves the picture that may not."""
    return limited_shift(held_in(context, moving), context.frame_size, dx, dy)


def held_in(context: ToolContext, moving: Iterable[Annotation]) -> list[Bounds]:
    """The box of those that may not leave the picture; empty where all may."""
    boxes = [a.geometry.bounds() for a in moving if not may_stick_out(context, a)]
    if not boxes:
        return []
    left, top, right, bottom = zip(*boxes, strict=True)
    return [(min(left), min(top), max(right), max(bottom))]


def preview(context: ToolContext, shapes: Mapping[str, Geometry]) -> None:
    """By instance, in the gesture that is open."""
    session = context.session
    there = {i: g for i, g in shapes.items() if i in session.document.instances}  # sync may have taken some
    session.preview(*session.reshaped(there, context.at, context.now()))
