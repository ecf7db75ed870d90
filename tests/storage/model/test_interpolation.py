"""Shapes between key frames: exact at the key frames, continuous, never inside out; spans and what is shown where."""

from __future__ import annotations

import cmath
import itertools
import math
import random
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from storage.model.geometry import (
    PICTURE_SHAPES,
    Bitmask,
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Keypoint,
    Polygon,
    Polyline,
    RotatedBox,
    ShapeKind,
    Skeleton,
    SkeletonPoint,
    bounds_of,
)
from storage.model.interpolation import (
    INTERPOLATED_CONFIDENCE,
    Span,
    around,
    between,
    key_frame,
    present,
    ranges,
    spans,
)
from storage.model.labels import Annotation, Instance, LabelDocument
from storage.model.polygons import area
from tests.support.track_strategies import FRAMES, seen, shape, tracks

TIMES = [i / 40 for i in range(41)]


def track(*rows: Annotation) -> LabelDocument:
    document = LabelDocument()
    document.put(Instance("i", "hash", "c", 1))
    for row in rows:
        document.put(row)
    return document


def row(frame, geometry=None, **more):
    return Annotation(f"r{frame}{more.get('part', '')}", "i", geometry or Keypoint(frame * 10.0, 0.0), frame, **more)


def near(points, expected):
    assert len(points) == len(expected)
    return all(p == pytest.approx(q) for p, q in zip(points, expected, strict=True))


def signed(points):
    return 0.5 * sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, (*points[1:], points[0]), strict=True))


def convex(n, seed, *, long=1.0):
    """n points on an ellipse at random angles: convex, in order."""
    rnd = random.Random(seed)
    angles = sorted(rnd.uniform(0, 2 * math.pi) for _ in range(n))
    return tuple((100 + 40 * long * math.cos(a), 80 + 40 * math.sin(a)) for a in angles)


def carried(points, turn, scale, shift, start=0):
    """A similarity of some points, the list beginning elsewhere."""
    w = cmath.rect(scale, math.radians(turn))
    moved = [complex(x, y) * w + complex(*shift) for x, y in points]
    return tuple((z.real, z.imag) for z in moved[start:] + moved[:start])


# -- geometry -----------------------------------------------------------------------------------------------------


@given(st.data(), st.sampled_from(PICTURE_SHAPES))
def test_at_its_key_frames_a_shape_is_exactly_what_was_drawn(data, kind):
    a, b = data.draw(shape(kind)), data.draw(shape(kind))
    assert between(a, b, 0.0) is a
    assert between(a, b, 1.0) == b
    assert between(a, a, 0.37) == a


@given(st.data(), st.sampled_from([k for k in PICTURE_SHAPES if k is not ShapeKind.BITMASK]))
@settings(deadline=None)
def test_shapes_move_without_jumps(data, kind):
    """Neighbouring times are neighbouring shapes, right up to the key frames."""
    a, b = data.draw(shape(kind)), data.draw(shape(kind))
    if isinstance(a, Polygon) and isinstance(b, Polygon):
        assume([len(p) for p in a.parts] == [len(p) for p in b.parts])
    if isinstance(a, Cuboid2D) and isinstance(b, Cuboid2D):
        assume(len(a.front) == len(b.front) and (a.offset is None) == (b.offset is None))
    edge = 1e-7
    for close, exact in ((between(a, b, edge), a), (between(a, b, 1 - edge), b)):
        assert close.bounds() == pytest.approx(exact.bounds(), abs=1e-3)
        if isinstance(close, Polygon) and isinstance(exact, Polygon):
            assert area(close) == pytest.approx(area(exact), abs=1e-2)
    at = [between(a, b, t).bounds() for t in TIMES]
    steps = [max(abs(p - q) for p, q in zip(x, y, strict=True)) for x, y in itertools.pairwise(at)]
    fine = [between(a, b, 0.5 + d).bounds() for d in (-1e-6, 1e-6)]
    assert max(abs(p - q) for p, q in zip(*fine, strict=True)) <= 1e-3
    assert max(steps) < 60, "a step of a fortieth of the way crosses no more than the picture"


