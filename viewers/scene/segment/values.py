"""The values under masks: what tools that look at the picture ask of a volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from storage.media.dicom_index import Lut
from storage.model.voxels import Index, Mask3, VoxelBlock, VoxelBox
from viewers.decode import voi


class Values(Protocol):
    shape: Index

    def read(self, box: VoxelBox) -> NDArray:
        """Modality values (HU, SUV, ...) of a box."""
        ...

    def unmeasured(self, box: VoxelBox) -> Mask3 | None:
        """Padding, and slices that have not been read yet; None where everything was measured."""
        ...


@dataclass(slots=True)
class StoredValues:
    """Values as stored, in one array; slope and intercept one for all or one per slice (medical.md, "Modality"), or `luts`, of
    each slice the table that stands in their place.

    `padding` is the range of stored values that mean "nothing was measured here", both ends included; `have` tells which
    slices have been read.
    """

    stored: NDArray  # [slice, row, column]
    slope: float | NDArray = 1.0
    intercept: float | NDArray = 0.0
    padding: tuple[float, float] | None = None
    have: NDArray[np.bool_] | None = None
    luts: Sequence[Lut | None] = ()

    @property
    def shape(self) -> Index:
        n, rows, columns = self.stored.shape
        return n, rows, columns

    def read(self, box: VoxelBox) -> NDArray:
        part = self.stored[box.within((0, 0, 0))]
        slope, intercept = self._of(self.slope, box), self._of(self.intercept, box)
        if any(self.luts):
            slopes, intercepts = np.broadcast_to(slope.ravel(), len(part)), np.broadcast_to(intercept.ravel(), len(part))
            each = zip(part, slopes, intercepts, self.luts[box.lo[0] : box.hi[0]], strict=True)
            return np.stack([voi.modality(*slice_and_look) for slice_and_look in each])
        if np.all(slope == 1) and np.all(intercept == 0):
            return part
        return np.asarray(part.astype(np.float32) * slope + intercept)

    def unmeasured(self, box: VoxelBox) -> Mask3 | None:
        out: Mask3 | None = None
        part = self.stored[box.within((0, 0, 0))]
        if self.padding is not None:
            low, high = self.padding
            out = (part >= low) & (part <= high)
        if self.have is not None and not self.have[box.lo[0] : box.hi[0]].all():
            missing = np.broadcast_to(~self.have[box.lo[0] : box.hi[0]][:, None, None], part.shape)
            out = missing.copy() if out is None else out | missing
        if part.dtype.kind == "f" and np.isnan(part).any():
            out = np.isnan(part) if out is None else out | np.isnan(part)
        return out

    @staticmethod
    def _of(number: float | NDArray, box: VoxelBox) -> NDArray:
        per_slice = np.asarray(number, np.float32)
        return per_slice if per_slice.ndim == 0 else per_slice[box.lo[0] : box.hi[0], None, None]


def in_range(values: Values, box: VoxelBox, low: float, high: float) -> Mask3:
    """Where a measured value lies between two, both included."""
    found = values.read(box)
    inside: Mask3 = (found >= low) & (found <= high)
    unmeasured = values.unmeasured(box)
    if unmeasured is not None:
        inside &= ~unmeasured
    return inside


def gated(block: VoxelBlock, values: Values, low: float, high: float) -> VoxelBlock:
    """A brush that takes only values of a range."""
    box = block.box.cut(VoxelBox.whole(values.shape))
    return VoxelBlock(box.lo, block.read(box) & in_range(values, box, low, high))


def near(values: Values, seed: Index, reach: int = 1) -> tuple[float, float] | None:
    """Mean and deviation of what was measured round a voxel; None where nothing was."""
    whole = VoxelBox.whole(values.shape)
    k, j, i = seed
    box = VoxelBox(seed, (k + 1, j + 1, i + 1)).grown((0, reach, reach), values.shape).cut(whole)
    if box.empty:
        return None
    found = np.asarray(values.read(box), np.float64)
    unmeasured = values.unmeasured(box)
    found = found[~unmeasured] if unmeasured is not None else found.ravel()
    return (float(found.mean()), float(found.std())) if len(found) else None
