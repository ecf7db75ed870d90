"""Frames and times: there and back, in the words of the person."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.media.frames import FrameTable
from viewers.scene.frame_clock import FrameClock, time_text


def test_a_video_counts_from_its_first_frame_and_keeps_the_times_of_the_file():
    pts = np.array([900, 1800, 5400, 9000], np.int64)
    clock = FrameClock.of(FrameTable(pts, np.array([True, False, False, False]), Fraction(1, 90_000)))
    assert clock.count == 4
    assert [clock.time(n) for n in range(4)] == pytest.approx([0, 0.01, 0.05, 0.09])
    assert [clock.pts(n) for n in (0, 3, 4, -1)] == [900, 9000, None, None]
    assert clock.duration == pytest.approx(0.13)
    assert clock.time(4) == clock.duration


def test_a_sequence_has_25_frames_a_second():
    clock = FrameClock.even(1441)
    assert clock.time(41) == pytest.approx(1.64)
    assert clock.text(41) == "0:01.640"
    assert clock.pts(41) is None
    assert clock.duration == pytest.approx(57.64)


def test_before_the_first_and_after_the_last_frame_the_nearest_is_seen():
    clock = FrameClock.even(10)
    assert clock.at_time(-1) == 0
    assert clock.at_time(100) == 9


def test_times_are_written_with_hours_where_the_film_has_hours():
    assert time_text(0) == "0:00.000"
    assert time_text(59.9996) == "1:00.000"
    assert time_text(3599.5) == "59:59.500"
    assert time_text(3661.25) == "1:01:01.250"
    assert FrameClock([0, 1], 7200).text(1) == "0:00:01.000"


def test_a_clock_without_frames_is_refused():
    with pytest.raises(ValueError, match="at least one frame"):
        FrameClock([], 0)
    with pytest.raises(ValueError, match="2 frames"):
        FrameClock([0, 1], 2, [5])


@given(st.lists(st.floats(0.001, 5), min_size=1, max_size=200), st.integers(0, 199))
def test_the_time_of_a_frame_leads_back_to_it(lengths, n):
    times = [sum(lengths[:k]) for k in range(len(lengths))]
    clock = FrameClock(times, sum(lengths))
    frame = n % clock.count
    assert clock.at_time(clock.time(frame)) == frame
    assert clock.at_time(clock.time(frame) + 0.0005) == frame
