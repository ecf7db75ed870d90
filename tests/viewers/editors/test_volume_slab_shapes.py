"""Within a slab the shapes of all its slices are seen, paler than on their own slice and not to be changed there."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from storage.model.geometry import Box, ShapeKind
from tests.support.tool_stage import feature
from tests.support.volume_view import VolumeStage, pixels, space
from viewers.canvas.slice_canvas import SliceCanvas
from viewers.scene.mpr import Slab


def with_box(qtbot, k: int = 5, **geometry) -> VolumeStage:
    """A box on slice `k` of slices 2 mm apart; the ninth of them is looked at."""
    where = space(**geometry)
    stage = VolumeStage(qtbot, where, np.full(where.shape, 40, np.int16))
    stage.editor.state.set(lines=False)
    edits, _ = stage.session.drawn(feature(ShapeKind.BOX), Box(20, 10, 24, 16), ("", k), 1)
    stage.session.do("Draw", edits)
    stage.editor.go_to(("", 8))
    stage.settle()
    return stage


def in_slab(stage: VolumeStage, mm: float) -> SliceCanvas:
    stage.editor.state.set(slab=Slab("max", mm))
    stage.settle()
    pane = stage.editor.grid.panes[stage.editor.grid.acquired].shown
    assert isinstance(pane, SliceCanvas)
    return pane


def red(pane, stage: VolumeStage, mm: np.ndarray) -> int:
    """How red the screen is there, at most within two pixels."""
    at, rgb = stage.at(pane, mm), pixels(pane).astype(int)
    near = rgb[at.y() - 2 : at.y() + 3, at.x() - 2 : at.x() + 3]
    return int((near[..., 0] - near[..., 1]).max())


def edge(stage: VolumeStage, k: int = 5) -> np.ndarray:
    """The middle of the box's left edge, in mm."""
    return stage.volume.geometry.to_mm(19.5, 17.5, k)


def test_shapes_of_the_slices_within_are_seen_and_no_others(qtbot):
    stage = with_box(qtbot)
    assert red(in_slab(stage, 5.0), stage, edge(stage)) < 10  # 6 mm away
    assert red(in_slab(stage, 12.0), stage, edge(stage)) > 40


def test_they_are_paler_than_on_their_own_slice(qtbot):
    stage = with_box(qtbot)
    pale = red(in_slab(stage, 12.0), stage, edge(stage))
    stage.editor.state.set(slab=None)
    stage.editor.go_to(("", 5))
    stage.settle()
    assert pale < 0.8 * red(stage.canvas, stage, edge(stage))


def test_they_are_seen_where_their_millimetres_are_on_tilted_slices(qtbot):
    stage = with_box(qtbot, tilt=20.0)
    pane = in_slab(stage, 12.0)
    assert red(pane, stage, edge(stage)) > 40
    beside = edge(stage) - stage.volume.geometry.row_dir * 6
    assert red(pane, stage, beside) < 10


@pytest.mark.parametrize("how", ["hidden", "undone"])
def test_they_go_when_they_are_hidden_or_taken_back(qtbot, how):
    stage = with_box(qtbot)
    pane = in_slab(stage, 12.0)
    (instance,) = stage.document.instances
    if how == "hidden":
        stage.focus.set(hidden=frozenset((instance,)))
    else:
        stage.session.undo()
    stage.settle()
    assert red(pane, stage, edge(stage)) < 10


def test_nothing_is_changed_there(qtbot):
    stage = with_box(qtbot)
    pane = in_slab(stage, 12.0)
    before, sent = stage.document.on_frame(("", 5)), len(stage.sent)
    at = stage.at(pane, edge(stage))
    stage.drag(pane, at, at + QPoint(30, 20))
    assert stage.document.on_frame(("", 5)) == before
    assert len(stage.sent) == sent
