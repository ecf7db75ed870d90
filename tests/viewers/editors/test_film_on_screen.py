"""What is painted is the frame it is said to be: stepping, jumping, scrubbing and while it plays."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import Qt

from tests.support import clips
from tests.support.video_stage import SIZE, VideoStage
from viewers.scene.playback import Loop

FRAMES = 200


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.write(tmp_path_factory.mktemp("screen") / "clip.mp4", FRAMES, size=SIZE, gop=80, b_frames=2)


@pytest.fixture
def stage(qtbot, clip):
    return VideoStage(qtbot, clip)


@pytest.mark.parametrize("order", ["forwards", "backwards", "random"])
def test_every_frame_carries_its_number(stage, order):
    frames = {
        "forwards": range(70, 90),
        "backwards": range(90, 70, -1),
        "random": random.Random(8).sample(range(FRAMES), 15),
    }[order]
    for frame in frames:
        stage.go(frame)
        stage.settle()
        assert stage.picture() == frame


@pytest.mark.parametrize("speed", [0.5, 1.0, 4.0, 16.0])
def test_while_it_plays_every_picture_is_the_frame_it_is_said_to_be(stage, qtbot, speed):
    seen: list[tuple[int, int]] = []
    stage.canvas.turned.connect(lambda: seen.append((stage.canvas.on_screen[1], stage.picture())))
    player = stage.editor.player
    player.loop = Loop(40, 139)
    player.speed = speed
    player.play()
    qtbot.waitUntil(lambda: len(seen) >= 25)
    player.pause()
    assert [said for said, _ in seen] == [painted for _, painted in seen]
    assert {said for said, _ in seen} <= set(range(40, 140))
    stage.settle()
    assert stage.picture() == stage.frame() == player.frame


def test_while_the_slider_is_dragged_what_is_seen_is_what_it_is_said_to_be_and_at_rest_the_frame_itself(stage, qtbot):
    seen: list[tuple[int, int]] = []
    stage.canvas.turned.connect(lambda: seen.append((stage.canvas.on_screen[1], stage.picture())))
    slider = stage.editor.transport.slider
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=_place(slider, 10))
    for frame in (30, 60, 75, 120, 180, 150, 99):
        slider.dragged.emit(frame)
        turns = len(seen)
        qtbot.waitUntil(lambda turns=turns: len(seen) > turns)
    slider.let_go.emit()
    stage.settle()
    assert all(said == painted for said, painted in seen)
    assert stage.frame() == stage.picture() == 99


def _place(slider, frame):
    from PySide6.QtCore import QPoint

    return QPoint(round(slider.x_of(frame)), slider.height() // 2)
