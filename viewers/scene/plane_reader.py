"""What panes of a volume show: a plane's voxels as greys, and the masks that lie on it. Qt-free.

One per volume; it keeps one block of voxels for cutting. Where the rescale changes from slice to slice the block is made of
modality values, for stored ones could not be blended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.model.space import VolumeGeometry
from storage.model.volume_masks import VolumeMasks, nearest_voxels
from viewers.decode import voi
from viewers.decode.arrays import Array
from viewers.scene.mpr import Plane, PlaneKind, Reslicer, acquired
from viewers.scene.mpr_state import MprState
from viewers.scene.volume_source import VolumeSource
from viewers.scene.window_level import Look


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A plane, what is shown on it (greys or RGB of 8 bits) and, for acquired slices, which one it really is."""

    plane: Plane
    eight: NDArray[np.uint8]
    frame: int | None = None
    exact: bool = True


class PlaneReader:
    def __init__(self, volume: VolumeSource) -> None:
        self.volume = volume
        self._block: tuple[tuple[Any, ...], Reslicer] | None = None
        self._done: NDArray[np.bool_] | None = None  # slices whose modality values are in the block
        self._shown: dict[PlaneKind, tuple[Array, Look, NDArray[np.uint8]]] = {}
        self._slice: tuple[tuple[int, bool], Array] | None = None
        self._values: dict[str, tuple[tuple[Any, ...], Plane, Array]] = {}

    def cut(self, state: MprState, kind: PlaneKind) -> Cut | None:
        """None: nothing of the volume is there yet."""
        if self.volume.store is None or not self.volume.store.have.any():
            return None
        if state.is_acquired(kind) and state.slab is None:
            return self._acquired(state)
        reslicer, look = self._reslicer(state)
        plane = state.plane(kind)
        if state.is_acquired(kind):
            plane = acquired(state.geometry, state.slice())
        key = (id(reslicer), state.time, tuple(plane.origin), tuple(plane.right), tuple(plane.down), plane.width, plane.height)
        key = (*key, state.slab, state.smooth, self.volume.store.version)
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
        key = (found.frame, found.exact)
        if self._slice is None or self._slice[0] != key:
            self._slice = (key, found.array)  # a view of its own each time: kept, so that it is known again
        eight = self._eight(state.acquired, self._slice[1], self.volume.look(found.frame))
        return Cut(acquired(state.geometry, k), eight, found.frame, found.exact)

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
                return np.take(values, place[nearest], axis=axis)
        return values


def labels_on(masks: VolumeMasks, objects: Sequence[str], plane: Plane, geometry: VolumeGeometry) -> NDArray[np.uint16] | None:
    """Which object is seen in each pixel of a plane, counted from 1. None: none at all."""
    if not objects:
        return None
    return masks.label_map(objects, voxels_of(plane, geometry))


def voxels_of(plane: Plane, geometry: VolumeGeometry) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Slice, row and column under each pixel; -1 outside."""
    if geometry.affine is None:
        vs, us = np.mgrid[: plane.height, : plane.width]
        return nearest_voxels(geometry, plane.at(us, vs))
    inverse = np.linalg.inv(geometry.affine)
    start = (inverse @ [*plane.origin, 1.0])[:3]
    across = inverse[:3, :3] @ (plane.right * plane.mm_right)
    down = inverse[:3, :3] @ (plane.down * plane.mm_down)
    us, vs = np.arange(plane.width)[None, :], np.arange(plane.height)[:, None]
    found = [np.floor((start[axis] + 0.5 + 1e-9) + us * across[axis] + vs * down[axis]).astype(np.int32) for axis in (2, 1, 0)]
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
