"""A look at one item, without a project: zoom, pages, grey values, brightness; nothing is stored."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QStatusBar

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.items import Item
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from viewers.decode import open_media
from viewers.editors.image_editor import ImageEditor
from viewers.scene.pictures import PictureSource
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
        from storage.services.originals import source_of

        self._pictures = PictureSource(
            lambda: open_media(source_of(context.catalog, item), str(item.kind), item.facts, context.catalog.paths.cache)
        )
        session = EditSession(LabelDocument(), lambda _change: Future())
        self.editor = ImageEditor(session, Focus(), Ontology(), self._pictures, self, icon=icons.icon)
        self.setCentralWidget(self.editor)
        bar = QStatusBar(self)
        bar.setSizeGripEnabled(False)
        self.setStatusBar(bar)
        self.editor.cursor.connect(
            lambda x, y, value, zoom: bar.showMessage(f"x {x:,.1f}  y {y:,.1f}    {value}    {zoom:.0%}")
        )
        self.editor.failed.connect(lambda error: bar.showMessage(f"{error.reason} {error.remedy}"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.editor.close_editor()
        self._pictures.close()
        super().closeEvent(event)


def open_preview(window: MainWindow, context: AppContext, item_id: int) -> Preview:
    preview = Preview(window, context, context.reads.item(item_id))
    preview.show()
    return preview
