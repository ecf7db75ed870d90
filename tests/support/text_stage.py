"""A text or HTML editor on a text made for the test, and a hand with a real mouse and keyboard on its characters."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.media.source import MemorySource
from storage.model.geometry import Geometry, ShapeKind
from storage.model.labels import LabelDocument
from storage.model.ontology import ObjectClass, Ontology
from tests.support.sent import Sent
from viewers.editors.html_editor import HtmlEditor
from viewers.editors.text_editor import TextEditor
from viewers.scene.html_source import HtmlSource
from viewers.scene.text_source import TextSource
from widgets import icons

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PERSON, PLACE, BOX = "hash-Person", "hash-Place", "hash-Car"


def ontology() -> Ontology:
    return Ontology(
        (
            ObjectClass("1", "Person", "#D33115", ShapeKind.TEXT, PERSON, hotkey="1"),
            ObjectClass("2", "Place", "#16406C", ShapeKind.TEXT, PLACE, hotkey="2"),
            ObjectClass("3", "Car", "#68BC00", ShapeKind.BOX, BOX, hotkey="3"),
        )
    )


class TextStage:
    def __init__(
        self,
        qtbot: Any,
        data: bytes | str | None,
        *,
        html: bool = False,
        size: tuple[int, int] = (700, 500),
        source: TextSource | None = None,
    ) -> None:
        self.document = LabelDocument()
        self.sent = Sent()
        self.said: list[str] = []
        self.session = EditSession(self.document, self.sent, author="ann@example.org")
        self.focus = Focus()
        raw = data.encode("utf-8") if isinstance(data, str) else data or b""
        self.source = source or (HtmlSource if html else TextSource)(lambda: MemorySource(raw))
        make = HtmlEditor if html else TextEditor
        self.editor = make(self.session, self.focus, ontology(), self.source, icon=icons.icon)  # type: ignore[arg-type]
        self.editor.status.connect(self.said.append)
        self.editor.resize(*size)
        qtbot.addWidget(self.editor, before_close_func=self._close)
        with qtbot.waitExposed(self.editor):  # what was painted is asked for
            self.editor.show()
        self.editor.activateWindow()
        qtbot.waitUntil(lambda: self.editor.loaded or self.source.error is not None)
        self.view = self.editor.view
        self.view.setFocus()
        self.qtbot = qtbot

    def _close(self, editor: Any) -> None:
        editor.close_editor()
        self.source.close()

    # -- the hand

    def at(self, offset: int) -> QPoint:
        """Where the place before the character `offset` is on the viewport."""
        caret = self.view.caret_rect(offset)
        assert caret is not None, "not in sight"
        return QPointF(caret.left(), caret.center().y()).toPoint()

    def middle(self, offset: int) -> QPoint:
        """The middle of a character."""
        return self.view.rects(offset, offset + 1)[0].center().toPoint()

    def move(self, place: QPoint, held: Qt.MouseButton = Qt.MouseButton.NoButton, keys: Any = NONE) -> None:
        view, at = self.view.viewport(), QPointF(place)
        kind = QMouseEvent.Type.MouseMove
        QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), Qt.MouseButton.NoButton, held, keys))

    def drag_points(self, first: QPoint, last: QPoint, keys: Any = NONE) -> None:
        view = self.view.viewport()
        self.move(first, keys=keys)
        QTest.mousePress(view, LEFT, keys, first)
        for i in range(1, 5):
            self.move(first + (last - first) * i / 4, LEFT, keys)
        QTest.mouseRelease(view, LEFT, keys, last)

    def drag(self, start: int, end: int, keys: Any = NONE) -> None:
        """Over `text[start:end]`."""
        self.drag_points(self.at(start), self.at(end), keys)

    def click(self, offset: int, keys: Any = NONE) -> None:
        self.move(self.middle(offset), keys=keys)
        QTest.mouseClick(self.view.viewport(), LEFT, keys, self.middle(offset))

    def double(self, offset: int, *, triple: bool = False) -> None:
        view, place = self.view.viewport(), self.middle(offset)
        QTest.mouseClick(view, LEFT, NONE, place)
        QTest.mouseDClick(view, LEFT, NONE, place)
        QTest.mouseRelease(view, LEFT, NONE, place)
        if triple:
            QTest.mouseClick(view, LEFT, NONE, place)

    def key(self, key: Qt.Key | str, keys: Any = NONE) -> None:
        QTest.keyClick(self.view, key, keys)

    # -- what is there

    @property
    def shapes(self) -> list[Geometry]:
        return [a.geometry for a in self.document.annotations.values()]

    @property
    def texts(self) -> list[str]:
        return [c.step.text for c in self.sent if c.kind == "do"]

    @property
    def ranges(self) -> list[tuple[tuple[int, int], ...]]:
        """Of every object, in the text shown."""
        return [tuple(self.editor.spans(a)) for a in self.document.annotations.values()]

    def marked(self) -> list[str]:
        """The text of every range of every object."""
        return [self.view.text_between(a, b) for ranges in self.ranges for a, b in ranges]
