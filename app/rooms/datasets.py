"""Datasets: the panel and its verbs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtWidgets import QMenu

from app.menus import pop_up
from app.operations import Operations
from app.places import show_project
from storage.catalog import datasets, files, folders, projects
from storage.model.query import ItemSelection
from widgets import words
from widgets.dialogs.attach_data import AttachDataDialog
from widgets.dialogs.confirm_delete import ConfirmDeleteDialog
from widgets.dialogs.new_dataset import NewDatasetDialog
from widgets.only_read import writes
from widgets.panels.datasets import DatasetsPanel

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow


class DatasetsRoom(QObject):
    def __init__(self, window: MainWindow, context: AppContext, operations: Operations) -> None:
        super().__init__(window)
        self.window, self.context, self.operations = window, context, operations
        self.widget = DatasetsPanel(context.reads, context.bus, context.jobs, context.thumbs)
        self.widget.new_wanted.connect(self.new)
        self.widget.menu_wanted.connect(self.menu)
        data, settings, run, tr = self.widget.data, self.widget.settings, operations.run, self.tr
        data.attach_wanted.connect(self.attach)
        data.attach_items_wanted.connect(self.attach_items)
        data.attach_folders_wanted.connect(self.attach_folders)
        data.add_paths_wanted.connect(self.add_paths)
        data.remove_wanted.connect(self.remove)
        data.open_wanted.connect(self.open_item)
        data.rename_item_wanted.connect(lambda i, title: run(tr("Rename item"), files.rename, i, title))
        data.menu_wanted.connect(self.item_menu)
        settings.rename_wanted.connect(lambda i, title: run(tr("Rename dataset"), datasets.rename, i, title))
        settings.describe_wanted.connect(lambda i, text: run(tr("Describe dataset"), datasets.describe, i, text))
        settings.attach_to_project_wanted.connect(lambda d, p: run(tr("Attach dataset"), projects.attach_dataset, p, d))
        settings.detach_from_project_wanted.connect(lambda d, p: run(tr("Detach dataset"), projects.detach_dataset, p, d))
        settings.project_wanted.connect(partial(show_project, self.window))
        settings.delete_wanted.connect(self.delete)

    @Slot()
    def new(self) -> None:
        wanted = NewDatasetDialog.ask(self.window, {d.title for d in self.context.reads.datasets()})
        if wanted is not None:
            self.operations.run(
                self.tr("New dataset"), datasets.create, wanted.title, wanted.description, then=self.widget.show_dataset
            )

    @Slot(int)
    def attach(self, dataset_id: int) -> None:
        reads = self.context.reads
        wanted = AttachDataDialog.ask(self.window, reads, self.context.jobs, reads.dataset(dataset_id).title)
        if wanted is None:
            return
        for folder_id in wanted.folders:
            self._attach_folder(dataset_id, folder_id, wanted.recursive)
        for items in wanted.items:
            self.attach_items(dataset_id, items)

    def _attach_folder(self, dataset_id: int, folder_id: int, recursive: bool = True) -> None:
        self.operations.run(
            self.tr("Attach folder"), datasets.attach_folder, dataset_id, folder_id, recursive, then=self._attached
        )

    @Slot(int, frozenset)
    def attach_folders(self, dataset_id: int, ids: frozenset[int]) -> None:
        for folder_id in ids:
            self._attach_folder(dataset_id, folder_id)

    @Slot(int, ItemSelection)
    def attach_items(self, dataset_id: int, items: ItemSelection) -> None:
        self.operations.run(self.tr("Attach files"), datasets.attach_items, dataset_id, items, then=self._attached)

    def _attached(self, count: int) -> None:
        self.window.messages.tell(self.tr("{0} attached").format(words.items(count)))

    @Slot(int, list)
    def add_paths(self, dataset_id: int, paths: list[str]) -> None:
        """Dropped from the desktop: a folder of the dataset's title takes them."""
        from app.background.adding import add_paths

        row = self.context.reads.dataset(dataset_id)
        found = [Path(p) for p in paths]
        if row.mirrored_folder_id is not None:
            add_paths(self.window, self.context, found, row.mirrored_folder_id)
        else:
            self.operations.run(
                self.tr("New folder"), folders.ensure, (row.title.replace("/", "-"),),
                then=lambda folder: add_paths(self.window, self.context, found, folder, dataset_id=dataset_id),
            )  # fmt: skip

    @Slot(int, ItemSelection)
    def remove(self, dataset_id: int, items: ItemSelection) -> None:
        self.operations.run(
            self.tr("Remove from dataset"), datasets.detach, dataset_id, items,
            then=lambda count: self.window.messages.tell(self.tr("{0} removed; the files stay in Files").format(words.items(count))),
        )  # fmt: skip

    @Slot(int)
    def open_item(self, item_id: int) -> None:
        assert self.window.pages is not None
        self.window.pages.files.of_items.open(item_id)

    @Slot(int, ItemSelection, QPoint)
    def item_menu(self, dataset_id: int, items: ItemSelection, where: QPoint) -> None:
        menu = QMenu(self.window)
        if items.count == 1:
            menu.addAction(self.tr("Open"), lambda: self.open_item(next(iter(items.ids))))
        writes(menu.addAction(self.tr("Remove from dataset"), lambda: self.remove(dataset_id, items)))
        pop_up(menu, where)

    @Slot(int, QPoint)
    def menu(self, dataset_id: int, where: QPoint) -> None:
        menu = QMenu(self.window)
        writes(
            menu.addAction(self.tr("Attach existing files…"), lambda: self.attach(dataset_id)),
            menu.addAction(self.tr("Make a project with it…"), lambda: self._project_with(dataset_id)),
            menu.addSeparator(),
            menu.addAction(self.tr("Delete…"), lambda: self.delete(dataset_id)),
        )
        pop_up(menu, where)

    def _project_with(self, dataset_id: int) -> None:
        self.window.go("projects")
        assert self.window.pages is not None
        assert self.window.pages.projects is not None
        self.window.pages.projects.new_with((dataset_id,))

    @Slot(int)
    def delete(self, dataset_id: int) -> None:
        row = self.context.reads.dataset(dataset_id)
        linked = self.context.reads.projects_of_dataset(dataset_id)
        lost = self.tr("{0} leave it; the files stay in Files.").format(words.items(row.items))
        if linked:
            lost += " " + self.tr("Their tasks go from the projects, with all their labels: {0}.").format(
                ", ".join(p.title for p in linked)
            )
        if ConfirmDeleteDialog.ask(self.window, self.tr("Delete the dataset “{0}”?").format(row.title), lost):
            self.operations.run(self.tr("Delete dataset"), datasets.delete, dataset_id)
