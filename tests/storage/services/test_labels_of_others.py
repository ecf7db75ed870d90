"""Labels that other programs made: classes come with them where that is wanted, and nothing comes twice."""

from __future__ import annotations

import json
from pathlib import Path

import pydicom
import pytest
from PIL import Image

from storage.catalog import folders, labels
from storage.model.geometry import Bitmask, Box, Keypoint, Polygon, ShapeKind, Skeleton
from storage.model.ontology import Ontology
from storage.progress import Progress
from storage.services.export import export_labels
from storage.services.import_labels import import_labels
from storage.services.intake import add_paths
from storage.services.series import add_series
from tests.support import nouns, phantoms
from tests.support.volume_stage import blob, document, masks_of, ontology
from viewers.decode.thumbs import render

CODE = ("T-62000", "SRT", "Liver")


class Clinic:
    """A series in a project whose ontology is empty, and a file of two livers that another program made of it."""

    def __init__(self, catalog, tmp_path: Path, format: str) -> None:
        self.catalog, self.volume = catalog, blob((6, 16, 20), 4)
        folder = catalog.do("New folder", folders.create, None, "Scans")
        phantoms.series(tmp_path / "series", frame_of_reference="1.2.9")
        add_series(catalog, [tmp_path / "series"], folder, progress=Progress())
        self.dataset = nouns.dataset(catalog, "Set", *(row.id for row in catalog.reads.first_rows(nouns.ALL)))
        made = nouns.project(catalog, self.dataset, ontology=ontology())
        row = catalog.reads.label_rows(made)[0]
        both = document(("Liver", masks_of(self.volume)), ("Tumour", masks_of(self.volume)))
        catalog.do("Label", labels.import_document, row, both, True)
        self.file = export_labels(catalog, made, format, tmp_path / "out").files[0]
        _as_of_others(self.file)
        self.project = nouns.project(catalog, self.dataset, title="Theirs", ontology=Ontology())

    def read(self, **options):
        return import_labels(self.catalog, self.project, self.file, self.format, **options)

    @property
    def format(self) -> str:
        return "rtstruct" if pydicom.dcmread(self.file).Modality == "RTSTRUCT" else "dicom-seg"

    @property
    def classes(self):
        return self.catalog.reads.ontology(self.catalog.reads.project(self.project).ontology_id).objects

    @property
    def labels(self):
        return self.catalog.reads.labels(self.catalog.reads.label_rows(self.project)[0])


def _as_of_others(file: Path) -> None:
    """Nothing of ours: no codes, no UIDs of objects, names as a person types them."""
    ds = pydicom.dcmread(file)
    rows = ds.StructureSetROISequence if "StructureSetROISequence" in ds else ds.SegmentSequence
    for row, name in zip(rows, ("left lobe", "right lobe"), strict=True):
        for keyword in ("TrackingUID", "TrackingID", "SegmentDescription", "ROIDescription"):
            if keyword in row:
                delattr(row, keyword)
        if "ROIName" in row:
            row.ROIName = name
        else:
            row.SegmentLabel = name
            code = row.SegmentedPropertyTypeCodeSequence[0]
            code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = CODE
    for row in ds.get("RTROIObservationsSequence", ()):
        if "RTROIIdentificationCodeSequence" in row:
            del row.RTROIIdentificationCodeSequence
    ds.save_as(file)


@pytest.fixture(params=["rtstruct", "dicom-seg"])
def clinic(request, catalog, tmp_path) -> Clinic:
    return Clinic(catalog, tmp_path, request.param)


def test_without_being_asked_nothing_is_added_to_the_ontology(clinic):
    result = clinic.read()
    assert [loss.what for loss in result.refused] == ["left lobe", "right lobe"]
    assert (clinic.classes, clinic.labels.instances, result.classes) == ((), {}, [])


