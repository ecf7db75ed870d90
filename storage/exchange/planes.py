"""Points in millimetres onto the slices of a series: which slice they lie on, and where on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from storage.exchange.volumes import Series
from storage.model.space import VolumeGeometry

_FLAT = 0.05  # of the way to the next slice (at least 0.02 mm): how far points of one outline may leave its plane
NOT_FLAT = "it does not lie in one slice"


def frame_of(
    series: Series, geometry: VolumeGeometry, mm: NDArray[np.float64], named: Sequence[int] = (), *, exact: bool = False
) -> tuple[int | None, str]:
    """The frame these points lie on, or None with the reason; `named`: frames that the file says they belong to.

    `exact`: points that belong to no slice of the series but by chance are not taken for those of the nearest one.
    """
    heights = mm @ geometry.normal
    step = _step(series, geometry)
    flat = _flat(step)
    if float(np.ptp(heights)) > flat:
        return None, NOT_FLAT
    height = float(heights.mean())
    k = int(np.abs(geometry.heights - height).argmin())
    for frame in (series.tile(f, k) for f in named):
        if abs(height - geometry.heights[frame % series.slices]) <= step / 2:
            return frame, ""
    away = abs(height - float(geometry.heights[k]))
    if series.times > 1:
        return None, "it names no image"
    if away <= (flat if exact else step / 2 * 1.001):
        return k, ""
    return None, f"it lies {away:.2f} mm from the nearest slice"


def distance_mm(series: Series, geometry: VolumeGeometry, mm: NDArray[np.float64], frame: int) -> float:
    """How far these points lie from the frame they were put on; 0 where that is within what numbers are rounded by."""
    away = abs(float((mm @ geometry.normal).mean()) - float(geometry.heights[frame % series.slices]))
    return away if away > _flat(_step(series, geometry)) else 0.0


def _flat(step: float) -> float:
    return max(_FLAT * step, 0.02)


def _step(series: Series, geometry: VolumeGeometry) -> float:
    if geometry.n > 1:
        return float(np.median(geometry.distances_mm)) or 1.0
    said = series.first_header().get("SliceThickness") if series.header else None
    return float(said) if said else 1.0


def in_plane(geometry: VolumeGeometry, mm: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """Points of the picture of slice k; [n, 2]."""
    rest = mm - geometry.origins[k]
    across, down = geometry.row_dir * geometry.spacing_col_mm, geometry.col_dir * geometry.spacing_row_mm
    # Element by element: the same millimetres give the same pixels wherever they stand, so that keyholes close exactly.
    a, b = (rest[:, 0] * v[0] + rest[:, 1] * v[1] + rest[:, 2] * v[2] for v in (across, down))
    aa, ab, bb = across @ across, across @ down, down @ down
    scale = aa * bb - ab * ab
    return np.stack([(a * bb - b * ab) / scale + 0.5, (b * aa - a * ab) / scale + 0.5], axis=1)
