"""pydicom's own test files through `add`, read as a person reads it: each refusal names file, reason and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pydicom.data
import pytest

from tests.support.command_line import postil

FILES = Path(pydicom.data.__file__).parent / "test_files"


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("reasons")
    postil("init", folder / "catalog", "--user", "Ann", "--email", "ann@example.org")
    found = json.loads(postil("--catalog", folder / "catalog", "--json", "add", FILES, "--folder", "Scans", code=1))
    found["by_name"] = {Path(e["input"]).name: e for e in found["errors"]}
    return found


def test_every_refusal_names_its_file_and_says_what_to_do(told):
    assert len(told["errors"]) > 60
    for error in told["errors"]:
        assert Path(error["input"]).is_file()
        assert error["reason"].startswith(Path(error["input"]).name)
        assert error["reason"].endswith(".") and error["remedy"].endswith((".", "!"))
        assert "report" not in error["remedy"] and "Error" not in error["reason"]


@pytest.mark.parametrize(
    ("name", "reason", "remedy"),
    [
        ("MR_truncated.dcm", "cut short: it ends before its first frame is whole", "Copy it again"),
        ("no_meta.dcm", "no DICOM file, though it is named like one", "export it again"),
        ("waveform_ecg.dcm", "has no pixels (ECG)", "nothing to show"),
        ("ExplVR_BigEnd.dcm", "lacks PatientID, which a DICOM series must have", "with these tags"),
        ("JPEGLSNearLossless_08.dcm", "lacks StudyInstanceUID, SeriesInstanceUID, PatientID", "with these tags"),
        ("crayons.icc", "is no file that Postil can show", "It shows pictures"),
    ],
)
def test_the_reason_is_the_one_that_a_person_can_act_on(told, name, reason, remedy):
    assert reason in told["by_name"][name]["reason"]
    assert remedy in told["by_name"][name]["remedy"]


def test_what_can_be_shown_is_in(told):
    """A gzipped file of DICOM by its content, whatever it is called; nothing else is missed that has pixels and the tags."""
    assert "zipMR.gz" not in told["by_name"]
    refused = {name for name, e in told["by_name"].items() if name.endswith(".dcm") and "lacks" not in e["reason"]}
    without_pixels = {name for name in refused if "has no pixels" in told["by_name"][name]["reason"]}
    assert refused - without_pixels == {"MR_truncated.dcm", "no_meta.dcm"}
    for name in without_pixels:
        ds = pydicom.dcmread(next(FILES.rglob(name)), force=True)
        assert not {"PixelData", "FloatPixelData", "DoubleFloatPixelData"} & {e.keyword for e in ds}


def test_labels_are_told_from_what_is_not_understood(tmp_path):
    postil("init", tmp_path / "catalog", "--user", "Ann", "--email", "ann@example.org")
    files = [FILES / "rtplan.dcm", FILES / "rtstruct.dcm", FILES / "liver_1frame.dcm"]
    lines = postil("--catalog", tmp_path / "catalog", "add", *files, "--folder", "Scans").splitlines()
    by_name = {Path(line.split(" holds ")[0]).name: line for line in lines if " holds " in line}
    assert by_name["rtplan.dcm"].endswith("holds no pictures, and no labels that are understood (RTPLAN)")
    assert by_name["rtstruct.dcm"].endswith(
        "holds labels (RTSTRUCT), no pictures: labels import PROJECT FILE --format rtstruct"
    )
    assert "--format dicom-seg" in by_name["liver_1frame.dcm"]


def test_the_help_names_no_words_that_do_nothing_yet():
    text = postil("--help")
    assert "add" in text and "SUPPRESS" not in text and "register" not in text
