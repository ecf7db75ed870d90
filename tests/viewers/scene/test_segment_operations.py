"""What the panel's verbs leave behind: one step, the right voxels, locked ones untouched, undone to the last voxel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from storage.editing.volume_verbs import PaintRules, VolumeGesture, no_group
from storage.errors import Cancelled, Refused
from storage.model.voxels import VoxelBlock, VoxelBox
from tests.support.segment_stage import BY, NOW, Stage, centres, geometry, whole
from viewers.scene.segment import operations
from viewers.scene.segment.operations import Bench
from viewers.scene.segment.scissors import Sheet
from viewers.scene.segment.values import StoredValues

SHAPE = (20, 44, 48)
PLACE = geometry(SHAPE, (1.5, 1.0, 1.0))


def ball(column: float, row: float, slice_: float, radius: float) -> np.ndarray:
    return np.linalg.norm(centres(PLACE) - PLACE.to_mm(column, row, slice_), axis=-1) <= radius


class Room:
    """Three objects: a ball, its neighbour, and a locked wall that touches both."""

    def __init__(self, **rules: object) -> None:
        self.stage = Stage(SHAPE)
        wall = np.zeros(SHAPE, bool)
        wall[:, :12] = True
        self.before = [ball(18, 22, 10, 8), ball(34, 22, 10, 7) & ~ball(18, 22, 10, 8), wall & ~ball(18, 22, 10, 8)]
        self.one, self.two, self.wall = (self.stage.object(a) for a in self.before)
        self.rules = PaintRules(frozenset({self.wall}), **rules)
        rng = np.random.default_rng(0)
        stored = np.where(self.before[0], 100, np.where(self.before[1], 200, 0)) + rng.normal(0, 5, SHAPE)
        self.values = StoredValues(stored.astype(np.float32))

    def bench(self) -> Bench:
        gesture = VolumeGesture(self.stage.document, self.stage.masks, self.rules, by=BY, now=NOW)
        return Bench(self.stage.document, self.stage.masks, gesture, PLACE, self.values)

    def run(self, act: Callable[..., object], *given: object, **more: object) -> object:
        bench, steps = self.bench(), len(self.stage.stored)
        made = act(bench, *given, **more)
        bench.gesture.prepare()
        bench.gesture.commit(self.stage.session, "Work")
        assert len(self.stage.stored) - steps <= 1
        every = [self.stage.rows(i) for i in self.stage.masks.objects()]
        for instance in self.stage.masks.objects():
            assert (self.stage.live(instance) == self.stage.rows(instance)).all()
        assert np.sum(every, axis=0).max() <= 1  # no voxel belongs to two
        assert (self.stage.rows(self.wall) == self.before[2]).all()
        return made

    def undone(self) -> bool:
        self.stage.session.undo()
        shown = [self.stage.live(i) for i in (self.one, self.two, self.wall)]
        return all((a == b).all() for a, b in zip(shown, self.before, strict=True))

    def rows(self, instance: str) -> np.ndarray:
        return self.stage.rows(instance)


def test_a_margin_goes_over_neighbours_but_not_over_what_is_locked():
    room = Room()
    room.run(operations.margin, [room.one], 4.0)
    grown = ball(18, 22, 10, 12) & ~room.before[2]
    assert 2 * (room.rows(room.one) & grown).sum() / (room.rows(room.one).sum() + grown.sum()) > 0.96
    assert (room.rows(room.two) == room.before[1] & ~room.rows(room.one)).all()
    assert room.undone()


def test_where_others_do_not_yield_only_free_voxels_are_won():
    room = Room(others_yield=False)
    room.run(operations.margin, [room.one], 4.0)
    assert (room.rows(room.two) == room.before[1]).all()
    assert room.rows(room.one).sum() > room.before[0].sum()


@pytest.mark.parametrize("how", ["median", "gaussian", "joint"])
def test_smoothing_keeps_the_objects(how):
    room = Room()
    room.run(operations.smooth, [room.one, room.two], how, 3.0 if how == "median" else 1.2)
    for instance, before in ((room.one, room.before[0]), (room.two, room.before[1])):
        after = room.rows(instance)
        assert 2 * (after & before).sum() / (after.sum() + before.sum()) > 0.9
    assert room.undone()


def test_a_locked_object_is_refused_and_nothing_is_left_behind():
    room = Room()
    bench = room.bench()
    with pytest.raises(Refused, match="locked"):
        operations.margin(bench, [room.one, room.wall], 2.0)
    bench.gesture.cancel()
    assert (room.stage.live(room.one) == room.before[0]).all()


def test_hollow_and_fill_between():
    room = Room()
    room.run(operations.hollow, [room.one], 2.0)
    assert not room.rows(room.one)[10, 22, 18] and room.rows(room.one)[10, 22, 10]
    assert room.undone()
    layers = room.before[0].copy()
    layers[np.arange(20) % 4 != 2] = False
    bench = room.bench()
    bench.gesture.put(room.one, VoxelBlock((0, 0, 0), layers))
    bench.gesture.commit(room.stage.session, "Thin out")
    room.run(operations.fill_between, [room.one])
    assert room.rows(room.one).any(axis=(1, 2)).sum() == 9  # slices 6 to 14


def test_islands_become_objects_of_their_own_class():
    room = Room()
    bench = room.bench()
    bench.gesture.add(room.one, VoxelBlock((0, 40, 40), np.ones((2, 3, 3), bool)))
    bench.gesture.add(room.one, VoxelBlock((18, 40, 2), np.ones((2, 2, 2), bool)))
    bench.gesture.commit(room.stage.session, "Paint")
    before = room.rows(room.one)
    made = room.run(operations.split_islands, room.one, 10)
    assert len(made) == 1 and room.rows(made[0]).sum() == 18
    instance = room.stage.document.instances[made[0]]
    assert instance.feature_hash == "CLASS001" and instance.number == 4
    assert room.rows(room.one).sum() == before.sum() - 18
    room.run(operations.keep_largest, [room.one])
    assert (room.rows(room.one) == room.before[0]).all()
    room.stage.session.undo()
    room.run(operations.remove_small, [room.one], 9)
    assert (room.rows(room.one) == room.before[0]).all()
    room.stage.session.undo()
    with pytest.raises(Refused, match="pieces"):
        operations.split_islands(room.bench(), room.one, most=0)


@pytest.mark.parametrize(("connectivity", "filled"), [(4, [True, True, False]), (6, [True, False, False])])
def test_holes_in_slices_and_closed_cavities_are_filled_and_none_is_said(connectivity, filled):
    """A bubble, a tunnel through all slices, a bay."""
    room = Room()
    bench = room.bench()
    body = np.ones((4, 20, 20), bool)
    body[1:3, 3:5, 3:5] = body[:, 10:12, 10:12] = body[:, 17:, 17:] = False
    bench.gesture.put(room.one, VoxelBlock((4, 20, 20), body))
    bench.gesture.commit(room.stage.session, "Paint")
    room.run(operations.fill_holes, [room.one], connectivity)
    rows = room.rows(room.one)[4:8, 20:40, 20:40]
    assert [bool(rows[at].all()) for at in ((slice(1, 3), 3, 3), (slice(None), 10, 10), (slice(None), 18, 18))] == filled
    with pytest.raises(Refused, match="no hole"):
        operations.fill_holes(room.bench(), [room.one], connectivity)


@pytest.mark.parametrize("how", ["union", "subtract"])
def test_logic_between_objects(how):
    room = Room()
    bench = room.bench()
    other = bench.gesture.new_object("CLASS002")
    bench.gesture.add(other, VoxelBlock((5, 20, 5), np.ones((8, 8, 40), bool)))
    bench.gesture.commit(room.stage.session, "Paint")
    one, two = room.rows(room.one), room.rows(other)
    expected = {"union": one | two, "subtract": one & ~two}[how]
    room.run(operations.combine, room.one, [other], how)
    assert (room.rows(room.one) == expected).all()


def test_what_objects_that_may_overlap_have_in_common():
    room = Room(group_of=no_group)
    bench = room.bench()
    other = bench.gesture.new_object("CLASS002")
    bench.gesture.add(other, VoxelBlock((5, 20, 5), np.ones((8, 8, 40), bool)))
    operations.combine(bench, room.one, [other], "intersect")
    bench.gesture.commit(room.stage.session, "Work")
    assert room.rows(room.one).any()
    assert (room.rows(room.one) == room.before[0] & room.rows(other)).all()


def test_objects_without_a_voxel_in_common_are_not_intersected():
    room = Room()
    with pytest.raises(Refused, match="have no voxel in common"):
        operations.combine(room.bench(), room.one, [room.two], "intersect")
    assert (room.rows(room.one) == room.before[0]).all()


def test_an_object_is_inverted_within_a_box():
    room = Room(others_yield=False)
    box = VoxelBox((4, 8, 4), (18, 40, 40))
    room.run(operations.invert, room.one, box)
    inside = np.zeros(SHAPE, bool)
    inside[box.within((0, 0, 0))] = True
    expected = np.where(inside, ~(room.before[0] | room.before[1] | room.before[2]), room.before[0])
    assert (room.rows(room.one) == expected).all()
    assert room.undone()


def test_objects_grow_from_a_few_strokes():
    room = Room()
    bench = room.bench()
    for instance, column in ((room.one, 18), (room.two, 35)):
        bench.gesture.put(instance, VoxelBlock((9, 20, column - 1), np.ones((2, 4, 3), bool)))
    rest = bench.gesture.new_object("CLASS003")
    bench.gesture.add(rest, VoxelBlock((1, 12, 1), np.ones((1, 31, 46), bool)))
    bench.gesture.add(rest, VoxelBlock((18, 12, 1), np.ones((1, 31, 46), bool)))
    bench.gesture.add(rest, VoxelBlock((10, 42, 1), np.ones((1, 2, 46), bool)))
    bench.gesture.commit(room.stage.session, "Strokes")
    few = room.rows(rest)
    room.run(operations.grow_from_seeds, [room.one, room.two], rest, within=VoxelBox.whole(SHAPE))
    for instance, before in ((room.one, room.before[0] & ~room.before[2]), (room.two, room.before[1] & ~room.before[2])):
        after = room.rows(instance)
        assert 2 * (after & before).sum() / (after.sum() + before.sum()) > 0.93
    assert (room.rows(rest) == few).all()


def test_flooding_adds_a_region():
    room = Room()
    bench = room.bench()
    bench.gesture.remove(room.two, VoxelBlock((0, 0, 0), np.ones(SHAPE, bool)))
    made = bench.gesture.new_object("CLASS002")
    assert operations.flood(bench, made, (10, 22, 34), 150, 260)
    assert not operations.flood(bench, made, (10, 22, 34), 500, 600)
    bench.gesture.commit(room.stage.session, "Flood")
    expected = room.before[1] & ~room.before[2]
    assert 2 * (room.rows(made) & expected).sum() / (room.rows(made).sum() + expected.sum()) > 0.99


@pytest.mark.parametrize("how", ["fill", "erase inside", "erase outside"])
def test_scissors(how):
    room = Room()
    sheet = Sheet(PLACE.to_mm(0, 0, 0), PLACE.row_dir, PLACE.col_dir)
    ring = ((15.5, 15.5), (40.5, 15.5), (40.5, 24.5), (15.5, 24.5))
    inside = np.zeros(SHAPE, bool)
    inside[:, 16:25, 16:41] = True
    room.run(operations.snip, room.one, sheet, (ring,), how)
    one = room.before[0]
    expected = {"fill": one | (inside & ~room.before[2]), "erase inside": one & ~inside, "erase outside": one & inside}
    assert (room.rows(room.one) == expected[how]).all()
    assert room.undone()


@pytest.mark.parametrize("how", ["keep", "remove", "split"])
def test_cutting_at_a_plane(how):
    room = Room()
    beyond = (centres(PLACE) - PLACE.to_mm(18.5, 22, 10)) @ np.array([1.0, 0.2, 0.4]) >= 0
    made = room.run(operations.cut, room.one, PLACE.to_mm(18.5, 22, 10), np.array([1.0, 0.2, 0.4]), how)
    one = room.before[0]
    assert (room.rows(room.one) == (one & beyond if how == "keep" else one & ~beyond)).all()
    if how == "split":
        assert (room.rows(made) == one & beyond).all()
    assert room.undone()


def test_an_operation_that_is_stopped_leaves_everything_as_it_was():
    room = Room()
    bench = room.bench()
    bench.progress.cancel()
    with pytest.raises(Cancelled):
        operations.margin(bench, [room.one], 3.0)
    bench.gesture.cancel()
    assert all(
        (whole(room.stage.masks.read(i), SHAPE) == b).all() for i, b in zip((room.one, room.two), room.before, strict=False)
    )
    assert not bench.gesture.changed


def test_what_cannot_be_done_is_said():
    room = Room()
    bench = room.bench()
    empty = bench.gesture.new_object("CLASS001")
    with pytest.raises(Refused, match="no voxels"):
        operations.margin(bench, [empty], 2.0)
    bench.values = None
    with pytest.raises(Refused, match="not loaded"):
        operations.flood(bench, room.one, (0, 0, 0), 0, 1)
