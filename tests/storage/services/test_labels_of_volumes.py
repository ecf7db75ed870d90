"""Labels of volumes leave a project and come back through every format that is made for them."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from storage.catalog import files, folders, labels, ontologies
from storage.catalog.engine import Catalog
from storage.errors import BadInput, Cancelled, DiskFull, NotFound, Refused
from storage.ids import new_uuid
from storage.media.nifti import probe_nifti
from storage.model import masks, ontology_edit
from storage.model.geometry import Polyline
from storage.model.items import Kind, Location, NewItem
from storage.model.key_images import key_frames
from storage.model.label_formats import FORMAT_NAMES, VOLUME_FORMATS
from storage.model.labels import Classification, LabelDocument
from storage.model.ontology import AttributeType, Ontology
from storage.model.sheets import Sheet
from storage.model.space import LPS_RAS
from storage.progress import Progress
from storage.services.deidentify_rules import Options
from storage.services.export import export_labels
from storage.services.import_labels import import_labels
from storage.services.label_volumes import series_of
from storage.services.series import add_series
from storage.services.whole_file import unwritable
from tests.support import nouns, phantoms
from tests.support.volume_stage import FEATURES, blob, document, masks_of, named, ontology, voxels

VOXELS = ("dicom-seg", "dicom-seg-labelmap", "rtstruct", "nifti", "nrrd")


class Stage:
    """A project with a tilted series and an axial one, the first labelled."""

    def __init__(self, catalog: Catalog, tmp_path: Path, structure: Ontology | None = None) -> None:
        self.catalog = catalog
        folder = catalog.do("New folder", folders.create, None, "Scans")
        self.files = phantoms.series(tmp_path / "tilted", tilt=12, frame_of_reference="1.2.9")
        phantoms.series(tmp_path / "other")
        for name in ("tilted", "other"):
            add_series(catalog, [tmp_path / name], folder, progress=Progress())
        ids = [row.id for row in catalog.reads.first_rows(nouns.ALL)]
        self.project = nouns.project(catalog, nouns.dataset(catalog, "Set", *ids), ontology=structure or ontology())
        infos = [catalog.reads.label_row(r) for r in catalog.reads.label_rows(self.project)]
        self.row = next(i for i in infos if i.item.facts["series_uid"] == self.files.series_uid)
        self.volume = blob((6, 16, 20), 4)
        self.put(document(("Liver", masks_of(self.volume))))

    def put(self, made: LabelDocument) -> None:
        self.catalog.do("Label", labels.import_document, self.row.id, made, True)

    @property
    def labels(self) -> LabelDocument:
        return self.catalog.reads.labels(self.row.id)


@pytest.fixture
def stage(catalog, tmp_path):
    return Stage(catalog, tmp_path)


@pytest.mark.parametrize("format", VOXELS)
def test_out_and_in_again_gives_the_same_objects(stage, tmp_path, format):
    before = stage.labels
    done = export_labels(stage.catalog, stage.project, format, tmp_path / "out")
    assert done.lost == []
    assert done.counts["objects"] == 1
    assert all(f.is_file() for f in done.files)
    assert sorted(tmp_path.glob(".*part")) == []

    again = import_labels(stage.catalog, stage.project, tmp_path / "out", format)
    assert (again.lost, again.changed) == ([], 0)

    stage.put(LabelDocument())
    result = import_labels(stage.catalog, stage.project, tmp_path / "out", format)
    assert result.lost == []
    assert [m.label_row_id for m in result.matched] == [stage.row.id]
    assert set(stage.labels.instances) == set(before.instances)
    liver = named(stage.labels)["Liver 1"]
    assert (voxels(stage.labels, liver.uuid, stage.volume.shape) == stage.volume).all()


def test_of_a_series_that_cannot_be_written_only_that_is_said(stage, tmp_path):
    """Not also what else of it the format could not have held."""
    line = ("Line", {2: Polyline(((2.0, 3.0), (14.0, 3.0)))})
    stage.put(document(("Liver", masks_of(stage.volume)), ("Tumour", masks_of(blob((6, 16, 20), 5))), line))
    done = export_labels(stage.catalog, stage.project, "dicom-seg-labelmap", tmp_path / "out")
    (lost,) = done.lost
    assert lost.what == "all labels" and "share voxels" in lost.why
    assert not done.files


def test_encord_rows_name_their_instances(stage, tmp_path):
    export_labels(stage.catalog, stage.project, "encord", tmp_path / "out.json")
    rows = {row["data_hash"]: row for row in json.loads((tmp_path / "out.json").read_text())}
    (unit,) = rows[stage.row.data_uuid]["data_units"].values()
    assert [unit["labels"][str(k)]["metadata"]["dicom_instance_uid"] for k in range(6)] == stage.files.sop_uids
    result = import_labels(stage.catalog, stage.project, tmp_path / "out.json", "encord")
    assert (result.lost, result.changed) == ([], 0)


def test_measurements_and_key_images(catalog, tmp_path):
    structure, key = ontology_edit.add_classification(ontology(), "Key image", AttributeType.TEXT)
    stage = Stage(catalog, tmp_path, structure)
    made = document(("Line", {2: Polyline(((2.0, 3.0), (14.0, 3.0)))}))
    made.put(Classification("11111111-1111-4111-8111-111111111111", "abcdefgh", key, ((1, 1), (4, 5))))
    stage.put(made)
    done = export_labels(stage.catalog, stage.project, "sr", tmp_path / "out")
    assert done.lost == []
    assert sorted("".join(f.suffixes[-2:]) for f in done.files) == [".ko.dcm", ".sr.dcm"]
    stage.put(LabelDocument())
    result = import_labels(stage.catalog, stage.project, tmp_path / "out", "sr")
    assert result.lost == []
    assert sorted(row.ranges for row in stage.labels.classifications.values()) == [((1, 1),), ((4, 4),), ((5, 5),)]
    assert set(stage.labels.instances) == set(made.instances)


@pytest.mark.parametrize("first", VOXELS)
def test_the_same_labels_in_another_format_are_known_again_in_another_project(catalog, tmp_path, first):
    """Whose objects cannot bear the uuids that the files name: those are taken, by the labels that were exported."""
    stage = Stage(catalog, tmp_path)
    stage.put(document(("Liver", masks_of(stage.volume)), ("Tumour", masks_of(blob((6, 16, 20), 5) & ~stage.volume))))
    for kind in VOXELS:
        export_labels(catalog, stage.project, kind, tmp_path / kind)
    (dataset_id,) = [d.id for d in catalog.reads.datasets()]
    other = nouns.project(catalog, dataset_id, title="Second", ontology=Ontology())
    results = [
        import_labels(catalog, other, tmp_path / kind, kind, new_classes=True)
        for kind in sorted(VOXELS, key=lambda k: k != first)
    ]
    assert [r.lost for r in results] == [[]] * len(VOXELS)
    (row,) = [r for r in catalog.reads.label_rows(other) if catalog.reads.labels(r).instances]
    structure, made = catalog.reads.ontology(catalog.reads.project(other).ontology_id), catalog.reads.labels(row)
    assert sorted(o.name for o in structure.objects) == ["Liver", "Tumour"]
    assert len(made.instances) == 2
    assert [r.changed for r in results] == [1, 0, 0, 0, 0]
    assert all(r.known == len(made.annotations) for r in results[1:])


def test_encord_rows_know_the_objects_that_came_from_dicom(stage, catalog, tmp_path):
    export_labels(catalog, stage.project, "dicom-seg", tmp_path / "seg")
    export_labels(catalog, stage.project, "encord", tmp_path / "rows.json")
    (dataset_id,) = [d.id for d in catalog.reads.datasets()]
    other = nouns.project(catalog, dataset_id, title="Second", ontology=ontology())
    import_labels(catalog, other, tmp_path / "seg", "dicom-seg")
    (row,) = [r for r in catalog.reads.label_rows(other) if catalog.reads.labels(r).instances]
    result = import_labels(catalog, other, tmp_path / "rows.json", "encord")
    assert (result.lost, result.annotations) == ([], 0)
    assert len(catalog.reads.labels(row).instances) == 1


def test_key_images_bring_their_classification_where_classes_may_be_made(catalog, tmp_path):
    structure, key = ontology_edit.add_classification(ontology(), "Key image", AttributeType.TEXT)
    stage, made = Stage(catalog, tmp_path, structure), LabelDocument()
    made.put(Classification("11111111-1111-4111-8111-111111111111", "abcdefgh", key, ((4, 5),)))
    stage.put(made)
    export_labels(stage.catalog, stage.project, "sr", tmp_path / "out")
    ontology_id = catalog.reads.project(stage.project).ontology_id
    stage.put(LabelDocument())
    catalog.do("Ground", ontologies.save, ontology_id, ontology_edit.add_classification(ontology(), "Quality")[0])

    result = import_labels(stage.catalog, stage.project, tmp_path / "out", "sr", new_classes=True)
    assert (result.lost, result.classes, result.classifications) == ([], ["Key image"], 2)
    quality, own = catalog.reads.ontology(ontology_id).classifications
    assert (quality.name, own.name, own.id, own.attribute.id) == ("Quality", "Key image", "2", "2.1")
    assert key_frames(stage.labels, catalog.reads.ontology(ontology_id), 6) == {4, 5}
    answers = {a.value for a in stage.labels.answers.values()}
    assert answers == {(own.attribute.options[0].feature_hash,)}
    again = import_labels(stage.catalog, stage.project, tmp_path / "out", "sr", new_classes=True)
    assert (again.changed, again.classes) == (0, [])


@pytest.mark.parametrize(("format", "name"), [("nifti", "NIfTI"), ("rtstruct", "RTSTRUCT"), ("dicom-seg", "DICOM SEG")])
def test_what_is_lost_is_said_in_words_and_counted_right(catalog, tmp_path, format, name):
    structure, key = ontology_edit.add_classification(ontology(), "Quality", AttributeType.TEXT)
    stage = Stage(catalog, tmp_path, structure)
    told = stage.labels
    told.put(Classification("11111111-1111-4111-8111-111111111111", "abcdefgh", key, ()))
    stage.put(told)
    (lost,) = export_labels(stage.catalog, stage.project, format, tmp_path / "out").lost
    assert (lost.what, lost.why) == ("1 classification", f"{name} holds shapes, not classifications")
    told.put(Classification("22222222-2222-4222-8222-222222222222", "bcdefghi", key, ()))
    stage.put(told)
    (lost,) = export_labels(stage.catalog, stage.project, format, tmp_path / "again").lost
    assert lost.what == "2 classifications"


def test_reports_measure_with_the_values_they_are_given(stage, tmp_path):
    asked = []

    def pixels(facts):
        def values(frame: int) -> np.ndarray:
            asked.append(frame)
            return np.full((16, 20), 7.0, np.float32)

        return values

    export_labels(stage.catalog, stage.project, "sr", tmp_path / "out", pixels=pixels)
    (file,) = (tmp_path / "out").iterdir()
    text = str(pydicom.dcmread(file))
    assert "Mean" in text
    assert sorted(set(asked)) == [k for k in range(6) if stage.volume[k].any()]


PLANE = Sheet.of((3.0, -2.0, 5.0), (0.0, 0.6, 0.8), (1.0, 0.0, 0.0))


@pytest.mark.parametrize("format", ["encord", "coco", *VOXELS])
def test_a_shape_on_a_plane_of_its_own_is_left_out_by_name(stage, tmp_path, format):
    made = document(("Line", {2: Polyline(((2.0, 3.0), (14.0, 3.0)))}), ("Liver", masks_of(stage.volume)))
    for row in list(made.annotations.values()):
        if isinstance(row.geometry, Polyline):
            made.put(replace(row, part=PLANE.part))
    stage.put(made)
    before = stage.labels
    out = tmp_path / ("out.json" if format in ("encord", "coco") else "out")
    done = export_labels(stage.catalog, stage.project, format, out)
    (lost,) = [x for x in done.lost if x.what == "Line 1"]
    assert lost.why.startswith("it lies on a plane of its own") and FORMAT_NAMES[format] in lost.why
    if format in ("encord", "coco"):
        assert not any(
            a.uuid in out.read_text() or a.instance in out.read_text() for a in before.annotations.values() if a.sheet
        )
    import_labels(stage.catalog, stage.project, out, format)
    assert [a for a in stage.labels.annotations.values() if a.sheet] == [a for a in before.annotations.values() if a.sheet]


def test_a_shape_on_a_plane_of_its_own_goes_out_in_a_report(stage, tmp_path):
    made = document(("Line", {2: Polyline(((2.0, 3.0), (14.0, 3.0)))}))
    (row,) = made.annotations.values()
    made.put(replace(row, part=PLANE.part))
    stage.put(made)
    before = stage.labels
    done = export_labels(stage.catalog, stage.project, "sr", tmp_path / "out")
    assert done.lost == []
    again = import_labels(stage.catalog, stage.project, tmp_path / "out", "sr")
    assert (again.lost, again.changed) == ([], 0)
    stage.put(LabelDocument())
    import_labels(stage.catalog, stage.project, tmp_path / "out", "sr")
    (back,) = stage.labels.annotations.values()
    (first,) = before.annotations.values()
    assert back.instance == first.instance
    assert np.allclose(back.sheet.at(back.geometry.points), PLANE.at(first.geometry.points), atol=1e-3)


def test_what_a_format_cannot_hold_is_told(stage, tmp_path):
    made = document(("Line", {2: Polyline(((2.0, 3.0), (14.0, 3.0)))}), ("Liver", masks_of(stage.volume, [1])))
    stage.put(made)
    done = export_labels(stage.catalog, stage.project, "dicom-seg", tmp_path / "out")
    assert [(x.what, "no voxels" in x.why) for x in done.lost] == [("Line 1", True)]


def test_only_the_classes_asked_for_leave(stage, tmp_path):
    stage.put(document(("Tumour", masks_of(stage.volume, [1])), ("Liver", masks_of(stage.volume, [1]))))
    tumour = next(t.feature_hash for t in FEATURES.objects.values() if t.name == "Tumour")
    export_labels(stage.catalog, stage.project, "dicom-seg", tmp_path / "out", classes=frozenset({tumour}))
    (file,) = (tmp_path / "out").iterdir()
    assert [s.SegmentLabel for s in pydicom.dcmread(file).SegmentSequence] == ["Tumour 1"]


def test_files_without_a_series_here_are_told(stage, tmp_path):
    export_labels(stage.catalog, stage.project, "dicom-seg", tmp_path / "out")
    (file,) = (tmp_path / "out").iterdir()
    seg = pydicom.dcmread(file)
    seg.ReferencedSeriesSequence[0].SeriesInstanceUID = "1.2.3.4"
    seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0].ReferencedSOPInstanceUID = "1.2.3.5"
    seg.FrameOfReferenceUID = "1.2.3.6"
    del seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence[1:]
    seg.save_as(file)
    result = import_labels(stage.catalog, stage.project, file, "dicom-seg")
    assert [x.where for x in result.unmatched] == [file.name]
    assert result.changed == 0


def test_images_are_no_labels(stage, tmp_path):
    with pytest.raises(BadInput, match="is no dicom-seg file"):
        import_labels(stage.catalog, stage.project, stage.files.files[0], "dicom-seg")
    with pytest.raises(NotFound):
        import_labels(stage.catalog, stage.project, tmp_path / "nowhere", "rtstruct")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="holds no file"):
        import_labels(stage.catalog, stage.project, tmp_path / "empty", "nifti")


def test_images_beside_the_labels_are_passed_over(stage, tmp_path):
    for name in ("dicom-seg", "rtstruct"):
        export_labels(stage.catalog, stage.project, name, tmp_path / "out")
    (tmp_path / "out" / "image.dcm").write_bytes(stage.files.files[0].read_bytes())
    stage.put(LabelDocument())
    result = import_labels(stage.catalog, stage.project, tmp_path / "out", "rtstruct")
    assert result.lost == []
    assert result.changed == 1
    with pytest.raises(BadInput, match="holds no file"):
        import_labels(stage.catalog, stage.project, tmp_path / "out", "sr")


def test_one_bad_file_of_a_folder_stops_nothing(stage, tmp_path):
    export_labels(stage.catalog, stage.project, "dicom-seg", tmp_path / "out")
    (file,) = (tmp_path / "out").iterdir()
    (tmp_path / "out" / "bad.dcm").write_bytes(file.read_bytes()[:900])
    stage.put(LabelDocument())
    result = import_labels(stage.catalog, stage.project, tmp_path / "out", "dicom-seg")
    assert [x.where for x in result.refused] == ["bad.dcm"]
    assert result.annotations == sum(stage.volume.any(axis=(1, 2)))


def test_a_file_stands_where_the_folder_should_be(stage, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(Refused, match="is a file"):
        export_labels(stage.catalog, stage.project, "nifti", tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("format", ["dicom-seg", "rtstruct", "sr"])
def test_de_identified_labels_leave_with_their_images(stage, tmp_path, format):
    done = export_labels(stage.catalog, stage.project, format, tmp_path / "out", deidentify=Options())
    out = tmp_path / "out"
    assert not any("still there" in x.why for x in done.lost)
    assert len(list((out / "images" / "0001").iterdir())) == 6
    (labels_file,) = (out / "labels").iterdir()
    report = json.loads((out / "deidentification.json").read_text())
    assert (report["files"], report["remains"]) == (7, [])
    whole = b"".join(f.read_bytes() for f in out.rglob("*") if f.is_file())
    for word in ("Phantom", "20240102", stage.files.series_uid, *stage.files.sop_uids):
        assert word.encode() not in whole
    images = {str(pydicom.dcmread(f).SOPInstanceUID) for f in (out / "images" / "0001").iterdir()}
    text = str(pydicom.dcmread(labels_file))
    assert any(uid in text for uid in images)


def test_only_dicom_is_de_identified(stage, tmp_path):
    with pytest.raises(Refused, match="Only DICOM"):
        export_labels(stage.catalog, stage.project, "nifti", tmp_path / "out", deidentify=Options())
    assert not (tmp_path / "out").exists()


def test_all_formats_are_known_on_the_command_line():
    from postil.commands import parse

    for wanted in VOLUME_FORMATS:
        assert parse(["labels", "export", "Heads", "--format", wanted, "--out", "out"]).format == wanted


def test_a_series_is_seen_as_its_files_say(stage):
    item = stage.catalog.reads.item(stage.row.item.id)
    series = series_of(stage.catalog, item)
    assert item.kind is Kind.DICOM_SERIES
    assert np.allclose(series.geometry.origins, stage.files.origins)
    assert [series.sop(k)[1] for k in range(6)] == stage.files.sop_uids
    assert [str(series.header(int(series.index.file[k])).SOPInstanceUID) for k in range(6)] == stage.files.sop_uids


@pytest.fixture
def brain(catalog, tmp_path):
    """A NIfTI volume with labels, as the catalog keeps it; returns the project and its label row."""
    affine = LPS_RAS @ np.array([[0.5, 0, 0, -3], [0, 0.7, 0.2, 4], [0, 0, 2.5, 5], [0, 0, 0, 1]], float)
    path = phantoms.nifti(tmp_path / "brain.nii.gz", phantoms.numbered((6, 16, 20)), affine)
    info, _, _ = probe_nifti(path)
    folder = catalog.do("New folder", folders.create, None, "Volumes")
    new = NewItem(new_uuid(), "brain.nii.gz", info, Location.LINKED, str(path), None)
    ids = catalog.do("Add", files.add, folder, [new])
    project = nouns.project(catalog, nouns.dataset(catalog, "Set", *ids), ontology=ontology())
    (row,) = catalog.reads.label_rows(project)
    volume = blob((6, 16, 20), 4)
    made = document(("Liver", masks_of(volume)), ("Liver", masks_of(volume[::-1])))
    catalog.do("Label", labels.import_document, row, made, True)
    return project, row, volume


@pytest.mark.parametrize("format", ["nifti", "nrrd", "encord"])
def test_labels_of_a_nifti_volume_come_back(catalog, brain, tmp_path, format):
    project, row, volume = brain
    before = catalog.reads.labels(row)
    out = tmp_path / ("out.json" if format == "encord" else "out")
    done = export_labels(catalog, project, format, out)
    assert done.lost == []
    catalog.do("Empty", labels.import_document, row, LabelDocument(), True)
    result = import_labels(catalog, project, out, format)
    assert result.lost == []
    after = catalog.reads.labels(row)
    assert set(after.instances) == set(before.instances)
    assert (voxels(after, named(after)["Liver 1"].uuid, volume.shape) == volume).all()


@pytest.mark.parametrize("format", ["dicom-seg", "rtstruct", "sr"])
def test_a_nifti_volume_makes_no_dicom_and_that_is_told(catalog, brain, tmp_path, format):
    done = export_labels(catalog, brain[0], format, tmp_path / "out")
    assert done.files == ()
    assert [(x.what, x.where) for x in done.lost] == [("all labels", "brain.nii.gz")]


def test_unevenly_spaced_slices_make_no_grid_and_that_is_told(catalog, tmp_path):
    folder = catalog.do("New folder", folders.create, None, "Scans")
    phantoms.series(tmp_path / "s", spacings=[1.0, 2.5, 2.5, 7.0, 1.0])
    add_series(catalog, [tmp_path / "s"], folder, progress=Progress())
    ids = [r.id for r in catalog.reads.first_rows(nouns.ALL)]
    project = nouns.project(catalog, nouns.dataset(catalog, "Set", *ids), ontology=ontology())
    (row,) = catalog.reads.label_rows(project)
    catalog.do("Label", labels.import_document, row, document(("Liver", masks_of(blob((6, 16, 20), 1)))), True)
    assert ["unevenly spaced" in x.why for x in export_labels(catalog, project, "nifti", tmp_path / "n").lost] == [True]
    assert export_labels(catalog, project, "dicom-seg", tmp_path / "d").lost == []


@pytest.mark.realdata
def test_a_real_tilted_ct_through_the_catalog(catalog, real_data, tmp_path):
    folder = catalog.do("New folder", folders.create, None, "Scans")
    add_series(catalog, [real_data / "ct-tilt"], folder, progress=Progress(), link=True)
    ids = [r.id for r in catalog.reads.first_rows(nouns.ALL)]
    project = nouns.project(catalog, nouns.dataset(catalog, "Set", *ids), ontology=ontology())
    rows = [catalog.reads.label_row(r) for r in catalog.reads.label_rows(project)]
    (info,) = [i for i in rows if (i.item.frames or 0) > 10]
    series = series_of(catalog, info.item)
    volume = blob((series.frames, series.rows, series.columns), 4)
    before = document(("Liver", masks_of(volume, range(20, 24))))
    catalog.do("Label", labels.import_document, info.id, before, True)
    for name in ("dicom-seg", "rtstruct"):
        out = tmp_path / name
        done = export_labels(catalog, project, name, out)
        assert done.lost == []
        catalog.do("Empty", labels.import_document, info.id, LabelDocument(), True)
        result = import_labels(catalog, project, out, name)
        assert result.lost == []
        after = catalog.reads.labels(info.id)
        assert set(after.instances) == set(before.instances)
        found = {a.frame: masks.rasterize(a.geometry, series.columns, series.rows) for a in after.annotations.values()}
        assert all((found[k] == volume[k]).all() for k in range(20, 24))


def test_a_full_disk_is_said_to_be_full_when_pydicom_has_made_an_error_of_its_own_of_it(catalog, tmp_path):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    stage = Stage(catalog, tmp_path)
    head = pydicom.dcmread(stage.files.files[0])
    item = pydicom.Dataset()
    item.PatientComments = "x" * 9000
    head.ReferencedPatientSequence = [item]
    file = full.open("wb", buffering=1024)
    with pytest.raises(OSError, match="With tag") as caught:
        head.save_as(file, enforce_file_format=True)
    with contextlib.suppress(OSError):
        file.close()
    told = unwritable(tmp_path / "labels", caught.value)
    assert isinstance(told, DiskFull)
    assert told.reason == f"There is no room left for {tmp_path / 'labels'}."


def test_coco_says_that_it_has_no_volumes(stage, tmp_path):
    done = export_labels(stage.catalog, stage.project, "coco", tmp_path / "out.json")
    assert [loss.why for loss in done.lost] == ["COCO has pictures only, no DICOM series"]


class Impatient(Progress):
    """Asked to stop when it has been looked at so many times."""

    def __init__(self, most: int = 1 << 40) -> None:
        super().__init__()
        self.looks, self._most = 0, most

    def check(self) -> None:
        self.looks += 1
        if self.looks > self._most:
            self.cancel()
        super().check()


def lengthened(path: Path, keyword: str, times: int, *, undefined: bool) -> int:
    """The items of a sequence again and again; how many there are then. Both ways to write its length."""
    made = pydicom.dcmread(path)
    there = made
    while keyword not in there:
        there = there.ContentSequence[0]
    items = list(there[keyword].value) * times
    setattr(there, keyword, items)
    there[keyword].is_undefined_length = undefined
    if keyword == "PerFrameFunctionalGroupsSequence":
        made.NumberOfFrames = len(items)
        made.PixelData = bytes((made.Rows * made.Columns * len(items) // 8 + 2) // 2 * 2)
    made.save_as(path)
    return len(items)


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize(
    ("format", "keyword"),
    [
        ("dicom-seg", "PerFrameFunctionalGroupsSequence"),
        ("rtstruct", "ROIContourSequence"),
        ("sr", "CurrentRequestedProcedureEvidenceSequence"),
    ],
)
def test_reading_a_file_of_very_many_labels_can_be_stopped_anywhere(stage, tmp_path, format, keyword, undefined):
    (file,) = export_labels(stage.catalog, stage.project, format, tmp_path / "out").files
    count = lengthened(file, keyword, 60, undefined=undefined)
    stage.put(LabelDocument())
    patient = Impatient()
    import_labels(stage.catalog, stage.project, file, format, dry_run=True, progress=patient)
    assert patient.looks > count * 5, "it is asked within the items, too"
    for part in (0.1, 0.5, 0.95):
        with pytest.raises(Cancelled):
            import_labels(stage.catalog, stage.project, file, format, progress=Impatient(round(patient.looks * part)))
        assert stage.labels.instances == {}


def test_objects_of_one_class_are_numbered_on_from_those_there_are(stage, tmp_path):
    stage.put(document(("Liver", masks_of(stage.volume)), ("Liver", masks_of(stage.volume)), ("Liver", masks_of(stage.volume))))
    export_labels(stage.catalog, stage.project, "dicom-seg", tmp_path / "out")
    stage.put(document(("Liver", masks_of(stage.volume))))
    import_labels(stage.catalog, stage.project, tmp_path / "out", "dicom-seg")
    assert sorted(named(stage.labels)) == ["Liver 1", "Liver 2", "Liver 3", "Liver 4"]
