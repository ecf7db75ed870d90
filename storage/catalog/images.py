"""Before-images: what an operation replaced, so that undo can write it back. In memory only.

Grouped by value: moving a million items out of one folder keeps one old value and an array of ids.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Inserted:
    table: str
    ids: array[int]


@dataclass(frozen=True, slots=True)
class Updated:
    """(old values, new values) -> the rows where that happened."""

    table: str
    columns: tuple[str, ...]
    groups: dict[tuple[Values, Values], array[int]]


@dataclass(frozen=True, slots=True)
class Deleted:
    table: str
    columns: tuple[str, ...]  # all of them, `id` included
    rows: list[Values]


Image = Inserted | Updated | Deleted


def weight(images: list[Image]) -> int:
    """Bytes, roughly."""
    total = 0
    for image in images:
        match image:
            case Inserted(ids=ids):
                total += 8 * len(ids)
            case Updated(groups=groups):
                total += sum(200 + 8 * len(ids) for ids in groups.values())
            case Deleted(rows=rows):
                total += 1000 * len(rows)
    return total


@dataclass(slots=True)
class Images:
    """What one operation did, in order. `keep` is False for operations that cannot be undone."""

    keep: bool = True
    images: list[Image] = field(default_factory=list)

    def add(self, image: Image) -> None:
        if self.keep:
            self.images.append(image)
