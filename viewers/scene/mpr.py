"""Planes through a volume: where they lie in the patient. Qt-free.

A plane is a picture whose every pixel is a point in LPS millimetres. Where it runs along the voxels of an even, upright
volume its pixels *are* voxels and nothing is copied; every other plane is resampled from the same memory. Acquired slices are
never resampled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from storage.model.sheets import Sheet
from storage.model.space import Floats, VolumeGeometry

#: Planes are resampled to no more pixels than this: larger ones get coarser.
MOST_PX = 1_400_000
#: Where pixels of the screen are wider than voxels, planes are resampled so much coarser at most: what is left out of a picture
#: that is made much smaller shimmers while it is turned through.
UNSEEN = 1.5
#: A tilt or a crookedness smaller than this (degrees) is written by no header on purpose.
UPRIGHT_DEG = 0.05


class PlaneKind(StrEnum):
    AXIAL = "axial"
    SAGITTAL = "sagittal"
    CORONAL = "coronal"


SlabMode = Literal["max", "min", "mean"]


@dataclass(frozen=True, slots=True)
class Slab:
    mode: SlabMode
    mm: float


@dataclass(frozen=True, eq=False)
class Plane:
    """`origin` is the centre of the first pixel; `right` and `down` are unit vectors. Pixel coordinates are whole at centres."""

    origin: Floats
    right: Floats
    down: Floats
    mm_right: float
    mm_down: float
    width: int
    height: int

    @cached_property
    def normal(self) -> Floats:
        """Away from the viewer."""
        return cross(self.right, self.down)

    @cached_property
    def sheet(self) -> Sheet:
        """To draw on: it begins in the middle of the first pixel."""
        return Sheet.of(self.origin, self.right, self.down)

    def at(self, u: ArrayLike, v: ArrayLike) -> Floats:
        """The millimetres of a pixel; [..., 3]."""
        us, vs = np.asarray(u, np.float64)[..., None], np.asarray(v, np.float64)[..., None]
        return np.asarray(self.origin + us * (self.mm_right * self.right) + vs * (self.mm_down * self.down))

    def pixel_of(self, mm: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """(u, v, depth in mm along the normal) of points; right and down need not be square to each other."""
        way = np.asarray(mm, np.float64) - self.origin
        across, down = way @ self.right, way @ self.down
        lean = float(self.right @ self.down)
        square = 1.0 - lean * lean
        u, v = (across - lean * down) / square, (down - lean * across) / square
        return u / self.mm_right, v / self.mm_down, way @ self.normal / math.sqrt(square)

    def lies_as(self, other: Plane) -> bool:
        """The same pixels at the same places."""
        size = (self.width, self.height, self.mm_right, self.mm_down)
        if size != (other.width, other.height, other.mm_right, other.mm_down):
            return False
        ways = ((self.origin, other.origin), (self.right, other.right), (self.down, other.down))
        return all(one.tolist() == two.tolist() for one, two in ways)

    def moved(self, mm: ArrayLike) -> Plane:
        return replace(self, origin=self.origin + np.asarray(mm, np.float64))


# -- the frame the three planes stand in --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Axes:
    """Three unit vectors square to each other, each nearest to a side of the patient: left, back, head."""

    left: Floats
    back: Floats
    head: Floats

    @staticmethod
    def of_patient() -> Axes:
        return Axes(*np.eye(3))

    @staticmethod
    def of_volume(geometry: VolumeGeometry) -> Axes:
        """The rows of the slices, their normal and what is square to both, by the sides of the patient they point to."""
        own = [geometry.row_dir, cross(geometry.normal, geometry.row_dir), geometry.normal]
        best = max(_ORDERS, key=lambda order: sum(abs(float(own[i][side])) for side, i in enumerate(order)))
        chosen = [np.asarray(own[i] * (1.0 if own[i][side] >= 0 else -1.0)) for side, i in enumerate(best)]
        return Axes(*chosen)

    def look(self, kind: PlaneKind) -> tuple[Floats, Floats]:
        """(right, down) as radiologists look: the patient's left on the right, the head on top, the nose to the left."""
        if kind is PlaneKind.AXIAL:
            return self.left, self.back
        return (self.left if kind is PlaneKind.CORONAL else self.back), -self.head

    def normal(self, kind: PlaneKind) -> Floats:
        """Unit vector, away from whoever looks at the plane."""
        return self._normals[kind]

    @cached_property
    def _normals(self) -> dict[PlaneKind, Floats]:
        return {kind: cross(*self.look(kind)) for kind in PlaneKind}

    def turned(self, kind: PlaneKind, degrees: float) -> Axes:
        """Turned in a plane, clockwise as it is seen there: that plane stays, the two others turn with their lines."""
        about = self.normal(kind)
        return Axes(*(rotated(v, about, degrees) for v in (self.left, self.back, self.head)))

    def facing(self, kind: PlaneKind, normal: Floats) -> Axes:
        """Turned the shortest way so that a plane of this kind lies square to a (unit) normal, seen from either side."""
        own = self.normal(kind)
        wanted = normal if float(own @ normal) >= 0 else -normal
        about = cross(own, wanted)
        size = float(np.linalg.norm(about))
        if size < 1e-12:
            return self
        degrees = math.degrees(math.atan2(size, float(own @ wanted)))
        return Axes(*(rotated(v, about / size, degrees) for v in (self.left, self.back, self.head)))

    def look_upright(self, kind: PlaneKind, base: Axes) -> tuple[Floats, Floats]:
        """(right, down) in the turned plane, as near as can be to how `base` looks: turning the lines of the crosshair does
        not turn the picture they are drawn on."""
        normal = self.normal(kind)
        right, down = base.look(kind)
        if abs(float(right @ normal)) < abs(float(down @ normal)):
            across = right - normal * float(right @ normal)
            across = across / np.linalg.norm(across)
        else:
            along = down - normal * float(down @ normal)
            across = cross(along / np.linalg.norm(along), normal)
        return np.asarray(across), cross(normal, across)

    @property
    def straight(self) -> bool:
        return bool(np.allclose(np.stack([self.left, self.back, self.head]), np.eye(3), atol=1e-6))


