"""A series or volume as formats of labels see it, and the objects of a label row as voxels on it.

Frames are counted as everywhere (time x slices + slice); masks lie on acquired slices, pixel (x, y) of a mask is the voxel of
column x and row y. The data sets of a series' own files come through a callable, so that formats copy who and what was imaged
from there and never from the catalog.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from numpy.typing import NDArray

from storage.exchange.closeness import near
from storage.exchange.dicom_read import Check, never
from storage.exchange.encord_read import copy_of, object_called
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.exchange.outlines import normal
from storage.ids import new_hash8, new_uuid
from storage.media.dicom_index import FrameIndex
from storage.model import masks
from storage.model.calibration import Calibration
from storage.model.dicom_codes import Code
from storage.model.geometry import Bitmask, Geometry, Polygon, ShapeKind
from storage.model.labels import Annotation, Instance, LabelDocument
from storage.model.masks import Mask
from storage.model.ontology import ObjectClass
from storage.model.space import VolumeGeometry

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

#: Shapes with an inside, which become voxels.
AREAS = frozenset(
    {
        ShapeKind.BITMASK,
        ShapeKind.POLYGON,
        ShapeKind.BOX,
        ShapeKind.ROTATED_BOX,
        ShapeKind.CIRCLE,
        ShapeKind.ELLIPSE,
        ShapeKind.CUBOID_2D,
    }
)
#: Classes that voxels of a file can become objects of.
FROM_VOXELS = (ShapeKind.BITMASK, ShapeKind.POLYGON)
_FROM_FILES = UUID("5f0c8a6e-2f0e-5c53-9c6f-6c9d1f6a7b1e")  # under which objects of other programs' files get their uuids


@dataclass(frozen=True, eq=False)
class Series:
    """One item: a DICOM series (`index` and `header` are there) or another volume."""

    title: str
    rows: int
    columns: int
    slices: int
    times: int = 1
    geometry: VolumeGeometry | None = None  # None: positions are not known
    index: FrameIndex | None = None
    header: Callable[[int], Dataset] | None = None  # number of a file -> its data set, without pixels
    pixels: Callable[[int], NDArray | None] | None = None  # frame -> modality values [rows, columns]
    units: str = ""  # of these values, as UCUM or DICOM call them; "" unknown
    uuid: str = ""  # of the item
    calibration: Calibration = field(default_factory=Calibration)  # where positions are not known

    @property
    def frames(self) -> int:
        return self.slices * self.times

    @property
    def files(self) -> int:
        return len(self.index.sop_uids) if self.index is not None else 0

    def sop(self, frame: int) -> tuple[str, str, int]:
        """SOP class, SOP instance and number of the frame in it (0: it has only this one)."""
        assert self.index is not None
        file = int(self.index.file[frame])
        return self.index.sop_classes[file], self.index.sop_uids[file], int(self.index.frame_number[frame])

    def first_header(self) -> Dataset:
        assert self.header is not None
        return self.header(int(self.index.file[0]) if self.index is not None else 0)

    def frame_of(self, sop_uid: str, number: int = 0) -> int | None:
        """The frame of an instance; `number` counts from 1, 0: the only or the first one."""
        found = self._by_sop.get((sop_uid, number))
        if found is None:
            found = self._by_sop.get((sop_uid, 0)) if number <= 1 else None
        return self._by_sop.get((sop_uid, 1)) if found is None and number == 0 else found

    def tile(self, frame: int, k: int) -> int:
        """The frame of slice k in the same picture, where that holds several (a mosaic); else the frame itself."""
        there = frame - frame % self.slices + k
        return there if self.sop(there) == self.sop(frame) else frame

    @property
    def in_tiles(self) -> bool:
        """Its slices are tiles of its pictures, which the places in a picture do not speak of."""
        return self.index is not None and self.index.formats[0].tile is not None

    @cached_property
    def _by_sop(self) -> dict[tuple[str, int], int]:
        return {self.sop(f)[1:]: f for f in range(self.frames)} if self.index is not None else {}


@dataclass(frozen=True)
class Segment:
    """One object and its voxels. `frames` are those on which it has some, in order."""

    number: int  # from 1, in the order of the label row
    instance: Instance
    thing: ObjectClass
    shapes: dict[int, Geometry]
    rows: int
    columns: int
    manual: bool = True

    @property
    def name(self) -> str:
        return f"{self.thing.name} {self.instance.number}"

    @property
    def frames(self) -> list[int]:
        return sorted(self.shapes)

    def mask(self, frame: int) -> Bitmask:
        shape = self.shapes.get(frame)
        return masks.to_bitmask(shape, self.columns, self.rows) if shape is not None else masks.EMPTY

    def pixels(self, frame: int) -> Mask:
        return masks.to_frame(self.mask(frame), self.columns, self.rows)


def objects_of(
    series: Series,
    document: LabelDocument,
    features: Features,
    classes: frozenset[str] | None,
    losses: Losses,
    *,
    planes: bool = False,
) -> Iterator[tuple[Instance, ObjectClass, list[Annotation]]]:
    """Objects that are wanted and whose class is known, each with its rows on frames that exist. `planes`: and those on planes
    of their own."""
    for instance in document.instances.values():
        if classes is not None and instance.feature_hash not in classes:
            continue
        thing = features.objects.get(instance.feature_hash)
        if thing is None:
            what = f"an object of the class {instance.feature_hash}"
            losses.add(what, series.title, "its class is not in the ontology any more")
            continue
        rows = document.annotations_of(instance.uuid)
        kept = [
            a
            for a in rows
            if (not a.part or (planes and a.sheet is not None)) and not a.outside and 0 <= a.frame < series.frames
        ]
        if len(kept) < len(rows):
            losses.add(
                f"{thing.name} {instance.number}", series.title, "it lies partly on slices that the volume does not have"
            )
        if kept:
            yield instance, thing, kept


def segments_of(
    series: Series, document: LabelDocument, features: Features, classes: frozenset[str] | None, losses: Losses
) -> list[Segment]:
    """The objects as voxels; what has no inside is a loss."""
    made: list[Segment] = []
    size = series.columns, series.rows
    for instance, thing, rows in objects_of(series, document, features, classes, losses):
        shapes = {a.frame: a.geometry for a in rows if a.geometry.kind in AREAS}
        name = f"{thing.name} {instance.number}"
        if len(shapes) < len(rows):
            losses.add(name, series.title, f"a {thing.shape.words} holds no voxels")
        filled = {f: g for f, g in shapes.items() if masks.to_bitmask(g, *size).w}
        if len(filled) < len(shapes):
            losses.add(name, series.title, "on some slices it holds no voxel's centre")
        if not filled:
            continue
        if any(not isinstance(g, Bitmask) for g in filled.values()):
            losses.add(
                f"{name}: its outline", series.title, "the format holds voxels; those with their centre inside were written"
            )
        made.append(Segment(len(made) + 1, instance, thing, filled, series.rows, series.columns, all(a.manual for a in rows)))
    return made


def overlapping(segments: Sequence[Segment]) -> list[tuple[Segment, Segment]]:
    """Pairs of segments that share a voxel."""
    found: dict[tuple[int, int], tuple[Segment, Segment]] = {}
    for frame, there in by_frame(segments):
        boxes = [(s, s.mask(frame)) for s in there]
        for i, (a, mask) in enumerate(boxes):
            for b, other in boxes[i + 1 :]:
                if (a.number, b.number) not in found and _touch(mask, other) and masks.intersect(mask, other).w:
                    found[a.number, b.number] = (a, b)
    return list(found.values())


def by_frame(segments: Sequence[Segment]) -> Iterator[tuple[int, list[Segment]]]:
    frames: dict[int, list[Segment]] = {}
    for segment in segments:
        for frame in segment.shapes:
            frames.setdefault(frame, []).append(segment)
    yield from sorted(frames.items())


def layers_of(segments: Sequence[Segment]) -> dict[int, int]:
    """Layer of each segment by number, such that in no layer two share a voxel: the first that is free."""
    clashes: dict[int, set[int]] = {s.number: set() for s in segments}
    for a, b in overlapping(segments):
        clashes[a.number].add(b.number)
        clashes[b.number].add(a.number)
    layer: dict[int, int] = {}
    for segment in segments:
        taken = {layer[n] for n in clashes[segment.number] if n in layer}
        layer[segment.number] = next(k for k in range(len(segments)) if k not in taken)
    return layer


def _touch(a: Bitmask, b: Bitmask) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


# -- from voxels -------------------------------------------------------------------------------------------------------


class DocumentFiller:
    """Puts what a file says into a copy of a label document. Objects are known by their uuid, else they are new.

    Readers call `check` again and again while they go through a file; it raises when they should stop. `source` names the file by
    what cannot change in it: what came from it before is left as somebody has made it since. What is there already is counted (`known`).
    """

    def __init__(
        self,
        series: Series,
        features: Features,
        present: LabelDocument,
        losses: Losses,
        *,
        now: int = 0,
        check: Check = never,
        source: str = "",
    ) -> None:
        self.series, self.features, self.losses, self.check = series, features, losses, check
        self.made, self._present, self._now = copy_of(present), present, now
        self._by_name: dict[str, list[ObjectClass]] = {}
        for thing in features.objects.values():
            self._by_name.setdefault(thing.name.strip().casefold(), []).append(thing)
        self._source, self._settled, self.known = source, set[str](), 0
        self._ours: dict[str, Instance] = {}
        self._numbers: dict[str, set[int]] = {}  # of the objects of a class
        self._highest: dict[str, int] = {}
        # What coordinates lose on the way through decimal millimetres or single precision.
        self._rounding = max(1e-4, 4e-7 * max(series.rows, series.columns))

    def class_named(self, *names: str, shapes: Sequence[ShapeKind] = FROM_VOXELS) -> ObjectClass | None:
        """By name, then by name with a number behind it ("Liver 2"); of several the first with a fitting shape."""
        tried = [n.strip().casefold() for n in names if n and n.strip()]
        tried += [n.rstrip("0123456789").rstrip(" _-#") for n in tried]
        for name in tried:
            found = [t for t in self._by_name.get(name, ()) if not t.archived]
            fitting = [t for shape in shapes for t in found if t.shape is shape]
            if fitting:
                return fitting[0]
        return None

    def new_class(
        self, name: str, shapes: Sequence[ShapeKind], *, color: str = "", code: Code | None = None
    ) -> ObjectClass | None:
        """Of the first of the shapes, where classes may be made."""
        thing = self.features.grow(name, shapes[0], color=color, code=code)
        if thing is not None:
            self._by_name.setdefault(thing.name.strip().casefold(), []).append(thing)
        return thing

    def class_of_hash(self, feature_hash: str) -> ObjectClass | None:
        return self.features.objects.get(feature_hash)

    def instance(self, key: str, thing: ObjectClass, *, uuid: str = "", name: str = "", number: int = 0) -> Instance:
        """`key` names the object within the file; `uuid` is ours where the file tells it. The number may stand in its name."""
        known = self._ours.get(key)
        if known is not None:
            return known
        derived = "" if uuid or not self._source else str(uuid5(_FROM_FILES, f"{self._source}\0{key}"))
        uuid = uuid or derived
        known = object_called(self.made, uuid)
        if known is not None and derived:
            self._settled.add(uuid)
        elif known is None or known.feature_hash != thing.feature_hash:
            free = bool(uuid) and uuid not in self.made.instances
            own = self._number(thing, number or _number_in(name, thing))
            made = Instance(uuid if free else new_uuid(), new_hash8(), thing.feature_hash, own)
            known = replace(made, created_at=self._now, edited_at=self._now)
            self.made.put(known)
        self._ours[key] = known
        return known

    def _number(self, thing: ObjectClass, told: int) -> int:
        """The one that the file tells where it is free, else the next. A file may bring thousands of one class."""
        if thing.feature_hash not in self._numbers:
            present = self.made.instances.values()
            self._numbers[thing.feature_hash] = {i.number for i in present if i.feature_hash == thing.feature_hash}
            self._highest[thing.feature_hash] = max(self._numbers[thing.feature_hash], default=0)
        taken = self._numbers[thing.feature_hash]
        own = told if told > 0 and told not in taken else self._highest[thing.feature_hash] + 1
        taken.add(own)
        self._highest[thing.feature_hash] = max(own, self._highest[thing.feature_hash])
        return own

    def put(self, instance: Instance, frame: int, geometry: Geometry, *, part: str = "", manual: bool = True) -> None:
        if instance.uuid in self._settled:
            self.known += 1
            return
        present = self.made.annotation_of(instance.uuid, (part, frame))
        if present is not None and self._same(present.geometry, geometry):
            self.known += 1
            return
        row = present or Annotation(new_uuid(), instance.uuid, geometry, frame, part, created_at=self._now, manual=manual)
        self.made.put(replace(row, geometry=geometry, edited_at=self._now))

    def _same(self, present: Geometry, geometry: Geometry) -> bool:
        if isinstance(present, Polygon) and isinstance(geometry, Polygon):
            present, geometry = normal(present), normal(geometry)
        return near(present, geometry, self._rounding)

    def put_mask(self, instance: Instance, frame: int, mask: Bitmask, *, manual: bool = True) -> None:
        """As the shape of its class; a polygon's outline is that of the voxels."""
        if not mask.w or instance.uuid in self._settled:
            self.known += bool(mask.w)
            return
        thing = self.features.objects[instance.feature_hash]
        present = self.made.annotation_of(instance.uuid, ("", frame))
        if present is not None and masks.to_bitmask(present.geometry, self.series.columns, self.series.rows) == mask:
            self.known += 1  # the same voxels: the outline that somebody drew is kept
            return
        outline: Geometry | None = mask if thing.shape is ShapeKind.BITMASK else None
        if thing.shape is ShapeKind.POLYGON:
            outline = masks.contours(mask)
        if outline is None:
            why = f"objects of its class are of the shape {thing.shape.words}, which voxels do not make"
            self.losses.add(f"{thing.name} {instance.number}", self.series.title, why)
            return
        self.put(instance, frame, outline, manual=manual)

    def finish(self) -> LabelDocument:
        """Objects that got no shape leave again."""
        for instance in self._ours.values():
            if instance.uuid not in self._present.instances and not self.made.annotations_of(instance.uuid):
                self.made.drop("instance", instance.uuid)
        return self.made


def _number_in(name: str, thing: ObjectClass) -> int:
    """Of "Liver 2" among the livers: 2."""
    tail = name.removeprefix(thing.name).strip()
    return int(tail) if tail.isdecimal() and len(tail) < 7 else 0
