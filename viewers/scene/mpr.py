"""Planes through a volume: where they lie in the patient, and the voxels that lie on them. Qt-free.

A plane is a picture whose every pixel is a point in LPS millimetres. Where it runs along the voxels of an even, upright
volume its pixels *are* voxels and nothing is copied; every other plane is resampled from the same memory. Acquired slices are
never resampled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from storage.model.sheets import Sheet
from storage.model.space import Floats, VolumeGeometry
from viewers.scene.plane_rows import blended_rows

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
        least, most = float(geometry.distances_mm.min()), float(geometry.distances_mm.max())
        said.append(f"variable spacing {least:.4g} to {most:.4g} mm")
    if geometry.n > 1 and geometry.tilt_deg > UPRIGHT_DEG:
        said.append(f"gantry tilt {geometry.tilt_deg:.1f}°")
    if not said and not upright(geometry):
        said.append("rows and columns not square")
    words = ", ".join(said)
    return f"{words[0].upper()}{words[1:]}: resampled" if said else ""


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
    for direction, spacing in zip(*_grid(geometry), strict=True):
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
    own = acquired(geometry, geometry.nearest_slice(origin))
    if (right == own.right).all() and (own.sheet.down, own.sheet.origin) == (sheet.down, sheet.origin):
        return own
    return _plane(geometry, right, down, origin)


def _plane(
    geometry: VolumeGeometry, right: Floats, down: Floats, point: Floats, coarse: float = 1.0, finest_mm: float = 0.0
) -> Plane:
    along = _along_voxels(geometry, right, down)
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
def _grid(geometry: VolumeGeometry) -> tuple[tuple[Floats, Floats, Floats], tuple[float, float, float]]:
    """Directions and distances of the voxels along column, row and slice."""
    step = float(np.linalg.norm(geometry.slice_step)) if geometry.n > 1 else 1.0
    along = geometry.slice_step / step if step > 0 else geometry.normal
    between = geometry.slice_spacing_mm or (float(np.median(geometry.distances_mm)) if geometry.n > 1 else 1.0)
    return (geometry.row_dir, geometry.col_dir, np.asarray(along)), (
        geometry.spacing_col_mm,
        geometry.spacing_row_mm,
        between or 1.0,
    )


def _along_voxels(geometry: VolumeGeometry, right: Floats, down: Floats) -> tuple[int, int] | None:
    """Which voxel axes (0 column, 1 row, 2 slice) a picture runs along; None where it runs askew or the volume is not upright."""
    if not upright(geometry):
        return None
    directions, _ = _grid(geometry)
    found = []
    for way in (right, down):
        axis = max(range(3), key=lambda i: abs(float(directions[i] @ way)))
        if abs(float(directions[axis] @ way)) < 1 - 1e-9:
            return None
        found.append(axis)
    return (found[0], found[1]) if found[0] != found[1] else None


def _voxel_plane(geometry: VolumeGeometry, right: Floats, down: Floats, across: int, along: int, point: Floats) -> Plane:
    counts = (geometry.columns, geometry.rows, geometry.n)
    directions, spacings = _grid(geometry)
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


# -- voxels on a plane ---------------------------------------------------------------------------------------------------


class Reslicer:
    """Cuts planes out of one block of voxels, [slice, row, column] or with colours as a fourth axis."""

    def __init__(self, array: NDArray[Any], geometry: VolumeGeometry) -> None:
        if array.shape[:3] != geometry.shape:
            raise ValueError(f"{array.shape} voxels do not fit a geometry of {geometry.shape}")
        self.array, self.geometry = array, geometry
        self._vtk: tuple[Any, Any] | None = None

    def on_voxels(self, plane: Plane) -> bool:
        """Its pixels are voxels."""
        return self._view(plane) is not None

    def cut(self, plane: Plane, *, linear: bool = True, slab: Slab | None = None, outside: float = 0.0) -> NDArray[Any]:
        """[height, width] values of the voxels' own type; `outside` the volume."""
        view = self._view(plane)
        if view is not None:
            return _flatten(view[0], view[1], slab, plane, self.geometry)
        if self.geometry.affine is not None and self.geometry.n > 1:
            return self._resliced(plane, linear, slab, outside)
        return self._gathered(plane, linear, slab, outside)

    def _view(self, plane: Plane) -> tuple[NDArray[Any], int] | None:
        """(the block turned to [depth, v, u], the depth of the plane in it) where pixels are voxels."""
        along = _along_voxels(self.geometry, plane.right, plane.down)
        if along is None:
            return None
        directions, spacings = _grid(self.geometry)
        third = 3 - along[0] - along[1]
        found = [float(np.asarray(v)) for v in self.geometry.to_voxel(plane.origin)]
        even = all(abs(found[axis] - round(found[axis])) < 1e-3 for axis in range(3))
        same = abs(plane.mm_right - spacings[along[0]]) < 1e-6 and abs(plane.mm_down - spacings[along[1]]) < 1e-6
        counts = (self.geometry.columns, self.geometry.rows, self.geometry.n)
        whole = (plane.width, plane.height) == (counts[along[0]], counts[along[1]])
        if not (even and same and whole and 0 <= round(found[third]) < counts[third]):
            return None
        axis_of = {0: 2, 1: 1, 2: 0}  # (column, row, slice) in an array of [slice, row, column]
        order = [axis_of[third], axis_of[along[1]], axis_of[along[0]], *range(3, self.array.ndim)]
        block = self.array.transpose(order)
        backward_v = float(directions[along[1]] @ plane.down) < 0
        backward_u = float(directions[along[0]] @ plane.right) < 0
        block = block[:, :: -1 if backward_v else 1, :: -1 if backward_u else 1]
        return block, round(found[third])

    # -- resampled

    def _resliced(self, plane: Plane, linear: bool, slab: Slab | None, outside: float) -> NDArray[Any]:
        """By VTK on the same memory: 3 ms for 512 x 512. The affine may be sheared, so a tilted gantry comes right."""
        depth = _layers(plane, slab, self.geometry)
        away = plane.normal / np.linalg.norm(plane.normal)
        to_mm = np.eye(4)
        to_mm[:3, 0], to_mm[:3, 1], to_mm[:3, 2] = plane.right * plane.mm_right, plane.down * plane.mm_down, away
        to_mm[:3, 3] = plane.origin
        assert self.geometry.affine is not None
        index = np.linalg.inv(self.geometry.affine) @ to_mm
        if linear and depth.count == 1:
            rows = blended_rows(self.array, index, plane.width, plane.height, outside)
            if rows is not None:
                return rows
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkCommonMath import vtkMatrix4x4

        reslice, transform = self._engine()
        matrix = vtkMatrix4x4()
        matrix.DeepCopy(index.ravel().tolist())
        transform.SetMatrix(matrix)
        reslice.SetOutputSpacing(1.0, 1.0, depth.spacing)
        reslice.SetOutputOrigin(0.0, 0.0, 0.0)
        reslice.SetOutputExtent(0, plane.width - 1, 0, plane.height - 1, 0, 0)
        reslice.SetInterpolationMode(1 if linear else 0)
        reslice.SetBackgroundLevel(outside)
        reslice.SetBackgroundColor(outside, outside, outside, outside)
        reslice.SetSlabNumberOfSlices(depth.count)
        {"max": reslice.SetSlabModeToMax, "min": reslice.SetSlabModeToMin, "mean": reslice.SetSlabModeToMean}[
            slab.mode if slab else "mean"
        ]()
        reslice.Modified()
        reslice.Update()
        made = vtk_to_numpy(reslice.GetOutput().GetPointData().GetScalars())
        return np.array(made.reshape(plane.height, plane.width, *self.array.shape[3:]), self.array.dtype)

    def _engine(self) -> tuple[Any, Any]:
        if self._vtk is None:
            from vtkmodules.util.numpy_support import numpy_to_vtk
            from vtkmodules.vtkCommonDataModel import vtkImageData
            from vtkmodules.vtkCommonTransforms import vtkTransform
            from vtkmodules.vtkImagingCore import vtkImageReslice

            n, rows, columns = self.geometry.shape
            flat = self.array.reshape(n * rows * columns, *self.array.shape[3:])
            image = vtkImageData()
            image.SetDimensions(columns, rows, n)
            image.GetPointData().SetScalars(numpy_to_vtk(flat, deep=False))
            transform = vtkTransform()
            reslice = vtkImageReslice()
            reslice.SetInputData(image)
            reslice.SetResliceTransform(transform)
            reslice.SetOutputDimensionality(3)
            reslice.SetBorder(True)
            self._vtk = reslice, transform
        return self._vtk

    def _gathered(self, plane: Plane, linear: bool, slab: Slab | None, outside: float) -> NDArray[Any]:
        """Slice by slice's own origin, for volumes that no affine describes."""
        layers = _layers(plane, slab, self.geometry)
        away = plane.normal / np.linalg.norm(plane.normal)
        us, vs = np.meshgrid(np.arange(plane.width), np.arange(plane.height))
        base = plane.at(us, vs)
        made: NDArray[Any] | None = None
        for i in range(layers.count):
            shift = away * ((i - (layers.count - 1) / 2) * layers.spacing)
            values = self._points(base + shift, linear, outside)
            if made is None:
                made = values.astype(np.float64) if slab and slab.mode == "mean" else values
            elif slab and slab.mode == "mean":
                made = made + values
            else:
                made = np.maximum(made, values) if slab is None or slab.mode == "max" else np.minimum(made, values)
        assert made is not None
        return _as(made / layers.count, self.array.dtype) if slab and slab.mode == "mean" else made

    def _points(self, mm: Floats, linear: bool, outside: float) -> NDArray[Any]:
        columns, rows, slices = self.geometry.to_voxel(mm)
        counts = (self.geometry.columns, self.geometry.rows, self.geometry.n)
        inside = np.ones(columns.shape, bool)
        for value, count in zip((columns, rows, slices), counts, strict=True):
            inside &= (value >= -0.5) & (value <= count - 0.5)
        places = [np.clip(v, 0, count - 1) for v, count in zip((columns, rows, slices), counts, strict=True)]
        if not linear:
            c, r, k = (np.floor(v + 0.5).astype(np.intp) for v in places)
            values = self.array[k, r, c]
        else:
            values = self._blended(*places, counts)
        kept = inside if values.ndim == inside.ndim else inside[..., None]
        return np.where(kept, values, np.asarray(outside, self.array.dtype))

    def _blended(self, columns: Floats, rows: Floats, slices: Floats, counts: tuple[int, int, int]) -> NDArray[Any]:
        low = [np.floor(v).astype(np.intp) for v in (columns, rows, slices)]
        high = [np.minimum(at + 1, count - 1) for at, count in zip(low, counts, strict=True)]
        part = [(v - at).astype(np.float32) for v, at in zip((columns, rows, slices), low, strict=True)]
        total: Any = 0.0
        for pick in range(8):
            c, r, k = ((high if pick >> axis & 1 else low)[axis] for axis in range(3))
            weight: Any = np.float32(1.0)
            for axis in range(3):
                weight = weight * (part[axis] if pick >> axis & 1 else 1 - part[axis])
            total = total + (weight if self.array.ndim == 3 else weight[..., None]) * self.array[k, r, c]
        return _as(total, self.array.dtype)


