"""Brush and eraser: strokes, sizes, one step each, and what lies underneath."""

from __future__ import annotations

import numpy as np
import pytest

from storage.model import masks
from tests.support.tool_stage import Stage
from viewers.tools.base import BrushDraft, KeyEvent, MaskDraft
from viewers.tools.brush import BrushSettings, BrushTool, EraserTool
from viewers.tools.stroke import LiveMask, stamp

SIZE = (400, 300)


@pytest.fixture
def stage():
    return Stage(BrushTool(BrushSettings(size=21)), size=SIZE)


def pixels(stage, instance):
    return masks.to_frame(stage.shape(instance), *SIZE)


def disc(cx, cy, size):
    """Pixels whose centre is within the brush round the pixel (cx, cy): an odd size has its centre in one."""
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    return (x - cx) ** 2 + (y - cy) ** 2 <= (size / 2) ** 2


def test_a_dab_is_a_disc(stage):
    stage.click(100.5, 80.5)
    (road,) = stage.focus.selected
    assert np.array_equal(pixels(stage, road), disc(100, 80, 21))
    assert stage.texts == ["Paint Road 1"]


def test_a_fast_stroke_has_no_gaps(stage):
    stage.press(50.5, 50.5)
    stage.move(350.5, 50.5)
    stage.release(350.5, 50.5)
    (road,) = stage.focus.selected
    painted = pixels(stage, road)
    assert painted[50, 40:361].all()
    assert painted[41:60, 60:340].mean() > 0.99  # its edge does not sag
    assert len(stage.sent) == 1


def test_the_next_stroke_goes_on_in_the_selected_mask(stage):
    stage.click(100, 80)
    stage.click(200, 80)
    assert len(stage.shapes) == 1
    stage.focus.select(())
    stage.click(300, 80)
    assert len(stage.shapes) == 2
    assert stage.texts == ["Paint Road 1", "Paint Road 1", "Paint Road 2"]


def test_a_mask_of_another_class_is_not_gone_on_with(stage):
    stage.click(100, 80)
    stage.focus.set(armed="hash-Water")
    stage.click(200, 80)
    assert len(stage.shapes) == 2


def test_ctrl_erases_and_x_s_eraser_paints_with_ctrl(stage):
    stage.click(100.5, 80.5)
    (road,) = stage.focus.selected
    whole = pixels(stage, road)
    stage.tool.settings.resize(5)
    stage.click(100.5, 80.5, ctrl=True)
    assert np.array_equal(pixels(stage, road), whole & ~disc(100, 80, 5))
    stage.take(EraserTool(stage.tool.settings))
    stage.click(100.5, 80.5, ctrl=True)
    assert np.array_equal(pixels(stage, road), whole)
    assert stage.texts[1] == "Erase from Road 1"


def test_each_stroke_is_one_undo_step(stage):
    stage.drag(100, 80, 150, 80)
    (road,) = stage.focus.selected
    before = stage.shape(road)
    stage.drag(150, 80, 150, 150)
    stage.session.undo()
    assert stage.shape(road) == before
    stage.session.undo()
    assert stage.shapes == []


def test_erasing_the_last_pixel_deletes_the_object_and_says_so(stage):
    stage.click(100, 80)
    stage.tool.settings.resize(60)
    stage.click(100, 80, ctrl=True)
    assert stage.shapes == []
    assert stage.document.instances == {}
    assert "was deleted" in stage.said[-1]
    stage.session.undo()
    assert len(stage.shapes) == 1


def test_the_eraser_takes_the_mask_under_it_when_none_is_selected():
    stage = Stage(EraserTool(BrushSettings(size=9)), size=SIZE)
    road = stage.put(masks.encode(disc(100, 80, 61)))
    before = masks.area(stage.shape(road))
    stage.click(100, 80)
    assert masks.area(stage.shape(road)) < before
    stage.click(300, 200)
    stage.focus.select(())
    stage.click(300, 200)
    assert "no mask of this class" in stage.said[-1]


def test_an_eraser_that_rubs_nothing_out_says_which_mask_is_there():
    stage = Stage(EraserTool(BrushSettings(size=9)), size=SIZE)
    road = stage.put(masks.encode(disc(100, 80, 61)))
    before = stage.shape(road)
    stage.focus.set(armed="hash-Water")
    stage.click(100, 80)
    assert stage.said[-1] == "Road 1 is of another class: choose “Road” to erase from it."
    stage.click(300, 200, ctrl=True)
    assert stage.texts == ["Paint Water 1"]
    stage.click(100, 80)  # a mask of the class is selected, but stands elsewhere
    assert stage.said[-1] == "Road 1 is of another class: choose “Road” to erase from it."
    stage.focus.set(armed="hash-Road")
    stage.focus.select(())
    stage.focus.lock([road], True)
    stage.click(100, 80)
    assert stage.said[-1] == "Road 1 is locked: unlock it to erase from it."
    assert stage.shape(road) == before
    assert stage.texts == ["Paint Water 1"]


def test_a_locked_mask_is_neither_painted_nor_erased(stage):
    stage.click(100, 80)
    (road,) = stage.focus.selected
    before = stage.shape(road)
    stage.focus.lock([road], True)
    stage.click(120, 80)
    assert stage.shape(road) == before
    assert len(stage.shapes) == 2


