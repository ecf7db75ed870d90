"""Counting what is under way, from outside: reads, writes and thumbnails that have not come home yet."""

from __future__ import annotations

import itertools
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid

from app.program import Program


class Taps:
    """Put on a program before it opens its catalog."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._reads: dict[int, QObject] = {}
        self._writes: list[Future[Any]] = []
        self._numbers = itertools.count()
        self._read = program.jobs.read
        program.jobs.read = self._count_read  # type: ignore[method-assign]

    def opened(self) -> None:
        """The catalog is there."""
        assert self._program.context is not None
        catalog = self._program.context.catalog
        for name in ("submit", "undo", "redo"):
            setattr(catalog, name, self._counting(getattr(catalog, name)))

    def _count_read(self, ask: Any, done: Any, failed: Any = None, *, owner: QObject) -> None:
        number = next(self._numbers)
        self._reads[number] = owner

        def ended(then: Any) -> Any:
            def tell(value: Any) -> None:
                self._reads.pop(number, None)
                then(value)

            return tell

        def not_taken(error: Exception) -> None:
            raise error

        self._read(ask, ended(done), ended(failed or not_taken), owner=owner)

    def _counting(self, verb: Any) -> Any:
        def counted(*args: Any, **kw: Any) -> Future[Any]:
            future: Future[Any] = verb(*args, **kw)
            self._writes.append(future)
            return future

        return counted

    @property
    def idle(self) -> bool:
        self._reads = {n: owner for n, owner in self._reads.items() if isValid(owner)}
        self._writes = [f for f in self._writes if not f.done()]
        if self._reads or self._writes or any(job.running for job in self._program.jobs.jobs):
            return False
        if any(window.pages is not None and window.pages.operations.busy for window in self._program.windows):
            return False
        context = self._program.context
        return context is None or not (context.thumbs._busy or context.bus._pending)

    def hasten(self) -> bool:
        """What is put off for less than a second (a search while one types, a list that is read again) begins now: the first
        of it, if there is any. For when nothing else is under way: then nothing can come in between."""
        timers = (timer for window in self._program.windows for timer in window.findChildren(QTimer))
        soon = [t for t in timers if t.isActive() and t.isSingleShot() and t.interval() < 1000]
        if not soon:
            return False
        first = min(soon, key=QTimer.remainingTime)
        first.stop()
        first.timeout.emit()
        return True
