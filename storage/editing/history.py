"""Steps that can be undone: the newest in memory within a byte budget, older ones read back from the catalog."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from storage.editing.edits import Step

#: Gives the newest living step with a number below the one given, or None (rows of `steps`).
OlderStep = Callable[[int], Step | None]


class History:
    """`older` continues into what is stored; steps are numbered without reuse within a label row."""

    BUDGET = 64 * 1024 * 1024
    KEEP = 20  # steps kept whatever they weigh

    def __init__(self, older: OlderStep | None = None, *, undone: list[Step] | None = None, last_n: int = 0) -> None:
        self._done: deque[Step] = deque()
        self._undone: list[Step] = list(undone or ())  # the last one is redone first
        self._older = older
        self._last_n = last_n
        self._lowest = last_n + 1  # steps below this number are not in memory
        self._bytes = 0

    @property
    def next_n(self) -> int:
        return self._last_n + 1

    def did(self, step: Step) -> None:
        self._last_n = step.n
        self._undone.clear()
        self._push(step)

    def undoable(self) -> Step | None:
        if not self._done and self._older is not None:
            step = self._older(self._lowest)
            if step is None:
                self._older = None
            else:
                self._lowest = step.n
                self._done.append(step)
                self._bytes += step.size
        return self._done[-1] if self._done else None

    def redoable(self) -> Step | None:
        return self._undone[-1] if self._undone else None

    def undid(self, step: Step) -> None:
        assert self._done and self._done[-1] is step
        self._done.pop()
        self._bytes -= step.size
        self._undone.append(step)

    def redid(self, step: Step) -> None:
        assert self._undone and self._undone[-1] is step
        self._undone.pop()
        self._push(step)

    def _push(self, step: Step) -> None:
        self._done.append(step)
        self._bytes += step.size
        while self._older is not None and self._bytes > self.BUDGET and len(self._done) > self.KEEP:
            dropped = self._done.popleft()
            self._bytes -= dropped.size
            self._lowest = self._done[0].n
