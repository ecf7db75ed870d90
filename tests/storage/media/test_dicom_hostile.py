"""Archives, odd names, lists and files that mean harm: bounded, refused with a reason, and never in the way of the others."""

from __future__ import annotations

import gzip
import random
import shutil
import struct
import zipfile
import zlib

import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from storage.errors import BadInput, Cancelled
from storage.media import dicom_files
from storage.media.dicom import scan
from storage.media.dicom_files import find_candidates
from storage.media.dicom_tags import Malformed, NotDicom, find_elements
from storage.progress import Progress
from tests.support import phantoms
from tests.support.series_read import only, stored, volume


def reasons(result) -> str:
    return "\n".join(error.reason for error in result.refused)


def test_files_without_an_extension_and_with_odd_names(tmp_path):
    phantom = phantoms.series(tmp_path / "p", n=4)
    for n, name in enumerate(["I 1", "ü.ima", "x.jpg", "00000.tmp"]):
        phantom.files[n].rename(tmp_path / "p" / name)
    (tmp_path / "p" / "notes.txt").write_text("not DICOM")
    result = scan([tmp_path])
    assert result.series[0].index.slices == 4 and result.refused == []
    assert [p.name for p in result.others] == ["notes.txt"]


def test_a_file_named_by_the_person_is_said_to_be_no_dicom(tmp_path):
    (tmp_path / "notes.txt").write_text("not DICOM")
    result = scan([tmp_path / "notes.txt", tmp_path / "gone.dcm"])
    assert [e.reason for e in result.refused] == [
        "notes.txt is no DICOM file.",
        "gone.dcm cannot be opened: No such file or directory.",
    ]


def test_without_the_usual_head_too(tmp_path):
    """Files that begin with their data set: the encoding is seen from the first element."""
    for syntax, implicit in ((ExplicitVRLittleEndian, False), (ImplicitVRLittleEndian, True)):
        folder = tmp_path / str(implicit)
        phantom = phantoms.series(folder, n=3, transfer_syntax=syntax)
        for path in phantom.files:
            ds = pydicom.dcmread(path)
            del ds.file_meta
            ds.preamble = None
            ds.save_as(path, implicit_vr=implicit, little_endian=True, enforce_file_format=False)
            assert path.read_bytes()[:2] == b"\x08\0"
        assert (volume(only(folder))[0] == phantom.volume).all()


def test_zip_archives_and_gzipped_files(tmp_path):
    phantom = phantoms.series(tmp_path / "p", n=5)
    with zipfile.ZipFile(tmp_path / "study.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for n, path in enumerate(phantom.files[:3]):
            archive.write(path, f"../../{'deep/' * 30}I{n}")
        archive.writestr("README", "not DICOM")
    for path in phantom.files[3:]:
        (tmp_path / f"{path.name}.dcm.gz").write_bytes(gzip.compress(path.read_bytes()))
    workspace = tmp_path / "w"
    paths = [tmp_path / "study.zip", *tmp_path.glob("*.gz")]
    series = only(*paths, workspace=workspace)
    assert (
        scan(paths, workspace=tmp_path / "w2").warnings[0].reason == "study.zip also holds 1 file that is no DICOM; left out."
    )
    assert (volume(series)[0] == phantom.volume).all()
    assert all(path.parent == workspace for path in series.files)
    assert series.shown[series.files[0]].endswith("I0") and "study.zip/../" in series.shown[series.files[0]]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["I3.dcm.gz", "I4.dcm.gz", "p", "study.zip", "w", "w2"]
    assert "is packed" in reasons(scan(paths))


def test_where_there_is_no_room_nothing_is_unpacked_and_it_is_said(tmp_path, monkeypatch):
    made = phantoms.series(tmp_path / "p", n=1, rows=600, cols=900)
    packed = tmp_path / "x.dcm.gz"
    packed.write_bytes(gzip.compress(made.files[0].read_bytes()))
    room = [50_000_000]
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(1_000_000_000, 0, room[0]))
    result = scan([packed], workspace=tmp_path / "w")
    assert reasons(result) == "There is no room to unpack x.dcm.gz (1 MB)."
    assert "Free some space" in result.refused[0].remedy
    room[0] = 52_000_000
    assert len(scan([packed], workspace=tmp_path / "w").series) == 1


