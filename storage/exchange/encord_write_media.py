"""Label rows of videos, sequences, groups, PDFs, audio and text, as Encord writes them (encord.md 2.3 to 2.8).

Volumes: `encord_volumes`.
"""

from __future__ import annotations

import math
from itertools import zip_longest
from typing import Any

from storage.exchange.encord_geometry import to_json
from storage.exchange.encord_write import Json, RowWriter, provenance, row_extra, unit_hash
from storage.exchange.features import machine_value, place_size
from storage.model import interpolation
from storage.model.geometry import AudioRanges, Geometry, HtmlRanges, Opaque, TextRanges
from storage.model.items import MOVING, SEQUENCE_FPS, Item, Kind
from storage.model.labels import Annotation, Instance, Range
from storage.model.ontology import ObjectClass
from storage.model.ranges import ranges_of

#: Encord's names for what a sound is, ours (`media.audio`), and what stands where nothing is known.
_AUDIO = (
    ("audio_codec", "codec", ""),
    ("audio_sample_rate", "sample_rate", 0),
    ("audio_bit_depth", "bits", 0),
    ("audio_num_channels", "channels", 0),
)


def writer_of(item: Item) -> type[RowWriter] | None:
    """The writer for an item's kind; None where this version writes none."""
    match item.kind:
        case Kind.IMAGE:
            return RowWriter
        case Kind.VIDEO | Kind.IMAGE_SEQUENCE | Kind.PDF:
            return FramesWriter
        case Kind.IMAGE_GROUP:
            return GroupWriter
        case Kind.AUDIO | Kind.TEXT:
            return RangesWriter
        case Kind.DICOM_SERIES | Kind.NIFTI:
            from storage.exchange.encord_volumes import VolumeWriter

            return VolumeWriter
    return None


def rate_of(item: Item) -> float:
    """Frames per second: what the item says, else the mean over its duration."""
    if item.fps and math.isfinite(item.fps) and item.fps > 0:
        return item.fps
    if item.duration and item.frames:
        return item.frames / item.duration
    return float(SEQUENCE_FPS)


def encord_duration(frames: int, fps: float) -> float:
    """The greatest duration of which Encord's ceil(fps x duration) makes this number of frames."""
    duration = frames / fps
    while math.ceil(fps * duration) > frames:
        duration = math.nextafter(duration, 0.0)
    while math.ceil(fps * duration) < frames:
        duration = math.nextafter(duration, math.inf)
    return duration


