"""What is under the pointer: right among ten thousand, smallest first, exact on edges."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point as ShapelyPoint
from shapely import Polygon as ShapelyPolygon

from storage.model.geometry import Box, Circle, Keypoint, Polygon, Polyline, Skeleton, SkeletonPoint
from tests.support import scenes
from viewers.tools.hit_test import Index


def index(*shapes: object, layers: tuple[int, ...] = ()) -> Index:
    made = Index()
    for n, annotation in enumerate(scenes.document(shapes).on_frame()):  # type: ignore[arg-type]
        made.put(annotation, layer=layers[n] if layers else 0)
    return made


def test_ten_thousand_polygons_agree_with_shapely() -> None:
    shapes = scenes.many(10_000, 4000, 3000, radius=40)
    hits = index(*shapes)
    outlines = [ShapelyPolygon(s.parts[0][0]) for s in shapes]
    boxes = np.array([s.bounds() for s in shapes])
    rng = random.Random(5)
    for _ in range(60):
        x, y = rng.uniform(0, 4000), rng.uniform(0, 3000)
        near = np.flatnonzero((boxes[:, 0] <= x) & (boxes[:, 2] >= x) & (boxes[:, 1] <= y) & (boxes[:, 3] >= y))
        expected = [i for i in near if outlines[i].contains(ShapelyPoint(x, y))]
        expected.sort(key=lambda i: outlines[i].area)
        assert hits.at(x, y) == [f"i{i}" for i in expected]


def test_the_smallest_comes_first_and_of_equal_ones_the_topmost() -> None:
    hits = index(Box(0, 0, 100, 100), Box(10, 10, 20, 20), Box(10, 10, 20, 20), Keypoint(20, 20))
    assert hits.at(20, 20, 3) == ["i3", "i2", "i1", "i0"]
    raised = index(Box(10, 10, 20, 20), Box(10, 10, 20, 20), layers=(5, 0))
    assert raised.at(20, 20) == ["i0", "i1"]


def test_what_comes_back_lies_where_it_lay() -> None:
    hits = index(*(Box(n, 0, 10, 10) for n in range(4)))
    gone = [hits.get(name).annotation for name in ("i2", "i1")]
    for annotation in gone:
        hits.remove(annotation.instance)
    for annotation in gone:
        hits.put(annotation)
    assert hits.in_rect((-1, -1, 40, 40)) == ["i0", "i1", "i2", "i3"]


def test_a_hole_is_not_inside_but_its_rim_can_be_caught() -> None:
    outer, hole = Box(0, 0, 100, 100).corners(), Box(40, 40, 20, 20).corners()
    ring = Polygon(((outer, hole),))
    hits = index(ring)
    assert hits.at(50, 50) == []
    assert hits.at(20, 50) == ["i0"]
    assert hits.at(41, 50, 2) == ["i0"]
    assert hits.at(103, 50, 2) == []


def test_lines_and_points_are_caught_within_the_tolerance_only() -> None:
    hits = index(Polyline(((0.0, 0.0), (100.0, 0.0), (100.0, 100.0))), Keypoint(50, 50))
    assert hits.at(50, 2, 3) == ["i0"]
    assert hits.at(50, 4, 3) == []
    assert hits.at(0, 100, 3) == []  # a line is not closed
    assert hits.at(52, 50, 3) == ["i1"]


def test_a_mask_is_hit_on_its_pixels() -> None:
    hits = index(scenes.mask(10, 10, ["##.##", "#...#"]))
    assert hits.at(10.5, 10.5) == ["i0"]
    assert hits.at(12.5, 10.5) == []
    assert hits.at(9.9, 10.5) == []


def test_a_marquee_takes_what_lies_wholly_inside() -> None:
    hits = index(Box(10, 10, 20, 20), Box(25, 25, 50, 50), Circle(15, 15, 4))
    assert hits.in_rect((40, 40, 0, 0)) == ["i0", "i2"]
    assert hits.in_rect((0, 0, 40, 40), contained=False) == ["i0", "i1", "i2"]
    assert hits.in_rect((0, 0, 40, 40), skip={"i2"}) == ["i0"]


def test_vertices_edges_and_snapping() -> None:
    hits = index(scenes.star(50, 50, 30, 5), Box(100, 0, 40, 40))
    points = hits.get("i0").geometry.parts[0][0]  # type: ignore[union-attr]
    x, y = points[3]
    vertex = hits.vertex_at(x + 1, y, 5)
    assert vertex is not None
    assert (vertex.instance, vertex.handle.path) == ("i0", (0, 0, 3))
    assert hits.snap(x + 1, y, 5) == ((x, y), "vertex")
    edge = hits.edge_at(120, 1.5, 5)
    assert edge is not None
    assert (edge.instance, edge.point, edge.distance) == ("i1", (120, 0), 1.5)
    assert hits.snap(120, 1.5, 5) == ((120, 0), "edge")
    assert hits.snap(120, 1.5, 5, skip={"i1"}) is None


def test_handles_of_the_selection() -> None:
    hits = index(Box(10, 10, 40, 40), Skeleton((SkeletonPoint(100, 100, "a", "#fff", "a", "p0"),)))
    corner = hits.handle_at(50.5, 50.5, 4, ["i0", "i1"])
    assert corner is not None
    assert (corner.instance, corner.handle.role, corner.handle.path) == ("i0", "corner", (2,))
    assert hits.handle_at(50.5, 50.5, 4, ["i1"]) is None


def test_an_update_moves_and_a_removal_forgets() -> None:
    from dataclasses import replace

    hits = index(*scenes.many(200, 500, 500))
    annotation = hits.get("i7").annotation  # type: ignore[union-attr]
    hits.put(replace(annotation, geometry=Box(2000, 2000, 10, 10)))
    assert hits.at(2005, 2005) == ["i7"]
    assert hits.bounds(["i7"]) == (2000, 2000, 2010, 2010)
    hits.remove("i7")
    assert hits.at(2005, 2005) == []
    assert len(hits) == 199
    hits.put(annotation)
    assert len(hits) == 200


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=30)
)
def test_boxes_agree_with_arithmetic(boxes: list[tuple[int, int, int, int]]) -> None:
    hits = index(*(Box(*b) for b in boxes))
    x, y = 25.5, 25.5
    expected = {f"i{n}" for n, (bx, by, w, h) in enumerate(boxes) if bx < x < bx + w and by < y < by + h}
    assert set(hits.at(x, y)) == expected


@pytest.mark.parametrize("tol", [0.0, 2.0])
def test_nothing_is_found_on_an_empty_frame(tol: float) -> None:
    assert Index().at(1, 1, tol) == []
    assert Index().snap(1, 1, 5) is None
