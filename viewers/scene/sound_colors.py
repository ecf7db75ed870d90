"""Colours of loudness: 256 steps from silence to full scale, as 0xffRRGGBB. Qt-free."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from viewers.decode.spectrogram import FLOOR_DB

_STEPS: dict[str, tuple[str, ...]] = {
    "Magma": ("000004", "1d1147", "51127c", "832681", "b73779", "e75263", "fc8961", "fec488", "fcfdbf"),
    "Viridis": ("440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725"),
    "Ice": ("030512", "1b1b3f", "2f3678", "2b5fa5", "3c8bb0", "66b3bd", "a4d5d6", "e7f6f5"),
    "Grey": ("101113", "ffffff"),
    "Ink on paper": ("f4f2ec", "1a1a1a"),
}
COLOR_MAPS = tuple(_STEPS)


@cache
def color_map(name: str, low_db: float, high_db: float) -> NDArray[np.uint32]:
    """For the levels of a spectrogram (0 is FLOOR_DB, 255 full scale): dark up to `low_db`, brightest from `high_db` on."""
    anchors = np.array([[int(c[i : i + 2], 16) for i in (0, 2, 4)] for c in _STEPS[name]], np.float64)
    db = FLOOR_DB * (1 - np.arange(256) / 255)
    place = np.clip((db - low_db) / max(1e-3, high_db - low_db), 0, 1) * (len(anchors) - 1)
    rgb = np.stack([np.interp(place, np.arange(len(anchors)), anchors[:, i]) for i in range(3)], axis=1)
    red, green, blue = np.rint(rgb).astype(np.uint32).T
    return np.asarray(0xFF000000 | red << 16 | green << 8 | blue)
