"""The handles of a shape and what dragging one does: pure geometry, in pixels of the frame."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from storage.model.geometry import (
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
    bounds_of,
    rotate,
)
from viewers.tools.base import Handle, HandleRole

VERTEX, CORNER, SIDE = HandleRole.VERTEX, HandleRole.CORNER, HandleRole.EDGE
INSERT, ROTATE = HandleRole.INSERT, HandleRole.ROTATE

#: Corners then sides of a box as fractions of width and height, clockwise from the top left.
CORNERS: tuple[Point, ...] = ((0, 0), (1, 0), (1, 1), (0, 1))
SIDES: tuple[Point, ...] = ((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5))

#: How far outside the shape the rotate handle lies, and the shortest edge that shows a handle of its own: logical px.
ROTATE_REACH = 24.0
EDGE_SHOWN = 24.0
SNAP_ANGLE = 15.0


def handles(geometry: Geometry, pixel: float) -> list[Handle]:
    """All handles of a shape; `pixel` is image pixels per logical pixel (edges too short on screen get none)."""
    match geometry:
        case Box(x, y, w, h):
            return _box_handles(lambda u, v: (x + u * w, y + v * h))
        case RotatedBox() as box:
            return [*_box_handles(lambda u, v: _on_rotated(box, u, v)), _rotate_handle(box, pixel)]
        case Ellipse() | Circle():
            return _ellipse_handles(geometry, pixel)
        case Polygon(parts):
            rings = [(p, r, ring) for p, part in enumerate(parts) for r, ring in enumerate(part)]
            vertices = [Handle(*at, VERTEX, (p, r, i)) for p, r, ring in rings for i, at in enumerate(ring)]
            return vertices + [e for p, r, ring in rings for e in _edges(ring, pixel, (p, r), closed=True)]
        case Polyline(points):
            return [Handle(*at, VERTEX, (i,)) for i, at in enumerate(points)] + list(_edges(points, pixel, (), closed=False))
        case Skeleton(points):
            return _skeleton_handles(geometry)
        case Cuboid2D():
            role = CORNER if is_upright(geometry.front) else VERTEX
            far = [Handle(*at, VERTEX, (1, i)) for i, at in enumerate(geometry.back())]
            return far + [Handle(*at, role, (0, i)) for i, at in enumerate(geometry.front)]
        case _:
            return []


def nearest(found: list[Handle], x: float, y: float, reach: float) -> Handle | None:
    """The handle within `reach`; points win over edge handles, later ones over earlier."""
    best: Handle | None = None
    best_key = (2, math.inf)
    for handle in found:
        dx, dy = handle.x - x, handle.y - y
        if abs(dx) > reach or abs(dy) > reach:
            continue
        key = (1 if handle.role is INSERT else 0, dx * dx + dy * dy)
        if key <= best_key and key[1] <= reach * reach:
            best, best_key = handle, key
    return best


def dragged(geometry: Geometry, handle: Handle, to: Point, *, regular: bool = False) -> Geometry:
    """The shape with one of its handles at `to`. `regular` (Shift): squares, round circles, 15-degree steps."""
    match geometry:
        case Box() as box:
            return _resized_box(box, handle, to, regular)
        case RotatedBox() as box:
            return _turned(box, to, regular) if handle.role is ROTATE else _resized_rotated(box, handle, to, regular)
        case Circle() | Ellipse():
            return _resized_ellipse(geometry, handle, to, regular)
        case Polygon(parts):
            part, ring, _ = handle.path
            return with_ring(geometry, part, ring, _with_point(parts[part][ring], handle, to))
        case Polyline(points):
            return Polyline(_with_point(points, handle, to))
        case Skeleton():
            return _resized_skeleton(geometry, handle, to, regular)
        case Cuboid2D():
            return _resized_cuboid(geometry, handle, to, regular)
        case _:
            return geometry


def after_insert(handle: Handle) -> Handle:
    """An edge handle that has been dragged is, from then on, the new vertex."""
    if handle.role is not INSERT:
        return handle
    return replace(handle, role=VERTEX, path=(*handle.path[:-1], handle.path[-1] + 1))


def without_vertex(geometry: Geometry, handle: Handle) -> Geometry | None:
    """One vertex fewer; None when the shape has no vertex to spare. A hole of three points goes as a whole."""
    match geometry:
        case Polygon(parts):
            p, r, i = handle.path
            points = parts[p][r]
            if len(points) > 3:
                return with_ring(geometry, p, r, points[:i] + points[i + 1 :])
            if r > 0:
                return Polygon((*parts[:p], (*parts[p][:r], *parts[p][r + 1 :]), *parts[p + 1 :]))
            return None
        case Polyline(points) if len(points) > 2:
            (i,) = handle.path
            return Polyline(points[:i] + points[i + 1 :])
        case _:
            return None


def with_ring(polygon: Polygon, part: int, ring: int, points: Points) -> Polygon:
    rings = polygon.parts[part]
    changed = (*rings[:ring], points, *rings[ring + 1 :])
    return Polygon((*polygon.parts[:part], changed, *polygon.parts[part + 1 :]))


def is_upright(points: Points) -> bool:
    """Four points that are the corners of an upright box, clockwise from the top left."""
    if len(points) != 4:
        return False
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    return ay == by and bx == cx and cy == dy and dx == ax


def regular_corner(anchor: Point, to: Point) -> Point:
    """`to` moved so that the box from `anchor` is a square."""
    dx, dy = to[0] - anchor[0], to[1] - anchor[1]
    side = max(abs(dx), abs(dy))
    return (anchor[0] + math.copysign(side, dx), anchor[1] + math.copysign(side, dy))


def box_between(a: Point, b: Point) -> Box:
    return Box(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1]))


def angle_of(centre: Point, to: Point) -> float:
    """Degrees clockwise on the screen from straight up, 0..360."""
    return math.degrees(math.atan2(to[0] - centre[0], centre[1] - to[1])) % 360.0


# -- making handles ---------------------------------------------------------------------------------------------------


def _box_handles(place: Callable[[float, float], Point]) -> list[Handle]:
    return [Handle(*place(u, v), SIDE, (i,)) for i, (u, v) in enumerate(SIDES)] + [
        Handle(*place(u, v), CORNER, (i,)) for i, (u, v) in enumerate(CORNERS)
    ]


def _on_rotated(box: RotatedBox, u: float, v: float) -> Point:
    return rotate(((box.x + u * box.w, box.y + v * box.h),), box.centre, box.theta)[0]


def _rotate_handle(box: RotatedBox, pixel: float) -> Handle:
    top = (box.x + box.w / 2, box.y - ROTATE_REACH * pixel)
    return Handle(*rotate((top,), box.centre, box.theta)[0], ROTATE, (0,))


def _ellipse_handles(shape: Ellipse | Circle, pixel: float) -> list[Handle]:
    rx, ry = _axes(shape)
    centre = (shape.x, shape.y)
    ends = ((shape.x + rx, shape.y), (shape.x, shape.y + ry), (shape.x - rx, shape.y), (shape.x, shape.y - ry))
    found = [Handle(*at, HandleRole.RADIUS, (i,)) for i, at in enumerate(rotate(ends, centre, shape.theta))]
    if isinstance(shape, Ellipse):
        top = (shape.x, shape.y - ry - ROTATE_REACH * pixel)
        found.append(Handle(*rotate((top,), centre, shape.theta)[0], ROTATE, (0,)))
    return found


def _axes(shape: Ellipse | Circle) -> tuple[float, float]:
    return (shape.r, shape.r * shape.stretch) if isinstance(shape, Circle) else (shape.rx, shape.ry)


def _edges(points: Points, pixel: float, where: tuple[int, ...], *, closed: bool) -> Iterator[Handle]:
    shown = EDGE_SHOWN * pixel
    pairs = zip(points, (*points[1:], points[0]) if closed else points[1:], strict=False)
    for i, ((ax, ay), (bx, by)) in enumerate(pairs):
        if abs(ax - bx) + abs(ay - by) >= shown:
            yield Handle((ax + bx) / 2, (ay + by) / 2, INSERT, (*where, i))


def _skeleton_handles(skeleton: Skeleton) -> list[Handle]:
    points = [Handle(p.x, p.y, VERTEX, (i,)) for i, p in enumerate(skeleton.points)]
    x0, y0, x1, y1 = skeleton.bounds()
    if x1 - x0 <= 0 or y1 - y0 <= 0:
        return points
    return [h for h in _box_handles(lambda u, v: (x0 + u * (x1 - x0), y0 + v * (y1 - y0))) if h.role is CORNER] + points


# -- dragging them ----------------------------------------------------------------------------------------------------


def _with_point(points: Points, handle: Handle, to: Point) -> Points:
    i = handle.path[-1]
    return (*points[: i + 1], to, *points[i + 1 :]) if handle.role is INSERT else (*points[:i], to, *points[i + 1 :])


def _resized_box(box: Box, handle: Handle, to: Point, regular: bool) -> Box:
    i = handle.path[0]
    if handle.role is CORNER:
        u, v = CORNERS[i]
        anchor = (box.x + (1 - u) * box.w, box.y + (1 - v) * box.h)
        return box_between(anchor, regular_corner(anchor, to) if regular else to)
    if i % 2 == 0:  # top or bottom
        y = box.y if i == 2 else box.y + box.h
        return box_between((box.x, y), (box.x + box.w, to[1]))
    x = box.x if i == 1 else box.x + box.w
    return box_between((x, box.y), (to[0], box.y + box.h))


def _resized_rotated(box: RotatedBox, handle: Handle, to: Point, regular: bool) -> RotatedBox:
    """Resized in the box's own directions; what lies opposite stays where it is on the picture."""
    flat = Box(box.x, box.y, box.w, box.h)
    local = rotate((to,), box.centre, -box.theta)[0]
    new = _resized_box(flat, handle, local, regular)
    centre = rotate(((new.x + new.w / 2, new.y + new.h / 2),), box.centre, box.theta)[0]
    return RotatedBox(centre[0] - new.w / 2, centre[1] - new.h / 2, new.w, new.h, box.theta)


