"""Boxes and blocks of voxels: [slice, row, column], half open, as arrays have it (decisions.md 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask3 = NDArray[np.bool_]
Index = tuple[int, int, int]  # slice, row, column
Cut = tuple[slice, slice, slice]


@dataclass(frozen=True, slots=True)
class VoxelBox:
    """From `lo` up to, not including, `hi`. A box without extent along an axis is empty."""

    lo: Index
    hi: Index

    @staticmethod
    def whole(shape: Index) -> VoxelBox:
        return VoxelBox((0, 0, 0), shape)

    @property
    def shape(self) -> Index:
        a, b = self.lo, self.hi
        return max(0, b[0] - a[0]), max(0, b[1] - a[1]), max(0, b[2] - a[2])

    @property
    def size(self) -> int:
        k, j, i = self.shape
        return k * j * i

    @property
    def empty(self) -> bool:
        a, b = self.lo, self.hi
        return b[0] <= a[0] or b[1] <= a[1] or b[2] <= a[2]

    @property
    def slices(self) -> range:
        return range(self.lo[0], self.hi[0])

    def cut(self, other: VoxelBox) -> VoxelBox:
        """What lies in both."""
        a, b, c, d = self.lo, other.lo, self.hi, other.hi  # spelled out: asked for many times in every move of a brush
        lo = (max(a[0], b[0]), max(a[1], b[1]), max(a[2], b[2]))
        return VoxelBox(lo, (min(c[0], d[0]), min(c[1], d[1]), min(c[2], d[2])))

    def joined(self, other: VoxelBox) -> VoxelBox:
        """The smallest box around both; an empty one adds nothing."""
        if self.empty or other.empty:
            return other if self.empty else self
        a, b, c, d = self.lo, other.lo, self.hi, other.hi
        lo = (min(a[0], b[0]), min(a[1], b[1]), min(a[2], b[2]))
        return VoxelBox(lo, (max(c[0], d[0]), max(c[1], d[1]), max(c[2], d[2])))

    def holds(self, other: VoxelBox) -> bool:
        return self.cut(other) == other

    def grown(self, by: Index, shape: Index) -> VoxelBox:
        """Wider on every side, within a volume of this shape."""
        lo, hi = (tuple(a + s * b for a, b in zip(side, by, strict=True)) for side, s in ((self.lo, -1), (self.hi, 1)))
        return VoxelBox((lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2])).cut(VoxelBox.whole(shape))

    def within(self, origin: Index) -> Cut:
        """The same box as an index into an array whose first voxel is `origin`."""
        a, b, o = self.lo, self.hi, origin
        return slice(a[0] - o[0], b[0] - o[0]), slice(a[1] - o[1], b[1] - o[1]), slice(a[2] - o[2], b[2] - o[2])


@dataclass(frozen=True, slots=True, eq=False)
class VoxelBlock:
    """Voxels of a box: `array` is bool, its first voxel lies at `lo`."""

    lo: Index
    array: Mask3

    @property
    def box(self) -> VoxelBox:
        (k, j, i), (n, rows, columns) = self.lo, self.array.shape
        return VoxelBox(self.lo, (k + n, j + rows, i + columns))

    @staticmethod
    def nothing() -> VoxelBlock:
        return VoxelBlock((0, 0, 0), np.zeros((0, 0, 0), bool))

    def read(self, box: VoxelBox) -> Mask3:
        """A copy of a box; what lies outside of the block is not set."""
        out = np.zeros(box.shape, bool)
        both = self.box.cut(box)
        if not both.empty:
            out[both.within(box.lo)] = self.array[both.within(self.lo)]
        return out

    def on(self, box: VoxelBox) -> VoxelBlock:
        return VoxelBlock(box.lo, self.read(box))

    def tight(self) -> VoxelBlock:
        """Cut to what is set."""
        box = bounds(self.array)
        if box is None:
            return VoxelBlock.nothing()
        lo = (self.lo[0] + box.lo[0], self.lo[1] + box.lo[1], self.lo[2] + box.lo[2])
        return VoxelBlock(lo, self.array[box.within((0, 0, 0))])

    @property
    def count(self) -> int:
        return int(np.count_nonzero(self.array))


def bounds(mask: Mask3) -> VoxelBox | None:
    """The smallest box around what is set; None for nothing."""
    lo, hi = [0, 0, 0], [0, 0, 0]
    part = mask
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        found = np.flatnonzero(part.any(axis=others))
        if len(found) == 0:
            return None
        lo[axis], hi[axis] = int(found[0]), int(found[-1]) + 1
        part = part[tuple(slice(lo[a], hi[a]) if a == axis else slice(None) for a in range(3))]
    return VoxelBox((lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2]))


def around(boxes: Iterable[VoxelBox]) -> VoxelBox:
    """The smallest box around all."""
    made = VoxelBox((0, 0, 0), (0, 0, 0))
    for box in boxes:
        made = made.joined(box)
    return made
