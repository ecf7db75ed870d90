"""Decoded frames within a budget of bytes: those nearest in the direction of travel stay longest."""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import Any


class FrameCache:
    """Frames by index, as decoded (a third of what BGRA takes). What goes first: the farthest from `centre`, and of the
    frames behind the direction of travel those count as three times as far."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.bytes = 0
        self.centre = 0
        self.direction = 1
        self._frames: dict[int, tuple[Any, int]] = {}
        self._order: list[int] = []  # indices, ascending

    def __contains__(self, index: int) -> bool:
        return index in self._frames

    def __len__(self) -> int:
        return len(self._frames)

    def get(self, index: int) -> Any | None:
        found = self._frames.get(index)
        return found[0] if found else None

    def put(self, index: int, frame: Any, size: int) -> None:
        """One frame larger than the budget is kept alone."""
        if index in self._frames:
            return
        self._frames[index] = (frame, size)
        insort(self._order, index)
        self.bytes += size
        while self.bytes > self.budget and len(self._order) > 1:
            self._drop_farthest()

    def _drop_farthest(self) -> None:
        first, last = self._order[0], self._order[-1]
        at = 0 if self._distance(first) >= self._distance(last) else len(self._order) - 1
        self.bytes -= self._frames.pop(self._order.pop(at))[1]

    def _distance(self, index: int) -> int:
        ahead = (index - self.centre) * self.direction
        return ahead if ahead >= 0 else -3 * ahead

    def nearest_before(self, index: int, floor: int) -> int | None:
        """The greatest index kept in [floor, index]."""
        at = bisect_right(self._order, index) - 1
        return self._order[at] if at >= 0 and self._order[at] >= floor else None

    def run_end(self, index: int, direction: int) -> int:
        """The first index from here in this direction that is missing."""
        while index in self._frames:
            index += direction
        return index

    def clear(self) -> None:
        self._frames.clear()
        self._order.clear()
        self.bytes = 0
