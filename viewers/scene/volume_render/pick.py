"""The point in the patient that is seen at a pixel: of a surface, or of the volume as it is shown."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from storage.model.space import Floats, VolumeGeometry
from storage.model.voxels import VoxelBlock
from viewers.scene.volume_render.camera import Camera, Size
from viewers.scene.volume_render.grid import Grid
from viewers.scene.volume_render.looks import Look
from viewers.scene.volume_render.wish import ClipBox

_SEEN = 0.3  # of the light along a ray: what takes this much is what one sees
_UNIT = 400.0  # see vtk_engine


def pick(
    x: float, y: float, size: Size, camera: Camera, grid: Grid | None, look: Look, clip: ClipBox,
    blocks: Iterable[VoxelBlock] = (), geometry: VolumeGeometry | None = None,
) -> Floats | None:  # fmt: skip
    """mm; None where the ray meets nothing."""
    step = min(grid.spacing) / 2 if grid is not None else 0.5
    reach = camera.size_mm
    step = max(step, reach / 2000)
    depths = np.arange(reach, -reach, -step)
    points = camera.at(x, y, size) + depths[:, None] * camera.toward
    found = [_in_blocks(points, blocks, geometry)]
    if grid is not None and look.shows_volume:
        found.append(_in_volume(points, step, grid, look, clip))
    first = min((k for k in found if k is not None), default=None)
    if look.shows_volume and look.preset.blend != "composite" and found[0] is not None:
        first = found[0]  # segments shine through projections
    return points[first] if first is not None else None


def _in_blocks(points: Floats, blocks: Iterable[VoxelBlock], geometry: VolumeGeometry | None) -> int | None:
    if geometry is None:
        return None
    voxels = np.rint(np.stack(geometry.to_voxel(points)[::-1], axis=1)).astype(np.int64)
    hits = []
    for block in blocks:
        place = voxels - np.array(block.lo)
        inside = ((place >= 0) & (place < block.array.shape)).all(axis=1)
        where = np.flatnonzero(inside)
        met = where[block.array[tuple(place[where].T)]]
        if len(met):
            hits.append(int(met[0]))
    return min(hits, default=None)


def _in_volume(points: Floats, step: float, grid: Grid, look: Look, clip: ClipBox) -> int | None:
    place = grid.to_index(points)
    share = (place + 0.5) / grid.size
    inside = np.flatnonzero(((share >= clip.low) & (share <= clip.high)).all(axis=1))
    if not len(inside):
        return None
    nearest = np.clip(np.rint(place[inside]).astype(np.int64), 0, np.array(grid.size) - 1)
    values = grid.array[nearest[:, 2], nearest[:, 1], nearest[:, 0]].astype(np.float64) * grid.slope + grid.intercept
    if look.preset.blend != "composite":
        return int(inside[values.argmax() if look.preset.blend == "max" else values.argmin()])
    opacity = look.opacity(grid)
    unit = math.dist((0, 0, 0), [n * mm for n, mm in zip(grid.size, grid.spacing, strict=True)]) / _UNIT
    through = (1 - np.clip(np.interp(values, opacity[:, 0], opacity[:, 1]), 0, 0.9999)) ** (step / unit)
    dark = np.flatnonzero(1 - np.cumprod(through) >= _SEEN)
    return int(inside[dark[0]]) if len(dark) else None
