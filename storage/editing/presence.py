"""Which objects live on a frame, for lists beside the canvas: a frame costs what lives there, not what there is.

An object lives from its first row to its last, also where it is hidden on purpose, but not in the gaps after rows that
stand alone (docs/decisions/0004). Pages, pictures and members have only their own rows. What lies on a plane through a volume
lives on no slice and is listed with every one of its time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from storage.editing.on_frames import OnFrames, slices_a_time
from storage.model.interpolation import spans
from storage.model.labels import FrameKey, LabelDocument, Range
from storage.model.ranges import joined

_MANY = 256  # beyond so many changed objects the table is made anew


class Presence:
    """Follows the document by its revision."""

    def __init__(self, document: LabelDocument, frames: OnFrames) -> None:
        self._document, self._frames = document, frames
        self._revision = -1
        self._ids: list[str] = []
        self._slots: dict[str, int] = {}
        self._first: NDArray[np.int64] = np.empty(0, np.int64)
        self._last: NDArray[np.int64] = np.empty(0, np.int64)
        self._slot: NDArray[np.int64] = np.empty(0, np.int64)

    def at(self, at: FrameKey) -> frozenset[str]:
        """The instances that live there."""
        if not self._frames.moving:
            slices, planes = slices_a_time(self._frames), self._document.planes()
            here = (p for p in planes if not slices or p[1] // slices == at[1] // slices)
            return frozenset(a.instance for place in (at, *here) for a in self._frames.on_frame(self._document, place))
        self._follow()
        frame, ids = at[1], self._ids
        alive = self._slot[(self._first <= frame) & (self._last >= frame)]
        return frozenset(ids[slot] for slot in alive.tolist())

    def _follow(self) -> None:
        if self._document.revision == self._revision:
            return
        if self._revision < 0:
            changed = list(self._document.instances)
        else:
            changed = list(self._document.changed_since(self._revision))
        self._revision = self._document.revision
        if len(changed) > _MANY:
            changed = list(self._document.instances)
            self._first = self._last = self._slot = np.empty(0, np.int64)
        slots = [self._slot_of(instance) for instance in changed]
        kept = ~np.isin(self._slot, slots)
        found = [(a, b, slot) for i, slot in zip(changed, slots, strict=True) for a, b in lives(self._document, i)]
        new = np.array(found, np.int64).reshape(-1, 3)
        self._first = np.concatenate([self._first[kept], new[:, 0]])
        self._last = np.concatenate([self._last[kept], new[:, 1]])
        self._slot = np.concatenate([self._slot[kept], new[:, 2]])

    def _slot_of(self, instance: str) -> int:
        slot = self._slots.setdefault(instance, len(self._ids))
        if slot == len(self._ids):
            self._ids.append(instance)
        return slot


def lives(document: LabelDocument, instance: str) -> list[Range]:
    """Where it lives, hidden or not."""
    return joined((s.first, s.last) for s in spans(document, instance) if s.kind != "gap")