@dataclass(frozen=True, slots=True)
class _Layers:
    count: int
    spacing: float  # mm


def _layers(plane: Plane, slab: Slab | None, geometry: VolumeGeometry) -> _Layers:
    """A slab is made of planes about a voxel apart, an odd number, so that the plane itself is the middle one."""
    step = step_mm(geometry, plane.normal)
    if slab is None or slab.mm <= step:
        return _Layers(1, step)
    count = 2 * math.ceil(slab.mm / step / 2 - 0.25) + 1
    return _Layers(count, slab.mm / count)


def _flatten(block: NDArray[Any], at: int, slab: Slab | None, plane: Plane, geometry: VolumeGeometry) -> NDArray[Any]:
    """[depth, v, u] to [v, u]: one layer, or those whose centres lie within the slab."""
    step = step_mm(geometry, plane.normal)
    half = int(slab.mm / step / 2 + 1e-6) if slab else 0
    if slab is None or half < 1:
        return block[at]
    thick = block[max(0, at - half) : at + half + 1]
    numbers = block.dtype.kind != "f" or bool(np.isfinite(thick).all())
    if slab.mode == "mean":
        return _as(thick.mean(axis=0, dtype=np.float32), block.dtype) if numbers else _mean_of_numbers(thick)
    if numbers:
        return np.asarray(thick.max(axis=0) if slab.mode == "max" else thick.min(axis=0))
    thick = np.where(np.isfinite(thick), thick, np.nan)
    return np.asarray((np.fmax if slab.mode == "max" else np.fmin).reduce(thick, axis=0))


def _mean_of_numbers(thick: NDArray[Any]) -> NDArray[Any]:
    """Not a number where there is none."""
    sound = np.isfinite(thick)
    count = sound.sum(axis=0)
    total = np.where(sound, thick, 0).sum(axis=0, dtype=np.float64)
    return np.where(count, total / np.maximum(count, 1), np.nan).astype(thick.dtype)


def _as(values: NDArray[Any], kind: np.dtype[Any]) -> NDArray[Any]:
    return np.rint(values).astype(kind) if kind.kind in "iub" else values.astype(kind)
