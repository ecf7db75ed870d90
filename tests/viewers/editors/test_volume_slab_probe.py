"""The line below tells the value that a slab shows, and that it is the slab's."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from tests.support.volume_view import ArrayFrames, VolumeStage, space
from viewers.scene.mpr import PlaneKind, Slab


@pytest.mark.parametrize(
    ("mode", "word", "value"), [("max", "MIP", "900 HU"), ("min", "MinIP", "-500 HU"), ("mean", "Mean", "140 HU")]
)
@pytest.mark.parametrize("kind", [PlaneKind.AXIAL, PlaneKind.CORONAL])
def test_under_the_pointer_is_what_the_slab_shows(qtbot, mode, word, value, kind):
    where = space(n=21, rows=21, columns=21, mm=(2.0, 2.0))
    array = np.full(where.shape, 100, np.int16)
    bright, dark = {PlaneKind.AXIAL: ((11, 10), (9, 10)), PlaneKind.CORONAL: ((10, 11), (10, 9))}[kind]
    array[*bright, 10], array[*dark, 10] = 900, -500
    frames = ArrayFrames(array, where)
    frames.units = "HU"
    stage = VolumeStage(qtbot, frames=frames)
    stage.editor.state.look_at(where.to_mm(10, 10, 10))
    stage.editor.state.set(slab=Slab(mode, 10.0))
    stage.settle()
    grid = stage.editor.grid
    pane = grid.panes[grid.acquired].shown if kind is PlaneKind.AXIAL else stage.editor.planes[kind]
    qtbot.waitUntil(lambda: pane.plane is not None)
    pane.grab()
    stage.move(pane, stage.at(pane, where.to_mm(10, 10, 10)))
    assert stage.places[-1].endswith(f"{word} 10 mm: {value}"), stage.places[-1]
    assert "voxel" not in stage.places[-1] and "slice" not in stage.places[-1]
    stage.move(pane, QPoint(1, 1))
    assert "HU" not in stage.places[-1], "beyond the volume there is none"
    stage.editor.state.set(slab=None)
    stage.settle()
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    coronal.grab()
    stage.move(coronal, stage.at(coronal, where.to_mm(10, 10, 10)))
    assert "100 HU" in stage.places[-1] and "voxel 10, 10, slice 11" in stage.places[-1]
