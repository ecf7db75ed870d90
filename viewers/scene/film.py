"""What the worker of moving pictures should do next while they play. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from storage.media.frames import FrameTable

#: frame, seconds until it is due
Coming = tuple[int, float]
#: Where the way to a frame is longer than this many frames, a near one is shown first.
SOON = 4
_JUMP_S = 0.03  # what landing on a key frame costs
_LATE_S = 0.1  # so late a frame is still worth showing


class Pace:
    """How long a frame on the way takes to decode, learnt from what was decoded lately."""

    def __init__(self) -> None:
        self.step_s = 0.006

    def learn(self, steps: int, seconds: float) -> None:
        if steps > 0:
            self.step_s += 0.2 * (min(1.0, seconds / steps) - self.step_s)

    def cost(self, steps: int) -> float:
        return self.step_s * (steps + 1) + (_JUMP_S if steps > SOON else 0.0)


def choose(
    coming: Sequence[Coming],
    passed: float,
    table: FrameTable,
    ready: Callable[[int], bool],
    cost: Callable[[int], float],
) -> int | None:
    """The first frame to come that can be ready in time, else the next key frame: frames are dropped rather than time.

    `coming` is soonest first and was said `passed` seconds ago. None: everything is ready, or nothing can be.
    """
    missing = [(frame, due - passed) for frame, due in coming if not ready(frame)]
    if not missing:
        return None
    for frame, due in missing:
        if cost(frame) <= due + _LATE_S:
            return frame
    if len(missing) == len(coming) == 1:
        return missing[0][0]
    frame = missing[-1][0]
    key = table.key_at(frame)
    if key > missing[0][0]:
        return None if ready(key) else key
    key = table.key_after(frame)
    if key >= len(table):
        return frame
    return None if ready(key) else key