@given(
    st.integers(3, 9),
    st.integers(0, 10_000),
    st.sampled_from([1.0, 1.5, 6.0]),
    st.floats(-180, 180),
    st.floats(0.3, 3),
    st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    st.integers(0, 8),
)
@settings(deadline=None, max_examples=300)
def test_a_convex_polygon_that_is_moved_turned_and_scaled_never_turns_inside_out(n, seed, long, turn, scale, shift, start):
    points = convex(n, seed, long=long)
    assume(abs(signed(points)) > 50)
    other = carried(points, turn, scale, shift, start % n)
    a, b = Polygon.simple(points), Polygon.simple(other)
    least = min(abs(signed(points)), abs(signed(other)))
    for t in TIMES:
        now = between(a, b, t).parts[0][0]
        assert signed(now) * signed(points) > 0, t
        assert abs(signed(now)) >= 0.19 * least, t


def test_what_is_only_moved_moves_in_straight_lines_and_keeps_its_form():
    points = convex(7, 3)
    b = Polygon.simple(carried(points, 0, 1, (200.0, -60.0)))
    half = between(Polygon.simple(points), b, 0.5).parts[0][0]
    assert near(half, [(x + 100, y - 30) for x, y in points]), "and the vertices keep their places"


def test_a_vertex_that_nobody_moved_stands_still():
    square = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))
    other = (*square[:2], (160.0, 150.0), square[3])
    now = between(Polygon.simple(square), Polygon.simple(other), 0.3).parts[0][0]
    assert now[0] == pytest.approx((0, 0)) and now[1] == pytest.approx((100, 0)) and now[3] == pytest.approx((0, 100))
    assert now[2] == pytest.approx((118, 115))


def test_a_list_that_begins_elsewhere_or_runs_backwards_changes_nothing():
    points = convex(8, 5)
    a = Polygon.simple(points)
    for other in (points[3:] + points[:3], tuple(reversed(points))):
        for t in (0.25, 0.5, 0.75):
            assert near(between(a, Polygon.simple(other), t).parts[0][0], points)


@pytest.mark.parametrize("turn", [60, 100, 170])
def test_a_list_that_was_only_turned_turns(turn):
    bar = ((0.0, 0.0), (100.0, 0.0), (100.0, 40.0), (0.0, 40.0))
    half = between(Polygon.simple(bar), Polygon.simple(carried(bar, turn, 1, (0, 0))), 0.5).parts[0][0]
    assert math.dist(half[0], half[1]) == pytest.approx(100) and math.dist(half[1], half[2]) == pytest.approx(40)


def test_half_a_turn_goes_round():
    bar = ((0.0, 0.0), (100.0, 0.0), (130.0, 5.0), (100.0, 10.0), (0.0, 10.0))  # an arrow: only one way round fits
    other = carried(bar, 180, 1, (0, 0))
    half = between(Polygon.simple(bar), Polygon.simple(other), 0.5).parts[0][0]
    assert abs(signed(half)) == pytest.approx(abs(signed(bar)), rel=0.2)


@given(st.integers(3, 30), st.integers(3, 30), st.integers(0, 1000), st.floats(-400, 400))
@settings(deadline=None, max_examples=60)
def test_outlines_of_different_counts_meet_along_the_way(n, m, seed, dx):
    a, b = Polygon.simple(convex(n, seed)), Polygon.simple(tuple((x + dx, y) for x, y in convex(m, seed + 1)))
    assume(abs(signed(a.parts[0][0])) > 800 and abs(signed(b.parts[0][0])) > 800)
    for t in TIMES[1:-1]:
        ring = between(a, b, t).parts[0][0]
        assert signed(ring) > 150
        left, _, right, _ = bounds_of(ring)
        assert min(a.bounds()[0], b.bounds()[0]) - 30 <= left <= right <= max(a.bounds()[2], b.bounds()[2]) + 30


