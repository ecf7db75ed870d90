"""How a widget has something read off the GUI thread. `app.jobs.JobRunner` implements it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject

T = TypeVar("T")


class Work(Protocol):
    def read(
        self,
        ask: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        owner: QObject,
    ) -> None:
        """Run `ask` on a worker thread, then `done` (or `failed`) on the GUI thread.

        Neither is called after `owner` has died. Answers may come in another order than they were asked for: whoever
        asks again before the answer is there keeps a number (a generation) and drops what is late.
        """
        ...
