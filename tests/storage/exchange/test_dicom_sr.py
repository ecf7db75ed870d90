"""Measurements and key images go out as reports that others read, and their shapes come back."""

from __future__ import annotations

import subprocess
import warnings
from dataclasses import replace
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPolygonF

from storage.errors import Refused
from storage.exchange.dicom_sr import write_sr
from storage.exchange.features import Features
from storage.exchange.key_objects import read_key_objects, write_key_objects
from storage.exchange.losses import Losses
from storage.exchange.rtstruct import write_rtstruct
from storage.exchange.seg_read import read_seg
from storage.exchange.sr_read import read_sr, references_of
from storage.exchange.volumes import DocumentFiller, segments_of
from storage.model import masks
from storage.model.calibration import Calibration
from storage.model.geometry import Box, Circle, Ellipse, Keypoint, Polygon, Polyline, RotatedBox, ShapeKind
from storage.model.labels import LabelDocument
from storage.model.ontology import ObjectClass
from storage.model.sheets import Sheet
from tests.conftest import need
from tests.support import phantoms
from tests.support.seg_files import classes_of, contents, errors_of
from tests.support.volume_stage import NOW, document, masks_of, of_phantom, ontology, sorted_series

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


@pytest.mark.parametrize(
    ("units", "ucum"), [("BQML", "Bq/ml"), ("CNTS", "{counts}"), ("GML", "g/ml"), ("NONE", "1"), ("ODD", "1")]
)
def test_values_of_pet_have_their_unit(tmp_path, units, ucum):
    def pet(_, ds):
        ds.Modality, ds.Units = "PT", units

    series = replace(of_phantom(phantoms.series(tmp_path / "s", change=pet)), units=units)
    path = tmp_path / "sr.dcm"
    write(path, series, labelled(Outline=SHAPES["Outline"]))
    assert errors_of(path) == []
    (group,) = hd.sr.srread(path).content.get_planar_roi_measurement_groups()
    assert {m.unit.value for m in group.get_measurements() if m.derivation} == {ucum}


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


def parts_and_holes() -> np.ndarray:
    """A ring with an island in its hole, two pixels that touch at a corner, a hole at an edge, and chance."""
    volume = np.zeros((6, 16, 20), bool)
    volume[1, 1:10, 1:10] = True
    volume[1, 3:8, 3:8] = False
    volume[1, 5, 5] = True
    volume[1, 12, 12] = volume[1, 13, 13] = True
    volume[2, 4:14, 2:9] = True
    volume[2, 5, 3] = volume[2, 6, 4] = volume[2, 9, 5] = False
    volume[3] = np.random.default_rng(7).random((16, 20)) < 0.6
    volume[4, 2, 2] = True
    return volume


def same_voxels(got, labels, series) -> None:
    """Objects and the voxels of each are those that were written."""
    assert set(got.instances) == set(labels.instances)
    found, wanted = (
        {(a.instance, a.frame): masks.to_bitmask(a.geometry, series.columns, series.rows) for a in d.annotations.values()}
        for d in (got, labels)
    )
    assert found == wanted


@pytest.mark.parametrize("name", ["Liver", "Outline"])
def test_holes_and_parts_come_back_from_a_volume(tmp_path, series, name):
    volume = parts_and_holes()
    shapes = dict(masks_of(volume))
    if name == "Outline":
        shapes = {frame: masks.contours(mask) for frame, mask in shapes.items()}
    labels = document((name, shapes), features=FEATURES)
    path = tmp_path / "sr.dcm"
    assert write(path, series, labels) == []
    assert errors_of(path) == []
    assert regions_in(path) == sum(len(masks.contours(m).parts) for m in dict(masks_of(volume)).values())
    (group,) = hd.sr.srread(path).content.get_volumetric_roi_measurement_groups()
    assert {m.name.meaning: m.value for m in group.get_measurements()}["Volume"] == pytest.approx(volume.sum() * 0.875)
    got, lost = read(path, series)
    assert lost == []
    same_voxels(got, labels, series)
    again, lost = read(path, series, labels)
    assert lost == []
    assert again.annotations == labels.annotations


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["liver", "partial_overlaps"])
def test_real_masks_come_back_whole(real_data, tmp_path, name):
    folder = real_data / "seg" / "dcmqi"
    series = sorted_series(folder / "ct-3slice")
    features = classes_of(pydicom.dcmread(folder / f"{name}.dcm", stop_before_pixels=True))
    labels = read_seg(folder / f"{name}.dcm", DocumentFiller(series, features, LabelDocument(), Losses()))
    losses = Losses()
    write_sr(tmp_path / "sr.dcm", series, labels, features, losses, now=NOW)
    assert errors_of(tmp_path / "sr.dcm") == []
    got = read_sr(tmp_path / "sr.dcm", DocumentFiller(series, features, LabelDocument(), losses))
    assert losses.all() == []
    assert got.annotations
    same_voxels(got, labels, series)


