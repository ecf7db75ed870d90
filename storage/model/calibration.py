"""What a pixel is worth on pictures that have no place in space: as a whole, and in the calibrated parts of ultrasound.

A length is given in mm only where the file says so: by the spacing of its pixels, or inside one region of tissue whose
directions are measured in cm (PS3.3 C.8.5.5). Where an ultrasound shows no tissue but how something changes (M-mode, Doppler),
its two directions are measured each in its own unit, where the file names it. Everywhere else a length is in pixels, counted in
widths where they are not square.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from storage.model.geometry import Geometry, Point, Polyline
from storage.model.measures import FLATTEST, Scale
from storage.model.space import VolumeGeometry

_TISSUE, _CM = 1, 3  # Region Spatial Format 2D; Physical Units cm
_CURVES = (2, 3, 4)  # Region Spatial Format: M-mode, spectral, wave form
_MM_IN_CM = 10.0
#: Physical Units, as they are said; centimetres in mm, as everywhere.
_UNITS = {
    1: "%", 2: "dB", _CM: "mm", 4: "s", 5: "Hz", 6: "dB/s", 7: "cm/s", 8: "cm²", 9: "cm²/s", 10: "cm³", 11: "cm³/s", 12: "°"
}  # fmt: skip
_MOST_REGIONS = 64
_PIXELS = Scale()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Axis:
    """What one pixel is worth in a direction that is no distance, or not one that can be compared with the other."""

    each: float
    unit: str


@dataclass(frozen=True, slots=True)
class Axes:
    """Of M-mode, Doppler and traces: time and depth, time and velocity ... None: nobody says it."""

    across: Axis | None
    down: Axis | None

    def spans(self, points: Iterable[Point]) -> tuple[tuple[float, str], ...]:
        """How far these points reach in each direction, in its unit."""
        pairs = zip((self.across, self.down), zip(*points, strict=True), strict=True)
        return tuple(((max(at) - min(at)) * axis.each, axis.unit) for axis, at in pairs if axis is not None)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture; its edges are points of the picture. `scale` None: it shows no tissue."""

    left: float
    top: float
    right: float
    bottom: float
    scale: Scale | None
    in_front: bool = False
    axes: Axes | None = None

    def holds(self, point: Point) -> bool:
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True, slots=True)
class Calibration:
    """`regions` by kind of picture, those in front first; `of` says which kind each frame is, empty: all are the first."""

    whole: Scale = _PIXELS
    regions: tuple[tuple[Region, ...], ...] = ()
    of: tuple[int, ...] = ()

    @staticmethod
    def of_facts(facts: Mapping[str, Any]) -> Calibration:
        """As series have them; what makes no sense calibrates nothing. NIfTI and NRRD have a place in space or no millimetres."""
        if "header" in facts:
            return Calibration()
        scale = Scale.of_image(facts.get("spacing"), facts.get("spacing_kind", ""))
        if scale.unit == "px":
            scale = Scale.of_aspect(facts.get("pixel_aspect"))
        found = facts.get("ultrasound")
        if not isinstance(found, Mapping):
            return Calibration(scale)
        sets = tuple(_ordered(each) for each in _list(found.get("regions")))
        of = tuple(n if isinstance(n, int) else -1 for n in _list(found.get("of")))
        return Calibration(scale, sets, of)

    def in_space(self, geometry: VolumeGeometry | None) -> Calibration:
        """Pictures that have a place in space have its millimetres, whatever else is said of them."""
        return self if geometry is None else Calibration(Scale.of_volume(geometry))

    @property
    def aspect(self) -> tuple[float, float]:
        """Of a pixel as it is shown: its height and its width."""
        return self.whole.row, self.whole.column

    def at(self, points: Iterable[Point], frame: int) -> Scale:
        """For something that reaches over these points of a frame."""
        regions = self.of_frame(frame)
        return (_shared(regions, list(points), lambda r: r.scale) or self._uncalibrated) if regions else self.whole

    def under(self, shape: Geometry, frame: int) -> Scale:
        """For a shape of a frame."""
        return self.at(points_of(shape), frame)

    def axes_at(self, points: Iterable[Point], frame: int) -> Axes | None:
        """Where they all lie in one region whose directions are measured each in its own unit."""
        return _shared(self.of_frame(frame), list(points), lambda r: r.axes)

    def of_frame(self, frame: int) -> tuple[Region, ...]:
        number = self.of[frame] if 0 <= frame < len(self.of) else 0
        return self.regions[number] if 0 <= number < len(self.regions) else ()

    @property
    def _uncalibrated(self) -> Scale:
        return self.whole if self.whole.unit in ("px", "px widths") else _PIXELS


def _shared(regions: Sequence[Region], points: Sequence[Point], of: Callable[[Region], T | None]) -> T | None:
    """What is the same in the foremost region under every point, where one region with it holds them all."""
    owners = [next((r for r in regions if r.holds(point)), None) for point in points]
    known = {of(owner) if owner is not None else None for owner in owners}
    (found,) = known if len(known) == 1 else (None,)
    together = any(of(r) == found and all(r.holds(point) for point in points) for r in regions)
    return found if together else None


def points_of(shape: Geometry) -> Sequence[Point]:
    """Of a line its own, else the corners around it."""
    if isinstance(shape, Polyline):
        return shape.points
    x0, y0, x1, y1 = shape.bounds()
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _ordered(found: object) -> tuple[Region, ...]:
    """What lies in front first, then the smaller."""
    regions = [r for each in _list(found)[:_MOST_REGIONS] if isinstance(each, Mapping) and (r := _region(each)) is not None]
    return tuple(sorted(regions, key=lambda r: (not r.in_front, r.area)))


def _region(found: Mapping[str, Any]) -> Region | None:
    box = found.get("box")
    if not isinstance(box, list) or len(box) != 4 or not all(isinstance(v, int) for v in box):
        return None
    left, top, right, bottom = box
    if not (0 <= left <= right and 0 <= top <= bottom):
        return None
    return Region(left, top, right + 1, bottom + 1, _scale(found), _is_in_front(found.get("flags")), _axes(found))


def _axes(found: Mapping[str, Any]) -> Axes | None:
    units, delta = found.get("units"), found.get("delta")
    if found.get("format") not in _CURVES or not all(isinstance(v, list) and len(v) == 2 for v in (units, delta)):
        return None
    across, down = (_axis(*each) for each in zip(_list(units), _list(delta), strict=True))
    return Axes(across, down) if across or down else None


def _axis(unit: object, delta: object) -> Axis | None:
    said = _UNITS.get(unit) if isinstance(unit, int) else None
    if said is None or not isinstance(delta, int | float) or not math.isfinite(delta) or delta == 0:
        return None
    return Axis(abs(float(delta)) * (_MM_IN_CM if unit == _CM else 1.0), said)


def _is_in_front(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & 1)


def _scale(found: Mapping[str, Any]) -> Scale | None:
    if found.get("format") != _TISSUE or found.get("units") != [_CM, _CM]:
        return None
    delta = found.get("delta")
    if not isinstance(delta, list) or len(delta) != 2 or not all(isinstance(v, int | float) for v in delta):
        return None
    across, down = (abs(float(v)) * _MM_IN_CM for v in delta)
    sound = all(math.isfinite(v) and v > 0 for v in (across, down)) and 1 / FLATTEST < across / down < FLATTEST
    return Scale(down, across, "mm") if sound else None