def test_a_packed_file_that_hides_its_size_stops_where_the_room_ends(tmp_path, monkeypatch):
    made = phantoms.series(tmp_path / "p", n=1, rows=1200, cols=1800)
    packed = tmp_path / "x.dcm.gz"
    packed.write_bytes(gzip.compress(made.files[0].read_bytes())[:-4] + bytes(4))
    room = iter((53_000_000, 53_000_000, 52_000_000, 50_500_000, 0))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(1_000_000_000, 0, next(room)))
    result = scan([packed], workspace=tmp_path / "w")
    assert "no room to unpack x.dcm.gz" in reasons(result)
    assert not list((tmp_path / "w").iterdir())


def test_archives_that_lie_about_their_size(tmp_path, monkeypatch):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", head(b"\0" * 5_000_000))
        archive.writestr("b", b"\0" * 10)
    data = bytearray(bomb.read_bytes())
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 1000)  # the directory promises a thousand bytes
    bomb.write_bytes(data)
    result = scan([bomb], workspace=tmp_path / "w")
    assert "a: It unpacks to more than it promises." in reasons(result) or "a cannot be unpacked" in reasons(result)
    assert sum(p.stat().st_size for p in (tmp_path / "w").iterdir()) <= 1000
    monkeypatch.setattr(dicom_files, "MOST_UNPACKED", 1_000_000)
    big = tmp_path / "big.zip"
    with zipfile.ZipFile(big, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"\0" * 5_000_000)
    assert "would unpack to 1 files" in reasons(scan([big], workspace=tmp_path / "w"))
    monkeypatch.setattr(dicom_files, "MOST_MEMBER", 1000)
    packed = tmp_path / "x.dcm.gz"
    packed.write_bytes(gzip.compress(head(b"\0" * 5000)))
    assert "unpacks to more" in reasons(scan([packed], workspace=tmp_path / "w"))


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"", b"PK\x05\x06" + b"\0" * 18 + b"junk"])
def test_broken_archives_stop_nothing(tmp_path, data):
    phantoms.series(tmp_path / "p", n=2)
    (tmp_path / "p" / "z.zip").write_bytes(data)
    (tmp_path / "p" / "z.dcm.gz").write_bytes(b"\x1f\x8b\x08" + data)
    assert scan([tmp_path], workspace=tmp_path / "w").series[0].index.slices == 2


def test_a_dicomdir_is_a_hint_only(tmp_path):
    from pydicom.fileset import FileSet

    phantom = phantoms.series(tmp_path / "p", n=3)
    filesets = FileSet()
    for path in phantom.files:
        filesets.add(path)
    filesets.write(tmp_path / "disc")
    filesets._stage["t"].cleanup()  # else it warns when it is collected
    result = scan([tmp_path / "disc"])
    assert result.series[0].index.slices == 3 and result.warnings == [] and result.refused == []
    lost = next(p for p in (tmp_path / "disc").rglob("*") if p.is_file() and p.name != "DICOMDIR")
    lost.unlink()
    result = scan([tmp_path / "disc"])
    assert result.series[0].index.slices == 2
    assert "names a file that is not there" in result.warnings[0].reason


@pytest.mark.parametrize("parts", [b"A" * 5000, b"..\\etc\\passwd", b"/etc\\passwd", b"a\0b", b"\\".join([b"B"] * 300)])
def test_a_dicomdir_that_names_what_no_file_can_be_called(tmp_path, parts):
    """Nor is it read whole: the last megabytes of this one are padding."""
    phantoms.series(tmp_path, n=2)
    item = b"\x04\0\0\x15CS" + struct.pack("<H", len(parts)) + parts
    record = b"\xfe\xff\0\xe0" + struct.pack("<I", len(item)) + item
    body = b"\x04\0\x20\x12SQ\0\0" + struct.pack("<I", len(record)) + record
    meta = b"\x02\0\x02\0UI\x14\x001.2.840.10008.1.3.10" + b"\x02\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0"
    path = tmp_path / "DICOMDIR"
    path.write_bytes(b"\0" * 128 + b"DICM" + meta + body + b"\xfc\xff\xfc\xffOB\0\0" + struct.pack("<I", 3 << 30))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + (3 << 30))
    result = scan([tmp_path])
    assert result.series[0].index.slices == 2 and result.refused == []
    assert all("not there" in warning.reason and len(warning.reason) < 200 for warning in result.warnings)


