"""A hand that does anything with mouse and keyboard: nothing raises, and everything can be undone and redone."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import Qt

from tests.support.editor_stage import CTRL, SHIFT, EditorStage

Key = Qt.Key
KEYS = [*"1234567890NBXJHLQZFDO[]+-", Key.Key_Return, Key.Key_Escape, Key.Key_Backspace, Key.Key_Tab, Key.Key_Delete]
CHORDS = [
    (Key.Key_Z, CTRL), (Key.Key_Y, CTRL), (Key.Key_C, CTRL), (Key.Key_V, CTRL), (Key.Key_V, CTRL | SHIFT), (Key.Key_D, CTRL),
    (Key.Key_A, CTRL), (Key.Key_J, SHIFT), (Key.Key_J, CTRL), (Key.Key_Right, CTRL), (Key.Key_Down, CTRL | SHIFT),
    (Key.Key_2, CTRL), (Key.Key_N, SHIFT), (Key.Key_H, SHIFT), (Key.Key_L, SHIFT), (Key.Key_Delete, SHIFT), (Key.Key_Z, SHIFT),
]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_anything_goes_and_comes_back(qtbot, seed):
    stage, rng = EditorStage(qtbot, size=(300, 200), frames=2), random.Random(seed)
    for _ in range(600):
        stage.do_anything(rng, (300, 200), KEYS, CHORDS)
    stage.go_back_and_forth()
