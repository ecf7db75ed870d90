"""Shapes as Encord writes them (encord.md 2.6): 0..1 of the frame. The only place that normalises for Encord."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any

from storage.model.geometry import (
    Bitmask,
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Keypoint,
    Opaque,
    Point,
    Points,
    Polygon,
    Polyline,
    RotatedBox,
    ShapeKind,
    Skeleton,
    SkeletonPoint,
    Visibility,
)

#: The key that holds the geometry of a frame object. Shapes without one live in the answers.
KEYS: dict[ShapeKind, str] = {
    ShapeKind.BOX: "boundingBox",
    ShapeKind.ROTATED_BOX: "rotatableBoundingBox",
    ShapeKind.POLYGON: "polygon",
    ShapeKind.POLYLINE: "polyline",
    ShapeKind.POINT: "point",
    ShapeKind.SKELETON: "skeleton",
    ShapeKind.BITMASK: "bitmask",
    ShapeKind.CIRCLE: "circle",
    ShapeKind.ELLIPSE: "ellipse",
    ShapeKind.CUBOID_2D: "cuboid_2d",
    ShapeKind.CUBOID: "cuboid",
    ShapeKind.SEGMENTATION: "segmentation",
}


def to_json(geometry: Geometry, w: float, h: float) -> dict[str, Any]:
    """The geometry keys of a frame object on a frame of w x h pixels."""
    match geometry:
        case Box(x, y, bw, bh):
            return {"boundingBox": {"h": bh / h, "w": bw / w, "x": x / w, "y": y / h}}
        case RotatedBox(x, y, bw, bh, theta):
            return {"rotatableBoundingBox": {"h": bh / h, "w": bw / w, "x": x / w, "y": y / h, "theta": theta}}
        case Polygon(parts):
            flat = [[[v for x, y in ring for v in (x / w, y / h)] for ring in part] for part in parts]
            return {"polygon": _points(parts[0][0], w, h), "polygons": flat}
        case Polyline(points):
            return {"polyline": _points(points, w, h)}
        case Keypoint(x, y):
            return {"point": {"0": {"x": x / w, "y": y / h}}}
        case Circle(x, y, r, stretch, theta):
            return {"circle": {"x": x / w, "y": y / h, "r": r / w, "stretch": stretch, "theta": theta}}
        case Ellipse(x, y, rx, ry, theta):
            return {"ellipse": {"x": x / w, "y": y / h, "rx": rx / w, "ry": ry / h, "theta": theta}}
        case Cuboid2D(front, vanishing, ratio, offset):
            made: dict[str, Any] = {"front": [v for x, y in front for v in (x / w, y / h)]}
            if offset is not None:
                made["offset"] = {"x": offset[0] / w, "y": offset[1] / h}
            elif vanishing is not None:
                made |= {"vanishingPoint": {"x": vanishing[0] / w, "y": vanishing[1] / h}, "scaleRatio": ratio}
            return {"cuboid_2d": made}
        case Skeleton(joints):
            return {"skeleton": {str(i): _joint(p, w, h) for i, p in enumerate(joints)}}
        case Bitmask():
            from storage.model.masks import encord_rle

            columns, rows = ceil(w), ceil(h)  # pages of documents have sizes between pixels
            rle = encord_rle(geometry, columns, rows)
            return {"bitmask": {"top": 0, "left": 0, "height": rows, "width": columns, "rleString": rle}}
        case Opaque(shape, text):
            return {KEYS[shape]: json.loads(text)} if shape in KEYS else {}
    return {}  # ranges of audio and text live in the answers


def _points(points: Points, w: float, h: float) -> dict[str, dict[str, float]]:
    return {str(i): {"x": x / w, "y": y / h} for i, (x, y) in enumerate(points)}


def _joint(p: SkeletonPoint, w: float, h: float) -> dict[str, Any]:
    return {
        "x": p.x / w,
        "y": p.y / h,
        "name": p.name,
        "color": p.color,
        "value": p.value,
        "featureHash": p.feature_hash,
        "visibility": str(p.visibility),
    }


# -- reading ------------------------------------------------------------------------------------------------------


def from_json(shape: ShapeKind, entry: Mapping[str, Any], w: float, h: float) -> Geometry:
    """The geometry of a frame object. Raises ValueError, KeyError or TypeError when it is none."""
    if shape is ShapeKind.POLYGON:
        return _polygon(entry, w, h)
    if shape not in KEYS:
        raise ValueError(f"a shape of the kind {shape} does not lie on a frame")
    value = entry[KEYS[shape]]
    match shape:
        case ShapeKind.BOX:
            return Box(*_box(value, w, h))
        case ShapeKind.ROTATED_BOX:
            return RotatedBox(*_box(value, w, h), float(value.get("theta", 0.0)))
        case ShapeKind.POLYLINE:
            return Polyline(_read_points(value, w, h))
        case ShapeKind.POINT:
            return Keypoint(*_read_points(value, w, h)[0])
        case ShapeKind.CIRCLE:
            stretch, theta = float(value.get("stretch", 1.0)), float(value.get("theta", 0.0))
            return Circle(value["x"] * w, value["y"] * h, value["r"] * w, stretch, theta)
        case ShapeKind.ELLIPSE:
            theta = float(value.get("theta", 0.0))
            return Ellipse(value["x"] * w, value["y"] * h, value["rx"] * w, value["ry"] * h, theta)
        case ShapeKind.CUBOID_2D:
            return _cuboid(value, w, h)
        case ShapeKind.SKELETON:
            return Skeleton(tuple(_read_joint(v, w, h) for v in _in_order(value)))
        case ShapeKind.BITMASK:
            return _bitmask(value, w, h)
        case _:
            return Opaque(shape, json.dumps(value, ensure_ascii=False))


def _box(value: Mapping[str, Any], w: float, h: float) -> tuple[float, float, float, float]:
    return (value["x"] * w, value["y"] * h, value["w"] * w, value["h"] * h)


def _in_order(value: Any) -> Iterable[Mapping[str, Any]]:
    """Encord numbers points by the keys of an object; lists are read as well."""
    return [value[k] for k in sorted(value, key=int)] if isinstance(value, Mapping) else value


def _read_points(value: Any, w: float, h: float) -> Points:
    made: list[Point] = []
    for p in _in_order(value):
        if "z" in p:
            raise ValueError("a point in space cannot lie on a picture")
        made.append((p["x"] * w, p["y"] * h))
    if not made:
        raise ValueError("there are no points")
    return tuple(made)


def _pairs(flat: Sequence[float], w: float, h: float) -> Points:
    if len(flat) % 2:
        raise ValueError("a ring has an odd number of coordinates")
    return tuple((flat[i] * w, flat[i + 1] * h) for i in range(0, len(flat), 2))


def _polygon(entry: Mapping[str, Any], w: float, h: float) -> Polygon:
    """`polygons` stands over `polygon`, as in the SDK."""
    if entry.get("polygons"):
        return Polygon(tuple(tuple(_pairs(ring, w, h) for ring in part) for part in entry["polygons"]))
    return Polygon.simple(_read_points(entry["polygon"], w, h))


def _cuboid(value: Mapping[str, Any], w: float, h: float) -> Cuboid2D:
    front = _pairs(value["front"], w, h)
    if offset := value.get("offset"):
        return Cuboid2D(front, offset=(offset["x"] * w, offset["y"] * h))
    vanishing = value["vanishingPoint"]
    return Cuboid2D(front, (vanishing["x"] * w, vanishing["y"] * h), float(value["scaleRatio"]))


def _read_joint(value: Mapping[str, Any], w: float, h: float) -> SkeletonPoint:
    seen = value.get("visibility")
    if seen is None:  # older rows: one flag each
        seen = next((v for v in Visibility if value.get(v) and v is not Visibility.VISIBLE), Visibility.VISIBLE)
    return SkeletonPoint(
        value["x"] * w,
        value["y"] * h,
        value.get("name") or "",
        value.get("color") or "",
        value.get("value") or "",
        value.get("featureHash") or "",
        Visibility(seen),
    )


def _bitmask(value: Mapping[str, Any], w: float, h: float) -> Bitmask:
    from storage.model.masks import from_encord_rle

    width, height = int(value["width"]), int(value["height"])
    if (width, height) != (ceil(w), ceil(h)):
        raise ValueError(f"the mask is {width} x {height} pixels, its frame {w} x {h}")
    mask = from_encord_rle(value["rleString"], width, height)
    left, top = int(value.get("left", 0)), int(value.get("top", 0))
    return Bitmask(mask.x + left, mask.y + top, mask.w, mask.h, mask.runs) if left or top else mask
