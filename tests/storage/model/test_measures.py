"""Lengths, angles, areas and statistics: against numpy, in the unit that is known and no other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.model import masks
from storage.model.geometry import Box, Circle, Ellipse, Geometry, Keypoint, Polygon, RotatedBox
from storage.model.measures import (
    Scale,
    Tally,
    angle,
    area,
    cobb,
    length,
    under_pieces,
    under_shape,
)
from storage.model.space import VolumeGeometry
from tests.support.segment_stage import geometry

part = st.floats(1, 18)
shapes: st.SearchStrategy[Geometry] = st.one_of(
    st.builds(Box, part, part, part, part),
    st.builds(RotatedBox, part, part, part, part, st.floats(0, 180)),
    st.builds(Ellipse, part, part, part, part, st.floats(0, 180)),
    st.builds(Circle, part, part, part, st.floats(0.3, 2)),
    st.lists(st.tuples(part, part), min_size=3, max_size=7).map(lambda p: Polygon.simple(tuple(p))),
)


@settings(max_examples=150, deadline=None)
@given(shapes, st.integers(0, 999))
def test_statistics_are_those_of_numpy_on_the_mask_without_padding(shape, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(50, 900, (20, 23)).astype(np.float32)
    padding = rng.random((20, 23)) < 0.2
    values[padding] = -2000
    mask = masks.rasterize(shape, 23, 20)
    found = under_shape(values, shape, padding)
    chosen = values[mask & ~padding].astype(np.float64)
    if len(chosen) == 0:
        assert found is None
        return
    assert (found.count, found.left_out) == (len(chosen), int((mask & padding).sum()))
    assert (found.minimum, found.maximum) == (chosen.min(), chosen.max())
    assert found.mean == pytest.approx(chosen.mean()) and found.deviation == pytest.approx(chosen.std(), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=9), st.integers(0, 999))
def test_statistics_piece_by_piece_are_those_of_the_whole(sizes, seed):
    rng = np.random.default_rng(seed)
    pieces = [rng.integers(-1000, 3000, n).astype(np.int16) for n in sizes]
    under = [rng.random(n) < 0.6 for n in sizes]
    found = under_pieces((v, m, None) for v, m in zip(pieces, under, strict=True))
    chosen = np.concatenate([v[m] for v, m in zip(pieces, under, strict=True)]).astype(float)
    if len(chosen) == 0:
        assert found is None
    else:
        assert found.mean == pytest.approx(chosen.mean()) and found.deviation == pytest.approx(chosen.std(), abs=1e-6)


def test_a_large_offset_does_not_spoil_the_deviation():
    tally = Tally()
    for _ in range(50):
        tally.add(np.array([30000, 30001, 30002], np.uint16))
    assert tally.result().deviation == pytest.approx(np.sqrt(2 / 3), rel=1e-9)


def test_what_is_not_a_number_is_left_out():
    values = np.array([[1.0, np.nan], [3.0, np.inf]], np.float32)
    found = under_shape(values, Box(0, 0, 2, 2))
    assert (found.count, found.left_out, found.mean) == (2, 2, 2.0)


def test_lengths_and_angles_count_the_spacing_of_rows_and_columns():
    scale = Scale(0.5, 2.0, "mm")
    assert length([(0, 0), (3, 0), (3, 8)], scale) == pytest.approx(6 + 4)
    assert angle((1, 0), (0, 0), (1, 4), scale) == pytest.approx(45)
    assert angle((1, 0), (0, 0), (-1, 0), scale) == pytest.approx(180)
    assert angle((1, 0), (1, 0), (5, 5), scale) is None


def test_rows_and_columns_that_are_not_square_to_each_other_are_measured_in_space():
    """As registrations write NIfTI files: lengths, angles and areas are those of the points in the patient."""
    affine = np.array([[0.9, 0.4, 0, 3], [0.1, 1.2, 0.3, -7], [0, 0.2, 2.5, 1], [0, 0, 0, 1]])
    found = VolumeGeometry.from_affine(affine, (5, 40, 40))
    scale = Scale.of_volume(found)
    corner, a, b = (4.0, 7.0), (20.0, 9.0), (11.0, 30.0)
    mm = [found.to_mm(*point, 2) for point in (corner, a, b)]
    u, v = mm[1] - mm[0], mm[2] - mm[0]
    assert length([a, corner, b], scale) == pytest.approx(np.linalg.norm(u) + np.linalg.norm(v))
    between = np.degrees(np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v)))
    assert angle(a, corner, b, scale) == pytest.approx(between)
    assert area(Polygon.simple((corner, a, b)), scale) == pytest.approx(np.linalg.norm(np.cross(u, v)) / 2)


def test_cobb_does_not_depend_on_the_way_the_lines_were_drawn():
    scale = Scale()
    one, two = ((0.0, 0.0), (10.0, 0.0)), ((0.0, 5.0), (10.0, 15.0))
    for a in (one, one[::-1]):
        for b in (two, two[::-1]):
            assert cobb(a, b, scale) == pytest.approx(45)


def test_areas_are_those_of_the_shapes():
    scale = Scale(0.5, 0.25, "mm")
    each = 0.125
    assert area(Box(3, 4, 6, 8), scale) == pytest.approx(48 * each)
    assert area(RotatedBox(3, 4, 6, 8, 33), scale) == pytest.approx(48 * each)
    assert area(Ellipse(9, 9, 3, 5, 20), scale) == pytest.approx(np.pi * 15 * each)
    ring = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
    hole = ((2.0, 2.0), (2.0, 4.0), (4.0, 4.0), (4.0, 2.0))
    assert area(Polygon(((ring, hole),)), scale) == pytest.approx(96 * each)
    assert area(masks.encode(np.ones((3, 4), bool)), scale) == pytest.approx(12 * each)
    assert area(Keypoint(1, 1), scale) is None


def test_the_unit_is_the_one_that_is_known():
    assert Scale.of_volume(geometry()) == Scale(0.8, 0.6, "mm")
    assert Scale.of_image([0.2, 0.1]) == Scale(0.2, 0.1, "mm")
    assert Scale.of_image([0.14, 0.14], "detector") == Scale(0.14, 0.14, "mm at detector")
    assert Scale.of_image([0.12, 0.12], "patient").unit == "mm"
    assert Scale.of_image(None) == Scale(1.0, 1.0, "px")
    assert Scale.of_image([0.0, 0.5]).unit == "px"
    assert Scale().area_unit == "px²"
