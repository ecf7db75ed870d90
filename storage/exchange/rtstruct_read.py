"""RT Structure Sets onto their series: closed contours with holes in any of the usual forms, open ones and points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from storage.exchange import dicom_read as dr
from storage.exchange import planes
from storage.exchange.dicom_labels import References, class_of, hex_color, lies_elsewhere
from storage.exchange.dicom_write import uuid_of
from storage.exchange.outlines import assembled, filled
from storage.exchange.volumes import DocumentFiller
from storage.model.geometry import Keypoint, Point, Polyline, ShapeKind
from storage.model.labels import Instance, LabelDocument
from storage.model.ontology import ObjectClass
from storage.model.space import VolumeGeometry

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

RTSTRUCT_CLASSES = frozenset({"1.2.840.10008.5.1.4.1.1.481.3"})
_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR", "CLOSED_PLANAR_XOR")
_SHAPES: dict[str, tuple[ShapeKind, ...]] = {
    "POINT": (ShapeKind.POINT,),
    "OPEN_PLANAR": (ShapeKind.POLYLINE,),
    "OPEN_NONPLANAR": (ShapeKind.POLYLINE,),
}
_AREAS = (ShapeKind.POLYGON, ShapeKind.BITMASK)


@dataclass
class _Slice:
    """What one structure has on one frame."""

    closed: list[tuple[Point, ...]] = field(default_factory=list)
    xor: bool = False
    open: list[tuple[Point, ...]] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)


def references_of(head: Dataset, check: dr.Check = dr.never) -> References:
    series, instances, reference = set(), set(), ""
    for referenced in dr.sequence(head, "ReferencedFrameOfReferenceSequence"):
        reference = reference or dr.text(referenced, "FrameOfReferenceUID")
        for below in dr.sequence(referenced, "RTReferencedStudySequence"):
            for there in dr.sequence(below, "RTReferencedSeriesSequence"):
                series.add(dr.text(there, "SeriesInstanceUID"))
                instances |= {dr.text(i, "ReferencedSOPInstanceUID") for i in dr.sequence(there, "ContourImageSequence")}
    for roi in dr.sequence(head, "ROIContourSequence"):
        for contour in dr.sequence(roi, "ContourSequence"):
            check()
            images = dr.sequence(contour, "ContourImageSequence")
            instances |= {dr.text(i, "ReferencedSOPInstanceUID") for i in images}
    study = dr.text(head, "StudyInstanceUID")
    return References(frozenset(series - {""}), frozenset(instances - {""}), reference, study)


def read_rtstruct(path: Path, filler: DocumentFiller, *, head: Dataset | None = None) -> LabelDocument:
    """The document with the structures merged into it."""
    head = head if head is not None else dr.read_head(path)
    return _Reader(path, head, filler).read()


class _Reader:
    def __init__(self, path: Path, head: Dataset, filler: DocumentFiller) -> None:
        self._head, self._where = head, path.name
        self._filler, self._series, self._losses = filler, filler.series, filler.losses
        self._missing: Counter[str] = Counter()
        self._moved: list[float] = []  # mm

    def read(self) -> LabelDocument:
        if self._series.geometry is None:
            self._losses.add("all contours", self._where, "the series has no positions in a patient")
            return self._filler.finish()
        structures = {dr.whole(s, "ROINumber", -1): s for s in dr.sequence(self._head, "StructureSetROISequence")}
        observed = {dr.whole(o, "ReferencedROINumber", -1): o for o in dr.sequence(self._head, "RTROIObservationsSequence")}
        drawn = {dr.whole(r, "ReferencedROINumber", -1): r for r in dr.sequence(self._head, "ROIContourSequence")}
        if not structures:
            self._losses.add("all structures", self._where, "the file names none")
        for number, structure in structures.items():
            contours = dr.sequence(drawn.get(number), "ContourSequence")
            name = dr.text(structure, "ROIName") or f"structure {number}"
            if not contours:
                self._losses.add(name, self._where, "it has no contours")
            elif lies_elsewhere(self._series, structure, "ReferencedFrameOfReferenceUID"):
                self._losses.add(name, self._where, "it was drawn in another frame of reference")
            else:
                color = _color(drawn[number])
                self._structure(number, name, structure, observed.get(number), contours, color)
        for uid, count in self._missing.items():
            self._losses.add(f"the image {uid}", self._where, f"it is not in the series; {count} contours lie on it")
        if self._moved:
            which = "one contour lies" if len(self._moved) == 1 else f"{len(self._moved):,} contours lie"
            why = f"{which} beside the slices, up to {max(self._moved):.2f} mm; each was put on the nearest one"
            self._losses.add("the exact place", self._where, why)
        return self._filler.finish()

    # -- one structure

    def _structure(
        self,
        number: int,
        name: str,
        structure: Dataset,
        observed: Dataset | None,
        contours: Sequence[Dataset],
        color: str,
    ) -> None:
        kinds = {dr.text(c, "ContourGeometricType") for c in contours}
        shapes = next((_SHAPES[k] for k in sorted(kinds) if k in _SHAPES and kinds <= set(_SHAPES)), _AREAS)
        code = dr.coded(observed, "RTROIIdentificationCodeSequence")
        thing = class_of(self._filler, code, name, dr.text(structure, "ROIDescription"), shapes=shapes, color=color)
        if thing is None:
            self._losses.add(name, self._where, "the project's ontology has no class of its code or name for contours")
            return
        by_frame: dict[int, _Slice] = {}
        for contour in contours:
            self._filler.check()
            self._sort_in(by_frame, name, contour)
        if not by_frame:
            return
        instance = self._filler.instance(
            str(number),
            thing,
            uuid=uuid_of(dr.text(structure, "TrackingUID")),
            name=name,
        )
        manual = dr.text(structure, "ROIGenerationAlgorithm") in ("", "MANUAL")
        for frame, found in sorted(by_frame.items()):
            self._filler.check()
            self._put(instance, thing, name, frame, found, manual)

    def _sort_in(self, by_frame: dict[int, _Slice], name: str, contour: Dataset) -> None:
        kind = dr.text(contour, "ContourGeometricType")
        mm = _points(contour)
        if mm is None:
            self._losses.add(f"a contour of {name}", self._where, "its points are not numbers by three")
            return
        frame, why = self._frame(contour, mm)
        if frame is None:
            if why:
                self._losses.add(f"a contour of {name}", self._where, why)
            return
        away = planes.distance_mm(self._series, self._geometry, mm, frame)
        if away:
            self._moved.append(away)
        at = tuple(map(tuple, planes.in_plane(self._geometry, mm, frame % self._series.slices)))
        there = by_frame.setdefault(frame, _Slice())
        if kind == "POINT":
            there.points.extend(at)
        elif kind.startswith("OPEN"):
            there.open.append(at)
        elif kind in _CLOSED and len(at) >= 3:
            there.closed.append(at)
            there.xor |= kind != "CLOSED_PLANAR"
        else:
            self._losses.add(f"a contour of {name}", self._where, f"it is no contour: {kind or 'no type'} of {len(at)} points")

    # -- places

    @property
    def _geometry(self) -> VolumeGeometry:
        assert self._series.geometry is not None
        return self._series.geometry

    def _frame(self, contour: Dataset, mm: NDArray[np.float64]) -> tuple[int | None, str]:
        """The frame a contour lies on, or None with the reason; empty where the image it names is missing."""
        images = dr.sequence(contour, "ContourImageSequence")
        uids = [dr.text(i, "ReferencedSOPInstanceUID") for i in images]
        named = [
            f
            for uid, image in zip(uids, images, strict=True)
            if (f := self._series.frame_of(uid, dr.whole(image, "ReferencedFrameNumber"))) is not None
        ]
        foreign = bool(uids) and not named
        frame, why = planes.frame_of(self._series, self._geometry, mm, named, exact=foreign)
        if frame is None and foreign and why != planes.NOT_FLAT:
            self._missing.update(uids[:1])
            return None, ""
        return frame, why

    # -- shapes

    def _put(self, instance: Instance, thing: ObjectClass, name: str, frame: int, found: _Slice, manual: bool) -> None:
        size = self._series.columns, self._series.rows
        if found.closed and thing.shape is ShapeKind.POLYGON:
            outline = assembled(found.closed)
            if outline is not None:
                self._filler.put(instance, frame, outline, manual=manual)
        elif found.closed:
            self._filler.put_mask(instance, frame, filled(found.closed, *size, xor=found.xor), manual=manual)
        elif found.open and thing.shape is ShapeKind.POLYLINE:
            self._filler.put(instance, frame, Polyline(found.open[0]), manual=manual)
            self._more(name, len(found.open) - 1)
        elif found.points and thing.shape is ShapeKind.POINT:
            self._filler.put(instance, frame, Keypoint(*found.points[0]), manual=manual)
            self._more(name, len(found.points) - 1)
        else:
            self._losses.add(name, self._where, f"objects of its class are of the shape {thing.shape.words}")

    def _more(self, name: str, count: int) -> None:
        if count:
            self._losses.add(f"{count} more of {name}", self._where, "an object has one shape on a slice")


def _color(drawn: Dataset) -> str:
    """ROI Display Color as #RRGGBB; "" where there is none."""
    told = drawn.get("ROIDisplayColor")
    try:
        red, green, blue = (int(v) for v in told or ())
    except (TypeError, ValueError):
        return ""
    return hex_color(red, green, blue) if all(0 <= v < 256 for v in (red, green, blue)) else ""


def _points(contour: Dataset) -> NDArray[np.float64] | None:
    """[n, 3]; straight from the text: millions of points as decimal strings are slow and large."""
    if "ContourData" not in contour:
        return None
    element: Any = contour.get_item("ContourData")
    try:
        raw = element.value
        texts = raw.split(b"\\") if isinstance(raw, bytes) else raw
        values = np.array(texts if isinstance(raw, bytes) else [float(v) for v in texts]).astype(np.float64)
        made = values.reshape(-1, 3)
    except (TypeError, ValueError):
        return None
    return made if len(made) and np.isfinite(made).all() and np.abs(made).max() < 1e7 else None
