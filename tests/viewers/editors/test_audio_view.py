"""The sound on the screen: zoom, overview, playhead, menus, states; and what the rest of the window is told."""

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
from tests.support.audio_stage import CTRL, MIDDLE, NOISE, SHIFT, WORDS, AudioStage
from viewers.decode.audio import open_sound
from viewers.scene.frame_clock import time_text

Key = Qt.Key


@pytest.fixture(scope="module")
def speech(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    return sounds.write(folder / "speech.wav", sounds.speechlike(20, 8000), 8000)


@pytest.fixture
def stage(qtbot, speech):
    return AudioStage(qtbot, speech)


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
    with qtbot.waitSignal(stage.editor.answers_wanted):
        stage.key(Key.Key_Return)
    with qtbot.waitSignal(stage.editor.answers_wanted):
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
    menu = stage.editor.build_menu()
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
    qtbot.waitUntil(lambda: stage.canvas.again.isVisible())
    assert "a.wav" in stage.failures[0].reason
    stage.key(Key.Key_Space)
    assert stage.said[-1] == "The sound is not open."
    stage.drag(2.0, 4.0)
    # The size of a file is read when its source is made, so the sound comes back as another one.
    good = FileSource(sounds.write(path, sounds.speechlike(3, 8000), 8000))
    stage.sound._open = lambda check, told: open_sound(good, cache_dir=None, check=check, on_progress=told)
    QTest.mouseClick(stage.canvas.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stage.editor.ready and stage.canvas._open)
    assert not stage.canvas.again.isVisible()


def test_everything_on_screen_gets_sharp(stage):
    stage.settle()
    stage.wheel(5.0, 20)
    stage.settle()
    assert stage.canvas.settled
    stage.canvas.fit()
    stage.settle()
    assert stage.canvas.settled


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


def test_the_place_under_the_pointer_is_told_anew_when_the_sound_moves_below_it(stage):
    stage.move(5.0)
    assert stage.places[-1].startswith("0:05.")
    x = stage.at(5.0).x()
    stage.canvas.zoom(4.0, 0.0)
    assert stage.places[-1].startswith(time_text(stage.canvas.view.time(x)))
    stage.key("Z")
    assert stage.places[-1].startswith("0:05.")


def test_the_length_of_a_region_is_said_as_people_say_it(qtbot, tmp_path):
    stage = AudioStage(qtbot, sounds.write(tmp_path / "long.wav", sounds.ramp(1000 * 200), 1000))
    stage.key("1")
    stage.drag(10.0, 40.0)
    assert stage.editor.strip.region_label.text().endswith(" s")
    stage.drag(60.0, 160.0)
    text = stage.editor.strip.region_label.text()
    assert text.split("   ")[1].startswith("1:") and not text.endswith(" s")
