"""GrabCut: a box becomes the object in it; strokes change what belongs to it; Enter takes it."""

from __future__ import annotations

import numpy as np
import pytest

from storage.model import masks, polygons
from storage.model.geometry import Bitmask, Polygon, ShapeKind
from tests.support.behind import Pixels
from tests.support.tool_stage import Stage, feature
from viewers.tools.base import MaskDraft
from viewers.tools.cut_out import cut_out
from viewers.tools.grab_cut import GrabCutTool

SIZE = (400, 300)


def disc(cx=200, cy=150, r=60):
    y, x = np.mgrid[0:300, 0:400]
    return (x + 0.5 - cx) ** 2 + (y + 0.5 - cy) ** 2 <= r**2


def scene() -> np.ndarray:
    """A reddish disc with a blue dot on a noisy green ground; BGRA."""
    rng = np.random.default_rng(5)
    a = np.zeros((300, 400, 4), np.uint8)
    a[..., :3] = (40, 140, 60)
    a[disc()] = (50, 60, 200, 0)
    a[disc(r=12)] = (200, 60, 50, 0)
    a[..., :3] = np.clip(a[..., :3].astype(int) + rng.integers(-8, 9, (300, 400, 3)), 0, 255)
    a[..., 3] = 255
    return a


@pytest.fixture
def stage():
    made = Stage(size=SIZE)
    made.context.behind = Pixels(scene())
    made.take(GrabCutTool())
    return made


def overlap(a, b):
    return (a & b).sum() / (a | b).sum()


def test_a_box_becomes_the_mask_of_what_is_in_it(stage):
    stage.drag(120, 70, 280, 230)
    assert stage.shapes == []
    (shown,) = [d for d in stage.tool.draft() if isinstance(d, MaskDraft)]
    stage.key("Enter")
    mask = masks.to_frame(stage.only, *SIZE)
    assert overlap(mask, disc()) > 0.97
    assert mask.sum() == shown.mask.sum()
    assert stage.texts == ["Draw Road 1"]


def test_a_polygon_class_gets_an_outline(stage):
    stage.focus.set(armed=feature(ShapeKind.POLYGON))
    stage.drag(120, 70, 280, 230)
    stage.key("Enter")
    polygon = stage.only
    assert isinstance(polygon, Polygon)
    assert polygons.is_valid(polygon)
    assert abs(polygons.area(polygon) / (np.pi * 60**2) - 1) < 0.05


def test_strokes_say_what_does_not_belong_and_undo_takes_them_back(stage):
    stage.drag(120, 70, 280, 230)
    with_all = mask_shown(stage).sum()
    stage.tool.brush.resize(24)
    stage.drag(160, 150, 240, 150, ctrl=True)
    assert mask_shown(stage).sum() < with_all - 300
    assert stage.tool.undo_draft()
    assert mask_shown(stage).sum() == with_all
    assert stage.tool.redo_draft()
    assert mask_shown(stage).sum() < with_all - 300
    stage.tool.undo_draft()
    stage.tool.undo_draft()
    assert not stage.tool.has_draft()
    assert stage.sent == []


def mask_shown(stage):
    return next(d for d in stage.tool.draft() if isinstance(d, MaskDraft)).mask


def test_strokes_bring_in_what_was_left_out(stage):
    stage.drag(120, 70, 280, 230)
    before = mask_shown(stage).sum()
    stage.tool.brush.resize(30)
    stage.drag(130, 80, 130, 220)
    assert mask_shown(stage).sum() > before


def test_enter_before_the_answer_takes_it_when_it_comes(stage):
    stage.context.behind.held = True
    stage.drag(120, 70, 280, 230)
    stage.key("Enter")
    assert stage.shapes == []
    stage.context.behind.let_go()
    assert isinstance(stage.only, Bitmask)


def test_escape_drops_box_and_answer(stage):
    stage.context.behind.held = True
    stage.drag(120, 70, 280, 230)
    assert stage.tool.cancel()
    stage.context.behind.let_go()
    assert stage.tool.draft() == []
    assert stage.shapes == []


def test_a_box_of_nothing_is_said(stage):
    stage.drag(120, 70, 123, 78)
    assert "too small" in stage.said[-1]
    assert not stage.tool.has_draft()


def test_a_large_crop_is_cut_small_and_its_border_found_at_full_size():
    big = np.kron(scene()[..., :3], np.ones((4, 4, 1), np.uint8))
    found = cut_out(big, (480, 280, 1120, 920), (), lambda: False)
    truth = np.kron(disc(), np.ones((4, 4), bool))
    assert found.shape == truth.shape
    assert overlap(found, truth) > 0.985


def test_it_can_be_stopped():
    assert cut_out(scene()[..., :3], (120, 70, 280, 230), (), lambda: True) is None
