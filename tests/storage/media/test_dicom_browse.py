"""The header as a person reads it: what pydicom reads, in bounds that no file can leave."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import pydicom
import pytest

from storage.errors import BadInput
from storage.media import dicom_browse
from storage.media.dicom_browse import browse
from tests.support import phantoms

FILES = Path(pydicom.__file__).parent / "data" / "test_files"
NAMES = (
    "CT_small.dcm",
    "MR_small_bigendian.dcm",
    "rtdose_rle.dcm",
    "image_dfl.dcm",
    "reportsi.dcm",
    "UN_sequence.dcm",
    "rtplan.dcm",
    "meta_missing_tsyntax.dcm",
)


def words(element: pydicom.DataElement) -> str:
    value = element.value
    return "\\".join(map(str, value)) if isinstance(value, (list, pydicom.multival.MultiValue)) else str(value)


def same(shown: str, value: str) -> bool:
    try:
        return [float(v) for v in shown.split("\\")] == pytest.approx([float(v) for v in value.split("\\")], rel=1e-6)
    except ValueError:
        return shown.split() == value[: dicom_browse._LONGEST].split() or shown.endswith("…")


@pytest.mark.parametrize("name", NAMES)
def test_every_element_has_the_name_and_the_value_that_pydicom_reads(name):
    path = FILES / name
    rows = {tag: (title, value) for tag, title, value in browse(path) if not tag.startswith(" ")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True)
        elements = [*dataset.file_meta, *dataset]
    assert len(rows) == len(elements)
    for element in elements:
        title, value = rows[f"({element.tag.group:04X},{element.tag.element:04X})"]
        assert title == element.name.removeprefix("[").removesuffix("]") or element.tag.is_private
        if element.VR == "SQ":
            assert value.startswith(f"{len(element.value)} item")
        elif isinstance(element.value, bytes):
            assert value == f"{len(element.value):,} bytes"
        elif element.value is not None:
            assert same(value, words(element)), element.tag


def test_what_lies_in_sequences_is_indented_and_of_many_items_the_first_are_shown(tmp_path):
    path = phantoms.enhanced(tmp_path / "e", n=30, rows=4, cols=4).files[0]
    rows = browse(path)
    place = next(n for n, row in enumerate(rows) if row[0] == "(5200,9230)")
    assert rows[place][1:] == ("Per-Frame Functional Groups Sequence", "30 items")
    positions = [row for row in rows if row[1] == "Image Position (Patient)"]
    assert len(positions) == 8
    assert positions[0][0] == "    (0020,0032)"


def harmed(tmp_path: Path, extra: bytes) -> Path:
    path = phantoms.series(tmp_path, n=1, rows=4, cols=4).files[0]
    data = path.read_bytes()
    at = data.find(b"\x10\0\x10\0PN")
    path.write_bytes(data[:at] + extra + data[at:])
    return path


def nested(depth: int, *, told: bool) -> bytes:
    body = b""
    for _ in range(depth):
        if told:
            item = b"\xfe\xff\0\xe0" + struct.pack("<I", len(body)) + body
            body = b"\x08\0\x15\x11SQ\0\0" + struct.pack("<I", len(item)) + item
        else:
            ends = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
            body = b"\x08\0\x15\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff" + body + ends
    return body


def test_sequences_without_end_are_a_sentence(tmp_path):
    with pytest.raises(BadInput, match="nested"):
        browse(harmed(tmp_path, nested(10_000, told=False)))


def test_what_is_nested_deeply_is_stepped_over(tmp_path):
    rows = browse(harmed(tmp_path, nested(5000, told=True)))
    assert ("      (0008,1115)", "Referenced Series Sequence", "1 item") in rows
    assert any(name == "Patient's Name" for _, name, _ in rows)


def test_a_header_of_very_many_elements_ends_with_a_sign(tmp_path, monkeypatch):
    monkeypatch.setattr(dicom_browse, "_MOST_ROWS", 500)
    many = b"".join(b"\x09\0" + struct.pack("<H", 0x1000 + k) + b"LO\x02\0ab" for k in range(2000))
    rows = browse(harmed(tmp_path, many))
    assert len(rows) < 520
    assert rows[-1][2] == "There is more than can be shown."


def test_a_long_value_is_shown_by_its_beginning(tmp_path):
    rows = browse(harmed(tmp_path, b"\x09\0\x10\x10LT\x20\x4e" + b"x" * 20_000))
    shown = next(value for tag, _, value in rows if tag == "(0009,1010)")
    assert shown == "x" * 400 + "…"


def test_a_value_that_contradicts_its_type_stops_nothing(tmp_path):
    rows = browse(harmed(tmp_path, b"\x09\0\x10\x10US\x03\0abc" + b"\x09\0\x11\x10DS\x04\0\xff\x00\x1bz"))
    assert any(name == "Patient's Name" for _, name, _ in rows)


def test_a_file_that_is_gone_is_a_sentence(tmp_path):
    with pytest.raises(BadInput, match="cannot be opened"):
        browse(tmp_path / "gone.dcm")
