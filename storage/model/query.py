"""Which items a list shows, and which of them are selected. Plain values; `storage.catalog.search` turns them into SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from storage.model.items import Kind, Location


class SortBy(StrEnum):
    TITLE = "title"
    KIND = "kind"
    SIZE = "size"
    CREATED = "created_at"
    DIMENSIONS = "pixels"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class MetadataTest:
    key: str
    op: str  # one of = != < <= > >= contains exists
    value: Any = None


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """`folder_id` None means every folder. `text` matches titles: trigrams from three letters, word beginnings below."""

    folder_id: int | None = None
    recursive: bool = False
    text: str = ""
    kinds: frozenset[Kind] = frozenset()
    dataset_id: int | None = None
    locations: frozenset[Location] = frozenset()
    labelled: bool | None = None
    metadata: tuple[MetadataTest, ...] = ()
    trashed: bool = False
    sort: SortBy = SortBy.TITLE
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ItemSelection:
    """Items meant by an operation: named one by one, or everything a query finds but a few (a million rows cost nothing)."""

    ids: frozenset[int] = frozenset()
    query: ItemQuery | None = None
    but: frozenset[int] = frozenset()
    count: int = field(default=0, compare=False)  # as shown to the person

    @staticmethod
    def of(*ids: int) -> ItemSelection:
        return ItemSelection(ids=frozenset(ids), count=len(set(ids)))
