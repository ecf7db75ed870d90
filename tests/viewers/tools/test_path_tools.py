"""Polygons and lines point by point: undo inside the draft, freehand, snapping, holes and parts."""

from __future__ import annotations

import math

import pytest

from storage.model.geometry import Box, Polygon, Polyline, ShapeKind
from tests.support.tool_stage import Stage
from viewers.tools.base import HandleRole, PathDraft, SnapDraft
from viewers.tools.polygon import PolygonTool
from viewers.tools.polyline import PolylineTool

TRIANGLE = ((10, 10), (90, 10), (50, 80))


def clicks(stage, points):
    for x, y in points:
        stage.click(x, y)


def test_enter_finishes_a_polygon():
    stage = Stage(PolygonTool())
    clicks(stage, TRIANGLE)
    assert stage.shapes == []
    assert stage.key("Enter")
    assert stage.only == Polygon.simple(TRIANGLE)
    assert stage.texts == ["Draw Tree 1"]


def test_a_double_click_finishes_with_the_point_it_falls_on():
    stage = Stage(PolygonTool())
    clicks(stage, TRIANGLE[:2])
    stage.double(*TRIANGLE[2])
    assert stage.only == Polygon.simple(TRIANGLE)


def test_a_click_on_the_first_point_finishes():
    stage = Stage(PolygonTool())
    clicks(stage, TRIANGLE)
    stage.hover(12, 12)
    (path,) = [d for d in stage.tool.draft() if isinstance(d, PathDraft)]
    assert path.handles[0].role is HandleRole.CLOSE
    assert path.handles[0].hot
    stage.click(12, 12)
    assert stage.only == Polygon.simple(TRIANGLE)


def test_two_points_are_not_enough_and_the_draft_stays():
    stage = Stage(PolygonTool())
    clicks(stage, TRIANGLE[:2])
    stage.key("Enter")
    assert stage.shapes == []
    assert "3 points" in stage.said[-1]
    stage.click(*TRIANGLE[2])
    stage.key("Enter")
    assert stage.only == Polygon.simple(TRIANGLE)


def test_backspace_and_the_right_button_take_back_the_last_vertex():
    stage = Stage(PolygonTool())
    clicks(stage, (*TRIANGLE, (200, 200), (220, 220)))
    assert stage.key("Backspace")
    assert stage.right(150, 150)
    stage.key("Enter")
    assert stage.only == Polygon.simple(TRIANGLE)


def test_undo_and_redo_stay_inside_the_draft():
    stage = Stage(PolygonTool())
    clicks(stage, TRIANGLE)
    assert stage.tool.undo_draft()
    assert stage.tool.undo_draft()
    assert stage.tool.redo_draft()
    assert stage.tool.redo_draft()
    assert not stage.tool.redo_draft()
    stage.key("Enter")
    assert stage.only == Polygon.simple(TRIANGLE)
    assert not stage.tool.undo_draft()  # now the session is asked


def test_shift_draws_freehand_and_one_undo_takes_the_run_back():
    stage = Stage(PolygonTool())
    stage.click(10, 10)
    for i in range(1, 40):
        stage.hover(10 + 2 * i, 10 + i, shift=True)
    (path,) = stage.tool.draft()
    assert len(path.points) > 15
    assert all(math.dist(a, b) >= 4 for a, b in zip(path.points, path.points[1:], strict=False))
    assert stage.tool.undo_draft()
    (path,) = stage.tool.draft()
    assert path.points == ((10, 10),)


def test_vertices_stay_on_the_picture():
    stage = Stage(PolygonTool())
    clicks(stage, ((-20, 10), (90, -40), (500, 400)))
    stage.key("Enter")
    assert stage.only == Polygon.simple(((0, 10), (90, 0), (400, 300)))


def test_ctrl_snaps_to_a_neighbours_vertex_and_border():
    stage = Stage(PolygonTool())
    stage.put(Box(100, 100, 100, 100))
    stage.hover(94, 95, ctrl=True)
    assert SnapDraft(100, 100, "vertex") in stage.tool.draft()
    stage.click(94, 95, ctrl=True)
    stage.click(92, 150, ctrl=True)
    stage.click(50, 150, ctrl=True)  # too far from anything
    stage.key("Enter")
    assert stage.shapes[1] == Polygon.simple(((100, 100), (100, 150), (50, 150)))


def test_hidden_neighbours_do_not_catch():
    stage = Stage(PolygonTool())
    stage.focus.hide([stage.put(Box(100, 100, 100, 100))], True)
    stage.click(94, 95, ctrl=True)
    (path,) = stage.tool.draft()
    assert path.points == ((94, 95),)


