"""What the panes of a volume share: the point looked at, how the planes lie, the slab, the time. Qt-free, single-threaded.

Never stored with the labels. The slice that is edited is `Focus.at`; whoever shows both keeps the crosshair on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from storage.listeners import Listeners
from storage.model.space import Floats, VolumeGeometry
from viewers.scene.mpr import Axes, Plane, PlaneKind, Slab, acquired_kind, corners, cross, middle, plane_through, step_mm

#: Nearer than this (degrees) to the acquired slices a plane *is* the acquired slices.
SAME_DEG = 0.05
#: ... and a place nearer to a plane than this lies on it.
SAME_MM = 1e-9
#: While a hand holds a line: 2.5 times fewer pixels, and none of them is seen missing while it moves.
COARSE = 1.6


class MprState:
    def __init__(self, geometry: VolumeGeometry, times: int = 1) -> None:
        self.geometry = geometry
        self.times = times
        self.base = Axes.of_volume(geometry)
        self.axes = self.base
        self.crosshair: Floats = middle(geometry)
        self.slab: Slab | None = None
        self.smooth = True  # pixels blend into each other; else they are squares
        self.lines = True  # of the crosshair
        self.time = 0
        self.held = False  # a hand moves planes: those that are resampled may be coarse until it lets go
        self.acquired = acquired_kind(geometry)
        self._planes: dict[PlaneKind, tuple[Axes, Floats, tuple[float, float], Plane]] = {}
        self._listeners: Listeners[[frozenset[str]]] = Listeners()

    # -- planes

    def plane(self, kind: PlaneKind, finest_mm: float = 0.0) -> Plane:
        """The same object while it lies where it lies."""
        known, coarse = self._planes.get(kind), (COARSE if self.held else 1.0, finest_mm)
        if known is None or known[0] is not self.axes or known[2] != coarse or not self.within(known[3], known[1]):
            plane = plane_through(self.geometry, self.axes, kind, self.crosshair, self.base, *coarse)
            if known is not None and plane.lies_as(known[3]):
                plane = known[3]
            known = self._planes[kind] = (self.axes, self.crosshair, coarse, plane)
        return known[3]

    def within(self, plane: Plane, before: Floats) -> bool:
        """The crosshair has only moved along the plane since it stood at `before`."""
        return before is self.crosshair or abs(float((self.crosshair - before) @ plane.normal)) < SAME_MM

    def is_acquired(self, kind: PlaneKind) -> bool:
        """This plane runs along the slices as they were acquired."""
        if kind is not self.acquired:
            return False
        off = cross(self.axes.normal(kind), self.geometry.normal)
        return math.hypot(*off.tolist()) < math.sin(math.radians(SAME_DEG))

    @property
    def turned(self) -> bool:
        return self.axes is not self.base

    def is_askew(self, kind: PlaneKind) -> bool:
        """Whether it was tilted; turning the lines within it tilts the others alone."""
        return abs(float(self.axes.normal(kind) @ self.base.normal(kind))) < math.cos(math.radians(SAME_DEG))

    def slice(self) -> int:
        """The acquired slice nearest to the crosshair."""
        return int(self.geometry.nearest_slice(self.crosshair))

    # -- changes

    def set(self, **values: Any) -> None:
        """Listeners are told once, of those that really changed."""
        changed = frozenset(name for name, value in values.items() if not _same(getattr(self, name), value))
        for name in changed:
            setattr(self, name, values[name])
        if changed:
            self._listeners.tell(changed)

    def look_at(self, mm: Any) -> None:
        """Put the crosshair there, or as near as the volume reaches."""
        point = np.asarray(mm, np.float64)
        columns, rows, slices = self.geometry.to_voxel(point)
        counts = (self.geometry.columns, self.geometry.rows, self.geometry.n)
        held = [min(max(float(v), -0.5), n - 0.5) for v, n in zip((columns, rows, slices), counts, strict=True)]
        inside = all(abs(h - float(v)) < 1e-9 for h, v in zip(held, (columns, rows, slices), strict=True))
        self.set(crosshair=point if inside else self.geometry.to_mm(*held))

    def go_to_slice(self, k: int) -> None:
        """Along the slices' normal to the k-th; the crosshair keeps its place on it."""
        if k != self.slice():
            way = float(self.geometry.heights[k] - self.crosshair @ self.geometry.normal)
            self.set(crosshair=self.crosshair + way * self.geometry.normal)

    def step(self, kind: PlaneKind, steps: int) -> None:
        """Along the plane's own normal, by the voxels' distance. On voxels from one to the next."""
        if self.is_acquired(kind):
            k = min(max(self.slice() + steps * self.ahead(kind), 0), self.geometry.n - 1)
            self.go_to_slice(k)
            return
        normal = self.axes.normal(kind)
        self.look_at(self.crosshair + normal * (steps * self.ahead(kind) * step_mm(self.geometry, normal)))

    def ahead(self, kind: PlaneKind) -> int:
        """1 where the next picture lies along the plane's normal: acquired slices count upwards, the others to the left, the
        back and the head of the patient."""
        if self.is_acquired(kind):
            return 1
        side = {PlaneKind.AXIAL: self.axes.head, PlaneKind.SAGITTAL: self.axes.left, PlaneKind.CORONAL: self.axes.back}[kind]
        return 1 if float(self.axes.normal(kind) @ side) > 0 else -1

    def place(self, kind: PlaneKind) -> tuple[int, int]:
        """(which picture, how many) along the plane's normal."""
        if self.is_acquired(kind):
            return self.slice(), self.geometry.n
        normal = self.axes.normal(kind) * self.ahead(kind)
        step = step_mm(self.geometry, normal)
        low, high = self._reach(normal)
        count = max(1, round((high - low) / step) + 1)
        return min(max(round((float(self.crosshair @ normal) - low) / step), 0), count - 1), count

    def go_to_place(self, kind: PlaneKind, number: int) -> None:
        if self.is_acquired(kind):
            self.go_to_slice(min(max(number, 0), self.geometry.n - 1))
            return
        normal = self.axes.normal(kind) * self.ahead(kind)
        low, _ = self._reach(normal)
        way = low + number * step_mm(self.geometry, normal) - float(self.crosshair @ normal)
        self.look_at(self.crosshair + normal * way)

    def _reach(self, normal: Floats) -> tuple[float, float]:
        heights = corners(self.geometry) @ normal
        return float(heights.min()), float(heights.max())

    def turn(self, kind: PlaneKind, degrees: float) -> None:
        """Turn the two lines that are seen in a plane."""
        self.set(axes=self.axes.turned(kind, degrees))

    def face(self, normal: Floats) -> PlaneKind:
        """Turn a plane square to a normal, if none is; back to where all began, where one is then. Which one."""
        for axes in (self.axes, self.base):
            kind = max(PlaneKind, key=lambda k: abs(float(axes.normal(k) @ normal)))
            if abs(float(axes.normal(kind) @ normal)) > math.cos(math.radians(SAME_DEG)):
                self.set(axes=axes)
                return kind
        kind = max(PlaneKind, key=lambda k: abs(float(self.axes.normal(k) @ normal)))
        self.set(axes=self.axes.facing(kind, normal))
        return kind

    def straighten(self) -> None:
        self.set(axes=self.base)

    def follow_patient(self) -> None:
        """The planes of the patient rather than of the scanner."""
        self.set(axes=Axes.of_patient())

    def listen(self, listener: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        return self._listeners.add(listener)


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, two))
    return one is two or bool(one == two)
