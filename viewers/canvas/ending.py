"""What ends with a canvas, closed or simply destroyed, and does not keep it alive."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from typing import Any

from viewers.canvas.background import Newest


class Ending:
    """What is to be done then. Holds nothing of the canvas itself."""

    def __init__(self, workers: Iterable[Newest], detach: list[Callable[[], None]]) -> None:
        self._workers, self._detach = tuple(workers), detach

    def __call__(self, *_: object) -> None:
        while self._detach:
            self._detach.pop()()
        for worker in self._workers:
            worker.close()


def weak(method: Callable[..., None]) -> Callable[..., None]:
    """As a listener that does not keep alive whose method it is."""
    reference = weakref.WeakMethod(method)

    def call(*args: Any) -> None:
        alive = reference()
        if alive is not None:
            alive(*args)

    return call
