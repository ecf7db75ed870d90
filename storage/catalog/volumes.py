"""DICOM series (and pairs of files): one item, the files behind it, and where each frame lies in them. Reads, then operations.

The item has no source of its own; its `sha256` stands for all of its files and for what part of them it is. The index of
frames follows from the files, so it is in no log; it is kept by that hash.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.catalog import files
from storage.errors import NotFound
from storage.model.items import Location, MediaInfo, NewItem
from storage.model.people import Action

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

_COLUMNS = ("item_id", "position", "location", "source", "sha256", "size", "mtime_ns")


@dataclass(frozen=True, slots=True)
class VolumeFile:
    """One file behind an item, in the order of its index. `source` as in `Item`."""

    location: Location
    source: str
    sha256: str
    size: int
    mtime_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """A file of an item that is to be looked for."""

    item_id: int
    position: int
    file: VolumeFile


# -- reads ---------------------------------------------------------------------------------------------------------


def files_of(db: sqlite3.Connection, item_id: int) -> list[VolumeFile]:
    """In order; empty for items with a source of their own."""
    rows = db.execute(
        "SELECT location, source, sha256, size, mtime_ns FROM volume_files WHERE item_id = ? ORDER BY position", (item_id,)
    )
    return [VolumeFile(Location(where), source, sha.hex(), size, time) for where, source, sha, size, time in rows]


def index_of(db: sqlite3.Connection, sha256: str) -> bytes | None:
    """`storage.media.dicom_index.FrameIndex` of a series, by the item's hash."""
    row = db.execute("SELECT data FROM volumes WHERE sha256 = ?", (bytes.fromhex(sha256),)).fetchone()
    return bytes(row[0]) if row else None


def read_before(db: sqlite3.Connection, read_as: int) -> list[int]:
    """Live series whose headers were read by an earlier version (`storage.media.dicom_tell.READ_AS`), oldest first."""
    sql = (
        "SELECT i.id FROM series s JOIN items i ON i.id = s.item_id AND i.trashed_at IS NULL"
        " WHERE coalesce(json_extract(i.facts, '$.read_as'), 0) < ? ORDER BY i.id"
    )
    return [int(row[0]) for row in db.execute(sql, (read_as,))]


def local_sources(db: sqlite3.Connection, item_ids: Iterable[int]) -> dict[str, bytes | None]:
    """Copies in the catalog's folder behind these items: source -> hash."""
    sql = "SELECT source, sha256 FROM volume_files WHERE location = ? AND item_id IN (SELECT value FROM json_each(?))"
    return dict(db.execute(sql, (str(Location.LOCAL), json.dumps(list(item_ids)))).fetchall())


def sources_in_use(db: sqlite3.Connection, hashes: Iterable[bytes]) -> set[str]:
    """Which copies with these hashes are behind some item."""
    used: set[str] = set()
    for sha in hashes:
        used.update(row[0] for row in db.execute("SELECT source FROM volume_files WHERE sha256 = ?", (sha,)))
    return used


def unused(db: sqlite3.Connection, copies: Mapping[str, str]) -> list[str]:
    """Of copies (source -> hash) those that no item stands on."""
    hashes = [bytes.fromhex(sha) for sha in copies.values()]
    used = sources_in_use(db, hashes)
    for sha in hashes:
        used.update(row[0] for row in db.execute("SELECT source FROM items WHERE sha256 = ?", (sha,)))
    return sorted(copies.keys() - used)


def named(db: sqlite3.Connection, sources: Iterable[str]) -> set[str]:
    """Those of these copies that stand in some row, whatever its hash says. Reads every row."""
    wanted = json.dumps(list(sources))
    sql = "SELECT source FROM {} WHERE source IN (SELECT value FROM json_each(?))"
    return {row[0] for table in ("items", "volume_files") for row in db.execute(sql.format(table), (wanted,))}


# -- operations ----------------------------------------------------------------------------------------------------


def add(op: Operation, folder_id: int, item: NewItem, behind: Sequence[VolumeFile], index: bytes | None) -> int:
    """An item and the files behind it."""
    (item_id,) = files.add(op, folder_id, [item])
    rows = ((item_id, n, str(f.location), f.source, bytes.fromhex(f.sha256), f.size, f.mtime_ns) for n, f in enumerate(behind))
    op.insert_many("volume_files", _COLUMNS, rows)
    if index is not None and item.sha256:
        op.db.execute("INSERT OR REPLACE INTO volumes VALUES (?, ?)", (bytes.fromhex(item.sha256), index))
    return int(item_id)


def renew(op: Operation, item_id: int, info: MediaInfo, sha256: str | None = None, index: bytes | None = None) -> None:
    """What was read of its headers since; the index it had stays beside the new one, for whoever goes back."""
    files.set_info(op, item_id, info, sha256)
    if sha256 and index is not None:
        op.db.execute("INSERT OR REPLACE INTO volumes VALUES (?, ?)", (bytes.fromhex(sha256), index))


def set_locations(op: Operation, item_id: int, places: Mapping[int, Location], whole: Location) -> None:
    """What was found out about linked files; `whole` is how the item stands. No right is needed to know it."""
    by_place: dict[Location, list[int]] = {}
    for position, place in places.items():
        by_place.setdefault(place, []).append(position)
    for place, positions in by_place.items():
        op.update("volume_files", _ids(op, item_id, positions), location=str(place))
    files.set_location(op, [item_id], whole)


def relink(op: Operation, item_id: int, found: Mapping[int, tuple[str, int | None]], whole: Location) -> None:
    """Files of the same content in other places: position -> path and time."""
    op.require(Action.EDIT, "items", item_id)
    if op.value("SELECT trashed_at IS NULL FROM items WHERE id = ?", item_id) != 1:
        raise NotFound("That series is not there any more.", remedy="Look for it in the trash.")
    for position, (path, mtime_ns) in found.items():
        values = {"source": path, "location": str(Location.LINKED), "mtime_ns": mtime_ns}
        op.update("volume_files", _ids(op, item_id, [position]), values)
    files.set_location(op, [item_id], whole)


def erase(op: Operation, item_ids: Iterable[int]) -> None:
    """Before items are erased for good."""
    from storage.catalog.transaction import IN_IDS, ids_json

    op.delete("volume_files", [r[0] for r in op.all(f"SELECT id FROM volume_files WHERE item_id {IN_IDS}", ids_json(item_ids))])


def forget_indexes(op: Operation, hashes: Iterable[bytes]) -> None:
    """Of items that are gone."""
    op.db.executemany(
        "DELETE FROM volumes WHERE sha256 = ?1 AND NOT EXISTS (SELECT 1 FROM items WHERE sha256 = ?1)",
        [(sha,) for sha in set(hashes)],
    )


def _ids(op: Operation, item_id: int, positions: Sequence[int]) -> list[int]:
    sql = "SELECT id FROM volume_files WHERE item_id = ? AND position IN (SELECT value FROM json_each(?))"
    return [int(row[0]) for row in op.all(sql, item_id, json.dumps(list(positions)))]
