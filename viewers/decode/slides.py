"""Whole slides by region and level through OpenSlide: what is shown costs what is in sight, however large the slide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from storage.errors import BadInput, Cancelled
from storage.media.slides import open_slide
from storage.media.source import ByteSource
from viewers.decode.arrays import Array, halved
from viewers.decode.color import converter
from viewers.decode.faults import decoding, name_of
from viewers.decode.pyramid import levels_of
from viewers.decode.request import FrameFacts, Picture, PixelKind, Region, Request

#: Pixels read from the file at once, at most; a slide with few levels is read in pieces.
_PIECE = 16_000_000
#: Pixels of one answer, at most: the whole of a slide at full size would not fit into memory.
_MOST = 400_000_000


class SlideDecoder:
    """See `request.Decoder`."""

    frames = 1

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._slide = open_slide(source)
        self.width, self.height = self._slide.dimensions
        self._levels = levels_of(self.width, self.height)
        self._ground = _ground(self._slide.properties)
        profile = self._slide.color_profile
        self._convert, warning = converter(profile.tobytes() if profile is not None else b"", PixelKind.BGRA8)
        self._warnings = (warning,) if warning else ()
        self._given_up = -1

    def facts(self, frame: int = 0) -> FrameFacts:
        return FrameFacts(self.width, self.height, self._levels, PixelKind.BGRA8, 8, 3, self._warnings)

    def read(self, request: Request) -> Picture:
        level = min(max(request.level, 0), self._levels)
        box = self._clip(request.region, level)
        if (box[2] * box[3]) >> (2 * level) > _MOST:
            name, path = name_of(self._source)
            raise BadInput(
                f"{name} is too large to be read whole at this size.", remedy="Ask for a region, or for a level.", input=path
            )
        with decoding(self._source):
            array = self._read(box, level, request.generation)
        if self._convert is not None:
            array = self._convert(array)
        array.flags.writeable = False
        return Picture(array, PixelKind.BGRA8, box, level)

    def cancel(self, generation: int) -> None:
        self._given_up = max(self._given_up, generation)

    def close(self) -> None:
        self._slide.close()

    def _clip(self, region: Region | None, level: int) -> Region:
        """The part of `region` on the slide, grown to whole pixels of the level."""
        x, y, w, h = region or (0, 0, self.width, self.height)
        grid = (1 << level) - 1
        left, top = max(0, x) & ~grid, max(0, y) & ~grid
        right, bottom = min(self.width, (x + w + grid) & ~grid), min(self.height, (y + h + grid) & ~grid)
        if right <= left or bottom <= top:
            name, path = name_of(self._source)
            raise BadInput(f"The region {region} lies outside {name}.", remedy="Ask for a part of the slide.", input=path)
        return (left, top, right - left, bottom - top)

    def _read(self, box: Region, level: int, generation: int) -> Array:
        if 0 < generation <= self._given_up:
            raise Cancelled
        native = self._slide.get_best_level_for_downsample((1 << level) * 1.01)
        shrunk = float(self._slide.level_downsamples[native])
        size = max(1, round(box[2] / shrunk)), max(1, round(box[3] / shrunk))
        wanted = halved(box[2], level), halved(box[3], level)
        if size[0] * size[1] > _PIECE and max(wanted) > 1:
            return self._in_halves(box, level, generation)
        import cv2

        rgba = self._values(box, native, size)
        bgra = self._on_ground(rgba)
        if size != wanted:
            bgra = np.asarray(cv2.resize(bgra, wanted, interpolation=cv2.INTER_AREA))
        return bgra

    def _values(self, box: Region, native: int, size: tuple[int, int]) -> Array:
        import openslide

        try:
            return np.asarray(self._slide.read_region(box[:2], native, size))
        except openslide.OpenSlideError as error:
            # After a fault OpenSlide answers nothing more: a new one can still read what is not damaged.
            self._slide.close()
            self._slide = open_slide(self._source)
            name, path = name_of(self._source)
            raise BadInput(
                f"A part of {name} is damaged: {error}.", remedy="Copy the file again from the scanner.", input=path
            ) from error

    def _in_halves(self, box: Region, level: int, generation: int) -> Array:
        """The longer side is cut, at a whole pixel of the level."""
        x, y, w, h = box
        axis = 1 if w >= h else 0
        half = (max(w, h) >> (level + 1)) << level
        first, second = ((x, y, half, h), (x + half, y, w - half, h)) if axis else ((x, y, w, half), (x, y + half, w, h - half))
        return np.concatenate([self._read(first, level, generation), self._read(second, level, generation)], axis=axis)

    def _on_ground(self, rgba: Array) -> Array:
        """What was not scanned has the colour of empty glass."""
        import cv2

        out = np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA))
        if int(rgba[..., 3].min(initial=255)) < 255:
            opacity = rgba[..., 3:].astype(np.float32) / 255
            out[..., :3] = out[..., :3] * opacity + np.array(self._ground, np.float32) * (1 - opacity) + 0.5
        out[..., 3] = 255
        return out


def _ground(properties: Mapping[str, Any]) -> tuple[int, int, int]:
    """Blue, green, red of where there is nothing."""
    try:
        value = int(str(properties["openslide.background-color"]), 16)
    except (KeyError, ValueError):
        return (255, 255, 255)
    return (value & 255, value >> 8 & 255, value >> 16 & 255)
