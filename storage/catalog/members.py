"""The pictures of image groups and sequences, and the frames of videos: reads, then operations.

A group is one item; its pictures are items of their own in a folder of the kind `members` beside it. What is
put into that folder later is no part of the group, nothing mirrors the folder, and a picture cannot be deleted before the
group that it belongs to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.catalog import files, folders
from storage.errors import Refused
from storage.ids import uuid_text
from storage.model.items import FolderKind, Kind, Location, MediaInfo, Member, NewItem

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

_WORDS = {Kind.IMAGE_GROUP: "image group", Kind.IMAGE_SEQUENCE: "image sequence"}
_MEMBERS = """SELECT i.id, i.uuid, i.title, i.mime, i.width, i.height, i.size, i.location, i.source, i.sha256
    FROM item_members m JOIN items i ON i.id = m.member_item_id WHERE m.item_id = ? ORDER BY m.position"""


@dataclass(frozen=True, slots=True)
class NewGroup:
    item_id: int
    title: str  # what was wanted, or that with a number
    folder_id: int
    member_ids: range


# -- reads ---------------------------------------------------------------------------------------------------------


def members(db: sqlite3.Connection, item_id: int) -> list[Member]:
    """In order; empty for items of other kinds. 60 ms for the largest sequence."""
    found = db.execute(_MEMBERS, (item_id,))
    return [
        Member(
            id_, uuid_text(uuid), title, mime, w, h, size, Location(location), source, sha.hex() if sha is not None else None
        )
        for id_, uuid, title, mime, w, h, size, location, source, sha in found
    ]


def first_member(db: sqlite3.Connection, item_id: int) -> int | None:
    row = db.execute("SELECT member_item_id FROM item_members WHERE item_id = ? AND position = 0", (item_id,)).fetchone()
    return int(row[0]) if row else None


def groups_of(db: sqlite3.Connection, item_id: int) -> list[tuple[int, str]]:
    """The groups and sequences, not in the trash, that a picture belongs to: id and title."""
    sql = "SELECT DISTINCT g.id, g.title FROM item_members m JOIN items g ON g.id = m.item_id WHERE m.member_item_id = ?"
    return [(row[0], row[1]) for row in db.execute(f"{sql} AND g.trashed_at IS NULL ORDER BY g.sort_key, g.id", (item_id,))]


def digest(kind: Kind, hashes: Iterable[str | bytes | None]) -> bytes:
    """What stands for the content of a group: its small picture and its video are kept under this."""
    import hashlib

    whole = hashlib.sha256(kind.encode())
    for each in hashes:
        whole.update(bytes.fromhex(each) if isinstance(each, str) else each or b"")
    return whole.digest()


def left_behind(db: sqlite3.Connection, ids: str) -> tuple[int, int]:
    """Of the pictures of these groups (JSON of ids) those that would stay without them: how many, and their bytes."""
    found = db.execute(
        """SELECT count(*), coalesce(sum(size), 0) FROM items WHERE trashed_at IS NULL
        AND id IN (SELECT member_item_id FROM item_members WHERE item_id IN (SELECT value FROM json_each(?1)))
        AND id NOT IN (SELECT value FROM json_each(?1))""",
        (ids,),
    ).fetchone()
    return int(found[0]), int(found[1])


def frame_table(db: sqlite3.Connection, sha256: str) -> bytes | None:
    row = db.execute("SELECT data FROM frame_tables WHERE sha256 = ?", (bytes.fromhex(sha256),)).fetchone()
    return bytes(row[0]) if row else None


def refuse_parting(db: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Refused for items that are not to be trashed: pictures of a group go with it or after it, never before."""
    from storage.catalog.transaction import IN_IDS, ids_json

    wanted = ids_json(ids)
    row = db.execute(
        f"""SELECT g.kind, g.title, p.title FROM item_members m JOIN items g ON g.id = m.item_id
        JOIN items p ON p.id = m.member_item_id
        WHERE m.member_item_id {IN_IDS} AND g.trashed_at IS NULL AND g.id NOT {IN_IDS} ORDER BY g.id, m.position LIMIT 1""",
        (wanted, wanted),
    ).fetchone()
    if row is not None:
        what = _WORDS[Kind(row[0])]
        raise Refused(
            f"“{row[2]}” belongs to the {what} “{row[1]}” and cannot be deleted before it.",
            remedy=f"Delete the {what} first, or together with its pictures.",
            input=row[2],
        )


