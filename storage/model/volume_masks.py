"""Masks of objects in a volume: stored as a `Bitmask` per slice, held in memory as arrays of voxels while they are needed.

An object's array covers the box that its rows need and is built when somebody asks for more than a slice or two. The rows
stay the truth: `refresh` brings the arrays back into step with a document that has changed, and reads only the slices
whose row is another one. A gesture writes into the arrays first and into the document when it ends
(`storage.editing.volume_verbs`); until then its slices are *held*, and a refresh leaves them alone.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from storage.model import masks
from storage.model.geometry import Bitmask
from storage.model.labels import LabelDocument
from storage.model.space import VolumeGeometry
from storage.model.voxels import Index, Mask3, VoxelBlock, VoxelBox, around

BUDGET = 512 * 1024 * 1024  # bytes of arrays kept; those that a gesture holds stay whatever they weigh
THIN = 2  # slices that are decoded from their rows rather than building an array
ROOM = (8, 48, 48)  # an array that must grow grows by this at least, so that a stroke does not copy it at every move


class _Dense:
    """One object's voxels. `rows`: what each slice was decoded from; `reached`: where it may have any, for there is more room."""

    def __init__(self, box: VoxelBox) -> None:
        self.lo, self.reached = box.lo, box
        self.array: Mask3 = np.zeros(box.shape, bool)
        self.rows: dict[int, Bitmask] = {}
        self.held: set[int] = set()

    @property
    def box(self) -> VoxelBox:
        return VoxelBlock(self.lo, self.array).box

    def reach(self, box: VoxelBox, shape: Index) -> None:
        """Make room for a box, generously on the sides where there is none."""
        self.reached = self.reached.joined(box)
        have = self.box
        if have.holds(box):
            return
        wanted = have.joined(box)
        more = [max(room, size // 4) for room, size in zip(ROOM, wanted.shape, strict=True)]
        empty = have.empty
        lo = [w if not empty and w == h else max(0, w - m) for w, h, m in zip(wanted.lo, have.lo, more, strict=True)]
        hi = [w if not empty and w == h else min(n, w + m) for w, h, m, n in zip(wanted.hi, have.hi, more, shape, strict=True)]
        grown = VoxelBox((lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2]))
        array = np.zeros(grown.shape, bool)
        if not empty:
            array[have.within(grown.lo)] = self.array
        self.array, self.lo = array, grown.lo

    def take(self, k: int, row: Bitmask | None, shape: Index) -> None:
        """Bring one slice into step with its row."""
        if 0 <= k - self.lo[0] < self.array.shape[0]:
            self.array[k - self.lo[0]] = False
        self.rows.pop(k, None)
        if row is None:
            return
        self.rows[k] = row
        box = _box_of(row, k, shape)
        if not box.empty:
            self.reach(box, shape)
            self.array[box.within(self.lo)] = _window(row, box)


class VolumeMasks:
    """The masks of all objects of a document at one time of a volume. Its calls may come from several threads."""

    def __init__(self, document: LabelDocument, shape: Index, *, time: int = 0, budget: int = BUDGET) -> None:
        self.document, self.shape, self.time = document, shape, time
        self._first = time * shape[0]
        self._budget = budget
        self._dense: OrderedDict[str, _Dense] = OrderedDict()
        self._boxes: dict[str, VoxelBox] = {}  # of the rows, as far as asked for
        self._seen = -1  # the document's revision that they are of
        self.lock = threading.RLock()

    @property
    def whole(self) -> VoxelBox:
        return VoxelBox.whole(self.shape)

    def frame(self, k: int) -> int:
        """Of a slice: what rows of the document are kept under."""
        return self._first + k

    # -- what there is

    def objects(self) -> list[str]:
        """Those with a row of a mask at this time, bottom first. What a gesture begins is not among them yet."""
        known = sorted(self.document.instances.values(), key=lambda i: i.layer)
        with self.lock:
            return [i.uuid for i in known if not self._row_box(i.uuid).empty]

    def slices_of(self, instance: str) -> list[int]:
        """Where it has a row with a mask."""
        places = self.document.places_of(instance)
        first = bisect_left(places, ("", self._first))
        last = bisect_left(places, ("", self._first + self.shape[0]))
        return [frame - self._first for _, frame in places[first:last] if self.row(instance, frame - self._first)]

    def row(self, instance: str, k: int) -> Bitmask | None:
        """As the document has it."""
        found = self.document.annotation_of(instance, ("", self._first + k))
        if found is None or found.outside or not isinstance(found.geometry, Bitmask):
            return None
        return found.geometry

    def box_of(self, instance: str) -> VoxelBox:
        """A box that holds the object; what a gesture is painting included."""
        with self.lock:
            dense = self._dense.get(instance)
            return dense.reached if dense is not None else self._row_box(instance)

    def _row_box(self, instance: str) -> VoxelBox:
        if self._seen != self.document.revision:
            seen = self.document.revision
            for changed in list(self.document.changed_since(self._seen)):
                self._boxes.pop(changed, None)
            self._seen = seen
        found = self._boxes.get(instance)
        if found is None:
            rows = [(k, self.row(instance, k)) for k in self.slices_of(instance)]
            found = around(_box_of(row, k, self.shape) for k, row in rows if row is not None)
            self._boxes[instance] = found
        return found

    @property
    def bytes(self) -> int:
        with self.lock:
            return sum(d.array.nbytes for d in self._dense.values())

    # -- reading

    def read(self, instance: str, box: VoxelBox | None = None) -> VoxelBlock:
        """A copy of a box (None: of what holds the object)."""
        with self.lock:
            box = (box if box is not None else self.box_of(instance)).cut(self.whole)
            if box.empty:
                return VoxelBlock.nothing()
            dense = self._dense.get(instance)
            if dense is None and self._rather_thin(instance, box):
                return self._from_rows(instance, box)
            dense = self._get(instance)
            return VoxelBlock(dense.lo, dense.array).on(box)

    def view(self, instance: str) -> VoxelBlock:
        """All voxels of an object, not copied: read at once, never written."""
        with self.lock:
            dense = self._get(instance)
            array = dense.array.view()
            array.flags.writeable = False
            return VoxelBlock(dense.lo, array)

    def _rather_thin(self, instance: str, box: VoxelBox) -> bool:
        return box.shape[0] <= THIN or self.box_of(instance).size > self._budget

    def _from_rows(self, instance: str, box: VoxelBox) -> VoxelBlock:
        out = np.zeros(box.shape, bool)
        for k in box.slices:
            row = self.row(instance, k)
            if row is not None:
                (part,) = _window(row, VoxelBox((k, *box.lo[1:]), (k + 1, *box.hi[1:])))
                out[k - box.lo[0]] = part
        return VoxelBlock(box.lo, out)

    def _get(self, instance: str) -> _Dense:
        dense = self._dense.get(instance)
        if dense is None:
            dense = _Dense(self.box_of(instance))
            self._dense[instance] = dense
            for k in self.slices_of(instance):
                dense.take(k, self.row(instance, k), self.shape)
            self._evict(instance)
        self._dense.move_to_end(instance)
        return dense

    def _evict(self, keep: str) -> None:
        weight = self.bytes
        for instance, dense in list(self._dense.items()):
            if weight <= self._budget:
                return
            if instance != keep and not dense.held:
                weight -= dense.array.nbytes
                del self._dense[instance]

    # -- for the display

    def mark(self, labels: NDArray[Any], instance: str, value: int, voxels: tuple[ArrayLike, ArrayLike, ArrayLike]) -> None:
        """`value` where the object lies. `voxels` are the slice, row and column under each pixel, or what numpy makes that of;
        they may lie outside of the volume."""
        with self.lock:
            block = self.view(instance)
            places = [np.asarray(v) - lo for v, lo in zip(voxels, block.lo, strict=True)]
            # What lies before the first wraps round to a large number.
            k, j, i = (
                p.astype(np.int32, copy=False).view(np.uint32) < n for p, n in zip(places, block.array.shape, strict=True)
            )
            inside = k & j & i
            _, rows, columns = block.array.shape
            at = (places[0] * rows + places[1]) * columns + places[2]
            inside &= block.array.reshape(-1).take(at, mode="clip")  # elsewhere `at` means nothing
        np.putmask(labels, inside, value)

    # -- in step with the document

    def refresh(self, instances: Iterable[str], frames: Iterable[tuple[str, int]]) -> dict[str, VoxelBox]:
        """The document has changed there (`DocumentChange`). Returns where voxels may have changed, by object."""
        changed: dict[str, VoxelBox] = {}
        slices = [f - self._first for part, f in frames if part == "" and 0 <= f - self._first < self.shape[0]]
        with self.lock:
            for instance in instances:
                dense = self._dense.get(instance)
                if dense is None:
                    if slices:
                        changed[instance] = VoxelBox((min(slices), 0, 0), (max(slices) + 1, *self.shape[1:]))
                    continue
                boxes = [box for k in slices if (box := self._take(dense, instance, k)) is not None]
                if boxes:
                    changed[instance] = around(boxes)
                if instance not in self.document.instances and not dense.held:
                    del self._dense[instance]
        return changed

    def _take(self, dense: _Dense, instance: str, k: int) -> VoxelBox | None:
        row, old = self.row(instance, k), dense.rows.get(k)
        if k in dense.held or row == old:
            return None
        dense.take(k, row, self.shape)
        return around(_box_of(r, k, self.shape) for r in (row, old) if r is not None)

    def forget(self) -> None:
        """Give all memory back (another document, another time)."""
        with self.lock:
            self._dense.clear()

    # -- for gestures

    def hold(self, instance: str, box: VoxelBox) -> VoxelBlock:
        """The live voxels of a box, to be written in place by a gesture; room is made for them."""
        with self.lock:
            dense = self._get(instance)
            dense.reach(box, self.shape)
            return VoxelBlock(box.lo, dense.array[box.within(dense.lo)])

    def touch(self, instance: str, slices: Iterable[int]) -> None:
        """These slices are ahead of the document until `settle` or `let_go`."""
        self._dense[instance].held.update(slices)

    def encoded(self, instance: str, k: int) -> Bitmask | None:
        """A live slice as a row; None when nothing is set in it."""
        with self.lock:
            dense = self._dense[instance]
            at = k - dense.lo[0]
            if not 0 <= at < dense.array.shape[0]:
                return None
            made = masks.encode(dense.array[at], dense.lo[2], dense.lo[1])
            return made if made.w else None

    def settle(self, instance: str, rows: dict[int, Bitmask | None]) -> None:
        """The document is about to get these rows: the slices are in step with it."""
        with self.lock:
            dense = self._dense.get(instance)
            if dense is None:
                return
            dense.held.difference_update(rows)
            for k, row in rows.items():
                dense.rows.pop(k, None)
                if row is not None:
                    dense.rows[k] = row

    def drop(self, instance: str) -> None:
        """An object that did not come to be, or is gone."""
        with self.lock:
            self._dense.pop(instance, None)

    def let_go(self, instance: str, slices: Iterable[int]) -> VoxelBox:
        """A gesture is dropped: the slices are as the document has them again."""
        with self.lock:
            dense = self._dense.get(instance)
            if dense is None:
                return VoxelBox((0, 0, 0), (0, 0, 0))
            box = dense.reached
            for k in list(slices):
                dense.held.discard(k)
                dense.take(k, self.row(instance, k), self.shape)
            return box


def _box_of(row: Bitmask, k: int, shape: Index) -> VoxelBox:
    return VoxelBox((k, row.y, row.x), (k + 1, row.y + row.h, row.x + row.w)).cut(VoxelBox.whole(shape))


def _window(row: Bitmask, box: VoxelBox) -> Mask3:
    """A row's pixels in a box one slice thick."""
    _, height, width = box.shape
    return masks.window(row, box.lo[2], box.lo[1], width, height)[None]


# -- millimetres ------------------------------------------------------------------------------------------------------


def nearest_voxels(geometry: VolumeGeometry, mm: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Slice, row and column of the voxels that hold points [..., 3]; -1 in all three outside of the volume."""
    column, row, slice_ = geometry.to_voxel(mm)
    found = [np.floor(v + 0.5).astype(np.int32) for v in (slice_, row, column)]
    outside = np.zeros(found[0].shape, bool)
    for at, n in zip(found, geometry.shape, strict=True):
        outside |= (at < 0) | (at >= n)
    k, j, i = (np.where(outside, np.int32(-1), at) for at in found)
    return k, j, i


def pixel_area_mm2(geometry: VolumeGeometry) -> float:
    across = geometry.row_dir * geometry.spacing_col_mm
    return float(np.linalg.norm(np.cross(across, geometry.col_dir * geometry.spacing_row_mm)))


def thicknesses_mm(geometry: VolumeGeometry) -> NDArray[np.float64] | None:
    """What each slice stands for along the normal: half way to its neighbours, at the ends as far as inwards.

    So unevenly spaced slices count for what they are. None for a single slice, which has no thickness that we know of.
    """
    if geometry.n < 2:
        return None
    steps = geometry.distances_mm
    return np.asarray((np.concatenate([steps[:1], steps]) + np.concatenate([steps, steps[-1:]])) / 2)


def volume_mm3(geometry: VolumeGeometry, counts: ArrayLike) -> float | None:
    """Of voxels counted per slice; None where a single slice has no volume."""
    thick = thicknesses_mm(geometry)
    return None if thick is None else float(np.dot(np.asarray(counts, np.float64), thick)) * pixel_area_mm2(geometry)


def voxel_counts(view: VolumeMasks, instance: str) -> NDArray[np.int64]:
    """Of an object, per slice; from its rows, without unpacking them."""
    counts = np.zeros(view.shape[0], np.int64)
    for k in view.slices_of(instance):
        row = view.row(instance, k)
        if row is not None:
            box = _box_of(row, k, view.shape)
            sticks_out = box.shape != (1, row.h, row.w)
            counts[k] = np.count_nonzero(_window(row, box)) if sticks_out else masks.area(row)
    return counts