class FramesWriter(RowWriter):
    """One data unit whose labels are keyed by frame or page."""

    def _data_type(self) -> str:
        return "pdf" if self._info.item.kind is Kind.PDF else "video"

    def _size(self, frame: int) -> tuple[float, float] | None:
        return place_size(self._info.item, frame)

    def row(self) -> Json:
        row = super().row()
        if self._info.item.kind is not Kind.PDF:
            row["is_image_sequence"] = self._info.item.kind is Kind.IMAGE_SEQUENCE
        return row

    def _units(self) -> Json:
        info, item = self._info, self._info.item
        frames = sorted(self._objects.keys() | self._frame_classifications.keys())
        unit: Json = {
            "data_hash": info.data_uuid,
            "data_title": item.title,
            "data_link": self._path,
            "data_type": item.mime or ("application/pdf" if item.kind is Kind.PDF else "video/mp4"),
            "data_sequence": 0,
        }
        if item.kind is Kind.PDF:
            unit |= {"width": 0, "height": 0, "data_fps": 0}
        else:
            fps = rate_of(item)
            unit |= {"width": item.width or 0, "height": item.height or 0}
            unit |= {"data_fps": fps, "data_duration": encord_duration(self._frames, fps)}
        unit["labels"] = {
            str(frame): {
                "objects": self._objects.get(frame, []),
                "classifications": self._frame_classifications.get(frame, []),
            }
            for frame in frames
        }
        return {info.data_uuid: unit}

    # -- what lies between key frames

    @property
    def _moving(self) -> bool:
        return self._info.item.kind in MOVING

    def _ranges_of(self, instance: Instance) -> list[Range]:
        if not self._moving:
            return super()._ranges_of(instance)
        last = self._frames - 1
        return [(a, min(b, last)) for a, b in interpolation.ranges(self._document, instance.uuid) if a <= last]

    def _add_annotations(self) -> None:
        if not self._moving:
            super()._add_annotations()
            return
        for instance in self._document.instances.values():
            rows = self._document.annotations_of(instance.uuid)
            for row, after in zip_longest(rows, rows[1:]):
                if not row.outside:
                    self._add_annotation(row)
                    self._add_between(row, after)

    def _add_between(self, row: Annotation, after: Annotation | None) -> None:
        if after is None or not row.keyframe or after.frame <= row.frame + 1 or after.part != row.part:
            return
        found = self._drawn(row)
        if found is None:
            return
        thing, _, size = found
        held: tuple[Geometry, Json] | None = None
        for frame in range(row.frame + 1, min(after.frame, self._frames)):
            shown = interpolation.present(self._document, row.instance, frame, row.part)
            assert shown is not None
            if held is None or held[0] is not shown.geometry:  # masks are the same object all the way: written once
                held = (shown.geometry, to_json(shown.geometry, *size))
            entry = self._object_entry(thing, row, held[1])
            entry |= {"confidence": shown.confidence, "manualAnnotation": False, "postil": {"interpolated": True}}
            self._objects.setdefault(frame, []).append(entry)

    def _extra_of(self, instance: Instance) -> Json:
        """Rows that hide the object: Encord has only its absence."""
        if not self._moving:
            return {}
        hidden = [a for a in self._document.annotations_of(instance.uuid) if a.outside]
        rows = [entry for a in hidden if (entry := self._hidden(a)) is not None]
        return {"postil": {"outside": rows}} if rows else {}

    def _hidden(self, row: Annotation) -> Json | None:
        found = self._drawn(row)
        return self._object_entry(found[0], row, to_json(row.geometry, *found[2])) | {"frame": found[1]} if found else None


class GroupWriter(RowWriter):
    """One data unit per picture of a group, each with its own size."""

    def _data_type(self) -> str:
        return "img_group"

    def _members(self) -> list[Any]:
        members = self._info.item.facts.get("members")
        return list(members) if isinstance(members, (list, tuple)) else []

    def _size(self, frame: int) -> tuple[float, float] | None:
        return place_size(self._info.item, frame)

    def _frame_of(self, annotation: Annotation) -> int | None:
        """Members are frames; a row may also name the member's uuid."""
        if not annotation.part:
            return super()._frame_of(annotation)
        uuids = [m.get("uuid") for m in self._members()]
        return uuids.index(annotation.part) if annotation.part in uuids and annotation.frame == 0 else None

    def _ranges_of(self, instance: Instance) -> list[Range]:
        frames = (self._frame_of(a) for a in self._document.annotations_of(instance.uuid))
        return ranges_of(f for f in frames if f is not None)

    def _object_entry(self, thing: ObjectClass, annotation: Annotation, shape: Json) -> Json:
        entry = super()._object_entry(thing, annotation, shape)
        if annotation.part:
            entry["postil"]["part"] = annotation.part
        return entry

    def _units(self) -> Json:
        info, members = self._info, self._members()
        units: Json = {}
        for frame in range(self._frames):
            member = members[frame] if frame < len(members) else {}
            own = unit_hash(info.data_uuid, frame)
            width, height = self._size(frame) or (0, 0)
            units[own] = {
                "data_hash": own,
                "data_title": member.get("title") or f"{info.item.title} {frame + 1}",
                "data_link": member.get("path") or self._path,
                "data_type": member.get("mime") or "image/png",
                "data_sequence": str(frame),
                "width": int(width),
                "height": int(height),
                "labels": {
                    "objects": self._objects.get(frame, []),
                    "classifications": self._frame_classifications.get(frame, []),
                },
            }
        return units


