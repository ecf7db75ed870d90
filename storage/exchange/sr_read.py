"""Structured reports (TID 1500 and its kin) onto their series: regions of measurement groups become shapes.

The values are not taken over: they are measured anew from the shapes, and that is told for reports of others. Areas of one
thing on one image are its parts; lines and points there are things of their own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from storage.exchange import dicom_read as dr
from storage.exchange.dicom_labels import References, class_of
from storage.exchange.dicom_sr import FITTING
from storage.exchange.dicom_write import uuid_of
from storage.exchange.outlines import assembled, parts_of
from storage.exchange.volumes import FROM_VOXELS, DocumentFiller
from storage.model import masks
from storage.model.geometry import Box, Circle, Ellipse, Geometry, Keypoint, Point, Polygon, Polyline, RotatedBox, ShapeKind
from storage.model.labels import Instance, LabelDocument
from storage.model.ontology import ObjectClass

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SR_CLASSES = frozenset({f"1.2.840.10008.5.1.4.1.1.88.{n}" for n in (11, 22, 33, 34, 35)})
_GROUP, _IDENTIFIER, _UID, _FINDING = "125007", "112039", "112040", "121071"
_MOST_ITEMS = 1 << 20
_SQUARE = 1e-3  # pixels by which corners of a box may be off
_COUNTS = {"POINT": 1, "CIRCLE": 2, "ELLIPSE": 4}  # points that make one
_Outline = tuple[str, list[Point]]  # kind and points of a region


def references_of(head: Dataset, check: dr.Check = dr.never) -> References:
    series, instances = set(), set()
    for name in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence"):
        for study in dr.sequence(head, name):
            for there in dr.sequence(study, "ReferencedSeriesSequence"):
                check()
                series.add(dr.text(there, "SeriesInstanceUID"))
                instances |= {dr.text(i, "ReferencedSOPInstanceUID") for i in dr.sequence(there, "ReferencedSOPSequence")}
    return References(frozenset(series - {""}), frozenset(instances - {""}), "", dr.text(head, "StudyInstanceUID"))


def read_sr(path: Path, filler: DocumentFiller, *, head: Dataset | None = None) -> LabelDocument:
    """The document with the regions merged into it."""
    head = head if head is not None else dr.read_head(path)
    return _Reader(path, head, filler).read()


def walk(found: Dataset, check: dr.Check = dr.never) -> Iterator[Dataset]:
    """All content items, parents first."""
    waiting = list(reversed(dr.sequence(found, "ContentSequence")))
    count = 0
    while waiting and count < _MOST_ITEMS:
        check()
        there = waiting.pop()
        count += 1
        yield there
        waiting.extend(reversed(dr.sequence(there, "ContentSequence")))


def _concept(found: Dataset) -> str:
    return dr.coded(found, "ConceptNameCodeSequence")[0]


class _Reader:
    def __init__(self, path: Path, head: Dataset, filler: DocumentFiller) -> None:
        self._head, self._where = head, path.name
        self._filler, self._series, self._losses = filler, filler.series, filler.losses
        self._values = 0
        self._areas: dict[tuple[str, int], list[_Outline]] = {}  # object and frame -> its parts
        self._used: Counter[tuple[str, int]] = Counter()  # of things and frames: other shapes than areas

    def read(self) -> LabelDocument:
        groups = [
            g for g in walk(self._head, self._filler.check) if dr.text(g, "ValueType") == "CONTAINER" and _concept(g) == _GROUP
        ]
        if not groups:
            self._losses.add("the report", self._where, "it holds no measurement groups")
        for number, group in enumerate(groups, start=1):
            self._filler.check()
            self._group(number, group)
        for (uuid, frame), parts in self._areas.items():
            self._filler.check()
            self._put_area(self._filler.made.instances[uuid], frame, parts)
        if self._values and dr.text(self._head, "Manufacturer") != "Postil":
            self._losses.add(f"{self._values} measured values", self._where, "their shapes are measured anew")
        return self._filler.finish()

    def _group(self, number: int, group: Dataset) -> None:
        items = dr.sequence(group, "ContentSequence")
        told = {_concept(i): i for i in reversed(items)}
        uid = dr.text(told.get(_UID), "UID")
        name = dr.text(told.get(_IDENTIFIER), "TextValue")
        finding = dr.coded(told.get(_FINDING), "ConceptCodeSequence")
        name = name or finding[2] or f"group {number}"
        self._values += sum(dr.text(i, "ValueType") == "NUM" for i in items)
        regions = [i for i in walk(group) if dr.text(i, "ValueType") == "SCOORD"]
        if any(dr.text(i, "ValueType") == "SCOORD3D" for i in walk(group)):
            self._losses.add(f"regions of {name} in millimetres", self._where, "this version takes regions of images only")
        elif not regions:
            self._losses.add(name, self._where, "it has no region on an image")
        for region in regions:
            self._region(uid or f"group {number}", uid, name, finding, region)

    def _region(self, key: str, uid: str, name: str, finding: tuple[str, str, str], region: Dataset) -> None:
        frame = self._frame(region)
        points = self._points(region)
        kind = dr.text(region, "GraphicType")
        if kind == "POLYLINE" and points:
            kind = "CLOSED" if len(points) > 3 and points[0] == points[-1] else "OPEN"
        why = ""
        if frame is None:
            why = "the image it lies on is not in the series"
        elif not points or kind not in FITTING or len(points) != _COUNTS.get(kind, len(points)):
            why = f"its region ({dr.text(region, 'GraphicType') or 'of no kind'}) cannot be read"
        if why:
            self._losses.add(name, self._where, why)
            return
        assert frame is not None
        thing = class_of(self._filler, finding, name, finding[2], shapes=FITTING[kind])
        if thing is None:
            self._losses.add(name, self._where, "the project's ontology has no class of its finding or name for it")
            return
        key = f"{key} {thing.feature_hash}"
        if thing.shape in FROM_VOXELS:
            instance = self._filler.instance(key, thing, uuid=uuid_of(uid), name=name)
            self._areas.setdefault((instance.uuid, frame), []).append((kind, points))
        else:
            self._put_shape(key, uid, name, thing, frame, (kind, points))

    def _put_shape(self, key: str, uid: str, name: str, thing: ObjectClass, frame: int, outline: _Outline) -> None:
        shape = _shape(*outline, thing.shape)
        if shape is None:
            self._losses.add(name, self._where, f"its region does not fit the shape of its class, {thing.shape.words}")
            return
        before = self._used[key, frame]
        self._used[key, frame] += 1
        uuid = "" if before else uuid_of(uid)
        instance = self._filler.instance(f"{key} {before}" if before else key, thing, uuid=uuid, name=name)
        self._filler.put(instance, frame, shape)

    def _put_area(self, instance: Instance, frame: int, outlines: list[_Outline]) -> None:
        shapes = [_outline(kind, points) for kind, points in outlines]
        if self._filler.features.objects[instance.feature_hash].shape is ShapeKind.BITMASK:
            mask = masks.union(masks.to_bitmask(s, *self._size) for s in shapes)
            if not mask.w:
                name = self._filler.features.objects[instance.feature_hash].name
                self._losses.add(f"{name} {instance.number}", self._where, "its region holds no pixel's centre")
            self._filler.put_mask(instance, frame, mask)
            return
        whole = (assembled(s.parts[0]) if isinstance(s, Polygon) else Polygon(parts_of(s, *self._size)) for s in shapes)
        parts = tuple(part for polygon in whole if polygon is not None for part in polygon.parts)
        if parts:
            self._filler.put(instance, frame, Polygon(parts))

    @property
    def _size(self) -> tuple[int, int]:
        return self._series.columns, self._series.rows

    def _frame(self, region: Dataset) -> int | None:
        for item in dr.sequence(region, "ContentSequence"):
            reference = dr.first(item, "ReferencedSOPSequence")
            if reference is not None:
                uid = dr.text(reference, "ReferencedSOPInstanceUID")
                return self._series.frame_of(uid, dr.whole(reference, "ReferencedFrameNumber"))
        return None

    def _points(self, region: Dataset) -> list[Point]:
        found = dr.value(region, "GraphicData")
        try:
            raw = np.frombuffer(found, "<f4") if isinstance(found, bytes) else found  # long ones are of no type (UN)
            values = np.array(raw, np.float64).reshape(-1, 2)
        except (TypeError, ValueError):
            return []
        if not np.isfinite(values).all() or np.abs(values).max(initial=0) > 1e6:
            return []
        return [(float(x), float(y)) for x, y in values]


def _shape(kind: str, points: list[Point], wanted: ShapeKind) -> Geometry | None:
    """The region as the shape of a class; None where it is none of that sort."""
    if kind == "POINT":
        return Keypoint(*points[0]) if wanted is ShapeKind.POINT else None
    if kind == "OPEN":
        return Polyline(tuple(points)) if wanted is ShapeKind.POLYLINE else None
    if kind == "CLOSED" and wanted in (ShapeKind.BOX, ShapeKind.ROTATED_BOX) and len(points) == 5:
        return _box(points, wanted)
    if kind in ("CIRCLE", "ELLIPSE") and wanted in (ShapeKind.CIRCLE, ShapeKind.ELLIPSE):
        found = _outline(kind, points)
        assert isinstance(found, Ellipse)
        if wanted is ShapeKind.ELLIPSE:
            return found
        return Circle(found.x, found.y, found.rx, found.ry / found.rx, found.theta) if found.rx else None
    return None


def _outline(kind: str, points: list[Point]) -> Geometry:
    if kind == "CIRCLE":
        (x, y), rim = points
        r = math.dist((x, y), rim)
        return Ellipse(x, y, r, r, 0.0)
    if kind == "ELLIPSE":
        a, b, c, d = points
        theta = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
        return Ellipse((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, math.dist(a, b) / 2, math.dist(c, d) / 2, theta)
    return Polygon.simple(tuple(points[:-1]))


def _box(points: list[Point], wanted: ShapeKind) -> Geometry | None:
    a, b, c, d = points[:4]
    if math.dist((a[0] + c[0], a[1] + c[1]), (b[0] + d[0], b[1] + d[1])) > _SQUARE * 2:
        return None
    w, h = math.dist(a, b), math.dist(b, c)
    theta = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
    x, y = (a[0] + c[0]) / 2 - w / 2, (a[1] + c[1]) / 2 - h / 2
    if abs(math.dist(a, c) - math.hypot(w, h)) > _SQUARE:
        return None
    if wanted is ShapeKind.ROTATED_BOX:
        return RotatedBox(x, y, w, h, theta)
    return Box(x, y, w, h) if min(abs(b[1] - a[1]), abs(b[0] - a[0])) <= _SQUARE else None
