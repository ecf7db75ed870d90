"""Everything an editor needs of one task, read off the GUI thread.

A task that will probably be opened next is loaded before it is asked for, its picture decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from storage.editing.history import History
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from storage.model.reads import LabelRowInfo, ProjectRow, TaskRow
from viewers.scene.adjust import Adjustments
from viewers.scene.pictures import PictureSource

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog
    from viewers.decode.request import Decoder


@dataclass(eq=False, slots=True)
class LoadedTask:
    """Where the picture cannot be shown, `pictures.error` will say why; the labels can be worked on nevertheless."""

    task: TaskRow
    row: LabelRowInfo
    project: ProjectRow
    ontology: Ontology
    document: LabelDocument
    history: History
    pictures: PictureSource
    position: int
    total: int


def load_task(catalog: Catalog, task_id: int) -> LoadedTask:
    """The picture is opened and decoded while the labels are read: it waits for the disk, they for the interpreter."""
    from storage.catalog import labels

    reads = catalog.reads
    task = reads.task(task_id)
    row = reads.label_row(task.label_row_id)
    pictures = PictureSource(partial(_open, catalog, row))
    try:
        warm(pictures)
        project = reads.project(task.project_id)
        queue = reads.task_ids(project.id, stage=task.stage_uuid)
        return LoadedTask(
            task,
            row,
            project,
            reads.ontology(project.ontology_id),
            reads.labels(task.label_row_id),
            labels.history(catalog, task.label_row_id),
            pictures,
            queue.index(task_id) + 1 if task_id in queue else 1,
            max(1, len(queue)),
        )
    except BaseException:
        pictures.close()
        raise


def warm(pictures: PictureSource) -> None:
    """Have the picture's first view decoded; from then on the canvas says what it wants."""
    asked: list[bool] = []

    def arrived() -> None:
        if not asked and pictures.facts(0) is not None:
            asked.append(True)
            _want_whole(pictures)

    pictures.listen(arrived)
    arrived()


def _want_whole(pictures: PictureSource) -> None:
    facts = pictures.facts(0)
    if facts is not None and not pictures.wanting:
        pictures.want([(0, facts.levels, -1, -1)], Adjustments())


def _open(catalog: Catalog, row: LabelRowInfo) -> Decoder:
    from storage.services.originals import source_of
    from viewers.decode import open_media

    return open_media(source_of(catalog, row.item), str(row.item.kind), row.item.facts, catalog.paths.cache)
