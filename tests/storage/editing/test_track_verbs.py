"""Verbs of objects over time: they do what they say on the frames they name, and undo exactly."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.editing import answer_ranges, track_verbs
from storage.editing.session import EditSession
from storage.editing.track_verbs import Stamp
from storage.errors import Refused
from storage.model.geometry import Box, Keypoint, ShapeKind
from storage.model.interpolation import present, ranges
from storage.model.labels import Annotation, Answer, Instance, LabelDocument
from tests.support.sent import stored
from tests.support.track_strategies import FRAMES, seen, tracks

SIMPLE = (ShapeKind.BOX, ShapeKind.POINT, ShapeKind.ROTATED_BOX, ShapeKind.BITMASK)
STAMP = Stamp("b@x.org", 99, pts=lambda frame: frame * 100)
frames = st.integers(0, FRAMES - 1)


def session_of(document):
    return EditSession(document, stored)


def records(document):
    return {r.uuid: r for r in document.records()}


def point(x):
    return Keypoint(float(x), 0.0)


def track(*rows, own="i", number=1, feature="c", into=None):
    document = into or LabelDocument()
    document.put(Instance(own, f"hash {own}", feature, number))
    for frame, more in rows:
        document.put(Annotation(f"{own}{frame}", own, point(frame * 10), frame, created_at=1, edited_at=1, **more))
    return document


def apply(document, edits):
    for edit in edits:
        edit.apply(document)
    return document


def shown(document, own="i"):
    return {f: g.x for f, g in seen(document, own, range(40)).items()}


VERBS = {
    "key": lambda d, i, f, n, h: track_verbs.set_key_frame(d, i[0], f, Box(1, 2, 3, 4), h),
    "key here": lambda d, i, f, n, h: track_verbs.set_key_frame(d, i[0], f, None, h),
    "remove": lambda d, i, f, n, h: track_verbs.remove_key_frame(d, i[0], f, h),
    "outside": lambda d, i, f, n, h: track_verbs.set_outside(d, i[0], f, bool(n % 2), h),
    "occluded": lambda d, i, f, n, h: track_verbs.set_occluded(d, i[0], f, bool(n % 2), h),
    "interpolated": lambda d, i, f, n, h: track_verbs.set_interpolated(d, i[0], f, bool(n % 2), h),
    "propagate": lambda d, i, f, n, h: track_verbs.propagate(d, i, f, n - 5, h, frames=FRAMES),
    "cut": lambda d, i, f, n, h: track_verbs.cut(d, i[0], f, f + n, h),
    "delete": lambda d, i, f, n, h: track_verbs.delete_range(d, i, f, f + n, h),
    "split": lambda d, i, f, n, h: track_verbs.split_at(d, i[0], f, h)[0],
    "merge": lambda d, i, f, n, h: track_verbs.merge_tracks(d, i, h, bridge=bool(n % 2)),
    "answer": lambda d, i, f, n, h: answer_ranges.set_over(d, i[0], "moving", "ab"[n % 2], f, f + n),
    "no answer": lambda d, i, f, n, h: answer_ranges.set_over(d, i[0], ("moving", "static")[n % 2], None, f, f + n),
    "merge answers": lambda d, i, f, n, h: answer_ranges.merge(
        d, tuple(a.uuid for a in answer_ranges.ranged(d, i[0], "moving"))
    ),
}


@given(
    tracks(kinds=SIMPLE),
    st.lists(st.tuples(st.sampled_from(sorted(VERBS)), frames, st.integers(0, 9), st.randoms()), max_size=12),
)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_sequence_undoes_exactly_and_redoes(document, acts):
    session = session_of(document)
    states = [records(document)]
    for name, frame, n, rnd in acts:
        instances = list(document.instances)
        if not instances:
            break
        rnd.shuffle(instances)
        try:
            edits = VERBS[name](document, instances, frame, n, STAMP)
        except Refused:
            continue
        if session.do(name, edits) is not None:
            states.append(records(document))
        sound(document)
    for state in reversed(states[:-1]):
        session.undo()
        assert records(document) == state
    while session.redo():
        pass
    assert records(document) == states[-1]


def sound(document):
    """No row or answer without its object, no object without a visible row, ranges that do not overlap."""
    for a in document.annotations.values():
        assert a.instance in document.instances
    for instance in document.instances:
        rows = document.annotations_of(instance)
        assert rows
        assert [r.at for r in rows] == document.places_of(instance)
        assert len({r.at for r in rows}) == len(rows)
        for attribute in ("moving", "static"):
            spans = [(a.first, a.last) for a in answer_ranges.ranged(document, instance, attribute)]
            assert all(a <= b for a, b in spans)
            assert all(x[1] < y[0] for x, y in itertools.pairwise(spans)), spans
    assert all(a.owner in document.instances for a in document.answers.values())


@given(tracks(kinds=SIMPLE, objects=1), frames, st.integers(0, 6))
@settings(deadline=None)
def test_a_cut_leaves_everything_else_as_it_was(document, first, n):
    (own,) = document.instances
    before = seen(document, own)
    apply(document, track_verbs.cut(document, own, first, first + n, STAMP))
    expected = {f: g for f, g in before.items() if not first <= f <= first + n}
    after = seen(document, own)
    assert after.keys() == expected.keys()
    assert all(after[f].bounds() == pytest.approx(g.bounds()) for f, g in expected.items())
    assert bool(document.instances) == bool(expected) or not before


@given(tracks(kinds=SIMPLE, objects=1), frames)
@settings(deadline=None)
def test_the_halves_of_a_split_show_the_whole_and_merge_again(document, frame):
    (own,) = document.instances
    before = seen(document, own)
    answered = {f: answer_ranges.answer_at(document, own, "moving", f) for f in range(FRAMES)}
    try:
        edits, other = track_verbs.split_at(document, own, frame, STAMP)
    except Refused:
        return
    apply(document, edits)
    left, right = seen(document, own), seen(document, other)
    assert max(left) < frame <= min(right)
    assert left.keys() | right.keys() == before.keys()
    for f, g in (left | right).items():
        assert g.bounds() == pytest.approx(before[f].bounds())
        holder = own if f < frame else other
        answer = answer_ranges.answer_at(document, holder, "moving", f)
        assert (answer and answer.value) == (answered[f] and answered[f].value)
    apply(document, track_verbs.merge_tracks(document, (own, other), STAMP))
    merged = seen(document, own)
    assert merged.keys() == before.keys()
    assert all(merged[f].bounds() == pytest.approx(g.bounds()) for f, g in before.items())
    assert list(document.instances) == [own]


def test_a_key_frame_in_a_span_keeps_the_shape_and_its_time_stamp():
    document = track((0, {}), (10, {}))
    apply(document, track_verbs.set_key_frame(document, "i", 4, None, STAMP))
    made = document.annotation_of("i", ("", 4))
    assert (made.geometry, made.pts, made.created_by, made.keyframe) == (point(40), 400, "b@x.org", True)
    apply(document, track_verbs.set_key_frame(document, "i", 4, point(0), STAMP))
    assert shown(document)[2] == 0 and shown(document)[7] == 50
    assert track_verbs.set_key_frame(document, "i", 4, point(0), STAMP) == ()
    with pytest.raises(Refused, match="not on frame 11"):
        track_verbs.set_key_frame(document, "i", 11, None, STAMP)


def test_taking_key_frames_away_until_nothing_is_left():
    document = track((0, {}), (4, {}), (10, {"outside": True}))
    document.put(Answer("a", "i", "x", "y"))
    apply(document, track_verbs.remove_key_frame(document, "i", 0, STAMP))
    assert sorted(shown(document)) == list(range(4, 10))
    apply(document, track_verbs.remove_key_frame(document, "i", 4, STAMP))
    assert not list(document.records()), "a hidden row alone is no object"
    assert track_verbs.remove_key_frame(track((0, {})), "i", 3, STAMP) == ()


def test_outside_hides_until_the_next_key_frame_and_comes_back():
    document = track((0, {}), (10, {}))
    apply(document, track_verbs.set_outside(document, "i", 4, True, STAMP))
    assert sorted(shown(document)) == [0, 1, 2, 3, 10]
    assert present(document, "i", 4).geometry == point(40)
    assert track_verbs.set_outside(document, "i", 6, True, STAMP) == ()
    apply(document, track_verbs.set_outside(document, "i", 6, False, STAMP))
    assert sorted(shown(document)) == [0, 1, 2, 3, 6, 7, 8, 9, 10]
    assert track_verbs.set_outside(document, "i", 30, True, STAMP) == ()


def test_occluded_holds_from_here_to_the_next_row():
    document = track((0, {}), (10, {}))
    apply(document, track_verbs.set_occluded(document, "i", 4, True, STAMP))
    assert [present(document, "i", f).occluded for f in (3, 4, 9, 10)] == [False, True, True, False]
    assert shown(document)[6] == 60


def test_interpolation_is_switched_off_between_two_rows_and_on_again():
    document = track((0, {}), (5, {}), (10, {}))
    apply(document, track_verbs.set_interpolated(document, "i", 7, False, STAMP))
    assert sorted(shown(document)) == [0, 1, 2, 3, 4, 5, 10]
    apply(document, track_verbs.set_interpolated(document, "i", 7, True, STAMP))
    assert sorted(shown(document)) == list(range(11))
    assert track_verbs.set_interpolated(document, "i", 7, True, STAMP) == ()


@pytest.mark.parametrize(("n", "held"), [(4, range(3, 8)), (-2, range(1, 4)), (100, range(3, 12))])
def test_propagating_holds_the_shape_and_nothing_runs_across_its_ends(n, held):
    document = track((0, {}), (6, {}))
    apply(document, track_verbs.propagate(document, ["i"], 3, n, STAMP, frames=12))
    now = shown(document)
    assert {f for f, x in now.items() if x == 30} == set(held)
    assert now[0] == 0
    assert set(now) == set(range(max(7, max(held) + 1)))
    if n < 0:
        assert now[5] == 50, "behind, it runs on to the next key frame"
    assert track_verbs.propagate(document, ["i"], 11, 5, STAMP, frames=12) == ()


def test_merging_keeps_gaps_or_bridges_them():
    def two():
        document = track((0, {}), (4, {}))
        return track((8, {}), (10, {}), own="j", number=2, into=document)

    plain = apply(two(), track_verbs.merge_tracks(two(), ["i", "j"], STAMP))
    assert sorted(shown(plain)) == [0, 1, 2, 3, 4, 8, 9, 10] and list(plain.instances) == ["i"]
    bridged = apply(two(), track_verbs.merge_tracks(two(), ["i", "j"], STAMP, bridge=True))
    assert sorted(shown(bridged)) == list(range(11)) and shown(bridged)[6] == 60


def test_merging_is_refused_where_both_are_seen_or_classes_differ():
    document = track((0, {}), (6, {}))
    track((5, {}), own="j", number=2, into=document)
    with pytest.raises(Refused, match="1 and 2 are both on frame 5"):
        track_verbs.merge_tracks(document, ["i", "j"], STAMP)
    document = track((0, {}))
    track((5, {}), own="j", feature="other", into=document)
    with pytest.raises(Refused, match="different classes"):
        track_verbs.merge_tracks(document, ["i", "j"], STAMP)


def test_merging_takes_answers_along_once():
    document = track((0, {}))
    for own, frame in (("j", 5), ("k", 9)):
        track((frame, {}), own=own, into=document)
        document.put(Answer(f"s{own}", own, "static", own))
        document.put(Answer(f"m{own}", own, "moving", own, frame, frame + 2))
    apply(document, track_verbs.merge_tracks(document, ["i", "j", "k"], STAMP))
    assert {(a.attribute, a.value, a.first) for a in document.answers_of("i")} == {
        ("static", "j", None),
        ("moving", "j", 5),
        ("moving", "k", 9),
    }
    assert len(document.answers) == 3


# -- answers over time --------------------------------------------------------------------------------------------

pieces = st.tuples(st.sampled_from(["a", "b", None]), frames, frames)


@given(st.lists(pieces, max_size=12), st.booleans())
def test_answers_over_ranges_are_what_was_said_last(said, static):
    document = track((0, {}), (FRAMES - 1, {}))
    expected = dict.fromkeys(range(FRAMES), None)
    if static:
        document.put(Answer("whole", "i", "x", "s"))
        expected = dict.fromkeys(range(FRAMES), "s")
    for value, first, last in said:
        apply(document, answer_ranges.set_over(document, "i", "x", value, first, last))
        a, b = min(first, last), max(first, last)
        expected.update(dict.fromkeys(range(a, b + 1), value))
    now = {f: answer_ranges.answer_at(document, "i", "x", f) for f in range(FRAMES)}
    if static and None not in {v for v, *_ in said}:
        assert document.answers["whole"].first is None
    assert {f: a.value if a else None for f, a in now.items()} == expected
    spans = [(a.first, a.last) for a in answer_ranges.ranged(document, "i", "x")]
    assert all(x[1] < y[0] for x, y in itertools.pairwise(spans))


def test_equal_neighbours_grow_together_and_can_be_split_and_merged():
    document = track((0, {}))
    for first, last, value in ((0, 4, "a"), (5, 9, "a"), (12, 14, "b")):
        apply(document, answer_ranges.set_over(document, "i", "x", value, first, last))
    (a, b) = answer_ranges.ranged(document, "i", "x")
    assert (a.first, a.last, b.first, b.last) == (0, 9, 12, 14)
    apply(document, answer_ranges.split(document, a.uuid, 3))
    assert [(r.first, r.last, r.value) for r in answer_ranges.ranged(document, "i", "x")][:2] == [(0, 2, "a"), (3, 9, "a")]
    everything = tuple(r.uuid for r in answer_ranges.ranged(document, "i", "x"))
    apply(document, answer_ranges.merge(document, everything))
    assert [(r.first, r.last, r.value) for r in answer_ranges.ranged(document, "i", "x")] == [(0, 14, "a")]
    with pytest.raises(Refused, match="cannot be split at frame 0"):
        answer_ranges.split(document, answer_ranges.ranged(document, "i", "x")[0].uuid, 0)
    document.put(Answer("other", "i", "y", "c", 1, 2))
    with pytest.raises(Refused, match="one attribute"):
        answer_ranges.merge(document, (answer_ranges.ranged(document, "i", "x")[0].uuid, "other"))


def test_a_cut_trims_the_answers_with_the_object():
    document = track((0, {}), (20, {}))
    document.put(Answer("a", "i", "x", "v", 2, 18))
    apply(document, track_verbs.cut(document, "i", 5, 9, STAMP))
    assert [(r.first, r.last) for r in answer_ranges.ranged(document, "i", "x")] == [(2, 4), (10, 18)]
    assert ranges(document, "i") == [(0, 4), (10, 20)]


def test_provenance_tells_who_changed_a_row():
    document = track((0, {}), (10, {}))
    apply(document, track_verbs.set_occluded(document, "i", 0, True, STAMP))
    row = document.annotation_of("i")
    assert row == replace(row, edited_at=99, edited_by="b@x.org", occluded=True, created_at=1)
