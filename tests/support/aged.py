"""An item as an earlier version left it."""

from __future__ import annotations

import json
from dataclasses import replace

from storage.catalog.engine import Catalog
from storage.media.dicom_index import FrameIndex
from storage.media.thumbnails import ThumbnailStore
from storage.model.items import Item

LATER = ("accession", "patient_orientation", "spacing_kind", "read_as")


def make_old(op, item: Item, index: bytes, sha256: str) -> None:
    """What an earlier version would have left: fewer facts, an index that says less, and so another hash."""
    facts = {name: value for name, value in item.facts.items() if name not in LATER}
    op.update("items", item.id, facts=json.dumps(facts), sha256=bytes.fromhex(sha256))
    op.db.execute("INSERT OR REPLACE INTO volumes VALUES (?, ?)", (bytes.fromhex(sha256), index))


def aged(catalog: Catalog, item_id: int, *, shuffled: bool = False) -> tuple[Item, Item]:
    """The item as it is today, and as it was."""
    today = catalog.reads.item(item_id)
    index = FrameIndex.from_bytes(catalog.reads.frame_index(today.sha256))
    if shuffled:
        index = reversed_in_order(index)
    old = "ab" * 32
    catalog.do("age", make_old, today, index.to_bytes(), old)
    store = ThumbnailStore(catalog.paths.thumbnails)
    store.put(old, store.get(today.sha256))
    store.close()
    return today, catalog.reads.item(item_id)


def reversed_in_order(index: FrameIndex) -> FrameIndex:
    turned = {
        name: getattr(index, name)[::-1] for name in ("frame_number", "offset", "length", "format", "voi", "slope", "intercept")
    }
    return replace(index, **turned, sop_uids=index.sop_uids[::-1])
