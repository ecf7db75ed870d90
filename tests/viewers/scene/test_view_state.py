"""One place converts between image and screen, and it is exact in every orientation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.scene.view_state import MAX_ZOOM, ViewState, level_for

coordinate = st.floats(-5000, 20000)


@st.composite
def views(draw: st.DrawFn) -> ViewState:
    view = ViewState()
    view.frame = (draw(st.integers(1, 20000)), draw(st.integers(1, 20000)))
    view.resize(draw(st.floats(50, 4000)), draw(st.floats(50, 4000)), draw(st.sampled_from((1.0, 1.5, 2.0))))
    view.zoom = draw(st.floats(0.01, MAX_ZOOM))
    view.centre = (draw(coordinate), draw(coordinate))
    view.rotation = draw(st.sampled_from((0, 90, 180, 270)))
    view.flip = draw(st.booleans())
    return view


@given(views(), st.tuples(coordinate, coordinate))
def test_a_point_comes_back_from_the_screen(view: ViewState, point: tuple[float, float]) -> None:
    there = view.to_screen([point])
    assert np.allclose(view.to_image(there), [point], atol=1e-6)
    assert view.image_point(*view.screen_point(*point)) == pytest.approx(point, abs=1e-6)
    assert view.screen_point(*point) == pytest.approx(tuple(there[0]), abs=1e-6)


@given(views(), st.floats(0.1, 10), st.floats(0, 1), st.floats(0, 1))
def test_zooming_keeps_the_pixel_under_the_cursor(view: ViewState, factor: float, u: float, v: float) -> None:
    at = (u * view.size[0], v * view.size[1])
    x, y = view.image_point(*at)
    view.zoom_at(factor, at)
    sx, sy = view.screen_point(x, y)
    assert abs(sx - at[0]) <= 1.01 / view.dpr  # the frame sits on whole device pixels
    assert abs(sy - at[1]) <= 1.01 / view.dpr


@given(views())
def test_fit_shows_the_whole_frame_and_touches_a_margin(view: ViewState) -> None:
    view.fit(margin=8)
    w, h = view.frame
    corners = view.to_screen([(0, 0), (w, 0), (w, h), (0, h)])
    if 1 / 512 < view.zoom < MAX_ZOOM:
        assert corners.min() >= -1.0
        assert (corners[:, 0].max() <= view.size[0] + 1) and (corners[:, 1].max() <= view.size[1] + 1)


@pytest.mark.parametrize("flip", [False, True])
def test_turning_is_clockwise_on_the_screen(flip: bool) -> None:
    view = ViewState()
    view.frame = (100, 50)
    view.resize(400, 400, 1.0)
    view.fit()
    if flip:
        view.mirror()
    x, y = view.screen_point(100, 25)
    view.turn(90)
    # Turned clockwise about the middle of the canvas: (dx, dy) becomes (-dy, dx).
    assert view.screen_point(100, 25) == pytest.approx((200 - (y - 200), 200 + (x - 200)), abs=1.0)


def test_mirroring_swaps_left_and_right_whatever_the_turn() -> None:
    for degrees in (0, 90, 180, 270):
        view = ViewState()
        view.frame = (100, 50)
        view.resize(400, 300, 1.0)
        view.fit()
        view.turn(degrees)
        x, y = view.screen_point(10, 10)
        view.mirror()
        assert view.screen_point(10, 10) == pytest.approx((400 - x, y), abs=1.0)


def test_zoom_to_bounds_leaves_the_margin() -> None:
    view = ViewState()
    view.frame = (4000, 3000)
    view.resize(800, 600, 1.0)
    view.show((1000, 1000, 1200, 1100), margin=50)
    (x0, _), (x1, _) = view.screen_point(1000, 1000), view.screen_point(1200, 1100)
    assert x0 == pytest.approx(50, abs=1)
    assert x1 == pytest.approx(750, abs=1)


@pytest.mark.parametrize(("scale", "level"), [(4.0, 0), (1.0, 0), (0.6, 0), (0.5, 1), (0.3, 1), (0.25, 2), (0.01, 3)])
def test_the_level_drawn_from_has_a_pixel_for_each_on_screen(scale: float, level: int) -> None:
    assert level_for(scale, levels=3) == level


def test_a_pan_is_a_shift_by_whole_device_pixels() -> None:
    view = ViewState()
    view.frame = (4000, 3000)
    view.resize(800, 600, 1.5)
    view.zoom = 0.37
    view.centre = (2000, 1500)
    before = view.placement()
    view.pan(10, -4)
    assert view.placement().shift_from(before) == (15, -6)
    view.zoom_at(1.1, (3, 3))
    assert view.placement().shift_from(before) is None
