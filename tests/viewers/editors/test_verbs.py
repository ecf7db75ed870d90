"""What is done to the selection: copy, class, layers, joining, subtracting, converting."""

from __future__ import annotations

import numpy as np
import pytest

from storage.model import masks, polygons
from storage.model.geometry import Bitmask, Box, Circle, Keypoint, Polygon, RotatedBox, ShapeKind
from storage.model.labels import Answer
from storage.model.ontology import Ontology
from tests.support.tool_stage import feature
from tests.support.verb_stage import VerbStage

SQUARE = Polygon.simple(((100, 100), (200, 100), (200, 200), (100, 200)))
SIDE = Polygon.simple(((150, 120), (250, 120), (250, 180), (150, 180)))


@pytest.fixture
def desk():
    return VerbStage()


def put(desk, *shapes):
    made = [desk.put(s) for s in shapes]
    desk.focus.select(made)
    return made


# -- delete


def test_delete_spares_what_is_locked_unless_shift_is_held(desk):
    a, b = put(desk, Box(0, 0, 10, 10), Box(50, 0, 10, 10))
    desk.focus.lock([b], True)
    desk.delete_selected()
    assert list(desk.document.instances) == [b]
    assert desk.focus.selected == (b,)
    desk.delete_selected()
    assert "locked" in desk.said[-1]
    desk.delete_even_locked()
    assert desk.shapes == []
    assert a not in desk.document.instances


def test_deleting_takes_the_answers_and_undo_brings_them_back(desk):
    (a,) = put(desk, Box(0, 0, 10, 10))
    desk.document.put(Answer("x", a, "hash-colour", "red"))
    desk.delete_selected()
    assert desk.document.answers == {}
    desk.undo()
    assert [x.value for x in desk.document.answers_of(a)] == ["red"]
    assert desk.said[-1] == "Undone: Delete Car 1"


def test_deleting_on_one_page_leaves_the_object_on_the_others(desk):
    (a,) = put(desk, Box(0, 0, 10, 10))
    desk.copy()
    desk.focus.set(at=("", 1))
    desk.paste()
    assert len(desk.document.annotations_of(a)) == 2
    desk.delete_selected()
    assert [x.frame for x in desk.document.annotations_of(a)] == [0]
    assert a in desk.document.instances


def test_verbs_without_a_selection_say_what_to_do(desk):
    for verb in ("delete_selected", "copy", "duplicate_selected", "toggle_hidden", "toggle_locked", "layer_forward"):
        getattr(desk, verb)()
        assert "first" in desk.said[-1]
    desk.paste()
    assert desk.said[-1] == "Nothing has been copied yet."
    assert desk.sent == []


# -- copy and paste


def test_pasting_on_another_page_keeps_the_object(desk):
    (a,) = put(desk, Box(10, 10, 50, 50))
    desk.copy()
    desk.focus.set(at=("", 2))
    desk.paste()
    assert [x.at for x in desk.document.annotations_of(a)] == [("", 0), ("", 2)]
    assert len(desk.document.instances) == 1
    desk.paste()  # it is there by now: a copy
    assert len(desk.document.instances) == 2


def test_pasting_the_shape_only_leaves_the_answers(desk):
    (a,) = put(desk, Box(10, 10, 50, 50))
    desk.document.put(Answer("x", a, "hash-colour", "red"))
    desk.copy()
    desk.paste()
    (whole,) = desk.focus.selected
    desk.paste_shape()
    (bare,) = desk.focus.selected
    assert [x.value for x in desk.document.answers_of(whole)] == ["red"]
    assert desk.document.answers_of(bare) == []


def test_copies_stay_on_the_picture(desk):
    put(desk, Box(340, 240, 60, 60))
    desk.copy()
    desk.paste()
    assert desk.shapes[1] == Box(328, 228, 60, 60)


def test_pasting_into_another_task_makes_new_objects_and_names_missing_classes(desk):
    put(desk, Box(10, 10, 50, 50), SQUARE)
    desk.copy()
    other = VerbStage(desk.clipboard)
    other.ontology = Ontology(tuple(o for o in other.ontology.objects if o.shape is ShapeKind.BOX))
    other.paste()
    assert other.shapes == [Box(10, 10, 50, 50)]
    assert "Left out: 1 object of" in other.said[-1]
    assert other.texts == ["Paste Car"]


