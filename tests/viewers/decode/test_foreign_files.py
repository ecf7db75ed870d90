"""pydicom's own test files and the real ones: what DCMTK, GDCM or imagecodecs can decode opens, the rest is refused by reason."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread, dcmwrite
from pydicom.data import get_testdata_file
from pydicom.errors import InvalidDicomError
from pydicom.pixels import pixel_array
from pydicom.uid import generate_uid

from tests.conftest import ROOT, need

_NEEDED = {"StudyInstanceUID": "", "SeriesInstanceUID": "", "SOPInstanceUID": "", "PatientID": "P-1"}


def open_all(paths: list[Path], folder: Path, seconds: float = 240) -> dict[str, dict]:
    """What came of each file, opened in a process that may neither crash nor hang."""
    command = [sys.executable, "-m", "tests.support.open_all", str(folder), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, cwd=ROOT)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"ended at {lines[-1:]}: {done.stderr[-2000:]}"
    return {one["file"]: two for one, two in zip(lines[::2], lines[1::2], strict=True)}


def completed(path: Path, folder: Path) -> Path:
    """A copy that has the names a series must have; its pixels are the same bytes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ds = dcmread(path)
        except (InvalidDicomError, OSError, ValueError):
            return path
        missing = [name for name in _NEEDED if not ds.get(name) and not (name == "PatientID" and name in ds)]
        if not missing or "PixelData" not in ds or "TransferSyntaxUID" not in ds.file_meta:
            return path
        for name in missing:
            setattr(ds, name, _NEEDED[name] or generate_uid())
        copy = folder / path.name
        dcmwrite(copy, ds, enforce_file_format=False)
    return copy


def by_others(path: Path, folder: Path) -> bool:
    """Whether DCMTK or GDCM (through SimpleITK) make a picture of it."""
    out = folder / "by-others.pnm"
    for program in ("dcmj2pnm", "dcml2pnm"):
        out.unlink(missing_ok=True)
        done = subprocess.run([need(program), str(path), str(out)], capture_output=True, timeout=300)
        if done.returncode == 0 and out.exists():
            return True
    return subprocess.run([sys.executable, "-c", _BY_GDCM, str(path)], capture_output=True, timeout=300).returncode == 0


_BY_GDCM = """
import sys, SimpleITK
reader = SimpleITK.ImageFileReader(); reader.SetImageIO("GDCMImageIO"); reader.SetFileName(sys.argv[1]); reader.Execute()
"""


def _test_files() -> list[Path]:
    folder = Path(get_testdata_file("CT_small.dcm")).parent
    return sorted(p for p in folder.glob("*.dcm") if p.is_file())


def test_all_of_pydicoms_files_open_or_are_refused_by_reason(tmp_path):
    copies = tmp_path / "copies"
    copies.mkdir()
    paths = [completed(path, copies) for path in _test_files()]
    said = open_all(paths, tmp_path)
    assert len(said) > 70
    for path in paths:
        came = said[str(path)]
        if "refused" in came:
            assert came["refused"] and all(len(reason) > 5 for reason in came["refused"]), path.name
            assert "PixelData" not in _tags(path) or not by_others(path, tmp_path), f"{path.name}: {came['refused']}"
        elif "shape" in came:
            _check_values(path, tmp_path)
    assert sum("shape" in came for came in said.values()) > 55


def _tags(path: Path) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = dcmread(path, force=True)
        return [e.keyword for e in ds] if ds.get("Rows") else []


def _check_values(path: Path, folder: Path) -> None:
    """Against pydicom, where it can decode the file: it keeps stored values."""
    ours = np.load(folder / f"{path.name}.npy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = dcmread(path, force=True)
        try:
            theirs = pixel_array(ds)
        except Exception:
            return
    if ds.get("SamplesPerPixel") == 3 and ds.BitsStored > 8:
        theirs = theirs >> (ds.BitsStored - 8)
    theirs = theirs.reshape(ours.shape)
    assert np.abs(ours.astype(np.float64) - theirs).max() <= 1, path.name


@pytest.mark.realdata
def test_all_real_files_open_or_are_refused_by_reason(real_data, tmp_path):
    folders = ("ct-phantom", "ct-tilt", "transfer-syntaxes/In", "bits-12/In", "seg", "rtstruct")
    files = [p for folder in folders for p in sorted((real_data / folder).rglob("*")) if p.is_file()]
    some = [p for n, p in enumerate(files) if p.parent.name not in ("ct-phantom", "ct-tilt") or n % 9 == 0]
    some += sorted((real_data / "mr-4d").rglob("*.dcm"))[::30]
    said = open_all(some, tmp_path)
    assert all(came["refused"] and len(came["refused"][0]) > 5 for came in said.values() if "refused" in came)
    assert sum("shape" in came for came in said.values()) >= 30


@pytest.mark.parametrize("seed", range(3))
def test_damaged_files_neither_crash_nor_hang(tmp_path, seed):
    """Bytes turned over anywhere in files of every kind of compression."""
    dice = np.random.default_rng(seed)
    names = ("JPGExtended.dcm", "SC_rgb_jpeg_gdcm.dcm", "MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm",
             "MR_small_RLE.dcm", "SC_rgb_rle_2frame.dcm", "examples_ybr_color.dcm", "rtdose_rle.dcm", "image_dfl.dcm",
             "liver_1frame.dcm", "examples_palette.dcm", "SC_rgb_jpeg_dcmtk.dcm")  # fmt: skip
    paths = []
    for name in names:
        data = bytearray(Path(get_testdata_file(name)).read_bytes())
        for n in range(4):
            broken = bytearray(data)
            for at in dice.integers(200, len(data), 1 + 12 * n):
                broken[at] = dice.integers(256)
            if n == 3:
                broken = broken[: dice.integers(1000, len(broken))]
            paths.append(tmp_path / f"{n} {name}")
            paths[-1].write_bytes(broken)
    said = open_all(paths, tmp_path)
    assert len(said) == len(paths)
    assert all("shape" in came or "labels" in came or came["refused"] for came in said.values())
