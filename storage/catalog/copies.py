"""Series whose files lie outside of the catalog and are to be copied into it: which are waiting, and when they are there."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING

from storage.catalog import files
from storage.model.items import Location
from storage.model.people import Action

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

#: Rows of `meta`: this, and the id of an item that an import still owes a copy. Not logged: it is this machine's affair.
_OWED = "copy owed to item "


def owed(db: sqlite3.Connection) -> list[int]:
    """Live items that were added to be copied and are links still: what an import that was ended early has left."""
    sql = (
        "SELECT i.id FROM meta m JOIN items i ON i.id = CAST(substr(m.key, ?) AS INTEGER)"
        " WHERE m.key GLOB ? AND i.trashed_at IS NULL ORDER BY i.id"
    )
    return [int(row[0]) for row in db.execute(sql, (len(_OWED) + 1, f"{_OWED}*"))]


def owe(op: Operation, item_id: int) -> None:
    op.db.execute("INSERT OR REPLACE INTO meta VALUES (?, NULL)", (f"{_OWED}{item_id}",))


def owe_no_more(op: Operation, item_id: int) -> None:
    op.db.execute("DELETE FROM meta WHERE key = ?", (f"{_OWED}{item_id}",))


def settle(op: Operation, item_id: int, copies: Mapping[int, str]) -> bool:
    """The copies (position among its files -> source) are safe on the disk: the series stands on them from now on.

    False: it is gone or no link any more; nothing is written.
    """
    owe_no_more(op, item_id)
    if op.value("SELECT location FROM items WHERE id = ? AND trashed_at IS NULL", item_id) != Location.LINKED:
        return False
    op.require(Action.EDIT, "items", item_id)
    rows = op.all("SELECT id, position FROM volume_files WHERE item_id = ?", item_id)
    places = ((id_, str(Location.LOCAL), copies[position]) for id_, position in rows if position in copies)
    op.update_each("volume_files", ("location", "source"), places)
    files.set_location(op, [item_id], Location.LOCAL)
    return True
