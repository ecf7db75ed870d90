"""Settings of a dataset: title, description, the projects that use it, and the danger zone."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from storage.model.reads import DatasetRow, ProjectRow, Reads
from widgets import words
from widgets.controls.about_form import AboutForm, DangerZone
from widgets.controls.labels import label
from widgets.controls.link_list import Link, LinkList
from widgets.controls.scrolled import fill_scrolled, form_page
from widgets.item_models.project_rows import progress_of
from widgets.latest import Latest
from widgets.work import Work


class DatasetSettings(QWidget):
    rename_wanted = Signal(int, str)
    describe_wanted = Signal(int, str)
    attach_to_project_wanted = Signal(int, int)  # dataset, project
    detach_from_project_wanted = Signal(int, int)
    project_wanted = Signal(int)  # show it
    delete_wanted = Signal(int)

    def __init__(self, reads: Reads, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reads, self._read = reads, Latest(work, self)
        self._dataset: DatasetRow | None = None
        self._linked: list[ProjectRow] = []
        self._all: list[ProjectRow] = []
        self._about = AboutForm(self)
        self._facts = label("", "small", parent=self)
        self._projects = LinkList(
            self.tr("Linked projects"), self.tr("No project uses this dataset yet."), self.tr("Attach to a project"),
            self.tr("Detach"), parent=self,
        )  # fmt: skip
        danger = DangerZone(
            self.tr("Deletes the dataset. The files stay in their folders; their tasks leave the projects that use it."),
            self.tr("Delete dataset…"), self,
        )  # fmt: skip
        fill_scrolled(self, form_page((self._about, self._facts, self._projects, danger)))
        self._about.renamed.connect(self._rename)
        self._about.described.connect(self._describe)
        self._projects.opened.connect(self.project_wanted)
        self._projects.unlink_wanted.connect(self._detach)
        self._projects.link_wanted.connect(self._attach)
        self._projects.about_to_offer.connect(self._offer)
        danger.wanted.connect(self._delete)

    def show_dataset(self, dataset: DatasetRow) -> None:
        if self._dataset is not None and self._dataset.id != dataset.id:
            self._about.flush()
        self._dataset = dataset
        self._about.show_about(dataset.title, dataset.description)
        made = self.tr("Created {when} by {who}").format(when=words.when(dataset.created_at), who=dataset.created_by)
        self._facts.setText(made)
        self._read.ask(
            lambda: (self._reads.projects_of_dataset(dataset.id), self._reads.projects()), self._show_projects, self._failed
        )

    def _show_projects(self, answer: tuple[list[ProjectRow], list[ProjectRow]]) -> None:
        self._linked, self._all = answer
        self._projects.show_links(list(_links(self._linked)))

    def _failed(self, error: Exception) -> None:
        self._facts.setText(self.tr("The projects could not be read: {why}").format(why=error))

    @Slot()
    def _offer(self) -> None:
        linked = {p.id for p in self._linked}
        free = [p for p in self._all if p.id not in linked]
        self._projects.offer(list(_links(free)), self.tr("No other project"))

    @Slot(str)
    def _rename(self, title: str) -> None:
        if self._dataset is not None:
            self.rename_wanted.emit(self._dataset.id, title)

    @Slot(str)
    def _describe(self, text: str) -> None:
        if self._dataset is not None:
            self.describe_wanted.emit(self._dataset.id, text)

    @Slot(int)
    def _attach(self, project_id: int) -> None:
        if self._dataset is not None:
            self.attach_to_project_wanted.emit(self._dataset.id, project_id)

    @Slot(int)
    def _detach(self, project_id: int) -> None:
        if self._dataset is not None:
            self.detach_from_project_wanted.emit(self._dataset.id, project_id)

    @Slot()
    def _delete(self) -> None:
        if self._dataset is not None:
            self.delete_wanted.emit(self._dataset.id)


def _links(projects: Iterable[ProjectRow]) -> Iterable[Link]:
    for project in projects:
        done, total = progress_of(project)
        yield project.id, project.title, f"{words.number(done)} / {words.number(total)}"
