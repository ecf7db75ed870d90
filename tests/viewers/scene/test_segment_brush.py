"""Brushes and scissors: exactly the voxels whose centre lies there in the patient, whatever the geometry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.model import masks
from storage.model.geometry import Polygon
from storage.model.space import VolumeGeometry
from storage.model.volume_masks import nearest_voxels
from storage.model.voxels import VoxelBlock, VoxelBox
from tests.support.segment_stage import centres, geometries, geometry, turned, whole
from viewers.scene.segment.brush import ball, disc
from viewers.scene.segment.scissors import Sheet, beyond_plane, inside_outline
from viewers.scene.segment.values import StoredValues, gated

unit = st.floats(-0.2, 1.2)
places = st.tuples(unit, unit, unit)


def place(found: VolumeGeometry, part: tuple[float, float, float]) -> np.ndarray:
    n, rows, columns = found.shape
    return found.to_mm(part[0] * (columns - 1), part[1] * (rows - 1), part[2] * (n - 1))


def to_segment(points: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    way = b - a
    length2 = float(way @ way)
    t = np.clip((points - a) @ way / length2, 0, 1) if length2 > 0 else np.zeros(points.shape[:-1])
    return np.linalg.norm(points - a - t[..., None] * way, axis=-1)


def cell(found: VolumeGeometry) -> float:
    """Half the way across the largest voxel: how far a voxel's centre may lie from a point that it holds."""
    steps = np.diff(found.origins, axis=0) if found.n > 1 else found.normal[None]
    step = np.linalg.norm(steps, axis=1).max()
    return (step + found.spacing_row_mm + found.spacing_col_mm) / 2


@settings(max_examples=150, deadline=None)
@given(geometries(), places, places, st.floats(0.1, 9.0))
def test_a_ball_brush_takes_the_voxels_within_its_radius_of_the_stroke(found, one, two, radius):
    a, b = place(found, one), place(found, two)
    made = whole(ball(found, a, b, radius), found.shape)
    distance = to_segment(centres(found), a, b)
    assert made[distance < radius * (1 - 1e-6) - 1e-6].all()
    most = radius if radius >= 4.0 else max(radius, cell(found))  # a small brush takes the voxels that it is on
    assert not made[distance > most * (1 + 1e-6) + 1e-6].any()


@settings(max_examples=150, deadline=None)
@given(geometries(), places, st.tuples(unit, unit, unit), st.floats(0.1, 9.0))
def test_a_disc_takes_only_voxels_of_its_plane_within_its_radius_there(found, one, direction, radius):
    normal = np.array(direction) + np.array([0.3, 0.01, -0.2])
    normal /= np.linalg.norm(normal)
    a = place(found, one)
    made = whole(disc(found, a, None, radius, normal), found.shape)
    offset = centres(found) - a
    above = offset @ normal
    within = np.linalg.norm(offset - above[..., None] * normal, axis=-1)
    most = radius if radius >= 4.0 else max(radius, cell(found))
    assert (within[made] <= most * (1 + 1e-6) + 1e-6).all()
    assert (abs(above[made]) <= cell(found)).all()
    # Every pixel of the plane within the brush shows a voxel that is painted: no stripes.
    right = np.cross(normal, [0.12, 0.7, 0.5])
    right /= np.linalg.norm(right)
    down = np.cross(normal, right)
    u, v = np.meshgrid(np.linspace(-radius, radius, 41), np.linspace(-radius, radius, 41))
    points = a + u[..., None] * right + v[..., None] * down
    kk, jj, ii = nearest_voxels(found, points)
    shown = (kk >= 0) & (within[kk, jj, ii] < radius * (1 - 1e-6))
    assert made[kk[shown], jj[shown], ii[shown]].all()


