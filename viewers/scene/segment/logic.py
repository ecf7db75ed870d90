"""Logic between objects, on blocks that may lie anywhere."""

from __future__ import annotations

from typing import Literal

from storage.model.voxels import VoxelBlock, VoxelBox

Logic = Literal["union", "subtract", "intersect"]


def combined(a: VoxelBlock, b: VoxelBlock, logic: Logic) -> VoxelBlock:
    """Union, a without b, or what is in both."""
    if logic == "union":
        box = a.box.joined(b.box)
        return VoxelBlock(box.lo, a.read(box) | b.read(box))
    if logic == "subtract":
        return VoxelBlock(a.lo, a.array & ~b.read(a.box)).tight()
    box = a.box.cut(b.box)
    return VoxelBlock(box.lo, a.read(box) & b.read(box)).tight() if not box.empty else VoxelBlock.nothing()


def inverted(a: VoxelBlock, within: VoxelBox) -> VoxelBlock:
    """What is not set in a box; outside of it nothing is."""
    return VoxelBlock(within.lo, ~a.read(within)).tight()
