"""What NIfTI and NRRD files have in common: one block of numbers and where it lies in the patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from storage.model.items import Kind, MediaInfo
from storage.model.space import VolumeGeometry

_MOST_PACKED = 1040  # to 1: more than gzip can
MOST_BYTES = 1 << 40  # of the numbers, unpacked; what claims more is damaged


@dataclass(frozen=True, eq=False)
class GridHeader:
    """How the numbers of a volume lie in a file. The fastest index is the column, then row, slice, time."""

    format: str  # nifti1, nifti2, analyze or nrrd
    data_path: Path  # the file with the numbers (of a pair: the .img)
    offset: int  # of the first number; in the unpacked file where `packed` is "whole"
    packed: str  # "": as they are; "whole": the whole file is gzipped; "payload": a gzip stream begins at `offset`
    dtype: str  # numpy, with byte order
    columns: int
    rows: int
    slices: int
    times: int
    samples: int  # per voxel, the fastest index of all: 1, 3 (RGB) or 4 (RGBA)
    slope: float
    intercept: float
    geometry: VolumeGeometry
    facts: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    #: Times lie inside the voxels (NRRD with its list axis first), not one volume after the other.
    interleaved: bool = False
    #: What is wrong with the size of its voxels, "" if nothing: `geometry` then counts voxels, not millimetres.
    unmeasured: str = ""

    @property
    def data_bytes(self) -> int:
        return self.columns * self.rows * self.slices * self.times * self.samples * np.dtype(self.dtype).itemsize

    def may_lie_in(self, size: int) -> bool:
        """Whether a file of so many bytes can hold the numbers: asked before room is made for them."""
        return self.offset + self.data_bytes <= size * (_MOST_PACKED if self.packed else 1)

    def to_dict(self) -> dict[str, Any]:
        """For an item's facts; without the path, which is the item's source."""
        return {
            "format": self.format,
            "data_name": self.data_path.name,
            "offset": self.offset,
            "packed": self.packed,
            "dtype": self.dtype,
            "shape": [self.columns, self.rows, self.slices, self.times],
            "samples": self.samples,
            "slope": self.slope,
            "intercept": self.intercept,
            "geometry": self.geometry_dict(),
            "interleaved": self.interleaved,
            "unmeasured": self.unmeasured,
        }

    def geometry_dict(self) -> dict[str, Any]:
        """Short: a grid is even, so an affine says it all (LPS, column, row, slice)."""
        affine = self.geometry.affine
        return {"affine": affine.tolist()} if affine is not None else self.geometry.to_dict()

    @staticmethod
    def from_dict(found: dict[str, Any], data_path: Path) -> GridHeader:
        columns, rows, slices, times = found["shape"]
        told = found["geometry"]
        geometry = (
            VolumeGeometry.from_affine(told["affine"], (slices, rows, columns))
            if "affine" in told
            else VolumeGeometry.from_dict(told)
        )
        names = ("offset", "packed", "dtype", "samples", "slope", "intercept", "interleaved", "unmeasured")
        given = {name: found[name] for name in names if name in found}
        return GridHeader(
            found["format"], data_path, columns=columns, rows=rows, slices=slices, times=times, geometry=geometry, **given
        )

    def info(self, path: Path, mime: str, size: int) -> MediaInfo:
        geometry = self.geometry
        normal = np.abs(geometry.normal)
        facts = {
            **self.facts,
            "format": self.format,
            "slices": self.slices,
            "times": self.times,
            "bits": np.dtype(self.dtype).itemsize * 8,
            "header": self.to_dict(),
        }
        warnings = self.warnings
        if self.unmeasured:
            facts["missing_3d"] = ["size of voxels"]
            reason = f"the size of its voxels is {self.unmeasured}. Lengths are in pixels."
            warnings = (f"Shown as a stack only, without 3D: {reason}", *warnings)
        else:
            facts |= {
                "spacing": [geometry.spacing_row_mm, geometry.spacing_col_mm],
                "slice_spacing": geometry.slice_spacing_mm,
                "plane": ("sagittal", "coronal", "axial")[int(normal.argmax())],
                "oblique": bool(normal.max() < 0.999),
            }
        frames = self.slices * self.times
        return MediaInfo(Kind.NIFTI, mime, size, self.columns, self.rows, frames, facts=facts, warnings=warnings)
