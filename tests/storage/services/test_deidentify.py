"""What leaves de-identified says nothing of whom it was made of, and still fits together."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from storage.exchange.dicom_seg import write_seg
from storage.exchange.dicom_sr import write_sr
from storage.exchange.losses import Losses
from storage.exchange.rtstruct import write_rtstruct
from storage.exchange.rtstruct_read import read_rtstruct
from storage.exchange.seg_read import read_seg
from storage.exchange.sr_read import read_sr
from storage.exchange.volumes import DocumentFiller, segments_of
from storage.model.geometry import Polyline
from storage.model.labels import LabelDocument
from storage.services.deidentify import Deidentifier, Options
from storage.services.deidentify_rules import profile
from tests.support import phantoms
from tests.support.seg_files import errors_of
from tests.support.volume_stage import FEATURES, NOW, blob, document, masks_of, of_phantom, sorted_series

NAMES = ("Lovelace", "Babbage", "Menabrea", "St. Mary", "PID-77123", "ACC-5551", "SER-9090", "CTROOM-3")
CLASSES = [t.name for t in FEATURES.objects.values()]


def identify(_: int, ds: Dataset) -> None:
    """An identity in all the places where it turns up."""
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientAge = "Lovelace^Ada", "PID-77123", "18151210", "036Y"
    ds.AccessionNumber, ds.ReferringPhysicianName, ds.OperatorsName = "ACC-5551", "Babbage^Charles", "Menabrea^Luigi"
    ds.InstitutionName, ds.StationName, ds.DeviceSerialNumber = "St. Mary", "CTROOM-3", "SER-9090"
    ds.StudyDate, ds.SeriesDate, ds.AcquisitionDate, ds.ContentDate = "18430801", "18430802", "18430803", "18430804"
    ds.AcquisitionDateTime, ds.PatientWeight = "18430803101112.5", "61.5"
    ds.StudyDescription, ds.ImageComments = "Abdomen of Lovelace", "seen by Dr. Babbage on 1843-08-01"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.FilterType = "Lovelace"  # nobody's rule: a name that strayed
    step = Dataset()
    step.ScheduledProcedureStepDescription, step.RequestedProcedureID = "CT Lovelace", "PID-77123"
    ds.RequestAttributesSequence = Sequence([step])
    history = Dataset()
    history.ModifyingSystem, history.AttributeModificationDateTime = "CTROOM-3", "18430805"
    history.SourceOfPreviousValues, history.ReasonForTheAttributeModification = "St. Mary", "COERCE"
    history.ModifiedAttributesSequence = Sequence([Dataset()])
    history.ModifiedAttributesSequence[0].PatientName = "Lovelace^Ada"
    ds.OriginalAttributesSequence = Sequence([history])
    block = ds.private_block(0x0029, "ACME 1.1", create=True)
    block.add_new(0x01, "LO", "Lovelace^Ada")
    safe = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    safe.add_new(0x0C, "IS", "1000")
    safe.add_new(0x77, "LO", "Lovelace")
    ds.file_meta.SourceApplicationEntityTitle = "CTROOM-3"
    ds.preamble = b"Lovelace".ljust(128, b"\0")


@pytest.fixture
def phantom(tmp_path):
    return phantoms.series(tmp_path / "series", change=identify)


def sent(tmp_path: Path, files: list[Path], options: Options | None = None) -> tuple[Deidentifier, list[Path]]:
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    worker = Deidentifier(options, safe_texts=CLASSES)
    return worker, worker.files(files, out)


def labels_of(tmp_path: Path, phantom) -> tuple[dict[str, Path], np.ndarray, LabelDocument]:
    """A SEG, an RTSTRUCT and an SR of the series."""
    series = of_phantom(phantom, title="Lovelace CT")
    volume = blob((6, 16, 20), 4)
    labels = document(("Liver", masks_of(volume)), ("Line", {2: Polyline(((2.0, 3.0), (14.0, 3.0)))}))
    files = {name: tmp_path / f"{name}.dcm" for name in ("seg", "rt", "sr")}
    losses = Losses()
    write_seg(files["seg"], series, segments_of(series, labels, FEATURES, None, losses), now=NOW)
    write_rtstruct(files["rt"], series, labels, FEATURES, losses, now=NOW)
    write_sr(files["sr"], series, labels, FEATURES, losses, now=NOW, observer="Luigi Menabrea")
    return files, volume, labels


def test_nothing_of_the_identity_remains(tmp_path, phantom):
    files, _, _ = labels_of(tmp_path, phantom)
    worker, written = sent(tmp_path, [*phantom.files, *files.values()])
    assert len(written) == 9
    assert worker.remains(written) == []
    whole = b"".join(f.read_bytes() for f in written)
    for word in (*NAMES, "18151210", "1843080", "1843-08", phantom.series_uid, *phantom.sop_uids):
        assert word.encode() not in whole, word
    assert all(old not in f.name for f in written for old in phantom.sop_uids)
    assert json.dumps(worker.report.as_dict(worker.options))
    assert not any(n in json.dumps(worker.report.as_dict(worker.options)) for n in NAMES)


def test_the_check_finds_what_is_left(tmp_path, phantom):
    worker, written = sent(tmp_path, phantom.files[:1])
    ds = pydicom.dcmread(written[0])
    ds.StudyComments, ds.StudyDate = "asked by Babbage", "18430801"
    ds.ImageComments = f"see {phantom.sop_uids[0]}"
    ds.save_as(written[0])
    assert sorted({r.kind for r in worker.remains(written)}) == ["UID", "date", "name"]


def test_the_method_is_recorded(tmp_path, phantom):
    _, (file, *_) = sent(tmp_path, phantom.files, Options(clean_descriptors=True, retain_patient_characteristics=True))
    ds = pydicom.dcmread(file)
    assert (ds.PatientIdentityRemoved, ds.LongitudinalTemporalInformationModified) == ("YES", "REMOVED")
    codes = [c.CodeValue for c in ds.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113103", "113104", "113105", "113108"]
    assert (ds.PatientWeight, ds.PatientAge, ds.PatientSex) == (61.5, "036Y", "O")
    assert ds.StudyDescription == "Abdomen of"
    assert ds.ImageComments == "seen by Dr. on"


def test_images_and_labels_still_fit_together(tmp_path, phantom):
    files, volume, _ = labels_of(tmp_path, phantom)
    worker, written = sent(tmp_path, [*phantom.files, *files.values()])
    (tmp_path / "images").mkdir()
    for file in written[:6]:
        file.rename(tmp_path / "images" / file.name)
    series = sorted_series(tmp_path / "images")
    assert {str(series.header(k).SeriesInstanceUID) for k in range(6)} == {worker.uid(phantom.series_uid)}
    losses = Losses()
    seg = read_seg(written[6], DocumentFiller(series, FEATURES, LabelDocument(), losses))
    contours = read_rtstruct(written[7], DocumentFiller(series, FEATURES, LabelDocument(), losses))
    report = read_sr(written[8], DocumentFiller(series, FEATURES, LabelDocument(), losses))
    assert [x for x in losses.all() if "measured values" not in x.what] == []
    slices = sorted(k for k in range(6) if volume[k].any())
    for got in (seg, contours, report):
        livers = [i for i in got.instances.values() if FEATURES.objects[i.feature_hash].name == "Liver"]
        assert [sorted(a.frame for a in got.annotations_of(i.uuid)) for i in livers] == [slices]


def test_what_leaves_is_as_valid_as_what_came(tmp_path, phantom):
    files, _, _ = labels_of(tmp_path, phantom)
    _, written = sent(tmp_path, [*phantom.files[:1], *files.values()])
    for before, after in zip([phantom.files[0], *files.values()], written, strict=True):
        assert [e for e in errors_of(after) if e not in errors_of(before)] == []


def test_pixels_and_geometry_are_not_touched(tmp_path, phantom):
    _, written = sent(tmp_path, phantom.files)
    for before, after in zip(phantom.files, written, strict=True):
        old, new = pydicom.dcmread(before), pydicom.dcmread(after)
        assert old.PixelData == new.PixelData
        assert old.ImagePositionPatient == new.ImagePositionPatient
        assert old.RescaleSlope == new.RescaleSlope


def test_a_patient_is_the_same_one_throughout_an_export_and_another_in_the_next(tmp_path, phantom):
    _, first = sent(tmp_path, phantom.files[:2])
    _, second = sent(tmp_path, phantom.files[:1])
    ids = [str(pydicom.dcmread(f).PatientID) for f in (*first, *second)]
    assert ids[0] == ids[1] != ids[2]


def test_dates_move_together(tmp_path, phantom):
    _, (file, *_) = sent(tmp_path, phantom.files[:1], Options(modify_dates=True))
    ds = pydicom.dcmread(file)
    days = [pydicom.valuerep.DA(v) for v in (ds.StudyDate, ds.AcquisitionDate)]
    assert (days[1] - days[0]).days == 2
    assert ds.StudyDate < "18430801"
    assert ds.AcquisitionDateTime == ds.AcquisitionDate + "101112.5"
    assert ds.LongitudinalTemporalInformationModified == "MODIFIED"


def test_retained_is_what_was_asked_for(tmp_path, phantom):
    options = Options(retain_full_dates=True, retain_uids=True, retain_device_identity=True, retain_institution_identity=True,
                      retain_safe_private=True)  # fmt: skip
    worker, (file, *_) = sent(tmp_path, phantom.files[:1], options)
    ds = pydicom.dcmread(file)
    assert (ds.StudyDate, ds.SOPInstanceUID, ds.StationName, ds.InstitutionName) == (
        "18430801", phantom.sop_uids[0], "CTROOM-3", "St. Mary",
    )  # fmt: skip
    assert ds.private_block(0x0019, "SIEMENS MR HEADER")[0x0C].value == 1000
    assert 0x77 not in ds.private_block(0x0019, "SIEMENS MR HEADER")
    assert not any(e.tag.group == 0x0029 for e in ds)
    assert worker.remains([file]) == []


@pytest.mark.parametrize("option", ["retain_full_dates", "modify_dates"])
def test_no_option_keeps_a_date_of_birth(tmp_path, phantom, option):
    files, _, _ = labels_of(tmp_path, phantom)
    worker, written = sent(tmp_path, [*phantom.files, *files.values()], Options.of([option]))
    assert not any(pydicom.dcmread(file).PatientBirthDate for file in written)
    assert worker.remains(written) == []
    ds = pydicom.dcmread(written[0])
    ds.PatientComments = "born 18151210"
    ds.save_as(written[0])
    assert {r.kind for r in worker.remains(written)} == {"date"}


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Zürcher^Walpurga^Ottilie", "Mrs Walpurga Zuercher fell", "Mrs fell"),
        ("Zuercher^Walpurga", "ZÜRCHER and Zurcher", "and"),
        ("van der Berg^Anna Maria", "Anna Berg, on call", ", on call"),
        ("Nuñez^José", "Jose NUNEZ CT", "CT"),
        ("Weiß^Karl", "after Weiss", "after"),
        ("Yamada^Tarou=山田^太郎", "山田太郎 chest", "chest"),
        ("Long^Ada", "Longitudinal axis", "Longitudinal axis"),
    ],
)
def test_a_name_is_found_however_it_is_written(tmp_path, name, text, left):
    def called(_: int, ds: Dataset) -> None:
        ds.SpecificCharacterSet, ds.PatientName, ds.ImageComments = "ISO_IR 192", name, text

    made = phantoms.series(tmp_path / "series", n=1, change=called)
    worker, (file, *_) = sent(tmp_path, made.files, Options(clean_descriptors=True))
    assert pydicom.dcmread(file).ImageComments == left
    assert worker.remains([file]) == []
    ds = pydicom.dcmread(file)
    ds.StudyComments = text
    ds.save_as(file)
    assert bool(worker.remains([file])) == (left != text)


@pytest.mark.parametrize(("signed", "high"), [(0, 11), (1, 11), (0, 13), (1, 15)])
def test_what_lies_beside_the_bits_of_the_values_goes(tmp_path, signed, high):
    """An overlay of the old way lies in the bits that values do not use."""
    made = phantoms.series(tmp_path / "series", n=1)
    ds = pydicom.dcmread(made.files[0])
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, high, signed
    below = high - 11
    numbers = np.arange(ds.Rows * ds.Columns, dtype=np.uint16) * 37 % 4096
    used = np.uint16(0xFFF << below)
    ds.PixelData = ((numbers << below) & used | ~used & 0xA5A5).tobytes()
    ds.save_as(made.files[0])
    worker, (file, *_) = sent(tmp_path, made.files)
    raw = np.frombuffer(pydicom.dcmread(file).PixelData, np.uint16)
    assert np.array_equal((raw & used) >> below, numbers)
    spare = raw & ~used
    negative = (numbers & 0x800 > 0) & bool(signed)
    extended = np.uint16(0xFFFF & (-1 << (high + 1)))
    assert np.array_equal(spare, np.where(negative, extended, 0))
    assert worker.report.actions["PixelData", "C"] == 1
    again, _ = sent(tmp_path, [file])
    assert again.report.actions["PixelData", "C"] == 0


def test_private_elements_go(tmp_path, phantom):
    worker, (file, *_) = sent(tmp_path, phantom.files[:1])
    assert not any(e.tag.is_private for e in pydicom.dcmread(file))
    assert worker.report.private == 3


@pytest.mark.parametrize(
    ("modality", "burned", "warned"), [("US", "", True), ("CT", "", False), ("CT", "YES", True), ("US", "NO", False)]
)
def test_burned_in_text_is_warned_of(tmp_path, modality, burned, warned):
    def change(_, ds):
        ds.Modality, ds.BodyPartExamined = modality, "ABDOMEN"
        if burned:
            ds.BurnedInAnnotation = burned

    made = phantoms.series(tmp_path / "us", n=1, change=change)
    worker, _ = sent(tmp_path, made.files)
    assert any("burned" in w for w in worker.report.warnings) == warned


def test_a_file_that_is_none_is_told_without_its_name(tmp_path, phantom):
    bad = tmp_path / "Lovelace.dcm"
    bad.write_bytes(b"nothing")
    worker, written = sent(tmp_path, [bad, *phantom.files[:1]])
    assert len(written) == 1
    assert len(worker.report.refused) == 1
    assert "Lovelace" not in json.dumps(worker.report.as_dict(worker.options))


def test_the_table_is_that_of_the_standard():
    table = profile()
    assert len(table) > 600
    assert {table[t] for t in (0x00100010, 0x00100020)} == {"Z", "ZD"}
    assert table[0x00080018] == "U"
    assert table[0x00100040] == "Z"


@pytest.mark.realdata
@pytest.mark.parametrize("folder", ["ct-phantom", "mr-4d", "bits-12", "transfer-syntaxes"])
def test_real_files_say_nothing_any_more(real_data, tmp_path, folder):
    files = [p for p in sorted((real_data / folder).rglob("*")) if p.is_file() and p.name not in ("LICENSE", "DIRFILE")]
    files = [p for p in files if p.read_bytes()[128:132] == b"DICM"][:12]
    worker, written = sent(tmp_path, files)
    assert len(written) == len(files) > 0
    assert worker.remains(written) == []


def scribbled(n: int, ds: Dataset) -> None:
    """A name is written over the picture, in an overlay."""
    identify(n, ds)
    ds.add_new(0x60000010, "US", ds.Rows)
    ds.add_new(0x60000011, "US", ds.Columns)
    ds.add_new(0x60000022, "LO", "Lovelace")
    ds.add_new(0x60000040, "CS", "G")
    ds.add_new(0x60000050, "SS", [1, 1])
    ds.add_new(0x60000100, "US", 1)
    ds.add_new(0x60000102, "US", 0)
    ds.add_new(0x60003000, "OW", b"\xff" * (2 * ((ds.Rows * ds.Columns + 15) // 16)))


def test_overlays_leave_nothing_behind_that_makes_the_file_invalid(tmp_path):
    phantom = phantoms.series(tmp_path / "series", n=1, change=scribbled)
    before = errors_of(phantom.files[0])
    _, (made,) = sent(tmp_path, phantom.files)
    assert [e for e in pydicom.dcmread(made) if 0x6000 <= e.tag.group <= 0x60FF] == []
    assert not [line for line in errors_of(made) if "Overlay" in line] and len(errors_of(made)) <= len(before)
