"""The label document: what somebody marked on one data unit, in memory.

Four kinds of record, each one row in the catalog: an `Instance` is the thing, an `Annotation` is that
thing on one frame, an `Answer` belongs to an instance or to a classification, a `Classification` speaks of frames or of
the whole. A document is changed only through `storage.editing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Literal

from storage.model.geometry import Geometry
from storage.model.sheets import Sheet, sheet_of

#: text -> str, numeric -> float, radio and checklist -> feature hashes of the chosen options (radio: one).
AnswerValue = str | float | tuple[str, ...]
#: (part, frame): part is a group member's uuid, or a plane through a volume (`sheets`; then `frame` is the slice nearest to its
#: middle), "" elsewhere.
FrameKey = tuple[str, int]
Range = tuple[int, int]  # first, last, both included


@dataclass(frozen=True, slots=True)
class Instance:
    uuid: str
    hash8: str
    feature_hash: str
    number: int  # the N of "Car 3", unique per class in a row
    layer: int = 0  # higher lies on top
    created_at: int = 0
    created_by: str | None = None
    edited_at: int = 0
    edited_by: str | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """One row of `shapes`."""

    uuid: str
    instance: str
    geometry: Geometry
    frame: int = 0
    part: str = ""
    pts: int | None = None
    keyframe: bool = True
    outside: bool = False
    occluded: bool = False
    confidence: float = 1.0
    manual: bool = True
    created_at: int = 0
    created_by: str | None = None
    edited_at: int = 0
    edited_by: str | None = None

    @property
    def at(self) -> FrameKey:
        return (self.part, self.frame)

    def reshaped(self, geometry: Geometry, *, by: str, now: int) -> Annotation:
        """With another geometry. Spelled out: `replace` takes twice as long, and 10,000 shapes may move at once."""
        return Annotation(
            self.uuid, self.instance, geometry, self.frame, self.part, self.pts, self.keyframe, self.outside,
            self.occluded, self.confidence, self.manual, self.created_at, self.created_by, now, by,
        )  # fmt: skip

    @property
    def sheet(self) -> Sheet | None:
        """The plane in space that it lies on, its geometry in millimetres there. None: on a frame, in pixels."""
        return sheet_of(self.part) if self.part else None


@dataclass(frozen=True, slots=True)
class Answer:
    """Static when `first` and `last` are None; else it holds on those frames (dynamic attributes)."""

    uuid: str
    owner: str  # uuid of an instance or a classification
    attribute: str  # feature hash
    value: AnswerValue
    first: int | None = None
    last: int | None = None
    manual: bool = True


@dataclass(frozen=True, slots=True)
class Classification:
    """`ranges` empty: the whole unit (global)."""

    uuid: str
    hash8: str
    feature_hash: str
    ranges: tuple[Range, ...] = ()
    confidence: float = 1.0
    manual: bool = True
    created_at: int = 0
    created_by: str | None = None
    edited_at: int = 0
    edited_by: str | None = None


Record = Instance | Annotation | Answer | Classification
RecordKind = Literal["instance", "annotation", "answer", "classification"]
KIND_OF: dict[type, RecordKind] = {
    Instance: "instance",
    Annotation: "annotation",
    Answer: "answer",
    Classification: "classification",
}


_AGE = attrgetter("created_at")


@dataclass(slots=True)
class LabelDocument:
    """All records of one label row, with the indexes that screens need. `uuid` is the label hash."""

    uuid: str = ""
    instances: dict[str, Instance] = field(default_factory=dict)
    annotations: dict[str, Annotation] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    classifications: dict[str, Classification] = field(default_factory=dict)
    _by_instance: dict[str, dict[FrameKey, str]] = field(default_factory=dict)
    _by_frame: dict[FrameKey, dict[str, None]] = field(default_factory=dict)
    _by_owner: dict[str, dict[str, None]] = field(default_factory=dict)
    _places: dict[str, list[FrameKey]] = field(default_factory=dict, compare=False, repr=False)  # sorted, made when asked
    _touched: dict[str, int] = field(default_factory=dict, compare=False, repr=False)  # instance: revision, newest last
    #: Counts every change of a row of `shapes`.
    revision: int = field(default=0, compare=False, repr=False)

    def get(self, kind: RecordKind, uuid: str) -> Record | None:
        record: Record | None = self._table(kind).get(uuid)
        return record

    def put(self, record: Record) -> Record | None:
        """Set one record; the one it replaces is returned. Only edits and readers of the catalog call this."""
        kind = KIND_OF[type(record)]
        table = self._table(kind)
        old: Record | None = table.get(record.uuid)
        if _moved(old, record):
            self.drop(kind, record.uuid)
        table[record.uuid] = record  # a record that is replaced keeps its place in the order
        if isinstance(record, Annotation):
            places, at = self._by_instance.setdefault(record.instance, {}), record.at
            if at not in places:
                self._places.pop(record.instance, None)
            places[at] = record.uuid
            self._touch(record.instance)
            self._by_frame.setdefault(at, {})[record.uuid] = None
        elif isinstance(record, Answer):
            self._by_owner.setdefault(record.owner, {})[record.uuid] = None
        return old

    def drop(self, kind: RecordKind, uuid: str) -> Record | None:
        old: Record | None = self._table(kind).pop(uuid, None)
        if isinstance(old, Annotation):
            self._touch(old.instance)
            places = self._by_instance.get(old.instance, {})
            if places.get(old.at) == uuid:
                del places[old.at]
                self._places.pop(old.instance, None)
            self._by_frame.get(old.at, {}).pop(uuid, None)
        elif isinstance(old, Answer):
            self._by_owner.get(old.owner, {}).pop(uuid, None)
        return old

    def annotation_of(self, instance: str, at: FrameKey = ("", 0)) -> Annotation | None:
        uuid = self._by_instance.get(instance, {}).get(at)
        return self.annotations[uuid] if uuid is not None else None

    def annotations_of(self, instance: str) -> list[Annotation]:
        """By part and frame."""
        return [self.annotations[u] for _, u in sorted(self._by_instance.get(instance, {}).items())]

    def places_of(self, instance: str) -> list[FrameKey]:
        """Where it has rows, in order. Kept until a row comes or goes, for searching by halves: not to be changed."""
        places = self._places.get(instance)
        if places is None:
            places = self._places[instance] = sorted(self._by_instance.get(instance, ()))
        return places

    def changed_since(self, revision: int) -> Iterator[str]:
        """Instances whose shapes have changed since then, for indexes that follow. Costs what has changed."""
        for instance, when in reversed(self._touched.items()):
            if when <= revision:
                return
            yield instance

    def on_frame(self, at: FrameKey = ("", 0)) -> list[Annotation]:
        """What lies on a frame, bottom first: by layer, then by age."""
        found = [self.annotations[u] for u in self._by_frame.get(at, {})]
        layers = {a.uuid: self.instances[a.instance].layer for a in found if a.instance in self.instances}
        if any(layers.values()):
            found.sort(key=lambda a: (layers.get(a.uuid, 0), a.created_at))
        else:
            found.sort(key=_AGE)
        return found

    def planes(self) -> list[FrameKey]:
        """Places of shapes that lie on planes of their own. Costs what there are of frames."""
        return [at for at, rows in self._by_frame.items() if at[0] and rows and sheet_of(at[0]) is not None]

    def answers_of(self, owner: str) -> list[Answer]:
        return [self.answers[u] for u in self._by_owner.get(owner, {})]

    def next_number(self, feature_hash: str) -> int:
        return max((i.number for i in self.instances.values() if i.feature_hash == feature_hash), default=0) + 1

    def records(self) -> Iterator[Record]:
        yield from self.instances.values()
        yield from self.annotations.values()
        yield from self.classifications.values()
        yield from self.answers.values()

    def _touch(self, instance: str) -> None:
        self.revision += 1
        self._touched.pop(instance, None)
        self._touched[instance] = self.revision

    def _table(self, kind: RecordKind) -> dict[str, Any]:
        match kind:
            case "instance":
                return self.instances
            case "annotation":
                return self.annotations
            case "answer":
                return self.answers
            case "classification":
                return self.classifications


def _moved(old: Record | None, new: Record) -> bool:
    """Whether a record is to be found in another place from now on."""
    if isinstance(old, Annotation) and isinstance(new, Annotation):
        return (old.instance, old.at) != (new.instance, new.at)
    return isinstance(old, Answer) and isinstance(new, Answer) and old.owner != new.owner
