"""What is done to single vertices of a shape, one step each."""

from __future__ import annotations

from dataclasses import replace

from storage.model.geometry import Geometry, Polygon, Polyline, Skeleton, Visibility
from storage.model.labels import Annotation
from viewers.tools.base import Handle, HandleRole, ToolContext
from viewers.tools.handles import without_vertex
from viewers.tools.words import name_of


def can_lose(geometry: Geometry, handle: Handle) -> bool:
    """It is a vertex of a shape whose vertices can be taken away at all."""
    return handle.role is HandleRole.VERTEX and isinstance(geometry, Polygon | Polyline)


def delete_vertex(context: ToolContext, annotation: Annotation, handle: Handle) -> bool:
    """False, and a sentence: the shape needs it."""
    less = without_vertex(annotation.geometry, handle)
    name = name_of(context.ontology, context.session.document, annotation.instance)
    if less is None:
        context.say(f"{name} needs the points that it has left: the vertex stays.")
        return False
    session = context.session
    session.do(f"Delete a point of {name}", session.reshaped({annotation.instance: less}, context.at, context.now()))
    return True


def toggle_visibility(context: ToolContext, annotation: Annotation, handle: Handle, other: Visibility) -> None:
    """Of a skeleton's point: visible, or as `other` says."""
    assert isinstance(annotation.geometry, Skeleton)
    points = list(annotation.geometry.points)
    point = points[handle.path[0]]
    new = Visibility.VISIBLE if point.visibility == other else other
    points[handle.path[0]] = replace(point, visibility=new)
    session = context.session
    name = name_of(context.ontology, session.document, annotation.instance)
    edits = session.reshaped({annotation.instance: Skeleton(tuple(points))}, context.at, context.now())
    session.do(f"Make {point.name} of {name} {new.value}", edits)


def points_of(geometry: Geometry) -> int:
    match geometry:
        case Polygon():
            return sum(len(ring) for ring in geometry.rings())
        case Polyline(points) | Skeleton(points):
            return len(points)
        case _:
            return 0
