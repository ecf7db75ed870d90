"""Every thread of the window: jobs with progress and cancel, and reads that bring their answer home.

A job's work takes a `Progress` and knows nothing of Qt. Answers travel by queued signals of QObjects that live on the
GUI thread; progress is polled ten times a second, never signalled per item.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from weakref import ref

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.processes import Processes
from storage.errors import Cancelled, PostilError
from storage.progress import Progress

log = logging.getLogger(__name__)
T = TypeVar("T")
#: How often it is looked whether the processes are of any more use.
LOOK_AFTER_MS = 30_000


class Job(QObject):
    """One piece of work off the GUI thread, as people see it. Its signals arrive on the GUI thread."""

    progressed = Signal()
    finished = Signal(object)
    failed = Signal(object)  # an Exception; Cancelled when it was stopped
    ended = Signal()
    _done = Signal(object, object)

    def __init__(self, number: int, title: str, *, visible: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.number, self.title, self.visible = number, title, visible
        self.progress = Progress()
        self.state = "waiting"  # waiting, running, done, failed, cancelled
        self.result: Any = None
        self.error: Exception | None = None
        self.unseen = ""  # what it came to, in words, while nobody has looked at it
        self.started_at = self.ended_at = 0.0
        self._done.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    def run(self, work: Callable[[Progress], Any]) -> None:
        """On the worker's thread."""
        self.started_at = time.monotonic()
        self.state = "running"
        result, error = None, None
        try:
            self.progress.check()
            result = work(self.progress)
        except Exception as problem:
            error = problem
            if not isinstance(problem, (Cancelled, PostilError)):
                log.exception("job %r failed", self.title)
        self._done.emit(result, error)

    def then(
        self,
        owner: QObject,
        done: Callable[[Any], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Called at its end, unless `owner` (a window that was closed meanwhile) is gone by then."""
        from shiboken6 import isValid

        def end(call: Callable[[Any], object], outcome: Any) -> None:
            if isValid(owner):
                call(outcome)

        if done is not None:
            self.finished.connect(partial(end, done))
        if failed is not None:
            self.failed.connect(partial(end, failed))

    def cancel(self) -> None:
        self.progress.cancel()

    @property
    def running(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def rate(self) -> float:
        """Steps a second since it began."""
        seconds = (self.ended_at or time.monotonic()) - self.started_at
        return self.progress.done / seconds if self.started_at and seconds > 0 else 0.0

    @Slot(object, object)
    def _finish(self, result: object, error: Exception | None) -> None:
        self.ended_at = time.monotonic()
        self.result, self.error = result, error
        if error is None:
            self.state = "done"
            self.finished.emit(result)
        else:
            self.state = "cancelled" if isinstance(error, Cancelled) else "failed"
            self.failed.emit(error)
        self.ended.emit()


@dataclass(eq=False)
class _Ask:
    ask: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None] | None
    owner: ref[QObject]
    answer: Any = None
    error: Exception | None = None


class JobRunner(QObject):
    """Owns the pools: long jobs must not keep a list from being read."""

    changed = Signal()  # a job began, moved or ended; at most ten times a second
    read_failed = Signal(object)  # an Exception, whatever its owner makes of it
    _answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._long = ThreadPoolExecutor(3, "job")
        self._short = ThreadPoolExecutor(3, "read")
        self._ending = ThreadPoolExecutor(1, "ending")
        self.processes = Processes()
        self._numbers = itertools.count(1)
        self._closed = False
        self.jobs: list[Job] = []
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._poll = QTimer(self)
        self._poll.setInterval(100)
        self._poll.timeout.connect(self._tell)
        self._rest = QTimer(self)
        self._rest.setInterval(LOOK_AFTER_MS)
        self._rest.timeout.connect(self._let_go)
        self._rest.start()

    def start(self, title: str, work: Callable[[Progress], Any], *, visible: bool = True) -> Job:
        """Queue `work`. Signals can be connected after this returns: answers are delivered by the event loop."""
        job = Job(next(self._numbers), title, visible=visible, parent=self)
        self.jobs.append(job)
        job.ended.connect(self._tell)
        self._long.submit(job.run, work)
        if visible:
            self._poll.start()
        self.changed.emit()
        return job

    def read(
        self,
        ask: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        owner: QObject,
    ) -> None:
        """Run `ask` off the GUI thread and `done` on it, unless `owner` is gone by then (widgets.work.Work)."""
        if not self._closed:
            self._short.submit(self._run, _Ask(ask, done, failed, ref(owner)))

    def leave(self, end: Callable[[], object]) -> None:
        """What waits for a thread to stop, so that the window need not. Nothing is dropped when the program closes."""
        if self._closed:
            end()
        else:
            self._ending.submit(end).add_done_callback(_ended)

    def _run(self, work: _Ask) -> None:
        if work.owner() is None or self._closed:
            return
        try:
            work.answer = work.ask()
        except Exception as error:
            work.error = error
        if not self._closed:
            self._answered.emit(work)

    @Slot(object)
    def _deliver(self, work: _Ask) -> None:
        from shiboken6 import isValid

        if work.error is not None:
            self.read_failed.emit(work.error)
        owner = work.owner()
        if owner is None or self._closed or not isValid(owner):
            return
        if work.error is None:
            work.done(work.answer)
        elif work.failed is not None:
            work.failed(work.error)
        else:
            raise work.error

    @Slot()
    def _tell(self) -> None:
        if not any(job.running and job.visible for job in self.jobs):
            self._poll.stop()
        for job in self.jobs:
            if job.running:
                job.progressed.emit()
        self.changed.emit()

    @Slot()
    def _let_go(self) -> None:
        self._short.submit(self.processes.let_go_unused)

    def warm(self) -> None:
        """There will be work for the processes soon."""
        if not self._closed:
            self._short.submit(self.processes.warm)

    @property
    def running(self) -> list[Job]:
        return [job for job in self.jobs if job.running and job.visible]

    @property
    def unseen(self) -> list[Job]:
        """What has ended while the person was elsewhere, newest last."""
        return [job for job in self.jobs if job.unseen]

    def seen(self, *jobs: Job) -> None:
        for job in jobs:
            job.unseen = ""
        if jobs:
            self.changed.emit()

    @Slot()
    def clear(self) -> None:
        """Forget the jobs that have ended."""
        for job in self.jobs:
            if not job.running:
                job.deleteLater()
        self.jobs = [job for job in self.jobs if job.running]
        self.changed.emit()

    def close(self) -> None:
        """Ask everything to stop and wait for it."""
        self._closed = True
        self._poll.stop()
        self._rest.stop()
        for job in self.jobs:
            job.cancel()
        self._short.shutdown(wait=True, cancel_futures=True)
        self._long.shutdown(wait=True, cancel_futures=True)
        self._ending.shutdown(wait=True)
        self.processes.shutdown(cancel_futures=True)


def _ended(end: Future[object]) -> None:
    if end.exception() is not None:
        log.error("something did not end well", exc_info=end.exception())
