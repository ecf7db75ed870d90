"""Voxels of one grid at the voxels of another, by millimetres: the nearest one, never a blend of labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.model.space import VolumeGeometry

#: Parts of a voxel by which grids may differ and still count as the same one.
SAME = 0.02
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Lookup:
    """For a slice of the target: where its voxels lie in the source; `inside` marks those that lie in it at all."""

    slice: int
    inside: NDArray[np.bool_]  # [rows, columns]
    plane: Ints  # of those inside
    row: Ints
    column: Ints
    off: float  # the farthest from a source voxel's centre, in source voxels


def lookups(source: VolumeGeometry, target: VolumeGeometry, *, reach_mm: float | None = None) -> Iterator[Lookup]:
    """One slice of the target at a time. `reach_mm`: how far along the normal a source slice counts; None: half way to the
    next one."""
    column, row = np.meshgrid(np.arange(target.columns), np.arange(target.rows))
    order = np.argsort(source.heights, kind="stable")
    heights = source.heights[order]
    reach = _reach(heights) if reach_mm is None else np.full(len(heights), reach_mm)
    for k in range(target.n):
        corners = target.to_mm([0, target.columns - 1, 0, target.columns - 1], [0, 0, target.rows - 1, target.rows - 1], k)
        along = corners @ source.normal
        if along.max() < (heights - reach).min() or along.min() > (heights + reach).max():
            continue
        found = _lookup(source, target.to_mm(column, row, k), order, heights, reach, k)
        if found.inside.any():
            yield found


def _reach(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(heights) == 1:
        return np.array([0.5])
    step = np.diff(heights)
    usual = float(np.median(step))
    near = np.minimum(np.maximum(np.append(step, usual), np.insert(step, 0, usual)), 1.5 * usual) / 2 + 1e-6 * usual
    return np.asarray(near)


def _lookup(
    source: VolumeGeometry, mm: NDArray, order: Ints, heights: NDArray[np.float64], reach: NDArray[np.float64], k: int
) -> Lookup:
    along = mm @ source.normal
    above = (
        np.clip(np.searchsorted(heights, along), 1, max(len(heights) - 1, 1)) if len(heights) > 1 else np.zeros_like(along, int)
    )
    nearest = above
    if len(heights) > 1:
        nearest = np.where(along - heights[above - 1] <= heights[above] - along, above - 1, above)
    gap = np.abs(along - heights[nearest])
    plane = order[nearest]
    # Within the slice: the way from the plane's own origin, so that sheared and irregular sources come out right.
    rest = mm - source.origins[plane] - (along - heights[nearest])[..., None] * source.normal
    across, down = source.row_dir * source.spacing_col_mm, source.col_dir * source.spacing_row_mm
    gram = np.array([[across @ across, across @ down], [across @ down, down @ down]])
    solved = np.linalg.solve(gram, np.stack([rest @ across, rest @ down]).reshape(2, -1)).reshape(2, *along.shape)
    at = np.floor(solved + 0.5).astype(np.int64)
    inside = (gap <= reach[nearest]) & (at[0] >= 0) & (at[0] < source.columns) & (at[1] >= 0) & (at[1] < source.rows)
    off = 0.0
    if inside.any():
        step = float(np.median(np.diff(heights))) if len(heights) > 1 else 1.0
        in_plane = np.abs(solved - at)[:, inside].max()
        off = float(max(in_plane, gap[inside].max() / (step or 1.0)))
    return Lookup(k, inside, plane[inside], at[1][inside], at[0][inside], off)


def same_grid(a: VolumeGeometry, b: VolumeGeometry) -> bool:
    """Whether slice k, row r, column c mean the same place in both, within a part of a voxel."""
    if a.shape != b.shape:
        return False
    smallest = min(a.spacing_row_mm, a.spacing_col_mm, b.spacing_row_mm, b.spacing_col_mm)
    ends = [(c, r) for c in (0, a.columns - 1) for r in (0, a.rows - 1)]
    slices = np.arange(a.n)
    return all(np.abs(a.to_mm(c, r, slices) - b.to_mm(c, r, slices)).max() <= SAME * smallest for c, r in ends)