# -- operations ----------------------------------------------------------------------------------------------------


def add_group(op: Operation, folder_id: int, group: NewItem, pictures: Sequence[NewItem]) -> NewGroup:
    """A group or sequence in a folder, and a folder of the same name beside it with its pictures."""
    title = folders.unique_title(op, folder_id, group.title.replace("/", "∕"))
    inside = folders.create(op, folder_id, title, kind=FolderKind.MEMBERS)
    ids = files.add(op, inside, pictures)
    (item_id,) = files.add(op, folder_id, [group])
    op.insert_many("item_members", ("item_id", "position", "member_item_id"), ((item_id, n, i) for n, i in enumerate(ids)))
    shown = op.value("SELECT title FROM items WHERE id = ?", item_id)
    return NewGroup(item_id, str(shown), inside, range(ids[0], ids[-1] + 1))


def keep_frame_tables(op: Operation, tables: Iterable[tuple[str | None, MediaInfo]]) -> None:
    """What probing found out, by content: pairs of the original's hash and its facts."""
    rows = [(bytes.fromhex(sha), info.frame_table) for sha, info in tables if sha and info.frame_table is not None]
    if rows:
        op.db.executemany("INSERT OR REPLACE INTO frame_tables VALUES (?, ?)", rows)


def follow_change(op: Operation, item_id: int) -> None:
    """A picture has other bytes now: the groups that it belongs to are to be drawn and encoded anew."""
    for group_id, _ in groups_of(op.db, item_id):
        kind, *_ = op.one("SELECT kind FROM items WHERE id = ?", group_id)
        found = members(op.db, group_id)
        new = digest(Kind(kind), (member.sha256 for member in found))
        op.update("items", group_id, sha256=new, size=sum(member.size for member in found))
        files.touch(op, [group_id])


def forget_frame_tables(op: Operation, hashes: Iterable[bytes]) -> None:
    op.db.executemany(
        "DELETE FROM frame_tables WHERE sha256 = ?1 AND NOT EXISTS (SELECT 1 FROM items WHERE sha256 = ?1)",
        [(sha,) for sha in set(hashes)],
    )


def refuse_purging(op: Operation, ids: Sequence[int]) -> None:
    """The same for the end of the trash: a group that may still be restored needs its pictures."""
    from storage.catalog.transaction import IN_IDS, ids_json

    wanted = ids_json(ids)
    row = op.one(
        f"SELECT g.kind, g.title FROM item_members m JOIN items g ON g.id = m.item_id"
        f" WHERE m.member_item_id {IN_IDS} AND g.id NOT {IN_IDS} LIMIT 1",
        wanted,
        wanted,
    )
    if row is not None:
        what = _WORDS[Kind(row[0])]
        raise Refused(
            f"Pictures of the {what} “{row[1]}” are among these, and it could still be restored.",
            remedy=f"Delete the {what} for good first.",
            input=row[1],
        )


def trashed_with(op: Operation, ids: Sequence[int]) -> list[str]:
    """The deletions that hold pictures of these groups: they must be restored with them."""
    from storage.catalog.transaction import IN_IDS, ids_json

    rows = op.all(
        "SELECT DISTINCT t.uuid FROM item_members m JOIN items p ON p.id = m.member_item_id JOIN trash t ON t.id = p.trash_group"
        f" WHERE m.item_id {IN_IDS}",
        ids_json(ids),
    )
    return [uuid_text(row[0]) for row in rows]


def erase(op: Operation, ids: Sequence[int]) -> None:
    """Before groups are erased for good: what ties their pictures to them."""
    from storage.catalog.transaction import IN_IDS, ids_json

    op.delete("item_members", [r[0] for r in op.all(f"SELECT id FROM item_members WHERE item_id {IN_IDS}", ids_json(ids))])
