"""Label rows of Encord into a label document: our own files, what the SDK writes, and exports of the web platform.

A row is merged into what is there: records are recognised by their hashes, what the row does not mention is kept, and so
is what Encord's SDK loses on its own write (encord.md 2.10). What cannot be read is a loss, never an exception;
only a row that is no label row at all is `BadInput`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from storage.errors import BadInput
from storage.exchange import times
from storage.exchange.closeness import same_geometry
from storage.exchange.encord_answers import AnswerReader
from storage.exchange.encord_geometry import KEYS, from_json
from storage.exchange.features import Features, frame_count, frame_size
from storage.exchange.losses import Losses
from storage.ids import is_uuid, new_uuid, uuid_here
from storage.model.geometry import Geometry, ShapeKind
from storage.model.items import Item
from storage.model.labels import Annotation, Classification, FrameKey, Instance, LabelDocument, Range
from storage.model.ontology import ClassificationClass, ObjectClass

Json = Mapping[str, Any]


def check_row(row: Any) -> Json:
    """The row, if it is one. Raises BadInput."""
    if not isinstance(row, Mapping):
        raise BadInput("This is no label row: an object in braces is expected.", remedy="Give an Encord JSON export.")
    for key in ("data_hash", "data_units", "object_answers", "classification_answers"):
        if key not in row:
            raise BadInput(
                f"This is no Encord label row: it has no “{key}”.",
                remedy="Give a JSON export of labels, not of something else.",
            )
    if not isinstance(row["data_units"], Mapping):
        raise BadInput("“data_units” of a label row must be an object.", input="data_units")
    return row


def read_row(row: Json, item: Item, features: Features, present: LabelDocument, losses: Losses) -> LabelDocument:
    """A new document: `present` with the row merged into it."""
    return RowReader(check_row(row), item, features, present, losses).read()


def copy_of(document: LabelDocument) -> LabelDocument:
    made = LabelDocument(document.uuid)
    for record in document.records():
        made.put(record)
    return made


def object_called(document: LabelDocument, uuid: str) -> Instance | None:
    """The one that a file of ours calls so; in another project than the file's it bears a uuid of its own."""
    known = document.instances.get(uuid)
    if known is None and is_uuid(uuid) and document.uuid:
        known = document.instances.get(uuid_here(document.uuid, uuid))
    return known


