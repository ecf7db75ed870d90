"""From stored values to greys: by the letter of the standard, and as DCMTK has it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.support import phantoms
from tests.support.volumes import apart, by_dcmtk, decoder_of, found, frames_of, opened
from viewers.decode import voi
from viewers.decode.slices import SliceDecoder
from viewers.decode.voi import Look, Window

RAMP = np.linspace(0, 4095, 64 * 80).astype(np.uint16).reshape(64, 80)


def picture(folder: Path, values: np.ndarray = RAMP, **more) -> Path:
    made = phantoms.series(folder, n=1, rows=values.shape[0], cols=values.shape[1], values=values, **more)
    return made.files[0]


def shown(path: Path, window: Window | None = None) -> np.ndarray:
    decoder = decoder_of(path)
    try:
        return decoder.shown(0, window)
    finally:
        decoder.close()


def lut_item(values: np.ndarray, first: int, bits: int = 16, explanation: str = "") -> Dataset:
    item = Dataset()
    item.add_new(0x00283002, "US" if first >= 0 else "SS", [len(values) % 65536, first, bits])
    item.add_new(0x00283006, "OW", values.astype("<u2").tobytes())
    if explanation:
        item.LUTExplanation = explanation
    return item


@pytest.mark.parametrize(
    "window", [(2048, 4096), (1000.5, 300), (40, 400), (2000, 1), (2000, 2), (3000.25, 777.7), (-500, 200)]
)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_window_shows_the_greys_that_dcmtk_shows(tmp_path, window, photometric):
    path = picture(tmp_path / "s", photometric=photometric, windows=(window,), slope=1.0, intercept=-1024.0)
    assert apart(shown(path), by_dcmtk(path, tmp_path, "+Wi", "1")) <= 1
    assert apart(shown(path, Window(*window)), by_dcmtk(path, tmp_path, "+Ww", *map(str, window))) <= 1


@pytest.mark.parametrize("windows", [((40, -400),), ((40, 0),), ((40, 0), (50, 400))])
def test_a_window_without_width_is_as_if_the_file_had_none(tmp_path, windows):
    path = picture(tmp_path / "s", windows=windows)
    meant = [window for window in windows if window[1] > 0]
    frames = opened(path)
    assert [(w.center, w.width) for w in frames.proposals(0).windows] == meant
    look = frames.look(0)
    assert (look.voi is None) == (not meant)


@pytest.mark.parametrize("slope", [1.0, 0.5, 2.25, -1.0])
def test_signed_values_with_a_slope_are_windowed_in_modality_values(tmp_path, slope):
    values = (RAMP.astype(int) - 2048).astype(np.int16)
    path = picture(tmp_path / "s", values, slope=slope, intercept=100.0, windows=((60, 700),))
    # A wide window: DCMTK cuts the fractions of modality values off before it windows them.
    assert apart(shown(path), by_dcmtk(path, tmp_path, "+Wi", "1")) <= 1


def test_a_sigmoid_is_that_of_dcmtk(tmp_path):
    path = picture(tmp_path / "s", windows=((2000, 900),), voi_function="SIGMOID")
    assert apart(shown(path), by_dcmtk(path, tmp_path, "+Wi", "1")) <= 1


def test_linear_exact_is_the_formula_of_the_standard(tmp_path):
    path = picture(tmp_path / "s", windows=((2000, 901),), voi_function="LINEAR_EXACT")
    x = RAMP.astype(float)
    wanted = np.where(x <= 2000 - 450.5, 0, np.where(x > 2000 + 450.5, 255, ((x - 2000) / 901 + 0.5) * 255))
    assert np.abs(shown(path) - wanted).max() <= 0.5 + 1e-9


@pytest.mark.parametrize(("entries", "first", "bits"), [(4096, 0, 16), (1000, 1500, 16), (256, 100, 8), (2048, 1024, 12)])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_voi_lut_is_that_of_dcmtk(tmp_path, entries, first, bits, photometric):
    curve = (np.linspace(0, 1, entries) ** 2.2 * ((1 << bits) - 1)).astype(np.uint16)

    def change(i, ds):
        ds.VOILUTSequence = Sequence([lut_item(curve, first, bits, "Gamma"), lut_item(curve[::-1], first, bits)])
        del ds.WindowCenter, ds.WindowWidth, ds.RescaleSlope, ds.RescaleIntercept

    path = picture(tmp_path / "s", photometric=photometric, change=change, bits_stored=12)
    assert apart(shown(path), by_dcmtk(path, tmp_path, "+Wl", "1")) <= 1
    (series,) = found(path)
    frames = frames_of(series)
    second = frames.look(0, frames.proposals(0).luts[1])
    assert apart(voi.apply(frames.frame(0), second), by_dcmtk(path, tmp_path, "+Wl", "2")) <= 1


def test_a_modality_lut_stands_in_place_of_slope_and_intercept(tmp_path):
    curve = (np.sqrt(np.linspace(0, 1, 2000)) * 3000).astype(np.uint16)

    def change(i, ds):
        item = lut_item(curve, 700)
        item.ModalityLUTType = "US"
        ds.ModalityLUTSequence = Sequence([item])
        del ds.RescaleSlope, ds.RescaleIntercept

    path = picture(tmp_path / "s", change=change, bits_stored=12, windows=((1500, 2000),))
    assert apart(shown(path), by_dcmtk(path, tmp_path, "+Wi", "1")) <= 1
    frames = decoder_of(path).volume
    values = frames.modality(0, np.array([[0, 700, 701, 2699, 4095]], np.uint16))
    assert values.tolist() == [[curve[0], curve[0], curve[1], curve[1999], curve[1999]]]


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("shape", ["IDENTITY", "INVERSE", ""])
def test_black_and_white_are_turned_as_dcmtk_turns_them(tmp_path, photometric, shape):
    """Once, whatever says so; where the two disagree the shape has the last word."""

    def change(i, ds):
        if shape:
            ds.PresentationLUTShape = shape

    path = picture(tmp_path / "s", photometric=photometric, change=change, windows=((2048, 4096),))
    turned = (shape or ("INVERSE" if photometric == "MONOCHROME1" else "IDENTITY")) == "INVERSE"
    greys = shown(path)
    assert (greys[0, 0], greys[-1, -1]) == ((255, 0) if turned else (0, 255))
    assert apart(greys, by_dcmtk(path, tmp_path, "+Wi", "1")) <= 1


def test_colours_are_not_turned_by_what_is_said_of_greys(tmp_path):
    values = np.random.default_rng(1).integers(0, 256, (16, 20, 3)).astype(np.uint8)

    def change(i, ds):
        phantoms.set_pixels(ds, values, bits_stored=8)
        ds.PresentationLUTShape = "INVERSE"

    assert np.array_equal(shown(picture(tmp_path / "s", RAMP[:16, :20], change=change)), values)


def test_padding_is_darkest_in_either_polarity_and_no_part_of_an_automatic_window(tmp_path):
    values = np.full((16, 20), 500, np.int16)
    values[:, 10:] = 900
    values[:4] = -2000

    def change(i, ds):
        ds.add_new(0x00280120, "SS", -2000)
        del ds.WindowCenter, ds.WindowWidth

    for photometric in ("MONOCHROME1", "MONOCHROME2"):
        path = picture(tmp_path / photometric, values, photometric=photometric, change=change)
        greys = shown(path)
        assert not greys[:4].any()
        assert {int(v) for v in np.unique(greys[4:])} == {0, 255}


def test_a_range_of_padding_values_is_left_out(tmp_path):
    values = np.arange(320, dtype=np.uint16).reshape(16, 20)

    def change(i, ds):
        ds.add_new(0x00280120, "US", 319)
        ds.add_new(0x00280121, "US", 300)

    path = picture(tmp_path / "s", values, change=change, windows=((100, 50),))
    greys = shown(path).reshape(-1)
    assert not greys[300:].any() and greys[299] == 255


def test_palettes_show_the_colours_that_dcmtk_shows(tmp_path):
    values = np.arange(320, dtype=np.uint8).reshape(16, 20)
    rng = np.random.default_rng(3)

    def change(i, ds):
        ds.PhotometricInterpretation = "PALETTE COLOR"
        for name in ("Red", "Green", "Blue"):
            setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
            setattr(ds, f"{name}PaletteColorLookupTableData", rng.integers(0, 65536, 256).astype("<u2").tobytes())
        del ds.WindowCenter, ds.WindowWidth, ds.RescaleSlope, ds.RescaleIntercept

    path = picture(tmp_path / "s", values, change=change, bits_stored=8)
    assert shown(path).shape == (16, 20, 3)
    assert apart(shown(path), by_dcmtk(path, tmp_path)) <= 1


def test_a_slice_is_shown_with_its_own_slope(tmp_path):
    values = np.full((3, 16, 20), 100, np.uint16)
    made = phantoms.series(tmp_path / "s", n=3, slope=(1.0, 2.0, 4.0), windows=((500, 1000),), values=values)
    decoder = decoder_of(tmp_path / "s")
    greys = [decoder.shown(k) for k in range(3)]
    assert greys[0][0, 0] < greys[1][0, 0] < greys[2][0, 0]
    for ours, path in zip(greys, made.files, strict=True):
        assert apart(ours, by_dcmtk(path, tmp_path, "+Wi", "1")) <= 1


@pytest.mark.realdata
@pytest.mark.parametrize(
    "folder", ["ct-phantom", "ct-tilt", "mr-4d", "transfer-syntaxes/In", "bits-12/In", "seg/dcmqi/ct-3slice"]
)
def test_every_window_of_real_series_shows_what_dcmtk_shows(real_data, tmp_path, folder):
    checked = 0
    for series in found(real_data / folder):
        frames = frames_of(series)
        decoder = SliceDecoder(frames)
        for frame in range(0, len(series.index), max(1, len(series.index) // 4)):
            if series.index.format_of(frame).transfer_syntax.startswith("1.2.840.10008.1.2.4.9"):
                continue  # DCMTK reads no JPEG 2000 (its pixels are compared with those of the others elsewhere)
            path = series.files[int(series.index.file[frame])]
            for n, window in enumerate(frames.proposals(frame).windows, 1):
                ours = decoder.shown(frame, Window(window.center, window.width, frames.proposals(frame).function))
                number = max(1, int(series.index.frame_number[frame]))
                theirs = by_dcmtk(path, tmp_path, "+Wi", str(n), frame=number)
                row, column = series.index.format_of(frame).corner  # of a tile in its mosaic
                theirs = theirs[row : row + ours.shape[0], column : column + ours.shape[1]]
                assert apart(ours, theirs) <= 1
                checked += 1
        decoder.close()
    assert checked


# -- formulas ----------------------------------------------------------------------------------------------------------


def by_the_standard(x: float, c: float, w: float, function: str) -> float:
    """PS3.3 C.11.2.1.2 and C.11.2.1.3, word by word."""
    if function == "SIGMOID":
        return 255 / (1 + np.exp(-4 * (x - c) / w))
    if function == "LINEAR":
        if x <= c - 0.5 - (w - 1) / 2:
            return 0
        return 255 if x > c - 0.5 + (w - 1) / 2 else ((x - (c - 0.5)) / (w - 1) + 0.5) * 255
    if x <= c - w / 2:
        return 0
    return 255 if x > c + w / 2 else ((x - c) / w + 0.5) * 255


@given(
    x=st.integers(-32768, 32767),
    c=st.floats(-40000, 40000),
    w=st.floats(1, 70000),
    function=st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
)
def test_every_window_follows_the_standard(x, c, w, function):
    with np.errstate(over="ignore"):
        wanted = by_the_standard(float(x), c, w, function)
    got = voi.apply(np.array([[x]], np.int16), Look(Window(c, w, function)))[0, 0]
    assert abs(float(got) - wanted) <= 0.5 + 1e-6


@given(c=st.floats(-1e6, 1e6), w=st.floats(-10, 1e-3), function=st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]))
def test_no_width_is_too_small_to_be_shown(c, w, function):
    values = np.array([[-np.inf, c - 1, c + 1, np.inf, np.nan]])
    assert voi.apply(values, Look(Window(c, w, function)))[0].tolist() == [0, 0, 255, 255, 0]


def test_a_fractional_window_of_small_numbers_is_not_black():
    """By the letter LINEAR would want a width of 1 at least (fo-dicom 1153)."""
    values = np.linspace(0, 0.2154, 11)[None]
    greys = voi.apply(values, Look(Window(0.1077, 0.2154)))[0]
    assert greys.tolist() == sorted(greys.tolist()) and greys[0] == 0 and greys[-1] == 255 and 120 < greys[5] < 135


@given(
    kind=st.sampled_from([np.uint8, np.uint16, np.int16]),
    c=st.floats(-3000, 3000),
    w=st.floats(0, 5000),
    slope=st.floats(0.01, 5),
    inverted=st.booleans(),
)
def test_tables_and_formula_agree(kind, c, w, slope, inverted):
    values = np.random.default_rng(1).integers(np.iinfo(kind).min, np.iinfo(kind).max, (7, 9), kind, endpoint=True)
    look = Look(Window(c, w), slope, -100.0, inverted=inverted, padding=(3, 30))
    assert np.array_equal(voi.apply(values, look), voi.apply(values.astype(np.int32), look))


def test_greys_come_while_another_thread_is_just_importing_opencv(tmp_path, monkeypatch):
    expected = shown(picture(tmp_path / "a"))
    monkeypatch.setitem(sys.modules, "cv2", ModuleType("cv2"))
    assert np.array_equal(shown(picture(tmp_path / "b")), expected)
