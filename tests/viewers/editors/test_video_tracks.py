"""Objects over time in the video editor, with mouse and keyboard: key frames, ghosts, verbs of tracks, and undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storage.model.geometry import Bitmask, Box, ShapeKind
from tests.support import clips
from tests.support.editor_stage import CTRL, SHIFT
from tests.support.video_stage import SIZE, VideoStage

Key = Qt.Key
FRAMES = 60


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.write(tmp_path_factory.mktemp("clips") / "clip.mp4", FRAMES, size=SIZE)


@pytest.fixture
def stage(qtbot, clip):
    return VideoStage(qtbot, clip)


def test_an_object_between_its_key_frames_is_dragged_to_a_new_one_in_one_step(stage):
    own = stage.track()
    stage.go(20)
    assert stage.session.shown(own, ("", 20)).geometry == Box(150, 125, 60, 40)
    before = len(stage.sent)
    stage.drag(180, 145, 180, 45)
    assert len(stage.sent) == before + 1
    assert stage.rows(own) == [10, 20, 30]
    assert stage.session.shown(own, ("", 20)).geometry == Box(150, 25, 60, 40)
    assert stage.session.shown(own, ("", 10)).geometry == Box(100, 100, 60, 40)
    assert stage.session.shown(own, ("", 30)).geometry == Box(200, 150, 60, 40)
    stage.key("Z", CTRL)
    assert stage.rows(own) == [10, 30]


def test_escape_in_mid_drag_leaves_no_key_frame(stage):
    own = stage.track()
    stage.go(20)
    stage.press(180, 145)
    stage.move(200, 60, Qt.MouseButton.LeftButton)
    assert stage.rows(own) == [10, 20, 30]
    stage.key(Key.Key_Escape)
    assert stage.rows(own) == [10, 30]


def test_k_where_the_object_is_not_puts_it_there_and_says_so(stage):
    own = stage.box_on(10, 100, 100)
    stage.go(30)
    assert stage.shown_on(own, range(FRAMES)) == [10]
    stage.key("K")
    assert stage.shown_on(own, range(FRAMES)) == list(range(10, 31))
    assert "as on frame 10" in stage.said[-1]
    stage.key("K")
    assert stage.rows(own) == [10]


def test_the_last_key_frame_takes_the_object_along_and_undo_brings_it_back(stage):
    own = stage.box_on(10, 100, 100)
    stage.key("K")
    assert own not in stage.document.instances
    assert "Car 1 had no other key frame and is deleted" in stage.said[-1]
    stage.key("Z", CTRL)
    assert stage.shown_on(own, range(FRAMES)) == [10]


def test_key_frames_and_ends_of_the_object_are_gone_to(stage):
    stage.track()
    stage.go(15)
    for key, held, frame in (
        ("R", None, 30), ("E", None, 10), (Key.Key_End, SHIFT, 30), (Key.Key_Home, SHIFT, 10), ("E", None, 10),
    ):  # fmt: skip
        stage.key(key, *([held] if held else []))
        assert stage.frame() == frame
    assert "no key frame of Car 1 before" in stage.said[-1]


def test_outside_hides_it_from_here_and_its_ghost_is_seen_while_it_is_selected(stage):
    own = stage.track()
    stage.go(20)
    stage.key("O")
    assert stage.shown_on(own, range(FRAMES)) == [*range(10, 20), 30]
    assert stage.canvas.hits.get(own) is None
    assert [item.ghost for item in stage.canvas.shapes.live_items()] == [True]
    stage.focus.select(())
    assert stage.canvas.shapes.live_items() == []
    stage.focus.select((own,))
    stage.key("O")
    assert stage.shown_on(own, range(FRAMES)) == list(range(10, 31))


def test_the_ghost_of_an_object_that_has_ended_is_seen_and_dragged_to_a_key_frame_here(stage):
    own = stage.box_on(10, 100, 100)
    stage.focus.select(())
    stage.go(20)
    stage.settle()
    bare = stage.seen()
    stage.focus.select([own])
    assert (stage.seen() != bare).any()
    stage.drag(130, 120, 150, 140)
    assert (stage.rows(own), stage.session.shown(own, ("", 20)).geometry) == ([10, 20], Box(120, 120, 60, 40))
    stage.session.undo()
    assert stage.rows(own) == [10]


def test_no_ghost_stands_in_front_of_a_film_that_plays(stage, qtbot):
    stage.box_on(10, 100, 100)
    stage.go(20)
    ghosts = stage.canvas.shapes.live_items
    assert [item.ghost for item in ghosts()] == [True]
    stage.editor.toggle_play()
    qtbot.waitUntil(lambda: stage.frame() > 20)
    assert ghosts() == []
    stage.editor.toggle_play()
    assert [item.ghost for item in ghosts()] == [True]


def test_a_ghost_is_not_in_the_way_of_what_is_there_and_does_not_come_along_with_others(stage):
    gone = stage.box_on(10, 100, 100)
    here = stage.box_on(20, 110, 105, 30, 30)
    stage.focus.select([gone])
    stage.drag(125, 120, 225, 120)
    assert stage.rows(gone) == [10]
    assert stage.session.shown(here, ("", 20)).geometry == Box(210, 105, 30, 30)
    stage.focus.select([gone, here])
    stage.drag(225, 120, 245, 120)
    assert stage.rows(gone) == [10]
    assert stage.session.shown(here, ("", 20)).geometry == Box(230, 105, 30, 30)


def test_the_ghost_of_what_is_outside_stays_where_it_is(stage):
    own = stage.box_on(10, 100, 100)
    stage.go(20)
    stage.key("K")
    stage.key("O")
    stage.go(25)
    stage.drag(130, 120, 160, 150)
    assert stage.rows(own) == [10, 20]


def test_occluded_and_interpolation_are_switched_on_the_frame(stage):
    own = stage.track()
    stage.go(20)
    stage.key("Q")
    assert [stage.session.shown(own, ("", f)).occluded for f in (10, 19, 20, 25)] == [False, False, True, True]
    stage.key("I")
    assert stage.shown_on(own, range(FRAMES)) == [*range(10, 21), 30]
    stage.key("I")
    assert stage.shown_on(own, range(FRAMES)) == list(range(10, 31))


def test_delete_takes_the_whole_object_and_ctrl_delete_only_this_frame(stage):
    own = stage.track()
    shown = {f: stage.session.shown(own, ("", f)).geometry for f in range(10, 31)}
    stage.go(20)
    stage.key(Key.Key_Delete, CTRL)
    assert stage.shown_on(own, range(FRAMES)) == [f for f in range(10, 31) if f != 20]
    for frame in (11, 19, 21, 29):
        assert stage.session.shown(own, ("", frame)).geometry == shown[frame]
    stage.key("Z", CTRL)
    assert stage.shown_on(own, range(FRAMES)) == list(range(10, 31))
    stage.focus.select((own,))
    stage.go(20)
    stage.key(Key.Key_Delete)
    assert own not in stage.document.instances
    assert "on all frames, 10 to 30" in stage.said[-1]
    stage.key("Z", CTRL)
    assert stage.shown_on(own, range(FRAMES)) == list(range(10, 31))


def test_what_is_selected_but_not_here_is_not_deleted(stage):
    own = stage.track()
    stage.go(50)
    assert stage.focus.selected == (own,)
    stage.key(Key.Key_Delete)
    assert own in stage.document.instances
    assert "not on this frame" in stage.said[-1]


def test_two_tracks_are_merged_by_picking_one_after_the_other(stage):
    one = stage.track()
    two = stage.box_on(40, 250, 200)
    stage.focus.select((one,))
    stage.key("M")
    assert "press M again" in stage.said[-1]
    stage.focus.select((two,))
    stage.key("M")
    assert stage.rows(one) == [10, 30, 40]
    assert two not in stage.document.instances
    assert stage.focus.selected == (one,)
    stage.key("Z", CTRL)
    assert stage.rows(two) == [40]
    assert stage.focus.selected == (one, two)


def test_objects_of_different_classes_are_not_merged_and_it_is_said(stage):
    one = stage.track()
    stage.go(40)
    stage.arm(ShapeKind.POINT)
    stage.click(300, 200)
    point = stage.focus.primary
    stage.key(Key.Key_Escape)
    stage.focus.select((one, point))
    stage.key("M")
    assert "different classes" in stage.said[-1]
    assert point in stage.document.instances


def test_a_track_is_split_here_and_the_new_one_is_selected(stage):
    own = stage.track()
    stage.go(20)
    stage.key("M", SHIFT)
    (other,) = stage.focus.selected
    assert other != own
    assert stage.shown_on(own, range(FRAMES)) == list(range(10, 20))
    assert stage.shown_on(other, range(FRAMES)) == list(range(20, 31))


def test_a_shape_is_repeated_on_other_frames(stage, qtbot):
    from viewers.editors.propagate_dialog import PropagateDialog

    own = stage.box_on(10, 100, 100)
    for choose, value, frames in (("forward", 5, range(10, 16)), ("back", 3, range(7, 16)), ("up_to", 20, range(7, 21))):
        stage.key("B", CTRL)
        (dialog,) = [d for d in stage.editor.findChildren(PropagateDialog) if d.isVisible()]
        boxes = {"forward": dialog.after_box, "back": dialog.before_box, "up_to": dialog.frame_box}
        boxes[choose].setValue(value)
        qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
        assert stage.shown_on(own, range(FRAMES)) == list(frames)
    assert {stage.session.shown(own, ("", f)).geometry for f in range(7, 21)} == {Box(100, 100, 60, 40)}


def test_how_many_frames_is_typed_at_once_and_several_objects_are_spoken_of_as_several(stage, qtbot):
    from viewers.editors.propagate_dialog import PropagateDialog

    first, second = stage.box_on(10, 100, 100), stage.box_on(10, 200, 100)
    stage.focus.select([first, second])
    stage.key("B", CTRL)
    (dialog,) = [d for d in stage.editor.findChildren(PropagateDialog) if d.isVisible()]
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.after_box)
    qtbot.keyClicks(dialog.after_box, "7")
    qtbot.keyClick(dialog.after_box, Key.Key_Return)
    assert stage.shown_on(first, range(FRAMES)) == stage.shown_on(second, range(FRAMES)) == list(range(10, 18))
    assert stage.said[-1] == "2 objects are the same from frame 10 to frame 17."
    stage.go(40)
    stage.key("K")
    assert stage.said[-1] == "2 objects are here now, as on frame 17."


def test_a_track_is_cut_to_this_frame_on_either_side(stage):
    own = stage.track()
    stage.go(25)
    stage.editor.run("track_cut_after")
    assert stage.shown_on(own, range(FRAMES)) == list(range(10, 26))
    stage.go(15)
    stage.editor.run("track_cut_before")
    assert stage.shown_on(own, range(FRAMES)) == list(range(15, 26))


def test_an_object_is_pasted_on_another_frame_as_itself(stage):
    own = stage.box_on(10, 100, 100)
    stage.key("C", CTRL)
    stage.go(25)
    stage.key("V", CTRL)
    assert list(stage.document.instances) == [own]
    assert stage.rows(own) == [10, 25]
    stage.key("V", CTRL | SHIFT)
    assert len(stage.document.instances) == 2


def test_a_mask_is_painted_frame_by_frame_and_taken_to_the_next(stage):
    stage.arm(ShapeKind.BITMASK)
    stage.go(5)
    stage.drag(100, 100, 160, 100)
    own = stage.focus.primary
    first = stage.session.shown(own, ("", 5)).geometry
    assert isinstance(first, Bitmask)
    stage.go(8)
    assert stage.session.shown(own, ("", 8)) is None
    stage.go(5)
    stage.key("F", SHIFT)
    assert stage.frame() == 6
    assert stage.session.shown(own, ("", 6)).geometry == first
    stage.drag(100, 140, 160, 140)
    assert stage.session.shown(own, ("", 6)).geometry != first
    assert stage.session.shown(own, ("", 5)).geometry == first
    assert stage.shown_on(own, range(FRAMES)) == [5, 6]


def test_an_object_is_drawn_again_on_a_frame_where_it_is_not(stage):
    own = stage.box_on(10, 100, 100)
    stage.go(20)
    stage.key("N", SHIFT)
    stage.drag(200, 200, 260, 240)
    assert list(stage.document.instances) == [own]
    assert stage.shown_on(own, range(FRAMES)) == list(range(10, 21))
    assert stage.session.shown(own, ("", 15)).geometry == Box(150, 150, 60, 40)


def test_a_polygon_between_key_frames_is_sliced_on_this_frame(stage):
    stage.go(10)
    stage.arm(ShapeKind.POLYGON)
    for x, y in ((100, 100), (200, 100), (200, 180), (100, 180)):
        stage.click(x, y)
    stage.key(Key.Key_Return)
    own = stage.focus.primary
    stage.key(Key.Key_Escape)
    stage.go(30)
    stage.key("K")
    stage.go(20)
    stage.key("J", SHIFT)
    stage.drag(150, 50, 150, 250)
    other = next(i for i in stage.document.instances if i != own)
    assert stage.rows(own) == [10, 20, 30]
    assert stage.rows(other) == [20]
    assert (
        stage.session.shown(own, ("", 20)).geometry.bounds()[2] - stage.session.shown(own, ("", 20)).geometry.bounds()[0] == 50
    )
    stage.key("Z", CTRL)
    assert stage.rows(own) == [10, 30]
    assert other not in stage.document.instances


def test_a_class_made_another_shape_changes_on_all_frames(stage):
    own = stage.track()
    stage.go(20)
    stage.editor.convert_to_polygon()
    kinds = {stage.session.shown(own, ("", f)).geometry.kind for f in range(10, 31)}
    assert kinds == {ShapeKind.POLYGON}
    assert stage.session.shown(own, ("", 20)).geometry.bounds() == (150, 125, 210, 165)


def test_a_run_of_nudges_is_one_step_that_ends_when_the_frame_changes(stage):
    own = stage.track()
    stage.go(20)
    before = len(stage.sent)
    for _ in range(3):
        stage.tap(Key.Key_Right, CTRL)
    assert len(stage.sent) == before
    stage.go(21)
    assert stage.texts[-1] == "Nudge Car 1"
    assert len(stage.sent) == before + 1
    assert stage.rows(own) == [10, 20, 30]
    assert stage.session.shown(own, ("", 20)).geometry == Box(153, 125, 60, 40)


def test_a_locked_object_stays(stage):
    own = stage.track()
    stage.go(20)
    stage.key("L")
    sent = len(stage.sent)
    stage.drag(180, 145, 180, 45)
    for key, held in (("K", None), ("O", None), ("I", None), (Key.Key_Delete, None), (Key.Key_Delete, CTRL), ("M", SHIFT)):
        stage.key(key, *([held] if held else []))
    assert len(stage.sent) == sent
    assert stage.rows(own) == [10, 30]


def test_what_is_selected_stays_selected_on_other_frames(stage):
    own = stage.track()
    for frame in (20, 50, 0):
        stage.go(frame)
        assert stage.focus.selected == (own,)
    assert stage.canvas.hits.get(own) is None


def test_undo_goes_to_the_frame_it_is_about_and_says_so(stage):
    own = stage.box_on(10, 100, 100)
    stage.go(40)
    stage.key("Z", CTRL)
    assert stage.frame() == 10
    assert stage.said[-1] == "Undone: Draw Car 1, on frame 10."
    stage.go(40)
    stage.key("Y", CTRL)
    assert stage.frame() == 10
    assert own in stage.document.instances


def test_undo_stays_where_what_it_changes_is_seen(stage):
    own = stage.track()
    stage.go(20)
    stage.key("Z", CTRL)
    assert stage.frame() == 20
    assert stage.session.shown(own, ("", 30)).geometry == Box(100, 100, 60, 40)


def test_a_polygon_half_drawn_goes_along_to_another_frame(stage):
    stage.arm(ShapeKind.POLYGON)
    stage.click(50, 50)
    stage.click(120, 50)
    stage.key(Key.Key_Right)
    stage.click(120, 120)
    stage.key(Key.Key_Return)
    assert stage.rows(stage.focus.primary) == [1]


def test_a_drag_is_dropped_when_the_frame_changes_under_it(stage):
    own = stage.track()
    stage.go(20)
    stage.press(180, 145)
    stage.move(200, 60, Qt.MouseButton.LeftButton)
    stage.focus.set(at=("", 25))
    assert stage.rows(own) == [10, 30]
    stage.release(200, 60)
    assert stage.rows(own) == [10, 30]


def test_undoing_a_split_selects_what_was_split(stage):
    own = stage.track()
    stage.go(20)
    stage.key("M", SHIFT)
    assert stage.focus.selected != (own,)
    stage.key("Z", CTRL)
    assert stage.focus.selected == (own,)
    stage.key("Z", CTRL)
    stage.key("Z", CTRL)
    stage.key("Z", CTRL)
    assert stage.focus.selected == ()  # nothing is left


def test_what_was_said_of_a_deed_goes_with_the_next_key_and_what_is_waited_for_stays(stage):
    stage.track()
    stage.key("Z", CTRL)
    assert stage.said[-1].startswith("Undone: ")
    stage.key("F")
    assert stage.said[-1] == stage.editor.hint
    stage.key("M")
    waits = stage.said[-1]
    assert waits.startswith("Merge: ")
    stage.key("F")
    stage.key("D")
    assert stage.said[-1] == stage.editor.hint == waits
    stage.key(Key.Key_Escape)
    assert stage.said[-1] == "Nothing is merged."
    stage.key("F")
    assert stage.said[-1] == stage.editor.hint != waits


def test_the_frames_chosen_on_the_timeline_are_those_that_answers_may_hold_on(stage, qtbot):
    view = stage.editor.timeline.view

    def at(frame):
        return QPoint(round(view.layer.names + view.axis.x(frame + 0.5)), 20)

    QTest.mousePress(view, Qt.MouseButton.LeftButton, SHIFT, at(5))
    for frame in (6, 10, 20):
        QTest.mouseMove(view, at(frame))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, SHIFT, at(20))
    assert stage.focus.span == stage.editor.timeline.selected_range == (5, 20)
    qtbot.keyClick(view, Key.Key_Escape)
    assert stage.focus.span is None
