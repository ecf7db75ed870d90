"""Labels from files into the label rows of a project: matched, merged, written, and everything else told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import TextIOWrapper
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from storage.catalog import labels, ontologies
from storage.catalog.engine import Catalog, Priority
from storage.errors import BadInput, NotFound
from storage.exchange import coco_read
from storage.exchange.coco_categories import Categories
from storage.exchange.coco_file import CocoFile, Source
from storage.exchange.encord_json import check_row, iterate_rows, read_row
from storage.exchange.features import Features
from storage.exchange.losses import Loss, Losses
from storage.exchange.soundness import keep_sound
from storage.media.dicom_index import FrameIndex
from storage.model import ontology_edit
from storage.model.items import Item
from storage.model.label_formats import LABEL_FORMATS, VOLUME_FORMATS
from storage.model.labels import KIND_OF, LabelDocument
from storage.model.ontology import ObjectClass, SkeletonTemplate
from storage.model.reads import LabelRowInfo
from storage.model.workflow import TaskStatus
from storage.progress import Progress
from storage.services.export import item_paths

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

BATCH = 100  # label rows a transaction

#: What a reader stumbles over in a file that is JSON and has the right keys, but holds the wrong things below them.
_MISSHAPEN = (AttributeError, TypeError, LookupError, ValueError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Match:
    title: str
    item_uuid: str
    label_row_id: int


@dataclass(slots=True)
class ImportResult:
    """`unmatched`: pictures of the file that are not in the project. `refused`: what could not be taken over."""

    file: Path
    dry_run: bool
    matched: list[Match] = field(default_factory=list)
    unmatched: list[Loss] = field(default_factory=list)
    refused: list[Loss] = field(default_factory=list)
    changed: int = 0  # label rows that were (or would be) written
    annotations: int = 0  # that these label rows gained
    classifications: int = 0
    replaced: int = 0  # records that were there and are not as they were
    known: int = 0  # annotations of the file that were there already
    classes: list[str] = field(default_factory=list)  # that were (or would be) added to the ontology

    @property
    def lost(self) -> list[Loss]:
        return [*self.unmatched, *self.refused]

    def as_dict(self) -> dict[str, Any]:
        return {
            "files": [str(self.file)],
            "dry_run": self.dry_run,
            "matched": len(self.matched),
            "changed": self.changed,
            "annotations": self.annotations,
            "classifications": self.classifications,
            "replaced": self.replaced,
            "there_already": self.known,
            "classes": self.classes,
            "unmatched": [x.as_dict() for x in self.unmatched],
            "refused": [x.as_dict() for x in self.refused],
        }


def import_labels(
    catalog: Catalog,
    project_id: int,
    file: Path | str,
    format: str,
    *,
    dry_run: bool = False,
    new_classes: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Merge a file's labels into a project. What was committed before a cancel or an error stays.

    `new_classes`: classes that the file names and the ontology does not have are added to it (Encord's own JSON names none).
    """
    if not dry_run:
        catalog.require_writing()
    take = {"encord": _take_encord, "coco": _take_coco}.get(format)
    if take is None and format not in VOLUME_FORMATS:
        remedy = "Formats: " + ", ".join(LABEL_FORMATS) + "."
        raise BadInput(f"“{format}” is no format of labels.", remedy=remedy, input=format)
    progress, file = progress or Progress(), Path(file)
    result = ImportResult(file, dry_run)
    progress.stage(f"Looking through the items of the project for {file.name}")
    if take is None:
        from storage.services.import_volumes import take_volumes

        importer = _Importer(catalog, project_id, result, progress, growing=new_classes)
        progress.stage(f"Importing {file.name}")
        take_volumes(catalog, file, format, importer)
        importer.flush()
    else:
        with _opened(file) as source:
            importer = _Importer(catalog, project_id, result, progress, growing=new_classes)
            progress.stage(f"Importing {file.name}")
            take(source, importer)
            importer.flush()
    result.refused.extend(importer.losses.all())
    return result


