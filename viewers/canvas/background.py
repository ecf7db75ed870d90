"""One thread that always works on the newest job: what a canvas draws off the GUI thread."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from viewers.scene.threads import give_way, step_back

log = logging.getLogger(__name__)

Stop = Callable[[], bool]
Job = Callable[[Stop], Any]  # answers None when it stopped

#: A thread with nothing to do ends after this many seconds, so a canvas that nobody closes leaves none behind.
IDLE_S = 1.5
#: A job that asks whether it should stop lets others have their turn when it has worked for so long.
TURN_S = 0.001


class Bell(QObject):
    """Rung on any thread, heard on the thread of whoever listens. Without a parent: a widget that dies must not take it along
    while another thread has its hand on it."""

    rung = Signal()

    def ring(self) -> None:
        with contextlib.suppress(RuntimeError):  # the program ends: Qt has gone before the threads
            self.rung.emit()


class Newest(QObject):
    """Jobs in slots by name; a slot holds the newest job only. `connect_done` tells (slot, result) on the GUI thread.

    A job that fails is in the log, its slot is told to `connect_failed`, and the thread goes on with the next one.
    Without a parent, for the same reason as `Bell`.
    """

    _done = Signal(str, object)
    _failed = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._wake = threading.Condition()
        self._jobs: dict[str, Job] = {}
        self._running = ""
        self._stopped: set[str] = set()
        self._closed = False
        self._thread: threading.Thread | None = None

    def connect_done(self, slot: Callable[[str, object], None]) -> None:
        """`slot` must be a method of a QObject of the GUI thread."""
        self._done.connect(slot, Qt.ConnectionType.QueuedConnection)

    def connect_failed(self, slot: Callable[[str], None]) -> None:
        self._failed.connect(slot, Qt.ConnectionType.QueuedConnection)

    def submit(self, slot: str, job: Job, *, supersede: bool = True) -> None:
        """`supersede`: what runs in this slot is worthless now and should stop."""
        with self._wake:
            if self._closed:
                return
            self._jobs[slot] = job
            if supersede and self._running == slot:
                self._stopped.add(slot)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._wake.notify()

    @property
    def busy(self) -> bool:
        with self._wake:
            return bool(self._jobs or self._running)

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._jobs.clear()
            self._stopped.add(self._running)
            self._wake.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(timeout=5)

    def _run(self) -> None:
        step_back()
        while True:
            with self._wake:
                self._running = ""
                if not self._jobs and not self._closed:
                    self._wake.wait(IDLE_S)
                if not self._jobs:
                    self._thread = None
                    return
                slot = next(iter(self._jobs))
                job = self._jobs.pop(slot)
                self._running = slot
                self._stopped.discard(slot)
            self._do(slot, job, self._stop_of(slot))

    def _stop_of(self, slot: str) -> Stop:
        until = time.perf_counter() + TURN_S

        def stop() -> bool:
            nonlocal until
            if time.perf_counter() > until:
                give_way()
                until = time.perf_counter() + TURN_S
            return slot in self._stopped

        return stop

    def _do(self, slot: str, job: Job, stop: Stop) -> None:
        try:
            result = job(stop)
        except Exception:
            log.exception("%s: what was to be done for “%s” failed", self._name, slot)
            if not self._closed:
                self._failed.emit(slot)
        else:
            if result is not None and not self._closed:
                self._done.emit(slot, result)


class AtOnce(Newest):
    """Does its jobs on the spot: for what is drawn faster than it is handed to another thread and back."""

    def submit(self, slot: str, job: Job, *, supersede: bool = True) -> None:
        if not self._closed:
            self._do(slot, job, lambda: False)
