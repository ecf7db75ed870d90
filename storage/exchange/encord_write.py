"""Label rows as Encord writes them (encord.md 2.3 to 2.11), one row at a time.

What Encord has no key for (layers, the records' uuids, milliseconds, occlusion) is kept under keys named `postil`, which
Encord's loader ignores and `encord_read` uses: our own files come back whole.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from storage.exchange import times
from storage.exchange.encord_geometry import KEYS, to_json
from storage.exchange.features import (
    Features,
    Place,
    frame_count,
    frame_size,
    machine_value,
)
from storage.exchange.losses import Losses
from storage.model.geometry import Bitmask
from storage.model.items import Item
from storage.model.labels import Annotation, Answer, Classification, Instance, LabelDocument, Range
from storage.model.ontology import ObjectClass
from storage.model.ranges import ranges_of, within, without
from storage.model.reads import LabelRowInfo
from storage.model.rules import is_empty, validate_answer
from storage.model.workflow import TaskStatus

Json = dict[str, Any]
PathOf = Callable[[Item], str]

#: What `encord_json` writes, part of every row's `postil`.
VERSION = 1


def unit_hash(data_hash: str, page: int) -> str:
    """The hash of one page of a multi-page picture: always the same for the same unit (docs/decisions/0002)."""
    return str(uuid.uuid5(uuid.UUID(data_hash), str(page)))


class RowWriter:
    """Makes one label row. `classes` are the feature hashes to write; None means all."""

    _timeless = False  # there are no frames: classifications speak of the whole

    def __init__(
        self,
        info: LabelRowInfo,
        features: Features,
        document: LabelDocument,
        losses: Losses,
        classes: frozenset[str] | None,
        path: str,
    ) -> None:
        self._info, self._features, self._document = info, features, document
        self._losses, self._classes, self._path = losses, classes, path
        self._where = info.item.title
        self._frames = frame_count(info.item)
        self._objects: dict[int, list[Json]] = {}
        self._frame_classifications: dict[int, list[Json]] = {}
        self._hashes: dict[str, str] = {}
        self._taken: set[str] = set()
        self.counts = {"objects": 0, "annotations": 0, "classifications": 0}

    def row(self) -> Json:
        info, document = self._info, self._document
        for instance in document.instances.values():
            self._name(instance)
        for classification in document.classifications.values():
            self._name(classification)
        self._add_annotations()
        object_answers: Json = {}
        object_actions: Json = {}
        for instance in document.instances.values():
            if self._wanted(instance.feature_hash):
                self._add_answers(instance, object_answers, object_actions)
        classification_answers = self._classification_answers()
        done = info.status is TaskStatus.COMPLETED
        labelled = bool(self._objects or classification_answers)
        return {
            "label_hash": info.uuid,
            "branch_name": info.branch,
            "created_at": times.write(info.created_at),
            "last_edited_at": times.write(info.edited_at),
            "data_hash": info.data_uuid,
            "dataset_hash": info.dataset_uuid,
            "dataset_title": info.dataset_title,
            "data_title": info.item.title,
            "data_type": self._data_type(),
            "annotation_task_status": "COMPLETED" if done else "QUEUED" if info.status is TaskStatus.NEW else "ASSIGNED",
            "is_shadow_data": False,
            "label_status": "LABELLED" if done else "LABEL_IN_PROGRESS" if labelled else "NOT_LABELLED",
            "data_units": self._units(),
            "object_answers": object_answers,
            "classification_answers": classification_answers,
            "object_actions": object_actions,
            "spaces": {},
            "postil": {
                "version": VERSION,
                "item": info.item.uuid,
                "path": self._path,
                "task": info.task_uuid,
                "stage": info.stage_title,
                "status": str(info.status),
                "created_at": info.created_at,
                "edited_at": info.edited_at,
            },
        }

    # -- what differs between kinds of items (`encord_write_media`)

    def _data_type(self) -> str:
        return "image" if self._frames == 1 else "img_group"

    def _add_annotations(self) -> None:
        for annotation in self._document.annotations.values():
            self._add_annotation(annotation)

    def _frame_of(self, annotation: Annotation) -> int | None:
        return annotation.frame if not annotation.part and 0 <= annotation.frame < self._frames else None

    def _size(self, frame: int) -> tuple[float, float] | None:
        return frame_size(self._info.item, frame)

    def _ranges_of(self, instance: Instance) -> list[Range]:
        """The frames on which Encord will see the object."""
        return ranges_of(a.frame for a in self._document.annotations_of(instance.uuid) if 0 <= a.frame < self._frames)

    def _extra_of(self, instance: Instance) -> Json:
        """More keys for an object's entry in the answers."""
        return {}

    # -- units

    def _units(self) -> Json:
        info, item = self._info, self._info.item
        units: Json = {}
        for frame in range(self._frames):
            single = self._frames == 1
            own = info.data_uuid if single else unit_hash(info.data_uuid, frame)
            width, height = frame_size(item, frame) or (0, 0)
            units[own] = {
                "data_hash": own,
                "data_title": item.title if single else f"{item.title} page {frame + 1}",
                "data_link": self._path,
                "data_type": item.mime or "image/png",
                "data_sequence": 0 if single else str(frame),
                "width": width,
                "height": height,
                "labels": {
                    "objects": self._objects.get(frame, []),
                    "classifications": self._frame_classifications.get(frame, []),
                },
            }
        return units

    # -- objects

    def _wanted(self, feature_hash: str) -> bool:
        return self._classes is None or feature_hash in self._classes

    def _name(self, thing: Instance | Classification) -> None:
        """Every hash once in a row: a merge may have brought the same one twice."""
        name = thing.hash8
        while not name or name in self._taken:
            name = base64.b64encode(hashlib.sha256((thing.uuid + name).encode()).digest()[:6]).decode()
        self._taken.add(name)
        self._hashes[thing.uuid] = name

    def _add_annotation(self, annotation: Annotation) -> None:
        found = self._drawn(annotation)
        if found is None:
            return
        thing, frame, size = found
        self._objects.setdefault(frame, []).append(self._object_entry(thing, annotation, to_json(annotation.geometry, *size)))
        self.counts["annotations"] += 1

    def _drawn(self, annotation: Annotation) -> tuple[ObjectClass, int, tuple[float, float]] | None:
        """Class, frame and its size, for a shape that Encord can hold on a frame; else None, with a loss."""
        instance = self._document.instances.get(annotation.instance)
        if instance is None or not self._wanted(instance.feature_hash):
            return None
        thing = self._features.objects.get(instance.feature_hash)
        what = f"{thing.name} {instance.number}" if thing else f"an object of the class {instance.feature_hash}"
        frame = self._frame_of(annotation)
        size = self._size(frame) if frame is not None else None
        geometry = annotation.geometry
        why = ""
        if thing is None:
            why = "its class is not in the ontology any more"
        elif frame is None:
            why = f"it lies on a frame ({annotation.frame}) that the item does not have"
        elif size is None:
            why = "the size of the picture is not known"
        elif geometry.kind is not thing.shape or geometry.kind not in KEYS:
            why = f"its shape ({geometry.kind.words}) is not the one of its class ({thing.shape.words})"
        elif self._document.annotation_of(instance.uuid, annotation.at) is not annotation:
            why = "Encord allows an object once on a frame"
        if why:
            self._losses.add(what, self._where, why)
            return None
        assert thing is not None
        assert frame is not None
        assert size is not None
        if isinstance(geometry, Bitmask) and _sticks_out(geometry, size):
            self._losses.add(f"{what}: the part of the mask outside of the picture", self._where, "Encord keeps masks inside")
        return thing, frame, size

    def _object_entry(self, thing: ObjectClass, annotation: Annotation, shape: Json) -> Json:
        return {
            "name": thing.name,
            "color": thing.color,
            "shape": str(thing.shape),
            "value": machine_value(thing.name),
            **provenance(annotation),
            "confidence": annotation.confidence,
            "objectHash": self._hashes[annotation.instance],
            "featureHash": thing.feature_hash,
            "manualAnnotation": annotation.manual,
            **shape,
            "postil": row_extra(annotation),
        }

    def _add_answers(self, instance: Instance, answers: Json, actions: Json) -> None:
        thing = self._features.objects.get(instance.feature_hash)
        own = self._hashes[instance.uuid]
        if thing is None:
            self._losses.add(
                f"an object of the class {instance.feature_hash}", self._where, "its class is not in the ontology any more"
            )
            return
        what = f"{thing.name} {instance.number}"
        frames = self._ranges_of(instance)
        if not frames:
            self._losses.add(what, self._where, "it lies on no frame; Encord's loader skips such objects")
        static: list[Json] = []
        moving: list[Answer] = []
        for answer in self._document.answers_of(instance.uuid):
            place = self._usable(answer, instance.feature_hash, what)
            if place is None:
                continue
            if place.attribute.dynamic or (answer.first is not None and place.top.dynamic):
                moving.append(answer)
            elif any(s["featureHash"] == answer.attribute for s in static):
                self._losses.add(
                    f"{what}: a second answer to “{place.attribute.name}”", self._where, "the attribute is not dynamic"
                )
            else:
                static.append(_entry(place, answer) | {"postil": _answer_extra(answer)})
        answers[own] = {
            "objectHash": own,
            "objectNumber": instance.number,
            "classifications": static,
            "postil": {
                "uuid": instance.uuid,
                "featureHash": instance.feature_hash,
                "layer": instance.layer,
                "made": [instance.created_at, instance.created_by, instance.edited_at, instance.edited_by],
            },
        }
        extra = self._extra_of(instance)
        answers[own]["postil"] |= extra.pop("postil", {})
        answers[own] |= extra
        if moving:
            found = self._actions(moving, instance.feature_hash, frames, what)
            if found:
                actions[own] = {"objectHash": own, "actions": found}
        self.counts["objects"] += 1

    def _usable(self, answer: Answer, owner: str, what: str) -> Place | None:
        """The place of an answer's attribute, or None with a loss."""
        if is_empty(answer.value):
            return None
        place = self._features.place(owner, answer.attribute)
        why = "its attribute is not in the ontology any more"
        if place is not None:
            why = validate_answer(place.attribute, answer.value)
        if why:
            name = place.attribute.name if place else answer.attribute
            self._losses.add(f"{what}: the answer to “{name}”", self._where, why)
            return None
        return place

    def _actions(self, moving: list[Answer], owner: str, frames: list[Range], what: str) -> list[Json]:
        """One entry per attribute and value with all its ranges; static answers hold where nothing else is said."""
        entries: dict[tuple[object, ...], Json] = {}
        said: dict[str, list[Range]] = {}
        for answer in sorted(moving, key=lambda a: a.first is None):
            place = self._features.place(owner, answer.attribute)
            assert place is not None
            if answer.first is None:
                ranges = without(frames, said.get(answer.attribute, ()))
                extra: Json = {"uuid": answer.uuid, "whole": True}
                key: tuple[object, ...] = (answer.uuid,)
            else:
                ranges = within([(answer.first, answer.last if answer.last is not None else self._frames - 1)], self._frames)
                extra = {"uuids": []}
                key = (answer.attribute, answer.value, answer.manual)
            if not ranges:
                self._losses.add(
                    f"{what}: an answer to “{place.attribute.name}”", self._where, "it holds on no frame of the object"
                )
                continue
            said.setdefault(answer.attribute, []).extend(ranges)
            entry = entries.get(key)
            if entry is None:
                entry = entries[key] = _entry(place, answer) | {
                    "dynamic": True,
                    "range": [],
                    "shouldPropagate": False,
                    "trackHash": answer.uuid,
                    "postil": extra,
                }
            entry["range"].extend([a, b] for a, b in ranges)
            if answer.first is not None:
                entry["postil"]["uuids"].append(answer.uuid)
        return list(entries.values())

    # -- classifications

    def _classification_answers(self) -> Json:
        made: Json = {}
        said: dict[str, list[Range]] = {}
        for row in self._document.classifications.values():
            if not self._wanted(row.feature_hash):
                continue
            thing = self._features.classifications.get(row.feature_hash)
            if thing is None:
                self._losses.add(
                    f"a classification of the class {row.feature_hash}",
                    self._where,
                    "its class is not in the ontology any more",
                )
                continue
            whole: list[Range] = [(0, self._frames - 1)]
            everywhere = thing.is_global or not row.ranges or self._timeless
            wished = whole if everywhere else within(row.ranges, self._frames)
            ranges = without(wished, said.get(row.feature_hash, ()))
            if ranges != sorted(wished) or not ranges:
                self._losses.add(
                    f"{thing.name}: a second answer", self._where, "Encord allows one per frame and classification"
                )
            if not ranges:
                continue
            said.setdefault(row.feature_hash, []).extend(ranges)
            self._add_classification(made, row, ranges, is_global=thing.is_global or self._timeless)
        return made

    def _add_classification(self, made: Json, row: Classification, ranges: list[Range], *, is_global: bool) -> None:
        own, thing = self._hashes[row.uuid], self._features.classifications[row.feature_hash]
        entries: list[Json] = []
        for answer in self._document.answers_of(row.uuid):
            place = self._usable(answer, row.feature_hash, thing.name)
            if place is not None:
                entries.append(_entry(place, answer) | {"postil": _answer_extra(answer)})
        common = {**provenance(row), "confidence": row.confidence, "manualAnnotation": row.manual}
        made[own] = {
            "classificationHash": own,
            "featureHash": row.feature_hash,
            "classifications": entries,
            "range": [] if is_global else [list(r) for r in ranges],
            "spaces": {},
            "createdBy": row.created_by,
            "lastEditedBy": row.edited_by,
            **common,
            "postil": {"uuid": row.uuid, "ranges": [list(r) for r in row.ranges], **exact_times(row)},
        }
        copy = {
            "classificationHash": own,
            "featureHash": row.feature_hash,
            "name": thing.name,
            "value": machine_value(thing.name),
            **common,
        }
        for first, last in ranges:
            for frame in range(first, last + 1):
                self._frame_classifications.setdefault(frame, []).append(copy)
        self.counts["classifications"] += 1


