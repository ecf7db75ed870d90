"""The ranges of all objects of a sound by time: lanes in which none covers another, what is at a place, edges to snap to.

Times are whole milliseconds, ends not included. `starts`, `ends` and `lane` are those of `all`, as arrays. Qt-free.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

import numpy as np

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import AudioRanges

WHOLE = ("", 0)  # where the labels of a sound are
RegionKey = tuple[str, int]  # instance, number of the range in its geometry
Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Region:
    instance: str
    part: int
    start: int
    end: int
    lane: int = 0

    @property
    def key(self) -> RegionKey:
        return (self.instance, self.part)


Side = Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Grip:
    """A region, or one of its edges with the neighbours that share it."""

    key: RegionKey
    side: Side | None = None
    neighbours: tuple[RegionKey, ...] = ()


class SoundRegions:
    """Follows a session and a focus when it is told (`changed`, `reload`). Lanes stay as they are during a gesture."""

    def __init__(self, session: EditSession, focus: Focus) -> None:
        self._session, self._focus = session, focus
        self._by_instance: dict[str, tuple[Region, ...]] = {}
        self._lanes: dict[RegionKey, int] = {}
        self.lanes = 1
        self.version = 0  # of what is shown
        self.reload()

    def reload(self) -> None:
        document = self._session.document
        self._by_instance = {}
        for annotation in document.on_frame(WHOLE):
            self._read(annotation.instance)
        self._stack()
        self._sort()

    def changed(self, change: DocumentChange) -> None:
        for instance in change.instances:
            self._read(instance)
        if not change.preview:
            self._stack()
        self._sort()

    # -- asked

    @property
    def all(self) -> list[Region]:
        """Those that are shown, by start."""
        return self._all

    def of(self, instance: str) -> tuple[Region, ...]:
        return self._by_instance.get(instance, ())

    def get(self, key: RegionKey | None) -> Region | None:
        found = self._by_instance.get(key[0], ()) if key is not None else ()
        return found[key[1]] if key is not None and key[1] < len(found) else None

    def between(self, first: float, last: float) -> list[Region]:
        """Those that reach into a stretch, by start."""
        if not self._all:
            return []
        hit = np.flatnonzero((self.starts < last) & (self.ends > first))
        return [self._all[i] for i in hit.tolist()]

    def at(self, ms: float, tolerance: float = 0.0) -> list[Region]:
        """Those over a place, shortest first."""
        found = self.between(ms - tolerance, ms + max(tolerance, 1e-6))
        return sorted(found, key=lambda r: r.end - r.start)

    def snapped(
        self, ms: float, tolerance: float, more: Iterable[float] = (), skip: frozenset[RegionKey] = frozenset()
    ) -> int | None:
        """The nearest edge of a region, or of `more`, within the tolerance."""
        near = self.between(ms - tolerance - 1, ms + tolerance + 1)
        places = [edge for r in near if r.key not in skip for edge in (r.start, r.end)]
        places += [round(m) for m in more]
        best = min(places, key=lambda place: abs(place - ms), default=None)
        return best if best is not None and abs(best - ms) <= tolerance else None

    def grip(self, ms: float, tolerance: float, lane: int | None = None) -> Grip | None:
        """What a hand takes hold of at a place: an edge that is near, else the shortest region there. `lane`: in that one alone."""
        near = [r for r in self.between(ms - tolerance, ms + tolerance + 1e-6) if lane is None or r.lane == lane]
        best: tuple[bool, float, Region, Side] | None = None
        for region in near:
            if region.instance in self._focus.locked:
                continue
            inside = min(tolerance, (region.end - region.start) / 4)  # so that a short one can still be moved
            edges: tuple[tuple[Side, float], ...] = (("start", region.start), ("end", region.end))
            for side, edge in edges:
                away = abs(ms - edge)
                if away <= (inside if region.start < ms < region.end else tolerance):
                    found = (region.instance not in self._focus.selected, away, region, side)
                    best = found if best is None or found[:2] < best[:2] else best
        if best is not None:
            return Grip(best[2].key, best[3], self._neighbours(best[2], best[3]))
        over = [r for r in near if r.start <= ms < r.end]
        return Grip(min(over, key=lambda r: r.end - r.start).key) if over else None

    def _neighbours(self, region: Region, side: Side) -> tuple[RegionKey, ...]:
        """Those that begin where this one ends, or end where it begins."""
        place = region.start if side == "start" else region.end
        touching = self.between(place - 1, place + 1)
        other = [r for r in touching if (r.end if side == "start" else r.start) == place and r.key != region.key]
        return tuple(r.key for r in other if r.instance not in self._focus.locked)

    def after(self, ms: float) -> int | None:
        """The next edge."""
        edges = self._all_edges()
        at = bisect_left(edges, int(ms) + 1)
        return edges[at] if at < len(edges) else None

    def before(self, ms: float) -> int | None:
        edges = self._all_edges()
        at = bisect_left(edges, int(-(-ms // 1)))
        return edges[at - 1] if at > 0 else None

    def step(self, key: RegionKey | None, ms: float, by: int) -> Region | None:
        """The next (1) or previous (-1) region after one of them, or after a time."""
        shown = self._all
        order = {r.key: i for i, r in enumerate(shown)}
        if key in order:
            at = order[key] + by
        else:
            after = next((i for i, r in enumerate(shown) if r.start >= ms), len(shown))
            at = after if by > 0 else after - 1
        return shown[at] if 0 <= at < len(shown) else None

    # -- inside

    def _read(self, instance: str) -> None:
        annotation = self._session.document.annotation_of(instance, WHOLE)
        if annotation is None or not isinstance(annotation.geometry, AudioRanges):
            self._by_instance.pop(instance, None)
            return
        self._by_instance[instance] = tuple(
            Region(instance, i, start, end, self._lanes.get((instance, i), 0))
            for i, (start, end) in enumerate(annotation.geometry.ranges)
        )

    def _stack(self) -> None:
        """Each region in the first lane that is free."""
        shown = [r for i, ranges in self._by_instance.items() if i not in self._focus.hidden for r in ranges]
        shown.sort(key=lambda r: (r.start, -r.end, r.instance))
        free: list[int] = []
        busy: list[tuple[int, int]] = []  # end, lane
        self._lanes, self.lanes = {}, 1
        moved: set[str] = set()
        for region in shown:
            while busy and busy[0][0] <= region.start:
                heapq.heappush(free, heapq.heappop(busy)[1])
            lane = heapq.heappop(free) if free else len(busy)
            heapq.heappush(busy, (region.end, lane))
            self._lanes[region.key] = lane
            self.lanes = max(self.lanes, lane + 1)
            if lane != region.lane:
                moved.add(region.instance)
        for instance in moved:
            self._read(instance)

    def _sort(self) -> None:
        hidden = self._focus.hidden
        shown = [r for i, ranges in self._by_instance.items() if i not in hidden for r in ranges]
        shown.sort(key=_by_time)
        self._all = shown
        self.starts = np.array([r.start for r in shown], np.int64)
        self.ends = np.array([r.end for r in shown], np.int64)
        self.lane = np.array([r.lane for r in shown], np.int64)
        self._edges: list[int] | None = None
        self.version += 1

    def _all_edges(self) -> list[int]:
        if self._edges is None:
            self._edges = sorted({edge for r in self._all for edge in (r.start, r.end)})
        return self._edges


_by_time = attrgetter("start", "end")


def tidy(ranges: Iterable[tuple[int, int]], *, join_touching: bool = False) -> Ranges:
    """In order; those that cover each other become one."""
    made: list[tuple[int, int]] = []
    for start, end in sorted((min(r), max(r)) for r in ranges):
        if made and (start < made[-1][1] or (join_touching and start == made[-1][1])):
            made[-1] = (made[-1][0], max(made[-1][1], end))
        elif end > start:
            made.append((start, end))
    return tuple(made)
