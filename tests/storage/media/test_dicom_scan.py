"""DICOM files become series: the right value at the right millimetre, or a warning that says why not."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom.encaps import get_frame
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
    generate_uid,
)

from storage.media.dicom import scan
from storage.media.dicom_index import FrameIndex
from tests.support import phantoms
from tests.support.series_read import frame_bytes, only, titles, volume

NATIVE = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
COMPRESSED = [RLELossless, JPEG2000Lossless, JPEGLSLossless, HTJ2KLossless]


def through_the_millimetre(series, phantom) -> None:
    """Every voxel's place by the standard's words, mapped back by the geometry, holds the voxel's own number."""
    found = volume(series)[0]
    rows, columns = np.meshgrid(np.arange(found.shape[1]), np.arange(found.shape[2]), indexing="ij")
    for k in range(len(found)):
        ds = pydicom.dcmread(phantom.files[k])
        position, iop = np.array(ds.ImagePositionPatient, float), np.array(ds.ImageOrientationPatient, float)
        down, across = (float(v) for v in ds.PixelSpacing)
        lps = position + iop[:3] * across * columns[..., None] + iop[3:] * down * rows[..., None]
        column, row, slice_ = series.geometry.to_voxel(lps)
        assert np.abs(slice_ - k).max() < 1e-6
        at = np.rint(slice_).astype(int), np.rint(row).astype(int), np.rint(column).astype(int)
        assert np.array_equal(found[at], phantom.volume[k])
        assert np.abs(series.geometry.to_mm(columns, rows, k) - lps).max() < 1e-9


@pytest.mark.parametrize("orientation", sorted(phantoms.ORIENTATIONS))
@pytest.mark.parametrize("shape", [{}, {"tilt": 18.5}, {"tilt": -12}, {"spacings": [2, 2, 5, 1, 2]}], ids=str)
def test_every_voxel_lies_where_its_header_says(tmp_path, orientation, shape):
    phantom = phantoms.series(tmp_path, orientation=orientation, names="shuffled", reverse=True, **shape)
    series = only(tmp_path)
    through_the_millimetre(series, phantom)
    assert series.geometry.heights.tolist() == sorted(series.geometry.heights)


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda s: s.name)
def test_all_native_encodings_give_the_same_volume(tmp_path, syntax):
    phantom = phantoms.series(tmp_path, transfer_syntax=syntax, orientation="oblique", tilt=7)
    series = only(tmp_path)
    assert np.array_equal(volume(series)[0], phantom.volume)
    through_the_millimetre(series, phantom)


@pytest.mark.parametrize("syntax", COMPRESSED, ids=lambda s: s.name)
def test_compressed_frames_are_found_where_they_lie(tmp_path, syntax):
    one = phantoms.series(tmp_path / "one", transfer_syntax=syntax, n=3)
    many = phantoms.enhanced(tmp_path / "many", transfer_syntax=syntax, n=5)
    for phantom, folder in ((one, "one"), (many, "many")):
        series = only(tmp_path / folder)
        for n in range(len(series.index)):
            ds = pydicom.dcmread(series.files[int(series.index.file[n])])
            number = int(series.index.frame_number[n])
            count = int(ds.get("NumberOfFrames", 1))
            wanted = get_frame(ds.PixelData, max(0, number - 1), number_of_frames=count)
            assert frame_bytes(series, n) == wanted
        assert np.abs(series.geometry.origins - phantom.origins).max() < 1e-9


def test_names_numbers_and_encodings_change_nothing(tmp_path):
    """One volume written in five ways: the same numbers, places and letters."""
    common = {"orientation": "oblique", "tilt": 10, "spacings": [2, 2, 2.5, 2, 2]}
    phantoms.series(tmp_path / "a", **common)
    phantoms.series(tmp_path / "b", names="uid", reverse=True, **common)
    phantoms.series(tmp_path / "c", names="shuffled", transfer_syntax=ExplicitVRBigEndian, **common)
    phantoms.enhanced(tmp_path / "d", **common)
    phantoms.enhanced(tmp_path / "e", order=[3, 0, 5, 1, 4, 2], **common)
    first, *others = (only(tmp_path / name) for name in "abcde")
    for other in others:
        assert np.array_equal(volume(other), volume(first))
        assert np.abs(other.geometry.origins - first.geometry.origins).max() < 1e-9
        assert np.allclose(other.geometry.row_dir, first.geometry.row_dir, atol=1e-12)


