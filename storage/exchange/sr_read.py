"""Structured reports (TID 1500 and its kin) onto their series: regions of measurement groups become shapes.

The values are not taken over: they are measured anew from the shapes. Of reports of others it is told which came out otherwise
and which nobody measured. Areas of one thing on one image are its parts; lines and points there are things of their own.
Regions outside of measurement groups belong to the item they stand in.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from storage.exchange import dicom_read as dr
from storage.exchange import sr_values
from storage.exchange.dicom_labels import References, class_of
from storage.exchange.dicom_sr import FITTING
from storage.exchange.dicom_write import uuid_of
from storage.exchange.encord_read import object_called
from storage.exchange.outlines import assembled, parts_of
from storage.exchange.sr_cuboid import same
from storage.exchange.sr_regions import REGIONS, NotTaken, Region, Regions
from storage.exchange.volumes import FROM_VOXELS, DocumentFiller
from storage.model import masks
from storage.model.geometry import Box, Circle, Cuboid2D, Ellipse, Geometry, Point, Polygon, RotatedBox, ShapeKind
from storage.model.labels import Annotation, Instance, LabelDocument
from storage.model.ontology import ObjectClass

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SR_CLASSES = frozenset({f"1.2.840.10008.5.1.4.1.1.88.{n}" for n in (11, 22, 33, 34, 35)})
_GROUP, _IDENTIFIER, _UID, _FINDING, _TIME = "125007", "112039", "112040", "121071", "126073"
_MOST_ITEMS = 1 << 20
_SQUARE = 1e-3  # pixels by which corners of a box may be off


def references_of(head: Dataset, check: dr.Check = dr.never) -> References:
    series, instances = set(), set()
    spaces = (
        dr.text(i, "ReferencedFrameOfReferenceUID") for i, _ in walk(head, check) if dr.text(i, "ValueType") == "SCOORD3D"
    )
    space = next(filter(None, spaces), "")
    for name in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence"):
        for study in dr.sequence(head, name):
            for there in dr.sequence(study, "ReferencedSeriesSequence"):
                check()
                series.add(dr.text(there, "SeriesInstanceUID"))
                instances |= {dr.text(i, "ReferencedSOPInstanceUID") for i in dr.sequence(there, "ReferencedSOPSequence")}
    return References(frozenset(series - {""}), frozenset(instances - {""}), space, dr.text(head, "StudyInstanceUID"))


def read_sr(path: Path, filler: DocumentFiller, *, head: Dataset | None = None) -> LabelDocument:
    """The document with the regions merged into it."""
    head = head if head is not None else dr.read_head(path)
    return _Reader(path, head, filler).read()


def walk(found: Dataset, check: dr.Check = dr.never) -> Iterator[tuple[Dataset, tuple[Dataset, ...]]]:
    """All content items, parents first, each with those it stands in, the outermost first."""
    root: tuple[Dataset, ...] = (found,)
    waiting = [(item, root) for item in reversed(dr.sequence(found, "ContentSequence"))]
    count = 0
    while waiting and count < _MOST_ITEMS:
        check()
        there, around = waiting.pop()
        count += 1
        yield there, around
        within = (*around, there)
        waiting.extend((item, within) for item in reversed(dr.sequence(there, "ContentSequence")))


def _concept(found: Dataset) -> str:
    return dr.coded(found, "ConceptNameCodeSequence")[0]


def _is_group(item: Dataset) -> bool:
    return dr.text(item, "ValueType") == "CONTAINER" and _concept(item) == _GROUP


@dataclass
class _Group:
    """A measurement group, or another item with regions in it."""

    item: Dataset
    around: tuple[Dataset, ...]
    regions: list[Dataset] = field(default_factory=list)


class _Reader:
    def __init__(self, path: Path, head: Dataset, filler: DocumentFiller) -> None:
        self._head, self._where = head, path.name
        self._filler, self._series, self._losses = filler, filler.series, filler.losses
        self._regions = Regions(head, filler.series)
        self._values = 0  # that nobody compared
        self._areas: dict[tuple[str, int], list[Region]] = {}  # object and frame -> its parts
        self._planes: dict[str, list[Annotation]] = {}  # of objects: their shapes on planes of their own
        self._told: dict[tuple[str, str, int], list[Geometry]] = {}  # what the report says of an object on one plane
        self._used: Counter[tuple[str, int]] = Counter()  # of things and frames: other shapes than areas

    def read(self) -> LabelDocument:
        groups = self._groups()
        if not groups:
            self._losses.add("the report", self._where, "it holds no measurement groups")
        for number, group in enumerate(groups, start=1):
            self._filler.check()
            self._group(number, group)
        for (uuid, frame), parts in self._areas.items():
            self._filler.check()
            self._put_area(self._filler.made.instances[uuid], frame, parts)
        if self._values:
            self._losses.add(f"{self._values} measured values", self._where, "their shapes are measured anew")
        return self._filler.finish()

    def _groups(self) -> list[_Group]:
        """In the order of the report. A region belongs to the innermost group around it."""
        found: dict[int, _Group] = {}
        for item, around in walk(self._head, self._filler.check):
            if _is_group(item):
                found.setdefault(id(item), _Group(item, around))
            elif dr.text(item, "ValueType") in REGIONS:
                at = next((n for n in reversed(range(len(around))) if _is_group(around[n])), len(around) - 1)
                owner = found.setdefault(id(around[at]), _Group(around[at], around[:at]))
                owner.regions.append(item)
        return list(found.values())

    def _group(self, number: int, group: _Group) -> None:
        told: dict[str, Dataset] = {}
        for around in (group.item,) if _is_group(group.item) else (*group.around, group.item):
            told |= {_concept(i): i for i in reversed(dr.sequence(around, "ContentSequence"))}
        uid = dr.text(told.get(_UID), "UID")
        finding = dr.coded(told.get(_FINDING), "ConceptCodeSequence")
        if dr.text(group.item, "ValueType") == "CODE":
            finding = dr.coded(group.item, "ConceptCodeSequence")
        name = dr.text(told.get(_IDENTIFIER), "TextValue") or finding[2]
        if not name and not _is_group(group.item):
            name = dr.coded(group.item, "ConceptNameCodeSequence")[2]
        name = name or f"group {number}"
        if not group.regions:
            self._losses.add(name, self._where, "it has no region on an image")
        images = [i for i in dr.sequence(group.item, "ContentSequence") if dr.text(i, "ValueType") == "IMAGE"]
        time = dr.whole(dr.first(told.get(_TIME), "MeasuredValueSequence"), "NumericValue")
        read = [r for item in group.regions for r in self._read(name, item, images, time)]
        for region in read:
            self._region(uid or f"group {number}", uid, name, finding, region)
        if dr.text(self._head, "Manufacturer") != "Postil":
            self._compare(name, group, read)

    def _read(self, name: str, item: Dataset, images: list[Dataset], time: int) -> list[Region]:
        try:
            return self._regions.of(item, images, time)
        except NotTaken as why:
            self._losses.add(name, self._where, str(why))
            return []

    def _compare(self, name: str, group: _Group, regions: list[Region]) -> None:
        """What the report measured with what we do, where it is said of one region."""
        numbers = [i for i in (group.item, *dr.sequence(group.item, "ContentSequence")) if dr.text(i, "ValueType") == "NUM"]
        region = regions[0] if len(regions) == len(group.regions) == 1 else None
        differing, unknown = sr_values.compared(numbers, region, self._series)
        for what, why in differing:
            self._losses.add(f"{what} of {name}", self._where, why)
        self._values += unknown

    def _region(self, key: str, uid: str, name: str, finding: tuple[str, str, str], region: Region) -> None:
        shapes = FITTING[region.kind]
        if region.sheet is not None:
            shapes = tuple(shape for shape in shapes if shape not in (ShapeKind.BITMASK, ShapeKind.CUBOID_2D))
        thing = class_of(self._filler, finding, name, finding[2], shapes=shapes, called=finding[2])
        if thing is None:
            self._losses.add(name, self._where, "the project's ontology has no class of its finding or name for it")
            return
        key = f"{key} {thing.feature_hash}"
        if region.sheet is not None:
            self._on_plane(key, uid, name, thing, region)
        elif thing.shape in FROM_VOXELS:
            instance = self._filler.instance(key, thing, uuid=uuid_of(uid), name=name)
            self._areas.setdefault((instance.uuid, region.frame), []).append(region)
        else:
            self._put_shape(key, uid, name, thing, region)

    def _on_plane(self, key: str, uid: str, name: str, thing: ObjectClass, region: Region) -> None:
        """On the plane where the object has a shape already, if it lies on that; parts of an area there are one shape."""
        assert region.sheet is not None
        uuid = uuid_of(uid)
        there = object_called(self._filler.made, uuid)
        known = self._planes.get(key) or [
            a for a in (self._filler.made.annotations_of(there.uuid) if there else ()) if a.sheet is not None
        ]
        frame, part = region.frame, region.sheet.part
        for row in known:
            same_time = row.frame // self._series.slices == region.frame // self._series.slices
            if same_time and row.sheet is not None and (seen := region.seen_on(row.sheet)) is not None:
                region, frame, part = seen, row.frame, row.part
                break
        shape = _shape(region, thing.shape)
        if thing.shape is ShapeKind.POLYGON and isinstance(region.outline, Polygon):
            shape = assembled(region.outline.parts[0])
        if shape is None:
            self._losses.add(name, self._where, f"its region does not fit the shape of its class, {thing.shape.words}")
            return
        instance = self._filler.instance(key, thing, uuid=uuid, name=name)
        told = self._told.setdefault((instance.uuid, part, frame), [])
        told.append(shape)
        areas = tuple(p for t in told if isinstance(t, Polygon) for p in t.parts)
        self._filler.put(instance, frame, Polygon(areas) if areas else shape, part=part)
        self._planes[key] = [a for a in self._filler.made.annotations_of(instance.uuid) if a.sheet is not None]

    def _put_shape(self, key: str, uid: str, name: str, thing: ObjectClass, region: Region) -> None:
        shape = _shape(region, thing.shape)
        if shape is None:
            self._losses.add(name, self._where, f"its region does not fit the shape of its class, {thing.shape.words}")
            return
        before = self._used[key, region.frame]
        self._used[key, region.frame] += 1
        uuid = "" if before else uuid_of(uid)
        instance = self._filler.instance(f"{key} {before}" if before else key, thing, uuid=uuid, name=name)
        present = self._filler.made.annotation_of(instance.uuid, ("", region.frame))
        if present is None or not _same_cuboid(present.geometry, shape):
            self._filler.put(instance, region.frame, shape)

    def _put_area(self, instance: Instance, frame: int, regions: list[Region]) -> None:
        shapes = [region.outline for region in regions]
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


def _shape(region: Region, wanted: ShapeKind) -> Geometry | None:
    """The region as the shape of a class; None where it is none of that sort."""
    kind, outline = region.kind, region.outline
    if kind == "POINT":
        return outline if wanted is ShapeKind.POINT else None
    if kind == "OPEN":
        return outline if wanted is ShapeKind.POLYLINE else None
    if kind == "CLOSED" and wanted is ShapeKind.CUBOID_2D:
        return region.cuboid
    if kind == "CLOSED" and wanted in (ShapeKind.BOX, ShapeKind.ROTATED_BOX) and len(region.points) == 5:
        return _box(region.points, wanted)
    if isinstance(outline, Ellipse) and wanted is ShapeKind.ELLIPSE:
        return outline
    if isinstance(outline, Ellipse) and wanted is ShapeKind.CIRCLE and outline.rx:
        return Circle(outline.x, outline.y, outline.rx, outline.ry / outline.rx, outline.theta)
    return None


def _same_cuboid(present: Geometry, found: Geometry) -> bool:
    """A vanishing point far away is known less well than the faces are."""
    if not isinstance(present, Cuboid2D) or not isinstance(found, Cuboid2D):
        return False
    return (
        same(found, present.back())
        and len(present.front) == len(found.front)
        and max(math.dist(a, b) for a, b in zip(present.front, found.front, strict=True)) < 1e-3
    )


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
