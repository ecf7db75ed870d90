"""The trash: what one deletion took is one group, restored or purged as a whole. Reads, then operations.

Rows stay where they are and carry the time and the group, so a restore finds everything as it was. `purge` is the end.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.catalog import files, folders, members, volumes
from storage.catalog.datasets import follow_items
from storage.catalog.people import NAME_OF, forget, visible_folders
from storage.errors import NotFound, Refused
from storage.ids import new_uuid, uuid_blob, uuid_text
from storage.model import titles
from storage.model.items import Kind, Location
from storage.model.people import Action, User
from storage.model.query import ItemSelection
from storage.model.reads import TrashEntry

if TYPE_CHECKING:
    from storage.catalog.reads import CatalogReads
    from storage.catalog.transaction import Operation

KEEP_DAYS = 30
RECOVERED = "Recovered"

_IN = "IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class DeleteConsequences:
    """What a deletion would take along, to be said before it happens."""

    items: int
    folders: int
    size: int  # bytes
    pictures: int  # of groups and sequences among them, which stay in their folders
    pictures_size: int
    datasets: tuple[str, ...]
    projects: tuple[str, ...]
    annotations: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, where it is now, and the folder that shows it (None: several do)."""

    title: str
    where: str
    folder_id: int | None


# -- reads ---------------------------------------------------------------------------------------------------------


def entries(db: sqlite3.Connection, viewer: User) -> list[TrashEntry]:
    """Newest first."""
    seen = visible_folders(db, viewer)
    found = []
    sql = f"SELECT t.id, t.uuid, t.title, t.was_in, t.trashed_at, {NAME_OF.format('t.trashed_by')}, t.trashed_by FROM trash t"
    for id_, uuid, title, was_in, at, by, by_id in db.execute(f"{sql} ORDER BY t.trashed_at DESC, t.id DESC").fetchall():
        if seen is not None and by_id != viewer.id:
            continue
        items = db.execute("SELECT count(*) FROM items WHERE trash_group = ?", (id_,)).fetchone()[0]
        found.append(TrashEntry(uuid_text(uuid), title, tuple(_top_folders(db, id_)), items, at, by, was_in))
    return found


def older_than(db: sqlite3.Connection, at: int | None) -> list[str]:
    """Groups trashed before a time (ms); None: all."""
    return [
        uuid_text(r[0]) for r in db.execute("SELECT uuid FROM trash WHERE ?1 IS NULL OR trashed_at < ?1 ORDER BY id", (at,))
    ]


def consequences(reads: CatalogReads, folder_ids: Iterable[int], selection: ItemSelection) -> DeleteConsequences:
    """Raises Refused where `delete` would: for pictures of a group that stays."""
    return reads.delete_consequences(folder_ids, selection)


def foresee(db: sqlite3.Connection, viewer: User, folder_ids: Iterable[int], selection: ItemSelection) -> DeleteConsequences:
    """What a deletion takes along, for the question before it. Raises Refused where a group that stays would lose a picture."""
    from storage.catalog.rows import selected_ids

    inside = folders.subtree(db, folder_ids)
    ids = set(_live_items(db, inside)) | set(selected_ids(db, viewer, selection))
    members.refuse_parting(db, sorted(ids))
    wanted = _json(ids)
    own = f"SELECT coalesce(sum(size), 0) FROM items WHERE kind NOT IN (?2, ?3) AND id {_IN.replace('?', '?1')}"
    (size,) = db.execute(own, (wanted, str(Kind.IMAGE_GROUP), str(Kind.IMAGE_SEQUENCE))).fetchone()
    pictures, pictures_size = members.left_behind(db, wanted)
    units = f"FROM data_units u WHERE u.item_id {_IN} AND u.removed_at IS NULL"
    datasets = db.execute(f"SELECT title FROM datasets WHERE id IN (SELECT u.dataset_id {units})", (wanted,)).fetchall()
    in_projects = f"SELECT p.project_id FROM project_datasets p WHERE p.dataset_id IN (SELECT u.dataset_id {units})"
    projects = db.execute(f"SELECT title FROM projects WHERE id IN ({in_projects})", (wanted,)).fetchall()
    rows = f"SELECT l.id FROM label_rows l WHERE l.data_unit_id IN (SELECT u.id {units})"
    annotations = sum(
        db.execute(f"SELECT count(*) FROM {table} WHERE label_row_id IN ({rows})", (wanted,)).fetchone()[0]
        for table in ("shapes", "classifications")
    )
    titles_of = _sorted_titles(datasets), _sorted_titles(projects)
    return DeleteConsequences(len(ids), len(inside), size, pictures, pictures_size, *titles_of, annotations)


