"""Which stretch of time a canvas shows: one place that converts between seconds and logical pixels. Qt-free."""

from __future__ import annotations

#: Logical px a sample takes at the closest.
CLOSEST_PX = 32.0


class TimeView:
    """`start` is the time at x = 0, `scale` seconds a logical pixel. Never before the beginning nor wider than the sound."""

    def __init__(self, duration: float = 1.0, rate: int = 44_100, width: int = 800) -> None:
        self.width = max(1, width)
        self.start = 0.0
        self.scale = 1.0
        self.set_sound(duration, rate)

    def set_sound(self, duration: float, rate: int) -> None:
        self.duration, self.rate = max(duration, 1e-3), max(1, rate)
        self.fit()

    @property
    def span(self) -> float:
        """Seconds in sight."""
        return self.width * self.scale

    @property
    def end(self) -> float:
        return self.start + self.span

    @property
    def fitted(self) -> bool:
        return self.scale >= self._widest * (1 - 1e-9)

    def x(self, seconds: float) -> float:
        return (seconds - self.start) / self.scale

    def time(self, x: float) -> float:
        return self.start + x * self.scale

    def resize(self, width: int) -> None:
        """What is at the left stays there; what was fitted stays fitted."""
        fitted = self.fitted
        self.width = max(1, width)
        if fitted:
            self.fit()
        else:
            self._settle()

    def fit(self) -> None:
        self.start, self.scale = 0.0, self._widest

    def zoom_at(self, factor: float, x: float) -> None:
        """Larger by `factor`; the time under `x` stays there as far as the ends allow."""
        anchor = self.time(x)
        self.scale = min(max(self.scale / factor, self._closest), self._widest)
        self.start = anchor - x * self.scale
        self._settle()

    def pan(self, seconds: float) -> None:
        self.start += seconds
        self._settle()

    def show(self, first: float, last: float, margin: float = 0.1) -> None:
        """Zoom to a stretch; `margin` is the part of the width left free at each side."""
        length = max(last - first, 1e-6)
        self.scale = min(max(length / (self.width * (1 - 2 * margin)), self._closest), self._widest)
        self.start = (first + last) / 2 - self.span / 2
        self._settle()

    def bring(self, seconds: float, at: float = 0.5) -> bool:
        """Have a time in sight: where it is not, it comes to the part `at` of the width. True: the view moved."""
        if self.start <= seconds <= self.end:
            return False
        before = self.start
        self.start = seconds - self.span * at
        self._settle()
        return self.start != before

    @property
    def _widest(self) -> float:
        return self.duration / self.width

    @property
    def _closest(self) -> float:
        return min(self._widest, 1 / (self.rate * CLOSEST_PX))

    def _settle(self) -> None:
        self.scale = min(max(self.scale, self._closest), self._widest)
        self.start = min(max(self.start, 0.0), max(0.0, self.duration - self.span))
