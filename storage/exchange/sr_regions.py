"""Regions of a structured report onto the frames of a series: those of images, and those of space.

What lies in space is a shape of the slice that it lies in, else of a plane of its own. What we wrote in space lay on such a plane.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storage.exchange import dicom_read as dr
from storage.exchange import planes
from storage.exchange.dicom_labels import lies_elsewhere
from storage.exchange.sr_cuboid import cuboid_of
from storage.exchange.volumes import Series
from storage.model.geometry import Cuboid2D, Ellipse, Geometry, Keypoint, Point, Polygon, Polyline
from storage.model.sheets import Sheet, ellipse_of, through
from storage.model.space import VolumeGeometry

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

REGIONS = frozenset({"SCOORD", "SCOORD3D"})
_COUNTS = {"POINT": 1, "CIRCLE": 2, "ELLIPSE": 4}  # points that make one
_KINDS = frozenset({*_COUNTS, "OPEN", "CLOSED"})
_FARTHEST = 1e6  # pixels or millimetres
_FLAT_MM = 0.02


class NotTaken(Exception):
    """The reason stands in it."""


@dataclass(frozen=True)
class Region:
    """`kind` is that of `dicom_sr.FITTING`; points are points of the picture, or of the sheet."""

    frame: int
    kind: str
    points: list[Point]
    cuboid: Cuboid2D | None = None  # of which the points are the silhouette
    sheet: Sheet | None = None

    def seen_on(self, sheet: Sheet) -> Region | None:
        """With the points of another sheet; None where it does not lie on that."""
        assert self.sheet is not None
        places = sheet.place_of(self.sheet.at(self.points))
        flat = float(np.abs(places[:, 2]).max()) <= _FLAT_MM
        return replace(self, points=_points(places[:, :2]), sheet=sheet) if flat else None

    @property
    def outline(self) -> Geometry:
        match self.kind:
            case "POINT":
                return Keypoint(*self.points[0])
            case "OPEN":
                return Polyline(tuple(self.points))
            case "CIRCLE":
                (x, y), rim = self.points
                r = math.dist((x, y), rim)
                return Ellipse(x, y, r, r, 0.0)
            case "ELLIPSE":
                a, b, c, d = np.array(self.points)  # at right angles in millimetres, not so on pixels that are not square
                x, y = ((a + b) / 2).tolist()
                return ellipse_of((x, y), np.stack([b - a, d - c], axis=1) / 2)
        return Polygon.simple(tuple(self.points[:-1]))


class Regions:
    """Of one report."""

    def __init__(self, head: Dataset, series: Series) -> None:
        self._head, self._series = head, series

    def of(self, item: Dataset, images: Sequence[Dataset] = (), time: int = 0) -> list[Region]:
        """One, or as many as it has points. `images`: what the group of a region in space refers to; `time`: which of the
        series' times it is of, from 1; 0: not said. Raises NotTaken."""
        said = dr.text(item, "GraphicType")
        in_space = dr.text(item, "ValueType") == "SCOORD3D"
        numbers = _numbers(item, 3 if in_space else 2)
        pieces = [numbers[n : n + 1] for n in range(len(numbers))] if said == "MULTIPOINT" and len(numbers) else [numbers]
        placed = [
            self._in_space(item, mm, images, time) if in_space else (self._on_image(item), _points(mm), None) for mm in pieces
        ]
        kind = {"MULTIPOINT": "POINT", "POLYGON": "POLYLINE"}.get(said, said)
        regions = ((_region(said, kind, frame, points), sheet) for frame, points, sheet in placed)
        return [replace(region, sheet=sheet) for region, sheet in regions]

    # -- on images

    def _on_image(self, item: Dataset) -> int:
        frames = [f for i in dr.sequence(item, "ContentSequence") if (f := self._frame(self._resolved(i))) is not None]
        if not frames:
            raise NotTaken("the image it lies on is not in the series")
        return frames[0]

    def _frame(self, image: Dataset | None) -> int | None:
        reference = dr.first(image, "ReferencedSOPSequence")
        if reference is None:
            return None
        return self._series.frame_of(
            dr.text(reference, "ReferencedSOPInstanceUID"), dr.whole(reference, "ReferencedFrameNumber")
        )

    def _resolved(self, item: Dataset) -> Dataset | None:
        """An item that stands elsewhere in the report and is named here by its place: numbers from 1, the root first."""
        place = dr.value(item, "ReferencedContentItemIdentifier")
        if place is None:
            return item
        found: Dataset | None = self._head
        for number in ([place] if isinstance(place, int) else list(place))[1:]:
            below = dr.sequence(found, "ContentSequence")
            found = below[number - 1] if 0 < number <= len(below) else None
        return found

    # -- in space

    def _in_space(
        self, item: Dataset, mm: NDArray[np.float64], images: Sequence[Dataset], time: int
    ) -> tuple[int, list[Point], Sheet | None]:
        geometry = self._series.geometry
        if geometry is None:
            raise NotTaken("it lies in millimetres, and the series has no positions in a patient")
        if lies_elsewhere(self._series, item, "ReferencedFrameOfReferenceUID"):
            raise NotTaken("it was drawn in another frame of reference")
        if dr.text(item, "GraphicType") == "ELLIPSOID":
            raise NotTaken("an ellipsoid is no shape of slices")
        if not len(mm):
            return 0, [], None
        known = 0 < time <= self._series.times
        if dr.text(self._head, "Manufacturer") == "Postil" and (known or self._series.times == 1):
            slice_, points, sheet = self._on_sheet(geometry, mm)
            return (time - 1) * self._series.slices + slice_ if known else slice_, points, sheet
        named = [f for image in images if (f := self._frame(self._resolved(image))) is not None]
        frame, why = planes.frame_of(self._series, geometry, mm, named)
        if frame is None and why == planes.NOT_FLAT and self._series.times == 1:
            return self._on_sheet(geometry, mm)
        if frame is None:
            raise NotTaken(why)
        return frame, _points(planes.in_plane(geometry, mm, frame % self._series.slices)), None

    def _on_sheet(self, geometry: VolumeGeometry, mm: NDArray[np.float64]) -> tuple[int, list[Point], Sheet | None]:
        """A line or a point lies on many planes: that of them which is nearest to no slice is taken."""
        sheet = through(mm, (geometry.row_dir, geometry.col_dir, geometry.normal), _FLAT_MM)
        if sheet is None:
            raise NotTaken("it does not lie in one plane")
        if len(mm) == 5 and np.array_equal(mm[0], mm[4]):  # a box lies along its own sides
            sheet = Sheet.of(mm[0], mm[1] - mm[0], np.cross(sheet.normal, mm[1] - mm[0]))
        return int(geometry.nearest_slice(mm.mean(axis=0))), _points(sheet.place_of(mm)[:, :2]), sheet


def _region(said: str, kind: str, frame: int, points: list[Point]) -> Region:
    if kind == "POLYLINE" and points:
        kind = "CLOSED" if len(points) > 3 and points[0] == points[-1] else "OPEN"
    if not points or kind not in _KINDS or len(points) != _COUNTS.get(kind, len(points)):
        raise NotTaken(f"its region ({said or 'of no kind'}) cannot be read")
    if kind == "CLOSED" and (found := cuboid_of(points)) is not None:
        return Region(frame, kind, found[1], found[0])
    return Region(frame, kind, points)


def _numbers(item: Dataset, each: int) -> NDArray[np.float64]:
    """[n, each]; none where they are not what they should be."""
    found = dr.value(item, "GraphicData")
    none = np.empty((0, each))
    try:
        raw = np.frombuffer(found, "<f4") if isinstance(found, bytes) else found  # long ones are of no type (UN)
        values = np.array(raw, np.float64).reshape(-1, each)
    except (TypeError, ValueError):
        return none
    return values if np.isfinite(values).all() and np.abs(values).max(initial=0) <= _FARTHEST else none


def _points(values: NDArray[np.float64]) -> list[Point]:
    return [(float(x), float(y)) for x, y in values]
