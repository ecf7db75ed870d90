"""What is heard is what lies under the playhead: read back from a device that keeps its samples."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.support import sounds
from tests.support.audio_stage import CTRL, SHIFT, AudioStage

Key = Qt.Key
RATE = 8000


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return sounds.write(tmp_path_factory.mktemp("sound") / "a.wav", sounds.ramp(20 * RATE, 2), RATE)


@pytest.fixture(scope="module")
def want():
    return sounds.ramp(20 * RATE, 2)


@pytest.fixture
def stage(qtbot, path):
    return AudioStage(qtbot, path)


def stands_at(stage, seconds):
    """The playhead comes to where the device is."""
    stage.qtbot.waitUntil(lambda: stage.editor.player.position == pytest.approx(seconds, abs=1 / RATE))


def test_space_plays_from_the_playhead_exactly_and_pauses(stage, want):
    stage.editor.player.seek(7.0)
    stage.key(Key.Key_Space)
    assert stage.editor.player.playing
    assert np.array_equal(stage.output.listen(2000), want[7 * RATE :][:2000])
    stands_at(stage, 7.25)
    drops = stage.output.drops
    stage.key(Key.Key_Space)
    assert not stage.editor.player.playing
    stage.output.wait_for_drop(drops)
    assert not stage.output.waiting
    assert stage.editor.player.position == pytest.approx(7.25, abs=1 / RATE)


def test_the_cursor_stands_where_the_device_is(stage):
    stage.editor.player.seek(3.0)
    stage.key(Key.Key_Space)
    for n in range(1, 9):
        stage.output.listen(RATE // 4)
        stands_at(stage, 3.0 + n / 4)


def test_a_click_while_it_plays_goes_on_from_there(stage, want):
    stage.key(Key.Key_Space)
    stage.output.listen(2000)
    drops = stage.output.drops
    stage.click(12.0)
    assert stage.editor.player.position == pytest.approx(12.0, abs=0.05)
    stage.output.wait_for_drop(drops)
    first = round(stage.canvas.view.time(stage.at(12.0).x()) * RATE)
    assert np.array_equal(stage.output.listen(500), want[first : first + 500])


def test_a_region_is_played_once_from_its_very_first_to_its_very_last_sample(stage, want):
    (own,) = stage.draw((2.0, 3.0))
    stage.focus.select((own,))
    stage.editor.player.seek(9.0)
    stage.key(Key.Key_Space, SHIFT)
    start, end = stage.of(own)[0]
    region = want[start * RATE // 1000 : end * RATE // 1000]
    assert np.array_equal(stage.output.listen(len(region)), region)
    stage.ends()
    assert stage.editor.player.position == end / 1000


def test_a_loop_plays_the_region_again_and_again_until_it_is_left(stage, want):
    (own,) = stage.draw((2.0, 2.5))
    stage.focus.select((own,))
    stage.key("L", CTRL)
    start, end = (ms * RATE // 1000 for ms in stage.of(own)[0])
    assert np.array_equal(stage.output.listen(3 * (end - start)), np.concatenate(3 * [want[start:end]]))
    stage.key("L", CTRL)
    assert stage.editor.player.loop is None
    stage.key(Key.Key_Space)


def test_it_stops_at_the_end_and_begins_anew_from_there(stage, want):
    stage.editor.player.seek(19.8)
    stage.key(Key.Key_Space)
    assert np.array_equal(stage.output.listen(RATE // 5), want[-RATE // 5 :])
    stage.ends()
    assert stage.editor.player.position == pytest.approx(20.0)
    stage.key(Key.Key_Space)
    assert np.array_equal(stage.output.listen(500), want[:500])


def test_twice_as_fast_takes_half_the_samples_and_keeps_the_pitch(qtbot, tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.tone(4 * RATE, RATE, 440), RATE)
    stage = AudioStage(qtbot, path)
    stage.editor.player.set_speed(2.0)
    stage.editor.player.play_once(1.0, 3.0)
    played = stage.output.listen(RATE)[:, 0].astype(float)
    stage.ends()
    spectrum = np.abs(np.fft.rfft(played * np.hanning(len(played))))
    assert np.argmax(spectrum) * RATE / len(played) == pytest.approx(440, abs=6)


def test_speed_goes_by_key_within_its_limits(stage):
    for _ in range(20):
        stage.key(",")
    assert stage.editor.player.speed == 0.1
    for _ in range(20):
        stage.key(".")
    assert stage.editor.player.speed == 16
    stage.key("/")
    assert stage.editor.player.speed == 1
    assert stage.editor.strip.speed_box.currentText() == "1×"


def test_the_view_follows_the_playhead(stage):
    stage.canvas.show_span(4.0, 5.0, 0)
    stage.editor.player.seek(4.9)
    stage.key(Key.Key_Space)
    stage.output.listen(RATE // 4)
    stands_at(stage, 5.15)
    view = stage.canvas.view
    assert 4.5 < view.start <= stage.editor.player.position <= view.end


def test_who_looks_elsewhere_while_it_plays_is_left_there(stage):
    stage.canvas.show_span(4.0, 5.0, 0)
    stage.editor.player.seek(4.1)
    stage.key(Key.Key_Space)
    stage.canvas.show_span(12.0, 13.0, 0)
    stage.output.listen(RATE)
    stands_at(stage, 5.1)
    assert stage.canvas.view.start == pytest.approx(12.0)
    stage.key(Key.Key_Space)
    stage.key(Key.Key_Space)
    assert stage.canvas.view.start < 5.5


def test_without_a_device_the_playhead_moves_and_the_reason_is_said(stage, qtbot):
    stage.output.refuse = "No sound: there is no device."
    stage.editor.player.set_speed(16)
    stage.key(Key.Key_Space)
    qtbot.waitUntil(lambda: "No sound: there is no device. Connect a device." in stage.said)
    stage.moment += 0.1
    stands_at(stage, 1.6)


def test_muted_samples_are_silent(stage):
    stage.editor.run("play_mute")
    stage.key(Key.Key_Space)
    assert not stage.output.listen(2000).any()


def test_closing_while_it_plays_ends_everything(stage):
    stage.key(Key.Key_Space)
    stage.output.listen(200)
    stage.editor.close_editor()
    assert not stage.editor.player.playing
