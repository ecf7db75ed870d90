"""What the panels tell of an object in a volume: its voxels, its volume in mm³, and the values under it."""

from __future__ import annotations

from dataclasses import dataclass

from storage.model.measures import Statistics, Tally
from storage.model.space import VolumeGeometry
from storage.model.volume_masks import VolumeMasks, volume_mm3, voxel_counts
from storage.model.voxels import VoxelBox
from storage.progress import Progress
from viewers.scene.segment.values import Values


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """`mm3` is None for a single slice, which has no thickness; `note` says what the number rests on."""

    voxels: int
    slices: int
    mm3: float | None
    note: str
    statistics: Statistics | None


def facts(
    masks: VolumeMasks,
    instance: str,
    geometry: VolumeGeometry | None,
    values: Values | None = None,
    progress: Progress | None = None,
) -> ObjectFacts:
    """`geometry` None: the slices have no place in the patient, so there are voxels and no mm³."""
    counts = voxel_counts(masks, instance)
    volume = volume_mm3(geometry, counts) if geometry is not None else None
    statistics = None if values is None else _statistics(masks, instance, values, progress)
    return ObjectFacts(int(counts.sum()), int((counts > 0).sum()), volume, _note(geometry), statistics)


def _statistics(masks: VolumeMasks, instance: str, values: Values, progress: Progress | None) -> Statistics | None:
    tally = Tally()
    found = masks.box_of(instance)
    slices = masks.slices_of(instance)
    for n, k in enumerate(slices):
        if progress is not None:
            progress.step(n, len(slices))
        box = VoxelBox((k, *found.lo[1:]), (k + 1, *found.hi[1:]))
        tally.add(values.read(box), masks.read(instance, box).array, values.unmeasured(box))
    return tally.result()


def _note(geometry: VolumeGeometry | None) -> str:
    if geometry is None:
        return "No position or spacing in the file: voxels only."
    if geometry.n == 1:
        return "A single slice has no thickness: voxels only."
    if geometry.gaps:
        return f"Slices are missing or further apart in {len(geometry.gaps)} places: each one counts half way to the next."
    if not geometry.regular:
        return "The slices are unevenly spaced: each one counts half way to the next."
    return ""