def test_a_flat_polygon_is_not_made():
    stage = Stage(PolygonTool())
    clicks(stage, ((10, 10), (50, 10), (90, 10)))
    stage.key("Enter")
    assert stage.shapes == []
    assert "smaller than one pixel" in stage.said[-1]


def test_an_outline_that_crosses_itself_is_kept_and_said():
    stage = Stage(PolygonTool())
    clicks(stage, ((10, 10), (90, 80), (90, 10), (10, 60)))
    stage.key("Enter")
    assert len(stage.shapes) == 1
    assert "crosses itself" in stage.said[-1]


SQUARE = Polygon.simple(((100, 100), (200, 100), (200, 200), (100, 200)))
INNER = ((120, 120), (150, 120), (150, 150), (120, 150))


def test_a_hole_is_cut_in_the_selected_polygon():
    stage = Stage(PolygonTool())
    tree = stage.put(SQUARE)
    stage.focus.select([tree])
    stage.tool.use_mode("hole")
    clicks(stage, INNER)
    stage.key("Enter")
    ((outer, hole),) = stage.shape(tree).parts
    assert outer == SQUARE.parts[0][0]
    assert set(hole) == set(INNER)
    assert stage.texts == ["Cut a hole in Tree 1"]
    stage.session.undo()
    assert stage.shape(tree) == SQUARE


def test_a_part_is_added_to_the_selected_polygon():
    stage = Stage(PolygonTool())
    tree = stage.put(SQUARE)
    stage.focus.select([tree])
    stage.tool.use_mode("part")
    clicks(stage, TRIANGLE)
    stage.key("Enter")
    assert stage.shape(tree).parts == (*SQUARE.parts, (TRIANGLE,))
    assert stage.texts == ["Add a part to Tree 1"]


def test_a_hole_beside_the_polygon_cuts_nothing_and_says_so():
    stage = Stage(PolygonTool())
    stage.focus.select([stage.put(SQUARE)])
    stage.tool.use_mode("hole")
    clicks(stage, TRIANGLE)
    stage.key("Enter")
    assert stage.sent == []
    assert "does not touch" in stage.said[-1]


def test_a_part_within_the_polygon_adds_nothing_and_says_so():
    stage = Stage(PolygonTool())
    stage.focus.select([stage.put(SQUARE)])
    stage.tool.use_mode("part")
    clicks(stage, INNER)
    stage.key("Enter")
    assert stage.sent == []
    assert stage.said[-1] == "The outline lies within Tree 1: nothing was added."


def test_a_hole_over_everything_is_refused():
    stage = Stage(PolygonTool())
    tree = stage.put(SQUARE)
    stage.focus.select([tree])
    stage.tool.use_mode("hole")
    clicks(stage, ((90, 90), (210, 90), (210, 210), (90, 210)))
    stage.key("Enter")
    assert stage.shape(tree) == SQUARE
    assert "nothing of Tree 1" in stage.said[-1]


def test_parts_and_holes_need_one_selected_polygon():
    stage = Stage(PolygonTool())
    stage.put(SQUARE)
    stage.tool.use_mode("part")
    clicks(stage, TRIANGLE)
    stage.key("Enter")
    assert stage.shapes == [SQUARE]
    assert "Select one polygon" in stage.said[-1]


def test_escape_leaves_the_mode_after_the_draft():
    stage = Stage(PolygonTool())
    stage.tool.use_mode("hole")
    stage.click(10, 10)
    assert stage.tool.cancel()
    assert stage.tool.mode == "hole"
    assert stage.tool.cancel()
    assert stage.tool.mode == "new"
    assert not stage.tool.cancel()


def test_a_line_with_shift_keeps_to_the_axes():
    stage = Stage(PolylineTool())
    stage.click(10, 10)
    stage.click(80, 22, shift=True)
    stage.click(70, 90, shift=True)
    stage.key("Enter")
    assert stage.only == Polyline(((10, 10), (80, 10), (80, 90)))


@pytest.mark.parametrize("n", [1])
def test_a_line_needs_two_points(n):
    stage = Stage(PolylineTool())
    clicks(stage, TRIANGLE[:n])
    stage.key("Enter")
    assert stage.shapes == []
    stage.click(90, 90)
    stage.key("Enter")
    assert stage.only == Polyline(((10, 10), (90, 90)))


def test_the_class_can_change_before_the_polygon_is_finished():
    stage = Stage(PolygonTool())
    clicks(stage, TRIANGLE)
    assert stage.tool.draft()[0].feature_hash == stage.focus.armed
    stage.focus.set(armed="hash-none")
    stage.key("Enter")
    assert stage.shapes == []
    assert "Pick a class" in stage.said[-1]
    assert ShapeKind.POLYGON is stage.tool.shape