def test_remove_underlying_takes_pixels_from_the_others_in_the_same_step(stage):
    stage.click(100.5, 80.5)
    (road,) = stage.focus.selected
    stage.tool.settings.remove_underlying = True
    stage.focus.set(armed="hash-Water")
    stage.click(110.5, 80.5)
    (water,) = stage.focus.selected
    assert not (pixels(stage, road) & pixels(stage, water)).any()
    assert np.array_equal(pixels(stage, water), disc(110, 80, 21))
    assert len(stage.sent) == 2
    stage.tool.settings.resize(90)
    stage.click(100.5, 80.5)
    assert road not in stage.document.instances
    stage.session.undo()
    assert road in stage.document.instances


def test_remove_underlying_spares_locked_masks(stage):
    stage.click(100.5, 80.5)
    (road,) = stage.focus.selected
    before = stage.shape(road)
    stage.focus.lock([road], True)
    stage.tool.settings.remove_underlying = True
    stage.click(110.5, 80.5)
    assert stage.shape(road) == before


def test_a_stroke_is_cut_at_the_border(stage):
    stage.drag(-30, 5, 30, 5)
    (road,) = stage.focus.selected
    mask = stage.shape(road)
    assert (mask.x, mask.y) == (0, 0)


def test_a_stroke_off_the_picture_makes_nothing(stage):
    stage.drag(-90, -90, -60, -90)
    assert stage.sent == []


def test_escape_drops_the_stroke(stage):
    stage.press(100, 80)
    stage.move(150, 80)
    assert stage.tool.cancel()
    stage.release(150, 80)
    assert stage.sent == []
    assert not stage.tool.cancel()


def test_the_draft_is_the_live_mask_and_the_old_one_is_lifted(stage):
    stage.click(100, 80)
    (road,) = stage.focus.selected
    stage.press(120, 80)
    drafts = stage.tool.draft()
    assert isinstance(drafts[0], MaskDraft)
    assert isinstance(drafts[1], BrushDraft)
    assert stage.tool.lifted() == {stage.annotation(road).uuid}
    revision = drafts[0].revision
    stage.move(125, 80)
    assert stage.tool.draft()[0].revision > revision
    assert stage.tool.draft()[0].dirty is not None
    stage.release(125, 80)
    assert stage.tool.lifted() == frozenset()


def test_brackets_and_ctrl_shift_wheel_change_the_size_within_limits(stage):
    assert stage.key("]")
    assert stage.tool.settings.size == 23
    assert stage.key("[")
    assert stage.tool.settings.size == 21
    assert not stage.wheel(1)
    assert stage.wheel(1, ctrl=True, shift=True)
    for _ in range(100):
        stage.wheel(1, ctrl=True, shift=True)
    assert stage.tool.settings.size == 500
    for _ in range(200):
        stage.wheel(-1, ctrl=True, shift=True)
    assert stage.tool.settings.size == 1
    stage.click(7.5, 9.5)
    (road,) = stage.focus.selected
    assert masks.area(stage.shape(road)) == 1


def test_a_square_brush_paints_squares(stage):
    stage.tool.settings.square = True
    stage.tool.settings.resize(10)
    stage.click(100, 80)
    (road,) = stage.focus.selected
    assert stage.shape(road).bounds() == (95, 75, 105, 85)
    assert masks.area(stage.shape(road)) == 100


def test_redrawing_a_mask_replaces_it(stage):
    stage.click(100, 80)
    (road,) = stage.focus.selected
    stage.focus.select(())
    stage.tool.redraws = road
    stage.click(300, 200)
    assert stage.shape(road).bounds()[0] > 250
    assert len(stage.shapes) == 1


@pytest.mark.parametrize("size", [1, 2, 3, 8, 21, 200])
def test_stamps_are_symmetric(size):
    brush = stamp(size, False)
    assert brush.shape == (size, size)
    assert np.array_equal(brush, brush[::-1])
    assert np.array_equal(brush, brush.T)
    assert brush.any()


def test_a_live_mask_equals_one_painted_on_the_whole_frame():
    rng = np.random.default_rng(7)
    live, whole = LiveMask(SIZE), LiveMask(SIZE)
    whole.load(np.zeros((SIZE[1], SIZE[0]), bool), 0, 0)
    for _ in range(60):
        (ax, ay, bx, by), size = rng.uniform(-50, 450, 4), int(rng.integers(1, 60))
        value, square = bool(rng.random() < 0.7), bool(rng.random() < 0.3)
        for mask in (live, whole):
            mask.stroke((ax, ay), (bx, by), size, square=square, value=value)
    assert np.array_equal(masks.to_frame(masks.encode(live.array, live.x, live.y), *SIZE), whole.array)


def test_h_held_shows_the_picture_under_the_mask(stage):
    stage.click(100, 80)
    (road,) = stage.focus.selected
    own = frozenset((stage.annotation(road).uuid,))
    assert stage.tool.key(KeyEvent("H", x=100, y=80))
    assert stage.tool.lifted() == own
    assert stage.tool.key(KeyEvent("H", repeat=True, x=300, y=80))
    assert stage.tool.lifted() == own
    assert stage.tool.key_up(KeyEvent("H"))
    assert stage.tool.lifted() == frozenset()


def test_h_over_no_mask_is_left_to_others(stage):
    assert not stage.tool.key(KeyEvent("H", x=100, y=80))
