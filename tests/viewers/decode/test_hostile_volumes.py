"""Pixels that mean harm: what a few bytes claim to hold is neither believed nor unpacked beyond what the header needs."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from storage.errors import BadInput
from storage.media.dicom_index import PixelFormat
from storage.media.source import FileSource
from tests.support import phantoms
from viewers.decode.dicom_pixels import decode_frame
from viewers.decode.grid_volume import GridFrames, open_grid
from viewers.decode.jpeg_head import Damaged, head_of
from viewers.decode.volume_store import VolumeStore

MB = 1 << 20


def opened(path: Path) -> GridFrames:
    return open_grid(FileSource(path), {})


def values(shape: tuple[int, int, int] = (4, 6, 5)) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.int16).reshape(shape)


def peak_mb(work) -> float:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / MB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_packed_behind_the_numbers_is_not_unpacked(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr("viewers.decode.grid_volume._AT_ONCE", 1 << 30 if at_once else 0)
    plain = phantoms.nifti(tmp_path / "v.nii", values(), np.eye(4)).read_bytes()
    path = tmp_path / "bomb.nii.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(plain)
        for _ in range(16):
            file.write(bytes(16 * MB))
    store = VolumeStore(opened(path))
    assert peak_mb(store.load) < 24
    assert np.array_equal(store.array, values())
    store.close()


def test_a_piece_that_unpacks_a_thousandfold_comes_in_bounded_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("viewers.decode.grid_volume._AT_ONCE", 0)
    shape = (40, 1000, 1000)
    plain = phantoms.nifti(tmp_path / "v.nii", np.zeros((1, 2, 2), np.int16), np.eye(4)).read_bytes()
    head = bytearray(plain[:352])
    struct.pack_into("<8h", head, 40, 3, 1000, 1000, 40, 1, 1, 1, 1)
    path = tmp_path / "v.nii.gz"
    path.write_bytes(gzip.compress(bytes(head) + bytes(2 * 40 * 10**6)))
    frames = opened(path)
    out = np.ones(shape[1:], np.int16)
    assert peak_mb(lambda: frames.read_into(39, out)) < 32
    assert not out.any()


def test_a_hundred_thousand_empty_members_are_stepped_over(tmp_path):
    plain = phantoms.nifti(tmp_path / "v.nii", values(), np.eye(4)).read_bytes()
    path = tmp_path / "v.nii.gz"
    path.write_bytes(gzip.compress(plain[:400]) + gzip.compress(b"") * 100_000 + b"\0" * 50 + gzip.compress(plain[400:]))
    store = VolumeStore(opened(path)).load()
    assert np.array_equal(store.array, values())
    store.close()


def rle_format() -> PixelFormat:
    return PixelFormat("1.2.840.10008.1.2.5", 4, 4, bits_allocated=8, bits_stored=8, high_bit=7)


def test_a_plane_of_rle_is_not_unpacked_beyond_its_size():
    data = struct.pack("<16I", 1, 64, *[0] * 14) + b"\x81\0" * (1 * MB)  # 128 MB

    def decode() -> None:
        with pytest.raises(ValueError, match="more than the 32 bytes"):
            decode_frame(data, rle_format())

    assert peak_mb(decode) < 8


def test_a_plane_of_rle_that_makes_no_sense_is_damaged():
    data = struct.pack("<16I", 1, 64, *[0] * 14) + b"\x7f" + b"a" * 10
    with pytest.raises(ValueError, match="RLE data is damaged"):
        decode_frame(data, rle_format())


@pytest.mark.parametrize("container", [False, True])
@pytest.mark.parametrize("shape", [(4, 4), (8, 8), (256, 256), (90, 160), (100, 121), (5000, 7)])
def test_jpeg_xl_tells_its_size_before_it_is_unpacked(shape, container):
    data = imagecodecs.jpegxl_encode(np.zeros(shape, np.uint8), lossless=True, usecontainer=container)
    assert (head_of(data).rows, head_of(data).columns) == shape
    other = PixelFormat("1.2.840.10008.1.2.4.110", 3, 3, bits_allocated=8, bits_stored=8, high_bit=7)
    with pytest.raises(Damaged, match="the header says 3 × 3"):
        decode_frame(data, other)


@pytest.mark.parametrize("data", [b"\0\0\0\x0cJXL \r\n\x87\n", b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0\0\0\x01jxlc" + b"\xff" * 8])
def test_jpeg_xl_without_a_picture_is_damaged(data):
    with pytest.raises(Damaged):
        head_of(data)


def test_a_frame_larger_than_can_be_shown_says_so(tmp_path):
    fmt = PixelFormat("1.2.840.10008.1.2.4.90", 30_000, 30_000)
    with pytest.raises(ValueError, match="at most 268 million"):
        decode_frame(b"\xff\x4f\xff\x51", fmt)


def test_times_inside_the_voxels_are_turned_on_the_disk(tmp_path, monkeypatch):
    """NRRD with its list axis first."""
    monkeypatch.setattr("viewers.decode.grid_volume._AT_ONCE", 0)
    shape = (30, 200, 200, 8)  # slice, row, column, time
    rng = np.random.default_rng(3)
    made = rng.integers(0, 1000, shape).astype("<i2")
    path = tmp_path / "v.nrrd"
    text = "NRRD0004\ntype: short\ndimension: 4\nsizes: 8 200 200 30\nkinds: list domain domain domain\nencoding: gzip\nendian: little\n\n"
    path.write_bytes(text.encode() + gzip.compress(made.tobytes(), 1))
    frames = opened(path)
    out = np.zeros(frames.shape, frames.dtype)
    assert peak_mb(lambda: frames.fill(out, lambda _n: None, lambda: None)) < made.nbytes / MB
    assert np.array_equal(out.reshape(8, 30, 200, 200), np.moveaxis(made, 3, 0))


def test_a_file_that_was_cut_within_its_packed_numbers_is_told(tmp_path):
    path = phantoms.nifti(
        tmp_path / "v.nii.gz", np.random.default_rng(1).integers(0, 999, (9, 40, 40)).astype(np.int16), np.eye(4)
    )
    path.write_bytes(path.read_bytes()[:-2000])
    out = np.zeros((9, 40, 40), np.int16)
    with pytest.raises(BadInput, match="ends early"):
        opened(path).fill(out, lambda _n: None, lambda: None)
