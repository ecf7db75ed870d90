"""The parts round the canvas: tool bar, options, popover, pages, menu, keyboard focus."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QMenu, QSpinBox, QVBoxLayout, QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import Box, Polygon, ShapeKind
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from tests.support.editor_stage import CTRL, EditorStage, Gradient
from tests.support.sent import Sent
from tests.support.tool_stage import feature, ontology
from viewers.editors.image_editor import ImageEditor
from viewers.scene.adjust import Adjustments
from viewers.scene.pictures import PictureSource
from widgets import icons

Key = Qt.Key
SQUARE = ((50, 50), (150, 50), (150, 150), (50, 150))


@pytest.fixture
def stage(qtbot):
    return EditorStage(qtbot)


def polygon(stage):
    stage.arm(ShapeKind.POLYGON)
    for x, y in SQUARE:
        stage.click(x, y)
    stage.key(Key.Key_Return)


def entries(menu: QMenu) -> dict[str, object]:
    """Those behind other entries too."""
    return {a.text().split("\t")[0]: a for each in (menu, *menu.findChildren(QMenu)) for a in each.actions() if a.text()}


def test_a_tool_button_arms_and_shows_what_is_in_hand(stage, qtbot):
    bar = stage.editor.tool_bar
    qtbot.mouseClick(bar.button("polygon"), Qt.MouseButton.LeftButton)
    assert stage.editor.tool.id == "polygon"
    assert stage.focus.armed == feature(ShapeKind.POLYGON)
    stage.key(Key.Key_Escape)
    assert bar.button("select").isChecked()
    assert not bar.button("polygon").isChecked()


def test_picking_a_class_elsewhere_arms_its_tool(stage):
    stage.focus.set(armed="hash-Water")
    assert stage.editor.tool.id == "brush"
    assert stage.editor.tool_bar.button("brush").isChecked()
    stage.focus.set(armed=feature(ShapeKind.CIRCLE))
    assert stage.editor.tool.id == "circle"


def test_tools_without_a_class_are_not_on_the_bar(stage):
    bar = stage.editor.tool_bar
    assert bar.button("cuboid") is not None
    stage.arm(ShapeKind.CUBOID_2D)
    boxes = Ontology(tuple(o for o in stage.editor.ontology.objects if o.shape is ShapeKind.BOX))
    stage.editor.set_ontology(boxes)
    assert bar.button("cuboid") is None
    assert bar.button("box") is not None
    assert stage.editor.tool.id == "select"
    stage.editor.run("tool_cuboid")
    assert "no class of this shape" in stage.said[-1]


def test_every_button_has_a_name(stage):
    for button in stage.editor.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text(), button.objectName()
    for box in stage.editor.findChildren(QSpinBox):
        assert box.accessibleName()


def test_brush_options_change_the_brush_and_the_canvas_keeps_the_keyboard(stage, qtbot):
    stage.key("B")
    options, brush = stage.editor.options, stage.editor.toolbox.brush
    qtbot.mouseClick(options.square_button, Qt.MouseButton.LeftButton)
    options.underlying_box.click()
    options.size_box.setValue(77)
    assert (brush.size, brush.square, brush.remove_underlying) == (77, True, True)
    stage.key("[")
    assert options.size_box.value() == brush.size == 70
    assert stage.canvas.hasFocus()
    stage.key("1")
    assert not options.isVisible()


def test_polygon_modes_are_offered_when_one_polygon_is_selected(stage, qtbot):
    stage.arm(ShapeKind.POLYGON)
    buttons = stage.editor.options.mode_buttons
    assert not buttons["hole"].isEnabled()
    assert "Select one polygon" in buttons["hole"].toolTip()
    polygon(stage)
    assert buttons["hole"].isEnabled()
    qtbot.mouseClick(buttons["hole"], Qt.MouseButton.LeftButton)
    for x, y in ((70, 70), (100, 70), (100, 100)):
        stage.click(x, y)
    stage.key(Key.Key_Return)
    assert len(stage.shapes[0].parts[0]) == 2
    stage.key(Key.Key_Escape)
    assert buttons["new"].isChecked()


def test_brightness_goes_along_to_the_next_picture_and_the_button_says_so(stage):
    editor = stage.editor
    button = editor.tool_bar.adjust_button
    assert not button.isChecked()
    editor.set_adjustments(Adjustments(brightness=0.4, gamma=2.0, invert=True, channel="g", window=(0.0, 9.0)))
    kept = json.loads(json.dumps(editor.look()))
    assert button.isChecked()
    editor.reset_adjustments()
    assert not button.isChecked()
    editor.use_look(kept)
    assert stage.canvas.adjust == Adjustments(brightness=0.4, gamma=2.0, invert=True, channel="g")  # no window of another
    assert button.isChecked()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.isChecked()
    assert editor.popover.brightness.value() == 40
    editor.popover.close()
    editor.use_look({"adjust": {"brightness": 7, "gamma": "much", "channel": "x", "invert": 1}})
    assert stage.canvas.adjust == Adjustments()


def test_the_popover_adjusts_picture_and_shapes_and_resets(stage):
    stage.editor.show_adjustments()
    popover = stage.editor.popover
    popover.brightness.setValue(40)
    popover.gamma.setValue(30)
    popover.invert.click()
    popover.names.click()
    popover.opacity.setValue(60)
    assert stage.canvas.adjust.brightness == 0.4
    assert stage.canvas.adjust.gamma == pytest.approx(10**0.3)
    assert stage.canvas.adjust.invert
    assert stage.focus.display.names
    assert stage.focus.display.opacity == 0.6
    popover.reset_button.click()
    assert stage.canvas.adjust == Adjustments()
    assert popover.brightness.value() == 0
    popover.crosshair.click()
    popover.rulers.click()
    popover.grid.click()
    popover.hide()
    display = stage.focus.display
    assert display.crosshair
    assert display.rulers
    assert not display.pixel_grid


def test_the_menu_of_a_shape_reaches_every_verb_that_fits(stage):
    polygon(stage)
    menu = stage.editor.build_menu()
    found = entries(menu)
    assert "Tree 1" in found
    assert {"Copy", "Delete", "Hide or show", "Join", "Slice by a line", "Cut a hole", "Convert to"} <= set(found)
    assert not found["Join"].isEnabled()
    assert "two or more" in found["Join"].toolTip()
    found["Duplicate"].trigger()
    assert len(stage.shapes) == 2
    convert = next(a.menu() for a in menu.actions() if a.menu() and a.text() == "Convert to")
    entries(convert)["box: Car"].trigger()
    assert any(isinstance(s, Box) for s in stage.shapes)
    menu.deleteLater()


def test_the_menu_of_the_ground_pastes(stage):
    polygon(stage)
    stage.key("C", CTRL)
    stage.editor.deselect()
    found = entries(stage.editor.build_menu())
    assert "Delete" not in found
    found["Paste"].trigger()
    assert len(stage.shapes) == 2


def test_the_right_button_opens_the_menu_of_the_shape_under_it(stage, qtbot):
    polygon(stage)
    stage.editor.arm_tool("select")
    stage.editor.deselect()
    stage.editor.own_menu = True
    stage.right(100, 100)
    (menu,) = [m for m in stage.editor.findChildren(QMenu) if m.isVisible()]
    assert "Tree 1" in entries(menu)
    menu.close()


def test_pages_have_a_strip_and_keys_and_objects_of_their_own(qtbot):
    stage = EditorStage(qtbot, frames=3)
    strip = stage.editor.pages
    assert strip.isVisible()
    stage.key("1")
    stage.drag(20, 20, 80, 60)
    stage.key("F")
    assert stage.focus.at == ("", 1)
    assert strip.box.value() == 2
    assert stage.shapes == []
    assert stage.focus.selected == ()
    stage.drag(30, 30, 90, 90)
    stage.key(Key.Key_Home)
    assert stage.shapes == [Box(20, 20, 60, 40)]
    strip.box.setValue(3)
    assert stage.focus.at == ("", 2)
    stage.key("F")
    assert stage.focus.at == ("", 2)
    qtbot.mouseClick(strip.previous_button, Qt.MouseButton.LeftButton)
    assert stage.shapes == [Box(30, 30, 60, 60)]
    stage.key("`")
    assert strip.box.hasFocus()


def test_one_page_has_no_strip_and_says_so(stage):
    assert not stage.editor.pages.isVisible()
    stage.key("F")
    assert "one page" in stage.said[-1]


def test_the_cursor_tells_place_value_and_zoom(stage, qtbot):
    qtbot.waitUntil(lambda: stage.pictures.value(0, 10, 10) is not None)
    with qtbot.waitSignal(stage.editor.place) as told:
        stage.move(100, 50)
    place, value, zoom = told.args[0].split("    ")
    assert (place, zoom) == ("x 100.0  y 50.0", "100 %")
    assert value.removeprefix("value ").isdigit()


def test_the_status_says_what_the_tool_expects(stage):
    stage.key("3")
    assert stage.said[-1].startswith("Polygon: click")
    stage.click(50, 50)
    assert "Enter ends" in stage.said[-1]


def test_zoom_to_the_selection_then_fit_then_full_size(stage):
    stage.key("1")
    stage.drag(100, 100, 140, 130)
    stage.key("Z")
    assert stage.canvas.view.zoom > 3
    stage.key(Key.Key_Escape)
    stage.key(Key.Key_Escape)
    stage.key("Z")
    fitted = stage.canvas.view.zoom
    assert 1 < fitted < 3
    stage.key("Z", Qt.KeyboardModifier.ShiftModifier)
    assert stage.canvas.view.zoom == 1.0


def test_f6_leaves_the_canvas_and_letters_typed_elsewhere_draw_nothing(qtbot):
    stage = EditorStage(qtbot)
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    field = QLineEdit(window)
    column.addWidget(stage.editor)
    column.addWidget(field)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    stage.canvas.setFocus()
    stage.key(Key.Key_F6)
    assert field.hasFocus()
    qtbot.keyClicks(field, "n1bz")
    assert field.text() == "n1bz"
    assert stage.editor.tool.id == "select"
    stage.editor.setParent(None)


def test_enter_on_a_selected_object_asks_for_its_answers(stage, qtbot):
    polygon(stage)
    stage.key(Key.Key_Escape)
    with qtbot.waitSignal(stage.editor.answers_wanted):
        stage.key(Key.Key_Return)


def test_space_and_drag_pans_in_the_middle_of_a_draft(stage, qtbot):
    stage.key("3")
    stage.click(50, 50)
    stage.click(150, 50)
    before = stage.at(50, 50)
    qtbot.keyPress(stage.canvas, Key.Key_Space)
    stage.press(200, 200)
    stage.move(240, 230, Qt.MouseButton.LeftButton)
    stage.release(200, 200)  # the place under the hand, now that the picture has moved with it
    qtbot.keyRelease(stage.canvas, Key.Key_Space)
    assert stage.at(50, 50) - before == QPoint(40, 30)
    stage.click(100, 120)
    stage.key(Key.Key_Return)
    assert stage.shapes == [Polygon.simple(((50, 50), (150, 50), (100, 120)))]


def test_a_rotated_and_mirrored_view_draws_where_the_hand_is(stage):
    stage.editor.rotate_view(90)
    stage.editor.flip_view()
    stage.key("1")
    stage.drag(100, 100, 160, 140)
    assert stage.shapes == [Box(100, 100, 60, 40)]


def test_closing_drops_the_draft_and_keeps_the_nudges(qtbot):
    stage = EditorStage(qtbot)
    stage.key("1")
    stage.drag(100, 100, 160, 140)
    stage.editor.nudge("Right")
    stage.click(10, 10)
    stage.editor.nudge("Right")
    stage.editor.close_editor()
    assert stage.texts == ["Draw Car 1", "Nudge Car 1", "Nudge Car 1"]
    assert not stage.session.in_gesture


def test_pages_that_were_read_ahead_have_their_strip_at_once_and_the_picture_does_not_jump(qtbot):
    pictures = PictureSource(lambda: Gradient(400, 300, 3))
    pictures.facts(0)
    qtbot.waitUntil(lambda: pictures.facts(0) is not None)
    editor = ImageEditor(EditSession(LabelDocument(), Sent()), Focus(), ontology(), pictures, icon=icons.icon)
    try:
        editor.resize(700, 500)
        editor.show()
        assert editor.pages.isVisible()
        assert editor.pages.total.text() == "of 3"
        qtbot.waitUntil(lambda: editor.canvas.settled)
        before = editor.canvas.view.placement()
        QTest.keyClick(editor.canvas, Key.Key_Right)
        qtbot.waitUntil(lambda: editor.canvas.on_screen == ("", 1) and editor.canvas.settled)
        assert editor.canvas.view.placement() == before
    finally:
        editor.close_editor()
        pictures.close()
        editor.close()
        editor.deleteLater()
