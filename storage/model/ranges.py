"""Ranges of frames, both ends included."""

from __future__ import annotations

from collections.abc import Iterable

from storage.model.labels import Range


def joined(ranges: Iterable[Range]) -> list[Range]:
    """In order; those that overlap or touch made one."""
    made: list[Range] = []
    for first, last in sorted(ranges):
        if made and first <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], last))
        else:
            made.append((first, last))
    return made


def ranges_of(frames: Iterable[int]) -> list[Range]:
    """Frames as ranges, in order."""
    return joined((frame, frame) for frame in frames)


def without(ranges: Iterable[Range], taken: Iterable[Range]) -> list[Range]:
    """What of some ranges does not lie in others."""
    left = sorted(ranges)
    for first, last in taken:
        left = [part for a, b in left for part in ((a, min(b, first - 1)), (max(a, last + 1), b)) if part[0] <= part[1]]
    return sorted(set(left))


def within(ranges: Iterable[Range], frames: int) -> list[Range]:
    """Cut to the frames that exist."""
    return [(max(0, a), min(b, frames - 1)) for a, b in ranges if a < frames and b >= 0 and a <= b]
