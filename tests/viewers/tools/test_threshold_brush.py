"""The threshold brush paints under the brush only what lies in the range."""

from __future__ import annotations

import numpy as np
import pytest

from storage.model import masks
from tests.support.behind import Pixels
from tests.support.tool_stage import Stage
from viewers.tools.base import MaskDraft
from viewers.tools.brush import BrushSettings
from viewers.tools.threshold_brush import ThresholdTool

SIZE = (400, 300)


@pytest.fixture
def stage():
    """Gray stripes: 100 up to x 200, then 160."""
    values = np.full((300, 400), 100, np.uint8)
    values[:, 200:] = 160
    made = Stage(size=SIZE)
    made.context.behind = Pixels(values)
    made.take(ThresholdTool(BrushSettings(size=40, square=True)))
    return made


def painted(stage):
    return masks.to_frame(stage.shape(stage.focus.selected[0]), *SIZE)


def test_only_values_like_the_one_under_the_cursor_are_painted(stage):
    stage.click(195, 100)
    mask = painted(stage)
    assert mask[:, 200:].sum() == 0
    assert mask[90:110, 180:200].all()
    assert stage.texts == ["Paint Road 1"]


def test_the_range_is_picked_where_the_stroke_begins(stage):
    stage.drag(150, 100, 300, 100)
    mask = painted(stage)
    assert mask[100, 140:200].all()
    assert not mask[:, 200:].any()


def test_a_range_that_is_set_holds_everywhere(stage):
    stage.tool.threshold.pick = False
    stage.tool.threshold.low, stage.tool.threshold.high = 150, 170
    stage.drag(150, 100, 300, 100)
    mask = painted(stage)
    assert not mask[:, :200].any()
    assert mask[100, 200:310].all()


def test_ctrl_erases_only_what_lies_in_the_range(stage):
    stage.tool.threshold.set_tolerance(255)
    stage.click(200, 100)
    stage.tool.threshold.set_tolerance(5)
    stage.click(195, 100, ctrl=True)
    mask = painted(stage)
    assert not mask[:, :200].any()
    assert mask[100, 205]


def test_hovering_shows_what_would_be_painted(stage):
    stage.hover(195, 100)
    stage.hover(195, 100)
    (preview,) = [d for d in stage.tool.draft() if isinstance(d, MaskDraft)]
    frame = np.zeros((300, 400), bool)
    h, w = preview.mask.shape
    frame[preview.y : preview.y + h, preview.x : preview.x + w] = preview.mask
    assert frame[:, 200:].sum() == 0
    assert frame.sum() == 40 * 25


def test_a_stroke_before_the_values_are_read_is_painted_when_they_are_there(stage):
    behind = stage.context.behind
    behind.held = True
    stage.drag(150, 100, 300, 100)
    assert stage.shapes == []
    behind.let_go()
    mask = painted(stage)
    assert mask[100, 140:200].all()
    assert not mask[:, 200:].any()
    assert len(stage.sent) == 1


def test_undo_takes_the_stroke_back(stage):
    stage.click(195, 100)
    stage.session.undo()
    assert stage.shapes == []


def test_shift_and_brackets_set_the_tolerance_and_brackets_alone_the_size(stage):
    assert stage.key("}", shift=True)
    assert stage.tool.threshold.tolerance == 21
    assert stage.key("]")
    assert stage.tool.settings.size == 44