def regions_in(path) -> int:
    """As DCMTK reads them."""
    told = subprocess.run([need("dsrdump"), str(path)], capture_output=True, text=True, timeout=300, check=True)
    assert "E:" not in told.stderr
    return told.stdout.count("<contains SCOORD:")


def test_parts_on_one_slice_are_measured_each(tmp_path, series):
    volume = np.zeros((6, 16, 20), bool)
    volume[2, 2:9, 2:9] = True
    volume[2, 4:6, 4:7] = False
    volume[2, 11:13, 12:18] = True
    labels = document(("Liver", masks_of(volume)), features=FEATURES)
    path = tmp_path / "sr.dcm"
    assert write(path, series, labels) == []
    assert errors_of(path) == []
    groups = hd.sr.srread(path).content.get_planar_roi_measurement_groups()
    assert {g.tracking_identifier for g in groups} == {"Liver 1"}
    assert len({g.tracking_uid for g in groups}) == 1
    ring = series.pixels(2)[2:9, 2:9][volume[2, 2:9, 2:9]]
    values = [{(m.name.meaning, m.derivation and m.derivation.meaning): m.value for m in g.get_measurements()} for g in groups]
    assert sorted(v["Area", None] for v in values) == pytest.approx([12 * 0.35, 43 * 0.35])
    largest = max(values, key=lambda v: v["Area", None])
    assert largest["Attenuation Coefficient", "Mean"] == pytest.approx(float(ring.mean()), rel=1e-6)
    got, lost = read(path, series)
    assert lost == []
    same_voxels(got, labels, series)


def test_a_region_with_a_hole_fills_rightly_elsewhere(tmp_path, series):
    """By the even-odd rule and by that of winding numbers, as others fill closed lines."""
    volume = parts_and_holes()[:, :11, :11]
    labels = document(("Liver", masks_of(np.pad(volume, ((0, 0), (0, 5), (0, 9))), [1])), features=FEATURES)
    path = tmp_path / "sr.dcm"
    write(path, series, labels)
    for even_odd in (Qt.FillRule.OddEvenFill, Qt.FillRule.WindingFill):
        inside = np.zeros((16, 20), bool)
        for group in hd.sr.srread(path).content.get_planar_roi_measurement_groups():
            line = QPolygonF([QPointF(x, y) for x, y in group.roi.value])
            for y, x in np.ndindex(16, 20):
                inside[y, x] |= line.containsPoint(QPointF(x + 0.5, y + 0.5), even_odd)
        assert (inside[:11, :11] == volume[1]).all()


def test_several_lines_of_one_finding_on_an_image_are_all_read(tmp_path, series):
    """Long and short axis of a lesion, as other programs write them: under one tracking identifier."""
    path = tmp_path / "sr.dcm"
    across = Polyline(((5.0, 1.0), (5.0, 9.0)))
    write(path, series, document(("Line", {2: SHAPES["Line"]}), ("Line", {2: across}), features=FEATURES))
    report = pydicom.dcmread(path)
    uids = [i for i in contents(report) if i.ValueType == "UIDREF" and i.ConceptNameCodeSequence[0].CodeValue == "112040"]
    for item in uids:
        item.UID = uids[0].UID
    report.save_as(path)
    got, lost = read(path, series)
    assert lost == []
    assert {a.geometry for a in got.annotations.values()} == {SHAPES["Line"], across}
    assert len(got.instances) == 2


