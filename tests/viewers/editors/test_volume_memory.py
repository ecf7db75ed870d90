"""Memory of a series is given back when its editor is closed, whoever still holds the editor."""

from __future__ import annotations

import gc
import weakref

from tests.support.volume_view import VolumeStage


def test_a_closed_editor_holds_none_of_the_values(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.go_to(("", 7))
    qtbot.waitUntil(lambda: stage.editor.volume.complete)
    array = weakref.ref(stage.editor.volume.store.array)
    stage.editor.close_editor()
    stage.editor.volume.close()
    gc.collect()
    qtbot.waitUntil(lambda: array() is None)
    assert stage.editor.volume.store is None
