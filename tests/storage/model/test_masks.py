"""Masks: runs, painting, rasterising, outlines and the codes of Encord and COCO, each against an oracle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco

from storage.model import masks
from storage.model.geometry import Bitmask, Box, Circle, Ellipse, Keypoint, Polygon, RotatedBox
from tests.support.encord_sdk import BitmaskCoordinates

arrays = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=13))
coordinate = st.one_of(
    st.floats(-5, 25, allow_nan=False), st.integers(-5, 25).map(float), st.integers(-10, 50).map(lambda n: n / 2)
)
ring = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9).map(tuple)


def slow_even_odd(rings, width, height):
    """The plain definition, pixel by pixel: a ray to the left, half-open edges."""
    out = np.zeros((height, width), bool)
    for r in range(height):
        for c in range(width):
            x, y = c + 0.5, r + 0.5
            for points in rings:
                for (xa, ya), (xb, yb) in zip(points, (*points[1:], points[0]), strict=True):
                    if ya > yb:
                        xa, ya, xb, yb = xb, yb, xa, ya
                    if ya <= y < yb and xa + (y - ya) / (yb - ya) * (xb - xa) <= x:
                        out[r, c] ^= True
    return out


@given(arrays, st.integers(0, 50), st.integers(0, 50))
def test_a_mask_comes_back_from_its_runs(mask, x, y):
    bitmask = masks.encode(mask, x, y)
    height, width = mask.shape[0] + y + 3, mask.shape[1] + x + 2
    frame = np.zeros((height, width), bool)
    frame[y : y + mask.shape[0], x : x + mask.shape[1]] = mask
    assert (masks.to_frame(bitmask, width, height) == frame).all()
    assert masks.area(bitmask) == mask.sum()
    if mask.any():
        box = masks.decode(bitmask)
        assert box[0].any() and box[-1].any() and box[:, 0].any() and box[:, -1].any(), "the box is not tight"
    else:
        assert bitmask == masks.EMPTY


def test_the_runs_are_as_decided():
    bitmask = masks.encode(np.array([[0, 1, 1], [1, 0, 0]], bool), 4, 7)
    assert (bitmask.x, bitmask.y, bitmask.w, bitmask.h) == (4, 7, 3, 2)
    assert np.frombuffer(bitmask.runs, "<u4").tolist() == [1, 3, 2]
    assert np.frombuffer(masks.encode(np.ones((2, 2), bool)).runs, "<u4").tolist() == [0, 4]


def test_runs_that_do_not_fit_their_box_are_refused():
    with pytest.raises(ValueError, match="box"):
        masks.decode(Bitmask(0, 0, 2, 2, np.array([0, 5], "<u4").tobytes()))


@given(arrays, arrays, st.integers(-8, 8), st.integers(-8, 8))
def test_union_subtract_and_intersect_are_those_of_sets(a, b, dx, dy):
    left, right = masks.encode(a, 20, 20), masks.encode(b, 20 + dx, 20 + dy)
    fa, fb = masks.to_frame(left, 60, 60), masks.to_frame(right, 60, 60)
    assert (masks.to_frame(masks.union((left, right)), 60, 60) == (fa | fb)).all()
    assert (masks.to_frame(masks.subtract(left, (right,)), 60, 60) == (fa & ~fb)).all()
    assert (masks.to_frame(masks.intersect(left, right), 60, 60) == (fa & fb)).all()


@given(st.lists(ring, min_size=1, max_size=3))
@settings(max_examples=150)
def test_polygons_are_rasterised_even_odd_at_pixel_centres(rings):
    drawn = masks.rasterize(Polygon((tuple(rings),)), 21, 18)
    assert (drawn == slow_even_odd(rings, 21, 18)).all()


@given(ring, ring)
def test_parts_of_a_polygon_add_up_where_they_overlap(a, b):
    drawn = masks.rasterize(Polygon(((a,), (b,))), 21, 18)
    assert (drawn == (slow_even_odd([a], 21, 18) | slow_even_odd([b], 21, 18))).all()


@given(st.tuples(coordinate, coordinate), st.tuples(coordinate, coordinate))
def test_polygons_that_share_an_edge_share_no_pixel_and_leave_none_out(p, q):
    width, height = 20, 20
    left = Polygon.simple(((-100.0, -100.0), (p[0], -100.0), p, q, (q[0], 200.0), (-100.0, 200.0)))
    right = Polygon.simple(((p[0], -100.0), (300.0, -100.0), (300.0, 200.0), (q[0], 200.0), q, p))
    if p[1] < q[1] and p[1] > 0 and q[1] < height:
        a, b = masks.rasterize(left, width, height), masks.rasterize(right, width, height)
        assert not (a & b).any()
        assert (a | b).all()


def test_boxes_and_ellipses_hold_the_pixels_whose_centre_is_inside():
    assert masks.rasterize(Box(1.0, 2.0, 3.0, 1.0), 6, 5).sum() == 3
    assert masks.rasterize(Box(1.5, 2.0, 1.0, 1.0), 6, 5).sum() == 1
    turned = masks.rasterize(RotatedBox(2, 2, 4, 2, 90), 8, 8)
    assert (np.argwhere(turned) == [[1 + r, 3 + c] for r in range(4) for c in range(2)]).all()
    ys, xs = np.mgrid[0:40, 0:50] + 0.5
    a = math.radians(30)
    u, v = (xs - 22) * math.cos(a) + (ys - 18) * math.sin(a), -(xs - 22) * math.sin(a) + (ys - 18) * math.cos(a)
    assert (masks.rasterize(Ellipse(22, 18, 15, 6, 30), 50, 40) == ((u / 15) ** 2 + (v / 6) ** 2 <= 1)).all()
    assert (masks.rasterize(Circle(22, 18, 15, 0.4, 30), 50, 40) == masks.rasterize(Ellipse(22, 18, 15, 6, 30), 50, 40)).all()
    assert not masks.rasterize(Keypoint(3, 3), 6, 6).any()


def test_a_shape_outside_of_the_frame_is_cut_off():
    assert masks.to_bitmask(Box(-5, -5, 3, 3), 10, 10) == masks.EMPTY
    cut = masks.to_bitmask(Box(-5, 2, 100, 3), 10, 10)
    assert (cut.x, cut.y, cut.w, cut.h) == (0, 2, 10, 3)


@given(arrays)
@settings(max_examples=300)
def test_the_outline_of_a_mask_rasterises_to_the_same_mask_and_is_valid(mask):
    from storage.model import polygons

    bitmask = masks.encode(mask, 3, 2)
    outline = masks.contours(bitmask)
    if outline is None:
        assert not mask.any()
        return
    assert (masks.rasterize(outline, 20, 20) == masks.to_frame(bitmask, 20, 20)).all()
    assert not polygons.why_invalid(Polygon((outline.parts[0],)))
    assert all(not polygons.why_invalid(Polygon((part,))) for part in outline.parts)
    assert polygons.area(outline) == mask.sum()


def test_the_outline_keeps_holes_with_their_part():
    mask = np.ones((5, 9), bool)
    mask[1:4, 1:4] = mask[1:4, 5:8] = False
    mask[2, 2] = True
    outline = masks.contours(masks.encode(mask))
    assert outline is not None
    assert sorted(len(part) for part in outline.parts) == [1, 3]


@given(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=4), st.floats(0.1, 6))
def test_a_brush_covers_what_is_within_its_radius_of_the_path(points, radius):
    painted = masks.to_frame(masks.stroke(tuple(points), radius, 20, 20), 20, 20)
    nearest = np.full((20, 20), np.inf)
    for r in range(20):
        for c in range(20):
            for (xa, ya), (xb, yb) in zip(points, (*points[1:], points[-1]), strict=True):
                dx, dy, px, py = xb - xa, yb - ya, c + 0.5 - xa, r + 0.5 - ya
                n = dx * dx + dy * dy
                t = min(1.0, max(0.0, (px * dx + py * dy) / n)) if n > 0 else 0.0
                nearest[r, c] = min(nearest[r, c], math.hypot(px - t * dx, py - t * dy))
    expected = nearest <= radius
    for x, y in points:
        if 0 <= x < 20 and 0 <= y < 20:
            expected[int(y), int(x)] = True
    on_the_rim = abs(nearest - radius) < 1e-9  # there either is right
    assert ((painted == expected) | on_the_rim).all()


def test_painting_and_erasing_leave_nothing_when_everything_is_erased():
    painted = masks.paint(None, ((5.0, 5.0), (9.0, 5.0)), 2, width=20, height=20)
    assert painted is not None
    assert masks.paint(painted, ((5.0, 5.0), (9.0, 5.0)), 3, width=20, height=20, erase=True) is None


@given(arrays)
@settings(max_examples=300)
def test_both_codes_are_those_of_their_owners(mask):
    height, width = mask.shape
    bitmask = masks.encode(mask)
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert masks.coco_rle(bitmask, width, height) == {"size": [height, width], "counts": theirs["counts"].decode()}
    assert masks.from_coco_rle(theirs["counts"], width, height) == bitmask
    assert masks.from_coco_rle(masks.to_counts(bitmask, width, height, columns=True), width, height) == bitmask
    text = BitmaskCoordinates(mask).to_dict()["rleString"]
    assert masks.encord_rle(bitmask, width, height) == text
    assert masks.from_encord_rle(text, width, height) == bitmask


@pytest.mark.parametrize(
    ("rows", "counts", "text"),
    [(["00", "00"], [4], "4"), (["11", "11"], [0, 4], "04"), (["0011", "1000"], [2, 3, 3], "233")],
)
def test_the_examples_of_the_code(rows, counts, text):
    mask = np.array([[c == "1" for c in row] for row in rows])
    bitmask = masks.encode(mask)
    assert masks.to_counts(bitmask, mask.shape[1], mask.shape[0]) == counts
    assert masks.encord_rle(bitmask, mask.shape[1], mask.shape[0]) == text


@given(st.lists(st.integers(0, 2**40), max_size=30))
def test_large_counts_survive_the_code(counts):
    assert masks.unpack_counts(masks.pack_counts(counts)).tolist() == counts


@pytest.mark.parametrize("text", ["é", "2~", "o", "P", "zz"])
def test_a_damaged_code_is_refused(text):
    with pytest.raises(ValueError):
        masks.from_encord_rle(text, 4, 4)


def test_a_code_that_stops_early_means_background():
    assert masks.from_encord_rle("21", 4, 2) == masks.encode(np.array([[0, 0, 1, 0], [0, 0, 0, 0]], bool))
