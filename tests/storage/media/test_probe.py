"""A file becomes its header facts, or one sentence that says why not."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.errors import BadInput
from storage.media.images import read_header
from storage.media.probe import probe
from storage.media.source import MemorySource
from storage.model.items import Kind
from tests.support import pictures

EXAMPLES = pictures.examples()
SUFFIX = {"progressive": "jpg", "alpha": "png", "jpeg": "jpg", "tiff": "tif"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_format_is_known_by_its_content_with_its_upright_size(name, tmp_path):
    path = tmp_path / f"picture.{SUFFIX.get(name, name)}"
    path.write_bytes(EXAMPLES[name])
    info = probe(path)
    assert info.kind is Kind.IMAGE
    assert (info.width, info.height) == ((32, 48) if name == "jpeg" else (48, 32))
    assert info.frames == (2 if name == "tiff" else 1)
    assert info.size == len(EXAMPLES[name])
    assert info.mime.removeprefix("image/") == info.facts["format"]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_sizes_are_those_of_the_picture_as_shown(format, orientation, tmp_path):
    options = {"tiffinfo": {274: orientation}} if format == "TIFF" else {"exif": pictures.exif(orientation)}
    path = pictures.write(tmp_path / "p", pictures.smooth(48, 32), format, **options)
    info = probe(path)
    assert (info.width, info.height) == ((32, 48) if orientation >= 5 else (48, 32))


def test_a_wrong_extension_is_a_warning_and_the_content_counts(tmp_path):
    info = probe(pictures.write(tmp_path / "really a jpeg.png", pictures.smooth(9, 9), "JPEG"))
    assert info.mime == "image/jpeg"
    assert info.warnings == ("Named “.png”, but holds a JPEG picture; it is treated as JPEG.",)


@pytest.mark.parametrize("name", ["a.jpeg", "a.JPG", "a.jfif", "a"])
def test_usual_extensions_and_none_are_no_warning(name, tmp_path):
    assert probe(pictures.write(tmp_path / name, pictures.smooth(9, 9), "JPEG")).warnings == ()


def refused(path: Path) -> BadInput:
    with pytest.raises(BadInput) as seen:
        probe(path)
    assert seen.value.input == str(path)
    assert seen.value.remedy
    return seen.value


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "none.jpg").touch()
    assert refused(tmp_path / "none.jpg").reason == "none.jpg is empty (0 bytes)."


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7 ...", "no PDF that can be read"),
        (b"PK\x03\x04....", "a ZIP archive"),
        (b"\0" * 128 + b"DICM", "a DICOM file"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", "cannot be read as a video"),
        (b"just words", "not a picture"),
    ],
)
def test_what_is_no_picture_is_named(content, word, tmp_path):
    (tmp_path / "x.jpg").write_bytes(content)
    error = refused(tmp_path / "x.jpg")
    assert word in error.reason
    assert "x.jpg" in error.reason


def test_what_is_not_there_is_refused(tmp_path):
    assert "does not exist" in refused(tmp_path / "gone.png").reason


def test_a_folder_a_pipe_and_a_device_are_refused_without_being_opened(tmp_path):
    assert "is a folder" in refused(tmp_path).reason
    os.mkfifo(tmp_path / "pipe.png")
    assert "is a pipe" in refused(tmp_path / "pipe.png").reason
    assert "is a device" in refused(Path("/dev/zero")).reason


def test_a_link_to_itself_is_refused(tmp_path):
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    assert "leads back to itself" in refused(tmp_path / "loop.png").reason


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = pictures.write(tmp_path / "secret.png", pictures.smooth(9, 9))
    path.chmod(0)
    assert "may not be read" in refused(path).reason


def test_no_rights_are_told_as_such(tmp_path, monkeypatch):
    """For root, who may read everything: the operating system's answer is put in its place."""
    path = pictures.write(tmp_path / "secret.png", pictures.smooth(9, 9))

    def denied(self, *args, **kw):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert refused(path).reason == "secret.png may not be read by you."


def test_a_name_over_300_characters_is_refused():
    error = refused(Path("/tmp") / ("x" * 301 + ".png"))
    assert "305 characters; at most 300" in error.reason


def png_of(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(50_000, 50_000), (2_000_000, 10), (0, 10), (4_294_967_295, 4_294_967_295)])
def test_a_header_that_claims_too_much_is_refused(size, tmp_path):
    (tmp_path / "bomb.png").write_bytes(png_of(*size))
    assert "pixels" in refused(tmp_path / "bomb.png").reason


def test_500_megapixels_are_fine(tmp_path):
    (tmp_path / "large.png").write_bytes(png_of(25_000, 20_000))
    assert probe(tmp_path / "large.png").width == 25_000


