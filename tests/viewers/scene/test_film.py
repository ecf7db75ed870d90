"""Films behind the canvas: the frame asked for, a near one until then, within the memory promised."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

from storage.errors import PostilError
from storage.media.frames import FrameTable
from storage.media.source import FileSource
from tests.support import clips
from tests.support.clips import number_in
from tests.support.film_stage import FilmStage
from viewers.decode.video import open_video
from viewers.scene.adjust import Adjustments
from viewers.scene.film import Pace, choose
from viewers.scene.pictures import PictureSource


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.write(tmp_path_factory.mktemp("film") / "clip.mp4", 300, gop=100, b_frames=2)


@pytest.fixture
def stage(clip) -> Iterator[FilmStage]:
    made = FilmStage(clip)
    yield made
    made.pictures.close()


def test_a_film_says_what_it_is(stage):
    pictures = stage.pictures
    assert pictures.moving
    assert pictures.frames == 300
    assert pictures.clock.count == 300
    assert pictures.clock.text(25) == "0:01.000"
    assert pictures.facts(299) is pictures.facts(0)


@pytest.mark.parametrize("order", ["forwards", "backwards", "random"])
def test_every_frame_seen_carries_its_number(stage, order):
    frames = {
        "forwards": list(range(80, 140)),
        "backwards": list(range(140, 80, -1)),
        "random": random.Random(3).sample(range(300), 40),
    }[order]
    assert [stage.exact(n) for n in frames] == frames


def test_after_a_jump_a_near_frame_is_seen_at_once_and_says_which(clip):
    stage = FilmStage(clip)
    seen = []
    stage.pictures.listen(lambda: seen.append(stage.pictures.seen(280)))
    assert stage.exact(280) == 280
    stage.pictures.close()
    first = next(s for s in seen if s is not None)
    assert first.frame == 200  # the key frame before
    assert number_in(first.array) == 200
    assert all(number_in(s.array) == s.frame for s in seen if s is not None)


def test_while_scrubbing_the_newest_wish_is_served_and_older_ones_are_given_up(stage):
    for n in range(0, 290, 7):
        stage.look_at(n)
    assert stage.exact(293) == 293
    assert stage.pictures.error is None


def test_smaller_views_get_smaller_pictures(tmp_path):
    path = clips.write(tmp_path / "large.mp4", 6, size=(2560, 1440))
    stage = FilmStage(path)
    try:
        assert stage.exact(4, level=1) == 4
        assert stage.pictures.seen(4, 1).array.shape == (720, 1280, 4)
        assert stage.exact(4) == 4
        assert stage.pictures.seen(4, 0).array.shape == (1440, 2560, 4)
        assert stage.pictures.seen(4, 2).level in (0, 1)  # what is there will do until the right one comes
    finally:
        stage.pictures.close()


def test_the_neighbours_are_ready_before_they_are_asked_for(stage):
    stage.exact(150)
    stage.until(lambda: stage.pictures.ready(151) and stage.pictures.ready(149))
    assert not stage.pictures.ready(152)


@pytest.mark.parametrize("step", [1, -1])
def test_whoever_steps_finds_the_next_frame_ready_however_far_it_goes(stage, step):
    stage.exact(150)
    for n in range(150, 150 + 80 * step, step):
        stage.until(lambda following=n + step: stage.pictures.ready(following))
        assert stage.exact(n + step) == n + step
        stage.pictures.drawn()


def test_what_is_due_next_is_made_ready(stage):
    stage.exact(0)
    stage.pictures.follow([(n, 10.0) for n in (40, 44, 48)])
    stage.until(lambda: all(stage.pictures.ready(n) for n in (40, 44, 48)))
    assert stage.pictures.newest_ready(1, 47) == 44
    assert [number_in(stage.pictures.seen(n).array) for n in (40, 44, 48)] == [40, 44, 48]


def test_memory_stays_within_its_bounds_however_one_travels(clip):
    frame = clips.WIDTH * clips.HEIGHT * 4
    decoders = []

    def opened():
        decoders.append(open_video(FileSource(clip), {}, cache_dir=None, cache_bytes=600_000))
        return decoders[0]

    pictures = PictureSource(opened, budget=6 * frame)
    stage = FilmStage.__new__(FilmStage)
    import threading

    stage.pictures, stage.came = pictures, threading.Event()
    pictures.listen(stage.came.set)
    pictures.facts(0)
    stage.until(lambda: pictures.facts(0))
    dice = random.Random(1)
    for _ in range(30):
        n = dice.randrange(300)
        assert stage.exact(n) == n
        pictures.follow([(min(299, n + k), 1.0) for k in range(1, 6)])
        assert pictures.bytes_kept <= 6 * frame
        assert decoders[0].bytes_kept <= 600_000
    pictures.close()


def test_adjustments_are_applied_to_films_too(stage):
    stage.exact(10)
    stage.pictures.want([(10, 0, -1, -1)], Adjustments(invert=True))
    stage.until(lambda: (seen := stage.pictures.seen(10)) is not None and seen.array[-1, -1, 0] < 60)
    stage.pictures.want([(10, 0, -1, -1)], Adjustments())
    stage.until(lambda: stage.pictures.seen(10).array[-1, -1, 0] > 200)
    assert stage.exact(10) == 10


def test_the_value_of_a_pixel_is_that_of_the_frame_seen(stage):
    stage.exact(255)
    assert stage.pictures.value(255, 8, 8).split()[0] in {str(v) for v in range(225, 245)}
    assert stage.pictures.value(255, 999, 8) is None


def test_a_damaged_film_is_seen_to_its_end_and_says_so_once(tmp_path):
    path = clips.write(tmp_path / "damaged.mp4", 60, gop=10)
    clips.spoil(path, [23, 24])
    stage = FilmStage(path)
    try:
        numbers = [stage.exact(n) for n in range(60)]
        assert numbers[:23] == list(range(23))
        assert numbers[30:] == list(range(30, 60))
        assert "damaged.mp4 are damaged" in stage.pictures.damage
        assert stage.pictures.error is None
    finally:
        stage.pictures.close()


def test_a_truncated_film_is_seen_as_far_as_it_goes(tmp_path):
    path = clips.write(tmp_path / "cut.mkv", 100, gop=10)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    stage = FilmStage(path)
    try:
        assert 20 < stage.pictures.frames < 100
        last = stage.pictures.frames - 1
        assert stage.exact(last - 2) == last - 2
        stage.exact(last)
        assert stage.pictures.error is None
    finally:
        stage.pictures.close()


def test_what_is_no_film_is_one_error(tmp_path):
    path = tmp_path / "none.mp4"
    path.write_bytes(b"nothing of the kind" * 50)
    pictures = PictureSource(lambda: open_video(FileSource(path), {}, cache_dir=None))
    import threading

    told = threading.Event()
    pictures.listen(told.set)
    pictures.facts(0)
    assert told.wait(60)
    assert isinstance(pictures.error, PostilError)
    assert "none.mp4" in pictures.error.reason
    pictures.close()


# -- what to decode while it plays


def table(frames: int = 100, every: int = 25) -> FrameTable:
    keys = np.zeros(frames, bool)
    keys[::every] = True
    return FrameTable(np.arange(frames, dtype=np.int64), keys, Fraction(1, 25))


def test_the_first_frame_that_can_be_in_time_is_decoded():
    coming = [(10, 0.01), (11, 0.05), (12, 0.09)]
    assert choose(coming, 0, table(), lambda n: False, lambda n: 0.005) == 10
    assert choose(coming, 0, table(), lambda n: n == 10, lambda n: 0.005) == 11
    assert choose(coming, 0, table(), lambda n: False, lambda n: 0.14) == 11
    assert choose(coming, 0.04, table(), lambda n: False, lambda n: 0.14) == 12


def test_where_none_can_be_in_time_the_next_key_frame_is():
    coming = [(10, 0.01), (17, 0.02), (24, 0.03)]
    assert choose(coming, 0, table(), lambda n: False, lambda n: 1.0) == 25
    assert choose(coming, 0, table(), lambda n: n == 25, lambda n: 1.0) is None
    assert choose([(80, 0.01), (99, 0.02)], 0, table(), lambda n: False, lambda n: 1.0) == 99


def test_nothing_is_decoded_when_all_is_ready():
    assert choose([(1, 0.1), (2, 0.2)], 0, table(), lambda n: True, lambda n: 0) is None
    assert choose([], 0, table(), lambda n: False, lambda n: 0) is None


def test_the_pace_is_learnt():
    pace = Pace()
    for _ in range(60):
        pace.learn(10, 0.5)
    assert pace.cost(1) == pytest.approx(0.1, rel=0.1)
