"""Parts of a frame at a level of halving. Qt-free."""

from __future__ import annotations

import numpy as np

from storage.errors import BadInput
from viewers.decode.arrays import Array, halved
from viewers.decode.request import Region


def clipped(region: Region | None, level: int, size: tuple[int, int], name: str, path: str = "") -> Region:
    """What of a region lies in the frame, out to whole pixels of the level. None is the whole frame."""
    width, height = size
    if region is None:
        return (0, 0, width, height)
    x, y, w, h = region
    mask = (1 << level) - 1
    left, top = max(0, x) & ~mask, max(0, y) & ~mask
    right, bottom = min(width, (x + w + mask) & ~mask), min(height, (y + h + mask) & ~mask)
    if right <= left or bottom <= top:
        raise BadInput(
            f"The region {region} lies outside {name} ({width} × {height}).",
            remedy="Ask for a part of the picture.",
            input=path,
        )
    return (left, top, right - left, bottom - top)


def cut_out(array: Array, box: Region, level: int, size: tuple[int, int]) -> Array:
    """That part of a frame's pixels at this level, read-only; the array itself where it is all of it."""
    if box != (0, 0, *size):
        x, y = box[0] >> level, box[1] >> level
        array = np.array(array[y : y + halved(box[3], level), x : x + halved(box[2], level)], order="C")
    array.flags.writeable = False
    return array
