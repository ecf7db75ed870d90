"""Regions of a sound by real mouse and key events: what is drawn is stored, in whole milliseconds, one step a gesture."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from storage.editing import verbs
from storage.media.source import FileSource
from storage.model.geometry import AudioRanges
from storage.model.ontology import Ontology
from tests.support import sounds
from tests.support.audio_stage import CTRL, MIDDLE, NOISE, SHIFT, SPEECH, WORDS, AudioStage
from viewers.decode.audio import open_sound
from viewers.editors.audio_menu import build_menu

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


# -- the view


def test_the_wheel_zooms_at_the_cursor_and_shift_pans(stage):
    there = stage.canvas.view.time(stage.at(5.0).x())
    stage.wheel(5.0, 8)
    assert stage.canvas.view.span < 20 / 5
    assert stage.canvas.view.x(there) == pytest.approx(stage.at(there).x(), abs=1)
    start = stage.canvas.view.start
    stage.wheel(5.0, -2, keys=SHIFT)
    assert stage.canvas.view.start > start
    stage.drag(stage.canvas.view.start + 0.5, stage.canvas.view.start + 1.0, button=MIDDLE)
    assert stage.ranges == []


def test_space_held_and_dragged_pans_and_does_not_play(stage):
    stage.wheel(5.0, 8)
    start = stage.canvas.view.start
    QTest.keyPress(stage.canvas, Key.Key_Space)
    stage.drag(stage.canvas.view.start + 1.0, stage.canvas.view.start + 0.5)
    QTest.keyRelease(stage.canvas, Key.Key_Space)
    assert stage.canvas.view.start > start
    assert not stage.editor.player.playing


def test_z_shows_the_selection_and_without_one_all(stage):
    (own,) = stage.draw((8.0, 10.0))
    stage.focus.select((own,))
    stage.key("Z")
    view = stage.canvas.view
    assert view.start < 8.0 < 10.0 < view.end
    assert view.span < 3
    stage.focus.select(())
    stage.key("Z")
    assert view.fitted


def test_the_overview_moves_and_widens_the_stretch_in_sight(stage):
    stage.canvas.show_span(2.0, 6.0, 0)
    strip = stage.editor.map

    def px(seconds):
        return QPoint(round(seconds / 20 * strip.width()), 10)

    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, px(12.0))
    assert stage.canvas.view.start == pytest.approx(10.0, abs=0.1)
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, px(14.0))
    stage.send(strip, px(17.0), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, px(17.0))
    assert stage.canvas.view.start == pytest.approx(10.0, abs=0.1)
    assert stage.canvas.view.end == pytest.approx(17.0, abs=0.1)


def test_the_pointer_tells_time_and_level(stage):
    stage.move(5.0)
    time, level = stage.places[-1].split("    ")
    assert time == f"0:{stage.canvas.view.time(stage.at(5.0).x()):06.3f}"
    assert level.endswith("dB") or level == "silence"


def test_a_quiet_sound_fills_its_strip_and_is_made_taller_and_lower_by_key(qtbot, tmp_path):
    quiet = AudioStage(qtbot, sounds.write(tmp_path / "a.wav", sounds.tone(16_000, 8000, 300, 0.09), 8000))
    assert quiet.canvas.look.gain == pytest.approx(10, rel=0.02)
    quiet.key(Key.Key_Up, CTRL)
    assert quiet.canvas.look.gain == pytest.approx(15, rel=0.02)
    for _ in range(20):
        quiet.key(Key.Key_Down, CTRL)
    assert quiet.canvas.look.gain == 1
    quiet.wheel(1.0, 2, keys=CTRL | SHIFT)
    assert quiet.canvas.look.gain > 1.5


def test_the_ruler_scrubs(stage):
    stage.drag(3.0, 9.0, "ruler")
    assert stage.editor.player.position == pytest.approx(9.0, abs=0.03)
    assert stage.ranges == []


def test_going_to_a_time_by_typing_it(stage):
    stage.key("`")
    field = stage.editor.strip.time_field
    assert field.hasFocus()
    QTest.keyClicks(field, "0:12.5")
    QTest.keyClick(field, Key.Key_Return)
    assert stage.editor.player.position == 12.5
    assert stage.canvas.hasFocus()
    stage.key(Key.Key_End)
    assert stage.editor.player.position == pytest.approx(20.0)
    stage.key(Key.Key_Home)
    assert stage.editor.player.position == 0


def test_edges_are_gone_to_by_key(stage):
    (own,) = stage.draw((2.0, 4.0))
    start, end = stage.of(own)[0]
    stage.editor.player.seek(0)
    stage.key("R")
    assert stage.editor.player.position == start / 1000
    stage.key("R")
    assert stage.editor.player.position == end / 1000
    stage.key("E")
    assert stage.editor.player.position == start / 1000


def test_the_divider_gives_the_spectrogram_more_room_and_w_takes_it_away(stage):
    spectrum = stage.canvas.layout_.spectrum
    at = QPoint(300, round(spectrum.top()))
    QTest.mousePress(stage.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    stage.send(stage.canvas, at - QPoint(0, 60), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QTest.mouseRelease(stage.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at - QPoint(0, 60))
    assert stage.canvas.layout_.spectrum.top() == pytest.approx(spectrum.top() - 60, abs=2)
    stage.key("W")
    assert stage.canvas.layout_.spectrum is None
    stage.key("W")
    assert stage.canvas.layout_.spectrum is not None


# -- with the rest of the window


def test_enter_and_double_click_ask_for_the_answers(stage, qtbot):
    (own,) = stage.draw((2.0, 4.0))
    stage.focus.select((own,))
    with qtbot.waitSignal(stage.editor.answers_wanted, timeout=1000):
        stage.key(Key.Key_Return)
    with qtbot.waitSignal(stage.editor.answers_wanted, timeout=1000):
        stage.click(3.0)
        QTest.mouseDClick(stage.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, stage.at(3.0))


def test_the_menu_is_about_what_lies_under_the_pointer(stage):
    (own,) = stage.draw((2.0, 4.0))
    stage.focus.select(())
    asked = []
    stage.editor.menu_wanted.connect(lambda instance, at: asked.append(instance))
    stage.click(3.0, button=Qt.MouseButton.RightButton)
    stage.click(10.0, button=Qt.MouseButton.RightButton)
    assert asked == [own, None]
    assert stage.focus.selected == (own,)
    menu = build_menu(stage.editor, None)
    entries = {a.text().split("\t")[0]: a for a in menu.actions() if a.text()}
    assert entries["Play the region once"].isEnabled()
    assert not entries["Paste"].isEnabled()
    assert entries["Paste"].toolTip() == "Nothing has been copied yet."
    entries["Delete"].trigger()
    assert stage.ranges == []
    menu.deleteLater()


def test_how_it_is_shown_is_chosen_in_the_strip(stage):
    strip = stage.editor.strip
    chosen = {a.text(): a for _, group in strip._groups for a in group.actions()}
    chosen["Viridis"].trigger()
    chosen["Linear"].trigger()
    chosen["Loud sounds only"].trigger()
    chosen["4 kHz"].trigger()
    look = stage.canvas.look
    assert (look.colors, look.scale, look.low_db, look.top_hz) == ("Viridis", "linear", -70.0, 4000.0)
    assert chosen["Viridis"].isChecked() and not chosen["Magma"].isChecked()
    stage.settle()


def test_the_transcript_is_shown_in_the_region(stage):
    (own,) = stage.draw((2.0, 9.0))
    stage.session.do("Answer", verbs.set_answer(stage.document, own, WORDS, "good\nmorning"))
    assert stage.canvas.label_of(own) == "Speech 1: good morning"


def test_a_panel_that_arms_a_class_arms_the_tool(stage):
    stage.focus.set(armed=NOISE)
    stage.drag(2.0, 4.0)
    assert [i.feature_hash for i in stage.document.instances.values()] == [NOISE]


def test_the_hint_says_what_comes_next(stage):
    assert "a digit arms a class" in stage.editor.hint
    stage.key("1")
    assert stage.said[-1].startswith("Speech: drag")
    stage.drag(2.0, 4.0, let_go=False)
    assert " to 0:0" in stage.said[-1]
    stage.release(4.0)
    assert "Shift+drag: one more range of Speech 1" in stage.said[-1]


def test_undo_and_redo_by_key_say_what_they_did(stage):
    stage.draw((2.0, 4.0))
    stage.key("Z", CTRL)
    assert stage.ranges == []
    assert stage.said[-1] == "Undone: Draw Speech 1"
    stage.key("Y", CTRL)
    assert len(stage.ranges) == 1


def test_without_a_class_for_sounds_it_says_so(qtbot, speech):
    stage = AudioStage(qtbot, speech, shown=Ontology())
    assert "no class with the shape audio" in stage.canvas.empty_text()
    assert "no class with the shape audio" in stage.editor.why_not("tool_audio_region")
    stage.drag(2.0, 4.0)
    assert stage.ranges == []


def test_what_cannot_be_read_is_said_and_can_be_tried_again(qtbot, tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"nothing")
    stage = AudioStage(qtbot, path, wait=False)
    failed = []
    stage.editor.failed.connect(failed.append)
    qtbot.waitUntil(lambda: stage.canvas.again.isVisible(), timeout=5000)
    assert "a.wav" in failed[0].reason
    stage.key(Key.Key_Space)
    assert stage.said[-1] == "The sound is not open."
    stage.drag(2.0, 4.0)
    # The size of a file is read when its source is made, so the sound comes back as another one.
    good = FileSource(sounds.write(path, sounds.speechlike(3, 8000), 8000))
    stage.sound._open = lambda check, told: open_sound(good, cache_dir=None, check=check, on_progress=told)
    QTest.mouseClick(stage.canvas.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stage.editor.ready and stage.canvas._open, timeout=5000)
    assert not stage.canvas.again.isVisible()


def test_everything_on_screen_gets_sharp(stage):
    stage.settle()
    stage.wheel(5.0, 20)
    stage.settle()
    stage.canvas.fit()
    stage.settle()


def test_a_person_who_presses_anything_breaks_nothing(stage):
    dice = random.Random(7)
    keys = [k for a in stage.editor.keymap._actions.values() for k in a.keys if k not in ("`", "F6")]
    stage.draw((2.0, 4.0), (4.0, 6.0))
    for n in range(250):
        if dice.random() < 0.4:
            held = dice.choice((Qt.KeyboardModifier.NoModifier, CTRL, SHIFT))
            view = stage.canvas.view
            a, b = (view.start + dice.random() * view.span for _ in range(2))
            stage.drag(a, b, dice.choice(("sound", "lane", "ruler")), keys=held, let_go=dice.random() < 0.9)
        else:
            stage.editor.run(stage.editor.keymap.find(dice.choice(keys)).id)
        for ranges in stage.ranges:
            assert all(0 <= a < b <= 20_000 for a, b in ranges), n
    stage.editor.settle()
    assert all(list(r) == sorted(r) for r in stage.ranges)
    while stage.editor.can_undo():
        stage.editor.undo()
    assert stage.ranges == []


def test_geometry_is_kept_in_order(stage):
    (own,) = stage.draw((8.0, 10.0))
    stage.focus.select((own,))
    stage.key("A")
    stage.drag(2.0, 4.0)
    assert isinstance(stage.document.annotation_of(own).geometry, AudioRanges)
    assert list(stage.of(own)) == sorted(stage.of(own))
