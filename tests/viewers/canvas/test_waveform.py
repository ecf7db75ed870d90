"""Waveform, spectrogram, regions and ruler as pixels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.canvas.waveform_bands import Marks, bands
from viewers.canvas.waveform_layout import LANE, RULER, SoundLayout
from viewers.canvas.waveform_painter import short_time, tick_step
from viewers.canvas.waveform_raster import (
    CLIPPED,
    GROUND,
    PEAK,
    RMS,
    draw_line,
    draw_spectrum,
    draw_wave,
    place_of_frequency,
    spectrum_rows,
)
from viewers.decode.spectrogram import BINS
from viewers.scene.sound_colors import COLOR_MAPS, color_map

WIDTH = 60


@st.composite
def laned(draw):
    """Regions of which none covers another in its lane, in ms at 10 ms a pixel."""
    spans = []
    for lane in range(draw(st.integers(1, 3))):
        at = draw(st.integers(-300, 100))
        for _ in range(draw(st.integers(0, 5))):
            at += draw(st.integers(0, 150))
            end = at + draw(st.integers(1, 200))
            spans.append((at, end, lane, draw(st.integers(0, 2))))
            at = end
    return sorted(spans)


@given(laned())
def test_many_regions_are_drawn_where_each_of_them_is(spans):
    columns = np.array(spans, np.int64).reshape(-1, 4).T
    colors = np.full((len(spans), 3), 200, np.float32)
    made = bands(Marks(columns[0], columns[1], columns[2], colors, columns[3]), 3, WIDTH, 0.0, 10.0, 0.25)
    for lane in range(3):
        there = np.zeros(WIDTH, bool)
        for start, end, own, _ in spans:
            left = int(np.floor(start / 10 + 0.5))
            right = max(int(np.floor(end / 10 + 0.5)), left + 1)
            if own == lane:
                there[max(0, left) : max(0, right)] = True
        assert ((made.lanes[lane] >> 24 == 255) == there).all()
    covered = (made.lanes >> 24 > 0).any(axis=0)
    assert ((made.tint[0] >> 24 > 0) >= covered).all()


def test_a_selected_region_is_brighter_than_one_at_rest():
    marks = Marks(
        np.array([0, 300]), np.array([200, 500]), np.array([0, 0]), np.full((2, 3), 200, np.float32), np.array([0, 2])
    )
    row = bands(marks, 1, WIDTH, 0.0, 10.0, 0.25).lanes[0]
    assert row[40] & 255 > row[10] & 255


def test_a_wave_reaches_as_far_as_its_samples_and_clipping_is_marked():
    out = np.zeros((104, 3), np.uint32)
    draw_wave(out, np.array([[-0.5, 0.5, 0.2], [0, 0, 0], [-1, 1, 0.5]], np.float32), 1.0)
    lit = np.flatnonzero((out[:, 0] == PEAK) | (out[:, 0] == RMS))
    assert (lit[0], lit[-1]) == (27, 76)
    assert np.count_nonzero(out[:, 0] == RMS) == pytest.approx(20, abs=1)
    assert np.count_nonzero((out[:, 1] == PEAK) | (out[:, 1] == RMS)) == 1
    assert out[0, 2] == CLIPPED
    assert out[0, 0] == GROUND


def test_a_line_goes_through_its_values():
    out = np.zeros((104, 2), np.uint32)
    draw_line(out, np.array([[0.5, 0.5, 0], [-0.5, -0.5, 0]], np.float32), 1.0, 2.0)
    assert np.flatnonzero(out[:, 0] == RMS).mean() == pytest.approx(52 - 25 - 0.5)
    assert np.flatnonzero(out[:, 1] == RMS).mean() == pytest.approx(52 + 25 - 0.5)


@pytest.mark.parametrize("scale", ["linear", "mel"])
def test_a_tone_is_drawn_at_its_frequency(scale):
    rate, top = 16_000, 8000.0
    columns = np.zeros((40, BINS), np.uint8)
    columns[:, round(2000 / 8000 * (BINS - 1))] = 255
    out = np.zeros((300, 30), np.uint32)
    draw_spectrum(
        out, columns, np.ones(40, bool), np.arange(30) + 0.5, spectrum_rows(300, rate, top, scale), color_map("Grey", -100, 0)
    )
    brightest = (out[:, 10] & 255).argmax()
    assert 300 - brightest == pytest.approx(place_of_frequency(2000, top, scale) * 300, abs=2)


def test_where_no_tile_is_yet_the_ground_is_left():
    out = np.zeros((50, 30), np.uint32)
    there = np.arange(40) < 10
    draw_spectrum(
        out,
        np.full((40, BINS), 200, np.uint8),
        there,
        np.arange(30.0),
        spectrum_rows(50, 8000, 4000, "mel"),
        color_map("Magma", -90, 0),
    )
    assert (out[:, 15:] == GROUND).all()
    assert (out[:, :9] != GROUND).all()


@pytest.mark.parametrize("name", COLOR_MAPS)
def test_louder_is_never_the_same_as_silent(name):
    colors = color_map(name, -90, -10)
    assert len(colors) == 256
    assert colors[0] != colors[-1]
    light = [sum(w * (c >> s & 255) for w, s in ((0.3, 16), (0.59, 8), (0.11, 0))) for c in colors.tolist()]
    steps = np.diff(light)
    assert (steps >= -1.5).all() or (steps <= 1.5).all()


@given(st.floats(1e-6, 20_000))
def test_labels_of_the_ruler_have_room_and_tell_neighbours_apart(least):
    step, digits = tick_step(least)
    assert step >= least * (1 - 1e-9)
    assert step <= max(least * 5.01, 1e-9) or step >= 1
    assert short_time(3 * step, digits, long=False) != short_time(4 * step, digits, long=False)


@given(st.integers(60, 3000), st.integers(60, 2000), st.integers(1, 60), st.integers(1, 8), st.booleans(), st.floats(0, 1))
def test_everything_has_a_place_and_nothing_lies_on_another(width, height, lanes, channels, spectrum, share):
    layout = SoundLayout.of(width, height, lanes=lanes, channels=channels, spectrum=spectrum, share=share)
    strips = [layout.ruler, layout.lanes, *layout.waves, *([layout.spectrum] if layout.spectrum is not None else [])]
    for above, below in pairwise(strips):
        assert above.bottom() == pytest.approx(below.top())
    assert layout.lanes.height() <= max(LANE * 2, 0.4 * (height - RULER) + 1)
    assert layout.lane_at(layout.lanes.top() + 4) == 0


def test_more_lanes_than_fit_are_scrolled():
    layout = SoundLayout.of(800, 400, lanes=30, channels=1, spectrum=True, shift=2 * LANE)
    assert layout.lane_at(layout.lane(3).center().y()) == 3
    assert layout.lane(0).bottom() < layout.lanes.top()
