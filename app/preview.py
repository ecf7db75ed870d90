"""A look at one item, without a project: zoom, pages, grey values, brightness; nothing is stored."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QStatusBar

from app.media import Medium, editor_for, open_medium
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.errors import PostilError
from storage.model.items import Item
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from widgets import icons

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow
    from viewers.editors.editor import Editor

PATIENCE_MS = 150


class Preview(QMainWindow):
    """There at once; what it shows is opened off the GUI thread (a sequence may have 32,767 files)."""

    def __init__(self, window: MainWindow, item: Item) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(item.title)
        self.resize(1000, 720)
        self.editor: Editor | None = None
        self.closed = False
        self._medium: Medium | None = None
        self._waiting = QLabel(self)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setCentralWidget(self._waiting)
        bar = QStatusBar(self)
        bar.setSizeGripEnabled(False)
        self.setStatusBar(bar)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(lambda: self._waiting.setText(self.tr("Opening…")))
        self._patience.start(PATIENCE_MS)

    def show_medium(self, medium: Medium) -> None:
        self._patience.stop()
        self._medium = medium
        session = EditSession(LabelDocument(), lambda _change: Future(), frames=medium.frames)
        focus = Focus()
        focus.set(at=medium.frames.key(0))
        # Esc closes the window, wherever the keyboard is: there is no tool or selection that wants it.
        self.editor = editor_for(medium, session, focus, Ontology(), self, icon=icons.icon, rebound={"escape": ()})
        self.editor.seal()
        self.setCentralWidget(self.editor)
        self.editor.place.connect(self.statusBar().showMessage)
        self.editor.failed.connect(self._tell)
        self.editor.setFocus()

    def show_failure(self, error: Exception) -> None:
        self._patience.stop()
        known = isinstance(error, PostilError)
        self._waiting.setText(f"{error.reason}\n{error.remedy}" if known else self.tr("It cannot be shown: {0}").format(error))

    def _tell(self, error: PostilError) -> None:
        self.statusBar().showMessage(f"{error.reason} {error.remedy}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed = True
        if self.editor is not None:
            self.editor.close_editor()
        if self._medium is not None:
            self._medium.close()
        super().closeEvent(event)


def open_preview(window: MainWindow, context: AppContext, item_id: int) -> Preview:
    item = context.reads.item(item_id)
    preview = Preview(window, item)
    preview.show()

    def opened() -> Medium:
        medium = open_medium(context.catalog, item)
        medium.start()
        return medium

    def show(medium: Medium) -> None:
        if preview.closed:
            medium.close()
        else:
            preview.show_medium(medium)

    def fail(error: Exception) -> None:
        if not preview.closed:
            preview.show_failure(error)

    context.jobs.read(opened, show, fail, owner=window)
    return preview
