"""Filling between slices: shapes drawn on some slices, carried over to those between by their distance from the outline."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from storage.model.space import VolumeGeometry
from storage.model.voxels import Mask3, VoxelBlock
from storage.progress import Progress
from viewers.scene.segment.itk import image, run
from viewers.scene.segment.margins import spacing


def fill_between(block: VoxelBlock, geometry: VolumeGeometry, axis: int = 0, progress: Progress | None = None) -> VoxelBlock:
    """An object with the empty layers between its drawn ones filled in; what was drawn stays as it is.

    `axis` is the one that the layers are stacked along: 0 for acquired slices. Places between slices are real ones, so
    uneven slices are filled evenly. Two shapes that do not overlap are moved onto each other on the way.
    """
    block = block.tight()
    drawn = np.flatnonzero(block.array.any(axis=tuple(a for a in range(3) if a != axis)))
    gaps = [(int(a), int(b)) for a, b in pairwise(drawn) if b > a + 1]
    if not gaps:
        return block
    out = np.moveaxis(block.array.copy(), axis, 0)
    where = _positions(block, geometry, axis)
    step = np.delete(np.array(spacing(geometry)), axis)
    for n, (a, b) in enumerate(gaps):
        if progress is not None:
            progress.step(n, len(gaps))
        _fill(out, a, b, where, (float(step[0]), float(step[1])))
    return VoxelBlock(block.lo, np.ascontiguousarray(np.moveaxis(out, 0, axis)))


def _positions(block: VoxelBlock, geometry: VolumeGeometry, axis: int) -> NDArray[np.float64]:
    n = block.array.shape[axis]
    if axis == 0:
        heights = geometry.heights[block.lo[0] : block.lo[0] + n]
        return np.asarray(np.abs(heights - heights[0]))
    return np.arange(n, dtype=np.float64)


def _fill(out: Mask3, a: int, b: int, where: NDArray[np.float64], step: tuple[float, float]) -> None:
    first, last = out[a], out[b]
    box = _box(first | last)
    size = np.array([h - lo for lo, h in zip(*box, strict=True)])
    room = tuple(int(s) // 2 + 2 for s in size)
    rows, columns = (slice(lo, hi) for lo, hi in zip(*box, strict=True))
    pads = ((room[0], room[0]), (room[1], room[1]))
    one, two = np.pad(first[rows, columns], pads), np.pad(last[rows, columns], pads)
    way = np.zeros(2) if (one & two).any() else _centre(two) - _centre(one)
    near, far = _signed(one, step), _signed(two, step)
    for k in range(a + 1, b):
        whole = float(where[b] - where[a])
        t = float(where[k] - where[a]) / whole if whole > 0 else 0.5
        made = (1 - t) * _moved(near, way * t) + t * _moved(far, way * (t - 1)) <= 0
        out[k, rows, columns] = made[pads[0][0] : -pads[0][1], pads[1][0] : -pads[1][1]]


def _box(mask: Mask3) -> tuple[tuple[int, int], tuple[int, int]]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (int(rows[0]), int(columns[0])), (int(rows[-1]) + 1, int(columns[-1]) + 1)


def _centre(mask: Mask3) -> NDArray[np.float64]:
    return np.asarray(np.argwhere(mask).mean(axis=0))


def _moved(field: NDArray[np.float32], by: NDArray[np.float64]) -> NDArray[np.float32]:
    """A field shifted by rows and columns, between the pixels linearly; what comes in from outside is far outside."""
    import cv2

    if not by.any():
        return field
    matrix = np.array([[1, 0, by[1]], [0, 1, by[0]]], np.float64)
    size, outside = field.shape[::-1], cv2.BORDER_CONSTANT
    return np.asarray(cv2.warpAffine(field, matrix, size, flags=cv2.INTER_LINEAR, borderMode=outside, borderValue=1e6))


def _signed(mask: Mask3, step: tuple[float, float]) -> NDArray[np.float32]:
    """Distance from the outline in mm, half a pixel outside of the last centre: negative inside."""
    import SimpleITK as sitk  # noqa: N813

    distances = sitk.SignedMaurerDistanceMapImageFilter()
    distances.SetSquaredDistance(False)
    distances.SetUseImageSpacing(True)
    outside = run(distances, None, image(np.ascontiguousarray(mask), step))
    inside = run(distances, None, image(np.ascontiguousarray(~mask), step))
    return np.asarray(np.maximum(outside, 0) - np.maximum(inside, 0), np.float32)
