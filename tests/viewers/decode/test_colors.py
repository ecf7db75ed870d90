"""Pictures with a colour profile are shown in sRGB; values that are measurements stay what they are."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from storage.media.images import read_header
from storage.media.probe import probe
from storage.media.source import MemorySource
from tests.support import profiles
from viewers.decode.color import DAMAGED
from viewers.decode.images import open_image
from viewers.decode.request import Request, to_rgb
from viewers.decode.thumbs import render_source

# Inside the colours that sRGB can show, where two ways of reckoning agree.
COLORS = np.array([(200, 90, 80), (120, 150, 110), (80, 100, 180), (128, 128, 128), (240, 240, 235), (20, 25, 30)], np.uint8)


def stripes(colors=COLORS, side: int = 16) -> np.ndarray:
    return np.repeat(np.repeat(colors[None], side, axis=1), side, axis=0)


def written(array: np.ndarray, form: str, profile: bytes, mode: str | None = None, **more) -> bytes:
    out = io.BytesIO()
    Image.fromarray(array, mode).save(out, form, icc_profile=profile, **more)
    return out.getvalue()


def decoded(data: bytes, level: int = 0) -> np.ndarray:
    decoder = open_image(MemorySource(data), {}, cache_dir=None)
    try:
        return to_rgb(decoder.read(Request(level=level)))
    finally:
        decoder.close()


def middles(rgb: np.ndarray, n: int = len(COLORS)) -> np.ndarray:
    step = rgb.shape[1] // n
    return rgb[rgb.shape[0] // 2, [step * i + step // 2 for i in range(n)]].astype(float)


FORMS = [
    ("PNG", {}, 1.5),
    ("TIFF", {}, 1.5),
    ("TIFF", {"compression": "tiff_adobe_deflate"}, 1.5),
    ("WEBP", {"lossless": True}, 1.5),
    ("JPEG", {"quality": 100, "subsampling": 0}, 4),
    ("AVIF", {"quality": 100, "subsampling": "4:4:4"}, 6),
]


@pytest.mark.parametrize(("form", "more", "near"), FORMS)
def test_adobe_rgb_is_shown_in_srgb(form, more, near):
    data = written(stripes(), form, profiles.adobe_rgb(), **more)
    expected = profiles.adobe_to_srgb(COLORS)
    assert np.abs(expected - COLORS).max() > 10
    assert np.abs(middles(decoded(data)) - expected).max() <= near


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_thumbnail_has_the_same_colours(form):
    array = stripes(side=64)
    with Image.open(io.BytesIO(render_source(MemorySource(written(array, form, profiles.adobe_rgb())), 256))) as image:
        small = np.asarray(image.convert("RGB"))
    assert np.abs(middles(small) - profiles.adobe_to_srgb(COLORS)).max() <= 8


def test_an_srgb_profile_changes_nothing():
    assert np.array_equal(decoded(written(stripes(), "PNG", profiles.srgb())), stripes())


def test_transparency_is_kept():
    rgba = np.dstack([stripes(), np.full((16, 96), 77, np.uint8)])
    decoder = open_image(MemorySource(written(rgba, "PNG", profiles.adobe_rgb())), {}, cache_dir=None)
    picture = decoder.read(Request())
    decoder.close()
    assert (picture.array[..., 3] == 77).all()
    assert np.abs(middles(picture.array[..., :3]) - profiles.adobe_to_srgb(COLORS)).max() <= 1.5


def test_greys_with_another_gamma_are_shown_as_they_look():
    grays = np.repeat(np.array([[30, 90, 160, 220]], np.uint8), 16, axis=1).repeat(16, axis=0)
    shown = middles(decoded(written(grays, "PNG", profiles.gray(1.0))), 4)[:, 0]
    linear = np.array([30, 90, 160, 220]) / 255
    expected = (1.055 * linear ** (1 / 2.4) - 0.055) * 255
    assert np.abs(shown - expected).max() <= 1.5


def test_sixteen_bit_greys_stay_what_they_are():
    values = np.linspace(0, 65_535, 400).astype(np.uint16).reshape(20, 20)
    out = io.BytesIO()
    tifffile.imwrite(out, values, photometric="minisblack", iccprofile=profiles.gray(1.0))
    decoder = open_image(MemorySource(out.getvalue()), {}, cache_dir=None)
    assert np.array_equal(decoder.read(Request()).array, values)
    decoder.close()


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_inks_become_colours_by_their_profile(form):
    """No ink is white, black ink black, cyan the dull blue of the profile, not the bright one of no profile."""
    patches = np.array([(0, 0, 0, 0), (0, 0, 0, 255), (255, 0, 0, 0)], np.uint8)
    data = written(stripes(patches), form, profiles.inks(), "CMYK")
    white, black, cyan = middles(decoded(data), 3)
    assert white.min() >= 250
    assert black.max() <= 6
    assert np.abs(cyan - np.array([0, 145, 216])).max() <= 12
    plain = middles(decoded(written(stripes(patches), form, b"", "CMYK")), 3)[2]
    assert np.abs(plain - cyan).max() > 30


def test_tiles_of_a_tiled_tiff_are_converted_too():
    out = io.BytesIO()
    tifffile.imwrite(out, stripes(side=64), tile=(32, 32), photometric="rgb", iccprofile=profiles.adobe_rgb())
    decoder = open_image(MemorySource(out.getvalue()), {}, cache_dir=None)
    part = to_rgb(decoder.read(Request(region=(64, 0, 64, 64))))
    decoder.close()
    assert np.abs(part[32, 32] - profiles.adobe_to_srgb(COLORS[1:2])[0]).max() <= 1.5


def test_a_damaged_profile_is_said_and_the_picture_shown_as_stored():
    profile = bytearray(profiles.adobe_rgb())
    profile[128:] = bytes(len(profile) - 128)
    data = written(stripes(), "PNG", bytes(profile))
    assert np.array_equal(decoded(data), stripes())
    decoder = open_image(MemorySource(data), {}, cache_dir=None)
    assert DAMAGED in decoder.facts().warnings
    decoder.close()


def test_a_profile_for_other_colours_counts_as_none():
    assert np.array_equal(decoded(written(stripes(), "PNG", profiles.gray(1.0))), stripes())


@pytest.mark.parametrize(("form", "more", "_near"), FORMS)
def test_the_profile_is_a_fact_of_the_file(tmp_path, form, more, _near):
    path = tmp_path / f"photo.{form.lower()}"
    path.write_bytes(written(stripes(), form, profiles.inks().replace(b"CMYK", b"RGB "), **more))
    assert probe(path).facts["profile"] == "Test inks"
    assert read_header(MemorySource(written(stripes(), form, profiles.srgb(), **more))).facts["profile"].startswith("sRGB")