def test_classes_come_with_their_names_colours_and_codes(clinic):
    tried = clinic.read(new_classes=True, dry_run=True)
    assert (tried.classes, clinic.classes) == (["left lobe", "right lobe"], ())
    result = clinic.read(new_classes=True)
    assert (result.lost, result.classes) == ([], ["left lobe", "right lobe"])
    left, right = clinic.classes
    assert (left.name, right.name) == ("left lobe", "right lobe")
    theirs = {o.name: o.color for o in ontology().objects}
    assert (left.color, right.color) == (theirs["Liver"], theirs["Tumour"])
    assert left.shape is (ShapeKind.POLYGON if clinic.format == "rtstruct" else ShapeKind.BITMASK)
    if clinic.format == "dicom-seg":
        assert left.extra["dicom"]["code"] == {"value": "T-62000", "scheme": "SRT", "meaning": "Liver"}
    assert len(clinic.labels.instances) == 2
    shown = {a.frame: a.geometry for a in clinic.labels.annotations.values()}
    assert all(isinstance(g, (Polygon, Bitmask)) for g in shown.values())


def test_nothing_comes_twice_and_what_somebody_changed_stays(clinic):
    clinic.read(new_classes=True)
    before = clinic.labels
    again = clinic.read(new_classes=True)
    assert (again.changed, again.classes, again.known) == (0, [], len(before.annotations))
    row = clinic.catalog.reads.label_rows(clinic.project)[0]
    made = clinic.labels
    some = next(iter(made.annotations.values()))
    made.drop("annotation", some.uuid)
    clinic.catalog.do("Label", labels.import_document, row, made, True)
    assert clinic.read().changed == 0
    assert some.uuid not in clinic.labels.annotations


def test_contours_beside_the_slices_are_told(catalog, tmp_path):
    clinic = Clinic(catalog, tmp_path, "rtstruct")
    ds = pydicom.dcmread(clinic.file)
    for roi in ds.ROIContourSequence:
        for contour in roi.ContourSequence:
            values = [float(v) for v in contour.ContourData]
            values[2::3] = [v + 0.7 for v in values[2::3]]
            contour.ContourData = values
    ds.save_as(clinic.file)
    result = clinic.read(new_classes=True)
    assert [loss.what for loss in result.refused] == ["the exact place"]
    assert "up to 0.70 mm" in result.refused[0].why
    assert len(clinic.labels.instances) == 2


def test_categories_of_coco_become_classes(catalog, tmp_path):
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    folder = catalog.do("New folder", folders.create, None, "Pictures")
    add_paths(catalog, [tmp_path / "a.png"], folder, render=render, progress=Progress())
    ids = [row.id for row in catalog.reads.first_rows(nouns.ALL)]
    project = nouns.project(catalog, nouns.dataset(catalog, "Set", *ids), ontology=Ontology())
    common = {"image_id": 1, "iscrowd": 0, "area": 100}
    (tmp_path / "coco.json").write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}],
                "categories": [{"id": 3, "name": "cat"}, {"id": 4, "name": "dog"}, {"id": 5, "name": "never drawn"}],
                "annotations": [
                    {"id": 1, "category_id": 3, "segmentation": [[1, 1, 20, 1, 20, 20]], "bbox": [1, 1, 19, 19], **common},
                    {"id": 2, "category_id": 4, "bbox": [5, 5, 10, 10], **common},
                    {"id": 3, "category_id": 4, "bbox": [25, 5, 10, 10], **common},
                ],
            }
        )
    )
    assert import_labels(catalog, project, tmp_path / "coco.json", "coco").annotations == 0
    result = import_labels(catalog, project, tmp_path / "coco.json", "coco", new_classes=True)
    assert (result.lost, result.annotations, sorted(result.classes)) == ([], 3, ["cat", "dog"])
    made = {o.name: o.shape for o in catalog.reads.ontology(catalog.reads.project(project).ontology_id).objects}
    assert made == {"cat": ShapeKind.POLYGON, "dog": ShapeKind.BOX}
    kinds = [type(a.geometry) for a in catalog.reads.labels(catalog.reads.label_rows(project)[0]).annotations.values()]
    assert sorted(k.__name__ for k in kinds) == [Box.__name__, Box.__name__, Polygon.__name__]
    again = import_labels(catalog, project, tmp_path / "coco.json", "coco", new_classes=True)
    assert (again.changed, again.known) == (0, 3)


