"""Files: the panel and the details beside it, and every verb on folders and items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.operations import Operations

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow


class FilesRoom(QObject):
    def __init__(self, window: MainWindow, context: AppContext, operations: Operations) -> None:
        super().__init__(window)
        self.window, self.context, self.operations = window, context, operations
