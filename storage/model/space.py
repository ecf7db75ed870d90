"""Where the voxels of a volume lie in the patient: millimetres, LPS (x to the left, y to the back, z to the head).

The geometry is that of Image Position and Image Orientation alone (decisions.md 5): slice thickness, spacing between slices
and tilt tags never take part. Voxel coordinates here are (column, row, slice) with whole numbers at voxel *centres*; model
coordinates of shapes have the centre at +0.5 (decisions.md 2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

STRAIGHT = 0.01  # how far, in slice distances, a slice may lie from the straight even row of a regular volume
GAP = 1.5  # a step longer than this many usual ones is a gap
_FAINT = 0.05  # part of a direction (sine of 3 degrees) below which it has no letter of its own
_LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))

#: LPS to RAS (NIfTI) and back.
LPS_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class VolumeGeometry:
    """The slices of one volume: parallel, of one matrix and pixel spacing, each with an origin of its own."""

    origins: Floats  # [n, 3], centre of the first voxel of each slice
    row_dir: Floats  # along a row: the way the column index grows (IOP[0:3])
    col_dir: Floats  # down a column: the way the row index grows (IOP[3:6])
    spacing_row_mm: float  # between rows (PixelSpacing[0])
    spacing_col_mm: float  # between columns (PixelSpacing[1])
    rows: int
    columns: int

    def __post_init__(self) -> None:
        origins = np.array(self.origins, np.float64).reshape(-1, 3)
        directions = [np.array(v, np.float64).reshape(3) for v in (self.row_dir, self.col_dir)]
        spacing = (float(self.spacing_row_mm), float(self.spacing_col_mm))
        lengths = [float(np.linalg.norm(v)) for v in directions]
        if not len(origins) or self.rows < 1 or self.columns < 1:
            raise ValueError("a volume needs slices, rows and columns")
        if not (np.isfinite(origins).all() and all(np.isfinite(s) and s > 0 for s in (*spacing, *lengths))):
            raise ValueError("positions, directions and spacing of a volume must be finite, spacing positive")
        # One that was made of length one before stays as it is to the last digit.
        across, down = (v if abs(n - 1) < 1e-12 else v / n for v, n in zip(directions, lengths, strict=True))
        if np.linalg.norm(np.cross(across, down)) < 0.1:
            raise ValueError("rows and columns of a volume must not run the same way")
        for name, value in (("origins", origins), ("row_dir", across), ("col_dir", down)):
            value.flags.writeable = False
            object.__setattr__(self, name, value)

    # -- facts -------------------------------------------------------------------------------------------------------

    @property
    def n(self) -> int:
        return len(self.origins)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of its arrays: slices, rows, columns."""
        return self.n, self.rows, self.columns

    @cached_property
    def normal(self) -> Floats:
        """row x column: the side from which a slice is seen with its first row on top, away from the viewer."""
        across = np.cross(self.row_dir, self.col_dir)
        return np.asarray(across / np.linalg.norm(across))

    @cached_property
    def heights(self) -> Floats:
        """Of each slice along the normal, in mm."""
        return np.asarray(self.origins @ self.normal)

    @cached_property
    def slice_step(self) -> Floats:
        """From slice to slice, on average; not the normal where the gantry is tilted. One slice: the normal, 1 mm."""
        if self.n == 1:
            return self.normal
        return np.asarray((self.origins[-1] - self.origins[0]) / (self.n - 1))

    @cached_property
    def deviation_mm(self) -> float:
        """How far the slice that lies worst is from its place in a straight even row."""
        even = self.origins[0] + np.arange(self.n)[:, None] * self.slice_step
        return float(np.linalg.norm(self.origins - even, axis=1).max())

    @cached_property
    def regular(self) -> bool:
        """Whether one affine places all slices. A tilted volume is regular: sheared, but even."""
        step = abs(float(self.slice_step @ self.normal))
        return step > 1e-6 and self.deviation_mm <= STRAIGHT * step

    @cached_property
    def affine(self) -> Floats | None:
        """(column, row, slice, 1) to LPS mm of the voxel's centre; None where the slices are irregular."""
        if not self.regular:
            return None
        made = np.eye(4)
        made[:3, 0] = self.row_dir * self.spacing_col_mm
        made[:3, 1] = self.col_dir * self.spacing_row_mm
        made[:3, 2] = self.slice_step
        made[:3, 3] = self.origins[0]
        return made

    @cached_property
    def tilt_deg(self) -> float:
        """Between the way from slice to slice and the slices' normal (0 to 90, without the vendor's sign)."""
        step = self.slice_step
        sine, cosine = np.linalg.norm(np.cross(step, self.normal)), abs(float(step @ self.normal))
        return float(np.degrees(np.arctan2(sine, cosine)))

    @cached_property
    def distances_mm(self) -> Floats:
        """Between neighbouring slices, measured along the normal; n - 1 of them."""
        return np.asarray(np.abs(np.diff(self.heights)))

    @cached_property
    def _to_pixels(self) -> Floats:
        """[3, 2]: millimetres in the plane of a slice to columns and rows, which need not be square to each other."""
        ways = np.stack([self.row_dir * self.spacing_col_mm, self.col_dir * self.spacing_row_mm])
        return np.asarray(ways.T @ np.linalg.inv(ways @ ways.T))

    @property
    def slice_spacing_mm(self) -> float | None:
        """Between slices along the normal where it is the same everywhere; None for one slice or irregular ones."""
        return abs(float(self.slice_step @ self.normal)) if self.n > 1 and self.regular else None

    @cached_property
    def usual_distance_mm(self) -> float:
        """The distance that half of the neighbours do not exceed; 0 for one slice."""
        distances = np.sort(self.distances_mm)
        return float(distances[(len(distances) - 1) // 2]) if len(distances) else 0.0

    @cached_property
    def gaps(self) -> tuple[int, ...]:
        """Slices after which one or more are missing."""
        usual = self.usual_distance_mm
        return tuple(int(k) for k in np.flatnonzero(self.distances_mm > GAP * usual)) if usual > 0 else ()

    @cached_property
    def duplicates(self) -> tuple[int, ...]:
        """Slices that lie where the slice before them lies."""
        return tuple(int(k) + 1 for k in np.flatnonzero(self.distances_mm < 1e-4))

    @cached_property
    def extent_mm(self) -> tuple[Floats, Floats]:
        """The least and the greatest corner of the box around all voxel centres."""
        corners = np.array([self.to_mm(c, r, np.arange(self.n)) for c in (0, self.columns - 1) for r in (0, self.rows - 1)])
        return corners.reshape(-1, 3).min(axis=0), corners.reshape(-1, 3).max(axis=0)

    # -- between voxels and millimetres ------------------------------------------------------------------------------

    def to_mm(self, column: ArrayLike, row: ArrayLike, slice: ArrayLike) -> Floats:
        """LPS of points in the volume; [..., 3]. Between slices it lies on the line between their origins."""
        columns, rows, slices = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (column, row, slice)))
        in_plane = columns[..., None] * (self.row_dir * self.spacing_col_mm) + rows[..., None] * (
            self.col_dir * self.spacing_row_mm
        )
        return np.asarray(self._origin_at(slices) + in_plane)

    def to_voxel(self, mm: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """(column, row, slice) of points [..., 3], as fractions; beyond the ends the last distance goes on."""
        points = np.asarray(mm, np.float64)
        slices = self._slice_at(points @ self.normal)
        places = (points - self._origin_at(slices)) @ self._to_pixels
        return places[..., 0], places[..., 1], slices

    def nearest_slice(self, mm: ArrayLike) -> NDArray[np.int64]:
        """The slice whose plane lies nearest, within the volume."""
        heights = np.asarray(mm, np.float64) @ self.normal
        return np.asarray(np.abs(heights[..., None] - self.heights).argmin(axis=-1))

    def _origin_at(self, slices: Floats) -> Floats:
        if self.n == 1:
            return np.asarray(self.origins[0] + slices[..., None] * self.normal)
        low = np.clip(np.floor(slices), 0, self.n - 2).astype(np.int64)
        part = (slices - low)[..., None]
        return np.asarray(self.origins[low] * (1 - part) + self.origins[low + 1] * part)

    def _slice_at(self, heights: Floats) -> Floats:
        if self.n == 1:
            return np.asarray(heights - self.heights[0])
        known = self.heights if self.heights[-1] >= self.heights[0] else -self.heights
        wanted = heights if known is self.heights else -heights
        low = np.clip(np.searchsorted(known, wanted, side="right") - 1, 0, self.n - 2)
        step = known[low + 1] - known[low]
        return np.asarray(low + (wanted - known[low]) / np.where(step == 0, 1.0, step))

    # -- of other forms ----------------------------------------------------------------------------------------------

    @staticmethod
    def from_affine(affine: ArrayLike, shape: tuple[int, int, int]) -> VolumeGeometry:
        """Of an affine (column, row, slice, 1) to LPS mm and an array's shape (slices, rows, columns), in the array's order."""
        matrix = np.asarray(affine, np.float64)
        n, rows, columns = shape
        across, down = matrix[:3, 0], matrix[:3, 1]
        origins = matrix[:3, 3] + np.arange(n)[:, None] * matrix[:3, 2]
        spacing = float(np.linalg.norm(down)), float(np.linalg.norm(across))
        return VolumeGeometry(origins, across, down, *spacing, rows, columns)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; doubles survive it exactly."""
        return {
            "origins": self.origins.tolist(),
            "row_dir": self.row_dir.tolist(),
            "col_dir": self.col_dir.tolist(),
            "spacing": [self.spacing_row_mm, self.spacing_col_mm],
            "rows": self.rows,
            "columns": self.columns,
        }

    @staticmethod
    def from_dict(found: Any) -> VolumeGeometry:
        spacing_row, spacing_col = (float(v) for v in found["spacing"])
        directions = np.array(found["row_dir"]), np.array(found["col_dir"])
        size = int(found["rows"]), int(found["columns"])
        return VolumeGeometry(np.array(found["origins"]), *directions, spacing_row, spacing_col, *size)


def letters(direction: ArrayLike) -> str:
    """The patient's side a direction points to: "L", or "LP" where it runs between two, the stronger one first."""
    vector = np.asarray(direction, np.float64).tolist()
    faint = _FAINT * math.hypot(*vector)
    strong = [axis for axis in range(3) if abs(vector[axis]) > faint]
    return "".join(_LETTERS[axis][int(vector[axis] < 0)] for axis in sorted(strong, key=lambda axis: -abs(vector[axis])))
