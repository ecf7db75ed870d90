"""Edits of a label document: frozen, each knows its inverse.

There are two, `Put` and `Drop`, of one record each. What a person does (draw, move a vertex, answer) is a tuple of them,
made by the functions of `storage.editing.verbs`; the smallness makes undo, storage and sync the same few lines for all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storage.model.geometry import Bitmask, Polygon, Polyline, Skeleton
from storage.model.labels import (
    KIND_OF,
    Annotation,
    Answer,
    FrameKey,
    Instance,
    LabelDocument,
    Record,
    RecordKind,
)


@dataclass(frozen=True, slots=True)
class Put:
    """Make or replace one record."""

    record: Record

    @property
    def kind(self) -> RecordKind:
        return KIND_OF[type(self.record)]

    @property
    def uuid(self) -> str:
        return self.record.uuid

    def apply(self, document: LabelDocument) -> Edit:
        old = document.put(self.record)
        return Put(old) if old is not None else Drop(self.kind, self.uuid)


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove one record. Dropping what is not there changes nothing."""

    kind: RecordKind
    uuid: str

    def apply(self, document: LabelDocument) -> Edit:
        old = document.drop(self.kind, self.uuid)
        return Put(old) if old is not None else self


Edit = Put | Drop
Edits = tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One undo step. `n` counts from 1 within a label row; `inverse` is in the order in which it is to be applied. `about`: the
    objects that it made one of; not stored."""

    n: int
    text: str
    edits: Edits
    inverse: Edits
    about: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes, roughly: for the history's budget. Of many edits a part is weighed."""
        every = len(self.edits) // 256 | 1  # odd: kinds may take turns
        return every * sum(_weight(e) for e in (*self.edits[::every], *self.inverse[::every]))


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What a listener may have to draw again."""

    instances: frozenset[str] = frozenset()
    frames: frozenset[FrameKey] = frozenset()
    #: uuids of the owners (instances, classifications) whose answers changed
    answers: frozenset[str] = frozenset()
    classifications: frozenset[str] = frozenset()
    #: a drag is under way: nothing is stored yet
    preview: bool = False

    def __bool__(self) -> bool:
        return bool(self.instances or self.frames or self.answers or self.classifications)


def change_of(edits: Iterable[Edit], inverse: Iterable[Edit], *, preview: bool = False) -> DocumentChange:
    """What was touched by edits that have been applied, given their inverses."""
    instances: set[str] = set()
    frames: set[FrameKey] = set()
    answers: set[str] = set()
    classifications: set[str] = set()
    for edit in (*edits, *inverse):
        if not isinstance(edit, Put):
            continue  # its record is the Put on the other side
        record = edit.record
        if isinstance(record, Annotation):  # first and without `match`: there may be 10,000 of them
            instances.add(record.instance)
            frames.add((record.part, record.frame))
        elif isinstance(record, Instance):
            instances.add(record.uuid)
        elif isinstance(record, Answer):
            answers.add(record.owner)
        else:
            classifications.add(record.uuid)
    return DocumentChange(frozenset(instances), frozenset(frames), frozenset(answers), frozenset(classifications), preview)


def difference(shown: LabelDocument, stored: LabelDocument) -> Edits:
    """What makes `shown` equal to `stored` (another window, a script or sync has written)."""
    present = {(KIND_OF[type(r)], r.uuid) for r in stored.records()}
    gone = tuple(Drop(KIND_OF[type(r)], r.uuid) for r in shown.records() if (KIND_OF[type(r)], r.uuid) not in present)
    return gone + tuple(Put(r) for r in stored.records() if shown.get(KIND_OF[type(r)], r.uuid) != r)


def _weight(edit: Edit) -> int:
    if isinstance(edit, Drop):
        return 100
    record = edit.record
    if not isinstance(record, Annotation):
        return 300
    match record.geometry:
        case Bitmask(runs=runs):
            return 300 + len(runs)
        case Polygon() as polygon:
            return 300 + 120 * sum(len(r) for r in polygon.rings())
        case Polyline(points=points) | Skeleton(points=points):
            return 300 + 120 * len(points)
        case _:
            return 300
