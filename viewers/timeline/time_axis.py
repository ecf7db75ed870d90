"""Frames along the width of the timeline: where each lies, zoom, pan, and what is written on the ruler. Qt-free."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

from viewers.scene.frame_clock import FrameClock

WIDEST = 64.0  # logical px of one frame
PAD = 14.0  # px left free before the first frame and after the last: their handles lie there
#: Between one written time and the next, one frame number and the next (logical px).
_TIME_ROOM, _FRAME_ROOM = 92.0, 64.0
_SECONDS = (
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    text: str  # empty: a small one


class TimeAxis:
    """`left` is the frame (with its fraction) at x = 0, `scale` the logical pixels of one frame."""

    def __init__(self, count: int, width: float = 100.0) -> None:
        self.count = max(1, count)
        self.width = max(1.0, width)
        self.scale = self.narrowest
        self.left = self.least

    @property
    def narrowest(self) -> float:
        """All frames in sight."""
        return min(WIDEST, max(1.0, self.width - 2 * PAD) / self.count)

    @property
    def fits(self) -> bool:
        return self.scale <= self.narrowest * 1.000001

    @property
    def page(self) -> float:
        """Frames in sight."""
        return self.width / self.scale

    @property
    def least(self) -> float:
        """`left` cannot be less."""
        return -PAD / self.scale

    @property
    def most(self) -> float:
        return max(self.least, self.count - (self.width - PAD) / self.scale)

    def x(self, frame: float) -> float:
        return (frame - self.left) * self.scale

    def at(self, x: float) -> float:
        return x / self.scale + self.left

    def frame(self, x: float) -> int:
        return min(max(0, int(self.at(x) // 1)), self.count - 1)

    def visible(self) -> tuple[int, int]:
        """The first and the last frame in sight, those cut by an edge too."""
        return self.frame(0), self.frame(self.width)

    def resize(self, width: float) -> None:
        fitted = self.fits
        self.width = max(1.0, width)
        self.set(self.left, self.narrowest if fitted else self.scale)

    def set(self, left: float, scale: float) -> bool:
        """True: something has changed."""
        scale = min(max(scale, self.narrowest), max(WIDEST, self.narrowest))
        before = (self.left, self.scale)
        self.scale = scale
        self.left = min(max(self.least, left), self.most)
        return (self.left, self.scale) != before

    def zoom_at(self, factor: float, x: float) -> bool:
        """The frame under `x` stays there."""
        scale = min(max(self.scale * factor, self.narrowest), max(WIDEST, self.narrowest))
        return self.set(self.at(x) - x / scale, scale)

    def pan(self, dx: float) -> bool:
        return self.set(self.left + dx / self.scale, self.scale)

    def fit(self) -> bool:
        return self.set(-math.inf, self.narrowest)

    def show(self, first: int, last: int, margin: float = 24.0) -> bool:
        """Zoom to a range."""
        frames = max(1, last - first + 1)
        scale = min(WIDEST / 2, max(1.0, self.width - 2 * margin) / frames)
        scale = max(scale, self.narrowest)
        return self.set(first - (self.width / scale - frames) / 2, scale)

    def reveal(self, frame: int) -> bool:
        """Turn the page until a frame is in sight."""
        if self.x(frame) >= 0 and self.x(frame + 1) <= self.width:
            return False
        ahead = frame + 0.5 > self.left + self.page / 2
        return self.set(frame - self.page * (0.1 if ahead else 0.9), self.scale)

    # -- the ruler

    def times(self, clock: FrameClock) -> list[Tick]:
        """Where times are written, with small ticks between."""
        first, last = self.visible()
        seconds = (clock.time(last + 1) - clock.time(first)) * _TIME_ROOM / max(self.width, 1.0)
        step = next((s for s in _SECONDS if s >= seconds), _SECONDS[-1])
        if step * clock.count < 1.2 * clock.duration:
            step = max(step, clock.duration / clock.count)  # no finer than a frame is long
        part = 5 if step not in (15, 30, 900, 1800) else 3
        n = max(0, int(clock.time(first) / step) - 1)
        ticks: list[Tick] = []
        while (time := n * step) <= clock.time(last + 1) + 1e-9:
            ticks.append(Tick(self.x(_place(clock, time)), _written(time, step, clock.duration >= 3600)))
            ticks += [Tick(self.x(_place(clock, time + k * step / part)), "") for k in range(1, part)]
            n += 1
        return [t for t in ticks if -_TIME_ROOM < t.x < self.width]

    def numbers(self) -> list[Tick]:
        """Where frame numbers are written: at the beginning of the frame."""
        step = nice_step(_FRAME_ROOM / self.scale)
        first, last = self.visible()
        return [Tick(self.x(f), f"{f:,}") for f in range(first - first % step, last + 1, step)]


def nice_step(least: float) -> int:
    """1, 2, 5, 10, 20, 50, ... and at least so much."""
    step = 1
    while True:
        for k in (1, 2, 5):
            if step * k >= least:
                return step * k
        step *= 10


def _place(clock: FrameClock, time: float) -> float:
    """Frames up to a time, with a fraction."""
    after = bisect_left(clock.times, time + 1e-9)
    before = max(0, after - 1)
    begin, end = clock.time(before), clock.time(before + 1)
    return before + (min(1.0, (time - begin) / (end - begin)) if end > begin else 0.0)


def _written(time: float, step: float, long: bool) -> str:
    whole, decimals = time, 0 if step >= 1 else 1 if step >= 0.1 else 2
    if step < 0.01 or abs(step * 100 - round(step * 100)) > 1e-6:
        decimals = max(decimals, 3)
    seconds = round(whole, decimals)
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    tail = f"{rest:0{3 + decimals if decimals else 2}.{decimals}f}"
    return f"{hours}:{minutes:02}:{tail}" if long else f"{minutes}:{tail}"
