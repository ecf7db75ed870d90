"""Make the sample catalog: data of every kind, a folder tree, a dataset, an ontology, a project, some labels."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from postil.demo import PROJECT, media, media_labels, pictures, scans
from postil.demo.ontology import sample_ontology
from postil.demo.pictures import Scene, Thing
from storage.catalog import datasets, folders, labels, ontologies, projects
from storage.catalog.engine import Catalog
from storage.clock import now_ms
from storage.editing import verbs
from storage.model import masks
from storage.model.geometry import (
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Keypoint,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
    SkeletonPoint,
    Visibility,
)
from storage.model.items import BATCHES, Kind
from storage.model.labels import AnswerValue, LabelDocument
from storage.model.ontology import ObjectClass, Ontology
from storage.progress import Progress
from storage.services.batches import add_batch
from storage.services.intake import add_paths
from storage.services.originals import path_of
from viewers.decode.thumbs import render

#: How often a step is begun, as the test of the first start counts. What the parts say of themselves is not told.
STEPS = 36
DATASET, ONTOLOGY = "Sample pictures", "Sample ontology"


def make_demo(path: Path, progress: Progress | None = None) -> dict[str, Any]:
    """A new catalog in `path` (absent or empty). Returns the titles and uuids of what was made."""
    steps = _Steps(progress or Progress())
    catalog = Catalog.create(path)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            scenes = _write(Path(scratch), steps)
            by_title = {s.file: s for folder in scenes.values() for s in folder}
            for folder, members in scenes.items():
                folder_id = catalog.do("New folder", folders.ensure, ("Samples", folder))
                files = [Path(scratch) / folder / scene.file for scene in members]
                steps.begin(f"Adding the folder {folder}")
                add_paths(catalog, files, folder_id, render=render, progress=steps.within())
            views = _add_media(catalog, Path(scratch), steps)
        made = _project(catalog, by_title, views, steps)
        steps.begin("The sample project is made")
        return made
    finally:
        catalog.close()


class _Steps:
    """The steps of the whole, one after the other."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._begun = progress, 0

    def begin(self, text: str) -> None:
        self._progress.stage(text, STEPS)
        self._progress.step(self._begun)
        self._begun += 1

    def within(self) -> Progress:
        return self._progress.within()


def _write(scratch: Path, steps: _Steps) -> dict[str, list[Scene]]:
    """Draw and save every picture: JPEG, PNG, WebP, AVIF, BMP, TIFF; turned by EXIF, 16-bit, several pages, transparent."""
    made: dict[str, list[Scene]] = {"Streets": [], "From above": [], "Microscope": [], "Plants": []}
    for number, file in enumerate(("street-1.jpg", "street-2.png", "street-3.webp", "street-4.avif", "street-5.bmp"), 1):
        steps.begin(f"Drawing {file}")
        made["Streets"].append(pictures.street(number, file))
    steps.begin("Drawing fields, cells and a leaf")
    made["From above"].append(pictures.fields("fields.jpg"))
    made["Microscope"] += [pictures.cells("nuclei.tif"), pictures.cells("nuclei-planes.tif", pages=3)]
    made["Plants"].append(pictures.leaf("leaf.png"))
    for folder, scenes in made.items():
        (scratch / folder).mkdir()
        for scene in scenes:
            _save(scene, scratch / folder / scene.file)
    return made


def _add_media(catalog: Catalog, scratch: Path, steps: _Steps) -> list[Scene]:
    """A film, a sound, documents and a group; answers the pictures of the group."""
    steps.begin("Drawing the film, the sound and the documents")
    made = {
        "Film": [media.film(scratch)],
        "Sound": [media.sound(scratch)],
        "Documents": [media.paper(scratch), media.letter(scratch), media.page(scratch)],
    }
    steps.begin("Scanning the phantoms")
    made["Scans"] = [*scans.trunk(scratch), *scans.trunk(scratch, before=True), scans.head(scratch)]
    for folder, files in made.items():
        folder_id = catalog.do("New folder", folders.ensure, ("Samples", folder))
        steps.begin(f"Adding the folder {folder}")
        add_paths(catalog, files, folder_id, render=render, progress=steps.within())
    steps.begin("Making a group of pictures")
    views = media.views(scratch)
    folder_id = catalog.do("New folder", folders.ensure, ("Samples", "Plants"))
    group = [scratch / media.VIEWS]
    add_batch(catalog, group, folder_id, as_="image-group", title=media.VIEWS, render=render, progress=steps.within())
    return views


def _save(scene: Scene, path: Path) -> None:
    image = scene.image
    match path.suffix:
        case ".jpg" if path.stem == "street-1":  # stored on its side, as telephones do
            exif = Image.Exif()
            exif[0x0112] = 6
            image.transpose(Image.Transpose.ROTATE_90).save(path, quality=92, exif=exif)
        case ".jpg":
            image.save(path, quality=92)
        case ".webp" | ".avif":
            image.save(path, quality=80)
        case ".tif":
            image.save(path, save_all=True, append_images=scene.more, compression="tiff_deflate")
        case _:
            image.save(path)