def test_holes_go_with_the_outline_around_them():
    outer = ((0.0, 0.0), (100.0, 0.0), (100.0, 40.0), (0.0, 40.0))
    hole = ((70.0, 10.0), (90.0, 10.0), (90.0, 30.0), (70.0, 30.0))
    turned = [carried(r, 80, 1, (300, 0)) for r in (outer, hole)]
    half = between(Polygon(((outer, hole),)), Polygon((tuple(turned),)), 0.5)
    ring, inner = half.parts[0]
    expected = carried(outer, 40, 1, (0, 0))
    centre = [sum(v) / 4 for v in zip(*expected, strict=True)]
    mid = [sum(v) / 4 for v in zip(*ring, strict=True)]
    for p, q in zip(carried(hole, 40, 1, (0, 0)), inner, strict=True):
        assert q == pytest.approx((p[0] - centre[0] + mid[0], p[1] - centre[1] + mid[1]))


def test_parts_without_a_partner_hold():
    one, two = convex(5, 1), tuple((x + 300, y) for x, y in convex(5, 1))
    a, b = Polygon(((one,), (two,))), Polygon.simple(tuple((x, y + 10) for x, y in one))
    half = between(a, b, 0.5)
    assert half.parts[1] == (two,)
    assert near(half.parts[0][0], [(x, y + 5) for x, y in one])
    assert len(between(b, a, 0.5).parts) == 1


def test_lines_of_different_counts_and_lines_drawn_backwards():
    a = Polyline(((0.0, 0.0), (100.0, 0.0)))
    b = Polyline(((100.0, 20.0), (40.0, 20.0), (0.0, 20.0)))
    assert near(between(a, b, 0.5).points, ((0, 10), (40, 10), (100, 10)))
    assert near(between(Polyline(((1.0, 1.0),)), Polyline(((3.0, 1.0), (5.0, 1.0))), 0.5).points, ((2, 1), (3, 1)))


@pytest.mark.parametrize(
    ("start", "end", "half"), [(350, 10, 360), (10, 350, 0), (-170, 170, -180), (0, 90, 45), (720, 30, 735)]
)
def test_boxes_turn_the_shorter_way(start, end, half):
    now = between(RotatedBox(0, 0, 10, 4, start), RotatedBox(20, 10, 20, 8, end), 0.5)
    assert now.theta == pytest.approx(half)
    assert now.centre == pytest.approx((17.5, 8)) and (now.w, now.h) == (15, 6)


def test_ellipses_look_the_same_after_half_a_turn():
    assert between(Ellipse(0, 0, 5, 2, 170), Ellipse(0, 0, 5, 2, 10), 0.5).theta == pytest.approx(180)
    now = between(Circle(0, 0, 4, 0.5, 0), Circle(10, 0, 8, 1.0, 0), 0.25)
    assert (now.x, now.r, now.stretch) == (2.5, 5.0, 0.625)


def test_joints_are_found_by_their_hash_and_keep_what_was_said_before():
    def joint(x, key, visibility="visible"):
        from storage.model.geometry import Visibility

        return SkeletonPoint(x, 0.0, key, "#00FF00", key, key, Visibility(visibility))

    a = Skeleton((joint(0, "a", "occluded"), joint(10, "b")))
    b = Skeleton((joint(30, "b"), joint(20, "a")))
    now = between(a, b, 0.5)
    assert [(p.name, p.x) for p in now.points] == [("a", 10.0), ("b", 20.0)]
    assert [str(p.visibility) for p in now.points] == ["occluded", "visible"]


def test_masks_and_what_has_changed_its_kind_hold_until_the_next_key_frame():
    mask = Bitmask(0, 0, 2, 2, b"\0\0\0\0\4\0\0\0")
    assert between(mask, Bitmask(5, 5, 2, 2, mask.runs), 0.99) is mask
    box = Box(0, 0, 1, 1)
    assert between(box, Keypoint(1, 1), 0.99) is box


def test_a_thousand_vertices_are_paired_within_a_blink_and_once():
    a = Polygon.simple(convex(1500, 1))
    b = Polygon.simple(carried(convex(1500, 1), 20, 1.1, (30, 5), 700))
    begin = time.thread_time()
    first = between(a, b, 0.5)
    whole = time.thread_time() - begin
    assert signed(first.parts[0][0]) > 0
    begin = time.thread_time()
    between(a, b, 0.6)
    assert time.thread_time() - begin < max(whole / 2, 0.05)


