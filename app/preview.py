"""A look at one item, without a project: zoom, pages, grey values, brightness; nothing is stored."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QStatusBar

from app.media import editor_for, open_medium
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.items import Item
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from widgets import icons

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow


class Preview(QMainWindow):
    def __init__(self, window: MainWindow, context: AppContext, item: Item) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(item.title)
        self.resize(1000, 720)
        self._medium = open_medium(context.catalog, item)
        self._medium.start()
        session = EditSession(LabelDocument(), lambda _change: Future(), frames=self._medium.frames)
        focus = Focus()
        focus.set(at=self._medium.frames.key(0))
        self.editor = editor_for(self._medium, session, focus, Ontology(), self, icon=icons.icon)
        self.setCentralWidget(self.editor)
        bar = QStatusBar(self)
        bar.setSizeGripEnabled(False)
        self.setStatusBar(bar)
        self.editor.place.connect(bar.showMessage)
        self.editor.failed.connect(lambda error: bar.showMessage(f"{error.reason} {error.remedy}"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.editor.close_editor()
        self._medium.close()
        super().closeEvent(event)


def open_preview(window: MainWindow, context: AppContext, item_id: int) -> Preview:
    preview = Preview(window, context, context.reads.item(item_id))
    preview.show()
    return preview
