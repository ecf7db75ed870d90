"""Pictures too large to be decoded whole: something at once, everything soon, and never twice."""

from __future__ import annotations

import io
import os
import threading

import numpy as np
import pytest
import tifffile

from storage.errors import Cancelled, DiskFull
from storage.media.source import FileSource
from tests.support import pictures
from viewers.decode import frame as frame_module
from viewers.decode import pyramid
from viewers.decode.cache import PyramidCache
from viewers.decode.images import open_image
from viewers.decode.request import Request, to_rgb

WIDTH, HEIGHT = 4500, 2700


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch):
    """The bound is 40 megapixels; a lower one makes the same way fast to test."""
    monkeypatch.setattr(frame_module, "WHOLE", 4_000_000)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return pictures.smooth(WIDTH, HEIGHT)


@pytest.fixture(scope="module")
def files(picture, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    turned = pictures.stored_for(picture, 6)
    tifffile.imwrite(folder / "tiled.tif", picture, photometric="rgb", tile=(256, 256))
    with tifffile.TiffWriter(folder / "levels.tif") as writer:
        writer.write(picture, photometric="rgb", tile=(256, 256), subifds=2)
        writer.write(picture[::2, ::2], photometric="rgb", tile=(256, 256), subfiletype=1)
        writer.write(picture[::4, ::4], photometric="rgb", tile=(256, 256), subfiletype=1)
    return {
        "jpeg": pictures.write(folder / "a.jpg", picture, "JPEG", quality=95),
        "turned": pictures.write(folder / "b.jpg", turned, "JPEG", quality=95, exif=pictures.exif(6)),
        "png": pictures.write(folder / "a.png", picture, "PNG", compress_level=1),
        "strips": pictures.write(folder / "a.tif", picture, "TIFF", tiffinfo={274: 1}),
        "tiled": folder / "tiled.tif",
        "levels": folder / "levels.tif",
    }


def opened(path, cache=None):
    return open_image(FileSource(path), {}, cache_dir=cache)


@pytest.mark.parametrize("name", ["jpeg", "turned", "png", "strips", "tiled", "levels"])
@pytest.mark.parametrize("cached", [False, True])
def test_every_level_and_region_shows_the_same_picture(name, cached, files, picture, tmp_path):
    decoder = opened(files[name], tmp_path if cached else None)
    assert decoder.facts().levels == 2
    for level in (2, 0, 1, 2):
        for region in (None, (1000, 600, 512, 512), (WIDTH - 101, HEIGHT - 77, 300, 300)):
            got = decoder.read(Request(level=level, region=region))
            x, y, w, h = got.region
            assert got.array.shape == (-(-h >> level), -(-w >> level), 4)
            want = picture[y : y + h : 1 << level, x : x + w : 1 << level]
            assert np.abs(to_rgb(got).astype(int) - want).max() <= 6
    decoder.close()


@pytest.mark.parametrize("name", ["jpeg", "levels"])
def test_the_first_sight_needs_no_full_decoding(name, files, monkeypatch):
    monkeypatch.setattr(pyramid.Pyramid, "in_file", lambda *a: pytest.fail("the whole picture was decoded"))
    decoder = opened(files[name])
    assert decoder.read(Request(level=2)).array.shape == (675, 1125, 4)
    assert decoder.read(Request(level=2, region=(400, 400, 800, 800))).array.shape == (200, 200, 4)
    decoder.close()


def test_a_region_of_a_tiled_file_costs_only_its_tiles(files, monkeypatch, picture):
    monkeypatch.setattr(pyramid.Pyramid, "in_file", lambda *a: pytest.fail("the whole picture was decoded"))
    decoder = opened(files["tiled"])
    assert np.array_equal(to_rgb(decoder.read(Request(region=(300, 300, 700, 500)))), picture[300:800, 300:1000])
    decoder.close()


def test_a_pyramid_is_kept_in_the_cache_and_used_again(files, tmp_path, monkeypatch):
    decoder = opened(files["png"], tmp_path)
    first = decoder.read(Request(region=(10, 10, 50, 50))).array
    decoder.close()
    (kept,) = (tmp_path / "pyramids").iterdir()
    assert kept.suffix == ".raw"
    monkeypatch.setattr(frame_module.Frame, "_build_pyramid", lambda *a: pytest.fail("built twice"))
    again = opened(files["png"], tmp_path)
    assert np.array_equal(again.read(Request(region=(10, 10, 50, 50))).array, first)
    again.close()


def test_a_file_that_changed_does_not_get_the_old_pyramid(tmp_path):
    path = pictures.write(tmp_path / "a.png", pictures.smooth(WIDTH, 1000), "PNG", compress_level=1)
    for a in (pictures.smooth(WIDTH, 1000), pictures.smooth(WIDTH, 1000)[::-1].copy()):
        pictures.write(path, a, "PNG", compress_level=1)
        os.utime(path, ns=(1, int(a[0, 0].sum()) + 5))
        decoder = opened(path, tmp_path)
        assert np.array_equal(to_rgb(decoder.read(Request(region=(0, 0, 64, 64)))), a[:64, :64])
        decoder.close()


def test_an_unfinished_pyramid_is_not_kept(files, tmp_path):
    decoder = opened(files["jpeg"], tmp_path)
    decoder.read(Request(level=2))
    decoder.close()
    assert not list(tmp_path.rglob("*.*"))


def test_a_request_given_up_goes_on_later_where_it_stopped(files, picture, tmp_path, monkeypatch):
    decoder = opened(files["strips"], tmp_path)
    steps = []
    run = frame_module.Frame._run

    def counted(iterator, check):
        def noted():
            for step in iterator:
                steps.append(step)
                if len(steps) == 3:
                    decoder.cancel(5)
                yield step

        # The wrapped steps must live on between two requests, as the real ones do.
        kept.setdefault("steps", noted())
        run(kept["steps"], check)

    kept: dict = {}
    monkeypatch.setattr(frame_module.Frame, "_run", staticmethod(counted))
    with pytest.raises(Cancelled):
        decoder.read(Request(generation=5))
    assert len(steps) == 3
    with pytest.raises(Cancelled):
        decoder.read(Request(generation=4))
    got = decoder.read(Request(region=(0, 0, 100, 100), generation=6))
    assert np.array_equal(to_rgb(got), picture[:100, :100])
    total = len(steps)
    decoder.close()
    steps.clear()
    kept.clear()
    other = opened(files["strips"])
    other.read(Request())
    other.close()
    assert total == len(steps)  # nothing was done twice


def test_cancelling_from_another_thread_ends_a_read(files):
    decoder = opened(files["png"])
    thread = threading.Thread(target=lambda: decoder.cancel(1))
    thread.start()
    thread.join()
    with pytest.raises(Cancelled):
        decoder.read(Request(generation=1))
    decoder.close()


def test_a_full_disk_is_a_sentence_and_not_a_crash(files, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pyramid.os, "posix_fallocate", full)
    decoder = opened(files["png"], tmp_path)
    with pytest.raises(DiskFull, match="the disk is full"):
        decoder.read(Request())
    assert not list((tmp_path / "pyramids").iterdir())
    decoder.close()


def test_old_pyramids_make_room_for_new_ones(tmp_path):
    cache = PyramidCache(tmp_path, budget=1000)
    (tmp_path / "pyramids").mkdir()
    for i in range(4):
        path = tmp_path / "pyramids" / f"{i}.raw"
        path.write_bytes(bytes(300))
        os.utime(path, (i + 1, i + 1))
    stale = tmp_path / "pyramids" / "x.part"
    stale.write_bytes(b"left by a crash")
    os.utime(stale, (1, 1))
    cache.touch(tmp_path / "pyramids" / "0.raw")
    cache.begin(tmp_path / "pyramids" / "new.raw", 400)
    assert sorted(p.name for p in (tmp_path / "pyramids").iterdir()) == ["0.raw", "3.raw"]


def test_a_truncated_large_jpeg_shows_what_there_is(files, tmp_path):
    path = tmp_path / "cut.jpg"
    data = files["jpeg"].read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    decoder = opened(path)
    whole = opened(files["jpeg"])
    for level in (2, 0):
        request = Request(level=level, region=(0, 0, 256, 256))
        assert np.abs(to_rgb(decoder.read(request)).astype(int) - to_rgb(whole.read(request))).max() <= 6
    assert any("ends too early" in w for w in decoder.facts().warnings)
    decoder.close()
    whole.close()


def test_an_uncompressed_file_in_one_strip_is_read_by_rows():
    out = io.BytesIO()
    a = pictures.smooth(1200, 1100)
    tifffile.imwrite(out, a, photometric="rgb", rowsperstrip=1100, byteorder=">")
    from storage.media.source import MemorySource

    decoder = open_image(MemorySource(out.getvalue()), {}, cache_dir=None)
    assert np.array_equal(to_rgb(decoder.read(Request())), a)
