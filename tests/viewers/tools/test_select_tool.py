"""Selecting, moving, resizing, turning, vertices, nudging."""

from __future__ import annotations

import pytest

from storage.model.geometry import (
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
    SkeletonPoint,
    Visibility,
)
from tests.support.tool_stage import Stage
from viewers.tools.base import BoxDraft, Cursor, HandleRole, HandlesDraft
from viewers.tools.select import SelectTool

SQUARE = Polygon.simple(((100, 100), (200, 100), (200, 200), (100, 200)))


@pytest.fixture
def stage():
    return Stage(SelectTool())


def test_a_click_selects_the_smallest_and_empty_ground_deselects(stage):
    stage.put(Box(0, 0, 300, 200))
    small = stage.put(Box(50, 50, 20, 20))
    stage.click(60, 60)
    assert stage.focus.selected == (small,)
    stage.click(350, 250)
    assert stage.focus.selected == ()
    assert stage.sent == []


def test_ctrl_click_adds_and_takes_away(stage):
    a, b = stage.put(Box(10, 10, 50, 50)), stage.put(Box(100, 10, 50, 50))
    stage.click(30, 30)
    stage.click(120, 30, ctrl=True)
    assert stage.focus.selected == (a, b)
    stage.click(30, 30, ctrl=True)
    assert stage.focus.selected == (b,)


def test_a_marquee_catches_what_lies_wholly_inside(stage):
    a, b = stage.put(Box(10, 10, 50, 50)), stage.put(Box(100, 10, 50, 50))
    stage.put(Box(100, 100, 250, 50))
    stage.drag(160, 90, 5, 5)
    assert set(stage.focus.selected) == {a, b}
    c = stage.put(Box(20, 200, 20, 20))
    stage.drag(5, 190, 60, 230, shift=True)
    assert set(stage.focus.selected) == {a, b, c}
    stage.drag(5, 190, 60, 230)
    assert stage.focus.selected == (c,)


def test_the_marquee_is_drawn_while_it_is_dragged(stage):
    stage.press(10, 10)
    stage.move(60, 40)
    assert stage.tool.draft() == [BoxDraft((10, 10, 60, 40))]
    stage.release(60, 40)
    assert stage.tool.draft() == []


def test_hidden_shapes_cannot_be_caught(stage):
    a = stage.put(Box(10, 10, 50, 50))
    stage.focus.hide([a], True)
    stage.click(30, 30)
    stage.drag(5, 5, 80, 80)
    assert stage.focus.selected == ()


def test_holding_s_ignores_the_shapes_under_the_pointer(stage):
    big, small = stage.put(Box(0, 0, 300, 200)), stage.put(Box(50, 50, 20, 20))
    stage.drag(40, 40, 90, 90, through=True)
    assert stage.focus.selected == (small,)
    assert stage.shape(big) == Box(0, 0, 300, 200)


def test_dragging_moves_and_is_one_step(stage):
    a = stage.put(Box(10, 10, 50, 50))
    stage.drag(30, 30, 70, 50)
    assert stage.shape(a) == Box(50, 30, 50, 50)
    assert stage.texts == ["Move Car 1"]
    stage.session.undo()
    assert stage.shape(a) == Box(10, 10, 50, 50)


def test_several_move_together_and_locked_ones_stay(stage):
    a, b, c = (stage.put(Box(x, 10, 50, 50)) for x in (10, 100, 200))
    stage.focus.select([a, b, c])
    stage.focus.lock([c], True)
    stage.drag(30, 30, 30, 80)
    assert [stage.shape(i).y for i in (a, b, c)] == [60, 60, 10]
    assert stage.texts == ["Move 2 objects"]


def test_a_locked_shape_does_not_move_and_a_sentence_says_so(stage):
    a = stage.put(Box(10, 10, 50, 50))
    stage.focus.lock([a], True)
    stage.drag(30, 30, 80, 80)
    assert stage.shape(a) == Box(10, 10, 50, 50)
    assert "locked" in stage.said[-1]
    assert stage.sent == []


def test_moving_stops_at_the_border(stage):
    a = stage.put(Box(10, 10, 50, 50))
    stage.drag(30, 30, -200, 900)
    assert stage.shape(a) == Box(0, 250, 50, 50)


def test_a_class_that_may_leave_the_picture_does(stage):
    a = stage.put(Box(10, 10, 50, 50))
    free = stage.document.instances[a]
    from dataclasses import replace

    stage.document.put(replace(free, feature_hash="hash-Free"))
    stage.drag(30, 30, -20, 30)
    assert stage.shape(a) == Box(-40, 10, 50, 50)