def _turned(box: RotatedBox, to: Point, regular: bool) -> RotatedBox:
    return replace(box, theta=_angle(box.centre, to, regular))


def _angle(centre: Point, to: Point, regular: bool) -> float:
    theta = angle_of(centre, to)
    return (round(theta / SNAP_ANGLE) * SNAP_ANGLE) % 360.0 if regular else theta


def _resized_ellipse(shape: Ellipse | Circle, handle: Handle, to: Point, regular: bool) -> Ellipse | Circle:
    centre = (shape.x, shape.y)
    if handle.role is ROTATE:
        return replace(shape, theta=_angle(centre, to, regular))
    lx, ly = rotate((to,), centre, -shape.theta)[0]
    sideways = handle.path[0] % 2 == 0
    along = abs(lx - shape.x) if sideways else abs(ly - shape.y)
    if isinstance(shape, Circle):
        reach = math.hypot(lx - shape.x, ly - shape.y)
        stretch = shape.stretch or 1.0
        return replace(shape, r=reach if sideways else reach / stretch)
    if regular:
        return replace(shape, rx=along, ry=along)
    return replace(shape, rx=along) if sideways else replace(shape, ry=along)


def _resized_skeleton(skeleton: Skeleton, handle: Handle, to: Point, regular: bool) -> Skeleton:
    (i,) = handle.path
    if handle.role is VERTEX:
        points = list(skeleton.points)
        points[i] = replace(points[i], x=to[0], y=to[1])
        return Skeleton(tuple(points))
    x0, y0, x1, y1 = skeleton.bounds()
    u, v = CORNERS[i]
    ax, ay = x0 + (1 - u) * (x1 - x0), y0 + (1 - v) * (y1 - y0)
    fx, fy = (to[0] - ax) / ((2 * u - 1) * (x1 - x0)), (to[1] - ay) / ((2 * v - 1) * (y1 - y0))
    if regular:
        fx = fy = max(fx, fy)
    return Skeleton(tuple(replace(p, x=ax + (p.x - ax) * fx, y=ay + (p.y - ay) * fy) for p in skeleton.points))


