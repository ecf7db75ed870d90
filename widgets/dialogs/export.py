"""What to export and how, from menus; the project's tab shows the same form."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from storage.model.reads import Reads
from widgets.controls.export_form import ExportForm, ExportOptions
from widgets.dialogs.dialog import Dialog


class ExportDialog(Dialog):
    @classmethod
    def ask(cls, parent: QWidget | None, reads: Reads, project_id: int) -> ExportOptions | None:
        dialog = cls(parent, reads, project_id)
        return dialog.form.options() if dialog.run() else None

    def __init__(self, parent: QWidget | None, reads: Reads, project_id: int) -> None:
        project = reads.project(project_id)
        super().__init__("", "", parent)
        title = self.tr("Export labels of “{title}”").format(title=project.title)
        self.setWindowTitle(title)
        self.heading.setText(title)
        self.ok.setText(self.tr("Export…"))
        self.form = ExportForm(self)
        self.form.show_project(project, reads.ontology(project.ontology_id))
        self.body.addWidget(self.form)
