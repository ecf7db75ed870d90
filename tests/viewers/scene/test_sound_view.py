"""Time on the screen: what is under the cursor stays there, and the ends of the sound are never left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.scene.sound_view import TimeView


def test_fitted_it_shows_all_and_stays_fitted_when_the_window_grows():
    view = TimeView(120.0, 44_100, 600)
    assert (view.start, view.end) == (0.0, 120.0)
    view.resize(1200)
    assert view.fitted
    assert view.end == pytest.approx(120.0)


def test_zooming_keeps_the_time_under_the_cursor():
    view = TimeView(7200.0, 44_100, 1000)
    view.zoom_at(50, 400)
    there = view.time(700)
    view.zoom_at(8, 700)
    assert view.time(700) == pytest.approx(there, abs=1e-9)


def test_the_closest_zoom_shows_single_samples_and_goes_no_further():
    view = TimeView(60.0, 8000, 800)
    view.zoom_at(1e12, 10)
    assert 1 / (view.scale * 8000) == pytest.approx(32)


def test_a_time_in_sight_moves_nothing_and_one_outside_comes_where_asked():
    view = TimeView(100.0, 8000, 1000)
    view.show(20, 30, margin=0)
    assert not view.bring(25)
    assert view.bring(60, at=0.05)
    assert view.x(60) == pytest.approx(50)


@given(
    st.floats(0.01, 1e5), st.integers(1000, 200_000), st.integers(1, 8000),
    st.lists(st.tuples(st.sampled_from(["zoom", "pan", "show", "resize"]), st.floats(0.001, 1e4), st.floats(0, 1)), max_size=12),
)  # fmt: skip
def test_whatever_is_done_it_shows_a_part_of_the_sound(duration, rate, width, acts):
    view = TimeView(duration, rate, width)
    for act, amount, part in acts:
        match act:
            case "zoom":
                view.zoom_at(amount, part * view.width)
            case "pan":
                view.pan((part - 0.5) * amount)
            case "show":
                view.show(part * duration, part * duration + amount)
            case _:
                view.resize(max(1, int(amount)))
        assert view.start >= 0
        assert view.end <= view.duration * (1 + 1e-9)
        assert view.time(view.x(part * duration)) == pytest.approx(part * duration, abs=1e-6 * duration)
