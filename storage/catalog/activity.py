"""What happened to a folder or an item, read from the op log: who, when, what in words."""

from __future__ import annotations

import sqlite3

from storage.catalog.people import NAME_OF
from storage.model.reads import ActivityRow

_WORDS = f"SELECT g.at, {NAME_OF.format('g.user_id')}, g.text FROM op_groups g"

_OF_ENTITY = f"""{_WORDS} WHERE (g.session_id, g.op_group) IN (
    SELECT session_id, op_group FROM ops WHERE entity_uuid = (SELECT uuid FROM {{0}} WHERE id = ?))
    ORDER BY g.at DESC, g.op_group DESC LIMIT ?"""

#: What was done to a folder's items is told of the folder too. An operation is known by its first op; the newest
#: thousand are looked at, so that a long log costs no more than a short one.
_AMONG_ITEMS = f"""{_WORDS} JOIN (SELECT session_id, op_group FROM op_groups ORDER BY at DESC LIMIT 1000) r
    ON r.session_id = g.session_id AND r.op_group = g.op_group
    WHERE EXISTS (SELECT 1 FROM ops o JOIN items i ON i.uuid = o.entity_uuid
        WHERE o.session_id = g.session_id AND o.seq BETWEEN g.op_group AND g.op_group + 1 AND i.folder_id = ?)
    ORDER BY g.at DESC LIMIT ?"""


def rows(db: sqlite3.Connection, folder_id: int | None, item_id: int | None, limit: int) -> list[ActivityRow]:
    """Newest first."""
    found: set[tuple[int, str, str]] = set()
    if folder_id is not None:
        found.update(db.execute(_OF_ENTITY.format("folders"), (folder_id, limit)))
        found.update(db.execute(_AMONG_ITEMS, (folder_id, limit)))
    if item_id is not None:
        found.update(db.execute(_OF_ENTITY.format("items"), (item_id, limit)))
    return [ActivityRow(*row) for row in sorted(found, key=lambda row: row[0], reverse=True)[:limit]]
