"""What stands behind a tool on the stage without a screen: an array, read and reckoned with at once or when told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from viewers.decode.request import Picture, PixelKind, Region
from viewers.tools.behind import Job, Reading


def kind_of(array: np.ndarray) -> PixelKind:  # type: ignore[type-arg]
    if array.ndim == 3:
        return PixelKind.BGRA8
    return PixelKind.GRAY8 if array.dtype == np.uint8 else PixelKind.GRAY16


class Pixels:
    """Answers at once; `held` keeps them until `let_go`."""

    def __init__(self, array: np.ndarray, window: tuple[float, float] | None = None) -> None:  # type: ignore[type-arg]
        self.array, self.window, self.held = array, window, False
        self.regions: list[Region] = []
        self.jobs = 0
        self._waiting: list[Callable[[], None]] = []

    def read(self, level: int, region: Region, done: Callable[[Reading], None]) -> None:
        x, y, w, h = region
        self.regions.append(region)
        part = self.array[y : y + h, x : x + w][:: 1 << level, :: 1 << level]
        picture = Picture(np.ascontiguousarray(part), kind_of(self.array), region, level)
        self._tell(lambda: done(Reading.of(picture, self.window)))

    def array_as_picture(self) -> Picture:
        h, w = self.array.shape[:2]
        return Picture(self.array, kind_of(self.array), (0, 0, w, h))

    def work(self, job: Job, done: Callable[[Any], None]) -> None:
        def tell() -> None:
            self.jobs += 1
            answer = job(lambda: False)
            if answer is not None:
                done(answer)

        self._tell(tell)

    def drop(self) -> None:
        self._waiting.clear()

    def let_go(self) -> None:
        while self._waiting:
            self._waiting.pop(0)()

    def _tell(self, tell: Callable[[], None]) -> None:
        if self.held:
            self._waiting.append(tell)
        else:
            tell()
