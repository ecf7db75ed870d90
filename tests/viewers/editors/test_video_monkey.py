"""A hand that does anything to a film with mouse and keyboard: nothing raises, all of it comes back, frame by frame."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import Qt

from storage.model.interpolation import present
from tests.support import clips
from tests.support.editor_stage import CTRL, SHIFT
from tests.support.video_stage import SIZE, VideoStage

Key = Qt.Key
FRAMES = 24
KEYS = [
    *"1234567890NBXJHLQZFDVCREKOIM[]+-", Key.Key_Return, Key.Key_Escape, Key.Key_Backspace, Key.Key_Tab, Key.Key_Delete,
    Key.Key_Home, Key.Key_End, Key.Key_Left, Key.Key_Right,
]  # fmt: skip
CHORDS = [
    (Key.Key_Z, CTRL), (Key.Key_Y, CTRL), (Key.Key_C, CTRL), (Key.Key_V, CTRL), (Key.Key_V, CTRL | SHIFT), (Key.Key_D, CTRL),
    (Key.Key_A, CTRL), (Key.Key_J, SHIFT), (Key.Key_J, CTRL), (Key.Key_Right, CTRL), (Key.Key_2, CTRL), (Key.Key_N, SHIFT),
    (Key.Key_L, SHIFT), (Key.Key_Delete, CTRL), (Key.Key_M, SHIFT), (Key.Key_F, SHIFT), (Key.Key_D, SHIFT),
    (Key.Key_Home, SHIFT), (Key.Key_End, SHIFT),
]  # fmt: skip
VERBS = ["track_cut_after", "track_cut_before", "to_mask", "to_box", "to_polygon", "play_loop", "track_interpolation"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.write(tmp_path_factory.mktemp("clips") / "clip.mp4", FRAMES, size=SIZE)


def sound(stage):
    """What the canvas would show is what the rule says, on every frame."""
    for frame in range(FRAMES):
        shown = {a.instance: a.geometry for a in stage.session.on_frame(("", frame))}
        ruled = {i: present(stage.document, i, frame) for i in stage.document.instances}
        assert shown == {i: s.geometry for i, s in ruled.items() if s is not None and not s.outside}
    here = {a.instance for a in stage.session.on_frame(stage.focus.at)}
    assert {entry.instance for entry in stage.canvas.hits} == here


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_anything_goes_and_comes_back(qtbot, clip, seed):
    stage, rng = VideoStage(qtbot, clip), random.Random(seed)
    for n in range(400):
        if rng.randrange(9):
            stage.do_anything(rng, SIZE, KEYS, CHORDS)
        else:
            stage.editor.run(rng.choice(VERBS))
        if n % 100 == 99:
            sound(stage)
    stage.go_back_and_forth()
    sound(stage)
