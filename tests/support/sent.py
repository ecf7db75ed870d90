"""A sink for a session whose changes are stored at once."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from storage.editing.session import StepChange


def stored(_change: object) -> Future[Any]:
    done: Future[Any] = Future()
    done.set_result(None)
    return done


class Sent(list[StepChange]):
    """Keeps what was sent."""

    def __call__(self, change: StepChange) -> Future[Any]:
        self.append(change)
        return stored(change)
