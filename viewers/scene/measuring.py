"""What is measured on a slice, in words: lengths, angles, areas, and the values under a shape. Qt-free."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from storage.model import measures
from storage.model.geometry import Bitmask, Box, Circle, Ellipse, Geometry, Point, Polygon, Polyline, RotatedBox
from storage.model.measures import Scale
from viewers.scene.volume_pictures import number
from viewers.scene.volume_source import VolumeSource

AREAS = (Box, RotatedBox, Circle, Ellipse, Polygon, Bitmask)


class Measuring:
    """`scale` is for pictures without a place in space (projections, ultrasound); volumes have their own."""

    def __init__(self, volume: VolumeSource, scale: Scale | None = None) -> None:
        self.volume = volume
        self._scale = scale
        self._known: tuple[tuple[object, ...], tuple[str, ...]] | None = None

    @property
    def scale(self) -> Scale:
        geometry = self.volume.geometry
        return Scale.of_volume(geometry) if geometry is not None else self._scale or Scale()

    def length(self, points: list[Point]) -> str:
        scale = self.scale
        return f"{measures.length(points, scale):,.1f} {scale.unit}"

    def angle(self, a: Point, corner: Point, b: Point) -> str:
        found = measures.angle(a, corner, b, self.scale)
        return f"{found:.1f}°" if found is not None else ""

    def cobb(self, first: tuple[Point, Point], second: tuple[Point, Point]) -> str:
        found = measures.cobb(first, second, self.scale)
        return f"Cobb {found:.1f}°" if found is not None else ""

    def words(self, shape: Geometry, frame: int) -> tuple[str, ...]:
        """Lines for a shape on a frame; none for a point. The same shape again costs nothing."""
        store = self.volume.store
        have = store is not None and bool(store.have[frame])
        key = (shape, frame, have)
        if self._known is None or self._known[0] != key:
            self._known = (key, self._words(shape, frame))
        return self._known[1]

    def _words(self, shape: Geometry, frame: int) -> tuple[str, ...]:
        if isinstance(shape, Polyline):
            return self._of_line(list(shape.points))
        if not isinstance(shape, AREAS):
            return ()
        return tuple(filter(None, (self._statistics(shape, frame), self._area(shape))))

    def _of_line(self, points: list[Point]) -> tuple[str, ...]:
        if len(points) < 2:
            return ()
        angle = self.angle(points[0], points[1], points[2]) if len(points) == 3 else ""
        return tuple(filter(None, (self.length(points), angle)))

    def _area(self, shape: Geometry) -> str:
        scale = self.scale
        area = measures.area(shape, scale)
        if area is None or not math.isfinite(area):
            return ""
        if scale.unit == "mm" and area >= 1000:
            return f"{area / 100:,.2f} cm²"
        return f"{area:,.1f} {scale.area_unit}"

    def _statistics(self, shape: Geometry, frame: int) -> str:
        values = self.volume.values(frame)
        if values is None or self.volume.coloured:
            return ""
        found = measures.under_shape(values, shape, self._unmeasured(frame))
        if found is None:
            return ""
        unit = self.volume.frames.units if self.volume.frames is not None else ""
        spread = f"{_decimals(found.mean)} ± {_decimals(found.deviation)} {unit}".rstrip()
        return f"{spread}, {number(found.minimum)} to {number(found.maximum)}, {found.count:,} px"

    def _unmeasured(self, frame: int) -> NDArray[np.bool_] | None:
        found, padding = self.volume.slice(frame), self.volume.look(frame).padding
        if found is None or padding is None:
            return None
        return np.asarray((found.array >= padding[0]) & (found.array <= padding[1]))


def _decimals(value: float) -> str:
    """One decimal, of small numbers four digits."""
    return f"{value:,.1f}" if abs(value) >= 1 or value == 0 else f"{value:.4g}"
