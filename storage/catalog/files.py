"""Items of Files: reads, then operations."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from storage.catalog.people import NAME_OF, sees_item
from storage.errors import NotFound, Refused
from storage.ids import uuid_blob, uuid_text
from storage.model import titles
from storage.model.changes import Changes
from storage.model.items import GRID_MODALITIES, Item, Kind, Location, MediaInfo, NewItem
from storage.model.people import Action, User
from storage.model.query import ItemSelection

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

#: Above so many ids screens read everything again: cheaper than looking each of them up.
MANY = 20_000

_COLUMNS = f"""i.id, i.uuid, i.folder_id, i.kind, i.title, i.description, i.mime, i.size, i.width, i.height, i.frames, i.fps,
    i.duration, i.location, i.source, i.sha256, i.facts, i.metadata, i.warnings, i.created_at,
    {NAME_OF.format("i.created_by")}, i.edited_at, i.trashed_at"""


# -- reads ---------------------------------------------------------------------------------------------------------


def item(db: sqlite3.Connection, viewer: User, item_id: int) -> Item:
    return _found(db, viewer, "i.id = ?", item_id)


def item_by_uuid(db: sqlite3.Connection, viewer: User, uuid: str) -> Item:
    try:
        blob = uuid_blob(uuid)
    except ValueError:
        raise NotFound(f"“{uuid}” is not the id of an item.", remedy="`postil items --json` lists ids.", input=uuid) from None
    return _found(db, viewer, "i.uuid = ?", blob, uuid)


def item_by_sha256(db: sqlite3.Connection, viewer: User, sha256: str) -> Item:
    """The oldest live item with that content."""
    return _found(db, viewer, "i.sha256 = ? AND i.trashed_at IS NULL ORDER BY i.id LIMIT 1", bytes.fromhex(sha256), sha256)


def item_by_title(db: sqlite3.Connection, viewer: User, folder_id: int, title: str) -> Item:
    where = "i.folder_id = ? AND i.sort_key = ? AND i.trashed_at IS NULL"
    rows = db.execute(f"SELECT {_COLUMNS} FROM items i WHERE {where} ORDER BY i.id", (folder_id, titles.sort_key(title)))
    for row in rows:
        if row[4].casefold() == title.casefold() and sees_item(db, viewer, row[0], row[2]):
            return _item(db, row)
    raise NotFound(f"There is no item “{title}” in that folder.", remedy="Look at what it holds.", input=title)


def item_whole(db: sqlite3.Connection, item_id: int) -> Item:
    """For those who have checked already who is looking: label rows of a project."""
    return _item(db, db.execute(f"SELECT {_COLUMNS} FROM items i WHERE i.id = ?", (item_id,)).fetchone())


def _found(db: sqlite3.Connection, viewer: User, where: str, param: object, name: str = "") -> Item:
    row = db.execute(f"SELECT {_COLUMNS} FROM items i WHERE {where}", (param,)).fetchone()
    if row is None or not sees_item(db, viewer, row[0], row[2]):
        raise NotFound("There is no such item.", remedy="It may have been deleted meanwhile.", input=name)
    return _item(db, row)


def _item(db: sqlite3.Connection, row: tuple) -> Item:
    """A group's facts name its pictures. Those of a sequence may be thousands: `members.members` reads them where wanted."""
    facts = json.loads(row[16])
    if row[3] == Kind.IMAGE_GROUP:
        from storage.catalog.members import members

        found = members(db, row[0])
        if found:  # else those that somebody has registered with it
            facts["members"] = [member.fact() for member in found]
    return Item(  # type: ignore[call-arg]
        row[0],
        uuid_text(row[1]),
        row[2],
        Kind(row[3]),
        *row[4:13],
        Location(row[13]),
        row[14],  # the source
        row[15].hex() if row[15] is not None else None,
        facts,
        json.loads(row[17]),
        tuple(json.loads(row[18])),
        *row[19:],
    )


# -- operations ----------------------------------------------------------------------------------------------------

_NEW = (
    "uuid folder_id kind title sort_key mime size width height frames fps duration location source sha256 mtime_ns facts"
    " metadata warnings"
).split()


def same_in_folder(op: Operation, folder_id: int, sha256: str) -> tuple[int, str] | None:
    """Id and title of a live item of the folder with the same content."""
    # The plus: else SQLite walks through the folder's index, all items of it for each new one.
    row = op.one(
        "SELECT id, title FROM items WHERE sha256 = ? AND +folder_id = ? AND trashed_at IS NULL",
        bytes.fromhex(sha256),
        folder_id,
    )
    return (int(row[0]), str(row[1])) if row else None


