"""Flood fill: what is like the pixel clicked, connected or not, with a tolerance under the hand; one step a click."""

from __future__ import annotations

import numpy as np
import pytest

from storage.model import masks
from tests.support.behind import Pixels
from tests.support.tool_stage import Stage
from viewers.tools.base import MaskDraft
from viewers.tools.behind import Reading
from viewers.tools.flood_fill import FloodTool, fill

SIZE = (400, 300)


def scene() -> np.ndarray:
    """Two bright squares on a dark ground, the first with a paler edge; BGRA."""
    a = np.full((300, 400, 4), 40, np.uint8)
    a[50:150, 50:150, :3] = 180
    a[60:140, 60:140, :3] = 200
    a[50:150, 250:350, :3] = 200
    a[..., 3] = 255
    return a


@pytest.fixture
def stage():
    made = Stage(size=SIZE)
    made.context.behind = Pixels(scene())
    made.take(FloodTool())
    made.tool.flood.set_tolerance(5)
    return made


def box(x0, y0, x1, y1):
    out = np.zeros((300, 400), bool)
    out[y0:y1, x0:x1] = True
    return out


def pixels(stage, instance):
    return masks.to_frame(stage.shape(instance), *SIZE)


def test_a_click_fills_the_connected_region(stage):
    stage.click(100, 100)
    (road,) = stage.focus.selected
    assert np.array_equal(pixels(stage, road), box(60, 60, 140, 140))
    assert stage.texts == ["Fill Road 1"]


def test_dragging_sets_the_tolerance_and_shows_what_it_takes(stage):
    stage.press(100, 100)
    (before,) = [d for d in stage.tool.draft() if isinstance(d, MaskDraft)]
    assert before.mask.sum() == 80 * 80
    stage.move(150, 100)  # 50 px: 25 steps more
    (after,) = [d for d in stage.tool.draft() if isinstance(d, MaskDraft)]
    assert after.mask.sum() == 100 * 100
    assert stage.shapes == []
    stage.release(150, 100)
    assert np.array_equal(pixels(stage, stage.focus.selected[0]), box(50, 50, 150, 150))
    assert stage.tool.flood.tolerance == 30
    assert len(stage.sent) == 1


def test_everywhere_takes_what_is_not_connected(stage):
    stage.tool.flood.contiguous = False
    stage.click(100, 100)
    assert np.array_equal(pixels(stage, stage.focus.selected[0]), box(60, 60, 140, 140) | box(250, 50, 350, 150))


def test_shift_adds_to_the_selected_mask_and_ctrl_takes_away(stage):
    stage.click(100, 100)
    (road,) = stage.focus.selected
    stage.click(300, 100, shift=True)
    assert stage.focus.selected == (road,)
    assert np.array_equal(pixels(stage, road), box(60, 60, 140, 140) | box(250, 50, 350, 150))
    stage.click(100, 100, ctrl=True)
    assert np.array_equal(pixels(stage, road), box(250, 50, 350, 150))
    assert stage.texts == ["Fill Road 1", "Fill Road 1", "Take away from Road 1"]
    stage.session.undo()
    stage.session.undo()
    assert np.array_equal(pixels(stage, road), box(60, 60, 140, 140))


def test_taking_everything_away_deletes_the_object_and_says_so(stage):
    stage.click(300, 100)
    stage.click(300, 100, ctrl=True)
    assert stage.shapes == []
    assert "was deleted" in stage.said[-1]


def test_without_a_selected_mask_shift_and_ctrl_say_what_to_do(stage):
    stage.click(100, 100, shift=True)
    assert stage.shapes == []
    assert "Select a mask" in stage.said[-1]


def test_escape_drops_the_fill_that_is_held(stage):
    stage.press(100, 100)
    assert stage.tool.cancel()
    stage.release(100, 100)
    assert stage.shapes == []
    assert stage.tool.draft() == []


def test_a_fill_that_is_still_reckoned_when_let_go_becomes_a_step_when_it_is_there(stage):
    behind = stage.context.behind
    behind.held = True
    stage.press(100, 100)
    stage.move(150, 100)
    stage.release(150, 100)
    assert stage.shapes == []
    behind.let_go()
    assert np.array_equal(pixels(stage, stage.focus.selected[0]), box(50, 50, 150, 150))
    assert len(stage.sent) == 1


def test_clicks_faster_than_fills_are_all_filled(stage):
    stage.click(10, 10)
    behind = stage.context.behind
    behind.held = True
    stage.click(100, 100)
    stage.click(300, 100)
    behind.let_go()
    assert [masks.area(m) for m in stage.shapes[1:]] == [80 * 80, 100 * 100]


def test_a_double_click_fills_once(stage):
    stage.double(100, 100)
    assert len(stage.shapes) == 1


def test_an_answer_for_a_tool_put_away_changes_nothing(stage):
    stage.context.behind.held = True
    stage.click(100, 100)
    stage.tool.deactivate()
    stage.context.behind.let_go()
    assert stage.shapes == []


def test_brackets_set_the_tolerance(stage):
    assert stage.key("]")
    assert stage.tool.flood.tolerance == 6
    assert stage.said[-1] == "Tolerance: 6"


@pytest.mark.parametrize("step", [1, 255])
def test_a_tolerance_of_16_bits_counts_in_what_is_shown(step):
    values = np.arange(0, 65_536, 256, dtype=np.uint16)[None, :].repeat(4, axis=0)
    window = (0.0, 65_535.0)
    reading = Reading.of(Pixels(values, window).array_as_picture(), window)
    found = fill(reading, (128.5, 2.5), step, contiguous=True, frame=(256, 4))
    assert found.mask.shape[1] == (3 if step == 1 else 256)


def test_of_a_huge_picture_only_a_square_round_the_click_is_read():
    stage = Stage(size=(9000, 8000))
    stage.context.behind = Pixels(np.zeros((8000, 9000), np.uint8))
    stage.take(FloodTool())
    stage.click(6000, 4000)
    assert stage.context.behind.regions == [(4000, 2000, 4000, 4000)]
    (mask,) = stage.shapes
    assert (mask.x, mask.y, mask.w, mask.h) == (4000, 2000, 4000, 4000)
    assert "4,000 × 4,000 px" in stage.said[-1]