@pytest.mark.parametrize(
    ("kind", "values"), [("CIRCLE", [3, 3]), ("ELLIPSE", [3, 3, 4, 4]), ("CIRCLE", [3, 3] * 5), ("POINT", [1] * 4)]
)
def test_a_region_of_too_few_or_many_points_is_told(tmp_path, series, kind, values):
    path = tmp_path / "sr.dcm"
    write(path, series, labelled(Outline=SHAPES["Outline"]))
    report = pydicom.dcmread(path)
    (region,) = [i for i in contents(report) if i.ValueType == "SCOORD"]
    region.GraphicType, region.GraphicData = kind, [float(v) for v in values]
    report.save_as(path)
    got, lost = read(path, series)
    assert not got.annotations
    assert [x.why for x in lost] == [f"its region ({kind}) cannot be read"]


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
def test_long_outlines_are_read(tmp_path, series, syntax):
    """More points than fit into explicit numbers: they are of no type there."""
    turns = np.linspace(0, 2 * np.pi, 9000, endpoint=False)
    outline = Polygon.simple(tuple((10 + 6 * float(np.cos(t)), 8 + 6 * float(np.sin(t))) for t in turns))
    labels = labelled(Outline=outline)
    path = tmp_path / "sr.dcm"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(path, series, labels)
    assert errors_of(path) == []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        convert(path, syntax)
    got, lost = read(path, series, labels)
    assert lost == []
    assert got.annotations == labels.annotations


def convert(path, syntax) -> None:
    report = pydicom.dcmread(path)
    report.file_meta.TransferSyntaxUID = syntax
    report.save_as(path, implicit_vr=syntax.endswith("1.2"), little_endian=True)


def test_words_of_any_script_on_a_series_that_names_no_letters(tmp_path):
    def no_letters(_, ds):
        ds.SpecificCharacterSet = ""

    series = of_phantom(phantoms.series(tmp_path / "s", change=no_letters))
    features = Features(ontology(ObjectClass("7", "肝臓 Ж", "#FA28FF", ShapeKind.BOX, "Bb000007")))
    labels = document(("肝臓 Ж", {2: SHAPES["Frame"]}), features=features)
    write_sr(tmp_path / "sr.dcm", series, labels, features, Losses(), now=NOW)
    write_key_objects(tmp_path / "ko.dcm", series, [1], now=NOW, text="肝臓")
    assert [errors_of(tmp_path / f) for f in ("sr.dcm", "ko.dcm")] == [[], []]
    (group,) = hd.sr.srread(tmp_path / "sr.dcm").content.get_planar_roi_measurement_groups()
    assert group.tracking_identifier == "肝臓 Ж 1"
    assert any(i.get("TextValue") == "肝臓" for i in contents(pydicom.dcmread(tmp_path / "ko.dcm")))


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
    found = []
    for item in contents(pydicom.dcmread(path)):
        if item.ValueType == "NUM" and item.ConceptNameCodeSequence[0].CodeMeaning == "Length":
            measured = item.MeasuredValueSequence[0]
            found.append((float(measured.NumericValue), measured.MeasurementUnitsCodeSequence[0].CodeValue))
    return found


def test_doppler_is_reported_in_seconds_and_in_its_speed(tmp_path):
    region = {"box": [0, 0, 19, 15], "format": 3, "flags": 0, "units": [4, 7], "delta": [0.01, -2.0]}
    placed = of_phantom(phantoms.series(tmp_path / "s"))
    index = replace(placed.index, geometry=None)
    calibration = Calibration.of_facts({"ultrasound": {"regions": [[region]]}})
    series = replace(placed, geometry=None, index=index, calibration=calibration)
    path = tmp_path / "sr.dcm"
    write(path, series, labelled(Line=Polyline(((2, 13), (12, 3)))))
    assert errors_of(path) == []
    measured = [i.MeasuredValueSequence[0] for i in contents(pydicom.dcmread(path)) if i.ValueType == "NUM"]
    assert [(float(m.NumericValue), m.MeasurementUnitsCodeSequence[0].CodeValue) for m in measured] == [
        (pytest.approx(0.1), "s"),
        (pytest.approx(20.0), "cm/s"),
    ]


