"""An image group in its editor: members of their own sizes, a strip of small pictures, labels on each of them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt

from storage.editing.focus import Focus
from storage.editing.on_frames import Still
from storage.editing.session import EditSession
from storage.media.source import MemorySource
from storage.model.geometry import Box, ShapeKind
from storage.model.labels import LabelDocument
from tests.support.editor_stage import CTRL, EditorStage
from tests.support.sent import Sent
from tests.support.tool_stage import ontology
from viewers.decode import open_media
from viewers.editors.group_editor import GroupEditor
from viewers.scene.pictures import PictureSource
from widgets import icons

Key = Qt.Key
SIZES = ((400, 300), (400, 300), (160, 320))


class GroupStage(EditorStage):
    editor: GroupEditor

    def __init__(self, qtbot, folder):
        members = []
        for n, (w, h) in enumerate(SIZES):
            path = folder / f"m{n}.png"
            Image.fromarray(np.full((h, w, 3), 60 * (n + 1), np.uint8)).save(path)
            members.append(
                {"uuid": f"u{n}", "title": path.name, "width": w, "height": h, "source": str(path), "path": str(path)}
            )
        self.qtbot = qtbot
        self.document, self.sent = LabelDocument(), Sent()
        self.session = EditSession(self.document, self.sent, author="ann@example.org", frames=Still(3, ("u0", "u1", "u2")))
        self.focus = Focus()

        def opened():
            return open_media(MemorySource(b""), "image_group", {"members": members}, None)

        self.pictures = PictureSource(opened)
        self.editor = GroupEditor(
            self.session,
            self.focus,
            ontology(),
            self.pictures,
            titles=[m["title"] for m in members],
            open_decoder=opened,
            icon=icons.icon,
        )
        self.editor.own_menu = False
        self.said, self.places = [], []
        self.editor.status.connect(self.said.append)
        self.editor.place.connect(self.places.append)
        qtbot.addWidget(self.editor, before_close_func=self._close)
        self.editor.resize(800, 640)
        with qtbot.waitSignal(self.editor.opened):
            self.editor.show()
        self.editor.zoom_full_size()
        self.canvas = self.editor.canvas
        self.canvas.setFocus()

    def settle(self):
        self.qtbot.waitUntil(lambda: self.canvas.settled and not self.canvas._later.isActive())


@pytest.fixture
def stage(qtbot, tmp_path):
    return GroupStage(qtbot, tmp_path)


def test_it_begins_with_the_first_member_and_keys_go_on(stage):
    assert stage.focus.at == ("u0", 0)
    assert stage.places[-1] == "image 1 of 3  m0.png"
    stage.key("F")
    assert stage.focus.at == ("u1", 0)
    assert stage.places[-1] == "image 2 of 3  m1.png"
    stage.key(Key.Key_End)
    assert stage.focus.at == ("u2", 0)
    stage.settle()
    assert stage.editor.frame_size() == (160, 320)
    stage.key(Key.Key_Home)
    assert stage.focus.at == ("u0", 0)


def test_the_zoom_stays_between_members_of_one_size_and_is_fitted_to_another(stage):
    stage.editor.zoom_in()
    zoom = stage.canvas.view.zoom
    stage.key("F")
    stage.settle()
    assert stage.canvas.view.zoom == zoom
    stage.key("F")
    stage.settle()
    assert stage.canvas.view.zoom != zoom


def test_labels_are_on_the_member_that_is_looked_at(stage):
    stage.arm(ShapeKind.BOX)
    stage.drag(20, 20, 80, 60)
    stage.key("F")
    assert stage.focus.selected == ()
    assert stage.shapes == []
    stage.drag(30, 30, 90, 90)
    rows = sorted((a.part, a.frame, a.geometry) for a in stage.document.annotations.values())
    assert rows == [("u0", 0, Box(20, 20, 60, 40)), ("u1", 0, Box(30, 30, 60, 60))]


def test_undo_goes_back_to_the_member_and_says_which(stage):
    stage.arm(ShapeKind.BOX)
    stage.drag(20, 20, 80, 60)
    stage.key("F")
    stage.key("Z", CTRL)
    assert stage.focus.at == ("u0", 0)
    assert stage.said[-1] == "Undone: Draw Car 1, on image 1."


def test_a_click_on_a_small_picture_shows_that_member(stage, qtbot):
    view = stage.editor.members.view
    place = view.place(2).center().toPoint()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    assert stage.focus.at == ("u2", 0)
    assert view.present == 2
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert stage.focus.at == ("u2", 0)
    stage.key("`")
    assert view.hasFocus()
    qtbot.keyClick(view, Key.Key_Left)
    assert stage.focus.at == ("u1", 0)


def test_the_small_pictures_are_those_of_the_members(stage, qtbot):
    view = stage.editor.members.view

    def greys():
        image = view.grab().toImage()
        return [image.pixelColor(view.place(i).center().toPoint()).red() for i in range(3)]

    qtbot.waitUntil(lambda: np.allclose(greys(), (60, 120, 180), atol=6))


def test_the_page_strip_does_not_show(stage):
    assert stage.editor.members.isVisible()
    assert not stage.editor.pages.isVisible()
