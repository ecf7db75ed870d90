"""What panes of a volume show: a plane's voxels as greys, and the masks that lie on it. Qt-free.

One per volume; it keeps one block of voxels for cutting. Where the rescale changes from slice to slice the block is made of
modality values, for stored ones could not be blended.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Geometry
from storage.model.measures import Statistics, under_shape
from storage.model.sheets import Sheet, mapped
from storage.model.space import Floats, VolumeGeometry
from storage.model.volume_masks import VolumeMasks, nearest_voxels
from storage.model.voxels import VoxelBox
from viewers.decode import voi
from viewers.decode.arrays import Array
from viewers.scene.mpr import Plane, PlaneKind, acquired, plane_of
from viewers.scene.mpr_state import MprState
from viewers.scene.reslicing import Reslicer
from viewers.scene.volume_source import VolumeSource
from viewers.scene.window_level import Look

#: Of a plane: left, top, right and bottom in its pixels, half open.
Part = tuple[int, int, int, int]
_NOWHERE = VoxelBox((0, 0, 0), (0, 0, 0))
#: A plane that only touches a voxel shows it: nearest voxels are rounded.
_NEAR_MM = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A plane, what is shown on it (greys or RGB of 8 bits) and, for acquired slices, which one it really is."""

    plane: Plane
    eight: NDArray[np.uint8]
    frame: int | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Under:
    """What lies under a shape. `voxels`: its pixels are voxels, else they lie between them."""

    found: Statistics
    voxels: bool


