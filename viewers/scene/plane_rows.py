"""Planes whose rows run along the rows of the voxels, as of all that are turned about these: whole rows are blended. Qt-free."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.model.space import Floats

#: Voxels by which a row may lie askew at its far end.
_ASKEW = 1e-3
#: Rows blended at once: what is made on the way stays in the processor's own memory.
_AT_ONCE = 32


def blended_rows(array: NDArray[Any], index: Floats, width: int, height: int, outside: float) -> NDArray[Any] | None:
    """[height, width] of a block [slice, row, column] of whole numbers of at most 16 bits, in a fifth of the time it takes pixel
    by pixel. `index` takes (u, v, 0, 1) to (column, row, slice, 1). None: rows do not run along rows, or numbers are others."""
    (across, *askew), (bent, *down), start = (index[:3, i].tolist() for i in (0, 1, 3))
    if array.ndim != 3 or array.dtype.kind not in "iu" or array.dtype.itemsize > 2 or not array.flags.c_contiguous:
        return None
    if max(map(abs, askew)) * width > _ASKEW or abs(bent) * height > _ASKEW:
        return None
    slices, rows, columns = array.shape
    j0, j1, part_j, in_j = _neighbours(start[1], down[0], height, rows)
    k0, k1, part_k, in_k = _neighbours(start[2], down[1], height, slices)
    i0, i1, part_i, in_i = _neighbours(start[0], across, width, columns)
    flat = array.reshape(-1, columns)
    four = np.stack([k * rows + j for k in (k0, k1) for j in (j0, j1)], axis=1)
    weights = np.stack([k * j for k in (1 - part_k, part_k) for j in (1 - part_j, part_j)], axis=1)[:, None]
    whole = width == columns and i0[0] == 0 and across > 0 and not part_i.any()
    found = np.empty((height, width), array.dtype)
    for first in range(0, height, _AT_ONCE):
        these = slice(first, first + _AT_ONCE)
        made = np.matmul(weights[these], flat.take(four[these], axis=0).astype(np.float32))[:, 0]
        if not whole:
            made = made.take(i0, axis=1) * (1 - part_i) + made.take(i1, axis=1) * part_i
        found[these] = np.rint(made, out=made)
    found[~(in_j & in_k)] = outside
    found[:, ~in_i] = outside
    return found


def _neighbours(
    start: float, step: float, count: int, size: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32], NDArray[np.bool_]]:
    """Of places along an axis of `size` voxels: the two that each lies between, how near it is to the second, and whether it is
    in the volume at all, which ends half a voxel beyond the last centre."""
    places = start + step * np.arange(count)
    whole = np.rint(places)
    places = np.where(np.abs(places - whole) < _ASKEW, whole, places)
    inside = (places >= -0.5) & (places <= size - 0.5)
    places = np.clip(places, 0, size - 1)
    low = places.astype(np.intp)
    return low, np.minimum(low + 1, size - 1), (places - low).astype(np.float32), inside
