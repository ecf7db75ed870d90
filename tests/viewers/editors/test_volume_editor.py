"""The volume editor under a real mouse and keyboard: the right voxel at the right place in every pane."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from storage.errors import BadInput
from storage.model.geometry import Box, ShapeKind
from tests.support.tool_stage import feature
from tests.support.volume_view import CTRL, MIDDLE, RIGHT, SHIFT, ArrayFrames, VolumeStage, bead, beads, pixels, space
from viewers.canvas.mpr_grid import Layout
from viewers.decode import voi
from viewers.editors.actions import KeyMap
from viewers.editors.volume_actions import VOLUME_ACTIONS
from viewers.scene.mpr import PlaneKind
from viewers.scene.slice_marks import edge_letters

SPACES = {
    "axial": space(),
    "sagittal": space(row=(0, 1, 0), col=(0, 0, -1)),
    "coronal": space(row=(1, 0, 0), col=(0, 0, -1)),
    "long pixels": space(mm=(1.4, 0.7)),
    "turned by the scanner": space(row=(0.8, 0.6, 0.0), col=(-0.6, 0.8, 0.0)),
    "stored upside down": space(row=(-1, 0, 0), col=(0, -1, 0)),
}


def panes(stage: VolumeStage) -> list:
    found = [pane.shown for pane in stage.editor.grid.panes[:3]]
    for pane in found:
        if pane is not stage.canvas:
            pane.read()  # whether or not it was painted by now
    return found


def test_no_key_means_two_things():
    assert KeyMap(VOLUME_ACTIONS).clashes() == []


def test_every_action_is_a_method_of_the_editor(qtbot):
    stage = VolumeStage(qtbot)
    for action in VOLUME_ACTIONS:
        assert callable(getattr(stage.editor, action.method)), action.id
        assert isinstance(stage.editor.why_not(action.id), str)


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
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", k) and stage.canvas.sharp, timeout=5000)
    for pane in panes(stage):
        seen = pixels(pane).astype(int).sum(axis=2)
        place = stage.at(pane, point)
        patch = seen[place.y() - 1 : place.y() + 2, place.x() - 1 : place.x() + 2]
        assert patch.max() > 700, name
        around = seen[max(0, place.y() - 40) : place.y() + 40, max(0, place.x() - 40) : place.x() + 40]
        bright = np.argwhere(around == around.max()).mean(axis=0) - (min(40, place.y()), min(40, place.x()))
        size = pane.view.zoom * max(pane.view.stretch)
        assert np.abs(bright).max() <= max(1.5, size / 2), (name, pane, bright)


@pytest.mark.parametrize("name", SPACES)
def test_the_letters_are_those_of_radiologists(qtbot, name):
    stage = VolumeStage(qtbot, SPACES[name])
    expected = {0: "RLAP", 1: "APHF", 2: "RLHF"}
    for i, pane in enumerate(panes(stage)):
        assert "".join(t[0] for t in edge_letters(pane.view, pane.plane)) == expected[i]


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
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 1) and stage.canvas.sharp, timeout=5000)
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


def test_a_right_drag_sets_the_window_of_all_panes(qtbot):
    stage = VolumeStage(qtbot)
    before = stage.volume.window_of(0)
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    stage.drag(coronal, QPoint(50, 100), QPoint(150, 100), RIGHT)
    wider = stage.volume.window_of(0)
    assert wider.width > before.width
    assert wider.center == before.center
    stage.drag(stage.canvas, QPoint(80, 60), QPoint(80, 160), RIGHT)
    assert stage.volume.window_of(0).center < wider.center
    assert stage.sent == []


def test_the_middle_button_pans(qtbot):
    stage = VolumeStage(qtbot)
    for pane in panes(stage):
        centre = pane.view.centre
        stage.drag(pane, QPoint(100, 100), QPoint(120, 90), MIDDLE)
        assert pane.view.centre != centre


def test_presets_and_inversion_by_key(qtbot):
    stage = VolumeStage(qtbot)
    stage.canvas.setFocus()
    stage.key(Qt.Key.Key_F3)
    assert stage.volume.window_of(0).center == -600
    assert "Lung" in stage.editor.window_text()
    stage.key(Qt.Key.Key_I, SHIFT)
    assert stage.volume.look(0).inverted
    stage.key(Qt.Key.Key_R, CTRL)
    assert stage.volume.window_of(0).center == 40
    assert not stage.volume.look(0).inverted


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


def test_double_click_enlarges_a_pane_and_brings_it_back(qtbot):
    stage = VolumeStage(qtbot)
    sagittal = stage.editor.planes[PlaneKind.SAGITTAL]
    assert stage.editor.grid.layout_shown is Layout.GRID
    QTest.mouseDClick(sagittal, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    assert [p.isVisible() for p in stage.editor.grid.panes] == [False, True, False, False]
    QTest.mouseDClick(sagittal, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    assert all(p.isVisible() for p in stage.editor.grid.panes)


def test_boxes_drawn_on_a_slice_are_pixels_of_that_slice(qtbot):
    geometry = space(mm=(1.4, 0.7))
    stage = VolumeStage(qtbot, geometry)
    stage.editor.go_to(("", 6))
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 6) and stage.canvas.sharp, timeout=5000)
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
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 5) and stage.canvas.sharp, timeout=5000)
    stage.editor.arm_class(feature(ShapeKind.BITMASK))
    at = stage.at(stage.canvas, geometry.to_mm(30, 20, 5))
    stage.drag(stage.canvas, at, at + QPoint(6, 0))
    assert [a.frame for a in stage.document.annotations.values()] == [5]
    for kind in (PlaneKind.SAGITTAL, PlaneKind.CORONAL):
        pane = stage.editor.planes[kind]
        place = stage.at(pane, geometry.to_mm(30, 20, 5))
        colour = pixels(pane)[place.y(), place.x()].astype(int)
        assert colour.max() - colour.min() > 20, kind


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
    assert stage.editor.place() == (47, 48)


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


def test_slabs_say_so_and_are_brighter(qtbot):
    stage = VolumeStage(qtbot)
    state = stage.editor.state
    geometry = stage.volume.geometry
    row, column = bead(geometry, 3)
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    state.set(lines=False)
    state.look_at(geometry.to_mm(column, row + 3, 3))
    thin = pixels(coronal).sum()
    stage.editor.strip.slab_mm.setValue(9.0)
    stage.editor.next_slab()
    assert state.slab.mode == "max"
    assert pixels(coronal).sum() > thin
    assert "MIP 9 mm" in coronal.corners(coronal.read()).top_right
    assert panes(stage)[0] is stage.editor.planes[PlaneKind.AXIAL]  # a slab of slices is not a slice


def test_bent_volumes_carry_a_badge_and_acquired_slices_none(qtbot):
    stage = VolumeStage(qtbot, space(tilt=18.5))
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    assert "gantry tilt 18.5°: resampled" in coronal.corners(coronal.read()).warnings
    assert stage.canvas.corners().warnings == ()
    assert panes(stage)[0] is stage.canvas


def test_a_volume_without_place_is_a_stack_that_says_what_is_missing(qtbot):
    geometry = space()
    frames = ArrayFrames(beads(geometry), None)
    stage = VolumeStage(qtbot, frames=frames, missing=("Image Position (Patient)", "Pixel Spacing"))
    assert stage.editor.grid.layout_shown is Layout.STACK
    stage.wheel(stage.canvas, QPoint(100, 100), -1)
    assert stage.focus.at == ("", 1)
    assert "no place in space" in stage.editor.why_not("volume_layout_grid")
    said = stage.editor.words.why_no_3d(stage.editor.missing)
    assert "Image Position (Patient) and Pixel Spacing" in said


def test_slices_that_are_not_read_yet_show_the_nearest_one_and_say_so(qtbot):
    geometry = space()
    frames = ArrayFrames(beads(geometry), geometry, gate=True)
    frames.let = {0}
    stage = VolumeStage(qtbot, frames=frames, wait=False)
    qtbot.waitUntil(lambda: stage.editor.state is not None and stage.volume.store.have[0], timeout=5000)
    stage.editor.go_to(("", 9))
    qtbot.waitUntil(lambda: any("slice 1 is shown" in w for w in stage.canvas.corners().warnings), timeout=5000)
    assert any("Slice 10 is still being read" in w for w in stage.canvas.corners().warnings)
    frames.open.set()
    stage.settle()
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 9), timeout=5000)
    assert stage.canvas.corners().warnings == ()


def test_a_volume_that_cannot_be_opened_says_why(qtbot):
    geometry = space()
    failures: list = []

    def refuse() -> ArrayFrames:
        raise BadInput("Its files are gone.", remedy="Bring them back.")

    frames = ArrayFrames(beads(geometry), geometry)
    stage = VolumeStage(qtbot, frames=frames, opener=refuse, wait=False)
    stage.editor.failed.connect(failures.append)
    qtbot.waitUntil(lambda: bool(failures), timeout=5000)
    assert failures[0].reason == "Its files are gone."
    assert stage.canvas.isVisible()
    assert pixels(stage.canvas).max() > 200  # the reason is written there
    assert "still being opened" in stage.editor.why_not("volume_reset")


def test_a_damaged_slice_shows_its_neighbour_and_the_reason(qtbot):
    geometry = space()
    stage = VolumeStage(qtbot, frames=ArrayFrames(beads(geometry), geometry, broken=[4]))
    stage.editor.go_to(("", 4))
    assert any("I4 cannot be decoded" in w for w in stage.canvas.corners().warnings)


def test_two_series_side_by_side_look_at_the_same_point(qtbot):
    from viewers.scene.volume_source import VolumeSource

    stage = VolumeStage(qtbot)
    other = space(n=40, step=1.0)
    volume = VolumeSource(lambda: ArrayFrames(beads(other), other), modality="CT")
    stage.editor.show_beside(volume, "Prior of 2019", same_space=True)
    qtbot.waitUntil(lambda: stage.editor.beside.canvas is not None, timeout=5000)
    stage.editor.go_to(("", 7))
    assert stage.editor.beside.state.slice() == 14
    stage.editor.show_beside(volume, "Prior of 2019", same_space=False)
    stage.editor.go_to(("", 8))
    start = stage.editor.beside.state.slice()
    stage.editor.go_to(("", 10))
    assert stage.editor.beside.state.slice() == start + 4
    volume.close()


def test_the_header_is_searched_by_words(qtbot):
    rows = [("0008,0060", "Modality", "CT"), ("0018,0050", "Slice Thickness", "2.5"), ("0010,0010", "Patient's Name", "A^B")]
    stage = VolumeStage(qtbot, read_header=lambda frame: rows)
    dialog = stage.editor.show_header()
    dialog.search.setText("slice 0018")
    assert dialog.found.rowCount() == 1
    assert dialog.count.text() == "1 of 3 entries"
    dialog.close()


def test_key_images_are_marked_with_one_key(qtbot):
    stage = VolumeStage(qtbot)
    stage.canvas.setFocus()
    with qtbot.waitSignal(stage.editor.key_images_changed, timeout=1000):
        stage.key(Qt.Key.Key_K)
    assert stage.editor.key_images == {0}
    assert "Key image" in stage.canvas.corners().top_right


def test_cine_runs_through_the_slices_and_a_click_stops_it(qtbot):
    stage = VolumeStage(qtbot)
    stage.canvas.setFocus()
    stage.editor.change_speed(4)
    stage.editor.run("play_toggle")
    qtbot.waitUntil(lambda: stage.focus.at[1] >= 3, timeout=5000)
    assert stage.editor.cine.playing
    stage.click(stage.editor.planes[PlaneKind.SAGITTAL], QPoint(60, 60))
    assert not stage.editor.cine.playing


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


# -- masks as bodies


def painted(stage: VolumeStage) -> np.ndarray:
    """All voxels of the one object there is."""
    (instance,) = stage.document.instances
    block = stage.editor.masks.read(instance)
    out = np.zeros(stage.volume.geometry.shape, bool)
    out[block.box.within((0, 0, 0))] = block.array
    return out


def ready_to_paint(qtbot, tool: str, **options) -> VolumeStage:
    stage = VolumeStage(qtbot, **options)
    geometry = stage.volume.geometry
    stage.editor.state.look_at(geometry.to_mm(30, 20, 9))
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 9) and stage.canvas.sharp, timeout=5000)
    stage.editor.arm_class(feature(ShapeKind.BITMASK))
    stage.editor.arm_tool(tool)
    stage.editor.toolbox.brush.resize(11)
    return stage


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
    qtbot.waitUntil(lambda: bool(stage.sent), timeout=5000)
    wanted = np.zeros(geometry.shape, bool)
    wanted[4:12, 10:25, 20:40] = True
    assert (painted(stage) == wanted).all()


def test_slices_between_painted_ones_are_filled_in_one_step(qtbot):
    stage = ready_to_paint(qtbot, "brush")
    geometry = stage.volume.geometry
    for k in (5, 9):
        stage.editor.go_to(("", k))
        qtbot.waitUntil(lambda k=k: stage.canvas.on_screen == ("", k) and stage.canvas.sharp, timeout=5000)
        stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(30, 20, k)))
    assert len(stage.document.instances) == 1
    stage.editor.run("volume_fill_between")
    qtbot.waitUntil(lambda: len(stage.sent) == 3, timeout=5000)
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
    stage.editor.ask_number = lambda title, unit, proposed: 2.0
    steps = len(stage.sent)
    stage.editor.run(action)
    qtbot.waitUntil(lambda: len(stage.sent) == steps + 1, timeout=10_000)
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


# -- measuring


def measured(stage: VolumeStage) -> list[str]:
    """Texts of the draft of the tool in hand."""
    from viewers.tools.base import LabelDraft

    return [d.text for d in stage.editor.tool.draft() if isinstance(d, LabelDraft)]


def test_distances_are_millimetres_of_unequal_pixels(qtbot):
    geometry = space(mm=(1.4, 0.7))
    stage = VolumeStage(qtbot, geometry)
    stage.editor.arm_tool("ruler")
    a, b = geometry.to_mm(10, 10, 0), geometry.to_mm(40, 30, 0)
    stage.drag(stage.canvas, stage.at(stage.canvas, a), stage.at(stage.canvas, b))
    length, unit = measured(stage)[0].split()
    assert unit == "mm"
    assert float(length) == pytest.approx(float(np.linalg.norm(b - a)), abs=0.4)
    stage.key(Qt.Key.Key_Return)
    (kept,) = stage.document.on_frame(("", 0))
    assert kept.geometry.kind is ShapeKind.POLYLINE
    assert measured(stage) == []


def test_distances_without_spacing_are_pixels_and_say_so(qtbot):
    stage = VolumeStage(qtbot, frames=ArrayFrames(beads(space()), None))
    stage.editor.arm_tool("ruler")
    stage.drag(stage.canvas, QPoint(300, 200), QPoint(400, 200))
    assert measured(stage)[0].endswith(" px")


def test_angles_are_those_in_the_patient(qtbot):
    geometry = space(mm=(1.4, 0.7))
    stage = VolumeStage(qtbot, geometry)
    stage.editor.run("tool_angle")
    places = [geometry.to_mm(40, 20, 0), geometry.to_mm(20, 20, 0), geometry.to_mm(30, 25, 0)]
    for place in places:
        stage.click(stage.canvas, stage.at(stage.canvas, place))
    u, v = places[0] - places[1], places[2] - places[1]
    true = np.degrees(np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v)))
    assert float(measured(stage)[0].rstrip("°")) == pytest.approx(true, abs=1.5)


def test_cobbs_angle_lies_between_two_lines(qtbot):
    geometry = space()
    stage = VolumeStage(qtbot, geometry)
    stage.editor.run("tool_cobb")
    for column, row in ((10, 10), (50, 10), (10, 30), (30, 42)):
        stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(column, row, 0)))
    assert measured(stage)[0].startswith("Cobb ")
    assert float(measured(stage)[0].split()[1].rstrip("°")) == pytest.approx(np.degrees(np.arctan2(12, 20)), abs=1.5)


def test_statistics_under_a_box_are_those_of_numpy(qtbot):
    geometry = space(mm=(1.4, 0.7))
    array = np.random.default_rng(4).integers(-500, 500, geometry.shape).astype(np.int16)
    stage = VolumeStage(qtbot, frames=ArrayFrames(array, geometry, slope=2.0, intercept=-10.0))
    words = stage.editor.measuring.words(Box(10, 8, 20, 12), 3)
    part = array[3, 8:20, 10:30] * 2.0 - 10
    mean, deviation = float(part.mean()), float(part.std())
    assert words[0] == f"{mean:,.1f} ± {deviation:,.1f} HU, {part.min():,.0f} to {part.max():,.0f}, 240 px"
    assert words[1] == f"{20 * 12 * 1.4 * 0.7:,.1f} mm²"


def test_what_is_selected_is_measured_beside_it(qtbot):
    geometry = space()
    stage = VolumeStage(qtbot, geometry, np.zeros(geometry.shape, np.int16))
    stage.editor.state.set(lines=False)
    stage.editor.arm_class(feature(ShapeKind.BOX))
    start = stage.at(stage.canvas, geometry.to_mm(10, 10, 0))
    stage.drag(stage.canvas, start, start + QPoint(60, 40))
    shown = pixels(stage.canvas)
    stage.focus.select(())
    gone = pixels(stage.canvas)
    chip = (slice(start.y() + 46, start.y() + 80), slice(start.x() + 70, start.x() + 160))
    assert np.abs(shown[chip].astype(int) - gone[chip]).max() > 60


def test_pixels_are_smooth_until_they_are_asked_to_be_squares(qtbot):
    geometry = space(n=3, rows=40, columns=40)
    stage = VolumeStage(qtbot, geometry, np.random.default_rng(1).integers(-100, 200, geometry.shape).astype(np.int16))
    stage.editor.use_layout("stack")
    stage.editor.toggle_lines()
    stage.canvas.marked = False

    def row() -> np.ndarray:
        qtbot.waitUntil(lambda: stage.canvas.sharp, timeout=5000)
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
    from viewers.canvas.slice_canvas import warped

    pane.view.frame = (60, 60)
    pane.view.resize(200, 150, 2.0)
    pane.view.zoom_to(1.0)
    eight = np.random.default_rng(2).integers(0, 255, (60, 60)).astype(np.uint8)
    made = warped(eight, pane.view.placement(), (400, 300), smooth=False)
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
