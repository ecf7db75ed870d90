"""Encord's label rows of videos, sequences, groups, PDFs, audio and text into a label document.

Encord writes every frame of an object; here only key frames are rows. What lies between them comes back as what it was:
an entry that our own export marked, or that another program made of one and whose shape is still the interpolated one,
makes no row. Rows of strangers all stay rows, and nothing is made up in the gaps between them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from storage.exchange.closeness import same_geometry
from storage.exchange.encord_geometry import from_json
from storage.exchange.encord_read import (
    Json,
    RowReader,
    as_float,
    as_int,
    as_list,
    as_table,
    check_row,
    flags_of,
    free_uuid,
    provenance_of,
)
from storage.exchange.features import Features, place_size
from storage.exchange.losses import Losses
from storage.media.dicom_index import FrameIndex
from storage.model.geometry import AudioRanges, Geometry, HtmlPlace, HtmlRanges, ShapeKind, TextRanges
from storage.model.interpolation import present as shown_at
from storage.model.items import MOVING, VOLUMES, Item, Kind
from storage.model.labels import Annotation, FrameKey, Instance, LabelDocument, Range
from storage.model.ontology import ClassificationClass, ObjectClass

#: How often what was left out is compared again after rows were added for what differed.
_ROUNDS = 4
_MISREAD = (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError)


def read_row(
    row: Json,
    item: Item,
    features: Features,
    present: LabelDocument,
    losses: Losses,
    *,
    index: FrameIndex | None = None,
) -> LabelDocument:
    """A new document: `present` with the row merged into it. `index`: of a DICOM series, where its instances lie."""
    if item.kind in VOLUMES:
        from storage.exchange.encord_volumes import VolumeReader

        return VolumeReader(check_row(row), item, features, present, losses, index).read()
    reader = RowReader
    if item.kind in MOVING:
        reader = MovingReader
    elif item.kind in (Kind.IMAGE_GROUP, Kind.PDF):
        reader = PlacesReader
    elif item.kind in (Kind.AUDIO, Kind.TEXT):
        reader = RangesReader
    return reader(check_row(row), item, features, present, losses).read()


class PlacesReader(RowReader):
    """Groups, whose members have sizes of their own, and pages of documents."""

    def _size(self, frame: int) -> tuple[float, float] | None:
        return place_size(self._item, frame)

    def _at(self, entry: Json, frame: int) -> FrameKey:
        part = as_table(entry.get("postil")).get("part")
        members = as_list(self._item.facts.get("members"))
        return (part, 0) if isinstance(part, str) and part in [m.get("uuid") for m in members] else ("", frame)


class MovingReader(RowReader):
    """Videos and image sequences."""

    def __init__(self, row: Json, item: Item, features: Features, present: LabelDocument, losses: Losses) -> None:
        super().__init__(row, item, features, present, losses)
        self._between: list[tuple[int, Json]] = []
        self._in_file: dict[str, set[int]] = {}
        self._ours: set[str] = set()  # uuids of rows that come with what we said of them

    def _object(self, entry: Json, frame: int, seen: set[str]) -> None:
        own = str(entry.get("objectHash") or "")
        self._in_file.setdefault(own, set()).add(frame)
        self._ours.add(str(as_table(entry.get("postil")).get("uuid")))
        if self._may_be_between(own, entry, frame) and own not in seen:
            seen.add(own)
            self._between.append((frame, entry))
        else:
            super()._object(entry, frame, seen)

    def _may_be_between(self, own: str, entry: Json, frame: int) -> bool:
        """Marked by us; or ours with the mark rubbed off."""
        told = as_table(entry.get("postil"))
        if told:
            return bool(told.get("interpolated"))
        known = self._instances.get(own)
        if known is None or entry.get("manualAnnotation", True) or known.uuid not in self._present.instances:
            return False
        shown = shown_at(self._present, known.uuid, frame)
        return shown is not None and shown.row is None and not shown.outside

    def _settle(self) -> None:
        for own, entry in as_table(self._row.get("object_answers")).items():
            for row in map(as_table, as_list(as_table(as_table(entry).get("postil")).get("outside"))):
                super()._object(row, as_int(row.get("frame")), set())
                self._ours.add(str(as_table(row.get("postil")).get("uuid")))
            if own in self._in_file:
                self._stand_alone(own)
        left = sorted(self._between, key=lambda e: e[0])
        for _ in range(_ROUNDS):
            differing = [e for e in left if not self._is_shown(*e)]
            if not differing:
                return
            for frame, entry in differing:
                super()._object({k: v for k, v in entry.items() if k != "postil"}, frame, set())
            gone = {id(e) for e in differing}
            left = [e for e in left if id(e) not in gone]
        for frame, entry in left:
            if not self._is_shown(frame, entry):
                super()._object({k: v for k, v in entry.items() if k != "postil"}, frame, set())

    def _is_shown(self, frame: int, entry: Json) -> bool:
        """Whether the document shows this entry's shape on its frame without a row."""
        instance = self._instances.get(str(entry.get("objectHash") or ""))
        size = self._size(frame)
        thing = self._class_of(entry)
        if instance is None or size is None or thing is None:
            return False
        shown = shown_at(self._made, instance.uuid, frame)
        if shown is None or shown.outside or shown.row is not None:
            return False
        try:
            return same_geometry(shown.geometry, from_json(thing.shape, entry, *size), size)
        except _MISREAD:
            return False

    def _stand_alone(self, own: str) -> None:
        """New rows of strangers do not run on over frames on which the file does not show the object."""
        instance = self._instances.get(own)
        if instance is None:
            return
        rows = self._made.annotations_of(instance.uuid)
        for row, after in itertools.pairwise(rows):
            gap = range(row.frame + 1, after.frame)
            new = row.uuid not in self._present.annotations and row.uuid not in self._ours
            if new and row.keyframe and gap and not all(f in self._in_file[own] for f in gap):
                self._made.put(replace(row, keyframe=False))


