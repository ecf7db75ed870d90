"""One frame of a picture: which way to the pixels is the quickest for what is asked now.

Up to `WHOLE` pixels: decoded once into memory. Larger: a level the file holds or libjpeg can scale is shown at once, the
full picture goes once into a mapped pyramid, from which every later region is a copy of a few rows. Building goes on
where it stopped when a request is given up in the middle: panning must not start it anew each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from storage.errors import BadInput, Cancelled
from storage.media.source import ByteSource
from viewers.decode.arrays import Array, as_stored, halve, halved, stored_region, upright
from viewers.decode.cache import PyramidCache
from viewers.decode.faults import Check, name_of
from viewers.decode.pyramid import Pyramid, levels_of
from viewers.decode.request import FrameFacts, Picture, PixelKind, Region

WHOLE = 40_000_000  # pixels decoded whole into memory (160 MB of BGRA)


class Page(Protocol):
    """A frame's pixels as stored, before orientation; `FlatPage` and `TiffPage`."""

    width: int
    height: int
    orientation: int
    kind: PixelKind
    bits: int
    channels: int
    warnings: list[str]
    direct: bool  # regions can be read without decoding everything

    def decode_into(self, stored: Array, check: Check) -> Iterator[None]: ...
    def quick(self, level: int, check: Check) -> Array | None: ...
    def region(self, level: int, box: Region, check: Check) -> Array | None: ...
    def native_levels(self) -> tuple[int, ...]: ...


