"""Where a shape can be grabbed: the same handles are drawn and hit."""

from __future__ import annotations

from storage.model.geometry import (
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Keypoint,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
    rotate,
)
from viewers.tools.base import Handle, HandleRole

#: How far the rotate handle stands off the shape's side (logical px).
ROTATE_REACH = 22.0


def handles_of(shape: Geometry, pixel: float = 1.0) -> list[Handle]:
    """All handles of a shape. `pixel`: image px per logical px, for those that stand off by a distance on the screen."""
    match shape:
        case Box():
            return _box(shape.corners())
        case RotatedBox():
            corners = shape.corners()
            return [*_box(corners), _rotate_handle(corners[0], corners[1], shape.centre, pixel)]
        case Polygon(parts):
            return [
                Handle(x, y, HandleRole.VERTEX, (i, j, k))
                for i, part in enumerate(parts)
                for j, ring in enumerate(part)
                for k, (x, y) in enumerate(ring)
            ]
        case Polyline(points):
            return [Handle(x, y, HandleRole.VERTEX, (i,)) for i, (x, y) in enumerate(points)]
        case Keypoint(x, y):
            return [Handle(x, y, HandleRole.VERTEX, (0,))]
        case Skeleton(points):
            return [Handle(p.x, p.y, HandleRole.VERTEX, (i,)) for i, p in enumerate(points)]
        case Circle(x, y, r, stretch, theta):
            return _radii(x, y, r, r * stretch, theta, pixel)
        case Ellipse(x, y, rx, ry, theta):
            return _radii(x, y, rx, ry, theta, pixel)
        case Cuboid2D():
            faces = (shape.front, shape.back())
            return [Handle(x, y, HandleRole.VERTEX, (f, i)) for f, face in enumerate(faces) for i, (x, y) in enumerate(face)]
    return []


def _box(corners: Points) -> list[Handle]:
    found = [Handle(x, y, HandleRole.CORNER, (i,)) for i, (x, y) in enumerate(corners)]
    for i in range(4):
        (x0, y0), (x1, y1) = corners[i], corners[(i + 1) % 4]
        found.append(Handle((x0 + x1) / 2, (y0 + y1) / 2, HandleRole.EDGE, (i,)))
    return found


def _radii(x: float, y: float, rx: float, ry: float, theta: float, pixel: float) -> list[Handle]:
    ends = rotate(((x + rx, y), (x, y + ry), (x - rx, y), (x, y - ry)), (x, y), theta)
    found = [Handle(px, py, HandleRole.RADIUS, (i,)) for i, (px, py) in enumerate(ends)]
    if rx != ry:
        found.append(_rotate_handle(ends[3], ends[3], (x, y), pixel))
    return found


def _rotate_handle(start: Point, end: Point, centre: Point, pixel: float) -> Handle:
    """Beyond the middle of a side, away from the centre."""
    mx, my = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    dx, dy = mx - centre[0], my - centre[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    reach = ROTATE_REACH * pixel
    return Handle(mx + dx / length * reach, my + dy / length * reach, HandleRole.ROTATE, (0,))