# -- documents ----------------------------------------------------------------------------------------------------


def test_rows_say_where_an_object_is():
    document = track(row(2), row(6, outside=True), row(9, occluded=True, keyframe=False), row(12), row(13))
    assert list(spans(document, "i")) == [
        Span(2, 2, "key"),
        Span(3, 5, "interpolated"),
        Span(6, 6, "outside"),
        Span(7, 8, "outside"),
        Span(9, 9, "alone"),
        Span(10, 11, "gap"),
        Span(12, 12, "key"),
        Span(13, 13, "key"),
    ]
    assert ranges(document, "i") == [(2, 5), (9, 9), (12, 13)]
    assert present(document, "i", 1) is None and present(document, "i", 14) is None and present(document, "i", 10) is None
    assert present(document, "i", 4).geometry == Keypoint(40.0, 0.0)
    assert present(document, "i", 7).outside and present(document, "i", 6).row is not None
    assert present(document, "i", 9).occluded
    assert present(document, "i", 3).confidence == INTERPOLATED_CONFIDENCE
    assert not present(document, "i", 3).keyframe and present(document, "i", 2).keyframe


def test_members_of_a_group_are_times_of_their_own():
    document = track(row(0), row(4), row(2, part="m"))
    assert present(document, "i", 3, "m") is None and present(document, "i", 2, "m").row is not None
    assert present(document, "i", 2).row is None
    assert around(document, "i", 9, "m")[0].frame == 2 and around(document, "i", 1, "m") == (None, document.annotations["r2m"])


def test_next_and_previous_key_frame():
    document = track(row(2), row(6), row(9))
    assert [key_frame(document, "i", f, 1) for f in (0, 2, 5, 6, 9)] == [2, 6, 6, 9, None]
    assert [key_frame(document, "i", f, -1) for f in (2, 3, 6, 9, 50)] == [None, 2, 2, 6, 9]


def test_a_polygon_without_extent_holds_until_the_next_key_frame():
    flat = Polygon.simple(((0.0, 1.0), (0.0, 0.0), (0.0, 0.0)))
    point = Polygon.simple(((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 1.0)))
    for t in (0.25, 0.5, 0.75):
        for a, b in ((flat, point), (point, flat)):
            assert between(a, b, t).rings()[0], t


@given(tracks())
@settings(deadline=None)
def test_ranges_and_spans_agree_with_what_is_shown(document):
    for instance in document.instances:
        shown = set(seen(document, instance))
        assert shown == {f for a, b in ranges(document, instance) for f in range(a, b + 1)}
        rows = document.annotations_of(instance)
        laid = [f for s in spans(document, instance) for f in range(s.first, s.last + 1)]
        assert laid == list(range(rows[0].frame, rows[-1].frame + 1))
        for r in rows:
            assert present(document, instance, r.frame).geometry is r.geometry
        for f in range(FRAMES):
            linear = max((r for r in rows if r.frame <= f), key=lambda r: r.frame, default=None)
            assert around(document, instance, f)[0] is linear


def test_a_long_track_is_searched_by_halves():
    """27,000 rows: asking must not walk them."""
    document = track(*(row(f) for f in range(0, 54_000, 2)))
    present(document, "i", 1)
    begin = time.thread_time()
    for f in range(1, 54_000 - 2, 54):
        assert present(document, "i", f).geometry == Keypoint(f * 10.0, 0.0)
    assert time.thread_time() - begin < 0.5


def test_rows_that_move_to_another_object_or_frame_are_found_there():
    document = track(row(2), row(6))
    document.put(Instance("j", "hash j", "c", 2))
    from dataclasses import replace

    document.put(replace(document.annotations["r6"], instance="j"))
    assert [a.frame for a in document.annotations_of("i")] == [2] and [a.frame for a in document.annotations_of("j")] == [6]
    document.put(replace(document.annotations["r2"], frame=4))
    assert document.places_of("i") == [("", 4)]
