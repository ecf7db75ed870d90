"""Voxels and millimetres: by the words of the standard, there and back, for every way slices may lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from storage.model.space import LPS_RAS, VolumeGeometry, letters


def geometry(heights, *, tilt=0.0, turn=None, rows=6, columns=8) -> VolumeGeometry:
    turn = np.eye(3) if turn is None else turn
    row, column, normal = turn[0], turn[1], turn[2]
    step = normal + np.tan(np.radians(tilt)) * column
    origins = np.array([3.0, -4.0, 50.0]) + np.asarray(heights, float)[:, None] * step
    return VolumeGeometry(origins, row, column, 0.7, 0.5, rows, columns)


def turned(a: float, b: float, c: float) -> np.ndarray:
    """A rotation by three angles."""
    about = [((1, 2), a), ((0, 2), b), ((0, 1), c)]
    matrix = np.eye(3)
    for (i, j), angle in about:
        turn = np.eye(3)
        turn[i, i] = turn[j, j] = np.cos(angle)
        turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
        matrix = matrix @ turn
    return matrix


def test_a_voxel_lies_where_the_standard_says():
    g = geometry([0, 2.5, 5], turn=turned(0.3, -0.2, 1.0))
    for k, row, column in [(0, 0, 0), (2, 5, 7), (1, 3, 2)]:
        wanted = g.origins[k] + g.row_dir * 0.5 * column + g.col_dir * 0.7 * row
        assert np.abs(g.to_mm(column, row, k) - wanted).max() < 1e-12


angles = st.floats(-3.2, 3.2)


@given(
    arrays(np.float64, st.integers(2, 6), elements=st.floats(0.4, 9)),
    st.floats(-40, 40),
    angles,
    angles,
    angles,
    arrays(np.float64, (7, 3), elements=st.floats(-3, 9)),
)
@settings(max_examples=150, deadline=None)
def test_there_and_back_for_any_slices(steps, tilt, a, b, c, voxels):
    g = geometry(np.concatenate([[0], np.cumsum(steps)]), tilt=tilt, turn=turned(a, b, c))
    back = np.stack(g.to_voxel(g.to_mm(*voxels.T)), axis=-1)
    assert np.abs(back - voxels).max() < 1e-6


@given(st.integers(2, 9), st.floats(0.5, 8), st.floats(-40, 40), angles, angles, angles)
@settings(max_examples=60, deadline=None)
def test_even_slices_have_an_affine_that_says_the_same(n, step, tilt, a, b, c):
    g = geometry(np.arange(n) * step, tilt=tilt, turn=turned(a, b, c))
    assert g.regular and g.slice_spacing_mm == pytest.approx(step)
    assert g.tilt_deg == pytest.approx(abs(tilt), abs=1e-6)
    k, r, c_ = np.meshgrid(np.arange(n), np.arange(g.rows), np.arange(g.columns), indexing="ij")
    by_affine = np.stack([c_, r, k, np.ones_like(k)], axis=-1) @ g.affine.T
    assert np.abs(by_affine[..., :3] - g.to_mm(c_, r, k)).max() < 1e-9


def test_uneven_slices_have_no_affine_and_keep_their_places():
    g = geometry([0, 1, 2, 4.5, 5.5])
    assert not g.regular and g.affine is None and g.slice_spacing_mm is None
    assert g.gaps == (2,)
    assert g.deviation_mm == pytest.approx(0.75)  # slice 2 at 2, evenly it were at 2.75
    assert g.to_voxel(g.to_mm(3, 2, 2.5))[2] == pytest.approx(2.5)
    assert g.nearest_slice(g.origins[3] + [0, 0, 0.4]) == 3


def test_slices_at_one_place_are_told():
    assert geometry([0, 1, 1, 2]).duplicates == (2,)
    assert geometry([0, 1, 2]).duplicates == ()


def test_one_slice_has_a_place_but_no_distance():
    g = geometry([7])
    assert g.regular and g.slice_spacing_mm is None and g.tilt_deg == 0
    assert g.to_voxel(g.origins[0] + g.normal * 2)[2] == pytest.approx(2)


def test_an_affine_of_any_handedness_keeps_the_order_of_its_file():
    ras = np.array([[-0.5, 0, 0, 90], [0, 0.7, 0, -126], [0, 0, -2.5, 72], [0, 0, 0, 1]])
    g = VolumeGeometry.from_affine(LPS_RAS @ ras, (4, 6, 8))
    assert np.allclose(g.affine, LPS_RAS @ ras)
    assert g.to_mm(2, 3, 1).tolist() == pytest.approx([-89, 126 - 2.1, 72 - 2.5])
    assert [float(v) for v in g.to_voxel(g.to_mm(2, 3, 1.5))] == pytest.approx([2, 3, 1.5])


def test_nonsense_is_refused_at_birth():
    with pytest.raises(ValueError, match="finite"):
        VolumeGeometry([[0, 0, np.nan]], [1, 0, 0], [0, 1, 0], 1, 1, 2, 2)
    with pytest.raises(ValueError, match="same way"):
        VolumeGeometry([[0, 0, 0]], [1, 0, 0], [1, 0, 0], 1, 1, 2, 2)
    with pytest.raises(ValueError, match="positive"):
        VolumeGeometry([[0, 0, 0]], [1, 0, 0], [0, 1, 0], 0, 1, 2, 2)


@pytest.mark.parametrize(
    ("direction", "wanted"),
    [((1, 0, 0), "L"), ((-1, 0, 0), "R"), ((0, 1, 0), "P"), ((0, -2, 0), "A"), ((0, 0, 1), "H"), ((0, 0, -1), "F"),
     ((0.8, 0.6, 0), "LP"), ((0.3, -0.9, 0.2), "ALH"), ((1, 0.04, 0), "L"), ((0, 0, 0), "")],
)  # fmt: skip
def test_letters_name_the_side_a_direction_points_to(direction, wanted):
    assert letters(direction) == wanted


@given(angles, angles, angles)
@settings(max_examples=100, deadline=None)
def test_dictionaries_keep_every_digit(a, b, c):
    g = geometry([0, 1 / 3, 1], turn=turned(a, b, c) * 1.0001)
    back = VolumeGeometry.from_dict(g.to_dict())
    assert np.array_equal(back.row_dir, g.row_dir) and np.array_equal(back.col_dir, g.col_dir)
    assert np.array_equal(back.origins, g.origins)
    assert np.array_equal(back.to_mm(1, 2, 0.5), g.to_mm(1, 2, 0.5))