@pytest.mark.parametrize("tilt", [0.0, -18.5])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_in_a_plane_of_the_volume_the_brush_is_one_layer_thick(tilt, axis):
    found = geometry((9, 30, 26), (2.5, 0.8, 0.6), turn=turned(20, -35, 50), tilt_deg=tilt)
    normal = [found.normal, found.col_dir, found.row_dir][axis]
    if tilt and axis == 1:
        normal = np.cross(found.slice_step, found.row_dir)  # the plane through the rows and the way between slices
    at = found.to_mm(13, 15, 4)
    made = disc(found, at, found.to_mm(*(np.array([16, 18, 5]))), 6.0, normal).tight()
    assert made.array.shape[axis] == 1
    assert made.lo[axis] == (4, 15, 13)[axis]


@pytest.mark.parametrize("half", [0.5, -0.5])
def test_right_between_two_slices_one_of_them_is_painted(half):
    found = geometry()
    made = disc(found, found.to_mm(10, 12, 5 + half), None, 4.0, found.normal).tight()
    assert made.array.shape[0] == 1


def test_the_acquired_slice_of_a_tilted_volume_holds_a_round_disc():
    found = geometry((9, 60, 60), (3.0, 0.5, 0.5), tilt_deg=16.5)
    made = disc(found, found.to_mm(30, 30, 4), None, 10.0, found.normal).tight()
    assert made.array.shape == (1, 41, 41)
    assert made.count == sum(x * x + y * y <= 400 for x in range(-20, 21) for y in range(-20, 21))


def test_a_sphere_has_the_volume_of_a_sphere():
    found = geometry((40, 80, 90), (1.25, 0.7, 0.6), turn=turned(10, 20, 30), tilt_deg=12)
    made = ball(found, found.to_mm(44.3, 40.2, 19.6), None, 18.0)
    area = 0.7 * 0.6
    assert made.count * 1.25 * area == pytest.approx(4 / 3 * np.pi * 18**3, rel=0.005)


def test_a_brush_smaller_than_a_voxel_paints_what_it_is_on():
    found = geometry()
    at = found.to_mm(4.4, 6.4, 3.4)
    for made in (ball(found, at, None, 0.01), disc(found, at, None, 0.01, found.normal)):
        assert made.count == 1 and made.tight().lo == (3, 6, 4)


def test_a_stroke_outside_of_the_volume_paints_nothing():
    found = geometry()
    assert ball(found, found.to_mm(200, 200, 90), found.to_mm(220, 200, 90), 5.0).count == 0


def test_a_threshold_brush_takes_only_values_of_its_range():
    rng = np.random.default_rng(3)
    found = geometry()
    stored = rng.integers(0, 100, found.shape).astype(np.int16)
    stored[5, 10:12] = -2000
    slope = np.linspace(0.5, 2, found.n)
    values = StoredValues(stored, slope, -10.0, padding=(-2000, -2000))
    block = ball(found, found.to_mm(10, 12, 5), None, 6.0)
    made = whole(gated(block, values, -3000, 40), found.shape)
    hu = stored * slope[:, None, None].astype(np.float32) - 10.0
    assert (made == whole(block, found.shape) & (hu <= 40) & (stored != -2000)).all()
    assert made.any()


# -- scissors


def crossings(u: np.ndarray, v: np.ndarray, ring: np.ndarray) -> np.ndarray:
    inside = np.zeros(u.shape, bool)
    for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        spans = (y0 <= v) != (y1 <= v)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            x = x0 + (v - y0) / (y1 - y0) * (x1 - x0)
        inside ^= spans & (u < x)
    return inside


def to_outline(u: np.ndarray, v: np.ndarray, ring: np.ndarray) -> np.ndarray:
    points = np.stack([u, v], axis=-1)
    return np.min([to_segment(points, a, b) for a, b in zip(ring, np.roll(ring, -1, axis=0), strict=True)], axis=0)


