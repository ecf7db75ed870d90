"""What of many objects is to be seen on a frame of what moves, at the cost of what is on it.

The same as asking `interpolation.present` for each of them; for tracks by the hundred, frame after frame.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.model.correspondence import Pairing
from storage.model.geometry import Geometry, Point, Polygon, Ring
from storage.model.interpolation import INTERPOLATED_CONFIDENCE, between, pairings
from storage.model.labels import Annotation, FrameKey, LabelDocument

_BETWEEN = "~"  # in the uuid of an annotation that is no row


def is_between(annotation: Annotation) -> bool:
    """Whether this is what lies between two rows: nothing stored, its uuid names no row."""
    return _BETWEEN in annotation.uuid


def between_rows(since: Annotation, geometry: Geometry, at: FrameKey, confidence: float) -> Annotation:
    return Annotation(
        f"{since.uuid}{_BETWEEN}{at[1]}", since.instance, geometry, at[1], at[0], None, False, since.outside, since.occluded,
        confidence, False, since.created_at, since.created_by, since.edited_at, since.edited_by,
    )  # fmt: skip


class _Flow:
    """A polygon whose points travel in straight lines, as arrays: those of all objects on a frame are worked out together."""

    def __init__(self, parts: Sequence[tuple[Pairing | Ring, ...]]) -> None:
        self.parts = parts
        pairs = [ring for part in parts for ring in part if isinstance(ring, Pairing)]
        self.start = _xy([p for pair in pairs for p in pair.a])
        self.way = _xy([p for pair in pairs for p in pair.b]) - self.start

    def polygon(self, points: Sequence[Point]) -> Polygon:
        """`points`: of all its rings that travel, in their order."""
        at, made = 0, []
        for part in self.parts:
            rings: list[Ring] = []
            for ring in part:
                if isinstance(ring, Pairing):
                    rings.append(tuple(points[at : at + len(ring.a)]))
                    at += len(ring.a)
                else:
                    rings.append(ring)
            made.append(tuple(rings))
        return Polygon(tuple(made))


def _xy(points: Sequence[complex]) -> NDArray[np.float64]:
    return np.array(points, np.complex128).view(np.float64).reshape(-1, 2)


@dataclass(slots=True)
class _Segment:
    """An object from one row to just before the next one."""

    before: Annotation
    after: Annotation | None
    flow: _Flow | None = None
    holds: bool = False  # both rows have the same shape
    known: bool = False  # whether it flows or holds

    def covers(self, frame: int) -> bool:
        return self.before.frame <= frame and (self.after is None or frame < self.after.frame)

    def shown(self, frame: int) -> Annotation | float | None:
        """The row of this frame, or how far it is on the way to the next one (0..1); None where it is not."""
        before, after = self.before, self.after
        if before.outside:
            return None
        if before.frame == frame:
            return before
        if after is None or not before.keyframe:
            return None
        if not self.known:
            self._learn(before.geometry, after.geometry)
        return (frame - before.frame) / (after.frame - before.frame)

    def _learn(self, a: Geometry, b: Geometry) -> None:
        self.known, self.holds = True, a == b
        if isinstance(a, Polygon) and isinstance(b, Polygon) and not self.holds:
            parts = pairings(a, b)
            rings = [ring for part in parts for ring in part]
            if all(ring.motion.turn == 1 for ring in rings if isinstance(ring, Pairing)):
                self.flow = _Flow(parts)

    def between(self, geometry: Geometry, at: FrameKey) -> Annotation:
        before, after = self.before, self.after
        assert after is not None
        return between_rows(before, geometry, at, min(INTERPOLATED_CONFIDENCE, before.confidence, after.confidence))


class Lives:
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
        flowing: list[tuple[int, _Segment, _Flow, float]] = []
        for slot in np.flatnonzero((self._first[:n] <= frame) & (self._last[:n] >= frame)).tolist():
            segment = self._segments[slot]
            if segment is None or not segment.covers(frame):
                segment = self._segments[slot] = _segment(self.document, self._ids[slot], at)
            shown = segment.shown(frame) if segment is not None else None
            if segment is None or shown is None:
                continue
            if not isinstance(shown, float):
                found.append(shown)
                continue
            before, after = segment.before, segment.after
            assert after is not None
            if segment.flow is not None:
                flowing.append((len(found), segment, segment.flow, shown))
                found.append(before)  # its place; replaced below
            else:
                geometry = before.geometry if segment.holds else between(before.geometry, after.geometry, shown)
                found.append(segment.between(geometry, at))
        for (place, segment, _, _), polygon in zip(flowing, _flown(flowing), strict=True):
            found[place] = segment.between(polygon, at)
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


def _flown(flowing: Sequence[tuple[int, _Segment, _Flow, float]]) -> list[Polygon]:
    """Where the outlines are by now."""
    if not flowing:
        return []
    flows = [flow for _, _, flow, _ in flowing]
    counts = [len(flow.start) for flow in flows]
    times = np.repeat([t for _, _, _, t in flowing], counts)[:, None]
    xy = np.concatenate([f.start for f in flows]) + np.concatenate([f.way for f in flows]) * times
    points: list[Point] = list(zip(xy[:, 0].tolist(), xy[:, 1].tolist(), strict=True))
    ends = np.cumsum(counts).tolist()
    return [flow.polygon(points[end - n : end]) for flow, n, end in zip(flows, counts, ends, strict=True)]


def _segment(document: LabelDocument, instance: str, at: FrameKey) -> _Segment | None:
    places = document.places_of(instance)
    i = bisect_right(places, at)
    before = document.annotation_of(instance, places[i - 1]) if i else None
    after = document.annotation_of(instance, places[i]) if i < len(places) else None
    return _Segment(before, after) if before is not None and before.part == at[0] else None
