"""Keeping shapes on the frame, and which shapes are too small to be made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from storage.model.geometry import (
    Bitmask,
    Bounds,
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Keypoint,
    Point,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
    bounds_of,
)

Size = tuple[float, float]


def inside(to: Point, frame: Size) -> Point:
    """The nearest place on the frame."""
    return (min(max(to[0], 0.0), float(frame[0])), min(max(to[1], 0.0), float(frame[1])))


def limited_shift(bounds: Iterable[Bounds], frame: Size, dx: float, dy: float) -> Point:
    """How far shapes may move together: not over the border, nor farther out than they already are."""
    width, height = frame
    for left, top, right, bottom in bounds:
        dx = max(min(dx, max(0.0, width - right)), min(0.0, -left))
        dy = max(min(dy, max(0.0, height - bottom)), min(0.0, -top))
    return (dx, dy)


def cuboid_inside(cuboid: Cuboid2D, frame: Size) -> Cuboid2D:
    """Its far face no farther out than its front one; one towards a vanishing point stays as it is."""
    if cuboid.offset is None:
        return cuboid
    return replace(cuboid, offset=limited_shift([bounds_of(cuboid.front)], frame, *cuboid.offset))


def clipped_box(box: Box, frame: Size) -> Box:
    x0, y0 = inside((box.x, box.y), frame)
    x1, y1 = inside((box.x + box.w, box.y + box.h), frame)
    return Box(x0, y0, x1 - x0, y1 - y0)


def fitted(geometry: Geometry, frame: Size) -> Geometry | None:
    """Cut to the frame, for shapes that come from elsewhere; None when nothing is left. Round and turned ones stay whole."""
    from storage.model import masks, polygons

    left, top, right, bottom = geometry.bounds()
    if left >= 0 and top >= 0 and right <= frame[0] and bottom <= frame[1]:
        return geometry
    match geometry:
        case Box():
            box = clipped_box(geometry, frame)
            return box if box.w >= 1 and box.h >= 1 else None
        case Polygon():
            return polygons.clip(geometry, (0.0, 0.0, float(frame[0]), float(frame[1])))
        case Bitmask():
            mask = masks.to_bitmask(geometry, int(frame[0]), int(frame[1]))
            return mask if mask.w else None
        case Polyline(points):
            return Polyline(tuple(inside(p, frame) for p in points))
        case Keypoint(x, y):
            return Keypoint(*inside((x, y), frame))
        case _:
            return geometry


def why_degenerate(geometry: Geometry, pixel: float = 1.0) -> str:
    """A sentence when a shape is smaller than a pixel, which is so large, else nothing."""
    match geometry:
        case Box(_, _, w, h) | RotatedBox(_, _, w, h, _):
            small = w < pixel or h < pixel
        case Circle(_, _, r, stretch, _):
            small = 2 * r < pixel or 2 * r * stretch < pixel
        case Ellipse(_, _, rx, ry, _):
            small = 2 * rx < pixel or 2 * ry < pixel
        case Polygon(parts):
            small = any(abs(ring_area(part[0])) < 0.5 * pixel * pixel for part in parts)
        case Polyline(points):
            small = len(points) < 2 or _extent(geometry.bounds()) < pixel
        case Cuboid2D(front):
            small = abs(ring_area(front)) < pixel * pixel
        case Skeleton():
            small = _extent(geometry.bounds()) < pixel and len(geometry.points) > 1
        case Bitmask(_, _, w, h, _):
            small = w < 1 or h < 1
        case Keypoint():
            small = False
        case _:
            small = False
    return "Nothing was drawn: the shape is smaller than one pixel. Draw it larger, or zoom in." if small else ""


def ring_area(ring: tuple[Point, ...]) -> float:
    """Signed: positive when the ring runs clockwise on the screen."""
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True)) / 2


def _extent(bounds: Bounds) -> float:
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1])
