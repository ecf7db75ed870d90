"""Dialogs that make something of a title and a description."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from storage.model.items import MAX_TITLE
from widgets.dialogs.dialog import Dialog


@dataclass(frozen=True, slots=True)
class NewNoun:
    title: str
    description: str


class TitledDialog(Dialog):
    """`taken` are titles that exist: another of the same is allowed nowhere."""

    @classmethod
    def ask(cls, parent: QWidget | None, taken: Collection[str]) -> NewNoun | None:
        dialog = cls(parent, taken)
        return NewNoun(dialog.typed_title, dialog.typed_description) if dialog.run() else None

    def __init__(self, parent: QWidget | None, taken: Collection[str], *, width: int = 460) -> None:
        super().__init__("", "", parent, width=width)
        self._taken = {t.strip().casefold() for t in taken}
        self.title = QLineEdit()
        self.title.setMaxLength(MAX_TITLE)
        self.title.setPlaceholderText(self.tr("Title"))
        self.title.setAccessibleName(self.tr("Title"))
        self.description = QPlainTextEdit()
        self.description.setPlaceholderText(self.tr("Description (optional)"))
        self.description.setAccessibleName(self.tr("Description"))
        self.description.setTabChangesFocus(True)
        self.description.setFixedHeight(72)
        self.body.addWidget(self.title)
        self.body.addWidget(self.description)
        self.title.textChanged.connect(self.check)
        self.title.setFocus()
        self.check()

    @property
    def typed_title(self) -> str:
        return self.title.text().strip()

    @property
    def typed_description(self) -> str:
        return self.description.toPlainText().strip()

    def problem_now(self) -> str:
        """Why it cannot be made yet, where that is worth saying."""
        if self.typed_title.casefold() in self._taken:
            return self.tr("“{title}” exists already. Choose another title.").format(title=self.typed_title)
        return ""

    @Slot()
    def check(self) -> None:
        problem = self.problem_now()
        self.say_problem(problem)
        self.ok.setEnabled(bool(self.typed_title) and not problem)
