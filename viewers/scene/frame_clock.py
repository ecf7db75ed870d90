"""What time a frame has: seconds from the first frame, its name in the file (pts), and how a time is written. Qt-free."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from storage.media.frames import FrameTable
from storage.model.items import SEQUENCE_FPS

_ROUNDING = 1e-6  # s: a time that was summed from floats must not fall short of the frame it means


class FrameClock:
    """`times` are the starts of the frames in seconds from the first, ascending; `duration` is the end of the last."""

    def __init__(self, times: Sequence[float], duration: float, pts: Sequence[int] | None = None) -> None:
        if not len(times):
            raise ValueError("a clock needs at least one frame")
        self.times = tuple(float(t) for t in times)
        self.duration = max(float(duration), self.times[-1])
        self._pts = tuple(int(p) for p in pts) if pts is not None else None
        if self._pts is not None and len(self._pts) != len(self.times):
            raise ValueError(f"{len(self.times)} frames need as many times of the file, not {len(self._pts)}")

    @staticmethod
    def of(table: FrameTable) -> FrameClock:
        """Of a video, by the times of its frames."""
        return FrameClock(table.seconds().tolist(), float(table.duration), table.pts.tolist())

    @staticmethod
    def even(count: int, fps: float = SEQUENCE_FPS) -> FrameClock:
        """Of an image sequence, or of anything else without times of its own."""
        return FrameClock([n / fps for n in range(count)], count / fps)

    @property
    def count(self) -> int:
        return len(self.times)

    def time(self, index: int) -> float:
        """When a frame begins; the end for the frame after the last."""
        return self.times[max(0, index)] if index < len(self.times) else self.duration

    def at_time(self, seconds: float) -> int:
        """The frame that is seen at a time; the nearest one outside the film."""
        return max(0, bisect_right(self.times, seconds + _ROUNDING) - 1)

    def pts(self, index: int) -> int | None:
        """The frame's time in ticks of the file; None where there is no file with times."""
        return self._pts[index] if self._pts is not None and 0 <= index < len(self._pts) else None

    def text(self, index: int) -> str:
        """ "0:01.640", with hours where the film has them."""
        return time_text(self.time(index), long=self.duration >= 3600)


def time_text(seconds: float, *, long: bool = False) -> str:
    thousandths = max(0, round(seconds * 1000))
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 1000:02}.{rest % 1000:03}"
    return f"{hours}:{minutes:02}:{tail}" if long or hours else f"{minutes}:{tail}"