class RangesWriter(RowWriter):
    """Audio and text: everything is in the answers."""

    _timeless = True

    def _data_type(self) -> str:
        return "audio" if self._info.item.kind is Kind.AUDIO else "plain_text"

    @property
    def _html(self) -> bool:
        return self._info.item.mime == "text/html"

    def _units(self) -> Json:
        info, item = self._info, self._info.item
        unit: Json = {
            "data_hash": info.data_uuid,
            "data_title": item.title,
            "data_link": self._path,
            "data_type": item.mime or ("audio/mpeg" if item.kind is Kind.AUDIO else "text/plain"),
            "data_sequence": 0,
            "labels": {},
        }
        if item.kind is Kind.AUDIO:
            unit |= {name: item.facts.get(name, item.facts.get(own, default)) for name, own, default in _AUDIO}
            unit["data_duration"] = item.duration or 0.0
        return {info.data_uuid: unit}

    def _add_annotations(self) -> None:
        for annotation in self._document.annotations.values():
            instance = self._document.instances.get(annotation.instance)
            if instance is None or not self._wanted(instance.feature_hash):
                continue
            thing = self._features.objects.get(instance.feature_hash)
            if thing is None:
                continue  # told with its answers
            why = self._why_not(annotation, thing)
            if why:
                self._losses.add(f"{thing.name} {instance.number}", self._where, why)
            else:
                self._objects.setdefault(0, []).append({})
                self.counts["annotations"] += 1

    def _why_not(self, annotation: Annotation, thing: ObjectClass) -> str:
        geometry = annotation.geometry
        if geometry.kind is not thing.shape:
            return f"its shape ({geometry.kind.words}) is not the one of its class ({thing.shape.words})"
        wanted = AudioRanges if self._info.item.kind is Kind.AUDIO else HtmlRanges if self._html else TextRanges
        if not isinstance(geometry, wanted):
            return "a range of this sort does not fit the item" if not isinstance(geometry, Opaque) else "it has no range"
        if not geometry.ranges:
            return "it has no range"
        if annotation.at != ("", 0):
            return "it is not on the item as a whole"
        if isinstance(geometry, (AudioRanges, TextRanges)) and any(b <= a for a, b in geometry.ranges):
            return "Encord cannot hold an empty range"
        return ""

    def _ranges_of(self, instance: Instance) -> list[Range]:
        return [(0, 0)] if self._row_of(instance) is not None else []

    def _add_answers(self, instance: Instance, answers: Json, actions: Json) -> None:
        """Encord's loader refuses the whole row for one object without a range."""
        thing = self._features.objects.get(instance.feature_hash)
        if thing is None or self._row_of(instance) is not None:
            super()._add_answers(instance, answers, actions)
        elif self._document.annotation_of(instance.uuid) is None:
            self._losses.add(f"{thing.name} {instance.number}", self._where, "it has no range")

    def _row_of(self, instance: Instance) -> Annotation | None:
        row = self._document.annotation_of(instance.uuid)
        thing = self._features.objects.get(instance.feature_hash)
        return row if row is not None and thing is not None and not self._why_not(row, thing) else None

    def _extra_of(self, instance: Instance) -> Json:
        row, thing = self._row_of(instance), self._features.objects[instance.feature_hash]
        if row is None:  # its class is gone
            return {}
        made: Json = {
            "featureHash": thing.feature_hash,
            "name": thing.name,
            "color": thing.color,
            "shape": str(thing.shape),
            "value": machine_value(thing.name),
            **provenance(row),
            "lastEditedBy": row.edited_by,
            "confidence": row.confidence,
            "manualAnnotation": row.manual,
            "range": [],
            "postil": {"row": row_extra(row)},
        }
        geometry = row.geometry
        if isinstance(geometry, HtmlRanges):
            made["range_html"] = [{"start": _node(start), "end": _node(end)} for start, end in geometry.ranges]
        elif isinstance(geometry, (AudioRanges, TextRanges)):
            made["range"] = [[start, end - 1] for start, end in geometry.ranges]
        return made


def _node(place: tuple[str, int]) -> Json:
    return {"xpath": place[0], "offset": place[1]}
