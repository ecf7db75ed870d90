"""Which stretch of every row of voxels lies within something convex: the arithmetic under brushes and cuts.

A row of a slice is a straight line of points P(i) = base + i*step, whatever the tilt, the spacing or the evenness of the
slices; a ball, a cylinder or the space between two planes cuts a stretch [lo, hi] out of it. So a brush is reckoned by a
few numbers per row, exactly, and voxels are touched only when the stretch is filled in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.model.space import VolumeGeometry
from storage.model.voxels import VoxelBlock

Floats = NDArray[np.float64]

EPS = 1e-7  # of a voxel: a centre that lies on the edge is inside whatever rounding did


@dataclass(frozen=True, slots=True)
class Stretch:
    """Column indices as fractions, per slice and row; `lo` > `hi` where there is nothing."""

    lo: Floats
    hi: Floats

    def cut(self, other: Stretch) -> Stretch:
        return Stretch(np.maximum(self.lo, other.lo), np.minimum(self.hi, other.hi))

    def joined(self, other: Stretch) -> Stretch:
        """Of two whose union is one stretch again (parts of something convex)."""
        a, b = self.lo <= self.hi, other.lo <= other.hi
        lo = np.minimum(np.where(a, self.lo, np.inf), np.where(b, other.lo, np.inf))
        hi = np.maximum(np.where(a, self.hi, -np.inf), np.where(b, other.hi, -np.inf))
        return Stretch(lo, hi)


class RowGrid:
    """Rows `j` of slices `k`: their points, relative to a centre."""

    def __init__(self, geometry: VolumeGeometry, slices: range, rows: range, centre: Floats) -> None:
        self.slices, self.rows, self.columns = slices, rows, geometry.columns
        self.step = geometry.row_dir * geometry.spacing_col_mm
        down = geometry.col_dir * geometry.spacing_row_mm
        origins = geometry.origins[slices.start : slices.stop] - centre
        self.base: Floats = origins[:, None, :] + np.arange(rows.start, rows.stop)[None, :, None] * down

    def everything(self) -> Stretch:
        shape = self.base.shape[:2]
        return Stretch(np.full(shape, -0.5), np.full(shape, self.columns - 0.5))

    def tube(self, offset: Floats, radius: float, axis: Floats | None = None) -> Stretch:
        """Points within `radius` of a point (at `offset` from the centre), or of the line through it along `axis`."""
        base, step = self.base - offset, self.step
        if axis is not None:
            base = base - (base @ axis)[..., None] * axis
            step = step - (step @ axis) * axis
        a = float(step @ step)
        rest = (base * base).sum(axis=-1) - radius * radius * (1 + 1e-12)
        if a < 1e-12 * float(self.step @ self.step):  # rows run along the axis: all of a row or nothing
            return self._all_where(rest <= 0)
        b = base @ step
        root = b * b - a * rest
        half = np.sqrt(np.maximum(root, 0)) / a
        middle = -b / a
        return Stretch(np.where(root >= 0, middle - half, np.inf), np.where(root >= 0, middle + half, -np.inf))

    def between(self, direction: Floats, low: Floats | float, high: Floats | float) -> Stretch:
        """Points whose way along a direction lies between two numbers (per slice, or for all)."""
        along, a = self.base @ direction, float(self.step @ direction)
        low, high = (np.broadcast_to(np.asarray(v, np.float64).reshape(-1, 1), along.shape) for v in (low, high))
        if abs(a) < 1e-9 * math.sqrt(float(self.step @ self.step)):
            return self._all_where((along >= low) & (along <= high))
        ends = (low - along) / a, (high - along) / a
        return Stretch(np.minimum(*ends), np.maximum(*ends))

    def _all_where(self, inside: NDArray[np.bool_]) -> Stretch:
        whole = self.everything()
        return Stretch(np.where(inside, whole.lo, np.inf), np.where(inside, whole.hi, -np.inf))

    def filled(self, stretch: Stretch) -> VoxelBlock:
        """The voxels whose centre lies in the stretch, cut to the volume and to where there are any."""
        with np.errstate(invalid="ignore"):
            lo = np.clip(np.ceil(stretch.lo - EPS), 0, self.columns)
            hi = np.clip(np.floor(stretch.hi + EPS), -1, self.columns - 1)
        found = lo <= hi
        ks, js = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
        if len(ks) == 0:
            return VoxelBlock.nothing()
        k0, k1, j0, j1 = int(ks[0]), int(ks[-1]) + 1, int(js[0]), int(js[-1]) + 1
        lo, hi, found = lo[k0:k1, j0:j1], hi[k0:k1, j0:j1], found[k0:k1, j0:j1]
        i0, i1 = int(lo[found].min()), int(hi[found].max()) + 1
        first = np.where(found, lo - i0, 0).astype(np.uint16)
        count = np.where(found, hi - lo + 1, 0).astype(np.uint16)
        at = np.arange(i1 - i0, dtype=np.uint16)
        # One comparison for both ends: what lies before the first wraps round to a large number.
        array = (at - first[:, :, None]) < count[:, :, None]
        return VoxelBlock((self.slices.start + k0, self.rows.start + j0, i0), array)


def rows_near(geometry: VolumeGeometry, low: Floats, high: Floats) -> tuple[range, range]:
    """Slices and rows that a box of the patient (its least and greatest corner, in mm) may reach into."""
    corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
    heights = corners @ geometry.normal
    inside = np.flatnonzero((geometry.heights >= heights.min() - 1e-6) & (geometry.heights <= heights.max() + 1e-6))
    if len(inside) == 0:
        return range(0), range(0)
    slices = range(int(inside[0]), int(inside[-1]) + 1)
    # How far down a point lies: measured square to the rows, for the columns need not be square to them.
    down = np.cross(geometry.normal, geometry.row_dir)
    pitch = float(down @ geometry.col_dir) * geometry.spacing_row_mm
    way = corners @ down
    starts = geometry.origins[slices.start : slices.stop] @ down
    ends = np.stack([(way.min() - starts) / pitch, (way.max() - starts) / pitch])
    first = max(0, math.ceil(float(ends.min()) - EPS))
    last = min(geometry.rows - 1, math.floor(float(ends.max()) + EPS))
    return slices, range(first, last + 1)
