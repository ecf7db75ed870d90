"""What the mouse changes on the timeline."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from storage.editing.edits import Drop
from storage.model.labels import LabelDocument
from tests.support.timelines import CTRL, LEFT, RULER_Y, TimelineStage, choose

Key = Qt.Key


def test_dragging_a_key_frame_is_one_step(stage):
    stage.drag_frames("car", 40, 55)
    assert stage.frames_of("car") == {10: "k", 55: "k", 80: "k", 110: "k"}
    assert stage.texts == ["Move key frame of Car 1"]
    stage.session.undo()
    assert 40 in stage.frames_of("car")


def test_neighbours_are_the_limits_of_a_key_frame(stage):
    stage.drag_frames("car", 40, 150)
    assert stage.frames_of("car") == {10: "k", 79: "k", 80: "k", 110: "k"}


def test_a_drag_snaps_to_the_playing_head_unless_ctrl_is_held(stage):
    stage.focus.set(at=("", 52))
    near = 52 + 4 / stage.view.axis.scale
    stage.drag_frames("car", 40, near, Qt.KeyboardModifier.NoModifier)
    assert 52 in stage.frames_of("car")
    stage.drag_frames("car", 52, 61, CTRL)
    assert 61 in stage.frames_of("car")


def test_escape_gives_a_drag_up(stage):
    y = stage.y(stage.index("car"))
    stage.hold(stage.x(40), y, stage.x(60), y, CTRL)
    assert 60 in stage.frames_of("car")
    stage.key(Key.Key_Escape)
    assert 40 in stage.frames_of("car") and stage.sent == []
    stage.release(stage.x(60), y)
    assert stage.sent == []


def test_undo_in_the_middle_of_a_drag_ends_it(stage):
    stage.drag_frames("car", 40, 55)
    y = stage.y(stage.index("car"))
    stage.hold(stage.x(80), y, stage.x(90), y, CTRL)
    stage.session.undo()
    stage.move(stage.x(95), y, LEFT, CTRL)
    stage.release(stage.x(95), y)
    assert stage.frames_of("car") == {10: "k", 40: "k", 80: "k", 110: "k"} and stage.session.undo_text == ""


def test_what_was_pressed_on_and_is_gone_is_not_dragged(stage):
    stage.drag_frames("car", 40, 55)
    y = stage.y(stage.index("car"))
    stage.press(stage.x(55), y)
    stage.session.undo()
    stage.move(stage.x(70), y, LEFT, CTRL)
    stage.release(stage.x(70), y)
    assert stage.frames_of("car") == {10: "k", 40: "k", 80: "k", 110: "k"}


def test_what_another_window_writes_ends_a_drag(stage):
    y = stage.y(stage.index("car"))
    stage.hold(stage.x(40), y, stage.x(60), y, CTRL)
    stage.session.merge(tuple(Drop("annotation", f"car@{f}") for f in (80, 110)))
    stage.move(stage.x(70), y, LEFT, CTRL)
    stage.release(stage.x(70), y)
    assert stage.frames_of("car") == {10: "k", 40: "k"} and stage.sent == []


def test_what_plays_is_told_to_stand_still(stage, qtbot):
    with qtbot.waitSignal(stage.timeline.grabbed):
        stage.drag_frames("car", 40, 55)


def test_the_ends_of_an_object_are_pulled_in_and_out(stage):
    y = stage.y(stage.index("car"))
    x = stage.x(110) + 9
    stage.drag(x, y, stage.x(150), y, CTRL)
    assert stage.frames_of("car") == {10: "k", 40: "k", 80: "k", 110: "k", 150: "k"}
    x = stage.x(10) - 9
    stage.drag(x, y, stage.x(25), y, CTRL)
    assert list(stage.frames_of("car")) == [25, 40, 80, 110, 150]
    assert stage.texts == ["Change where Car 1 ends", "Change where Car 1 begins"]


def test_an_object_of_all_frames_can_be_pulled_in_at_both_ends(stage):
    y = stage.y(stage.index("tree"))
    stage.drag(stage.x(0) - 9, y, stage.x(20), y, CTRL)
    stage.drag(stage.x(199) + 9, y, stage.x(150), y, CTRL)
    assert list(stage.frames_of("tree")) == [20, 150]


def test_where_an_object_is_hidden_is_dragged(stage):
    stage.drag_frames("walker", 60, 45)
    assert stage.frames_of("walker")[45] == "o" and stage.texts == ["Move where Person 1 is hidden"]


def test_locked_objects_do_not_change(stage):
    stage.focus.lock(["car"], True)
    stage.drag_frames("car", 40, 55)
    assert stage.sent == [] and stage.said == ["Car 1 is locked."]
    stage.focus.select(["car"])
    assert stage.timeline.verbs.why_not("here") == "What is selected is locked."


def test_the_edges_of_a_classification_are_dragged(stage):
    y = stage.y(0)
    stage.drag(stage.view.layer.names + stage.view.axis.x(60) - 2, y, stage.x(80), y, CTRL)
    assert stage.document.classifications["sunny"].ranges == ((0, 80),)
    stage.drag(stage.x(120), y, stage.x(130), y, CTRL)
    assert stage.document.classifications["rainy"].ranges == ((110, 160),)
    assert stage.texts == ["Move range of “Weather”"] * 2


def test_a_classification_is_drawn_and_answered_in_one_step(stage):
    y = stage.y(0)
    stage.drag(stage.x(70), y, stage.x(90), y, CTRL)
    assert stage.sent == []
    choose(stage.popup(), "Rain")
    (made,) = [c for c in stage.document.classifications.values() if c.ranges == ((70, 90),)]
    assert [a.value for a in stage.document.answers_of(made.uuid)] == [("weather-rain",)]
    assert stage.texts == ["“Weather” on frames 70 to 90: Rain"]


def test_a_drawn_range_stops_at_its_neighbour(stage):
    y = stage.y(0)
    stage.drag(stage.x(70), y, stage.x(140), y, CTRL)
    choose(stage.popup(), "No answer yet")
    assert ((70, 99),) in {c.ranges for c in stage.document.classifications.values()}


def test_an_answer_over_time_is_typed_over_the_range_that_was_drawn(stage, qtbot):
    stage.focus.select(["car"])
    y = stage.y(stage.index("note"))
    stage.drag(stage.x(20), y, stage.x(30), y, CTRL)
    field = stage.view.findChild(QLineEdit)
    qtbot.keyClicks(field, "dented")
    qtbot.keyClick(field, Key.Key_Return)
    (made,) = [a for a in stage.document.answers.values() if a.attribute == "note"]
    assert (made.value, made.first, made.last, made.owner) == ("dented", 20, 30, "car")
    assert stage.texts == ["“Note” on frames 20 to 30: dented"]


def test_a_range_that_is_not_answered_is_not_made(stage, qtbot):
    stage.focus.select(["car"])
    y = stage.y(stage.index("note"))
    stage.drag(stage.x(20), y, stage.x(30), y, CTRL)
    qtbot.keyClick(stage.view.findChild(QLineEdit), Key.Key_Escape)
    assert stage.sent == [] and stage.view.gestures.drawing.chosen is None


def test_shift_and_drag_selects_frames(stage):
    told = []
    stage.timeline.range_changed.connect(lambda a, b: told.append((a, b)))
    stage.choose_frames(30, 70)
    assert told[-1] == (30, 70)
    stage.drag(stage.view.layer.names + stage.view.axis.x(71), RULER_Y, stage.x(90), RULER_Y, CTRL)
    assert stage.timeline.selected_range == (30, 90)
    stage.key(Key.Key_Escape)
    assert stage.timeline.selected_range is None and told[-1] == (-1, -1)


def test_frames_can_be_selected_where_there_is_no_object_yet(qtbot):
    stage = TimelineStage(qtbot, LabelDocument("row"))
    stage.view.set_ontology(type(stage.view.rows.ontology)())
    assert stage.view.rows.rows == []
    stage.drag(stage.x(30), 150, stage.x(70), 150, CTRL)
    assert stage.timeline.selected_range == (30, 70)
