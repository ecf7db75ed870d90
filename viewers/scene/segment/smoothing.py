"""Smoothing of objects: by majority, by a Gaussian, and of several together so that no gap opens between them.

Widths are in mm. Between slices the real distances count; of a tilted volume the way from slice to slice is taken as it is,
not square to the slices, so that what stands still from slice to slice stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from storage.model.space import VolumeGeometry
from storage.model.voxels import Index, Mask3, VoxelBlock, around
from storage.progress import Progress
from viewers.scene.segment.margins import spacing

Soft = NDArray[np.float32]


def median(block: VoxelBlock, size_mm: float, geometry: VolumeGeometry, progress: Progress | None = None) -> VoxelBlock:
    """A voxel is set when most of the voxels in a box so wide around it are. Removes what is thinner than half of it."""
    between, down, across = spacing(geometry)
    reach: Index = _half(size_mm, between), _half(size_mm, down), _half(size_mm, across)
    box = block.tight().box.grown(reach, geometry.shape)
    counts = block.read(box).astype(np.int32)
    for axis, r in enumerate(reach):
        if progress is not None:
            progress.step(axis, 3)
        counts = _sums(counts, r, axis)
    size = np.prod([2 * r + 1 for r in reach])
    return VoxelBlock(box.lo, counts * 2 > size).tight()


def gaussian(block: VoxelBlock, sigma_mm: float, geometry: VolumeGeometry, progress: Progress | None = None) -> VoxelBlock:
    """Where a Gaussian of the object is at least one half."""
    box = block.tight().box.grown(_reach(sigma_mm, geometry), geometry.shape)
    return VoxelBlock(box.lo, soft(block.read(box), box.lo[0], sigma_mm, geometry, progress) >= 0.5).tight()


def joint(
    blocks: Mapping[str, VoxelBlock], sigma_mm: float, geometry: VolumeGeometry, progress: Progress | None = None
) -> dict[str, VoxelBlock]:
    """Each voxel goes to the object (or to none) that is strongest there: neighbours stay neighbours."""
    if not blocks:
        return {}
    box = around(b.tight().box for b in blocks.values()).grown(_reach(sigma_mm, geometry), geometry.shape)
    best = np.zeros(box.shape, np.float32)
    whose = np.zeros(box.shape, np.uint16)
    rest = np.ones(box.shape, np.float32)
    for n, block in enumerate(blocks.values(), start=1):
        found = soft(block.read(box), box.lo[0], sigma_mm, geometry, progress)
        stronger = found > best
        best[stronger], whose[stronger] = found[stronger], n
        rest -= found
    whose[best < rest] = 0
    return {key: VoxelBlock(box.lo, whose == n).tight() for n, key in enumerate(blocks, start=1)}


def soft(mask: Mask3 | Soft, first: int, sigma_mm: float, geometry: VolumeGeometry, progress: Progress | None = None) -> Soft:
    """A Gaussian of a mask (or of values) whose first slice is `first` of the volume. The volume's edges go on as they are."""
    import cv2

    if mask.size == 0 or sigma_mm <= 0:
        return mask.astype(np.float32)
    _, down, across = spacing(geometry)
    out = np.empty(mask.shape, np.float32)
    kernels = _kernel(sigma_mm / across), _kernel(sigma_mm / down)
    for k, layer in enumerate(mask):
        if progress is not None:
            progress.step(k, len(mask))
        out[k] = cv2.sepFilter2D(layer.astype(np.float32), cv2.CV_32F, *kernels, borderType=cv2.BORDER_REPLICATE)
    weights = _weights(geometry.heights[first : first + len(mask)], sigma_mm)
    return np.ascontiguousarray((weights @ out.reshape(len(mask), -1)).reshape(mask.shape))


def _weights(heights: NDArray[np.float64], sigma_mm: float) -> NDArray[np.float32]:
    """Of every slice in every other one: what it stands for, by its distance; beyond the ends the last one goes on."""
    n = len(heights)
    if n == 1:
        return np.ones((1, 1), np.float32)
    h = np.abs(heights - heights[0])
    edges = np.concatenate([[-np.inf], (h[1:] + h[:-1]) / 2, [np.inf]])
    bell = _bell((edges[None, :] - h[:, None]) / sigma_mm)
    return np.diff(bell, axis=1).astype(np.float32)


def _bell(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """The normal distribution up to x (the error function of Abramowitz and Stegun 7.1.26, good to 1.5e-7)."""
    z = np.minimum(np.abs(x), 40.0) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    half = 1 - poly * np.exp(-z * z)
    return np.asarray(np.where(x >= 0, (1 + half) / 2, (1 - half) / 2))


def _kernel(sigma: float) -> NDArray[np.float32]:
    """The share of a Gaussian that falls on each voxel."""
    r = int(np.ceil(3.5 * sigma)) + 1
    edges = np.arange(-r, r + 2) - 0.5
    made = np.diff(_bell(edges / sigma))
    return np.asarray(made / made.sum(), np.float32)


def _reach(sigma_mm: float, geometry: VolumeGeometry) -> Index:
    k, j, i = (int(np.ceil(2 * sigma_mm / s)) + 1 for s in spacing(geometry))
    return k, j, i


def _half(size_mm: float, step: float) -> int:
    return max(0, int(size_mm / step / 2 + 1e-9))


def _sums(counts: NDArray[np.int32], r: int, axis: int) -> NDArray[np.int32]:
    """Of the 2r + 1 neighbours along an axis; beyond the ends the last voxel goes on."""
    if r == 0:
        return counts
    pad = [(r + 1, r) if a == axis else (0, 0) for a in range(3)]
    total = np.cumsum(np.pad(counts, pad, mode="edge"), axis=axis, dtype=np.int32)
    n = counts.shape[axis]
    upper = np.take(total, np.arange(2 * r + 1, 2 * r + 1 + n), axis=axis)
    return upper - np.take(total, np.arange(0, n), axis=axis)
