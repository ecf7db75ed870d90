"""Settings of a project: title, description, datasets, and the danger zone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from storage.model.reads import DatasetRow, ProjectRow, Reads
from widgets import words
from widgets.controls.about_form import AboutForm, DangerZone
from widgets.controls.labels import label
from widgets.controls.link_list import Link, LinkList
from widgets.controls.scrolled import fill_scrolled, form_page
from widgets.latest import Latest
from widgets.work import Work


class ProjectSettings(QWidget):
    rename_wanted = Signal(int, str)
    describe_wanted = Signal(int, str)
    attach_dataset_wanted = Signal(int, int)  # project, dataset
    detach_dataset_wanted = Signal(int, int)
    delete_wanted = Signal(int)
    dataset_wanted = Signal(int)  # show it
    ontology_wanted = Signal(int)

    def __init__(self, reads: Reads, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reads, self._read = reads, Latest(work, self)
        self._project: ProjectRow | None = None
        self._all: list[DatasetRow] = []
        self._about = AboutForm(self)
        self._ontology = LinkList(self.tr("Ontology"), "", parent=self)
        self._datasets = LinkList(
            self.tr("Datasets"), self.tr("No dataset is attached: the queue stays empty."), self.tr("Attach a dataset"),
            self.tr("Detach"), parent=self,
        )  # fmt: skip
        self._note = label(
            self.tr("Detaching hides the tasks of its files; their labels are kept and return with it."), "small", wrap=True
        )
        danger = DangerZone(
            self.tr("Deletes the project with its tasks and labels. Files, datasets and the ontology stay."),
            self.tr("Delete project…"), self,
        )  # fmt: skip
        fill_scrolled(self, form_page((self._about, self._ontology, self._datasets, self._note, danger)))
        self._about.renamed.connect(self._rename)
        self._about.described.connect(self._describe)
        self._ontology.opened.connect(self.ontology_wanted)
        self._datasets.opened.connect(self.dataset_wanted)
        self._datasets.unlink_wanted.connect(self._detach)
        self._datasets.link_wanted.connect(self._attach)
        self._datasets.about_to_offer.connect(self._offer)
        danger.wanted.connect(self._delete)

    def show_project(self, project: ProjectRow) -> None:
        if self._project is not None and self._project.id != project.id:
            self._about.flush()
        self._project = project
        self._about.show_about(project.title, project.description)
        self._ontology.show_links([(project.ontology_id, project.ontology_title, "")])
        self._read.ask(self._reads.datasets, self._show_datasets, self._failed)

    def _show_datasets(self, datasets: list[DatasetRow]) -> None:
        assert self._project is not None
        self._all = datasets
        self._datasets.show_links(_links(d for d in datasets if d.id in self._project.dataset_ids))

    def _failed(self, error: Exception) -> None:
        self._note.setText(self.tr("The datasets could not be read: {why}").format(why=error))

    @Slot()
    def _offer(self) -> None:
        attached = self._project.dataset_ids if self._project else ()
        self._datasets.offer(_links(d for d in self._all if d.id not in attached), self.tr("Every dataset is attached"))

    @Slot(str)
    def _rename(self, title: str) -> None:
        if self._project is not None:
            self.rename_wanted.emit(self._project.id, title)

    @Slot(str)
    def _describe(self, text: str) -> None:
        if self._project is not None:
            self.describe_wanted.emit(self._project.id, text)

    @Slot(int)
    def _attach(self, dataset_id: int) -> None:
        if self._project is not None:
            self.attach_dataset_wanted.emit(self._project.id, dataset_id)

    @Slot(int)
    def _detach(self, dataset_id: int) -> None:
        if self._project is not None:
            self.detach_dataset_wanted.emit(self._project.id, dataset_id)

    @Slot()
    def _delete(self) -> None:
        if self._project is not None:
            self.delete_wanted.emit(self._project.id)


def _links(datasets: Sequence[DatasetRow] | object) -> list[Link]:
    return [(d.id, d.title, words.items(d.items)) for d in datasets]
