"""Livewire: between anchors the outline keeps to the edge; what is closed is an ordinary polygon."""

from __future__ import annotations

import math

import numpy as np
import pytest

from storage.model.geometry import Polygon
from tests.support.behind import Pixels
from tests.support.tool_stage import Stage
from viewers.tools.base import PathDraft
from viewers.tools.livewire import LivewireTool
from viewers.tools.wire import SIDE, level_for, window_round

CENTRE, RADIUS = (200, 150), 100


def disc() -> np.ndarray:
    y, x = np.mgrid[0:300, 0:400]
    inside = (x + 0.5 - CENTRE[0]) ** 2 + (y + 0.5 - CENTRE[1]) ** 2 <= RADIUS**2
    return np.where(inside, 200, 60).astype(np.uint8)


def rim(turn: float) -> tuple[float, float]:
    return (CENTRE[0] + RADIUS * math.cos(turn), CENTRE[1] + RADIUS * math.sin(turn))


def off(point) -> float:
    """How far a point is from the edge of the disc."""
    return abs(math.dist(point, CENTRE) - RADIUS)


@pytest.fixture
def stage():
    made = Stage(size=(400, 300))
    made.context.behind = Pixels(disc())
    made.take(LivewireTool())
    return made


def cut_round(stage, n=4):
    for i in range(n):
        stage.click(*rim(2 * math.pi * i / n))


def test_the_outline_follows_the_edge_between_the_anchors(stage):
    cut_round(stage)
    assert stage.key("Enter")
    polygon = stage.only
    assert isinstance(polygon, Polygon)
    ((ring,),) = polygon.parts
    assert max(off(p) for p in ring) < 2.5
    assert 12 <= len(ring) <= 120
    assert stage.texts == ["Draw Tree 1"]


def test_the_path_follows_the_mouse(stage):
    stage.click(*rim(0))
    stage.hover(*rim(1.2))
    (path,) = [d for d in stage.tool.draft() if isinstance(d, PathDraft)]
    assert len(path.points) > 50
    assert max(off(p) for p in path.points) < 2.5
    assert path.rubber is None


def test_shift_goes_straight(stage):
    stage.click(*rim(0))
    stage.click(*rim(math.pi), shift=True)
    stage.hover(*rim(math.pi))
    (path,) = [d for d in stage.tool.draft() if isinstance(d, PathDraft)]
    first = (path.handles[0].x, path.handles[0].y)
    assert path.points[:2] == (first, rim(math.pi))


def test_backspace_takes_an_anchor_back_and_redo_brings_it_again(stage):
    cut_round(stage)
    four = anchors(stage)
    assert len(four) == 4
    assert stage.key("Backspace")
    assert anchors(stage) == four[:3]
    assert stage.tool.redo_draft()
    assert len(anchors(stage)) == 4
    stage.key("Enter")
    ((ring,),) = stage.only.parts
    assert max(off(p) for p in ring) < 2.5


def anchors(stage):
    (path,) = [d for d in stage.tool.draft() if isinstance(d, PathDraft)]
    return [(h.x, h.y) for h in path.handles]


def test_the_first_anchor_closes(stage):
    cut_round(stage)
    stage.click(*rim(0))
    assert len(stage.shapes) == 1
    assert not stage.tool.has_draft()


def test_a_double_click_sets_the_last_anchor_and_closes(stage):
    cut_round(stage, 3)
    stage.double(*rim(math.pi * 1.7))
    assert len(stage.shapes) == 1


def test_anchors_set_faster_than_maps_are_made_still_follow_the_edge(stage):
    behind = stage.context.behind
    behind.held = True
    cut_round(stage)
    stage.key("Enter")
    assert stage.shapes == []
    behind.let_go()
    ((ring,),) = stage.only.parts
    assert max(off(p) for p in ring) < 2.5


def test_escape_drops_everything(stage):
    cut_round(stage)
    assert stage.tool.cancel()
    assert stage.tool.draft() == []
    assert stage.shapes == []


def test_one_anchor_is_not_an_outline(stage):
    stage.click(*rim(0))
    stage.key("Enter")
    assert stage.shapes == []
    assert "at least 2 anchors" in stage.said[-1]


def test_no_more_than_a_window_is_looked_at():
    assert [level_for(p) for p in (0.2, 1, 1.4, 1.9, 2, 3.9, 4, 33)] == [0, 0, 0, 1, 1, 2, 2, 5]
    x, y, w, h = window_round((50_000.0, 40_000.0), 3, (100_000, 80_000))
    assert (w >> 3, h >> 3) == (SIDE, SIDE)
    assert x <= 50_000 <= x + w
    assert x % 8 == y % 8 == 0
    assert window_round((10.0, 10.0), 0, (400, 300)) == (0, 0, 400, 300)


def test_anchors_go_to_the_edge_beside_them(stage):
    for turn in (0.0, math.pi / 2, math.pi, math.pi * 1.5):
        x, y = rim(turn)
        stage.click(x + 3 * math.cos(turn), y + 3 * math.sin(turn))
    assert max(off(a) for a in anchors(stage)) < 1.2


def test_with_ctrl_an_anchor_stays_where_it_was_clicked(stage):
    places = [(304.0, 150.0), (200.0, 254.0)]
    for place in places:
        stage.click(*place, ctrl=True)
    assert anchors(stage) == places


def test_where_there_is_no_edge_an_anchor_stays_where_it_was_clicked(stage):
    stage.click(200.25, 150.25)
    assert anchors(stage) == [(200.25, 150.25)]


def test_a_way_back_along_the_same_edge_is_not_taken_for_an_outline(stage):
    """Two anchors close together: the way back is the way there."""
    stage.click(*rim(0))
    stage.click(*rim(0.8))
    stage.key("Enter")
    assert stage.shapes == []
    assert "set an anchor on the open side" in stage.said[-1]
    for turn in (2.5, 4.2):
        stage.click(*rim(turn))
    stage.key("Enter")
    ((ring,),) = stage.only.parts
    assert max(off(p) for p in ring) < 2.5
