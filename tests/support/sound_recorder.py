"""A sound device that hears nothing and keeps everything: what was handed to it, and what of it would have been heard."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from storage.errors import Refused


class Recorder:
    """A `SoundOutput`. Samples are heard only by `listen`; while its buffer is full `write` takes as long as a device would."""

    def __init__(self, *, buffer_s: float = 0.12) -> None:
        self.rate = self.channels = 0
        self.heard: list[np.ndarray] = []  # in the order of hearing
        self.refuse = ""
        self.closed = False
        self.opened = 0
        self.drops = 0  # how often what was not heard yet was dropped
        self._buffer_s = buffer_s
        self._queue: list[np.ndarray] = []
        self._position = 0
        self._paused = False
        self._change = threading.Condition()

    def open(self, rate: int, channels: int) -> None:
        if self.refuse:
            raise Refused(self.refuse, remedy="Connect a device.")
        with self._change:
            self.rate, self.channels = rate, channels
            self.heard, self._queue, self._position = [], [], 0
            self.closed = self._paused = False
            self.opened += 1

    def write(self, samples: np.ndarray) -> None:
        assert samples.dtype == np.int16 and samples.ndim == 2 and samples.shape[1] == self.channels
        with self._change:
            self._change.wait_for(
                lambda: self.closed or self.waiting < self._buffer_s * self.rate, timeout=len(samples) / self.rate
            )
            self._queue.append(samples.copy())
            self._change.notify_all()

    def position(self) -> int:
        with self._change:
            return self._position

    def pause(self) -> None:
        with self._change:
            self._queue, self._paused = [], True
            self.drops += 1
            self._change.notify_all()

    def resume(self) -> None:
        with self._change:
            self._paused = False

    def flush(self) -> None:
        self.pause()
        self.resume()

    def close(self) -> None:
        with self._change:
            self.closed = True
            self._change.notify_all()

    # -- what a test does

    def listen(self, samples: int, timeout: float = 60) -> np.ndarray:
        """Hear so many samples, waiting until they come; fewer when they do not come in time."""
        parts, missing = [], samples
        with self._change:
            while missing > 0:
                if not self._change.wait_for(lambda: self._queue and not self._paused, timeout=timeout):
                    break
                first = self._queue[0][:missing]
                rest = self._queue[0][missing:]
                self._queue[:1] = [rest] if len(rest) else []
                parts.append(first)
                missing -= len(first)
                self._position += len(first)
                self._change.notify_all()
        self.heard += parts
        return np.concatenate(parts) if parts else np.zeros((0, self.channels), np.int16)

    @contextmanager
    def hearing(self) -> Iterator[None]:
        """Hear in a thread of its own, as fast as time goes by."""
        end = threading.Event()

        def run() -> None:
            last = time.monotonic()
            while not end.wait(0.01):
                now = time.monotonic()
                if self.rate:
                    self.listen(int((now - last) * self.rate), timeout=0.0)
                last = now

        thread = threading.Thread(target=run, name="recorder")
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def wait_for_drop(self, drops: int, timeout: float = 60) -> None:
        """Until what was written before an order is gone."""
        with self._change:
            assert self._change.wait_for(lambda: self.drops > drops, timeout), "nothing was dropped"

    @property
    def samples(self) -> np.ndarray:
        """All that was heard."""
        return np.concatenate(self.heard) if self.heard else np.zeros((0, self.channels), np.int16)

    @property
    def waiting(self) -> int:
        """Samples that were handed over and not heard yet."""
        return sum(len(part) for part in self._queue)