def add(op: Operation, folder_id: int, items: Sequence[NewItem]) -> list[int]:
    """Rows for new items; a title that is taken gets a number. They enter what mirrors the folder."""
    from storage.catalog.datasets import follow_items
    from storage.catalog.members import keep_frame_tables

    op.require(Action.EDIT, "folders", folder_id)
    if not op.value("SELECT 1 FROM folders WHERE id = ? AND trashed_at IS NULL", folder_id):
        raise NotFound("The folder is not there any more.", remedy="Choose another folder.")
    names = _Names(op, folder_id)
    ids = list(op.insert_many("items", _NEW, (_new_row(folder_id, n, names.take(n.title)) for n in items)))
    keep_frame_tables(op, ((n.sha256, n.info) for n in items))
    follow_items(op, ids)
    touch(op, ids, [folder_id])
    return ids


def _new_row(folder_id: int, new: NewItem, title: str) -> tuple[Any, ...]:
    info = new.info
    return (
        new.uuid,
        folder_id,
        info.kind,
        title,
        titles.sort_key(title),
        info.mime,
        info.size,
        info.width,
        info.height,
        info.frames,
        info.fps,
        info.duration,
        new.location,
        new.source,
        bytes.fromhex(new.sha256) if new.sha256 else None,
        new.mtime_ns,
        json_text(info.facts),
        json_text(new.metadata),
        list(info.warnings),
    )


def rename(op: Operation, item_id: int, title: str) -> None:
    op.require(Action.EDIT, "items", item_id)
    folder_id = _live(op, item_id)
    title = titles.checked(title)
    if _Names(op, folder_id, but=item_id).taken(title):
        raise Refused(f"There is an item “{title}” in this folder already.", remedy="Choose another title.", input=title)
    op.update("items", item_id, title=title, sort_key=titles.sort_key(title))
    touch(op, [item_id], [folder_id])


def describe(op: Operation, item_id: int, text: str) -> None:
    op.require(Action.EDIT, "items", item_id)
    _live(op, item_id)
    op.update("items", item_id, description=text)
    touch(op, [item_id])


def set_metadata(op: Operation, item_id: int, metadata: Mapping[str, Any]) -> None:
    op.require(Action.EDIT, "items", item_id)
    _live(op, item_id)
    op.update("items", item_id, metadata=json_text(metadata))
    touch(op, [item_id])


def set_modality(op: Operation, selection: ItemSelection, modality: str) -> int:
    """What NIfTI and NRRD volumes show, which their files do not say: windows, views and units follow. "": as their values
    look. Other items of the selection are passed over. Returns how many are told now."""
    from storage.catalog.transaction import IN_IDS, ids_json

    if modality and modality not in GRID_MODALITIES:
        raise Refused(
            f"“{modality}” is no modality.", remedy=f"Say {' or '.join(GRID_MODALITIES)}, or nothing.", input=modality
        )
    sql = f"SELECT id, folder_id, facts FROM items WHERE kind = ? AND id {IN_IDS}"
    rows = op.all(sql, str(Kind.NIFTI), ids_json(chosen(op, selection)))
    if not rows:
        raise Refused("Only a NIfTI or NRRD volume can be told what it shows.", remedy="The files of others say it themselves.")
    for folder_id in {row[1] for row in rows}:
        op.require(Action.EDIT, "folders", folder_id)
    said = {"modality": modality} if modality else {}
    known = ((id_, {k: v for k, v in json.loads(facts).items() if k != "modality"}) for id_, _, facts in rows)
    op.update_each("items", ("facts",), ((id_, json_text(facts | said)) for id_, facts in known))
    touch(op, [row[0] for row in rows])
    return len(rows)


def move(op: Operation, selection: ItemSelection, folder_id: int) -> int:
    """Into another folder; a title that is taken there gets a number. What mirrors either folder follows."""
    from storage.catalog.datasets import follow_items
    from storage.catalog.transaction import IN_IDS, ids_json

    op.require(Action.EDIT, "folders", folder_id)
    if not op.value("SELECT 1 FROM folders WHERE id = ? AND trashed_at IS NULL", folder_id):
        raise NotFound("The folder is not there any more.", remedy="Choose another folder.")
    ids = chosen(op, selection)
    rows = op.all(f"SELECT DISTINCT folder_id FROM items WHERE id {IN_IDS} AND folder_id <> ?", ids_json(ids), folder_id)
    sources = [row[0] for row in rows]
    for source in sources:
        op.require(Action.EDIT, "folders", source)
    ids = array(
        "q", (r[0] for r in op.all(f"SELECT id FROM items WHERE id {IN_IDS} AND folder_id <> ?", ids_json(ids), folder_id))
    )
    number_clashes(op, ids, folder_id)
    op.update("items", ids, folder_id=folder_id)
    follow_items(op, ids)
    touch(op, ids, [folder_id, *sources])
    return len(ids)


def relink(op: Operation, item_id: int, path: str, info: MediaInfo, sha256: str | None, mtime_ns: int | None) -> None:
    """A linked original was found again, here or in another place."""
    op.require(Action.EDIT, "items", item_id)
    _live(op, item_id)
    op.update("items", item_id, source=path, location=Location.LINKED, mtime_ns=mtime_ns)
    set_info(op, item_id, info, sha256)


