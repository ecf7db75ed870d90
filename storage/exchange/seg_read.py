"""DICOM Segmentations onto their series: binary, fractional and label maps, of any writer.

A frame lies where its source instance lies, if it has the series' grid there; else its plane is placed by millimetres and the
series' voxels take the nearest of its values. What cannot be placed is a loss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storage.exchange import dicom_read as dr
from storage.exchange.dicom_labels import References, class_of, hex_color, lies_elsewhere
from storage.exchange.dicom_write import uuid_of
from storage.exchange.regrid import SAME, lookups
from storage.exchange.volumes import FROM_VOXELS, DocumentFiller
from storage.media.dicom_tags import Wanted
from storage.media.dicom_values import Values
from storage.model import masks
from storage.model.geometry import ShapeKind
from storage.model.labels import Instance, LabelDocument
from storage.model.ontology import ObjectClass
from storage.model.space import VolumeGeometry

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SEG_CLASSES = frozenset({"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"})


_SEGMENT, _SEGMENT_NUMBER = 0x0062000A, 0x0062000B
_PLACE, _POSITION = 0x00209113, 0x00200032
_TURN, _ORIENTATION = 0x00209116, 0x00200037
_MEASURES, _SPACING = 0x00289110, 0x00280030
_DERIVATION, _SOURCE, _INSTANCE, _FRAME = 0x00089124, 0x00082112, 0x00081155, 0x00081160
_GROUPS: Wanted = {
    _SEGMENT: {_SEGMENT_NUMBER: None},
    _PLACE: {_POSITION: None},
    _TURN: {_ORIENTATION: None},
    _MEASURES: {_SPACING: None},
    _DERIVATION: {_SOURCE: {_INSTANCE: None, _FRAME: None}},
}
_KNOWN = 1 << 14  # places that are not worked out again


@dataclass(frozen=True, eq=False)
class _Way:
    """How planes run, usually all of them."""

    row: NDArray[np.float64]
    column: NDArray[np.float64]
    spacing: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Plane:
    number: int  # frame of the segmentation
    segment: int  # 0: a label map's frame holds all
    origin: NDArray[np.float64] | None
    way: _Way | None
    sources: tuple[tuple[str, int], ...]


@dataclass
class _Found:
    """An object of the file and the class it becomes one of."""

    instance: Instance | None
    name: str
    manual: bool = True
    told: set[str] = field(default_factory=set)


def references_of(head: Dataset, check: dr.Check = dr.never) -> References:
    series, instances = set(), set()
    for there in dr.sequence(head, "ReferencedSeriesSequence"):
        series.add(dr.text(there, "SeriesInstanceUID"))
        instances |= {dr.text(i, "ReferencedSOPInstanceUID") for i in dr.sequence(there, "ReferencedInstanceSequence")}
    if not instances:
        for shared, own in dr.groups(head, min(dr.whole(head, "NumberOfFrames", 1), dr.MAX_FRAMES), _GROUPS, check):
            instances |= {uid for uid, _ in _sources(shared, own)}
    reference, study = dr.text(head, "FrameOfReferenceUID"), dr.text(head, "StudyInstanceUID")
    return References(frozenset(series - {""}), frozenset(instances - {""}), reference, study)


def read_seg(path: Path, filler: DocumentFiller, *, threshold: float = 0.5, head: Dataset | None = None) -> LabelDocument:
    """The document with the segments merged into it. `threshold`: of fractional values, from which on a voxel is inside."""
    head = head if head is not None else dr.read_head(path)
    return _Reader(path, head, filler, threshold).read()


class _Reader:
    def __init__(self, path: Path, head: Dataset, filler: DocumentFiller, threshold: float) -> None:
        self._path, self._head = path, head
        self._filler, self._series, self._losses = filler, filler.series, filler.losses
        self._pixels = dr.FramePixels(path, head)
        self._kind = dr.text(head, "SegmentationType") or "BINARY"
        self._threshold = threshold
        self._most = dr.whole(head, "MaximumFractionalValue", 255) or 255
        self._objects = {dr.whole(s, "SegmentNumber"): self._object(s) for s in dr.sequence(head, "SegmentSequence")}
        self._values = lru_cache(maxsize=4)(self._pixels.frame)
        # Frames say the same again and again: where and how their planes lie.
        self._origin = lru_cache(maxsize=_KNOWN)(_origin)
        self._way = lru_cache(maxsize=64)(_way)
        self._corners = lru_cache(maxsize=64)(self._corners_of)

    def read(self) -> LabelDocument:
        if self._kind == "FRACTIONAL":
            why = f"labels have no in-between; voxels of {self._threshold:g} and more were taken"
            self._losses.add("fractional values", self._path.name, why)
        elsewhere: list[_Plane] = []
        for plane in self._planes():
            frame = self._exact(plane)
            if frame is None:
                elsewhere.append(plane)
            else:
                for found, mask in self._masks(plane):
                    self._put(found, frame, mask)
        if elsewhere:
            self._resample(elsewhere)
        return self._filler.finish()

    # -- segments

    def _object(self, segment: Dataset) -> _Found:
        number, label = dr.whole(segment, "SegmentNumber"), dr.text(segment, "SegmentLabel")
        name = label or dr.text(segment, "SegmentDescription") or f"segment {number}"
        thing = self._class(segment)
        if thing is None:
            if number or name.casefold() != "background":
                self._losses.add(name, self._path.name, "the project's ontology has no class of its code or name for voxels")
            return _Found(None, name)
        uid = dr.text(segment, "TrackingUID")
        instance = self._filler.instance(str(number), thing, uuid=uuid_of(uid), name=label)
        return _Found(instance, name, manual=dr.text(segment, "SegmentAlgorithmType") in ("", "MANUAL"))

    def _class(self, segment: Dataset) -> ObjectClass | None:
        """One of the code is found even where voxels do not make its shape: the loss says so then."""
        code = dr.coded(segment, "SegmentedPropertyTypeCodeSequence")
        names = dr.text(segment, "SegmentDescription"), dr.text(segment, "SegmentLabel"), code[2]
        return class_of(
            self._filler,
            code,
            *names,
            shapes=FROM_VOXELS,
            coded_shapes=tuple(ShapeKind),
            called=names[1],
            color=_color(segment) if self._filler.features.growing else "",  # to read it takes a large package
        )

    # -- planes

    def _planes(self) -> Iterator[_Plane]:
        for k, (shared, own) in enumerate(dr.groups(self._head, self._pixels.count, _GROUPS, self._filler.check)):
            yield _Plane(
                k,
                dr.group(shared, own, _SEGMENT).short(_SEGMENT_NUMBER) or 0,
                self._origin(dr.group(shared, own, _PLACE).raw(_POSITION)),
                self._way(dr.group(shared, own, _TURN).raw(_ORIENTATION), dr.group(shared, own, _MEASURES).raw(_SPACING)),
                tuple(_sources(shared, own)),
            )

    def _exact(self, plane: _Plane) -> int | None:
        """The frame of the series whose grid this plane is."""
        if (self._pixels.rows, self._pixels.columns) != (self._series.rows, self._series.columns):
            return None
        named = [f for uid, number in plane.sources if (f := self._series.frame_of(uid, number)) is not None]
        geometry = self._series.geometry
        if geometry is None or plane.origin is None:
            return named[0] if len(named) == 1 else None
        if plane.way is None:
            return named[0] if len(named) == 1 else None
        k = int(geometry.nearest_slice(plane.origin))
        off = np.linalg.norm(plane.origin - geometry.origins[k] + self._corners(plane.way), axis=1)
        if off.max() > max(SAME * min(geometry.spacing_row_mm, geometry.spacing_col_mm), 2e-3):
            return None
        at_it = [f for f in (self._series.tile(f, k) for f in named) if f % self._series.slices == k]
        if at_it:
            return at_it[0]
        return k if self._series.times == 1 and not self._elsewhere else None

    def _corners_of(self, way: _Way) -> NDArray[np.float64]:
        """How far the corners of a plane that runs this way are from those of a slice with the same origin."""
        geometry = self._series.geometry
        assert geometry is not None
        across = way.row * way.spacing[1] - geometry.row_dir * geometry.spacing_col_mm
        down = way.column * way.spacing[0] - geometry.col_dir * geometry.spacing_row_mm
        return np.array([across * c + down * r for c in (0, geometry.columns - 1) for r in (0, geometry.rows - 1)])

    # -- voxels

    def _masks(self, plane: _Plane) -> Iterator[tuple[_Found, NDArray[np.bool_]]]:
        for number in self._numbers(plane):
            found = self._objects.get(number)
            if found is None:
                self._losses.add(f"segment {number}", self._path.name, "the file describes no such segment")
            elif found.instance is not None:
                yield found, self._inside(plane, number)

    def _numbers(self, plane: _Plane) -> list[int]:
        if self._kind != "LABELMAP":
            return [plane.segment]
        background = dr.whole(self._head, "PixelPaddingValue", 0)
        return [int(v) for v in np.unique(self._values(plane.number)) if v != background and (v or 0 in self._objects)]

    def _inside(self, plane: _Plane, number: int) -> NDArray[np.bool_]:
        values = self._values(plane.number)
        if self._kind == "LABELMAP":
            return np.asarray(values == number)
        if self._kind == "FRACTIONAL":
            return np.asarray(values >= max(self._threshold * self._most, 1e-9))
        return np.asarray(values != 0)

    def _put(self, found: _Found, frame: int, inside: NDArray[np.bool_]) -> None:
        assert found.instance is not None
        self._filler.put_mask(found.instance, frame, masks.encode(inside), manual=found.manual)

    def _resample(self, planes: list[_Plane]) -> None:
        where = self._path.name
        why = self._why_not(planes)
        if why:
            self._lose(planes, why)
            return
        try:
            grid, at = self._grid(planes)
        except ValueError:
            self._lose(planes, "its frames do not say in a way that makes sense where they lie")
            return
        target = self._series.geometry
        assert target is not None
        reach = self._reach(grid)
        off, placed = 0.0, set()
        for found in lookups(grid, target, reach_mm=reach):
            for p in np.unique(found.plane):
                for plane in at[int(p)]:
                    self._filler.check()
                    here = found.plane == p
                    for thing, inside in self._masks(plane):
                        out = np.zeros((target.rows, target.columns), bool)
                        hit = np.zeros(len(here), bool)
                        hit[here] = inside[found.row[here], found.column[here]]
                        out[found.inside] = hit
                        self._add(thing, found.slice, out)
                    placed.add(plane.number)
            off = max(off, found.off)
        if off > SAME:
            self._losses.add(
                "the exact grid", where, f"it was drawn on another one: the nearest voxel counts (up to {off:.2f} of one away)"
            )
        if len(placed) < len(planes):
            self._losses.add(f"{len(planes) - len(placed)} frames", where, "they lie on no slice of the series")

    def _lose(self, planes: list[_Plane], why: str) -> None:
        names = (self._objects[p.segment].name if p.segment in self._objects else "segments" for p in planes)
        for name, count in sorted(Counter(names).items()):
            self._losses.add(f"{name} on {count} frames", self._path.name, why)

    def _add(self, found: _Found, frame: int, inside: NDArray[np.bool_]) -> None:
        """Several planes may reach one slice: their voxels are joined."""
        assert found.instance is not None
        mask = masks.encode(inside)
        key = f"{found.instance.uuid}/{frame}"
        before = self._filler.made.annotation_of(found.instance.uuid, ("", frame)) if key in found.told else None
        found.told.add(key)
        if before is not None and mask.w:
            drawn = masks.to_bitmask(before.geometry, self._series.columns, self._series.rows)
            mask = masks.union((drawn, mask))
        self._filler.put_mask(found.instance, frame, mask, manual=found.manual)

    def _why_not(self, planes: list[_Plane]) -> str:
        if self._series.geometry is None:
            return "the series has no positions, and the frames name no instance of it with the same size"
        if any(p.origin is None or p.way is None for p in planes):
            return "the frames name no instance of the series and say no position"
        if self._series.times > 1:
            return "the frames name no instance of the series, which has several times"
        if self._elsewhere:
            return "it was drawn in another frame of reference"
        first, *others = {id(p.way): p.way for p in planes if p.way is not None}.values()
        if any(not np.allclose(w.row, first.row, atol=1e-4) or w.spacing != first.spacing for w in others):
            return "its frames do not run the same way"
        return ""

    @cached_property
    def _elsewhere(self) -> bool:
        return lies_elsewhere(self._series, self._head, "FrameOfReferenceUID")

    def _grid(self, planes: list[_Plane]) -> tuple[VolumeGeometry, list[list[_Plane]]]:
        """Distinct planes as a volume, each with its frames."""
        by_origin: dict[tuple[float, ...], list[_Plane]] = {}
        for plane in planes:
            assert plane.origin is not None
            by_origin.setdefault(tuple(np.round(plane.origin, 4)), []).append(plane)
        way = planes[0].way
        assert way is not None
        size = self._pixels.rows, self._pixels.columns
        origins = np.array(list(by_origin))
        return VolumeGeometry(origins, way.row, way.column, *way.spacing, *size), list(by_origin.values())

    def _reach(self, grid: VolumeGeometry) -> float | None:
        """Half a slice of the file, by what it says or, of several planes, by the least distance between them."""
        measures = dr.first(dr.first(self._head, "SharedFunctionalGroupsSequence"), "PixelMeasuresSequence")
        said = dr.value(measures, "SpacingBetweenSlices") or dr.value(measures, "SliceThickness")
        try:
            step = abs(float(said))
        except (TypeError, ValueError):
            step = 0.0
        gaps = np.diff(np.sort(grid.heights))
        nearest = float(gaps.min()) if len(gaps) else 0.0
        step = min(s for s in (step, nearest) if s > 0) if step > 0 or nearest > 0 else 0.0
        return step / 2 * 1.001 if step > 0 else None


def _sources(shared: Values, own: Values) -> Iterator[tuple[str, int]]:
    for derivation in own.items(_DERIVATION) or shared.items(_DERIVATION):
        for image in derivation.items(_SOURCE):
            yield image.code(_INSTANCE), image.number(_FRAME) or 0


def _origin(said: bytes) -> NDArray[np.float64] | None:
    found = Values({_POSITION: said}).decimals(_POSITION)
    return np.array(found) if len(found) == 3 else None


def _way(orientation: bytes, spacing: bytes) -> _Way | None:
    turn = Values({_ORIENTATION: orientation}).decimals(_ORIENTATION)
    sizes = Values({_SPACING: spacing}).decimals(_SPACING)
    if len(turn) != 6 or len(sizes) != 2 or min(sizes) <= 0:
        return None
    return _Way(np.array(turn[:3]), np.array(turn[3:]), (sizes[0], sizes[1]))


def _color(segment: Dataset) -> str:
    """What the file recommends, as #RRGGBB; "" where it does not."""
    from highdicom.color import CIELabColor

    told = segment.get("RecommendedDisplayCIELabValue")
    try:
        return hex_color(*CIELabColor.from_dicom_value(told).to_rgb())
    except (AttributeError, TypeError, ValueError):
        return ""