@pytest.mark.parametrize("name", ["Rows", "Columns", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "PatientID"])
def test_what_a_file_lacks_is_named_and_the_others_come_in(tmp_path, name):
    phantom = phantoms.series(tmp_path, n=3)
    ds = pydicom.dcmread(phantom.files[1])
    delattr(ds, name)
    ds.save_as(phantom.files[1])
    result = scan([tmp_path])
    assert [s.index.slices for s in result.series] == [2]
    (error,) = result.refused
    assert f"lacks {name}," in error.reason and error.remedy and error.input == str(phantom.files[1])


@pytest.mark.parametrize("size", [32, 8192 + 32])
def test_sizes_whose_bytes_are_blanks_are_sizes(tmp_path, size):
    phantoms.series(tmp_path, n=1, rows=size, cols=32)
    assert (only(tmp_path).info.height, only(tmp_path).info.width) == (size, 32)


def test_a_place_that_cannot_be_meant_is_none(tmp_path):
    def far(i, ds):
        ds.ImagePositionPatient = [0, 0, "1e300" if i else "1e12"]

    phantoms.series(tmp_path, n=2, change=far)
    series = only(tmp_path)
    assert series.geometry is None and series.index.slices == 2


def test_a_series_that_cannot_be_put_together_is_refused_alone(tmp_path, monkeypatch):
    from storage.media import dicom_series

    phantoms.series(tmp_path / "a", n=2, change=lambda i, ds: setattr(ds, "SeriesDescription", "cursed"))
    phantoms.series(tmp_path / "b", n=3)
    real = dicom_series.series_facts

    def stumble(files, index):
        if files[0].facts["series_description"] == "cursed":
            raise ValueError("a bug of ours")
        return real(files, index)

    monkeypatch.setattr(dicom_series, "series_facts", stumble)
    result = scan([tmp_path])
    assert [s.index.slices for s in result.series] == [3]
    assert "A series of 2 files" in result.refused[0].reason


def test_an_empty_patient_id_passes(tmp_path):
    phantoms.series(tmp_path, n=1, change=lambda i, ds: setattr(ds, "PatientID", ""))
    assert only(tmp_path).patient_id == ""


def test_no_sentence_names_the_patient(tmp_path):
    def broken(i, ds):
        if i == 1:
            del ds.Rows

    phantoms.series(tmp_path, n=3, patient="Secret^Name", spacings=[1, 7], change=broken)
    result = scan([tmp_path])
    told = [e.reason + e.remedy for e in result.refused] + [w for s in result.series for w in s.warnings]
    assert told and not any("Secret" in text or "P-1" in text for text in told)


def test_files_cut_short_anywhere(tmp_path):
    phantom = phantoms.series(tmp_path / "p", n=1)
    data = phantom.files[0].read_bytes()
    for n, size in enumerate([*range(0, len(data), 37), len(data) - 1]):
        (tmp_path / "p" / f"cut{n}").write_bytes(data[:size])
    result = scan([tmp_path])
    assert len(result.series) == 1 and result.series[0].index.slices == 1
    assert "was cut short" in reasons(result)


def test_frames_that_a_cut_file_still_has(tmp_path):
    phantom = phantoms.enhanced(tmp_path / "x", n=6)
    data = phantom.files[0].read_bytes()
    phantom.files[0].write_bytes(data[: -2 * 16 * 20 * 2 - 5])
    series = only(tmp_path / "x")
    assert [bool(n) for n in series.index.length] == [True, True, True, False, False, False]
    assert "3 of its 6 frames are missing" in series.warnings[0]
    assert (stored(series, 2) == phantom.volume[2]).all()


