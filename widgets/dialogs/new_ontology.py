"""A new ontology."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from widgets.dialogs.titled import TitledDialog


@dataclass(frozen=True, slots=True)
class NewOntology:
    title: str
    description: str


class NewOntologyDialog(TitledDialog):
    @classmethod
    def ask(cls, parent: QWidget | None, taken: Collection[str]) -> NewOntology | None:
        dialog = cls(parent, taken)
        return NewOntology(dialog.typed_title, dialog.typed_description) if dialog.run() else None

    def __init__(self, parent: QWidget | None, taken: Collection[str]) -> None:
        super().__init__("", "", "", parent, taken)
        self.setWindowTitle(self.tr("New ontology"))
        self.heading.setText(self.tr("New ontology"))
        self.text.setText(self.tr("It says what is to be labelled. One ontology can serve many projects."))
        self.text.show()
        self.ok.setText(self.tr("Create ontology"))
        self.check()