# -- shapes on planes that are no slices


def on_plane(sheet: Sheet, **shapes) -> LabelDocument:
    """On frame 2, as far as the lists are concerned."""
    flat = labelled(**shapes)
    for row in list(flat.annotations.values()):
        flat.put(replace(row, part=sheet.part))
    return flat


def sheet_through(series) -> Sheet:
    """Askew to every axis of the series."""
    right = np.array([0.6, 0.0, 0.8])
    return Sheet.of(series.geometry.to_mm(4, 5, 2.3), right, np.cross(np.cross(right, [0.3, 1.0, 0.1]), right))


def corners(shape) -> np.ndarray:
    """Of what has none its middle."""
    match shape:
        case Box() | RotatedBox():
            return np.array(shape.corners())
        case Polyline():
            return np.array(shape.points)
        case Polygon():
            return np.array(shape.parts[0][0])
    return np.array([(shape.x, shape.y)])


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_on_a_plane_of_its_own_goes_out_in_space_and_comes_back(tmp_path, series, name):
    sheet, path = sheet_through(series), tmp_path / "sr.dcm"
    labels = on_plane(sheet, **{name: SHAPES[name]})
    assert write(path, series, labels) == []
    made = pydicom.dcmread(path)
    assert made.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.34"
    assert errors_of(path) == []
    (region,) = [i for i in made.iterall() if i.tag == 0x00700022]
    mm = np.array(region.value, float).reshape(-1, 3)
    assert np.abs(sheet.place_of(mm)[:, 2]).max() < 1e-3  # single precision
    back, lost = read(path, series, labels)
    assert lost == []
    assert back.annotations == labels.annotations  # where it lay before
    anew, lost = read(path, series)
    assert lost == []
    (row,) = anew.annotations.values()
    assert row.sheet is not None and type(row.geometry) is type(SHAPES[name])
    there, before = row.sheet.at(corners(row.geometry)), sheet.at(corners(SHAPES[name]))
    assert all(np.linalg.norm(there - point, axis=1).min() < 2e-3 for point in before)


def test_a_shape_on_a_plane_goes_with_its_time(tmp_path):
    """One object on the same plane at two times, and told apart also where nothing of it is known."""
    series = of_phantom(phantoms.series(tmp_path / "s", n=5, times=3, spacing=(0.7, 0.5)))
    sheet, path = sheet_through(series), tmp_path / "sr.dcm"
    labels = on_plane(sheet, Line=SHAPES["Line"])
    (row,) = labels.annotations.values()
    labels.put(replace(row, uuid="22222222-2222-4222-8222-222222222222", frame=2 * series.slices + 3))
    assert write(path, series, labels) == []
    assert errors_of(path) == []
    back, lost = read(path, series, labels)
    assert lost == [] and back.annotations == labels.annotations
    anew, lost = read(path, series)
    assert lost == []
    assert sorted(a.frame // series.slices for a in anew.annotations.values()) == [0, 2]
    assert len(anew.instances) == 1
    assert all(a.sheet is not None for a in anew.annotations.values())


def test_lengths_and_areas_of_planes_are_their_millimetres(tmp_path, series):
    path = tmp_path / "sr.dcm"
    write(path, series, on_plane(sheet_through(series), Line=SHAPES["Line"], Frame=SHAPES["Frame"]))
    assert numbers_of(path) == pytest.approx([12.0, 48.0])


def numbers_of(path) -> list[float]:
    return [float(e.value) for e in pydicom.dcmread(path).iterall() if e.keyword == "NumericValue"]


def test_no_other_format_takes_a_plane_for_a_slice(tmp_path, series):
    labels = on_plane(sheet_through(series), Outline=SHAPES["Outline"])
    losses = Losses()
    assert segments_of(series, labels, FEATURES, None, losses) == []
    with pytest.raises(Refused):
        write_rtstruct(tmp_path / "r.dcm", series, labels, FEATURES, losses, now=NOW)
