"""Polygons joined, cut, split, simplified, mended; against the pixels they cover, and vertex for vertex."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.model import masks, polygons
from storage.model.geometry import Polygon

WIDTH, HEIGHT = 40, 30


@st.composite
def stars(draw):
    """A simple ring around a centre: never crosses itself."""
    cx, cy = draw(st.floats(8, 32)), draw(st.floats(8, 22))
    n = draw(st.integers(3, 9))
    radii = [draw(st.floats(2, 9)) for _ in range(n)]
    turn = draw(st.floats(0, 6))
    return Polygon.simple(
        tuple(
            (cx + r * math.cos(turn + i * math.tau / n), cy + r * math.sin(turn + i * math.tau / n))
            for i, r in enumerate(radii)
        )
    )


def pixels(polygon):
    return masks.rasterize(polygon, WIDTH, HEIGHT) if polygon is not None else masks.rasterize(masks.EMPTY, WIDTH, HEIGHT)


def vertices(*made):
    return {p for polygon in made if polygon is not None for ring in polygon.rings() for p in ring}


def square(x, y, size):
    return Polygon.simple(((x, y), (x + size, y), (x + size, y + size), (x, y + size)))


@given(stars(), stars())
@settings(deadline=None)
def test_the_operations_are_those_of_sets_of_points(a, b):
    pa, pb = pixels(a), pixels(b)
    # A pixel centre within rounding of an edge may fall on either side: none, with these strategies, but one is allowed.
    assert (pixels(polygons.union((a, b))) != (pa | pb)).sum() <= 1
    assert (pixels(polygons.subtract(a, (b,))) != (pa & ~pb)).sum() <= 1
    assert (pixels(polygons.intersect(a, b)) != (pa & pb)).sum() <= 1


@given(stars(), stars())
@settings(deadline=None)
def test_vertices_that_nothing_touches_stay_exactly(a, b):
    """Every vertex of an input outside of the other one is in the result bit for bit."""
    import shapely

    joined = vertices(polygons.union((a, b)))
    for mine, other in ((a, b), (b, a)):
        shape = shapely.Polygon(other.parts[0][0])
        outside = {p for p in vertices(mine) if shape.distance(shapely.Point(p)) > 1e-6}
        assert outside <= joined
        left = polygons.subtract(mine, (other,))
        assert outside <= vertices(left)


def test_a_part_that_is_not_touched_keeps_its_ring_as_it_is():
    far, near, cutter = square(100, 100, 5), square(0, 0, 10), square(5, 5, 10)
    both = Polygon((*far.parts, *near.parts))
    assert polygons.subtract(both, (cutter,)).parts[0] == far.parts[0]
    assert polygons.union((both, cutter)).parts[0] == far.parts[0]
    assert polygons.subtract(far, (near,)) == far
    assert polygons.union((far,)) == far


def test_a_hole_is_cut_and_filled_again():
    whole, hole = square(0, 0, 10), square(3, 3, 2)
    cut = polygons.subtract(whole, (hole,))
    assert len(cut.parts[0]) == 2
    assert cut.parts[0][0] == whole.parts[0][0]
    assert polygons.area(cut) == 96
    assert polygons.area(polygons.union((cut, square(2.5, 2.5, 3)))) == 100
    assert polygons.subtract(hole, (whole,)) is None


def test_a_line_splits_into_pieces_the_largest_first():
    left, right = polygons.split(square(0, 0, 10), ((7.0, -1.0), (7.0, 11.0)))
    assert (polygons.area(left), polygons.area(right)) == (70, 30)
    assert {(0.0, 0.0), (0.0, 10.0)} <= vertices(left)
    assert polygons.split(square(0, 0, 10), ((20.0, 0.0), (20.0, 5.0))) == (square(0, 0, 10),)
    assert polygons.split(square(0, 0, 10), ((5.0, -1.0), (5.0, 5.0))) == (square(0, 0, 10),)


@given(stars(), st.floats(0.1, 3))
@settings(deadline=None)
def test_simplifying_moves_no_vertex_and_stays_near(polygon, tolerance):
    import shapely

    made = polygons.simplify(polygon, tolerance)
    assert vertices(made) <= vertices(polygon)
    old, new = shapely.Polygon(polygon.parts[0][0]), shapely.Polygon(made.parts[0][0])
    assert old.exterior.hausdorff_distance(new.exterior) <= tolerance + 1e-9


def test_area_takes_holes_off_and_is_exact_far_out():
    assert polygons.area(square(1e7, 1e7, 0.5)) == 0.25
    ring, hole = square(0, 0, 4).parts[0][0], square(1, 1, 1).parts[0][0]
    assert polygons.area(Polygon(((ring, hole), square(9, 9, 1).parts[0]))) == 16


def test_a_bow_tie_is_invalid_and_can_be_mended():
    bow = Polygon.simple(((0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0)))
    assert not polygons.is_valid(bow)
    assert "2" in polygons.why_invalid(bow)
    made = polygons.repair(bow)
    assert polygons.is_valid(made)
    assert polygons.area(made) == 8
    assert (pixels(made) == pixels(bow)).all()
    assert polygons.repair(square(0, 0, 2)) == square(0, 0, 2)
    assert polygons.repair(Polygon.simple(((0.0, 0.0), (1.0, 1.0), (2.0, 2.0)))) is None


def test_clipping_keeps_what_lies_within():
    assert polygons.clip(square(1, 1, 3), (0, 0, 9, 9)) == square(1, 1, 3)
    assert polygons.area(polygons.clip(square(-1, -1, 3), (0, 0, 9, 9))) == 4
    assert polygons.clip(square(20, 20, 3), (0, 0, 9, 9)) is None


def test_nothing_cannot_be_joined():
    with pytest.raises(ValueError):
        polygons.union(())
