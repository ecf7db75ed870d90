"""What people do to masks in a volume, as one step of an edit session.

A `VolumeGesture` writes voxels into `VolumeMasks` at once, so that the display follows every move, and becomes edits when
it ends: a `Put` or `Drop` of one row for every slice that is another one than before. What is locked never changes; objects
of one group share no voxel: what one of them gains the others lose in the same step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from storage.editing import verbs
from storage.editing.edits import DocumentChange, Drop, Edit, Edits, Put, Step
from storage.editing.session import EditSession
from storage.errors import Refused
from storage.ids import new_hash8, new_uuid
from storage.model.geometry import Bitmask
from storage.model.labels import Annotation, Instance, LabelDocument
from storage.model.volume_masks import VolumeMasks
from storage.model.voxels import Mask3, VoxelBlock, VoxelBox, around

SLAB = 1 << 22  # voxels
_FEW = 8  # of a box so small a part is gone through one by one


def one_group(_instance: Instance) -> str | None:
    """All objects share one group: no voxel belongs to two."""
    return ""


def no_group(_instance: Instance) -> str | None:
    """All objects may overlap."""
    return None


@dataclass(frozen=True, slots=True)
class PaintRules:
    """`group_of` names the group in which an object shares no voxel with another; None: it may overlap with anything.

    What an object gains the others of its group lose, unless they do not yield (locked and hidden ones never do): then
    only free voxels are won.
    """

    locked: frozenset[str] = frozenset()
    group_of: Callable[[Instance], str | None] = one_group
    others_yield: bool = True
    hidden: frozenset[str] = frozenset()

    def keeps(self, instance: str) -> bool:
        """Whether an object keeps its voxels when another one is painted over it."""
        return not self.others_yield or instance in self.locked or instance in self.hidden


@dataclass(slots=True)
class _Prepared:
    """What a gesture has come to: edits, the rows as they will be, and the rows that they replace."""

    edits: Edits
    rows: dict[str, dict[int, Bitmask | None]]
    replaced: dict[str, dict[int, Annotation | None]] = field(default_factory=dict)


class VolumeGesture:
    """One stroke or operation. Ends with `commit` (or `prepare` in a worker, then `commit`), or with `cancel`."""

    def __init__(self, document: LabelDocument, masks: VolumeMasks, rules: PaintRules, *, by: str, now: int) -> None:
        self._document, self._masks, self._rules = document, masks, rules
        self._by, self._now = by, now
        self._touched: dict[str, set[int]] = {}
        self._new: dict[str, Instance] = {}
        self._prepared: _Prepared | None = None

    # -- writing

    def new_object(self, feature_hash: str) -> str:
        """An object to paint into; it comes to be with its first voxel when the gesture ends."""
        layer = max((i.layer for i in self._document.instances.values()), default=0)
        number = self._document.next_number(feature_hash)
        number += sum(i.feature_hash == feature_hash for i in self._new.values())
        made = Instance(
            new_uuid(), new_hash8(), feature_hash, number, layer, self._now, self._by, self._now, self._by
        )  # fmt: skip
        self._new[made.uuid] = made
        return made.uuid

    def add(self, instance: str, block: VoxelBlock) -> VoxelBox | None:
        """Set voxels, as far as the rules let it. Returns where something has changed, in any object."""
        self._demand_unlocked(instance)
        boxes = [self._add(instance, block, box) for box in _slabs(block.box.cut(self._masks.whole))]
        return _around(boxes)

    def _add(self, instance: str, block: VoxelBlock, box: VoxelBox) -> VoxelBox | None:
        with self._masks.lock:
            live = self._masks.hold(instance, box).array
            gained = block.array[box.within(block.lo)] & ~live
            rivals = self._rivals(instance, box)
            for other in rivals:
                if self._rules.keeps(other):
                    self._leave_out(gained, other, box)
            changed = self._mark(instance, gained, box)
            if changed is None:
                return None
            live |= gained
            losing = [other for other in rivals if not self._rules.keeps(other)]
            if losing:
                self._lose(losing, changed, gained[changed.within(box.lo)])
            return changed

    def remove(self, instance: str, block: VoxelBlock) -> VoxelBox | None:
        """Take voxels away. Returns where something has changed."""
        self._demand_unlocked(instance)
        boxes = _slabs(block.box.cut(self._masks.box_of(instance)))
        return _around(self._take_away(instance, box, block.array[box.within(block.lo)]) for box in boxes)

    def put(self, instance: str, block: VoxelBlock, within: VoxelBox | None = None) -> VoxelBox | None:
        """Make an object exactly this (within a box: only there), as far as the rules let it."""
        self._demand_unlocked(instance)
        box = (within or self._masks.box_of(instance).joined(block.box)).cut(self._masks.whole)
        if box.empty:
            return None
        wanted = block.read(box)
        lost = self.remove(instance, VoxelBlock(box.lo, ~wanted))
        return _around((lost, self.add(instance, VoxelBlock(box.lo, wanted).tight())))

    def _demand_unlocked(self, instance: str) -> None:
        if instance in self._rules.locked:
            raise Refused("This object is locked.", remedy="Unlock it in the list of labels to change it.")

    def _rivals(self, instance: str, box: VoxelBox) -> list[str]:
        """Others of its group that reach into the box."""
        own = self._instance(instance)
        group = self._rules.group_of(own)
        if group is None:
            return []
        known = [*self._document.instances.values(), *self._new.values()]
        return [
            i.uuid
            for i in known
            if i.uuid != instance and self._rules.group_of(i) == group and not self._masks.box_of(i.uuid).cut(box).empty
        ]

    def _instance(self, uuid: str) -> Instance:
        found = self._new.get(uuid) or self._document.instances.get(uuid)
        if found is None:
            raise Refused("This object is not there any more.", remedy="Choose another one, or begin a new one.")
        return found

    def _leave_out(self, gained: Mask3, other: str, box: VoxelBox) -> None:
        both = self._masks.box_of(other).cut(box)
        gained[both.within(box.lo)] &= ~self._masks.read(other, both).array

    def _lose(self, losing: list[str], box: VoxelBox, mask: Mask3) -> None:
        """What one object has gained the others lose. A move of a stroke gains little of its box: that is looked up by itself."""
        places = np.flatnonzero(mask)
        if len(places) * _FEW > box.size:
            for other in losing:
                self._take_away(other, box, mask)
            return
        at = [(found + lo).astype(np.int32) for found, lo in zip(np.unravel_index(places, mask.shape), box.lo, strict=True)]
        for other in losing:
            lost = np.zeros(len(places), bool)
            self._masks.mark(lost, other, True, (at[0], at[1], at[2]))
            if lost.any():
                k, j, i = (found[lost] for found in at)
                whole = self._masks.box_of(other)
                self._note(other, set(k.tolist()))
                self._masks.hold(other, whole).array[k - whole.lo[0], j - whole.lo[1], i - whole.lo[2]] = False

    def _take_away(self, instance: str, box: VoxelBox, mask: Mask3) -> VoxelBox | None:
        with self._masks.lock:
            both = self._masks.box_of(instance).cut(box)
            if both.empty:
                return None
            live = self._masks.hold(instance, both).array
            lost = live & mask[both.within(box.lo)]
            changed = self._mark(instance, lost, both)
            if changed is not None:
                live ^= lost
            return changed

    def _mark(self, instance: str, changing: Mask3, box: VoxelBox) -> VoxelBox | None:
        """Note which slices change; the part of the box that they take up."""
        flat = changing.reshape(len(changing), -1)
        found = np.flatnonzero(flat.any(axis=1))
        if len(found) == 0:
            return None
        slices = {box.lo[0] + int(k) for k in found}
        self._note(instance, slices)
        return VoxelBox((min(slices), *box.lo[1:]), (max(slices) + 1, *box.hi[1:]))

    def _note(self, instance: str, slices: set[int]) -> None:
        self._touched.setdefault(instance, set()).update(slices)
        self._masks.touch(instance, slices)
        self._prepared = None

    def rivals(self, instance: str, box: VoxelBox) -> list[str]:
        """Others of its group that reach into the box and keep what they have."""
        return [other for other in self._rivals(instance, box) if self._rules.keeps(other)]

    def is_locked(self, instance: str) -> bool:
        return instance in self._rules.locked

    # -- ending

    @property
    def changed(self) -> dict[str, frozenset[int]]:
        """Slices written so far, by object."""
        return {instance: frozenset(slices) for instance, slices in self._touched.items()}

    def prepare(self) -> None:
        """Work out the rows. The long part of ending a large operation: may be done on the worker's thread."""
        rows = {i: {k: self._masks.encoded(i, k) for k in sorted(slices)} for i, slices in self._touched.items()}
        replaced = {i: {k: self._present(i, k) for k in slices} for i, slices in rows.items()}
        edits: list[Edit] = []
        for instance, slices in rows.items():
            edits += self._edits_of(instance, slices, replaced[instance])
        self._prepared = _Prepared(tuple(edits), rows, replaced)

    def edits(self) -> Edits:
        """Rows that are another than the document's, and those that are gone."""
        if self._prepared is None:
            self.prepare()
        assert self._prepared is not None
        return self._prepared.edits

    def commit(self, session: EditSession, text: str) -> Step | None:
        """One step. None when nothing has changed. Raises `Refused` when the rows were changed since `prepare`."""
        edits = self.edits()
        made = self._prepared
        assert made is not None
        for instance, rows in made.replaced.items():
            if any(self._present(instance, k) != row for k, row in rows.items()):
                self.cancel()
                raise Refused("The labels were changed meanwhile, so this was not applied.", remedy="Run it again.")
        for instance, settled in made.rows.items():
            if instance in self._new or instance in self._document.instances:
                self._masks.settle(instance, settled)
            else:
                self._masks.drop(instance)
        touched, self._touched = self._touched, {}
        try:
            return session.do(text, edits)
        except BaseException:
            for instance, slices in touched.items():
                self._masks.let_go(instance, slices)
            raise

    def cancel(self) -> dict[str, VoxelBox]:
        """Everything is as the document has it. Returns where voxels may have changed, by object."""
        touched, self._touched, self._prepared = self._touched, {}, None
        boxes = {instance: self._masks.let_go(instance, slices) for instance, slices in touched.items()}
        for instance in self._new:
            self._masks.drop(instance)
        return boxes

    def _present(self, instance: str, k: int) -> Annotation | None:
        return self._document.annotation_of(instance, ("", self._masks.frame(k)))

    def _edits_of(self, instance: str, rows: dict[int, Bitmask | None], replaced: dict[int, Annotation | None]) -> list[Edit]:
        edits: list[Edit] = []
        if instance in self._new:
            edits.append(Put(self._new[instance]))
        elif instance not in self._document.instances:
            return []
        gone = 0
        for k, geometry in rows.items():
            old = replaced[k]
            if geometry is None:
                if old is not None:
                    edits.append(Drop("annotation", old.uuid))
                    gone += 1
            elif old is None:
                edits.append(Put(self._new_row(instance, geometry, k)))
            elif old.geometry != geometry or old.outside:
                made = replace(
                    old, geometry=geometry, outside=False, manual=True, edited_at=self._now, edited_by=self._by
                )  # fmt: skip
                edits.append(Put(made))
        if instance in self._new:
            return edits if len(edits) > 1 else []
        if gone and gone == len(edits) == len(self._document.places_of(instance)):
            return list(verbs.delete_instances(self._document, (instance,)))  # its last voxel is gone, and it with it
        return edits

    def _new_row(self, instance: str, geometry: Bitmask, k: int) -> Annotation:
        return Annotation(
            new_uuid(), instance, geometry, self._masks.frame(k),
            created_at=self._now, created_by=self._by, edited_at=self._now, edited_by=self._by,
        )  # fmt: skip


