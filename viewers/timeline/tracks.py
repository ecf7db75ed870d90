"""What the timeline shows, as arrays: the rows of each object by frame, and what lies between them. Qt-free.

The rule is that of `storage.model.interpolation.spans`, for thousands of rows at once. A change of the document touches
only the frames it names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from storage.editing.on_frames import OnFrames
from storage.model.labels import Annotation, LabelDocument

Frames = NDArray[np.int64]
Kinds = NDArray[np.uint8]
Codes = NDArray[np.uint8]

#: Stored rows, and what lies between two of them.
KEY, ALONE, OUTSIDE, INTERPOLATED, HIDDEN, GAP = 1, 2, 3, 4, 5, 6
KindName = Literal["key", "alone", "outside", "interpolated", "hidden", "gap"]
NAMES: dict[int, KindName] = {
    KEY: "key", ALONE: "alone", OUTSIDE: "outside", INTERPOLATED: "interpolated", HIDDEN: "hidden", GAP: "gap",
}  # fmt: skip
_BETWEEN = np.array([0, INTERPOLATED, GAP, HIDDEN], np.uint8)  # what follows a row of each kind
_PATCHED = 512  # changed frames up to which a track is patched instead of read again


@dataclass(frozen=True, slots=True)
class Place:
    """What an object is on a frame: `first` to `last` is the row itself or the stretch between two rows."""

    kind: KindName
    first: int
    last: int

    @property
    def stored(self) -> bool:
        return self.kind in ("key", "alone", "outside")


class Track:
    """One object's rows. `frames` ascend; `between_first` to `between_last` are stretches that hold no row."""

    def __init__(self, frames: Frames, kinds: Kinds) -> None:
        self.frames, self.kinds = frames, kinds
        steps = np.flatnonzero(np.diff(frames) > 1)
        self.between_first: Frames = frames[steps] + 1
        self.between_last: Frames = frames[steps + 1] - 1 if len(steps) else np.empty(0, np.int64)
        self.between_kind: Codes = _BETWEEN[kinds[steps]]
        self._runs: tuple[Frames, Frames] | None = None

    def __len__(self) -> int:
        return len(self.frames)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Track) and np.array_equal(self.frames, other.frames) and np.array_equal(self.kinds, other.kinds)
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def first(self) -> int:
        return int(self.frames[0]) if len(self.frames) else -1

    @property
    def last(self) -> int:
        return int(self.frames[-1]) if len(self.frames) else -1

    @staticmethod
    def read(document: LabelDocument, instance: str, frames: OnFrames) -> Track:
        found: list[tuple[int, int]] = []
        for at in document.places_of(instance):
            row = document.annotation_of(instance, at)
            if row is not None:
                found.append((frames.index(at), _kind(row, frames.moving)))
        found.sort()
        table = np.array(found, np.int64).reshape(-1, 2)
        return Track(np.ascontiguousarray(table[:, 0]), table[:, 1].astype(np.uint8))

    def patched(self, document: LabelDocument, instance: str, changed: Iterable[int], frames: OnFrames) -> Track:
        """The same after rows on these frames came, went or changed."""
        places, kinds = self.frames, self.kinds
        for frame in sorted(set(changed)):
            row = document.annotation_of(instance, frames.key(frame))
            i = int(np.searchsorted(places, frame))
            here = i < len(places) and places[i] == frame
            if row is None and here:
                places, kinds = np.delete(places, i), np.delete(kinds, i)
            elif row is not None and not here:
                places, kinds = np.insert(places, i, frame), np.insert(kinds, i, _kind(row, frames.moving))
            elif row is not None and kinds[i] != _kind(row, frames.moving):
                kinds = kinds.copy()
                kinds[i] = _kind(row, frames.moving)
        return self if places is self.frames and kinds is self.kinds else Track(places, kinds)

    def place(self, frame: int) -> Place | None:
        """What it is on a frame; None before its first row and after its last."""
        i = int(np.searchsorted(self.frames, frame, "right")) - 1
        if i < 0:
            return None
        at = int(self.frames[i])
        if at == frame:
            return Place(NAMES[int(self.kinds[i])], at, at)
        if i + 1 >= len(self.frames):
            return None
        return Place(NAMES[int(_BETWEEN[self.kinds[i]])], at + 1, int(self.frames[i + 1]) - 1)

    def seen(self, frame: int) -> bool:
        place = self.place(frame)
        return place is not None and place.kind in ("key", "alone", "interpolated")

    def run(self, frame: int) -> tuple[int, int] | None:
        """The frames around this one on which it is seen without a break."""
        if not self.seen(frame):
            return None
        firsts, lasts = self.runs()
        i = int(np.searchsorted(firsts, frame, "right")) - 1
        return int(firsts[i]), int(lasts[i])

    def runs(self) -> tuple[Frames, Frames]:
        """First and last frames of where it is seen without a break."""
        if self._runs is None:
            self._runs = self._found_runs()
        return self._runs

    def _found_runs(self) -> tuple[Frames, Frames]:
        solid = self.between_kind == INTERPOLATED
        rows = self.frames[self.kinds != OUTSIDE]
        firsts = np.concatenate((rows, self.between_first[solid]))
        lasts = np.concatenate((rows, self.between_last[solid]))
        order = np.argsort(firsts)
        firsts, lasts = firsts[order], lasts[order]
        if not len(firsts):
            return firsts, lasts
        cut = np.flatnonzero(firsts[1:] != lasts[:-1] + 1)
        return firsts[np.concatenate(([0], cut + 1))], lasts[np.concatenate((cut, [len(lasts) - 1]))]

    def near(self, low: float, high: float) -> Frames:
        """Rows from `low` to `high`, both included."""
        found: Frames = self.frames[np.searchsorted(self.frames, low) : np.searchsorted(self.frames, high, "right")]
        return found

    def step(self, frame: int, way: Literal[-1, 1]) -> int | None:
        """The next row before or after a frame."""
        i = int(np.searchsorted(self.frames, frame, "right" if way > 0 else "left"))
        if way > 0:
            return int(self.frames[i]) if i < len(self.frames) else None
        return int(self.frames[i - 1]) if i else None


def _kind(row: Annotation, moving: bool) -> int:
    return OUTSIDE if row.outside else KEY if row.keyframe and moving else ALONE


def followed(track: Track, document: LabelDocument, instance: str, changed: set[int], frames: OnFrames) -> Track:
    if len(changed) > _PATCHED:
        return Track.read(document, instance, frames)
    return track.patched(document, instance, changed, frames)