class Frame:
    def __init__(self, page: Page, number: int, source: ByteSource, cache: PyramidCache | None) -> None:
        self.page = page
        self._number = number
        self._source = source
        self._cache = cache
        turned = page.orientation >= 5
        self.width, self.height = (page.height, page.width) if turned else (page.width, page.height)
        self.levels = levels_of(self.width, self.height)
        self._large = page.width * page.height > WHOLE
        self._pyramid: Pyramid | None = None
        self._base_filled = False
        self._building: Iterator[None] | None = None
        self._quick: dict[int, Array] = {}

    def facts(self) -> FrameFacts:
        page = self.page
        return FrameFacts(
            self.width, self.height, self.levels, page.kind, page.bits, page.channels, tuple(dict.fromkeys(page.warnings))
        )

    def read(self, level: int, region: Region | None, check: Check) -> Picture:
        level = min(max(level, 0), self.levels)
        box = self._clip(region, level)
        array = self._small(level, box, check) if not self._large else self._big(level, box, check)
        array.flags.writeable = False
        return Picture(array, self.page.kind, box, level, self._number)

    def close(self) -> None:
        """Let go of the pixels; a pyramid built completely is kept in the cache."""
        pyramid, self._pyramid, self._building = self._pyramid, None, None
        self._quick.clear()
        if pyramid is None:
            return
        built, done = pyramid.path, pyramid.filled
        if self._cache is not None and built is not None and built.suffix == ".part":
            if done:
                pyramid.flush()
            pyramid.close()
            if done:
                self._cache.finish(built, self._place())
            else:
                self._cache.discard(built)
        else:
            pyramid.close()

    # -- ordinary pictures -------------------------------------------------------------------------------------------

    def _small(self, level: int, box: Region, check: Check) -> Array:
        if not self._base_filled:
            if level and level not in self._quick:
                self._keep_quick(level, check)
            if level in self._quick:
                return self._cut(self._quick[level], level, box)
            self._build_base(check)
        assert self._pyramid is not None
        if level and not self._pyramid.filled:
            self._run(self._pyramid.fill(check), check)
        return self._cut(self._pyramid.arrays[level], level, box)

    def _build_base(self, check: Check) -> None:
        self._pyramid = Pyramid(self.width, self.height, self.page.kind, self.levels).in_memory()
        for _ in self.page.decode_into(as_stored(self._pyramid.arrays[0], self.page.orientation), check):
            check()
        self._base_filled = True
        self._quick.clear()

    # -- large ones --------------------------------------------------------------------------------------------------

    def _big(self, level: int, box: Region, check: Check) -> Array:
        if self._pyramid is None and self._cache is not None:
            self._open_cached()
        if self._pyramid is None or not self._pyramid.filled:
            array = self._without_pyramid(level, box, check)
            if array is not None:
                return array
            self._build_pyramid(check)
        assert self._pyramid is not None
        return self._cut(self._pyramid.arrays[level], level, box)

    def _without_pyramid(self, level: int, box: Region, check: Check) -> Array | None:
        """What can be had at once: levels of the file itself, single tiles, a scaled JPEG. None: the pyramid is needed."""
        page = self.page
        if page.direct:
            native = max((k for k in (0, *page.native_levels()) if k <= level), default=0)
            if (box[2] * box[3]) >> (2 * native) <= WHOLE // 2:
                return self._direct(native, level, box, check)
        if level and level not in self._quick:
            self._keep_quick(level, check)
        return self._cut(self._quick[level], level, box) if level in self._quick else None

    def _direct(self, native: int, level: int, box: Region, check: Check) -> Array | None:
        x, y, w, h = stored_region(box, self.page.width, self.page.height, self.page.orientation)
        array = self.page.region(native, (x, y, w, h), check)
        if array is None:
            return None
        array = upright(array, self.page.orientation)
        wanted = _shape_at(box, level)
        for _ in range(level - native):
            array = halve(array, self.page.kind)
        return np.array(array[: wanted[0], : wanted[1]], order="C")

    def _keep_quick(self, level: int, check: Check) -> None:
        start = min(level, 3)
        if (self.page.width * self.page.height) >> (2 * start) > WHOLE:
            return
        array = self.page.quick(start, check)
        if array is None:
            return
        array = np.array(upright(array, self.page.orientation), order="C")
        self._quick[start] = array
        for further in range(start + 1, level + 1):
            array = self._quick[further] = halve(array, self.page.kind)

    def _open_cached(self) -> None:
        assert self._cache is not None
        pyramid = Pyramid(self.width, self.height, self.page.kind, self.levels)
        try:
            self._pyramid = pyramid.from_file(self._place())
        except OSError:
            return
        self._cache.touch(self._place())

    def _build_pyramid(self, check: Check) -> None:
        if self._building is None:
            self._pyramid = Pyramid(self.width, self.height, self.page.kind, self.levels)
            place = self._cache.begin(self._place(), self._pyramid.nbytes) if self._cache else None
            self._pyramid.in_file(place)
            self._building = self._steps(self._pyramid)
        try:
            self._run(self._building, check)
        except Cancelled:
            raise  # the steps stay where they are
        except BaseException:
            self.close()
            raise
        self._building = None
        self._quick.clear()

    def _steps(self, pyramid: Pyramid) -> Iterator[None]:
        # No check inside: the steps are given up between two of them (see `_run`) and taken up again later.
        yield from self.page.decode_into(as_stored(pyramid.arrays[0], self.page.orientation), _never)
        yield from pyramid.fill(_never)

    @staticmethod
    def _run(steps: Iterator[None], check: Check) -> None:
        check()
        for _ in steps:
            check()

    def _place(self) -> Path:
        assert self._cache is not None
        layout = f"{self.width}x{self.height}x{self.page.kind}x{self.levels}"
        return self._cache.place(self._source, self._number, layout)

    # -- rectangles --------------------------------------------------------------------------------------------------

    def _clip(self, region: Region | None, level: int) -> Region:
        """The part of `region` inside the frame, grown to whole pixels of `level`."""
        if region is None:
            return (0, 0, self.width, self.height)
        x, y, w, h = region
        mask = (1 << level) - 1
        left, top = max(0, x) & ~mask, max(0, y) & ~mask
        right = min(self.width, (x + w + mask) & ~mask)
        bottom = min(self.height, (y + h + mask) & ~mask)
        if right <= left or bottom <= top:
            name, path = name_of(self._source)
            raise BadInput(
                f"The region {region} lies outside {name} ({self.width} × {self.height}).",
                remedy="Ask for a part of the picture.",
                input=path,
            )
        return (left, top, right - left, bottom - top)

    def _cut(self, array: Array, level: int, box: Region) -> Array:
        if box == (0, 0, self.width, self.height):
            return array.view()
        x, y = box[0] >> level, box[1] >> level
        height, width = _shape_at(box, level)
        return np.array(array[y : y + height, x : x + width], order="C")


def _shape_at(box: Region, level: int) -> tuple[int, int]:
    return halved(box[3], level), halved(box[2], level)


def _never() -> None:
    return None