def test_copies_in_another_task_never_lie_on_one_another(desk):
    put(desk, Box(10, 10, 50, 50), SQUARE)
    desk.copy()
    other = VerbStage(desk.clipboard)
    for _ in range(4):
        other.paste()
    assert [s.bounds()[0] for s in other.shapes] == [10, 100, 22, 112, 34, 124, 46, 136]
    third = VerbStage(desk.clipboard)
    third.put(Polygon.simple(SQUARE.parts[0][0][:3]))
    third.paste()
    assert third.shapes[1:] == [Box(10, 10, 50, 50), SQUARE]


def test_pasting_on_a_smaller_picture_cuts_to_it(desk):
    whole = np.ones((40, 60), bool)
    put(desk, Box(100, 100, 200, 150), SQUARE, masks.encode(whole, 100, 90), Keypoint(300, 250), Box(220, 10, 50, 50))
    desk.copy()
    small = VerbStage(desk.clipboard, size=(150, 120))
    small.paste()
    box, polygon, mask, point = small.shapes
    assert box == Box(100, 100, 50, 20)
    assert polygon.bounds() == (100, 100, 150, 120)
    assert mask.bounds() == (100, 90, 150, 120)
    assert point == Keypoint(150, 120)
    assert "Left out: 1 object of" in small.said[-1]


# -- selecting, hiding, locking, layers


def test_walking_the_objects_centres_each_and_goes_round(desk):
    a, b = put(desk, Box(0, 0, 10, 10), Box(50, 0, 10, 10))
    desk.focus.select([])
    desk.next_object()
    desk.next_object()
    desk.next_object()
    assert desk.focus.selected == (a,)
    desk.previous_object()
    assert desk.focus.selected == (b,)
    assert desk.centred[-1] == (50, 0, 60, 10)


def test_select_all_leaves_out_what_is_hidden(desk):
    a, b = put(desk, Box(0, 0, 10, 10), Box(50, 0, 10, 10))
    desk.focus.hide([a], True)
    desk.select_all()
    assert desk.focus.selected == (b,)


def test_hide_and_lock_toggle_the_selection_and_all(desk):
    a, b = put(desk, Box(0, 0, 10, 10), Box(50, 0, 10, 10))
    desk.focus.select([a])
    desk.toggle_hidden()
    assert desk.focus.hidden == {a}
    desk.toggle_all_hidden()
    assert desk.focus.hidden == set()
    desk.toggle_all_hidden()
    assert desk.focus.hidden == {a, b}
    desk.toggle_locked()
    assert desk.focus.locked == {a}
    desk.toggle_all_locked()
    desk.toggle_all_locked()
    assert desk.focus.locked == {a, b}
    assert desk.sent == []


def test_layers_reorder_what_is_drawn(desk):
    a, b = put(desk, Box(0, 0, 10, 10), Box(50, 0, 10, 10))
    desk.focus.select([a])
    desk.layer_forward()
    assert [x.instance for x in desk.document.on_frame()] == [b, a]
    desk.layer_back()
    assert desk.document.instances[a].layer == 0


# -- class


def test_another_class_of_the_same_shape_only(desk):
    a, tree = put(desk, Box(0, 0, 10, 10), SQUARE)
    desk.document.put(Answer("x", a, "hash-colour", "red"))
    desk.set_class("hash-Free")
    assert desk.document.instances[a].feature_hash == "hash-Free"
    assert desk.document.instances[tree].feature_hash == feature(ShapeKind.POLYGON)
    assert "Dropped: 1 answer of the old class;" in desk.said[-1]
    assert "As before: 1 object of another shape." in desk.said[-1]
    desk.focus.select([tree])
    desk.set_class_by_digit(1)
    assert "another shape" in desk.said[-1]
    assert len(desk.sent) == 1


def test_a_digit_of_a_class_that_cannot_be_drawn_here_names_it(desk):
    desk.drawable = (ShapeKind.POLYLINE,)
    assert desk.class_at(1) is None
    desk.arm_digit(1)
    assert desk.said[-1] == "“Car” has the key 1, but cannot be drawn here."


def test_digits_mean_hotkeys_before_places(desk):
    assert desk.class_at(3).name == "Tree"
    assert desk.class_at(0).name == "Crate"
    without = VerbStage()
    without.ontology = Ontology(
        tuple(type(o)(o.id, o.name, o.color, o.shape, o.feature_hash) for o in without.ontology.objects)
    )
    assert without.class_at(1).name == "Car"
    assert without.class_at(0).name == "Crate"