def import_dicom_labels(
    catalog: Catalog,
    project_id: int,
    files: Sequence[Path],
    *,
    dry_run: bool = False,
    new_classes: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Segmentations, structure sets, reports and key images, each file by what it is. One that cannot be read is refused,
    and stops none of the others."""
    from storage.services.import_volumes import take_dicom_files

    if not dry_run:
        catalog.require_writing()
    progress = progress or Progress()
    result = ImportResult(files[0] if len(files) == 1 else Path(os.path.commonpath(files)), dry_run)
    importer = _Importer(catalog, project_id, result, progress, growing=new_classes)
    progress.stage("Importing labels", len(files))
    take_dicom_files(catalog, files, importer)
    importer.flush()
    result.refused.extend(importer.losses.all())
    return result


@contextmanager
def _opened(file: Path) -> Iterator[TextIOWrapper]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as source:
            yield source
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {file}.", remedy="Check the path.", input=str(file)) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not a text file in UTF-8.", remedy="Give a JSON file, unpacked.", input=str(file)) from error
    except OSError as error:
        raise BadInput(
            f"{file} cannot be read: {error.strerror}.", remedy="Check the path and your rights.", input=str(file)
        ) from error
    except BadInput as error:
        error.input = str(file)
        raise


class _Importer:
    """Finds label rows, holds what is to be written, writes it in batches."""

    def __init__(
        self, catalog: Catalog, project_id: int, result: ImportResult, progress: Progress, *, growing: bool = False
    ) -> None:
        self._catalog, self._result, self.progress = catalog, result, progress
        self._ontology_id = catalog.reads.project(project_id).ontology_id
        self.features = Features(catalog.reads.ontology(self._ontology_id), growing=growing)
        self.losses = Losses()
        self._waiting: dict[int, tuple[LabelDocument, bool]] = {}
        self._matched: set[int] = set()
        self._index(project_id)

    def _index(self, project_id: int) -> None:
        self._by_hash: dict[str, list[int]] = {}
        self._by_path: dict[str, list[int]] = {}
        self._by_name: dict[str, list[int]] = {}
        reads, path_of = self._catalog.reads, item_paths(self._catalog)
        self._rows = reads.label_rows(project_id)
        for done, row_id in enumerate(self._rows, start=1):
            info = reads.label_row(row_id)
            path = path_of(info.item)
            for key, table in (
                (info.data_uuid, self._by_hash),
                (info.item.uuid, self._by_hash),
                (path, self._by_path),
                (info.item.title, self._by_name),
                (PurePosixPath(path).name, self._by_name),
            ):
                rows = table.setdefault(key, [])
                if row_id not in rows:
                    rows.append(row_id)
            self.progress.step(done)

    def find(self, hashes: list[str], paths: list[str], names: list[str]) -> LabelRowInfo | None:
        """By hash, then path, then the end of a path, then title. None after it was told why."""
        wanted = next((p for p in (*paths, *names) if p), "a picture without a name")
        for found in self._candidates(hashes, paths, names):
            if len(found) == 1:
                return self._catalog.reads.label_row(found[0])
            if found:
                self._result.refused.append(
                    Loss(
                        "its labels", wanted, f"{len(found)} items of the project are called so; give the path or the data hash"
                    )
                )
                return None
        self._result.unmatched.append(Loss("its labels", wanted, "the project has no such item"))
        return None

    def _candidates(self, hashes: list[str], paths: list[str], names: list[str]) -> Iterator[list[int]]:
        for hash_ in hashes:
            yield self._by_hash.get(hash_, []) if hash_ else []
        for path in paths:
            yield self._by_path.get(path, [])
        for path in paths:
            # `val/a.jpg` is `Pictures/val/a.jpg`, or the other way round.
            near = self._by_name.get(PurePosixPath(path).name, [])
            ends = [p for p in self._by_path if p.endswith("/" + path) or path.endswith("/" + p)] if len(near) > 1 else []
            yield sorted({r for p in ends for r in self._by_path[p]})
        for name in (*names, *(PurePosixPath(p).name for p in paths)):
            yield self._by_name.get(name, [])

    def rows(self) -> list[int]:
        return self._rows

    def refuse(self, what: str, where: str, why: str) -> None:
        self._result.refused.append(Loss(what, where, why))

    def knew(self, count: int) -> None:
        self._result.known += count

    def miss(self, what: str, where: str, why: str) -> None:
        self._result.unmatched.append(Loss(what, where, why))

    def index_of(self, item: Item) -> FrameIndex | None:
        from storage.services.label_volumes import index_of

        return index_of(self._catalog, item)

    def label_row(self, label_row_id: int) -> LabelRowInfo:
        return self._catalog.reads.label_row(label_row_id)

    def present(self, info: LabelRowInfo) -> LabelDocument:
        """What the label row holds, with what this import is about to write."""
        waiting = self._waiting.get(info.id)
        return waiting[0] if waiting else self._catalog.reads.labels(info.id)

    def take(
        self, info: LabelRowInfo, merge: Callable[[LabelDocument], LabelDocument], names: Mapping[str, str] | None = None
    ) -> None:
        """`names`: what the file calls the records that are merged, by their uuid; filled while it is done."""
        present = self.present(info)
        if info.id not in self._matched:
            self._matched.add(info.id)
            self._result.matched.append(Match(info.item.title, info.item.uuid, info.id))
        if info.status is TaskStatus.COMPLETED:
            self.refuse("its labels", info.item.title, "its task is complete; reopen it to change its labels")
            return
        try:
            made = merge(present)
        except BadInput as error:
            self.losses.add("its labels", info.item.title, error.reason)
            return
        except _MISSHAPEN as error:
            why = f"the file says something else than labels there ({type(error).__name__}: {str(error)[:100]})"
            self.losses.add("its labels", info.item.title, why)
            return
        for record, why in keep_sound(made, present):
            name = (names or {}).get(record.uuid, f"the {KIND_OF[type(record)]} {record.uuid}")
            self.losses.add(name, info.item.title, why)
        if same_records(present, made):
            return
        dropped = self._waiting[info.id][1] if info.id in self._waiting else False
        dropped |= any(made.get(kind, uuid) is None for kind, uuid in _keys(present))
        if info.id not in self._waiting:
            self._result.changed += 1
        self._result.replaced += sum(made.get(KIND_OF[type(record)], record.uuid) != record for record in present.records())
        self._result.annotations += len(made.annotations) - len(present.annotations)
        self._result.classifications += len(made.classifications) - len(present.classifications)
        self._waiting[info.id] = (made, dropped)
        if len(self._waiting) >= BATCH and not self._result.dry_run:
            self.flush()

    def flush(self) -> None:
        grown = self.features.grown[len(self._result.classes) :]
        if self._waiting:
            self._result.classes += [thing.name for thing in grown]
        if self._waiting and not self._result.dry_run:
            rows = dict(self._waiting)
            drawings = [d for thing in grown if (d := self.features.ontology.template(thing.feature_hash)) is not None]
            made = grown, drawings
            self._catalog.do("Import labels", _write, self._ontology_id, made, rows, priority=Priority.BULK, undoable=False)
        self._waiting.clear()


def _write(
    op: Operation,
    ontology_id: int,
    made: tuple[Sequence[ObjectClass], Sequence[SkeletonTemplate]],
    rows: dict[int, tuple[LabelDocument, bool]],
) -> None:
    if made[0]:
        ontologies.save(op, ontology_id, ontology_edit.add_made(ontologies.read(op.db, ontology_id), *made))
    for label_row_id, (document, dropped) in rows.items():
        labels.import_document(op, label_row_id, document, dropped)


def _keys(document: LabelDocument) -> Iterator[tuple[Any, str]]:
    yield from (("instance", u) for u in document.instances)
    yield from (("annotation", u) for u in document.annotations)
    yield from (("classification", u) for u in document.classifications)
    yield from (("answer", u) for u in document.answers)


def same_records(a: LabelDocument, b: LabelDocument) -> bool:
    return (a.instances, a.annotations, a.answers, a.classifications) == (
        b.instances,
        b.annotations,
        b.answers,
        b.classifications,
    )


# -- Encord -------------------------------------------------------------------------------------------------------


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _take_encord(source: TextIOWrapper, importer: _Importer) -> None:
    for done, raw in enumerate(iterate_rows(source), start=1):
        importer.progress.step(done)
        try:
            row = check_row(raw)
        except BadInput as error:  # one bad row never stops the rest; a file of none but bad rows is another thing
            if done == 1:
                raise
            importer.losses.add("its labels", f"row {done}", error.reason)
            continue
        told = _table(row.get("postil"))
        links = [str(_table(u).get("data_link") or "") for u in row["data_units"].values()]
        info = importer.find(
            [str(row["data_hash"]), str(told.get("item", "")), *map(str, row["data_units"])],
            [str(told.get("path", "")), *links[:1]],
            [str(row.get("data_title") or "")],
        )
        if info is not None:
            importer.take(info, partial(_merge_row, row, info.item, importer))


def _merge_row(row: Mapping[str, Any], item: Item, importer: _Importer, present: LabelDocument) -> LabelDocument:
    return read_row(row, item, importer.features, present, importer.losses, index=importer.index_of(item))


# -- COCO ---------------------------------------------------------------------------------------------------------


def _take_coco(source: TextIOWrapper, importer: _Importer) -> None:
    buffer = cast(Source, source.buffer)
    with closing(CocoFile(buffer, lambda where, why: importer.losses.add("its label", where, why))) as data:
        categories = Categories(data, importer.features)
        for name in categories.unmatched:
            importer.losses.add(f"the category “{name}”", "categories", "the project's ontology has no class of that name")
        _match_images(data, importer)
        rows = data.label_rows()
        for done, label_row in enumerate(rows, start=1):
            importer.progress.step(done, len(rows))
            info = importer.label_row(label_row)
            taken = coco_read.Taken()
            importer.take(info, partial(_merge_images, label_row, data, categories, importer, info.item, taken), taken.names)
            importer.knew(taken.known)
        for annotation, picture in data.astray():
            importer.losses.add(f"annotation {annotation}", "annotations", f"the file has no picture with the id {picture}")


def _match_images(data: CocoFile, importer: _Importer) -> None:
    asked: object = None
    label_row: int | None = None
    for number, image in data.images():
        importer.progress.step(number + 1, data.image_count)
        told = _table(image.get("postil"))
        hashes = [str(told.get("data_hash", "")), str(told.get("item", "")), coco_read.hash_of(image)]
        path = coco_read.page_of(image)[0]
        names = [str(told.get("title", "")), str(image.get("image_title", "")), str(image.get("video_title", ""))]
        if asked != (question := (hashes, path if not hashes[0] else "", names[0])):  # frames of a film are asked for once
            info = importer.find(hashes, [path], names)
            asked, label_row = question, info.id if info is not None else None
        if label_row is not None:
            data.give(number, label_row)


def _merge_images(
    label_row: int,
    data: CocoFile,
    categories: Categories,
    importer: _Importer,
    item: Item,
    taken: coco_read.Taken,
    present: LabelDocument,
) -> LabelDocument:
    images = data.images_of(label_row)
    return coco_read.read_images(images, data, item, importer.features, categories, present, importer.losses, taken)
