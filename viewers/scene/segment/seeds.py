"""Grow from seeds: objects that are begun on a few slices compete for the voxels between them, along the picture's edges.

Flooding of the gradient from markers (SimpleITK), each seed rising from where it is painted; where two meet is the border.
The gradient is in 256 steps: with one level per value the queue of levels makes it a hundred times slower (measured).
A large box is fought for at half its size first and in full only along the borders found there.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from storage.errors import Refused
from storage.model.space import VolumeGeometry
from storage.model.voxels import VoxelBlock, VoxelBox, around
from storage.progress import Progress
from viewers.scene.segment.itk import image, run
from viewers.scene.segment.margins import spacing
from viewers.scene.segment.smoothing import soft
from viewers.scene.segment.values import Values

Heights = NDArray[np.uint8]
Numbers = NDArray[np.uint16]

LARGE = 12_000_000  # voxels fought for in one go
SLAB = 16  # slices whose gradient is reckoned at a time


def grow_from_seeds(
    seeds: Mapping[str, VoxelBlock],
    values: Values,
    geometry: VolumeGeometry,
    *,
    within: VoxelBox | None = None,
    sigma_mm: float | None = None,
    barred: VoxelBlock | None = None,
    allowed: tuple[float, float] | None = None,
    progress: Progress | None = None,
) -> dict[str, VoxelBlock]:
    """Every object with what it has won. One of them should be the rest of the picture, or they fill the box between them.

    `within`: the box that is fought for (else the box round all seeds, a tenth wider); `barred`: voxels that nobody gets
    (locked objects); `allowed`: the range of values that may be won. Seeds stay what they are.
    """
    painted = {key: block.tight() for key, block in seeds.items() if block.count}
    if len(painted) < 2:
        raise Refused(
            "Growing from seeds needs at least two objects that are painted here.",
            remedy="Paint a few strokes of each object, and of what lies around them.",
        )
    box = within or _fought_for([b.box for b in painted.values()], values)
    box = box.cut(VoxelBox.whole(values.shape))
    markers = _markers(painted, values, box, barred, allowed)
    height = _gradient(values, box, geometry, sigma_mm, progress)
    won = _flooded(height, markers, len(painted) + 1, progress)
    return {key: VoxelBlock(box.lo, won == n).tight() for n, key in enumerate(painted, start=1)}


def _fought_for(boxes: list[VoxelBox], values: Values) -> VoxelBox:
    box = around(boxes)
    k, j, i = (max(2, n // 10) for n in box.shape)
    return box.grown((k, j, i), values.shape)


def _markers(
    seeds: Mapping[str, VoxelBlock],
    values: Values,
    box: VoxelBox,
    barred: VoxelBlock | None,
    allowed: tuple[float, float] | None,
) -> Numbers:
    """Numbers of the seeds from 1; what nobody may win is a seed of its own."""
    markers = np.zeros(box.shape, np.uint16)
    nobody = np.zeros(box.shape, bool)
    if allowed is not None:
        found = values.read(box)
        nobody |= (found < allowed[0]) | (found > allowed[1])
    unmeasured = values.unmeasured(box)
    if unmeasured is not None:
        nobody |= unmeasured
    for n, block in enumerate(seeds.values(), start=1):
        own = block.read(box)
        markers[own] = n
        nobody &= ~own
    if barred is not None:
        nobody |= barred.read(box)
    markers[nobody] = len(seeds) + 1
    return markers


def _flooded(height: Heights, markers: Numbers, nobody: int, progress: Progress | None) -> Numbers:
    if height.size > LARGE and min(height.shape) >= 8:
        won = _flooded(_pooled(height).max(axis=(1, 3, 5)), _coarse(markers, nobody), nobody, progress)
        markers = np.where((markers == 0) & ~_borders(won, height.shape), _doubled(won, height.shape), markers)
    import SimpleITK as sitk  # noqa: N813

    flooding = sitk.MorphologicalWatershedFromMarkersImageFilter()
    flooding.SetMarkWatershedLine(False)
    flooding.SetFullyConnected(False)
    return run(flooding, progress, image(height), image(markers))


def _pooled(array: NDArray) -> NDArray:
    """In groups of two along every axis; an odd last layer is doubled."""
    even = np.pad(array, [(0, n % 2) for n in array.shape], mode="edge")
    k, j, i = (n // 2 for n in even.shape)
    return even.reshape(k, 2, j, 2, i, 2)


def _coarse(markers: Numbers, nobody: int) -> Numbers:
    """A seed of one voxel is still a seed; barred is what is barred altogether."""
    groups = _pooled(markers)
    seeds = np.where(groups == nobody, 0, groups).max(axis=(1, 3, 5))
    barred = (groups == nobody).all(axis=(1, 3, 5))
    return np.where((seeds == 0) & barred, nobody, seeds).astype(np.uint16)


def _borders(won: Numbers, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Two coarse voxels to both sides of where one object ends and another begins."""
    near = np.zeros(won.shape, bool)
    for axis in range(3):
        ahead = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        behind = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        differs = won[ahead] != won[behind]
        near[ahead] |= differs
        near[behind] |= differs
    wide = near.copy()
    for axis in range(3):
        ahead = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        behind = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        before = wide.copy()
        wide[ahead] |= before[behind]
        wide[behind] |= before[ahead]
    return _doubled(wide, shape)


