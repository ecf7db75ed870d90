"""Frames that are alike in a series become slices and times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from storage.media.dicom_frames import FrameHead
from storage.media.dicom_header import ImageFile

_SAME_MM = 0.01  # nearer than this two frames lie at the same place


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One frame and the file it lies in."""

    file: ImageFile
    frame: FrameHead


@dataclass(slots=True)
class Arranged:
    cells: list[Cell]  # by time, then slice
    slices: int
    name: str = ""  # what tells it from the other parts
    time_values: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


def arrange(cells: list[Cell], *, placed: bool) -> list[Arranged]:
    """Usually one volume; several where frames that lie at the same places cannot be told apart as times."""
    cells = sorted(cells, key=_counting)
    if not placed:
        return [Arranged(cells, len(cells))]
    places = _places(cells)
    count = max(places) + 1
    if count == len(cells):
        return [Arranged([cells[n] for n in np.argsort(places)], count)]
    for key in _TIMES:
        values = [key(cell) for cell in cells]
        if arranged := _by_time(cells, places, values, count):
            return [arranged]
    ranks = _ranks(places)
    if arranged := _by_time(cells, places, ranks, count):
        arranged.notes = ("Its times are told apart by their instance numbers only.",)
        arranged.time_values = ()
        return [arranged]
    return _apart(cells, places, ranks)


def _counting(cell: Cell) -> tuple[Any, ...]:
    instance = cell.file.keys["instance"]
    return (instance is None, instance or 0, str(cell.file.path), cell.frame.number)


def _places(cells: list[Cell]) -> list[int]:
    """Of each cell: the number of its slice, from the least position along the normal."""
    positions = np.array([cell.frame.position for cell in cells], np.float64)
    iop = np.array(cells[0].frame.orientation, np.float64)
    normal = np.cross(iop[:3], iop[3:])
    heights = positions @ (normal / np.linalg.norm(normal))
    order = np.lexsort((*np.round(positions, 2).T, np.round(heights, 2)))
    found = [0] * len(cells)
    place, first = -1, None
    for n in order:
        if first is None or np.abs(positions[n] - first).max() > _SAME_MM:
            place, first = place + 1, positions[n]
        found[n] = place
    return _in_order(found, heights)


def _in_order(places: list[int], heights: np.ndarray) -> list[int]:
    """Rounded heights sort into groups; the groups by their true heights."""
    least: dict[int, float] = {}
    for place, height in zip(places, heights, strict=True):
        least[place] = min(height, least.get(place, height))
    ranked = {place: n for n, place in enumerate(sorted(least, key=lambda p: (least[p], p)))}
    return [ranked[place] for place in places]


def _enhanced(n: int) -> Callable[[Cell], Hashable]:
    return lambda cell: cell.frame.times[n] if len(cell.frame.times) > n else None


def _of_file(name: str) -> Callable[[Cell], Hashable]:
    return lambda cell: None if cell.file.keys[name] == "" else cell.file.keys[name]


_TEMPORAL, _TEMPORAL_INDEX = _of_file("temporal"), _enhanced(0)
_TRIGGER, _ACQUISITION = _of_file("trigger"), _of_file("acquisition")

#: What may tell times apart, the surest first.
_TIMES: tuple[Callable[[Cell], Hashable], ...] = (
    _TEMPORAL,
    _TEMPORAL_INDEX,
    _of_file("frame_reference_time"),
    _TRIGGER,
    _enhanced(1),
    _of_file("b_value"),
    _enhanced(2),
    _ACQUISITION,
    _of_file("acquisition_time"),
    _enhanced(3),
    _of_file("content_time"),
)
#: What volumes are called by when their times are not whole.
_PARTS = ((_TEMPORAL, "time"), (_TEMPORAL_INDEX, "time"), (_ACQUISITION, "acquisition"), (_TRIGGER, "trigger time"))


def _by_time(cells: list[Cell], places: list[int], values: list[Any], count: int) -> Arranged | None:
    """As times of one volume, if every time has every slice once."""
    if any(value is None for value in values):
        return None
    times = sorted(set(values))
    if len(times) < 2 or len(times) * count != len(cells):
        return None
    if len({(value, place) for value, place in zip(values, places, strict=True)}) != len(cells):
        return None
    rank = {value: n for n, value in enumerate(times)}
    order = sorted(range(len(cells)), key=lambda n: (rank[values[n]], places[n]))
    numbers = tuple(float(t) for t in times) if all(isinstance(t, (int, float)) for t in times) else ()
    return Arranged([cells[n] for n in order], count, time_values=numbers)


def _ranks(places: list[int]) -> list[int]:
    """The how-manieth frame at its place each is."""
    seen: Counter[int] = Counter()
    ranks = []
    for place in places:
        ranks.append(seen[place])
        seen[place] += 1
    return ranks


def _apart(cells: list[Cell], places: list[int], ranks: list[int]) -> list[Arranged]:
    """Volumes of their own: by the first key under which no place comes twice, else by rank."""
    values, word = ranks, "repeat"
    for key, name in _PARTS:
        found: list[Any] = [key(cell) for cell in cells]
        pairs = {(value, place) for value, place in zip(found, places, strict=True)}
        if None not in found and len(set(found)) > 1 and len(pairs) == len(cells):
            values, word = found, name
            break
    note = "Several of its frames lie at the same place: shown as volumes of their own."
    made = []
    for value in sorted(set(values)):
        chosen = sorted((places[n], n) for n in range(len(cells)) if values[n] == value)
        name = f"{word} {value + 1 if word == 'repeat' else value}"
        made.append(Arranged([cells[n] for _, n in chosen], len(chosen), name, notes=(note,)))
    return made