# -- arming


def test_a_tool_takes_the_last_class_of_its_shape(desk):
    desk.arm_class("hash-Water")
    desk.arm_class(feature(ShapeKind.BOX))
    desk.arm_tool("brush")
    assert desk.focus.armed == "hash-Water"
    assert desk.focus.tool == "brush"
    desk.arm_tool("eraser")
    desk.arm_class(feature(ShapeKind.BITMASK))
    assert desk.tool.id == "eraser"


def test_only_tools_with_a_class_are_offered(desk):
    desk.ontology = Ontology(tuple(o for o in desk.ontology.objects if o.shape is ShapeKind.POLYGON))
    assert [t.id for t in desk.offered()] == ["select", "lasso", "polygon", "livewire", "grab_cut", "slice", "ruler"]
    desk.arm_tool("brush")
    assert "no class" in desk.said[-1]
    assert desk.tool.id == "select"


def test_changing_the_class_in_mid_draft_keeps_the_draft(desk):
    desk.arm_class(feature(ShapeKind.BOX))
    desk.click(10, 10)
    desk.arm_class("hash-Free")
    desk.click(60, 60)
    (made,) = desk.document.instances.values()
    assert made.feature_hash == "hash-Free"


def test_redraw_keeps_identity_and_escape_keeps_the_shape(desk):
    (a,) = put(desk, Box(0, 0, 10, 10))
    desk.redraw_selected()
    desk.escape()
    assert desk.said[-1] == "It stays as it was."
    desk.focus.select([a])
    desk.redraw_selected()
    desk.drag(50, 50, 90, 90)
    assert desk.shape(a) == Box(50, 50, 40, 40)


# -- shapes


def test_joining_polygons_of_one_class(desk):
    a, b = put(desk, SQUARE, SIDE)
    desk.document.put(Answer("x", b, "hash-kind", "oak"))
    desk.join_selected()
    assert list(desk.document.instances) == [a]
    assert polygons.area(desk.shape(a)) == 10000 + 6000 - 50 * 60
    assert "Dropped: 1 answer of the others." in desk.said[-1]
    desk.undo()
    assert desk.shapes == [SQUARE, SIDE]


def test_joining_masks(desk):
    one, two = np.ones((10, 10), bool), np.ones((5, 30), bool)
    a, _ = put(desk, masks.encode(one, 10, 10), masks.encode(two, 15, 12))
    desk.join_selected()
    joined = masks.to_frame(desk.shape(a), 400, 300)
    assert joined.sum() == 100 + 150 - 25


def test_mixed_or_foreign_shapes_are_not_joined(desk):
    put(desk, SQUARE, Box(0, 0, 10, 10))
    desk.join_selected()
    assert "two or more polygons" in desk.said[-1]
    a, b = put(desk, masks.encode(np.ones((5, 5), bool), 0, 0), masks.encode(np.ones((5, 5), bool), 9, 9))
    desk.focus.select([b])
    desk.set_class("hash-Water")
    desk.focus.select([a, b])
    desk.join_selected()
    assert "different classes" in desk.said[-1]


def test_the_newest_selected_cuts_the_others(desk):
    a, b = put(desk, SQUARE, SIDE)
    desk.subtract_selected()
    assert desk.shape(b) == SIDE
    assert polygons.area(desk.shape(a)) == 10000 - 50 * 60
    assert desk.texts == ["Subtract Tree 2 from Tree 1"]


def test_subtracting_a_mask_from_a_polygon_and_a_polygon_from_a_mask(desk):
    hole = masks.encode(np.ones((20, 20), bool), 120, 120)
    tree, road = put(desk, SQUARE, hole)
    desk.subtract_selected()
    assert polygons.area(desk.shape(tree)) == 10000 - 400
    desk.undo()
    desk.focus.select([road, tree])
    desk.subtract_selected()
    assert road not in desk.document.instances
    assert "wholly inside" in desk.said[-1]


def test_subtracting_what_does_not_overlap_says_so(desk):
    put(desk, SQUARE, SQUARE.moved(150, 0))
    desk.subtract_selected()
    assert desk.sent == []
    assert "does not overlap" in desk.said[-1]


