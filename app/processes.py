"""Processes for work that would hold the interpreter's lock: made when they are needed, let go when they are not."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor  # not before it is needed: it costs the start 15 ms

T = TypeVar("T")

COUNT = 2
LET_GO_S = 180.0


class Processes(Executor):
    """Two of them, behind the window where both want a core.

    A new one needs a third of a second until it can work: `warm` is told that there will be work soon.
    """

    def __init__(self, let_go_s: float = LET_GO_S) -> None:
        self._let_go_s = let_go_s
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._under_way: set[Future[Any]] = set()  # changed without the lock: a pool that breaks tells it under one of its own
        self._used_at = 0.0
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kw: Any) -> Future[T]:
        with self._lock:
            if self._closed:
                raise RuntimeError("the program is closing")
            future = self._running().submit(fn, *args, **kw)
            self._under_way.add(future)
        future.add_done_callback(self._ended)
        return future

    def warm(self) -> None:
        """Begin them, without waiting. Not for the GUI thread: starting one takes a few milliseconds."""
        with self._lock:
            fresh = not self._closed and (self._pool is None or self._pool._broken)
            self._used_at = time.monotonic()
        if fresh:
            for _ in range(COUNT):
                self.submit(_import)

    def let_go_unused(self) -> None:
        """To be asked now and then: those that nobody has wanted for some minutes end."""
        with self._lock:
            idle = self._pool is not None and not self._under_way and time.monotonic() - self._used_at >= self._let_go_s
            pool, self._pool = (self._pool, None) if idle else (None, self._pool)
        if pool is not None:
            pool.shutdown(wait=False)

    @property
    def there(self) -> bool:
        return self._pool is not None

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._lock:
            self._closed = True
            pool = self._pool
        if pool is not None:
            pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _running(self) -> ProcessPoolExecutor:
        if self._pool is None or self._pool._broken:
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            self._pool = ProcessPoolExecutor(COUNT, multiprocessing.get_context("spawn"), initializer=begin_behind)
        return self._pool

    def _ended(self, future: Future[Any]) -> None:
        self._used_at = time.monotonic()
        self._under_way.discard(future)


def _import() -> None:
    """What adding pictures needs there: a tenth of a second of their work."""
    import cv2  # noqa: F401
    from PIL import Image

    import storage.services.prepare  # noqa: F401
    import viewers.decode.thumbs  # noqa: F401

    Image.preinit()


def begin_behind() -> None:
    """In a new process: behind the window where both want a core, and no longer there than the program is."""
    if hasattr(os, "nice"):
        os.nice(19)
    threading.Thread(target=_end_with_the_program, name="end with the program", daemon=True).start()


def _end_with_the_program() -> None:
    """A program that is killed tells its processes nothing: they would wait for work for ever."""
    from multiprocessing import parent_process

    program = parent_process()
    if program is not None:
        program.join()
        os._exit(1)
