"""Where one looks in a volume, under a real mouse and keyboard: the right voxel at the right place in every pane."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storage.model.geometry import Box, ShapeKind
from tests.support.tool_stage import feature
from tests.support.volume_view import (
    CTRL,
    LEFT,
    MIDDLE,
    NONE,
    SHIFT,
    ArrayFrames,
    VolumeStage,
    bead,
    beads,
    panes,
    pixels,
    space,
)
from viewers.canvas.slice_marks import HANDLE_PX, Lettering, scale_pieces, under_lines
from viewers.decode import voi
from viewers.scene.crosshair import lines, turn_handles
from viewers.scene.mpr import PlaneKind
from viewers.scene.slice_marks import edge_letters, scale_bar

SPACES = {
    "axial": space(),
    "sagittal": space(row=(0, 1, 0), col=(0, 0, -1)),
    "coronal": space(row=(1, 0, 0), col=(0, 0, -1)),
    "long pixels": space(mm=(1.4, 0.7)),
    "turned by the scanner": space(row=(0.8, 0.6, 0.0), col=(-0.6, 0.8, 0.0)),
    "stored upside down": space(row=(-1, 0, 0), col=(0, -1, 0)),
}


@pytest.mark.parametrize("name", SPACES)
def test_a_bead_is_seen_where_it_lies_in_all_three_planes(qtbot, name):
    geometry = SPACES[name]
    stage = VolumeStage(qtbot, geometry)
    k = 7
    row, column = bead(geometry, k)
    point = geometry.to_mm(column, row, k)
    stage.editor.state.look_at(point)
    stage.editor.state.set(lines=False)
    stage.settle()
    assert stage.focus.at == ("", k)
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", k) and stage.canvas.sharp)
    for pane in panes(stage):
        seen = pixels(pane).astype(int).sum(axis=2)
        place = stage.at(pane, point)
        patch = seen[place.y() - 1 : place.y() + 2, place.x() - 1 : place.x() + 2]
        assert patch.max() > 700, name
        around = seen[max(0, place.y() - 40) : place.y() + 40, max(0, place.x() - 40) : place.x() + 40]
        bright = np.argwhere(around == around.max()).mean(axis=0) - (min(40, place.y()), min(40, place.x()))
        size = pane.view.zoom * max(pane.view.stretch)
        assert np.abs(bright).max() <= max(1.5, size / 2), (name, pane, bright)


def test_a_pane_put_away_by_a_key_lets_go_of_the_crosshair(qtbot):
    stage = VolumeStage(qtbot)
    pane, state = stage.editor.planes[PlaneKind.CORONAL], stage.editor.state
    pane.read()
    start = stage.at(pane, state.crosshair)
    stage.move(pane, start)
    QTest.mousePress(pane, LEFT, NONE, start)
    stage.move(pane, start + QPoint(20, 12), LEFT)
    assert state.held
    there = state.crosshair
    stage.key(Qt.Key.Key_F4, SHIFT, pane)
    assert not pane.isVisible() and not state.held
    QTest.mouseRelease(pane, LEFT, NONE, start)
    assert (state.crosshair == there).all()


@pytest.mark.parametrize("name", SPACES)
def test_the_letters_are_those_of_radiologists(qtbot, name):
    stage = VolumeStage(qtbot, SPACES[name])
    expected = {0: "RLAP", 1: "APHF", 2: "RLHF"}
    for i, pane in enumerate(panes(stage)):
        assert "".join(t[0] for t in edge_letters(pane.view, pane.plane)) == expected[i]


def test_slices_are_turned_as_they_are_stored_and_back(qtbot):
    stage = VolumeStage(qtbot, SPACES["stored upside down"])

    def letters() -> str:
        return "".join(t[0] for t in edge_letters(stage.canvas.view, stage.canvas.plane))

    assert letters() == "RLAP"
    for turned, said in (("LRPA", "shown as stored"), ("RLAP", "as the patient is looked at"), ("LRPA", "shown as stored")):
        stage.editor.run("volume_stored")
        assert letters() == turned
        assert said in stage.said[-1]


def test_the_screen_is_the_window_table_of_the_slice(qtbot):
    geometry = space(n=3, rows=200, columns=240)
    array = np.random.default_rng(3).integers(-1200, 1500, geometry.shape).astype(np.int16)
    stage = VolumeStage(qtbot, geometry, array, size=(900, 700))
    stage.editor.use_layout("stack")
    stage.editor.toggle_smooth()
    stage.editor.toggle_lines()
    stage.canvas.zoom_to(1.0)
    stage.settle()
    expected = voi.apply(array[1], stage.volume.look(1))
    qtbot.waitUntil(lambda: stage.focus.at == ("", 0) or True)
    stage.editor.go_to(("", 1))
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 1) and stage.canvas.sharp)
    x, y = (round(v) for v in stage.canvas.view.screen_point(0, 0))
    seen = pixels(stage.canvas)[y : y + 200, x : x + 240]
    inner = (slice(30, -40), slice(20, -20))
    assert np.abs(seen[..., 0].astype(int) - expected)[inner].max() <= 1


@pytest.mark.parametrize("kind", list(PlaneKind))
def test_a_plane_at_full_size_is_the_window_table_of_its_voxels(qtbot, kind):
    geometry = space(n=60, rows=70, columns=80, step=1.0)
    array = np.random.default_rng(3).integers(-1200, 1500, geometry.shape).astype(np.int16)
    stage = VolumeStage(qtbot, geometry, array)
    pane = stage.editor.planes[kind]
    stage.editor.state.set(smooth=False, lines=False)
    pane.marked = False
    stage.editor.grid.panes[3].put(pane)
    pane.read()
    pane.zoom_to(1.0)
    plane = pane.plane
    v, u = np.mgrid[: plane.height, : plane.width]
    columns, rows, slices = (np.rint(a).astype(int) for a in geometry.to_voxel(plane.at(u, v)))
    expected = voi.apply(array[slices, rows, columns], stage.volume.look(0))
    x, y = (round(a) for a in pane.view.screen_point(0, 0))
    seen = pixels(pane)[y : y + plane.height, x : x + plane.width]
    assert np.abs(seen[..., 0].astype(int) - expected).max() <= 1


def test_a_click_in_one_plane_moves_all_others_there(qtbot):
    stage = VolumeStage(qtbot)
    geometry = stage.volume.geometry
    row, column = bead(geometry, 11)
    point = geometry.to_mm(column, row, 11)
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    stage.editor.state.look_at(point + np.array((0, 0, 10)))
    stage.click(coronal, stage.at(coronal, point))
    assert stage.focus.at == ("", 11)
    found = stage.editor.state.crosshair
    assert abs(found[0] - point[0]) < 1.0
    assert abs(found[2] - point[2]) < 1.1
    sagittal = stage.editor.planes[PlaneKind.SAGITTAL]
    sagittal.read()
    assert abs(float(sagittal.plane.pixel_of(point)[2])) < 1.0


def test_the_wheel_turns_slices_along_the_panes_own_normal(qtbot):
    stage = VolumeStage(qtbot)
    before = stage.editor.state.crosshair.copy()
    stage.wheel(stage.canvas, QPoint(100, 100), -1)
    assert stage.focus.at == ("", 1)
    stage.wheel(stage.canvas, QPoint(100, 100), 1)
    assert stage.focus.at == ("", 0)
    sagittal = stage.editor.planes[PlaneKind.SAGITTAL]
    stage.wheel(sagittal, QPoint(50, 50), -3)
    way = stage.editor.state.crosshair - before
    assert way[0] == pytest.approx(3.0)
    assert stage.focus.at == ("", 0)


def test_ctrl_and_wheel_zooms_to_the_pointer(qtbot):
    stage = VolumeStage(qtbot)
    for pane in panes(stage):
        at = QPoint(120, 90)
        before = pane.view.image_point(at.x(), at.y())
        zoom = pane.view.zoom
        stage.wheel(pane, at, 2, CTRL)
        assert pane.view.zoom == pytest.approx(zoom * 1.25**2)
        assert np.abs(np.subtract(pane.view.image_point(at.x(), at.y()), before)).max() < 2.0 / pane.view.zoom


def test_the_middle_button_pans(qtbot):
    stage = VolumeStage(qtbot)
    for pane in panes(stage):
        centre = pane.view.centre
        stage.drag(pane, QPoint(100, 100), QPoint(120, 90), MIDDLE)
        assert pane.view.centre != centre


def test_the_probe_tells_value_voxel_and_millimetres(qtbot):
    geometry = space()
    frames = ArrayFrames(beads(geometry) + 1024, geometry, intercept=-1024.0)
    stage = VolumeStage(qtbot, frames=frames)
    row, column = bead(geometry, 0)
    point = geometry.to_mm(column, row, 0)
    stage.move(stage.canvas, stage.at(stage.canvas, point) + QPoint(1, 0))
    said = stage.places[-1]
    assert "1,000 HU (stored 2,024)" in said
    sagittal = stage.editor.planes[PlaneKind.SAGITTAL]
    stage.editor.state.look_at(point)
    sagittal.read()
    stage.move(sagittal, stage.at(sagittal, point) + QPoint(1, 0))
    assert "1,000 HU (stored 2,024)" in stage.places[-1]
    assert f"voxel {column}, {row}, slice 1" in stage.places[-1]
    sides = f"{'L' if point[0] >= 0 else 'R'} {abs(point[0]):.1f}"
    assert sides in stage.places[-1]


def test_the_slices_tell_what_lies_under_the_pointer_whichever_pane_was_clicked_last(qtbot):
    stage = VolumeStage(qtbot)
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    stage.click(coronal, QPoint(60, 60))
    stage.settle()
    assert stage.editor.active is PlaneKind.CORONAL
    QApplication.sendEvent(coronal, QEvent(QEvent.Type.Leave))
    assert stage.places[-1] == ""
    stage.move(stage.canvas, QPoint(stage.canvas.width() // 2, stage.canvas.height() // 2))
    assert f"slice {stage.canvas.on_screen[1] + 1}" in stage.places[-1]


def test_lines_are_dragged_and_turned(qtbot):
    stage = VolumeStage(qtbot)
    state = stage.editor.state
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    coronal.read()
    middle = stage.at(coronal, state.crosshair)
    z = state.crosshair[2]
    stage.drag(coronal, middle + QPoint(30, 0), middle + QPoint(30, -20))  # the axial line, upwards
    assert state.crosshair[2] > z + 1
    assert not state.turned
    middle = stage.at(coronal, state.crosshair)
    end = QPoint(coronal.width() - 6, middle.y())
    stage.drag(coronal, end, end + QPoint(0, 60))
    assert state.turned
    assert not state.is_acquired(PlaneKind.AXIAL)
    assert panes(stage)[0] is stage.editor.planes[PlaneKind.AXIAL]
    stage.editor.straighten()
    assert panes(stage)[0] is stage.canvas


@pytest.mark.parametrize("leave", [False, True])
def test_lines_show_where_they_are_turned_under_the_pointer_only(qtbot, leave):
    geometry = space()
    stage = VolumeStage(qtbot, geometry, np.zeros(geometry.shape, np.int16), size=(1000, 800))
    pane = stage.editor.planes[PlaneKind.CORONAL]
    found = lines(stage.editor.state, PlaneKind.CORONAL, pane.view, pane.plane)
    handles = [p for line in found for p in turn_handles(line, pane.view.size)]
    assert len(handles) == 4
    before = pixels(pane)
    stage.move(pane, QPoint(30, 30))
    assert pane.toolTip() == ""
    rings = [changed(before, pixels(pane), place) for place in handles]
    assert all(rings)
    stage.move(pane, QPointF(*handles[0]).toPoint())
    assert "turn" in pane.toolTip()
    if leave:
        QApplication.sendEvent(pane, QEvent(QEvent.Type.Leave))
        assert (pixels(pane) == before).all()
        return
    start = QPointF(*handles[0]).toPoint()
    stage.drag(pane, start, start + QPoint(25, 25))
    assert not stage.editor.state.is_acquired(PlaneKind.AXIAL)


def changed(before, after, place):
    x, y = (round(v) for v in place)
    cut = slice(y - 6, y + 7), slice(x - 6, x + 7)
    return (before[cut] != after[cut]).any(axis=2).sum() > 20


def test_where_the_crosshair_was_its_handles_are_painted_over_too(qtbot):
    stage = VolumeStage(qtbot)
    pane = stage.editor.planes[PlaneKind.CORONAL]
    found = lines(stage.editor.state, PlaneKind.CORONAL, pane.view, pane.plane)
    region = under_lines(found, pane.view.size, handles=True)
    for line in found:
        for x, y in turn_handles(line, pane.view.size):
            ring = QRectF(x - HANDLE_PX, y - HANDLE_PX, 2 * HANDLE_PX, 2 * HANDLE_PX).toAlignedRect()
            assert (QRegion(ring) - region).isEmpty()


def test_the_words_of_the_scale_bar_are_clear_of_the_crosshair_in_the_middle(qtbot):
    geometry = space()
    stage = VolumeStage(qtbot, geometry, np.zeros(geometry.shape, np.int16))
    pane = stage.editor.planes[PlaneKind.SAGITTAL]
    how = Lettering.of(pane.font(), pane.devicePixelRatioF())
    ((place, image),) = scale_pieces(how, scale_bar(pane.view, pane.plane), pane.view.size)
    crossed = QRectF(place, QSizeF(image.size()) / image.devicePixelRatio())
    assert crossed.left() > pane.width() / 2
    assert crossed.bottom() < pane.height() - 20


def test_keys_step_the_pane_that_has_the_keyboard(qtbot):
    stage = VolumeStage(qtbot)
    stage.canvas.setFocus()
    stage.key(Qt.Key.Key_F)
    stage.key(Qt.Key.Key_Down)
    assert stage.focus.at == ("", 2)
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    coronal.setFocus()
    y = stage.editor.state.crosshair[1]
    stage.key(Qt.Key.Key_F, pane=coronal)
    assert stage.editor.state.crosshair[1] == pytest.approx(y + 1.0)
    assert stage.focus.at == ("", 2)
    stage.key(Qt.Key.Key_End, pane=coronal)
    assert stage.editor.slice_place() == (47, 48)


def test_four_dimensions_go_by_time_and_keep_the_place(qtbot):
    geometry = space()
    frames = ArrayFrames(beads(geometry, times=3), geometry)
    stage = VolumeStage(qtbot, frames=frames)
    stage.canvas.setFocus()
    stage.editor.go_to(("", 4))
    stage.key(Qt.Key.Key_Period)
    assert stage.focus.at == ("", 24)
    assert stage.editor.state.time == 1
    assert stage.editor.state.slice() == 4
    stage.key(Qt.Key.Key_Comma)
    stage.key(Qt.Key.Key_Comma)
    assert stage.focus.at == ("", 44)


def test_shift_and_move_brings_the_crosshair_along(qtbot):
    stage = VolumeStage(qtbot)
    geometry = stage.volume.geometry
    point = geometry.to_mm(40, 30, 0)
    stage.move(stage.canvas, stage.at(stage.canvas, point), keys=SHIFT)
    assert np.abs(stage.editor.state.crosshair - point)[:2].max() < 0.6


def test_the_crosshair_tool_works_on_acquired_slices(qtbot):
    stage = VolumeStage(qtbot)
    geometry = stage.volume.geometry
    stage.canvas.setFocus()
    stage.key(Qt.Key.Key_C, SHIFT)
    assert stage.editor.tool.id == "crosshair"
    point = geometry.to_mm(12, 34, 0)
    stage.click(stage.canvas, stage.at(stage.canvas, point))
    assert np.abs(stage.editor.state.crosshair - point)[:2].max() < 0.6
    stage.key(Qt.Key.Key_Escape)
    assert stage.editor.tool.id == "select"


def test_pixels_are_smooth_until_they_are_asked_to_be_squares(qtbot):
    geometry = space(n=3, rows=40, columns=40)
    stage = VolumeStage(qtbot, geometry, np.random.default_rng(1).integers(-100, 200, geometry.shape).astype(np.int16))
    stage.editor.use_layout("stack")
    stage.editor.toggle_lines()
    stage.canvas.marked = False

    def row() -> np.ndarray:
        qtbot.waitUntil(lambda: stage.canvas.sharp)
        x, y = stage.canvas.view.screen_point(3, 6.5)
        end = stage.canvas.view.screen_point(5, 6.5)[0]
        return pixels(stage.canvas)[round(y), round(x) : round(end), 0]

    assert len(set(row().tolist())) > 5
    stage.editor.run("volume_smooth")
    assert len(set(row().tolist())) <= 4  # two pixels, and the line of the grid between them


def test_on_a_fine_screen_a_slice_is_as_sharp_as_its_pixels(qtbot, monkeypatch):
    geometry = space(n=3, rows=60, columns=60)
    stage = VolumeStage(qtbot, geometry, np.random.default_rng(1).integers(-100, 200, geometry.shape).astype(np.int16))
    pane = stage.editor.planes[PlaneKind.AXIAL]
    from viewers.canvas.slice_canvas import drawn

    pane.view.frame = (60, 60)
    pane.view.resize(200, 150, 2.0)
    pane.view.zoom_to(1.0)
    eight = np.random.default_rng(2).integers(0, 255, (60, 60)).astype(np.uint8)
    made = drawn(eight, pane.view.placement(), (400, 300), smooth=False)
    x, y = (round(v * 2) for v in pane.view.screen_point(0, 0))
    assert (made[y : y + 120, x : x + 120, 0] == eight.repeat(2, axis=0).repeat(2, axis=1)).all()


def test_planes_are_fine_again_when_the_hand_lets_go(qtbot):
    stage = VolumeStage(qtbot)
    state = stage.editor.state
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    coronal.read()
    middle = stage.at(coronal, state.crosshair)
    end = QPoint(coronal.width() - 6, middle.y())
    stage.move(coronal, end)
    QTest.mousePress(coronal, Qt.MouseButton.LeftButton, pos=end)
    stage.move(coronal, end + QPoint(0, 60), Qt.MouseButton.LeftButton)
    coarse = state.plane(PlaneKind.AXIAL)
    QTest.mouseRelease(coronal, Qt.MouseButton.LeftButton, pos=end + QPoint(0, 60))
    fine = state.plane(PlaneKind.AXIAL)
    assert state.turned
    assert fine.mm_right < coarse.mm_right
    assert stage.editor.planes[PlaneKind.AXIAL].read().plane.mm_right == fine.mm_right


def test_an_oblique_plane_is_cut_no_finer_than_the_screen_shows_it(qtbot):
    stage = VolumeStage(qtbot, space(n=12, rows=700, columns=700))
    state, pane = stage.editor.state, stage.editor.planes[PlaneKind.AXIAL]
    state.turn(PlaneKind.SAGITTAL, 20)
    fine = state.plane(PlaneKind.AXIAL).mm_right
    pane.fit()
    pane.read()
    seen = pane.read().plane
    assert fine < seen.mm_right <= seen.mm_right / pane.view.zoom
    assert seen.mm_right <= 1.5 * fine
    middle = pane.mm_under(QPointF(pane.width() / 2, pane.height() / 2))
    pane.zoom_to(1.0)
    assert pane.read().plane.mm_right == pytest.approx(fine, rel=0.11)
    assert np.linalg.norm(pane.mm_under(QPointF(pane.width() / 2, pane.height() / 2)) - middle) < fine
    one = pane.mm_under(QPointF(60, 50)) - pane.mm_under(QPointF(50, 50))
    assert np.linalg.norm(one) == pytest.approx(10 * fine)
    pane.zoom_to(3.0)
    assert pane.read().plane.mm_right == fine


def test_an_object_is_brought_into_sight_in_all_planes(qtbot):
    from storage.clock import now_ms

    geometry = space()
    stage = VolumeStage(qtbot, geometry)
    edits, instance = stage.session.drawn(feature(ShapeKind.BOX), Box(40, 30, 8, 6), ("", 13), now_ms())
    stage.session.do("Draw", edits)
    stage.editor.reveal(instance)
    assert stage.focus.at == ("", 13)
    assert np.abs(stage.editor.state.crosshair - geometry.to_mm(43.5, 32.5, 13)).max() < 1e-6
    assert stage.editor.frame_name(("", 13)) == "slice 14"


def test_a_double_click_enlarges_a_pane_and_leaves_the_crosshair(qtbot):
    stage = VolumeStage(qtbot)
    pane = stage.editor.planes[PlaneKind.CORONAL]
    pane.read()
    before = stage.editor.state.crosshair.copy()
    place = pane.rect().center() + QPoint(60, 30)
    stage.move(pane, place)
    QTest.mouseClick(pane, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert not np.allclose(stage.editor.state.crosshair, before)
    QTest.mouseDClick(pane, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert np.allclose(stage.editor.state.crosshair, before)
    assert stage.editor.grid.visible_panes() == [2]


def test_a_double_click_with_the_crosshair_tool_enlarges_and_leaves_the_crosshair(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.arm_tool("crosshair")
    before, place = stage.editor.state.crosshair, stage.canvas.rect().center() + QPoint(60, 30)
    stage.click(stage.canvas, place)
    assert not np.allclose(stage.editor.state.crosshair, before)
    QTest.mouseDClick(stage.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert np.allclose(stage.editor.state.crosshair, before)
    assert len(stage.editor.grid.visible_panes()) == 1


def test_a_double_click_in_3d_enlarges_it_and_leaves_the_crosshair(qtbot, monkeypatch):
    monkeypatch.setenv("POSTIL_3D", "cpu")
    geometry = space(n=24, step=1.0)
    values = np.full(geometry.shape, -1000, np.int16)
    values[6:18, 12:36, 16:48] = 800
    stage = VolumeStage(qtbot, geometry, values, use_3d=True)
    view = stage.editor.view_3d
    qtbot.waitUntil(lambda: view.settled)
    before, place = stage.editor.state.crosshair, view.rect().center() + QPoint(9, 6)
    stage.click(view, place)
    clicked = stage.editor.state.crosshair
    assert not np.allclose(clicked, before)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert np.allclose(stage.editor.state.crosshair, before)
    assert stage.editor.grid.visible_panes() == [3]
    stage.click(view, QPoint(3, 3))  # nothing is there
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(3, 3))
    assert np.allclose(stage.editor.state.crosshair, before)


def test_a_pane_hidden_under_the_hand_is_not_dead_afterwards(qtbot):
    """The button is let go where the pane does not hear of it."""
    stage = VolumeStage(qtbot)
    pane = stage.editor.planes[PlaneKind.CORONAL]
    pane.read()
    place = pane.rect().center() + QPoint(30, 10)
    QTest.mousePress(pane, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    stage.key(Qt.Key.Key_F4, Qt.KeyboardModifier.ShiftModifier)
    assert not pane.isVisible()
    stage.key(Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    stage.settle()
    before = stage.editor.state.crosshair.copy()
    stage.click(pane, pane.rect().center() + QPoint(-40, 20))
    assert not np.allclose(stage.editor.state.crosshair, before)


def test_zooming_out_ends_while_the_picture_is_still_seen(qtbot):
    stage = VolumeStage(qtbot)
    for pane in (stage.canvas, stage.editor.planes[PlaneKind.SAGITTAL]):
        pane.fit()
        fit = pane.view.zoom
        for _ in range(60):
            stage.wheel(pane, pane.rect().center(), -1, Qt.KeyboardModifier.ControlModifier)
        assert pane.view.zoom == pytest.approx(fit / 5, rel=0.01)