def _entry(place: Place, answer: Answer) -> Json:
    attribute, value = place.attribute, answer.value
    made: Json = {
        "name": attribute.name,
        "value": machine_value(attribute.name),
        "featureHash": attribute.feature_hash,
        "manualAnnotation": answer.manual,
    }
    if isinstance(value, tuple):
        chosen = [o for h in value if (o := attribute.option(h)) is not None]
        return made | {"answers": [{"name": o.label, "value": o.value, "featureHash": o.feature_hash} for o in chosen]}
    return made | {"answers": value}


def _answer_extra(answer: Answer) -> Json:
    extra: Json = {"uuid": answer.uuid}
    if answer.first is not None:
        extra["range"] = [answer.first, answer.last]
    return extra


def provenance(record: Annotation | Classification) -> Json:
    made: Json = {
        "createdAt": times.write(record.created_at),
        "createdBy": record.created_by,
        "lastEditedAt": times.write(record.edited_at),
    }
    if record.edited_by is not None:
        made["lastEditedBy"] = record.edited_by
    return made


def exact_times(record: Annotation | Classification) -> Json:
    """Milliseconds, where Encord's seconds would lose some."""
    if record.created_at % 1000 or record.edited_at % 1000:
        return {"times": [record.created_at, record.edited_at]}
    return {}


def row_extra(annotation: Annotation) -> Json:
    """What Encord has no key for of a row."""
    return {"uuid": annotation.uuid, **flags(annotation), **exact_times(annotation)}


def flags(annotation: Annotation) -> Json:
    made: Json = {}
    if annotation.pts is not None:
        made["pts"] = annotation.pts
    if not annotation.keyframe:
        made["keyframe"] = False
    if annotation.outside:
        made["outside"] = True
    if annotation.occluded:
        made["occluded"] = True
    return made


def _sticks_out(mask: Bitmask, size: tuple[float, float]) -> bool:
    return mask.x < 0 or mask.y < 0 or mask.x + mask.w > size[0] or mask.y + mask.h > size[1]
