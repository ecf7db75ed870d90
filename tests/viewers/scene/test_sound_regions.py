"""Regions by time: lanes in which none covers another, hands that find edges, places to snap to."""

from __future__ import annotations

from concurrent.futures import Future
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from storage.editing import verbs
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import AudioRanges
from storage.model.labels import LabelDocument
from viewers.scene.sound_regions import Grip, SoundRegions, tidy

spans = st.tuples(st.integers(0, 2000), st.integers(1, 600)).map(lambda p: (p[0], p[0] + p[1]))


def made(*objects):
    document = LabelDocument()
    session = EditSession(document, lambda _change: Future(), author="ann")
    focus = Focus()
    regions = SoundRegions(session, focus)
    session.listen(regions.changed)
    ids = []
    for ranges in objects:
        edits, own = verbs.add_object(document, "hash", AudioRanges(tuple(ranges)), ("", 0), by="ann", now=1)
        session.do("Draw", edits)
        ids.append(own)
    return session, focus, regions, ids


@given(st.lists(st.lists(spans, min_size=1, max_size=3), max_size=12))
def test_no_region_covers_another_of_its_lane_and_no_lane_is_spare(objects):
    _, _, regions, _ = made(*objects)
    shown = regions.all
    assert len(shown) == sum(len(o) for o in objects)
    for lane in range(regions.lanes):
        own = sorted((r.start, r.end) for r in shown if r.lane == lane)
        assert all(a[1] <= b[0] for a, b in pairwise(own))
    deepest = max((sum(r.start <= at.start < r.end for r in shown) for at in shown), default=1)
    assert regions.lanes == max(1, deepest)


@given(st.lists(spans, max_size=10))
def test_tidied_ranges_cover_the_same_and_never_each_other(ranges):
    neat = tidy(ranges)
    assert {ms for a, b in ranges for ms in range(a, b)} == {ms for a, b in neat for ms in range(a, b)}
    assert all(a[1] <= b[0] for a, b in pairwise(neat))


def test_ranges_that_touch_stay_two_unless_joined():
    assert tidy([(0, 10), (10, 20)]) == ((0, 10), (10, 20))
    assert tidy([(10, 20), (0, 10)], join_touching=True) == ((0, 20),)


def test_an_edge_is_found_from_both_sides_with_the_neighbour_that_shares_it():
    _, _, regions, (one, two) = made([(0, 1000)], [(1000, 2000)])
    assert regions.grip(996, 10) in (Grip((one, 0), "end", ((two, 0),)), Grip((two, 0), "start", ((one, 0),)))
    assert regions.grip(1004, 10).side is not None
    assert regions.grip(500, 10) == Grip((one, 0))
    assert regions.grip(2500, 10) is None


def test_the_shortest_region_is_taken_and_in_a_lane_the_one_there():
    _, _, regions, (long, short) = made([(0, 5000)], [(2000, 3000)])
    assert regions.grip(2500, 10).key == (short, 0)
    assert regions.grip(2500, 10, lane=0).key == (long, 0)
    assert regions.grip(2500, 10, lane=1).key == (short, 0)


def test_a_region_narrower_than_two_edges_can_still_be_moved():
    _, _, regions, (one,) = made([(1000, 1008)])
    assert regions.grip(1004, 10) == Grip((one, 0))


def test_edges_of_locked_regions_are_no_edges_and_hidden_ones_are_not_there():
    _, focus, regions, (one, two) = made([(0, 1000)], [(1000, 2000)])
    focus.lock([two], True)
    assert regions.grip(1000, 10) == Grip((one, 0), "end", ())
    focus.hide([one], True)
    regions.reload()
    assert regions.grip(500, 10) is None
    assert [r.instance for r in regions.all] == [two]


def test_lanes_stay_during_a_gesture_and_are_found_anew_after_it():
    session, _, regions, (_, two) = made([(0, 1000)], [(500, 1500)])
    row = session.document.annotation_of(two)
    session.begin("Move")
    session.preview(*verbs.set_geometry(session.document, {row.uuid: AudioRanges(((3000, 4000),))}, by="ann", now=2))
    assert [r.lane for r in regions.all] == [0, 1]
    session.commit()
    assert [r.lane for r in regions.all] == [0, 0]


def test_snapping_takes_the_nearest_place_within_reach():
    _, _, regions, (one,) = made([(1000, 2000)])
    assert regions.snapped(1007, 10) == 1000
    assert regions.snapped(1011, 10) is None
    assert regions.snapped(1007, 10, more=(1008.2,)) == 1008
    assert regions.snapped(1007, 10, skip=frozenset({(one, 0)})) is None


def test_going_from_edge_to_edge_and_region_to_region():
    _, _, regions, (one, two) = made([(1000, 2000)], [(3000, 4000)])
    assert (regions.after(1000), regions.before(1000), regions.before(2500), regions.after(4000)) == (2000, None, 2000, None)
    assert regions.step(None, 2500, 1).instance == two
    assert regions.step(None, 2500, -1).instance == one
    assert regions.step((two, 0), 0, 1) is None
