"""What is made of one header and used again for the next ones: never of another header than its own."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from storage.media.dicom import read_file
from storage.media.dicom_values import Remembered, Values
from tests.support import phantoms

CHANGES: dict[str, Callable[[Dataset], None]] = {
    "as it is": lambda ds: None,
    "patient": lambda ds: setattr(ds, "PatientName", "Other^Person"),
    "alphabet": lambda ds: (setattr(ds, "SpecificCharacterSet", "ISO_IR 192"), setattr(ds, "PatientName", "Ærø^Ñ")),
    "another alphabet": lambda ds: (setattr(ds, "SpecificCharacterSet", "ISO_IR 100"), setattr(ds, "PatientName", "Ærø^Ñ")),
    "no description": lambda ds: ds.__delattr__("SeriesDescription"),
    "empty description": lambda ds: setattr(ds, "SeriesDescription", ""),
    "bits": lambda ds: setattr(ds, "BitsStored", 10),
    "padding": lambda ds: ds.add_new(0x00280120, "US", 3),
    "signed": lambda ds: setattr(ds, "PixelRepresentation", 1),
    "inverted": lambda ds: setattr(ds, "PhotometricInterpretation", "MONOCHROME1"),
    "place": lambda ds: setattr(ds, "ImagePositionPatient", [1, 2, 3.5]),
    "no place": lambda ds: ds.__delattr__("ImagePositionPatient"),
    "turned": lambda ds: setattr(ds, "ImageOrientationPatient", [0, 1, 0, 0, 0, 1]),
    "spacing": lambda ds: setattr(ds, "PixelSpacing", [2, 3]),
    "rescale": lambda ds: setattr(ds, "RescaleSlope", 2.5),
    "window": lambda ds: (setattr(ds, "WindowCenter", [1, 2]), setattr(ds, "WindowWidth", [3, 4])),
    "echo": lambda ds: setattr(ds, "EchoTime", 12.5),
    "acquisition": lambda ds: setattr(ds, "AcquisitionNumber", 9),
    "time": lambda ds: setattr(ds, "ContentTime", "101112"),
    "kernel": lambda ds: setattr(ds, "ConvolutionKernel", "B70f"),
}  # fmt: skip


@pytest.fixture
def files(tmp_path) -> list[Path]:
    (first,) = phantoms.series(tmp_path / "in", n=1).files
    made = []
    for n, change in enumerate(CHANGES.values()):
        ds = pydicom.dcmread(first)
        change(ds)
        for explicit in (True, False):
            made.append(tmp_path / f"{n}-{explicit}")
            syntax = pydicom.uid.ExplicitVRLittleEndian if explicit else pydicom.uid.ImplicitVRLittleEndian
            ds.file_meta.TransferSyntaxUID = syntax
            ds.save_as(made[-1], implicit_vr=not explicit, little_endian=True)
    return made


def test_heads_are_the_same_in_whatever_order_files_are_read(files, monkeypatch):
    dice = random.Random(1)
    found = []
    for _ in range(6):
        dice.shuffle(files)
        found += [(path, read_file(path)) for path in files for _ in range(2)]
    monkeypatch.setattr(Remembered, "__call__", lambda self, *given: self._make(*given))
    alone = {path: read_file(path) for path in files}
    assert all(head == alone[path] for path, head in found)
    assert len({repr((h.facts, h.keys, h.format, h.vois, h.frames)) for h in alone.values()}) == len(files)


def test_it_is_made_again_for_what_was_looked_at_and_nothing_else():
    calls = []

    @Remembered
    def made(values: Values, more: int) -> str:
        calls.append(more)
        return values.code(1) + values.item(2).code(3) + ("" if 4 in values else "none")

    assert made(Values({1: b"a", 2: [{3: b"b"}], 9: b"x"}), 0) == "abnone"
    assert made(Values({1: b"a", 2: [{3: b"b"}], 9: b"y"}), 0) == "abnone"
    assert calls == [0]
    assert made(Values({1: b"a", 2: [{3: b"b"}], 4: b""}), 0) == "ab"
    assert made(Values({1: b"a", 2: [{3: b"c"}], 4: b""}), 0) == "ac"
    assert made(Values({2: [{3: b"c"}], 4: b""}), 0) == "c"
    assert made(Values({2: [{3: b"c"}], 4: b""}), 1) == "c"
    assert made(Values({2: [{3: b"c"}], 4: b""}, little=False), 1) == "c"
    assert len(calls) == 6
