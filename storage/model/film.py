"""How a film wants to be shown: the pace at which its frames were taken, and which way it runs (PS3.3 C.7.6.5)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_FRAMES = 1 << 15  # whose stays are kept one by one


@dataclass(frozen=True, slots=True)
class Film:
    fps: float | None = None  # None: nothing says it
    stays_ms: tuple[float, ...] = ()  # of each frame at that pace, where they differ
    sweeps: bool = False  # to the end and back, where others begin again

    @staticmethod
    def of_facts(fps: float | None, facts: Mapping[str, Any]) -> Film:
        """As series have them; stays that make no sense are none."""
        found = facts.get("stays_ms")
        stays = tuple(map(float, found)) if isinstance(found, list) and all(isinstance(v, int | float) for v in found) else ()
        sound = all(math.isfinite(ms) and ms >= 0 for ms in stays) and any(stays)
        return Film(fps, stays if sound else (), bool(facts.get("sweeps")))

    def stay_ms(self, frame: int, count: int, speed: float) -> float:
        """Of one of so many frames, at so many frames a second on the whole."""
        if len(self.stays_ms) != count:
            return 1000 / speed
        return self.stays_ms[frame] * count * 1000 / (sum(self.stays_ms) * speed)


def stays_of(increments: Sequence[float], frames: int) -> tuple[float, ...]:
    """Of a Frame Time Vector: the time from the frame before to each, that of the first is none. The last one stays as long
    as the others do on the whole. () where the vector is not one of so many frames."""
    steps = increments[1:] if len(increments) == frames else increments
    if frames < 2 or len(steps) != frames - 1 or min(steps) < 0 or not any(steps):
        return ()
    return (*steps, sum(steps) / len(steps))
