"""TIFF in its many makings: the same picture comes out of each."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from storage.media.source import MemorySource
from tests.support import pictures
from viewers.decode.arrays import lab_to_rgb
from viewers.decode.images import open_image
from viewers.decode.request import PixelKind, Request, to_rgb

RGB = pictures.smooth(101, 77)
GRAY = RGB[..., 0]


def tiff(a: np.ndarray, **options) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, a, **options)
    return out.getvalue()


def read(data: bytes, **request):
    return open_image(MemorySource(data), {}, cache_dir=None).read(Request(**request))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"byteorder": ">"},
        {"bigtiff": True},
        {"rowsperstrip": 7},
        {"tile": (32, 16)},
        {"compression": "lzw"},
        {"compression": "lzw", "predictor": True, "tile": (32, 32)},
        {"compression": "zlib", "predictor": True},
        {"compression": "zstd"},
        {"compression": "packbits", "rowsperstrip": 10},
        {"compression": "webp", "compressionargs": {"lossless": True}},
    ],
)
@pytest.mark.parametrize("planar", [False, True])
def test_every_layout_gives_the_same_picture(options, planar):
    if planar and options.get("compression") == "webp":
        a, options = RGB, options  # WebP holds three colours together
    elif planar:
        a, options = np.moveaxis(RGB, -1, 0), {**options, "planarconfig": "separate"}
    else:
        a = RGB
    data = tiff(a, photometric="rgb", **options)
    picture = read(data)
    assert picture.kind is PixelKind.BGRA8
    assert np.array_equal(to_rgb(picture), RGB)
    assert np.array_equal(to_rgb(read(data, region=(30, 20, 40, 50))), RGB[20:70, 30:70])


def test_jpeg_inside_a_tiff_gives_rgb():
    # Only whole tiles: the writer fills the others with black, which rings into the picture.
    got = to_rgb(read(tiff(RGB, photometric="rgb", compression="jpeg", tile=(32, 32)), region=(0, 0, 96, 64)))
    assert np.abs(got.astype(int) - RGB[:64, :96]).max() < 12
    out = io.BytesIO()
    Image.fromarray(RGB).convert("YCbCr").save(out, "TIFF")
    assert np.abs(to_rgb(read(out.getvalue())).astype(int) - RGB).max() < 5


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.float32, np.float64, np.uint32])
def test_deep_greys_are_16_bit_and_keep_their_order(dtype):
    values = (np.arange(101 * 77).reshape(77, 101)).astype(dtype)
    picture = read(tiff(values))
    assert picture.kind is PixelKind.GRAY16
    assert (np.diff(picture.array.ravel().astype(int)) > 0).all()


def test_floats_say_which_range_is_shown_and_take_no_harm_from_nan():
    values = np.linspace(-1, 3, 40, dtype=np.float32).reshape(5, 8).copy()
    values[2, 2] = np.nan
    decoder = open_image(MemorySource(tiff(values)), {}, cache_dir=None)
    a = decoder.read(Request()).array
    assert (a[0, 0], a[4, 7], a[2, 2]) == (0, 65535, 0)
    assert decoder.facts().warnings == ("Values from -1 (black) to 3 (white) are shown as 0 to 65,535.",)


def test_white_can_be_zero():
    assert np.array_equal(read(tiff(GRAY, photometric="miniswhite")).array, 255 - GRAY)
    deep = GRAY.astype(np.uint16) * 257
    assert np.array_equal(read(tiff(deep, photometric="miniswhite")).array, 65535 - deep)


def test_one_bit_is_black_and_white():
    out = io.BytesIO()
    Image.fromarray(GRAY > 100).save(out, "TIFF", compression="group4")
    assert np.array_equal(read(out.getvalue()).array, np.where(GRAY > 100, 255, 0))


def test_palettes_are_applied():
    table = np.stack([np.arange(256), 255 - np.arange(256), np.arange(256) // 2])
    data = tiff(GRAY, photometric="palette", colormap=(table * 257).astype(np.uint16))
    assert np.array_equal(to_rgb(read(data)), table.T[GRAY])


def test_inks_are_converted():
    cmyk = np.dstack([255 - RGB, np.zeros_like(GRAY)])
    assert np.array_equal(to_rgb(read(tiff(cmyk, photometric="separated"))), RGB)


def test_lab_is_converted():
    lab = np.array([[[100, 0, 0], [0, 0, 0], [54.29, 80.81, 69.89]]])
    got = lab_to_rgb(lab[..., 0], lab[..., 1], lab[..., 2])[0]
    assert np.abs(got.astype(int) - [[255, 255, 255], [0, 0, 0], [255, 0, 0]]).max() < 3
    stored = np.array([[[255, 0, 0], [128, 0, 0]]], np.uint8)
    shown = to_rgb(read(tiff(stored, photometric="cielab")))[0]
    assert np.abs(shown.astype(int) - [[255, 255, 255], [119, 119, 119]]).max() < 4


def test_16_bit_colours_are_scaled_and_told():
    decoder = open_image(MemorySource(tiff(RGB.astype(np.uint16) * 257, photometric="rgb")), {}, cache_dir=None)
    assert np.array_equal(to_rgb(decoder.read(Request())), RGB)
    assert "16 bits per colour are shown as 8." in decoder.facts().warnings


@pytest.mark.parametrize(("kind", "want"), [("unassalpha", (100, 50, 25, 128)), ("assocalpha", (199, 99, 49, 128))])
def test_both_makings_of_alpha_are_straight_in_the_end(kind, want):
    a = np.full((5, 6, 4), (100, 50, 25, 128), np.uint8)
    picture = read(tiff(a, photometric="rgb", extrasamples=[kind]))
    assert picture.kind is PixelKind.RGBA8
    assert tuple(picture.array[0, 0]) == want


def test_more_channels_than_colours_are_told():
    decoder = open_image(
        MemorySource(tiff(np.zeros((8, 9, 7), np.uint8), photometric="minisblack", planarconfig="contig")), {}, cache_dir=None
    )
    assert decoder.read(Request()).kind is PixelKind.GRAY8
    assert decoder.facts().warnings == ("7 channels: the first is shown (channel).",)


def test_pages_differ_in_size_and_kind():
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as writer:
        writer.write(RGB, photometric="rgb")
        writer.write(GRAY[:20, :30].astype(np.uint16))
        writer.write(GRAY[:10, :11])
    decoder = open_image(MemorySource(out.getvalue()), {}, cache_dir=None)
    assert decoder.frames == 3
    assert [(f.width, f.height, f.kind) for f in map(decoder.facts, range(3))] == [
        (101, 77, PixelKind.BGRA8),
        (30, 20, PixelKind.GRAY16),
        (11, 10, PixelKind.GRAY8),
    ]
    for frame, want in ((2, GRAY[:10, :11]), (1, GRAY[:20, :30]), (2, GRAY[:10, :11])):
        assert np.array_equal(decoder.read(Request(frame=frame)).array, want)
    assert np.array_equal(to_rgb(decoder.read(Request(frame=0))), RGB)


def test_missing_parts_stay_blank_and_are_told():
    data = tiff(pictures.noise(200, 100), photometric="rgb", rowsperstrip=10)
    decoder = open_image(MemorySource(data[:-9000]), {}, cache_dir=None)
    got = to_rgb(decoder.read(Request()))
    assert np.array_equal(got[:80], pictures.noise(200, 100)[:80])
    assert not got[95:].any()
    assert any("blank" in w for w in decoder.facts().warnings)


def test_a_damaged_tile_does_not_hide_the_others():
    data = bytearray(tiff(RGB, photometric="rgb", tile=(32, 32), compression="zlib"))
    with tifffile.TiffFile(io.BytesIO(bytes(data))) as file:
        offset = file.pages[0].dataoffsets[0]
    data[offset : offset + 20] = b"\xff" * 20
    decoder = open_image(MemorySource(bytes(data)), {}, cache_dir=None)
    got = to_rgb(decoder.read(Request()))
    assert not got[:32, :32].any()
    assert np.array_equal(got[:32, 32:], RGB[:32, 32:])
    assert "Some parts are missing or damaged and are shown blank." in decoder.facts().warnings
