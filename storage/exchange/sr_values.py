"""What a report of others has measured, compared with what its region measures here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from storage.exchange import dicom_read as dr
from storage.exchange.sr_regions import Region
from storage.exchange.volumes import Series
from storage.model import measures
from storage.model.geometry import Polyline

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

#: UCUM unit: what it measures, and what one of it is in mm, mm² or degrees.
_UNITS = {
    "um": ("mm", 1e-3), "mm": ("mm", 1.0), "cm": ("mm", 10.0), "m": ("mm", 1e3),
    "mm2": ("mm²", 1.0), "cm2": ("mm²", 100.0),
    "deg": ("°", 1.0),
}  # fmt: skip
_PART, _LEAST = 0.01, 0.05  # of the value, and in its unit: as far as programs may round and count edges otherwise


def compared(numbers: Sequence[Dataset], region: Region | None, series: Series) -> tuple[list[tuple[str, str]], int]:
    """Values that came out otherwise, with what is said of each; and how many could not be compared."""
    told = [_value(item) for item in numbers]
    differing: list[tuple[str, str]] = []
    unknown = 0
    for item, found in zip(numbers, told, strict=True):
        alone = found is not None and sum(other is not None and other[0] == found[0] for other in told) == 1
        own = _measured(region, found[0], series) if region is not None and found is not None and alone else None
        if found is None or own is None:
            unknown += 1
            continue
        unit, value = found
        if abs(value - own) > max(_LEAST, _PART * abs(value)):
            what = dr.coded(item, "ConceptNameCodeSequence")[2] or "a value"
            differing.append(
                (what, f"it is {value:.5g} {unit} in the report and {own:.5g} {unit} as its shape is measured here")
            )
    return differing, unknown


def _value(item: Dataset) -> tuple[str, float] | None:
    measured = dr.first(item, "MeasuredValueSequence")
    unit = _UNITS.get(dr.coded(measured, "MeasurementUnitsCodeSequence")[0])
    try:
        return (unit[0], float(dr.text(measured, "NumericValue")) * unit[1]) if unit is not None else None
    except ValueError:
        return None


def _measured(region: Region, unit: str, series: Series) -> float | None:
    outline = region.outline
    on_picture = series.calibration.in_space(series.geometry)
    scale = on_picture.under(outline, region.frame) if region.sheet is None else measures.MM
    if unit != "°" and scale.unit != "mm":
        return None
    if not isinstance(outline, Polyline):
        return measures.area(outline, scale) if unit == "mm²" else None
    points = outline.points
    if unit == "°" and len(points) == 3:
        return measures.angle(points[0], points[1], points[2], scale)
    return measures.length(points, scale) if unit == "mm" else None
