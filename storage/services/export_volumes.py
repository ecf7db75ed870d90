"""Labels of volumes into a folder: a file (or some) for each label row, in the formats that are made for volumes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from storage.clock import now_ms
from storage.errors import PostilError, Refused
from storage.exchange.dicom_seg import write_seg
from storage.exchange.dicom_sr import write_sr
from storage.exchange.features import Features
from storage.exchange.key_objects import write_key_objects
from storage.exchange.losses import Losses, how_many
from storage.exchange.nifti_labels import write_nifti
from storage.exchange.nrrd_labels import write_nrrd
from storage.exchange.rtstruct import write_rtstruct
from storage.exchange.volumes import Segment, Series, segments_of
from storage.model.items import VOLUMES, Item
from storage.model.key_images import key_frames, means_key_image
from storage.model.label_formats import FORMAT_NAMES
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from storage.model.reads import LabelRowInfo
from storage.progress import Progress
from storage.services.deidentify_rules import Options
from storage.services.label_volumes import Pixels, series_of
from storage.services.originals import paths_of
from storage.services.whole_file import unwritable

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog

_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


class VolumeLabelsWriter:
    """`add` rows, then `close`. What a format cannot hold is a loss; what it holds nothing of makes no file."""

    def __init__(
        self,
        out: Path,
        ontology: Ontology,
        format: str,
        *,
        catalog: Catalog,
        classes: frozenset[str] | None,
        losses: Losses,
        pixels: Pixels | None = None,
    ) -> None:
        self._out, self._features, self._format = out, Features(ontology), format
        self._said = FORMAT_NAMES[format]
        self._catalog, self._classes, self.losses, self._pixels = catalog, classes, losses, pixels
        self._taken: set[str] = set()
        self.files: list[Path] = []
        self.items: list[Item] = []  # whose labels were written
        self.counts = {"label_rows": 0, "files": 0, "objects": 0}

    def add(self, info: LabelRowInfo, document: LabelDocument) -> None:
        item = info.item
        if not any(True for _ in document.records()):
            return
        if item.kind not in VOLUMES:
            why = f"{self._said} holds labels of volumes, not of the kind {item.kind.words}"
            self.losses.add("all labels", item.title, why)
            return
        losses = Losses()
        try:
            series = series_of(self._catalog, item, self._pixels)
            made = self._write(series, document, self._name(item.title), losses)
        except PostilError as error:  # what else the format could not have held is beside the point
            self.losses.add("all labels", item.title, f"{error.reason} {error.remedy}".strip())
            return
        self.losses.add_all(losses)
        self._tell_answers(document, item.title)
        self.files += made
        self.items.append(item)
        self.counts["label_rows"] += 1
        self.counts["files"] += len(made)

    def close(self) -> dict[str, int]:
        return self.counts

    def _write(self, series: Series, document: LabelDocument, name: str, losses: Losses) -> list[Path]:
        now = now_ms()
        match self._format:
            case "rtstruct":
                path = self._out / f"{name}.rtstruct.dcm"
                self.counts["objects"] += write_rtstruct(
                    path, series, document, self._features, losses, now=now, classes=self._classes
                )
                return [path]
            case "sr":
                return self._reports(series, document, name, now, losses)
        segments = segments_of(series, document, self._features, self._classes, losses)
        made = self._voxels(series, segments, name, now)
        self.counts["objects"] += len(segments)
        return made

    def _voxels(self, series: Series, segments: list[Segment], name: str, now: int) -> list[Path]:
        if self._format == "nifti":
            return write_nifti(self._out / f"{name}.nii.gz", series, segments)
        if self._format == "nrrd":
            return list(self._nrrds(series, segments, name))
        path = self._out / f"{name}.seg.dcm"
        write_seg(path, series, segments, now=now, label_map=self._format == "dicom-seg-labelmap")
        return [path]

    def _nrrds(self, series: Series, segments: list[Segment], name: str) -> Iterator[Path]:
        """One file per time that has labels."""
        times = sorted({f // series.slices for s in segments for f in s.shapes}) or [0]
        for time in times:
            path = self._out / (f"{name}.seg.nrrd" if series.times == 1 else f"{name}.t{time + 1}.seg.nrrd")
            write_nrrd(path, series, segments, time=time)
            yield path

    def _reports(self, series: Series, document: LabelDocument, name: str, now: int, losses: Losses) -> list[Path]:
        if series.in_tiles:
            raise Refused(
                f"The slices of {series.title} are tiles of mosaics; a report speaks of whole pictures.",
                remedy="Export its labels as DICOM SEG, RTSTRUCT or NIfTI.",
            )
        made: list[Path] = []
        frames = sorted(key_frames(document, self._features.ontology, series.frames))
        if frames:
            made.append(self._out / f"{name}.ko.dcm")
            write_key_objects(made[0], series, frames, now=now)
        report = self._out / f"{name}.sr.dcm"
        try:
            self.counts["objects"] += write_sr(
                report,
                series,
                document,
                self._features,
                losses,
                now=now,
                observer=self._catalog.user.name,
                classes=self._classes,
            )
            made.append(report)
        except Refused:
            if not made:
                raise
        return made

    def _tell_answers(self, document: LabelDocument, where: str) -> None:
        """These formats hold shapes and names alone."""
        owners = {u for u, i in document.instances.items() if self._classes is None or i.feature_hash in self._classes}
        answers = sum(a.owner in owners for a in document.answers.values())
        if answers:
            self.losses.add(how_many(answers, "answer"), where, f"{self._said} holds shapes, not answers")
        known = self._features.classifications if self._format == "sr" else {}
        told = {feature_hash for feature_hash, thing in known.items() if means_key_image(thing)}
        others = [row for row in document.classifications.values() if row.feature_hash not in told]
        if others and self._classes is None:
            self.losses.add(how_many(len(others), "classification"), where, f"{self._said} holds shapes, not classifications")

    def _name(self, title: str) -> str:
        """A file name of its own for every row."""
        plain = _FORBIDDEN.sub("_", title).strip(". ")[:100] or "volume"
        name, n = plain, 2
        while name.casefold() in self._taken:
            name, n = f"{plain} ({n})", n + 1
        self._taken.add(name.casefold())
        return name


def deidentified(
    folder: Path, writer: VolumeLabelsWriter, ontology: Ontology, catalog: Catalog, options: Options, progress: Progress
) -> list[Path]:
    """The labels just written and the files of their series, de-identified by one map: `labels/`, `images/` and a report.

    The files with the identity are removed. What is still found of it afterwards is a loss, and stands in the report.
    """
    from storage.services.deidentify import Deidentifier

    worker = Deidentifier(options, safe_texts=[t.name for t in ontology.objects])
    made: list[Path] = []
    for number, item in enumerate(writer.items, start=1):
        progress.stage(f"De-identifying {item.title}")
        into = folder / "images" / f"{number:04}"
        into.mkdir(parents=True)
        made += worker.files(paths_of(catalog, item), into, progress)
    (folder / "labels").mkdir()
    progress.stage("De-identifying the labels")
    made += worker.files(writer.files, folder / "labels", progress)
    for file in writer.files:
        file.unlink()
    progress.stage("Looking for what remains of the identity")
    remains = worker.remains(made)
    for found in remains:
        writer.losses.add(f"an original {found.kind}", found.file, f"it is still there: {found.where}")
    for name, why in worker.report.refused:
        writer.losses.add(name, "de-identification", why)
    for warning in worker.report.warnings:
        writer.losses.add("the identity may be seen", "de-identification", warning)
    report = folder / "deidentification.json"
    told = worker.report.as_dict(options) | {"remains": [f"{r.file}: {r.kind} {r.where}" for r in remains]}
    report.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    writer.counts["files"] = len(made)
    return [*made, report]


@contextmanager
def filling(out: Path) -> Iterator[tuple[Path, Callable[[list[Path]], list[Path]]]]:
    """A folder to write to, and what moves its files into `out` when all went well; else nothing appears there."""
    if out.exists() and not out.is_dir():
        raise Refused(f"{out} is a file; labels of volumes are several.", remedy="Name a folder.", input=str(out))
    if not out.parent.is_dir():
        raise Refused(
            f"The folder {out.parent} does not exist.", remedy="Make it first, or name another place.", input=str(out)
        )
    waiting = out.with_name(f".{out.name}.{uuid4().hex[:8]}.part")
    try:
        waiting.mkdir()

        def settle(files: list[Path]) -> list[Path]:
            out.mkdir(exist_ok=True)
            made = []
            for file in files:
                target = out / file.relative_to(waiting)
                target.parent.mkdir(parents=True, exist_ok=True)
                made.append(file.replace(target))
            return made

        yield waiting, settle
    except OSError as error:
        raise unwritable(out, error) from error
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
