"""Skeleton, slicing, lasso, ruler."""

from __future__ import annotations

import numpy as np
import pytest

from storage.model import masks
from storage.model.geometry import Box, Polygon, Polyline, ShapeKind, Skeleton, Visibility
from storage.model.labels import Answer
from tests.support.tool_stage import Stage
from viewers.tools.base import HandlesDraft, RulerDraft
from viewers.tools.lasso import LassoTool
from viewers.tools.ruler import RulerTool
from viewers.tools.skeleton import SkeletonTool
from viewers.tools.slice_line import SliceTool

SQUARE = Polygon.simple(((100, 100), (200, 100), (200, 200), (100, 200)))


def places(skeleton):
    return [(p.x, p.y) for p in skeleton.points]


def test_a_skeleton_fills_the_dragged_box_with_its_template():
    stage = Stage(SkeletonTool())
    stage.drag(100, 100, 200, 180)
    assert isinstance(stage.only, Skeleton)
    assert places(stage.only) == [(150, 100), (100, 180), (200, 180)]
    assert [p.name for p in stage.only.points] == ["head", "left", "right"]


def test_its_points_are_put_right_at_once_without_changing_the_tool():
    stage = Stage(SkeletonTool())
    stage.drag(100, 100, 200, 180)
    stage.hover(150, 100)
    assert any(isinstance(d, HandlesDraft) for d in stage.tool.draft())
    stage.drag(150, 100, 140, 90)
    assert places(stage.only)[0] == (140, 90)
    stage.hover(100, 180)
    assert stage.key("O")
    assert stage.only.points[1].visibility is Visibility.INVISIBLE
    assert stage.texts == ["Draw Person 1", "Move a point of Person 1", "Make left of Person 1 invisible"]
    stage.drag(250, 20, 300, 60)  # anywhere else draws the next
    assert len(stage.shapes) == 2


def test_a_class_without_template_says_what_is_missing():
    stage = Stage(SkeletonTool())
    stage.context.ontology = type(stage.ontology)(stage.ontology.objects)
    stage.drag(100, 100, 200, 180)
    assert stage.shapes == []
    assert "draw one in the ontology" in stage.said[-1]


def test_a_drag_slices_the_selected_polygon_in_two_objects():
    stage = Stage()
    tree = stage.put(SQUARE)
    stage.document.put(Answer("a1", tree, "hash-colour", "green"))
    stage.focus.select([tree])
    stage.take(SliceTool())
    stage.drag(130, 50, 130, 250)
    assert sorted(s.bounds() for s in stage.shapes) == [(100, 100, 130, 200), (130, 100, 200, 200)]
    assert stage.shape(tree).bounds() == (130, 100, 200, 200)  # the larger piece goes on
    other = next(i for i in stage.document.instances if i != tree)
    assert [a.value for a in stage.document.answers_of(other)] == ["green"]
    assert set(stage.focus.selected) == {tree, other}
    stage.session.undo()
    assert stage.shapes == [SQUARE]


def test_slicing_several_numbers_their_pieces_one_after_the_other():
    stage = Stage()
    both = [stage.put(SQUARE), stage.put(SQUARE.moved(0, 50))]
    stage.focus.select(both)
    stage.take(SliceTool())
    stage.drag(150, 50, 150, 280)
    assert len(stage.shapes) == 4
    assert sorted(i.number for i in stage.document.instances.values()) == [1, 2, 3, 4]
    assert stage.texts == ["Slice 2 objects"]


def test_a_mask_is_sliced_pixel_by_pixel():
    stage = Stage()
    whole = np.ones((40, 60), bool)
    whole[10:20, 10:20] = False
    road = stage.put(masks.encode(whole, 50, 50))
    stage.focus.select([road])
    stage.take(SliceTool())
    stage.click(40, 40)
    stage.click(80, 70)
    stage.click(80, 120)
    stage.key("Enter")
    pieces = [masks.to_frame(m, 400, 300) for m in stage.shapes]
    assert len(pieces) == 2
    assert not (pieces[0] & pieces[1]).any()
    assert np.array_equal(pieces[0] | pieces[1], masks.to_frame(masks.encode(whole, 50, 50), 400, 300))


def test_a_line_beside_the_selection_cuts_nothing_and_says_so():
    stage = Stage()
    stage.focus.select([stage.put(SQUARE)])
    stage.take(SliceTool())
    stage.drag(20, 20, 20, 250)
    assert stage.sent == []
    assert "Nothing was cut" in stage.said[-1]


def test_locked_shapes_are_not_sliced():
    stage = Stage()
    tree = stage.put(SQUARE)
    stage.focus.select([tree])
    stage.focus.lock([tree], True)
    stage.take(SliceTool())
    stage.drag(130, 50, 130, 250)
    assert stage.shapes == [SQUARE]


def test_the_lasso_selects_what_lies_wholly_inside():
    stage = Stage()
    inside, line, half = (
        stage.put(Box(60, 60, 20, 20)),
        stage.put(Polyline(((90, 90), (110, 95)))),
        stage.put(Box(140, 60, 90, 20)),
    )
    hidden = stage.put(Box(100, 60, 10, 10))
    stage.focus.hide([hidden], True)
    stage.take(LassoTool(), ShapeKind.BOX)
    stage.press(40, 40)
    for x, y in ((100, 30), (180, 40), (180, 150), (100, 160), (40, 150)):
        stage.move(x, y)
    assert stage.tool.draft()
    stage.release(40, 150)
    assert set(stage.focus.selected) == {inside, line}
    assert half not in stage.focus.selected
    assert stage.sent == []


@pytest.mark.parametrize("clicks", [True, False])
def test_the_ruler_measures_and_stores_nothing(clicks):
    stage = Stage()
    stage.take(RulerTool(), ShapeKind.BOX)
    if clicks:
        stage.click(10, 10)
        stage.click(40, 50)
    else:
        stage.drag(10, 10, 40, 50)
    stage.hover(200, 200)
    (ruler,) = stage.tool.draft()
    assert isinstance(ruler, RulerDraft)
    assert (ruler.start, ruler.end) == ((10, 10), (40, 50))
    assert ruler.text.startswith("50.0 px")
    assert stage.sent == []
    assert stage.tool.cancel()
    assert stage.tool.draft() == []


def test_shift_keeps_the_ruler_on_an_axis():
    stage = Stage()
    stage.take(RulerTool(), ShapeKind.BOX)
    stage.drag(10, 10, 60, 20, shift=True)
    (ruler,) = stage.tool.draft()
    assert ruler.end == (60, 10)
