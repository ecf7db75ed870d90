"""The volume editor under a real mouse and keyboard: opening, windows, layouts, what is told."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from storage.errors import BadInput
from storage.media.dicom_index import FileWindow, Voi
from tests.support.volume_view import (
    CTRL,
    RIGHT,
    SHIFT,
    ArrayFrames,
    VolumeStage,
    bead,
    beads,
    panes,
    pixels,
    space,
)
from viewers.canvas.mpr_grid import Layout
from viewers.editors.actions import KeyMap
from viewers.editors.volume_actions import VOLUME_ACTIONS
from viewers.scene.mpr import PlaneKind


def test_no_key_means_two_things():
    assert KeyMap(VOLUME_ACTIONS).clashes() == []


def test_every_action_is_a_method_of_the_editor(qtbot):
    stage = VolumeStage(qtbot)
    for action in VOLUME_ACTIONS:
        assert callable(getattr(stage.editor, action.method)), action.id
        assert isinstance(stage.editor.why_not(action.id), str)


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


def test_what_a_key_said_of_the_window_is_over_with_the_next_deed_of_the_mouse(qtbot):
    stage = VolumeStage(qtbot)
    stage.canvas.setFocus()
    for pane in panes(stage):
        stage.key(Qt.Key.Key_F3)
        assert stage.said[-1] == "Window: Lung"
        stage.drag(pane, QPoint(80, 60), QPoint(160, 60), RIGHT)
        assert stage.said[-1] == stage.editor.hint != ""


def test_keys_without_a_preset_mean_what_they_mean_elsewhere(qtbot):
    stage = VolumeStage(qtbot, modality="MR")
    stage.canvas.setFocus()
    after = QLineEdit(stage.editor)
    after.show()
    QWidget.setTabOrder(stage.canvas, after)
    assert stage.editor.takes_key("F4")
    assert not stage.editor.takes_key("F8")
    chosen = stage.volume.window_of(0)
    stage.key(Qt.Key.Key_F9)
    assert stage.volume.window_of(0) == chosen
    stage.key(Qt.Key.Key_F6)
    assert not stage.canvas.hasFocus()
    ct = VolumeStage(qtbot)
    assert ct.editor.takes_key("F8")


def test_what_is_amiss_is_a_badge_that_leads_to_the_slice(qtbot):
    geometry = space()
    tilted = "The slices are tilted by 18.5 degrees against their row; other planes are resampled from true positions."
    stage = VolumeStage(qtbot, frames=ArrayFrames(beads(geometry), geometry, broken=[4, 9]), told=(tilted,))
    badge = stage.editor.strip.warnings
    qtbot.waitUntil(lambda: len(badge.warned) == 3)
    assert badge.isVisible()
    assert badge.text().endswith("3")
    menu = badge.menu()
    menu.aboutToShow.emit()
    assert [label.text() for label in menu.findChildren(QLabel)] == [tilted]
    entry = next(a for a in menu.actions() if a.toolTip() == "Slice 10: I9 cannot be decoded.")
    entry.trigger()
    assert stage.focus.at == ("", 9)


def test_where_nothing_is_amiss_there_is_no_badge(qtbot):
    stage = VolumeStage(qtbot)
    assert not stage.editor.strip.warnings.isVisible()


def test_a_pet_that_has_no_suv_says_why_on_the_picture_and_in_the_badge(qtbot):
    stage = VolumeStage(qtbot)
    stage.volume.suv_refused = "Its units are CNTS, not BQML."
    stage.editor.show_state()
    assert [w.text for w in stage.editor.strip.warnings.warned] == ["No SUV: Its units are CNTS, not BQML."]
    assert "No SUV: Its units are CNTS, not BQML." in stage.canvas.corners().warnings


def test_double_click_enlarges_a_pane_and_brings_it_back(qtbot):
    stage = VolumeStage(qtbot)
    sagittal = stage.editor.planes[PlaneKind.SAGITTAL]
    assert stage.editor.grid.layout_shown is Layout.GRID
    qtbot.waitUntil(lambda: sagittal.plane is not None)
    QTest.mouseDClick(sagittal, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    assert [p.isVisible() for p in stage.editor.grid.panes] == [False, True, False, False]
    QTest.mouseDClick(sagittal, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    assert all(p.isVisible() for p in stage.editor.grid.panes)


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
    assert "Gantry tilt 18.5°: resampled" in coronal.corners(coronal.read()).warnings
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
    qtbot.waitUntil(lambda: stage.editor.state is not None and stage.volume.store.have[0])
    stage.editor.go_to(("", 9))
    qtbot.waitUntil(lambda: any("slice 1 is shown" in w for w in stage.canvas.corners().warnings))
    assert any("Slice 10 is still being read" in w for w in stage.canvas.corners().warnings)
    frames.open.set()
    stage.settle()
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 9))
    assert stage.canvas.corners().warnings == ()


def test_a_volume_that_cannot_be_opened_says_why(qtbot):
    geometry = space()

    def refuse() -> ArrayFrames:
        raise BadInput("Its files are gone.", remedy="Bring them back.")

    frames = ArrayFrames(beads(geometry), geometry)
    stage = VolumeStage(qtbot, frames=frames, opener=refuse, wait=False)
    qtbot.waitUntil(lambda: bool(stage.failures))
    assert stage.failures[0].reason == "Its files are gone."
    assert stage.canvas.isVisible()
    assert pixels(stage.canvas).max() > 200  # the reason is written there
    assert "still being opened" in stage.editor.why_not("volume_reset")


def test_of_a_damaged_slice_nothing_is_shown_but_the_reason(qtbot):
    geometry = space()
    values = beads(geometry) + 500  # white, but for what is not there
    stage = VolumeStage(qtbot, frames=ArrayFrames(values, geometry, broken=[4], voi=Voi((FileWindow(100, 50),))))
    stage.editor.go_to(("", 5))
    middle = stage.canvas.rect().center()
    around = slice(middle.y() - 60, middle.y() + 60), slice(middle.x() - 100, middle.x() + 100)
    qtbot.waitUntil(lambda: pixels(stage.canvas)[around].mean() > 200)
    stage.editor.go_to(("", 4))
    qtbot.waitUntil(lambda: pixels(stage.canvas)[around].mean() < 60)
    assert pixels(stage.canvas)[around].max() > 200, "the reason is written there"
    assert any("I4 cannot be decoded. Nothing is shown of it" in w for w in stage.canvas.corners().warnings)
    assert stage.volume.probe(4, 5, 5) is None


def test_two_series_side_by_side_look_at_the_same_point(qtbot):
    from viewers.scene.volume_source import VolumeSource

    stage = VolumeStage(qtbot)
    other = space(n=40, step=1.0)
    volume = VolumeSource(lambda: ArrayFrames(beads(other), other), modality="CT")
    stage.editor.show_beside(volume, "Prior of 2019", same_space=True)
    qtbot.waitUntil(lambda: stage.editor.beside.canvas is not None)
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
    qtbot.waitUntil(lambda: dialog.count.text() == "3 entries")
    dialog.search.setText("slice 0018")
    assert dialog.found.rowCount() == 1
    assert dialog.count.text() == "1 of 3 entries"
    dialog.close()


def test_a_header_that_cannot_be_read_is_a_sentence(qtbot):
    def gone(frame: int) -> list:
        raise BadInput("CT 3 cannot be opened: No such file or directory.", remedy="Reconnect the disk.")

    stage = VolumeStage(qtbot, read_header=gone)
    dialog = stage.editor.show_header()
    qtbot.waitUntil(lambda: "No such file" in dialog.count.text())
    assert "Reconnect the disk." in dialog.count.text()
    assert dialog.model.rowCount() == 0
    dialog.close()


def test_cine_runs_through_the_slices_and_a_click_stops_it(qtbot):
    stage = VolumeStage(qtbot)
    stage.canvas.setFocus()
    stage.editor.change_speed(4)
    stage.editor.run("play_toggle")
    qtbot.waitUntil(lambda: stage.focus.at[1] >= 3)
    assert stage.editor.cine.playing
    stage.click(stage.editor.planes[PlaneKind.SAGITTAL], QPoint(60, 60))
    assert not stage.editor.cine.playing


def test_a_pane_that_stands_alone_says_whose_it_is(qtbot):
    whose = ("Doe, Jane", "ID-1")
    stage = VolumeStage(qtbot, patient=whose)
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    assert coronal.corners(coronal.read()).top_left == ()  # the slices beside it say so
    QTest.mouseDClick(coronal, Qt.MouseButton.LeftButton, pos=QPoint(30, 30))
    assert stage.editor.grid.layout_shown is Layout.ONE
    assert coronal.corners(coronal.read()).top_left == whose
    stage.editor.grid.show_layout(Layout.ONE, 3)
    assert stage.editor.view_3d.titles() == whose
    stage.editor.grid.show_layout(Layout.GRID)
    assert stage.editor.view_3d.titles() == ()


def test_the_keyboard_stays_with_the_panes_when_the_one_that_had_it_is_put_away(qtbot):
    stage = VolumeStage(qtbot)
    elsewhere = QLineEdit(stage.editor.window())
    elsewhere.show()
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    coronal.setFocus()
    stage.editor.run("volume_layout_stack")
    assert stage.canvas.hasFocus()
    elsewhere.setFocus()
    stage.editor.run("volume_layout_grid")
    assert elsewhere.hasFocus()  # it was not theirs
