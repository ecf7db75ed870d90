"""The frame that is due: at every speed, with uneven times, in loops, after the sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.scene.playback import FASTEST, SLOWEST, SPEEDS, Loop, Playback


def even(frames: int = 100, fps: float = 25.0) -> Playback:
    return Playback([n / fps for n in range(frames)], frames / fps)


@pytest.mark.parametrize("speed", SPEEDS)
def test_every_speed_shows_the_frame_of_that_media_time(speed):
    p = even(10_000)
    p.set_speed(speed, 0)
    p.play(100.0)
    for passed in (0.0, 0.0101, 0.5, 3.333, 20.0):
        assert p.due(100.0 + passed) == int(passed * speed * 25 + 1e-9)


def test_speeds_are_held_in_bounds():
    p = even()
    p.set_speed(100, 0)
    assert p.speed == FASTEST
    p.set_speed(0, 0)
    assert p.speed == SLOWEST


def test_a_change_of_speed_does_not_move_the_picture():
    p = even()
    p.play(0)
    assert p.due(1.0) == 25
    p.set_speed(4, 1.0)
    assert p.due(1.0) == 25
    assert p.due(1.5) == 75


def test_with_uneven_times_each_frame_is_shown_as_long_as_it_lasts():
    p = Playback([0, 0.1, 0.5, 0.55, 2.0], 2.5)
    p.play(0)
    assert [p.due(t) for t in (0, 0.09, 0.1, 0.49, 0.5, 0.56, 1.99, 2.0)] == [0, 0, 1, 1, 2, 3, 3, 4]


def test_it_says_how_long_until_the_next_frame():
    p = Playback([0, 0.1, 0.5], 1.0)
    assert p.wait(0) is None
    p.set_speed(2, 0)
    p.play(0)
    assert p.wait(0) == pytest.approx(0.05)
    assert p.wait(0.1) == pytest.approx(0.15)


def test_late_drawing_drops_frames_and_not_time():
    p = even()
    p.play(0)
    assert p.due(0.04) == 1
    assert p.due(0.40) == 10
    assert p.dropped == 8
    assert p.due(0.44) == 11
    assert p.dropped == 8


def test_it_stops_on_the_last_frame_and_plays_again_from_the_first():
    p = even(10)
    p.play(0)
    assert p.due(0.39) == 9
    assert p.playing
    assert p.due(5) == 9
    assert not p.playing
    p.play(6)
    assert p.due(6) == 0
    assert p.due(6.2) == 5


def test_pausing_holds_the_place():
    p = even()
    p.play(0)
    p.pause(1)
    assert p.due(50) == 25
    p.play(60)
    assert p.due(61) == 50


def test_a_loop_plays_its_frames_and_no_others():
    p = even()
    p.set_loop(Loop(20, 29), 0)
    p.play(0)
    seen = [p.due(n / 25 + 0.001) for n in range(35)]
    assert seen == [20 + n % 10 for n in range(35)]


def test_a_loop_of_one_frame_and_one_to_the_end():
    p = even(10)
    p.set_loop(Loop(3, 3), 0)
    p.play(0)
    assert {p.due(n / 10) for n in range(20)} == {3}
    p.set_loop(Loop(8, 9), 2)
    assert {p.due(2 + n / 50) for n in range(20)} == {8, 9}


def test_seeking_out_of_the_loop_leaves_it():
    p = even()
    p.set_loop(Loop(20, 29), 0)
    p.seek(25, 0)
    assert p.loop is not None
    p.seek(50, 0)
    assert p.loop is None
    assert p.due(0) == 50


def test_seeking_while_playing_goes_on_from_there():
    p = even()
    p.play(0)
    p.seek(60, 1)
    assert p.due(1) == 60
    assert p.due(1.2) == 65
    p.seek(10_000, 2)
    assert p.due(2) == 99


def test_the_sound_is_the_master():
    p = even(1000)
    p.play(0)
    p.heard(0.0, 0.0)
    for n in range(1, 40):  # the device runs one in a hundred slow
        now = n / 10
        p.heard(now * 0.99, now)
        assert p.time(now) == pytest.approx(now * 0.99, abs=0.02)
    assert p.due(3.9) == int(3.9 * 0.99 * 25)


def test_when_the_sound_stands_still_the_picture_waits():
    p = even(1000)
    p.play(0)
    p.heard(1.0, 1.0)
    assert p.time(1.2) == pytest.approx(1.2)
    assert p.time(9.0) == pytest.approx(1.25)
    p.sound_ended(9.0)
    assert p.time(10.0) == pytest.approx(2.25)


def test_small_steps_back_of_the_sound_do_not_turn_the_picture_back():
    p = even(1000)
    p.play(0)
    p.heard(1.0, 1.0)
    before = p.time(1.1)
    p.heard(1.05, 1.1)
    assert p.time(1.1) == before
    p.heard(0.2, 1.2)
    assert p.time(1.2) == pytest.approx(0.2)


@given(
    st.lists(st.floats(0.001, 5), min_size=1, max_size=50),
    st.floats(SLOWEST, FASTEST),
    st.lists(st.floats(0, 3), max_size=40),
    st.tuples(st.integers(0, 49), st.integers(0, 49)) | st.none(),
)
def test_whatever_happens_the_frame_is_one_that_exists_and_inside_the_loop(lengths, speed, steps, ends):
    times = [sum(lengths[:n]) for n in range(len(lengths))]
    p = Playback(times, sum(lengths))
    p.set_speed(speed, 0)
    loop = None
    if ends is not None:
        loop = Loop(min(*ends, len(times) - 1), min(max(ends), len(times) - 1))
        p.set_loop(loop, 0)
    p.play(0)
    now, last = 0.0, -1
    for step in steps:
        now += step
        frame = p.due(now)
        assert 0 <= frame < len(times)
        if loop is not None:
            assert loop.first <= frame <= loop.last
        else:
            assert frame >= last
        last = frame
        wait = p.wait(now)
        assert wait is None or wait >= 0
