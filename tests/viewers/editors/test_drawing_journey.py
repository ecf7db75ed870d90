"""Somebody draws every shape with mouse and keyboard, changes it, and takes it all back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from storage.model.geometry import PICTURE_SHAPES, Box, Polygon, ShapeKind
from tests.support.editor_stage import CTRL, NONE, SHIFT, EditorStage
from tests.support.tool_stage import feature

Key = Qt.Key


@pytest.fixture
def stage(qtbot):
    return EditorStage(qtbot)


def draw(stage, shape):
    stage.arm(shape)
    match shape:
        case ShapeKind.POLYGON | ShapeKind.POLYLINE:
            for x, y in ((50, 50), (150, 60), (100, 150)):
                stage.click(x, y)
            stage.key(Key.Key_Return)
        case ShapeKind.POINT:
            stage.click(80, 90)
        case ShapeKind.ROTATED_BOX:
            stage.click(50, 50)
            stage.click(150, 80)
            stage.click(130, 140)
        case ShapeKind.CUBOID_2D:
            stage.drag(50, 50, 120, 110)
            stage.move(150, 90)
            stage.click(150, 90)
        case _:
            stage.drag(60, 60, 160, 140)


@pytest.mark.parametrize("shape", PICTURE_SHAPES)
def test_every_shape_is_drawn_undone_and_redone(stage, shape):
    draw(stage, shape)
    (made,) = stage.shapes
    assert made.kind == shape
    stage.key(Key.Key_Z, CTRL)
    assert stage.shapes == []
    stage.key(Key.Key_Y, CTRL)
    assert stage.shapes == [made]
    stage.key(Key.Key_Z, CTRL)
    stage.key(Key.Key_Z, CTRL | SHIFT)
    assert stage.shapes == [made]


def test_digits_arm_the_class_and_its_tool(stage):
    stage.key("3")
    assert stage.editor.tool.id == "polygon"
    assert stage.focus.armed == feature(ShapeKind.POLYGON)
    stage.key("1")
    stage.drag(20, 20, 80, 60)
    assert [type(s) for s in stage.shapes] == [Box]
    stage.key("0")
    assert stage.focus.armed == feature(ShapeKind.CUBOID_2D)


def test_escape_drops_the_draft_then_the_tool_then_the_selection(stage):
    stage.key("3")
    stage.click(50, 50)
    stage.key(Key.Key_Escape)
    assert stage.editor.tool.id == "polygon"
    assert not stage.editor.drafting()
    stage.key("1")
    stage.drag(20, 20, 80, 60)
    stage.key(Key.Key_Escape)
    assert stage.editor.tool.id == "select"
    assert stage.focus.selected != ()
    stage.key(Key.Key_Escape)
    assert stage.focus.selected == ()


def test_undo_in_a_draft_takes_back_a_vertex_and_leaves_the_objects(stage):
    stage.key("1")
    stage.drag(20, 20, 80, 60)
    stage.key("3")
    for x, y in ((150, 50), (250, 60), (200, 150), (10, 10)):
        stage.click(x, y)
    stage.key(Key.Key_Z, CTRL)
    assert len(stage.shapes) == 1
    stage.key(Key.Key_Return)
    polygon = stage.shapes[1]
    assert isinstance(polygon, Polygon)
    assert len(polygon.parts[0][0]) == 3


def test_n_draws_the_last_class_again_and_finishes_a_draft(stage):
    stage.key("3")
    for x, y in ((50, 50), (150, 60), (100, 150)):
        stage.click(x, y)
    stage.key("N")
    assert len(stage.shapes) == 1
    stage.key(Key.Key_Escape)
    assert stage.editor.tool.id == "select"
    stage.key("N")
    assert stage.editor.tool.id == "polygon"
    assert stage.focus.selected == ()


def test_drag_resize_and_delete_with_the_mouse(stage):
    stage.key("1")
    stage.drag(100, 100, 180, 160)
    stage.key(Key.Key_Escape)
    stage.drag(140, 130, 160, 150)
    assert stage.shapes == [Box(120, 120, 80, 60)]
    stage.drag(200, 180, 220, 200)
    assert stage.shapes == [Box(120, 120, 100, 80)]
    stage.key(Key.Key_Delete)
    assert stage.shapes == []
    for _ in range(4):
        stage.key(Key.Key_Z, CTRL)
    assert stage.shapes == []
    assert stage.said[-1] == "Undone: Draw Car 1"
    stage.key(Key.Key_Z, CTRL)
    assert "nothing to undo" in stage.said[-1]


def test_brush_eraser_and_the_size_keys(stage):
    stage.key("B")
    assert stage.editor.tool.id == "brush"
    assert stage.focus.armed == feature(ShapeKind.BITMASK)
    size = stage.editor.toolbox.brush.size
    stage.key("]")
    assert stage.editor.toolbox.brush.size > size
    stage.drag(60, 60, 160, 60)
    (road,) = stage.shapes
    stage.key("X")
    assert stage.editor.tool.id == "eraser"
    stage.drag(100, 40, 100, 80)
    assert stage.shapes[0] != road
    stage.key("X")
    assert stage.editor.tool.id == "brush"
    assert stage.editor.options.isVisibleTo(stage.canvas)
    assert stage.editor.options.size_box.value() == stage.editor.toolbox.brush.size


def test_tab_walks_the_objects_only_from_the_canvas(stage):
    stage.key("1")
    for x in (20, 120, 220):
        stage.drag(x, 20, x + 50, 70)
    stage.key(Key.Key_Escape)
    stage.key(Key.Key_Escape)
    order = [a.instance for a in stage.document.on_frame(stage.focus.at)]
    seen = []
    for _ in range(4):
        stage.key(Key.Key_Tab)
        seen.append(stage.focus.primary)
    assert seen == [*order, order[0]]
    stage.key(Key.Key_Backtab, SHIFT)
    assert stage.focus.primary == order[2]
    assert stage.canvas.hasFocus()


def test_ctrl_arrows_nudge_as_one_step(stage, qtbot):
    stage.key("1")
    stage.drag(100, 100, 180, 160)
    qtbot.keyPress(stage.canvas, Key.Key_Control)
    for _ in range(3):
        stage.tap(Key.Key_Right, CTRL)
    stage.tap(Key.Key_Down, CTRL | SHIFT)
    qtbot.keyRelease(stage.canvas, Key.Key_Control)
    assert stage.shapes == [Box(103, 110, 80, 60)]
    assert stage.texts == ["Draw Car 1", "Nudge Car 1"]
    stage.key(Key.Key_Z, CTRL)
    assert stage.shapes == [Box(100, 100, 80, 60)]


def test_copy_paste_and_duplicate_step_aside(stage):
    stage.key("1")
    stage.drag(100, 100, 180, 160)
    stage.key(Key.Key_C, CTRL)
    stage.key(Key.Key_V, CTRL)
    stage.key(Key.Key_V, CTRL)
    stage.key(Key.Key_D, CTRL)
    xs = [s.x for s in stage.shapes]
    assert xs == [100, 112, 124, 136]
    assert stage.texts[1:] == ["Paste Car", "Paste Car", "Duplicate Car 3"]


def test_holding_s_reaches_through_the_armed_tool(stage, qtbot):
    stage.key("1")
    stage.drag(100, 100, 180, 160)
    qtbot.keyPress(stage.canvas, Key.Key_S)
    stage.drag(140, 130, 160, 150)
    qtbot.keyRelease(stage.canvas, Key.Key_S)
    assert stage.shapes == [Box(120, 120, 80, 60)]
    assert stage.editor.tool.id == "box"


def test_the_right_button_removes_a_vertex_of_the_draft_else_asks_for_the_menu(stage, qtbot):
    stage.key("3")
    for x, y in ((50, 50), (150, 60), (100, 150), (20, 20)):
        stage.click(x, y)
    stage.right(120, 100)
    stage.key(Key.Key_Return)
    assert len(stage.shapes[0].parts[0][0]) == 3
    stage.key(Key.Key_Escape)
    with qtbot.waitSignal(stage.editor.menu_wanted) as asked:
        stage.right(100, 80)
    assert asked.args[0] == stage.focus.selected[0]


def test_the_marquee_then_join_by_key(stage):
    stage.key("3")
    for corner in (50, 90):
        for x, y in ((corner, corner), (corner + 60, corner), (corner + 60, corner + 60), (corner, corner + 60)):
            stage.click(x, y)
        stage.key(Key.Key_Return)
    stage.key(Key.Key_Escape)
    stage.key(Key.Key_Escape)
    stage.drag(30, 30, 200, 200)
    joined = stage.focus.selected
    assert len(joined) == 2
    stage.key("J")
    assert len(stage.shapes) == 1
    assert stage.texts[-1] == "Join 2 objects into Tree 1"
    for _ in range(2):
        stage.key("Z", CTRL)
        assert stage.focus.selected == joined, "all that were joined can be joined otherwise"
        stage.key("Z", CTRL | SHIFT)
        assert stage.focus.selected == joined[:1]


def test_slice_by_shift_j_and_a_drag(stage):
    stage.key("3")
    for x, y in ((50, 50), (150, 50), (150, 150), (50, 150)):
        stage.click(x, y)
    stage.key(Key.Key_Return)
    stage.key("J", SHIFT)
    assert stage.editor.tool.id == "slice"
    stage.drag(100, 20, 100, 180)
    assert sorted(s.bounds() for s in stage.shapes) == [(50, 50, 100, 150), (100, 50, 150, 150)]
    assert stage.texts[-1] == "Slice Tree 1"
    stage.key(Key.Key_Z, CTRL)
    assert [s.bounds() for s in stage.shapes] == [(50, 50, 150, 150)]


def test_double_click_ends_a_polygon(stage):
    stage.key("3")
    stage.click(50, 50)
    stage.click(150, 50)
    stage.double(100, 120)
    assert stage.shapes == [Polygon.simple(((50, 50), (150, 50), (100, 120)))]


def test_typed_keys_do_not_reach_a_menu_shortcut_of_the_window(stage, qtbot):
    from PySide6.QtGui import QAction, QKeySequence

    fired = []
    action = QAction("elsewhere", stage.editor)
    action.setShortcut(QKeySequence("N"))
    action.triggered.connect(lambda: fired.append(1))
    stage.editor.addAction(action)
    stage.key("N", NONE)
    assert fired == []
    assert stage.editor.tool.id == "box"


def test_a_cuboid_stays_on_the_picture_as_its_class_wants_it(stage):
    stage.arm(ShapeKind.CUBOID_2D)
    stage.drag(100, 20, 180, 80)
    stage.click(250, 0)  # 80 to the right of the corner, and higher than the picture has room
    (made,) = stage.shapes
    assert made.bounds()[1] == pytest.approx(0, abs=0.6)
    assert made.offset == (pytest.approx(70, abs=1), pytest.approx(-20, abs=1))
    stage.editor.arm_tool("select")
    stage.drag(*made.back()[0], made.back()[0][0], 60)
    (lower,) = stage.shapes
    assert lower.offset[1] == pytest.approx(40, abs=1.5)
    stage.drag(*lower.back()[2], 395, 260)
    assert stage.shapes[0].bounds()[2] <= 400
    stage.drag(*stage.shapes[0].front[0], 5, 5)
    stage.drag(*stage.shapes[0].back()[3], 5, 200)
    assert stage.shapes[0].bounds()[0] >= 0


def test_a_cuboid_of_a_class_that_may_reach_beyond_the_picture(stage):
    known = stage.editor.ontology
    free = replace(known.object(feature(ShapeKind.CUBOID_2D)), allow_out_of_bounds=True)
    objects = tuple(free if c.feature_hash == free.feature_hash else c for c in known.objects)
    stage.editor.set_ontology(replace(known, objects=objects))
    stage.arm(ShapeKind.CUBOID_2D)
    stage.drag(100, 20, 180, 80)
    stage.click(250, 0)
    assert stage.shapes[0].bounds()[1] == pytest.approx(-60, abs=1)


def test_a_flat_rotated_box_says_why_nothing_is_made(stage):
    stage.arm(ShapeKind.ROTATED_BOX)
    stage.drag(100, 100, 200, 100)
    assert stage.shapes == []
    assert "smaller than one pixel" in stage.said[-1]
    assert not stage.editor.drafting()
    for place in ((100, 100), (200, 100), (150, 100)):
        stage.click(*place)
    assert stage.shapes == []
    assert "smaller than one pixel" in stage.said[-1]