class RowReader:
    """Reads rows of pictures; `encord_read_media` reads the other kinds."""

    def __init__(self, row: Json, item: Item, features: Features, present: LabelDocument, losses: Losses) -> None:
        self._row, self._item, self._features = row, item, features
        self._present, self._losses = present, losses
        self._made = copy_of(present)
        self._where = item.title
        self._frames = frame_count(item)
        self._instances = {i.hash8: i for i in present.instances.values()}
        for own, told in as_table(row.get("object_answers")).items():  # what came from DICOM has another hash
            known = object_called(present, str(as_table(as_table(told).get("postil")).get("uuid") or ""))
            if known is not None and own not in self._instances:
                self._instances[own] = known
        self._rows = {c.hash8: c for c in present.classifications.values()}
        self._numbers: dict[str, int] = {}
        self._copies: dict[str, list[tuple[int, Json]]] | None = None
        self._answers = AnswerReader(features, self._made, losses, self._where, self._frames)

    def read(self) -> LabelDocument:
        for frame, labels in self._frame_labels():
            seen: set[str] = set()
            for entry in as_list(labels.get("objects")):
                self._object(as_table(entry), frame, seen)
        self._settle()
        for own, entry in as_table(self._row.get("object_answers")).items():
            self._object_answers(str(own), entry)
        for own, entry in as_table(self._row.get("classification_answers")).items():
            self._classification(str(own), entry)
        if self._row.get("spaces"):
            self._losses.add("labels on the tiles of a data group", self._where, "this version reads labels of pictures only")
        return self._made

    # -- what differs between kinds of items

    def _settle(self) -> None:
        """All shapes of the frames have been read."""

    def _size(self, frame: int) -> tuple[float, float] | None:
        return frame_size(self._item, frame)

    def _at(self, entry: Json, frame: int) -> FrameKey:
        return ("", frame)

    def _frame_labels(self) -> Iterator[tuple[int, Json]]:
        """Frame number and labels. Flat in units of images, by frame elsewhere."""
        for unit in self._row["data_units"].values():
            labels = as_table(as_table(unit).get("labels"))
            if "objects" in labels or "classifications" in labels or not labels:
                yield as_int(unit.get("data_sequence")), labels
            else:
                for frame, below in labels.items():
                    yield as_int(frame), as_table(below)

    # -- objects

    def _object(self, entry: Json, frame: int, seen: set[str]) -> None:
        own = str(entry.get("objectHash") or "")
        thing = self._class_of(entry)
        name = str(entry.get("name") or (thing.name if thing else own))
        size = self._size(frame)
        why = ""
        if thing is None:
            why = "the project's ontology has no such class"
        elif not own:
            why = "it has no objectHash"
        elif own in seen:
            why = "it is there twice on one frame"
        elif not 0 <= frame < self._frames:
            why = f"it lies on frame {frame}; the item has {self._frames}"
        elif size is None:
            why = "the size of the picture is not known"
        if why:
            self._losses.add(name, self._where, why)
            return
        assert thing is not None
        assert size is not None
        try:
            geometry = from_json(_shape_of(entry, thing), entry, *size)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError) as error:
            said = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
            self._losses.add(f"{name} on frame {frame}", self._where, f"its shape cannot be read: {said}")
            return
        if geometry.kind is not thing.shape:
            why = f"its shape ({geometry.kind.words}) is not the one of its class ({thing.shape.words})"
            self._losses.add(name, self._where, why)
            return
        seen.add(own)
        self._put_annotation(self._instance(own, thing, entry), geometry, frame, entry, size)

    def _class_of(self, entry: Json) -> ObjectClass | None:
        return self._features.objects.get(str(entry.get("featureHash")))

    def _instance(self, own: str, thing: ObjectClass, entry: Json) -> Instance:
        """The instance of a hash, made when it is new."""
        known = self._instances.get(own)
        if known is not None:
            if known.feature_hash != thing.feature_hash:
                known = self._instances[own] = replace(
                    known, feature_hash=thing.feature_hash, number=self._number(own, thing.feature_hash)
                )
                self._made.put(known)
            return known
        told = as_table(as_table(as_table(self._row.get("object_answers")).get(own)).get("postil"))
        made = Instance(
            free_uuid(told.get("uuid"), self._made.instances),
            own,
            thing.feature_hash,
            self._number(own, thing.feature_hash),
            as_int(told.get("layer")),
            **_made_by(entry),
        )
        if isinstance(told.get("made"), list) and len(told["made"]) == 4:
            created_at, created_by, edited_at, edited_by = told["made"]
            made = replace(
                made, created_at=as_int(created_at), created_by=created_by, edited_at=as_int(edited_at), edited_by=edited_by
            )
        self._instances[own] = made
        self._made.put(made)
        return made

    def _number(self, own: str, feature_hash: str) -> int:
        """The number that the row tells, else the next free one."""
        told = as_table(as_table(self._row.get("object_answers")).get(own)).get("objectNumber")
        if isinstance(told, int) and not isinstance(told, bool) and told > 0:
            return told
        number = self._numbers.get(feature_hash) or self._made.next_number(feature_hash)
        self._numbers[feature_hash] = number + 1
        return number

    def _put_annotation(
        self, instance: Instance, geometry: Geometry, frame: int, entry: Json, size: tuple[float, float]
    ) -> None:
        told = as_table(entry.get("postil"))
        at = self._at(entry, frame)
        present = self._made.annotation_of(instance.uuid, at)
        uuid = present.uuid if present else free_uuid(told.get("uuid"), self._made.annotations)
        made = replace(
            present or Annotation(uuid, instance.uuid, geometry, at[1], at[0]),
            geometry=geometry,
            confidence=as_float(entry.get("confidence"), 1.0),
            manual=bool(entry.get("manualAnnotation", True)),
            **provenance_of(entry, present),
            **flags_of(told),
        )
        if present is not None and same_geometry(present.geometry, geometry, size):
            made = replace(made, geometry=present.geometry)
        self._made.put(made)

    def _object_answers(self, own: str, entry: Any) -> None:
        entry = as_table(entry)
        instance = self._instances.get(own)
        told = as_table(entry.get("postil"))
        if instance is None and (thing := self._features.objects.get(str(told.get("featureHash")))):
            instance = self._instance(own, thing, {})  # an object of ours that lies on no frame
        actions = as_list(as_table(as_table(self._row.get("object_actions")).get(own)).get("actions"))
        if instance is None:
            if entry.get("classifications") or actions:
                self._losses.add(f"answers of the object {own}", self._where, "the object is on no frame of this item")
            return
        frames = [a.frame for a in self._made.annotations_of(instance.uuid)]
        what = f"{self._features.objects[instance.feature_hash].name} {instance.number}"
        entries = as_list(entry.get("classifications"))
        self._answers.read(instance.uuid, instance.feature_hash, entries, actions, frames=frames, what=what)

    # -- classifications

    def _classification(self, own: str, entry: Any) -> None:
        entry = as_table(entry)
        copies = self._frame_copies().get(own, [])
        feature_hash = str(entry.get("featureHash") or (copies[0][1].get("featureHash") if copies else ""))
        thing = self._features.classifications.get(feature_hash)
        if thing is None:
            name = str(copies[0][1].get("name")) if copies else own
            self._losses.add(f"classification {name}", self._where, "the project's ontology has no such class")
            return
        ranges = self._ranges(entry, thing, [f for f, _ in copies])
        if ranges is None:
            self._losses.add(f"classification {thing.name}", self._where, "it holds on no frame of this item")
            return
        told = as_table(entry.get("postil"))
        source = entry if "createdAt" in entry else copies[0][1] if copies else entry
        known = self._rows.get(own) or self._same_question(thing, ranges)
        made = replace(
            known or Classification(free_uuid(told.get("uuid"), self._made.classifications), own, feature_hash),
            feature_hash=feature_hash,
            ranges=ranges,
            confidence=as_float(source.get("confidence"), 1.0),
            manual=bool(source.get("manualAnnotation", True)),
            **provenance_of({"postil": told, **source}, known),
        )
        self._rows[own] = made
        self._made.put(made)
        self._answers.read(made.uuid, feature_hash, as_list(entry.get("classifications")), [], frames=[], what=thing.name)

    def _frame_copies(self) -> dict[str, list[tuple[int, Json]]]:
        """What the frames say of classifications, by hash: older rows say it only there."""
        if self._copies is None:
            self._copies = {}
            for frame, labels in self._frame_labels():
                for entry in map(as_table, as_list(labels.get("classifications"))):
                    self._copies.setdefault(str(entry.get("classificationHash")), []).append((frame, entry))
        return self._copies

    def _ranges(self, entry: Json, thing: ClassificationClass, frames: list[int]) -> tuple[Range, ...] | None:
        """None when it holds on no frame that exists."""
        told = as_table(entry.get("postil")).get("ranges")
        if isinstance(told, list):
            return tuple((int(a), int(b)) for a, b in told)
        if thing.is_global:
            return ()
        ranges = [(as_int(r[0]), as_int(r[1])) for r in as_list(entry.get("range"))] or [(f, f) for f in sorted(set(frames))]
        kept = tuple((max(0, a), min(b, self._frames - 1)) for a, b in ranges if a < self._frames and b >= 0)
        return kept or None

    def _same_question(self, thing: ClassificationClass, ranges: tuple[Range, ...]) -> Classification | None:
        """A classification of the same class that is there already on some of these frames: one answers, not two."""
        for row in self._present.classifications.values():
            if row.feature_hash == thing.feature_hash and (
                not row.ranges or not ranges or any(a <= d and c <= b for a, b in row.ranges for c, d in ranges)
            ):
                return self._made.classifications.get(row.uuid)
        return None


