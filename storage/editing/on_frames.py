"""How the labels of an item lie on its frames: what is to be seen on one, and what changes when it is edited there.

`Still`: pages, pictures and members of a group, each a time of its own: a shape is a stored row or it is not there.
`Moving`: the frames of a video or sequence: between its rows an object is interpolated (`storage.model.interpolation`),
and a shape that is changed there becomes a key frame.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from storage.editing import track_verbs, verbs
from storage.editing.edits import Edit, Edits, Put
from storage.editing.track_verbs import Hand
from storage.ids import new_uuid
from storage.model.geometry import Bitmask, Geometry
from storage.model.interpolation import INTERPOLATED_CONFIDENCE, Shown, between, present
from storage.model.labels import Annotation, FrameKey, LabelDocument

_BETWEEN = "~"  # in the uuid of an annotation that is no row


def is_between(annotation: Annotation) -> bool:
    """Whether this is what lies between two rows: nothing stored, its uuid names no row."""
    return _BETWEEN in annotation.uuid


class OnFrames(Protocol):
    @property
    def count(self) -> int:
        """Frames, pages or members."""
        ...

    @property
    def moving(self) -> bool:
        """Whether objects run on between their rows."""
        ...

    def key(self, index: int) -> FrameKey: ...

    def index(self, at: FrameKey) -> int: ...

    def pts(self, at: FrameKey) -> int | None:
        """The time stamp that is kept with a row there."""
        ...

    def shown(self, document: LabelDocument, instance: str, at: FrameKey) -> Annotation | None:
        """The object there: a row, or one made of the rows around it. Where it is hidden on purpose `outside` is set."""
        ...

    def on_frame(self, document: LabelDocument, at: FrameKey) -> list[Annotation]:
        """What is to be seen there, bottom first. Not what is `outside`."""
        ...

    def add(
        self, document: LabelDocument, feature_hash: str, geometry: Geometry, at: FrameKey, *, by: str, now: int
    ) -> tuple[Edits, str]:
        """A new object whose first shape is there. Returns the edits and its uuid."""
        ...

    def set_geometry(
        self, document: LabelDocument, shapes: Mapping[str, Geometry], at: FrameKey, *, by: str, now: int
    ) -> Edits:
        """New shapes there, by instance. Where an object has no row there it gets one."""
        ...

    def remove(self, document: LabelDocument, instances: Iterable[str], at: FrameKey) -> Edits:
        """The rows of these objects there. The last one that is seen takes its object along."""
        ...

    def vanish(self, document: LabelDocument, instances: Iterable[str], at: FrameKey, *, by: str, now: int) -> Edits:
        """The objects are not to be seen there, and everywhere else they are as before."""
        ...


@dataclass(frozen=True, slots=True)
class Still:
    """`members`: uuids of a group's members; each has one frame."""

    count: int = 1
    members: tuple[str, ...] = ()
    moving: bool = False

    def key(self, index: int) -> FrameKey:
        return (self.members[index], 0) if self.members else ("", index)

    def index(self, at: FrameKey) -> int:
        return self.members.index(at[0]) if self.members and at[0] in self.members else at[1]

    def pts(self, at: FrameKey) -> int | None:
        return None

    def shown(self, document: LabelDocument, instance: str, at: FrameKey) -> Annotation | None:
        return document.annotation_of(instance, at)

    def on_frame(self, document: LabelDocument, at: FrameKey) -> list[Annotation]:
        return [a for a in document.on_frame(at) if not a.outside]

    def add(
        self, document: LabelDocument, feature_hash: str, geometry: Geometry, at: FrameKey, *, by: str, now: int
    ) -> tuple[Edits, str]:
        return verbs.add_object(document, feature_hash, geometry, at, by=by, now=now)

    def set_geometry(
        self, document: LabelDocument, shapes: Mapping[str, Geometry], at: FrameKey, *, by: str, now: int
    ) -> Edits:
        edits: list[Edit] = []
        for instance, geometry in shapes.items():
            edits.extend(verbs.add_annotation(document, instance, geometry, at, by=by, now=now))
        return tuple(edits)

    def remove(self, document: LabelDocument, instances: Iterable[str], at: FrameKey) -> Edits:
        here = [i for i in dict.fromkeys(instances) if document.annotation_of(i, at) is not None]
        return verbs.delete_on_frame(document, here, at)

    def vanish(self, document: LabelDocument, instances: Iterable[str], at: FrameKey, *, by: str, now: int) -> Edits:
        return self.remove(document, instances, at)


