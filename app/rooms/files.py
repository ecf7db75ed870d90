"""Files: the panel and the details beside it, and every verb on folders and items."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.actions.files import FOLDER_MENU, ITEM_MENU, PLACE_MENU, file_actions
from app.background.adding import add_batch, add_paths
from app.menus import pop_up
from app.operations import Operations
from app.places import show_dataset
from app.rooms.item_verbs import ItemVerbs
from storage.catalog import files, folders
from storage.catalog.later import Later
from storage.model.items import Item, Kind
from storage.model.query import ItemSelection
from widgets import words
from widgets.panels.files import FilesPanel

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow
    from storage.catalog import datasets, trash
    from storage.catalog.transaction import Operation
    from storage.progress import Progress
    from widgets.dialogs.add_data import DataToAdd
    from widgets.panels.details import DetailsPanel
else:  # not needed for the first list
    datasets, trash = Later("storage.catalog.datasets"), Later("storage.catalog.trash")

DETAILS_WIDTH = 220


class FilesRoom(QObject):
    def __init__(self, window: MainWindow, context: AppContext, operations: Operations) -> None:
        super().__init__(window)
        self.window, self.context, self.operations = window, context, operations
        self.widget = QSplitter(Qt.Orientation.Horizontal, window.stack)
        self.panel = FilesPanel(context.reads, context.bus, context.jobs, context.thumbs, self.widget)
        self.panel.only_read = operations.only_read
        self.of_items = ItemVerbs(window, context, operations, self.items)
        self._details_place = QWidget(self.widget)
        self._details_place.setMinimumWidth(DETAILS_WIDTH)
        self._details: DetailsPanel | None = None
        self.widget.setObjectName("filesPage")
        self.widget.setHandleWidth(1)
        self.widget.addWidget(self.panel)
        self.widget.addWidget(self._details_place)
        self.widget.setStretchFactor(0, 1)
        self.widget.setSizes([960, 280])
        self.panel.pages.currentChanged.connect(self._page_changed)
        self._folder: int | None = None
        self._items, self._bytes = ItemSelection(), -1.0  # of the items; below 0: not known yet
        self._connect()
        self._restore_view()
        window.registry.add(file_actions(self))

    def _connect(self) -> None:
        panel, run = self.panel, self.operations.run
        panel.new_folder_wanted.connect(self.new_folder_in)
        panel.rename_folder_wanted.connect(lambda i, title: run(self.tr("Rename folder"), folders.rename, i, title))
        panel.rename_item_wanted.connect(lambda i, title: run(self.tr("Rename item"), files.rename, i, title))
        panel.move_folders_wanted.connect(lambda ids, target: run(self.tr("Move folders"), folders.move, ids, target))
        panel.move_items_wanted.connect(self.move_items)
        panel.delete_wanted.connect(self.delete)
        panel.add_data_wanted.connect(self.add_data_to)
        panel.add_paths_wanted.connect(self.add_dropped)
        panel.add_to_dataset_wanted.connect(self.add_to_dataset)
        panel.open_wanted.connect(self.of_items.open)
        panel.sample_wanted.connect(lambda: self.window.registry.trigger("catalog.sample"))
        panel.restore_wanted.connect(self.restore)
        panel.purge_wanted.connect(self.purge)
        panel.empty_trash_wanted.connect(self.empty_trash)
        panel.menu_wanted.connect(self.menu)
        panel.selection_changed.connect(self._on_selection)
        panel.place_changed.connect(lambda _place: self.window.soon_refresh())
        panel.set_paths_of(self.of_items.paths_of)

    @property
    def details(self) -> DetailsPanel:
        """Made when the window stands and its first rows are there, in the place kept for it."""
        if self._details is None:
            from widgets.panels.details import DetailsPanel

            context = self.context
            self._details = DetailsPanel(
                context.reads, context.bus, context.jobs, context.thumbs, self._details_place, trouble_of=self._trouble_of
            )
            whole = QVBoxLayout(self._details_place)
            whole.setContentsMargins(0, 0, 0, 0)
            whole.addWidget(self._details)
            self._connect_details(self._details)
        return self._details

    def _trouble_of(self, item: Item) -> str:
        if item.kind is not Kind.IMAGE_SEQUENCE:
            return ""
        from storage.services import sequences

        why = sequences.why_not(self.context.catalog, item)
        return self.tr("No video could be made of it: {0} It is played from its pictures.").format(why) if why else ""

    def complete(self) -> None:
        """What the first rows need not wait for."""
        self.panel.count_trash()
        self.details.show_place(self._folder, self._items)

    def _connect_details(self, details: DetailsPanel) -> None:
        run, context = self.operations.run, self.context
        details.describe_folder_wanted.connect(lambda i, text: run(self.tr("Describe folder"), folders.describe, i, text))
        details.describe_item_wanted.connect(lambda i, text: run(self.tr("Describe item"), files.describe, i, text))
        details.metadata_wanted.connect(lambda i, data: run(self.tr("Edit metadata"), files.set_metadata, i, data))
        details.weighed.connect(self._on_weighed)
        details.dataset_wanted.connect(partial(show_dataset, self.window))
        details.detach_wanted.connect(lambda d, items: run(self.tr("Remove from dataset"), datasets.detach, d, items))
        details.relink_wanted.connect(lambda _item: self.relink())
        details.open_wanted.connect(self.of_items.open)
        details.modality_wanted.connect(lambda item_id, said: self.of_items.take_for(ItemSelection.of(item_id), said))
        details.task_wanted.connect(lambda task_id: self.of_items.open_task(context.reads.task(task_id)))

    @Slot()
    def _page_changed(self) -> None:
        """Of what lies in the trash there is nothing to be told beside it."""
        self._details_place.setVisible(not self.panel.shows_trash)
        self.window.status_line.show_context(self.selection_text())
        self.window.soon_refresh()

    # -- what is selected

    @Slot(object, ItemSelection)
    def _on_selection(self, folder: int | None, items: ItemSelection) -> None:
        if items != self._items:
            self._bytes = -1.0
        self._folder, self._items = folder, items
        if self._details is not None:
            self._details.show_place(folder, items)
        self.window.status_line.show_context(self.selection_text())
        self.window.soon_refresh()

    @Slot(float)
    def _on_weighed(self, size: float) -> None:
        self._bytes = size
        if self.shown():
            self.window.status_line.show_context(self.selection_text())

    def selection_text(self) -> str:
        if not self._items.count or self.panel.shows_trash:
            return ""
        return words.selected(self._items.count) + (f", {words.size(round(self._bytes))}" if self._bytes >= 0 else "")

    def items(self) -> ItemSelection:
        """What a verb acts on; none while another page is on the screen, or the tree has the focus: then it is about folders."""
        return ItemSelection() if not self.shown() or self.panel.sidebar.tree.hasFocus() else self.panel.selected_items()

    def folders(self) -> frozenset[int]:
        return self.panel.selected_folders() if self.shown() else frozenset()

    def shown(self) -> bool:
        return self.window.stack.currentWidget() is self.widget

    # -- how the lists look, remembered per catalog

    def _restore_view(self) -> None:
        state, panel = self.window.state, self.panel
        zoom, columns, mode, expanded = (state.get(f"files/{name}") for name in ("zoom", "columns", "mode", "expanded"))
        if isinstance(columns, QByteArray):
            panel.list.table.restore_columns(columns)
        if zoom is not None:
            panel.tools.zoom.setValue(int(str(zoom)))
        if mode in ("grid", "table"):
            panel.set_mode(mode)
        if isinstance(expanded, str) and expanded:
            panel.sidebar.tree.expand_ids(int(i) for i in expanded.split(","))

    def save_view(self) -> None:
        state, panel = self.window.state, self.panel
        state.set("files/zoom", panel.tools.zoom.value())
        state.set("files/columns", panel.list.table.columns_state())
        state.set("files/mode", panel.list.mode)
        state.set("files/expanded", ",".join(str(i) for i in panel.sidebar.tree.expanded_ids()))

    # -- places

    def open_folder(self, folder_id: int) -> None:
        self.panel.open_folder(folder_id)

    def focus_search(self) -> None:
        self.panel.focus_search()

    # -- folders

    def new_folder(self) -> None:
        self.window.go("files")
        self.new_folder_in(self.panel.place.folder_id)

    @Slot(object)
    def new_folder_in(self, parent: int | None) -> None:
        if self.operations.refuses():
            return
        from widgets.dialogs.new_folder import NewFolder

        reads = self.context.reads
        where = reads.folder(parent).title if parent is not None else ""
        wanted = NewFolder.ask(self.window, where, {f.title for f in reads.child_folders(parent)})
        if wanted is not None:
            self.operations.run(
                self.tr("New folder"), folders.create, parent, wanted.title, wanted.description, then=self.panel.open_folder
            )

    def rename_selected(self) -> None:
        self.panel.rename_selected()

    # -- moving and deleting

    @Slot(ItemSelection, int)
    def move_items(self, items: ItemSelection, folder_id: int) -> None:
        title = self.context.reads.folder(folder_id).title
        self.operations.run(
            self.tr("Move items"), files.move, items, folder_id,
            then=lambda count: self.window.messages.tell(self.tr("{0} moved to {1}").format(words.items(count), title)),
        )  # fmt: skip

    def move_selected(self) -> None:
        from widgets.dialogs.move_to import MoveTo

        items = self.items()
        ids = frozenset() if items.count else self.folders()
        target = MoveTo.ask(self.window, self.context.reads, folders=ids, items=items.count)
        if target is None:
            return
        if items.count:
            assert target.folder_id is not None
            self.move_items(items, target.folder_id)
        else:
            self.operations.run(self.tr("Move folders"), folders.move, ids, target.folder_id)

    def _words(self, ids: frozenset[int], items: ItemSelection) -> str:
        """What is selected, for headings: “Scans”, 3 folders, 12 items."""
        if items.count:
            return words.items(items.count)
        if len(ids) == 1:
            return f"“{self.context.reads.folder(next(iter(ids))).title}”"
        return words.folders(len(ids))

    def delete_selected(self) -> None:
        items = self.items()
        self.delete(frozenset() if items.count else self.folders(), items)

    @Slot(frozenset, ItemSelection)
    def delete(self, ids: frozenset[int], items: ItemSelection) -> None:
        """Name what goes with it, then to the trash."""
        reads = self.context.reads
        self.context.jobs.read(
            lambda: trash.consequences(reads, ids, items),
            lambda lost: self._delete(ids, items, lost),
            lambda error: self.window.messages.error(error, self.tr("Delete")),
            owner=self,
        )

    def _delete(self, ids: frozenset[int], items: ItemSelection, lost: trash.DeleteConsequences) -> None:
        from widgets.dialogs.delete import ConfirmDelete

        days = self.context.settings.values.trash_days
        if ConfirmDelete.ask(self.window, lost, self._words(ids, items), days=days):
            self.operations.run(
                self.tr("Delete"), trash.delete, ids, items,
                then=lambda _group: self.window.messages.tell(self.tr("In the trash. Ctrl+Z brings it back.")),
            )  # fmt: skip

    @Slot(str)
    def restore(self, group: str) -> None:
        def tell(back: trash.Restored) -> None:
            place = back.folder_id
            show = partial(self.open_folder, place) if place is not None else self.panel.open_all
            self.panel.trash.tell_restored(group, back.title, back.where, show)

        self.operations.run(self.tr("Restore"), trash.restore, group, then=tell)

    @Slot(str)
    def purge(self, group: str) -> None:
        question = self.tr("Delete it for good? Its files in the catalog and its labels cannot be brought back.")
        if self.window.messages.ask(self.tr("Delete for good"), question, yes=self.tr("Delete for good"), danger=True):
            from storage.services.trash import purge

            self._purge(lambda _progress: purge(self.context.catalog, group))

    @Slot()
    def empty_trash(self) -> None:
        question = self.tr("Delete everything in the trash for good? It cannot be brought back.")
        if self.window.messages.ask(self.tr("Empty the trash"), question, yes=self.tr("Empty the trash"), danger=True):
            from storage.services.trash import empty

            self._purge(lambda progress: empty(self.context.catalog, None, progress))

    def _purge(self, work: Callable[[Progress], Any]) -> None:
        job = self.context.jobs.start(self.tr("Emptying the trash"), work)
        job.then(self.window, failed=lambda error: self.window.messages.error(error, self.tr("Empty the trash")))

    # -- adding

    def add_data(self) -> None:
        self.window.go("files")
        self.add_data_to(self.panel.place.folder_id)

    @Slot(object)
    def add_data_to(self, folder_id: int | None) -> None:
        if self.operations.refuses():
            return
        from widgets.dialogs.add_data import AddData

        context = self.context
        context.jobs.warm()
        wanted = AddData.ask(self.window, context.reads, context.jobs, folder_id, link=context.settings.values.link_files)
        if wanted is None:
            return
        if not wanted.new_folder and wanted.folder_id is not None:
            self._add_wanted(wanted, wanted.folder_id)
        else:
            self.operations.run(
                self.tr("New folder"), folders.create, wanted.folder_id, wanted.new_folder,
                then=lambda made: (self.panel.open_folder(made), self._add_wanted(wanted, made)),
            )  # fmt: skip

    def _add_wanted(self, wanted: DataToAdd, folder_id: int) -> None:
        if wanted.batch:
            add_batch(self.window, self.context, wanted.paths, folder_id, wanted.batch, wanted.title, link=wanted.link)
        else:
            paths = _inside(wanted.paths, wanted.new_folder)
            add_paths(self.window, self.context, paths, folder_id, link=wanted.link, only=wanted.only)

    @Slot(list, object)
    def add_dropped(self, paths: list[str], folder_id: int | None) -> None:
        """Dropped from the desktop. Where no folder is open, one is made: a lone folder is itself that folder."""
        if self.operations.refuses():
            return
        found = [Path(p) for p in paths]
        if folder_id is not None:
            self._add(found, folder_id, False)
            return
        lone = found[0].name if len(found) == 1 and found[0].is_dir() else ""
        title = lone or found[0].parent.name
        self.operations.run(
            self.tr("New folder"), folders.ensure, (title or self.tr("Added"),),
            then=lambda made: (self.panel.open_folder(made), self._add(_inside(found, title), made, False, called=lone)),
        )  # fmt: skip

    def _add(self, paths: list[Path], folder_id: int, link: bool, dataset_id: int | None = None, *, called: str = "") -> None:
        add_paths(self.window, self.context, paths, folder_id, link=link, dataset_id=dataset_id, called=called)

    # -- datasets

    def add_selected_to_dataset(self) -> None:
        items = self.items()
        self._add_to_dataset(frozenset() if items.count else self.folders(), items)

    @Slot(ItemSelection)
    def add_to_dataset(self, items: ItemSelection) -> None:
        self._add_to_dataset(frozenset(), items)

    def _add_to_dataset(self, ids: frozenset[int], items: ItemSelection) -> None:
        """Items, or all that lies in folders and below them."""
        from widgets.dialogs.add_to_dataset import AddToDataset

        wanted = AddToDataset.ask(self.window, self.context.reads.datasets(), self._words(ids, items))
        if wanted is None:
            return

        def attach(dataset_id: int) -> None:
            self.operations.run(
                self.tr("Add to dataset"), _attach, dataset_id, ids, items,
                then=lambda count: self.window.messages.tell(self.tr("{0} added to the dataset").format(words.items(count))),
            )  # fmt: skip

        for dataset_id in wanted.datasets:
            attach(dataset_id)
        if wanted.new_title:
            self.operations.run(self.tr("New dataset"), datasets.create, wanted.new_title, wanted.new_description, then=attach)

    def remove_from_datasets(self) -> None:
        items = self.items()
        question = self.tr(
            "Take {0} out of every dataset? Tasks on them vanish from their projects; labels are kept and return with them."
        )
        if not self.window.messages.ask(
            self.tr("Remove from datasets"), question.format(words.items(items.count)), yes=self.tr("Remove")
        ):
            return
        plain = [d.id for d in self.context.reads.datasets() if d.mirrored_folder_id is None]
        self.operations.run(self.tr("Remove from datasets"), _detach_everywhere, plain, items)

    # -- originals that are not where they were

    def relink(self) -> None:
        from app.actions.catalog import ask_folder
        from app.background.relinking import relink

        folder = ask_folder(self.window, self.tr("Where are the missing originals? Sub-folders are searched too."))
        if folder is not None:
            relink(self.window, self.context, folder)

    @Slot(str, object, QPoint)
    def menu(self, kind: str, _what: object, where: QPoint) -> None:
        ids = {"items": ITEM_MENU, "folder": FOLDER_MENU}.get(kind, PLACE_MENU)
        if self.of_items.why_no_modality():  # few files ask for it
            ids = tuple(i for i in ids if i != "files.modality")
        menu = self.window.registry.menu(self.window, ids)
        pop_up(menu, where)


def _inside(paths: list[Path], title: str) -> list[Path]:
    """A lone folder is itself the folder that is made by its name: what it holds goes in, not the folder once more."""
    if len(paths) != 1 or paths[0].name != title or not paths[0].is_dir():
        return paths
    try:
        return sorted(paths[0].iterdir())
    except OSError:
        return paths  # who adds it says why it cannot be read


def _attach(op: Operation, dataset_id: int, folder_ids: frozenset[int], items: ItemSelection) -> int:
    if not folder_ids:
        return datasets.attach_items(op, dataset_id, items)
    return sum(datasets.attach_folder(op, dataset_id, folder_id) for folder_id in folder_ids)


def _detach_everywhere(op: Operation, dataset_ids: list[int], items: ItemSelection) -> int:
    return sum(datasets.detach(op, dataset_id, items) for dataset_id in dataset_ids)
