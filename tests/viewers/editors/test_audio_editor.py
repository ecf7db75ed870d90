"""Regions of a sound by real mouse and key events: what is drawn is stored, in whole milliseconds, one step a gesture."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from storage.editing import verbs
from tests.support import sounds
from tests.support.audio_stage import CTRL, NOISE, SHIFT, SPEECH, WORDS, AudioStage

Key = Qt.Key


@pytest.fixture(scope="module")
def speech(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    return sounds.write(folder / "speech.wav", sounds.speechlike(20, 8000), 8000)


@pytest.fixture
def stage(qtbot, speech):
    return AudioStage(qtbot, speech)


def ms(stage, seconds):
    """What a place on the screen means: the time of its whole pixel."""
    return round(stage.canvas.view.time(stage.at(seconds).x()) * 1000)


# -- drawing


def test_a_digit_arms_a_class_and_a_drag_draws_a_region(stage):
    stage.key("1")
    stage.drag(2.0, 5.0)
    assert stage.ranges == [((ms(stage, 2.0), ms(stage, 5.0)),)]
    (own,) = stage.document.instances.values()
    assert own.feature_hash == SPEECH
    assert stage.focus.selected == (own.uuid,)
    assert stage.texts == ["Draw Speech 1"]
    assert stage.focus.tool == "audio_region"


def test_the_class_stays_armed_and_a_new_region_may_begin_where_the_last_one_ends(stage):
    stage.key("1")
    stage.drag(2.0, 5.0)
    stage.drag(5.02, 8.0)
    (_, end), (start, _) = stage.ranges[0][0], stage.ranges[1][0]
    assert end == start
    stage.key("2")
    stage.drag(3.0, 4.0)
    assert [i.feature_hash for i in stage.document.instances.values()] == [SPEECH, SPEECH, NOISE]


def test_backwards_is_the_same_region_and_the_ends_of_the_sound_are_its_limits(stage):
    stage.key("1")
    stage.drag(15.0, 12.0)
    assert stage.ranges[0][0] == (ms(stage, 12.0), ms(stage, 15.0))
    stage.press(18.0)
    stage.send(stage.canvas, QPoint(5000, 300), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QTest.mouseRelease(stage.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(5000, 300))
    assert stage.ranges[1][0][1] == 20_000


def test_a_click_draws_nothing_and_sets_the_playhead(stage):
    stage.key("1")
    stage.click(4.0)
    assert stage.ranges == []
    assert stage.editor.player.position * 1000 == pytest.approx(ms(stage, 4.0), abs=1)


def test_a_class_of_another_shape_is_refused_with_a_sentence(stage):
    stage.editor.arm_class("hash-car")
    assert "Car" in stage.said[-1]
    assert stage.focus.tool == "select"
    stage.key("9")
    assert stage.said[-1] == "No class has the key 9."


def test_shift_drag_adds_a_range_to_the_selected_object(stage):
    stage.key("1")
    stage.drag(2.0, 4.0)
    stage.drag(6.0, 8.0, keys=SHIFT)
    assert len(stage.document.instances) == 1
    assert stage.ranges == [((ms(stage, 2.0), ms(stage, 4.0)), (ms(stage, 6.0), ms(stage, 8.0)))]
    assert stage.texts == ["Draw Speech 1", "Add a range to Speech 1"]


def test_add_a_range_arms_one_drag_for_the_selected_object(stage):
    (own,) = stage.draw((2.0, 4.0))
    stage.focus.select((own,))
    stage.key("A")
    assert "one more range of Speech 1" in stage.editor.hint
    stage.drag(10.0, 12.0)
    assert len(stage.of(own)) == 2
    stage.drag(14.0, 16.0)
    assert len(stage.of(own)) == 2


def test_ranges_of_one_object_that_meet_become_one(stage):
    stage.key("1")
    stage.drag(2.0, 4.0)
    stage.drag(3.0, 8.0, keys=SHIFT | CTRL)
    assert stage.ranges == [((ms(stage, 2.0), ms(stage, 8.0)),)]


def test_an_object_drawn_again_keeps_its_identity_and_answers(stage):
    (own,) = stage.draw((2.0, 4.0))
    stage.session.do("Answer", verbs.set_answer(stage.document, own, WORDS, "hello"))
    stage.focus.select((own,))
    stage.key("N", SHIFT)
    stage.drag(9.0, 11.0)
    assert stage.of(own) == ((ms(stage, 9.0), ms(stage, 11.0)),)
    assert stage.editor.canvas.transcript_of(own) == "hello"
    assert stage.texts[-1] == "Draw Speech 1 again"


# -- moving and resizing


def test_a_drag_moves_a_region_by_whole_milliseconds_as_one_step(stage):
    (own,) = stage.draw((2.0, 4.0))
    before = stage.of(own)[0]
    steps = len(stage.sent)
    stage.drag(3.0, 8.0, keys=CTRL)
    by = ms(stage, 8.0) - ms(stage, 3.0)
    assert stage.of(own)[0][0] - before[0] == pytest.approx(by, abs=1)
    assert stage.of(own)[0][1] - stage.of(own)[0][0] == before[1] - before[0]
    assert len(stage.sent) == steps + 1
    assert stage.texts[-1] == "Move Speech 1"


def test_a_region_moved_away_and_back_is_no_step(stage):
    (own,) = stage.draw((2.0, 4.0))
    before, steps = stage.of(own), len(stage.sent)
    stage.drag(3.0, 8.0, keys=CTRL, let_go=False)
    assert stage.of(own) != before
    stage.move(3.0, held=Qt.MouseButton.LeftButton, keys=CTRL)
    stage.release(3.0)
    assert (stage.of(own), len(stage.sent)) == (before, steps)


def test_an_edge_is_dragged_and_stops_before_the_other(stage):
    (own,) = stage.draw((2.0, 4.0))
    stage.drag(4.0, 6.0, keys=CTRL)
    assert stage.of(own)[0] == (ms(stage, 2.0), ms(stage, 6.0))
    assert stage.texts[-1] == "Resize Speech 1"
    stage.drag(6.0, 0.5, keys=CTRL)
    assert stage.of(own)[0] == (ms(stage, 2.0), ms(stage, 2.0) + 1)


def test_two_adjoining_edges_are_dragged_at_once_as_one_step(stage):
    one, two = stage.draw((2.0, 5.0), (5.0, 8.0))
    assert stage.of(one)[0][1] == stage.of(two)[0][0]
    steps = len(stage.sent)
    stage.drag(5.0, 6.5)
    assert stage.of(one)[0][1] == stage.of(two)[0][0]
    assert stage.of(one)[0][1] == pytest.approx(6500, abs=25)
    assert len(stage.sent) == steps + 1
    assert stage.texts[-1] == "Move the edge between two regions"
    stage.drag(6.5, 12.0)
    assert stage.of(two)[0] == (stage.of(one)[0][1], stage.of(two)[0][1])
    assert stage.of(two)[0][1] - stage.of(two)[0][0] == 1


def test_with_ctrl_one_of_two_adjoining_edges_is_taken(stage):
    one, two = stage.draw((2.0, 5.0), (5.0, 8.0))
    stage.drag(5.05, 6.0, keys=CTRL)
    moved = [stage.of(one)[0][1], stage.of(two)[0][0]]
    assert sorted(m > 5500 for m in moved) == [False, True]


def test_edges_snap_to_neighbours_and_to_the_playhead_unless_ctrl_is_held(stage):
    one, two = stage.draw((2.0, 4.0), (8.0, 10.0))
    stage.editor.player.seek(6.123)
    near = 6.123 + 5 * stage.canvas.view.scale
    stage.drag(4.0, near)
    assert stage.of(one)[0][1] == 6123
    stage.drag(6.123, 8.0 - 5 * stage.canvas.view.scale)
    assert stage.of(one)[0][1] == stage.of(two)[0][0]
    stage.key("Z", CTRL)
    stage.drag(6.123, 8.0 - 5 * stage.canvas.view.scale, keys=CTRL)
    assert stage.of(one)[0][1] < stage.of(two)[0][0]


def test_of_an_object_with_several_ranges_the_one_under_the_hand_is_moved(stage):
    (own,) = stage.draw((2.0, 4.0))
    stage.focus.select((own,))
    stage.key("A")
    stage.drag(6.0, 8.0)
    first = stage.of(own)[0]
    stage.drag(7.0, 12.0, keys=CTRL)
    assert stage.of(own)[0] == first
    assert stage.of(own)[1][0] == pytest.approx(11_000, abs=45)
    stage.drag(12.0, 3.0, keys=CTRL)
    assert len(stage.of(own)) == 1


def test_several_selected_objects_move_together_and_stop_at_the_end(stage):
    one, two = stage.draw((2.0, 4.0), (10.0, 12.0))
    stage.focus.select((one, two))
    gap = stage.of(two)[0][0] - stage.of(one)[0][0]
    stage.drag(3.0, 19.0, keys=CTRL)
    assert stage.of(two)[0][1] == 20_000
    assert stage.of(two)[0][0] - stage.of(one)[0][0] == gap
    assert stage.texts[-1] == "Move 2 objects"


def test_escape_drops_what_is_being_dragged(stage):
    (own,) = stage.draw((2.0, 4.0))
    before, steps = stage.of(own), len(stage.sent)
    stage.drag(3.0, 9.0, let_go=False)
    stage.key(Key.Key_Escape)
    stage.release(9.0)
    assert (stage.of(own), len(stage.sent)) == (before, steps)
    stage.key("1")
    stage.drag(9.0, 12.0, let_go=False)
    stage.key(Key.Key_Escape)
    stage.release(12.0)
    assert len(stage.document.instances) == 1
    assert stage.focus.tool == "audio_region"
    stage.key(Key.Key_Escape)
    assert stage.focus.tool == "select"


def test_a_locked_region_can_be_selected_but_not_moved(stage):
    (own,) = stage.draw((2.0, 4.0))
    stage.focus.select((own,))
    stage.key("L")
    before = stage.of(own)
    stage.drag(3.0, 9.0)
    assert stage.of(own) == before
    assert "is locked" in " ".join(stage.said[-3:])


def test_what_vanishes_under_the_hand_ends_the_drag(stage):
    (own,) = stage.draw((2.0, 4.0))
    stage.drag(3.0, 6.0, let_go=False)
    stage.session.merge(verbs.delete_instances(stage.document, [own]))
    stage.move(7.0, held=Qt.MouseButton.LeftButton)
    stage.release(7.0)
    assert stage.ranges == []


def test_a_run_of_nudges_is_one_step(stage):
    (own,) = stage.draw((2.0, 4.0))
    stage.focus.select((own,))
    start, steps = stage.of(own)[0][0], len(stage.sent)
    px = round(stage.canvas.view.scale * 1000)
    for _ in range(3):
        stage.key(Key.Key_Right, CTRL)
    stage.key(Key.Key_Left, CTRL | SHIFT)
    assert stage.of(own)[0][0] == start - 7 * px
    stage.key("Z", CTRL)
    assert stage.of(own)[0][0] == start
    assert [c.kind for c in stage.sent[steps:]] == ["do", "undo"]


def test_a_nudge_is_kept_when_the_mouse_goes_on(stage):
    one, _ = stage.draw((2.0, 4.0), (8.0, 10.0))
    stage.focus.select((one,))
    start = stage.of(one)[0][0]
    stage.key(Key.Key_Right, CTRL)
    stage.drag(9.0, 12.0, keys=CTRL)
    assert stage.of(one)[0][0] > start
    assert stage.texts[-2:] == ["Nudge Speech 1", "Move Speech 2"]


# -- selecting


def test_clicks_select_and_ctrl_and_shift_add(stage):
    one, two = stage.draw((2.0, 4.0), (8.0, 10.0))
    stage.click(3.0)
    assert stage.focus.selected == (one,)
    stage.click(9.0, keys=CTRL)
    assert stage.focus.selected == (one, two)
    stage.click(3.0, keys=CTRL)
    assert stage.focus.selected == (two,)
    stage.click(15.0)
    assert stage.focus.selected == ()


def test_a_drag_on_empty_ground_selects_what_lies_inside(stage):
    one, two, three = stage.draw((2.0, 4.0), (6.0, 8.0), (12.0, 14.0))
    stage.drag(1.0, 9.0)
    assert set(stage.focus.selected) == {one, two}
    stage.drag(11.0, 15.0, keys=SHIFT)
    assert set(stage.focus.selected) == {one, two, three}
    stage.drag(5.0, 7.0)
    assert stage.focus.selected == ()


def test_overlapping_regions_lie_in_lanes_where_each_can_be_taken(stage):
    long, short = stage.draw((2.0, 12.0), (4.0, 9.0))
    lanes = {r.instance: r.lane for r in stage.editor.regions.all}
    assert sorted(lanes.values()) == [0, 1]
    stage.click(6.0, "lane", lane=lanes[long])
    assert stage.focus.selected == (long,)
    stage.click(6.0, "lane", lane=lanes[short])
    assert stage.focus.selected == (short,)


def test_hidden_regions_leave_and_come_back(stage):
    one, two = stage.draw((2.0, 4.0), (8.0, 10.0))
    stage.focus.select((one,))
    stage.key("H")
    assert [r.instance for r in stage.editor.regions.all] == [two]
    stage.click(3.0)
    assert stage.focus.selected == ()
    stage.key("H", SHIFT)
    assert len(stage.editor.regions.all) == 2


def test_up_and_down_go_from_region_to_region_with_the_playhead(stage):
    two, one = stage.draw((8.0, 10.0), (2.0, 4.0))
    stage.key(Key.Key_Down)
    assert stage.focus.selected == (one,)
    assert stage.editor.player.position == stage.of(one)[0][0] / 1000
    stage.key(Key.Key_Down)
    assert stage.focus.selected == (two,)
    stage.key(Key.Key_Down)
    assert "last region" in " ".join(stage.said[-2:])
    stage.key(Key.Key_Up)
    assert stage.focus.selected == (one,)
    stage.key(Key.Key_Tab)
    assert stage.focus.selected == (two,)


# -- at the playhead


def test_brackets_set_the_ends_of_the_selected_region(stage):
    (own,) = stage.draw((2.0, 8.0))
    stage.focus.select((own,))
    stage.editor.player.seek(3.1234)
    stage.key("[")
    stage.editor.player.seek(6.5)
    stage.key("]")
    assert stage.of(own) == ((3123, 6500),)
    stage.key("[")
    assert stage.of(own) == ((3123, 6500),)
    assert "end before it begins" in " ".join(stage.said[-2:])


def test_with_a_class_armed_brackets_make_a_region_while_it_plays_on(stage):
    stage.key("1")
    stage.editor.player.seek(3.0)
    stage.key("[")
    stage.editor.player.seek(5.0)
    stage.key("]")
    stage.editor.player.seek(6.0)
    stage.key("[")
    stage.editor.player.seek(7.25)
    stage.key("]")
    assert stage.ranges == [((3000, 5000),), ((6000, 7250),)]
    assert stage.texts == ["Draw Speech 1", "Draw Speech 2"]


def test_splitting_at_the_playhead_makes_two_objects_with_the_answers_of_one(stage):
    (own,) = stage.draw((2.0, 8.0))
    stage.session.do("Answer", verbs.set_answer(stage.document, own, WORDS, "hello"))
    start, end = stage.of(own)[0]
    stage.editor.player.seek(5.0)
    stage.key("M", SHIFT)
    (other,) = stage.focus.selected
    assert stage.of(own) == ((start, 5000),)
    assert stage.of(other) == ((5000, end),)
    assert stage.canvas.transcript_of(other) == "hello"
    assert stage.document.instances[other].number == 2
    stage.key("Z", CTRL)
    assert stage.of(own) == ((start, end),)


def test_joining_puts_ranges_and_words_together_and_merging_bridges_the_gap(stage):
    one, two = stage.draw((2.0, 4.0), (6.0, 8.0))
    for own, word in ((one, "hello"), (two, "there")):
        stage.session.do("Answer", verbs.set_answer(stage.document, own, WORDS, word))
    spans = (stage.of(one)[0], stage.of(two)[0])
    stage.focus.select((two, one))
    stage.key("J")
    assert stage.of(one) == spans
    assert list(stage.document.instances) == [one]
    assert stage.canvas.transcript_of(one) == "hello there"
    assert stage.texts[-1] == "Join 2 objects"
    stage.key("M")
    assert stage.of(one) == ((spans[0][0], spans[1][1]),)
    for left in ((one,), (one, two)):
        stage.key("Z", CTRL)
        assert stage.focus.selected == left


def test_objects_of_different_classes_are_not_joined(stage):
    (one,) = stage.draw((2.0, 4.0))
    (two,) = stage.draw((6.0, 8.0), digit="2")
    stage.focus.select((one, two))
    stage.key("J")
    assert len(stage.document.instances) == 2
    assert "different classes" in " ".join(stage.said[-2:])
    stage.key("2", CTRL)
    stage.key("J")
    assert len(stage.document.instances) == 1


def test_deleting_an_object_or_one_of_its_ranges(stage):
    (own,) = stage.draw((2.0, 4.0))
    stage.focus.select((own,))
    stage.key("A")
    stage.drag(6.0, 8.0)
    stage.click(7.0)
    stage.key(Key.Key_Delete, CTRL)
    assert len(stage.of(own)) == 1
    assert stage.texts[-1] == "Delete a range of Speech 1"
    stage.key(Key.Key_Delete)
    assert not stage.document.instances
    stage.key("Z", CTRL)
    stage.key("Z", CTRL)
    assert len(stage.of(own)) == 2


def test_pasted_at_the_playhead_with_answers_and_duplicated_right_after(stage):
    (own,) = stage.draw((2.0, 4.0))
    stage.session.do("Answer", verbs.set_answer(stage.document, own, WORDS, "hello"))
    stage.focus.select((own,))
    start, end = stage.of(own)[0]
    stage.key("C", CTRL)
    stage.editor.player.seek(10.0)
    stage.key("V", CTRL)
    (copy,) = stage.focus.selected
    assert stage.of(copy) == ((10_000, 10_000 + end - start),)
    assert stage.canvas.transcript_of(copy) == "hello"
    stage.key("V", CTRL | SHIFT)
    assert stage.canvas.transcript_of(stage.focus.primary) == ""
    stage.focus.select((own,))
    stage.key("D", CTRL)
    assert stage.of(stage.focus.primary) == ((end, end + end - start),)
    stage.editor.player.seek(20.0)
    stage.key("V", CTRL)
    assert stage.of(stage.focus.primary)[0][1] == 20_000
