"""Shapes and masks in a volume, drawn with a real mouse: in every plane, and as bodies."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDoubleSpinBox, QInputDialog

from storage.media.dicom_index import Lut
from storage.model import masks
from storage.model.geometry import Box, ShapeKind
from tests.support.tool_stage import feature
from tests.support.volume_view import (
    CTRL,
    LEFT,
    NONE,
    SHIFT,
    ArrayFrames,
    VolumeStage,
    beads,
    painted,
    pixels,
    ready_to_paint,
    space,
)
from viewers.editors.tool_options import NumberRow
from viewers.scene.mpr import PlaneKind
from viewers.scene.segment.islands import grow_region
from viewers.tools import volume_paint
from viewers.tools.base import BrushDraft


def test_boxes_drawn_on_a_slice_are_pixels_of_that_slice(qtbot):
    geometry = space(mm=(1.4, 0.7))
    stage = VolumeStage(qtbot, geometry)
    stage.editor.go_to(("", 6))
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 6) and stage.canvas.sharp)
    stage.editor.arm_class(feature(ShapeKind.BOX))
    start = stage.at(stage.canvas, geometry.to_mm(9.5, 7.5, 6))
    end = stage.at(stage.canvas, geometry.to_mm(29.5, 19.5, 6))
    stage.drag(stage.canvas, start, end)
    (annotation,) = stage.document.on_frame(("", 6))
    assert isinstance(annotation.geometry, Box)
    assert np.allclose(annotation.geometry.bounds(), (10, 8, 30, 20), atol=0.6)
    stage.key(Qt.Key.Key_Z, CTRL)
    assert not stage.document.on_frame(("", 6))


def test_a_painted_mask_is_seen_in_the_other_planes(qtbot):
    geometry = space()
    stage = VolumeStage(qtbot, geometry, np.zeros(geometry.shape, np.int16))
    stage.editor.state.set(lines=False)
    stage.editor.state.look_at(geometry.to_mm(30, 20, 5))
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 5) and stage.canvas.sharp)
    stage.editor.arm_class(feature(ShapeKind.BITMASK))
    at = stage.at(stage.canvas, geometry.to_mm(30, 20, 5))
    stage.drag(stage.canvas, at, at + QPoint(6, 0))
    assert [a.frame for a in stage.document.annotations.values()] == [5]
    for kind in (PlaneKind.SAGITTAL, PlaneKind.CORONAL):
        pane = stage.editor.planes[kind]
        place = stage.at(pane, geometry.to_mm(30, 20, 5))
        assert coloured(pixels(pane), place), kind


def test_the_sphere_brush_paints_a_ball_by_millimetres_and_undo_takes_it_whole(qtbot):
    stage = ready_to_paint(qtbot, "sphere")
    geometry = stage.volume.geometry
    centre = geometry.to_mm(30, 20, 9)
    stage.click(stage.canvas, stage.at(stage.canvas, centre))
    k, r, c = np.meshgrid(*(np.arange(n) for n in geometry.shape), indexing="ij")
    away = np.linalg.norm(geometry.to_mm(c, r, k) - centre, axis=-1)
    found = painted(stage)
    assert found[away < 4.8].all()
    assert not found[away > 6.2].any()
    assert len(stage.sent) == 1
    assert stage.focus.selected == tuple(stage.document.instances)
    stage.key(Qt.Key.Key_Z, CTRL)
    assert not stage.document.instances


def test_while_the_button_is_held_the_other_planes_show_the_stroke(qtbot):
    stage = ready_to_paint(qtbot, "sphere")
    geometry = stage.volume.geometry
    stage.editor.state.set(lines=False)
    stage.editor.state.look_at(geometry.to_mm(30, 20, 9))
    start, end = (stage.at(stage.canvas, geometry.to_mm(column, 20, 9)) for column in (30, 44))
    stage.move(stage.canvas, start)
    QTest.mousePress(stage.canvas, Qt.MouseButton.LeftButton, NONE, start)
    pane = stage.editor.planes[PlaneKind.CORONAL]
    first, place = pixels(pane), stage.at(pane, geometry.to_mm(44, 20, 9))
    assert not coloured(first, place)
    assert coloured(first, stage.at(pane, geometry.to_mm(30, 20, 9)))
    stage.move(stage.canvas, end, Qt.MouseButton.LeftButton)
    assert coloured(pixels(pane), place)
    QTest.mouseRelease(stage.canvas, Qt.MouseButton.LeftButton, NONE, end)
    assert coloured(pixels(pane), place)


def coloured(shown: np.ndarray, at: QPoint) -> bool:
    colour = shown[at.y(), at.x()].astype(int)
    return bool(colour.max() - colour.min() > 20)


@pytest.mark.parametrize("kind", [PlaneKind.SAGITTAL, PlaneKind.CORONAL])
def test_the_brush_paints_in_other_planes_one_voxel_thick(qtbot, kind):
    stage = ready_to_paint(qtbot, "brush")
    geometry = stage.volume.geometry
    pane = stage.editor.planes[kind]
    pane.read()
    start = stage.at(pane, geometry.to_mm(30, 20, 9))
    stage.drag(pane, start, start + QPoint(0, 30))
    found = painted(stage)
    k, r, c = np.nonzero(found)
    assert len(set(k)) > 3
    assert len(set(c if kind is PlaneKind.SAGITTAL else r)) == 1
    assert stage.sent[-1].step.text.startswith("Paint ")
    before = found.sum()
    stage.editor.arm_tool("eraser")
    stage.click(pane, start)
    assert painted(stage).sum() < before
    assert len(stage.sent) == 2


def test_an_eraser_that_changes_nothing_says_what_is_under_it(qtbot):
    """With the sphere brush on the acquired slices, with the eraser in another plane."""
    stage = ready_to_paint(qtbot, "sphere")
    geometry, focus, said = stage.volume.geometry, stage.focus, stage.said
    stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(30, 20, 9)))
    (first,) = stage.document.instances
    name = stage.editor.name(first)
    pane = stage.editor.planes[PlaneKind.CORONAL]
    before, steps = painted(stage), len(stage.sent)

    def erase(column: int) -> str:
        stage.editor.state.look_at(geometry.to_mm(column, 20, 9))
        pane.read()
        stage.editor.arm_tool("eraser")
        stage.click(pane, stage.at(pane, geometry.to_mm(column, 20, 9)))
        (on_plane,) = said[-1:]
        stage.editor.arm_tool("sphere")
        place = stage.at(stage.canvas, geometry.to_mm(column, 20, 9))
        stage.move(stage.canvas, place, keys=CTRL)
        QTest.mouseClick(stage.canvas, Qt.MouseButton.LeftButton, CTRL, place)
        assert said[-1] == on_plane
        return on_plane

    assert erase(55) == "No mask lies under the eraser here: nothing was erased."
    focus.select(())
    assert "no mask" in erase(55)
    focus.lock([first], True)
    assert erase(30) == f"{name} is locked: unlock it to erase from it."
    focus.lock([first], False)
    focus.set(hidden=frozenset((first,)))
    assert erase(30) == f"{name} is hidden: show it to erase from it."
    focus.set(hidden=frozenset())
    edits, other = stage.session.drawn(focus.armed, masks.encode(np.ones((3, 3), bool), 2, 2), ("", 3), 1)
    stage.session.do("Draw", edits)
    focus.select((other,))
    steps += 1
    assert erase(30) == f"{name} is not the selected one: select it to erase from it."
    assert len(stage.sent) == steps
    stage.session.undo()
    assert np.array_equal(painted(stage), before)


def test_a_brush_that_follows_the_window_leaves_other_values_alone(qtbot):
    geometry = space()
    array = np.zeros(geometry.shape, np.int16)
    array[:, :, 32:] = 2000
    stage = ready_to_paint(qtbot, "sphere", geometry=geometry, array=array)
    stage.editor.toggle_gate()
    stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(30, 20, 9)))
    found = painted(stage)
    assert found.any()
    assert not found[:, :, 32:].any()


def test_region_growing_takes_what_hangs_together(qtbot):
    geometry = space()
    array = np.zeros(geometry.shape, np.int16)
    array[4:12, 10:25, 20:40] = 500
    array[15, 30, 50] = 500
    stage = ready_to_paint(qtbot, "grow", geometry=geometry, array=array)
    stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(30, 20, 9)))
    qtbot.waitUntil(lambda: bool(stage.sent))
    wanted = np.zeros(geometry.shape, bool)
    wanted[4:12, 10:25, 20:40] = True
    assert (painted(stage) == wanted).all()


@pytest.fixture
def slow(monkeypatch):
    """Growing that waits for its sign, however short the way, and then goes on to its end, whoever has stopped it."""
    begun, go = threading.Event(), threading.Event()

    def waiting(values, seed, **more):
        begun.set()
        assert go.wait(60)
        return grow_region(values, seed, **{**more, "stop": lambda: False})

    monkeypatch.setattr(volume_paint, "grow_region", waiting)
    yield begun, go
    go.set()


def test_a_region_that_grows_is_of_the_class_that_was_armed_when_it_began(qtbot, slow):
    begun, go = slow
    stage = ready_to_paint(qtbot, "grow")
    stage.click(stage.canvas, stage.at(stage.canvas, stage.volume.geometry.to_mm(30, 20, 9)))
    assert begun.wait(60)
    stage.editor.arm_class("hash-Water")
    stage.editor.arm_tool("grow")
    go.set()
    qtbot.waitUntil(lambda: bool(stage.sent))
    assert [i.feature_hash for i in stage.document.instances.values()] == [feature(ShapeKind.BITMASK)]


def test_escape_ends_growing_and_leaves_nothing(qtbot, slow):
    begun, go = slow
    stage = ready_to_paint(qtbot, "grow")
    stage.click(stage.canvas, stage.at(stage.canvas, stage.volume.geometry.to_mm(30, 20, 9)))
    assert begun.wait(60)
    stage.key(Qt.Key.Key_Escape)
    assert stage.editor.tool.id == "grow"
    go.set()
    assert not stage.document.instances and not stage.sent
    # One thread does both, one after the other: when the second has come home the first has ended.
    stage.click(stage.canvas, stage.at(stage.canvas, stage.volume.geometry.to_mm(30, 20, 9)))
    qtbot.waitUntil(lambda: not stage.canvas.tool_work.busy)
    assert len(stage.sent) == 1


def test_a_region_does_not_land_at_another_time_than_it_was_begun_at(qtbot, slow):
    begun, go = slow
    geometry = space()
    stage = ready_to_paint(qtbot, "grow", frames=ArrayFrames(beads(geometry, times=2), geometry))
    stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(30, 20, 9)))
    assert begun.wait(60)
    stage.editor.go_to(("", geometry.n + 9))
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", geometry.n + 9))
    go.set()
    qtbot.waitUntil(lambda: any("another time" in said for said in stage.said))
    assert not stage.document.instances and not stage.sent


def test_slices_between_painted_ones_are_filled_in_one_step(qtbot):
    stage = ready_to_paint(qtbot, "brush")
    geometry = stage.volume.geometry
    for k in (5, 9):
        stage.editor.go_to(("", k))
        qtbot.waitUntil(lambda k=k: stage.canvas.on_screen == ("", k) and stage.canvas.sharp)
        stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(30, 20, k)))
    assert len(stage.document.instances) == 1
    stage.editor.run("volume_fill_between")
    qtbot.waitUntil(lambda: len(stage.sent) == 3)
    found = painted(stage)
    assert [int(k) for k in np.flatnonzero(found.any(axis=(1, 2)))] == [5, 6, 7, 8, 9]
    assert found[7, 20, 30]
    stage.key(Qt.Key.Key_Z, CTRL)
    assert [int(k) for k in np.flatnonzero(painted(stage).any(axis=(1, 2)))] == [5, 9]


@pytest.mark.parametrize(("action", "grows"), [("volume_margin", True), ("volume_hollow", False), ("volume_largest", False)])
def test_bodies_grow_are_hollowed_and_cleaned(qtbot, action, grows):
    stage = ready_to_paint(qtbot, "sphere")
    geometry = stage.volume.geometry
    stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(30, 20, 9)))
    stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(50, 20, 9)))
    stage.editor.toolbox.brush.resize(3)
    stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(10, 40, 9)))
    before = painted(stage)
    stage.editor.ask_number = lambda title, hint, proposed, least=0.1: 2.0
    steps = len(stage.sent)
    stage.editor.run(action)
    qtbot.waitUntil(lambda: len(stage.sent) == steps + 1)
    after = painted(stage)
    if grows:
        assert (after & before).sum() == before.sum()
        assert after.sum() > before.sum()
    else:
        assert not (after & ~before).any()
        assert after.sum() < before.sum()


def test_a_mask_is_copied_to_the_next_slice_which_is_then_looked_at(qtbot):
    stage = ready_to_paint(qtbot, "brush")
    geometry = stage.volume.geometry
    stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(30, 20, 9)))
    stage.key(Qt.Key.Key_F, SHIFT)
    assert stage.focus.at == ("", 10)
    found = painted(stage)
    assert (found[10] == found[9]).all()
    assert found[10].any()


def test_verbs_on_bodies_say_why_they_cannot(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.run("volume_fill_between")
    assert stage.said[-1] == "Select an object with a mask first."
    assert stage.sent == []


def test_the_threshold_brush_takes_values_like_the_first_in_other_planes(qtbot):
    geometry = space()
    array = np.zeros(geometry.shape, np.int16)
    array[:, 21:, :] = 900
    stage = ready_to_paint(qtbot, "threshold", geometry=geometry, array=array)
    pane = stage.editor.planes[PlaneKind.SAGITTAL]
    pane.read()
    stage.click(pane, stage.at(pane, geometry.to_mm(30, 19, 9)))
    found = painted(stage)
    assert found[:, :21].any()
    assert not found[:, 21:].any()
    assert stage.editor.painter.stroke_gate is None


def typed(stage, box, text):
    """Into a number of the options over the canvas."""
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def in_hounsfield(qtbot, tool):
    """Stored 0 is -1,000 HU and a step is 2 HU; values rise by 20 HU a column, from -1,000."""
    geometry = space()
    array = np.broadcast_to(np.arange(64, dtype=np.int16) * 10, geometry.shape).copy()
    stage = VolumeStage(qtbot, frames=ArrayFrames(array, geometry, slope=2.0, intercept=-1000.0))
    stage.editor.arm_class(feature(ShapeKind.BITMASK))
    stage.editor.arm_tool(tool)
    stage.editor.toolbox.brush.resize(60)
    return stage


def through_a_table(qtbot, tool):
    """A curve makes values of what is stored, and no slope: in column n they are its square."""
    geometry = space()
    array = np.broadcast_to(np.arange(64, dtype=np.int16) * 10, geometry.shape).copy()
    curve = Lut(0, 16, ((np.arange(640) // 10) ** 2).astype("<u2").tobytes())
    stage = VolumeStage(qtbot, frames=ArrayFrames(array, geometry, slope=7.0, intercept=-3.0, modality_lut=curve, units="US"))
    stage.editor.arm_class(feature(ShapeKind.BITMASK))
    stage.editor.arm_tool(tool)
    stage.editor.toolbox.brush.resize(60)
    return stage


@pytest.mark.parametrize("kind", [None, PlaneKind.CORONAL])
@pytest.mark.parametrize(
    ("make", "window", "ends"),
    [(in_hounsfield, ("-160 HU", "240 HU"), ("-600", "-400")), (through_a_table, ("-160 US", "240 US"), ("400", "900"))],
)
def test_the_range_of_the_threshold_brush_is_in_the_units_of_the_values(qtbot, kind, make, window, ends):
    stage = make(qtbot, "threshold")
    more, geometry = stage.editor.options.more, stage.volume.geometry
    QTest.mouseClick(more.pick, LEFT, NONE, QPoint(8, more.pick.height() // 2))
    assert (more._low.box.text(), more._high.box.text()) == window  # 40 and 400
    typed(stage, more._low.box, ends[0])
    typed(stage, more._high.box, ends[1])
    pane = stage.editor.planes[kind] if kind is not None else stage.canvas
    if kind is not None:
        pane.read()
    place = geometry.to_mm(25, 24, 9)
    stage.editor.state.look_at(place)
    qtbot.waitUntil(lambda: stage.canvas.sharp)
    stage.click(pane, stage.at(pane, place))
    qtbot.waitUntil(lambda: bool(stage.sent))
    columns = np.flatnonzero(painted(stage).any(axis=(0, 1)))
    assert (columns.min(), columns.max()) == (20, 30)


@pytest.mark.parametrize("kind", [None, PlaneKind.CORONAL])
def test_around_a_value_the_brush_takes_what_is_like_it_by_the_table_and_not_as_stored(qtbot, kind):
    """25 squared and 20 grey steps of the window to either side: 594 to 656. As stored far more columns were that near."""
    stage = through_a_table(qtbot, "threshold")
    pane = stage.editor.planes[kind] if kind is not None else stage.canvas
    if kind is not None:
        pane.read()
    place = stage.volume.geometry.to_mm(25, 24, 9)
    stage.editor.state.look_at(place)
    qtbot.waitUntil(lambda: stage.canvas.sharp)
    stage.click(pane, stage.at(pane, place))
    qtbot.waitUntil(lambda: bool(stage.sent))
    assert np.flatnonzero(painted(stage).any(axis=(0, 1))).tolist() == [25]


def test_a_region_grows_by_the_values_of_the_table(qtbot):
    """Stored it is one slope without an edge; the table has one step in it."""
    geometry = space()
    array = np.broadcast_to(np.arange(64, dtype=np.int16), geometry.shape).copy()
    step = Lut(0, 16, np.where(np.arange(64) < 40, 100, 900).astype("<u2").tobytes())
    stage = ready_to_paint(qtbot, "grow", frames=ArrayFrames(array, geometry, modality_lut=step))
    stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(20, 20, 9)))
    qtbot.waitUntil(lambda: bool(stage.sent))
    assert (painted(stage) == (array < 40)).all()


def test_a_tolerance_is_told_in_hounsfield_units_of_the_window(qtbot):
    stage = in_hounsfield(qtbot, "flood")
    told = stage.editor.options.more.spreads[0]
    assert told.isVisible() and told.text() == "= ±25.1 HU"  # 16 of 255 steps of 400
    stage.key(Qt.Key.Key_F4)  # bone: 2,000
    assert told.text() == f"= ±{16 * stage.volume.window.chosen.width / 255:.3g} HU"
    more = stage.editor.options.more
    stage.editor.arm_tool("threshold")
    QTest.mouseClick(more.pick, LEFT, NONE, QPoint(8, more.pick.height() // 2))
    QTest.mouseClick(more.as_window, LEFT)
    window = stage.volume.window.chosen
    ends = window.center - window.width / 2, window.center + window.width / 2
    assert (stage.editor.toolbox.threshold.low, stage.editor.toolbox.threshold.high) == ends


def test_a_fill_takes_nothing_from_what_the_selected_mask_has_on_the_slice(qtbot):
    geometry = space()
    array = np.zeros(geometry.shape, np.int16)
    array[:, 30:40, 40:50] = 1000
    stage = ready_to_paint(qtbot, "brush", geometry=geometry, array=array)
    stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(15, 15, 9)))
    (first,) = stage.focus.selected
    whole = stage.editor.masks.whole
    had = stage.editor.masks.read(first, whole).array
    assert had.any()
    stage.editor.arm_tool("flood")
    stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(45, 35, 9)))
    qtbot.waitUntil(lambda: len(stage.sent) == 2)
    assert (stage.editor.masks.read(first, whole).array == had).all()
    (second,) = set(stage.document.instances) - {first}
    filled = stage.editor.masks.read(second, whole).array
    assert filled.sum() == 100 and filled[9, 30:40, 40:50].all()
    stage.key(Qt.Key.Key_Z, CTRL)
    assert set(stage.document.instances) == {first}


def test_a_fill_goes_on_with_the_selected_mask_on_the_next_slice(qtbot):
    geometry = space()
    array = np.zeros(geometry.shape, np.int16)
    array[:, 30:40, 40:50] = 1000
    stage = ready_to_paint(qtbot, "flood", geometry=geometry, array=array)
    for k in (9, 10):
        stage.editor.state.look_at(geometry.to_mm(30, 20, k))
        qtbot.waitUntil(lambda k=k: stage.canvas.on_screen == ("", k) and stage.canvas.sharp)
        stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(45, 35, k)))
        qtbot.waitUntil(lambda k=k: len(stage.sent) == k - 8)
    (only,) = stage.document.instances
    assert list(stage.editor.masks.slices_of(only)) == [9, 10]


def test_how_far_a_region_grows_is_set_over_the_canvas(qtbot):
    geometry = space()
    array = np.random.default_rng(2).normal(500, 10, geometry.shape)
    array[:, :, 40:] -= 60
    stage = ready_to_paint(qtbot, "grow", geometry=geometry, array=array.astype(np.int16))
    reach = next(iter(stage.editor.options.more.parts["grow"].findChildren(NumberRow)))
    grown = []
    for sigmas in ("2", "6"):
        typed(stage, reach.box, sigmas)
        before = len(stage.sent)
        stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(20, 20, 9)))
        qtbot.waitUntil(lambda before=before: len(stage.sent) > before)
        grown.append(painted(stage)[:, :, 41:].sum())
    assert grown[0] < 200
    assert grown[1] > 5000


def test_a_margin_below_0_shrinks_and_the_question_says_so(qtbot):
    stage = ready_to_paint(qtbot, "sphere")
    stage.click(stage.canvas, stage.at(stage.canvas, stage.volume.geometry.to_mm(30, 20, 9)))
    before, asked = painted(stage), []

    def answer():
        dialog = stage.editor.findChild(QInputDialog)
        asked.append(dialog.labelText())
        QTest.keyClicks(dialog.findChild(QDoubleSpinBox), "-1")
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    QTimer.singleShot(0, answer)
    stage.editor.run("volume_margin")
    assert "less than 0 shrinks" in asked[0]
    qtbot.waitUntil(lambda: len(stage.sent) == 2)
    assert stage.sent[-1].step.text.startswith("Shrink")
    after = painted(stage)
    assert after.any() and not (after & ~before).any() and after.sum() < before.sum()


@pytest.mark.parametrize("tool", ["brush", "threshold"])
@pytest.mark.parametrize(("col", "row"), [(0.5, 2.0), (2.0, 0.5)])
def test_the_brush_is_round_in_the_patient_and_as_large_as_its_ring(qtbot, tool, col, row):
    """Pixels that are four times as tall as wide, and the other way round."""
    geometry = space(mm=(col, row), rows=80, columns=80)
    stage = VolumeStage(qtbot, geometry, np.zeros(geometry.shape, np.int16))
    stage.editor.arm_class(feature(ShapeKind.BITMASK))
    stage.editor.arm_tool(tool)
    stage.editor.toolbox.brush.resize(20)
    place = stage.at(stage.canvas, geometry.to_mm(40, 40, stage.editor.frame()))
    stage.click(stage.canvas, place)
    qtbot.waitUntil(lambda: bool(stage.sent))
    (mask,) = (a.geometry for a in stage.document.annotations.values())
    wide, tall = mask.w * geometry.spacing_col_mm, mask.h * geometry.spacing_row_mm
    assert wide == 20 * geometry.spacing_col_mm
    assert abs(tall - wide) <= 2 * geometry.spacing_row_mm
    ring = next(d for d in stage.editor.tool.draft() if isinstance(d, BrushDraft))
    now = stage.canvas.view.placement()
    assert ring.radius * 2 * np.hypot(now.a, now.c) == pytest.approx(mask.w * np.hypot(now.a, now.c))