class RangesReader(RowReader):
    """Audio and text: objects live in the answers alone."""

    def _object_answers(self, own: str, entry: Any) -> None:
        entry = as_table(entry)
        thing = self._class_of(entry)
        if thing is None and ("range" in entry or "range_html" in entry):
            name = str(entry.get("name") or own)
            self._losses.add(name, self._where, "the project's ontology has no such class")
            return
        if thing is not None and ("range" in entry or "range_html" in entry):
            self._put_ranges(own, thing, entry)
        super()._object_answers(own, entry)

    def _ranges(self, entry: Json, thing: ClassificationClass, frames: list[int]) -> tuple[Range, ...]:
        """Without frames there is only the whole."""
        return ()

    def _put_ranges(self, own: str, thing: ObjectClass, entry: Json) -> None:
        wanted = ShapeKind.AUDIO if self._item.kind is Kind.AUDIO else ShapeKind.TEXT
        try:
            geometry = self._geometry(entry)
        except _MISREAD as error:
            said = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
            self._losses.add(thing.name, self._where, f"its ranges cannot be read: {said}")
            return
        if thing.shape is not wanted:
            self._losses.add(thing.name, self._where, f"objects of the shape {thing.shape.words} do not lie on such an item")
            return
        instance = self._instance(own, thing, entry)
        present = self._made.annotation_of(instance.uuid)
        self._made.put(self._row_of(instance, geometry, present, entry))

    def _row_of(self, instance: Instance, geometry: Geometry, present: Annotation | None, entry: Json) -> Annotation:
        told = as_table(as_table(entry.get("postil")).get("row"))
        uuid = present.uuid if present else free_uuid(told.get("uuid"), self._made.annotations)
        return replace(
            present or Annotation(uuid, instance.uuid, geometry),
            geometry=geometry,
            # Encord's SDK reads the confidence of ranges but never writes it: silence changes nothing.
            confidence=as_float(entry.get("confidence"), present.confidence if present else 1.0),
            manual=bool(entry.get("manualAnnotation", True)),
            **provenance_of({**entry, "postil": told}, present),
            **flags_of(told),
        )

    def _geometry(self, entry: Json) -> Geometry:
        if "range_html" in entry:
            return HtmlRanges(tuple((_place(r["start"]), _place(r["end"])) for r in entry["range_html"]))
        ranges = tuple((_whole(first), _whole(last) + 1) for first, last in entry["range"])
        if any(first < 0 or end <= first for first, end in ranges):
            raise ValueError("a range ends before it begins")
        return AudioRanges(ranges) if self._item.kind is Kind.AUDIO else TextRanges(ranges)


def _place(node: Mapping[str, Any]) -> HtmlPlace:
    if not isinstance(node["xpath"], str):
        raise ValueError("an xpath must be a text")
    return node["xpath"], _whole(node["offset"])


def _whole(value: Any) -> int:
    """Milliseconds of other writers may have fractions."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is no place in a range")
    return int(value)