@pytest.fixture
def two_points(catalog, tmp_path):
    """A project with an empty ontology, and a COCO file with a hand of three joints and a single point."""
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    folder = catalog.do("New folder", folders.create, None, "Pets")
    add_paths(catalog, [tmp_path / "a.png"], folder, render=render, progress=Progress())
    project = nouns.project(
        catalog, nouns.dataset(catalog, "Set", *[row.id for row in catalog.reads.first_rows(nouns.ALL)]), ontology=Ontology()
    )
    hand = {"id": 3, "name": "hand", "keypoints": ["wrist", "thumb", "tip"], "skeleton": [[1, 2], [2, 3], [3, 9]]}
    common = {"image_id": 1, "iscrowd": 0, "area": 100, "bbox": [10, 10, 20, 20]}
    (tmp_path / "coco.json").write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}],
                "categories": [hand, {"id": 4, "name": "spot", "keypoints": ["point"], "skeleton": []}],
                "annotations": [
                    {"id": 1, "category_id": 3, "keypoints": [10, 10, 2, 30, 30, 1, 0, 0, 0], "num_keypoints": 2, **common},
                    {"id": 2, "category_id": 4, "keypoints": [7, 8, 2], "num_keypoints": 1, **common},
                ],
            }
        )
    )
    return project, tmp_path / "coco.json"


def test_classes_of_key_points_come_with_their_drawing(catalog, two_points):
    project, file = two_points
    result = import_labels(catalog, project, file, "coco", new_classes=True)
    assert (result.lost, result.annotations, sorted(result.classes)) == ([], 2, ["hand", "spot"])
    ontology = catalog.reads.ontology(catalog.reads.project(project).ontology_id)
    hand, spot = sorted(ontology.objects, key=lambda o: o.name)
    assert (hand.shape, spot.shape) == (ShapeKind.SKELETON, ShapeKind.POINT)
    drawing = ontology.template(hand.feature_hash)
    assert [p.name for p in drawing.points] == ["wrist", "thumb", "tip"]
    assert [(round(p.x, 2), round(p.y, 2)) for p in drawing.points] == [(0.05, 0.05), (0.95, 0.95), (0.5, 0.5)]
    assert [edge[:2] for edge in drawing.edges] == [(0, 1), (1, 2)]
    shapes = {
        type(a.geometry): a.geometry for a in catalog.reads.labels(catalog.reads.label_rows(project)[0]).annotations.values()
    }
    assert (shapes[Keypoint].x, shapes[Keypoint].y) == (7, 8)
    assert [(p.x, p.y) for p in shapes[Skeleton].points] == [(10, 10), (30, 30), (0, 0)]
    assert import_labels(catalog, project, file, "coco", new_classes=True).changed == 0


def test_our_own_coco_file_makes_classes_of_the_shapes_it_names(catalog, two_points):
    project, file = two_points
    data = json.loads(file.read_text())
    kept = {"id": 9, "image_id": 1, "iscrowd": 0, "area": 4, "segmentation": [[1, 1, 5, 1, 5, 5, 1, 5]], "bbox": [1, 1, 4, 4]}
    data["categories"] = [{"id": 7, "name": "car", "supercategory": "bounding_box", "postil": {"featureHash": "Aa1/Bb2+"}}]
    data["annotations"] = [{**kept, "category_id": 7}]
    file.write_text(json.dumps(data))
    assert import_labels(catalog, project, file, "coco", new_classes=True).lost == []
    (thing,) = catalog.reads.ontology(catalog.reads.project(project).ontology_id).objects
    (made,) = catalog.reads.labels(catalog.reads.label_rows(project)[0]).annotations.values()
    assert thing.shape is ShapeKind.BOX
    assert made.geometry == Box(1, 1, 4, 4)