class Moving:
    """`pts` gives the time stamp of a frame, where the item has them."""

    moving = True

    def __init__(self, count: int, pts: Callable[[int], int | None] = lambda frame: None) -> None:
        self.count = count
        self._pts = pts
        self._lives: _Lives | None = None

    def key(self, index: int) -> FrameKey:
        return ("", index)

    def index(self, at: FrameKey) -> int:
        return at[1]

    def pts(self, at: FrameKey) -> int | None:
        return self._pts(at[1])

    def shown(self, document: LabelDocument, instance: str, at: FrameKey) -> Annotation | None:
        found = present(document, instance, at[1], at[0])
        if found is None or found.row is not None:
            return found.row if found else None
        return _between(found.since, found.geometry, at, found.confidence)

    def on_frame(self, document: LabelDocument, at: FrameKey) -> list[Annotation]:
        if self._lives is None or self._lives.document is not document:
            self._lives = _Lives(document)
        return self._lives.seen(at)

    def add(
        self, document: LabelDocument, feature_hash: str, geometry: Geometry, at: FrameKey, *, by: str, now: int
    ) -> tuple[Edits, str]:
        runs = not isinstance(geometry, Bitmask)
        return verbs.add_object(document, feature_hash, geometry, at, by=by, now=now, pts=self.pts(at), keyframe=runs)

    def set_geometry(
        self, document: LabelDocument, shapes: Mapping[str, Geometry], at: FrameKey, *, by: str, now: int
    ) -> Edits:
        """A row keeps its way of running on or not; a new row is a key frame, but a mask where none runs stands alone."""
        hand = Hand(by, now, at[0], self._pts)
        edits: list[Edit] = []
        for instance, geometry in shapes.items():
            shown = present(document, instance, at[1], at[0])
            if shown is not None and shown.row is not None:
                made = replace(shown.row, geometry=geometry, outside=False, manual=True, edited_at=now, edited_by=by)
                edits.append(Put(made))
            else:
                edits.append(Put(self._new_row(instance, geometry, hand, at, shown)))
        return tuple(edits)

    def _new_row(self, instance: str, geometry: Geometry, hand: Hand, at: FrameKey, shown: Shown | None) -> Annotation:
        # A mask holds until the next one: whoever paints frame 10 and frame 20 has not labelled those between.
        runs = not isinstance(geometry, Bitmask) or (shown is not None and not shown.outside)
        return Annotation(
            new_uuid(), instance, geometry, at[1], at[0], hand.pts(at[1]), keyframe=runs,
            occluded=shown.occluded if shown else False,
            created_at=hand.now, created_by=hand.by, edited_at=hand.now, edited_by=hand.by,
        )  # fmt: skip

    def remove(self, document: LabelDocument, instances: Iterable[str], at: FrameKey) -> Edits:
        hand = Hand("", 0, at[0], self._pts)
        return tuple(
            edit
            for instance in dict.fromkeys(instances)
            for edit in track_verbs.remove_key_frame(document, instance, at[1], hand)
        )

    def vanish(self, document: LabelDocument, instances: Iterable[str], at: FrameKey, *, by: str, now: int) -> Edits:
        return track_verbs.delete_range(document, instances, at[1], at[1], Hand(by, now, at[0], self._pts))


def _between(since: Annotation, geometry: Geometry, at: FrameKey, confidence: float) -> Annotation:
    return Annotation(
        f"{since.uuid}{_BETWEEN}{at[1]}", since.instance, geometry, at[1], at[0], None, False, since.outside, since.occluded,
        confidence, False, since.created_at, since.created_by, since.edited_at, since.edited_by,
    )  # fmt: skip


@dataclass(slots=True)
class _Segment:
    """An object from one row to just before the next one."""

    before: Annotation
    after: Annotation | None

    def covers(self, frame: int) -> bool:
        return self.before.frame <= frame and (self.after is None or frame < self.after.frame)

    def at(self, frame: int, key: FrameKey) -> Annotation | None:
        before, after = self.before, self.after
        if before.outside:
            return None
        if before.frame == frame:
            return before
        if after is None or not before.keyframe:
            return None
        t = (frame - before.frame) / (after.frame - before.frame)
        confidence = min(INTERPOLATED_CONFIDENCE, before.confidence, after.confidence)
        return _between(before, between(before.geometry, after.geometry, t), key, confidence)


class _Lives:
    """From which frame to which each object lives, so that a frame costs what is on it. Follows the document by itself."""

    def __init__(self, document: LabelDocument) -> None:
        self.document = document
        self._revision = -1
        self._slots: dict[str, int] = {}  # in the order in which the objects came: the order of drawing
        self._ids: list[str] = []
        self._segments: list[_Segment | None] = []  # the one that was looked at last
        self._first: NDArray[np.int64] = np.empty(0, np.int64)
        self._last: NDArray[np.int64] = np.empty(0, np.int64)
        for instance in document.instances:
            self._learn(instance)

    def seen(self, at: FrameKey) -> list[Annotation]:
        self._follow()
        frame = at[1]
        n = len(self._ids)
        found: list[Annotation] = []
        for slot in np.flatnonzero((self._first[:n] <= frame) & (self._last[:n] >= frame)).tolist():
            segment = self._segments[slot]
            if segment is None or not segment.covers(frame):
                segment = self._segments[slot] = _segment(self.document, self._ids[slot], at)
            shape = segment.at(frame, at) if segment is not None else None
            if shape is not None:
                found.append(shape)
        instances = self.document.instances
        layers = [instances[a.instance].layer if a.instance in instances else 0 for a in found]
        if any(layers):
            return [found[i] for i in sorted(range(len(found)), key=layers.__getitem__)]
        return found

    def _follow(self) -> None:
        if self.document.revision != self._revision:
            for instance in self.document.changed_since(self._revision):
                self._learn(instance)
            self._revision = self.document.revision

    def _learn(self, instance: str) -> None:
        slot = self._slots.get(instance)
        if slot is None:
            slot = self._slots[instance] = len(self._ids)
            self._ids.append(instance)
            self._segments.append(None)
            if slot >= len(self._first):
                self._first = np.resize(self._first, max(64, slot * 2))
                self._last = np.resize(self._last, max(64, slot * 2))
        self._segments[slot] = None
        places = self.document.places_of(instance)
        self._first[slot], self._last[slot] = (places[0][1], places[-1][1]) if places else (0, -1)


def _segment(document: LabelDocument, instance: str, at: FrameKey) -> _Segment | None:
    places = document.places_of(instance)
    i = bisect_right(places, at)
    before = document.annotation_of(instance, places[i - 1]) if i else None
    after = document.annotation_of(instance, places[i]) if i < len(places) else None
    return _Segment(before, after) if before is not None and before.part == at[0] else None
