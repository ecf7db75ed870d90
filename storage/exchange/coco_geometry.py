"""Shapes in COCO's terms: segmentation, box, area, key points, in pixels of the frame. And exactly, for ourselves.

A shape that COCO can hold (box, ring, several rings, mask, point) is exact there. Others are drawn as near as COCO can,
and their parameters stand in `postil.shape`. A polygon with holes becomes run lengths with `iscrowd` 0: a crowd would be
left out by every evaluation, and pycocotools reads run lengths whatever `iscrowd` says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from storage.model import masks, polygons
from storage.model.geometry import (
    Bitmask,
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
    SkeletonPoint,
    Visibility,
    rotate,
)

Json = dict[str, Any]
_SEEN = {Visibility.INVISIBLE: 0, Visibility.OCCLUDED: 1, Visibility.SELF_OCCLUDED: 1, Visibility.VISIBLE: 2}


def to_coco(geometry: Geometry, width: int, height: int) -> Json | None:
    """The keys of an annotation that say where it is; None for what COCO cannot hold."""
    match geometry:
        case Box(_, _, w, h):
            return _made([_flat(geometry.corners())], geometry, w * h)
        case RotatedBox(_, _, w, h):
            return _made([_flat(geometry.corners())], geometry, w * h)
        case Polygon(parts):
            if any(len(part) > 1 for part in parts):
                mask = masks.to_bitmask(geometry, width, height)
                return _made(masks.coco_rle(mask, width, height), geometry, polygons.area(geometry))
            return _made([_flat(part[0]) for part in parts], geometry, polygons.area(geometry))
        case Bitmask():
            return _made(masks.coco_rle(geometry, width, height), geometry, float(masks.area(geometry)))
        case Polyline(points):
            return _made([_flat(_there_and_back(points))], geometry, 0.0)
        case Keypoint(x, y):
            made = _made([_flat(((x, y),) * 3)], geometry, 0.0)
            return made | {"keypoints": [x, y, 2], "num_keypoints": 1}
        case Skeleton(joints):
            flat = [v for p in joints for v in (p.x, p.y, _SEEN[p.visibility])]
            made = _made([_flat(_there_and_back(tuple((p.x, p.y) for p in joints)))], geometry, 0.0)
            return made | {"keypoints": flat, "num_keypoints": sum(1 for v in flat[2::3] if v)}
        case Circle(x, y, r, stretch, theta):
            return _made([_flat(_ellipse(x, y, r, r * stretch, theta))], geometry, math.pi * r * r * abs(stretch))
        case Ellipse(x, y, rx, ry, theta):
            return _made([_flat(_ellipse(x, y, rx, ry, theta))], geometry, math.pi * rx * ry)
        case Cuboid2D(front):
            hull = _hull(front + geometry.back())
            return _made([_flat(hull)], geometry, abs(polygons.signed_area(hull)))
        case _:
            return None


def _made(segmentation: object, geometry: Geometry, area: float) -> Json:
    x0, y0, x1, y1 = geometry.bounds()
    # A box gives back exactly what it was made of; x1 - x0 would round.
    box = [geometry.x, geometry.y, geometry.w, geometry.h] if isinstance(geometry, Box) else [x0, y0, x1 - x0, y1 - y0]
    return {"segmentation": segmentation, "area": area, "bbox": box, "iscrowd": 0}


def _flat(points: Points) -> list[float]:
    return [v for p in points for v in p]


def _there_and_back(points: Points) -> Points:
    """A ring without area; at least three points, or pycocotools takes it for a box."""
    ring = points + tuple(reversed(points[1:-1]))
    return ring if len(ring) >= 3 else (ring + (ring[-1],) * 3)[:3]


def _ellipse(x: float, y: float, rx: float, ry: float, theta: float) -> Points:
    """Vertices on the curve, close enough that no edge leaves it by more than a twentieth of a pixel."""
    r = max(abs(rx), abs(ry), 0.1)
    n = min(720, max(16, math.ceil(math.pi / math.acos(max(0.0, 1 - 0.05 / r)))))
    turns = [2 * math.pi * i / n for i in range(n)]
    return rotate(tuple((x + rx * math.cos(t), y + ry * math.sin(t)) for t in turns), (x, y), theta)


def _hull(points: Points) -> Points:
    """The convex outline (Andrew's monotone chain)."""
    found = sorted(set(points))
    if len(found) < 3:
        return _there_and_back(tuple(found))

    def half(ordered: Sequence[Point]) -> list[Point]:
        chain: list[Point] = []
        for p in ordered:
            while len(chain) >= 2 and _turn(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        return chain[:-1]

    ring = tuple(half(found) + half(found[::-1]))
    return ring if len(ring) >= 3 else _there_and_back(ring)


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


# -- exactly ------------------------------------------------------------------------------------------------------


def exact(geometry: Geometry) -> Json | None:
    """Parameters that COCO's own keys do not hold; None when they hold everything."""
    match geometry:
        case RotatedBox(x, y, w, h, theta):
            return {"rotated_box": [x, y, w, h, theta]}
        case Polygon(parts) if any(len(part) > 1 for part in parts):
            return {"polygon": [[_flat(ring) for ring in part] for part in parts]}
        case Polyline(points):
            return {"polyline": _flat(points)}
        case Circle(x, y, r, stretch, theta):
            return {"circle": [x, y, r, stretch, theta]}
        case Ellipse(x, y, rx, ry, theta):
            return {"ellipse": [x, y, rx, ry, theta]}
        case Cuboid2D(front, vanishing, ratio, offset):
            return {"cuboid_2d": {"front": _flat(front), "vanishing_point": vanishing, "scale_ratio": ratio, "offset": offset}}
        case Skeleton(joints):
            rows = [[p.x, p.y, p.name, p.color, p.value, p.feature_hash, str(p.visibility)] for p in joints]
            return {"skeleton": rows}
        case _:
            return None


def from_exact(told: Mapping[str, Any]) -> Geometry:
    """Raises ValueError, KeyError or TypeError when it is none of ours."""
    ((kind, v),) = told.items()
    match kind:
        case "rotated_box":
            return RotatedBox(*map(float, v))
        case "polygon":
            return Polygon(tuple(tuple(pairs(ring) for ring in part) for part in v))
        case "polyline":
            return Polyline(pairs(v))
        case "circle":
            return Circle(*map(float, v))
        case "ellipse":
            return Ellipse(*map(float, v))
        case "cuboid_2d":
            vanishing, offset = v["vanishing_point"], v["offset"]
            return Cuboid2D(
                pairs(v["front"]),
                (float(vanishing[0]), float(vanishing[1])) if vanishing else None,
                v["scale_ratio"],
                (float(offset[0]), float(offset[1])) if offset else None,
            )
        case "skeleton":
            return Skeleton(tuple(SkeletonPoint(x, y, n, c, u, f, Visibility(seen)) for x, y, n, c, u, f, seen in v))
    raise ValueError(f"a shape called {kind}")


def pairs(flat: Sequence[float]) -> Points:
    if len(flat) % 2 or not flat:
        raise ValueError("a list of coordinates that does not come in pairs")
    return tuple((float(flat[i]), float(flat[i + 1])) for i in range(0, len(flat), 2))
