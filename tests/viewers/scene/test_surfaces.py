"""Surfaces enclose what their masks hold, in millimetres."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from storage.model.voxels import VoxelBlock
from tests.support.volume_3d import ball_mask, geometry
from viewers.scene import surfaces
from viewers.scene.surfaces import NOTHING, Mesh, SurfaceMaker, mesh_of

WAYS = {"upright": {}, "tilted": {"tilt": 18.5}, "turned": {"turned": True}, "irregular": {"irregular": True}}


def voxel_ml(where) -> float:
    a, b, c = where.row_dir * where.spacing_col_mm, where.col_dir * where.spacing_row_mm, where.slice_step
    return abs(float(np.linalg.det(np.stack([a, b, c])))) / 1000


def enclosed_ml(mesh: Mesh) -> float:
    a, b, c = (mesh.points[mesh.triangles[:, k]].astype(np.float64) for k in range(3))
    return abs(float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum())) / 6000


@pytest.mark.parametrize("way", ["upright", "tilted", "turned"])
def test_a_ball_keeps_its_volume_and_its_place(way):
    where = geometry(n=60, rows=90, columns=90, step=1.0, **WAYS[way])
    middle = where.to_mm(44, 46, 29)
    block = ball_mask(where, middle, 18.0)
    mesh = mesh_of(block, where)
    assert enclosed_ml(mesh) == pytest.approx(block.array.sum() * voxel_ml(where), rel=0.02)
    assert np.linalg.norm(mesh.points.mean(axis=0) - middle) < 0.3
    assert np.abs(np.linalg.norm(mesh.points - middle, axis=1) - 18.0).max() < 1.2


def test_a_box_keeps_its_volume():
    where = geometry(n=40)
    block = VoxelBlock((8, 10, 12), np.ones((20, 30, 32), bool))
    assert enclosed_ml(mesh_of(block, where)) == pytest.approx(20 * 30 * 32 * voxel_ml(where), rel=0.02)


def test_irregular_slices_are_where_their_origins_are():
    where = geometry(n=60, irregular=True, step=1.2)
    middle = where.to_mm(33, 30, 30)
    mesh = mesh_of(ball_mask(where, middle, 14.0), where)
    assert enclosed_ml(mesh) == pytest.approx(4 / 3 * np.pi * 14**3 / 1000, rel=0.03)
    assert np.linalg.norm((mesh.points.max(axis=0) + mesh.points.min(axis=0)) / 2 - middle) < 1.0


def test_a_mask_too_large_keeps_volume_and_place_when_it_is_thinned(monkeypatch):
    where = geometry(n=60, rows=90, columns=90, step=1.0)
    middle = where.to_mm(44.3, 45.6, 29.2)
    block = ball_mask(where, middle, 22.0)
    monkeypatch.setattr(surfaces, "MOST_VOXELS", 20_000)
    monkeypatch.setattr(surfaces, "MOST_TRIANGLES", 2_000)
    mesh = mesh_of(block, where)
    assert len(mesh.triangles) <= 2_100
    assert enclosed_ml(mesh) == pytest.approx(block.array.sum() * voxel_ml(where), rel=0.02)
    assert np.linalg.norm(mesh.points.mean(axis=0) - middle) < 0.7


def test_a_hole_stays_a_hole():
    where = geometry(n=60, rows=90, columns=90, step=1.0)
    middle = where.to_mm(44, 46, 29)
    outer, inner = (ball_mask(where, middle, r) for r in (20.0, 10.0))
    array = outer.array.copy()
    array[inner.box.within(outer.lo)] &= ~inner.array
    assert enclosed_ml(mesh_of(VoxelBlock(outer.lo, array), where)) == pytest.approx(array.sum() * voxel_ml(where), rel=0.02)


@pytest.mark.parametrize("way", WAYS)
def test_normals_look_outwards_whichever_way_the_axes_run(way):
    where = geometry(**WAYS[way])
    middle = where.to_mm(33, 30, 20)
    mesh = mesh_of(ball_mask(where, middle, 10.0), where)
    outwards = mesh.points - middle
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
    assert (np.einsum("ij,ij->i", outwards, mesh.normals) > 0.5).mean() > 0.99


def test_nothing_painted_is_no_surface():
    assert mesh_of(VoxelBlock((3, 4, 5), np.zeros((2, 3, 4), bool)), geometry()) is NOTHING
    assert mesh_of(VoxelBlock.nothing(), geometry()) is NOTHING


def test_a_single_voxel_at_the_volumes_corner_has_one():
    where = geometry()
    mesh = mesh_of(VoxelBlock((0, 0, 0), np.ones((1, 1, 1), bool)), where)
    assert len(mesh.triangles) and np.linalg.norm(mesh.points.mean(axis=0) - where.origins[0]) < 0.1


class Waiter:
    def __init__(self):
        self.told = threading.Semaphore(0)

    def __call__(self):
        self.told.release()


def test_only_what_has_changed_is_made_again():
    where = geometry()
    block, other = (VoxelBlock((5, 5, 5), np.ones((n, 6, 6), bool)) for n in (6, 9))
    waiter = Waiter()
    maker = SurfaceMaker(where, waiter)
    maker.want({"a": (block, (1, 2, 3)), "b": (block, (4, 5, 6))})
    assert waiter.told.acquire(timeout=60) and waiter.told.acquire(timeout=60)
    first = maker.surfaces()
    maker.want({"a": (block, (9, 9, 9)), "b": (other, (4, 5, 6))})
    assert waiter.told.acquire(timeout=60)
    second = maker.surfaces()
    assert second["a"].mesh is first["a"].mesh and second["a"].color == (9, 9, 9)
    assert second["b"].mesh is not first["b"].mesh
    maker.want({})
    assert maker.surfaces() == {}
    maker.close()
    assert maker.join(60)


def test_one_mask_that_fails_leaves_the_others(monkeypatch):
    real = surfaces.mesh_of
    bad = VoxelBlock((0, 0, 0), np.ones((2, 2, 2), bool))

    def fails(block, where):
        if block is bad:
            raise MemoryError
        return real(block, where)

    monkeypatch.setattr(surfaces, "mesh_of", fails)
    waiter = Waiter()
    maker = SurfaceMaker(geometry(), waiter)
    maker.want({"bad": (bad, (1, 1, 1)), "good": (VoxelBlock((5, 5, 5), np.ones((6, 6, 6), bool)), (1, 1, 1))})
    assert waiter.told.acquire(timeout=60) and waiter.told.acquire(timeout=60)
    assert set(maker.surfaces()) == {"good"} and "memory" in maker.faults["bad"]
    maker.close()
    assert maker.join(60)