def set_info(op: Operation, item_id: int, info: MediaInfo, sha256: str | None = None) -> None:
    """What a probe found in the file."""
    from storage.catalog.members import follow_change, keep_frame_tables

    op.require(Action.EDIT, "items", item_id)
    facts = info.facts
    if info.kind is Kind.NIFTI:  # what a person has said of it, see `set_modality`
        said = op.value("SELECT json_extract(facts, '$.modality') FROM items WHERE id = ?", item_id)
        facts = {**facts, "modality": said} if said else facts
    values: dict[str, Any] = {
        "kind": info.kind,
        "mime": info.mime,
        "size": info.size,
        "width": info.width,
        "height": info.height,
        "frames": info.frames,
        "fps": info.fps,
        "duration": info.duration,
        "facts": json_text(facts),
        "warnings": list(info.warnings),
    }
    if sha256:
        values["sha256"] = bytes.fromhex(sha256)
        keep_frame_tables(op, [(sha256, info)])
    op.update("items", item_id, values)
    follow_change(op, item_id)
    touch(op, [item_id])


def set_location(op: Operation, ids: Iterable[int], location: Location) -> None:
    """What was found out about where originals are; no right is needed to know it."""
    ids = list(ids)
    op.update("items", ids, location=location)
    touch(op, ids)


# -- shared with datasets and the trash ----------------------------------------------------------------------------


def chosen(op: Operation, selection: ItemSelection) -> array[int]:
    """The live items that a selection means, as this user sees them."""
    from storage.catalog.rows import selected_ids

    return selected_ids(op.db, op.user, selection)


def touch(op: Operation, ids: Sequence[int], folder_ids: Iterable[int] = ()) -> None:
    if len(ids) > MANY:
        op.changes = op.changes | Changes(everything=True, origin=op.changes.origin)
    else:
        op.touch(items=ids)
    op.touch(item_folders=folder_ids)


def number_clashes(op: Operation, ids: Sequence[int], folder_id: int) -> None:
    """Before items come into a folder: those whose title is taken there, or comes twice, get a number."""
    from storage.catalog.transaction import IN_IDS, ids_json

    wanted = ids_json(ids)
    rows = op.all(
        f"""SELECT i.id, i.title FROM items i WHERE i.id {IN_IDS} AND (
            EXISTS (SELECT 1 FROM items t WHERE t.folder_id = ? AND t.sort_key = i.sort_key AND t.trashed_at IS NULL)
            OR i.sort_key IN (SELECT sort_key FROM items WHERE id {IN_IDS} GROUP BY sort_key HAVING count(*) > 1))
            ORDER BY i.id""",
        wanted,
        folder_id,
        wanted,
    )
    names = _Names(op, folder_id)
    given = [(id_, title, names.take(title)) for id_, title in rows]
    op.update_each("items", ("title", "sort_key"), [(i, new, titles.sort_key(new)) for i, old, new in given if new != old])


class _Names:
    """Which titles are taken in a folder, asked one by one of the index."""

    def __init__(self, op: Operation, folder_id: int, but: int | None = None) -> None:
        self._op, self._folder_id, self._but = op, folder_id, but
        self._taken: set[str] = set()  # lower case
        self._next: dict[str, int] = {}

    def taken(self, title: str) -> bool:
        lower = title.lower()
        if lower in self._taken:
            return True
        rows = self._op.all(
            "SELECT title FROM items WHERE folder_id = ? AND sort_key = ? AND trashed_at IS NULL AND id IS NOT ?",
            self._folder_id,
            titles.sort_key(title),
            self._but,
        )
        return any(row[0].lower() == lower for row in rows)

    def __contains__(self, title: object) -> bool:
        return self.taken(str(title))

    def take(self, title: str) -> str:
        """The title that a new item of this name gets."""
        title = titles.checked(title)
        lower = title.lower()
        free = titles.unique(title, self, start=self._next.get(lower, 2))
        if free != title:
            self._next[lower] = self._next.get(lower, 2) + 1
        self._taken.add(free.lower())
        return free


def json_text(value: Mapping[str, Any]) -> str:
    """JSON of a mapping; NaN and infinities would not be JSON."""
    try:
        return json.dumps(dict(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Refused(
            f"These metadata cannot be written as JSON: {error}.", remedy="Use texts, numbers, lists and objects."
        ) from error


def _live(op: Operation, item_id: int) -> int:
    """The folder of an item that is there and not in the trash."""
    row = op.one("SELECT folder_id, trashed_at FROM items WHERE id = ?", item_id)
    if row is None or row[1] is not None:
        raise NotFound("That item is not there any more.", remedy="Look for it in the trash.")
    return int(row[0])
