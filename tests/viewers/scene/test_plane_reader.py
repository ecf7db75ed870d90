"""What panes show of a volume: its values through the window, also where the rescale changes and while slices are missing."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.editing.volume_verbs import PaintRules, VolumeGesture
from storage.model.space import VolumeGeometry
from storage.model.voxels import VoxelBlock
from tests.support.segment_stage import Stage, geometries
from tests.support.volume_view import ArrayFrames, space
from viewers.decode import voi
from viewers.scene.mpr import Plane, PlaneKind
from viewers.scene.mpr_state import MprState
from viewers.scene.plane_reader import PlaneLabels, PlaneReader, Seen, labels_on
from viewers.scene.volume_source import VolumeSource


def opened(frames: ArrayFrames, *slices: int) -> VolumeSource:
    """All of it is there, or these slices."""
    volume = VolumeSource(lambda: frames, modality="CT")
    came = threading.Event()
    volume.listen(came.set)
    volume.start(slices)
    assert came.wait(60)
    assert volume.store is not None
    for frame in slices or (None,):
        assert volume.store.wait(frame, timeout=60)
    return volume


@pytest.fixture
def volumes():
    made: list[VolumeSource] = []
    yield made
    for volume in made:
        volume.close()


def test_a_plane_across_slices_of_unlike_rescale_shows_modality_values(volumes):
    geometry = space(n=6, rows=20, columns=24)
    stored = np.full(geometry.shape, 100, np.int16)
    slopes = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    volume = opened(ArrayFrames(stored, geometry, slope=slopes))
    volumes.append(volume)
    state = MprState(geometry)
    state.look_at(geometry.to_mm(10, 10, 3))
    cut = PlaneReader(volume).cut(state, PlaneKind.CORONAL)
    look = voi.Look(voi.Window(40, 400))
    expected = [int(voi.apply(np.full((1, 1), 100.0 * s, np.float32), look)[0, 0]) for s in slopes]
    assert cut.eight[:, 5].tolist() == expected[::-1]  # the head is on top


def test_missing_slices_are_stood_in_for_by_the_nearest_in_other_planes(volumes):
    geometry = space(n=9, rows=20, columns=24)
    stored = np.zeros(geometry.shape, np.int16) + (np.arange(9, dtype=np.int16) * 20)[:, None, None]
    frames = ArrayFrames(stored, geometry, gate=True)
    frames.let = {2, 4}
    volume = opened(frames, 2, 4)
    volumes.append(volume)
    state = MprState(geometry)
    cut = PlaneReader(volume).cut(state, PlaneKind.CORONAL)
    there = np.flatnonzero(volume.store.have)
    nearest = there[np.abs(there[None, :] - np.arange(9)[:, None]).argmin(axis=1)]
    expected = voi.apply((nearest * 20).astype(np.int16)[None, :], volume.look(4))[0]
    assert cut.eight[::-1, 3].tolist() == expected.tolist()
    frames.open.set()


def test_outside_of_the_volume_it_is_black_also_when_inverted(volumes):
    geometry = space(n=12, rows=20, columns=24)
    volume = opened(ArrayFrames(np.full(geometry.shape, 500, np.int16), geometry))
    volumes.append(volume)
    state, reader = MprState(geometry), PlaneReader(volume)
    state.turn(PlaneKind.CORONAL, 30)
    for inverted in (False, True):
        if inverted:
            volume.window.invert()
        assert PlaneReader(volume).cut(state, PlaneKind.SAGITTAL).eight[0, 0] == 0
    assert reader.cut(state, PlaneKind.SAGITTAL).eight.max() == 0  # 500 is white, inverted black


def test_what_has_not_changed_is_the_same_array(volumes):
    geometry = space(n=12, rows=20, columns=24)
    volume = opened(ArrayFrames(np.zeros(geometry.shape, np.int16), geometry))
    volumes.append(volume)
    state, reader = MprState(geometry), PlaneReader(volume)
    for kind in PlaneKind:
        assert reader.cut(state, kind).eight is reader.cut(state, kind).eight


@settings(max_examples=150, deadline=None)
@given(geometries(), st.integers(0, 2**31), st.sampled_from(list(PlaneKind)))
def test_masks_on_a_plane_are_those_of_the_voxels_under_its_pixels(geometry: VolumeGeometry, seed: int, kind: PlaneKind):
    rng = np.random.default_rng(seed)
    stage, truth = Stage(geometry.shape), np.zeros(geometry.shape, np.uint16)
    for value in (1, 2, 3):
        lo = [int(rng.integers(0, n)) for n in geometry.shape]
        box = tuple(slice(a, int(rng.integers(a, n)) + 1) for a, n in zip(lo, geometry.shape, strict=True))
        body = np.zeros(geometry.shape, bool)
        body[box] = rng.random(body[box].shape) < 0.7
        body[tuple(lo)] = True
        stage.object(body)
        truth[body] = value
    state = MprState(geometry)
    state.look_at(geometry.to_mm(*(rng.uniform(0, n - 1) for n in geometry.shape[::-1])))
    for about in rng.permutation(list(PlaneKind))[: rng.integers(0, 3)]:
        state.turn(PlaneKind(about), float(rng.uniform(-60, 60)))
    plane = state.plane(kind)

    places = [np.asarray(v) for v in geometry.to_voxel(plane.at(*np.meshgrid(np.arange(plane.width), np.arange(plane.height))))]
    sure = np.ones(places[0].shape, bool)
    inside = np.ones(places[0].shape, bool)
    voxels = []
    for place, n in zip(places[::-1], geometry.shape, strict=True):
        sure &= np.abs(place - np.floor(place) - 0.5) > 1e-6  # between two voxels either may be shown
        at = np.floor(place + 0.5).astype(int)
        inside &= (at >= 0) & (at < n)
        voxels.append(np.clip(at, 0, n - 1))
    expected = np.where(inside, truth[tuple(voxels)], 0)

    shown = spread(labels_on(stage.masks, stage.masks.objects(), plane, geometry), plane)
    assert (shown == expected)[sure].all()


def spread(found: Seen | None, plane: Plane) -> np.ndarray:
    shown = np.zeros((plane.height, plane.width), np.uint16)
    if found is not None:
        h, w = found.values.shape
        shown[found.top : found.top + h, found.left : found.left + w] = found.values
    return shown


@settings(max_examples=150, deadline=None)
@given(geometries(), st.integers(0, 2**31), st.sampled_from(list(PlaneKind)))
def test_after_each_move_of_a_stroke_a_plane_shows_what_it_would_show_anew(
    geometry: VolumeGeometry, seed: int, kind: PlaneKind
):
    rng = np.random.default_rng(seed)
    stage = Stage(geometry.shape)

    def block() -> VoxelBlock:
        lo = tuple(int(rng.integers(0, n)) for n in geometry.shape)
        size = [int(rng.integers(1, min(8, n - a) + 1)) for a, n in zip(lo, geometry.shape, strict=True)]
        return VoxelBlock(lo, rng.random(size) < 0.8)

    for _ in range(2):
        body = np.zeros(geometry.shape, bool)
        body[tuple(slice(0, int(rng.integers(1, n + 1))) for n in geometry.shape)] = True
        stage.object(body)
    state = MprState(geometry)
    state.look_at(geometry.to_mm(*(rng.uniform(0, n - 1) for n in geometry.shape[::-1])))
    for about in rng.permutation(list(PlaneKind))[: rng.integers(0, 3)]:
        state.turn(PlaneKind(about), float(rng.uniform(-60, 60)))
    plane, labels = state.plane(kind), PlaneLabels()
    hand = VolumeGesture(stage.document, stage.masks, PaintRules(), by="b", now=1)
    objects = [*stage.masks.objects(), hand.new_object("CLASS001")]
    for n in range(12):
        for _ in range(int(rng.integers(1, 3))):  # several moves may be drawn at once
            change = hand.remove if rng.random() < 0.4 else hand.add
            box = change(objects[int(rng.integers(0, 3))], block())
            if box is not None:
                labels.repainted(box)
        if n == 8:
            state.look_at(geometry.to_mm(*(rng.uniform(0, n - 1) for n in geometry.shape[::-1])))
            plane = state.plane(kind)
        got = labels.on(stage.masks, objects, plane, geometry)
        assert (spread(got, plane) == spread(labels_on(stage.masks, objects, plane, geometry), plane)).all()
