"""Labels of a project into a file: written beside the target first, then renamed, so a target is whole or untouched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from storage.catalog.engine import Catalog
from storage.errors import BadInput, NotAllowed, NotFound, Refused
from storage.exchange.coco import CocoWriter
from storage.exchange.encord_json import EncordWriter
from storage.exchange.losses import Loss, Losses
from storage.exchange.on_slices import of_slices
from storage.model.items import Item
from storage.model.label_formats import DICOM_FORMATS, LABEL_FORMATS, VOLUME_FORMATS
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from storage.model.people import Action as PersonAction
from storage.model.people import Role, can
from storage.model.reads import LabelRowInfo
from storage.progress import Progress
from storage.services.deidentify_rules import Options
from storage.services.label_volumes import Pixels, index_of
from storage.services.whole_file import check_target, replacing

__all__ = ["ExportResult", "Loss", "export_labels", "item_paths"]


class Writer(Protocol):
    def add(self, info: LabelRowInfo, document: LabelDocument) -> None: ...
    def close(self) -> dict[str, int]: ...
    def abandon(self) -> None: ...  # gives back what it holds; harmless after `close`


@dataclass(frozen=True, slots=True)
class ExportResult:
    files: tuple[Path, ...]
    counts: dict[str, int]
    lost: list[Loss]


#: Of whole projects, into one file. Those of volumes make a folder: `services.export_volumes`.
_WRITERS: dict[str, Callable[..., Writer]] = {"encord": EncordWriter, "coco": CocoWriter}


def export_labels(
    catalog: Catalog,
    project_id: int,
    format: str,
    out: Path | str,
    *,
    stages: frozenset[str] | None = None,
    classes: frozenset[str] | None = None,
    progress: Progress | None = None,
    pixels: Pixels | None = None,
    deidentify: Options | None = None,
) -> ExportResult:
    """`stages` are uuids of workflow stages, `classes` feature hashes; None means all. One row in memory at a time.

    Formats of volumes make a folder of `out`. `pixels` gives reports the values to measure. `deidentify`: the DICOM formats
    leave with the files of their series, both without the identity.
    """
    progress, out = progress or Progress(), Path(out)
    make = _WRITERS.get(format)
    if make is None and format not in VOLUME_FORMATS:
        remedy = "Formats: " + ", ".join(LABEL_FORMATS) + "."
        raise BadInput(f"“{format}” is no format of labels.", remedy=remedy, input=format)
    if make is not None:
        check_target(out)
    if deidentify is not None and format not in DICOM_FORMATS:
        remedy = "Formats: " + ", ".join(DICOM_FORMATS) + "."
        raise Refused(f"Only DICOM files are de-identified, not {format}.", remedy=remedy, input=format)
    reads = catalog.reads
    project = reads.project(project_id)
    _check_allowed(catalog, project_id, project.title)
    ontology = reads.ontology(project.ontology_id)
    ids = reads.label_rows(project_id, stages=stages)
    losses = Losses()
    if make is None:
        return _export_volumes(
            catalog, ids, format, out, ontology, project.title, classes, losses, progress, pixels, deidentify
        )
    options: dict[str, Any] = {"classes": classes, "path_of": item_paths(catalog), "losses": losses}
    if format == "coco":
        options["description"] = project.title
    else:
        options["index_of"] = partial(index_of, catalog)
    progress.stage(f"Exporting the labels of {project.title}", len(ids))
    with replacing(out) as file:
        writer = make(file, ontology, **options)
        try:
            for done, label_row_id in enumerate(ids, start=1):
                info = reads.label_row(label_row_id)
                writer.add(info, of_slices(reads.labels(label_row_id), ontology, format, info.item.title, classes, losses))
                progress.step(done)
            counts = writer.close()
        finally:
            writer.abandon()
    return ExportResult((out,), counts, losses.all())


def _export_volumes(
    catalog: Catalog,
    ids: list[int],
    format: str,
    out: Path,
    ontology: Ontology,
    title: str,
    classes: frozenset[str] | None,
    losses: Losses,
    progress: Progress,
    pixels: Pixels | None,
    deidentify: Options | None,
) -> ExportResult:
    from storage.services.export_volumes import VolumeLabelsWriter, deidentified, filling

    progress.stage(f"Exporting the labels of {title}", len(ids))
    with filling(out) as (folder, settle):
        writer = VolumeLabelsWriter(folder, ontology, format, catalog=catalog, classes=classes, losses=losses, pixels=pixels)
        for done, label_row_id in enumerate(ids, start=1):
            info, document = catalog.reads.label_row(label_row_id), catalog.reads.labels(label_row_id)
            writer.add(info, of_slices(document, ontology, format, info.item.title, classes, losses))
            progress.step(done)
        made = writer.files if deidentify is None else deidentified(folder, writer, ontology, catalog, deidentify, progress)
        files = settle(made)
    return ExportResult(tuple(files), writer.close(), losses.all())


def item_paths(catalog: Catalog) -> Callable[[Item], str]:
    """The path of an item in the catalog, `A/B/title`: its name in files that leave it."""
    known: dict[int, str] = {}

    def path_of(item: Item) -> str:
        folder = known.get(item.folder_id)
        if folder is None:
            try:
                folder = "/".join(f.title for f in catalog.reads.folder_path(item.folder_id))
            except NotFound:  # a member of the project who may not see the folder itself
                folder = ""
            known[item.folder_id] = folder
        return f"{folder}/{item.title}" if folder else item.title

    return path_of


def _check_allowed(catalog: Catalog, project_id: int, title: str) -> None:
    """Only admins export (the permission table of `model.people`)."""
    if catalog.user.is_admin:
        return
    sql = "SELECT role FROM members WHERE kind = 'projects' AND user_id = ? AND entity_id = ?"
    roles = catalog.reader().execute(sql, (catalog.user.id, project_id)).fetchall()
    if not any(can(Role(role), PersonAction.EXPORT) for (role,) in roles):
        raise NotAllowed(
            f"{catalog.user.name or catalog.user.email} may not export the labels of {title}.",
            remedy="Ask an admin of the project to export them, or for that role.",
        )
