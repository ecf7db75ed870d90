"""How the open task stands: its file may not open; it may be handed in, moved or deleted elsewhere while it is on the screen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.background.relinking import LINKS, locate
from app.task_open import Standing
from storage.catalog import labels
from storage.editing.edits import difference
from storage.errors import CatalogDamaged, NotFound, PostilError
from storage.model.reads import TaskRow
from storage.model.workflow import TaskStatus
from widgets.controls.banner import Banner

if TYPE_CHECKING:
    from app.label_editor import LabelEditor
    from app.task_open import OpenTask
    from storage.editing.history import History
    from storage.model.changes import Changes
    from storage.model.labels import LabelDocument
    from storage.model.reads import Reads
    from widgets.controls.banner import Button

    Stored = tuple[LabelDocument, History]

log = logging.getLogger(__name__)
AGAIN_MS = 200


class TaskStanding(QObject):
    """Hears what becomes of the open task of a page, and says it in a banner."""

    def __init__(self, page: LabelEditor) -> None:
        super().__init__(page)
        self._page, self._messages = page, page.messages
        self._reads, self._jobs = page.context.reads, page.context.jobs
        self.banner = Banner("warning", page)
        self._again = QTimer(self)  # labels were changed elsewhere in the middle of something
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._read_again)
        page.context.bus.changed.connect(self._on_changed)

    def begin(self, task: OpenTask) -> None:
        """A task has come up."""
        self.banner.say("")
        task.saving.problem.connect(self._on_not_saved)
        task.saving.refused.connect(self._on_refused)
        task.editor.failed.connect(self._on_no_picture)
        task.editor.opened.connect(self._on_picture)
        if task.session.sealed:
            task.seal(task.session.sealed, reopens=not self._page.operations.only_read)
        if task.loaded.medium.source.error is not None:
            self._on_no_picture(task.loaded.medium.source.error)

    # -- a file that cannot be seen

    @Slot(object)
    def _on_no_picture(self, error: PostilError) -> None:
        """Nothing can be drawn on what nobody sees; the file can be looked for."""
        task = self._page.task
        if task is None or task.standing is not Standing.OPEN:
            return
        task.lose(error.reason, self.tr("Nothing can be drawn: the file cannot be opened."))
        buttons = [(self.tr("Try again"), partial(self._open_again, task.id))]
        if task.loaded.medium.item.location in LINKS and not self._page.operations.only_read:
            buttons.insert(0, (self.tr("Locate the file…"), self._locate))
        self.banner.say(" ".join(filter(None, (error.reason, error.remedy))), *buttons)
        self._page.state_changed.emit()

    @Slot()
    def _on_picture(self) -> None:
        """The editor itself has opened it after all: from the beginning, so that one can draw on it."""
        task = self._page.task
        if task is not None and task.standing is Standing.LOST:
            self._open_again(task.id)

    def _locate(self) -> None:
        task = self._page.task
        again = partial(self._open_again, task.id)
        locate(self._page.context, self._messages, task.loaded.medium.item, self._page, again)

    def _open_again(self, task_id: int) -> None:
        if self._stays(task_id):
            self._page.open(task_id)

    def _stays(self, task_id: int) -> bool:
        """It is open, and no other one is on its way."""
        return self._page.task_id == task_id == self._page.loader.wanted

    # -- news from elsewhere

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        task = self._page.task
        if task is None:
            return
        row, project, mine = task.loaded.task, task.loaded.project, changes.origin is task
        if changes.everything or project.ontology_id in changes.ontologies:
            self._read(partial(self._reads.ontology, project.ontology_id), task.use_ontology)
        if changes.everything or (row.label_row_id in changes.label_rows and not mine):
            self._read_again()
        elif not mine and (row.id in changes.tasks or row.item_id in changes.items or project.id in changes.projects):
            self.look_at_task()

    def _read(self, ask: Callable[[], object], done: Callable[..., object]) -> None:
        self._jobs.read(ask, done, partial(self._messages.error, doing=self.tr("Open task")), owner=self)

    def look_at_task(self) -> None:
        task_id = self._page.task_id
        self._read(partial(_task_now, self._reads, task_id), partial(self._take_task, task_id))

    @Slot()
    def _read_again(self) -> None:
        """The labels were changed elsewhere. Not before what is drawn here is written: it would seem to be deleted there."""
        task = self._page.task
        if task is None or self._later(task):
            return
        row = task.loaded.task

        def ask() -> tuple[TaskRow | None, Stored | None]:
            now = _task_now(self._reads, row.id)
            if now is None:
                return None, None
            catalog = self._page.context.catalog
            return now, (self._reads.labels(row.label_row_id), labels.history(catalog, row.label_row_id))

        self._read(ask, partial(self._take_in, row.id))

    def _later(self, task: OpenTask) -> bool:
        busy = task.saving.pending > 0 or task.session.in_gesture
        if busy:
            self._again.start()
        return busy

    def _take_in(self, task_id: int, now: tuple[TaskRow | None, Stored | None]) -> None:
        """Show what differs, and let that be undone which was done elsewhere; keep the selection."""
        task = self._page.task
        if task is None or task.id != task_id or self._later(task):  # begun since it was read
            return
        row, stored = now
        if stored is not None:
            task.session.merge(difference(task.session.document, stored[0]))
            task.session.history = stored[1]
        self._take_task(task_id, row)
        if task.refused and task.standing is not Standing.STOPPED:
            self._open_again(task_id)  # its history knows a step that was never stored

    def _take_task(self, task_id: int, now: TaskRow | None) -> None:
        """Whoever works on what is not theirs any more is told, and works for nothing no longer."""
        task = self._page.task
        if task is None or task.moving or not self._stays(task_id):
            return
        seen, verbs = task.loaded.task, self._page.verbs
        if now is None:
            why = self.tr(
                "“{0}” is not in this project any more: it was deleted, or has left the dataset. "
                "Its labels come back with it, unless the dataset or the project was deleted for good."
            )
            self._stop(task, why.format(seen.title), (self.tr("Leave"), verbs.leave))
        elif now.stage_uuid == seen.stage_uuid or seen.status is TaskStatus.COMPLETED:
            if task.standing is Standing.STOPPED or now.stage_uuid != seen.stage_uuid:
                self._open_again(task_id)  # it is as it was, or was reopened
        else:
            done = now.status is TaskStatus.COMPLETED
            words = self.tr("“{0}” was handed in elsewhere and is complete: its labels are only shown here.")
            moved = self.tr("“{0}” was moved to another stage elsewhere: its labels are only shown here.")
            again = (
                (self.tr("Reopen"), verbs.reopen) if done else (self.tr("Open it there"), partial(self._open_again, task_id))
            )
            self._stop(task, (words if done else moved).format(seen.title), (self.tr("Next task"), verbs.go_on), again)

    def _stop(self, task: OpenTask, why: str, *buttons: Button) -> None:
        if why == task.why:
            return
        task.stop(why, self.tr("Nothing can be drawn: these labels are only shown."))
        self.banner.say(why, *buttons)
        self._page.hint.emit(task.editor.hint)
        self._page.state_changed.emit()

    # -- what is not saved

    @Slot(object)
    def _on_not_saved(self, error: Exception) -> None:
        if isinstance(error, CatalogDamaged):
            self._messages.error(error)
            return
        reason = str(error) if isinstance(error, PostilError) else self.tr("Something went wrong inside Postil.")
        self._messages.tell(self.tr("Your last change is not saved yet: {0} It is kept and tried again.").format(reason))
        log.error("not saved", exc_info=error)

    @Slot(object)
    def _on_refused(self, error: Exception) -> None:
        """Changed elsewhere meanwhile: show what is stored."""
        self._messages.tell(f"{error} " + self.tr("What is stored is shown now."))
        if self._page.task is not None:
            self._page.task.refused = True
            self._read_again()


def _task_now(reads: Reads, task_id: int) -> TaskRow | None:
    try:
        return reads.task(task_id)
    except NotFound:
        return None
