"""Deleting what cannot be undone: the word must be typed."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.controls.labels import label
from widgets.dialogs.dialog import Dialog


class ConfirmDeleteDialog(Dialog):
    WORD = "delete"

    @classmethod
    def ask(cls, parent: QWidget | None, title: str, lost: str) -> bool:
        """`title` asks (“Delete the dataset “Scans”?”), `lost` names what goes and what stays."""
        return cls(parent, title, lost).run()

    def __init__(self, parent: QWidget | None, title: str, lost: str) -> None:
        super().__init__(title, "", parent, text=lost, danger=True)
        self.ok.setText(self.tr("Delete"))
        self.word = QLineEdit()
        self.word.setPlaceholderText(self.WORD)
        self.word.setAccessibleName(self.tr("Type the word {word}").format(word=self.WORD))
        self.body.addWidget(label(self.tr("Type the word “{word}” to go on.").format(word=self.WORD)))
        self.body.addWidget(self.word)
        self.word.textChanged.connect(self._check)
        self.word.returnPressed.connect(self._enter)
        self.word.setFocus()
        self._check()

    def _typed(self) -> bool:
        return self.word.text().strip().casefold() == self.WORD

    @Slot()
    def _check(self) -> None:
        self.ok.setEnabled(self._typed())

    @Slot()
    def _enter(self) -> None:
        if self._typed():
            self.accept()
