"""Which class of the ontology a COCO category means: that of its name, and among several the one whose shape fits best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.exchange.coco_file import CocoFile
from storage.exchange.features import Features
from storage.model.geometry import ShapeKind
from storage.model.ontology import ObjectClass

Json = Mapping[str, Any]

#: Which shapes can be made of what an annotation holds, best first.
_FITS = {
    "mask": (ShapeKind.BITMASK, ShapeKind.POLYGON, ShapeKind.BOX, ShapeKind.ROTATED_BOX),
    "rings": (ShapeKind.POLYGON, ShapeKind.BITMASK, ShapeKind.ROTATED_BOX, ShapeKind.BOX, ShapeKind.POLYLINE),
    "points": (ShapeKind.SKELETON, ShapeKind.POINT, ShapeKind.BOX),
    "box": (ShapeKind.BOX, ShapeKind.ROTATED_BOX, ShapeKind.POLYGON),
    "": (),
}


#: What becomes of annotations whose category the ontology does not have, where classes may be made. A skeleton needs a template.
_GROWN = {"mask": ShapeKind.BITMASK, "rings": ShapeKind.POLYGON, "box": ShapeKind.BOX}


class Categories:
    """Which classes a category may go to."""

    def __init__(self, data: CocoFile, features: Features) -> None:
        self._features, self._grows = features, dict[Any, str]()
        self._by_id: dict[Any, list[ObjectClass]] = {}
        self.unmatched: list[str] = []
        for own, row in data.categories.items():
            found = self._find(row, features)
            self._by_id[own] = found
            if not found and features.growing:
                self._grows[own] = str(row.get("name", own))
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
        told = annotation.get("postil")
        if len(found) == 1 and isinstance(told, Mapping) and "instance" in told:
            return found[0]
        fits = _FITS[kind]
        if own in self._grows and kind in _GROWN and not any(o.shape in fits[:2] for o in found):
            made = self._features.grow(self._grows[own], _GROWN[kind])
            found += [made] if made is not None else []
        ranked = sorted((o for o in found if o.shape in fits), key=lambda o: fits.index(o.shape))
        return ranked[0] if ranked else None

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
