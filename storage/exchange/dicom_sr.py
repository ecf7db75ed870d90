"""Shapes and what they measure as a DICOM structured report (TID 1500), by highdicom.

One group a thing: planar where it lies on one slice, volumetric where its area runs over several; lines, angles and points
are groups of their own on each slice. A planar group has one region: parts that lie apart on one slice are groups of the same
tracking identifier, each with its own values; a volumetric group has a region for each part. What lies on a plane of its own has
a region in space, and the report is one that may hold those. A hole is joined to its outline by a keyhole. Values are measured
here, in the unit that is honest: mm, or pixels where nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from storage.errors import Refused
from storage.exchange import dicom_write as dw
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.exchange.outlines import keyhole, parts_of
from storage.exchange.sr_cuboid import line_of
from storage.exchange.volumes import AREAS, Series, objects_of
from storage.model import masks, measures
from storage.model.calibration import points_of
from storage.model.dicom_units import ucum
from storage.model.geometry import Circle, Cuboid2D, Ellipse, Geometry, Keypoint, Point, Polygon, Polyline, ShapeKind
from storage.model.labels import Annotation, Instance, LabelDocument
from storage.model.measure_classes import Measure, measure_of
from storage.model.ontology import ObjectClass

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

LENGTH = ("410668003", "SCT", "Length")
ANGLE = ("1483009", "SCT", "Angle")
AREA = ("42798000", "SCT", "Area")
VOLUME = ("118565006", "SCT", "Volume")
_STATISTICS = (
    ("mean", ("373098007", "SCT", "Mean")),
    ("deviation", ("386136009", "SCT", "Standard Deviation")),
    ("minimum", ("255605001", "SCT", "Minimum")),
    ("maximum", ("56851009", "SCT", "Maximum")),
)
_ATTENUATION = ("112031", "DCM", "Attenuation Coefficient")
_MR_SIGNAL = ("110852", "DCM", "MR signal intensity")
_VALUE = ("PIXELVALUE", dw.PRIVATE_SCHEME, "Pixel value")
_SPAN = ("SPAN", dw.PRIVATE_SCHEME, "Reach in one direction")
_UCUM = {"cm²": "cm2", "cm²/s": "cm2/s", "cm³": "cm3", "cm³/s": "cm3/s", "°": "deg"}
_HOUNSFIELD = ("[hnsf'U]", "UCUM", "Hounsfield unit")
_PIXELS = ("{pixels}", "UCUM", "pixels")
_WIDTHS = ("{pixels}", "UCUM", "widths of a pixel")
_UNITS = {
    "mm": ("mm", "UCUM", "mm"), "mm at detector": ("mm", "UCUM", "mm at detector"), "px": _PIXELS, "px widths": _WIDTHS
}  # fmt: skip
_SQUARES = {
    "mm": ("mm2", "UCUM", "mm2"), "mm at detector": ("mm2", "UCUM", "mm2 at detector"), "px": _PIXELS, "px widths": _WIDTHS
}  # fmt: skip
_REPORT = ("126000", "DCM", "Imaging Measurement Report")
_IMPLICIT = "1.2.840.10008.1.2"  # outlines of more than 8,191 points do not fit into explicit numbers
_PROCEDURE = ("363679005", "SCT", "Imaging procedure")

Code = tuple[str, str, str]
Value = tuple[Code, float, Code, Code | None]  # name, value, unit, derivation


@dataclass(frozen=True)
class _Thing:
    instance: Instance
    thing: ObjectClass
    name: str


def write_sr(
    path: Path,
    series: Series,
    document: LabelDocument,
    features: Features,
    losses: Losses,
    *,
    now: int,
    observer: str = "",
    classes: frozenset[str] | None = None,
) -> int:
    """How many groups of measurements were written. Raises Refused where there are none."""
    if series.index is None or series.header is None:
        raise Refused(
            f"{series.title} is no DICOM series: a report has nothing to refer to.", remedy="Export its labels as Encord JSON."
        )
    groups: list[Any] = []
    frames: set[int] = set()
    for instance, thing, rows in objects_of(series, document, features, classes, losses, planes=True):
        what = _Thing(instance, thing, f"{thing.name} {instance.number}")
        for made, used in _groups(series, what, rows, losses):
            groups.append(made)
            frames |= used
    if not groups:
        raise Refused(
            f"{series.title} has no labels that can be measured.", remedy="Draw lines, boxes, polygons or masks first."
        )
    _save(path, series, groups, frames, now, observer)
    return len(groups)


def _groups(series: Series, what: _Thing, rows: list[Annotation], losses: Losses) -> Iterator[tuple[Any, set[int]]]:
    rows, off = [r for r in rows if r.sheet is None], [r for r in rows if r.sheet is not None]
    for row in off:
        yield from ((made, {row.frame}) for made in _in_space(series, what, row, losses))
    areas = [(r, regions) for r in rows if r.geometry.kind in AREAS and (regions := _regions(series, what, r, losses))]
    if len(areas) > 1:
        regions = [region for _, there in areas for _, region in there]
        yield _volumetric(series, what, [r for r, _ in areas], regions), {r.frame for r, _ in areas}
        areas = []
    others = ((r, _regions(series, what, r, losses)) for r in rows if r.geometry.kind not in AREAS)
    for row, there in (*areas, *others):
        for geometry, region in there:
            yield _planar(series, what, geometry, row.frame, region), {row.frame}


# -- regions -----------------------------------------------------------------------------------------------------------


def _regions(series: Series, what: _Thing, row: Annotation, losses: Losses) -> list[tuple[Geometry, Any]]:
    """The parts of a shape, each with its region of the picture: (0, 0) is the outer corner of the first pixel, as with us."""
    import highdicom as hd

    graphics = _graphics(series, row.geometry)
    if not graphics:
        losses.add(what.name, series.title, f"a report has no {row.geometry.kind.words}")
        return []
    sop_class, sop_uid, number = series.sop(row.frame)
    image = hd.sr.SourceImageForRegion(sop_class, sop_uid, [number] if number else None)
    return [(part, hd.sr.ImageRegion(kind, np.array(points, np.float64), image)) for part, kind, points in graphics]


def _graphics(series: Series, geometry: Geometry) -> list[tuple[Geometry, str, Sequence[Point]]]:
    """Parts of a shape, and each as the standard draws it."""
    match geometry:
        case Keypoint(x, y):
            return [(geometry, "POINT", [(x, y)])]
        case Polyline(points):
            return [(geometry, "POLYLINE", points)] if len(points) > 1 else []
        case Circle(x, y, r, stretch, _) if stretch == 1:
            return [(geometry, "CIRCLE", [(x, y), (x + r, y)])]
        case Circle(x, y, r, stretch, theta):
            return [(geometry, "ELLIPSE", _axes(x, y, r, r * stretch, theta))]
        case Ellipse(x, y, rx, ry, theta):
            return [(geometry, "ELLIPSE", _axes(x, y, rx, ry, theta))]
        case Cuboid2D():
            line = line_of(geometry)
            return [(geometry, "POLYLINE", line)] if line else []
    parts = parts_of(geometry, series.columns, series.rows)
    rings = [keyhole(part) for part in parts]
    shapes = [geometry] if len(parts) == 1 else [Polygon((part,)) for part in parts]
    return [(shape, "POLYLINE", [*ring, ring[0]]) for shape, ring in zip(shapes, rings, strict=True)]


def _axes(x: float, y: float, rx: float, ry: float, theta: float) -> list[Point]:
    """Ends of the major axis, then of the minor one."""
    angle = np.radians(theta)
    first = np.array([np.cos(angle), np.sin(angle)]) * rx
    second = np.array([-np.sin(angle), np.cos(angle)]) * ry
    if ry > rx:
        first, second = second, first
    centre = np.array([x, y])
    ends = (centre - first, centre + first, centre - second, centre + second)
    return [(float(px), float(py)) for px, py in ends]


def _in_space(series: Series, what: _Thing, row: Annotation, losses: Losses) -> Iterator[Any]:
    """Groups of a shape on a plane of its own, measured in its millimetres."""
    import highdicom as hd

    sheet, space = row.sheet, str(series.first_header().get("FrameOfReferenceUID") or "")
    assert sheet is not None
    if not space:
        losses.add(what.name, series.title, "the series has no frame of reference")
        return
    time = row.frame // series.slices + 1
    when = hd.sr.TimePointContext(f"time {time}", time_point_order=time) if series.times > 1 else None
    for part, kind, points in _graphics(series, row.geometry):
        if isinstance(part, Circle):
            kind, points = "ELLIPSE", _axes(part.x, part.y, part.r, part.r * part.stretch, part.theta)
        elif kind == "POLYLINE" and not isinstance(part, Polyline):
            kind = "POLYGON"
        yield hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=_tracking(what),
            referenced_region=hd.sr.ImageRegion3D(kind, sheet.at(points), space),
            time_point_context=when,
            finding_type=_coded(dw.class_code(what.thing)),
            measurements=[_measurement(v) for v in _sizes(what, part, measures.MM)] or None,
        )


# -- groups ------------------------------------------------------------------------------------------------------------


def _planar(series: Series, what: _Thing, geometry: Geometry, frame: int, region: Any) -> Any:
    import highdicom as hd

    values = _measured(series, what, geometry, frame)
    return hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(what),
        referenced_region=region,
        finding_type=_coded(dw.class_code(what.thing)),
        measurements=[_measurement(v) for v in values] or None,
    )


def _volumetric(series: Series, what: _Thing, rows: list[Annotation], regions: list[Any]) -> Any:
    import highdicom as hd

    values: list[Value] = []
    size = series.columns, series.rows
    geometry = series.geometry
    if geometry is not None and geometry.slice_spacing_mm is not None:
        count = sum(masks.area(masks.to_bitmask(r.geometry, *size)) for r in rows)
        voxel = measures.Scale.of_volume(geometry).area * geometry.slice_spacing_mm
        values.append((VOLUME, count * voxel, ("mm3", "UCUM", "mm3"), None))
    pieces = ((p, masks.rasterize(r.geometry, *size), None) for r in rows if (p := _pixels(series, r.frame)) is not None)
    values += _statistics(series, measures.under_pieces(pieces))
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(what),
        referenced_regions=regions,
        finding_type=_coded(dw.class_code(what.thing)),
        measurements=[_measurement(v) for v in values] or None,
    )


def _tracking(what: _Thing) -> Any:
    import highdicom as hd

    return hd.sr.TrackingIdentifier(dw.uid_of(what.instance.uuid), what.name)


def _measured(series: Series, what: _Thing, geometry: Geometry, frame: int) -> list[Value]:
    calibration = series.calibration.in_space(series.geometry)
    axes = calibration.axes_at(points_of(geometry), frame)
    if axes is not None:  # M-mode, Doppler: it reaches so far in each direction, and has no length or area
        spans = axes.spans(points_of(geometry)) if not isinstance(geometry, Keypoint) else ()
        return [(_SPAN, value, (_UCUM.get(unit, unit), "UCUM", unit), None) for value, unit in spans]
    scale = calibration.under(geometry, frame)
    sizes = _sizes(what, geometry, scale)
    values = _pixels(series, frame) if not isinstance(geometry, Polyline) and sizes else None
    under = measures.under_shape(values, geometry) if values is not None else None
    return [*sizes, *_statistics(series, under)]


def _sizes(what: _Thing, geometry: Geometry, scale: measures.Scale) -> list[Value]:
    if isinstance(geometry, Polyline):
        degrees = _angle(what.thing, geometry, scale)
        if degrees is not None:
            return [(ANGLE, degrees, ("deg", "UCUM", "degree"), None)]
        return [(LENGTH, measures.length(geometry.points, scale), _UNITS[scale.unit], None)]
    found = measures.area(geometry, scale)
    return [] if found is None else [(AREA, found, _SQUARES[scale.unit], None)]


def _angle(thing: ObjectClass, line: Polyline, scale: measures.Scale) -> float | None:
    points = line.points
    match measure_of(thing.name, len(points)):
        case Measure.ANGLE:
            return measures.angle(points[0], points[1], points[2], scale)
        case Measure.COBB:
            return measures.cobb((points[0], points[1]), (points[2], points[3]), scale)
    return None


def _pixels(series: Series, frame: int) -> Any:
    values = series.pixels(frame) if series.pixels is not None else None
    return values if values is not None and values.ndim == 2 else None


def _statistics(series: Series, found: measures.Statistics | None) -> list[Value]:
    if found is None:
        return []
    modality = str(series.first_header().get("Modality") or "")
    hounsfield = series.units.upper() in ("HU", "") and modality == "CT"
    name = _ATTENUATION if hounsfield else _MR_SIGNAL if modality == "MR" else _VALUE
    known = ucum(series.units) or "1"
    unit = _HOUNSFIELD if hounsfield else (known, "UCUM", "no units" if known == "1" else known)
    return [(name, getattr(found, field), unit, derivation) for field, derivation in _STATISTICS]


def _measurement(value: Value) -> Any:
    import highdicom as hd

    name, number, unit, derivation = value
    return hd.sr.Measurement(
        name=_coded(name),
        value=float(f"{number:.9g}"),
        unit=_coded(unit),
        derivation=_coded(derivation) if derivation is not None else None,
    )


def _coded(code: Code) -> Any:
    import highdicom as hd

    return hd.sr.CodedConcept(code[0], code[1], (code[2] or code[0])[:64])


# -- the document ------------------------------------------------------------------------------------------------------


def evidence_of(series: Series, frames: set[int]) -> list[Dataset]:
    """The headers of the instances behind some frames, with what highdicom insists on and the series may lack.

    Patients may have names of one word, of which it warns: `name_patient` gives the name back to what was made.
    """
    import copy

    assert series.index is not None
    assert series.header is not None
    found = []
    for file in sorted({int(series.index.file[f]) for f in frames}):
        head = copy.copy(series.header(file))
        for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID", "AccessionNumber",
                        "StudyDate", "StudyTime", "ReferringPhysicianName"):  # fmt: skip
            if keyword not in head:
                setattr(head, keyword, None)
        head.PatientName = "^"
        found.append(head)
    return found


def name_patient(made: Dataset, series: Series) -> None:
    made.PatientName = series.first_header().get("PatientName")


def _items(found: Any) -> Iterator[Any]:
    for item in found:
        yield item
        yield from _items(item.get("ContentSequence", ()))


def _save(path: Path, series: Series, groups: list[Any], frames: set[int], now: int, observer: str) -> None:
    import highdicom as hd

    if observer:
        attributes: Any = hd.sr.PersonObserverIdentifyingAttributes(name=dw.person_name(observer))
        person = hd.sr.ObserverContext(_coded(("121006", "DCM", "Person")), attributes)
        context = hd.sr.ObservationContext(observer_person_context=person)
    else:
        attributes = hd.sr.DeviceObserverIdentifyingAttributes(uid=dw.new_uid(), name="Postil")
        device = hd.sr.ObserverContext(_coded(("121007", "DCM", "Device")), attributes)
        context = hd.sr.ObservationContext(observer_device_context=device)
    report = hd.sr.MeasurementReport(
        observation_context=context, procedure_reported=_coded(_PROCEDURE), imaging_measurements=groups, title=_coded(_REPORT)
    )
    in_space = any(item.ValueType == "SCOORD3D" for group in groups for item in _items(group))
    made = (hd.sr.Comprehensive3DSR if in_space else hd.sr.ComprehensiveSR)(
        evidence=evidence_of(series, frames),
        content=report[0],
        series_instance_uid=dw.new_uid(),
        series_number=901,
        sop_instance_uid=dw.new_uid(),
        instance_number=1,
        manufacturer="Postil",
        series_description=f"Measurements of {series.title}"[:64],
        transfer_syntax_uid=_IMPLICIT,
        specific_character_set=dw.UNICODE,
    )
    name_patient(made, series)
    dw.stamp(made, now)
    dw.save(made, path)


#: For readers: which classes a kind of region can become, the best first.
FITTING: dict[str, tuple[ShapeKind, ...]] = {
    "POINT": (ShapeKind.POINT,),
    "OPEN": (ShapeKind.POLYLINE,),
    "CLOSED": (ShapeKind.POLYGON, ShapeKind.BITMASK, ShapeKind.BOX, ShapeKind.ROTATED_BOX, ShapeKind.CUBOID_2D),
    "CIRCLE": (ShapeKind.CIRCLE, ShapeKind.ELLIPSE, ShapeKind.POLYGON, ShapeKind.BITMASK),
    "ELLIPSE": (ShapeKind.ELLIPSE, ShapeKind.CIRCLE, ShapeKind.POLYGON, ShapeKind.BITMASK),
}
