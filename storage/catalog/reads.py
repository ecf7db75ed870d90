"""`CatalogReads`: everything that screens, exporters and the command line ask of a catalog (`storage.model.reads.Reads`).

Thin: each noun's module holds its SQL. Any thread may ask; each reads on a connection of its own. Nothing here imports
SQLAlchemy, so the first list does not wait for it.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from storage.catalog import files, folders, people, rows
from storage.catalog.later import Later
from storage.errors import NotFound
from storage.ids import uuid_blob, uuid_text
from storage.model.items import FileRow, Folder, FolderSummary, Item, Member
from storage.model.people import User
from storage.model.query import ItemQuery, ItemSelection

if TYPE_CHECKING:
    from storage.catalog import activity, datasets, label_rows, members, ontologies, patients, projects, tasks, trash, volumes
    from storage.catalog.engine import Catalog
    from storage.catalog.nouns import Noun
    from storage.catalog.trash import DeleteConsequences
    from storage.catalog.volumes import VolumeFile
    from storage.model.labels import LabelDocument
    from storage.model.ontology import Ontology
    from storage.model.patients import PatientStudies
    from storage.model.reads import (
        ActivityRow,
        DatasetRow,
        ItemTask,
        LabelRowInfo,
        OntologyRow,
        OntologyUse,
        ProjectRow,
        TaskRow,
        Titled,
        TrashEntry,
    )
    from storage.model.workflow import TaskStatus
else:  # not needed for the first list
    activity, datasets, label_rows, members, ontologies, patients, projects, tasks, trash, volumes = (
        Later(f"storage.catalog.{name}")
        for name in "activity datasets label_rows members ontologies patients projects tasks trash volumes".split()
    )

_LABEL_ROW = """SELECT l.id, l.uuid, l.project_id, u.uuid, d.uuid, d.title, l.branch, u.item_id, t.stage_uuid, t.status, t.uuid,
    l.created_at, max(l.edited_at, t.edited_at)
    FROM label_rows l JOIN data_units u ON u.id = l.data_unit_id JOIN datasets d ON d.id = u.dataset_id
    JOIN tasks t ON t.label_row_id = l.id WHERE l.id = ?"""


class CatalogReads:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @property
    def _db(self) -> sqlite3.Connection:
        return self._catalog.reader()

    @property
    def _user(self) -> User:
        return self._catalog.user

    # -- people

    def users(self) -> list[User]:
        return people.users(self._db)

    def user(self, email_or_name: str) -> User:
        return people.user(self._db, email_or_name)

    # -- folders

    def folder(self, folder_id: int) -> Folder:
        return folders.folder(self._db, self._user, folder_id)

    def child_folders(self, parent_id: int | None) -> list[Folder]:
        return folders.children(self._db, self._user, parent_id)

    def folder_path(self, folder_id: int) -> list[Folder]:
        return folders.path(self._db, self._user, folder_id)

    def folder_by_path(self, path: str) -> Folder:
        """`A/B/C`, case ignored. `NotFound` in words."""
        return folders.by_path(self._db, self._user, path)

    def find_folders(self, text: str, limit: int = 50) -> list[tuple[int, str]]:
        return folders.find(self._db, self._user, text, limit)

    def folder_summary(self, folder_id: int) -> FolderSummary:
        return folders.summary(self._db, self._user, folder_id)

    def activity(self, *, folder_id: int | None = None, item_id: int | None = None, limit: int = 50) -> list[ActivityRow]:
        if folder_id is not None:
            self.folder(folder_id)
        if item_id is not None:
            self.item(item_id)
        return activity.rows(self._db, folder_id, item_id, limit)

    def trash(self) -> list[TrashEntry]:
        return trash.entries(self._db, self._user)

    def delete_consequences(self, folder_ids: Iterable[int], selection: ItemSelection) -> DeleteConsequences:
        return trash.foresee(self._db, self._user, folder_ids, selection)

    # -- items

    def first_rows(self, query: ItemQuery, limit: int = 256) -> list[FileRow]:
        ids = rows.first_ids(self._db, self._user, query, limit)
        return [row for row in rows.rows(self._db, self._user, ids) if row is not None]

    def count(self, query: ItemQuery, stop_at: int | None = None) -> int:
        return rows.count(self._db, self._user, query, stop_at)

    def ids(self, query: ItemQuery) -> array[int]:
        return rows.ids(self._db, self._user, query)

    def rows(self, ids: Sequence[int]) -> list[FileRow | None]:
        return rows.rows(self._db, self._user, ids)

    def item(self, item_id: int) -> Item:
        return files.item(self._db, self._user, item_id)

    def item_by_uuid(self, uuid: str) -> Item:
        return files.item_by_uuid(self._db, self._user, uuid)

    def item_by_title(self, folder_id: int, title: str) -> Item:
        return files.item_by_title(self._db, self._user, folder_id, title)

    def item_by_sha256(self, sha256: str) -> Item:
        """The oldest live item with that content (hex)."""
        return files.item_by_sha256(self._db, self._user, sha256)

    def members_of(self, item_id: int) -> list[Member]:
        """The pictures of an image group or sequence, in order."""
        self.item(item_id)
        return members.members(self._db, item_id)

    def groups_of(self, item_id: int) -> list[tuple[int, str]]:
        """The groups and sequences that a picture belongs to: id and title."""
        self.item(item_id)
        return members.groups_of(self._db, item_id)

    def frame_table(self, sha256: str) -> bytes | None:
        """Of a video: `storage.media.frames.FrameTable`. None where it is not known yet."""
        return members.frame_table(self._db, sha256)

    def volume_files_of(self, item_id: int) -> list[VolumeFile]:
        """The files behind a DICOM series, in the order of its index."""
        self.item(item_id)
        return volumes.files_of(self._db, item_id)

    def frame_index(self, sha256: str) -> bytes | None:
        """Of a DICOM series: `storage.media.dicom_index.FrameIndex`."""
        return volumes.index_of(self._db, sha256)

    def studies_of_patient(self, item_id: int, project_id: int | None = None) -> PatientStudies:
        """Of the patient of a DICOM series; `project_id`: whose tasks are wanted with the series."""
        if project_id is not None:
            projects.check_visible(self._db, self._user, project_id)
        return patients.studies(self._db, self._user, item_id, project_id)

    def datasets_of(self, item_id: int) -> list[DatasetRow]:
        return datasets.of_item(self._db, self._user, item_id)

    def tasks_of(self, item_id: int) -> list[ItemTask]:
        """Those of the projects that one sees, by their titles."""
        return tasks.of_item(self._db, self._user, item_id)

    def selection_size(self, selection: ItemSelection) -> tuple[int, int]:
        return rows.selection_size(self._db, self._user, selection)

    def selected_ids(self, selection: ItemSelection) -> array[int]:
        return rows.selected_ids(self._db, self._user, selection)

    # -- datasets

    def datasets(self) -> list[DatasetRow]:
        return datasets.all_rows(self._db, self._user)

    def dataset(self, dataset_id: int) -> DatasetRow:
        return datasets.row(self._db, self._user, dataset_id)

    def dataset_by_title(self, title: str) -> DatasetRow:
        return datasets.by_title(self._db, self._user, title)

    def labels_on_dataset(self, dataset_id: int) -> list[tuple[str, int]]:
        """Titles of the projects that have any, and how many; also of those that it was detached from."""
        return projects.labels_on_dataset(self._db, dataset_id)

    def projects_of_dataset(self, dataset_id: int) -> list[ProjectRow]:
        return projects.of_dataset(self._db, self._user, dataset_id)

    def projects_of_series(self, series_uids: Collection[str]) -> list[ProjectRow]:
        return projects.of_series(self._db, self._user, series_uids)

    def find_titles(self, kind: Titled, text: str, limit: int) -> list[tuple[int, str]]:
        nouns: dict[Titled, Noun[Any]] = {
            "projects": projects.PROJECTS,
            "datasets": datasets.DATASETS,
            "ontologies": ontologies.ONTOLOGIES,
        }
        return nouns[kind].find(self._db, self._user, text, limit)

    # -- ontologies

    def ontologies(self) -> list[OntologyRow]:
        return ontologies.all_rows(self._db, self._user)

    def ontology_row(self, ontology_id: int) -> OntologyRow:
        return ontologies.row(self._db, self._user, ontology_id)

    def ontology_by_title(self, title: str) -> OntologyRow:
        return ontologies.by_title(self._db, self._user, title)

    def ontology(self, ontology_id: int) -> Ontology:
        return ontologies.ontology(self._db, self._user, ontology_id)

    def ontology_use(self, ontology_id: int) -> OntologyUse:
        return ontologies.use(self._db, self._user, ontology_id)

    # -- projects

    def projects(self) -> list[ProjectRow]:
        return projects.all_rows(self._db, self._user)

    def project(self, project_id: int) -> ProjectRow:
        return projects.row(self._db, self._user, project_id)

    def project_by_title(self, title: str) -> ProjectRow:
        return projects.by_title(self._db, self._user, title)

    # -- tasks

    def task_ids(
        self, project_id: int, *, stage: str | None = None, status: TaskStatus | None = None, text: str = ""
    ) -> array[int]:
        return tasks.ids(self._db, self._user, project_id, stage, status, text)

    def has_series(self, project_id: int) -> bool:
        return tasks.has_series(self._db, self._user, project_id)

    def task_rows(self, ids: Sequence[int]) -> list[TaskRow | None]:
        return tasks.rows(self._db, self._user, ids)

    def task(self, task_id: int) -> TaskRow:
        return tasks.row(self._db, self._user, task_id)

    def task_by_uuid(self, uuid: str) -> TaskRow:
        return tasks.row_by_uuid(self._db, self._user, uuid)

    def next_task(self, project_id: int, after: int | None = None) -> TaskRow | None:
        return tasks.following(self._db, self._user, project_id, after)

    def label_counts(self, project_id: int) -> dict[str, int]:
        return projects.label_counts(self._db, self._user, project_id)

    # -- labels

    def label_row(self, label_row_id: int) -> LabelRowInfo:
        from storage.model.reads import LabelRowInfo
        from storage.model.workflow import TaskStatus

        db = self._db
        found = db.execute(_LABEL_ROW, (label_row_id,)).fetchone()
        if found is None:
            raise NotFound("There are no such labels.", remedy="Their project or dataset may have been deleted meanwhile.")
        id_, uuid, project_id, data, dataset, dataset_title, branch, item_id, stage, status, task, created, edited = found
        projects.check_visible(db, self._user, project_id)
        stage_title = projects.workflow_of(db, project_id).stage(uuid_text(stage)).title
        return LabelRowInfo(
            id_,
            uuid_text(uuid),
            project_id,
            uuid_text(data),
            uuid_text(dataset),
            dataset_title,
            branch,
            files.item_whole(db, item_id),
            stage_title,
            TaskStatus(status),
            uuid_text(task),
            created,
            edited,
        )

    def label_rows(self, project_id: int, *, stages: frozenset[str] | None = None) -> list[int]:
        """Those that are shown, in the order of their datasets and data units. `stages`: uuids."""
        db = self._db
        projects.check_visible(db, self._user, project_id)
        within, params = "", [project_id]
        if stages is not None:
            within = f" AND t.stage_uuid IN ({', '.join('?' * len(stages))})"
            params += [uuid_blob(s) for s in stages]  # type: ignore[misc]
        sql = "SELECT t.label_row_id FROM tasks t WHERE t.project_id = ? AND t.hidden = 0"
        return [row[0] for row in db.execute(f"{sql}{within} ORDER BY t.label_row_id", params)]

    def labels(self, label_row_id: int) -> LabelDocument:
        db = self._db
        found = db.execute("SELECT project_id FROM label_rows WHERE id = ?", (label_row_id,)).fetchone()
        if found is None:
            raise NotFound("There are no such labels.", remedy="Their project or dataset may have been deleted meanwhile.")
        projects.check_visible(db, self._user, found[0])
        return label_rows.load(db, label_row_id)

    def iterate_label_rows(
        self, project_id: int, stages: frozenset[str] | None = None
    ) -> Iterator[tuple[LabelRowInfo, LabelDocument]]:
        """For exporters: one at a time, whatever the project's size."""
        for label_row_id in self.label_rows(project_id, stages=stages):
            yield self.label_row(label_row_id), self.labels(label_row_id)
