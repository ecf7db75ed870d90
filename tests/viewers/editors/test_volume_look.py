"""How volumes are shown is kept from one to the next, and nothing that cannot be understood is taken for it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QSlider, QStyle, QStyleOptionComboBox, QWidget

from storage.model.hanging import HangingRule
from tests.support.volume_view import ArrayFrames, VolumeStage, beads, ready_to_paint, space
from viewers.canvas.volume_3d import VolumeView
from viewers.editors.volume_view_verbs import window_words
from viewers.scene.mpr import PlaneKind, Slab
from viewers.scene.slice_marks import edge_sides
from viewers.scene.view_state import ViewState
from viewers.scene.window_level import Window
from viewers.tools.overlap import Overlap
from widgets import theme


def test_what_was_chosen_comes_back_with_the_next_volume(qtbot):
    stage = VolumeStage(qtbot, use_3d=True)
    editor = stage.editor
    assert isinstance(editor.view_3d, VolumeView)
    editor.view_3d.set_on(False)
    editor.strip.slab_mm.setValue(7.5)
    editor.next_slab()
    editor.run("volume_lines")
    editor.run("volume_marks")
    editor.run("volume_smooth")
    editor.overlap_button.use(Overlap.CLASS)
    kept = json.loads(json.dumps(editor.look()))

    after = VolumeStage(qtbot, use_3d=True, wait=False)
    after.editor.use_look(kept)
    after.settle()
    state = after.editor.state
    assert not after.editor.view_3d.on
    qtbot.waitUntil(lambda: after.editor.settled)
    assert state.slab is None and after.editor.strip.slab_box.currentData() is None, "a series is first seen thin"
    after.editor.next_slab()
    assert state.slab == Slab("max", 7.5)
    assert (state.lines, state.smooth, after.canvas.marked) == (False, False, False)
    assert after.editor.overlap_button.text() == "No overlap within a class"
    assert after.editor.look() == kept


def test_a_volume_that_was_open_already_takes_it_too(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.next_slab()
    stage.editor.use_look({"slab_mm": 3})
    assert stage.editor.strip.slab_mm.value() == 3
    assert stage.editor.state.slab == Slab("max", 3), "what is on the screen stays on"


def test_a_rule_without_3d_says_nothing_of_what_the_person_likes(qtbot):
    stage = VolumeStage(qtbot, use_3d=True)
    assert isinstance(stage.editor.view_3d, VolumeView)
    stage.editor.hang(HangingRule("Flat", use_3d=False))
    assert not stage.editor.view_3d.on
    assert stage.editor.look()["3d"] is True


def test_a_volume_that_never_opened_keeps_what_was_known(qtbot):
    from tests.support.volume_view import ArrayFrames, beads

    kept = {"3d": False, "slab_mm": 5.0}
    stage = VolumeStage(qtbot, frames=ArrayFrames(beads(space()), None))
    stage.editor.use_look(kept)
    assert stage.editor.look() == kept


@pytest.mark.parametrize(
    "kept",
    [
        {"slab_mm": 1e9, "lines": "no", "3d": 0, "masks": []},
        {"slab_mm": None, "masks": {"overlap": "some", "yield": 3, "groups": {"a": "Z", "b": 1}}},
        {"slab_mm": "thick", "masks": {"groups": 7}},
        {"masks": {"overlap": [], "groups": {"a": []}}},
    ],
)
def test_what_is_damaged_is_passed_over(qtbot, kept):
    stage = VolumeStage(qtbot)
    usual = stage.editor.look()
    stage.editor.use_look(kept)
    assert stage.editor.look() == usual


def test_a_slab_that_an_earlier_version_has_kept_does_not_come_back(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.use_look({"slab": "max", "slab_mm": 4.0})
    assert stage.editor.state.slab is None
    assert "slab" not in stage.editor.look()


def test_the_keys_are_those_of_the_canvas_after_something_was_chosen_below(qtbot):
    stage = VolumeStage(qtbot)
    strip = stage.editor.strip
    stage.canvas.setFocus()
    QTest.mouseClick(strip.slab_box, Qt.MouseButton.LeftButton)
    QTest.keyClick(strip.slab_box.view(), Qt.Key.Key_Down)
    QTest.keyClick(strip.slab_box.view(), Qt.Key.Key_Return)
    assert stage.editor.state.slab == Slab("max", 10.0)
    assert stage.editor.grid.isAncestorOf(QApplication.focusWidget())
    strip.box.setFocus()
    strip.box.selectAll()
    QTest.keyClicks(strip.box, "3")
    QTest.keyClick(strip.box, Qt.Key.Key_Return)
    assert stage.editor.slice_place()[0] == 2
    assert stage.editor.grid.isAncestorOf(QApplication.focusWidget())


@pytest.mark.parametrize("field", ["slice", "slab", "size"])
def test_enter_in_a_field_does_not_go_on_to_the_answers_of_what_is_selected(qtbot, field):
    stage = ready_to_paint(qtbot, "brush")
    stage.click(stage.canvas, stage.at(stage.canvas, stage.volume.geometry.to_mm(30, 20, 9)))
    assert len(stage.focus.selected) == 1
    stage.editor.next_slab()
    asked: list[bool] = []
    stage.editor.answers_wanted.connect(lambda: asked.append(True))
    strip, options = stage.editor.strip, stage.editor.options
    box = {"slice": strip.box, "slab": strip.slab_mm, "size": options.size_box}[field]
    assert box.isVisible()
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "4")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 4
    assert not asked
    stage.key(Qt.Key.Key_Return)
    assert asked, "at the canvas it does"


@pytest.fixture(params=["bare", "dressed"])
def dress(request, plain):
    """As the window is, and as a system without our style would have it."""
    if request.param == "dressed":
        theme.apply(plain, "light")


@pytest.mark.usefixtures("dress")
@pytest.mark.parametrize("tool", ["brush", "eraser", "threshold", "sphere", "grow", "snip"])
def test_the_options_of_every_mask_tool_are_in_sight_over_four_panes(qtbot, tool):
    stage = VolumeStage(qtbot, size=(868, 680))  # the room of a window of 1280 by 800
    stage.editor.arm_tool(tool)
    options = stage.editor.options
    assert options.isVisible()
    seen = stage.editor.rect().intersected(QRect(options.mapTo(stage.editor, QPoint()), options.size()))
    assert seen.size() == options.size()
    assert not options.visibleRegion().isEmpty()
    assert options.visibleRegion().boundingRect().size() == options.size()


@pytest.mark.usefixtures("dress")
def test_the_options_follow_the_width_of_the_window(qtbot):
    """In one row where there is room, what the tool alone has in a second one where there is not, with its slider if that fits."""
    stage = VolumeStage(qtbot, size=(1600, 900))
    stage.editor.arm_tool("threshold")
    options, overlap = stage.editor.options, stage.editor.overlap_button
    first, slider = options.size_box.geometry().bottom(), options.more._around.slider
    assert options.more.y() < first
    for width, under, slides in ((868, True, True), (560, True, False), (1600, False, True)):
        stage.editor.resize(width, 900)
        qtbot.waitUntil(lambda under=under: (options.more.y() > first) is under)
        assert overlap.y() < first or width == 560
        assert slider.isHidden() is not slides
        assert options.geometry().right() <= stage.editor.grid.width()


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (Window(25.0893, 132.07), "C 25  W 132"),
        (Window(-0.3, 400), "C 0  W 400"),
        (Window(2.5, 5), "C 2.5  W 5"),
        (Window(0.1077, 0.25), "C 0.11  W 0.25"),
    ],
)
def test_windows_are_said_as_exactly_as_their_width_asks_for(window, words):
    assert window_words(window) == words


def is_cut(widget: QWidget) -> bool:
    """Whether less of its words can be seen than there are."""
    style = widget.style()
    match widget:
        case QAbstractSpinBox():
            words, room = widget.text(), widget.lineEdit().width() - 4  # it keeps two pixels free at either end
        case QComboBox():
            option = QStyleOptionComboBox()
            widget.initStyleOption(option)
            field = QStyle.SubControl.SC_ComboBoxEditField
            words = widget.currentText()
            room = style.subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, widget).width()
        case QSlider():
            return False
        case _:
            return widget.width() < widget.minimumSizeHint().width()
    return room < widget.fontMetrics().horizontalAdvance(words)


@pytest.mark.usefixtures("dress")
@pytest.mark.parametrize("width", [690, 868, 1508])
def test_nothing_in_the_strip_is_cut_off_where_there_is_time_and_a_slab(qtbot, width):
    geometry = space()
    stage = VolumeStage(qtbot, frames=ArrayFrames(beads(geometry, times=10), geometry), modality="MR", size=(width, 680))
    stage.editor.strip.slab_box.setCurrentIndex(1)
    strip = stage.editor.strip

    def is_whole() -> bool:
        shown = [w for w in strip.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly) if w.isVisible()]
        return strip.buttons[0].isVisible() is (width > 1000) and not any(is_cut(w) for w in shown)

    qtbot.waitUntil(is_whole)
    assert strip.layouts_button.isVisible()


def test_corners_make_way_for_the_options_in_every_pane_they_reach(qtbot):
    stage = VolumeStage(qtbot, size=(868, 680))
    sagittal = stage.editor.planes[PlaneKind.SAGITTAL]
    assert sagittal.inset() == 0
    stage.editor.arm_tool("threshold")
    assert stage.editor.options.geometry().right() > stage.editor.grid.width() / 2
    assert sagittal.inset() > 20
    assert stage.canvas.inset() > 20
    assert stage.editor.planes[PlaneKind.CORONAL].inset() == 0
    stage.editor.arm_tool("select")
    assert sagittal.inset() == 0


def test_pictures_of_ultrasound_and_x_ray_are_not_called_slices(qtbot):
    cine = VolumeStage(qtbot, frames=ArrayFrames(np.zeros((4, 30, 40), np.int16), None), modality="US")
    assert cine.canvas.corners().top_right == ("Frames, as acquired",)
    assert cine.canvas.corners().bottom_left == ("Frame 1 / 4",)
    assert cine.editor.strip.plane.text() == "Frame"
    xray = VolumeStage(qtbot, frames=ArrayFrames(np.zeros((1, 30, 40), np.int16), None), modality="DX")
    assert xray.canvas.corners().top_right == ()
    assert xray.canvas.corners().bottom_left == ()


def test_a_single_slice_is_not_crossed_by_lines_of_planes_it_has_not(qtbot):
    geometry = space(n=1)
    stage = VolumeStage(qtbot, frames=ArrayFrames(beads(geometry), geometry), modality="MR")
    assert stage.editor.state.lines
    crossed = stage.canvas.grab().toImage()
    stage.editor.run("volume_lines")
    assert stage.canvas.grab().toImage() == crossed


def test_a_slab_keeps_the_title_of_the_series_in_its_corner(qtbot):
    stage = VolumeStage(qtbot, titles=lambda: ("Head 5 mm", "CT"))
    plane = stage.editor.planes[stage.editor.state.acquired]
    painted, words = [], plane.corners
    plane.corners = lambda cut: painted.append(words(cut)) or painted[-1]
    stage.editor.next_slab()
    qtbot.waitUntil(lambda: bool(painted))
    assert painted[-1].top_left == ("Head 5 mm", "CT")
    assert painted[-1].top_right == ("Axial", "MIP 10 mm")


def test_only_planes_that_were_tilted_are_called_oblique(qtbot):
    stage = VolumeStage(qtbot)
    state = stage.editor.state
    state.turn(PlaneKind.AXIAL, 20)  # the lines that are seen in the axial plane: those of the two others
    said = {kind: plane.corners(plane.read()).top_right[0] for kind, plane in stage.editor.planes.items()}
    assert said == {
        PlaneKind.AXIAL: "Axial",
        PlaneKind.SAGITTAL: "Sagittal, oblique",
        PlaneKind.CORONAL: "Coronal, oblique",
    }
    state.straighten()
    state.turn(PlaneKind.CORONAL, 20)
    plane = stage.editor.planes[PlaneKind.AXIAL]
    assert plane.corners(plane.read()).top_right == ("Axial, oblique",)


def test_letters_of_a_picture_without_a_place_turn_with_it():
    view = ViewState()
    assert edge_sides(view, ("L", "F")) == ("R", "L", "H", "F")
    view.flip = True
    assert edge_sides(view, ("L", "F")) == ("L", "R", "H", "F")
    view.flip = False
    view.rotation = 90
    assert edge_sides(view, ("L", "F")) == ("F", "H", "R", "L")
    assert edge_sides(view, ("RT", "D")) == ("D", "", "", "RT")
    assert edge_sides(view, ()) == ("", "", "", "")


@pytest.mark.usefixtures("dress")
def test_a_row_of_options_lies_over_no_picture_and_moves_nothing(qtbot):
    """Brush and letters share no place, and the panes stay where they are when a tool is taken in hand."""
    stage = VolumeStage(qtbot, size=(868, 680))  # the room of a window of 1280 by 800
    places = [QRect(p.mapTo(stage.editor, QPoint()), p.size()) for p in stage.editor.grid.panes]
    stage.editor.arm_tool("brush")
    QApplication.sendPostedEvents()
    options = stage.editor.options
    over = QRect(options.mapTo(stage.editor, QPoint()), options.size())
    now = [QRect(p.mapTo(stage.editor, QPoint()), p.size()) for p in stage.editor.grid.panes]
    assert now == places
    first_row = over.adjusted(0, 0, 0, stage.editor.option_room.height() - over.height())
    assert not any(first_row.intersects(place) for place in places)
    assert first_row.contains(QRect(options.size_box.mapTo(stage.editor, QPoint()), options.size_box.size()))


@pytest.mark.usefixtures("dress")
def test_a_second_row_of_options_lies_over_no_picture_either(qtbot):
    stage = VolumeStage(qtbot, size=(560, 680))
    options, room = stage.editor.options, stage.editor.option_room
    one_row = room.height()

    def covered() -> bool:
        QApplication.sendPostedEvents()
        over = QRect(options.mapTo(stage.editor, QPoint()), options.size())
        places = [QRect(p.mapTo(stage.editor, QPoint()), p.size()) for p in stage.editor.grid.panes]
        return any(over.intersects(place) for place in places)

    stage.editor.arm_tool("threshold")
    assert options.height() > one_row
    assert not covered()
    stage.editor.resize(1300, 680)
    assert not covered() and room.height() == one_row
    stage.editor.resize(560, 680)
    assert not covered() and room.height() > one_row
    stage.editor.arm_tool("select")
    assert room.height() == one_row


def test_the_size_of_the_brush_is_told_in_millimetres_too(qtbot):
    geometry = space(mm=(0.5, 0.5))
    stage = VolumeStage(qtbot, geometry)
    stage.editor.arm_tool("brush")
    stage.editor.toolbox.brush.resize(20)
    assert stage.editor.options.size_box.text() == "20 px, 10 mm"
    stage.key(Qt.Key.Key_BracketRight)
    assert stage.editor.options.size_box.text() == "22 px, 11 mm"
    assert stage.said[-1] == "Brush: 22 px, 11 mm"
