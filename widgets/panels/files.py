"""Files: the folder tree, the items of the open folder, search and filters. Says what is wanted; `app` does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from storage.errors import NotFound
from storage.model.changes import Changes
from storage.model.items import Folder
from storage.model.query import ItemQuery, ItemSelection, SortBy
from widgets import theme, words
from widgets.bus import CatalogBus
from widgets.controls.breadcrumb import Breadcrumb
from widgets.controls.buttons import line
from widgets.controls.filter_bar import FilterBar
from widgets.controls.folder_strip import FolderStrip
from widgets.controls.labels import label
from widgets.controls.search_field import SearchField
from widgets.drop_rules import Drop
from widgets.latest import Latest
from widgets.panels.files_empty import Empty, empty_of
from widgets.panels.files_list import FilesList, Mode
from widgets.panels.files_places import Place, Visits
from widgets.panels.files_sidebar import FilesSidebar
from widgets.panels.files_tools import FilesTools
from widgets.thumbs import Thumbs
from widgets.work import Work

if TYPE_CHECKING:
    from storage.model.reads import Reads
    from widgets.panels.trash import TrashPanel

FOLDERS_FOUND = 24  # by a search, above the files


class FilesPanel(QWidget):
    new_folder_wanted = Signal(object)  # parent id or None
    rename_folder_wanted = Signal(int, str)
    rename_item_wanted = Signal(int, str)
    move_folders_wanted = Signal(frozenset, object)  # ids, parent id or None
    move_items_wanted = Signal(ItemSelection, int)
    delete_wanted = Signal(frozenset, ItemSelection)
    add_data_wanted = Signal(object)  # folder id or None: the dialog
    add_paths_wanted = Signal(list, object)  # dropped paths, folder id (None: a new folder named after the source)
    add_to_dataset_wanted = Signal(ItemSelection)
    open_wanted = Signal(int)
    sample_wanted = Signal()  # the catalog is empty, and the person wants to look around
    restore_wanted = Signal(str)
    purge_wanted = Signal(str)
    empty_trash_wanted = Signal()
    menu_wanted = Signal(str, object, QPoint)  # "folder": frozenset, "items": ItemSelection, "place": folder id or None
    selection_changed = Signal(object, ItemSelection)  # the folder open or selected (or None), the items selected
    place_changed = Signal(object)  # Place
    view_changed = Signal()  # mode, zoom or columns: something to remember

    only_read = ""  # why nothing can be added; set by whoever shows the panel

    def __init__(self, reads: Reads, bus: CatalogBus, work: Work, thumbs: Thumbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reads = reads
        self._work = work
        self._folders_found = Latest(work, self)
        self._visits = Visits()
        self._text = ""
        self._sort = (SortBy.TITLE, False)
        self._above: list[int] = []  # folders over the open one
        self._counted: tuple[int, bool] | None = None  # items found, and whether there are more; None: not known yet
        self._empty = Empty("")
        # Each part is born where it stays: moving a tree of widgets has the style sheet dress all of them again.
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.sidebar = FilesSidebar(reads, work, self.splitter)
        self.pages = QStackedWidget(self.splitter)
        self._items = QWidget(self.pages)
        self.list = FilesList(reads, work, thumbs, self._items)
        self._trash: TrashPanel | None = None
        self.breadcrumb = Breadcrumb(self)
        self.search = SearchField(self.tr("Search everything"), self)
        self.search.setToolTip(
            self.tr("Words of titles; of series also the patient's ID or name, an accession number, or a UID")
        )
        self.filters = FilterBar(self._items)
        self.strip = FolderStrip(self._items)
        self.tools = FilesTools(self.list.grid.thumb_size, self._items)
        self._count = label("", "quiet")
        self._lay_out()
        self._connect()
        bus.changed.connect(self._on_changes)
        self._go()

    # -- building

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(theme.GAP, theme.GAP, theme.GROUP, theme.GAP)
        head.setSpacing(theme.GROUP)
        head.addWidget(self.breadcrumb, 1)
        self.search.setFixedWidth(300)
        head.addWidget(self.search)
        narrowing = QHBoxLayout()
        narrowing.setContentsMargins(theme.GAP, 0, theme.GROUP, theme.INSIDE)
        narrowing.addWidget(self.filters)
        narrowing.addStretch()
        narrowing.addWidget(self._count)
        column = QVBoxLayout(self._items)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools)
        column.addLayout(narrowing)
        column.addWidget(line())
        column.addWidget(self.strip)
        column.addWidget(self.list, 1)
        for each in (self._items, self.strip):
            _on_base(each)
        self.pages.addWidget(self._items)
        self.splitter.setObjectName("files-splitter")
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self.sidebar)
        self.splitter.addWidget(self.pages)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([240, 900])
        self.splitter.setCollapsible(1, False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(line())
        whole.addWidget(self.splitter, 1)

    @property
    def shows_trash(self) -> bool:
        return self._trash is not None and self.pages.currentWidget() is self._trash

    @property
    def trash(self) -> TrashPanel:
        """Made when it is first needed: the start goes without."""
        if self._trash is None:
            from widgets.panels.trash import TrashPanel

            self._trash = TrashPanel(self._reads, self._work, self.pages)
            _on_base(self._trash)
            self.pages.addWidget(self._trash)
            self._trash.restore_wanted.connect(self.restore_wanted)
            self._trash.purge_wanted.connect(self.purge_wanted)
            self._trash.empty_wanted.connect(self.empty_trash_wanted)
            self._trash.counted.connect(self._show_trash_count)
        return self._trash

    def count_trash(self) -> None:
        """For the mark at its button; what opens the page does it when there is time."""
        self.trash.refresh()

    def _connect(self) -> None:
        side, tree = self.sidebar, self.sidebar.tree
        side.all_chosen.connect(self.open_all)
        side.folder_chosen.connect(self.open_folder)
        side.trash_chosen.connect(self.open_trash)
        side.new_folder_wanted.connect(self.want_new_folder)
        side.trash_dropped.connect(self.delete_wanted)
        side.menu_wanted.connect(self._folder_menu)
        tree.clicked.connect(self.list.selection.clearSelection)
        tree.rename_wanted.connect(self.rename_folder_wanted)
        tree.delete_wanted.connect(self._delete_folders)
        tree.selectionModel().selectionChanged.connect(self._tell_selection)
        for each in (tree, self.breadcrumb, self.strip):
            each.dropped.connect(self._on_dropped)
        self.breadcrumb.chosen.connect(self._choose)
        self.breadcrumb.back_wanted.connect(self.go_back)
        self.breadcrumb.forward_wanted.connect(self.go_forward)
        self.search.searched.connect(self._search)
        self.search.down_wanted.connect(self.list.focus_first)
        self.filters.changed.connect(self._ask)
        self.filters.datasets_needed.connect(self._offer_datasets)
        self.strip.opened.connect(self.open_folder)
        self.strip.selected.connect(self._chip_selected)
        self.strip.menu_wanted.connect(self._chip_menu)
        self._connect_list()
        self.tools.add_data.clicked.connect(self.want_data)
        self.tools.new_folder.clicked.connect(self.want_new_folder)
        self.tools.add_to_dataset.clicked.connect(self._want_dataset)
        self.tools.grid.clicked.connect(self.show_grid)
        self.tools.table.clicked.connect(self.show_table)
        self.tools.zoom.valueChanged.connect(self._zoom)

    def _connect_list(self) -> None:
        items = self.list
        items.selection_changed.connect(self._tell_selection)
        items.opened.connect(self.open_wanted)
        items.rename_wanted.connect(self.rename_item_wanted)
        items.delete_wanted.connect(self._delete_items)
        items.menu_wanted.connect(self._items_menu)
        items.paths_dropped.connect(self._add_paths)
        items.counted.connect(self._show_count)
        items.zoomed.connect(self.tools.zoom.setValue)
        items.sort_wanted.connect(self.sort)
        items.empty_action_wanted.connect(lambda: self._empty.first[1]())
        items.empty_second_wanted.connect(lambda: self._empty.second[1]())
        items.table.columns_changed.connect(self.view_changed)

    # -- places

    @property
    def place(self) -> Place:
        return self._visits.now

    def set_paths_of(self, paths_of: Callable[[ItemSelection], list[str]]) -> None:
        """Where the originals of dragged items lie, for other programs."""
        self.list.grid.paths_of = paths_of
        self.list.table.paths_of = paths_of

    def open_all(self) -> None:
        self._visit(Place())

    def open_trash(self) -> None:
        self._visit(Place("trash"))

    def open_folder(self, folder_id: int) -> None:
        self._visit(Place("folder", folder_id))

    def go_back(self) -> None:
        if self._visits.back():
            self._go()

    def go_forward(self) -> None:
        if self._visits.forward():
            self._go()

    def _choose(self, folder_id: int | None) -> None:
        self._visit(Place.of(folder_id))

    def _visit(self, place: Place) -> None:
        if place == self.place and not self._text:
            self.sidebar.show_place(place.kind, place.folder_id)
            return
        self._visits.visit(place)
        self._go()

    def _go(self) -> None:
        """To where one is now by the way one took."""
        place, (back, forward) = self.place, self._visits.ways
        self._text = ""
        self._folders_found.forget()
        self.search.set_quietly("")
        self.sidebar.show_place(place.kind, place.folder_id)
        self.pages.setCurrentWidget(self.trash if place.kind == "trash" else self._items)
        self.breadcrumb.set_history(back=back, forward=forward)
        if not self._show_path():
            self.open_all()
            return
        if place.kind == "trash":
            self.trash.refresh()
        else:
            self._ask()
        self.place_changed.emit(place)
        self._tell_selection()

    def _path(self) -> list[Folder]:
        return self._reads.folder_path(self.place.folder_id) if self.place.folder_id is not None else []

    def _show_path(self) -> bool:
        """False: the folder is gone."""
        try:
            path = self._path()
        except NotFound:
            return False
        gone = self.place.kind == "folder" and (not path or path[-1].trashed_at is not None)
        if gone:
            return False
        self._above = [folder.id for folder in path[:-1]]
        place = self.tr("Search results") if self._text else self.tr("Trash") if self.place.kind == "trash" else ""
        self.breadcrumb.show_path([] if self._text else path, place)
        folders = self.folders_below(self.place.folder_id) if path and not self._text else []
        self._show_folders(folders, [each.id for each in path])
        self.list.drop_title = path[-1].title if path and not self._text else self.tr("a new folder")
        return True

    # -- asking for items

    def _search(self, text: str) -> None:
        self._text = text
        if self.place.kind == "trash":
            self.pages.setCurrentWidget(self._items if text else self.trash)
        self._show_path()
        self._folders_found.forget()
        if text:
            self._folders_found.ask(lambda: self._folders_called(text), self._show_folders_found)
        if text or self.place.kind != "trash":
            self._ask()

    def _folders_called(self, text: str) -> list[Folder]:
        return [self._reads.folder_path(folder_id)[-1] for folder_id, _path in self._reads.find_folders(text, FOLDERS_FOUND)]

    def _show_folders_found(self, found: list[Folder]) -> None:
        self._show_folders(found, [])
        self._say_when_empty(self.list.model.query)

    def _show_folders(self, folders: list[Folder], ancestors: list[int]) -> None:
        self.strip.show_folders(folders, ancestors)
        if self._counted is not None:
            self._show_count(*self._counted)

    def sort(self, by: SortBy, descending: bool) -> None:
        self._sort = (by, descending)
        self._ask()

    def _ask(self) -> None:
        folder_id = None if self._text else self.place.folder_id
        by, descending = self._sort
        query = ItemQuery(folder_id=folder_id, text=self._text, sort=by, descending=descending)
        query = self.filters.narrow(query)
        self.list.table.show_folder_column(folder_id is None)
        self._say_when_empty(query)
        self._counted = None
        self._count.setText("")
        self.list.show_query(query)

    def _say_when_empty(self, query: ItemQuery) -> None:
        self._empty = empty = empty_of(self, query)
        self.list.say_when_empty(empty.title, empty.text, empty.first[0], empty.second[0])

    def folders_below(self, folder_id: int | None) -> list[Folder]:
        return self._reads.child_folders(folder_id)

    def _show_count(self, count: int, more: bool) -> None:
        self._counted = (count, more)
        text = self.tr("more than {0}").format(words.number(count)) if more else words.items(count)
        folders = self.strip.count
        self._count.setText(f"{words.folders(folders)}, {text}" if folders else text)

    def _show_trash_count(self, count: int) -> None:
        self.sidebar.trash.set_count(words.number(count) if count else "")

    def _offer_datasets(self) -> None:
        self.filters.offer_datasets(self._reads.datasets())

    # -- changes of the catalog

    def _on_changes(self, changes: Changes) -> None:
        tree = self.sidebar.tree.tree()
        if changes.everything or changes.folders:
            self.sidebar.refresh()
            self.trash.refresh()
            if self.place.kind == "folder" and not self._show_path():
                self._leave_gone_folder()
                return
            self.sidebar.show_place(self.place.kind, self.place.folder_id)
            self._say_when_empty(self.list.model.query)  # folders came or went below
        if changes.everything or changes.item_folders:
            tree.recount(None if changes.everything else changes.item_folders)
            self.trash.refresh()
        if self.place.kind == "trash" and not self._text:
            return
        if changes.items and not changes.everything:
            self.list.model.forget(changes.items)
        elif changes.everything or changes.label_rows or changes.dataset_members or changes.folders:
            self.list.model.forget()
        if self._concerns_list(changes):
            self.list.refresh_soon()

    def _concerns_list(self, changes: Changes) -> bool:
        query = self.list.model.query
        members = changes.item_folders
        narrowed = bool(changes.dataset_members or changes.label_rows) and self.filters.is_narrowing()
        moved = bool(members) and (query.folder_id is None or query.folder_id in members)
        return changes.everything or moved or narrowed or bool(changes.items and not members)

    def _leave_gone_folder(self) -> None:
        """To the nearest folder above that is still there."""
        tree = self.sidebar.tree.tree()
        self._visits.leave(Place.of(next((f for f in reversed(self._above) if tree.index_of(f).isValid()), None)))
        self._go()

    # -- what is selected

    def selected_items(self) -> ItemSelection:
        return ItemSelection() if self.shows_trash else self.list.selected()

    def selected_folders(self) -> frozenset[int]:
        """In the tree when it has the focus, else the chip selected above the items."""
        if self.sidebar.tree.hasFocus():
            return self.sidebar.tree.selected_ids()
        chip = self.strip.selected_id()
        return frozenset() if chip is None or self.shows_trash else frozenset({chip})

    def _chip_selected(self) -> None:
        self.list.selection.clearSelection()
        self._tell_selection()

    def _tell_selection(self) -> None:
        count = self.list.selected_count()
        self.tools.offer_dataset(selected=bool(count))
        if count:
            self.strip.clear_selection()
        folder_id = self.strip.selected_id() or self.place.folder_id
        self.selection_changed.emit(folder_id, self.list.selected() if count else ItemSelection())

    # -- what is wanted

    def want_new_folder(self) -> None:
        self.new_folder_wanted.emit(self.place.folder_id)

    def want_data(self) -> None:
        self.add_data_wanted.emit(self.place.folder_id)

    def _want_dataset(self) -> None:
        self.add_to_dataset_wanted.emit(self.list.selected())

    def _delete_folders(self, ids: frozenset[int]) -> None:
        self.delete_wanted.emit(ids, ItemSelection())

    def _delete_items(self, selection: ItemSelection) -> None:
        self.delete_wanted.emit(frozenset(), selection)

    def _add_paths(self, paths: list[str]) -> None:
        self.add_paths_wanted.emit(paths, None if self._text else self.place.folder_id)

    def _on_dropped(self, drop: Drop, folder_id: int | None) -> None:
        if drop.paths:
            self.add_paths_wanted.emit(list(drop.paths), folder_id)
        elif drop.payload is not None and drop.payload.folders:
            self.move_folders_wanted.emit(drop.payload.folders, folder_id)
        elif drop.payload is not None and drop.payload.items is not None and folder_id is not None:
            self.move_items_wanted.emit(drop.payload.items, folder_id)

    def _folder_menu(self, ids: frozenset[int], place: QPoint) -> None:
        self.menu_wanted.emit("folder" if ids else "place", ids or None, place)

    def _chip_menu(self, folder_id: int, place: QPoint) -> None:
        self.menu_wanted.emit("folder", frozenset({folder_id}), place)

    def _items_menu(self, place: QPoint) -> None:
        selection = self.list.selected()
        if selection.count:
            self.menu_wanted.emit("items", selection, place)
        else:
            self.menu_wanted.emit("place", self.place.folder_id, place)

    # -- the view

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def rename_selected(self) -> None:
        """F2 wherever the focus is: the folder of the tree, else the current item."""
        if self.sidebar.tree.hasFocus():
            self.sidebar.tree.rename_current()
        else:
            self.list.rename_current()

    def show_grid(self) -> None:
        self.set_mode("grid")

    def show_table(self) -> None:
        self.set_mode("table")

    def set_mode(self, mode: Mode) -> None:
        self.list.set_mode(mode)
        self.tools.show_mode(grid=mode == "grid")
        self.view_changed.emit()

    def _zoom(self, size: int) -> None:
        self.list.grid.set_thumb_size(size)
        self.view_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Else Qt gives the focus to the first button.
        if self.window().focusWidget() in (None, self.breadcrumb.back):
            self.sidebar.tree.setFocus()

    def sizeHint(self) -> QSize:
        return QSize(1000, 640)


def _on_base(widget: QWidget) -> None:
    """Painted like a list, not like a dialog."""
    widget.setAutoFillBackground(True)
    widget.setBackgroundRole(widget.palette().ColorRole.Base)
