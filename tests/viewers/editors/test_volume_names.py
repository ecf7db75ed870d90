"""Names of objects on a slice keep off what is written round it: patient, window, letters, scale bar."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from storage.model.geometry import Box, ShapeKind
from tests.support.tool_stage import feature
from tests.support.volume_view import MIDDLE, VolumeStage, pixels, space


@pytest.fixture
def stage(qtbot) -> VolumeStage:
    geometry = space(rows=200, columns=260)
    flat = np.full(geometry.shape, 60, np.int16)
    return VolumeStage(qtbot, geometry, flat, titles=lambda: ("Anon, Patient", "1970", "Chest 5 mm"), size=(1000, 800))


def draw_box(stage: VolumeStage, x: float, y: float, width: float, height: float) -> None:
    """A box with its upper left corner at a place of the screen, its size in logical px."""
    ends = stage.canvas.view.to_image([(x, y), (x + width, y + height)])
    (x0, y0), (x1, y1) = ends.min(axis=0), ends.max(axis=0)
    edits, _ = stage.session.drawn(feature(ShapeKind.BOX), Box(x0, y0, x1 - x0, y1 - y0), ("", 0), 1)
    stage.session.do("Draw", edits)


def named(stage: VolumeStage) -> np.ndarray:
    """(h, w) where names change the screen."""
    stage.focus.show(names=False)
    stage.settle()
    without = pixels(stage.canvas)
    stage.focus.show(names=True)
    stage.qtbot.waitUntil(lambda: not stage.canvas._workers[1].busy)
    stage.settle()
    return (pixels(stage.canvas) != without).any(axis=2)


def under_words(stage: VolumeStage, changed: np.ndarray) -> int:
    assert len(stage.canvas.written) > 6
    return sum(
        int(changed[max(0, int(r.top())) : int(r.bottom()), max(0, int(r.left())) : int(r.right())].sum())
        for r in stage.canvas.written
    )


def test_names_are_written_beside_what_is_written_there_already(stage):
    width, height = stage.canvas.width(), stage.canvas.height()
    draw_box(stage, 14, 30, 120, 200)  # its name would lie on the patient's
    draw_box(stage, width / 2 - 10, 24, 60, 120)  # ... on the upper letter
    draw_box(stage, width - 130, height - 60, 60, 140)  # ... on the scale bar
    draw_box(stage, 200, 240, 60, 40)
    changed = named(stage)
    assert under_words(stage, changed) == 0
    below_the_patient = changed[50:110, 14:80]
    assert below_the_patient.any()
    assert changed[26:60, width // 2 - 10 : width // 2 + 40].any()
    assert changed[height - 120 : height - 60, width - 130 : width - 90].any()  # above the bar, not below the canvas
    assert changed[215:240, 200:240].any()


def test_names_make_way_when_the_slice_is_moved(stage):
    draw_box(stage, 60, 160, 90, 120)
    assert named(stage).any()
    stage.drag(stage.canvas, QPoint(150, 200), QPoint(140, 90), MIDDLE)
    stage.qtbot.waitUntil(lambda: not stage.canvas._later.isActive() and not stage.canvas._workers[1].busy)
    stage.settle()
    moved = pixels(stage.canvas)
    stage.focus.show(names=False)
    changed = (moved != pixels(stage.canvas)).any(axis=2)
    assert changed.any()
    assert under_words(stage, changed) == 0