def cross(a: Floats, b: Floats) -> Floats:
    """Of two vectors; numpy's own takes ten times as long for one pair, and a redraw needs dozens."""
    (ax, ay, az), (bx, by, bz) = a.tolist(), b.tolist()
    return np.array((ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx))


_ORDERS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


def rotated(vector: Floats, about: Floats, degrees: float) -> Floats:
    """Rodrigues; `about` is a unit vector. Seen along it the turn is clockwise."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turned = vector * c + cross(about, vector) * s + about * float(about @ vector) * (1 - c)
    return np.asarray(turned / np.linalg.norm(turned))


# -- planes of a volume --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def upright(geometry: VolumeGeometry) -> bool:
    """An even box of voxels: its planes need no resampling."""
    lean = abs(float(geometry.row_dir @ geometry.col_dir))
    tilted = geometry.n > 1 and geometry.tilt_deg > UPRIGHT_DEG
    return geometry.regular and not tilted and lean < math.sin(math.radians(UPRIGHT_DEG))


@lru_cache(maxsize=16)
def badge(geometry: VolumeGeometry) -> str:
    """What a picture made from other than acquired slices must say about itself; empty: nothing was bent."""
    said = []
    if geometry.n > 1 and not geometry.regular:
        said.append(spacing_words(geometry))
    if geometry.n > 1 and geometry.tilt_deg > UPRIGHT_DEG:
        said.append(tilt_words(geometry))
    if not said and not upright(geometry):
        said.append("rows and columns not square")
    return f"{', '.join(said).capitalize()}: resampled" if said else ""


def spacing_words(geometry: VolumeGeometry) -> str:
    least, most = geometry.distances_mm.min(), geometry.distances_mm.max()
    return f"Variable spacing {least:.4g} to {most:.4g} mm"


def tilt_words(geometry: VolumeGeometry) -> str:
    return f"Gantry tilt {geometry.tilt_deg:.1f}°"


def acquired(geometry: VolumeGeometry, slice: int) -> Plane:
    """A slice as it was acquired."""
    return Plane(
        geometry.origins[slice],
        geometry.row_dir,
        geometry.col_dir,
        geometry.spacing_col_mm,
        geometry.spacing_row_mm,
        geometry.columns,
        geometry.rows,
    )


def acquired_kind(geometry: VolumeGeometry) -> PlaneKind:
    """Which of the three planes the acquired slices are nearest to."""
    axes, normal = Axes.of_volume(geometry), geometry.normal
    return max(PlaneKind, key=lambda kind: abs(float(axes.normal(kind) @ normal)))


def step_mm(geometry: VolumeGeometry, normal: Floats) -> float:
    """From one picture to the next along a plane's normal: the voxels' own distance, blended between their axes."""
    total = 0.0
    for direction, spacing in zip(*grid_ways(geometry), strict=True):
        total += float(direction @ normal) ** 2 * spacing
    return total or 1.0


@lru_cache(maxsize=16)
def corners(geometry: VolumeGeometry) -> Floats:
    """Of the outermost voxels' centres, 8 points for a box, more where slices are shifted."""
    ends = np.arange(geometry.n)
    return np.concatenate([geometry.to_mm(c, r, ends) for c in (0, geometry.columns - 1) for r in (0, geometry.rows - 1)])


