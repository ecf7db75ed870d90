"""Labels as the numbers of a grid (NIfTI, NRRD): written slice by slice, read back from whatever grid they come on."""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from storage.disk import has_room, is_full
from storage.errors import BadInput, DiskFull, Refused
from storage.exchange.regrid import SAME, lookups, same_grid
from storage.exchange.volumes import FROM_VOXELS, DocumentFiller, Segment, Series
from storage.media.grid_header import GridHeader
from storage.model import masks
from storage.model.labels import Instance, LabelDocument
from storage.model.ontology import ObjectClass

MOST_BYTES = 1 << 34  # of the numbers of a label volume, unpacked
MOST_LABELS = 4096  # different numbers in one file: more is a picture, not labels
_PIECE = 1 << 22


@dataclass(frozen=True)
class Label:
    """What a number of a file stands for, as far as the file says."""

    value: int
    name: str = ""
    layer: int = 0
    feature_hash: str = ""
    instance: str = ""  # uuid
    number: int = 0


@dataclass(frozen=True)
class LabelFile:
    header: GridHeader
    labels: tuple[Label, ...] = ()
    layered: bool = False  # what the header calls times are layers of one volume
    told: dict[str, Any] = field(default_factory=dict)


# -- out ---------------------------------------------------------------------------------------------------------------


def check(series: Series, segments: Sequence[Segment]) -> None:
    """Raises Refused where a grid cannot hold them."""
    if not segments:
        raise Refused(f"{series.title} has no labels with voxels.", remedy="Draw masks, polygons or boxes first.")
    if series.geometry is None:
        raise Refused(
            f"{series.title} has no positions in a patient: a label volume would lie nowhere.",
            remedy="Export its labels as DICOM SEG or Encord JSON.",
        )
    if series.geometry.affine is None:
        raise Refused(
            f"The slices of {series.title} are unevenly spaced (up to {series.geometry.deviation_mm:.2f} mm); "
            "one grid cannot hold them where they are.",
            remedy="Export its labels as DICOM SEG or RTSTRUCT, which keep each slice where it was acquired.",
        )


def kind_of(segments: Sequence[Segment]) -> np.dtype:
    return np.dtype("<u1" if max(s.number for s in segments) < 256 else "<u2")


def slices_of(series: Series, segments: Sequence[Segment], kind: np.dtype, frames: range) -> Iterator[NDArray[Any]]:
    """Frame by frame: the numbers of the segments, 0 elsewhere. They must not share voxels."""
    there: dict[int, list[Segment]] = {}
    for segment in segments:
        for frame in segment.shapes:
            there.setdefault(frame, []).append(segment)
    for frame in frames:
        values = np.zeros((series.rows, series.columns), kind)
        for segment in there.get(frame, ()):
            values[segment.pixels(frame)] = segment.number
        yield values


@contextmanager
def packed_into(path: Path) -> Iterator[IO[bytes]]:
    """A gzip stream into a file that appears when it is whole; the same labels give the same bytes."""
    waiting = path.with_name(f".{path.name[:80]}.part")
    try:
        with waiting.open("wb") as raw, gzip.GzipFile("", "wb", 4, raw, mtime=0) as file:
            yield file  # type: ignore[misc]
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)


# -- in ----------------------------------------------------------------------------------------------------------------


def read_labels(path: Path, file: LabelFile, filler: DocumentFiller) -> LabelDocument:
    """The document with the labels of a file merged into it. Raises BadInput where its numbers are no labels."""
    if filler.series.geometry is None:
        filler.losses.add("all labels", path.name, "the volume has no positions in a patient")
        return filler.finish()
    with _numbers(path, file.header) as volume:
        _Reader(path, file, filler, volume).read()
    return filler.finish()


@contextmanager
def _numbers(path: Path, header: GridHeader) -> Iterator[NDArray[Any]]:
    """[time, slice, row, column], mapped from a copy that vanishes: a file of others that is cut short meanwhile, mapped itself,
    would end the program."""
    if header.samples != 1:
        raise BadInput(f"{path.name} holds colours, not labels.", remedy="Give a label volume.", input=str(path))
    if header.data_bytes > MOST_BYTES:
        raise BadInput(
            f"{path.name} would unpack to {header.data_bytes:,} bytes, more than any labels.",
            remedy="Cut it to the volume it belongs to.",
            input=str(path),
        )
    shape = (header.times, header.slices, header.rows, header.columns)
    if header.interleaved:
        shape = (header.slices, header.rows, header.columns, header.times)
    with tempfile.TemporaryFile() as unpacked:
        _unpack(path, header, unpacked)
        mapped = np.memmap(unpacked, header.dtype, "r", 0, shape)
        yield np.moveaxis(mapped, 3, 0) if header.interleaved else mapped
        del mapped


def _unpack(path: Path, header: GridHeader, into: IO[bytes]) -> None:
    left = header.data_bytes
    if not has_room(Path(tempfile.gettempdir()), left):
        raise _no_room(path, header)
    try:
        with header.data_path.open("rb") as raw:
            skip = header.offset
            if header.packed != "whole":
                raw.seek(header.offset)
                skip = 0
            with gzip.GzipFile(fileobj=raw) if header.packed else raw as file:
                while skip > 0:
                    skip -= len(file.read(min(skip, _PIECE)) or _cut(path))
                while left > 0:
                    piece = file.read(min(left, _PIECE)) or _cut(path)
                    into.write(piece)
                    left -= len(piece)
                file.read(1)  # at the end of the stream its checksum is compared
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and is_full(error):
            raise _no_room(path, header) from error
        raise BadInput(f"{path.name} cannot be unpacked ({error}).", remedy="Copy it again.", input=str(path)) from error
    into.flush()