def test_a_large_selected_shape_can_be_dragged_by_a_small_one_on_it(stage):
    big, small = stage.put(Box(0, 0, 200, 200)), stage.put(Box(50, 50, 20, 20))
    stage.focus.select([big])
    stage.drag(60, 60, 80, 60)
    assert stage.shape(big).x == 20
    assert stage.shape(small).x == 50
    stage.click(60, 60)
    assert stage.focus.selected == (small,)


def test_escape_in_mid_drag_puts_it_back(stage):
    a = stage.put(Box(10, 10, 50, 50))
    stage.press(30, 30)
    stage.move(90, 90)
    assert stage.shape(a) != Box(10, 10, 50, 50)
    assert stage.tool.cancel()
    assert stage.shape(a) == Box(10, 10, 50, 50)
    stage.release(90, 90)
    assert stage.sent == []


@pytest.mark.parametrize(
    ("grab", "to", "expected"),
    [
        ((100, 100), (80, 90), Box(80, 90, 70, 60)),
        ((150, 150), (160, 170), Box(100, 100, 60, 70)),
        ((125, 100), (130, 80), Box(100, 80, 50, 70)),
        ((100, 125), (170, 0), Box(150, 100, 20, 50)),  # past the other side
        ((150, 150), (900, 900), Box(100, 100, 300, 200)),
    ],
)
def test_boxes_are_resized_by_corners_and_sides(stage, grab, to, expected):
    a = stage.put(Box(100, 100, 50, 50))
    stage.focus.select([a])
    stage.drag(*grab, *to)
    assert stage.shape(a) == expected
    assert stage.texts == ["Resize Car 1"]


def test_shift_keeps_a_resized_box_square(stage):
    a = stage.put(Box(100, 100, 50, 50))
    stage.focus.select([a])
    stage.drag(150, 150, 190, 160, shift=True)
    assert stage.shape(a) == Box(100, 100, 90, 90)


def test_resizing_to_nothing_leaves_the_shape(stage):
    a = stage.put(Box(100, 100, 50, 50))
    stage.focus.select([a])
    stage.drag(150, 125, 100, 125)
    assert stage.shape(a) == Box(100, 100, 50, 50)
    assert "left as it was" in stage.said[-1]
    assert stage.sent == []


def test_a_rotated_box_turns_by_its_handle_and_in_steps_with_shift(stage):
    a = stage.put(RotatedBox(100, 100, 60, 40, 0))
    stage.focus.select([a])
    stage.drag(130, 76, 200, 120)
    assert stage.shape(a).theta == pytest.approx(90)
    stage.session.undo()
    stage.drag(130, 76, 190, 58, shift=True)
    assert stage.shape(a).theta == pytest.approx(45)
    assert stage.texts == ["Rotate Ship 1", "Rotate Ship 1"]


def test_resizing_a_rotated_box_keeps_the_opposite_corner_in_place(stage):
    box = RotatedBox(100, 100, 60, 40, 30)
    a = stage.put(box)
    stage.focus.select([a])
    corners = box.corners()
    stage.drag(*corners[2], corners[2][0] + 20, corners[2][1] + 10)
    after = stage.shape(a)
    assert after.theta == 30
    assert after.corners()[0] == pytest.approx(corners[0])
    assert after.corners()[2] == pytest.approx((corners[2][0] + 20, corners[2][1] + 10))


def test_circles_and_ellipses_are_resized_by_their_axes(stage):
    wheel, pond = stage.put(Circle(80, 80, 30)), stage.put(Ellipse(250, 150, 60, 30))
    stage.focus.select([wheel])
    stage.drag(110, 80, 130, 80)
    assert stage.shape(wheel) == Circle(80, 80, 50)
    stage.focus.select([pond])
    stage.drag(310, 150, 330, 170)
    assert stage.shape(pond) == Ellipse(250, 150, 80, 30)
    stage.drag(250, 96, 300, 150)
    assert stage.shape(pond).theta == pytest.approx(90)


def test_a_vertex_moves_and_an_edge_handle_makes_one(stage):
    tree = stage.put(SQUARE)
    stage.focus.select([tree])
    stage.drag(100, 100, 80, 80)
    assert stage.shape(tree).parts[0][0][0] == (80, 80)
    stage.drag(150, 200, 150, 240)
    assert stage.shape(tree).parts[0][0] == ((80, 80), (200, 100), (200, 200), (150, 240), (100, 200))
    assert stage.texts == ["Move a point of Tree 1", "Add a point to Tree 1"]


