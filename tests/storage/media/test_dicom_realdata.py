"""Real series and pydicom's own test files: the right millimetre by dcm2niix's and the headers' word; never a crash."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_files

from storage.media.dicom import scan
from storage.media.dicom_quiet import pydicom_quiet
from storage.media.nifti import probe_nifti
from storage.model.space import LPS_RAS
from tests.conftest import REAL_DATA
from tests.support import phantoms
from tests.support.series_read import only, stored, volume


def by_dcm2niix(folder: Path, out: Path) -> list[Path]:
    """Its NIfTI files, without lossy repairs: no tilt correction is chosen by name."""
    tool = shutil.which("dcm2niix")
    if tool is None:
        pytest.skip("dcm2niix is not installed")
    out.mkdir()
    subprocess.run([tool, "-z", "n", "-f", "%s_%e", "-o", str(out), str(folder)], check=True, capture_output=True, timeout=300)
    return sorted(out.glob("*.nii"))


def numbers(path: Path) -> np.ndarray:
    """[time, slice, row, column] as stored."""
    _, _, header = probe_nifti(path)
    count = header.data_bytes // np.dtype(header.dtype).itemsize
    data = np.frombuffer(path.read_bytes(), header.dtype, count, header.offset)
    return data.reshape(header.times, header.slices, header.rows, header.columns)


def agrees_voxel_by_voxel(series, path: Path, ours: np.ndarray | None = None) -> None:
    """Both through the millimetre: each voxel of ours lies, by our geometry and their affine, on one of theirs."""
    ours, theirs = volume(series) if ours is None else ours, numbers(path)
    _, geometry, _ = probe_nifti(path)
    assert ours.shape == theirs.shape
    k, row, column = np.meshgrid(*(np.arange(n) for n in ours.shape[1:]), indexing="ij")
    place = series.geometry.to_mm(column, row, k)
    found = np.stack(geometry.to_voxel(place))
    nearest = np.rint(found).astype(int)
    assert np.abs(found - nearest).max() < 0.02
    for time in range(len(ours)):
        assert np.array_equal(ours[time], theirs[time][nearest[2], nearest[1], nearest[0]])


@pytest.mark.parametrize("orientation", sorted(phantoms.ORIENTATIONS))
@pytest.mark.parametrize("write", [phantoms.series, phantoms.enhanced], ids=["classic", "enhanced"])
def test_dcm2niix_puts_every_voxel_of_a_phantom_where_we_do(tmp_path, orientation, write):
    write(tmp_path / "in" if write is phantoms.series else ready(tmp_path / "in") / "x", orientation=orientation, n=7)
    (path,) = by_dcm2niix(tmp_path / "in", tmp_path / "out")
    agrees_voxel_by_voxel(only(tmp_path / "in"), path)


def ready(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["ct-phantom", "mr-4d"])
def test_dcm2niix_puts_every_voxel_of_real_series_where_we_do(tmp_path, name):
    (path,) = by_dcm2niix(REAL_DATA / name, tmp_path / "out")
    agrees_voxel_by_voxel(only_series(REAL_DATA / name), path)


def only_series(folder: Path):
    (series,) = scan([folder]).series
    return series


@pytest.mark.realdata
def test_the_order_of_times_is_that_of_the_reference():
    series = only_series(REAL_DATA / "mr-4d")
    (reference,) = (REAL_DATA / "mr-4d").rglob("*.nii*")
    agrees_voxel_by_voxel(series, reference)


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["ct-phantom", "ct-tilt", "mr-4d"])
def test_every_voxel_of_real_series_lies_where_its_header_says(name):
    series = only_series(REAL_DATA / name)
    index, geometry = series.index, series.geometry
    rows, columns = np.meshgrid(np.arange(0, geometry.rows, 7), np.arange(0, geometry.columns, 11), indexing="ij")
    for n in range(len(index)):
        ds = pydicom.dcmread(series.files[int(index.file[n])])
        position, iop = np.array(ds.ImagePositionPatient, float), np.array(ds.ImageOrientationPatient, float)
        down, across = (float(v) for v in ds.PixelSpacing)
        place = position + iop[:3] * across * columns[..., None] + iop[3:] * down * rows[..., None]
        column, row, k = geometry.to_voxel(place)
        assert np.abs(k - index.place(n)[1]).max() < 1e-4
        at = np.rint(row).astype(int), np.rint(column).astype(int)
        assert np.array_equal(stored(series, n)[at], ds.pixel_array[rows, columns])
        assert (index.slope[n], index.intercept[n]) == (float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0)))
        assert index.sop_uid(n) == ds.SOPInstanceUID


@pytest.mark.realdata
def test_the_corners_of_the_tilted_ct_are_right():
    series = only_series(REAL_DATA / "ct-tilt")
    assert series.geometry.regular and series.geometry.tilt_deg == pytest.approx(18.5, abs=0.01)
    for k, n in ((0, 0), (-1, len(series.index) - 1)):
        ds = pydicom.dcmread(series.files[int(series.index.file[n])], stop_before_pixels=True)
        position, iop = np.array(ds.ImagePositionPatient, float), np.array(ds.ImageOrientationPatient, float)
        for i in (0, 511):
            for j in (0, 511):
                wanted = position + iop[:3] * float(ds.PixelSpacing[1]) * i + iop[3:] * float(ds.PixelSpacing[0]) * j
                by_affine = (series.geometry.affine @ [i, j, k % 54, 1])[:3]
                assert np.abs(by_affine - wanted).max() < 0.01
                assert (
                    np.abs(series.geometry.to_mm(i, j, k % 54) - wanted).max() < 1e-4
                )  # directions of a few digits, made of length one


@pytest.mark.realdata
def test_all_real_files_get_an_answer():
    result = scan([REAL_DATA])
    assert len(result.series) >= 18
    assert {f.kind for f in result.labels_found} >= {"SEG", "RTSTRUCT", "SR"}
    assert all("report" not in e.remedy for e in result.refused)
    known = {s.series_uid for s in result.series}
    assert sum(bool(known & set(f.refers_to)) for f in result.labels_found) >= 10


def test_all_of_pydicoms_files_get_an_answer():
    """Those with an image and the six tags come in; every other one says why not."""
    paths = [Path(p) for p in get_testdata_files() if Path(p).is_file()]
    result = scan(paths)
    taken = {p for s in result.series for p in s.files}
    answered = {e.input for e in result.refused} | {str(f.path) for f in result.labels_found} | {str(p) for p in taken}
    for path in paths:
        if path.suffix in (".zip", ".gz") or path.name == "DICOMDIR" or str(path) in answered:
            continue
        assert any("left out" in w for s in result.series for w in s.warnings), path
    assert len(taken) > 60
    assert all(e.reason and e.remedy and "report" not in e.remedy for e in result.refused)
    for path in taken:
        with pydicom_quiet():
            ds = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        series = next(s for s in result.series if path in s.files)
        form = series.index.formats[0]
        assert (ds.Rows, ds.Columns) == (form.rows, form.columns)


def test_native_pixels_of_pydicoms_files_are_those_pydicom_reads():
    checked = 0
    for name in (n for n in get_testdata_files() if Path(n).is_file()):
        result = scan([Path(name)])
        for series in result.series:
            form = series.index.formats[0]
            if (
                "Little" not in pydicom.uid.UID(form.transfer_syntax).name
                and "Big" not in pydicom.uid.UID(form.transfer_syntax).name
            ):
                continue
            if form.bits_allocated == 8 and "Big" in pydicom.uid.UID(form.transfer_syntax).name:
                continue  # bytes swapped in words: the decoder puts them right
            if form.bits_allocated == 1 or form.number != "int" or form.planar or form.photometric.startswith("YBR"):
                continue
            with pydicom_quiet():
                wanted = pydicom.dcmread(series.files[0], force=True)
                count = str(wanted.get("NumberOfFrames") or 1)
                if not wanted.file_meta.get("TransferSyntaxUID") or not count.isdigit():
                    continue
                array = wanted.pixel_array if int(count) > 1 else wanted.pixel_array[None]
            for n in range(len(series.index)):
                number = max(0, int(series.index.frame_number[n]) - 1)
                assert np.array_equal(stored(series, n), array[number]), name
                checked += 1
    assert checked > 40


def test_sides_agree_with_the_matrix_of_the_whole_volume(tmp_path):
    """RAS by the two routes: our geometry, and the NIfTI written from its affine."""
    phantom = phantoms.series(tmp_path / "in", orientation="oblique", tilt=9)
    geometry = only(tmp_path / "in").geometry
    path = phantoms.nifti(tmp_path / "a.nii", phantom.volume, LPS_RAS @ geometry.affine)
    _, back, _ = probe_nifti(path)
    assert np.abs(back.to_mm(19, 15, 5) - phantom.lps(5, 15, 19)).max() < 1e-3


@pytest.mark.realdata
@pytest.mark.parametrize("size", ["24x38x3", "23x38x3"])
def test_one_enhanced_file_is_the_volume_that_its_slices_are(size):
    found = {s.title: s for s in scan([REAL_DATA / "seg"]).series}
    one, many = found[f"Multiframe image {size}"], found[f"Image {size}"]
    assert np.array_equal(volume(one), volume(many))
    assert np.abs(one.geometry.origins - many.geometry.origins).max() < 1e-9
    assert one.index.voi_of(0) == many.index.voi_of(0)
