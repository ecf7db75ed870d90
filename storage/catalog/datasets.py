"""Datasets: reads, then operations.

A plain dataset is a chosen set of items. A mirrored one has a folder behind it: whatever lies in that folder or below it
is in the dataset, kept right inside the operation that moved it. Projects follow (`projects.follow_units`).
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from storage.catalog import files
from storage.catalog.folders import SUBTREE, subtree
from storage.catalog.nouns import Noun
from storage.catalog.people import NAME_OF, forget, own, sees_item
from storage.errors import NotFound, Refused
from storage.ids import uuid_text
from storage.model.items import FolderKind
from storage.model.people import Action, User
from storage.model.query import ItemSelection
from storage.model.reads import DatasetRow

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

#: Members that are in the trash are not counted; the trash is small, the dataset may not be.
_COLUMNS = f"""t.id, t.uuid, t.title, t.description, t.mirrored_folder_id,
    (SELECT count(*) FROM data_units u WHERE u.dataset_id = t.id AND u.removed_at IS NULL)
    - (SELECT count(*) FROM items i CROSS JOIN data_units u ON u.dataset_id = t.id AND u.item_id = i.id
       WHERE i.trash_group IS NOT NULL AND u.removed_at IS NULL),
    (SELECT count(*) FROM project_datasets p WHERE p.dataset_id = t.id),
    t.created_at, {NAME_OF.format("t.created_by")}"""


def _row(_: sqlite3.Connection, row: tuple[Any, ...]) -> DatasetRow:
    return DatasetRow(row[0], uuid_text(row[1]), *row[2:])


DATASETS = Noun("datasets", "dataset", _COLUMNS, _row)
all_rows, row, by_title = DATASETS.all_rows, DATASETS.row, DATASETS.by_title
rename, describe = DATASETS.rename, DATASETS.describe


# -- reads ---------------------------------------------------------------------------------------------------------


def of_item(db: sqlite3.Connection, viewer: User, item_id: int) -> list[DatasetRow]:
    folder_id = db.execute("SELECT folder_id FROM items WHERE id = ?", (item_id,)).fetchone()
    if folder_id is None or not sees_item(db, viewer, item_id, folder_id[0]):
        raise NotFound("There is no such item.", remedy="It may have been deleted meanwhile.")
    where = "t.id IN (SELECT u.dataset_id FROM data_units u WHERE u.item_id = ? AND u.removed_at IS NULL)"
    return DATASETS.some(db, viewer, where, item_id)


# -- operations ----------------------------------------------------------------------------------------------------


def create(op: Operation, title: str, description: str = "", mirrored_folder_id: int | None = None) -> int:
    """A mirrored one begins with what lies in its folder. Returns the id; raises NotFound where the folder is gone."""
    op.require(Action.EDIT, "datasets")
    title = DATASETS.free_title(op, title)
    if mirrored_folder_id is not None:
        op.require(Action.VIEW, "folders", mirrored_folder_id)
        if not op.value("SELECT 1 FROM folders WHERE id = ? AND trashed_at IS NULL", mirrored_folder_id):
            raise NotFound("The folder is not there any more.", remedy="Choose another folder.")
    dataset_id = op.insert("datasets", title=title, description=description, mirrored_folder_id=mirrored_folder_id)
    own(op, "datasets", dataset_id)
    op.touch(datasets=dataset_id)
    if mirrored_folder_id is not None:
        put_in(op, dataset_id, _items_in(op, [mirrored_folder_id], recursive=True))
    return dataset_id


def attach_items(op: Operation, dataset_id: int, selection: ItemSelection) -> int:
    """Returns how many were not in it before. A mirrored dataset takes nothing but its folder."""
    op.require(Action.EDIT, "datasets", dataset_id)
    _plain(op, dataset_id)
    return put_in(op, dataset_id, files.chosen(op, selection))


def attach_folder(op: Operation, dataset_id: int, folder_id: int, recursive: bool = True) -> int:
    op.require(Action.EDIT, "datasets", dataset_id)
    op.require(Action.VIEW, "folders", folder_id)
    _plain(op, dataset_id)
    return put_in(op, dataset_id, _items_in(op, [folder_id], recursive=recursive))


def detach(op: Operation, dataset_id: int, selection: ItemSelection) -> int:
    """Labels made on them are kept, and shown again when the items come back."""
    op.require(Action.EDIT, "datasets", dataset_id)
    _plain(op, dataset_id)
    return take_out(op, dataset_id, files.chosen(op, selection))


def delete(op: Operation, dataset_id: int) -> None:
    """For good, with the labels that projects hold on it. The items stay in their folders."""
    from storage.catalog.projects import erase_label_rows
    from storage.catalog.transaction import IN_IDS, ids_json

    op.require(Action.EDIT, "datasets", dataset_id)
    DATASETS.there(op, dataset_id)
    units = [r[0] for r in op.all("SELECT id FROM data_units WHERE dataset_id = ?", dataset_id)]
    items = [r[0] for r in op.all("SELECT item_id FROM data_units WHERE dataset_id = ? AND removed_at IS NULL", dataset_id)]
    erase_label_rows(op, [r[0] for r in op.all(f"SELECT id FROM label_rows WHERE data_unit_id {IN_IDS}", ids_json(units))])
    uses = op.all("SELECT id, project_id FROM project_datasets WHERE dataset_id = ?", dataset_id)
    op.delete("project_datasets", [r[0] for r in uses])
    op.delete("data_units", units)
    forget(op, "datasets", [dataset_id])
    op.delete("datasets", dataset_id)
    op.touch(datasets=dataset_id, dataset_members=dataset_id, projects=[r[1] for r in uses])
    files.touch(op, items)


# -- membership, for this file and for the operations that move things --------------------------------------------


def put_in(op: Operation, dataset_id: int, ids: Sequence[int]) -> int:
    """Items become members: rows in bulk, label rows and tasks of projects with them."""
    from storage.catalog.projects import follow_units
    from storage.catalog.transaction import IN_IDS, ids_json

    wanted = ids_json(ids)
    back = op.all(
        f"SELECT id, item_id FROM data_units WHERE dataset_id = ? AND removed_at IS NOT NULL AND item_id {IN_IDS}",
        dataset_id,
        wanted,
    )
    op.update("data_units", array("q", (r[0] for r in back)), removed_at=None)
    new = op.db.execute(
        f"SELECT ?, id, ? FROM items WHERE id {IN_IDS} AND trashed_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM data_units u WHERE u.dataset_id = ? AND u.item_id = items.id)",
        (dataset_id, op.now, wanted, dataset_id),
    ).fetchall()
    op.insert_many("data_units", ("dataset_id", "item_id", "added_at"), new)
    changed = array("q", [row[1] for row in (*back, *new)])
    if changed:
        follow_units(op, dataset_id, changed)
        op.touch(datasets=dataset_id, dataset_members=dataset_id)
        files.touch(op, changed)
    return len(changed)


def take_out(op: Operation, dataset_id: int, ids: Sequence[int]) -> int:
    """Returns how many were in it. Their labels are kept, and come back with them."""
    from storage.catalog.projects import hide_and_show
    from storage.catalog.transaction import IN_IDS, ids_json

    rows = op.all(
        f"SELECT id, item_id FROM data_units WHERE dataset_id = ? AND removed_at IS NULL AND item_id {IN_IDS}",
        dataset_id,
        ids_json(ids),
    )
    op.update("data_units", array("q", (r[0] for r in rows)), removed_at=op.now)
    changed = array("q", (r[1] for r in rows))
    if changed:
        hide_and_show(op, changed)
        op.touch(datasets=dataset_id, dataset_members=dataset_id)
        files.touch(op, changed)
    return len(changed)


def follow_items(op: Operation, ids: Sequence[int]) -> None:
    """Items came into a folder, moved or came back: mirrored datasets take them in or let them go."""
    from storage.catalog.transaction import IN_IDS, ids_json

    if not ids:
        return
    wanted = ids_json(ids)
    for dataset_id, folder_id in op.all("SELECT id, mirrored_folder_id FROM datasets WHERE mirrored_folder_id IS NOT NULL"):
        below = ids_json(_mirrored(op, folder_id))
        inside = f"(folder_id {IN_IDS} AND trashed_at IS NULL)"
        unit = "SELECT 1 FROM data_units u WHERE u.dataset_id = ? AND u.item_id = items.id AND u.removed_at IS NULL"
        enter = op.all(
            f"SELECT id FROM items WHERE id {IN_IDS} AND {inside} AND NOT EXISTS ({unit})", wanted, below, dataset_id
        )
        leave = op.all(
            # what lies in the trash keeps its place: it is hidden anyway, and comes back with its labels
            f"SELECT id FROM items WHERE id {IN_IDS} AND trashed_at IS NULL AND NOT {inside} AND EXISTS ({unit})",
            *(wanted, below, dataset_id),
        )
        if enter:
            put_in(op, dataset_id, array("q", (r[0] for r in enter)))
        if leave:
            take_out(op, dataset_id, array("q", (r[0] for r in leave)))


def follow_folders(op: Operation, folder_ids: Iterable[int]) -> None:
    """Folders moved, with all that lies in them."""
    if op.value("SELECT 1 FROM datasets WHERE mirrored_folder_id IS NOT NULL LIMIT 1"):
        follow_items(op, _items_in(op, folder_ids, recursive=True))


def _items_in(op: Operation, folder_ids: Iterable[int], *, recursive: bool) -> array[int]:
    from storage.catalog.transaction import ids_json

    below = SUBTREE if recursive else "SELECT value FROM json_each(?)"
    wanted = ids_json(folder_ids)
    # Pictures of groups are in a dataset as parts of their group, unless their own folder is what was named.
    sql = f"""SELECT i.id FROM items i JOIN folders f ON f.id = i.folder_id WHERE i.folder_id IN ({below}) AND i.trashed_at IS NULL
        AND (f.kind <> '{FolderKind.MEMBERS}' OR f.id IN (SELECT value FROM json_each(?))) ORDER BY i.id"""
    return array("q", (r[0] for r in op.all(sql, wanted, wanted)))


def _mirrored(op: Operation, folder_id: int) -> list[int]:
    """The folders that a mirror of this one follows: all below it but those that hold the pictures of groups."""
    below = subtree(op.db, [folder_id])
    inside = {r[0] for r in op.all("SELECT id FROM folders WHERE kind = ?", str(FolderKind.MEMBERS))}
    return [each for each in below if each not in inside or each == folder_id]


def _plain(op: Operation, dataset_id: int) -> None:
    title = DATASETS.there(op, dataset_id)
    folder_id = op.value("SELECT mirrored_folder_id FROM datasets WHERE id = ?", dataset_id)
    if folder_id is not None:
        folder = op.value("SELECT title FROM folders WHERE id = ?", folder_id)
        raise Refused(
            f"The dataset “{title}” mirrors the folder “{folder}”: its members follow the folder.",
            remedy=f"Move the files into “{folder}” or out of it.",
            input=title,
        )
