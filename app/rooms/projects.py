"""Projects: cards, queue, labels in and out."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtWidgets import QMenu

from app.dialogs import ask_folder, ask_open_file, ask_save_file
from app.menus import pop_up
from app.operations import Operations
from app.places import show_dataset, show_ontology
from storage.catalog import many_tasks, ontologies, projects, tasks
from storage.errors import Refused
from storage.model import ontology_edit
from storage.model.geometry import ShapeKind
from storage.model.label_formats import VOLUME_FORMATS
from storage.model.ontology import Ontology
from storage.model.reads import ProjectRow
from widgets import words
from widgets.dialogs.confirm_delete import ConfirmDeleteDialog
from widgets.dialogs.new_project import NewProject, NewProjectDialog
from widgets.only_read import writes
from widgets.panels.projects import ProjectsPanel

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow
    from storage.catalog.engine import Catalog
    from storage.media.dicom_header import LabelFile

JSON_FILES = "JSON (*.json);;*"
#: Of DICOM every file may be one: they have any name.
LABEL_FILES = {
    "encord": JSON_FILES,
    "coco": JSON_FILES,
    "nifti": "NIfTI (*.nii *.nii.gz *.hdr);;*",
    "nrrd": "NRRD (*.nrrd *.nhdr);;*",
}


class ProjectsRoom(QObject):
    def __init__(self, window: MainWindow, context: AppContext, operations: Operations) -> None:
        super().__init__(window)
        self.window, self.context, self.operations = window, context, operations
        self.widget = ProjectsPanel(context.reads, context.bus, context.jobs)
        self.widget.new_wanted.connect(self.new)
        self.widget.menu_wanted.connect(self.menu)
        self._connect_queue()
        self._connect_rest()
        if window.main:
            self._open_as_left()
            self.widget.opened.connect(self._remember)
            self.widget.tabs.currentChanged.connect(self._remember)

    def _open_as_left(self) -> None:
        match self.window.state.get("project"):
            case [int(project_id), int(tab)]:
                self.widget.open_project(project_id)
                self.widget.tabs.setCurrentIndex(tab)

    @Slot()
    def _remember(self) -> None:
        """Which project is open, and at which tab, for the next start."""
        current = self.widget.current
        self.window.state.set("project", None if current is None else [current, self.widget.tabs.currentIndex()])

    def _connect_queue(self) -> None:
        queue, run, tr = self.widget.queue, self.operations.run, self.tr
        queue.start_wanted.connect(self.start)
        queue.open_wanted.connect(self.open_task)
        queue.assign_wanted.connect(lambda ids, email: run(tr("Assign tasks"), tasks.assign, ids, email))
        queue.release_wanted.connect(lambda ids: run(tr("Release tasks"), many_tasks.release, ids))
        queue.skip_wanted.connect(lambda ids: run(tr("Skip tasks"), many_tasks.skip, ids, then=self._skipped))
        queue.reopen_wanted.connect(lambda ids: run(tr("Reopen tasks"), many_tasks.reopen, ids))
        queue.priority_wanted.connect(lambda ids, value: run(tr("Set priority"), tasks.set_priority, ids, value))
        queue.menu_wanted.connect(self.task_menu)

    def _connect_rest(self) -> None:
        panel, run, tr = self.widget, self.operations.run, self.tr
        panel.overview.add_class_wanted.connect(self.add_class)
        panel.labels.export_wanted.connect(self.export)
        panel.labels.import_wanted.connect(self.take_in)
        settings = panel.settings
        settings.rename_wanted.connect(lambda i, title: run(tr("Rename project"), projects.rename, i, title))
        settings.describe_wanted.connect(lambda i, text: run(tr("Describe project"), projects.describe, i, text))
        settings.attach_dataset_wanted.connect(lambda i, d: run(tr("Attach dataset"), projects.attach_dataset, i, d))
        settings.detach_dataset_wanted.connect(lambda i, d: run(tr("Detach dataset"), projects.detach_dataset, i, d))
        settings.delete_wanted.connect(self.delete)
        settings.dataset_wanted.connect(partial(show_dataset, self.window))
        settings.ontology_wanted.connect(partial(show_ontology, self.window))

    # -- projects

    @Slot()
    def new(self) -> None:
        self.new_with(())

    def new_with(self, dataset_ids: tuple[int, ...]) -> None:
        wanted = NewProjectDialog.ask(self.window, self.context.reads, dataset_ids=dataset_ids)
        if wanted is not None:
            self.operations.run(
                self.tr("New project"), _create, wanted, then=lambda made: self.widget.open_project(made, queue=True)
            )

    def open_project(self, project_id: int) -> None:
        self.widget.open_project(project_id)

    @Slot(int)
    def delete(self, project_id: int) -> None:
        project = self.context.reads.project(project_id)
        count = words.number(sum(project.tasks_by_stage.values()))
        lost = self.tr("Its {0} tasks and all their labels go with it. Files, datasets and the ontology stay.").format(count)
        if ConfirmDeleteDialog.ask(self.window, self.tr("Delete the project “{0}”?").format(project.title), lost):
            self.operations.run(
                self.tr("Delete project"), projects.delete, project_id, then=lambda _r: self.widget.close_project()
            )

    @Slot(int, QPoint)
    def menu(self, project_id: int, where: QPoint) -> None:
        menu = QMenu(self.window)
        menu.addAction(self.tr("Open"), lambda: self.widget.open_project(project_id))
        menu.addAction(self.tr("Start the next task"), lambda: self.start(project_id))
        menu.addSeparator()
        writes(menu.addAction(self.tr("Delete…"), lambda: self.delete(project_id)))
        pop_up(menu, where)

    @Slot(int, object)
    def add_class(self, ontology_id: int, shape: ShapeKind) -> None:
        """The data of a project cannot be labelled with its ontology: add a class that can."""
        ontology = self.context.reads.ontology(ontology_id)
        changed, _made = ontology_edit.add_object(ontology, str(shape).replace("_", " ").capitalize(), shape)
        self.operations.run(self.tr("Add a class"), ontologies.save, ontology_id, changed)

    # -- tasks

    @Slot(int)
    def start(self, project_id: int) -> None:
        self.context.jobs.read(
            lambda: self.context.reads.next_task(project_id),
            self._start,
            lambda error: self.window.messages.error(error, self.tr("Start task")),
            owner=self,
        )

    def _start(self, task: Any) -> None:
        if task is None:
            self.window.messages.tell(self.tr("No open task is left in this project."))
        else:
            self.open_task(task.id)

    @Slot(int)
    def open_task(self, task_id: int) -> None:
        assert self.window.pages is not None
        self.window.pages.open_task(task_id)

    @Slot(object, QPoint)
    def task_menu(self, ids: Any, where: QPoint) -> None:
        chosen, queue = list(ids), self.widget.queue
        menu = QMenu(self.window)
        if len(chosen) == 1:
            menu.addAction(self.tr("Open"), lambda: self.open_task(chosen[0]))
            menu.addSeparator()
        told = (
            menu.addAction(self.tr("Assign to me"), lambda: queue.assign_wanted.emit(chosen, self.context.catalog.user.email)),
            menu.addAction(self.tr("Release"), lambda: queue.release_wanted.emit(chosen)),
            menu.addAction(self.tr("Skip"), lambda: queue.skip_wanted.emit(chosen)),
            menu.addAction(self.tr("Reopen"), lambda: queue.reopen_wanted.emit(chosen)),
        )
        for verb, why in zip(told[1:], queue.why_not(), strict=True):
            verb.setEnabled(not why)
            verb.setToolTip(why or verb.text())
        writes(
            *told,
            menu.addSeparator(),
            menu.addAction(self.tr("First in the queue"), lambda: queue.priority_wanted.emit(chosen, 1.0)),
            menu.addAction(self.tr("Last in the queue"), lambda: queue.priority_wanted.emit(chosen, 0.0)),
        )
        pop_up(menu, where)

    def _skipped(self, counts: dict[str, int]) -> None:
        """Where they are now: the list may have jumped away from them."""
        first, *more = [(words.tasks(count), title) for title, count in counts.items()] or [(words.tasks(0), "")]
        told = self.tr("{0} skipped, to the end of “{1}”").format(*first)
        self.window.messages.tell("".join([told, *(self.tr(", {0} of “{1}”").format(*each) for each in more)]) + ".")

    # -- labels in and out

    @Slot(int, object)
    def export(self, project_id: int, options: Any) -> None:
        project = self.context.reads.project(project_id)
        title = self.tr("Export labels")
        if options.format in VOLUME_FORMATS:
            path = ask_folder(self.window, title)
        else:
            path = ask_save_file(self.window, title, f"{project.title}-{options.format}.json", JSON_FILES)
        if path is not None:
            self._export(project, options, path)

    def _export(self, project: ProjectRow, options: Any, path: Path) -> None:
        def work(progress: Any) -> Any:
            from storage.services.deidentify_rules import Options
            from storage.services.export import export_labels
            from viewers.decode.volume import modality_of

            return export_labels(
                self.context.catalog,
                project.id,
                options.format,
                path,
                stages=options.stages,
                classes=options.classes,
                progress=progress,
                pixels=modality_of,
                deidentify=None if options.deidentify is None else Options.of(options.deidentify),
            )

        job = self.context.jobs.start(self.tr("Exporting {0}").format(project.title), work)
        job.then(self.window, self._exported, lambda error: self.window.messages.error(error, self.tr("Export labels")))

    def _exported(self, result: Any) -> None:
        files = result.files
        if not files:
            if result.lost:
                self._show_list(self.tr("Nothing was exported"), result.lost)
            else:
                self.window.messages.tell(self.tr("Nothing was exported: nothing is labelled yet."))
            return
        counts = ", ".join(words.how_many(what, count) for what, count in result.counts.items())
        place = Path(os.path.commonpath(files)).name
        self.window.messages.tell(self.tr("Exported {0} to {1}").format(counts, place))
        if result.lost:
            self._show_list(self.tr("Exported. The format cannot hold:"), result.lost)

    @Slot(int, object)
    def take_in(self, project_id: int, options: Any) -> None:
        if options.files:
            self._take_in(self.tr("labels"), options, partial(_import_dicom, self.context.catalog, project_id, options))
            return
        title, kinds = self.tr("Import labels"), LABEL_FILES.get(options.format, "*")
        path = ask_folder(self.window, title) if options.folder else ask_open_file(self.window, title, kinds)
        if path is None:
            return

        def work(progress: Any) -> Any:
            from storage.services.import_labels import import_labels

            return import_labels(
                self.context.catalog,
                project_id,
                path,
                options.format,
                dry_run=options.dry_run,
                new_classes=options.new_classes,
                progress=progress,
            )

        self._take_in(path.name, options, work)

    def _take_in(self, name: str, options: Any, work: Any) -> None:
        job = self.context.jobs.start(self.tr("Importing {0}").format(name), work)
        job.then(
            self.window,
            lambda result: self._imported(result, options.dry_run),
            lambda error: self.window.messages.error(error, self.tr("Import labels")),
        )

    def import_found(self, found: list[LabelFile]) -> None:
        """Labels that lay beside series: into the project of these, which is asked for where there are several."""
        files, series = [file.path for file in found], {uid for file in found for uid in file.refers_to}
        self.context.jobs.read(
            lambda: self.context.reads.projects_of_series(series),
            partial(self._import_found, files),
            lambda error: self.window.messages.error(error, self.tr("Import labels")),
            owner=self,
        )

    def _import_found(self, files: list[Path], found: list[ProjectRow]) -> None:
        if not found:
            reason = self.tr("The series that these labels belong to are in no project yet.")
            remedy = self.tr(
                "Put them into a dataset of a project first; then add the files of labels again, or import them there."
            )
            self.window.messages.error(Refused(reason, remedy=remedy), self.tr("Import labels"))
        elif len(found) == 1:
            self._offer(files, found[0])
        else:
            from viewers.canvas.menu_heading import add_heading

            menu = QMenu(self.window)
            add_heading(menu, self.tr("Import into"))
            for project in found:
                menu.addAction(project.title, partial(self._offer, files, project))
            pop_up(menu, self.window.mapToGlobal(self.window.rect().center()))

    def _offer(self, files: list[Path], project: ProjectRow) -> None:
        self.window.go("projects")
        self.widget.import_labels(project.id, files)

    def _imported(self, result: Any, dry_run: bool) -> None:
        words_of = self.tr("{0} of the project found, {1} changed: {2} and {3} added.")
        counts = words_of.format(
            words.items(len(result.matched)),
            words.number(result.changed),
            words.how_many("annotations", result.annotations),
            words.how_many("classifications", result.classifications),
        )
        if result.replaced:
            counts += self.tr(" {0} took the place of others.").format(words.number(result.replaced))
        if result.classes:
            counts += self.tr(" New in the ontology: {0}.").format(words.how_many("classes", len(result.classes)))
        if result.known:
            counts += self.tr(" {0} were there already.").format(words.number(result.known))
        self.window.messages.tell((self.tr("Would import: {0}") if dry_run else self.tr("Imported: {0}")).format(counts))
        problems = [*result.unmatched, *result.refused]
        if problems:
            self._show_list(self.tr("Not everything matched"), problems)

    def _show_list(self, title: str, losses: Any) -> None:
        from widgets.dialogs.result_list import ResultList

        heads = (self.tr("Where"), self.tr("What"), self.tr("Why"))
        ResultList.ask(self.window, title, [(x.where, x.what, x.why) for x in losses], heads=heads)


def _create(op: Any, wanted: NewProject) -> int:
    ontology_id = wanted.ontology_id
    if ontology_id is None:
        ontology_id = ontologies.create(op, wanted.title, Ontology())
    return projects.create(op, wanted.title, wanted.description, ontology_id, list(wanted.dataset_ids))


def _import_dicom(catalog: Catalog, project_id: int, options: Any, progress: Any) -> Any:
    from storage.services.import_labels import import_dicom_labels

    return import_dicom_labels(
        catalog, project_id, options.files, dry_run=options.dry_run, new_classes=options.new_classes, progress=progress
    )
