"""The tools that look at the picture, with a real mouse and keyboard: flood fill, threshold brush, livewire, GrabCut; outlines."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt

from storage.model import masks, polygons
from storage.model.geometry import PICTURE_SHAPES, Polygon, ShapeKind
from tests.support import scenes
from tests.support.editor_stage import CTRL, SHIFT, EditorStage
from tests.support.tool_stage import feature
from tests.viewers.editors.test_drawing_journey import draw

Key = Qt.Key
SIZE = (400, 300)


def disc() -> np.ndarray:
    y, x = np.mgrid[0:300, 0:400]
    return (x + 0.5 - 200) ** 2 + (y + 0.5 - 150) ** 2 <= 80**2


def picture() -> np.ndarray:
    rng = np.random.default_rng(3)
    a = np.where(disc()[..., None], (190, 60, 50), (60, 130, 70)) + rng.integers(-6, 7, (300, 400, 3))
    return a.astype(np.uint8)


@pytest.fixture
def stage(qtbot):
    made = EditorStage(qtbot, source=lambda: scenes.picture(picture()))
    made.settle = lambda: qtbot.waitUntil(lambda: not made.canvas.tool_work.busy)
    return made


def overlap(stage) -> float:
    a, b = masks.rasterize(stage.shapes[-1], *SIZE), disc()
    return float((a & b).sum() / (a | b).sum())


def test_flood_fill_by_key_and_click(stage):
    stage.key("W")
    assert stage.editor.tool.id == "flood"
    stage.editor.toolbox.flood.set_tolerance(40)
    stage.click(200, 150)
    stage.settle()
    assert overlap(stage) > 0.99
    stage.click(20, 20, SHIFT)
    stage.settle()
    assert masks.area(stage.shapes[0]) > 0.99 * 400 * 300
    stage.click(20, 20, CTRL)
    stage.settle()
    assert overlap(stage) > 0.99
    assert stage.texts == ["Fill Road 1", "Fill Road 1", "Take away from Road 1"]
    stage.key(Key.Key_Z, CTRL)
    stage.key(Key.Key_Z, CTRL)
    assert overlap(stage) > 0.99


def test_the_strip_shows_the_tolerance_and_sets_it(stage):
    stage.key("W")
    strip = stage.editor.options
    assert strip.isVisible()
    row = strip.more.parts["flood"].children()
    (box,) = [child.box for child in row if hasattr(child, "box")]
    stage.key(Key.Key_BracketRight)
    assert box.value() == 17
    box.setValue(60)
    assert stage.editor.toolbox.flood.tolerance == 60
    strip.more.everywhere.click()
    assert not stage.editor.toolbox.flood.contiguous


def test_threshold_brush_stays_in_its_values(stage):
    stage.key("B", SHIFT)
    assert stage.editor.tool.id == "threshold"
    stage.editor.toolbox.brush.resize(120)
    stage.move(150, 150)
    stage.settle()
    stage.click(150, 150)
    stage.settle()
    mask = masks.rasterize(stage.shapes[0], *SIZE)
    assert mask.sum() > 5000
    assert (mask & ~disc()).sum() < 0.01 * mask.sum()


def test_livewire_by_clicks_round_the_object(stage):
    stage.key("A")
    assert stage.focus.armed == feature(ShapeKind.POLYGON)
    for i in range(4):
        turn = math.pi * i / 2
        stage.click(200 + 80 * math.cos(turn), 150 + 80 * math.sin(turn))
    stage.settle()
    stage.key(Key.Key_Return)
    stage.settle()
    assert isinstance(stage.shapes[0], Polygon)
    assert overlap(stage) > 0.97
    assert stage.texts == ["Draw Tree 1"]


def test_undo_while_cutting_takes_an_anchor_back(stage):
    stage.key("A")
    for x, y in ((200, 70), (280, 150), (200, 230)):
        stage.click(x, y)
    stage.key(Key.Key_Z, CTRL)
    stage.settle()
    (path,) = stage.editor.tool.draft()
    assert len(path.handles) == 2
    stage.key(Key.Key_Escape)
    assert stage.editor.tool.draft() == []


def test_grab_cut_by_a_box_and_enter(stage):
    stage.key("W", SHIFT)
    assert stage.editor.tool.id == "grab_cut"
    stage.drag(100, 50, 300, 250)
    stage.settle()
    assert stage.shapes == []
    stage.key(Key.Key_Return)
    assert overlap(stage) > 0.97


def test_a_class_of_another_shape_keeps_grab_cut_in_hand(stage):
    stage.key("W", SHIFT)
    stage.editor.arm_class(feature(ShapeKind.POLYGON))
    assert stage.editor.tool.id == "grab_cut"
    stage.drag(100, 50, 300, 250)
    stage.settle()
    stage.key(Key.Key_Return)
    assert isinstance(stage.shapes[0], Polygon)


def test_closing_the_editor_while_it_is_cutting_leaves_nothing_behind(stage):
    stage.key("W", SHIFT)
    stage.drag(100, 50, 300, 250)
    stage.editor.close_editor()
    assert stage.shapes == []


def many_cornered() -> Polygon:
    return Polygon.simple(
        tuple((200 + 80 * math.cos(i / 50), 150 + 80 * math.sin(i / 50)) for i in range(round(100 * math.pi)))
    )


def put(stage, polygon):
    edits, instance = stage.session.drawn(feature(ShapeKind.POLYGON), polygon, stage.focus.at, 1)
    stage.session.do("Draw Tree 1", edits)
    stage.focus.select((instance,))
    return instance


def test_simplify_shows_what_it_will_be_and_enter_takes_it(stage):
    put(stage, many_cornered())
    stage.editor.run("simplify")
    assert "314 vertices become" in stage.editor.hint
    before = len(stage.editor.tool.draft()[0].geometry.parts[0][0])
    for _ in range(10):
        stage.key(Key.Key_BracketRight)
    after = stage.editor.tool.draft()[0].geometry
    assert len(after.parts[0][0]) < before < 314
    assert stage.shapes == [many_cornered()]
    stage.key(Key.Key_Return)
    assert stage.shapes == [after]
    assert stage.texts[-1] == "Simplify Tree 1"
    assert stage.editor.tool.id == "select"
    stage.key(Key.Key_Z, CTRL)
    assert stage.shapes == [many_cornered()]


def test_escape_leaves_what_was_to_be_simplified_as_it_was(stage):
    put(stage, many_cornered())
    stage.editor.run("simplify")
    stage.key(Key.Key_Escape)
    assert stage.editor.tool.id == "select"
    assert stage.shapes == [many_cornered()]


def test_repair_takes_the_crossings_out_and_keeps_the_pixels(stage):
    bow = Polygon.simple(((50, 50), (150, 150), (150, 50), (50, 150)))
    put(stage, bow)
    stage.editor.run("repair")
    (mended,) = stage.shapes
    assert polygons.is_valid(mended)
    assert np.array_equal(masks.rasterize(mended, *SIZE), masks.rasterize(bow, *SIZE))
    assert stage.texts[-1] == "Repair Tree 1"
    stage.editor.run("repair")
    assert stage.said[-1] == "The outline does not cross itself."
    assert len(stage.texts) == 2


def test_a_tool_that_does_not_stay_armed_goes_after_an_object(stage):
    stage.focus.show(stays_armed=False)
    stage.key("1")
    stage.drag(50, 50, 120, 100)
    assert stage.editor.tool.id == "select"
    assert len(stage.focus.selected) == 1
    stage.drag(85, 75, 95, 85)
    assert stage.texts == ["Draw Car 1", "Move Car 1"]
    stage.key("3")
    for x, y in ((150, 50), (250, 60), (200, 150)):
        stage.click(x, y)
    stage.key(Key.Key_Return)
    assert stage.editor.tool.id == "select"


def test_a_low_window_shows_its_tools_in_two_columns(stage, qtbot):
    bar = stage.editor.tool_bar

    def columns() -> int:
        return len({bar.button(t.id).x() for t in stage.editor.offered()})

    assert stage.editor.minimumSizeHint().height() < 480
    stage.editor.resize(900, 900)
    qtbot.waitUntil(lambda: bar.height() == 900 and columns() == 1)
    stage.editor.resize(900, 500)
    qtbot.waitUntil(lambda: bar.height() == 500 and columns() == 2)
    assert bar.button("ruler").geometry().bottom() < bar.adjust_button.y()
    assert bar.adjust_button.geometry().bottom() <= 500


@pytest.mark.parametrize("shape", [s for s in PICTURE_SHAPES if s is not ShapeKind.BITMASK])
def test_every_drawing_tool_can_be_put_away_by_its_own_object(stage, shape):
    stage.focus.show(stays_armed=False)
    draw(stage, shape)
    assert stage.editor.tool.id == "select"
    assert [s.kind for s in stage.shapes] == [shape]
    stage.click(390, 290)
    assert stage.focus.selected == ()


def test_the_brush_stays_in_hand_from_stroke_to_stroke(stage):
    stage.focus.show(stays_armed=False)
    stage.key("B")
    stage.click(50, 50)
    assert stage.editor.tool.id == "brush"