def _sorted_titles(rows: list[tuple[str]]) -> tuple[str, ...]:
    return tuple(sorted((row[0] for row in rows), key=titles.sort_key))


def _top_folders(db: sqlite3.Connection, group_id: int) -> list[int]:
    sql = """SELECT f.id FROM folders f LEFT JOIN folders p ON p.id = f.parent_id
        WHERE f.trash_group = ?1 AND p.trash_group IS NOT ?1 ORDER BY f.id"""
    return [row[0] for row in db.execute(sql, (group_id,))]


def _live_items(db: sqlite3.Connection, folder_ids: Sequence[int]) -> array[int]:
    sql = f"SELECT id FROM items WHERE folder_id {_IN} AND trashed_at IS NULL"
    return array("q", [row[0] for row in db.execute(sql, (_json(folder_ids),))])


# -- operations ----------------------------------------------------------------------------------------------------


def delete(op: Operation, folder_ids: Iterable[int], selection: ItemSelection) -> str:
    """Into the trash, sub-folders and items with them. Returns the group's name, which `restore` and `purge` take."""
    folder_ids = [r[0] for r in op.all(f"SELECT id FROM folders WHERE id {_IN} AND trashed_at IS NULL", _json(folder_ids))]
    inside = folders.subtree(op.db, folder_ids)
    for folder_id in folder_ids:
        op.require(Action.EDIT, "folders", folder_id)
    chosen = set(files.chosen(op, selection))
    places = [r[0] for r in op.all(f"SELECT DISTINCT folder_id FROM items WHERE id {_IN}", _json(chosen))]
    for folder_id in places:
        op.require(Action.EDIT, "folders", folder_id)
    ids = array("q", sorted(chosen | set(_live_items(op.db, inside))))
    if not folder_ids and not ids:
        raise NotFound("What was to be deleted is not there any more.", remedy="Look for it in the trash.")
    members.refuse_parting(op.db, ids)
    group = new_uuid()
    title, was_in = _words(op, folder_ids, chosen, places)
    group_id = op.insert("trash", uuid=group, title=title, was_in=was_in, trashed_at=op.now, trashed_by=op.user.id)
    parents = [r[0] for r in op.all(f"SELECT DISTINCT parent_id FROM folders WHERE id {_IN}", _json(folder_ids)) if r[0]]
    op.update("items", ids, trashed_at=op.now, trash_group=group_id)
    op.update("folders", inside, trashed_at=op.now, trash_group=group_id)
    _look_again(op, ids, [*inside, *parents], [*inside, *places])
    return group


def restore(op: Operation, group: str) -> Restored:
    """Back to where it was; to the top level, or items to a folder “Recovered”, where that place is gone.

    Pictures of a group that were deleted after it come back with it.
    """
    group_id = _group(op, group)
    inside = [r[0] for r in op.all("SELECT id FROM folders WHERE trash_group = ? ORDER BY id", group_id)]
    tops = _top_folders(op.db, group_id)
    places = dict(op.all("SELECT id, folder_id FROM items WHERE trash_group = ? ORDER BY id", group_id))
    within = set(inside)
    ids, loose = array("q", places), {i for i, folder_id in places.items() if folder_id not in within}
    for folder_id in tops:
        _restore_top(op, folder_id)
    op.update("folders", inside, trashed_at=None, trash_group=None)
    touched = _restore_items(op, group_id)
    op.delete("trash", group_id)
    for other in members.trashed_with(op, ids):
        restore(op, other)
    follow_items(op, ids)
    parents = [r[0] for r in op.all(f"SELECT DISTINCT parent_id FROM folders WHERE id {_IN}", _json(tops)) if r[0]]
    _look_again(op, ids, [*inside, *parents, *touched], [*inside, *touched])
    shown = tops or touched
    return Restored(*_words(op, tops, loose, [f for f in touched if f not in within]), shown[0] if len(shown) == 1 else None)


