"""Pieces that hang together: islands of an object, holes in it, and growing a region from a voxel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from storage.model.voxels import Index, Mask3, VoxelBlock, VoxelBox
from storage.progress import Progress
from viewers.scene.segment.itk import image, run
from viewers.scene.segment.values import Values, in_range, near

_ROUNDS = 4  # of growing
_FIRST = 24  # voxels round a seed that are looked at first


def labelled(mask: Mask3, connectivity: int = 26, progress: Progress | None = None) -> NDArray:
    """Every piece its own number from 1; 0 where nothing is set. Connectivity 6, 26, or within the slices 4, 8."""
    if connectivity in (4, 8):
        return _by_slices(mask, connectivity)
    import SimpleITK as sitk  # noqa: N813

    pieces = sitk.ConnectedComponentImageFilter()
    pieces.SetFullyConnected(connectivity == 26)
    return run(pieces, progress, image(np.ascontiguousarray(mask)))


def _by_slices(mask: Mask3, connectivity: int) -> NDArray:
    import cv2

    out = np.zeros(mask.shape, np.int32)
    last = 0
    for k, layer in enumerate(mask):
        n, found = cv2.connectedComponents(np.ascontiguousarray(layer).view(np.uint8), connectivity=connectivity)
        out[k] = np.where(found > 0, found + last, 0)
        last += n - 1
    return out


def islands(block: VoxelBlock, connectivity: int = 26, progress: Progress | None = None) -> list[VoxelBlock]:
    """All pieces, the largest first."""
    numbers = labelled(block.array, connectivity, progress)
    sizes = np.bincount(numbers.ravel())[1:]
    order = np.argsort(-sizes, kind="stable") + 1
    return [VoxelBlock(box.lo, numbers[box.within(block.lo)] == n) for n, box in _boxes(numbers, block, order)]


def _boxes(numbers: NDArray, block: VoxelBlock, order: NDArray) -> list[tuple[int, VoxelBox]]:
    """The box of every piece, from one pass over the voxels that are set."""
    k, j, i = np.nonzero(numbers)
    found = numbers[k, j, i]
    n = int(numbers.max()) + 1 if numbers.size else 1
    lo = np.full((3, n), np.iinfo(np.int64).max)
    hi = np.zeros((3, n), np.int64)
    for axis, at in enumerate((k, j, i)):
        np.minimum.at(lo[axis], found, at)
        np.maximum.at(hi[axis], found, at + 1)
    made = []
    for number in order:
        a = [int(lo[axis, number]) + block.lo[axis] for axis in range(3)]
        b = [int(hi[axis, number]) + block.lo[axis] for axis in range(3)]
        made.append((int(number), VoxelBox((a[0], a[1], a[2]), (b[0], b[1], b[2]))))
    return made


def keep_largest(block: VoxelBlock, n: int = 1, connectivity: int = 26, progress: Progress | None = None) -> VoxelBlock:
    numbers = labelled(block.array, connectivity, progress)
    sizes = np.bincount(numbers.ravel())
    sizes[0] = 0
    kept = np.zeros(len(sizes), bool)
    kept[np.argsort(-sizes, kind="stable")[:n]] = True
    kept[0] = False
    return VoxelBlock(block.lo, kept[numbers])


def remove_small(block: VoxelBlock, fewer_than: int, connectivity: int = 26, progress: Progress | None = None) -> VoxelBlock:
    """Pieces of fewer voxels go."""
    numbers = labelled(block.array, connectivity, progress)
    sizes = np.bincount(numbers.ravel())
    kept = sizes >= fewer_than
    kept[0] = False
    return VoxelBlock(block.lo, kept[numbers])


def fill_holes(block: VoxelBlock, connectivity: int = 4, progress: Progress | None = None) -> VoxelBlock:
    """With what it closes in: within its slices (4), or all round (6)."""
    ring = ((connectivity == 6, connectivity == 6), (1, 1), (1, 1))
    numbers = labelled(np.pad(~block.array, ring, constant_values=True), connectivity, progress)
    filled = numbers != numbers[:, :1, :1]  # the ring is outside
    return VoxelBlock(block.lo, filled[1:-1, 1:-1, 1:-1] if connectivity == 6 else filled[:, 1:-1, 1:-1])


def piece_at(block: VoxelBlock, seed: Index, connectivity: int = 26, progress: Progress | None = None) -> VoxelBlock | None:
    """The piece that a voxel belongs to; None where it belongs to none."""
    at = tuple(s - lo for s, lo in zip(seed, block.lo, strict=True))
    if not all(0 <= a < n for a, n in zip(at, block.array.shape, strict=True)) or not block.array[at]:
        return None
    numbers = labelled(block.array, connectivity, progress)
    return VoxelBlock(block.lo, numbers == numbers[at]).tight()


def flood(
    values: Values,
    seed: Index,
    low: float,
    high: float,
    *,
    within: VoxelBox | None = None,
    connectivity: int = 6,
    progress: Progress | None = None,
) -> VoxelBlock | None:
    """What hangs together with a voxel and has values of a range, both ends included; None when the seed has not.

    `within` bounds it: a slice, a box round the seed. Padding and slices not read yet are never taken. What is looked at
    grows with what is found: a small piece of a large volume costs what a small volume costs.
    """
    bounds = (within or VoxelBox.whole(values.shape)).cut(VoxelBox.whole(values.shape))
    own = VoxelBox(seed, (seed[0] + 1, seed[1] + 1, seed[2] + 1))
    if not bounds.holds(own):
        return None
    box = own.grown((_FIRST, _FIRST, _FIRST), values.shape).cut(bounds)
    while True:
        found = piece_at(VoxelBlock(box.lo, in_range(values, box, low, high)), seed, connectivity, progress)
        if found is None or (wider := _wider(box, found.box, bounds)) == box:
            return found
        box = wider


def _wider(box: VoxelBox, found: VoxelBox, bounds: VoxelBox) -> VoxelBox:
    """Farther to the sides where the piece may go on beyond the box; everything once that is most of it."""
    size = box.shape
    lo = [max(b, a - n) if f == a else a for a, f, b, n in zip(box.lo, found.lo, bounds.lo, size, strict=True)]
    hi = [min(b, a + n) if f == a else a for a, f, b, n in zip(box.hi, found.hi, bounds.hi, size, strict=True)]
    wider = VoxelBox((lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2]))
    return wider if wider == box or wider.size * 2 < bounds.size else bounds


def grow_region(
    values: Values,
    seed: Index,
    *,
    deviations: float = 2.5,
    within: VoxelBox | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> VoxelBlock | None:
    """Growing from a voxel by what is like it: mean and deviation round the seed, then of the region, a few times. `stop`
    is asked between them: then there is nothing."""
    like = near(values, seed, 2)
    if like is None:
        return None
    grown: VoxelBlock | None = None
    for _ in range(_ROUNDS):
        mean, spread = like[0], max(like[1], 1e-6) * deviations
        found = flood(values, seed, mean - spread, mean + spread, within=within)
        if stop():
            return None
        if found is None or (grown is not None and found.count == grown.count):
            return found or grown
        grown = found
        inside = np.asarray(values.read(found.box), np.float64)[found.array]
        like = float(inside.mean()), float(inside.std())
    return grown
