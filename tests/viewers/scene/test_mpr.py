"""Planes through a volume hold the voxels of the millimetres they say they hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from storage.model.space import VolumeGeometry, letters
from viewers.scene.mpr import (
    Axes,
    PlaneKind,
    Slab,
    acquired,
    acquired_kind,
    badge,
    middle,
    plane_through,
    step_mm,
)
from viewers.scene.reslicing import Reslicer


def geometry(
    *, n=12, rows=14, columns=18, row=(1, 0, 0), col=(0, 1, 0), step=2.5, lean=(0.0, 0.0, 0.0), spacings=None
) -> VolumeGeometry:
    normal = np.cross(row, col)
    heights = np.arange(n) * step if spacings is None else np.concatenate([[0], np.cumsum(spacings)])
    origins = np.array((-12.5, 30.25, -100.0)) + heights[:, None] * (normal + np.asarray(lean))
    return VolumeGeometry(origins, np.array(row, float), np.array(col, float), 0.7, 0.5, rows, columns)


def smooth(space: VolumeGeometry) -> np.ndarray:
    """Linear in millimetres, so that every right interpolation gives back the field itself."""
    k, r, c = np.meshgrid(*(np.arange(m) for m in space.shape), indexing="ij")
    return field(space.to_mm(c, r, k)).astype(np.float32)


def field(mm: np.ndarray) -> np.ndarray:
    return 3.0 * mm[..., 0] - 5.0 * mm[..., 1] + 2.0 * mm[..., 2]


UPRIGHT = {
    "axial": geometry(),
    "sagittal": geometry(row=(0, 1, 0), col=(0, 0, -1)),
    "coronal": geometry(row=(1, 0, 0), col=(0, 0, -1)),
    "reversed": geometry(row=(-1, 0, 0), col=(0, 1, 0)),
    "oblique": geometry(row=(0.8, 0.6, 0.0), col=(-0.48, 0.64, 0.6)),
}
BENT = {
    "tilted": geometry(lean=(0.0, np.tan(np.radians(18.5)), 0.0)),
    "variable": geometry(n=8, spacings=[1.0, 1.0, 2.5, 2.5, 5.0, 1.5, 1.0]),
}
ALL = {**UPRIGHT, **BENT}


@pytest.mark.parametrize("name", UPRIGHT)
@pytest.mark.parametrize("kind", PlaneKind)
def test_planes_along_the_voxels_are_the_voxels_without_a_copy(name, kind):
    space = UPRIGHT[name]
    volume = np.arange(np.prod(space.shape), dtype=np.int16).reshape(space.shape)
    plane = plane_through(space, Axes.of_volume(space), kind, middle(space) + 0.2)
    cut = Reslicer(volume, space).cut(plane)
    assert np.shares_memory(cut, volume)
    assert cut.shape == (plane.height, plane.width)
    for v in range(0, plane.height, 3):
        for u in range(0, plane.width, 3):
            c, r, k = (float(x) for x in space.to_voxel(plane.at(u, v)))
            assert (abs(np.array((c, r, k)) - np.round((c, r, k))) < 1e-6).all()
            assert cut[v, u] == volume[round(k), round(r), round(c)]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("kind", PlaneKind)
@pytest.mark.parametrize("turn", [0.0, 23.0])
def test_every_plane_holds_the_values_of_its_millimetres(name, kind, turn):
    space = ALL[name]
    axes = Axes.of_volume(space)
    if turn:
        axes = axes.turned(PlaneKind.AXIAL, turn).turned(PlaneKind.CORONAL, turn / 2)
    plane = plane_through(space, axes, kind, middle(space))
    cut = Reslicer(smooth(space), space).cut(plane, outside=-9999.0)
    v, u = np.meshgrid(np.arange(plane.height), np.arange(plane.width), indexing="ij")
    mm = plane.at(u, v)
    columns, rows, slices = space.to_voxel(mm)
    well = (columns >= 0) & (columns <= space.columns - 1) & (rows >= 0) & (rows <= space.rows - 1)
    well &= (slices >= 0) & (slices <= space.n - 1)
    assert well.sum() > 20
    assert np.abs(cut - field(mm))[well].max() < 0.02
    far = (columns < -0.6) | (columns > space.columns - 0.4) | (rows < -0.6) | (rows > space.rows - 0.4)
    far |= (slices < -0.6) | (slices > space.n - 0.4)
    assert (cut[far] == -9999.0).all()


@pytest.mark.parametrize("name", ["axial", "oblique", "tilted"])
def test_oblique_planes_agree_with_scipy_at_the_same_points(name):
    space = ALL[name]
    volume = np.random.default_rng(5).integers(-900, 900, space.shape).astype(np.int16)
    axes = Axes.of_volume(space).turned(PlaneKind.SAGITTAL, 31.0).turned(PlaneKind.AXIAL, -12.0)
    plane = plane_through(space, axes, PlaneKind.CORONAL, middle(space))
    cut = Reslicer(volume, space).cut(plane)
    v, u = np.meshgrid(np.arange(plane.height), np.arange(plane.width), indexing="ij")
    columns, rows, slices = space.to_voxel(plane.at(u, v))
    wanted = map_coordinates(volume.astype(np.float64), [slices, rows, columns], order=1, mode="nearest")
    inside = (columns > 0) & (columns < space.columns - 1) & (rows > 0) & (rows < space.rows - 1)
    inside &= (slices > 0) & (slices < space.n - 1)
    assert inside.sum() > 20
    assert np.abs(cut - wanted)[inside].max() <= 1.0


@pytest.mark.parametrize("name", ["axial", "reversed", "oblique", "tilted"])
@pytest.mark.parametrize("kind", [PlaneKind.AXIAL, PlaneKind.CORONAL])
@pytest.mark.parametrize("coarse", [1.0, 1.3])
def test_planes_turned_about_the_rows_agree_with_scipy_up_to_the_edge_and_end_there(name, kind, coarse):
    space = ALL[name]
    volume = np.random.default_rng(6).integers(-900, 900, space.shape).astype(np.int16)
    plane = plane_through(space, Axes.of_volume(space).turned(PlaneKind.SAGITTAL, -40.0), kind, middle(space), coarse=coarse)
    cut = Reslicer(volume, space).cut(plane, outside=-9999)
    v, u = np.meshgrid(np.arange(plane.height), np.arange(plane.width), indexing="ij")
    columns, rows, slices = space.to_voxel(plane.at(u, v))
    wanted = map_coordinates(volume.astype(np.float64), [slices, rows, columns], order=1, mode="nearest")
    beyond = [np.abs(at - (n - 1) / 2) - n / 2 for at, n in zip((slices, rows, columns), space.shape, strict=True)]
    within, outside = np.max(beyond, axis=0) < -1e-3, np.max(beyond, axis=0) > 1e-3
    assert within.sum() > 20
    assert outside.any()
    assert np.abs(cut - wanted)[within].max() <= 1.0
    assert (cut[outside] == -9999).all()


@pytest.mark.parametrize("name", ["axial", "tilted", "variable"])
def test_a_bright_voxel_is_seen_where_its_millimetres_lie_in_all_three_planes(name):
    space = ALL[name]
    volume = np.zeros(space.shape, np.int16)
    volume[5, 6, 7] = 1000
    point = space.to_mm(7, 6, 5)
    for kind in PlaneKind:
        plane = plane_through(space, Axes.of_volume(space), kind, point)
        cut = Reslicer(volume, space).cut(plane)
        v, u = np.unravel_index(int(cut.argmax()), cut.shape)
        assert cut[v, u] >= 500
        away = plane.at(u, v) - point
        assert np.abs(away).max() <= max(plane.mm_right, plane.mm_down) * 0.75


@pytest.mark.parametrize("mode", ["max", "min", "mean"])
@pytest.mark.parametrize("turned", [False, True])
def test_a_slab_takes_the_voxels_within_its_thickness(mode, turned):
    space = geometry(n=21, rows=21, columns=21, step=0.5)
    space = VolumeGeometry(space.origins, space.row_dir, space.col_dir, 0.5, 0.5, 21, 21)
    volume = np.full(space.shape, 100, np.int16)
    volume[10, 8, 10] = 900  # 1 mm away from the coronal plane through row 10
    volume[10, 3, 10] = 2000  # 3.5 mm away
    volume[10, 12, 10] = -500
    axes = Axes.of_volume(space)
    if turned:
        axes = axes.turned(PlaneKind.CORONAL, 1e-3)  # hardly, but it must be resampled
    plane = plane_through(space, axes, PlaneKind.CORONAL, middle(space))
    cut = Reslicer(volume, space).cut(plane, linear=False, slab=Slab(mode, 2.6))
    found = {"max": 900, "min": -500, "mean": (100 * 3 + 900 - 500) / 5}[mode]
    here = plane.pixel_of(space.to_mm(10, 10, 10))
    assert cut[round(float(here[1])), round(float(here[0]))] == pytest.approx(found, abs=1)


@pytest.mark.parametrize(("mode", "found"), [("max", 7.0), ("min", 3.0), ("mean", 5.0)])
def test_a_slab_leaves_out_what_is_no_number(mode, found):
    space = geometry(n=5, rows=5, columns=5, step=1.0)
    space = VolumeGeometry(space.origins, space.row_dir, space.col_dir, 1.0, 1.0, 5, 5)
    volume = np.full(space.shape, np.nan, np.float32)
    volume[2, 1, 2], volume[2, 2, 2], volume[2, 3, 2] = 3.0, np.inf, 7.0
    plane = plane_through(space, Axes.of_volume(space), PlaneKind.CORONAL, middle(space))
    cut = Reslicer(volume, space).cut(plane, slab=Slab(mode, 3.0))
    at = plane.pixel_of(space.to_mm(2, 2, 2))
    assert cut[round(float(at[1])), round(float(at[0]))] == found
    assert np.isnan(cut).sum() == cut.size - 1


def test_the_three_planes_look_as_radiologists_do():
    for space in UPRIGHT.values():
        axes = Axes.of_volume(space)
        for kind, right, down in (
            (PlaneKind.AXIAL, "L", "P"),
            (PlaneKind.CORONAL, "L", "F"),
            (PlaneKind.SAGITTAL, "P", "F"),
        ):
            plane = plane_through(space, axes, kind, middle(space))
            assert letters(plane.right)[0] == right
            assert letters(plane.down)[0] == down


def test_the_plane_the_slices_lie_in_is_known():
    assert acquired_kind(UPRIGHT["axial"]) is PlaneKind.AXIAL
    assert acquired_kind(UPRIGHT["sagittal"]) is PlaneKind.SAGITTAL
    assert acquired_kind(UPRIGHT["coronal"]) is PlaneKind.CORONAL
    assert acquired_kind(BENT["tilted"]) is PlaneKind.AXIAL


def test_acquired_slices_stand_where_their_own_origin_says():
    space = BENT["variable"]
    for k in range(space.n):
        plane = acquired(space, k)
        assert np.allclose(plane.at(3, 4), space.to_mm(3, 4, k))
        u, v, depth = plane.pixel_of(space.to_mm(3, 4, k))
        assert np.allclose((u, v, depth), (3, 4, 0), atol=1e-9)


def test_bent_volumes_say_so():
    assert badge(UPRIGHT["oblique"]) == ""
    assert badge(BENT["tilted"]) == "Gantry tilt 18.5°: resampled"
    assert badge(BENT["variable"]) == "Variable spacing 1 to 5 mm: resampled"


def test_a_turn_keeps_the_plane_it_is_made_in():
    axes = Axes.of_patient()
    for kind in PlaneKind:
        turned = axes.turned(kind, 30)
        assert np.allclose(turned.normal(kind), axes.normal(kind))
        for other in set(PlaneKind) - {kind}:
            angle = np.degrees(np.arccos(np.clip(turned.normal(other) @ axes.normal(other), -1, 1)))
            assert angle == pytest.approx(30)


def test_stepping_goes_by_the_voxels_of_that_way():
    space = UPRIGHT["axial"]
    axes = Axes.of_volume(space)
    assert step_mm(space, axes.normal(PlaneKind.AXIAL)) == pytest.approx(2.5)
    assert step_mm(space, axes.normal(PlaneKind.SAGITTAL)) == pytest.approx(0.5)
    assert step_mm(space, axes.normal(PlaneKind.CORONAL)) == pytest.approx(0.7)


def test_colours_are_cut_like_grey_values():
    space = geometry(n=9, rows=11, columns=13)
    volume = np.random.default_rng(1).integers(0, 255, (*space.shape, 3)).astype(np.uint8)
    straight = plane_through(space, Axes.of_volume(space), PlaneKind.CORONAL, middle(space))
    cut = Reslicer(volume, space).cut(straight)
    assert cut.shape == (straight.height, straight.width, 3)
    askew = plane_through(space, Axes.of_volume(space).turned(PlaneKind.AXIAL, 1e-4), PlaneKind.CORONAL, middle(space))
    again = Reslicer(volume, space).cut(askew, linear=False)
    u, v, _ = askew.pixel_of(space.to_mm(6, 5, 4))
    assert (again[round(float(v)), round(float(u))] == volume[4, 5, 6]).all()


def test_turning_the_lines_does_not_turn_the_picture_they_are_on():
    base = Axes.of_volume(UPRIGHT["oblique"])
    for degrees in (10.0, 80.0, 135.0):
        turned = base.turned(PlaneKind.AXIAL, degrees)
        assert np.allclose(turned.look_upright(PlaneKind.AXIAL, base), base.look(PlaneKind.AXIAL))
        for kind in PlaneKind:
            right, down = turned.look_upright(kind, base)
            assert np.allclose(np.cross(right, down), turned.normal(kind))
            assert down @ base.look(kind)[1] > -1e-9


@pytest.mark.parametrize("name", ["axial", "sagittal", "oblique"])
def test_planes_agree_with_itk_resampling_at_the_same_points(name):
    """SimpleITK is right where the gantry is upright and the slices are even."""
    sitk = pytest.importorskip("SimpleITK")
    space = UPRIGHT[name]
    volume = np.random.default_rng(8).integers(-900, 900, space.shape).astype(np.int16)
    image = sitk.GetImageFromArray(volume)
    directions = np.stack([space.row_dir, space.col_dir, space.normal], axis=1)
    image.SetOrigin(space.origins[0].tolist())
    image.SetDirection(directions.ravel().tolist())
    image.SetSpacing((space.spacing_col_mm, space.spacing_row_mm, space.slice_spacing_mm))
    axes = Axes.of_volume(space).turned(PlaneKind.AXIAL, 17.0).turned(PlaneKind.CORONAL, 25.0)
    plane = plane_through(space, axes, PlaneKind.SAGITTAL, middle(space))
    target = sitk.Image(plane.width, plane.height, 1, sitk.sitkInt16)
    target.SetOrigin(plane.origin.tolist())
    target.SetDirection(np.stack([plane.right, plane.down, plane.normal], axis=1).ravel().tolist())
    target.SetSpacing((plane.mm_right, plane.mm_down, 1.0))
    theirs = sitk.GetArrayFromImage(sitk.Resample(image, target, sitk.Transform(), sitk.sitkLinear, -5000))[0]
    ours = Reslicer(volume, space).cut(plane, outside=-5000)
    inside = (theirs != -5000) & (ours != -5000)
    assert inside.sum() > 100
    assert np.abs(ours.astype(int) - theirs)[inside].max() <= 1
