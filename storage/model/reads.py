"""What screens may ask of the catalog: thin values by id, never a connection. Implemented by `storage.catalog.reads`.

Every method may be called from any thread (each thread reads on a connection of its own). Those marked *fast* answer
in well under 16 ms and may be called on the GUI thread; the others belong in a read job.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from storage.model.items import FileRow, Folder, FolderSummary, Item, Member
from storage.model.patients import PatientStudies
from storage.model.people import User
from storage.model.query import ItemQuery, ItemSelection

if TYPE_CHECKING:
    from storage.model.labels import LabelDocument
    from storage.model.ontology import Ontology
    from storage.model.workflow import TaskStatus, Workflow


Titled = Literal["projects", "datasets", "ontologies"]


@dataclass(frozen=True, slots=True)
class DatasetRow:
    id: int
    uuid: str
    title: str
    description: str
    mirrored_folder_id: int | None
    items: int
    projects: int
    created_at: int
    created_by: str


@dataclass(frozen=True, slots=True)
class OntologyRow:
    id: int
    uuid: str
    title: str
    description: str
    objects: int
    classifications: int
    projects: int
    edited_at: int


@dataclass(frozen=True, slots=True)
class ProjectRow:
    id: int
    uuid: str
    title: str
    description: str
    ontology_id: int
    ontology_title: str
    dataset_ids: tuple[int, ...]
    workflow: Workflow
    tasks_by_stage: dict[str, int]  # stage uuid -> count
    created_at: int


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """What a worklist tells of a DICOM series. Texts are empty where the files do not say."""

    patient_name: str
    patient_id: str
    patient_birth: str  # YYYYMMDD, as DICOM has it
    study_date: str
    modality: str
    body_part: str
    description: str  # of the series, else of its study
    slices: int
    times: int


@dataclass(frozen=True, slots=True)
class TaskRow:
    id: int
    uuid: str
    project_id: int
    item_id: int
    item_uuid: str
    title: str  # the item's
    label_row_id: int
    stage_uuid: str
    status: TaskStatus
    assignee: str | None  # e-mail
    priority: float
    edited_at: int
    annotations: int
    series: SeriesFacts | None = None


@dataclass(frozen=True, slots=True)
class ItemTask:
    """A task of an item, in one of the projects that have it."""

    task: TaskRow
    project_title: str
    stage_title: str


@dataclass(frozen=True, slots=True)
class LabelRowInfo:
    """What an editor or an exporter needs to know of a label row beside its document."""

    id: int
    uuid: str  # label hash
    project_id: int
    data_uuid: str  # data hash
    dataset_uuid: str
    dataset_title: str
    branch: str
    item: Item
    stage_title: str
    status: TaskStatus
    task_uuid: str
    created_at: int
    edited_at: int


@dataclass(frozen=True, slots=True)
class ActivityRow:
    at: int  # ms UTC
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class OntologyUse:
    """What a change to an ontology would touch: counts of instances and answers by feature hash."""

    projects: tuple[str, ...]
    by_feature: dict[str, int]
    labels: int = 0  # instances and classifications


@dataclass(frozen=True, slots=True)
class TrashEntry:
    """One deletion: restored or purged as a whole."""

    group: str
    title: str  # "Scans" or "12 items"
    folder_ids: tuple[int, ...]
    items: int
    trashed_at: int
    trashed_by: str
    was_in: str


class Reads(Protocol):
    # -- people (fast)
    def users(self) -> list[User]: ...

    # -- folders (fast)
    def folder(self, folder_id: int) -> Folder: ...
    def child_folders(self, parent_id: int | None) -> list[Folder]: ...
    def folder_path(self, folder_id: int) -> list[Folder]: ...  # from the top to itself
    def find_folders(self, text: str, limit: int = 50) -> list[tuple[int, str]]: ...  # id, "A / B / C"
    def folder_summary(self, folder_id: int) -> FolderSummary: ...  # may be slow
    def activity(self, *, folder_id: int | None = None, item_id: int | None = None, limit: int = 50) -> list[ActivityRow]: ...
    def trash(self) -> list[TrashEntry]: ...

    # -- items
    def first_rows(self, query: ItemQuery, limit: int = 256) -> list[FileRow]: ...  # fast: by keyset
    def count(self, query: ItemQuery, stop_at: int | None = None) -> int: ...
    def ids(self, query: ItemQuery) -> array[int]: ...  # slow at a million: in a job
    def rows(self, ids: Sequence[int]) -> list[FileRow | None]: ...  # fast for 256; None: gone meanwhile; same order
    def item(self, item_id: int) -> Item: ...  # fast
    def item_by_uuid(self, uuid: str) -> Item: ...  # fast
    def members_of(self, item_id: int) -> list[Member]: ...  # of a group or sequence, in order; may be slow
    def groups_of(self, item_id: int) -> list[tuple[int, str]]: ...  # fast: groups that hold a picture, id and title
    def studies_of_patient(self, item_id: int, project_id: int | None = None) -> PatientStudies: ...  # fast: of a DICOM series
    def datasets_of(self, item_id: int) -> list[DatasetRow]: ...  # fast
    def tasks_of(self, item_id: int) -> list[ItemTask]: ...  # fast: by the titles of their projects
    def selection_size(self, selection: ItemSelection) -> tuple[int, int]: ...  # items, bytes

    # -- datasets, ontologies, projects (fast)
    def datasets(self) -> list[DatasetRow]: ...
    def dataset(self, dataset_id: int) -> DatasetRow: ...
    def projects_of_dataset(self, dataset_id: int) -> list[ProjectRow]: ...
    def projects_of_series(self, series_uids: Collection[str]) -> list[ProjectRow]: ...
    def ontologies(self) -> list[OntologyRow]: ...
    def ontology_row(self, ontology_id: int) -> OntologyRow: ...
    def ontology(self, ontology_id: int) -> Ontology: ...
    def ontology_use(self, ontology_id: int) -> OntologyUse: ...  # may be slow
    def projects(self) -> list[ProjectRow]: ...
    def find_titles(self, kind: Titled, text: str, limit: int) -> list[tuple[int, str]]: ...  # id, title
    def project(self, project_id: int) -> ProjectRow: ...

    # -- tasks
    def task_ids(
        self, project_id: int, *, stage: str | None = None, status: TaskStatus | None = None, text: str = ""
    ) -> array[int]: ...  # queue order: priority first
    def has_series(self, project_id: int) -> bool: ...  # whether any task is a DICOM series
    def task_rows(self, ids: Sequence[int]) -> list[TaskRow | None]: ...  # fast for 256
    def task(self, task_id: int) -> TaskRow: ...  # fast
    def task_by_uuid(self, uuid: str) -> TaskRow: ...  # fast
    def next_task(self, project_id: int, after: int | None = None) -> TaskRow | None: ...  # fast: next open annotate task
    def label_counts(self, project_id: int) -> dict[str, int]: ...  # feature hash -> annotations; may be slow

    # -- labels
    def label_row(self, label_row_id: int) -> LabelRowInfo: ...  # fast
    def label_rows(self, project_id: int, *, stages: frozenset[str] | None = None) -> list[int]: ...
    def labels(self, label_row_id: int) -> LabelDocument: ...  # fast below some thousands of records
