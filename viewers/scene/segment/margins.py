"""Growing and shrinking by millimetres, and hollowing out: by the distance between voxel centres in the patient.

Even and upright volumes go through SimpleITK's distance map. Tilted and unevenly spaced ones may not: its grid is square.
There every slice is widened into its neighbours by the very voxels that lie within reach, row by row.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from storage.model.space import VolumeGeometry
from storage.model.voxels import Index, Mask3, VoxelBlock, VoxelBox
from storage.progress import Progress
from viewers.scene.segment.itk import image, run

Shell = Literal["inside", "outside", "middle"]


def grow(block: VoxelBlock, mm: float, geometry: VolumeGeometry, progress: Progress | None = None) -> VoxelBlock:
    """With every voxel whose centre is at most so far from the centre of one that is set."""
    block = block.tight()
    if mm <= 0 or block.array.size == 0:
        return block
    box = block.box.grown(_reach(geometry, mm), geometry.shape)
    return VoxelBlock(box.lo, _near(block.read(box), box, mm, geometry, progress)).tight()


def shrink(block: VoxelBlock, mm: float, geometry: VolumeGeometry, progress: Progress | None = None) -> VoxelBlock:
    """Without every voxel whose centre is at most so far from one that is not set.

    What lies beyond the volume is not known: an object that touches its end does not shrink from there.
    """
    block = block.tight()
    if mm <= 0 or block.array.size == 0:
        return block
    box = block.box.grown(_reach(geometry, mm), geometry.shape)
    mask = block.read(box)
    if mask.all():
        return block
    return VoxelBlock(box.lo, mask & ~_near(~mask, box, mm, geometry, progress)).tight()


def margin(block: VoxelBlock, mm: float, geometry: VolumeGeometry, progress: Progress | None = None) -> VoxelBlock:
    """Larger, or with a negative number smaller."""
    return grow(block, mm, geometry, progress) if mm >= 0 else shrink(block, -mm, geometry, progress)


def hollow(
    block: VoxelBlock, mm: float, geometry: VolumeGeometry, shell: Shell = "inside", progress: Progress | None = None
) -> VoxelBlock:
    """Only a shell so thick: the surface is its outside, its inside or its middle."""
    inner, outer = {"inside": (mm, 0.0), "outside": (0.0, mm), "middle": (mm / 2, mm / 2)}[shell]
    wide = grow(block, outer, geometry, progress)
    core = shrink(block, inner, geometry, progress)
    return VoxelBlock(wide.lo, wide.array & ~core.read(wide.box)).tight()


# -- distances --------------------------------------------------------------------------------------------------------


def upright(geometry: VolumeGeometry) -> bool:
    """Even slices, square to each other in all directions."""
    shear = abs(float(geometry.row_dir @ geometry.col_dir))
    return geometry.regular and geometry.tilt_deg < 1e-3 and shear < 1e-5


def spacing(geometry: VolumeGeometry) -> tuple[float, float, float]:
    """Between slices, rows and columns of an even volume."""
    between = geometry.slice_spacing_mm or float(np.linalg.norm(geometry.slice_step))
    return between, geometry.spacing_row_mm, geometry.spacing_col_mm


def _reach(geometry: VolumeGeometry, mm: float) -> Index:
    """Voxels that a distance may span, at most."""
    square = float(np.linalg.norm(np.cross(geometry.row_dir, geometry.col_dir)))
    rows = mm / (geometry.spacing_row_mm * square)
    columns = mm / (geometry.spacing_col_mm * square)
    slices = 0
    if geometry.n > 1:
        spans = np.abs(geometry.heights[:, None] - geometry.heights[None, :]) <= mm
        slices = int((spans.sum(axis=1)).max())
        aside = _sideways(geometry) * slices
        rows, columns = rows + aside / geometry.spacing_row_mm, columns + aside / geometry.spacing_col_mm
    return slices, int(np.ceil(rows)) + 1, int(np.ceil(columns)) + 1


def _sideways(geometry: VolumeGeometry) -> float:
    """How far a slice lies aside of the one before it, at most: in mm within its plane."""
    steps = np.diff(geometry.origins, axis=0)
    return float(np.linalg.norm(steps - np.outer(steps @ geometry.normal, geometry.normal), axis=1).max())


def _near(mask: Mask3, box: VoxelBox, mm: float, geometry: VolumeGeometry, progress: Progress | None) -> Mask3:
    """Which voxels have one that is set within reach."""
    if upright(geometry):
        return _near_by_map(mask, mm, geometry, progress)
    return _near_by_rows(mask, box, mm, geometry, progress)


def _near_by_map(mask: Mask3, mm: float, geometry: VolumeGeometry, progress: Progress | None) -> Mask3:
    import SimpleITK as sitk  # noqa: N813

    if not mask.any():
        return mask
    distances = sitk.SignedMaurerDistanceMapImageFilter()
    distances.SetSquaredDistance(True)
    distances.SetUseImageSpacing(True)
    distances.SetInsideIsPositive(False)
    squares = run(distances, progress, image(np.ascontiguousarray(mask), spacing(geometry)))
    return (squares <= mm * mm * (1 + 1e-5)) | mask


def _near_by_rows(mask: Mask3, box: VoxelBox, mm: float, geometry: VolumeGeometry, progress: Progress | None) -> Mask3:
    import cv2

    out = mask.copy()
    for k in range(len(mask)):
        if progress is not None:
            progress.step(k, len(mask))
        for source in range(len(mask)):
            if not mask[source].any():
                continue
            kernel, anchor = _footprint(geometry, box.lo[0] + k, box.lo[0] + source, mm)
            if kernel is None:
                continue
            found = cv2.dilate(
                mask[source].view(np.uint8), kernel, anchor=anchor, borderType=cv2.BORDER_CONSTANT, borderValue=0
            )
            out[k] |= found.astype(bool)
    return out


def _footprint(geometry: VolumeGeometry, k: int, source: int, mm: float) -> tuple[np.ndarray | None, tuple[int, int]]:
    """Where in slice `source`, seen from a voxel of slice k, those within reach lie; and that voxel's place in it."""
    shift = geometry.origins[source] - geometry.origins[k]
    if abs(float(shift @ geometry.normal)) > mm:
        return None, (0, 0)
    across, down = geometry.row_dir * geometry.spacing_col_mm, geometry.col_dir * geometry.spacing_row_mm
    gram = np.array([[across @ across, across @ down], [across @ down, down @ down]])
    di, dj = np.linalg.solve(gram, [-(shift @ across), -(shift @ down)])
    widths = mm * np.sqrt(np.diag(np.linalg.inv(gram)))
    i = np.arange(min(0, int(np.floor(di - widths[0]))), max(0, int(np.ceil(di + widths[0]))) + 1)
    j = np.arange(min(0, int(np.floor(dj - widths[1]))), max(0, int(np.ceil(dj + widths[1]))) + 1)
    offsets = shift + j[:, None, None] * down + i[None, :, None] * across
    kernel = ((offsets * offsets).sum(axis=-1) <= mm * mm * (1 + 1e-9)).astype(np.uint8)
    return (kernel, (int(-i[0]), int(-j[0]))) if kernel.any() else (None, (0, 0))