def _no_room(path: Path, header: GridHeader) -> DiskFull:
    folder = tempfile.gettempdir()
    return DiskFull(
        f"There is no room to unpack {path.name} ({header.data_bytes / 1e6:,.0f} MB).",
        remedy=f"Free some space on the disk of {folder}, then import it again.",
        input=str(path),
    )


def _cut(path: Path) -> bytes:
    raise EOFError(f"{path.name} was cut short")


class _Reader:
    def __init__(self, path: Path, file: LabelFile, filler: DocumentFiller, volume: NDArray[Any]) -> None:
        self._path, self._file, self._volume = path, file, volume
        self._filler, self._series, self._losses = filler, filler.series, filler.losses
        self._labels = {(label.layer if file.layered else 0, label.value): label for label in file.labels}
        self._found: dict[tuple[int, int], Instance | None] = {}
        fitting = [t for t in filler.features.ontology.objects if t.shape in FROM_VOXELS and not t.archived]
        self._fitting = sorted(fitting, key=lambda t: FROM_VOXELS.index(t.shape))
        self._guessed = False

    def read(self) -> None:
        header, target = self._file.header, self._series.geometry
        assert target is not None
        times = 1 if self._file.layered else header.times
        of = 0  # the time of the volume that the file begins with
        if times not in (1, self._series.times):
            self._losses.add(
                f"{times} times", self._path.name, f"the volume has {self._series.times}; only the first was taken"
            )
            times = 1
        elif times < self._series.times:
            of = int(self._file.told.get("time", 0)) - 1
            if not 0 <= of < self._series.times:
                of = 0
                why = f"the volume has {self._series.times} times; it was put on the first"
                self._losses.add("one time", self._path.name, why)
        exact = same_grid(header.geometry, target)
        for t in range(header.times if self._file.layered else times):
            layer, first = (t, of) if self._file.layered else (0, of + t)
            first *= self._series.slices
            if exact:
                for k in range(header.slices):
                    self._put(layer, first + k, self._labels_of(self._volume[t, k]))
            else:
                self._resampled(layer, t, first)

    def _resampled(self, layer: int, t: int, first: int) -> None:
        target = self._series.geometry
        assert target is not None
        off, hit = 0.0, np.zeros(self._file.header.slices, bool)
        for found in lookups(self._file.header.geometry, target):
            values = np.zeros((target.rows, target.columns), np.uint16)
            values[found.inside] = self._labels_of(self._volume[t][found.plane, found.row, found.column])
            self._put(layer, first + found.slice, values)
            hit[np.unique(found.plane)] = True
            off = max(off, found.off)
        if off > SAME:
            why = f"the labels lie on another one: the nearest voxel counts (up to {off:.2f} of one away)"
            self._losses.add("the exact grid", self._path.name, why)
        missed = [k for k in np.flatnonzero(~hit) if np.asarray(self._volume[t, k]).any()]
        if missed:
            self._losses.add(f"{len(missed)} slices with labels", self._path.name, "they lie on no slice of the volume")

    def _labels_of(self, values: NDArray[Any]) -> NDArray[np.uint16]:
        """Whole numbers; what are none, or too large, are no labels."""
        header = self._file.header
        found = np.asarray(values)
        if found.dtype.kind == "f" or (header.slope, header.intercept) != (1.0, 0.0):
            scaled = found.astype(np.float64) * header.slope + header.intercept
            found = np.rint(scaled)
            if not np.isfinite(scaled).all() or np.abs(scaled - found).max(initial=0) > 1e-3:
                raise self._no_labels("holds fractions")
        if found.size and (found.min() < 0 or found.max() > 0xFFFF):
            raise self._no_labels("holds numbers below 0 or above 65,535")
        return found.astype(np.uint16)

    def _no_labels(self, what: str) -> BadInput:
        return BadInput(
            f"{self._path.name} {what}: that is a picture, not labels.", remedy="Give a label volume.", input=str(self._path)
        )

    def _put(self, layer: int, frame: int, values: NDArray[np.uint16]) -> None:
        for value in np.unique(values):
            if value:
                instance = self._instance(layer, int(value))
                if instance is not None:
                    self._filler.put_mask(instance, frame, masks.encode(values == value))

    def _instance(self, layer: int, value: int) -> Instance | None:
        key = (layer, value)
        if key not in self._found:
            if len(self._found) >= MOST_LABELS:
                raise self._no_labels(f"holds more than {MOST_LABELS:,} different numbers")
            label = self._labels.get(key) or Label(value)
            thing = self._class(label)
            if thing is None:
                name = label.name or f"the label {value}"
                self._losses.add(name, self._path.name, "the project's ontology has no class for it")
                self._found[key] = None
            else:
                self._found[key] = self._filler.instance(
                    f"{layer}/{value}", thing, uuid=label.instance, name=label.name, number=label.number
                )
        return self._found[key]

    def _class(self, label: Label) -> ObjectClass | None:
        own = self._filler.class_of_hash(label.feature_hash) if label.feature_hash else None
        called = label.name.removesuffix(f" {label.number}") if label.number else label.name  # our files tell of the number
        name = called or (f"Label {label.value}" if self._filler.features.growing else "")
        if own is not None or name:
            return own or self._filler.class_named(name) or self._filler.new_class(name, FROM_VOXELS)
        if not self._fitting:
            return None
        if not self._guessed:
            self._guessed = True
            only = len(self._fitting) == 1
            why = f"all are {self._fitting[0].name}" if only else "label n is the n-th class that voxels can make"
            self._losses.add("what the labels are called", self._path.name, f"the file does not say; {why}")
        if len(self._fitting) == 1:
            return self._fitting[0]
        return self._fitting[label.value - 1] if label.value <= len(self._fitting) else None
