"""Datasets: the panel and its verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from widgets.panels.datasets import DatasetsPanel

from app.operations import Operations

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow


class DatasetsRoom(QObject):
    def __init__(self, window: MainWindow, context: AppContext, operations: Operations) -> None:
        super().__init__(window)
        self.window, self.context, self.operations = window, context, operations
        self.widget = DatasetsPanel(context.reads, context.bus, context.jobs, context.thumbs)
