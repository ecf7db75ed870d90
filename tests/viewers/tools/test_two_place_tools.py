"""Boxes, circles, ellipses, rotated boxes, cuboids, points: how they are drawn."""

from __future__ import annotations

import pytest

from storage.model.geometry import Box, Circle, Cuboid2D, Ellipse, Keypoint, RotatedBox, ShapeKind
from tests.support.tool_stage import Stage, feature
from viewers.tools.base import Cursor, HandlesDraft, ShapeDraft
from viewers.tools.box import BoxTool
from viewers.tools.circle import CircleTool
from viewers.tools.cuboid import CuboidTool
from viewers.tools.ellipse import EllipseTool
from viewers.tools.point import PointTool
from viewers.tools.rotated_box import RotatedBoxTool


@pytest.mark.parametrize(("x0", "y0", "x1", "y1"), [(10, 20, 60, 50), (60, 50, 10, 20), (60, 20, 10, 50), (10, 50, 60, 20)])
def test_a_box_is_dragged_from_any_corner(x0, y0, x1, y1):
    stage = Stage(BoxTool())
    stage.drag(x0, y0, x1, y1)
    assert stage.only == Box(10, 20, 50, 30)
    assert stage.texts == ["Draw Car 1"]


def test_two_clicks_make_a_box_too():
    stage = Stage(BoxTool())
    stage.click(10, 20)
    stage.hover(40, 40)
    assert stage.tool.draft()[0].geometry == Box(10, 20, 30, 20)
    assert stage.shapes == []
    stage.click(60, 50)
    assert stage.only == Box(10, 20, 50, 30)


def test_a_tremble_of_the_hand_is_a_click():
    stage = Stage(BoxTool())
    stage.drag(10, 20, 12, 22)
    assert stage.shapes == []
    stage.click(60, 50)
    assert stage.only == Box(10, 20, 50, 30)


def test_the_threshold_is_on_the_screen_not_in_the_picture():
    stage = Stage(BoxTool(), pixel=0.1)
    stage.drag(10, 20, 12, 22)  # 20 logical px
    assert stage.only == Box(10, 20, 2, 2)


def test_shift_makes_a_square_in_the_direction_of_the_hand():
    stage = Stage(BoxTool())
    stage.drag(100, 100, 60, 90, shift=True)
    assert stage.only == Box(60, 60, 40, 40)


def test_a_box_is_cut_at_the_border_of_the_picture():
    stage = Stage(BoxTool())
    stage.drag(350, 250, 900, 900)
    assert stage.only == Box(350, 250, 50, 50)


def test_a_class_that_allows_it_sticks_out():
    stage = Stage(BoxTool())
    stage.focus.set(armed="hash-Free")
    stage.drag(350, 250, 500, 400)
    assert stage.only == Box(350, 250, 150, 150)


def test_a_box_without_size_is_not_made_and_a_sentence_says_so():
    stage = Stage(BoxTool())
    stage.drag(10, 10, 60, 10)
    assert stage.shapes == []
    assert "smaller than one pixel" in stage.said[-1]
    assert stage.sent == []


def test_without_a_class_nothing_is_drawn_and_a_sentence_says_what_to_do():
    stage = Stage(BoxTool())
    stage.focus.set(armed=feature(ShapeKind.POLYGON))
    stage.drag(10, 10, 60, 60)
    assert stage.shapes == []
    assert "Pick a class" in stage.said[-1]


def test_escape_drops_the_draft_and_then_has_nothing_to_drop():
    stage = Stage(BoxTool())
    stage.click(10, 10)
    assert stage.tool.cancel() is True
    assert stage.tool.cancel() is False
    assert stage.tool.draft() == []


def test_the_new_object_is_selected_and_the_tool_goes_on():
    stage = Stage(BoxTool())
    stage.drag(10, 10, 60, 60)
    first = stage.focus.selected
    stage.drag(20, 20, 80, 80)
    assert len(stage.shapes) == 2
    assert stage.focus.selected != first
    assert stage.texts == ["Draw Car 1", "Draw Car 2"]


def test_an_armed_tool_ignores_what_is_there_unless_s_is_held():
    stage = Stage(BoxTool())
    stage.drag(10, 10, 60, 60)
    (car,) = stage.focus.selected
    stage.focus.select(())
    stage.drag(30, 30, 50, 50, through=True)  # moves it
    stage.hover(45, 45, through=True)
    assert any(isinstance(d, HandlesDraft) for d in stage.tool.draft())
    stage.hover(45, 45)
    assert stage.tool.draft() == []
    assert stage.shape(car) == Box(30, 30, 50, 50)
    stage.drag(40, 40, 50, 50)  # draws inside it
    assert len(stage.shapes) == 2
    assert stage.tool.cursor is Cursor.CROSS


