"""From task to task: the one before or after, handing in, skipping, reopening."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.task_open import Standing
from storage.catalog import tasks

if TYPE_CHECKING:
    from app.label_editor import LabelEditor
    from app.task_open import OpenTask
    from storage.model.reads import TaskRow


class TaskVerbs(QObject):
    """What leads away from the open task of a page, and why it does not now."""

    def __init__(self, page: LabelEditor) -> None:
        super().__init__(page)
        self._page = page
        self._reads, self._jobs, self._tell = page.context.reads, page.context.jobs, page.messages.tell
        self._going = 0  # steps to a task before or after that were asked for and have not begun
        #: Whether another window has a task open: one does not come to it from task to task.
        self.elsewhere: Callable[[int], bool] = lambda _task_id: False
        self._begun = self.tr("This task stays open: finish what is begun with Enter, or drop it with Esc.")
        self._missing = self.tr(
            "Not submitted: something required is missing. Answer it here; the list at the right leads to each place."
        )

    # -- why not

    def _why_not_left(self) -> str:
        """Why the open task must stay on the screen."""
        task = self._page.task
        return self._begun if task is not None and task.editor.drafting() and not task.session.sealed else ""

    def _why_not_moved(self, task: OpenTask) -> str:
        """Why it cannot be handed in or skipped."""
        if self._going or self._page.loader.wanted != task.id:
            return self.tr("Another task is on its way: nothing was handed in or skipped. Look at it first.")
        if task.session.sealed:
            return task.session.sealed
        if task.standing is Standing.OPEN and not task.seen:
            words = self.tr("“{0}” has only just come up: it was not handed in or skipped. Look at it first.")
            return words.format(task.loaded.task.title)
        return self._why_not_left() or task.unsaved

    def may_close(self) -> bool:
        """Whether the window may be closed; what cannot be saved is asked about."""
        self._page.settle()
        task = self._page.task
        if task is None or not task.saving.pending or (not task.unsaved and task.saving.wait(5.0)):
            return True
        return self._page.messages.ask(
            self.tr("Not everything is saved"),
            self.tr("{0} change(s) could not be written. Close and lose them?").format(task.saving.pending),
            yes=self.tr("Close and lose them"),
            danger=True,
        )

    # -- before and after

    def leave(self) -> None:
        if self.may_leave():
            self._page.left.emit()

    def come_to(self, task_id: int) -> None:
        """Another task, chosen by hand."""
        if self.may_leave():
            self._page.open(task_id)

    def may_leave(self) -> bool:
        self._page.settle()
        why = self._why_not_left()
        if why:
            self._tell(why)
        return not why

    def go(self, step: int) -> None:
        """The task before or after this one in its stage's queue."""
        if self._page.task is None or not self.may_leave():
            return
        task = self._page.task.loaded.task

        def ask() -> Sequence[int]:
            return self._reads.task_ids(task.project_id, stage=task.stage_uuid)

        def failed(error: Exception) -> None:
            self._going -= 1
            self._page.messages.error(error, self.tr("Open task"))

        self._going += 1
        self._jobs.read(ask, partial(self._go, task.id, step), failed, owner=self)

    def _go(self, shown: int, step: int, queue: Sequence[int]) -> None:
        """From the one that was asked for last: whoever presses faster than tasks open still gets a step for each press."""
        self._going -= 1
        wanted = self._page.loader.wanted
        since = wanted if wanted in queue else shown
        at = (queue.index(since) if since in queue else 0) + step
        while 0 <= at < len(queue) and self.elsewhere(queue[at]):
            at += step
        if 0 <= at < len(queue):
            self._page.open(queue[at], look=True)
        else:
            self._tell(self.tr("There is no further task in this direction."))

    # -- handing in and skipping

    def submit(self) -> None:
        task = self._to_move()
        if task is None:
            return
        if task.side.focus_fault():
            self._tell(self.tr("Not submitted: what is typed here is not a number. Correct it, or clear it."))
        elif task.side.missing():
            self._tell(self._missing)
            task.jump(task.side.gaps.gaps[0])
        elif task.seen or self._ask_unseen(task):
            self._move_on(task, self.tr("Submit task"), tasks.submit, gone=True)

    def skip(self) -> None:
        task = self._to_move()
        if task is not None:
            self._move_on(task, self.tr("Skip task"), tasks.skip, gone=False)

    def _to_move(self) -> OpenTask | None:
        """The open task, unless there is a reason, which is told, or it is on its way already."""
        task = self._page.task
        if task is None or task.moving:
            return None
        task.settle()
        why = self._why_not_moved(task)
        if why:
            self._tell(why)
        return task if not why else None

    def take_back(self) -> None:
        """Sentences that hold no longer: what they speak of is done, or it is another task."""
        task = self._page.task
        if task is None or task.side.gaps.isHidden():
            self._page.messages.take_back(self._missing)
        if not self._why_not_left():
            self._page.messages.take_back(self._begun)

    def _move_on(self, task: OpenTask, text: str, work: Any, *, gone: bool) -> None:
        """`gone`: the task leaves the queue; else it goes to its end. After everything of it is written."""
        row, ahead = task.loaded.task, self._page.loader.ahead
        following = ahead.task.id if ahead is not None else None

        def moved(_result: object) -> None:
            task.moving = False
            if self._page.task_id != task.id:
                return
            if self._page.context.settings.values.next_after_submit:
                self._go_on_from(row, following, gone)
            else:
                self._page.left.emit()

        def stayed(error: BaseException) -> None:
            task.moving = False
            self._page.messages.error(error, text)
            if self._page.task_id == task.id:
                self._page.standing.look_at_task()

        def go(written: bool) -> None:
            if written:
                self._page.operations.run(text, work, row.id, row.stage_uuid, origin=task, then=moved, failed=stayed)
            else:
                task.moving = False
                self._tell(task.unsaved)

        task.moving = True
        task.saving.once_written(go)

    def _ask_unseen(self, task: OpenTask) -> bool:
        question = self.tr("Nobody has seen “{0}”: {1} Hand it in all the same?")
        return self._page.messages.ask(
            self.tr("Submit task"),
            question.format(task.loaded.task.title, task.why),
            yes=self.tr("Hand it in unseen"),
            danger=True,
        )

    def go_on(self) -> None:
        """To the next open task."""
        if self._page.task is not None:
            self._go_on_from(self._page.task.loaded.task, None, True)

    def _go_on_from(self, task: TaskRow, following: int | None, gone: bool) -> None:
        if following is None or self.elsewhere(following):
            following = self._following(task)
        if following is None:
            self._tell(self.tr("That was the last task. Well done."))
            self._page.left.emit()
            return
        ahead = self._page.loader.ahead
        if ahead is not None and ahead.task.id == following:
            # It was read ahead while this one, handed in or gone to the end, still stood before it.
            ahead.position, ahead.total = max(1, ahead.position - 1), max(1, ahead.total - gone)
        self._page.open(following)

    def _following(self, task: TaskRow) -> int | None:
        passed = {task.id}
        found = self._reads.next_task(task.project_id, task.id)
        while found is not None and found.id not in passed:
            if not self.elsewhere(found.id):
                return found.id
            passed.add(found.id)
            found = self._reads.next_task(task.project_id, found.id)
        return None

    def reopen(self) -> None:
        task = self._page.task
        if task is not None:
            self._page.operations.run(
                self.tr("Reopen task"), tasks.reopen, task.id, origin=task, then=lambda _result: self._page.open(task.id)
            )