def _shape_of(entry: Json, thing: ObjectClass) -> ShapeKind:
    """What the entry really holds: the class may have another shape by now."""
    key = KEYS.get(thing.shape)
    if key in entry or (thing.shape is ShapeKind.POLYGON and "polygons" in entry):
        return thing.shape
    return next((shape for shape, k in KEYS.items() if k in entry), thing.shape)


def free_uuid(told: Any, taken: Mapping[str, object]) -> str:
    """A uuid from a file of ours, if it is one and free here; else a new one."""
    from uuid import UUID

    if isinstance(told, str) and told not in taken:
        try:
            return str(UUID(told))
        except ValueError:
            pass
    return new_uuid()


def _made_by(entry: Json) -> dict[str, Any]:
    made = provenance_of(entry, None)
    return {k: made[k] for k in ("created_at", "created_by", "edited_at", "edited_by")}


def provenance_of(entry: Json, present: Annotation | Classification | None) -> dict[str, Any]:
    """Who made and changed it, and when (ms UTC): Encord knows seconds, our own entry or the row that is there knows the rest."""
    created, edited = _time(entry.get("createdAt")), _time(entry.get("lastEditedAt"))
    exact = as_table(entry.get("postil")).get("times")
    if isinstance(exact, list) and len(exact) == 2:
        created, edited = _refined(created, as_int(exact[0])), _refined(edited, as_int(exact[1]))
    elif present is not None:
        created, edited = _refined(created, present.created_at), _refined(edited, present.edited_at)
    return {
        "created_at": created,
        "created_by": entry.get("createdBy"),
        "edited_at": edited,
        "edited_by": entry.get("lastEditedBy"),
    }


def flags_of(told: Json) -> dict[str, Any]:
    """What `encord_write.flags` wrote; nothing where the row is not one of ours."""
    if not told:
        return {}
    return {
        "pts": told.get("pts"),
        "keyframe": bool(told.get("keyframe", True)),
        "outside": bool(told.get("outside")),
        "occluded": bool(told.get("occluded")),
    }


def _refined(seconds: int, exact: int) -> int:
    """The exact time if it is the same second: Encord's SDK writes no fractions."""
    return exact if exact // 1000 * 1000 == seconds else seconds


def _time(text: Any) -> int:
    try:
        return times.read(text) if isinstance(text, str) else 0
    except ValueError:
        return 0


def as_table(value: Any) -> Json:
    return value if isinstance(value, Mapping) else {}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def as_int(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def as_float(value: Any, default: float) -> float:
    return default if isinstance(value, bool) or not isinstance(value, (int, float)) else float(value)
