"""The index of frames as the catalog keeps it: whole, or refused with what to do."""

from __future__ import annotations

import random
import zlib

import numpy as np
import pytest

from storage.errors import BadInput
from storage.media import dicom_index
from storage.media.dicom_index import FrameIndex, Lut, PixelFormat
from tests.support.dump_catalog import frame_index


def test_everything_comes_back():
    from dataclasses import replace

    lut = Lut(-5, 12, np.arange(7, dtype="<u2").tobytes(), "bone")
    form = PixelFormat("1.2.3", 6, 8, palette=(lut, lut, lut), modality_lut=lut, padding=-2000, photometric="PALETTE COLOR")
    index = replace(
        frame_index(4),
        slices=2,
        times=2,
        formats=(form,),
        pieces={3: ((1, 2), (9, 4))},
        deflated=(1,),
        time_values=(0.5, 1 / 3),
        geometry=None,
        spacing=(0.2, 0.3),
        spacing_kind="detector",
    )
    back = FrameIndex.from_bytes(index.to_bytes())
    assert back == index and back.identity() == index.identity()
    assert back.formats[0].palette[0].values.tolist() == list(range(7))
    assert back.ranges(3) == ((1, 2), (9, 4)) and back.ranges(2) == ((1000, 96),)
    assert back.place(3) == (1, 1) and back.time_values == (0.5, 1 / 3)


def test_columns_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        frame_index(2).offset[0] = 5


def test_frame_bytes_of_every_sort():
    assert PixelFormat("", 5, 7).frame_bytes == 70
    assert PixelFormat("", 5, 7, samples=3, bits_allocated=8, photometric="RGB").frame_bytes == 105
    assert PixelFormat("", 4, 6, samples=3, bits_allocated=8, photometric="YBR_FULL_422").frame_bytes == 48
    assert PixelFormat("", 5, 7, bits_allocated=1).frame_bytes == 5


def test_damaged_ones_are_refused_in_words(monkeypatch):
    blob = frame_index(3).to_bytes()
    dice = random.Random(1)
    for n in range(300):
        data = bytearray(blob)
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        if n % 3 == 0:
            data = data[: dice.randrange(len(data))]
        with pytest.raises(BadInput, match="damaged"):
            FrameIndex.from_bytes(bytes(data))
    monkeypatch.setattr(dicom_index, "_MAX_BYTES", 1000)
    with pytest.raises(BadInput, match="damaged"):
        FrameIndex.from_bytes(b"PDI1" + zlib.compress(b"\0" * 100_000))


@pytest.mark.parametrize(
    "change", [{"formats": ()}, {"vois": ()}, {"sop_uids": (), "sop_classes": ()}, {"slices": 5}, {"sop_classes": ()}]
)
def test_one_that_names_what_is_not_there_is_refused_at_birth(change):
    from dataclasses import replace

    with pytest.raises(ValueError, match="frame index"):
        replace(frame_index(3), **change)
