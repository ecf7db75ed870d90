"""The files of a dataset: the same list as in Files, with attach and remove."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from storage.model.changes import Changes
from storage.model.query import ItemQuery, ItemSelection, SortBy
from storage.model.reads import DatasetRow, Reads
from widgets import drags, theme, words
from widgets.bus import CatalogBus
from widgets.controls.buttons import button, icon_button
from widgets.controls.drop_hint import DropHint
from widgets.controls.labels import label
from widgets.controls.search_field import SearchField
from widgets.only_read import writes
from widgets.panels.files_list import FilesList
from widgets.thumbs import Thumbs
from widgets.when_seen import WhenSeen
from widgets.work import Work


class DatasetData(QWidget):
    attach_wanted = Signal(int)
    add_paths_wanted = Signal(int, list)  # dataset, files and folders of the desktop
    attach_items_wanted = Signal(int, ItemSelection)  # dropped from Files
    attach_folders_wanted = Signal(int, frozenset)
    remove_wanted = Signal(int, ItemSelection)
    open_wanted = Signal(int)  # item
    rename_item_wanted = Signal(int, str)
    menu_wanted = Signal(int, ItemSelection, QPoint)
    selection_changed = Signal(ItemSelection)

    def __init__(self, reads: Reads, bus: CatalogBus, work: Work, thumbs: Thumbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dataset: DatasetRow | None = None
        self.list = FilesList(reads, work, thumbs, self)
        self.list.set_mode("table")
        self.list.table.show_folder_column(True)
        self._attach = button(self.tr("Attach existing files"), "ph.plus", primary=True, parent=self)
        self._remove = button(self.tr("Remove from dataset"), parent=self)
        writes(self._attach, self._remove)
        self._search = SearchField(self.tr("Find a file"))
        self._search.setMaximumWidth(260)
        self._grid = icon_button("ph.squares-four", self.tr("Cards"), parent=self)
        self._table = icon_button("ph.rows", self.tr("Table"), parent=self)
        self._count = label("", "quiet", parent=self)
        self._sort: tuple[SortBy, bool] = (SortBy.TITLE, False)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(120)
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self._stale = WhenSeen(self, self.list.refresh_soon)
        bus.changed.connect(self._catalog_changed)

    def _lay_out(self) -> None:
        modes = QButtonGroup(self)
        for each in (self._grid, self._table):
            each.setCheckable(True)
            modes.addButton(each)
        self._table.setChecked(True)
        head = QHBoxLayout()
        head.setContentsMargins(theme.GROUP, 10, theme.GROUP, theme.GAP)
        head.setSpacing(theme.GAP)
        head.addWidget(self._attach)
        head.addWidget(self._remove)
        head.addStretch(1)
        for widget in (self._count, self._search, self._grid, self._table):
            head.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list, 1)

    def _connect(self) -> None:
        self._attach.clicked.connect(self._on_attach)
        self._remove.clicked.connect(self._on_remove)
        self._search.textChanged.connect(self._pause.start)
        self._pause.timeout.connect(self._show)
        self._grid.clicked.connect(self._to_grid)
        self._table.clicked.connect(self._to_table)
        self.list.selection_changed.connect(self._on_selection)
        self.list.opened.connect(self.open_wanted)
        self.list.rename_wanted.connect(self.rename_item_wanted)
        self.list.delete_wanted.connect(self._on_remove)
        self.list.menu_wanted.connect(self._on_menu)
        self.list.paths_dropped.connect(self._on_paths)
        self.list.counted.connect(self._on_counted)
        self.list.sort_wanted.connect(self._on_sort)
        self.list.empty_action_wanted.connect(self._empty_action)

    # -- what is shown

    def show_dataset(self, dataset: DatasetRow) -> None:
        fresh = self._dataset is None or self._dataset.id != dataset.id
        self._dataset = dataset
        self.list.drop_title = f"“{dataset.title}”"
        if fresh:
            self._search.clear()
            self._pause.stop()
            self._show()

    @Slot()
    def _show(self) -> None:
        if self._dataset is None:
            return
        text = self._search.text().strip()
        if text:
            self.list.say_when_empty(
                self.tr("No file matches"), self.tr("Nothing in this dataset is called that."), self.tr("Clear the search")
            )
        else:
            self.list.say_when_empty(
                self.tr("The dataset is empty"),
                self.tr(
                    "Attach files or whole folders, or drop files from the desktop here. A dataset links files, it never copies them."
                ),
                self.tr("Attach existing files"),
            )
        sort, descending = self._sort
        self.list.show_query(ItemQuery(dataset_id=self._dataset.id, text=text, sort=sort, descending=descending))
        self._on_selection()

    @Slot(object)
    def _catalog_changed(self, changes: Changes) -> None:
        if self._dataset is None:
            return
        if changes.everything or changes.items or changes.item_folders or self._dataset.id in changes.dataset_members:
            self._stale()
        if changes.items:
            self.list.model.forget(changes.items)

    @Slot(int, bool)
    def _on_counted(self, count: int, more: bool) -> None:
        text = words.items(count)
        self._count.setText(self.tr("more than {count}").format(count=text) if more else text)

    @Slot(SortBy, bool)
    def _on_sort(self, sort: SortBy, descending: bool) -> None:
        self._sort = (sort, descending)
        self._show()

    @Slot()
    def _to_grid(self) -> None:
        self.list.set_mode("grid")

    @Slot()
    def _to_table(self) -> None:
        self.list.set_mode("table")

    # -- verbs

    @Slot()
    def _empty_action(self) -> None:
        if self._search.text().strip():
            self._search.clear()
        else:
            self._on_attach()

    @Slot()
    def _on_attach(self) -> None:
        if self._dataset is not None:
            self.attach_wanted.emit(self._dataset.id)

    @Slot()
    def _on_remove(self) -> None:
        if self._dataset is not None and self.list.selected_count():
            self.remove_wanted.emit(self._dataset.id, self.list.selected())

    @Slot()
    def _on_selection(self) -> None:
        some = self.list.selected_count() > 0
        self._remove.setEnabled(some)
        self._remove.setToolTip(self.tr("The files stay where they are") if some else self.tr("Select files first"))
        self.selection_changed.emit(self.list.selected())

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        if self._dataset is not None:
            self.menu_wanted.emit(self._dataset.id, self.list.selected(), place)

    @Slot(list)
    def _on_paths(self, paths: list[str]) -> None:
        if self._dataset is not None:
            self.add_paths_wanted.emit(self._dataset.id, paths)

    # -- items and folders dragged over from Files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        payload = drags.payload_of(event.mimeData())
        if self._dataset is None or payload is None:
            event.ignore()
            return
        count = words.folders(len(payload.folders)) if payload.items is None else words.items(payload.items.count)
        hint = self.tr("Add {what} to “{dataset}”").format(what=payload.title or count, dataset=self._dataset.title)
        DropHint.of(self).say(hint)
        event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        DropHint.of(self).hide()

    def dropEvent(self, event: QDropEvent) -> None:
        DropHint.of(self).hide()
        payload = drags.payload_of(event.mimeData())
        if self._dataset is None or payload is None:
            return
        event.acceptProposedAction()
        if payload.items is not None:
            self.attach_items_wanted.emit(self._dataset.id, payload.items)
        else:
            self.attach_folders_wanted.emit(self._dataset.id, payload.folders)
