"""What is measured on a slice, in words: lengths, angles, areas, and the values under a shape. Qt-free."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from storage.model import masks, measures
from storage.model.calibration import Axes, Calibration, points_of
from storage.model.geometry import Bitmask, Box, Circle, Ellipse, Geometry, Point, Polygon, Polyline, RotatedBox
from storage.model.measure_classes import Measure, measure_of
from storage.model.measures import MM, Scale, Statistics
from storage.model.sheets import Sheet
from viewers.scene.plane_reader import Under
from viewers.scene.volume_pictures import number
from viewers.scene.volume_source import VolumeSource

#: Where something is measured: on a frame, in its pixels, or on a plane, in millimetres.
Where = int | Sheet

_NO_ANGLE = "no angle: the directions have units of their own"
AREAS = (Box, RotatedBox, Circle, Ellipse, Polygon, Bitmask)


class Measuring:
    """`frame` tells which one is on the screen. Volumes have millimetres of their own; what pixels of other pictures are worth
    (projections, ultrasound) depends on where on which picture they lie."""

    def __init__(self, volume: VolumeSource, frame: Callable[[], int]) -> None:
        self.volume = volume
        self._frame = frame
        self.under: Callable[[Sheet, Geometry], Under | None] = lambda sheet, shape: None  # once there are planes
        self._known: tuple[tuple[object, ...], tuple[str, ...]] | None = None

    def scale(self, points: Iterable[Point], where: Where) -> Scale:
        return MM if isinstance(where, Sheet) else self._calibration.at(points, where)

    @property
    def _calibration(self) -> Calibration:
        return self.volume.calibration.in_space(self.volume.geometry)

    def length(self, points: list[Point], sheet: Sheet | None = None) -> str:
        return self._length(points, self._where(sheet))

    def angle(self, a: Point, corner: Point, b: Point, sheet: Sheet | None = None) -> str:
        return self._angle(a, corner, b, self._where(sheet))

    def cobb(self, first: tuple[Point, Point], second: tuple[Point, Point], sheet: Sheet | None = None) -> str:
        return self._cobb(*first, *second, self._where(sheet))

    def _where(self, sheet: Sheet | None) -> Where:
        return self._frame() if sheet is None else sheet

    def _axes(self, points: Sequence[Point], where: Where) -> Axes | None:
        """Of M-mode and Doppler, whose directions have units of their own."""
        return None if isinstance(where, Sheet) else self._calibration.axes_at(points, where)

    def _length(self, points: list[Point], where: Where) -> str:
        if (axes := self._axes(points, where)) is not None:
            return " · ".join(_span(*each) for each in axes.spans(points))
        scale = self.scale(points, where)
        return f"{measures.length(points, scale):,.1f} {scale.unit}{self._why_no_mm(scale, where)}"

    def _angle(self, a: Point, corner: Point, b: Point, where: Where) -> str:
        if self._axes((a, corner, b), where) is not None:
            return _NO_ANGLE
        found = measures.angle(a, corner, b, self.scale((a, corner, b), where))
        return f"{found:.1f}°" if found is not None else ""

    def _cobb(self, a: Point, b: Point, c: Point, d: Point, where: Where) -> str:
        if self._axes((a, b, c, d), where) is not None:
            return _NO_ANGLE
        found = measures.cobb((a, b), (c, d), self.scale((a, b, c, d), where))
        return f"Cobb {found:.1f}°" if found is not None else ""

    def _why_no_mm(self, scale: Scale, where: Where) -> str:
        """Where other parts of the same picture have millimetres."""
        if scale.unit == "mm" or isinstance(where, Sheet):
            return ""
        return ", not in one calibrated region" if any(r.scale is not None for r in self._calibration.of_frame(where)) else ""

    def words(self, shape: Geometry, where: Where, name: str = "") -> tuple[str, ...]:
        """Lines for a shape of a class of that name; none for a point. The same shape on the same frame again costs nothing."""
        if isinstance(where, Sheet):
            return self._words(shape, where, name)
        store = self.volume.store
        have = store is not None and bool(store.have[where])
        key = (shape, where, have, name, self.volume.suv)
        if self._known is None or self._known[0] != key:
            self._known = (key, self._words(shape, where, name))
        return self._known[1]

    def size(self, shape: Geometry, where: Where, name: str = "") -> str:
        """How large a shape is, in one line: what of its words is no statistics."""
        found = self.words(shape, where, name)
        return " · ".join(found) if isinstance(shape, Polyline) else found[-1] if found else ""

    def body(self, rows: Sequence[Bitmask]) -> str:
        """A mask by the slices it lies on: its volume, where the slices are as far from each other everywhere."""
        count = sum(masks.area(row) for row in rows)
        where = f"in {len(rows):,} slices" if len(rows) > 1 else "in 1 slice"
        geometry = self.volume.geometry
        if geometry is None or geometry.slice_spacing_mm is None:
            return f"{count:,} voxels {where}"
        mm3 = count * Scale.of_volume(geometry).area * geometry.slice_spacing_mm
        return f"{mm3 / 1000:,.2f} cm³ {where}" if mm3 >= 1000 else f"{mm3:,.1f} mm³ {where}"

    def _words(self, shape: Geometry, where: Where, name: str) -> tuple[str, ...]:
        if isinstance(shape, Polyline):
            return self._of_line(list(shape.points), where, name)
        if not isinstance(shape, AREAS):
            return ()
        return tuple(filter(None, (*self._statistics(shape, where), self._area(shape, where))))

    def _of_line(self, points: list[Point], where: Where, name: str) -> tuple[str, ...]:
        if len(points) < 2:
            return ()
        match measure_of(name, len(points)):
            case Measure.ANGLE:
                a, corner, b = points
                return tuple(filter(None, (self._angle(a, corner, b, where),)))
            case Measure.COBB:
                first, second, third, fourth = points
                return tuple(filter(None, (self._cobb(first, second, third, fourth, where),)))
        angle = self._angle(points[0], points[1], points[2], where) if len(points) == 3 else ""
        return tuple(filter(None, (self._length(points, where), angle)))

    def _area(self, shape: Geometry, where: Where) -> str:
        if (axes := self._axes(points_of(shape), where)) is not None:
            return " × ".join(_span(*each) for each in axes.spans(points_of(shape)))
        scale = MM if isinstance(where, Sheet) else self._calibration.under(shape, where)
        area = measures.area(shape, scale)
        if area is None or not math.isfinite(area):
            return ""
        if scale.unit == "mm" and area >= 1000:
            return f"{area / 100:,.2f} cm²"
        return f"{area:,.1f} {scale.area_unit}{self._why_no_mm(scale, where)}"

    def _statistics(self, shape: Geometry, where: Where) -> tuple[str, ...]:
        """Of the values; of PET in SUV before them, where there is such a thing."""
        if isinstance(where, Sheet):
            under = self.under(where, shape)
            found, voxels = (under.found, under.voxels) if under is not None else (None, False)
        else:
            values, voxels = self.volume.values(where), True
            found = None
            if values is not None and not self.volume.coloured:
                found = measures.under_shape(values, shape, self._unmeasured(where))
        if found is None:
            return ()
        unit = self.volume.frames.units if self.volume.frames is not None else ""
        suv = (_spread(found, "SUVbw", self.volume.suv),) if self.volume.suv else ()
        return (*suv, _spread(found, unit) + (f", {found.count:,} px" if voxels else ", of the plane as shown"))

    def _unmeasured(self, frame: int) -> NDArray[np.bool_] | None:
        found, padding = self.volume.slice(frame), self.volume.look(frame).padding
        if found is None or padding is None:
            return None
        return np.asarray((found.array >= padding[0]) & (found.array <= padding[1]))


def _span(value: float, unit: str) -> str:
    """To the millisecond, or a tenth of anything else."""
    return f"{value:,.3f} {unit}" if unit == "s" else f"{value:,.1f} {unit}"


def _spread(found: Statistics, unit: str, factor: float = 1.0) -> str:
    mean, deviation, least, most = (factor * v for v in (found.mean, found.deviation, found.minimum, found.maximum))
    if factor != 1:
        return f"{mean:.2f} ± {deviation:.2f} {unit}, {least:.2f} to {most:.2f}"
    return f"{f'{_decimals(mean)} ± {_decimals(deviation)} {unit}'.rstrip()}, {number(least)} to {number(most)}"


def _decimals(value: float) -> str:
    """One decimal, of small numbers four digits."""
    return f"{value:,.1f}" if abs(value) >= 1 or value == 0 else f"{value:.4g}"