def test_ctrl_click_and_right_click_delete_a_vertex_but_never_below_three(stage):
    tree = stage.put(SQUARE)
    stage.focus.select([tree])
    stage.click(100, 100, ctrl=True)
    assert stage.shape(tree) == Polygon.simple(((200, 100), (200, 200), (100, 200)))
    assert stage.right(200, 200)
    assert len(stage.shape(tree).parts[0][0]) == 3
    assert "the vertex stays" in stage.said[-1]
    assert stage.texts == ["Delete a point of Tree 1"]


def test_a_hole_of_three_points_goes_with_its_vertex(stage):
    hole = ((120, 120), (150, 120), (150, 150))
    tree = stage.put(Polygon(((SQUARE.parts[0][0], hole),)))
    stage.focus.select([tree])
    assert stage.right(120, 120)
    assert stage.shape(tree) == SQUARE


def test_a_line_keeps_two_points(stage):
    lane = stage.put(Polyline(((10, 10), (100, 10), (100, 100))))
    stage.focus.select([lane])
    stage.right(100, 10)
    stage.right(100, 100)
    assert stage.shape(lane) == Polyline(((10, 10), (100, 100)))


def test_ctrl_snaps_a_dragged_vertex_to_a_neighbour_not_to_itself(stage):
    stage.put(Box(240, 100, 50, 50))
    tree = stage.put(SQUARE)
    stage.focus.select([tree])
    stage.press(200, 100)
    for x in (210, 220, 235):
        stage.move(x, 104, ctrl=True)
    stage.release(235, 104, ctrl=True)
    assert stage.shape(tree).parts[0][0][1] == (240, 100)


def test_right_click_elsewhere_selects_for_the_menu(stage):
    a = stage.put(Box(10, 10, 50, 50))
    assert not stage.right(30, 30)
    assert stage.focus.selected == (a,)


def test_nudges_are_one_step_a_run(stage):
    a = stage.put(Box(100, 100, 50, 50))
    stage.focus.select([a])
    for _ in range(5):
        assert stage.key("Right", ctrl=True)
    assert stage.key("Down", ctrl=True, shift=True)
    assert stage.shape(a) == Box(105, 110, 50, 50)
    stage.tool.settle()
    assert stage.texts == ["Nudge Car 1"]
    stage.session.undo()
    assert stage.shape(a) == Box(100, 100, 50, 50)


def test_a_run_of_nudges_ends_with_the_next_act(stage):
    a = stage.put(Box(100, 100, 50, 50))
    stage.focus.select([a])
    stage.key("Right", ctrl=True)
    stage.drag(120, 120, 140, 120)
    assert stage.texts == ["Nudge Car 1", "Move Car 1"]
    assert stage.shape(a) == Box(121, 100, 50, 50)


def test_nudging_stops_at_the_border_and_comes_back_at_once(stage):
    a = stage.put(Box(1, 1, 50, 50))
    stage.focus.select([a])
    for _ in range(4):
        stage.key("Left", ctrl=True)
    assert stage.shape(a).x == 0
    stage.key("Right", ctrl=True)
    assert stage.shape(a).x == 1


def test_undo_in_mid_drag_takes_back_the_drag_alone(stage):
    a = stage.put(Box(100, 100, 50, 50))
    stage.drag(120, 120, 140, 120)
    stage.press(140, 120)
    stage.move(200, 120)
    assert stage.tool.undo_draft()
    assert stage.shape(a) == Box(120, 100, 50, 50)


PERSON = Skeleton(
    (
        SkeletonPoint(150, 100, "head", "#68BC00", "head", "hash-head"),
        SkeletonPoint(100, 200, "left", "#68BC00", "left", "hash-left"),
        SkeletonPoint(200, 200, "right", "#68BC00", "right", "hash-right"),
    )
)


def test_skeleton_points_move_alone_and_its_box_moves_all(stage):
    person = stage.put(PERSON)
    stage.focus.select([person])
    stage.drag(150, 100, 160, 90)
    assert [(p.x, p.y) for p in stage.shape(person).points] == [(160, 90), (100, 200), (200, 200)]
    stage.session.undo()
    stage.drag(100, 100, 50, 0)  # the corner of its box
    assert [(p.x, p.y) for p in stage.shape(person).points] == [(125, 0), (50, 200), (200, 200)]


