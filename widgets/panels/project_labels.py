"""Labels & export of a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from storage.model.ontology import Ontology
from storage.model.reads import ProjectRow, Reads
from widgets import theme
from widgets.controls.buttons import button, line
from widgets.controls.export_form import ExportForm
from widgets.controls.import_form import ImportForm
from widgets.controls.labels import label
from widgets.controls.scrolled import fill_scrolled
from widgets.latest import Latest
from widgets.only_read import writes
from widgets.work import Work


class ProjectLabels(QWidget):
    """The files themselves are asked for by `app`."""

    export_wanted = Signal(int, object)  # project, ExportOptions
    import_wanted = Signal(int, object)  # project, ImportOptions

    def __init__(self, reads: Reads, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reads, self._read = reads, Latest(work, self)
        self._project: ProjectRow | None = None
        self._offered: tuple[int, tuple[Path, ...]] | None = None  # project, files
        self._export_form, self._import_form = ExportForm(self), ImportForm(self)
        self._fault = label("", "danger", wrap=True, parent=self)
        self._fault.hide()
        self._export = button(self.tr("Export…"), "ph.export", primary=True, parent=self)
        self._import = button(self.tr("Import…"), "ph.download-simple", parent=self)
        self._export.clicked.connect(self._on_export)
        self._import.clicked.connect(self._on_import)
        self._folder = button(self.tr("Import a folder…"), "ph.folder-open", parent=self)
        self._folder.clicked.connect(self._on_folder)
        writes(self._import_form, self._import, self._folder)
        self._folder.setVisible(self._import_form.takes_folders)
        self._import_form.folders_told.connect(self._folder.setVisible)
        self._lay_out()

    def _lay_out(self) -> None:
        inner = QWidget()
        row = QHBoxLayout(inner)
        row.setContentsMargins(theme.GROUP, theme.GROUP, theme.GROUP, theme.GROUP)
        row.setSpacing(48)
        for title, form, verb in (
            (self.tr("Export labels"), self._export_form, self._export),
            (self.tr("Import labels"), self._import_form, self._import),
        ):
            part = QWidget()
            part.setMaximumWidth(420)
            column = QVBoxLayout(part)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(theme.GAP)
            column.addWidget(label(title, "title"))
            column.addWidget(line())
            column.addWidget(form)
            if verb is self._export:
                column.addWidget(self._fault)
            foot = QHBoxLayout()
            foot.addWidget(verb)
            if verb is self._import:
                foot.addWidget(self._folder)
            foot.addStretch(1)
            column.addLayout(foot)
            column.addStretch(1)
            row.addWidget(part, 1)
        row.addStretch(1)
        fill_scrolled(self, inner)

    def show_project(self, project: ProjectRow) -> None:
        if self._project is None or project.id != self._project.id:
            self._import_form.forget_files()
        self._project = project
        self._take_offer()
        self._read.ask(lambda: self._reads.ontology(project.ontology_id), self._show_ontology, self._failed)

    def offer(self, project_id: int, files: Sequence[Path]) -> None:
        """DICOM files of labels to import, once that project is shown."""
        self._offered = project_id, tuple(files)
        self._take_offer()

    def _take_offer(self) -> None:
        if self._offered is not None and self._project is not None and self._offered[0] == self._project.id:
            self._import_form.set_files(self._offered[1])
            self._offered = None

    def _show_ontology(self, ontology: Ontology) -> None:
        self._fault.hide()
        if self._project is not None:
            self._export_form.show_project(self._project, ontology)

    def _failed(self, error: Exception) -> None:
        self._fault.setText(self.tr("The ontology could not be read: {why}").format(why=error))
        self._fault.show()

    @Slot()
    def _on_export(self) -> None:
        if self._project is not None:
            self.export_wanted.emit(self._project.id, self._export_form.options())

    @Slot()
    def _on_folder(self) -> None:
        if self._project is not None:
            self.import_wanted.emit(self._project.id, replace(self._import_form.options(), folder=True))

    @Slot()
    def _on_import(self) -> None:
        if self._project is None:
            return
        options = self._import_form.options()
        self.import_wanted.emit(self._project.id, options)
        if not options.dry_run:
            self._import_form.forget_files()
