"""A picture editor on a picture made of numbers, and a hand with a real mouse and keyboard in image coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import Geometry, ShapeKind
from storage.model.labels import LabelDocument
from tests.support.sent import Sent
from tests.support.tool_stage import feature, ontology
from viewers.decode.request import FrameFacts, Picture, PixelKind, Request
from viewers.editors.image_editor import ImageEditor
from viewers.scene.pictures import PictureSource
from widgets import icons

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Gradient:
    """A decoder of pages that run from dark to light."""

    def __init__(self, width: int, height: int, frames: int = 1) -> None:
        self.width, self.height, self.frames = width, height, frames

    def facts(self, frame: int = 0) -> FrameFacts:
        return FrameFacts(self.width, self.height, 0, PixelKind.GRAY8, 8, 1)

    def read(self, request: Request) -> Picture:
        x, y, w, h = request.region or (0, 0, self.width, self.height)
        row = np.linspace(40, 200, self.width).astype(np.uint8)[x : x + w]
        array = np.repeat(row[None, :], h, axis=0)
        array.flags.writeable = False
        return Picture(array, PixelKind.GRAY8, (x, y, w, h), 0, request.frame)

    def cancel(self, generation: int) -> None:
        """Reading takes no time."""

    def close(self) -> None:
        """Nothing is held."""


class EditorStage:
    """The canvas shows the picture at 100 %, so that image and screen differ only by a shift."""

    def __init__(self, qtbot: Any, *, size: tuple[int, int] = (400, 300), frames: int = 1, **options: Any) -> None:
        self.document = LabelDocument()
        self.sent = Sent()
        self.session = EditSession(self.document, self.sent, author="ann@example.org")
        self.focus = Focus()
        source = options.pop("source", None)
        self.pictures = source() if source is not None else PictureSource(lambda: Gradient(*size, frames))
        self.editor = ImageEditor(self.session, self.focus, ontology(), self.pictures, icon=icons.icon, **options)
        self.editor.own_menu = False
        self.said: list[str] = []
        self.editor.status.connect(self.said.append)
        qtbot.addWidget(self.editor, before_close_func=self._close)
        self.editor.resize(700, 500)
        with qtbot.waitSignal(self.editor.opened), qtbot.waitExposed(self.editor):
            self.editor.show()
        qtbot.waitUntil(lambda: self.editor.frame_size() == size and self.editor.frames() == frames)
        self.editor.zoom_full_size()
        self.canvas = self.editor.canvas
        self.canvas.setFocus()

    def _close(self, editor: ImageEditor) -> None:
        editor.close_editor()
        self.pictures.close()

    # -- the hand

    def at(self, x: float, y: float) -> QPoint:
        sx, sy = self.canvas.view.screen_point(x, y)
        return QPoint(round(sx), round(sy))

    def move(self, x: float, y: float, held: Qt.MouseButton = Qt.MouseButton.NoButton, keys: Any = NONE) -> None:
        """QTest.mouseMove has no buttons, so the event is sent as Qt would send it."""
        place = QPointF(self.at(x, y))
        event = QMouseEvent(
            QMouseEvent.Type.MouseMove, place, self.canvas.mapToGlobal(place), Qt.MouseButton.NoButton, held, keys
        )
        QApplication.sendEvent(self.canvas, event)

    def press(self, x: float, y: float, keys: Any = NONE) -> None:
        self.move(x, y, keys=keys)
        QTest.mousePress(self.canvas, LEFT, keys, self.at(x, y))

    def release(self, x: float, y: float, keys: Any = NONE) -> None:
        QTest.mouseRelease(self.canvas, LEFT, keys, self.at(x, y))

    def click(self, x: float, y: float, keys: Any = NONE) -> None:
        self.press(x, y, keys)
        self.release(x, y, keys)

    def double(self, x: float, y: float) -> None:
        self.click(x, y)
        QTest.mouseDClick(self.canvas, LEFT, NONE, self.at(x, y))

    def right(self, x: float, y: float) -> None:
        self.move(x, y)
        QTest.mouseClick(self.canvas, Qt.MouseButton.RightButton, NONE, self.at(x, y))

    def drag(self, x0: float, y0: float, x1: float, y1: float, keys: Any = NONE) -> None:
        self.press(x0, y0, keys)
        for i in range(1, 6):
            self.move(x0 + (x1 - x0) * i / 5, y0 + (y1 - y0) * i / 5, LEFT, keys)
        self.release(x1, y1, keys)

    def key(self, key: Qt.Key | str, keys: Any = NONE) -> None:
        QTest.keyClick(self.canvas, key, keys)

    def tap(self, key: Qt.Key, keys: Any = NONE) -> None:
        """One key while others stay held (`key` presses and releases Ctrl and Shift too)."""
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            QApplication.sendEvent(self.canvas, QKeyEvent(kind, key, keys))

    def do_anything(
        self, rng: Random, size: tuple[int, int], keys: Sequence[Qt.Key | str], chords: Sequence[tuple[Qt.Key, Any]]
    ) -> None:
        """Of the mouse anywhere in a picture of this size or a little beside it, or of the keyboard."""

        def place() -> tuple[float, float]:
            return rng.uniform(-10, size[0] + 10), rng.uniform(-10, size[1] + 10)

        held = rng.choice([NONE, NONE, NONE, CTRL, SHIFT])
        match rng.randrange(8):
            case 0 | 1:
                self.click(*place(), held)
            case 2 | 3:
                self.drag(*place(), *place(), held)
            case 4:
                rng.choice([self.double, self.right])(*place())
            case 5 | 6:
                self.key(rng.choice(keys))
            case 7:
                self.key(*rng.choice(chords))

    # -- what is there

    def arm(self, shape: ShapeKind) -> None:
        self.editor.arm_class(feature(shape))

    def records(self) -> list[Any]:
        return sorted(self.document.records(), key=lambda r: (type(r).__name__, r.uuid))

    def go_back_and_forth(self) -> None:
        """All undone, there is nothing; all redone, it is as it was."""
        self.editor.arm_tool("select")
        self.editor.settle()
        assert self.sent
        while self.session.redo() is not None:
            pass
        end = self.records()
        while self.session.undo() is not None:
            pass
        assert self.records() == []
        while self.session.redo() is not None:
            pass
        assert self.records() == end

    @property
    def shapes(self) -> list[Geometry]:
        return [a.geometry for a in self.document.on_frame(self.focus.at)]

    @property
    def texts(self) -> list[str]:
        return [c.step.text for c in self.sent if c.kind == "do"]