def middle(geometry: VolumeGeometry) -> Floats:
    """The centre of the middle voxel: what is looked at first."""
    found = geometry.to_mm((geometry.columns - 1) // 2, (geometry.rows - 1) // 2, (geometry.n - 1) // 2)
    return np.asarray(found)


def plane_through(
    geometry: VolumeGeometry,
    axes: Axes,
    kind: PlaneKind,
    mm: ArrayLike,
    base: Axes | None = None,
    coarse: float = 1.0,
    finest_mm: float = 0.0,
) -> Plane:
    """The plane of a kind that holds a point, as large as the volume. Along the voxels it lies on the nearest ones; elsewhere
    its pixels are `coarse` times the finest distance of voxels wide, and not much finer than `finest_mm`."""
    right, down = axes.look(kind) if base is None else axes.look_upright(kind, base)
    return _plane(geometry, right, down, np.asarray(mm, np.float64), coarse, finest_mm)


def plane_of(geometry: VolumeGeometry, sheet: Sheet) -> Plane:
    """As large as the volume and as fine as its voxels: what is measured on a sheet, however coarse it is shown."""
    right, down, origin = (np.array(v) for v in (sheet.right, sheet.down, sheet.origin))
    own = acquired(geometry, int(geometry.nearest_slice(origin)))
    if (right == own.right).all() and (own.sheet.down, own.sheet.origin) == (sheet.down, sheet.origin):
        return own
    return _plane(geometry, right, down, origin)


def _plane(
    geometry: VolumeGeometry, right: Floats, down: Floats, point: Floats, coarse: float = 1.0, finest_mm: float = 0.0
) -> Plane:
    along = along_voxels(geometry, right, down)
    if along is not None:
        return _voxel_plane(geometry, right, down, *along, point)
    seen = corners(geometry)
    spacing = coarse * min(geometry.spacing_row_mm, geometry.spacing_col_mm, step_mm(geometry, geometry.normal))
    us, vs = seen @ right, seen @ down
    wide, high = float(us.max() - us.min()), float(vs.max() - vs.min())
    spacing = max(spacing, min(finest_mm, spacing * UNSEEN), math.sqrt(max(wide * high, 1e-9) / MOST_PX))
    normal = cross(right, down)
    origin = right * us.min() + down * vs.min() + normal * float(point @ normal)
    return Plane(
        origin, right, down, spacing, spacing, math.floor(wide / spacing + 0.5) + 1, math.floor(high / spacing + 0.5) + 1
    )


@lru_cache(maxsize=16)
def grid_ways(geometry: VolumeGeometry) -> tuple[tuple[Floats, Floats, Floats], tuple[float, float, float]]:
    """Directions and distances of the voxels along column, row and slice."""
    step = float(np.linalg.norm(geometry.slice_step)) if geometry.n > 1 else 1.0
    along = geometry.slice_step / step if step > 0 else geometry.normal
    between = geometry.slice_spacing_mm or (float(np.median(geometry.distances_mm)) if geometry.n > 1 else 1.0)
    return (geometry.row_dir, geometry.col_dir, np.asarray(along)), (
        geometry.spacing_col_mm,
        geometry.spacing_row_mm,
        between or 1.0,
    )


def along_voxels(geometry: VolumeGeometry, right: Floats, down: Floats) -> tuple[int, int] | None:
    """Which voxel axes (0 column, 1 row, 2 slice) a picture runs along; None where it runs askew or the volume is not upright."""
    if not upright(geometry):
        return None
    directions, _ = grid_ways(geometry)
    found = []
    for way in (right, down):
        axis = max(range(3), key=lambda i: abs(float(directions[i] @ way)))
        if abs(float(directions[axis] @ way)) < 1 - 1e-9:
            return None
        found.append(axis)
    return (found[0], found[1]) if found[0] != found[1] else None


def _voxel_plane(geometry: VolumeGeometry, right: Floats, down: Floats, across: int, along: int, point: Floats) -> Plane:
    counts = (geometry.columns, geometry.rows, geometry.n)
    directions, spacings = grid_ways(geometry)
    place = [0.0, 0.0, 0.0]
    third = 3 - across - along
    nearest = round(float(geometry.to_voxel(point)[third]))
    place[third] = min(max(nearest, 0), counts[third] - 1)
    for axis, way in ((across, right), (along, down)):
        place[axis] = 0.0 if float(directions[axis] @ way) > 0 else counts[axis] - 1.0
    # Right and down are the voxels' own directions, not nearly them: so the pixels stay voxels over a long way.
    signs = [math.copysign(1.0, float(directions[axis] @ way)) for axis, way in ((across, right), (along, down))]
    return Plane(
        np.asarray(geometry.to_mm(*place)),
        np.asarray(directions[across] * signs[0]),
        np.asarray(directions[along] * signs[1]),
        spacings[across],
        spacings[along],
        counts[across],
        counts[along],
    )
