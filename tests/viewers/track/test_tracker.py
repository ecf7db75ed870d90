"""An object is followed over a film made of numbers, where the truth is known; real films are looked at by eye."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.editing.on_frames import Moving
from storage.editing.session import EditSession
from storage.editing.track_verbs import Stamp
from storage.errors import Cancelled, Refused
from storage.model import interpolation, masks
from storage.model.geometry import (
    AudioRanges,
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Keypoint,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
    SkeletonPoint,
)
from storage.model.labels import Answer
from tests.support import timelines
from tests.support.moving import Film, overlap
from tests.support.sent import stored
from viewers.track.keyed import apart, keyed, put_tracked
from viewers.track.similarity import Similarity, carried
from viewers.track.tracker import Tracked, track

STAMP = Stamp("t@x.org", 7)


def follow(film, start, stop, shape=None):
    return list(track(film.read, start, shape or film.pose(start), stop))


def overlaps(film, found):
    return [overlap(t.geometry.corners(), film.pose(t.frame).corners()) for t in found]


@pytest.mark.parametrize(
    "film",
    [
        Film(),
        Film(turn=3.0, seed=4),
        Film(grow=0.994, side=140),
        Film(light=0.8, noise=10),
        Film(side=36),
        Film(sway=150, drift=3, seed=9),
    ],
    ids=["turns and grows", "turns fast", "shrinks", "light and noise", "small", "fast"],
)
def test_it_overlaps_the_truth_for_a_hundred_frames(film):
    found = follow(film, 0, 100)
    assert [t.frame for t in found] == list(range(1, 101))
    assert min(overlaps(film, found)) >= 0.9 and not found[-1].lost
    assert all(0 < t.confidence <= 1 for t in found)


def test_it_follows_backwards_too():
    film = Film(seed=3)
    found = follow(film, 60, 20)
    assert [t.frame for t in found] == list(range(59, 19, -1)) and min(overlaps(film, found)) >= 0.9


def test_every_vertex_of_a_polygon_goes_along():
    film = Film(turn=2.0)
    start = film.pose(0)

    def at(frame):
        pose = film.pose(frame)
        move = Similarity(pose.w / start.w * complex(math.cos(math.radians(pose.theta)), math.sin(math.radians(pose.theta))))
        there = complex(*pose.centre) - move.turn * complex(*start.centre)
        return carried(outline, Similarity(move.turn, there))

    x, y = start.centre
    outline = Polygon.simple(((x - 30, y - 10), (x, y - 22), (x + 28, y - 4), (x + 18, y + 20), (x - 20, y + 16)))
    for found in follow(film, 0, 60, outline):
        assert apart(found.geometry, at(found.frame)) < 2.5


@pytest.mark.parametrize("drift", [0.0, 3.0])
def test_the_ground_inside_a_loose_box_does_not_hold_it_back(drift):
    film = Film(drift=drift, turn=0.0, grow=1.0)
    card = film.pose(0)
    (x, y), k = card.centre, 1.6
    for found in follow(film, 0, 60, Box(x - card.w * k / 2, y - card.h * k / 2, card.w * k, card.h * k)):
        x0, y0, x1, y1 = found.geometry.bounds()
        x, y = film.pose(found.frame).centre
        assert math.hypot((x0 + x1) / 2 - x, (y0 + y1) / 2 - y) < 5


def test_hidden_for_some_frames_it_is_found_again():
    film = Film(hidden=(40, 44))
    found = follow(film, 30, 60)
    frames = [t.frame for t in found]
    assert not set(range(40, 45)) & set(frames) and frames[-1] == 60
    assert min(overlaps(film, found)) >= 0.9


def test_lost_it_stops_and_says_where():
    film = Film(hidden=(40, 200))
    found = follow(film, 30, 100)
    assert found[-1].lost == "The object was lost after frame 39: it could not be found again."
    assert found[-1].frame == 39 and found[-1].confidence == 0
    assert min(overlaps(film, found[:-1])) >= 0.9


def test_an_even_object_is_followed_by_its_border():
    """A plain red card over a plain ground with thin lines, the box drawn exactly on its border."""

    def read(frame: int) -> np.ndarray:
        picture = np.full((360, 640, 3), (40, 60, 40), np.uint8)
        picture[:, ::40] = (60, 80, 60)
        picture[150:201, 50 + 3 * frame : 131 + 3 * frame] = (60, 60, 200)
        noise = np.random.default_rng(frame).normal(0, 1.5, picture.shape)
        return np.clip(picture + noise, 0, 255).astype(np.uint8)

    found = list(track(read, 0, Box(50, 150, 81, 51), 120))
    assert [t.frame for t in found] == list(range(1, 121)) and not found[-1].lost
    for t in found:
        assert overlap(t.geometry.corners(), Box(50 + 3 * t.frame, 150, 81, 51).corners()) > 0.85


def test_an_even_surface_cannot_be_followed():
    film = Film()

    def even(frame):
        picture = film.read(0).copy()
        picture[:] = 90
        return picture

    with pytest.raises(Refused, match="one even surface"):
        list(track(even, 0, Box(100, 100, 60, 60), 10))


def test_sound_has_no_picture_to_be_followed_in():
    with pytest.raises(Refused, match="cannot be followed"):
        list(track(Film().read, 0, AudioRanges(((0, 5),)), 10))


def test_it_can_be_stopped_and_tells_how_far_it_is():
    told = []

    def check():
        if len(told) == 3:
            raise Cancelled

    film = Film()
    with pytest.raises(Cancelled):
        list(track(film.read, 0, film.pose(0), 50, check, lambda done, total: told.append((done, total))))
    assert told == [(1, 50), (2, 50), (3, 50)]


def joints(*points):
    return Skeleton(tuple(SkeletonPoint(x, y, f"j{i}", "#FF0000", f"j{i}", f"j{i}") for i, (x, y) in enumerate(points)))


@pytest.mark.parametrize(
    "shape",
    [
        Box(200, 150, 70, 50), Keypoint(240, 180), Polyline(((210, 170), (240, 180), (268, 186))),
        joints((215, 170), (250, 190)), Ellipse(240, 180, 30, 20, 10), Circle(240, 180, 22),
        Cuboid2D(((215, 165), (255, 165), (255, 190), (215, 190)), offset=(8, -6)),
        masks.rasterize(RotatedBox(210, 160, 60, 40, 0), 480, 360),
    ],
    ids=lambda shape: str(getattr(shape, "kind", "bitmask")),
)  # fmt: skip
def test_every_shape_of_a_picture_goes_along(shape):
    film = Film(turn=1.0, grow=1.002, sway=60)
    x, y = film.pose(10).centre
    kind = masks.encode(shape) if not hasattr(shape, "kind") else shape
    moved = kind.moved(round(x - 240), round(y - 180))
    found = follow(film, 10, 30, moved)
    assert found[-1].frame == 30 and not found[-1].lost
    assert type(found[-1].geometry) is type(moved)
    x0, y0, x1, y1 = found[-1].geometry.bounds()
    wanted, start = film.pose(30).centre, film.pose(10).centre
    a0, b0, a1, b1 = moved.bounds()
    expected = (wanted[0] - start[0], wanted[1] - start[1])
    assert (x0 + x1 - a0 - a1) / 2 == pytest.approx(expected[0], abs=5)
    assert (y0 + y1 - b0 - b1) / 2 == pytest.approx(expected[1], abs=5)


@given(st.floats(0.3, 3), st.floats(-180, 180), st.floats(-50, 50), st.floats(-50, 50))
def test_a_similarity_and_its_inverse_cancel(scale, degrees, dx, dy):
    turn = scale * complex(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
    by = Similarity(turn, complex(dx, dy))
    shape = RotatedBox(10, 20, 30, 40, 15)
    there = carried(shape, by)
    assert there.w == pytest.approx(30 * scale)
    assert apart(carried(there, by.inverse()), shape) < 1e-6
    assert by.after(by.inverse()).point(3, 4) == pytest.approx((3, 4))


# -- key frames


def bend(n, kind=Box):
    """Straight on, then up: two straight ways."""
    return [Tracked(f, kind(4.0 * f, 0.0 if f < 20 else 6.0 * (f - 20), 30, 20), 0.9) for f in range(1, n)]


def test_two_straight_ways_need_two_key_frames():
    start = Tracked(0, Box(0, 0, 30, 20), 1)
    assert [t.frame for t in keyed(bend(40), 0.5, start)] == [20, 39]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-40, 40), min_size=3, max_size=60), st.floats(0.5, 10))
def test_what_lies_between_the_key_frames_is_nowhere_off_by_more_than_the_tolerance(places, tolerance):
    tracked = [Tracked(n, RotatedBox(x, -x, 20, 10, x), 1) for n, x in enumerate(places)]
    keys = keyed(tracked, tolerance)
    for a, b in itertools.pairwise(keys):
        for t in tracked[a.frame : b.frame]:
            shape = interpolation.between(a.geometry, b.geometry, (t.frame - a.frame) / (b.frame - a.frame))
            assert apart(shape, t.geometry) <= tolerance + 1e-9


# -- into the document


def geometries(document, instance, frames=range(200)):
    found = {f: interpolation.present(document, instance, f) for f in frames}
    return {f: s.geometry for f, s in found.items() if s is not None and not s.outside}


def put(document, instance, start, tracked, tolerance=0.5):
    session = EditSession(document, stored, frames=Moving(200))
    session.do("Track", put_tracked(document, instance, start, tracked, STAMP, tolerance))
    return session


def test_a_track_replaces_what_was_there_and_leaves_the_rest_as_it_was():
    document = timelines.street()
    before = geometries(document, "car")
    answers = dict(document.answers)
    tracked = [Tracked(f, Box(5.0 * f, 40, 10, 10), 0.8) for f in range(31, 71)]
    session = put(document, "car", 30, tracked)
    after = geometries(document, "car")
    assert after[50].x == pytest.approx(250) and after[70].x == pytest.approx(350)
    for frame in (*range(10, 31), *range(71, 111)):
        assert apart(after[frame], before[frame]) < 1e-6
    assert document.answers == answers
    made = [a for a in document.annotations_of("car") if not a.manual]
    assert made and all(a.confidence == 0.8 and a.created_by == "t@x.org" for a in made) and len(made) <= 3
    session.undo()
    assert geometries(document, "car") == before


def test_a_track_that_goes_backwards_leads_up_to_where_it_began():
    document = timelines.street()
    before = geometries(document, "car")
    put(document, "car", 80, [Tracked(f, Box(7.0 * f, 9, 10, 10), 1) for f in range(79, 59, -1)])
    after = geometries(document, "car")
    assert after[60].x == pytest.approx(420) and after[70].x == pytest.approx(490)
    for frame in (*range(10, 60), *range(80, 111)):
        assert apart(after[frame], before[frame]) < 1e-6


def test_beyond_its_last_row_a_track_grows_and_then_ends():
    document = timelines.street()
    document.put(Answer("late", "car", "note", "n", 100, 150))
    put(
        document,
        "car",
        110,
        [Tracked(f, Box(2.0 * f, 3, 10, 10), 1) for f in range(111, 140)] + [Tracked(139, Box(0, 0, 1, 1), 0, "gone")],
    )
    after = geometries(document, "car")
    assert max(after) == 139 and after[139].x == pytest.approx(278)
    last = document.annotations_of("car")[-1]
    assert last.frame == 139 and not last.keyframe
    assert document.answers["late"].last == 150


def test_what_is_not_to_be_seen_cannot_be_tracked():
    with pytest.raises(Refused, match="not to be seen on frame 70"):
        put_tracked(timelines.street(), "walker", 70, [Tracked(71, Box(0, 0, 1, 1), 1)], STAMP)


def test_nothing_found_changes_nothing():
    document = timelines.street()
    assert put_tracked(document, "car", 30, [Tracked(30, Box(0, 0, 1, 1), 0, "lost")], STAMP) == ()
