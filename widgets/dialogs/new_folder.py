"""A new folder: name, description, type."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QRadioButton, QWidget

from storage.model.items import MAX_TITLE, FolderKind
from widgets.controls.labels import label
from widgets.dialogs.dialog import Dialog


@dataclass(frozen=True, slots=True)
class FolderToMake:
    title: str
    description: str
    kind: FolderKind = FolderKind.PLAIN


class NewFolder(Dialog):
    @classmethod
    def ask(cls, parent: QWidget | None, where: str = "", taken: Collection[str] = ()) -> FolderToMake | None:
        """`where` names the folder it is made in, empty: the top; `taken`: titles it cannot have there."""
        dialog = cls(parent, where, taken)
        return dialog.answer() if dialog.run() else None

    def __init__(self, parent: QWidget | None, where: str = "", taken: Collection[str] = ()) -> None:
        super().__init__("", "", parent)
        self._taken = frozenset(taken)
        place = self.tr("In “{0}”").format(where) if where else self.tr("At the top of Files")
        self.name(self.tr("New folder"), place, self.tr("Create"))
        self.title = QLineEdit()
        self.title.setPlaceholderText(self.tr("Name"))
        self.title.setAccessibleName(self.tr("Folder name"))
        self.description = QPlainTextEdit()
        self.description.setPlaceholderText(self.tr("Description (optional)"))
        self.description.setAccessibleName(self.tr("Description"))
        self.description.setTabChangesFocus(True)
        self.description.setFixedHeight(64)
        self.plain = QRadioButton(self.tr("Folder"))
        self.plain.setChecked(True)
        self.synced = QRadioButton(self.tr("Cloud-synced folder"))
        self.synced.setEnabled(False)
        self.synced.setToolTip(self.tr("Needs a cloud integration."))
        for each in (self.title, self.description, self.plain, self.synced):
            self.body.addWidget(each)
        self.body.addWidget(
            label(self.tr("Cloud-synced folders mirror a bucket; they come with cloud integrations."), "small", wrap=True)
        )
        self.title.textChanged.connect(self._check)
        self._check()

    def answer(self) -> FolderToMake:
        kind = FolderKind.CLOUD_SYNCED if self.synced.isChecked() else FolderKind.PLAIN
        return FolderToMake(self.title.text().strip(), self.description.toPlainText().strip(), kind)

    def _check(self) -> None:
        title = self.title.text().strip()
        problem = ""
        if len(title) > MAX_TITLE:
            problem = self.tr("A name has at most {0} characters; this one has {1}.").format(MAX_TITLE, len(title))
        elif title in self._taken:
            problem = self.tr("There is a folder called “{0}” here already.").format(title)
        self.say_problem(problem)
        self.ok.setEnabled(bool(title) and not problem)
