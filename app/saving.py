"""Hands finished gestures to the catalog's writer and says whether they are safe: saved, saving or failed.

A step that could not be written stays in memory and is tried again, in order, every few seconds and when the person asks;
nothing later overtakes it. Only the first failure speaks (labelme ADR: repeated failure speaks once).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Signal, Slot

from storage.editing.session import StepChange
from storage.errors import NotAllowed, NotFound, Refused, StaleUndo

REFUSALS = (StaleUndo, Refused, NotFound, NotAllowed)
Write = Callable[[StepChange], "Future[Any]"]


@dataclass(eq=False)
class _Waiting:
    change: StepChange
    outcome: Future[Any]


class SaveQueue(QObject):
    """`write` submits one change to the catalog. Called as the sink of an `EditSession`."""

    state_changed = Signal(str, str)  # saved | saving | failed, and a sentence
    problem = Signal(object)  # the first failure of a row of them
    refused = Signal(object)  # the catalog will never take the step: what is stored must be shown again
    _finished = Signal(object, object)

    RETRY_MS = 3000
    MANY = 1000  # edits

    def __init__(self, write: Write, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._write = write
        self._queue: deque[_Waiting] = deque()
        self._in_flight = False
        self.state = "saved"
        self._waiters: list[Callable[[bool], object]] = []
        self._finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(self.RETRY_MS)
        self._retry.timeout.connect(self.retry)

    def __call__(self, change: StepChange) -> Future[Any]:
        waiting = _Waiting(change, Future())
        self._queue.append(waiting)
        self._set("saving", self.tr("Saving…"))
        if len(change.edits) < self.MANY:
            self._send_next()
        else:  # first the window shows it: the writer would take half of the interpreter from it
            QTimer.singleShot(0, self, self._send_next)
        return waiting.outcome

    @property
    def pending(self) -> int:
        return len(self._queue)

    def once_written(self, then: Callable[[bool], object]) -> None:
        """Called with True when nothing waits any more, with False when it cannot be written as things are now."""
        if self._queue and self.state != "failed":
            self._waiters.append(then)
        else:
            then(not self._queue)

    @Slot()
    def retry(self) -> None:
        """Try the step that failed again, and then everything behind it."""
        self._retry.stop()
        self._send_next()

    def wait(self, seconds: float) -> bool:
        """At the very end (closing): let the event loop run until all is written, at most so long. True: all written."""
        loop = QEventLoop()
        self.state_changed.connect(lambda state, _text: loop.quit() if state != "saving" else None)
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        if self._queue:
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        return not self._queue

    @Slot()
    def _send_next(self) -> None:
        # One at a time: a step that fails must be written before those that build on it.
        if self._in_flight or not self._queue or self._retry.isActive():
            return
        self._in_flight = True
        head = self._queue[0]
        try:
            future = self._write(head.change)
        except Exception as error:
            self._finished.emit(head, error)
            return
        future.add_done_callback(lambda f: self._finished.emit(head, f.exception()))

    @Slot(object, object)
    def _on_finished(self, waiting: _Waiting, error: Exception | None) -> None:
        self._in_flight = False
        if error is None:
            self._queue.remove(waiting)
            waiting.outcome.set_result(None)
            if not self._queue:
                self._set("saved", self.tr("All changes saved"))
            elif self.state == "failed":
                self._set("saving", self.tr("Saving…"), force=True)
            self._send_next()
            return
        if isinstance(error, REFUSALS):
            self._give_up(error)
            return
        first = self.state != "failed"
        self._set("failed", self.tr("Not saved: {0}").format(error))
        self._retry.start()
        if first:
            self.problem.emit(error)

    def _give_up(self, error: Exception) -> None:
        """Something else has changed or deleted what the step is about: it and what builds on it cannot be written."""
        for waiting in self._queue:
            waiting.outcome.set_exception(error)
        self._queue.clear()
        self._set("saved", self.tr("All changes saved"))
        self.refused.emit(error)

    def _set(self, state: str, text: str, *, force: bool = False) -> None:
        if state == "saving" and self.state == "failed" and not force:
            return
        if state != self.state or state == "failed":
            self.state = state
            self.state_changed.emit(state, text)
        if state != "saving":
            waiters, self._waiters = self._waiters, []
            for then in waiters:
                then(state == "saved")
