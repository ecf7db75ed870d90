"""What tools may have done behind the window: values of the picture read, and reckoning that takes longer than a frame.

Answers come home on the window's thread. A tool asks for one thing at a time: a newer asking takes the place of an older
one, whose answer may still come. So an answer is checked by who takes it (a ticket in the job's result is the usual way).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Point
from viewers.decode.request import Picture, PixelKind, Region

Stop = Callable[[], bool]
Job = Callable[[Stop], Any]
Values = NDArray[Any]

#: Full-size pixels that a tool looks at, at most: a picture of 12 megapixels whole, of a larger one 4,000 x 4,000 around
#: the pointer. It bounds memory (64 MB) and the time of a fill (some 50 ms).
MOST = 16_000_000
_SIDE = 4000
_TO_BGR = {
    PixelKind.BGRA8: cv2.COLOR_BGRA2BGR,
    PixelKind.RGBA8: cv2.COLOR_RGBA2BGR,
    PixelKind.GRAY8: cv2.COLOR_GRAY2BGR,
}


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Values of a region. `span`: how much of a stored value is 1/255 of what is shown from black to white."""

    values: Values  # (h, w) or (h, w, 4), as `PixelKind` says
    kind: PixelKind
    region: Region  # full-size px
    level: int = 0
    window: tuple[float, float] | None = None  # shown black and white, for more than 8 bits

    @classmethod
    def of(cls, picture: Picture, window: tuple[float, float] | None) -> Reading:
        deep = picture.array.ndim == 2 and picture.kind is not PixelKind.GRAY8
        return cls(picture.array, picture.kind, picture.region, picture.level, window if deep else None)

    @property
    def span(self) -> float:
        return max(1e-9, (self.window[1] - self.window[0]) / 255) if self.window is not None else 1.0

    def covers(self, left: int, top: int, right: int, bottom: int) -> bool:
        x, y, w, h = self.region
        return left >= x and top >= y and right <= x + w and bottom <= y + h

    def at(self, point: Point) -> tuple[int, int]:
        """Column and row of the pixel at a place of the picture."""
        x, y, _, _ = self.region
        h, w = self.values.shape[:2]
        return min(max(int(point[0] - x) >> self.level, 0), w - 1), min(max(int(point[1] - y) >> self.level, 0), h - 1)

    def cut(self, left: int, top: int, right: int, bottom: int) -> Values:
        """The values of a part (full-size px) of a full-size reading."""
        x, y, _, _ = self.region
        return self.values[top - y : bottom - y, left - x : right - x]

    def gray(self, values: Values | None = None) -> Values:
        """One value a pixel: the stored one, or the lightness of colours."""
        some = self.values if values is None else values
        if self.kind is PixelKind.BGRA8:
            return np.asarray(cv2.cvtColor(np.ascontiguousarray(some), cv2.COLOR_BGRA2GRAY))
        if self.kind is PixelKind.RGBA8:
            return np.asarray(cv2.cvtColor(np.ascontiguousarray(some), cv2.COLOR_RGBA2GRAY))
        return some

    def bgr(self) -> NDArray[np.uint8]:
        """As shown, in three colours of 8 bits: what the algorithms of OpenCV want."""
        code, values = _TO_BGR.get(self.kind, cv2.COLOR_GRAY2BGR), self.values
        if self.kind not in _TO_BGR:
            low = self.window[0] if self.window else float(values.min(initial=0))
            values = np.clip((values.astype(np.float32) - low) / self.span, 0, 255).astype(np.uint8)
        return np.asarray(cv2.cvtColor(values, code))


def region_around(frame: tuple[int, int], at: Point) -> Region:
    """The whole frame where it is not too large, else a square round a place."""
    width, height = frame
    if width * height <= MOST:
        return (0, 0, width, height)
    w, h = min(width, _SIDE), min(height, _SIDE)
    x = min(max(0, int(at[0]) - w // 2), width - w)
    y = min(max(0, int(at[1]) - h // 2), height - h)
    return (x, y, w, h)


class Behind(Protocol):
    def read(self, level: int, region: Region, done: Callable[[Reading], None]) -> None:
        """Values of the frame on screen."""

    def work(self, job: Job, done: Callable[[Any], None]) -> None:
        """`job` off the window's thread; None as its answer is not told. What ran before is asked to stop."""

    def drop(self) -> None:
        """Nothing that was asked for comes home any more."""


class Nobody:
    """Where there is no picture: nothing ever comes."""

    def read(self, level: int, region: Region, done: Callable[[Reading], None]) -> None: ...

    def work(self, job: Job, done: Callable[[Any], None]) -> None: ...

    def drop(self) -> None: ...


class FrameValues:
    """The values round the pointer at full size, read once and kept while they serve."""

    def __init__(self) -> None:
        self._reading: Reading | None = None
        self._of: object = None

    def get(self, at: object, box: tuple[int, int, int, int]) -> Reading | None:
        """What covers a box (left, top, right, bottom) of the frame `at`, if it is at hand."""
        found = self._reading
        return found if found is not None and self._of == at and found.covers(*box) else None

    def ask(self, behind: Behind, at: object, frame: tuple[int, int], around: Point, then: Callable[[], None]) -> None:
        def keep(reading: Reading) -> None:
            self._reading, self._of = reading, at
            then()

        behind.read(0, region_around(frame, around), keep)

    def forget(self) -> None:
        self._reading = self._of = None
