"""Somebody who presses everything, everywhere, in a volume: nothing breaks, and undo brings back an empty document."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPoint, Qt

from storage.model.geometry import ShapeKind
from tests.support.tool_stage import feature
from tests.support.volume_view import CTRL, LEFT, MIDDLE, NONE, RIGHT, SHIFT, ArrayFrames, VolumeStage, beads, space
from viewers.editors.volume_actions import VOLUME_ACTIONS
from viewers.scene.mpr import PlaneKind

#: These open a box that waits for an answer, or a menu.
ASKS = {"volume_windows", "volume_header", "goto_page"}


@pytest.mark.parametrize("seed", range(4))
def test_anything_in_any_order_breaks_nothing(qtbot, seed):
    hand = random.Random(seed)
    geometry = space(n=8, rows=24, columns=30, tilt=12.0 if seed % 2 else 0.0)
    stage = VolumeStage(qtbot, frames=ArrayFrames(beads(geometry, times=2), geometry), size=(700, 520))
    editor = stage.editor
    editor.ask_number = lambda title, hint, proposed, least=0.1: proposed
    actions = [a.id for a in VOLUME_ACTIONS if a.id not in ASKS]
    for _ in range(70):
        panes = [pane.shown for pane in editor.grid.panes[:3] if pane.isVisible()]
        pane = hand.choice(panes)
        place = QPoint(hand.randrange(2, pane.width() - 2), hand.randrange(2, pane.height() - 2))
        match hand.choice(("click", "drag", "wheel", "action", "action", "class", "key")):
            case "click":
                stage.click(pane, place)
            case "drag":
                end = QPoint(hand.randrange(2, pane.width() - 2), hand.randrange(2, pane.height() - 2))
                stage.drag(pane, place, end, hand.choice((LEFT, LEFT, RIGHT, MIDDLE)))
            case "wheel":
                stage.wheel(pane, place, hand.choice((-2, -1, 1, 3)), hand.choice((NONE, CTRL)))
            case "action":
                editor.run(hand.choice(actions))
            case "class":
                editor.arm_class(feature(hand.choice((ShapeKind.BITMASK, ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.ELLIPSE))))
            case "key":
                key = hand.choice((Qt.Key.Key_F, Qt.Key.Key_D, Qt.Key.Key_Space, Qt.Key.Key_Escape, Qt.Key.Key_Return))
                stage.key(key, hand.choice((NONE, SHIFT)), pane)
        pane.repaint()
        assert 0 <= stage.focus.at[1] < 16
        state = editor.state
        assert state.time * geometry.n + state.slice() == stage.focus.at[1]
    qtbot.waitUntil(
        lambda: not (editor.canvas.tool_work.busy and editor.canvas._workers[2].busy) and not editor.mask_work.busy,
    )
    editor.stop_cine()
    editor.arm_tool("select")
    while stage.session.undo_text:
        stage.session.undo()
    assert not stage.document.annotations
    assert not stage.document.instances
    for kind in PlaneKind:
        editor.planes[kind].repaint()