def _doubled(array: NDArray, shape: tuple[int, ...]) -> NDArray:
    for axis in range(3):
        array = array.repeat(2, axis=axis)
    return array[: shape[0], : shape[1], : shape[2]]


def _gradient(
    values: Values, box: VoxelBox, geometry: VolumeGeometry, sigma_mm: float | None, progress: Progress | None
) -> Heights:
    """Its size in 256 steps, of values smoothed by a Gaussian as wide as the finest voxel; slab by slab."""
    sigma = sigma_mm or float(min(spacing(geometry)))
    reach = 2 + int(np.ceil(2 * sigma / spacing(geometry)[0]))
    slabs: list[NDArray[np.float32]] = []
    for k in range(box.lo[0], box.hi[0], SLAB):
        if progress is not None:
            progress.step(k - box.lo[0], box.shape[0])
        end = min(k + SLAB, box.hi[0])
        wide = VoxelBox((max(box.lo[0], k - reach), *box.lo[1:]), (min(box.hi[0], end + reach), *box.hi[1:]))
        found = soft(_measured(values, wide), wide.lo[0], sigma, geometry)
        heights = geometry.heights[wide.lo[0] : wide.hi[0]]
        places: tuple[NDArray | float, ...] = (heights, geometry.spacing_row_mm, geometry.spacing_col_mm)
        square = np.zeros(found.shape, np.float32)
        for axis, place in enumerate(places):
            if found.shape[axis] > 1:
                square += _slope(found, place, axis) ** 2
        slabs.append(np.sqrt(square[k - wide.lo[0] : end - wide.lo[0]]))
    top = float(np.percentile(np.concatenate([s[::2, ::2, ::2].ravel() for s in slabs]), 99.5))
    scale = 255.0 / top if top > 0 else 0.0
    return np.concatenate([np.clip(s * scale, 0, 255).astype(np.uint8) for s in slabs])


def _measured(values: Values, box: VoxelBox) -> NDArray[np.float32]:
    """Padding of -2000 must not hide the edges of tissue: it counts as the least that was measured."""
    found = np.array(values.read(box), np.float32)
    unmeasured = values.unmeasured(box)
    if unmeasured is not None and unmeasured.any():
        found[unmeasured] = found[~unmeasured].min() if not unmeasured.all() else 0.0
    return found


def _slope(found: NDArray[np.float32], place: NDArray | float, axis: int) -> NDArray[np.float32]:
    """Per mm, between the neighbours on both sides."""
    n = found.shape[axis]
    ahead, behind = np.minimum(np.arange(n) + 1, n - 1), np.maximum(np.arange(n) - 1, 0)
    if isinstance(place, np.ndarray):
        ways = np.abs(place[ahead] - place[behind])
    else:
        ways = (ahead - behind) * float(place)
    inverse = np.where(ways > 0, 1 / np.where(ways > 0, ways, 1), 0).astype(np.float32)
    shape = [n if a == axis else 1 for a in range(3)]
    return np.asarray((found.take(ahead, axis) - found.take(behind, axis)) * inverse.reshape(shape))