def test_polygon_to_mask_and_back_is_one_step_each_that_says_what_it_loses(desk):
    (a,) = put(desk, Polygon.simple(((10.3, 10.2), (60.8, 12.1), (40, 70))))
    desk.document.put(Answer("x", a, "hash-kind", "oak"))
    desk.convert_to_mask()
    assert isinstance(desk.shape(a), Bitmask)
    assert desk.document.instances[a].feature_hash == feature(ShapeKind.BITMASK)
    assert "whole pixels" in desk.said[-1]
    assert "without 1 answer of the old class" in desk.said[-1]
    mask = desk.shape(a)
    desk.convert_to_polygon()
    assert isinstance(desk.shape(a), Polygon)
    assert masks.to_bitmask(desk.shape(a), 400, 300) == mask
    assert "whole pixels" not in desk.said[-1]
    assert len(desk.sent) == 2
    desk.undo()
    desk.undo()
    assert isinstance(desk.shape(a), Polygon)
    assert len(desk.document.answers_of(a)) == 1


@pytest.mark.parametrize(
    ("shape", "to"),
    [
        (Box(10, 10, 30, 20), ShapeKind.POLYGON),
        (Box(10, 10, 30, 20), ShapeKind.BITMASK),
        (RotatedBox(10, 10, 30, 20, 30), ShapeKind.POLYGON),
        (Circle(50, 50, 20), ShapeKind.BITMASK),
        (SQUARE, ShapeKind.BOX),
    ],
)
def test_other_conversions(desk, shape, to):
    (a,) = put(desk, shape)
    desk.convert(to)
    assert desk.shape(a).kind == to
    x0, y0, x1, y1 = shape.bounds()
    got = desk.shape(a).bounds()
    assert got == pytest.approx((x0, y0, x1, y1), abs=1.0)


def test_what_cannot_be_converted_says_so(desk):
    put(desk, Keypoint(5, 5))
    desk.convert_to_mask()
    assert "cannot become a mask" in desk.said[-1]
    put(desk, SQUARE)
    desk.ontology = Ontology(tuple(o for o in desk.ontology.objects if o.shape is ShapeKind.POLYGON))
    desk.convert_to_mask()
    assert "no class with the shape mask" in desk.said[-1]
    assert desk.sent == []


def test_conversions_offered_are_those_that_all_selected_can_take(desk):
    put(desk, SQUARE, masks.encode(np.ones((5, 5), bool), 0, 0))
    assert {shape for shape, _ in desk.conversions()} == {ShapeKind.BOX}
    put(desk, SQUARE)
    assert [(s, c.name) for s, c in desk.conversions()] == [
        (ShapeKind.BOX, "Car"),
        (ShapeKind.BITMASK, "Road"),
        (ShapeKind.BOX, "Free"),
        (ShapeKind.BITMASK, "Water"),
    ]


def test_parts_and_holes_need_a_polygon_and_arm_its_class(desk):
    (tree,) = put(desk, SQUARE)
    desk.cut_hole()
    assert desk.tool.id == "polygon"
    assert desk.tool.mode == "hole"
    for x, y in ((120, 120), (150, 120), (150, 150)):
        desk.click(x, y)
    desk.finish_draft()
    assert len(desk.shape(tree).parts[0]) == 2
    desk.focus.select([])
    desk.tool.cancel()
    desk.add_part()
    assert "Select one polygon" in desk.said[-1]


# -- undo across pages


def test_undo_on_another_page_says_which(desk):
    desk.arm_class(feature(ShapeKind.BOX))
    desk.drag(10, 10, 60, 60)
    desk.focus.set(at=("", 3))
    desk.undo()
    assert desk.said[-1] == "Undone: Draw Car 1, on page 1."


def test_a_step_that_was_overtaken_is_not_undone_and_says_so(desk):
    from dataclasses import replace

    from storage.editing.edits import Put

    desk.arm_class(feature(ShapeKind.BOX))
    desk.drag(10, 10, 60, 60)
    (annotation,) = desk.document.annotations.values()
    desk.session.merge((Put(replace(annotation, geometry=Box(0, 0, 5, 5))),))
    desk.undo()
    assert "changed since" in desk.said[-1]
    assert desk.shapes == [Box(0, 0, 5, 5)]


def test_nudging_works_while_a_drawing_tool_is_in_hand(desk):
    desk.arm_class(feature(ShapeKind.BOX))
    desk.drag(10, 10, 60, 60)
    desk.nudge("Right")
    desk.nudge("Right", True)
    desk.settle()
    assert desk.shapes == [Box(21, 10, 50, 50)]
    assert desk.texts[-1] == "Nudge Car 1"
