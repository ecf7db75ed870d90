"""Everything an editor needs of one task, read off the GUI thread.

A task that will probably be opened next is loaded before it is asked for, its picture decoded.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.media import Medium, open_medium
from app.memory import give_back
from storage.editing.history import History
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from storage.model.reads import LabelRowInfo, ProjectRow, TaskRow

if TYPE_CHECKING:
    from app.context import AppContext
    from storage.catalog.engine import Catalog
    from storage.model.changes import Changes

log = logging.getLogger(__name__)


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


class TaskLoader(QObject):
    """Brings the task that is wanted, and keeps one that was read ahead."""

    came = Signal(object)  # LoadedTask: the one that is wanted
    failed = Signal(object)

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self.wanted: int | None = None  # stays so when it has come; None: none is any more
        self.look = False  # it is come to without taking it
        self.frame: int | None = None  # on which it is shown; None: the first of its medium
        self.ahead: LoadedTask | None = None
        context.bus.changed.connect(self._on_changed)

    def fetch(self, task_id: int) -> None:
        """Once what is drawn on the present one is written: it may be the same task."""
        ahead, catalog = self.ahead, self._context.catalog
        if ahead is not None and ahead.task.id == task_id:
            self.ahead = None
            self.came.emit(ahead)
        else:
            self._context.jobs.read(lambda: load_task(catalog, task_id), self._on_loaded, self.failed.emit, owner=self)

    def _on_loaded(self, loaded: LoadedTask) -> None:
        if loaded.task.id == self.wanted:
            self.came.emit(loaded)
        else:
            self.close(loaded)

    def read_ahead(self, task: TaskRow, room: tuple[float, float, float] | None) -> None:
        """The one that comes after `task`, for a canvas with so much room."""
        catalog = self._context.catalog

        def ask() -> LoadedTask | None:
            following = catalog.reads.next_task(task.project_id, task.id)
            return load_task(catalog, following.id, room) if following is not None and following.id != task.id else None

        self._context.jobs.read(ask, self._keep_ahead, lambda error: log.info("ahead: %s", error), owner=self)

    def _keep_ahead(self, loaded: LoadedTask | None) -> None:
        self.drop_ahead()
        self.ahead = loaded
        if self.wanted is None:  # closed meanwhile
            self.drop_ahead()

    def drop_ahead(self) -> None:
        ahead, self.ahead = self.ahead, None
        if ahead is not None:
            self.close(ahead)

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        ahead = self.ahead
        if ahead is not None and (
            changes.everything
            or ahead.row.id in changes.label_rows
            or ahead.task.item_id in changes.items
            or ahead.project.ontology_id in changes.ontologies
        ):
            self.drop_ahead()

    def close(self, loaded: LoadedTask) -> None:
        """Its threads end what they are decoding first, which nobody waits for."""
        self._context.jobs.leave(loaded.medium.close)
        self._context.jobs.leave(give_back)

    def end(self) -> None:
        self.wanted = None
        self.drop_ahead()


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
