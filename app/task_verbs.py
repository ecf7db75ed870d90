"""From task to task: the one before or after, handing in, skipping, reopening."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from storage.catalog import tasks

if TYPE_CHECKING:
    from app.label_editor import LabelEditor
    from storage.model.reads import TaskRow


class TaskVerbs:
    """Mixed into the label editor."""

    _moving = False  # the task is being handed in or skipped
    _going = 0  # steps to a task before or after that were asked for and have not begun
    #: Whether another window has a task open: one does not come to it from task to task.
    elsewhere: Callable[[int], bool] = staticmethod(lambda _task_id: False)

    def go(self: LabelEditor, step: int) -> None:
        """The task before or after this one in its stage's queue."""
        if self.loaded is None:
            return
        reads, task = self._context.reads, self.loaded.task

        def ask() -> Sequence[int]:
            return reads.task_ids(task.project_id, stage=task.stage_uuid)

        def failed(error: Exception) -> None:
            self._going -= 1
            self._on_failed(error)

        self._going += 1
        self._context.jobs.read(ask, partial(self._go, task.id, step), failed, owner=self)

    def _go(self: LabelEditor, shown: int, step: int, queue: Sequence[int]) -> None:
        """From the one that was asked for last: whoever presses faster than tasks open still gets a step for each press."""
        self._going -= 1
        since = self._wanted if self._wanted in queue else shown
        at = (queue.index(since) if since in queue else 0) + step
        while 0 <= at < len(queue) and self.elsewhere(queue[at]):
            at += step
        if 0 <= at < len(queue):
            self.open(queue[at], look=True)
        else:
            self._messages.tell(self.tr("There is no further task in this direction."))

    def submit(self: LabelEditor) -> None:
        if self.loaded is None or self.session is None:
            return
        self._flush()
        if self.side is not None and self.side.focus_fault():
            self._messages.tell(self.tr("Not submitted: what is typed here is not a number. Correct it, or clear it."))
            return
        if self.side is not None and self.side.missing():
            self._messages.tell(self._not_submitted())
            self.jump(self.side.gaps.gaps[0])
            return
        self._move_on(self.tr("Submit task"), tasks.submit, gone=True)

    def _not_submitted(self: LabelEditor) -> str:
        return self.tr(
            "Not submitted: something required is missing. Answer it here; the list at the right leads to each place."
        )

    def _on_gaps_counted(self: LabelEditor, _count: int) -> None:
        """The list that the sentence speaks of is gone: everything is there, or it is another task."""
        if self.side is None or self.side.gaps.isHidden():
            self._messages.take_back(self._not_submitted())

    def skip(self: LabelEditor) -> None:
        self._flush()
        self._move_on(self.tr("Skip task"), tasks.skip, gone=False)

    def _move_on(self: LabelEditor, text: str, work: Any, *, gone: bool) -> None:
        """`gone`: the task leaves the queue; else it goes to its end. Once, and after everything of it is written."""
        if self.loaded is None or self._moving:
            return
        if self._going or self._wanted != self.task_id:
            self._messages.tell(self.tr("Another task is on its way: nothing was handed in or skipped. Look at it first."))
            return
        if self.session.sealed:
            self._messages.tell(self.session.sealed)
            return
        if self._lost is None and not self._seen:
            words = self.tr("“{0}” has only just come up: it was not handed in or skipped. Look at it first.")
            self._messages.tell(words.format(self.loaded.task.title))
            return
        if gone and self._lost is not None and not self._seen and not self._ask_unseen():
            return
        task = self.loaded.task
        following = self._ready_next.task.id if self._ready_next is not None else None

        def moved(_result: object) -> None:
            self._moving = False
            self._after_move(task, following, gone)

        def stayed(error: BaseException) -> None:
            self._moving = False
            self._messages.error(error, text)
            if self.task_id == task.id:
                self._look_at_task()

        def go(written: bool) -> None:
            if written:
                self._operations.run(text, work, task.id, task.stage_uuid, origin=self, then=moved, failed=stayed)
            else:
                self._moving = False
                self._messages.tell(
                    self.tr("This task stays where it is: its last change is not saved yet. It is kept and tried again.")
                )

        self._moving = True
        if self._busy_saving():
            assert self._saving is not None
            wait_s = 0 if self._saving.state == "failed" else 10
            self._context.jobs.read(partial(self._saving.drained().wait, wait_s), go, owner=self)
        else:
            go(True)

    def _ask_unseen(self: LabelEditor) -> bool:
        question = self.tr("Nobody has seen “{0}”: {1} Hand it in all the same?")
        return self._messages.ask(
            self.tr("Submit task"),
            question.format(self.loaded.task.title, self._lost.reason),
            yes=self.tr("Hand it in unseen"),
            danger=True,
        )

    def _after_move(self: LabelEditor, task: TaskRow, following: int | None, gone: bool) -> None:
        if self.task_id != task.id:
            return
        if not self._context.settings.values.next_after_submit:
            self.left.emit()
            return
        self._go_on_from(task, following, gone)

    def go_on(self: LabelEditor) -> None:
        """To the next open task."""
        if self.loaded is not None:
            self._go_on_from(self.loaded.task, None, True)

    def _go_on_from(self: LabelEditor, task: TaskRow, following: int | None, gone: bool) -> None:
        if following is None or self.elsewhere(following):
            following = self._following(task)
        if following is None:
            self._messages.tell(self.tr("That was the last task. Well done."))
            self.left.emit()
        else:
            ready = self._ready_next
            if ready is not None and ready.task.id == following:
                # It was read ahead while this one, handed in or gone to the end, still stood before it.
                ready.position, ready.total = max(1, ready.position - 1), max(1, ready.total - gone)
            self.open(following)

    def _following(self: LabelEditor, task: TaskRow) -> int | None:
        reads, passed = self._context.reads, {task.id}
        found = reads.next_task(task.project_id, task.id)
        while found is not None and found.id not in passed:
            if not self.elsewhere(found.id):
                return found.id
            passed.add(found.id)
            found = reads.next_task(task.project_id, found.id)
        return None

    def reopen(self: LabelEditor) -> None:
        if self.loaded is not None:
            task_id = self.loaded.task.id
            self._operations.run(
                self.tr("Reopen task"), tasks.reopen, task_id, origin=self, then=lambda _result: self.open(task_id)
            )
