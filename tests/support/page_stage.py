"""A page editor on a PDF made for the test, and a hand with a real mouse in points of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtTest import QTest

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.media.source import FileSource
from storage.model.labels import LabelDocument
from tests.support.editor_stage import EditorStage
from tests.support.sent import Sent
from tests.support.tool_stage import ontology
from viewers.decode.pages import PageDecoder
from viewers.editors.page_editor import PageEditor
from viewers.scene.pictures import PictureSource
from widgets import icons


class PageStage(EditorStage):
    def __init__(self, qtbot: Any, path: Path, *, size: tuple[int, int] = (900, 600), wait: bool = True) -> None:
        self.document = LabelDocument()
        self.sent = Sent()
        self.session = EditSession(self.document, self.sent, author="ann@example.org")
        self.focus = Focus()
        self.pictures = PictureSource(self.open)
        self.path = path
        self.editor = PageEditor(self.session, self.focus, ontology(), self.pictures, open_decoder=self.open, icon=icons.icon)
        self.editor.own_menu = False
        self.said: list[str] = []
        self.editor.status.connect(self.said.append)
        self.editor.resize(*size)
        qtbot.addWidget(self.editor, before_close_func=self._close)
        with qtbot.waitExposed(self.editor):  # what was painted is asked for
            self.editor.show()
        self.editor.activateWindow()
        if wait:
            qtbot.waitUntil(lambda: self.editor.frame_size() != (0, 0))
        self.canvas = self.editor.canvas
        self.canvas.setFocus()
        self.qtbot = qtbot

    def open(self) -> PageDecoder:
        return PageDecoder(FileSource(self.path))

    def take_text_tool(self) -> None:
        """And have the page's text read."""
        self.key("T")
        self.qtbot.waitUntil(lambda: self.editor.reader.text(self.focus.at[1]) is not None)

    def find(self, words: str) -> None:
        self.editor.open_find()
        QTest.keyClicks(self.editor.find_bar.box, words)
        self.qtbot.waitUntil(lambda: self.editor.finder.words == words and self.editor.finder.done)