def _project(catalog: Catalog, scenes: dict[str, Scene], views: list[Scene], steps: _Steps) -> dict[str, Any]:
    steps.begin("Making the project")
    folder = catalog.reads.folder_by_path("Samples")
    dataset_id = catalog.do("New dataset", datasets.create, DATASET, "Made for trying Postil out.")
    catalog.do("Attach folder", datasets.attach_folder, dataset_id, folder.id)
    ontology = sample_ontology()
    ontology_id = catalog.do("New ontology", ontologies.create, ONTOLOGY, ontology)
    text = "Every shape and every kind of question, on data of every kind."
    project_id = catalog.do("New project", projects.create, PROJECT, text, ontology_id, [dataset_id])
    by = catalog.user.email
    for row_id in catalog.reads.label_rows(project_id):
        item = catalog.reads.label_row(row_id).item
        steps.begin(f"Labelling {item.title}")
        if item.title in ("street-4.avif", "street-5.bmp"):
            continue  # left for the person to do
        if item.kind is Kind.IMAGE:
            document = document_of(scenes[item.title], ontology, by=by, frames=item.frames or 1)
        else:
            path = path_of(catalog, item) if item.kind not in BATCHES else None
            table = catalog.reads.frame_table(item.sha256) if item.sha256 else None
            document = media_labels.document_of(item, path, table, views, by, now_ms())
        catalog.do("Sample labels", labels.import_document, row_id, document, replace=True)
    project = catalog.reads.project(project_id)
    dataset = catalog.reads.dataset(dataset_id)
    return {
        "project": project.title,
        "project_uuid": project.uuid,
        "dataset": dataset.title,
        "items": dataset.items,
        "ontology": ONTOLOGY,
    }


def document_of(scene: Scene, ontology: Ontology, *, by: str, frames: int = 1) -> LabelDocument:
    document = LabelDocument()
    now = now_ms()
    classes = {c.name: c for c in ontology.objects}
    for thing in scene.things:
        cls = classes[thing.what]
        edits, instance = verbs.add_object(
            document, cls.feature_hash, _geometry(thing, cls, ontology, scene.image.size), ("", frames // 2), by=by, now=now
        )
        for edit in edits:
            edit.apply(document)
        if thing.what == "Car":
            _answers(document, instance, thing)
    _classify(document, scene, ontology, by, now)
    return document


def _geometry(thing: Thing, cls: ObjectClass, ontology: Ontology, size: tuple[int, int]) -> Geometry:
    points, facts = thing.points, thing.facts
    (x, y) = points[0]
    match thing.what:
        case "Car":
            return Box(x, y, points[1][0] - x, points[1][1] - y)
        case "Tree":
            return Polygon.simple(points)
        case "Leaf":
            return Polygon(((points, facts["hole"]),))
        case "Kerb":
            return Polyline(points)
        case "Lamp":
            return Keypoint(x, y)
        case "Wheel":
            return Circle(x, y, facts["r"])
        case "Building":
            return Cuboid2D(points, offset=facts["offset"])
        case "Lorry":
            return RotatedBox(x, y, *points[1], facts["theta"])
        case "Pond":
            return Ellipse(x, y, facts["rx"], facts["ry"], facts["theta"])
        case "Person":
            return _skeleton(thing, cls, ontology)
        case _:
            return masks.encode(_disc(Ellipse(x, y, facts["rx"], facts["ry"], facts["theta"]), size), 0, 0)


def _disc(ellipse: Ellipse, size: tuple[int, int]) -> np.ndarray:
    return masks.rasterize(ellipse, *size)


def _skeleton(thing: Thing, cls: ObjectClass, ontology: Ontology) -> Skeleton:
    template = ontology.template(cls.feature_hash)
    assert template is not None
    hidden = thing.facts.get("occluded")
    return Skeleton(
        tuple(
            SkeletonPoint(
                x, y, t.name, t.color, t.value, t.feature_hash, Visibility.OCCLUDED if i == hidden else Visibility.VISIBLE
            )
            for i, ((x, y), t) in enumerate(zip(thing.points, template.points, strict=True))
        )
    )


def _put(document: LabelDocument, owner: str, answers: Iterable[tuple[str, AnswerValue]]) -> None:
    for attribute, value in answers:
        for edit in verbs.set_answer(document, owner, attribute, value):
            edit.apply(document)


def _answers(document: LabelDocument, instance: str, thing: Thing) -> None:
    color = thing.facts["color"]
    chosen = f"carCol{list(pictures.CAR_COLORS).index(color) + 1:02d}"
    answers: list[tuple[str, AnswerValue]] = [("carColor", (chosen,)), ("carPlate", thing.facts["plate"]), ("carDoors", 4.0)]
    if color == "Other":
        answers.append(("carOther", "olive green"))
    if color == "White":
        answers.append(("carSeen0", ("carSe001", "carSe002")))
    _put(document, instance, answers)


def _classify(document: LabelDocument, scene: Scene, ontology: Ontology, by: str, now: int) -> None:
    everything: list[tuple[str, tuple[tuple[int, int], ...], list[tuple[str, AnswerValue]]]] = [
        ("usable00", ((0, 0),), [("usable01", ("usab0001", "usab0002"))]),
        ("remark00", (), [("remark01", f"Made by number: {scene.file}")]),
        ("countd00", ((0, 0),), [("countd01", float(len(scene.things)))]),
    ]
    if scene.file.startswith("street"):
        rainy = scene.file == "street-2.png"
        weather: list[tuple[str, AnswerValue]] = (
            [("weather1", ("weath003",)), ("rainHow0", ("rain0001",))] if rainy else [("weather1", ("weath001",))]
        )
        everything.append(("weather0", ((0, 0),), weather))
    for feature, ranges, answers in everything:
        edits, uuid = verbs.add_classification(feature, ranges, by=by, now=now)
        for edit in edits:
            edit.apply(document)
        _put(document, uuid, answers)
