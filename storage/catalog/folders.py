"""Folders: reads, then operations. Nothing lives at the root but folders; titles are unique among siblings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from storage.catalog.people import NAME_OF, own, visible_folders
from storage.errors import NotFound, Refused
from storage.ids import uuid_text
from storage.model import titles
from storage.model.items import BATCHES, Folder, FolderKind, FolderSummary, Kind
from storage.model.people import Action, User

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

_COLUMNS = f"""f.id, f.uuid, f.parent_id, f.title, f.description, f.kind,
    EXISTS (SELECT 1 FROM folders c WHERE c.parent_id = f.id AND c.trashed_at IS NULL),
    f.created_at, {NAME_OF.format("f.created_by")}, f.edited_at, f.trashed_at"""

#: A folder and all below it that is not in the trash; takes ids as a JSON list.
SUBTREE = """
WITH RECURSIVE down(id) AS (
    SELECT id FROM folders WHERE id IN (SELECT value FROM json_each(?)) AND trashed_at IS NULL
    UNION SELECT f.id FROM folders f JOIN down ON f.parent_id = down.id WHERE f.trashed_at IS NULL
) SELECT id FROM down
"""

_ANCESTORS = """
WITH RECURSIVE up(id, parent_id, depth) AS (
    SELECT id, parent_id, 0 FROM folders WHERE id = ?
    UNION ALL SELECT f.id, f.parent_id, up.depth + 1 FROM folders f JOIN up ON f.id = up.parent_id WHERE up.depth < 10000
) SELECT id FROM up ORDER BY depth DESC
"""


# -- reads ---------------------------------------------------------------------------------------------------------


def folder(db: sqlite3.Connection, viewer: User, folder_id: int) -> Folder:
    row = db.execute(f"SELECT {_COLUMNS} FROM folders f WHERE f.id = ?", (folder_id,)).fetchone()
    seen = visible_folders(db, viewer)
    if row is None or (seen is not None and folder_id not in seen):
        raise NotFound("There is no such folder.", remedy="It may have been deleted meanwhile.")
    return _folder(row)


def children(db: sqlite3.Connection, viewer: User, parent_id: int | None) -> list[Folder]:
    """In the order people count. For a member, what was shared out of a hidden folder stands at the top."""
    sql = f"SELECT {_COLUMNS} FROM folders f WHERE f.trashed_at IS NULL AND "
    seen = visible_folders(db, viewer)
    if seen is None:
        rows = db.execute(sql + "f.parent_id IS ?", (parent_id,))
    elif parent_id is None:
        given = _json(seen)
        rows = db.execute(
            sql + "f.id IN (SELECT value FROM json_each(?1)) AND "
            "(f.parent_id IS NULL OR f.parent_id NOT IN (SELECT value FROM json_each(?1)))",
            (given,),
        )
    else:
        rows = db.execute(sql + "f.parent_id = ? AND f.id IN (SELECT value FROM json_each(?))", (parent_id, _json(seen)))
    return sorted(map(_folder, rows), key=lambda f: (titles.sort_key(f.title), f.id))


def path(db: sqlite3.Connection, viewer: User, folder_id: int) -> list[Folder]:
    seen = visible_folders(db, viewer)
    ids = [row[0] for row in db.execute(_ANCESTORS, (folder_id,))]
    rows = db.execute(f"SELECT {_COLUMNS} FROM folders f WHERE f.id IN (SELECT value FROM json_each(?))", (_json(ids),))
    by_id = {row[0]: _folder(row) for row in rows}
    found = [by_id[i] for i in ids if seen is None or i in seen]
    if not found:
        raise NotFound("There is no such folder.", remedy="It may have been deleted meanwhile.")
    return found


def path_text(db: sqlite3.Connection, folder_id: int, separator: str = " / ") -> str:
    titles_by_id = "SELECT title FROM folders WHERE id = ?"
    ids = [row[0] for row in db.execute(_ANCESTORS, (folder_id,))]
    return separator.join(db.execute(titles_by_id, (i,)).fetchone()[0] for i in ids)


def by_path(db: sqlite3.Connection, viewer: User, text: str) -> Folder:
    """`A/B/C`, case ignored."""
    parent: int | None = None
    found: Folder | None = None
    for title in split_path(text):
        found = next((f for f in children(db, viewer, parent) if f.title.casefold() == title.casefold()), None)
        if found is None:
            raise NotFound(f"There is no folder “{text}”.", remedy="`postil folder list` shows those there are.", input=text)
        parent = found.id
    if found is None:
        raise NotFound("No folder was named.", remedy="Give a path such as Scans/2024.", input=text)
    return found


def split_path(text: str) -> list[str]:
    return [part.strip() for part in text.split("/") if part.strip()]


def find(db: sqlite3.Connection, viewer: User, text: str, limit: int) -> list[tuple[int, str]]:
    """Folders whose titles hold every word of the text; those that begin with it first. Without a word: all, those at the top first."""
    words = text.split()
    where = " AND ".join(["trashed_at IS NULL", *("title GLOB ?" for _ in words)])
    sql = f"SELECT id, title, parent_id FROM folders WHERE {where}"
    rows = db.execute(sql, [titles.glob(w[:300]) for w in words]).fetchall()
    seen = visible_folders(db, viewer)
    start = titles.fold(text.strip())
    rows = [row for row in rows if seen is None or row[0] in seen]
    rows.sort(key=lambda row: (not titles.fold(row[1]).startswith(start), titles.sort_key(row[1]), row[0]))
    if not words:
        parents = {id_: parent for id_, _title, parent in rows}
        rows.sort(key=lambda row: _depth(row[0], parents))
    return [(row[0], path_text(db, row[0])) for row in rows[:limit]]


def _depth(folder_id: int, parents: dict[int, int | None]) -> int:
    depth, above = 0, parents[folder_id]
    while above in parents:
        depth, above = depth + 1, parents[above]
    return depth


def summary(db: sqlite3.Connection, viewer: User, folder_id: int) -> FolderSummary:
    """Of everything in it and below, in bytes. Raises NotFound."""
    folder(db, viewer, folder_id)
    ids = subtree(db, [folder_id])
    kinds: dict[Kind, int] = {}
    size = 0
    sql = "SELECT kind, count(*), sum(size) FROM items WHERE folder_id = ? AND trashed_at IS NULL GROUP BY kind"
    for each in ids:
        for kind, count, total in db.execute(sql, (each,)):
            kinds[Kind(kind)] = kinds.get(Kind(kind), 0) + count
            size += 0 if Kind(kind) in BATCHES else total  # their pictures are counted as items of their own
    return FolderSummary(sum(kinds.values()), len(ids) - 1, size, kinds)


def subtree(db: sqlite3.Connection, ids: Iterable[int]) -> list[int]:
    """These folders and all below them that are not in the trash."""
    return [row[0] for row in db.execute(SUBTREE, (_json(ids),))]


def _folder(row: tuple) -> Folder:
    id_, uuid, parent_id, title, description, kind, has_children, created_at, created_by, edited_at, trashed_at = row
    kind = FolderKind(kind) if kind in FolderKind._value2member_map_ else FolderKind.PLAIN
    return Folder(
        id_,
        uuid_text(uuid),
        parent_id,
        title,
        description,
        kind,
        bool(has_children),
        created_at,
        created_by,
        edited_at,
        trashed_at,
    )


def _json(ids: Iterable[int]) -> str:
    return "[" + ",".join(map(str, ids)) + "]"


# -- operations ----------------------------------------------------------------------------------------------------


def create(op: Operation, parent_id: int | None, title: str, description: str = "", kind: FolderKind = FolderKind.PLAIN) -> int:
    """`Refused` when the title is empty, too long, or taken in that place."""
    op.require(Action.EDIT, "folders", parent_id)
    title = _free_title(op, parent_id, title)
    if parent_id is not None:
        _live(op, parent_id)
    folder_id = op.insert("folders", parent_id=parent_id, title=title, description=description, kind=kind)
    own(op, "folders", folder_id)
    op.touch(folders=[folder_id] if parent_id is None else [folder_id, parent_id])
    return folder_id


def ensure(op: Operation, path: Sequence[str], parent_id: int | None = None) -> int:
    """The folder at the end of a path of titles; what is missing is made."""
    folder_id = parent_id
    for title in path:
        title = titles.checked(title, "folder title")
        found = sibling(op, folder_id, title)
        folder_id = create(op, folder_id, title) if found is None else found
    if folder_id is None:
        raise Refused("No folder was named.", remedy="Give a path such as Scans/2024.")
    return folder_id


def rename(op: Operation, folder_id: int, title: str) -> None:
    op.require(Action.EDIT, "folders", folder_id)
    parent_id = _live(op, folder_id)
    title = _free_title(op, parent_id, title, but=folder_id)
    op.update("folders", folder_id, title=title)
    op.touch(folders=folder_id)


def describe(op: Operation, folder_id: int, text: str) -> None:
    op.require(Action.EDIT, "folders", folder_id)
    _live(op, folder_id)
    op.update("folders", folder_id, description=text)
    op.touch(folders=folder_id)


def move(op: Operation, ids: Iterable[int], parent_id: int | None) -> None:
    """Put folders under another one (None: the top level). `Refused` when that would make a loop or a title is taken."""
    from storage.catalog.datasets import follow_folders

    ids = list(dict.fromkeys(ids))
    op.require(Action.EDIT, "folders", parent_id)
    above = [] if parent_id is None else [row[0] for row in op.all(_ANCESTORS, parent_id)]
    if parent_id is not None:
        _live(op, parent_id)
    old_parents = set()
    for folder_id in ids:
        op.require(Action.EDIT, "folders", folder_id)
        old = _live(op, folder_id)
        title = op.value("SELECT title FROM folders WHERE id = ?", folder_id)
        if folder_id in above:
            raise Refused(
                f"“{title}” cannot be moved into itself or one of its own sub-folders: that would make a loop.",
                remedy="Choose a folder outside it.",
                input=title,
            )
        if old == parent_id:
            continue
        _free_title(op, parent_id, title, but=folder_id)
        op.update("folders", folder_id, parent_id=parent_id)
        old_parents.add(old)
    follow_folders(op, ids)
    op.touch(folders=[*ids, *(p for p in (parent_id, *old_parents) if p is not None)])


def sibling(op: Operation, parent_id: int | None, title: str, but: int | None = None) -> int | None:
    """The folder in that place whose title is this one but for case."""
    title = title.strip()
    rows = op.all(
        "SELECT id, title FROM folders WHERE parent_id IS ? AND (title = ? OR ?) AND trashed_at IS NULL AND id IS NOT ?",
        parent_id,
        title,
        not title.isascii(),  # NOCASE knows the case of ASCII letters only
        but,
    )
    return next((row[0] for row in rows if row[1].casefold() == title.casefold()), None)


def unique_title(op: Operation, parent_id: int | None, title: str, but: int | None = None) -> str:
    """The title, numbered where it is taken: for what comes back from the trash."""
    sql = "SELECT title FROM folders WHERE parent_id IS ? AND trashed_at IS NULL AND id IS NOT ?"
    if sibling(op, parent_id, title, but) is None:
        return title
    return titles.unique(title, {row[0].lower() for row in op.all(sql, parent_id, but)}, extension=False)


def _free_title(op: Operation, parent_id: int | None, title: str, but: int | None = None) -> str:
    title = titles.checked(title, "folder title")
    if "/" in title:
        raise Refused(
            f"A folder title cannot hold a slash: “{title}”.", remedy="Paths are written A/B/C; use another sign.", input=title
        )
    if sibling(op, parent_id, title, but) is not None:
        where = (
            "at the top level" if parent_id is None else f"in “{op.value('SELECT title FROM folders WHERE id = ?', parent_id)}”"
        )
        raise Refused(f"There is a folder “{title}” {where} already.", remedy="Choose another title.", input=title)
    return title


def _live(op: Operation, folder_id: int) -> int | None:
    """The parent of a folder that is there and not in the trash."""
    row = op.one("SELECT parent_id, trashed_at FROM folders WHERE id = ?", folder_id)
    if row is None or row[1] is not None:
        raise NotFound("That folder is not there any more.", remedy="Look for it in the trash.")
    return row[0]  # type: ignore[no-any-return]
