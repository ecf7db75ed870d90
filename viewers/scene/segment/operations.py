"""What the panel of volume tools does to objects: read them, reckon, write the outcome as one gesture.

Each may run on a worker's thread (`Bench.progress` counts and stops it); the caller then ends the gesture on its own thread:
`bench.gesture.prepare()` in the worker, `commit(session, text)` at home, `cancel()` when it was stopped or failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from storage.editing.volume_verbs import VolumeGesture
from storage.errors import Refused
from storage.model.geometry import Points
from storage.model.labels import LabelDocument
from storage.model.space import VolumeGeometry
from storage.model.volume_masks import VolumeMasks
from storage.model.voxels import Index, VoxelBlock, VoxelBox, around
from storage.progress import Progress
from viewers.scene.segment import between, islands, logic, margins, scissors, seeds, smoothing
from viewers.scene.segment.rows_within import Floats
from viewers.scene.segment.values import Values

Smoothing = Literal["median", "gaussian", "joint"]
Cutting = Literal["keep", "remove", "split"]
Snipping = Literal["fill", "erase inside", "erase outside"]


@dataclass(slots=True)
class Bench:
    """What an operation works on."""

    document: LabelDocument
    masks: VolumeMasks
    gesture: VolumeGesture
    geometry: VolumeGeometry
    values: Values | None = None
    progress: Progress = field(default_factory=Progress)

    def read(self, instance: str) -> VoxelBlock:
        """An object's voxels; refused when it has none here."""
        found = self.masks.read(instance).tight()
        if found.count == 0:
            raise Refused("This object has no voxels here.", remedy="Paint it first, or choose another one.")
        return found

    def class_of(self, instance: str) -> str:
        found = self.document.instances.get(instance)
        if found is None:
            raise Refused("This object is not there any more.", remedy="Choose another one.")
        return found.feature_hash

    def picture(self) -> Values:
        if self.values is None:
            raise Refused("The picture's values are not loaded yet.", remedy="Wait until the volume is read, then try again.")
        return self.values


def smooth(bench: Bench, instances: Sequence[str], how: Smoothing, mm: float) -> None:
    """`mm`: the width of the box (median) or the sigma (Gaussian, joint). Joint: all of them against each other."""
    if how == "joint":
        found = smoothing.joint({i: bench.read(i) for i in instances}, mm, bench.geometry, bench.progress)
        for instance, block in found.items():
            bench.gesture.put(instance, block)
        return
    act = smoothing.median if how == "median" else smoothing.gaussian
    for instance in instances:
        bench.gesture.put(instance, act(bench.read(instance), mm, bench.geometry, bench.progress))


def margin(bench: Bench, instances: Sequence[str], mm: float) -> None:
    for instance in instances:
        bench.gesture.put(instance, margins.margin(bench.read(instance), mm, bench.geometry, bench.progress))


def hollow(bench: Bench, instances: Sequence[str], mm: float, shell: margins.Shell = "inside") -> None:
    for instance in instances:
        bench.gesture.put(instance, margins.hollow(bench.read(instance), mm, bench.geometry, shell, bench.progress))


def fill_holes(bench: Bench, instances: Sequence[str], connectivity: int = 4) -> None:
    """Holes in the slices (4), or cavities that are closed all round (6)."""
    found = {instance: bench.read(instance) for instance in instances}
    filled = {instance: islands.fill_holes(block, connectivity, bench.progress) for instance, block in found.items()}
    if all(filled[instance].count == block.count for instance, block in found.items()):
        where = "in its slices" if connectivity == 4 else "that is closed all round"
        raise Refused(f"There is no hole {where}.", remedy="Holes that are open to the outside are filled with the brush.")
    for instance, block in filled.items():
        bench.gesture.add(instance, block)


def fill_between(bench: Bench, instances: Sequence[str], axis: int = 0) -> None:
    for instance in instances:
        bench.gesture.add(instance, between.fill_between(bench.read(instance), bench.geometry, axis, bench.progress))


def keep_largest(bench: Bench, instances: Sequence[str], n: int = 1) -> None:
    for instance in instances:
        bench.gesture.put(instance, islands.keep_largest(bench.read(instance), n, progress=bench.progress))


def remove_small(bench: Bench, instances: Sequence[str], fewer_than: int) -> None:
    for instance in instances:
        bench.gesture.put(instance, islands.remove_small(bench.read(instance), fewer_than, progress=bench.progress))


