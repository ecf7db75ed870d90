"""Tiles come newest wish first, stay within the budget, and a broken file is one clear error."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from storage.errors import BadInput
from storage.media.source import MemorySource
from tests.support import scenes
from viewers.decode.images import open_image
from viewers.decode.request import FrameFacts, Picture, PixelKind, Request
from viewers.scene.adjust import Adjustments
from viewers.scene.pictures import TILE, PictureSource


class Watch:
    """Waits for what the worker tells."""

    def __init__(self, source: PictureSource) -> None:
        self.event = threading.Event()
        source.listen(self.event.set)

    def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        for _ in range(1000):
            if true():
                return
            self.event.wait(seconds / 1000)
            self.event.clear()
        raise AssertionError("what was waited for did not come")


class Striped:
    """A huge picture whose every tile says where it is; counts what is read."""

    frames = 1

    def __init__(self) -> None:
        self.read_keys: list[tuple[int, object]] = []
        self.gate = threading.Event()
        self.gate.set()

    def facts(self, frame: int = 0) -> FrameFacts:
        return FrameFacts(40_000, 30_000, 6, PixelKind.GRAY8)

    def read(self, request: Request) -> Picture:
        self.gate.wait(60)
        region = request.region or (0, 0, 40_000, 30_000)
        self.read_keys.append((request.level, request.region))
        h, w = max(1, region[3] >> request.level), max(1, region[2] >> request.level)
        return Picture(np.full((h, w), region[0] // TILE % 251, np.uint8), PixelKind.GRAY8, region, request.level)

    def cancel(self, generation: int) -> None: ...

    def close(self) -> None: ...


def test_pixels_and_values_of_a_real_file() -> None:
    array = np.zeros((40, 60, 3), np.uint8)
    array[7, 5] = (17, 203, 88)
    source = scenes.picture(array)
    watch = Watch(source)
    watch.until(lambda: source.facts() is not None)
    facts = source.facts()
    assert facts is not None
    assert (facts.width, facts.height) == (60, 40)
    source.want([(0, facts.levels, -1, -1)], Adjustments())
    watch.until(lambda: source.whole(0) is not None)
    assert source.value(0, 5, 7) == "17 203 88"
    assert source.value(0, 60, 7) is None
    source.close()


def test_the_cache_stays_within_its_budget_and_the_newest_wish_is_kept() -> None:
    decoder = Striped()
    source = PictureSource(lambda: decoder, budget=12 << 20)
    watch = Watch(source)
    watch.until(lambda: source.facts() is not None)
    for column in range(40):
        key = (0, 0, column, 3)
        source.want([key], Adjustments())
        watch.until(lambda key=key: source.tile(key) is not None)
    assert source.bytes_kept <= 12 << 20
    assert source.tile((0, 0, 39, 3)) is not None
    assert source.tile((0, 0, 0, 3)) is None
    source.close()


def test_a_wish_that_is_no_longer_wanted_is_not_read() -> None:
    decoder = Striped()
    source = PictureSource(lambda: decoder)
    watch = Watch(source)
    watch.until(lambda: source.facts() is not None)
    decoder.gate.clear()
    source.want([(0, 0, c, 0) for c in range(30)], Adjustments())
    source.want([(0, 0, 50, 5)], Adjustments())
    decoder.gate.set()
    watch.until(lambda: source.tile((0, 0, 50, 5)) is not None)
    assert len(decoder.read_keys) <= 2
    source.close()


def test_another_adjustment_is_made_from_what_was_read() -> None:
    decoder = Striped()
    source = PictureSource(lambda: decoder)
    watch = Watch(source)
    watch.until(lambda: source.facts() is not None)
    key = (0, 0, 10, 0)
    source.want([key], Adjustments())
    watch.until(lambda: source.tile(key) is not None)
    source.want([key], Adjustments(invert=True))
    watch.until(lambda: source.tile(key)[0, 0, 0] == 245)  # type: ignore[index]
    assert len(decoder.read_keys) == 1
    source.close()


def test_the_value_of_a_pixel_is_read_when_only_a_coarse_level_is_shown() -> None:
    array = np.zeros((1500, 3000, 3), np.uint8)
    array[1200, 2100] = (17, 203, 88)
    source = scenes.picture(array)
    watch = Watch(source)
    watch.until(lambda: source.facts() is not None)
    facts = source.facts()
    assert facts is not None
    assert facts.levels > 0
    source.want([(0, facts.levels, -1, -1)], Adjustments())
    watch.until(lambda: source.whole(0) is not None)
    version = source.version
    watch.until(lambda: source.value(0, 2100, 1200) == "17 203 88")
    assert source.version == version
    source.close()


def test_tiles_of_a_region_come_from_its_middle_outwards() -> None:
    source = PictureSource(Striped)
    watch = Watch(source)
    watch.until(lambda: source.facts() is not None)
    keys = source.request(0, 0, (0, 0, 5 * TILE, 5 * TILE))
    assert len(keys) == 25
    assert keys[0][2:] == (2, 2)
    source.close()


def test_a_broken_file_is_one_error_with_a_remedy() -> None:
    data = scenes.png(np.zeros((10, 10, 3), np.uint8))[:20]
    source = PictureSource(lambda: open_image(MemorySource(data), {}, cache_dir=None))
    watch = Watch(source)
    assert source.facts() is None
    watch.until(lambda: source.error is not None)
    assert isinstance(source.error, BadInput)
    with pytest.raises(BadInput):
        raise source.error
    source.close()