def test_the_index_survives_storage(tmp_path):
    phantoms.series(tmp_path / "a", slope=[1, 2, 3, 4, 5, 6], windows=((40, 400), (300, 1500)), voi_function="SIGMOID")
    index = only(tmp_path / "a").index
    back = FrameIndex.from_bytes(index.to_bytes())
    assert back == index and back.to_bytes() == index.to_bytes()
    assert back.slope.tolist() == [1, 2, 3, 4, 5, 6]
    assert back.voi_of(0).function == "SIGMOID"
    assert [(w.center, w.width) for w in back.voi_of(0).windows] == [(40, 400), (300, 1500)]


# -- what belongs together ---------------------------------------------------------------------------------------------


def test_times_by_their_temporal_position(tmp_path):
    phantom = phantoms.series(tmp_path, times=3, n=4, modality="MR", names="shuffled")
    series = only(tmp_path)
    assert (series.index.times, series.index.slices, series.info.frames) == (3, 4, 12)
    assert np.array_equal(volume(series), phantom.volume)
    assert series.index.time_values == (1, 2, 3) and series.warnings == ()


def test_times_of_an_enhanced_file(tmp_path):
    phantom = phantoms.enhanced(tmp_path / "x", times=3, n=4, order=[7, 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 11])
    series = only(tmp_path / "x")
    assert np.array_equal(volume(series), phantom.volume)


def test_times_that_only_instance_numbers_tell_apart_are_said_to_be_so(tmp_path):
    def forget(i, ds):
        del ds.TemporalPositionIdentifier

    phantom = phantoms.series(tmp_path, times=3, n=4, change=forget)
    series = only(tmp_path)
    assert np.array_equal(volume(series), phantom.volume)
    assert "instance numbers only" in series.warnings[0]


def test_a_time_that_is_not_whole_makes_volumes_of_their_own(tmp_path):
    phantom = phantoms.series(tmp_path, times=3, n=4)
    phantom.files[5].unlink()
    result = scan([tmp_path])
    assert [s.index.slices for s in result.series] == [4, 3, 4]
    assert all("same place" in s.warnings[-1] for s in result.series)
    assert [s.geometry.gaps for s in result.series] == [(), (0,), ()]  # slice 1 of the second time is missing


def test_a_series_is_split_by_what_cannot_lie_in_one_volume(tmp_path):
    one = {"series_uid": generate_uid(), "study_uid": generate_uid()}
    phantoms.series(tmp_path / "axial", **one, n=3)
    phantoms.series(tmp_path / "sagittal", **one, n=2, orientation="sagittal")
    phantoms.series(tmp_path / "matrix", **one, n=2, rows=10)
    phantoms.series(tmp_path / "type", **one, n=1, change=image_type("ORIGINAL", "PRIMARY", "LOCALIZER"))
    phantoms.series(tmp_path / "echo", **one, n=2, change=echo(2, 40.0))
    phantoms.series(tmp_path / "spacing", **one, n=2, spacing=(0.7, 0.6))
    result = scan([tmp_path])
    assert sorted(s.index.slices for s in result.series) == [1, 2, 2, 2, 2, 3]
    assert len(set(titles(result))) == 6
    assert any("sagittal" in t for t in titles(result)) and any("40 ms" in t for t in titles(result))


def image_type(*words):
    return lambda i, ds: setattr(ds, "ImageType", list(words))


def echo(number, time):
    def change(i, ds):
        ds.EchoNumbers, ds.EchoTime = number, time

    return change


def test_two_patients_and_studies_stay_apart_and_in_order(tmp_path):
    phantoms.series(tmp_path / "b", n=2, change=lambda i, ds: setattr(ds, "PatientID", "P-2"))
    phantoms.series(tmp_path / "a", n=3)
    assert [(s.patient_id, s.index.slices) for s in scan([tmp_path]).series] == [("P-1", 3), ("P-2", 2)]
