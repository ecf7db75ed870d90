"""COCO, written as a stream. Valid for pycocotools; what COCO has no key for stands under `attributes` and `postil`.

Which frames are images and what they are called: `coco_shots`; ids count from 1. What lies between the key frames of a
track is written out frame by frame. Answers stand in `attributes.classifications` by the names of their questions, as
they are on that frame; answers about a picture in the image's `attributes`. `postil` keeps the records themselves,
and that of `info` the ontology, so that our own files come back whole.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TextIO

from storage.exchange.coco_geometry import exact, to_coco
from storage.exchange.coco_shots import PICTURES, Shots
from storage.exchange.features import Features, labels_of, place_size
from storage.exchange.json_text import dump
from storage.exchange.losses import Losses
from storage.model import interpolation
from storage.model.geometry import Bitmask, Circle, Ellipse, Geometry, RotatedBox, ShapeKind
from storage.model.items import Item, Kind
from storage.model.labels import Annotation, Answer, Classification, Instance, LabelDocument
from storage.model.ontology import Ontology
from storage.model.ontology_codec import to_dict
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
        out.write('{"info":' + dump(_info(description, ontology)))
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
        if item.kind not in PICTURES:
            self._refuse(item, document)
            return
        shots = Shots(info, document, self.counts["images"] + 1, path, self._wanted)
        for frame in shots:
            self._image(info, document, shots, frame)
        row = _Row(shots, document)
        for annotation in document.annotations.values():
            if not annotation.outside:
                self._annotation(row, annotation)
        if shots.moving:
            self._add_between(row)
        for instance in document.instances.values():
            if instance.uuid not in row.seen and self._wanted(instance.feature_hash):
                self.losses.add(self._what(instance), item.title, "nothing of it could be written, its answers neither")

    def _refuse(self, item: Item, document: LabelDocument) -> None:
        if any(True for _ in document.records()):
            place = {Kind.AUDIO: "sound", Kind.TEXT: "text"}.get(item.kind, item.kind.words)
            self.losses.add("all labels", item.title, f"COCO has pictures only, no {place}")

    def _add_between(self, row: _Row) -> None:
        """What is seen between two rows of a track, and no row itself."""
        for instance in row.document.instances.values():
            if not self._wanted(instance.feature_hash):
                continue
            rows = row.document.annotations_of(instance.uuid)
            for before, after in itertools.pairwise(rows):
                if before.outside or not before.keyframe or before.part != after.part:
                    continue
                for frame in range(before.frame + 1, min(after.frame, row.shots.count)):
                    shown = interpolation.present(row.document, instance.uuid, frame, before.part)
                    assert shown is not None
                    made = replace(
                        before, uuid="", frame=frame, geometry=shown.geometry, confidence=shown.confidence, manual=False
                    )
                    self._annotation(row, made)

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

    def _image(self, info: LabelRowInfo, document: LabelDocument, shots: Shots, frame: int) -> None:
        item = info.item
        width, height = shots.size(frame) or (0, 0)
        if not width:
            self.losses.add("the size of the picture", item.title, "it is not known")
        self.counts["images"] += 1
        row: Json = {
            "id": self.counts["images"],
            "file_name": shots.name(frame),
            **shots.title(frame),
            "width": width,
            "height": height,
            "license": 0,
            "coco_url": "",
            "flickr_url": "",
            "date_captured": "",
            "attributes": {},
            "postil": {
                "data_hash": info.data_uuid, "item": item.uuid, "title": item.title, "page": frame, "pages": shots.count,
            },
        }  # fmt: skip
        exactly = place_size(item, frame)
        if exactly and exactly != (width, height):
            row["postil"]["size"] = list(exactly)
        records: list[Json] = []
        for found in document.classifications.values():
            if self._wanted(found.feature_hash):
                self._image_answers(document, found, frame, row["attributes"], item.title)
                if frame == shots.first:
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

    def _annotation(self, row: _Row, annotation: Annotation) -> None:
        """One shape on one image. A shape between key frames has no uuid."""
        instance = row.document.instances.get(annotation.instance)
        if instance is None or not self._wanted(instance.feature_hash):
            return
        placed = self._placed(row, annotation, instance)
        if placed is None:
            return
        first = instance.uuid not in row.seen
        if first:
            row.seen.add(instance.uuid)
            self.counts["objects"] += 1
            row.tracks[instance.uuid] = self.counts["objects"]
        self.counts["annotations"] += 1
        answers = row.document.answers_of(instance.uuid)
        frame = row.shots.frame_of(annotation)
        assert frame is not None
        attributes: Json = {
            "object_hash": instance.hash8,
            "track_id": row.tracks[instance.uuid],
            "encord_track_uuid": instance.hash8,
            "number": instance.number,
            "layer": instance.layer,
            "occluded": annotation.occluded,
            "confidence": annotation.confidence,
            "manual_annotation": annotation.manual,
            "classifications": self._answers(instance.feature_hash, answers, frame),
        }
        if isinstance(annotation.geometry, (RotatedBox, Circle, Ellipse)):
            attributes["rotation"] = annotation.geometry.theta
        record = _annotation_record(annotation) if annotation.uuid else _between_record(annotation)
        if first:
            record |= _object_record(instance, answers, self._hidden(row, instance))
        made = {"id": self.counts["annotations"], **placed, "attributes": attributes, "postil": record}
        self._waiting.write((",\n" if self.counts["annotations"] > 1 else "\n") + dump(made))

    def _placed(self, row: _Row, annotation: Annotation, instance: Instance) -> Json | None:
        """Image, category and shape; None after it was told why there is none."""
        where, frame = row.shots.item.title, row.shots.frame_of(annotation)
        size = row.shots.size(frame) if frame is not None else None
        image = row.shots.id_of(frame) if frame is not None else None
        category = self._categories.get(instance.feature_hash)
        why = ""
        if category is None:
            why = "its class is not in the ontology any more, or lies on no picture"
        elif frame is None or image is None:
            why = f"it lies on a frame ({annotation.frame}) that the item does not have"
        elif size is None:
            why = "the size of the picture is not known"
        placed = to_coco(annotation.geometry, *size) if size and not why else None
        if placed is None:
            self.losses.add(self._what(instance), where, why or f"COCO has no {annotation.geometry.kind.words}")
            return None
        assert size is not None
        self._mask_losses(annotation, instance, size, where)
        return {"image_id": image, "category_id": category, **placed}

    def _hidden(self, row: _Row, instance: Instance) -> list[Json]:
        """Rows that hide the object: for COCO it is simply not there."""
        made: list[Json] = []
        for annotation in row.document.annotations_of(instance.uuid):
            frame = row.shots.frame_of(annotation) if annotation.outside else None
            size = row.shots.size(frame) if frame is not None else None
            placed = to_coco(annotation.geometry, *size) if size else None
            if placed is not None:
                told = {"occluded": annotation.occluded, "confidence": annotation.confidence, "manual": annotation.manual}
                made.append({"frame": frame, **placed, **told, "postil": _annotation_record(annotation)})
        return made

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


def _info(description: str, ontology: Ontology) -> Json:
    return {
        "description": description,
        "url": "",
        "version": "1.0",
        "year": 0,
        "contributor": "",
        "date_created": "",
        "postil": {"version": VERSION, "ontology": to_dict(ontology)},
    }


# -- our own records ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Row:
    """A label row being written."""

    shots: Shots
    document: LabelDocument
    seen: set[str] = field(default_factory=set)  # instances of which something is written
    tracks: dict[str, int] = field(default_factory=dict)  # instance: its number in the file


def _annotation_record(annotation: Annotation) -> Json:
    made: Json = {
        "uuid": annotation.uuid,
        "instance": annotation.instance,
        "made": [annotation.created_at, annotation.created_by, annotation.edited_at, annotation.edited_by],
    }
    _exactly(made, annotation.geometry)
    if annotation.part:
        made["part"] = annotation.part
    if annotation.pts is not None:
        made["pts"] = annotation.pts
    if not annotation.keyframe:
        made["keyframe"] = False
    if annotation.outside:
        made["outside"] = True
    return made


def _between_record(annotation: Annotation) -> Json:
    made: Json = {"interpolated": True, "instance": annotation.instance}
    _exactly(made, annotation.geometry)
    return made


def _exactly(record: Json, geometry: Geometry) -> None:
    if (shape := exact(geometry)) is not None:
        record["shape"] = shape


def _object_record(instance: Instance, answers: list[Answer], hidden: list[Json]) -> Json:
    """Stands with the object's first annotation only."""
    made: Json = {
        "object": {
            "hash8": instance.hash8,
            "number": instance.number,
            "layer": instance.layer,
            "made": [instance.created_at, instance.created_by, instance.edited_at, instance.edited_by],
        },
        "answers": [_answer_record(a) for a in answers],
    }
    if hidden:
        made["hidden"] = hidden
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
