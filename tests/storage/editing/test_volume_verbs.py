"""Gestures in volumes: one step each, undone voxel by voxel; what is locked never changes; no voxel belongs to two."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.editing import verbs
from storage.editing.edits import Put
from storage.editing.volume_verbs import PaintRules, VolumeGesture, copy_slice, no_group
from storage.errors import Refused
from storage.model.labels import Instance
from storage.model.voxels import VoxelBlock, VoxelBox
from tests.support.segment_stage import BY, NOW, Stage

SHAPE = (7, 12, 11)


def gesture(stage: Stage, rules: PaintRules | None = None) -> VolumeGesture:
    return VolumeGesture(stage.document, stage.masks, rules or PaintRules(), by=BY, now=NOW)


def some(seed: int, share: float = 0.3) -> np.ndarray:
    return np.random.default_rng(seed).random(SHAPE) < share


def block(array: np.ndarray) -> VoxelBlock:
    return VoxelBlock((0, 0, 0), array).tight()


strokes = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["add", "remove", "put"]), st.integers(0, 999), st.floats(0, 0.9)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=80, deadline=None)
@given(strokes, st.sampled_from(["none", "one", "by class"]), st.booleans())
def test_any_work_follows_the_rules_and_is_undone_voxel_by_voxel(work, groups, lock):
    stage = Stage(SHAPE)
    arrays = [some(1, 0.1), some(2, 0.1), some(3, 0.1)]
    if groups != "none":
        arrays[1] &= ~arrays[0]
        arrays[2] &= ~(arrays[0] | arrays[1])
    made = [stage.object(a, f"CLASS00{n % 2}") for n, a in enumerate(arrays)]
    begun = len(stage.stored)
    group_of = {"none": no_group, "one": lambda i: "", "by class": lambda i: i.feature_hash}[groups]
    locked = frozenset(made[1:2]) if lock else frozenset()
    rules = PaintRules(locked, group_of)
    shares = [[groups == "one" or (groups == "by class" and a % 2 == b % 2) for b in range(3)] for a in range(3)]
    states = [[a.copy() for a in arrays]]
    for n, verb, seed, share in work:
        wanted, now = some(seed, share), [a.copy() for a in states[-1]]
        hand = gesture(stage, rules)
        if lock and n == 1:
            with pytest.raises(Refused):
                getattr(hand, verb)(made[n], block(wanted))
            hand.cancel()
            continue
        if made[n] not in stage.document.instances:
            break  # its last voxel went
        dirty = getattr(hand, verb)(made[n], block(wanted))
        before = now[n].copy()
        if verb in ("remove", "put"):
            now[n] &= wanted if verb == "put" else ~wanted
        if verb in ("add", "put"):
            gained = wanted.copy()
            for other in range(3):
                if other != n and shares[n][other] and made[other] in locked:
                    gained &= ~now[other]
            gained &= ~now[n]
            now[n] |= gained
            for other in range(3):
                if other != n and shares[n][other] and made[other] not in locked:
                    now[other] &= ~gained
        told = np.zeros(SHAPE, bool)
        if dirty is not None:
            told[dirty.within((0, 0, 0))] = True
        assert not ((before != now[n]) & ~told).any()
        assert all((stage.live(u) == a).all() for u, a in zip(made, now, strict=True))  # before it is committed
        if hand.commit(stage.session, "Paint"):
            states.append(now)
        assert all((stage.rows(u) == a).all() for u, a in zip(made, states[-1], strict=True))
    assert len(stage.stored) - begun == len(states) - 1  # one step each, none where nothing changed
    for state in reversed(states[:-1]):
        stage.session.undo()
        assert all((stage.rows(u) == a).all() and (stage.live(u) == a).all() for u, a in zip(made, state, strict=True))
    for state in states[1:]:
        stage.session.redo()
        assert all((stage.live(u) == a).all() for u, a in zip(made, state, strict=True))


def test_only_rows_of_slices_that_changed_are_written():
    stage = Stage(SHAPE)
    instance = stage.object(np.ones(SHAPE, bool))
    hand = gesture(stage)
    hand.remove(instance, VoxelBlock((3, 2, 2), np.ones((2, 4, 4), bool)))
    step = hand.commit(stage.session, "Erase")
    assert sorted(e.record.frame for e in step.edits if isinstance(e, Put)) == [3, 4]
    assert step.text == "Erase" and len(step.edits) == 2


def test_a_stroke_of_many_moves_is_one_step():
    stage = Stage(SHAPE)
    hand = gesture(stage)
    instance = hand.new_object("CLASS001")
    for i in range(6):
        hand.add(instance, VoxelBlock((2, 3, i), np.ones((2, 3, 3), bool)))
        assert instance not in stage.document.instances  # nothing is stored on the way
    before = len(stage.stored)
    hand.commit(stage.session, "Paint")
    assert len(stage.stored) == before + 1 and stage.rows(instance).sum() == 2 * 3 * 8
    assert stage.document.instances[instance].number == 1
    stage.session.undo()
    assert instance not in stage.document.instances and not stage.live(instance).any()


def test_an_object_is_looked_for_only_where_it_was_painted():
    stage = Stage((20, 300, 300))
    hand = gesture(stage)
    made = hand.new_object("CLASS000")
    for row in (100, 130):
        hand.add(made, VoxelBlock((9, row, 140), np.ones((2, 10, 12), bool)))
    hand.commit(stage.session, "Paint")
    assert stage.masks.box_of(made) == VoxelBox((9, 100, 140), (11, 140, 152))


def test_a_stroke_that_is_given_up_leaves_everything_as_it_was():
    stage = Stage(SHAPE)
    a, b = some(1), some(2) & ~some(1)
    one, two = stage.object(a), stage.object(b)
    hand = gesture(stage)
    hand.add(one, block(np.ones(SHAPE, bool)))
    assert not stage.live(two).any()
    hand.cancel()
    assert (stage.live(one) == a).all() and (stage.live(two) == b).all()


def test_a_new_object_without_a_voxel_does_not_come_to_be():
    stage = Stage(SHAPE)
    locked = stage.object(np.ones(SHAPE, bool))
    hand = gesture(stage, PaintRules(frozenset({locked})))
    instance = hand.new_object("CLASS001")
    assert hand.add(instance, block(some(4))) is None
    assert hand.commit(stage.session, "Paint") is None
    assert instance not in stage.document.instances


def test_the_last_voxel_takes_its_object_along():
    stage = Stage(SHAPE)
    instance = stage.object(some(1))
    hand = gesture(stage)
    hand.remove(instance, block(np.ones(SHAPE, bool)))
    hand.commit(stage.session, "Erase")
    assert instance not in stage.document.instances
    stage.session.undo()
    assert (stage.live(instance) == some(1)).all()


def test_an_object_of_another_time_is_kept_when_it_is_empty_here():
    stage = Stage(SHAPE, time=1)
    instance = stage.object(some(1))
    from storage.model import masks

    there = verbs.add_annotation(stage.document, instance, masks.encode(some(2)[0]), ("", 0), by=BY, now=NOW)
    stage.session.do("Draw at the first time", there)
    hand = gesture(stage)
    hand.remove(instance, block(np.ones(SHAPE, bool)))
    hand.commit(stage.session, "Erase")
    assert instance in stage.document.instances and not stage.rows(instance).any()


def test_what_another_hand_changed_meanwhile_is_not_overwritten_by_a_long_operation():
    stage = Stage(SHAPE)
    instance = stage.object(some(1))
    hand = gesture(stage)
    hand.add(instance, block(some(2)))
    hand.prepare()
    from storage.model import masks

    edits = verbs.add_annotation(stage.document, instance, masks.encode(some(9)[3]), ("", 3), by="bob@x", now=9)
    stage.session.merge(edits)
    with pytest.raises(Refused, match="meanwhile"):
        hand.commit(stage.session, "Grow")
    assert (stage.live(instance) == stage.rows(instance)).all()
    assert (stage.rows(instance)[3] == some(9)[3]).all()


def test_another_object_may_be_changed_during_a_stroke():
    stage = Stage(SHAPE)
    one, two = stage.object(some(1) & ~some(2)), stage.object(some(2))
    hand = gesture(stage, PaintRules(group_of=no_group))
    hand.add(one, block(some(5)))
    stage.session.merge(verbs.delete_on_frame(stage.document, [two], ("", 3)))
    hand.commit(stage.session, "Paint")
    for instance in (one, two):
        assert (stage.live(instance) == stage.rows(instance)).all()


def test_a_slice_is_copied_to_its_neighbour():
    stage = Stage(SHAPE)
    array = some(1)
    array[4] = False
    one, two = stage.object(array & ~some(2)), stage.object(some(2))
    hand = gesture(stage)
    copy_slice(hand, stage.masks, [one], 3, 4)
    hand.commit(stage.session, "Copy")
    assert (stage.rows(one)[4] == stage.rows(one)[3]).all() and stage.rows(one)[3].any()
    assert not (stage.rows(one) & stage.rows(two)).any()
    with pytest.raises(Refused):
        copy_slice(gesture(stage), stage.masks, [one], 6, 7)


def test_groups_may_name_single_objects():
    stage = Stage(SHAPE)
    one, two, three = (stage.object(some(7)) for _ in range(3))
    pairs = {one: "organs", two: "organs"}

    def group_of(instance: Instance) -> str | None:
        return pairs.get(instance.uuid)

    hand = gesture(stage, PaintRules(group_of=group_of))
    hand.add(one, VoxelBlock.nothing())
    hand.put(one, block(np.zeros(SHAPE, bool)), VoxelBox((0, 0, 0), (3, 12, 11)))
    hand.add(one, block(some(7)))
    hand.commit(stage.session, "Paint")
    assert not stage.rows(two)[:3].any() and stage.rows(two)[3:].any()
    assert (stage.rows(three) == some(7)).all()


def test_a_stroke_that_takes_back_what_it_painted_is_no_step():
    stage = Stage(SHAPE)
    instance = stage.object(some(1))
    hand = VolumeGesture(stage.document, stage.masks, PaintRules(), by="bob@x", now=99)
    new = some(2) & ~some(1)
    hand.add(instance, block(new))
    hand.remove(instance, block(new))
    assert hand.commit(stage.session, "Paint") is None
    assert (stage.live(instance) == some(1)).all()


def test_a_change_from_elsewhere_does_not_tear_a_hole_into_the_stroke_under_way():
    from storage.model import masks

    stage = Stage(SHAPE)
    instance = stage.object(some(1))
    hand = gesture(stage)
    stroke = np.zeros(SHAPE, bool)
    stroke[3, 2:9, 2:9] = True
    hand.add(instance, block(stroke))
    merged = verbs.add_annotation(stage.document, instance, masks.encode(some(9)[3]), ("", 3), by="bob@x", now=9)
    stage.session.merge(merged)
    assert stage.live(instance)[stroke].all()
    hand.commit(stage.session, "Paint")
    assert (stage.rows(instance) == (some(1) | stroke)).all() and (stage.live(instance) == stage.rows(instance)).all()
    stage.session.undo()
    assert (stage.live(instance)[3] == some(9)[3]).all()  # and theirs is not lost