@pytest.mark.parametrize("format", ["JPEG", "PNG", "BMP", "GIF"])
def test_a_truncated_file_is_taken_with_a_warning(format, tmp_path):
    path = tmp_path / "cut"
    data = pictures.encode(pictures.noise(200, 100), format)
    path.write_bytes(data[: len(data) * 3 // 4])
    assert any("ends too early" in warning for warning in probe(path).warnings)


def test_a_tiff_whose_pixels_end_early_is_taken_with_a_warning(tmp_path):
    path = tmp_path / "cut.tif"
    tifffile.imwrite(path, pictures.noise(200, 100), photometric="rgb", rowsperstrip=10)
    path.write_bytes(path.read_bytes()[:-5000])
    assert any("ends too early" in warning for warning in probe(path).warnings)


@pytest.mark.parametrize("name", ["webp", "avif"])
def test_formats_of_which_no_part_can_be_shown_are_refused_when_truncated(name, tmp_path):
    path = tmp_path / f"cut.{name}"
    path.write_bytes(EXAMPLES[name][: len(EXAMPLES[name]) * 3 // 4])
    assert "ends too early" in refused(path).reason


def test_a_phone_video_after_the_picture_is_no_truncation(tmp_path):
    path = tmp_path / "motion.jpg"
    path.write_bytes(EXAMPLES["progressive"] + b"\0\0\0\x18ftypmp42" + bytes(200_000))
    assert probe(path).warnings == ()


@pytest.mark.parametrize("local_colours", [False, True])
@pytest.mark.parametrize("format", ["gif", "webp"])
def test_an_animation_says_that_only_its_first_picture_is_shown(format, local_colours, tmp_path):
    shades = [Image.new("RGB", (48, 32), (90 * n, 200 if local_colours else 0, 40)) for n in range(3)]
    shades[0].save(tmp_path / f"moving.{format}", save_all=True, append_images=shades[1:], duration=40)
    shades[0].save(tmp_path / f"still.{format}")
    assert probe(tmp_path / f"moving.{format}").warnings == ("An animation: the first picture of it is shown.",)
    assert probe(tmp_path / f"still.{format}").warnings == ()


def test_pages_of_a_tiff_are_frames_and_reduced_copies_are_not(tmp_path):
    path = tmp_path / "pages.tif"
    a = pictures.smooth(256, 128)
    with tifffile.TiffWriter(path) as writer:
        writer.write(a, photometric="rgb", tile=(64, 64), subifds=1)
        writer.write(a[::2, ::2], photometric="rgb", tile=(64, 64), subfiletype=1)
        writer.write(a[:50, :40, 0])
        writer.write(a[::2, ::2], photometric="rgb", subfiletype=1)  # in the main list, as some writers do
    info = probe(path)
    assert info.frames == 2
    assert info.facts["levels"] == 1
    assert info.facts["page_sizes"] == [[256, 128], [40, 50]]
    assert "The pages differ in size." in info.warnings


def test_directories_that_point_at_each_other_end(tmp_path):
    path = tmp_path / "loop.tif"
    tifffile.imwrite(path, np.zeros((4, 4), np.uint8))
    data = bytearray(path.read_bytes())
    (first,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    path.write_bytes(data)
    assert probe(path).frames == 1


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_make_of_tiff_header_is_read(big, order, tmp_path):
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, pictures.smooth(33, 22), photometric="rgb", bigtiff=big, byteorder=order)
    info = probe(path)
    assert (info.width, info.height, info.facts["bits"], info.facts["channels"]) == (33, 22, 8, 3)


def test_16_bit_colours_say_that_they_are_shown_as_8(tmp_path):
    path = tmp_path / "deep.tif"
    tifffile.imwrite(path, np.zeros((4, 5, 3), np.uint16), photometric="rgb")
    assert probe(path).warnings == ("16 bits per colour are shown as 8.",)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(EXAMPLES)),
    flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8),
    cut=st.one_of(st.none(), st.integers(0, 3000)),
)
def test_hostile_headers_give_facts_or_a_sentence_and_nothing_else(name, flips, cut):
    data = bytearray(EXAMPLES[name])
    for place, value in flips:
        data[place % min(len(data), 600)] = value
    try:
        header = read_header(MemorySource(bytes(data[:cut])), "x")
    except BadInput:
        return
    assert header.width > 0
    assert header.height > 0


REAL = Path(__file__).parents[4] / "shared/data/images"


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data is absent")
def test_real_pictures_are_probed():
    sizes = {p.name: (i.width, i.height, i.frames) for p in REAL.iterdir() if p.suffix != ".txt" for i in [probe(p)]}
    assert sizes["retina.jpg"] == (1411, 1411, 1)
    assert sizes["multipage.tif"] == (10, 15, 2)