def split_islands(bench: Bench, instance: str, fewer_than: int = 0, most: int = 100) -> list[str]:
    """Every piece an object of the same class; the largest stays what it is, and pieces smaller than asked stay with it.

    The new objects, the largest first. Refused when there would be more than `most`.
    """
    found = [p for p in islands.islands(bench.read(instance), progress=bench.progress)[1:] if p.count >= fewer_than]
    if len(found) > most:
        raise Refused(f"This object is in {len(found) + 1} pieces, more than {most}.", remedy="Remove the small ones first.")
    return [_moved(bench, instance, piece) for piece in found]


def combine(bench: Bench, into: str, others: Sequence[str], how: logic.Logic) -> None:
    """The first object becomes the union, the difference or the intersection; the others stay, as the rules let them."""
    found = bench.read(into)
    for other in others:
        found = logic.combined(found, bench.read(other), how)
    if how == "intersect" and found.count == 0:
        raise Refused("These objects have no voxel in common.", remedy="Choose others, or let masks overlap and paint again.")
    bench.gesture.put(into, found)


def invert(bench: Bench, instance: str, within: VoxelBox | None = None) -> None:
    """What it is not, within a box (None: the volume)."""
    box = within or bench.masks.whole
    bench.gesture.put(instance, logic.inverted(bench.masks.read(instance), box), box)


def grow_from_seeds(
    bench: Bench,
    instances: Sequence[str],
    rest: str | None = None,
    *,
    within: VoxelBox | None = None,
    allowed: tuple[float, float] | None = None,
) -> None:
    """Objects compete for what lies between them. `rest` stands for everything else and keeps only what is painted."""
    competing = [*instances, *([rest] if rest is not None and rest not in instances else [])]
    painted = {instance: bench.read(instance) for instance in competing}
    box = bench.masks.whole
    kept = {other for i in instances for other in bench.gesture.rivals(i, box)} - set(competing)
    barred = None
    if kept:
        blocks = [bench.masks.read(other) for other in kept]
        box = around(b.box for b in blocks)
        barred = VoxelBlock(box.lo, np.logical_or.reduce([b.read(box) for b in blocks]))
    won = seeds.grow_from_seeds(
        painted, bench.picture(), bench.geometry, within=within, barred=barred, allowed=allowed, progress=bench.progress
    )
    for instance in instances:
        if instance != rest and not bench.gesture.is_locked(instance):
            bench.gesture.add(instance, won[instance])


def flood(
    bench: Bench,
    instance: str,
    seed: Index,
    low: float,
    high: float,
    *,
    within: VoxelBox | None = None,
    connectivity: int = 6,
) -> bool:
    """Add what hangs together with a voxel and has values of a range. False where the voxel itself has not."""
    found = islands.flood(bench.picture(), seed, low, high, within=within, connectivity=connectivity, progress=bench.progress)
    if found is not None:
        bench.gesture.add(instance, found)
    return found is not None


def snip(
    bench: Bench,
    instance: str,
    sheet: scissors.Sheet,
    rings: tuple[Points, ...],
    how: Snipping,
    depth: tuple[float, float] | None = None,
) -> None:
    """Scissors: an outline on a plane, carried through the volume or a depth of it."""
    within = None if how == "fill" else bench.masks.box_of(instance)
    inside = scissors.inside_outline(bench.geometry, sheet, rings, depth, within=within, progress=bench.progress)
    if how == "fill":
        bench.gesture.add(instance, inside)
    elif how == "erase inside":
        bench.gesture.remove(instance, inside)
    else:
        found = bench.read(instance)
        bench.gesture.put(instance, VoxelBlock(found.lo, found.array & inside.read(found.box)))


def cut(bench: Bench, instance: str, origin: Floats, normal: Floats, how: Cutting) -> str | None:
    """At a plane: keep or remove what lies on the side of its normal, or make it an object of its own (returned)."""
    found = bench.read(instance)
    side = scissors.beyond_plane(bench.geometry, origin, normal, found.box)
    beyond = VoxelBlock(found.lo, found.array & side.array)
    if how == "keep":
        bench.gesture.put(instance, beyond)
    elif how == "remove":
        bench.gesture.remove(instance, beyond)
    elif 0 < beyond.count < found.count:
        return _moved(bench, instance, beyond)
    return None


def _moved(bench: Bench, instance: str, piece: VoxelBlock) -> str:
    """Voxels of an object become another one of its class, whatever the rules say of overlapping."""
    made = bench.gesture.new_object(bench.class_of(instance))
    bench.gesture.remove(instance, piece)
    bench.gesture.add(made, piece)
    return made
