"""How the open task stands: its file may not open; it may be handed in, moved or deleted elsewhere while it is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.background.relinking import LINKS, locate
from storage.editing.edits import difference
from storage.errors import NotFound, PostilError
from storage.model.reads import TaskRow
from storage.model.workflow import TaskStatus
from widgets.controls.banner import Banner
from widgets.only_read import OnlyRead

if TYPE_CHECKING:
    from app.label_editor import LabelEditor
    from app.task_loader import LoadedTask
    from storage.model.changes import Changes
    from storage.model.labels import LabelDocument
    from storage.model.reads import Reads

    Act = tuple[str, Callable[[], object]]  # the words of a button, and what it does


class TaskStanding:
    """Mixed into the label editor."""

    banner: Banner
    _lost: PostilError | None = None  # why its file cannot be seen
    _stopped = ""  # why it can only be looked at from now on
    _refused = False  # the catalog did not take a step: what is stored is to be shown

    def _make_banner(self: LabelEditor) -> Banner:
        banner = Banner("warning", self)
        banner.action_wanted.connect(lambda act: act())
        return banner

    def _why_sealed(self: LabelEditor, task: TaskRow) -> str:
        done = self.tr("This task is complete: reopen it to change its labels.") if task.status is TaskStatus.COMPLETED else ""
        return self._operations.only_read or done

    def _stand(self: LabelEditor, loaded: LoadedTask) -> None:
        """A task has come up."""
        self._lost, self._stopped, self._refused = None, "", False
        self.banner.say("")
        if self._operations.only_read:
            self.header.seal(self._operations.only_read)
        else:
            self.header.show_state("saved", self.tr("All changes saved"))
        if self.session.sealed:
            self._hold_still(self.session.sealed)
        if loaded.medium.source.error is not None:
            self._on_no_picture(loaded.medium.source.error)

    def _hold_still(self: LabelEditor, why: str) -> None:
        """For a look: nothing can be changed, and nothing invites to."""
        assert self.editor is not None and self.side is not None
        self._draw_nothing(why)
        OnlyRead(why, self.side).hold(self.side)

    def _draw_nothing(self: LabelEditor, why: str) -> None:
        self.editor.seal()
        self.side.classes.seal(why)

    # -- a file that cannot be seen

    @Slot(object)
    def _on_no_picture(self: LabelEditor, error: PostilError) -> None:
        """Nothing can be drawn on what nobody sees; the file can be looked for."""
        if self.loaded is None or self._lost is not None:
            return
        self._lost, task_id = error, self.loaded.task.id
        self._draw_nothing(error.reason)
        again = (self.tr("Try again"), partial(self._open_again, task_id))
        words = " ".join(filter(None, (error.reason, error.remedy)))
        if self.loaded.medium.item.location in LINKS and not self._operations.only_read:
            self.banner.say(words, self.tr("Locate the file…"), self.locate, other=again)
        else:
            self.banner.say(words, *again)
        self.state_changed.emit()

    @Slot()
    def _on_picture(self: LabelEditor) -> None:
        """The editor itself has opened it after all: from the beginning, so that one can draw on it."""
        if self._lost is not None and self.loaded is not None:
            self._open_again(self.loaded.task.id)

    def locate(self: LabelEditor) -> None:
        task_id, item = self.loaded.task.id, self.loaded.medium.item
        locate(self._context, self._messages, item, self, partial(self._open_again, task_id))

    def _open_again(self: LabelEditor, task_id: int) -> None:
        if self.task_id == task_id == self._wanted:
            self.open(task_id)

    # -- news from elsewhere

    def _hear_of_task(self: LabelEditor, changes: Changes) -> None:
        task, mine = self.loaded.task, changes.origin is self
        if changes.everything or (self.loaded.row.id in changes.label_rows and not mine):
            self._read_again()
        elif not mine and (task.id in changes.tasks or task.item_id in changes.items or task.project_id in changes.projects):
            self._look_at_task()

    def _look_at_task(self: LabelEditor) -> None:
        task_id = self.loaded.task.id
        self._context.jobs.read(
            partial(_task_now, self._context.reads, task_id), partial(self._take_task, task_id), self._on_failed, owner=self
        )

    @Slot()
    def _read_again(self: LabelEditor) -> None:
        """The labels were changed elsewhere. Not before what is drawn here is written: it would seem to be deleted there."""
        if self.loaded is None or self.session is None:
            return
        if self._busy_saving() or self.session.in_gesture:
            self._again.start()
            return
        reads, task = self._context.reads, self.loaded.task

        def ask() -> tuple[TaskRow | None, LabelDocument | None]:
            now = _task_now(reads, task.id)
            return now, reads.labels(task.label_row_id) if now is not None else None

        self._context.jobs.read(ask, partial(self._take_in, task.id), self._on_failed, owner=self)

    def _take_in(self: LabelEditor, task_id: int, now: tuple[TaskRow | None, LabelDocument | None]) -> None:
        """Show what differs, keep selection and history."""
        if self.loaded is None or self.session is None or self.task_id != task_id:
            return
        if self._busy_saving() or self.session.in_gesture:  # begun since it was read
            self._again.start()
            return
        task, stored = now
        if stored is not None:
            self.session.merge(difference(self.session.document, stored))
        self._take_task(task_id, task)
        if self._refused and not self._stopped:
            self._open_again(task_id)  # its history knows a step that was never stored

    def _take_task(self: LabelEditor, task_id: int, now: TaskRow | None) -> None:
        """Whoever works on what is not theirs any more is told, and works for nothing no longer."""
        if self.loaded is None or self._moving or not (self.task_id == task_id == self._wanted):
            return
        seen = self.loaded.task
        if now is None:
            self._stop_work(
                self.tr(
                    "“{0}” is not in this project any more: it was deleted, or has left the dataset. "
                    "Its labels are kept and come back with it."
                ).format(seen.title),
                (self.tr("Leave"), self.leave),
            )
        elif now.stage_uuid == seen.stage_uuid or seen.status is TaskStatus.COMPLETED:
            if self._stopped or now.stage_uuid != seen.stage_uuid:
                self._open_again(task_id)  # it is as it was, or was reopened
        else:
            done = now.status is TaskStatus.COMPLETED
            words = self.tr("“{0}” was handed in elsewhere and is complete: its labels are only shown here.")
            moved = self.tr("“{0}” was moved to another stage elsewhere: its labels are only shown here.")
            again = (self.tr("Reopen"), self.reopen) if done else (self.tr("Open it there"), partial(self._open_again, task_id))
            self._stop_work((words if done else moved).format(seen.title), (self.tr("Next task"), self.go_on), again)

    def _stop_work(self: LabelEditor, why: str, act: Act, other: Act | tuple[str, None] = ("", None)) -> None:
        if why == self._stopped:
            return
        self._stopped = why
        self.session.cancel()
        self.session.sealed = why
        self.editor.settle()
        self._hold_still(why)
        self.header.seal(why)
        self.banner.say(why, *act, other=other)
        self.hint.emit(self.editor.hint)
        self.state_changed.emit()

    @Slot(object)
    def _on_refused(self: LabelEditor, error: Exception) -> None:
        """Changed elsewhere meanwhile: show what is stored."""
        self._messages.tell(f"{error} " + self.tr("What is stored is shown now."))
        self._refused = True
        self._read_again()


def _task_now(reads: Reads, task_id: int) -> TaskRow | None:
    try:
        return reads.task(task_id)
    except NotFound:
        return None
