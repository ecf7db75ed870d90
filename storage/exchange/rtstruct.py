"""Outlines of a label row as a DICOM RT Structure Set of its series.

Contours run in millimetres of the slice's own plane: pixel (x, y) of a shape is the voxel position (x - 0.5, y - 0.5), so
nothing moves by half a voxel. Holes are keyholes (CLOSED_PLANAR), or XOR contours where wished.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storage.errors import Refused
from storage.exchange import dicom_write as dw
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.exchange.outlines import is_curve, keyhole, parts_of
from storage.exchange.volumes import Series, objects_of
from storage.model.geometry import Point, Polyline
from storage.model.labels import Annotation, Instance, LabelDocument
from storage.model.ontology import ObjectClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydicom.dataset import Dataset

STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
IMPLICIT = "1.2.840.10008.1.2"  # contours are longer than explicit decimal strings may be
_STUDY_COMPONENT = "1.2.840.10008.3.1.2.3.1"  # what the standard wants as class of the study


def write_rtstruct(
    path: Path,
    series: Series,
    document: LabelDocument,
    features: Features,
    losses: Losses,
    *,
    now: int,
    classes: frozenset[str] | None = None,
    xor: bool = False,
) -> int:
    """How many structures were written. Raises Refused where there are none, or the series cannot carry them."""
    if series.index is None or series.header is None or series.geometry is None:
        raise Refused(
            f"{series.title} has no positions in a patient, which contours need.", remedy="Export its labels as Encord JSON."
        )
    made = _head(series, now)
    rois: list[tuple[Instance, ObjectClass, list[Dataset], bool]] = []
    for instance, thing, rows in objects_of(series, document, features, classes, losses):
        contours = [c for row in rows for c in _contours(series, row, f"{thing.name} {instance.number}", losses, xor)]
        if contours:
            rois.append((instance, thing, contours, all(a.manual for a in rows)))
    if not rois:
        raise Refused(f"{series.title} has no labels that make contours.", remedy="Draw masks, polygons or points first.")
    dw.name_private_scheme(made, [r[1] for r in rois])
    _add_rois(made, series, rois)
    dw.save(made, path)
    return len(rois)


def _head(series: Series, now: int) -> Dataset:
    source = series.first_header()
    made = dw.new_object(source, STRUCTURE_SET, "RTSTRUCT", f"Contours of {series.title}", now, transfer_syntax=IMPLICIT)
    made.OperatorsName = None
    made.StructureSetLabel, made.StructureSetName = "Postil", series.title[:64]
    made.StructureSetDate, made.StructureSetTime = made.ContentDate, made.ContentTime
    made.ApprovalStatus = "UNAPPROVED"
    if source.get("FrameOfReferenceUID"):
        made.FrameOfReferenceUID = source.FrameOfReferenceUID
        made.PositionReferenceIndicator = source.get("PositionReferenceIndicator")
    images = dict.fromkeys(series.sop(f) for f in range(series.frames))
    referenced = dw.item(
        SeriesInstanceUID=source.SeriesInstanceUID, ContourImageSequence=dw.items(dw.reference(*i) for i in images)
    )
    study = dw.item(
        ReferencedSOPClassUID=_STUDY_COMPONENT,
        ReferencedSOPInstanceUID=source.StudyInstanceUID,
        RTReferencedSeriesSequence=dw.items([referenced]),
    )
    made.ReferencedFrameOfReferenceSequence = dw.one(
        FrameOfReferenceUID=_reference(source), RTReferencedStudySequence=dw.items([study])
    )
    return made


def _reference(source: Dataset) -> str:
    return str(source.get("FrameOfReferenceUID") or source.SeriesInstanceUID)


def _contours(series: Series, row: Annotation, name: str, losses: Losses, xor: bool) -> Iterator[Dataset]:
    geometry = row.geometry
    if isinstance(geometry, Polyline):
        yield _contour(series, row.frame, geometry.points, "OPEN_PLANAR")
        return
    points = point_of(geometry)
    if points:
        yield _contour(series, row.frame, points, "POINT")
        return
    parts = parts_of(geometry, series.columns, series.rows)
    if not parts:
        losses.add(name, series.title, f"a structure set has no {geometry.kind.words}")
    if is_curve(geometry):
        losses.add(f"{name}: its curve", series.title, "contours are straight from point to point; 90 points were written")
    for part in parts:
        if xor:
            yield from (_contour(series, row.frame, ring, "CLOSEDPLANAR_XOR") for ring in part)
        else:
            yield _contour(series, row.frame, keyhole(part), "CLOSED_PLANAR")


def point_of(geometry: object) -> tuple[Point, ...]:
    """The one point of a keypoint."""
    from storage.model.geometry import Keypoint

    return ((geometry.x, geometry.y),) if isinstance(geometry, Keypoint) else ()


def _contour(series: Series, frame: int, points: Sequence[Point], kind: str) -> Dataset:
    assert series.geometry is not None
    at = np.asarray(points, np.float64) - 0.5
    mm = series.geometry.to_mm(at[:, 0], at[:, 1], float(frame % series.slices))
    made = dw.item(
        ContourImageSequence=dw.items([dw.reference(*series.sop(frame))]),
        ContourGeometricType=kind,
        NumberOfContourPoints=len(mm),
    )
    _put_points(made, mm)
    return made


def _put_points(contour: Dataset, mm: NDArray[np.float64]) -> None:
    """As the bytes that are written: a million decimal strings as objects take twenty seconds. Implicit VR says nowhere
    that they were given as bytes. Ten digits and an exponent are sixteen characters, the most there may be."""
    from pydicom.dataelem import DataElement

    text = "\\".join([f"{v:.10g}" for v in mm.ravel().tolist()]).encode()
    contour.add(DataElement(0x30060050, "OB", text + b" " * (len(text) % 2)))


def _add_rois(made: Dataset, series: Series, rois: list[tuple[Instance, ObjectClass, list[Dataset], bool]]) -> None:
    structures, drawn, observed = [], [], []
    reference = _reference(series.first_header())
    for number, (instance, thing, contours, manual) in enumerate(rois, start=1):
        name = f"{thing.name} {instance.number}"
        structure = dw.item(
            ROINumber=number,
            ReferencedFrameOfReferenceUID=reference,
            ROIName=name[:64],
            ROIDescription=thing.name[:1024],
            ROIGenerationAlgorithm="MANUAL" if manual else "SEMIAUTOMATIC",
        )
        dw.tracking(structure, instance, name)
        structures.append(structure)
        color = [int(thing.color[i : i + 2], 16) for i in (1, 3, 5)]
        drawn.append(dw.item(ReferencedROINumber=number, ROIDisplayColor=color, ContourSequence=dw.items(contours)))
        observed.append(
            dw.item(
                ObservationNumber=number,
                ReferencedROINumber=number,
                RTROIIdentificationCodeSequence=dw.items([dw.code(*dw.class_code(thing))]),
                RTROIInterpretedType=None,
                ROIInterpreter=None,
            )
        )
    made.StructureSetROISequence = dw.items(structures)
    made.ROIContourSequence = dw.items(drawn)
    made.RTROIObservationsSequence = dw.items(observed)
