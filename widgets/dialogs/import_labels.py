"""How labels are read into a project, from menus; the project's tab shows the same form."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from widgets.controls.import_form import ImportForm, ImportOptions
from widgets.dialogs.dialog import Dialog


class ImportLabelsDialog(Dialog):
    @classmethod
    def ask(cls, parent: QWidget | None, project_title: str) -> ImportOptions | None:
        dialog = cls(parent, project_title)
        return dialog.form.options() if dialog.run() else None

    def __init__(self, parent: QWidget | None, project_title: str) -> None:
        super().__init__("", "", parent)
        title = self.tr("Import labels into “{title}”").format(title=project_title)
        self.setWindowTitle(title)
        self.heading.setText(title)
        self.ok.setText(self.tr("Choose the file…"))
        self.form = ImportForm(self)
        self.body.addWidget(self.form)
