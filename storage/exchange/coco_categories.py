"""Which class of the ontology a COCO category means: that of its name, and among several the one whose shape fits best."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from storage.exchange.coco_file import CocoFile
from storage.exchange.features import Features
from storage.model import template_edit
from storage.model.geometry import ShapeKind
from storage.model.ontology import ClassificationClass, ObjectClass, SkeletonTemplate

Json = Mapping[str, Any]

#: Which shapes can be made of what an annotation holds, best first.
_FITS = {
    "mask": (ShapeKind.BITMASK, ShapeKind.POLYGON, ShapeKind.BOX, ShapeKind.ROTATED_BOX),
    "rings": (ShapeKind.POLYGON, ShapeKind.BITMASK, ShapeKind.ROTATED_BOX, ShapeKind.BOX, ShapeKind.POLYLINE),
    "points": (ShapeKind.SKELETON, ShapeKind.POINT, ShapeKind.BOX),
    "box": (ShapeKind.BOX, ShapeKind.ROTATED_BOX, ShapeKind.POLYGON),
    "": (),
}


#: What becomes of annotations whose category the ontology does not have, where classes may be made.
_GROWN = {"mask": ShapeKind.BITMASK, "rings": ShapeKind.POLYGON, "box": ShapeKind.BOX}


class Categories:
    """Which classes a category may go to."""

    def __init__(self, data: CocoFile, features: Features) -> None:
        self._features, self._grows = features, dict[Any, Json]()
        self._by_id: dict[Any, list[ObjectClass]] = {}
        self._ontology = data.ontology() if features.growing else None  # of our own file
        self.unmatched: list[str] = []
        for own, row in data.categories.items():
            found = self._find(row, features)
            self._by_id[own] = found
            if not found and features.growing:
                self._grows[own] = row
            elif not found:
                self.unmatched.append(str(row.get("name", own)))

    @staticmethod
    def _find(row: Json, features: Features) -> list[ObjectClass]:
        told = row.get("postil")
        if isinstance(told, Mapping) and (thing := features.objects.get(str(told.get("featureHash")))):
            return [thing]
        name = str(row.get("name", ""))
        exact = [o for o in features.objects.values() if o.name == name]
        found = exact or [o for o in features.objects.values() if o.name.casefold() == name.casefold()]
        shaped = [o for o in found if o.shape == row.get("supercategory")]
        return shaped or found

    def choose(self, annotation: Json) -> ObjectClass | None:
        own, kind = annotation["category_id"], holds(annotation)
        found = self._by_id.get(own, [])
        if own in self._grows:
            self._grow(self._grows[own], annotation, found)
        told = annotation.get("postil")
        if len(found) == 1 and isinstance(told, Mapping) and "instance" in told:
            return found[0]
        fits = _FITS[kind]
        ranked = sorted((o for o in found if o.shape in fits), key=lambda o: fits.index(o.shape))
        return ranked[0] if ranked else None

    def _grow(self, category: Json, annotation: Json, found: list[ObjectClass]) -> None:
        """A class for what was found nowhere: of the shape that our own export names, else of one that can be made of it."""
        kind = holds(annotation)
        shape = _own_shape(category) or _shape_for(category, annotation, kind)
        if shape is None or any(o.shape is shape or o.shape in _FITS[kind][:2] for o in found):
            return
        told = category.get("postil")
        known = self.adopt(str(told.get("featureHash"))) if isinstance(told, Mapping) else None
        if isinstance(known, ObjectClass):
            found.append(known)
            return
        draw = partial(_drawn, category, annotation) if shape is ShapeKind.SKELETON else None
        made = self._features.grow(str(category.get("name", annotation["category_id"])), shape, draw=draw)
        found += [made] if made is not None else []

    def adopt(self, feature_hash: str) -> ObjectClass | ClassificationClass | None:
        """A class that the ontology does not have, as our own file tells of it."""
        return self._features.adopt(self._ontology, feature_hash) if self._ontology is not None else None

    def known(self, annotation: Json) -> bool:
        own = annotation["category_id"]
        return bool(self._by_id.get(own)) or own in self._grows


def holds(annotation: Json) -> str:
    """What an annotation's best description is."""
    segmentation = annotation.get("segmentation")
    keypoints = annotation.get("keypoints")
    if isinstance(keypoints, list) and any(keypoints):
        return "points"
    if isinstance(segmentation, Mapping):
        return "mask"
    if isinstance(segmentation, list) and segmentation:
        return "rings"
    return "box" if isinstance(annotation.get("bbox"), list) else ""


def _own_shape(category: Json) -> ShapeKind | None:
    told = category.get("supercategory") if isinstance(category.get("postil"), Mapping) else None
    return ShapeKind(told) if isinstance(told, str) and told in set(ShapeKind) else None


def _shape_for(category: Json, annotation: Json, kind: str) -> ShapeKind | None:
    if kind != "points":
        return _GROWN.get(kind)
    names = category.get("keypoints") or ()
    if len(annotation["keypoints"]) != 3 * len(names):
        return None
    return ShapeKind.POINT if len(names) == 1 else ShapeKind.SKELETON


def _drawn(category: Json, annotation: Json, thing: ObjectClass) -> SkeletonTemplate:
    """Points and lines as the category names them, standing as in the first annotation; what is unseen there in the middle."""
    flat, names = annotation["keypoints"], category["keypoints"]
    points = [(float(x), float(y)) if v else None for x, y, v in zip(flat[::3], flat[1::3], flat[2::3], strict=True)]
    seen = [p for p in points if p is not None] or [(0.0, 0.0)]
    (left, right), (top, bottom) = ((min(at), max(at)) for at in zip(*seen, strict=True))
    size = max(right - left, bottom - top) / 0.9 or 1.0
    made = template_edit.blank(thing)
    for name, point in zip(names, points, strict=True):
        x, y = point or ((left + right) / 2, (top + bottom) / 2)
        at = 0.5 + (x - (left + right) / 2) / size, 0.5 + (y - (top + bottom) / 2) / size
        made, _index = template_edit.add_point(made, *at, thing.color, str(name))
    for start, end in category.get("skeleton") or ():
        if {start, end} <= set(range(1, len(points) + 1)):
            made = template_edit.connect(made, start - 1, end - 1, thing.color)
    return made
