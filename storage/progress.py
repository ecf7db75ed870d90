"""How long work tells how far it is and learns that it should stop. Knows nothing of Qt."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from typing import TypeVar

from storage.errors import Cancelled

R = TypeVar("R")
_ASK_S = 0.2  # how often somebody who waits looks whether he should stop


class Progress:
    """Counts; can be stopped from any thread. Readers poll it (throttled), so `step` costs next to nothing."""

    def __init__(self) -> None:
        self.text = ""
        self.done = 0
        self.total: int | None = None
        self._stop = threading.Event()

    def stage(self, text: str, total: int | None = None) -> None:
        """A new phase of the work, counted from zero."""
        self.text, self.done, self.total = text, 0, total
        self.check()

    def step(self, done: int, total: int | None = None) -> None:
        """So many are done. Raises `Cancelled` when asked to stop."""
        self.done = done
        if total is not None:
            self.total = total
        self.check()

    def within(self) -> Progress:
        """For a part of the work that counts for itself: what it says is not heard, and it stops with the whole."""
        part = Progress()
        part._stop = self._stop
        return part

    def check(self) -> None:
        if self._stop.is_set():
            raise Cancelled

    def rest(self, seconds: float) -> None:
        """Wait, unless it is stopped meanwhile: for whoever asks again and again."""
        self._stop.wait(seconds)
        self.check()

    def cancel(self) -> None:
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()


def wait_for(future: Future[R], progress: Progress) -> R:
    """Its result; Cancelled when nobody wants it any more."""
    while not wait([future], _ASK_S).done:
        progress.check()
    return future.result()
