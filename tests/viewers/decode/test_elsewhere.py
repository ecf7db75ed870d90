"""What imagecodecs cannot decode is tried by pydicom's plugins and SimpleITK, in a process of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom.data import get_testdata_file

from storage.errors import BadInput
from storage.media.dicom_index import PixelFormat
from tests.support.volumes import opened
from viewers.decode import volume
from viewers.decode.dicom_codecs import by_other_libraries
from viewers.decode.elsewhere import Elsewhere

NEAR_LOSSLESS, LOSSLESS_JPEG = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.70"
VALUES = np.random.default_rng(1).integers(0, 4096, (24, 32)).astype(np.uint16)


def fmt(syntax: str, photometric: str = "MONOCHROME2") -> PixelFormat:
    return PixelFormat(syntax, 24, 32, photometric=photometric, bits_stored=12, high_bit=11)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.close()


def test_frames_come_back_over_shared_memory(elsewhere):
    """The first by pydicom's plugin, the second (which pydicom cannot) by SimpleITK."""
    for _ in range(2):
        assert np.array_equal(elsewhere.decode(imagecodecs.jpegls_encode(VALUES), fmt(NEAR_LOSSLESS)), VALUES)
    stream = imagecodecs.ljpeg_encode(VALUES, bitspersample=16)
    assert np.array_equal(elsewhere.decode(stream, fmt(LOSSLESS_JPEG)), VALUES)


def test_simpleitk_does_not_turn_black_and_white():
    """It inverts MONOCHROME1 by itself (medical.md 2)."""
    stream = imagecodecs.ljpeg_encode(VALUES, bitspersample=16)
    assert np.array_equal(by_other_libraries(stream, fmt(LOSSLESS_JPEG, "MONOCHROME1")), VALUES)


def test_the_reason_comes_back_and_the_next_frame_is_decoded(elsewhere):
    with pytest.raises(ValueError):
        elsewhere.decode(b"\xff\xd8nothing", fmt(NEAR_LOSSLESS))
    assert np.array_equal(elsewhere.decode(imagecodecs.jpegls_encode(VALUES), fmt(NEAR_LOSSLESS)), VALUES)


def test_a_decoder_that_dies_is_begun_again(elsewhere):
    stream = imagecodecs.jpegls_encode(VALUES)
    elsewhere.decode(stream, fmt(NEAR_LOSSLESS))
    os.kill(elsewhere._process.pid, signal.SIGKILL)
    elsewhere._process.join()
    with pytest.raises(ValueError, match="stopped"):
        elsewhere.decode(stream, fmt(NEAR_LOSSLESS))
    assert np.array_equal(elsewhere.decode(stream, fmt(NEAR_LOSSLESS)), VALUES)


def test_a_decoder_that_takes_too_long_is_ended():
    impatient = Elsewhere(patience=0.0)
    with pytest.raises(ValueError, match="took longer"):
        impatient.decode(imagecodecs.jpegls_encode(VALUES), fmt(NEAR_LOSSLESS))
    assert impatient._process is None


def test_a_series_goes_through_the_chain(monkeypatch):
    """As if imagecodecs knew none of it: the same values, by the others."""
    names = ("MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm", "JPGExtended.dcm")
    wanted = {name: opened(Path(get_testdata_file(name))).frame(0) for name in names}

    def nothing(*_: object, **__: object) -> None:
        raise RuntimeError("this library knows it not")

    monkeypatch.setattr(volume, "decode_frame", nothing)
    for name in names:
        frames = opened(Path(get_testdata_file(name)))
        try:
            assert np.array_equal(frames.frame(0), wanted[name]), name
        finally:
            frames.close()
    colours = opened(Path(get_testdata_file("MR_small.dcm")))
    with pytest.raises(BadInput, match="this library knows it not"):
        colours.frame(0)