def _restore_top(op: Operation, folder_id: int) -> None:
    """The uppermost folders of a group need a place and a title that is free there."""
    parent_id, title = op.one("SELECT parent_id, title FROM folders WHERE id = ?", folder_id)
    if parent_id is not None and op.value("SELECT trashed_at FROM folders WHERE id = ?", parent_id) is not None:
        parent_id = None
    op.require(Action.EDIT, "folders", parent_id)
    # Undone one by one, so that two of the same title see each other.
    free = folders.unique_title(op, parent_id, title, but=folder_id)
    op.update("folders", folder_id, parent_id=parent_id, title=free, trashed_at=None, trash_group=None)


def _restore_items(op: Operation, group_id: int) -> list[int]:
    """Folder by folder, titles numbered where they are taken meanwhile. Returns the folders they are in now."""
    places = op.all(
        "SELECT DISTINCT i.folder_id, f.trashed_at IS NOT NULL FROM items i JOIN folders f ON f.id = i.folder_id"
        " WHERE i.trash_group = ? ORDER BY 1",
        group_id,
    )
    touched = []
    for folder_id, gone in places:
        ids = array(
            "q", [r[0] for r in op.all("SELECT id FROM items WHERE trash_group = ? AND folder_id = ?", group_id, folder_id)]
        )
        target = folders.ensure(op, [RECOVERED]) if gone else folder_id
        op.require(Action.EDIT, "folders", target)
        files.number_clashes(op, ids, target)
        op.update("items", ids, folder_id=target, trashed_at=None, trash_group=None)
        touched.append(target)
    return touched


def purge(op: Operation, group: str) -> list[str]:
    """For good, with labels. Returns the originals below the catalog's folder that no item uses any more."""
    group_id = _group(op, group)
    for folder_id in _top_folders(op.db, group_id):
        op.require(Action.EDIT, "folders", folder_id)
    ids = [r[0] for r in op.all("SELECT id FROM items WHERE trash_group = ?", group_id)]
    for (folder_id,) in op.all("SELECT DISTINCT folder_id FROM items WHERE trash_group = ?", group_id):
        op.require(Action.EDIT, "folders", folder_id)
    members.refuse_purging(op, ids)
    local = "SELECT source, sha256 FROM items WHERE trash_group = ? AND location = ? AND source <> ''"
    originals = dict(op.all(local, group_id, str(Location.LOCAL))) | volumes.local_sources(op.db, ids)
    hashes = [r[0] for r in op.all("SELECT sha256 FROM items WHERE trash_group = ? AND sha256 IS NOT NULL", group_id)]
    _erase_items(op, ids)
    members.forget_frame_tables(op, hashes)
    volumes.forget_indexes(op, hashes)
    op.update("folders", [r[0] for r in op.all("SELECT id FROM folders WHERE trash_group = ?", group_id)], trash_group=None)
    op.delete("trash", group_id)
    gone = _erase_empty_folders(op)
    op.touch(folders=gone, item_folders=gone)
    return _unused(op, originals)


def _erase_items(op: Operation, ids: Sequence[int]) -> None:
    from storage.catalog.projects import erase_label_rows

    wanted = _json(ids)
    units = op.all(f"SELECT id, dataset_id FROM data_units WHERE item_id {_IN}", wanted)
    unit_ids = [r[0] for r in units]
    erase_label_rows(op, [r[0] for r in op.all(f"SELECT id FROM label_rows WHERE data_unit_id {_IN}", _json(unit_ids))])
    op.delete("data_units", unit_ids)
    members.erase(op, ids)
    volumes.erase(op, ids)
    op.delete("items", ids)
    datasets = {r[1] for r in units}
    op.touch(datasets=datasets, dataset_members=datasets)
    files.touch(op, ids)


