"""What is under the hand is never lost, whatever key or wheel comes in the middle of it: real mouse and keys, on every medium."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from storage.model import masks
from storage.model.geometry import Bitmask, Box, Polygon, ShapeKind
from storage.model.ontology import Ontology
from tests.support import clips
from tests.support.editor_stage import CTRL, LEFT, NONE, SHIFT, EditorStage
from tests.support.tool_stage import feature, ontology
from tests.support.video_stage import SIZE, VideoStage
from tests.support.volume_view import VolumeStage, ready_to_paint
from viewers.scene.mpr import PlaneKind

Key = Qt.Key
BRUSH, POLYGON = feature(ShapeKind.BITMASK), feature(ShapeKind.POLYGON)


@pytest.fixture
def stage(qtbot):
    return EditorStage(qtbot)


def begin(stage, x0: float = 60, x1: float = 120, y: float = 80) -> None:
    """A stroke whose button stays down."""
    stage.editor.arm_class(BRUSH)
    stage.editor.toolbox.brush.resize(11)
    stage.press(x0, y)
    for i in range(1, 6):
        stage.move(x0 + (x1 - x0) * i / 5, y, LEFT)


def spans(stage) -> list[tuple[int, int]]:
    """From where to where the masks on this frame go, along the row of the stroke."""
    return [(m.x, m.x + m.w) for m in stage.shapes if isinstance(m, Bitmask)]


@pytest.mark.parametrize(
    ("key", "keys"),
    [("X", NONE), ("B", SHIFT), ("W", NONE), ("1", NONE), ("3", NONE), ("N", NONE)],
)
def test_a_key_in_the_middle_of_a_stroke_keeps_what_is_painted(stage, key, keys):
    begin(stage)
    stage.key(key, keys)
    assert spans(stage) == [(55, 126)]
    stage.move(200, 80, LEFT)
    stage.release(200, 80)
    assert len([s for s in stage.shapes if isinstance(s, Bitmask)]) == 1
    assert stage.texts[0] == "Paint Road 1"
    stage.editor.arm_tool("select")
    stage.key(Key.Key_Z, CTRL)
    assert stage.shapes == []


def test_a_class_picked_in_the_middle_of_a_stroke_is_not_that_of_the_stroke(qtbot, stage):
    known = ontology()
    road = known.object(BRUSH)
    other = type(road)("99", "Water", "#0000FF", ShapeKind.BITMASK, "hash-water")
    stage.editor.set_ontology(Ontology((*known.objects, other), known.classifications))
    begin(stage)
    stage.editor.run("tool_brush")  # the same tool
    stage.focus.set(armed="hash-water")  # as a panel does it
    stage.release(120, 80)
    begin(stage)
    stage.focus.set(armed="hash-water")
    stage.release(120, 80)
    assert [i.feature_hash for i in stage.document.instances.values()] == [BRUSH] * len(stage.document.instances)
    assert len(stage.shapes) >= 1


def test_an_eraser_stroke_is_kept_too(stage):
    begin(stage)
    stage.release(120, 80)
    stage.key("X")
    stage.press(60, 80)
    for x in (64, 72, 80):
        stage.move(x, 80, LEFT)
    stage.key("X")
    assert stage.texts[-1] == "Erase from Road 1"
    ((left, _),) = spans(stage)
    assert left > 80
    stage.release(90, 80)


def test_closing_in_the_middle_of_a_stroke_keeps_it(stage):
    begin(stage)
    stage.editor.close_editor()
    assert stage.texts == ["Paint Road 1"]


def test_the_wheel_zooms_a_picture_and_the_stroke_goes_on(stage):
    from tests.support import mouse

    begin(stage)
    mouse.wheel(stage.canvas, 120, 80, 1)
    stage.move(140, 80, LEFT)
    stage.release(140, 80)
    assert stage.texts == ["Paint Road 1"]
    ((left, right),) = spans(stage)
    assert left == 55
    assert right >= 145


def test_a_page_turned_in_the_middle_of_a_stroke_keeps_it_and_the_stroke_goes_on(qtbot):
    stage = EditorStage(qtbot, frames=3)
    begin(stage)
    stage.key("F")
    assert stage.focus.at == ("", 1)
    stage.move(150, 80, LEFT)
    stage.move(170, 80, LEFT)
    stage.release(170, 80)
    assert spans(stage) == [(145, 176)]
    stage.key("D")
    assert spans(stage) == [(55, 126)]
    assert len(stage.texts) == 2


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.write(tmp_path_factory.mktemp("kept") / "clip.mp4", 20, size=SIZE)


def test_a_frame_turned_in_the_middle_of_a_stroke_keeps_it_on_its_own_frame(qtbot, clip):
    stage = VideoStage(qtbot, clip)
    begin(stage)
    stage.key("F")
    assert stage.frame() == 1
    assert [a.at for a in stage.document.annotations.values()] == [("", 0)]
    stage.move(150, 80, LEFT)
    stage.move(170, 80, LEFT)
    stage.release(170, 80)
    assert [a.at for a in stage.document.annotations.values()] == [("", 0), ("", 1)]
    first, second = (a.geometry for a in sorted(stage.document.annotations.values(), key=lambda a: a.at))
    assert (first.x, first.x + first.w) == (55, 126)
    assert second.x + second.w == 176


def test_a_box_under_the_hand_goes_along_to_the_next_frame(qtbot, clip):
    stage = VideoStage(qtbot, clip)
    stage.key("1")
    stage.press(50, 50)
    stage.move(90, 80, LEFT)
    stage.key("F")
    stage.move(120, 100, LEFT)
    stage.release(120, 100)
    assert [a.at for a in stage.document.annotations.values()] == [("", 1)]
    assert stage.shapes == [Box(50, 50, 70, 50)]


# -- drafts of several clicks


def clicks(stage, *points):
    for x, y in points:
        stage.click(x, y)


def test_a_polygon_that_gives_way_to_another_tool_comes_back_by_undo(stage):
    stage.key("3")
    clicks(stage, (50, 50), (150, 60), (100, 150))
    stage.key("B")
    assert stage.shapes == []
    assert "undo brings it back" in stage.said[-1]
    stage.press(200, 200)
    stage.move(220, 200, LEFT)
    stage.release(220, 200)
    stage.key(Key.Key_Z, CTRL)
    assert stage.editor.tool.id == "brush"
    assert stage.shapes == []
    stage.key(Key.Key_Z, CTRL)
    assert stage.editor.tool.id == "polygon"
    assert stage.focus.armed == POLYGON
    stage.click(40, 120)
    stage.key(Key.Key_Return)
    (made,) = stage.shapes
    assert isinstance(made, Polygon)
    assert len(made.parts[0][0]) == 4


def test_a_box_half_drawn_comes_back_by_undo_and_a_click_ends_it(stage):
    stage.key("1")
    stage.press(50, 50)
    stage.move(90, 80, LEFT)
    stage.key("3")
    stage.release(90, 80)
    assert stage.shapes == []
    stage.key(Key.Key_Z, CTRL)
    assert stage.editor.tool.id == "box"
    stage.move(120, 100)
    stage.click(120, 100)
    assert stage.shapes == [Box(50, 50, 70, 50)]


def test_a_polygon_that_a_page_turn_has_put_aside_comes_back_on_its_own_page(qtbot):
    stage = EditorStage(qtbot, frames=3)
    stage.key("3")
    clicks(stage, (50, 50), (150, 60), (100, 150))
    stage.key("F")
    assert not stage.editor.drafting()
    stage.key(Key.Key_Z, CTRL)
    assert stage.focus.at == ("", 0)
    stage.key(Key.Key_Return)
    assert len(stage.shapes) == 1


@pytest.mark.parametrize("shape", [ShapeKind.ROTATED_BOX, ShapeKind.CUBOID_2D])
def test_other_drafts_come_back_as_they_were(stage, shape):
    stage.arm(shape)
    stage.click(50, 50)
    stage.click(150, 80)
    stage.move(130, 140)
    before = stage.editor.tool.draft()
    hint = stage.editor.tool.hint
    stage.key("B")
    stage.key(Key.Key_Z, CTRL)
    assert stage.editor.tool.draft() == before
    assert stage.editor.hint == hint


def test_what_escape_drops_does_not_come_back(stage):
    stage.key("3")
    clicks(stage, (50, 50), (150, 60))
    stage.key(Key.Key_Escape)
    stage.key(Key.Key_Z, CTRL)
    assert not stage.editor.drafting()


# -- undo and redo inside the draft


def test_redo_while_a_draft_is_open_stays_inside_it(stage):
    stage.key("1")
    stage.drag(200, 200, 260, 260)
    stage.key(Key.Key_Z, CTRL)
    stage.key("3")
    clicks(stage, (50, 50), (150, 60), (100, 150), (60, 140), (40, 100))
    stage.key(Key.Key_Z, CTRL)
    stage.key(Key.Key_Z, CTRL)
    stage.click(80, 180)
    stage.key(Key.Key_Z, CTRL | SHIFT)
    assert stage.shapes == []
    assert "nothing to redo in what is being drawn" in stage.said[-1]
    stage.key(Key.Key_Return)
    assert len(stage.shapes) == 1
    assert len(stage.shapes[0].parts[0][0]) == 4


def test_vertices_come_back_by_redo_where_no_step_is_to_be_redone(stage):
    stage.key("3")
    clicks(stage, (50, 50), (150, 60))
    for _ in range(2):
        stage.key(Key.Key_Z, CTRL)
    assert not stage.editor.drafting()
    for _ in range(2):
        stage.key(Key.Key_Y, CTRL)
    clicks(stage, (100, 150))
    stage.key(Key.Key_Return)
    assert len(stage.shapes[0].parts[0][0]) == 3


def test_a_step_undone_after_the_draft_is_redone_before_it(stage):
    stage.key("1")
    stage.drag(200, 200, 260, 260)
    stage.key("3")
    stage.click(50, 50)
    stage.key(Key.Key_Z, CTRL)
    stage.key(Key.Key_Z, CTRL)
    assert stage.shapes == []
    stage.key(Key.Key_Y, CTRL)
    assert stage.shapes == [Box(200, 200, 60, 60)]
    assert not stage.editor.drafting()


def test_redo_in_the_middle_of_a_stroke_leaves_everything_as_it_is(stage):
    stage.key("1")
    stage.drag(200, 200, 260, 260)
    stage.key(Key.Key_Z, CTRL)
    begin(stage)
    stage.key(Key.Key_Y, CTRL)
    assert stage.shapes == []
    stage.release(120, 80)
    assert spans(stage) == [(55, 126)]


# -- volumes


def painted_on(stage: VolumeStage) -> dict[int, int]:
    """Pixels by slice."""
    found = {a.at[1]: masks.area(a.geometry) for a in stage.document.annotations.values()}
    return {k: found[k] for k in sorted(found)}


def hold(stage: VolumeStage, pane, start: QPoint, end: QPoint) -> None:
    stage.move(pane, start)
    QTest.mousePress(pane, LEFT, NONE, start)
    for i in range(1, 6):
        stage.move(pane, start + (end - start) * (i / 5), LEFT)


@pytest.mark.parametrize("tool", ["brush", "sphere"])
def test_the_wheel_in_the_middle_of_a_stroke_keeps_it_on_its_slice_and_goes_on(qtbot, tool):
    stage = ready_to_paint(qtbot, tool)
    geometry = stage.volume.geometry
    start, end = (stage.at(stage.canvas, geometry.to_mm(column, 20, 9)) for column in (20, 30))
    hold(stage, stage.canvas, start, end)
    stage.wheel(stage.canvas, end, -1)
    assert len(stage.sent) == 1
    kept = painted_on(stage)[9]
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 10) and stage.canvas.sharp)
    further = end + QPoint(40, 0)
    for x in (10, 25, 40):
        stage.move(stage.canvas, end + QPoint(x, 0), LEFT)
    QTest.mouseRelease(stage.canvas, LEFT, NONE, further)
    assert len(stage.sent) == 2
    assert painted_on(stage)[9] >= kept
    assert painted_on(stage)[10] > 0
    assert len(stage.document.instances) == 1
    stage.key(Key.Key_Z, CTRL)
    stage.key(Key.Key_Z, CTRL)
    assert not stage.document.annotations


def test_the_wheel_in_the_middle_of_a_stroke_on_another_plane_makes_no_bridge(qtbot):
    stage = ready_to_paint(qtbot, "brush")
    pane = stage.editor.planes[PlaneKind.SAGITTAL]
    pane.read()
    start = stage.at(pane, stage.volume.geometry.to_mm(30, 20, 9))
    end = start + QPoint(0, 20)
    hold(stage, pane, start, end)
    for _ in range(4):
        stage.wheel(pane, end, -1)
    assert len(stage.sent) == 1
    pane.read()
    for y in (5, 10, 15):
        stage.move(pane, end + QPoint(0, y), LEFT)
    QTest.mouseRelease(pane, LEFT, NONE, end + QPoint(0, 15))
    assert len(stage.sent) == 2
    columns = set()
    for row in stage.document.annotations.values():
        columns |= set((np.nonzero(masks.decode(row.geometry))[1] + row.geometry.x).tolist())
    assert len(columns) == 2  # a sheet one voxel thick in each of the two planes, and nothing between them
    assert max(columns) - min(columns) == 4


@pytest.mark.parametrize("kind", [None, PlaneKind.CORONAL])
def test_a_change_of_layout_in_the_middle_of_a_stroke_ends_and_keeps_it(qtbot, kind):
    stage = ready_to_paint(qtbot, "brush")
    pane = stage.canvas if kind is None else stage.editor.planes[kind]
    if kind is not None:
        pane.read()
    start = stage.at(pane, stage.volume.geometry.to_mm(30, 20, 9))
    hold(stage, pane, start, start + QPoint(20, 0))
    stage.key(Key.Key_F3, SHIFT, pane)
    assert len(stage.sent) == 1
    before = painted_on(stage)
    for x in (60, 100, 140):
        stage.move(pane, start + QPoint(x, 30), LEFT)
    QTest.mouseRelease(pane, LEFT, NONE, start + QPoint(140, 30))
    assert painted_on(stage) == before
    assert len(stage.sent) == 1
    stage.key(Key.Key_F3, SHIFT, pane)  # and back
    stage.settle()
    pane.grab()
    start = stage.at(pane, stage.volume.geometry.to_mm(30, 30, 9))
    stage.move(pane, start)
    hold(stage, pane, start, start + QPoint(0, 20))
    QTest.mouseRelease(pane, LEFT, NONE, start + QPoint(0, 20))
    assert len(stage.sent) == 2  # the pane is not dead


def turned_to(qtbot, stage: VolumeStage, k: int) -> None:
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", k) and stage.canvas.sharp)


def test_a_box_under_the_hand_stays_on_its_slice_when_the_wheel_turns(qtbot):
    stage = ready_to_paint(qtbot, "brush")
    stage.editor.arm_class(feature(ShapeKind.BOX))
    at = stage.at(stage.canvas, stage.volume.geometry.to_mm(20, 15, 9))
    end = at + QPoint(60, 40)
    hold(stage, stage.canvas, at, end)
    stage.wheel(stage.canvas, end, -1)
    QTest.mouseRelease(stage.canvas, LEFT, NONE, end)
    assert not stage.document.annotations
    assert stage.said[-1] == "Box: what was begun waits on slice 10, undo goes back to it."
    stage.wheel(stage.canvas, end, 1)
    turned_to(qtbot, stage, 9)
    stage.click(stage.canvas, end)
    assert [a.at for a in stage.document.annotations.values()] == [("", 9)]


def test_polygons_half_drawn_stay_each_on_its_slice(qtbot):
    stage = ready_to_paint(qtbot, "brush")
    stage.editor.arm_class(POLYGON)
    geometry, canvas = stage.volume.geometry, stage.canvas

    def place(column, row, k):
        return stage.at(canvas, geometry.to_mm(column, row, k))

    for column, row in ((10, 10), (30, 10), (30, 30)):
        stage.click(canvas, place(column, row, 9))
    stage.wheel(canvas, place(20, 20, 9), -1)
    turned_to(qtbot, stage, 10)
    assert stage.editor.tool.draft() == []  # nothing of it is seen here
    stage.key(Key.Key_Return)
    assert not stage.document.annotations
    for column, row in ((40, 10), (50, 10)):
        stage.click(canvas, place(column, row, 10))
    stage.wheel(canvas, place(20, 20, 10), 1)
    turned_to(qtbot, stage, 9)
    assert len(stage.editor.tool._points) == 3
    stage.key(Key.Key_Return)
    assert [a.at for a in stage.document.annotations.values()] == [("", 9)]
    stage.wheel(canvas, place(20, 20, 9), -1)
    turned_to(qtbot, stage, 10)
    stage.click(canvas, place(50, 30, 10))
    stage.key(Key.Key_Return)
    assert sorted(a.at for a in stage.document.annotations.values()) == [("", 9), ("", 10)]


def test_undo_on_another_slice_goes_back_to_what_waits(qtbot):
    stage = ready_to_paint(qtbot, "brush")
    stage.editor.arm_class(POLYGON)
    for column in (10, 30):
        stage.click(stage.canvas, stage.at(stage.canvas, stage.volume.geometry.to_mm(column, 10, 9)))
    stage.wheel(stage.canvas, QPoint(50, 50), -3)
    turned_to(qtbot, stage, 12)
    stage.key(Key.Key_Z, CTRL)
    turned_to(qtbot, stage, 9)
    assert len(stage.editor.tool._points) == 2