def follow(
    session: EditSession, masks: VolumeMasks, changed: Callable[[dict[str, VoxelBox]], None] = lambda boxes: None
) -> Callable[[], None]:
    """Keep masks in step with a session's document. `changed` gets what is to be drawn again. Returns what ends it."""

    def on_change(change: DocumentChange) -> None:
        boxes = masks.refresh(change.instances, change.frames)
        if boxes:
            changed(boxes)

    return session.listen(on_change)


def copy_slice(gesture: VolumeGesture, masks: VolumeMasks, instances: Iterable[str], k: int, to: int) -> VoxelBox | None:
    """Objects on a slice as they are on another one, at the same pixels."""
    if not 0 <= to < masks.shape[0]:
        raise Refused("There is no such slice to copy to.", remedy="Go to a slice that has a neighbour on that side.")
    _, rows, columns = masks.shape
    there = VoxelBox((to, 0, 0), (to + 1, rows, columns))
    boxes = []
    for instance in instances:
        here = masks.read(instance, VoxelBox((k, 0, 0), (k + 1, rows, columns)))
        boxes.append(gesture.put(instance, VoxelBlock(there.lo, here.array), there))
    return _around(boxes)


def _around(boxes: Iterable[VoxelBox | None]) -> VoxelBox | None:
    found = [box for box in boxes if box is not None]
    return around(found) if found else None


def _slabs(box: VoxelBox) -> list[VoxelBox]:
    """Pieces of a box that are written in a few milliseconds each: the display's thread waits for no more than one."""
    if box.empty:
        return []
    _, rows, columns = box.shape
    thick = max(1, SLAB // (rows * columns))
    return [VoxelBox((k, *box.lo[1:]), (min(k + thick, box.hi[0]), *box.hi[1:])) for k in range(box.lo[0], box.hi[0], thick)]
