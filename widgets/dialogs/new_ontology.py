"""A new ontology."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtWidgets import QWidget

from widgets.dialogs.titled import TitledDialog


class NewOntologyDialog(TitledDialog):
    def __init__(self, parent: QWidget | None, taken: Collection[str]) -> None:
        super().__init__(parent, taken)
        self.name(
            self.tr("New ontology"),
            self.tr("It says what is to be labelled. One ontology can serve many projects."),
            self.tr("Create ontology"),
        )