def test_o_and_q_change_the_visibility_of_the_point_under_the_pointer(stage):
    person = stage.put(PERSON)
    stage.focus.select([person])
    stage.hover(150, 100)
    assert stage.key("O")
    assert stage.shape(person).points[0].visibility is Visibility.INVISIBLE
    assert stage.key("O")
    assert stage.key("Q")
    assert stage.shape(person).points[0].visibility is Visibility.OCCLUDED
    stage.hover(300, 20)
    assert not stage.key("O")
    assert stage.texts[-1] == "Make head of Person 1 occluded"


def test_a_cuboids_front_is_a_box_and_its_far_face_slides(stage):
    crate = stage.put(Cuboid2D(((100, 100), (150, 100), (150, 140), (100, 140)), offset=(40, -20)))
    stage.focus.select([crate])
    stage.drag(100, 100, 80, 90)
    assert stage.shape(crate).front == ((80, 90), (150, 90), (150, 140), (80, 140))
    stage.drag(190, 120, 200, 110)  # far bottom right
    assert stage.shape(crate).offset == (50, -30)


def test_a_cuboid_with_a_vanishing_point_scales(stage):
    crate = stage.put(Cuboid2D(((100, 100), (200, 100), (200, 200), (100, 200)), (300, 100), 0.5))
    stage.focus.select([crate])
    stage.drag(250, 100, 225, 100)
    assert stage.shape(crate).scale_ratio == pytest.approx(0.75)


def test_handles_are_shown_for_the_one_selected_shape_and_the_near_one_is_hot(stage):
    a, b = stage.put(Box(10, 10, 50, 50)), stage.put(Box(100, 10, 50, 50))
    assert stage.tool.draft() == []
    stage.focus.select([a])
    stage.hover(61, 61)
    (shown,) = stage.tool.draft()
    assert isinstance(shown, HandlesDraft)
    assert [(h.x, h.y) for h in shown.handles if h.hot] == [(60, 60)]
    assert stage.tool.cursor is Cursor.SIZE_FDIAG
    stage.focus.select([a, b])
    assert stage.tool.draft() == []


def test_a_polygon_of_thousands_of_points_shows_those_near_the_pointer(stage):
    ring = tuple((200 + 100 * (i % 2) / 10 + i / 40, 10 + i / 40) for i in range(6000))
    tree = stage.put(Polygon.simple(ring))
    stage.focus.select([tree])
    stage.hover(*ring[3000])
    (shown,) = stage.tool.draft()
    assert 0 < len(shown.handles) < 6000
    assert any(h.hot and h.role is HandleRole.VERTEX for h in shown.handles)


def test_hundreds_of_objects_are_carried_as_their_box_and_land_in_one_step(stage):
    made = [stage.put(Box(10 + 5 * (i % 40), 10 + 5 * (i // 40), 4, 4)) for i in range(400)]
    stage.focus.select(made)
    stage.press(12, 12)
    stage.move(60, 40)
    assert stage.shape(made[0]) == Box(10, 10, 4, 4)
    box, label = stage.tool.draft()
    assert box == BoxDraft((58, 38, 257, 87))
    assert label.text == "400 objects"
    stage.move(900, 40)
    stage.release(900, 40)
    assert stage.shape(made[0]) == Box(201, 38, 4, 4)  # stopped at the border
    assert stage.texts == ["Move 400 objects"]
    stage.session.undo()
    assert stage.shape(made[0]) == Box(10, 10, 4, 4)


def test_escape_while_carrying_hundreds_leaves_them(stage):
    made = [stage.put(Box(10 + 5 * (i % 40), 10 + 5 * (i // 40), 4, 4)) for i in range(400)]
    stage.focus.select(made)
    stage.press(12, 12)
    stage.move(60, 40)
    assert stage.tool.cancel()
    stage.release(60, 40)
    assert stage.sent == []


def test_letting_ctrl_go_in_mid_drag_does_not_drop_the_drag(stage):
    from viewers.tools.base import KeyEvent

    tree = stage.put(SQUARE)
    stage.focus.select([tree])
    stage.press(100, 100)
    stage.move(60, 60, ctrl=True)
    stage.tool.key_up(KeyEvent("Ctrl"))
    stage.key("S")
    stage.move(50, 50)
    stage.release(50, 50)
    assert stage.shape(tree).parts[0][0][0] == (50, 50)


def test_a_drag_whose_object_is_taken_away_ends_quietly(stage):
    from storage.editing import verbs

    a = stage.put(Box(100, 100, 50, 50))
    stage.press(120, 120)
    stage.move(160, 120)
    stage.session.do("Elsewhere", verbs.delete_instances(stage.document, [a]))
    stage.move(180, 120)
    stage.release(180, 120)
    assert stage.shapes == []
    assert stage.texts == ["Elsewhere"]