def _resized_cuboid(cuboid: Cuboid2D, handle: Handle, to: Point, regular: bool) -> Cuboid2D:
    face, i = handle.path
    if face == 1:
        return _with_back(cuboid, i, to)
    if handle.role is VERTEX:
        return replace(cuboid, front=_with_point(cuboid.front, handle, to))
    x0, y0, x1, y1 = bounds_of(cuboid.front)
    # `is_upright` held, but the corners may run from any of the four: anchor on the one opposite.
    anchor = cuboid.front[(i + 2) % 4]
    box = box_between(anchor, regular_corner(anchor, to) if regular else to)
    return replace(cuboid, front=box.corners()) if (x1 > x0 or y1 > y0) else cuboid


def _with_back(cuboid: Cuboid2D, index: int, to: Point) -> Cuboid2D:
    fx, fy = cuboid.front[index]
    if cuboid.offset is not None:
        return replace(cuboid, offset=(to[0] - fx, to[1] - fy))
    assert cuboid.vanishing_point is not None
    vx, vy = cuboid.vanishing_point
    length = (fx - vx) ** 2 + (fy - vy) ** 2
    if length == 0:
        return cuboid
    # The far corner slides on the line to the vanishing point.
    scale = ((to[0] - vx) * (fx - vx) + (to[1] - vy) * (fy - vy)) / length
    return replace(cuboid, scale_ratio=max(0.01, scale))
