"""Key frames that came with a video in its metadata (`clientMetadata["$encord"]`). Qt-free.

The nesting is not fully documented: lists of numbers, lists of entries with a frame, and mappings by frame are all read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from viewers.scene.frame_clock import FrameClock

_LISTS = ("frames", "keyframes", "key_frames", "keyFrames")
_PLACES = ("frame", "frame_number", "frameNumber", "index", "keyframe", "time", "timestamp")


def key_frames(metadata: Mapping[str, Any], clock: FrameClock) -> tuple[int, ...]:
    """Frames to mark on the ruler, ascending; what cannot be read or lies outside is left out."""
    own = metadata.get("$encord")
    if not isinstance(own, Mapping):
        return ()
    config = own.get("config")
    in_time = isinstance(config, Mapping) and str(config.get("keyframe_mode", "frame")).startswith("time")
    found: set[int] = set()
    for name in _LISTS:
        for value in _values(own.get(name)):
            frame = clock.at_time(value) if in_time else int(value)
            if value >= 0 and frame < clock.count and (not in_time or value <= clock.duration):
                found.add(frame)
    return tuple(sorted(found))


def _values(listed: object) -> Iterator[float]:
    entries = listed if isinstance(listed, (Mapping, list, tuple)) else ()
    for entry in entries:
        place = next((entry[p] for p in _PLACES if p in entry), None) if isinstance(entry, Mapping) else entry
        number = _number(place)
        if number is not None:
            yield number


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) < 2**53 else None
