"""With Ctrl a new outline goes along its neighbour's border from one place on it to another, vertex by vertex."""

from __future__ import annotations

import pytest

from storage.model.geometry import Polygon, Polyline, ShapeKind
from tests.support.tool_stage import Stage
from viewers.tools.polygon import PolygonTool


@pytest.fixture
def stage():
    return Stage(PolygonTool())


ZIGZAG = ((100.0, 50.0), (120.0, 70.0), (100.0, 90.0), (120.0, 110.0), (100.0, 130.0))


def test_the_border_between_two_snapped_places_is_taken_over(stage):
    stage.put(Polygon.simple((*ZIGZAG, (50.0, 130.0), (50.0, 50.0))))
    stage.click(100, 50, ctrl=True)
    stage.click(100, 130, ctrl=True)
    stage.click(200, 90)
    stage.key("Enter")
    ring = stage.shapes[-1].parts[0][0]
    assert ring == (*ZIGZAG, (200.0, 90.0))


def test_undo_takes_the_whole_border_back_as_one_act(stage):
    stage.put(Polygon.simple((*ZIGZAG, (50.0, 130.0), (50.0, 50.0))))
    stage.click(100, 50, ctrl=True)
    stage.click(100, 130, ctrl=True)
    stage.tool.undo_draft()
    (path,) = [d for d in stage.tool.draft() if hasattr(d, "rubber")]
    assert path.points == ((100.0, 50.0),)


@pytest.mark.parametrize("turned", [False, True])
def test_lines_are_followed_both_ways(stage, turned):
    stage.put(Polyline(ZIGZAG[::-1] if turned else ZIGZAG), ShapeKind.POLYLINE)
    stage.click(100, 50, ctrl=True)
    stage.click(110, 120, ctrl=True)
    stage.click(200, 90)
    stage.key("Enter")
    ring = stage.shapes[-1].parts[0][0]
    assert ring[:4] == ZIGZAG[:4]
    assert len(ring) == 6


def test_the_shorter_way_round_is_taken(stage):
    stage.put(Polygon.simple(((100.0, 100.0), (200.0, 100.0), (200.0, 200.0), (100.0, 200.0))))
    stage.click(100, 130, ctrl=True)
    stage.click(170, 100, ctrl=True)
    stage.click(150, 20)
    stage.key("Enter")
    ring = stage.shapes[-1].parts[0][0]
    assert ring == ((100.0, 130.0), (100.0, 100.0), (170.0, 100.0), (150.0, 20.0))