class PlaneReader:
    def __init__(self, volume: VolumeSource) -> None:
        self.volume = volume
        self._block: tuple[tuple[Any, ...], Reslicer] | None = None
        self._done: NDArray[np.bool_] | None = None  # slices whose modality values are in the block
        self._shown: dict[PlaneKind, tuple[Array, Look, NDArray[np.uint8]]] = {}
        self._slice: tuple[tuple[int, bool, bool], Array] | None = None
        self._values: dict[str, tuple[tuple[Any, ...], Plane, Array]] = {}
        self._measured: tuple[tuple[Any, ...], Plane, Array, bool] | None = None

    def close(self) -> None:
        """Lets go of the volume's memory: an editor that is gone may be held for a while."""
        self._block = self._done = self._slice = self._measured = None
        self._shown, self._values = {}, {}

    def cut(self, state: MprState, kind: PlaneKind, finest_mm: float = 0.0) -> Cut | None:
        """None: nothing of the volume is there yet. `finest_mm`: what is finer is not seen, where voxels must be resampled."""
        if self.volume.store is None or not self.volume.store.have.any():
            return None
        if state.is_acquired(kind) and state.slab is None:
            return self._acquired(state)
        reslicer, look = self._reslicer(state)
        plane = state.plane(kind, finest_mm)
        if state.is_acquired(kind):
            plane = acquired(state.geometry, state.slice())
        where = (tuple(plane.origin), tuple(plane.right), tuple(plane.down), plane.mm_right)
        key = (id(reslicer), state.time, *where, plane.width, plane.height, state.slab, state.smooth, self.volume.store.version)
        known = self._values.get(kind.value)
        if known is None or known[0] != key:
            outside = _darkest(reslicer.array.dtype, look)
            values = reslicer.cut(plane, linear=state.smooth, slab=state.slab, outside=outside)
            values = self._without_holes(values, plane, state)
            known = self._values[kind.value] = (key, plane, values)
        return Cut(known[1], self._eight(kind, known[2], look))

    def _eight(self, kind: PlaneKind, values: Array, look: Look) -> NDArray[np.uint8]:
        """As shown; the same array again while nothing changes, so that nobody draws it anew."""
        held = self._shown.get(kind)
        if held is None or held[0] is not values or held[1] != look:
            held = self._shown[kind] = (values, look, voi.apply(values, look))
        return held[2]

    def _acquired(self, state: MprState) -> Cut | None:
        k = state.slice()
        frame = state.time * state.geometry.n + k
        found = self.volume.slice(frame)
        if found is None:
            return None
        key = (found.frame, found.exact, found.lost)
        if self._slice is None or self._slice[0] != key:
            self._slice = (key, found.array)  # a view of its own each time: kept, so that it is known again
        look = self.volume.look(found.frame)
        eight = found.shown(look) if found.lost else self._eight(state.acquired, self._slice[1], look)
        return Cut(acquired(state.geometry, k), eight, found.frame, found.exact)

    def in_slab(self, state: MprState, kind: PlaneKind, mm: Floats) -> float | None:
        """The modality value that the slab shows there, as it was cut last. None outside, in colour, and before it is cut."""
        known, store = self._values.get(kind.value), self.volume.store
        if known is None or store is None or state.slab is None or state.slab not in known[0] or known[2].ndim == 3:
            return None
        _, plane, values = known
        u, v = (math.floor(float(at) + 0.5) for at in plane.pixel_of(mm)[:2])
        if not (0 <= u < plane.width and 0 <= v < plane.height) or self._beyond(plane, (u, v, u + 1, v + 1))[0, 0]:
            return None
        look = self._reslicer(state)[1]
        return float(voi.modality(values[v, u].reshape(1), look.slope, look.intercept, look.modality_lut)[0])

    def under(self, state: MprState, sheet: Sheet, shape: Geometry) -> Under | None:
        """Statistics of modality values of a shape on a sheet, as the plane shows them where it is seen large; padding and what
        lies outside of the volume are left out. None: nothing is there."""
        store = self.volume.store
        if store is None or not self.volume.complete or self.volume.coloured:
            return None
        reslicer, look = self._reslicer(state)
        key = (id(reslicer), state.time, sheet, state.slab, state.smooth, store.version)
        if self._measured is None or self._measured[0] != key:
            plane = plane_of(state.geometry, sheet)
            values = reslicer.cut(plane, linear=state.smooth, slab=state.slab, outside=_darkest(reslicer.array.dtype, look))
            self._measured = (key, plane, values, state.slab is None and reslicer.on_voxels(plane))
        _, plane, values, voxels = self._measured
        us, vs, _ = plane.pixel_of(sheet.at(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))))
        matrix = np.array(((us[1] - us[0], us[2] - us[0]), (vs[1] - vs[0], vs[2] - vs[0])))
        matrix[np.abs(matrix) < 1e-12] = 0.0
        drawn = mapped(shape, matrix, (float(us[0]) + 0.5, float(vs[0]) + 0.5))
        if drawn is None:
            return None
        x0, y0, x1, y1 = drawn.bounds()
        left, top = max(0, math.floor(x0)), max(0, math.floor(y0))
        right, bottom = min(plane.width, math.ceil(x1)), min(plane.height, math.ceil(y1))
        if left >= right or top >= bottom:
            return None
        stored = values[top:bottom, left:right]
        beyond = self._beyond(plane, (left, top, right, bottom))
        if look.padding is not None:
            beyond |= (stored >= look.padding[0]) & (stored <= look.padding[1])
        worth = voi.modality(stored, look.slope, look.intercept, look.modality_lut)
        found = under_shape(worth, drawn.moved(-left, -top), beyond)
        return Under(found, voxels) if found is not None else None

    def _beyond(self, plane: Plane, part: Part) -> NDArray[np.bool_]:
        geometry = self.volume.geometry
        assert geometry is not None
        found = voxels_of(plane, geometry, part)
        outside = [(at < 0) | (at >= n) for at, n in zip(found, geometry.shape, strict=True)]
        return np.asarray(outside[0] | outside[1] | outside[2])

    # -- the block

    def _reslicer(self, state: MprState) -> tuple[Reslicer, Look]:
        store, geometry = self.volume.store, state.geometry
        assert store is not None
        first = state.time * geometry.n
        look = self.volume.look(first + geometry.n // 2)
        key = (state.time, id(store))
        if self._block is None or self._block[0] != key:
            stored = store.at_time(state.time)
            even = self._even(first, geometry.n, look)
            array = stored if even or stored.ndim == 4 else np.zeros(stored.shape, np.float32)
            self._done = None if array is stored else np.zeros(geometry.n, bool)
            self._block = (key, Reslicer(array, geometry))
            self._values = {}
        reslicer = self._block[1]
        if self._done is None:
            return reslicer, look
        self._fill(reslicer.array, first)
        return reslicer, replace(look, slope=1.0, intercept=0.0, modality_lut=None, padding=None)

    def _even(self, first: int, n: int, look: Look) -> bool:
        same = (look.slope, look.intercept, look.modality_lut)
        looks = (self.volume.look(first + k) for k in range(n))
        return all((one.slope, one.intercept, one.modality_lut) == same for one in looks)

    def _fill(self, block: Array, first: int) -> None:
        store, done = self.volume.store, self._done
        assert store is not None
        assert done is not None
        for k in np.flatnonzero(store.have[first : first + len(done)] & ~done):
            look = self.volume.look(first + int(k))
            block[k] = voi.modality(store.array[first + k], look.slope, look.intercept, look.modality_lut)
            done[k] = True

    def _without_holes(self, values: Array, plane: Plane, state: MprState) -> Array:
        """While slices are missing the nearest one that is there stands in, where the plane cuts across all of them."""
        store, geometry = self.volume.store, state.geometry
        assert store is not None
        have = store.have[state.time * geometry.n : (state.time + 1) * geometry.n]
        if have.all() or not have.any():
            return values
        there = np.flatnonzero(have)
        for axis, way in ((0, plane.down), (1, plane.right)):
            if values.shape[axis] == geometry.n and abs(float(way @ geometry.normal)) > 1 - 1e-9:
                order = np.arange(geometry.n) if float(way @ geometry.slice_step) > 0 else np.arange(geometry.n)[::-1]
                nearest = there[np.abs(there[None, :] - order[:, None]).argmin(axis=1)]
                place = np.argsort(order)
                return np.asarray(np.take(values, place[nearest], axis=axis))
        return values


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Which object is seen in each pixel of a part of a plane, counted from 1; the part begins at (left, top)."""

    values: NDArray[np.uint16]
    left: int
    top: int


class PlaneLabels:
    """What is seen of masks on one plane, kept: a stroke has only the pixels that it changed looked up anew."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[str, ...], Plane, Seen | None] | None = None
        self._changed = _NOWHERE

    def forget(self) -> None:
        """Anything may be other than it was."""
        self._kept = None

    def repainted(self, box: VoxelBox) -> None:
        self._changed = self._changed.joined(box)

    def on(self, masks: VolumeMasks, objects: Sequence[str], plane: Plane, geometry: VolumeGeometry) -> Seen | None:
        changed, self._changed = self._changed, _NOWHERE
        kept, shown = self._kept, tuple(objects)
        if kept is None or kept[0] != shown or kept[1] is not plane:
            found = labels_on(masks, objects, plane, geometry)
        else:
            found = kept[2]
            for _, part in _met(plane, geometry, {1: changed} if not changed.empty else {}):
                found = _with_part(found, part, labels_on(masks, objects, plane, geometry, part))
        self._kept = (shown, plane, found)
        return found


def _with_part(before: Seen | None, part: Part, fresh: Seen | None) -> Seen | None:
    """The pixels of a part are those of `fresh`."""
    known = [s for s in (before, fresh) if s is not None]
    if before is None or not known:
        return fresh
    left, top = min(s.left for s in known), min(s.top for s in known)
    right, bottom = max(s.left + s.values.shape[1] for s in known), max(s.top + s.values.shape[0] for s in known)
    values = np.zeros((bottom - top, right - left), np.uint16)

    def place(x0: int, y0: int, x1: int, y1: int) -> tuple[slice, slice]:
        return slice(max(0, y0 - top), max(0, y1 - top)), slice(max(0, x0 - left), max(0, x1 - left))

    for seen in known:
        h, w = seen.values.shape
        values[place(seen.left, seen.top, seen.left + w, seen.top + h)] = seen.values
        if seen is before:
            values[place(*part)] = 0
    return Seen(values, left, top)


def labels_on(
    masks: VolumeMasks, objects: Sequence[str], plane: Plane, geometry: VolumeGeometry, part: Part | None = None
) -> Seen | None:
    """Later objects lie on top. None: the plane (of it: the part) meets none of them."""
    boxes = {value: box for value, o in enumerate(objects, start=1) if not (box := masks.box_of(o)).empty}
    met = list(_met(plane, geometry, boxes))
    if part is not None:
        x0, y0, x1, y1 = part
        cut = ((value, (max(a, x0), max(b, y0), min(c, x1), min(d, y1))) for value, (a, b, c, d) in met)
        met = [(value, p) for value, p in cut if p[0] < p[2] and p[1] < p[3]]
    if not met:
        return None
    left, top = min(found[0] for _, found in met), min(found[1] for _, found in met)
    right, bottom = max(found[2] for _, found in met), max(found[3] for _, found in met)
    values = np.zeros((bottom - top, right - left), np.uint16)
    crowded = sum((x1 - x0) * (y1 - y0) for _, (x0, y0, x1, y1) in met) > values.size
    shared = voxels_of(plane, geometry, (left, top, right, bottom)) if crowded else None
    for value, (x0, y0, x1, y1) in met:
        here = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
        k, j, i = (_piece(v, here) for v in shared) if shared else voxels_of(plane, geometry, (x0, y0, x1, y1))
        masks.mark(values[here], objects[value - 1], value, (k, j, i))
    return Seen(values, left, top)


def _piece(voxels: NDArray[Any], here: tuple[slice, slice]) -> NDArray[Any]:
    """Of `voxels_of`: a part of the pixels."""
    rows, columns = (cut if n > 1 else slice(None) for cut, n in zip(here, voxels.shape, strict=True))
    return voxels[rows, columns]


def _met(plane: Plane, geometry: VolumeGeometry, boxes: Mapping[int, VoxelBox]) -> Iterator[tuple[int, Part]]:
    """Of the boxes of voxels that the plane meets: the pixels under which they may lie, with a rim of one."""
    if not boxes:
        return
    corners, edges, starts = _straight(boxes.values()) if geometry.regular else _bent(boxes.values())
    places = np.stack(plane.pixel_of(geometry.to_mm(*corners.T)), axis=-1)  # u, v, depth
    one, other = places[edges].swapaxes(0, 1)
    apart = one[:, 2] - other[:, 2]
    flat = np.abs(apart) < 1e-9
    part = np.clip(one[:, 2] / np.where(flat, 1.0, apart), 0.0, 1.0)[:, None]
    crossed = one[:, :2] + part * (other[:, :2] - one[:, :2])
    reached = (np.minimum(one[:, 2], other[:, 2]) <= _NEAR_MM) & (np.maximum(one[:, 2], other[:, 2]) >= -_NEAR_MM)
    ends = np.stack([crossed, np.where(flat[:, None], other[:, :2], crossed)])
    low = np.minimum.reduceat(np.where(reached[:, None], ends.min(axis=0), np.inf), starts)
    high = np.maximum.reduceat(np.where(reached[:, None], ends.max(axis=0), -np.inf), starts)
    for value, least, most in zip(boxes, low.tolist(), high.tolist(), strict=True):
        if least[0] > most[0]:
            continue
        x0, y0 = (max(0, math.floor(v) - 1) for v in least)
        x1, y1 = (min(n, math.ceil(v) + 2) for n, v in zip((plane.width, plane.height), most, strict=True))
        if x1 > x0 and y1 > y0:
            yield value, (x0, y0, x1, y1)


#: Corners of boxes (column, row, slice), their edges as pairs of corners, and at which edge each box begins.
Bodies = tuple[NDArray[np.float64], NDArray[np.intp], Sequence[int]]
#: The sides of the corners of a box, in the order of `_edges(2)`: 0 low, 1 high.
_SIDES = np.array([(i, j, k) for k in (0, 1) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))])


