"""Brushes: the voxels whose centre lies within so many millimetres of a stroke, in space or in a plane.

A move of the mouse is one straight piece of a stroke, reckoned as a whole: no gaps however fast it was. In a plane the
brush is one voxel thick: it takes the voxels that the plane passes through, so that no pixel of the plane shown stays
unpainted between them (decisions: "paint by physical distance to the voxel centre").
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from storage.model.space import VolumeGeometry
from storage.model.volume_masks import nearest_voxels
from storage.model.voxels import Index, VoxelBlock, VoxelBox
from viewers.scene.segment.rows_within import Floats, RowGrid, Stretch, rows_near


def ball(geometry: VolumeGeometry, a: Floats, b: Floats | None, radius_mm: float) -> VoxelBlock:
    """Within a distance of the way from a to b (LPS mm; b None: of a alone)."""
    a, b = _ends(a, b)
    grid, ends = _grid(geometry, a, b, radius_mm)
    if grid is None:
        return _with_points(geometry, VoxelBlock.nothing(), a, b, radius_mm)
    stretch = grid.tube(a - a, radius_mm)
    way, length = ends
    if length > 0:
        sides = grid.tube(a - a, radius_mm, way).cut(grid.between(way, 0.0, length))
        stretch = stretch.joined(grid.tube(b - a, radius_mm)).joined(sides)
    return _with_points(geometry, grid.filled(stretch), a, b, radius_mm)


def disc(geometry: VolumeGeometry, a: Floats, b: Floats | None, radius_mm: float, normal: Floats) -> VoxelBlock:
    """The same in the plane through a with this normal: by distance within the plane, one voxel thick."""
    a, b = _ends(a, b)
    normal = np.asarray(normal, np.float64) / float(np.linalg.norm(normal))
    b = b - float((b - a) @ normal) * normal
    low, high = _cells(geometry, normal)
    thick = float(max(high.max(), -low.min()))
    grid, ends = _grid(geometry, a, b, math.hypot(radius_mm, thick))
    if grid is None:
        return _with_points(geometry, VoxelBlock.nothing(), a, b, radius_mm)
    stretch = grid.tube(a - a, radius_mm, normal)
    way, length = ends
    if length > 0:
        aside = np.cross(normal, way)
        strip = grid.between(way, 0.0, length).cut(grid.between(aside, -radius_mm, radius_mm))
        stretch = stretch.joined(grid.tube(b - a, radius_mm, normal)).joined(strip)
    slices = slice(grid.slices.start, grid.slices.stop)
    return _with_points(geometry, grid.filled(stretch.cut(layer(grid, normal, low[slices], high[slices]))), a, b, radius_mm)


def layer(grid: RowGrid, normal: Floats, low: Floats, high: Floats) -> Stretch:
    """Voxels that a plane through the grid's centre passes through; a plane right between two takes one of them."""
    nudge = 1e-6 * (high - low)
    return grid.between(normal, -high + nudge, -low + nudge)


def _cells(geometry: VolumeGeometry, normal: Floats) -> tuple[Floats, Floats]:
    """How far the voxels of each slice reach along a normal, below and above their centres: half way to the neighbours."""
    across = abs(float(geometry.row_dir @ normal)) * geometry.spacing_col_mm / 2
    down = abs(float(geometry.col_dir @ normal)) * geometry.spacing_row_mm / 2
    if geometry.n > 1:
        steps = np.diff(geometry.origins, axis=0) @ normal / 2
    else:
        steps = np.array([geometry.slice_step @ normal / 2])
    before, after = np.concatenate([steps[:1], steps])[: geometry.n], np.concatenate([steps, steps[-1:]])[: geometry.n]
    return -across - down + np.minimum(-before, after), across + down + np.maximum(-before, after)


def _ends(a: Floats, b: Floats | None) -> tuple[Floats, Floats]:
    start = np.asarray(a, np.float64)
    return start, start if b is None else np.asarray(b, np.float64)


def _grid(geometry: VolumeGeometry, a: Floats, b: Floats, reach_mm: float) -> tuple[RowGrid | None, tuple[Floats, float]]:
    length = float(np.linalg.norm(b - a))
    way = (b - a) / length if length > 1e-9 else np.zeros(3)
    slices, rows = rows_near(geometry, np.minimum(a, b) - reach_mm, np.maximum(a, b) + reach_mm)
    if len(slices) == 0 or len(rows) == 0:
        return None, (way, 0.0)
    return RowGrid(geometry, slices, rows, a), (way, length if length > 1e-9 else 0.0)


def _with_points(geometry: VolumeGeometry, block: VoxelBlock, a: Floats, b: Floats, radius_mm: float) -> VoxelBlock:
    """A brush smaller than a voxel still paints the voxels on its way."""
    steps = (geometry.spacing_col_mm, geometry.spacing_row_mm, *geometry.distances_mm[:1])
    if radius_mm >= max(steps):
        return block
    n = 1 + math.ceil(2 * float(np.linalg.norm(b - a)) / max(min(steps), 1e-3))
    points = a + np.linspace(0, 1, n)[:, None] * (b - a)
    k, j, i = nearest_voxels(geometry, points)
    inside = k >= 0
    return with_voxels(block, k[inside], j[inside], i[inside])


def with_voxels(block: VoxelBlock, k: NDArray, j: NDArray, i: NDArray) -> VoxelBlock:
    """A block with single voxels set as well."""
    if len(k) == 0:
        return block
    lo: Index = (int(k.min()), int(j.min()), int(i.min()))
    box = block.box.joined(VoxelBox(lo, (int(k.max()) + 1, int(j.max()) + 1, int(i.max()) + 1)))
    array = block.read(box)
    array[k - box.lo[0], j - box.lo[1], i - box.lo[2]] = True
    return VoxelBlock(box.lo, array)
