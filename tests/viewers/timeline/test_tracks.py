"""What the timeline shows is what `interpolation.spans` says, before and after every change."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.editing import track_verbs
from storage.editing.edits import Put
from storage.editing.focus import Focus
from storage.editing.on_frames import Moving, Still
from storage.editing.session import EditSession
from storage.editing.track_verbs import Stamp
from storage.errors import Refused
from storage.model.geometry import Box, ShapeKind
from storage.model.interpolation import ranges, spans
from storage.model.labels import Annotation, Answer, Instance, LabelDocument
from tests.support import timelines
from tests.support.sent import stored
from tests.support.track_strategies import FRAMES, tracks
from viewers.scene.frame_clock import FrameClock
from viewers.timeline.marks import key_frames
from viewers.timeline.rows import Row, TimelineRows
from viewers.timeline.time_axis import PAD, TimeAxis, nice_step
from viewers.timeline.tracks import NAMES, Track

SIMPLE = (ShapeKind.BOX, ShapeKind.POINT)
NEVER_SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def shown(track: Track) -> list[tuple[int, int, str]]:
    """As `spans` lists it."""
    rows = [(int(f), int(f), NAMES[int(k)]) for f, k in zip(track.frames, track.kinds, strict=True)]
    rows += [
        (int(a), int(b), NAMES[int(k)])
        for a, b, k in zip(track.between_first, track.between_last, track.between_kind, strict=True)
    ]
    return sorted(rows)


def expected(document: LabelDocument, instance: str) -> list[tuple[int, int, str]]:
    made = []
    for span in spans(document, instance):
        stored = span.first == span.last and document.annotation_of(instance, ("", span.first)) is not None
        kind = "hidden" if span.kind == "outside" and not stored else span.kind
        made.append((span.first, span.last, kind))
    return made


@NEVER_SLOW
@given(tracks(kinds=SIMPLE))
def test_a_track_says_what_lies_on_every_frame(document):
    for instance in document.instances:
        track = Track.read(document, instance, Moving(FRAMES))
        assert shown(track) == expected(document, instance)
        firsts, lasts = track.runs()
        assert list(zip(firsts.tolist(), lasts.tolist(), strict=True)) == ranges(document, instance)
        for frame in range(FRAMES):
            place = track.place(frame)
            found = next((s for s in shown(track) if s[0] <= frame <= s[1]), None)
            assert (place is None) == (found is None)
            assert place is None or (place.first, place.last, place.kind) == found


@NEVER_SLOW
@given(
    tracks(kinds=SIMPLE),
    st.lists(
        st.tuples(st.sampled_from(["key", "cut", "split", "merge", "remove", "undo"]), st.integers(0, FRAMES - 1), st.integers(0, 6)),
        max_size=8,
    ),
)  # fmt: skip
def test_rows_that_follow_changes_are_those_read_anew(document, acts):
    session = EditSession(document, stored, frames=Moving(FRAMES))
    rows = TimelineRows(session, Focus(), timelines.ontology())
    stamp = Stamp("a@x.org", 5)
    for act, frame, n in acts:
        own = list(document.instances)
        if act == "undo" or not own:
            session.undo()
            continue
        instance = own[n % len(own)]
        try:
            edits = {
                "key": lambda i=instance, f=frame: track_verbs.set_key_frame(document, i, f, Box(1, 2, 3, 4), stamp),
                "cut": lambda i=instance, f=frame, n=n: track_verbs.cut(document, i, f, f + n, stamp),
                "split": lambda i=instance, f=frame: track_verbs.split_at(document, i, f, stamp)[0],
                "merge": lambda own=own: track_verbs.merge_tracks(document, own, stamp),
                "remove": lambda i=instance, f=frame: track_verbs.remove_key_frame(document, i, f, stamp),
            }[act]()
        except Refused:
            continue
        session.do(act, edits)
    assert set(rows.tracks) == set(document.instances) == set(rows.objects())
    for instance, track in rows.tracks.items():
        assert track == Track.read(document, instance, Moving(FRAMES))


def test_pages_and_members_stand_alone_each():
    document = LabelDocument()
    document.put(Instance("i", "h", "car", 1))
    for part in ("b", "a"):
        document.put(Annotation(part, "i", Box(0, 0, 1, 1), 0, part))
    track = Track.read(document, "i", Still(3, ("a", "b", "c")))
    assert shown(track) == [(0, 0, "alone"), (1, 1, "alone")]


def rows_of(document=None):
    session = EditSession(document or timelines.street(), stored, frames=Moving(200))
    focus = Focus()
    return session, focus, TimelineRows(session, focus, timelines.ontology())


def test_objects_stand_by_their_first_frame_or_by_class():
    _, _, rows = rows_of()
    assert rows.objects() == ["tree", "car", "walker"]
    rows.set_order("class")
    assert rows.objects() == ["car", "walker", "tree"]
    assert [rows.title(r) for r in rows.rows] == ["Weather", "Car 1", "Person 1", "Tree 1"]


def test_an_object_keeps_its_place_when_its_first_frame_moves():
    session, _, rows = rows_of()
    first = session.document.annotation_of("walker", ("", 30))
    session.do("move", [Put(Annotation(first.uuid, "walker", first.geometry, 2))])
    assert rows.objects() == ["tree", "car", "walker"]
    session.do("add", [Put(Instance("new", "h", "car", 2)), Put(Annotation("n", "new", Box(0, 0, 1, 1), 5))])
    assert rows.objects() == ["tree", "walker", "new", "car"] or rows.objects() == ["tree", "new", "car", "walker"]


def test_the_answers_of_the_selected_object_unfold_and_fold():
    session, focus, rows = rows_of()
    focus.select(["car"])
    assert [r.id for r in rows.rows] == ["weather", "tree", "car", "state", "note", "walker"]
    bars = rows.bars(Row("answer", "state", "car"))
    assert [(b.first, b.last, b.text) for b in bars] == [(10, 49, "Moving"), (50, 80, "Parked")]
    session.do("answer", [Put(Answer("moving", "car", "state", ("state-parked",), 10, 20))])
    assert rows.bars(Row("answer", "state", "car"))[0].text == "Parked"
    focus.select(["walker"])
    assert [r.kind for r in rows.rows].count("answer") == 0


def test_classifications_say_their_answers_on_their_ranges():
    _, _, rows = rows_of()
    bars = rows.bars(Row("classification", "weather"))
    assert [(b.first, b.last, b.text) for b in bars] == [(0, 59, "Sun"), (100, 150, "Rain")]


def test_only_what_changed_is_told():
    session, focus, rows = rows_of()
    told = []
    rows.listen(told.append)
    row = session.document.annotation_of("car", ("", 40))
    session.do("shape", [Put(Annotation(row.uuid, "car", Box(9, 9, 9, 9), 40))])
    assert told == []  # the same key frames: nothing to draw
    session.do("cut", track_verbs.cut(session.document, "car", 50, 60, Stamp("a", 1)))
    assert told == [{Row("object", "car")}]
    focus.set(hovered="car")
    assert len(told) == 1


# -- the axis


@given(st.integers(1, 100_000), st.floats(50, 4000), st.floats(0.01, 50), st.floats(0, 1))
def test_the_frame_under_the_cursor_stays_there_while_zooming(count, width, factor, where):
    axis = TimeAxis(count, width)
    axis.zoom_at(5, width / 2)
    x = where * width
    before = axis.at(x)
    axis.zoom_at(factor, x)
    stopped = axis.left in (axis.least, axis.most)
    assert stopped or abs(axis.at(x) - before) < 1e-6 * max(1, count)
    assert axis.x(0) <= PAD + 1e-6 and (axis.x(count) >= width - PAD - 1e-6 * count or axis.left == axis.least)


@given(st.integers(1, 5000), st.floats(0.02, 60), st.floats(0, 0.9))
def test_times_on_the_ruler_lie_at_the_frames_they_name(count, scale, where):
    clock = FrameClock.even(count)
    axis = TimeAxis(count, 900)
    axis.set(where * count, scale)
    for tick in axis.times(clock):
        if tick.text and 0 <= tick.x <= 900:
            minutes, seconds = tick.text.split(":")
            assert abs((axis.at(tick.x) / 25) - (60 * int(minutes) + float(seconds))) < 0.006
    written = [t.x for t in axis.times(clock) if t.text]
    assert all(b - a > 40 for a, b in itertools.pairwise(written))


def test_frame_numbers_step_in_ones_twos_and_fives():
    assert [nice_step(n) for n in (0.2, 1.5, 3, 7, 30, 70)] == [1, 2, 5, 10, 50, 100]


def test_the_page_turns_when_the_playing_head_leaves():
    axis = TimeAxis(1000, 500)
    axis.set(0, 5)
    assert not axis.reveal(99) and axis.reveal(100)
    assert 0 < axis.x(100) < 100
    assert axis.reveal(80) and 300 < axis.x(80) < 500


# -- marks that came with the file


def test_key_frames_of_the_metadata_are_read_in_every_form():
    clock = FrameClock.even(100)

    def read(value, **config):
        return key_frames({"$encord": {"config": config, **value}}, clock)

    assert read({"frames": {"3": {"embedding": [1]}, "50": {}}}) == (3, 50)
    assert read({"keyframes": [9, 7, 500, -1, True, "x"]}) == (7, 9)
    assert read({"key_frames": [{"frame": 4, "metadata": {}}, {"time": 2}]}) == (2, 4)
    assert read({"frames": [0, 1.0, 99]}, keyframe_mode="time") == (0, 25)
    assert key_frames({"other": 1}, clock) == key_frames({"$encord": [1]}, clock) == ()
    assert key_frames({"$encord": {"frames": SimpleNamespace()}}, clock) == ()
