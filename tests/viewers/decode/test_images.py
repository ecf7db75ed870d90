"""Every format gives the right pixels the right way up, whole or in parts."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.errors import BadInput, PostilError
from storage.media.source import FileSource, MemorySource
from tests.support import pictures
from viewers.decode import frame_png, open_media
from viewers.decode.images import open_image
from viewers.decode.request import PixelKind, Request, to_rgb

EXAMPLES = pictures.examples()


def opened(data: bytes):
    return open_image(MemorySource(data), {}, cache_dir=None)


def pixels(data: bytes, **request) -> np.ndarray:
    return to_rgb(opened(data).read(Request(**request)))


def near(a: np.ndarray, b: np.ndarray, by: int) -> bool:
    return a.shape == b.shape and int(np.abs(a.astype(int) - b.astype(int)).max()) <= by


@pytest.mark.parametrize(
    ("format", "options", "by"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("JPEG", {"quality": 98, "subsampling": 0}, 6),
        ("JPEG", {"quality": 98, "subsampling": 0, "progressive": True}, 6),
        ("AVIF", {"quality": 100, "subsampling": "4:4:4"}, 8),
    ],
)
def test_colours_come_back_as_opaque_bgra(format, options, by):
    a = pictures.smooth(61, 37)
    picture = opened(pictures.encode(a, format, **options)).read(Request())
    assert picture.kind is PixelKind.BGRA8
    assert picture.region == (0, 0, 61, 37)
    assert (picture.array[..., 3] == 255).all()
    assert near(to_rgb(picture), a, by)


def test_pictures_are_contiguous_and_cannot_be_written_to():
    decoder = opened(EXAMPLES["png"])
    for request in (Request(), Request(region=(3, 4, 5, 6))):
        array = decoder.read(request).array
        assert array.flags.c_contiguous
        assert not array.flags.writeable


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_applied(format, orientation):
    shown = pictures.corners()
    stored = pictures.stored_for(shown, orientation)
    options = {"tiffinfo": {274: orientation}} if format == "TIFF" else {"exif": pictures.exif(orientation)}
    if format == "WEBP":
        options["lossless"] = True
    decoder = opened(pictures.encode(stored, format, **options))
    facts = decoder.facts()
    assert (facts.width, facts.height) == (40, 24)
    got = to_rgb(decoder.read(Request()))
    for y, x in ((4, 4), (4, 35), (19, 4), (19, 35)):
        assert np.abs(got[y, x].astype(int) - shown[y, x]).max() < 40, (y, x)
    part = to_rgb(decoder.read(Request(region=(25, 2, 10, 8))))
    assert np.array_equal(part, got[2:10, 25:35])


def test_grey_stays_grey():
    a = pictures.smooth(30, 20)[..., 0]
    for name in ("PNG", "JPEG", "BMP", "TIFF"):
        picture = opened(pictures.encode(a, name)).read(Request())
        assert picture.kind is PixelKind.GRAY8
        assert near(picture.array, a, 4)


def test_16_bit_grey_keeps_its_depth():
    a = (np.arange(600, dtype=np.uint16) * 109).reshape(20, 30)
    for name in ("PNG", "TIFF"):
        decoder = opened(pictures.encode(a, name))
        assert decoder.facts().bits == 16
        picture = decoder.read(Request())
        assert picture.kind is PixelKind.GRAY16
        assert np.array_equal(picture.array, a)


def test_transparency_of_every_making_is_straight_rgba():
    a = np.dstack([pictures.smooth(30, 20), np.arange(600).reshape(20, 30) % 256]).astype(np.uint8)
    for name, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {})):
        picture = opened(pictures.encode(a, name, **options)).read(Request())
        assert picture.kind is PixelKind.RGBA8, name
        assert np.array_equal(picture.array, a), name


def test_a_palette_with_a_transparent_entry_is_rgba():
    image = Image.fromarray(pictures.smooth(30, 20)).quantize(8)
    out = io.BytesIO()
    image.save(out, "PNG", transparency=image.getpixel((0, 0)))
    picture = opened(out.getvalue()).read(Request())
    assert picture.kind is PixelKind.RGBA8
    assert picture.array[0, 0, 3] == 0
    assert picture.array[19, 29, 3] == 255


def test_bilevel_and_palettes_are_shown_in_their_colours():
    image = Image.fromarray(pictures.corners())
    for saved in (image.quantize(4), image.convert("P")):
        out = io.BytesIO()
        saved.save(out, "PNG")
        assert near(pixels(out.getvalue()), pictures.corners(), 1)
    out = io.BytesIO()
    Image.fromarray(pictures.corners()[..., 0] > 128).save(out, "PNG")
    assert set(np.unique(opened(out.getvalue()).read(Request()).array)) == {0, 255}


def test_the_first_picture_of_a_gif_is_shown():
    frames = [Image.fromarray(np.full((20, 30), v, np.uint8)) for v in (10, 200)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    decoder = opened(out.getvalue())
    assert decoder.frames == 1
    assert (to_rgb(decoder.read(Request())) == 10).all()


def test_cmyk_jpegs_are_converted():
    rgb = pictures.corners()
    out = io.BytesIO()
    Image.fromarray(rgb).convert("CMYK").save(out, "JPEG", quality=98)
    picture = opened(out.getvalue()).read(Request())
    assert picture.kind is PixelKind.BGRA8
    assert np.abs(to_rgb(picture)[4, 4].astype(int) - (255, 0, 0)).max() < 12


# -- levels and regions -----------------------------------------------------------------------------------------------


def test_small_pictures_have_no_levels_and_large_ones_enough_to_fit_a_screen():
    assert opened(EXAMPLES["png"]).facts().levels == 0
    data = pictures.encode(np.zeros((100, 9000), np.uint8), "PNG")
    assert opened(data).facts().levels == 3


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_a_level_is_the_mean_of_blocks_and_covers_the_whole_picture(format):
    a = pictures.smooth(4101, 301)
    decoder = opened(pictures.encode(a, format))
    picture = decoder.read(Request(level=1))
    assert picture.array.shape == (151, 2051, 4)
    assert picture.region == (0, 0, 4101, 301)
    want = a[:300, :4100].astype(np.uint16).reshape(150, 2, 2050, 2, 3).mean(axis=(1, 3))
    assert np.abs(to_rgb(picture)[:150, :2050].astype(float) - want).max() < 5


def test_regions_are_clipped_to_the_picture_and_grown_to_whole_pixels_of_the_level():
    a = pictures.noise(4100, 301)
    decoder = opened(pictures.encode(a, "PNG"))
    decoder.read(Request())
    picture = decoder.read(Request(region=(-5, 290, 20, 50)))
    assert picture.region == (0, 290, 15, 11)
    assert np.array_equal(to_rgb(picture), a[290:, :15])
    picture = decoder.read(Request(level=1, region=(101, 51, 9, 9)))
    assert picture.region == (100, 50, 10, 10)
    whole = decoder.read(Request(level=1)).array
    assert np.array_equal(picture.array, whole[25:30, 50:55])


def test_invisible_colours_do_not_bleed_into_smaller_levels():
    a = np.zeros((2, 4100, 4), np.uint8)
    a[:, ::2] = (200, 100, 50, 255)
    a[:, 1::2] = (0, 255, 0, 0)  # green, but invisible
    half = opened(pictures.encode(a, "PNG")).read(Request(level=1)).array
    assert half[0, 7].tolist() == [200, 100, 50, 128]


def test_a_region_beside_the_picture_and_a_frame_too_many_are_refused():
    decoder = opened(EXAMPLES["tiff"])
    with pytest.raises(BadInput, match="outside"):
        decoder.read(Request(region=(100, 100, 5, 5)))
    with pytest.raises(BadInput, match="2 frames; there is no frame 2"):
        decoder.read(Request(frame=2))


# -- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "options"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {"compress_level": 1}), ("BMP", {}), ("GIF", {"interlace": 0})],
)
def test_of_a_truncated_picture_what_is_there_is_shown_with_a_warning(format, options):
    a = pictures.noise(300, 200)
    data = pictures.encode(a, format, **options)
    whole = pixels(data)
    decoder = opened(data[: len(data) * 3 // 4])
    got = to_rgb(decoder.read(Request()))
    assert any("ends too early" in w for w in decoder.facts().warnings)
    if not options.get("progressive"):
        rows = slice(100, 199) if format == "BMP" else slice(0, 100)  # a BMP begins at its bottom
        assert np.array_equal(got[rows], whole[rows])
    assert got.any()


def test_damage_in_the_middle_is_told_after_decoding():
    data = bytearray(pictures.encode(pictures.noise(300, 200), "PNG", compress_level=1))
    data[len(data) // 2 : len(data) // 2 + 200] = bytes(200)
    decoder = opened(bytes(data))
    assert decoder.facts().warnings == ()
    assert to_rgb(decoder.read(Request()))[:50].any()
    assert any("damaged" in w for w in decoder.facts().warnings)


def test_a_wrong_checksum_is_told():
    data = bytearray(pictures.encode(pictures.noise(300, 200), "PNG", compress_level=0))
    data[len(data) // 2] ^= 1  # stored, not compressed: the stream stays readable
    decoder = opened(bytes(data))
    assert to_rgb(decoder.read(Request()))[:50].any()
    assert any("damaged" in w for w in decoder.facts().warnings)


def test_a_picture_of_which_nothing_can_be_read_is_refused():
    data = bytearray(pictures.encode(pictures.noise(50, 50), "PNG"))
    start = data.index(b"IDAT") + 4
    data[start : start + 40] = b"\xff" * 40
    with pytest.raises(BadInput, match="cannot be decoded") as seen:
        opened(bytes(data)).read(Request())
    assert seen.value.remedy


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(sorted(EXAMPLES)),
    flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6),
    cut=st.one_of(st.none(), st.integers(20, 3000)),
)
def test_hostile_files_give_pixels_or_a_sentence_and_nothing_else(name, flips, cut):
    data = bytearray(EXAMPLES[name])
    for place, value in flips:
        data[place % len(data)] = value
    try:
        decoder = opened(bytes(data[:cut]))
        if decoder.facts().width * decoder.facts().height > 1_000_000:
            return  # a size that was flipped into being large is allowed, and would only cost time here
        picture = decoder.read(Request(frame=decoder.frames - 1))
        decoder.close()
    except PostilError:
        return
    assert picture.array.size > 0


# -- the doors --------------------------------------------------------------------------------------------------------


def test_other_kinds_are_refused_with_a_sentence():
    with pytest.raises(BadInput, match="“mesh” cannot be shown"):
        open_media(MemorySource(b""), "mesh", {}, None)
    with pytest.raises(BadInput, match="header of this volume"):
        open_media(MemorySource(b""), "nifti", {}, None)


def test_a_frame_as_png_for_the_command_line(tmp_path):
    a = pictures.smooth(40, 30)
    path = pictures.write(tmp_path / "a.webp", a, "WEBP", lossless=True)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(frame_png(FileSource(path), "image", {}, 0)))), a)
    deep = np.full((4, 5), 1234, np.uint16)
    png = Image.open(io.BytesIO(frame_png(MemorySource(pictures.encode(deep, "PNG")), "image", {}, 0)))
    assert np.array_equal(np.asarray(png), deep)


REAL = Path(__file__).parents[4] / "shared/data"


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data is absent")
def test_real_pictures_equal_what_pillow_reads():
    for path in [*(REAL / "images").glob("*.*g"), *(REAL / "coco/input_images").glob("*.jpg")]:
        decoder = open_media(FileSource(path), "image", {}, None)
        want = np.asarray(Image.open(path).convert("RGB"))
        assert near(to_rgb(decoder.read(Request())), want, 2), path.name
        decoder.close()
