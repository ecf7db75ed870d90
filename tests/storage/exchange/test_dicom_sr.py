"""Measurements and key images go out as reports that others read, and their shapes come back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest

from storage.errors import Refused
from storage.exchange.dicom_sr import write_sr
from storage.exchange.features import Features
from storage.exchange.key_objects import read_key_objects, write_key_objects
from storage.exchange.losses import Losses
from storage.exchange.sr_read import read_sr, references_of
from storage.exchange.volumes import DocumentFiller
from storage.model.calibration import Calibration
from storage.model.geometry import Box, Circle, Ellipse, Keypoint, Polygon, Polyline, RotatedBox, ShapeKind
from storage.model.labels import LabelDocument
from storage.model.ontology import ObjectClass
from tests.storage.exchange.test_dicom_seg import errors_of
from tests.support import phantoms
from tests.support.volume_stage import NOW, document, masks_of, of_phantom, ontology

FEATURES = Features(
    ontology(
        ObjectClass("7", "Frame", "#FA28FF", ShapeKind.BOX, "Bb000007"),
        ObjectClass("8", "Turned", "#FA28FF", ShapeKind.ROTATED_BOX, "Bb000008"),
        ObjectClass("9", "Circle", "#FA28FF", ShapeKind.CIRCLE, "Bb000009"),
        ObjectClass("10", "Knee angle", "#FA28FF", ShapeKind.POLYLINE, "Bb000010"),
        ObjectClass("11", "Cobb", "#FA28FF", ShapeKind.POLYLINE, "Bb000011"),
    )
)
SHAPES = {
    "Line": Polyline(((2.0, 3.0), (14.0, 3.0))),
    "Knee angle": Polyline(((2.0, 3.0), (2.0, 8.0), (9.0, 8.0))),
    "Cobb": Polyline(((14.0, 3.0), (2.0, 3.0), (2.0, 8.0), (9.0, 15.0))),
    "Outline": Polygon.simple(((2.0, 2.0), (12.0, 2.0), (12.0, 10.0), (2.0, 10.0))),
    "Round": Ellipse(10.0, 8.0, 6.0, 4.0, 20.0),
    "Spot": Keypoint(3.25, 4.75),
    "Frame": Box(1.5, 2.5, 8.0, 6.0),
    "Turned": RotatedBox(6.0, 5.0, 8.0, 4.0, 30.0),
    "Circle": Circle(9.0, 8.0, 5.0, 1.0, 0.0),
}


@pytest.fixture
def series(tmp_path):
    return of_phantom(phantoms.series(tmp_path / "s", spacing=(0.7, 0.5)))


def write(path: Path, series, labels) -> list:
    losses = Losses()
    write_sr(path, series, labels, FEATURES, losses, now=NOW, observer="Reader^One")
    return losses.all()


def read(path, series, present=None):
    losses = Losses()
    filler = DocumentFiller(series, FEATURES, present or LabelDocument(), losses, now=NOW)
    return read_sr(path, filler), losses.all()


def labelled(**shapes):
    return document(*((name, {2: shape}) for name, shape in shapes.items()), features=FEATURES)


def test_a_report_is_whole_and_right(tmp_path, series):
    path = tmp_path / "sr.dcm"
    assert write(path, series, labelled(**SHAPES)) == []
    assert errors_of(path) == []
    report = hd.sr.srread(path)
    groups = report.content.get_planar_roi_measurement_groups()
    values = {
        g.tracking_identifier: {
            (m.name.meaning, m.derivation.meaning if m.derivation else ""): m.value for m in g.get_measurements()
        }
        for g in groups
    }
    assert values["Line 1"]["Length", ""] == pytest.approx(12 * 0.5)
    assert values["Knee angle 1"]["Angle", ""] == pytest.approx(90)
    assert values["Cobb 1"]["Angle", ""] == pytest.approx(np.degrees(np.arctan2(0.7, 0.5)))
    assert values["Frame 1"]["Area", ""] == pytest.approx(48 * 0.35)
    assert values["Round 1"]["Area", ""] == pytest.approx(np.pi * 24 * 0.35)
    inside = series.pixels(2)[2:10, 2:12]
    outline = values["Outline 1"]
    assert outline["Area", ""] == pytest.approx(80 * 0.35)
    for name, wanted in (
        ("Mean", inside.mean()),
        ("Standard Deviation", inside.std()),
        ("Minimum", inside.min()),
        ("Maximum", inside.max()),
    ):
        assert outline["Attenuation Coefficient", name] == pytest.approx(float(wanted), rel=1e-6)


def test_every_shape_comes_back(tmp_path, series):
    labels = labelled(**SHAPES)
    path = tmp_path / "sr.dcm"
    write(path, series, labels)
    again, lost = read(path, series, labels)
    assert lost == []
    assert again.annotations == labels.annotations
    fresh, lost = read(path, series)
    assert lost == []
    assert set(fresh.instances) == set(labels.instances)
    found = {FEATURES.objects[fresh.instances[a.instance].feature_hash].name: a.geometry for a in fresh.annotations.values()}
    for name, shape in SHAPES.items():
        assert type(found[name]) is type(shape), name
        assert np.allclose(found[name].bounds(), shape.bounds(), atol=1e-4), name


def test_an_object_on_several_slices_is_a_volume(tmp_path, series):
    volume = np.zeros((6, 16, 20), bool)
    volume[1:4, 3:9, 4:10] = True
    labels = document(("Liver", masks_of(volume)), features=FEATURES)
    path = tmp_path / "sr.dcm"
    assert write(path, series, labels) == []
    assert errors_of(path) == []
    (group,) = hd.sr.srread(path).content.get_volumetric_roi_measurement_groups()
    values = {m.name.meaning: m.value for m in group.get_measurements() if not m.derivation}
    assert values["Volume"] == pytest.approx(volume.sum() * 0.7 * 0.5 * 2.5)
    again, lost = read(path, series)
    assert lost == []
    assert sorted(a.frame for a in again.annotations.values()) == [1, 2, 3]
    assert set(again.instances) == set(labels.instances)


def test_holes_are_told(tmp_path, series):
    mask = np.ones((6, 16, 20), bool)
    mask[:, 5, 5] = False
    lost = write(tmp_path / "sr.dcm", series, document(("Liver", masks_of(mask, [1])), features=FEATURES))
    assert ["holes" in x.what for x in lost] == [True]


def test_what_it_refers_to(tmp_path, series):
    path = tmp_path / "sr.dcm"
    write(path, series, labelled(Line=SHAPES["Line"]))
    told = references_of(pydicom.dcmread(path))
    assert told.instances == {series.sop(2)[1]}
    assert told.series == {str(series.first_header().SeriesInstanceUID)}


def test_an_image_that_is_missing_is_told(tmp_path, series):
    path = tmp_path / "sr.dcm"
    write(path, series, labelled(Line=SHAPES["Line"]))
    got, lost = read(path, of_phantom(phantoms.series(tmp_path / "other")))
    assert not got.annotations
    assert [x.why for x in lost] == ["the image it lies on is not in the series"]


def test_a_patient_without_a_birth_date_is_no_obstacle(tmp_path):
    def nameless(_, ds):
        del ds.PatientBirthDate
        del ds.PatientSex

    series = of_phantom(phantoms.series(tmp_path / "s", change=nameless))
    write(tmp_path / "sr.dcm", series, labelled(Line=SHAPES["Line"]))
    write_key_objects(tmp_path / "ko.dcm", series, [1], now=NOW)
    assert pydicom.dcmread(tmp_path / "sr.dcm").PatientName == "Phantom^Test"


def test_a_patient_of_one_word_keeps_that_name(tmp_path):
    def head(_, ds):
        ds.PatientName = "HEAD"

    series = of_phantom(phantoms.series(tmp_path / "s", change=head))
    write(tmp_path / "sr.dcm", series, labelled(Line=SHAPES["Line"]))
    write_key_objects(tmp_path / "ko.dcm", series, [1], now=NOW)
    assert [str(pydicom.dcmread(tmp_path / f).PatientName) for f in ("sr.dcm", "ko.dcm")] == ["HEAD", "HEAD"]
    assert str(series.first_header().PatientName) == "HEAD"


def test_nothing_to_measure_is_refused(tmp_path, series):
    with pytest.raises(Refused, match="measured"):
        write(tmp_path / "sr.dcm", series, document(features=FEATURES))


def test_key_images_go_out_and_come_back(tmp_path, series):
    path = tmp_path / "ko.dcm"
    write_key_objects(path, series, [4, 1], now=NOW, text="look here")
    assert errors_of(path) == []
    losses = Losses()
    assert read_key_objects(path, series, losses) == [1, 4]
    assert losses.all() == []
    other = of_phantom(phantoms.series(tmp_path / "other"))
    assert read_key_objects(path, other, losses) == []
    assert len(losses) == 2


def test_key_images_of_an_enhanced_image_name_their_frames(tmp_path):
    series = of_phantom(phantoms.enhanced(tmp_path / "mf.dcm"), multi=True)
    path = tmp_path / "ko.dcm"
    write_key_objects(path, series, [4, 1], now=NOW)
    losses = Losses()
    assert read_key_objects(path, series, losses) == [1, 4]


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["sr_document", "sr_document_with_multiple_groups"])
def test_reports_of_highdicom_are_read_or_told(real_data, series, name):
    path = real_data / "seg" / "highdicom" / "test_files" / f"{name}.dcm"
    got, lost = read(path, series)
    assert not got.annotations
    assert lost


def test_ultrasound_is_reported_in_mm_inside_its_region_and_in_pixels_beyond(tmp_path):
    """As it is measured on the screen."""
    region = {"box": [0, 0, 11, 15], "format": 1, "flags": 0, "units": [3, 3], "delta": [0.05, 0.05]}
    placed = of_phantom(phantoms.series(tmp_path / "s"))
    index = replace(placed.index, geometry=None)
    calibration = Calibration.of_facts({"ultrasound": {"regions": [[region]]}})
    series = replace(placed, geometry=None, index=index, calibration=calibration)
    inside, beyond = Polyline(((2, 3), (10, 3))), Polyline(((2, 3), (18, 3)))
    for line, wanted in ((inside, (4.0, "mm")), (beyond, (16.0, "{pixels}"))):
        path = tmp_path / f"{wanted[1].strip('{}')}.dcm"
        write(path, series, labelled(Line=line))
        assert errors_of(path) == []
        assert lengths_in(path) == [(pytest.approx(wanted[0]), wanted[1])]


def lengths_in(path) -> list[tuple[float, str]]:
    """Numbers and units of all that is called a length."""
    found, waiting = [], [pydicom.dcmread(path)]
    while waiting:
        item = waiting.pop()
        if item.get("ValueType") == "NUM" and item.ConceptNameCodeSequence[0].CodeMeaning == "Length":
            measured = item.MeasuredValueSequence[0]
            found.append((float(measured.NumericValue), measured.MeasurementUnitsCodeSequence[0].CodeValue))
        waiting.extend(item.get("ContentSequence") or ())
    return found