def test_redrawing_keeps_the_object():
    stage = Stage(BoxTool())
    stage.drag(10, 10, 60, 60)
    (car,) = stage.focus.selected
    stage.tool.redraws = car
    stage.drag(100, 100, 130, 120)
    assert stage.shape(car) == Box(100, 100, 30, 20)
    assert len(stage.shapes) == 1
    assert stage.texts[-1] == "Redraw Car 1"
    stage.drag(10, 10, 30, 30)
    assert len(stage.shapes) == 2


def test_a_circle_grows_from_its_centre():
    stage = Stage(CircleTool())
    stage.drag(100, 100, 130, 140)
    assert stage.only == Circle(100, 100, 50)


def test_an_ellipse_fills_its_box_and_shift_makes_it_round():
    stage = Stage(EllipseTool())
    stage.drag(100, 100, 160, 140)
    assert stage.only == Ellipse(130, 120, 30, 20)
    stage.drag(100, 100, 160, 140, shift=True)
    assert stage.shapes[1] == Ellipse(130, 130, 30, 30)


def test_points_are_one_click_and_not_outside_the_picture():
    stage = Stage(PointTool())
    stage.click(12.5, 30.25)
    assert stage.only == Keypoint(12.5, 30.25)
    stage.click(-5, 30)
    assert len(stage.shapes) == 1
    assert "outside the picture" in stage.said[-1]


def test_a_rotated_box_by_three_clicks():
    stage = Stage(RotatedBoxTool())
    stage.click(100, 100)
    stage.click(140, 140)
    stage.hover(90, 130)
    assert isinstance(stage.tool.draft()[0], ShapeDraft)
    stage.click(100, 140)
    box = stage.only
    assert isinstance(box, RotatedBox)
    assert box.theta == pytest.approx(45)
    assert (box.w, box.h) == pytest.approx((56.5685, 28.2843), abs=1e-3)
    corners = {(round(x), round(y)) for x, y in box.corners()}
    assert corners == {(100, 100), (140, 140), (120, 160), (80, 120)}


def test_a_rotated_box_dragged_and_turned():
    stage = Stage(RotatedBoxTool())
    stage.drag(100, 100, 200, 150)
    assert stage.shapes == []
    centre = (150, 125)
    stage.hover(125, 175)  # a quarter turn from (200, 150) about the centre
    stage.click(125, 175)
    box = stage.only
    assert isinstance(box, RotatedBox)
    assert box.centre == pytest.approx(centre)
    assert (box.w, box.h) == (100, 50)
    assert box.theta == pytest.approx(90)


def test_enter_leaves_a_dragged_rotated_box_upright():
    stage = Stage(RotatedBoxTool())
    stage.drag(100, 100, 200, 150)
    assert stage.key("Enter")
    assert stage.only == RotatedBox(100, 100, 100, 50, 0)


def test_undo_inside_a_rotated_box_takes_back_the_last_click():
    stage = Stage(RotatedBoxTool())
    stage.click(100, 100)
    stage.click(140, 100)
    assert stage.tool.undo_draft() is True
    stage.click(160, 100)
    stage.click(160, 120)
    assert stage.only == RotatedBox(100, 100, 60, 20, 0)


def test_a_cuboid_is_a_front_face_and_then_a_far_one():
    stage = Stage(CuboidTool())
    stage.drag(100, 100, 150, 140)
    assert stage.shapes == []
    stage.hover(170, 130)
    assert stage.tool.draft()[0].geometry.offset == (20, -10)
    stage.click(180, 130)
    cuboid = stage.only
    assert cuboid == Cuboid2D(((100, 100), (150, 100), (150, 140), (100, 140)), offset=(30, -10))


def test_a_cuboid_by_clicks_needs_a_far_face():
    stage = Stage(CuboidTool())
    stage.click(100, 100)
    stage.click(150, 140)
    assert stage.key("Enter")
    assert stage.shapes == []
    assert "far face" in stage.said[-1]
    stage.hover(160, 150)
    assert stage.key("Enter")
    assert len(stage.shapes) == 1


def test_a_double_click_in_one_place_does_not_make_a_shape_of_no_size():
    stage = Stage(BoxTool())
    stage.double(50, 50)
    stage.click(80, 80)
    assert stage.only == Box(50, 50, 30, 30)
