"""Labels of volumes from DICOM, NIfTI and NRRD files into the label rows they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.clock import now_ms
from storage.editing import key_images
from storage.errors import BadInput, NotFound, PostilError
from storage.exchange import dicom_read as dr
from storage.exchange import rtstruct_read, seg_read, sr_read
from storage.exchange.dicom_labels import References
from storage.exchange.encord_read import copy_of
from storage.exchange.grid_labels import read_labels
from storage.exchange.key_objects import KEY_OBJECTS, read_key_objects
from storage.exchange.nifti_labels import open_nifti_labels
from storage.exchange.nrrd_labels import open_nrrd_labels
from storage.exchange.volumes import DocumentFiller
from storage.media.dicom_index import FrameIndex
from storage.media.originals import hash_file
from storage.model.items import VOLUMES, Item, Kind
from storage.model.key_images import TITLE, key_class, key_frames, with_key_class
from storage.model.labels import LabelDocument
from storage.services.label_volumes import index_of, series_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from storage.catalog.engine import Catalog
    from storage.model.reads import LabelRowInfo
    from storage.services.import_labels import _Importer

_ENDINGS = {"nifti": (".nii", ".nii.gz", ".hdr"), "nrrd": (".nrrd", ".nhdr")}
_MOST_FILES = 10_000


def take_volumes(catalog: Catalog, file: Path, format: str, importer: _Importer) -> None:
    """A file, or a folder of them; a file that cannot be used never stops the others, unless it is the only one."""
    files = list(_files(file, format))
    if not files:
        raise BadInput(f"{file} holds no file of the format {format}.", remedy="Name a file or its folder.", input=str(file))
    taker = _Taker(catalog, importer)
    others = 0
    for done, one in enumerate(files, start=1):
        importer.progress.step(done, len(files))
        try:
            taker.take(one, format)
        except _OtherKind:
            if not file.is_dir():
                raise
            others += 1  # the images that the labels lie on, labels of another format
        except PostilError as error:
            if len(files) == 1:
                raise
            importer.losses.add("its labels", one.name, error.reason)
    if others == len(files):
        raise BadInput(f"{file} holds no file of the format {format}.", remedy="Name a file or its folder.", input=str(file))


def take_dicom_files(catalog: Catalog, files: Sequence[Path], importer: _Importer) -> None:
    """Each by what it is."""
    taker = _Taker(catalog, importer)
    for done, file in enumerate(files, start=1):
        importer.progress.step(done)
        try:
            taker.take(file, "dicom")
        except PostilError as error:
            importer.refuse("its labels", file.name, error.reason)


class _OtherKind(BadInput):
    """DICOM, but not of the format asked for."""


def _files(file: Path, format: str) -> Iterator[Path]:
    if not file.exists():
        raise NotFound(f"There is no file {file}.", remedy="Check the path.", input=str(file))
    if not file.is_dir():
        yield file
        return
    endings = _ENDINGS.get(format)
    found = (p for p in sorted(file.rglob("*")) if p.is_file() and not p.name.startswith("."))
    for n, path in enumerate(found):
        if n >= _MOST_FILES:
            raise BadInput(
                f"{file} holds more than {_MOST_FILES:,} files.", remedy="Name the folder of the labels.", input=str(file)
            )
        if path.name.lower().endswith(endings) if endings else _is_dicom(path):
            yield path


def _is_dicom(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


class _Taker:
    def __init__(self, catalog: Catalog, importer: _Importer) -> None:
        self._catalog, self._importer = catalog, importer
        self._volumes = [info for row in importer.rows() if (info := importer.label_row(row)).item.kind in VOLUMES]
        self._index: dict[int, FrameIndex | None] = {}
        self._now = now_ms()

    def take(self, file: Path, format: str) -> None:
        if format in _ENDINGS:
            self._grid(file, format)
        else:
            self._dicom(file, format)

    # -- DICOM

    def _dicom(self, file: Path, format: str) -> None:
        check = self._importer.progress.check
        head = dr.read_head(file, check)
        sop_class = dr.text(head, "SOPClassUID")
        reads: dict[str, Any] = {
            **dict.fromkeys(seg_read.SEG_CLASSES, ("dicom-seg", seg_read.references_of, seg_read.read_seg)),
            **dict.fromkeys(
                rtstruct_read.RTSTRUCT_CLASSES, ("rtstruct", rtstruct_read.references_of, rtstruct_read.read_rtstruct)
            ),
            **dict.fromkeys(sr_read.SR_CLASSES, ("sr", sr_read.references_of, sr_read.read_sr)),
            KEY_OBJECTS: ("sr", sr_read.references_of, None),
        }
        found = reads.get(sop_class)
        if found is None and format == "dicom":
            raise BadInput(f"{file.name} holds labels of a kind that is not read.", remedy="Leave it out.", input=str(file))
        if found is None or format not in (found[0], f"{found[0]}-labelmap", "dicom"):
            raise _OtherKind(f"{file.name} is no {format} file.", remedy="Name the labels, not the images.", input=str(file))
        _, references_of, reader = found
        told: References = references_of(head, check)
        for info in self._rows_of(told, file):
            if reader is None:
                self._put(info, partial(self._key_images, file, head, info.item))
            else:
                source = dr.text(head, "SOPInstanceUID")
                self._put(info, partial(self._merged, info.item, source, partial(reader, file, head=head)))

    def _rows_of(self, told: References, file: Path) -> list[LabelRowInfo]:
        """The row of the series with most of the instances; else those of the series named; else of the same space."""
        shared = {info.id: len(told.instances & self._instances(info.item)) for info in self._volumes}
        most = max(shared.values(), default=0)
        best = [i for i in self._volumes if most and shared[i.id] == most]
        series = [i for i in self._volumes if str(i.item.facts.get("series_uid", "")) in told.series]
        space = [
            i
            for i in self._volumes
            if told.frame_of_reference and i.item.facts.get("frame_of_reference") == told.frame_of_reference
        ]
        wanted = ", ".join(sorted(told.series)) or "a series it does not name"
        for found in (best, series, space):
            if len(found) == 1:
                return found
            if found:
                why = f"{len(found)} items of the project hold its series: {', '.join(i.item.title for i in found)[:200]}"
                self._importer.refuse("its labels", file.name, why)
                return []
        self._importer.miss("its labels", file.name, f"the project has no item of {wanted}")
        return []

    def _instances(self, item: Item) -> frozenset[str]:
        if item.id not in self._index:
            self._index[item.id] = index_of(self._catalog, item) if item.kind is Kind.DICOM_SERIES else None
        index = self._index[item.id]
        return frozenset(index.sop_uids) if index is not None else frozenset()

    def _key_images(self, file: Path, head: Dataset, item: Item, present: LabelDocument) -> LabelDocument:
        importer, features = self._importer, self._importer.features
        known = key_class(features.ontology) or features.grow_classification(with_key_class)
        if known is None:
            importer.losses.add("key images", file.name, f"the project's ontology has no classification “{TITLE}”")
            return present
        series = series_of(self._catalog, item)
        frames = read_key_objects(file, series, importer.losses, head=head)
        new = sorted(set(frames) - key_frames(present, features.ontology, series.frames))
        if not new:
            return present
        made = copy_of(present)
        for frame in new:
            for edit in key_images.toggle(made, known, frame, by=self._catalog.user.email, now=self._now):
                edit.apply(made)
        return made

    # -- grids

    def _grid(self, file: Path, format: str) -> None:
        opened = open_nifti_labels(file) if format == "nifti" else open_nrrd_labels(file)
        stem = file.name
        for ending in (".gz", ".nii", ".nrrd", ".nhdr", ".hdr", ".seg"):
            stem = stem.removesuffix(ending)
        names = [file.name, *(stem + e for e in ("", ".nii.gz", ".nii", ".nrrd", ".hdr"))]
        info = self._importer.find([str(opened.told.get("item", ""))], [], names)
        if info is None:
            return
        if info.item.kind not in VOLUMES:
            self._importer.refuse("its labels", file.name, f"“{info.item.title}” is no volume")
            return
        source = hash_file(file, self._importer.progress.check)
        self._put(info, partial(self._merged, info.item, source, partial(read_labels, file, opened)))

    # -- into a row

    def _merged(
        self, item: Item, source: str, read: Callable[[DocumentFiller], LabelDocument], present: LabelDocument
    ) -> LabelDocument:
        importer, series = self._importer, series_of(self._catalog, item)
        check = importer.progress.check
        filler = DocumentFiller(series, importer.features, present, importer.losses, now=self._now, check=check, source=source)
        made = read(filler)
        importer.knew(filler.known)
        return made

    def _put(self, info: LabelRowInfo, merge: Callable[[LabelDocument], LabelDocument]) -> None:
        self._importer.take(info, merge)
