"""Regions, islands, margins, smoothing, filling and growing: against numpy, scipy and shapes of known size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from storage.errors import Cancelled, Refused
from storage.model.space import VolumeGeometry
from storage.model.voxels import VoxelBlock, VoxelBox
from storage.progress import Progress
from tests.support.segment_stage import centres, geometries, geometry, turned, whole
from viewers.scene.segment import islands as pieces
from viewers.scene.segment.between import fill_between
from viewers.scene.segment.logic import combined, inverted
from viewers.scene.segment.margins import grow, hollow, margin, shrink
from viewers.scene.segment.seeds import grow_from_seeds
from viewers.scene.segment.smoothing import gaussian, joint, median
from viewers.scene.segment.values import StoredValues


def block(array: np.ndarray) -> VoxelBlock:
    return VoxelBlock((0, 0, 0), array)


def noise(shape: tuple[int, int, int], seed: int, share: float) -> np.ndarray:
    return np.random.default_rng(seed).random(shape) < share


def stopped() -> Progress:
    progress = Progress()
    progress.cancel()
    return progress


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * (a & b).sum() / (a.sum() + b.sum())


# -- margins


def nearest(mask: np.ndarray, found: VolumeGeometry) -> np.ndarray:
    """From every voxel centre to the nearest one that is set: all against all."""
    points = centres(found).reshape(-1, 3)
    targets = points[mask.ravel()]
    if len(targets) == 0:
        return np.full(mask.shape, np.inf)
    return np.array([np.linalg.norm(targets - p, axis=1).min() for p in points]).reshape(mask.shape)


@settings(max_examples=60, deadline=None)
@given(geometries(), st.integers(0, 999), st.sampled_from([0.02, 0.1, 0.6]), st.floats(0.3, 7.0))
def test_growing_and_shrinking_go_by_the_distance_between_voxel_centres(found, seed, share, mm):
    mask = noise(found.shape, seed, share)
    to_set, to_unset = nearest(mask, found), nearest(~mask, found)
    grown, shrunk = whole(grow(block(mask), mm, found), found.shape), whole(shrink(block(mask), mm, found), found.shape)
    clear = abs(to_set - mm) > 1e-4
    assert (grown == (to_set <= mm))[clear].all()
    clear = abs(to_unset - mm) > 1e-4
    assert (shrunk == (mask & (to_unset > mm)))[clear].all()


def test_a_margin_of_a_sphere_is_a_larger_sphere():
    found = geometry((36, 60, 70), (1.3, 0.8, 0.6), turn=turned(30, 5, -60))
    distance = np.linalg.norm(centres(found) - found.to_mm(34, 29, 17), axis=-1)
    for mm in (4.0, -4.0):
        made = whole(margin(block(distance <= 12), mm, found), found.shape)
        assert dice(made, distance <= 12 + mm) > 0.97


def test_hollow_leaves_a_shell_of_the_thickness_asked_for():
    found = geometry((40, 70, 70), (1.0, 0.8, 0.8))
    distance = np.linalg.norm(centres(found) - found.to_mm(34, 34, 19), axis=-1)
    ball = distance <= 12
    inwards, outwards = (ndimage.distance_transform_edt(m, (1.0, 0.8, 0.8)) for m in (ball, ~ball))
    for shell, low, high in (("inside", 3.0, 0.0), ("outside", 0.0, 3.0), ("middle", 1.5, 1.5)):
        made = whole(hollow(block(ball), 3.0, found, shell), found.shape)
        assert (made == np.where(ball, inwards <= low, outwards <= high)).all()
        assert made.any() and not made[19, 34, 34]


def test_an_object_that_fills_the_volume_does_not_shrink_from_its_ends():
    found = geometry()
    assert shrink(block(np.ones(found.shape, bool)), 5.0, found).count == np.prod(found.shape)


# -- pieces


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), st.sampled_from([0.1, 0.3, 0.5]), st.sampled_from([6, 26, 4, 8]))
def test_islands_are_those_of_scipy(seed, share, connectivity):
    mask = noise((6, 12, 11), seed, share)
    shape = ndimage.generate_binary_structure(3, 1 if connectivity in (4, 6) else 3)
    if connectivity in (4, 8):
        shape[0] = shape[2] = False
    numbers, _ = ndimage.label(mask, shape)
    sizes = np.bincount(numbers.ravel())[1:]
    found = pieces.islands(block(mask), connectivity)
    assert [p.count for p in found] == sorted(sizes.tolist(), reverse=True)
    for piece in found:
        chosen = np.unique(numbers[whole(piece, mask.shape)])
        assert len(chosen) == 1 and piece.count == sizes[chosen[0] - 1]
        assert piece.count == piece.tight().count and piece.array.shape == piece.tight().array.shape
    small = whole(pieces.remove_small(block(mask), 4, connectivity), mask.shape)
    assert (small == np.isin(numbers, 1 + np.flatnonzero(sizes >= 4))).all()
    assert pieces.keep_largest(block(mask), 1, connectivity).count == sizes.max()
    k, j, i = np.argwhere(mask)[0]
    at = pieces.piece_at(block(mask), (int(k), int(j), int(i)), connectivity)
    assert (whole(at, mask.shape) == (numbers == numbers[k, j, i])).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), st.sampled_from([0.3, 0.5, 0.7, 0.9]))
def test_holes_are_filled_as_scipy_fills_them(seed, share):
    mask = noise((5, 9, 8), seed, share)
    filled = whole(pieces.fill_holes(block(mask), 6), mask.shape)
    assert (filled == ndimage.binary_fill_holes(mask)).all()
    filled = whole(pieces.fill_holes(block(mask), 4), mask.shape)
    assert all((layer == ndimage.binary_fill_holes(of)).all() for layer, of in zip(filled, mask, strict=True))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.sampled_from([6, 26]), st.booleans())
def test_flooding_takes_what_hangs_together_in_a_range(seed, connectivity, bounded):
    rng = np.random.default_rng(seed)
    stored = rng.integers(0, 100, (6, 12, 11)).astype(np.int16)
    values = StoredValues(stored, 2.0, -50.0, padding=(97, 99))
    inside = (stored * 2.0 - 50 <= 60) & (stored < 97)
    within = VoxelBox((1, 2, 2), (5, 10, 9)) if bounded else None
    allowed = np.zeros(inside.shape, bool)
    allowed[(within or VoxelBox.whole(inside.shape)).within((0, 0, 0))] = True
    numbers, _ = ndimage.label(inside & allowed, ndimage.generate_binary_structure(3, 1 if connectivity == 6 else 3))
    seeds = [(2, 4, 4), (3, 5, 5), (0, 0, 0)]
    for at in seeds:
        found = pieces.flood(values, at, -100, 60, within=within, connectivity=connectivity)
        if numbers[at] == 0:
            assert found is None
        else:
            assert (whole(found, inside.shape) == (numbers == numbers[at])).all()


def test_flooding_on_one_slice_stays_on_it():
    values = StoredValues(np.zeros((5, 9, 9), np.int16))
    found = pieces.flood(values, (2, 4, 4), 0, 0, within=VoxelBox((2, 0, 0), (3, 9, 9)), connectivity=4)
    assert found.count == 81 and found.lo[0] == 2


def test_a_region_grows_by_what_is_like_its_seed():
    rng = np.random.default_rng(5)
    found = geometry((20, 50, 50), (1.0, 1.0, 1.0))
    ball = np.linalg.norm(centres(found) - found.to_mm(25, 25, 10), axis=-1) <= 8
    stored = np.where(ball, 140, 20) + rng.normal(0, 8, found.shape)
    grown = pieces.grow_region(StoredValues(stored.astype(np.float32)), (10, 25, 25), deviations=3)
    assert dice(whole(grown, found.shape), ball) > 0.97


@pytest.mark.parametrize("connectivity", [6, 26])
def test_flooding_follows_what_leads_far_away_and_back(connectivity):
    """Through several boxes of what is looked at: a spiral from the seed to the walls, and a piece that only comes near it."""
    inside = np.zeros((40, 200, 210), bool)
    inside[20, 100, 20:200] = inside[20, 10:100, 199] = inside[20, 10, 5:200] = inside[20, 10:190, 5] = True
    inside[3:38, 189, 5] = inside[37, 189, 5:120] = True
    inside[18:23, 104:120, 60:90] = True
    numbers, _ = ndimage.label(inside, ndimage.generate_binary_structure(3, 1 if connectivity == 6 else 3))
    read: list[int] = []

    class Counted(StoredValues):
        def read(self, box):
            read.append(box.size)
            return super().read(box)

    values = Counted(inside.astype(np.int16))
    for seed in ((20, 100, 25), (37, 189, 60)):
        found = pieces.flood(values, seed, 1, 1, connectivity=connectivity)
        assert (whole(found, inside.shape) == (numbers == numbers[seed])).all()
    read.clear()
    found = pieces.flood(values, (20, 110, 75), 1, 1, connectivity=connectivity)
    assert found.count == 5 * 16 * 30 and sum(read) < inside.size / 5


def test_growing_can_be_stopped():
    values = StoredValues(np.zeros((5, 9, 9), np.int16))
    assert pieces.grow_region(values, (2, 4, 4), stop=lambda: True) is None


def test_slices_that_are_not_read_yet_are_not_taken():
    have = np.array([True, True, False, True])
    values = StoredValues(np.zeros((4, 5, 5), np.int16), have=have)
    found = pieces.flood(values, (0, 2, 2), -1, 1)
    assert found.count == 50 and pieces.flood(values, (2, 2, 2), -1, 1) is None


# -- smoothing


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999))
def test_the_median_is_that_of_scipy(seed):
    found = geometry((8, 14, 13), (2.0, 1.0, 0.5))
    mask = noise(found.shape, seed, 0.5)
    mask[:, :3] = mask[:, -3:] = mask[:, :, :3] = mask[:, :, -3:] = False
    made = whole(median(block(mask), 3.0, found), found.shape)
    expected = ndimage.median_filter(mask.astype(np.uint8), (1, 3, 7), mode="nearest") > 0
    assert (made == expected).all()


def test_a_gaussian_removes_what_is_thin_and_keeps_a_sphere():
    for found in (geometry((30, 60, 60), (1.6, 0.8, 0.8)), geometry((30, 60, 60), (1.6, 0.8, 0.8), tilt_deg=-18.5)):
        ball = np.linalg.norm(centres(found) - found.to_mm(30, 30, 15), axis=-1) <= 14
        rough = ball.copy()
        rough[15, 30, :] = True  # a hair of one voxel
        made = whole(gaussian(block(rough), 1.5, found), found.shape)
        assert dice(made, ball) > 0.98 and not made[15, 30, 2]


def test_a_gaussian_counts_real_distances_between_uneven_slices():
    heights = np.array([0, 1, 2, 3, 4, 9, 14, 19.0])
    found = geometry((8, 9, 9), (1, 1, 1), heights=heights)
    from viewers.scene.segment.smoothing import soft

    mask = np.zeros(found.shape, bool)
    mask[5] = True
    made = soft(mask, 0, 2.0, found)[:, 4, 4]
    from math import erf

    def bell(x: float) -> float:
        return (1 + erf(x / 2 / np.sqrt(2))) / 2

    expected = [bell(11.5 - h) - bell(6.5 - h) for h in heights]
    assert made == pytest.approx(expected, abs=1e-5)


def test_joint_smoothing_leaves_neither_gap_nor_overlap():
    rng = np.random.default_rng(2)
    found = geometry((16, 40, 40), (2.0, 1.0, 1.0))
    border = 20 + rng.integers(-3, 4, (16, 40))
    left = np.arange(40)[None, None, :] < border[:, :, None]
    made = {key: whole(b, found.shape) for key, b in joint({"a": block(left), "b": block(~left)}, 3.0, found).items()}
    assert (made["a"] ^ made["b"]).all()
    rough, smooth = left.sum(axis=2).std(), made["a"].sum(axis=2).std()
    assert smooth < rough / 2


# -- between slices


@pytest.mark.parametrize("tilt", [0.0, 16.5])
def test_filling_between_slices_makes_a_cone_from_its_ends(tilt):
    found = geometry((11, 60, 60), (2.0, 0.8, 0.8), tilt_deg=tilt)
    rows, columns = np.mgrid[:60, :60]
    radius = np.linspace(20, 6, 11)
    cone = (rows - 30) ** 2 + (columns - 29) ** 2 <= radius[:, None, None] ** 2
    drawn = cone.copy()
    drawn[[1, 2, 3, 4, 6, 7, 8, 9]] = False
    made = whole(fill_between(block(drawn), found), found.shape)
    assert (made[[0, 5, 10]] == cone[[0, 5, 10]]).all()
    for k in range(11):
        assert dice(made[k], cone[k]) > 0.97


def test_uneven_slices_are_filled_by_their_real_places():
    heights = np.array([0, 1, 2, 10.0])
    found = geometry((4, 60, 60), (1, 1, 1), heights=heights)
    rows, columns = np.mgrid[:60, :60]
    radius = 20 - heights
    cone = (rows - 30) ** 2 + (columns - 29) ** 2 <= radius[:, None, None] ** 2
    drawn = cone.copy()
    drawn[1:3] = False
    made = whole(fill_between(block(drawn), found), found.shape)
    assert all(abs(np.sqrt(made[k].sum() / np.pi) - radius[k]) < 0.5 for k in range(4))


def test_two_shapes_apart_from_each_other_are_joined_by_a_slanting_tube():
    found = geometry((9, 80, 80), (2.0, 0.5, 0.5))
    rows, columns = np.mgrid[:80, :80]
    drawn = np.zeros(found.shape, bool)
    drawn[0] = (rows - 20) ** 2 + (columns - 20) ** 2 <= 64
    drawn[8] = (rows - 60) ** 2 + (columns - 52) ** 2 <= 64
    made = whole(fill_between(block(drawn), found), found.shape)
    for k in range(9):
        assert np.argwhere(made[k]).mean(axis=0) == pytest.approx([20 + 5 * k, 20 + 4 * k], abs=0.6)
        assert made[k].sum() == pytest.approx(np.pi * 64, rel=0.12)


@pytest.mark.parametrize("axis", [1, 2])
def test_layers_of_other_planes_are_filled_too(axis):
    found = geometry((30, 30, 30), (1, 1, 1))
    ball = np.linalg.norm(centres(found) - found.to_mm(15, 15, 15), axis=-1) <= 11
    drawn = np.moveaxis(ball.copy(), axis, 0)
    drawn[np.arange(30) % 4 != 1] = False
    drawn = np.moveaxis(drawn, 0, axis)
    made = whole(fill_between(block(drawn), found, axis), found.shape)
    assert dice(made, ball) > 0.95 and (made & drawn).sum() == drawn.sum()


# -- seeds


def scene(found: VolumeGeometry, spread: float) -> tuple[np.ndarray, np.ndarray, StoredValues]:
    at = centres(found)
    one = np.linalg.norm(at - found.to_mm(22, 30, 12), axis=-1) <= 11
    two = (np.linalg.norm(at - found.to_mm(40, 30, 12), axis=-1) <= 9) & ~one
    stored = np.where(one, 120, np.where(two, 240, 10)) + np.random.default_rng(1).normal(0, spread, found.shape)
    return one, two, StoredValues(stored.astype(np.float32))


def marks(found: VolumeGeometry) -> dict[str, VoxelBlock]:
    out = {key: np.zeros(found.shape, bool) for key in ("one", "two", "rest")}
    out["one"][12, 28:32, 20:24] = out["two"][12, 28:32, 38:43] = True
    out["rest"][12, 4:7, 5:55] = out["rest"][1, 10:50, 10:50] = out["rest"][-2, 10:50, 10:50] = True
    return {key: block(a) for key, a in out.items()}


@pytest.mark.parametrize("tilt", [0.0, 16.5])
@pytest.mark.parametrize("large", [1 << 40, 20_000])
def test_objects_grow_from_their_seeds_up_to_their_edges(tilt, large, monkeypatch):
    monkeypatch.setattr("viewers.scene.segment.seeds.LARGE", large)
    found = geometry((25, 60, 60), (1.5, 0.9, 0.9), tilt_deg=tilt)
    one, two, values = scene(found, 12)
    made = grow_from_seeds(marks(found), values, found, within=VoxelBox.whole(found.shape))
    grown = {key: whole(b, found.shape) for key, b in made.items()}
    assert dice(grown["one"], one) > 0.96 and dice(grown["two"], two) > 0.95
    assert (grown["one"].astype(int) + grown["two"] + grown["rest"] == 1).all()
    assert all((grown[key] & whole(b, found.shape)).sum() == b.count for key, b in marks(found).items())


@pytest.mark.parametrize("large", [1 << 40, 20_000])
def test_nobody_wins_what_is_locked_or_out_of_range(large, monkeypatch):
    monkeypatch.setattr("viewers.scene.segment.seeds.LARGE", large)
    found = geometry((25, 60, 60), (1.5, 0.9, 0.9))
    _, _, values = scene(found, 5)
    locked = np.zeros(found.shape, bool)
    locked[:, 33:36] = True
    made = grow_from_seeds(marks(found), values, found, barred=block(locked), allowed=(60, 400))
    seeds = {key: whole(b, found.shape) for key, b in marks(found).items()}
    for key, b in made.items():
        grown = whole(b, found.shape)
        assert not (grown & locked).any()
        won = grown & ~seeds[key]
        assert (values.stored[won] >= 60).all()
        assert (grown | locked)[seeds[key]].all()  # what was painted stays, whatever its value


def test_growing_needs_two_seeds():
    found = geometry((25, 60, 60), (1.5, 0.9, 0.9))
    with pytest.raises(Refused, match="at least two"):
        grow_from_seeds({"one": marks(found)["one"], "two": VoxelBlock.nothing()}, scene(found, 5)[2], found)


# -- logic and stopping


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)))
def test_logic_between_objects_wherever_they_lie(seed, lo):
    shape = (12, 12, 12)
    a, b = VoxelBlock(lo, noise((5, 4, 6), seed, 0.5)), VoxelBlock((3, 2, 4), noise((4, 6, 5), seed + 1, 0.5))
    one, two = whole(a, shape), whole(b, shape)
    assert (whole(combined(a, b, "union"), shape) == (one | two)).all()
    assert (whole(combined(a, b, "subtract"), shape) == (one & ~two)).all()
    assert (whole(combined(a, b, "intersect"), shape) == (one & two)).all()
    box = VoxelBox((1, 1, 1), (9, 8, 10))
    inside = np.zeros(shape, bool)
    inside[box.within((0, 0, 0))] = True
    assert (whole(inverted(a, box), shape) == (~one & inside)).all()


def test_long_operations_stop_when_asked_to():
    found, tilted = geometry((25, 60, 60), (1.5, 0.9, 0.9)), geometry((25, 60, 60), (1.5, 0.9, 0.9), tilt_deg=10)
    one, _, values = scene(found, 12)
    drawn = one.copy()
    drawn[12] = False
    for act in (
        lambda p: grow(block(one), 3, found, p),
        lambda p: grow(block(one), 3, tilted, p),
        lambda p: pieces.islands(block(one), progress=p),
        lambda p: median(block(one), 5, found, p),
        lambda p: gaussian(block(one), 2, found, p),
        lambda p: fill_between(block(drawn), found, progress=p),
        lambda p: grow_from_seeds(marks(found), values, found, progress=p),
    ):
        with pytest.raises(Cancelled):
            act(stopped())
