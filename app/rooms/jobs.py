"""Jobs: the panel over the job runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.jobs import Job
from widgets.panels.jobs import JobInfo, JobsPanel

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow


class JobsRoom(QObject):
    def __init__(self, window: MainWindow, context: AppContext) -> None:
        super().__init__(window)
        self.window, self.context = window, context
        self.widget = JobsPanel()
        self.widget.cancel_wanted.connect(lambda number: self._job(number).cancel())
        self.widget.show_result_wanted.connect(self.show_result)
        self.widget.clear_wanted.connect(context.jobs.clear)
        context.jobs.changed.connect(self._show)
        self.show_now()

    def _job(self, number: int) -> Job:
        return next(job for job in self.context.jobs.jobs if job.number == number)

    @Slot()
    def _show(self) -> None:
        if self.widget.isVisible():
            self.show_now()

    def show_now(self) -> None:
        self.widget.show_jobs([_info(job) for job in reversed(self.context.jobs.jobs) if job.visible])

    @Slot(int)
    def show_result(self, number: int) -> None:
        from app.background.adding import show_result
        from storage.services.results import IntakeResult

        job = self._job(number)
        if isinstance(job.result, IntakeResult):
            show_result(self.window, job.result)
        elif job.error is not None:
            self.window.messages.error(job.error, job.title)


def _info(job: Job) -> JobInfo:
    from storage.services.results import IntakeResult

    result = job.result
    refused = len(result.errors) if isinstance(result, IntakeResult) else 0
    text = str(job.error) if job.state == "failed" else job.progress.text
    if isinstance(result, IntakeResult):
        from app.background.adding import summary

        text = summary(result)
    has_result = isinstance(result, IntakeResult) or job.state == "failed"
    return JobInfo(job.number, job.title, job.state, job.progress.done, job.progress.total, job.rate, text, refused, has_result)  # type: ignore[arg-type]