def test_random_damage_never_crashes_or_hangs(tmp_path, caplog):
    """Bytes changed anywhere, in every encoding: an answer or a reason, always."""
    dice = random.Random(5)
    seeds = [
        phantoms.series(tmp_path / "a", n=1, rows=4, cols=4).files[0].read_bytes(),
        phantoms.series(tmp_path / "b", n=1, rows=4, cols=4, transfer_syntax=ImplicitVRLittleEndian).files[0].read_bytes(),
        phantoms.enhanced(tmp_path / "c", n=3, rows=4, cols=4).files[0].read_bytes(),
        phantoms.enhanced(tmp_path / "d", n=3, rows=4, cols=4, transfer_syntax=RLELossless).files[0].read_bytes(),
    ]
    (tmp_path / "m").mkdir()
    for n in range(400):
        data = bytearray(seeds[n % len(seeds)])
        for _ in range(dice.choice((1, 2, 8, 40))):
            data[dice.randrange(132, len(data))] = dice.choice((0, 255, dice.randrange(256)))
        (tmp_path / "m" / f"{n}").write_bytes(data)
    result = scan([tmp_path / "m"])
    assert all(error.reason and "Please report" not in error.remedy for error in result.refused), reasons(result)
    assert caplog.text == ""  # pydicom quotes values, and those may be a patient's
    for series in result.series:
        for n in range(len(series.index)):
            size = series.files[int(series.index.file[n])].stat().st_size
            assert all(at >= 0 and at + length <= size for at, length in series.index.ranges(n))


def head(extra: bytes) -> bytes:
    return b"\0" * 128 + b"DICM" + b"\x02\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0" + extra


@pytest.mark.parametrize(
    "extra",
    [
        b"\x08\0\x15\x11SQ\0\0\xff\xff\xff\xff"
        + (b"\xfe\xff\0\xe0\xff\xff\xff\xff\x08\0\x15\x11SQ\0\0\xff\xff\xff\xff" * 5000),
        b"\x08\0\x15\x11SQ\0\0\xff\xff\xff\x7f" + b"\xfe\xff\0\xe0" * 20,
        b"\x08\0\x08\0CS\xff\xff" + b"A" * 30,
        b"\x08\0\x08\0UN\0\0\xff\xff\xff\xfe" + b"A" * 30,
        b"\x08\0\x15\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\0\0\0\0" * 20_000,
        b"\x08\0\x08\0??\x04\0abcd",
    ],
    ids=["nested", "too long", "value", "unknown", "items", "type"],
)
def test_lengths_and_nesting_that_mean_harm(tmp_path, monkeypatch, extra):
    data = head(extra)
    wanted = {0x00080008: None, 0x00081115: {0x0020000E: None}}
    monkeypatch.setattr("storage.media.dicom_tags._ITEMS", 10_000)
    with pytest.raises((Malformed, NotDicom)):
        find_elements(lambda offset, n: data[offset : offset + n], len(data), wanted)
    phantoms.series(tmp_path, n=2)
    (tmp_path / "harm.dcm").write_bytes(data)
    result = scan([tmp_path])
    assert result.series[0].index.slices == 2 and len(result.refused) == 1


def test_a_deflated_bomb_is_bounded(monkeypatch):
    monkeypatch.setattr("storage.media.dicom_tags._HEAD", 1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"\0" * (8 << 20)) + packer.flush()
    data = b"\0" * 128 + b"DICM" + b"\x02\0\x10\0UI\x16\x001.2.840.10008.1.2.1.99" + packed
    with pytest.raises(Malformed, match="256 MB"):
        find_elements(lambda offset, n: data[offset : offset + n], len(data), {})


def test_pipes_devices_and_loops_are_not_waited_for(tmp_path):
    import os

    phantoms.series(tmp_path, n=2)
    if hasattr(os, "mkfifo"):
        for name in ("pipe", "pipe.zip", "pipe.dcm.gz"):
            os.mkfifo(tmp_path / name)
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    result = scan([tmp_path])
    assert [s.index.slices for s in result.series] == [2]


def test_cancelling_ends_it(tmp_path):
    phantoms.series(tmp_path, n=2)
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        scan([tmp_path], progress=progress)


def test_the_same_file_by_two_ways_is_one(tmp_path):
    phantoms.series(tmp_path / "p", n=2)
    found = find_candidates([tmp_path, tmp_path / "p", tmp_path / "p" / "I0"], None, Progress())
    assert len(found.files) == 2


def test_errors_are_plain_enough_for_another_process():
    import pickle

    error = pickle.loads(pickle.dumps(BadInput("why", remedy="what", input="which")))
    assert (error.reason, error.remedy, error.input) == ("why", "what", "which")
