"""What is to be drawn, as plain values: made by the view, read by the thread that renders."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from viewers.scene.volume_render.camera import Camera
from viewers.scene.volume_render.looks import Look

Fraction3 = tuple[float, float, float]  # column, row, slice
Picture = NDArray[np.uint8]  # [height, width, 4] BGRA, first row on top

GROUND = (18, 19, 22)  # behind everything; the same in light and dark, as on every canvas
_THINNEST = 0.01  # what is left between two sides


@dataclass(frozen=True, slots=True)
class ClipBox:
    """What of the volume is shown: fractions of its box along columns, rows and slices. Segments are never clipped."""

    low: Fraction3 = (0.0, 0.0, 0.0)
    high: Fraction3 = (1.0, 1.0, 1.0)

    @property
    def whole(self) -> bool:
        return self.low == (0.0, 0.0, 0.0) and self.high == (1.0, 1.0, 1.0)

    def with_side(self, axis: int, upper: bool, at: float) -> ClipBox:
        """One of the six sides elsewhere; never beyond its opposite."""
        low, high = list(self.low), list(self.high)
        if upper:
            high[axis] = min(1.0, max(at, low[axis] + _THINNEST))
        else:
            low[axis] = max(0.0, min(at, high[axis] - _THINNEST))
        return ClipBox((low[0], low[1], low[2]), (high[0], high[1], high[2]))


@dataclass(frozen=True, slots=True)
class Wish:
    camera: Camera
    size: tuple[int, int]  # device px of the view
    look: Look
    clip: ClipBox = field(default_factory=ClipBox)
    opacity: float = 1.0  # of the segments
    held: bool = False  # a button is down: it will move again
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture of a wish, in its size."""

    picture: Picture
    wish: Wish
    fine: bool  # nothing better follows
    took_s: float
    scale: float = 1.0  # of what was rendered; smaller ones are scaled up
    voxels: int = 0
