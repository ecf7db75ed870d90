"""Groups and sequences from their pictures: every frame is its picture, damage stays where it is."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from storage.errors import BadInput, Cancelled
from storage.media.source import FileSource
from storage.progress import Progress
from tests.support.clips import number_in, numbered
from viewers.decode import open_media
from viewers.decode.encode import encode_members, fitted
from viewers.decode.members import SequenceDecoder, _members
from viewers.decode.moving import MovingDecoder
from viewers.decode.request import PixelKind, Request, to_rgb
from viewers.scene.pictures import PictureSource

SIZES = [(128, 96), (96, 128), (128, 96), (400, 300), (64, 64), (128, 96)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("members")


@pytest.fixture(scope="module")
def paths(folder) -> list[Path]:
    made = []
    for n, size in enumerate(SIZES):
        path = folder / f"{n}.png"
        Image.fromarray(numbered(n, *size)).save(path)
        made.append(path)
    return made


def facts_of(paths, **more) -> dict:
    return {"members": [{"title": p.name, "path": str(p)} for p in paths], **more}


def opened(kind: str, paths, **more):
    return open_media(FileSource(paths[0]), kind, facts_of(paths, **more), None)


def test_a_group_shows_each_picture_in_its_own_size(paths):
    decoder = opened("image_group", paths)
    assert decoder.frames == len(SIZES)
    assert not isinstance(decoder, MovingDecoder)
    for n in (0, 3, 1, 5, 4, 2, 0):
        assert (decoder.facts(n).width, decoder.facts(n).height) == SIZES[n]
        picture = decoder.read(Request(n))
        assert (picture.frame, picture.region) == (n, (0, 0, *SIZES[n]))
        assert np.array_equal(to_rgb(picture), numbered(n, *SIZES[n]))
    decoder.close()


def test_a_missing_picture_of_a_group_is_an_error_of_its_own(paths, folder):
    decoder = opened("image_group", [paths[0], folder / "gone.png", paths[2]])
    with pytest.raises(BadInput, match=r"gone\.png"):
        decoder.read(Request(1))
    assert decoder.read(Request(2)).frame == 2
    decoder.close()


def test_on_the_canvas_the_other_pictures_of_the_group_are_still_seen(paths, folder):
    source = PictureSource(lambda: opened("image_group", [paths[0], folder / "gone.png", paths[2]]))
    told = threading.Event()
    source.listen(told.set)

    def until(true) -> None:
        for _ in range(500):
            if true():
                return
            told.wait(0.02)
            told.clear()
        raise AssertionError("it did not come")

    until(lambda: source.facts(1) is not None or source.error_of(1) is not None)
    assert "gone.png" in source.error_of(1).reason
    assert source.error is None
    until(lambda: source.facts(2) is not None)
    assert source.error_of(2) is None
    source.close()


def test_all_frames_of_a_sequence_have_the_size_of_the_first(paths):
    decoder = opened("image_sequence", paths)
    assert isinstance(decoder, MovingDecoder)
    assert (decoder.facts().width, decoder.facts().height, decoder.facts().kind) == (128, 96, PixelKind.BGRA8)
    for n, size in enumerate(SIZES):
        picture = decoder.read(Request(n))
        assert np.array_equal(to_rgb(picture), fitted(numbered(n, *size), 128, 96))
        assert (picture.frame, picture.pts) == (n, n)
    assert float(decoder.table.duration) == pytest.approx(len(SIZES) / 25)
    decoder.close()


def test_the_encoded_video_is_taken_where_it_is_whole(paths, folder):
    video = folder / "sequence.webm"
    encode_members(paths, video, (128, 96), Progress())
    decoder = opened("image_sequence", paths, encoded=str(video))
    assert not isinstance(decoder, SequenceDecoder)
    assert [number_in(to_rgb(decoder.read(Request(n)))) for n in (0, 2, 5)] == [0, 2, 5]
    decoder.close()
    other = opened("image_sequence", paths[:4], encoded=str(video))  # a picture more or less: another sequence
    assert isinstance(other, SequenceDecoder)
    other.close()
    gone = opened("image_sequence", paths, encoded=str(folder / "gone.webm"))
    assert isinstance(gone, SequenceDecoder)
    gone.close()


def test_a_damaged_picture_of_a_sequence_is_a_black_frame_and_told(paths, folder):
    broken = folder / "broken.png"
    broken.write_bytes(paths[1].read_bytes()[:60])
    decoder = opened("image_sequence", [paths[0], broken, folder / "gone.png", paths[5]])
    assert not decoder.damage
    assert not to_rgb(decoder.read(Request(1))).any()
    assert not to_rgb(decoder.read(Request(2))).any()
    assert "broken.png" in decoder.damage
    assert "black" in decoder.facts(1).warnings[0]
    assert number_in(to_rgb(decoder.read(Request(3)))) == 5
    decoder.close()


def test_small_views_of_a_sequence_of_large_pictures(tmp_path):
    paths = []
    for n in range(3):
        path = tmp_path / f"{n}.jpg"
        Image.fromarray(numbered(n, 4096, 3072)).save(path, quality=90)
        paths.append(path)
    decoder = opened("image_sequence", paths)
    assert decoder.facts().levels == 1
    for n in (2, 0, 1):
        small = decoder.read(Request(n, level=1))
        assert small.array.shape == (1536, 2048, 4)
        assert number_in(to_rgb(small)) == n
    decoder.close()


def test_a_region_of_a_frame(paths):
    decoder = opened("image_sequence", paths)
    whole = decoder.read(Request(0)).array
    part = decoder.read(Request(0, region=(32, 16, 40, 30)))
    assert part.region == (32, 16, 40, 30)
    assert np.array_equal(part.array, whole[16:46, 32:72])
    with pytest.raises(BadInput, match="outside"):
        decoder.read(Request(0, region=(500, 0, 4, 4)))
    with pytest.raises(BadInput, match="6 pictures"):
        decoder.read(Request(6))
    decoder.close()


def test_frames_are_read_ahead_within_the_budget(tmp_path):
    paths = []
    for n in range(40):
        path = tmp_path / f"{n:02}.png"
        Image.fromarray(numbered(n)).save(path)
        paths.append(path)
    frame = 64 * 64 * 4
    decoder = SequenceDecoder(_members(FileSource(paths[0]), facts_of(paths)), {}, None, cache_bytes=16 * frame)
    decoder.read(Request(4))
    while decoder.read_ahead(lambda: None):
        pass
    assert all(decoder.cached(n) for n in range(4, 12))
    assert decoder._cache.bytes <= 16 * frame
    decoder.read(Request(3))
    while decoder.read_ahead(lambda: None):
        pass
    assert decoder.cached(0)
    assert number_in(to_rgb(decoder.kept(20))) == 20

    def stop() -> None:
        raise Cancelled

    decoder.read(Request(30))
    with pytest.raises(Cancelled):
        decoder.read_ahead(stop)
    decoder.close()


def test_what_is_no_longer_wanted_is_not_read(paths):
    decoder = opened("image_sequence", paths)
    decoder.cancel(7)
    with pytest.raises(Cancelled):
        decoder.read(Request(1, generation=7))
    assert decoder.read(Request(1, generation=8)).frame == 1
    decoder.close()


def test_a_sequence_is_seen_on_the_canvas_like_a_film(paths):
    source = PictureSource(lambda: opened("image_sequence", paths))
    told = threading.Event()
    source.listen(told.set)
    assert source.facts() is None
    while source.facts() is None:
        assert told.wait(60)
        told.clear()
    assert source.moving
    assert source.clock.text(5) == "0:00.200"
    source.close()


def test_transparent_and_deep_pictures_are_shown_as_in_the_video(tmp_path):
    deep = np.full((40, 60), 40_000, np.uint16)
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    glass = np.zeros((40, 60, 4), np.uint8)
    glass[..., :3], glass[..., 3] = 200, 128
    Image.fromarray(glass).save(tmp_path / "glass.png")
    decoder = opened("image_sequence", [tmp_path / "deep.png", tmp_path / "glass.png"])
    assert decoder.read(Request(0)).array[0, 0].tolist() == [156, 156, 156, 255]
    assert decoder.read(Request(1)).array[0, 0].tolist() == [100, 100, 100, 255]
    decoder.close()


def test_a_group_without_pictures_says_so(paths):
    with pytest.raises(BadInput, match="not known"):
        open_media(FileSource(paths[0]), "image_group", {}, None)
