"""An image sequence has the frames that went in, in their order, or is not there."""

from __future__ import annotations

import numpy as np
import pytest

from storage.errors import BadInput, Cancelled, Refused
from storage.media.source import FileSource
from storage.media.video import probe_video
from storage.progress import Progress
from tests.support import clips, pictures
from viewers.decode.encode import MAX_IMAGES, encode_sequence, fitted
from viewers.decode.request import Request, to_rgb
from viewers.decode.video import open_video


def images(folder, count: int, size=(64, 64)):
    return [pictures.write(folder / f"{n}.png", clips.numbered(n, *size)) for n in range(count)]


@pytest.mark.parametrize("codec", ["vp9", "av1"])
@pytest.mark.parametrize("count", [1, 2, 61])
def test_frame_i_is_picture_i(codec, count, tmp_path):
    out = tmp_path / "sequence.webm"
    progress = Progress()
    table = encode_sequence(images(tmp_path, count), out, codec=codec, progress=progress)
    assert len(table) == count
    assert (progress.done, progress.total) == (count, count)
    info = probe_video(out)
    assert (info.width, info.height, info.frames, info.mime) == (64, 64, count, "video/webm")
    assert table.seconds().tolist() == pytest.approx([n / 25 for n in range(count)])
    assert info.facts["codec"] == codec
    decoder = open_video(FileSource(out), {}, cache_dir=None)
    assert [clips.number_in(to_rgb(decoder.read(Request(n)))) for n in range(count)] == list(range(count))
    assert not list(tmp_path.glob(".*"))


def test_odd_sizes_stay(tmp_path):
    out = tmp_path / "s.webm"
    encode_sequence(images(tmp_path, 3, (71, 53)), out, progress=Progress())
    info = probe_video(out)
    assert (info.width, info.height) == (71, 53)


def test_other_sizes_are_scaled_to_fit_the_first_and_padded(tmp_path):
    wide = pictures.write(tmp_path / "wide.png", np.full((40, 160, 3), 200, np.uint8))
    out = tmp_path / "s.webm"
    encode_sequence([*images(tmp_path, 1), wide], out, progress=Progress())
    decoder = open_video(FileSource(out), {}, cache_dir=None)
    a = to_rgb(decoder.read(Request(1))).astype(int)
    assert a[:20].max() < 30
    assert a[44:].max() < 30
    assert np.abs(a[28:36] - 200).max() < 12


def test_fitting_keeps_the_proportions():
    a = fitted(np.full((300, 100, 3), 255, np.uint8), 64, 60)
    assert a.shape == (60, 64, 3)
    assert (a[:, 22:42] == 255).all()
    assert not a[:, :20].any()
    assert not a[:, 44:].any()


def test_cancelling_leaves_nothing(tmp_path):
    progress = Progress()
    seen = []

    def read(path):
        seen.append(path)
        if len(seen) == 5:
            progress.cancel()
        return clips.numbered(len(seen))

    out = tmp_path / "out" / "s.webm"
    out.parent.mkdir()
    out.write_bytes(b"what was there before")
    with pytest.raises(Cancelled):
        encode_sequence([tmp_path / "x"] * 30, out, progress=progress, read=read)
    assert len(seen) == 5
    assert [p.read_bytes() for p in out.parent.iterdir()] == [b"what was there before"]


def test_a_picture_that_cannot_be_read_is_named_and_nothing_is_left(tmp_path):
    (tmp_path / "bad.png").write_bytes(b"rubbish")
    out = tmp_path / "out" / "s.webm"
    out.parent.mkdir()
    with pytest.raises(BadInput, match="bad\\.png"):
        encode_sequence([*images(tmp_path, 2), tmp_path / "bad.png"], out, progress=Progress())
    assert not list(out.parent.iterdir())


def test_no_pictures_and_too_many_are_refused(tmp_path):
    for some in ([], [tmp_path / "x.png"] * (MAX_IMAGES + 1)):
        with pytest.raises(Refused):
            encode_sequence(some, tmp_path / "s.webm", progress=Progress())


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(BadInput, match="cannot be written"):
        encode_sequence(images(tmp_path, 1), tmp_path / "gone" / "s.webm", progress=Progress())