def _straight(boxes: Collection[VoxelBox]) -> Bodies:
    ends = np.array([(box.lo, box.hi) for box in boxes]) - 0.5
    corners = ends[:, _SIDES, (2, 1, 0)].reshape(-1, 3)
    edges = _edges(2) + 8 * np.arange(len(boxes))[:, None, None]
    return corners, edges.reshape(-1, 2), range(0, len(boxes) * edges.shape[1], edges.shape[1])


def _bent(boxes: Collection[VoxelBox]) -> Bodies:
    """Of slices at uneven distances or shifted: a body has a corner more at each of them."""
    corners, edges, starts, count = [], [], [0], 0
    for box in boxes:
        (k0, j0, i0), (k1, j1, i1) = box.lo, box.hi
        slices = np.array((k0 - 0.5, *range(k0, k1), k1 - 0.5))
        made = np.empty((len(slices), 4, 3))
        made[..., :2] = np.array(((i0, j0), (i1, j0), (i1, j1), (i0, j1))) - 0.5
        made[..., 2] = slices[:, None]
        edges.append(_edges(len(slices)) + count)
        corners.append(made.reshape(-1, 3))
        count += 4 * len(slices)
        starts.append(starts[-1] + len(edges[-1]))
    return np.concatenate(corners), np.concatenate(edges), starts[:-1]


