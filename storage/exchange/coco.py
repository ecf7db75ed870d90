"""COCO, written as a stream. Valid for pycocotools; what COCO has no key for stands under `attributes` and `postil`.

Every picture is an image, labelled or not, pages of a TIFF one each; ids count from 1. Answers stand in
`attributes.classifications` by the names of their questions, as they are on that frame; answers about a picture in the
image's `attributes`. `postil` keeps the records themselves, so that our own files come back whole.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from typing import Any, TextIO

from storage.exchange.coco_geometry import exact, to_coco
from storage.exchange.features import Features, frame_count, frame_size, labels_of
from storage.exchange.json_text import dump
from storage.exchange.losses import Losses
from storage.model.geometry import Bitmask, Circle, Ellipse, RotatedBox, ShapeKind
from storage.model.items import Item, Kind
from storage.model.labels import Annotation, Answer, Classification, Instance, LabelDocument
from storage.model.ontology import Ontology
from storage.model.reads import LabelRowInfo

Json = dict[str, Any]
VERSION = 1

#: Shapes that get a category: all that lie on a picture.
HELD = frozenset(ShapeKind) - {ShapeKind.AUDIO, ShapeKind.TEXT, ShapeKind.TIME_RANGE, ShapeKind.CUBOID, ShapeKind.SEGMENTATION}


class CocoWriter:
    """`add` rows, then `close`. Annotations wait in a temporary file until all images are written."""

    def __init__(
        self,
        out: TextIO,
        ontology: Ontology,
        *,
        classes: frozenset[str] | None = None,
        path_of: Callable[[Item], str] | None = None,
        losses: Losses | None = None,
        description: str = "",
    ) -> None:
        self._out, self._classes = out, classes
        self._features = Features(ontology)
        self._path_of = path_of or (lambda item: item.title)
        self.losses = losses if losses is not None else Losses()  # an empty one is false
        self.counts = {"images": 0, "objects": 0, "annotations": 0, "classifications": 0}
        self._categories = {o.feature_hash: i for i, o in enumerate((o for o in ontology.objects if o.shape in HELD), 1)}
        self._waiting = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed by `close`
        out.write('{"info":' + dump(_info(description)))
        out.write(',\n"licenses":[],\n"categories":' + dump(self._category_list()) + ',\n"images":[')

    def _category_list(self) -> list[Json]:
        made: list[Json] = []
        for own, number in self._categories.items():
            thing = self._features.objects[own]
            row: Json = {"id": number, "name": thing.name, "supercategory": str(thing.shape), "postil": {"featureHash": own}}
            template = self._features.ontology.template(own)
            if thing.shape is ShapeKind.POINT:
                row |= {"keypoints": ["point"], "skeleton": []}
            elif thing.shape is ShapeKind.SKELETON:
                joints = template.points if template else ()
                edges = template.edges if template else ()
                row |= {"keypoints": [p.name for p in joints], "skeleton": [[a + 1, b + 1] for a, b, _ in edges]}
            made.append(row)
        return made

    def add(self, info: LabelRowInfo, document: LabelDocument) -> None:
        item, path = info.item, self._path_of(info.item)
        if item.kind is not Kind.IMAGE:
            if any(True for _ in document.records()):
                self.losses.add("all labels", item.title, f"this version exports no labels of the kind {item.kind}")
            return
        frames = frame_count(item)
        first = self.counts["images"] + 1
        for frame in range(frames):
            self._image(info, document, frame, frames, path)
        seen: set[str] = set()
        for annotation in document.annotations.values():
            self._annotation(info, document, annotation, first, frames, seen)
        for instance in document.instances.values():
            if instance.uuid not in seen and self._wanted(instance.feature_hash):
                self.losses.add(self._what(instance), item.title, "nothing of it could be written, its answers neither")

    def close(self) -> dict[str, int]:
        self._out.write('\n],\n"annotations":[')
        self._waiting.seek(0)
        shutil.copyfileobj(self._waiting, self._out, 1 << 20)
        self._waiting.close()
        self._out.write("\n]}\n")
        return self.counts

    def abandon(self) -> None:
        """Give the temporary file back without finishing."""
        self._waiting.close()

    def _wanted(self, feature_hash: str) -> bool:
        return self._classes is None or feature_hash in self._classes

    def _what(self, instance: Instance) -> str:
        thing = self._features.objects.get(instance.feature_hash)
        return f"{thing.name} {instance.number}" if thing else f"an object of the class {instance.feature_hash}"

    # -- images

    def _image(self, info: LabelRowInfo, document: LabelDocument, frame: int, frames: int, path: str) -> None:
        item = info.item
        width, height = frame_size(item, frame) or (0, 0)
        if not width:
            self.losses.add("the size of the picture", item.title, "it is not known")
        self.counts["images"] += 1
        row: Json = {
            "id": self.counts["images"],
            "file_name": page_name(path, frame, frames),
            "width": width,
            "height": height,
            "license": 0,
            "coco_url": "",
            "flickr_url": "",
            "date_captured": "",
            "attributes": {},
            "postil": {"data_hash": info.data_uuid, "item": item.uuid, "title": item.title, "page": frame, "pages": frames},
        }
        records: list[Json] = []
        for found in document.classifications.values():
            if self._wanted(found.feature_hash):
                self._image_answers(document, found, frame, row["attributes"], item.title)
                if frame == 0:
                    records.append(_classification_record(found, document.answers_of(found.uuid)))
        if records:
            row["postil"]["classifications"] = records
            self.counts["classifications"] += len(records)
        self._out.write((",\n" if self.counts["images"] > 1 else "\n") + dump(row))

    def _image_answers(self, document: LabelDocument, found: Classification, frame: int, attributes: Json, where: str) -> None:
        thing = self._features.classifications.get(found.feature_hash)
        if thing is None:
            self.losses.add(
                f"a classification of the class {found.feature_hash}", where, "its class is not in the ontology any more"
            )
        elif not found.ranges or any(a <= frame <= b for a, b in found.ranges):
            attributes.update(self._answers(found.feature_hash, document.answers_of(found.uuid), frame))

    # -- annotations

    def _annotation(
        self, info: LabelRowInfo, document: LabelDocument, annotation: Annotation, first: int, frames: int, seen: set[str]
    ) -> None:
        instance = document.instances.get(annotation.instance)
        if instance is None or not self._wanted(instance.feature_hash):
            return
        size = frame_size(info.item, annotation.frame)
        category = self._categories.get(instance.feature_hash)
        why = ""
        if category is None:
            why = "its class is not in the ontology any more, or lies on no picture"
        elif annotation.part or not 0 <= annotation.frame < frames:
            why = f"it lies on a frame ({annotation.frame}) that the item does not have"
        elif size is None:
            why = "the size of the picture is not known"
        placed = to_coco(annotation.geometry, *size) if size and not why else None
        if placed is None:
            self.losses.add(self._what(instance), info.item.title, why or f"COCO has no {annotation.geometry.kind}")
            return
        assert size is not None
        self._mask_losses(annotation, instance, size, info.item.title)
        if instance.uuid not in seen:
            self.counts["objects"] += 1
        self.counts["annotations"] += 1
        answers = document.answers_of(instance.uuid)
        attributes: Json = {
            "object_hash": instance.hash8,
            "number": instance.number,
            "layer": instance.layer,
            "occluded": annotation.occluded,
            "confidence": annotation.confidence,
            "manual_annotation": annotation.manual,
            "classifications": self._answers(instance.feature_hash, answers, annotation.frame),
        }
        if isinstance(annotation.geometry, (RotatedBox, Circle, Ellipse)):
            attributes["rotation"] = annotation.geometry.theta
        row: Json = {
            "id": self.counts["annotations"],
            "image_id": first + annotation.frame,
            "category_id": category,
            **placed,
            "attributes": attributes,
            "postil": _annotation_record(annotation, instance, answers if instance.uuid not in seen else None),
        }
        seen.add(instance.uuid)
        self._waiting.write((",\n" if self.counts["annotations"] > 1 else "\n") + dump(row))

    def _mask_losses(self, annotation: Annotation, instance: Instance, size: tuple[int, int], where: str) -> None:
        mask = annotation.geometry
        if isinstance(mask, Bitmask) and (mask.x < 0 or mask.y < 0 or mask.x + mask.w > size[0] or mask.y + mask.h > size[1]):
            self.losses.add(
                f"{self._what(instance)}: the part of the mask outside of the picture", where, "COCO keeps masks inside"
            )

    def _answers(self, owner: str, answers: Iterable[Answer], frame: int) -> Json:
        """By the names of the questions, as they are on a frame: what is said of the frame stands over what is said of all."""
        here: dict[str, Answer] = {}
        for answer in answers:
            if answer.first is None:
                here.setdefault(answer.attribute, answer)
            elif answer.first <= frame and (answer.last is None or frame <= answer.last):
                here[answer.attribute] = answer
        made: Json = {}
        for own, place in self._features.places(owner).items():
            if (found := here.get(own)) is None:
                continue
            name = place.attribute.name
            if name in made and place.parent is not None:  # a nested question named like another one
                name = f"{place.parent.name} / {name}"
            made[name] = _plain(place.attribute.type == "checklist", labels_of(place.attribute, found.value), found.value)
        return made


def _plain(is_list: bool, labels: list[str], value: object) -> object:
    if not isinstance(value, tuple):
        return value
    return labels if is_list else labels[0] if labels else None


def page_name(path: str, page: int, pages: int) -> str:
    """`scan.tif#page=2`: the second page of a picture with several."""
    return path if pages == 1 else f"{path}#page={page + 1}"


def _info(description: str) -> Json:
    return {
        "description": description,
        "url": "",
        "version": "1.0",
        "year": 0,
        "contributor": "",
        "date_created": "",
        "postil": {"version": VERSION},
    }


# -- our own records ----------------------------------------------------------------------------------------------


def _annotation_record(annotation: Annotation, instance: Instance, answers: list[Answer] | None) -> Json:
    """`answers` and the object's own record stand with its first annotation only."""
    made: Json = {
        "uuid": annotation.uuid,
        "instance": instance.uuid,
        "made": [annotation.created_at, annotation.created_by, annotation.edited_at, annotation.edited_by],
    }
    if (shape := exact(annotation.geometry)) is not None:
        made["shape"] = shape
    if annotation.pts is not None:
        made["pts"] = annotation.pts
    if not annotation.keyframe:
        made["keyframe"] = False
    if annotation.outside:
        made["outside"] = True
    if answers is not None:
        made["object"] = {
            "hash8": instance.hash8,
            "number": instance.number,
            "layer": instance.layer,
            "made": [instance.created_at, instance.created_by, instance.edited_at, instance.edited_by],
        }
        made["answers"] = [_answer_record(a) for a in answers]
    return made


def _answer_record(a: Answer) -> Json:
    value = list(a.value) if isinstance(a.value, tuple) else a.value
    return {"uuid": a.uuid, "attribute": a.attribute, "value": value, "first": a.first, "last": a.last, "manual": a.manual}


def _classification_record(c: Classification, answers: list[Answer]) -> Json:
    return {
        "uuid": c.uuid,
        "hash8": c.hash8,
        "featureHash": c.feature_hash,
        "ranges": [list(r) for r in c.ranges],
        "confidence": c.confidence,
        "manual": c.manual,
        "made": [c.created_at, c.created_by, c.edited_at, c.edited_by],
        "answers": [_answer_record(a) for a in answers],
    }
