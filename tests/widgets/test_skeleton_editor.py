"""A skeleton is drawn with the mouse, named, connected, mirrored and undone; the JSON and the catalog keep step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication

from storage.exchange import ontology_json
from storage.model import ontology_codec
from storage.model import ontology_edit as edit
from storage.model.geometry import ShapeKind
from tests.support.encord_sdk import load_ontology
from tests.support.panels import unnamed
from tests.widgets.test_ontology_editor import Room
from widgets.panels.ontology_forms import ObjectForm

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class Studio:
    def __init__(self, room: Room) -> None:
        self.room, self.qtbot, self.editor = room, room.qtbot, room.editor
        ontology, self.own = edit.add_object(room.editor.ontology, "Pose", ShapeKind.SKELETON)
        self.editor.change("Add", lambda _: ontology)
        self.editor.choose(self.own)
        self.form = self.editor.findChild(ObjectForm).skeleton
        self.board = self.form.board

    @property
    def template(self):
        return self.editor.ontology.template(self.own)

    def place(self, x: float, y: float) -> QPoint:
        return self.board.to_screen(x, y).toPoint()

    def click(self, x: float, y: float, keys=NONE) -> None:
        self.qtbot.mouseClick(self.board, LEFT, keys, self.place(x, y))

    def drag(self, start: tuple[float, float], end: tuple[float, float], keys=NONE) -> None:
        self.qtbot.mousePress(self.board, LEFT, keys, self.place(*start))
        for t in (0.5, 1.0):
            at = QPointF(self.place(start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t))
            over = self.board.mapToGlobal(at)
            QApplication.sendEvent(
                self.board, QMouseEvent(QMouseEvent.Type.MouseMove, at, over, Qt.MouseButton.NoButton, LEFT, keys)
            )
        self.qtbot.mouseRelease(self.board, LEFT, keys, self.place(*end))

    def points(self) -> list:
        return [(p.name, round(p.x, 1), round(p.y, 1)) for p in self.template.points]


@pytest.fixture
def studio(qtbot, tmp_path) -> Iterator[Studio]:
    room = Room(qtbot, tmp_path)
    yield Studio(room)
    room.panel.close_down()
    room.ground.close()


def test_points_are_set_dragged_connected_and_deleted(studio):
    studio.click(0.5, 0.2)
    studio.click(0.3, 0.8)
    studio.drag((0.3, 0.8), (0.2, 0.6))
    assert studio.points() == [("Point 1", 0.5, 0.2), ("Point 2", 0.2, 0.6)]
    studio.drag((0.5, 0.2), (0.2, 0.6), SHIFT)
    assert [(a, b) for a, b, _ in studio.template.edges] == [(0, 1)]
    studio.click(0.35, 0.4)  # on the line
    assert studio.board.edge == (0, 1)
    studio.qtbot.keyClick(studio.board, Qt.Key.Key_Delete)
    assert studio.template.edges == ()
    studio.click(0.2, 0.6)
    studio.qtbot.keyClick(studio.board, Qt.Key.Key_Delete)
    assert studio.points() == [("Point 1", 0.5, 0.2)]
    studio.editor.undo()
    studio.editor.undo()
    assert [(a, b) for a, b, _ in studio.template.edges] == [(0, 1)]
    assert studio.board.template == studio.template


def test_each_gesture_is_one_step_and_is_stored(studio):
    before = len(studio.editor.drafts.shown.done)
    studio.click(0.5, 0.2)
    studio.drag((0.5, 0.2), (0.6, 0.3))
    assert len(studio.editor.drafts.shown.done) == before + 2
    studio.editor.flush()
    studio.qtbot.waitUntil(lambda: studio.room.stored() == studio.editor.ontology)
    assert studio.room.stored().template(studio.own).points[0].x == pytest.approx(0.6, abs=0.01)


def test_a_chain_is_drawn_by_clicks_where_lines_are_drawn(studio):
    studio.qtbot.mouseClick(studio.form.lines, LEFT)
    for x in (0.2, 0.4, 0.6):
        studio.click(x, 0.5)
    assert [(a, b) for a, b, _ in studio.template.edges] == [(0, 1), (1, 2)]
    studio.drag((0.2, 0.5), (0.6, 0.5))
    assert [(a, b) for a, b, _ in studio.template.edges] == [(0, 1), (0, 2), (1, 2)]


def test_a_point_is_named_and_coloured_and_its_half_mirrored(studio):
    studio.click(0.3, 0.5)
    studio.form.name.selectAll()
    studio.qtbot.keyClicks(studio.form.name, "left hand")
    studio.qtbot.keyClick(studio.form.name, Qt.Key.Key_Return)
    studio.form.color.chosen.emit("#123456")
    studio.qtbot.mouseClick(studio.form.mirror, LEFT)
    assert studio.points() == [("left hand", 0.3, 0.5), ("right hand", 0.7, 0.5)]
    assert {p.color for p in studio.template.points} == {"#123456"}
    studio.click(0.3, 0.5)
    studio.form.name.selectAll()
    studio.qtbot.keyClicks(studio.form.name, "right hand")
    studio.qtbot.keyClick(studio.form.name, Qt.Key.Key_Return)
    assert studio.template.points[0].name == "left hand"
    assert "Another point" in studio.editor.findChild(ObjectForm).fault.text()


def test_several_points_move_together_by_mouse_and_by_keys(studio):
    studio.click(0.2, 0.2)
    studio.click(0.4, 0.2)
    studio.click(0.2, 0.2, CTRL)
    assert studio.board.selected == {0, 1}
    studio.drag((0.2, 0.2), (0.3, 0.4))
    assert [p[1:] for p in studio.points()] == [(0.3, 0.4), (0.5, 0.4)]
    studio.qtbot.keyClick(studio.board, Qt.Key.Key_Right, SHIFT)
    assert studio.template.points[0].x == pytest.approx(0.35, abs=0.01)


def test_escape_gives_a_drag_up(studio):
    studio.click(0.2, 0.2)
    studio.qtbot.mousePress(studio.board, LEFT, NONE, studio.place(0.2, 0.2))
    studio.qtbot.keyClick(studio.board, Qt.Key.Key_Escape)
    studio.qtbot.mouseRelease(studio.board, LEFT, NONE, studio.place(0.6, 0.6))
    assert studio.points() == [("Point 1", 0.2, 0.2)]


def test_the_json_keeps_step_both_ways_and_the_sdk_loads_it(studio):
    studio.click(0.2, 0.2)
    studio.click(0.8, 0.8)
    studio.drag((0.2, 0.2), (0.8, 0.8), SHIFT)
    text = studio.editor.json.edit.toPlainText()
    assert ontology_json.loads(text).template(studio.own) == studio.template
    studio.editor.json.edit.setPlainText(text.replace("Point 1", "Head").replace("point_1", "head"))
    studio.editor.json.apply()
    assert [p.name for p in studio.board.template.points] == ["Head", "Point 2"]
    theirs = load_ontology(ontology_codec.to_dict(studio.editor.ontology)).structure.skeleton_templates["Pose"]
    assert theirs.skeleton["0"].name == "Head"


def test_a_picture_lies_under_the_drawing_and_coordinates_are_those_of_the_picture(studio):
    picture = QImage(200, 100, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkGreen)
    studio.form.show_picture(picture)
    studio.click(1.0, 0.5)
    assert studio.points() == [("Point 1", 1.0, 0.5)]
    middle = studio.board.grab().toImage().pixelColor(studio.place(0.5, 0.1))
    assert middle.green() > middle.red()
    studio.qtbot.mouseClick(studio.form.picture, LEFT)
    assert studio.board._picture is None


def test_other_shapes_have_no_drawing(studio):
    assert studio.form.isVisible()
    studio.editor.choose(studio.room.things["Car"])
    assert not studio.form.isVisible()
    assert unnamed(studio.form) == []
