"""A drag changes the frames it passes over; on all others an object is what it was, and one step undoes it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from storage.editing.focus import Focus
from storage.editing.on_frames import Moving
from storage.editing.session import EditSession
from storage.editing.track_verbs import Stamp
from storage.model.geometry import ShapeKind
from storage.model.interpolation import ranges
from storage.model.labels import Annotation
from tests.support import timelines
from tests.support.sent import stored
from tests.support.track_strategies import FRAMES, seen, tracks
from viewers.timeline import drags
from viewers.timeline.drags import Drag
from viewers.timeline.rows import Row, TimelineRows
from viewers.timeline.tracks import Track

STAMP = Stamp("b@x.org", 9, pts=lambda frame: frame * 100)
SETTINGS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
targets = st.lists(st.integers(-3, FRAMES + 3), min_size=1, max_size=4)


def session_of(document, frames=FRAMES):
    return EditSession(document, stored, frames=Moving(frames))


def records(document):
    return {r.uuid: r for r in document.records()}


def same(a, b):
    """Two shapes, up to rounding."""
    values = [[getattr(g, n) for n in ("x", "y", "w", "h") if hasattr(g, n)] for g in (a, b)]
    return type(a) is type(b) and values[0] == pytest.approx(values[1], abs=1e-6)


def drag(session, grip, places):
    held = Drag(session, grip)
    for place in places:
        held.to(place)
    held.finish()
    return held.frame


def kept(before, after, frames):
    for frame in frames:
        assert (frame in before) == (frame in after), f"frame {frame}"
        if frame in before:
            assert same(before[frame], after[frame]), f"frame {frame}"


boxes = tracks(kinds=(ShapeKind.BOX, ShapeKind.POINT), objects=1)


@SETTINGS
@given(boxes, st.integers(0, 4), targets)
def test_a_key_frame_moves_between_its_neighbours_and_nothing_else_changes(document, which, places):
    (own,) = document.instances
    rows = document.annotations_of(own)
    row = rows[which % len(rows)]
    assume(not row.outside)
    before, stored = seen(document, own), records(document)
    session = session_of(document)
    grip = drags.row_grip(document, own, row.frame, FRAMES, "it", STAMP)
    end = drag(session, grip, places)
    assert grip.low <= end <= grip.high
    frames = [a.frame for a in rows]
    low = max((f for f in frames if f < row.frame), default=-1)
    high = min((f for f in frames if f > row.frame), default=FRAMES)
    kept(before, seen(document, own), [f for f in range(FRAMES) if not low < f < high])
    moved = document.annotations[row.uuid]
    assert (moved.frame, moved.geometry) == (end, row.geometry)
    assert moved.pts == (end * 100 if end != row.frame else row.pts)
    session.undo()
    assert records(document) == stored


@SETTINGS
@given(boxes, st.integers(0, 4), targets, st.booleans())
def test_pulling_an_end_keeps_what_is_seen_on_the_frames_that_stay(document, which, places, start):
    (own,) = document.instances
    runs = ranges(document, own)
    assume(runs)
    run = runs[which % len(runs)]
    before, stored = seen(document, own), records(document)
    session = session_of(document)
    if start:
        grip = drags.start_grip(document, own, run, "it", STAMP)
    else:
        grip = drags.end_grip(document, own, run, FRAMES, "it", STAMP)
    end = drag(session, grip, places)
    after = seen(document, own)
    first, last = (end, run[1]) if start else (run[0], end)
    assert {f for f in after if run[0] <= f <= run[1] or first <= f <= last} == set(range(first, last + 1))
    old, new = set(range(run[0], run[1] + 1)), set(range(first, last + 1))
    kept(before, after, (old & new) | (set(range(FRAMES)) - old - new))
    held = sorted(new - old)  # where it comes to be seen it stands still
    assert all(same(after[frame], after[held[0]]) for frame in held)
    assert not (start and held) or same(after[held[0]], before[run[0]])
    session.undo()
    assert records(document) == stored


@SETTINGS
@given(boxes, st.integers(0, 4), targets)
def test_where_it_is_hidden_can_be_moved(document, which, places):
    (own,) = document.instances
    rows = [a for a in document.annotations_of(own) if a.outside]
    assume(rows)
    row = rows[which % len(rows)]
    before, stored = seen(document, own), records(document)
    session = session_of(document)
    end = drag(session, drags.row_grip(document, own, row.frame, FRAMES, "it", STAMP), places)
    changed = range(min(end, row.frame), max(end, row.frame))
    kept(before, seen(document, own), [f for f in range(FRAMES) if f not in changed])
    if row.frame - 1 in before:
        assert all((f in seen(document, own)) == (end > row.frame) for f in changed)
    session.undo()
    assert records(document) == stored


@SETTINGS
@given(boxes, st.integers(0, 4), targets)
def test_a_drag_that_is_given_up_leaves_no_trace(document, which, places):
    (own,) = document.instances
    rows = document.annotations_of(own)
    stored = records(document)
    session = session_of(document)
    held = Drag(session, drags.row_grip(document, own, rows[which % len(rows)].frame, FRAMES, "it", STAMP))
    for place in places:
        held.to(place)
    held.cancel()
    assert records(document) == stored and session.undo_text == ""
    assert Track.read(document, own, session.frames) == Track.read(document, own, session.frames)


def test_a_drag_back_to_where_it_began_is_no_step():
    document = timelines.street()
    session = session_of(document, 200)
    held = Drag(session, drags.row_grip(document, "car", 40, 200, "Car 1", STAMP))
    assert held.to(55) and held.to(40)
    held.finish()
    assert session.undo_text == ""


def test_an_end_pulled_over_key_frames_and_back_gives_them_back():
    document = timelines.street()
    before = records(document)
    session = session_of(document, 200)
    held = Drag(session, drags.end_grip(document, "car", (10, 110), 200, "Car 1", STAMP))
    held.to(20)
    assert [a.frame for a in document.annotations_of("car")] == [10, 20]
    held.to(100)
    assert [a.frame for a in document.annotations_of("car")] == [10, 40, 80, 100]
    held.to(110)
    held.finish()
    assert records(document) == before


def bars_of(document, row):
    session = session_of(document, 200)
    return session, TimelineRows(session, Focus(), timelines.ontology()).bars(row)


STATE, WEATHER = Row("answer", "state", "car"), Row("classification", "weather")


def test_two_adjoining_edges_move_together():
    document = timelines.street()
    session, bars = bars_of(document, STATE)
    _, last, _ = drags.bar_grips(document, bars, bars[0], 200, "State")
    drag(session, last, [60, 63])
    assert [(document.answers[u].first, document.answers[u].last) for u in ("moving", "parked")] == [(10, 63), (64, 80)]
    session.undo()
    assert document.answers["parked"].first == 50


def test_an_edge_never_swallows_its_neighbour():
    document = timelines.street()
    _, bars = bars_of(document, STATE)
    first, last, _ = drags.bar_grips(document, bars, bars[1], 200, "State")
    assert (first.low, first.high) == (11, 80) and (last.low, last.high) == (50, 199)


def test_a_classification_range_moves_as_a_whole_up_to_the_next_one():
    document = timelines.street()
    session, bars = bars_of(document, WEATHER)
    whole = drags.bar_grips(document, bars, bars[0], 200, "Weather")[2]
    assert (whole.low, whole.high) == (0, 40)
    drag(session, whole, [25])
    assert document.classifications["sunny"].ranges == ((25, 84),)
    assert session.undo_text == "Move range of “Weather”"


def test_a_split_classification_can_be_answered_anew_on_each_side():
    document = timelines.street()
    session, bars = bars_of(document, WEATHER)
    session.do("split", drags.split_bar(document, bars[0], 30))
    ranges_now = {c.ranges for c in document.classifications.values()}
    assert ranges_now == {((0, 29),), ((30, 59),), ((100, 150),)}
    assert sum(a.value == ("weather-sun",) for a in document.answers.values()) == 2


def test_the_last_range_takes_its_classification_along():
    document = timelines.street()
    session, bars = bars_of(document, WEATHER)
    session.do("delete", drags.without_bar(document, bars[0]))
    assert "sunny" not in document.classifications and "sunny answer" not in document.answers


def test_a_row_made_by_a_drag_knows_its_time():
    document = timelines.street()
    session = session_of(document, 200)
    drag(session, drags.start_grip(document, "car", (10, 110), "Car 1", STAMP), [4])
    made = document.annotation_of("car", ("", 4))
    assert isinstance(made, Annotation) and made.pts == 400 and made.created_by == "b@x.org"
