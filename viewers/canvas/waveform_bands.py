"""Many regions as few images: a row of pixels a lane, and one that tints the sound. Numpy alone; thousands cost what ten do.

Within a lane no region covers another, so a lane is filled in one go; lanes are laid over each other for the tint.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Colors = NDArray[np.float32]  # (n, 3), 0..255, red green blue

CHROME = np.array((38, 39, 43), np.float32)
#: Regions narrower than this (px) have no edges of their own.
NARROW = 3
_SELECTED, _HOVERED, _REST = 1.0, 0.75, 0.59


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Premultiplied 0xAARRGGBB. `lanes` (lanes, width) is opaque where a region is; `tint` (1, width)."""

    lanes: NDArray[np.uint32]
    tint: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Regions, by start. `look` is 0 at rest, 1 under the pointer, 2 selected."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    lane: NDArray[np.int64]
    colors: Colors
    look: NDArray[np.int64]


def bands(marks: Marks, lanes: int, width: int, first_ms: float, ms_per_px: float, opacity: float) -> Bands:
    left = np.floor((marks.starts - first_ms) / ms_per_px + 0.5).astype(np.int64)
    right = np.maximum(np.floor((marks.ends - first_ms) / ms_per_px + 0.5).astype(np.int64), left + 1)
    order = np.argsort(marks.look, kind="stable")  # what is selected is painted last where pixels are shared
    seen = order[(right[order] > 0) & (left[order] < width)]
    left, right, lane = left[seen], right[seen], marks.lane[seen]
    rgb = np.zeros((lanes, width, 3), np.float32)
    cover = np.full((lanes, width), -1, np.int64)  # which region, of those seen
    rows, columns, owner = _spread(lane, np.maximum(left, 0), np.minimum(right, width))
    cover[rows, columns] = owner
    there = cover >= 0
    look = marks.look[seen]
    rgb[there] = marks.colors[seen][cover[there]]
    strong = np.array((_REST, _HOVERED, _SELECTED), np.float32)[look]
    block = CHROME + (rgb - CHROME) * (strong[cover] if len(strong) else np.zeros_like(cover, np.float32))[..., None]
    wide = right - left >= NARROW
    ends = wide & (right - 1 < width)
    block[lane[ends], right[ends] - 1] = CHROME  # so that neighbours are told apart
    return Bands(_packed(block, there.astype(np.float32)), _tint(rgb, cover, there, look, left, right, lane, wide, opacity))


def _spread(
    lane: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Every pixel of every region: lane, column, and whose it is."""
    count = np.maximum(right - left, 0)
    owner = np.repeat(np.arange(len(lane)), count)
    begin = np.cumsum(count) - count
    columns = np.arange(int(count.sum())) - np.repeat(begin, count) + np.repeat(left, count)
    return lane[owner], columns, owner


def _tint(
    rgb: Colors, cover: NDArray[np.int64], there: NDArray[np.bool_], look: NDArray[np.int64],
    left: NDArray[np.int64], right: NDArray[np.int64], lane: NDArray[np.int64], wide: NDArray[np.bool_], opacity: float,
) -> NDArray[np.uint32]:  # fmt: skip
    width = cover.shape[1]
    out, seen = np.zeros((width, 3), np.float32), np.zeros(width, np.float32)
    alphas = np.array((0.7, 1.0, 1.3), np.float32)[look] * np.float32(opacity)
    for number in range(cover.shape[0]):
        alpha = np.where(there[number], alphas[cover[number]] if len(alphas) else 0, 0).astype(np.float32)
        out = rgb[number] * alpha[:, None] + out * (1 - alpha)[:, None]
        seen = alpha + seen * (1 - alpha)
    edged = wide & (look < 2)
    for places in (left, right):
        ok = edged & (places >= 0) & (places < width)
        inside = np.clip(np.where(places == right, places - 1, places), 0, width - 1)
        out[places[ok]], seen[places[ok]] = rgb[lane[ok], inside[ok]], 1.0
    made = np.zeros((1, width), np.uint32)
    channels = np.clip(np.rint(out), 0, 255).astype(np.uint32)
    made[0] = np.rint(seen * 255).astype(np.uint32) << 24 | channels[:, 0] << 16 | channels[:, 1] << 8 | channels[:, 2]
    return made


def _packed(rgb: Colors, alpha: NDArray[np.float32]) -> NDArray[np.uint32]:
    channels = np.clip(np.rint(rgb * alpha[..., None]), 0, 255).astype(np.uint32)
    made: NDArray[np.uint32] = (
        (alpha * 255).astype(np.uint32) << 24 | channels[..., 0] << 16 | channels[..., 1] << 8 | channels[..., 2]
    )
    return made
