"""Grow from seeds: objects that are begun on a few slices compete for the voxels between them, along the picture's edges.

Flooding of the gradient from markers (SimpleITK), each seed rising from where it is painted; where two meet is the border.
The gradient is in 256 steps: with one level per value the queue of levels makes it a hundred times slower (measured).
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
from viewers.scene.segment.values import Values


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
    markers, nobody = _markers(painted, values, box, barred, allowed)
    height = _gradient(values, box, geometry, sigma_mm, progress)
    import SimpleITK as sitk  # noqa: N813

    flooding = sitk.MorphologicalWatershedFromMarkersImageFilter()
    flooding.SetMarkWatershedLine(False)
    flooding.SetFullyConnected(False)
    won = run(flooding, progress, image(height), image(markers))
    return {key: VoxelBlock(box.lo, (won == n) & ~nobody).tight() for n, key in enumerate(painted, start=1)}


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
) -> tuple[NDArray[np.uint16], NDArray[np.bool_]]:
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
    return markers, nobody


def _gradient(
    values: Values, box: VoxelBox, geometry: VolumeGeometry, sigma_mm: float | None, progress: Progress | None
) -> NDArray[np.uint8]:
    import SimpleITK as sitk  # noqa: N813

    found = np.ascontiguousarray(values.read(box), np.float32)
    unmeasured = values.unmeasured(box)
    if unmeasured is not None and unmeasured.any() and not unmeasured.all():
        found = found.copy()
        found[unmeasured] = found[~unmeasured].min()  # padding of -2000 must not hide the edges of tissue
    steps = spacing(geometry)
    if min(found.shape) < 4:  # the recursive filter needs four voxels along every axis
        slopes = [np.gradient(found, step, axis=a) for a, step in enumerate(steps) if found.shape[a] > 1]
        height = np.sqrt(sum(s * s for s in slopes)) if slopes else np.zeros_like(found)
    else:
        gradient = sitk.GradientMagnitudeRecursiveGaussianImageFilter()
        gradient.SetSigma(sigma_mm or float(min(steps)))
        height = run(gradient, progress, image(found, steps))
    top = float(np.percentile(height[::2, ::2, ::2], 99.5))
    return np.clip(height * (255.0 / top if top > 0 else 0.0), 0, 255).astype(np.uint8)
