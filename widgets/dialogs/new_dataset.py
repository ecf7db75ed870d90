"""A new dataset."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from widgets.dialogs.titled import TitledDialog


@dataclass(frozen=True, slots=True)
class NewDataset:
    title: str
    description: str


class NewDatasetDialog(TitledDialog):
    @classmethod
    def ask(cls, parent: QWidget | None, taken: Collection[str]) -> NewDataset | None:
        dialog = cls(parent, taken)
        return NewDataset(dialog.typed_title, dialog.typed_description) if dialog.run() else None

    def __init__(self, parent: QWidget | None, taken: Collection[str]) -> None:
        super().__init__("", "", "", parent, taken)
        self.setWindowTitle(self.tr("New dataset"))
        self.heading.setText(self.tr("New dataset"))
        self.text.setText(self.tr("A chosen set of files. It links them and never copies; a file can be in many datasets."))
        self.text.show()
        self.ok.setText(self.tr("Create dataset"))
        self.check()
