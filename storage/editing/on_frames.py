"""How the labels of an item lie on its frames: what is to be seen on one, and what changes when it is edited there.

`Still`: pages, pictures and members of a group, each a time of its own: a shape is a stored row or it is not there.
`Moving`: the frames of a video or sequence: between its rows an object is interpolated (`storage.model.interpolation`),
and a shape that is changed there becomes a key frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from storage.editing import track_verbs, verbs
from storage.editing.edits import Edit, Edits, Put
from storage.editing.lives import Lives, between_rows, is_between
from storage.editing.track_verbs import Stamp
from storage.ids import new_uuid
from storage.model.geometry import Bitmask, Geometry
from storage.model.interpolation import Shown, around, present
from storage.model.labels import Annotation, FrameKey, LabelDocument

__all__ = ["Moving", "OnFrames", "Still", "is_between", "slices_a_time"]


class OnFrames(Protocol):
    @property
    def count(self) -> int:
        """Frames, pages or members."""
        ...

    @property
    def counts_from(self) -> int:
        """The number that people know the first one by: frames of films count from 0, pages and pictures from 1."""
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

    def ghost(self, document: LabelDocument, instance: str, at: FrameKey) -> Annotation | None:
        """Where an object would be that is not to be seen there: hidden on purpose (`outside`), or its nearest shape."""
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
    """`members`: uuids of a group's members; each has one frame. `slices`: of a volume at each of its times; 0: no volume."""

    counts_from: ClassVar[int] = 1
    count: int = 1
    members: tuple[str, ...] = ()
    slices: int = 0
    moving: bool = False

    def key(self, index: int) -> FrameKey:
        return (self.members[index], 0) if self.members else ("", index)

    def index(self, at: FrameKey) -> int:
        return self.members.index(at[0]) if self.members and at[0] in self.members else at[1]

    def pts(self, at: FrameKey) -> int | None:
        return None

    def shown(self, document: LabelDocument, instance: str, at: FrameKey) -> Annotation | None:
        return document.annotation_of(instance, at)

    def ghost(self, document: LabelDocument, instance: str, at: FrameKey) -> Annotation | None:
        return None

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
            old = document.annotation_of(instance, at)
            if old is not None:
                edits.append(Put(old.reshaped(geometry, by=by, now=now)))
            else:
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
    counts_from = 0

    def __init__(self, count: int, pts: Callable[[int], int | None] = lambda frame: None) -> None:
        self.count = count
        self._pts = pts
        self._lives: Lives | None = None

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
        return between_rows(found.since, found.geometry, at, found.confidence)

    def ghost(self, document: LabelDocument, instance: str, at: FrameKey) -> Annotation | None:
        found = self.shown(document, instance, at)
        if found is not None:
            return found if found.outside else None
        rows = [row for row in around(document, instance, at[1], at[0]) if row is not None and not row.outside]
        if not rows:
            return None
        nearest = min(rows, key=lambda row: abs(row.frame - at[1]))
        return between_rows(nearest, nearest.geometry, at, nearest.confidence)

    def on_frame(self, document: LabelDocument, at: FrameKey) -> list[Annotation]:
        if self._lives is None or self._lives.document is not document:
            self._lives = Lives(document)
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
        stamp = Stamp(by, now, at[0], self._pts)
        edits: list[Edit] = []
        for instance, geometry in shapes.items():
            shown = present(document, instance, at[1], at[0])
            if shown is not None and shown.row is not None:
                made = replace(shown.row, geometry=geometry, outside=False, manual=True, edited_at=now, edited_by=by)
                edits.append(Put(made))
            else:
                edits.append(Put(self._new_row(instance, geometry, stamp, at, shown)))
        return tuple(edits)

    def _new_row(self, instance: str, geometry: Geometry, stamp: Stamp, at: FrameKey, shown: Shown | None) -> Annotation:
        # A mask holds until the next one: whoever paints frame 10 and frame 20 has not labelled those between.
        runs = not isinstance(geometry, Bitmask) or (shown is not None and not shown.outside)
        return Annotation(
            new_uuid(), instance, geometry, at[1], at[0], stamp.pts(at[1]), keyframe=runs,
            occluded=shown.occluded if shown else False,
            created_at=stamp.now, created_by=stamp.by, edited_at=stamp.now, edited_by=stamp.by,
        )  # fmt: skip

    def remove(self, document: LabelDocument, instances: Iterable[str], at: FrameKey) -> Edits:
        stamp = Stamp("", 0, at[0], self._pts)
        return tuple(
            edit
            for instance in dict.fromkeys(instances)
            for edit in track_verbs.remove_key_frame(document, instance, at[1], stamp)
        )

    def vanish(self, document: LabelDocument, instances: Iterable[str], at: FrameKey, *, by: str, now: int) -> Edits:
        return track_verbs.delete_range(document, instances, at[1], at[1], Stamp(by, now, at[0], self._pts))


def slices_a_time(frames: OnFrames) -> int:
    """Of a volume of several times; 0: there is one time only."""
    return frames.slices if isinstance(frames, Still) and 0 < frames.slices < frames.count else 0
