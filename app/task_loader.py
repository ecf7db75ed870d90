"""Everything an editor needs of one task, read off the GUI thread.

A task that will probably be opened next is loaded before it is asked for, its picture decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.media import Medium, open_medium
from storage.editing.history import History
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from storage.model.reads import LabelRowInfo, ProjectRow, TaskRow

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog


@dataclass(eq=False, slots=True)
class LoadedTask:
    task: TaskRow
    row: LabelRowInfo
    project: ProjectRow
    ontology: Ontology
    document: LabelDocument
    history: History
    medium: Medium
    position: int
    total: int


def load_task(catalog: Catalog, task_id: int, room: tuple[float, float, float] | None = None) -> LoadedTask:
    """The medium is opened and decoded while the labels are read: it waits for the disk, they for the interpreter. `room` is
    what a canvas has for it."""
    from storage.catalog import labels

    reads = catalog.reads
    task = reads.task(task_id)
    row = reads.label_row(task.label_row_id)
    medium = open_medium(catalog, row.item)
    try:
        medium.start(room)
        project = reads.project(task.project_id)
        queue = reads.task_ids(project.id, stage=task.stage_uuid)
        return LoadedTask(
            task,
            row,
            project,
            reads.ontology(project.ontology_id),
            reads.labels(task.label_row_id),
            labels.history(catalog, task.label_row_id),
            medium,
            queue.index(task_id) + 1 if task_id in queue else 1,
            max(1, len(queue)),
        )
    except BaseException:
        medium.close()
        raise
