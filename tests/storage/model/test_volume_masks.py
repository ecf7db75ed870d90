"""Masks in memory: always what the rows say, whatever changes them, within a bounded memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.editing import verbs
from storage.model import masks
from storage.model.space import VolumeGeometry
from storage.model.volume_masks import nearest_voxels, thicknesses_mm, volume_mm3, voxel_counts
from storage.model.voxels import VoxelBox
from tests.support.segment_stage import BY, NOW, Stage, geometries, geometry, whole

SHAPE = (9, 16, 14)


def blobs(seed: int, shape: tuple[int, int, int] = SHAPE, share: float = 0.2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    out = rng.random(shape) < share
    out[rng.random(shape[0]) < 0.4] = False
    out[:, :3] = False
    out[4, 8, 8] = True
    return out


def boxes(shape: tuple[int, int, int] = SHAPE) -> st.SearchStrategy[VoxelBox]:
    ends = st.tuples(*(st.tuples(st.integers(0, n), st.integers(0, n)).map(sorted) for n in shape))
    return ends.map(lambda e: VoxelBox(*zip(*e, strict=True)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 99), st.lists(boxes(), min_size=1, max_size=4), st.sampled_from([0, 200, 1 << 30]))
def test_a_box_is_what_the_rows_say_whatever_the_memory(seed, asked, budget):
    stage, truth = Stage(SHAPE, budget=budget), blobs(seed)
    instance = stage.object(truth)
    for box in asked:
        if not box.empty:
            assert (stage.masks.read(instance, box).array == truth[box.within((0, 0, 0))]).all()
    assert (stage.live(instance) == truth).all()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 99),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 99), st.booleans()), max_size=6),
    st.sampled_from([0, 1 << 30]),
)
def test_masks_follow_the_document_slice_by_slice(seed, changes, budget):
    stage = Stage(SHAPE, budget=budget)
    instance = stage.object(blobs(seed))
    if budget:
        stage.masks.view(instance)
    for k, other, erase in changes:
        before = stage.live(instance)
        old = stage.document.annotation_of(instance, ("", k))
        mask = masks.encode(blobs(other)[k])
        if erase and old is not None and len(stage.document.annotations_of(instance)) > 1:
            edits = verbs.delete_on_frame(stage.document, [instance], ("", k))
        elif mask.w and not erase:
            edits = verbs.add_annotation(stage.document, instance, mask, ("", k), by=BY, now=NOW)
        else:
            continue
        stage.drawn.clear()
        stage.session.do("Change", edits)
        after = stage.live(instance)
        assert (after == stage.rows(instance)).all()
        assert (whole(stage.masks.read(instance), SHAPE) == after).all()  # the box that holds it has followed too
        told = np.zeros(SHAPE, bool)
        for found in stage.drawn:
            told[found[instance].within((0, 0, 0))] = True
        assert not ((before != after) & ~told).any()
    while stage.session.undo():
        assert (stage.live(instance) == stage.rows(instance)).all()


def test_an_object_that_is_deleted_and_brought_back():
    stage, truth = Stage(SHAPE), blobs(1)
    instance = stage.object(truth)
    stage.masks.view(instance)
    stage.session.do("Delete", verbs.delete_instances(stage.document, [instance]))
    assert stage.masks.objects() == [] and not stage.live(instance).any() and stage.masks.bytes == 0
    stage.session.undo()
    assert (stage.live(instance) == truth).all()


def test_memory_stays_within_the_budget():
    stage = Stage((9, 64, 64), budget=100_000)
    made = [stage.object(np.ones((9, 64, 64), bool)) for _ in range(5)]
    for instance in made:
        stage.masks.view(instance)
        assert stage.masks.bytes <= 100_000
    assert (stage.live(made[0])).all()


def test_times_of_a_4d_series_have_masks_of_their_own():
    stage, truth = Stage(SHAPE, time=2), blobs(3)
    instance = stage.object(truth)
    assert all(a.frame // SHAPE[0] == 2 for a in stage.document.annotations_of(instance))
    from storage.model.volume_masks import VolumeMasks

    assert not whole(VolumeMasks(stage.document, SHAPE, time=1).read(instance), SHAPE).any()
    assert (stage.live(instance) == truth).all()


def test_a_mask_that_sticks_out_of_its_slice_is_cut():
    stage = Stage(SHAPE)
    edits, instance = verbs.add_object(
        stage.document, "CLASS001", masks.encode(np.ones((6, 9), bool), 10, -2), ("", 3), by=BY, now=NOW
    )
    stage.session.do("Import", edits)
    expected = np.zeros(SHAPE, bool)
    expected[3, :4, 10:] = True
    assert (stage.live(instance) == expected).all()
    assert voxel_counts(stage.masks, instance).sum() == expected.sum()


# -- display


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("budget", [0, 1 << 30])
def test_a_layer_shows_the_topmost_object(axis, budget):
    stage = Stage(SHAPE, budget=budget)
    arrays = [blobs(seed) for seed in (1, 2, 3)]
    made = [stage.object(a) for a in arrays]
    expected = np.zeros(SHAPE, np.uint16)
    for n, array in enumerate(arrays, start=1):
        expected[array] = n
    for index in range(SHAPE[axis]):
        voxels = np.take(np.indices(SHAPE), index, axis=axis + 1)
        shown = np.zeros(voxels.shape[1:], np.uint16)
        for value, instance in enumerate(made, start=1):
            stage.masks.mark(shown, instance, value, tuple(voxels))
        assert (shown == np.take(expected, index, axis=axis)).all()


@pytest.mark.parametrize("size", [(40, 50), (2000,), (3, 7, 11)])
def test_any_plane_shows_the_voxel_under_each_pixel(size):
    stage = Stage(SHAPE)
    arrays = [blobs(seed) for seed in (1, 2)]
    made = [stage.object(a) for a in arrays]
    rng = np.random.default_rng(0)
    k, j, i = (rng.integers(-2, n + 2, size) for n in SHAPE)
    shown = np.zeros(size, np.uint16)
    for value, instance in enumerate(made, start=1):
        stage.masks.mark(shown, instance, value, (k, j, i))
    for pixel in np.ndindex(size):
        at = (k[pixel], j[pixel], i[pixel])
        inside = all(0 <= a < n for a, n in zip(at, SHAPE, strict=True))
        assert shown[pixel] == ((2 if arrays[1][at] else 1 if arrays[0][at] else 0) if inside else 0)


@settings(max_examples=50, deadline=None)
@given(geometries(), st.integers(0, 2**31))
def test_every_voxel_is_the_nearest_one_to_its_centre(found: VolumeGeometry, seed):
    rng = np.random.default_rng(seed)
    at = [rng.integers(0, n, 50) for n in found.shape]
    off = rng.uniform(-0.4, 0.4, (3, 50))
    k, j, i = nearest_voxels(found, found.to_mm(at[2] + off[2], at[1] + off[1], at[0] + off[0]))
    assert (np.stack([k, j, i]) == np.stack(at)).all()
    outside = nearest_voxels(found, found.to_mm(found.columns + 3.0, 0, 0))
    assert [int(v) for v in outside] == [-1, -1, -1]


# -- millimetres


def test_volume_of_uneven_slices_counts_what_each_stands_for():
    found = geometry((5, 10, 10), (1.0, 0.5, 2.0), heights=np.array([0.0, 1.0, 2.0, 5.0, 9.0]))
    assert thicknesses_mm(found).tolist() == [1.0, 1.0, 2.0, 3.5, 4.0]
    assert volume_mm3(found, [1, 1, 1, 1, 1]) == pytest.approx(11.5)


def test_volume_of_a_tilted_series_is_that_of_its_parallelepipeds():
    found = geometry((5, 10, 10), (2.0, 0.5, 0.7), tilt_deg=20)
    assert volume_mm3(found, np.full(5, 10)) == pytest.approx(50 * abs(np.linalg.det(found.affine[:3, :3])))


def test_a_single_slice_has_no_volume():
    assert volume_mm3(geometry((1, 10, 10)), [40]) is None
