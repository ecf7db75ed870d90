"""The bar below a film: what it shows is where the film is, what is pressed is what happens; keys reach it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QSlider, QToolButton, QToolTip

from tests.support import clips
from tests.support.film_stage import FilmStage
from viewers.editors.player import Player
from viewers.editors.transport import TransportBar
from viewers.scene.playback import SPEEDS, Loop
from widgets import icons


class Silent:
    error = None

    def __init__(self) -> None:
        self.muted, self.volume = False, 1.0

    def play(self, at: float, **how: object) -> None: ...

    def stop(self) -> None: ...

    def heard(self) -> None: ...


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.write(tmp_path_factory.mktemp("transport") / "clip.mp4", 200, gop=25)


@pytest.fixture
def bar(clip, qtbot) -> Iterator[TransportBar]:
    stage = FilmStage(clip)
    player = Player(stage.pictures, stage.pictures.clock, Silent())
    made = TransportBar(player, icon=icons.icon)
    qtbot.addWidget(made)
    made.resize(1000, 36)
    made.show()
    yield made
    player.close()
    stage.pictures.close()


def test_it_shows_time_and_frame(bar):
    bar._player.seek(41)
    assert bar.time_label.text() == "0:01.640"
    assert bar.frame_button.text() == "41 / 200"
    assert bar.slider.value() == 41


def test_the_buttons_step(bar, qtbot):
    player = bar._player
    for button, frame in (
        (bar.last_button, 199), (bar.back_button, 198), (bar.forward_button, 199), (bar.first_button, 0), (bar.forward_button, 1),
    ):  # fmt: skip
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert player.frame == frame


def test_play_becomes_pause_and_back(bar, qtbot):
    assert bar.play_button.accessibleName() == "Play"
    qtbot.mouseClick(bar.play_button, Qt.MouseButton.LeftButton)
    assert bar._player.playing
    assert bar.play_button.accessibleName() == "Pause"
    qtbot.waitUntil(lambda: bar.slider.value() > 2)
    qtbot.mouseClick(bar.play_button, Qt.MouseButton.LeftButton)
    assert not bar._player.playing


def mouse(bar, kind: QEvent.Type, x: float, buttons: Qt.MouseButton) -> None:
    at = QPointF(x, bar.slider.height() / 2)
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, at, bar.slider.mapToGlobal(at), button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(bar.slider, event)


def test_every_frame_has_its_place_on_the_slider(bar):
    slider = bar.slider
    assert [slider.frame_under(slider.x_of(n)) for n in range(200)] == list(range(200))
    assert slider.frame_under(-50) == 0
    assert slider.frame_under(5000) == 199


def test_dragging_scrubs_and_letting_go_plays_on(bar):
    player, slider, left = bar._player, bar.slider, Qt.MouseButton.LeftButton
    player.play()
    mouse(bar, QEvent.Type.MouseButtonPress, slider.x_of(50), left)
    assert player.frame == 50
    for n in range(50, 121, 10):
        mouse(bar, QEvent.Type.MouseMove, slider.x_of(n), left)
        assert (player.frame, slider.value()) == (n, n)
    mouse(bar, QEvent.Type.MouseButtonRelease, slider.x_of(120), Qt.MouseButton.NoButton)
    assert player.playing
    assert player.frame == 120
    player.pause()


def test_the_time_under_the_pointer_is_told(bar, monkeypatch):
    told = []
    monkeypatch.setattr(QToolTip, "showText", lambda at, text, *_: told.append(text))
    mouse(bar, QEvent.Type.MouseMove, bar.slider.x_of(100), Qt.MouseButton.NoButton)
    assert told == ["0:04.000   100"]
    assert bar._player.frame == 0


def test_everything_is_reached_and_worked_by_keys(bar, qtbot):
    bar.slider.setFocus()
    for key, frame in (
        (Qt.Key.Key_Right, 1), (Qt.Key.Key_PageDown, 11), (Qt.Key.Key_Left, 10), (Qt.Key.Key_End, 199), (Qt.Key.Key_Home, 0),
    ):  # fmt: skip
        qtbot.keyClick(bar.slider, key)
        assert bar._player.frame == frame
    for widget in (*bar.findChildren(QToolButton), *bar.findChildren(QSlider)):
        assert widget.accessibleName(), widget
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    qtbot.keyClick(bar.last_button, Qt.Key.Key_Space)
    assert bar._player.frame == 199


def test_a_click_leaves_the_keyboard_where_it_was(bar, qtbot):
    bar.slider.setFocus()
    qtbot.mouseClick(bar.forward_button, Qt.MouseButton.LeftButton)
    assert not bar.forward_button.hasFocus()


def test_speeds(bar):
    actions = bar.speed_button.menu().actions()
    assert [a.data() for a in actions] == list(SPEEDS)
    next(a for a in actions if a.data() == 2.0).trigger()
    assert bar._player.speed == 2.0
    assert bar.speed_button.text() == "2×"
    bar._player.speed = 0.5
    assert [a.data() for a in actions if a.isChecked()] == [0.5]


def test_volume_and_mute(bar, qtbot):
    bar.volume.setValue(30)
    assert bar._player.volume == pytest.approx(0.3)
    qtbot.mouseClick(bar.sound_button, Qt.MouseButton.LeftButton)
    assert bar._player.muted
    assert bar.sound_button.accessibleName() == "Sound on"
    assert bar.volume.value() == 0
    bar.volume.setValue(60)
    assert not bar._player.muted


def test_a_film_without_sound_has_no_volume(bar):
    bar._player.sound = None
    assert not bar.sound_button.isVisible()
    assert not bar.volume.isVisible()


def test_what_only_the_editor_can_do_is_told(bar, qtbot):
    told = []
    bar.run_wanted.connect(told.append)
    for button in (bar.previous_key_button, bar.next_key_button, bar.loop_button, bar.frame_button):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told == ["track_previous_key", "track_next_key", "play_loop", "play_goto"]
    assert not bar.loop_button.isChecked()  # nobody did it
    bar._player.loop = Loop(20, 60)
    assert bar.loop_button.isChecked()


def test_tooltips_name_the_keys(bar):
    bar.show_keys(lambda action: {"play_toggle": ("Space",), "play_goto": ("`",)}.get(action, ()))
    assert bar.play_button.toolTip() == "Play  (Space)"
    assert bar.frame_button.toolTip() == "Go to a frame or time  (`)"
    assert bar.last_button.toolTip() == "Last frame"


def test_a_loop_is_marked_on_the_slider_but_not_one_over_everything(bar):
    def ground(frame: int) -> str:
        image = bar.slider.grab().toImage()
        return image.pixelColor(QPoint(round(bar.slider.x_of(frame)), image.height() // 2 - 4)).name()

    plain = ground(150)
    bar._player.loop = Loop(100, 199)
    assert ground(150) != plain
    bar._player.loop = Loop(0, 199)
    assert ground(150) == plain


def test_a_narrow_bar_keeps_its_slider(bar, qtbot):
    bar.resize(bar.minimumWidth(), 36)
    qtbot.waitUntil(lambda: not bar.volume.isVisible())
    assert bar.slider.width() >= 80
    assert not bar.next_key_button.isVisible()
    assert bar.loop_button.geometry().right() < bar.width()
    assert bar.slider.geometry().right() < bar.frame_button.x()
    bar.resize(1000, 36)
    qtbot.waitUntil(bar.next_key_button.isVisible)
