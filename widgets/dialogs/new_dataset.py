"""A new dataset."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtWidgets import QWidget

from widgets.dialogs.titled import TitledDialog


class NewDatasetDialog(TitledDialog):
    def __init__(self, parent: QWidget | None, taken: Collection[str]) -> None:
        super().__init__(parent, taken)
        self.name(
            self.tr("New dataset"),
            self.tr("A chosen set of files. It links them and never copies; a file can be in many datasets."),
            self.tr("Create dataset"),
        )