def _erase_empty_folders(op: Operation) -> list[int]:
    """Trashed folders of no group go, deepest first, unless something of another group still lies in them.

    Those that must wait stay invisible, and go with that other group.
    """
    gone: list[int] = []
    sql = """SELECT id FROM folders f WHERE trashed_at IS NOT NULL AND trash_group IS NULL
        AND NOT EXISTS (SELECT 1 FROM folders c WHERE c.parent_id = f.id)
        AND id NOT IN (SELECT folder_id FROM items WHERE trash_group IS NOT NULL)"""
    while ids := [row[0] for row in op.all(sql)]:
        mirrors = op.all(f"SELECT id FROM datasets WHERE mirrored_folder_id {_IN}", _json(ids))
        op.update("datasets", [row[0] for row in mirrors], mirrored_folder_id=None)  # a plain dataset from now on
        op.touch(datasets=[row[0] for row in mirrors])
        forget(op, "folders", ids)
        op.delete("folders", ids)
        gone += ids
    return gone


def _unused(op: Operation, originals: dict[str, bytes | None]) -> list[str]:
    """Copies are shared by content, so another item may need them. Looked up by hash: paths have no index."""
    hashes = json.dumps([sha.hex() for sha in originals.values() if sha is not None])
    used = "SELECT DISTINCT source FROM items WHERE sha256 IN (SELECT unhexed(value) FROM json_each(?))"
    op.db.create_function("unhexed", 1, bytes.fromhex, deterministic=True)
    kept = {row[0] for row in op.all(used, hashes)}
    kept |= volumes.sources_in_use(op.db, (sha for sha in originals.values() if sha is not None))
    unnamed = [source for source, sha in originals.items() if sha is None]
    if unnamed:
        some = "SELECT DISTINCT source FROM items WHERE source IN (SELECT value FROM json_each(?))"
        kept |= {row[0] for row in op.all(some, json.dumps(unnamed))}
    return sorted(originals.keys() - kept)


def _look_again(op: Operation, ids: Sequence[int], folder_ids: Iterable[int], item_folders: Iterable[int]) -> None:
    """Tasks vanish or appear; folders, items and datasets are shown anew."""
    from storage.catalog.projects import hide_and_show

    hide_and_show(op, ids)
    rows = op.all(f"SELECT DISTINCT dataset_id FROM data_units WHERE item_id {_IN} AND removed_at IS NULL", _json(ids))
    datasets = [row[0] for row in rows]
    op.touch(folders=folder_ids, datasets=datasets, dataset_members=datasets)
    files.touch(op, ids, item_folders)


def _words(op: Operation, folder_ids: Sequence[int], ids: set[int], places: Sequence[int]) -> tuple[str, str]:
    """How the trash calls a group, and where it was."""
    names = [r[0] for r in op.all(f"SELECT title FROM folders WHERE id {_IN} ORDER BY title", _json(folder_ids))]
    if not folder_ids and len(ids) == 1:
        names = [op.value("SELECT title FROM items WHERE id = ?", next(iter(ids)))]
        rest = 0
    else:
        rest = len(ids)
    parts = names if len(names) <= 2 else [f"{len(names)} folders"]
    title = " and ".join([*parts, *([f"{rest} item{'s' if rest > 1 else ''}"] if rest else [])])
    above = [r[0] for r in op.all(f"SELECT DISTINCT parent_id FROM folders WHERE id {_IN}", _json(folder_ids))]
    where = {*above, *places}
    if len(where) != 1:
        return title, "several places"
    (place,) = where
    return title, folders.path_text(op.db, place) if place is not None else "the top level"


def _group(op: Operation, group: str) -> int:
    try:
        blob = uuid_blob(group)
    except ValueError:
        raise Refused(f"“{group}” is not the id of a deletion.", remedy="Choose one from the trash.", input=group) from None
    group_id = op.value("SELECT id FROM trash WHERE uuid = ?", blob)
    if group_id is None:
        raise NotFound("That is not in the trash any more.", remedy="It was restored or purged meanwhile.", input=group)
    return int(group_id)


def _json(ids: Iterable[int]) -> str:
    return "[" + ",".join(map(str, ids)) + "]"
