"""Slices as pictures: for the command line, lists and whoever wants frames."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from storage.errors import BadInput, Cancelled
from storage.media.source import FileSource
from tests.support import phantoms
from tests.support.volumes import apart, by_dcmtk, facts_of, found, opened
from viewers.decode import frame_png, open_media
from viewers.decode.request import PixelKind, Request
from viewers.decode.thumbs import render, render_volume


def test_a_series_is_opened_by_what_the_catalog_keeps(tmp_path):
    made = phantoms.series(tmp_path / "s", names="shuffled", signed=True)
    (series,) = found(tmp_path / "s")
    decoder = open_media(FileSource(series.files[0]), "dicom_series", facts_of(series), None)
    assert decoder.frames == 6
    facts = decoder.facts(2)
    assert (facts.width, facts.height, facts.kind) == (20, 16, PixelKind.INT16)
    for k in range(6):
        picture = decoder.read(Request(frame=k))
        assert np.array_equal(picture.array, made.volume[k])
        assert not picture.array.flags.writeable
    part = decoder.read(Request(frame=3, region=(4, 2, 5, 6)))
    assert np.array_equal(part.array, made.volume[3][2:8, 4:9])
    decoder.cancel(5)
    with pytest.raises(Cancelled):
        decoder.read(Request(generation=5))
    with pytest.raises(BadInput, match="no frame 6"):
        decoder.read(Request(frame=6))
    decoder.close()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.arange(320, dtype=np.uint8).reshape(16, 20), PixelKind.GRAY8),
        (np.arange(320, dtype=np.uint16).reshape(16, 20), PixelKind.GRAY16),
        (np.arange(320, dtype=np.int32).reshape(16, 20), PixelKind.FLOAT32),
        (np.zeros((16, 20, 3), np.uint8), PixelKind.BGRA8),
    ],
)
def test_kinds_of_pixels(tmp_path, values, kind):
    phantoms.series(tmp_path / "s", n=1, values=np.zeros((1, 16, 20)), change=lambda i, ds: _put(ds, values))
    decoder = open_media(FileSource(tmp_path / "s" / "I0"), "dicom_series", {}, None)
    picture = decoder.read(Request())
    assert picture.kind == kind == decoder.facts().kind
    if kind is PixelKind.BGRA8:
        assert (picture.array[..., 3] == 255).all()
    else:
        assert np.array_equal(picture.array, values)
    decoder.close()


def _put(ds: Dataset, values: np.ndarray) -> None:
    phantoms.set_pixels(ds, values, bits_stored=values.dtype.itemsize * 8)


@pytest.mark.parametrize("window", [(40.0, 400.0), (100.0, 50.0), None])
def test_a_frame_of_the_command_line_is_the_picture_of_dcmtk(tmp_path, window):
    made = phantoms.series(tmp_path / "s", windows=((900, 1500),), intercept=-100.0)
    (series,) = found(tmp_path / "s")
    png = frame_png(FileSource(series.files[0]), "dicom_series", facts_of(series), 4, window)
    ours = np.asarray(Image.open(io.BytesIO(png)))
    options = ("+Ww", str(window[0]), str(window[1])) if window else ("+Wi", "1")
    assert ours.dtype == np.uint8
    assert apart(ours, by_dcmtk(made.files[4], tmp_path, *options)) <= 1


def test_without_any_window_nearly_all_values_are_between_black_and_white(tmp_path):
    def change(i, ds):
        del ds.WindowCenter, ds.WindowWidth

    made = phantoms.series(tmp_path / "s", n=1, rows=40, cols=50, change=change)
    png = frame_png(FileSource(made.files[0]), "dicom_series", {}, 0)
    grey = np.asarray(Image.open(io.BytesIO(png)))
    assert (grey.min(), grey.max()) == (0, 255)
    assert len(np.unique(grey)) > 200


def test_a_frame_of_nifti(tmp_path):
    values = np.arange(120, dtype=np.int16).reshape(4, 6, 5)
    path = phantoms.nifti(tmp_path / "v.nii.gz", values, np.eye(4))
    decoder = open_media(FileSource(path), "nifti", {}, None)
    assert decoder.frames == 4
    assert np.array_equal(decoder.read(Request(frame=3)).array, values[3])
    decoder.close()
    png = frame_png(FileSource(path), "nifti", {}, 1, (45.0, 30.0))
    assert np.asarray(Image.open(io.BytesIO(png))).shape == (6, 5)


def test_overlays_are_those_pydicom_reads():
    from pydicom import dcmread

    path = get_testdata_file("examples_overlay.dcm")
    (overlay,) = opened_overlays(path)
    ds = dcmread(path)
    assert np.array_equal(overlay.mask, ds.overlay_array(0x6000).astype(bool))
    assert [overlay.row + 1, overlay.column + 1] == list(ds[0x6000, 0x0050].value)


def opened_overlays(path):
    from pathlib import Path

    frames = opened(Path(path))
    try:
        return frames.overlays(0)
    finally:
        frames.close()


def test_overlays_in_unused_bits_of_the_pixels(tmp_path):
    drawn = np.zeros((16, 20), np.uint16)
    drawn[3:7, 5:9] = 1
    values = np.arange(320, dtype=np.uint16).reshape(16, 20)

    def change(i, ds):
        ds.PixelData = (values | drawn << 12).tobytes()
        ds.BitsStored, ds.HighBit = 12, 11
        for element, vr, value in ((0x10, "US", 16), (0x11, "US", 20), (0x40, "CS", "G"), (0x50, "SS", [1, 1]),
                                   (0x100, "US", 16), (0x102, "US", 12)):  # fmt: skip
            ds.add_new((0x6000, element), vr, value)

    path = phantoms.series(tmp_path / "s", n=1, values=values, change=change).files[0]
    (overlay,) = opened_overlays(path)
    assert np.array_equal(overlay.mask, drawn.astype(bool))
    assert np.array_equal(opened(path).frame(0), values)


# -- small pictures ----------------------------------------------------------------------------------------------------


def picture(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"))


@pytest.mark.parametrize("orientation", [(1, 0, 0, 0, 1, 0), (-1, 0, 0, 0, -1, 0), (1, 0, 0, 0, -1, 0)])
def test_a_thumbnail_lies_as_the_patient_does(tmp_path, orientation):
    """The patient's left to the right, the back below, however the file's rows run."""
    values = np.zeros((1, 64, 64), np.uint16)
    values[0, :32, :32] = 1000  # first rows, first columns
    phantoms.series(tmp_path / "s", n=1, values=values, rows=64, cols=64, orientation=orientation, windows=((500, 1000),))
    small = picture(render(tmp_path / "s" / "I0", 64))
    corners = {(0, 0): small[8, 8], (0, 1): small[8, -8], (1, 0): small[-8, 8], (1, 1): small[-8, -8]}
    bright = max(corners, key=lambda c: int(corners[c]))
    assert bright == (int(orientation[4] < 0), int(orientation[0] < 0))


def test_a_thumbnail_is_as_high_as_the_patient(tmp_path):
    phantoms.series(tmp_path / "s", n=1, rows=20, cols=40, spacing=(4.0, 1.0))
    small = Image.open(io.BytesIO(render(tmp_path / "s" / "I0", 128)))
    assert abs(small.width / small.height - 40 / 80) < 0.02


def test_the_thumbnail_of_a_series_is_its_middle_slice(tmp_path):
    values = np.zeros((5, 16, 20), np.uint16)
    values[2] = 1000
    phantoms.series(tmp_path / "s", n=5, values=values, windows=((500, 1000),))
    (series,) = found(tmp_path / "s")
    assert picture(render_volume(FileSource(series.files[0]), "dicom_series", facts_of(series), 64)).min() > 250
    nifti = phantoms.nifti(tmp_path / "v.nii.gz", values, np.eye(4))
    assert picture(render(nifti, 64)).shape == (16, 20)
