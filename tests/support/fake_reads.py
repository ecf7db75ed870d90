"""A small catalog in memory that answers what widgets ask of `storage.model.reads.Reads`."""

from __future__ import annotations

import uuid
from array import array
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from storage.errors import NotFound
from storage.model.items import FileRow, Folder, FolderKind, FolderSummary, Item, Kind, Location, Member
from storage.model.people import OrgRole, User
from storage.model.query import ItemQuery, ItemSelection, SortBy
from storage.model.reads import ActivityRow, DatasetRow, ItemTask, ProjectRow, TrashEntry

T0 = 1_700_000_000_000


class FakeReads:
    """Fill it with `folder` and `item`; change `folders` and `items` and publish `Changes` as the catalog would."""

    def __init__(self) -> None:
        self.folders: dict[int, Folder] = {}
        self.items: dict[int, FileRow] = {}
        self.metadata: dict[int, dict[str, object]] = {}
        self.members: dict[int, set[int]] = {}
        self.pictures: dict[int, list[Member]] = {}
        self.dataset_rows: dict[int, DatasetRow] = {}
        self.tasks: dict[int, list[ItemTask]] = {}
        self.trash_entries: list[TrashEntry] = []
        self.error: Exception | None = None
        self.asked: list[str] = []

    # -- making

    def add_folder(self, title: str, parent: int | None = None, kind: FolderKind = FolderKind.PLAIN) -> int:
        new = len(self.folders) + 1
        self.folders[new] = Folder(new, str(uuid.UUID(int=new)), parent, title, "", kind, False, T0, "Ada", T0)
        if parent is not None:
            self.folders[parent] = replace(self.folders[parent], has_children=True)
        return new

    def add_item(self, folder: int, title: str, kind: Kind = Kind.IMAGE, **facts: object) -> int:
        new = len(self.items) + 1
        given = {
            "size": 1000 * new,
            "width": 640,
            "height": 480,
            "frames": 1,
            "duration": None,
            "location": Location.LOCAL,
            "created_at": T0 + new,
            "datasets": 0,
            "labelled": False,
            "warnings": False,
            "thumb_key": f"{new:064x}",
        }
        self.items[new] = FileRow(id=new, title=title, kind=kind, folder_id=folder, **{**given, **facts})
        return new

    def add_items(self, folder: int, count: int) -> list[int]:
        return [self.add_item(folder, f"picture {number:06}.jpg") for number in range(count)]

    def add_dataset(self, title: str, items: Sequence[int] = ()) -> int:
        new = len(self.dataset_rows) + 1
        self.members[new] = set(items)
        self.dataset_rows[new] = DatasetRow(new, str(uuid.UUID(int=new)), title, "", None, len(items), 0, T0, "Ada")
        return new

    # -- folders

    def users(self) -> list[User]:
        return [User(1, str(uuid.UUID(int=1)), "Ada", "ada@example.org", OrgRole.ADMIN)]

    def folder(self, folder_id: int) -> Folder:
        if folder_id not in self.folders:
            raise NotFound("There is no such folder.")
        return self.folders[folder_id]

    def child_folders(self, parent_id: int | None) -> list[Folder]:
        found = [each for each in self.folders.values() if each.parent_id == parent_id and each.trashed_at is None]
        return sorted(found, key=lambda each: each.title.lower())

    def folder_path(self, folder_id: int) -> list[Folder]:
        path = [self.folder(folder_id)]
        while path[0].parent_id is not None:
            path.insert(0, self.folder(path[0].parent_id))
        return path

    def find_folders(self, text: str, limit: int = 50) -> list[tuple[int, str]]:
        paths = [(each, " / ".join(step.title for step in self.folder_path(each))) for each in self.folders]
        return [(each, path) for each, path in paths if text.lower() in self.folders[each].title.lower()][:limit]

    def folder_summary(self, folder_id: int) -> FolderSummary:
        inside = [row for row in self.items.values() if self._is_below(row.folder_id, folder_id)]
        kinds = {kind: sum(row.kind is kind for row in inside) for kind in {row.kind for row in inside}}
        folders = sum(self._is_below(each, folder_id) for each in self.folders) - 1
        return FolderSummary(len(inside), folders, sum(row.size for row in inside), kinds)

    def _is_below(self, folder_id: int, top: int) -> bool:
        return any(step.id == top for step in self.folder_path(folder_id))

    def activity(self, *, folder_id: int | None = None, item_id: int | None = None, limit: int = 50) -> list[ActivityRow]:
        return [ActivityRow(T0, "Ada", "Added" if item_id else "Create folder")]

    def trash(self) -> list[TrashEntry]:
        return list(self.trash_entries)

    # -- items

    def _found(self, query: ItemQuery) -> list[FileRow]:
        self.asked.append(query.text)
        if self.error is not None:
            raise self.error
        rows = [row for row in self.items.values() if self._passes(row, query)]
        keys = {
            SortBy.TITLE: lambda row: (row.title.lower(), row.id),
            SortBy.SIZE: lambda row: (row.size, row.id),
            SortBy.KIND: lambda row: (row.kind, row.id),
            SortBy.CREATED: lambda row: (row.created_at, row.id),
            SortBy.DIMENSIONS: lambda row: ((row.width or 0) * (row.height or 0), row.id),
            SortBy.DURATION: lambda row: (row.duration or 0, row.id),
        }
        return sorted(rows, key=keys[query.sort], reverse=query.descending)

    def _passes(self, row: FileRow, query: ItemQuery) -> bool:
        inside = query.folder_id is None or row.folder_id == query.folder_id
        kind = not query.kinds or row.kind in query.kinds
        place = not query.locations or row.location in query.locations
        dataset = query.dataset_id is None or row.id in self.members[query.dataset_id]
        labelled = query.labelled is None or row.labelled is query.labelled
        return inside and kind and place and dataset and labelled and query.text.lower() in row.title.lower()

    def first_rows(self, query: ItemQuery, limit: int = 256) -> list[FileRow]:
        return self._found(query)[:limit]

    def count(self, query: ItemQuery, stop_at: int | None = None) -> int:
        count = len(self._found(query))
        return count if stop_at is None else min(count, stop_at)

    def ids(self, query: ItemQuery) -> array[int]:
        return array("q", (row.id for row in self._found(query)))

    def rows(self, ids: Sequence[int]) -> list[FileRow | None]:
        return [self.items.get(item_id) for item_id in ids]

    def item(self, item_id: int) -> Item:
        row = self.items.get(item_id)
        if row is None:
            raise NotFound("There is no such item.")
        suffix = PurePath(row.title).suffix or ".jpg"
        return Item(
            id=row.id,
            uuid=str(uuid.UUID(int=row.id)),
            folder_id=row.folder_id,
            kind=row.kind,
            title=row.title,
            description="",
            mime="image/jpeg",
            size=row.size,
            width=row.width,
            height=row.height,
            frames=row.frames,
            fps=None,
            duration=row.duration,
            location=row.location,
            source=f"originals/00/{row.id}{suffix}",
            sha256=row.thumb_key,
            facts={"mode": "RGB", "bits": 8},
            metadata=self.metadata.get(item_id, {}),
            warnings=("The extension says png, the content is JPEG.",) if row.warnings else (),
            created_at=row.created_at,
            created_by="Ada",
            edited_at=row.created_at,
            trashed_at=None,
        )

    def members_of(self, item_id: int) -> list[Member]:
        return self.pictures.get(item_id, [])

    def groups_of(self, item_id: int) -> list[tuple[int, str]]:
        return [(g, self.items[g].title) for g, found in self.pictures.items() if any(m.item_id == item_id for m in found)]

    def datasets_of(self, item_id: int) -> list[DatasetRow]:
        return [row for row in self.dataset_rows.values() if item_id in self.members[row.id]]

    def tasks_of(self, item_id: int) -> list[ItemTask]:
        return self.tasks.get(item_id, [])

    def selection_size(self, selection: ItemSelection) -> tuple[int, int]:
        rows = [self.items[each] for each in selection.ids]
        if selection.query is not None:
            rows = [row for row in self._found(selection.query) if row.id not in selection.but]
        return len(rows), sum(row.size for row in rows)

    def datasets(self) -> list[DatasetRow]:
        return list(self.dataset_rows.values())

    def dataset(self, dataset_id: int) -> DatasetRow:
        return self.dataset_rows[dataset_id]

    def projects_of_dataset(self, dataset_id: int) -> list[ProjectRow]:
        return []