@lru_cache(maxsize=64)
def _edges(layers: int) -> NDArray[np.intp]:
    """Of a body of so many layers of four corners: pairs of corners."""
    corners = np.arange(4 * layers).reshape(layers, 4)
    around = np.stack([corners, np.roll(corners, 1, axis=1)], axis=-1)
    onward = np.stack([corners[:-1], corners[1:]], axis=-1)
    return np.concatenate([around.reshape(-1, 2), onward.reshape(-1, 2)])


def voxels_of(plane: Plane, geometry: VolumeGeometry, part: Part) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Slice, row and column under each pixel of a part of a plane; where that is outside of the volume, one that is not there.
    What is the same all along rows or columns of pixels stands there once."""
    us, vs = np.arange(part[0], part[2])[None, :], np.arange(part[1], part[3])[:, None]
    if geometry.affine is None:
        return nearest_voxels(geometry, plane.at(*np.broadcast_arrays(us, vs)))
    inverse = np.linalg.inv(geometry.affine)
    start = (inverse @ [*plane.origin, 1.0])[:3]
    across = inverse[:3, :3] @ (plane.right * plane.mm_right)
    down = inverse[:3, :3] @ (plane.down * plane.mm_down)
    found = []
    for axis in (2, 1, 0):
        place: Any = np.full((1, 1), start[axis] + 0.5 + 1e-9)
        for at, step, far in ((us, across[axis], plane.width), (vs, down[axis], plane.height)):
            if abs(step) * far > 1e-7:
                place = place + at * step
        found.append(np.floor(place).astype(np.int32))
    return found[0], found[1], found[2]


def _darkest(kind: np.dtype[Any], look: Look) -> float:
    """A stored value that is shown black, for what lies outside of the volume."""
    if look.padding is not None:
        return look.padding[0]
    if kind.kind == "f":
        return 1e30 if look.inverted else -1e30
    limits = np.iinfo(kind)
    dark_high = look.inverted != (look.slope < 0)
    return float(limits.max if dark_high else limits.min)
