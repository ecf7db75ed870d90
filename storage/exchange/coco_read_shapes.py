"""The shape of a class out of a COCO annotation, whichever program wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.exchange.coco_geometry import from_exact, pairs
from storage.exchange.features import Features
from storage.model import masks
from storage.model.geometry import (
    Bitmask,
    Box,
    Geometry,
    Keypoint,
    Polygon,
    Polyline,
    RotatedBox,
    ShapeKind,
    Skeleton,
    SkeletonPoint,
    Visibility,
)
from storage.model.ontology import ObjectClass

Json = Mapping[str, Any]


def geometry_of(row: Json, thing: ObjectClass, features: Features, category: Json, size: tuple[int, int]) -> Geometry:
    """The shape of a class from an annotation. Raises ValueError, KeyError or TypeError."""
    told = row.get("postil")
    if isinstance(told, Mapping) and isinstance(told.get("shape"), Mapping):
        made = from_exact(told["shape"])
        if made.kind is thing.shape:
            return made
    match thing.shape:
        case ShapeKind.BOX:
            return Box(*_bbox(row))
        case ShapeKind.ROTATED_BOX:
            return _rotated(row)
        case ShapeKind.BITMASK:
            return _mask(row, size)
        case ShapeKind.POLYGON:
            return _polygon(row, size)
        case ShapeKind.POLYLINE:
            return Polyline(pairs(row["segmentation"][0]))
        case ShapeKind.POINT:
            flat = row["keypoints"]
            seen = [i for i in range(0, len(flat), 3) if flat[i + 2]] or [0]
            if len(seen) > 1:
                raise ValueError("it has several key points; its class is a single point")
            return Keypoint(float(flat[seen[0]]), float(flat[seen[0] + 1]))
        case ShapeKind.SKELETON:
            return _skeleton(row, thing, features, category)
    raise ValueError(f"a {thing.shape.words} cannot be made of it")


def _bbox(row: Json) -> tuple[float, float, float, float]:
    if isinstance(row.get("bbox"), list) and len(row["bbox"]) == 4:
        x, y, w, h = (float(v) for v in row["bbox"])
        return x, y, w, h
    points = [p for ring in row["segmentation"] for p in pairs(ring)]
    x0, y0 = min(p[0] for p in points), min(p[1] for p in points)
    return x0, y0, max(p[0] for p in points) - x0, max(p[1] for p in points) - y0


def _rotated(row: Json) -> RotatedBox:
    """CVAT's form: the box before turning, and `attributes.rotation`."""
    attributes = row.get("attributes")
    theta = attributes.get("rotation") if isinstance(attributes, Mapping) else None
    return RotatedBox(*_bbox(row), number(theta, 0.0))


def _mask(row: Json, size: tuple[int, int]) -> Bitmask:
    segmentation = row["segmentation"]
    if not isinstance(segmentation, Mapping):
        return masks.to_bitmask(_polygon(row, size), *size)
    height, width = segmentation["size"]
    if (width, height) != size:
        raise ValueError(f"the mask is {width} x {height} pixels, the picture {size[0]} x {size[1]}")
    return masks.from_coco_rle(segmentation["counts"], width, height)


def _polygon(row: Json, size: tuple[int, int]) -> Polygon:
    segmentation = row.get("segmentation")
    if isinstance(segmentation, Mapping):
        made = masks.contours(_mask(row, size))
        if made is None:
            raise ValueError("its mask is empty")
        return made
    if not segmentation:
        return Polygon.simple(Box(*_bbox(row)).corners())
    return Polygon(tuple((pairs(ring),) for ring in segmentation))


def _skeleton(row: Json, thing: ObjectClass, features: Features, category: Json) -> Skeleton:
    template = features.ontology.template(thing.feature_hash)
    if template is None:
        raise ValueError("its class has no drawing of a skeleton")
    names, flat = list(category.get("keypoints") or ()), row["keypoints"]
    if len(flat) != 3 * len(names) or len(names) != len(template.points):
        raise ValueError(f"it has {len(flat) // 3} key points, its class has {len(template.points)}")
    joints = []
    for place, point in enumerate(template.points):
        at = names.index(point.name) if point.name in names else place
        x, y, v = flat[3 * at : 3 * at + 3]
        seen = (Visibility.INVISIBLE, Visibility.OCCLUDED, Visibility.VISIBLE)[int(v)]
        joints.append(SkeletonPoint(float(x), float(y), point.name, point.color, point.value, point.feature_hash, seen))
    return Skeleton(tuple(joints))


def number(value: Any, default: float) -> float:
    return default if isinstance(value, bool) or not isinstance(value, (int, float)) else float(value)