@settings(max_examples=100, deadline=None)
@given(
    geometries(),
    st.tuples(unit, unit, unit),
    st.lists(st.tuples(st.floats(-8, 8), st.floats(-8, 8)), min_size=3, max_size=9),
    st.one_of(st.none(), st.tuples(st.floats(-6, 0), st.floats(0, 6))),
)
def test_scissors_take_what_is_seen_inside_the_outline(found, direction, ring, depth):
    normal = np.array(direction) + np.array([0.3, 0.01, -0.2])
    right = np.cross(normal, [0.12, 0.7, 0.5])
    right /= np.linalg.norm(right)
    sheet = Sheet(place(found, (0.5, 0.5, 0.5)), right, np.cross(normal / np.linalg.norm(normal), right))
    made = whole(inside_outline(found, sheet, (tuple(ring),), depth), found.shape)
    offset = centres(found) - sheet.origin
    u, v, d = offset @ sheet.right, offset @ sheet.down, offset @ sheet.normal
    expected = crossings(u, v, np.array(ring))
    clear = to_outline(u, v, np.array(ring)) > 1e-6
    if depth is not None:
        expected &= (d >= depth[0]) & (d <= depth[1])
        clear &= (abs(d - depth[0]) > 1e-6) & (abs(d - depth[1]) > 1e-6)
    assert (made == expected)[clear].all()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_scissors_in_the_planes_of_the_volume(axis):
    found = geometry((14, 24, 20), (2.5, 0.8, 0.6), turn=turned(5, -12, 80))
    right, down = [
        (found.row_dir, found.col_dir),
        (found.row_dir, found.normal),
        (found.col_dir, found.normal),
    ][axis]
    sheet = Sheet(found.to_mm(10.2, 12.1, 7.3), right, down)
    ring = ((-5.1, -4.2), (4.3, -6.7), (3.2, 8.9), (0.1, 1.2), (-4.4, 6.6))
    made = whole(inside_outline(found, sheet, (ring,)), found.shape)
    offset = centres(found) - sheet.origin
    assert (made == crossings(offset @ right, offset @ down, np.array(ring))).all()
    assert (made == np.take(made, [made.shape[axis] // 2], axis=axis)).all()


def test_on_an_acquired_slice_scissors_and_masks_agree_pixel_by_pixel():
    found = geometry((3, 40, 40), (2.0, 0.5, 0.5))
    sheet = Sheet(found.to_mm(-0.5, -0.5, 1), found.row_dir * 1.0, found.col_dir * 1.0)
    pixels = ((3.2, 4.9), (33.3, 8.1), (21.7, 21.2), (30.1, 36.6), (5.5, 30.3))
    ring = tuple((x * 0.5, y * 0.5) for x, y in pixels)
    made = whole(inside_outline(found, sheet, (ring,), (-0.1, 0.1)), found.shape)
    assert (made[1] == masks.rasterize(Polygon.simple(pixels), 40, 40)).all()
    assert not made[[0, 2]].any()


def test_a_hole_of_an_outline_stays_out():
    found = geometry((3, 40, 40), (2.0, 0.5, 0.5))
    sheet = Sheet(found.to_mm(-0.5, -0.5, 1), found.row_dir, found.col_dir)
    square = ((2.0, 2.0), (18.0, 2.0), (18.0, 18.0), (2.0, 18.0))
    hole = tuple((x / 4 + 8, y / 4 + 8) for x, y in square)
    made = whole(inside_outline(found, sheet, (square, hole)), found.shape)
    assert made[1].sum() == 32 * 32 - 8 * 8


def test_a_plane_cuts_a_volume_in_two():
    found = geometry(tilt_deg=16.5, turn=turned(5, 6, 7))
    normal = np.array([0.3, -0.5, 0.8])
    box = VoxelBox((2, 3, 4), (10, 20, 19))
    side = beyond_plane(found, found.to_mm(9.7, 11.3, 5.2), normal, box)
    expected = (centres(found) - found.to_mm(9.7, 11.3, 5.2)) @ normal >= 0
    assert (side.read(box) == expected[box.within((0, 0, 0))]).all()
    assert isinstance(side, VoxelBlock) and 0 < side.count < box.size
