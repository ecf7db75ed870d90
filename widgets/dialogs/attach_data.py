"""Attach files to a dataset: tick whole folders, or enter one by double click and select files in it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QListWidget, QListWidgetItem, QSplitter, QStackedWidget, QWidget

from storage.model.items import FolderKind
from storage.model.query import ItemQuery, ItemSelection
from storage.model.reads import Reads
from widgets import theme, words
from widgets.controls.buttons import icon_button
from widgets.controls.labels import ElidedLabel, label
from widgets.controls.search_field import SearchField
from widgets.controls.states import StatePanel
from widgets.dialogs.dialog import Dialog
from widgets.icons import icon
from widgets.item_models.file_rows import FileRows
from widgets.item_models.selections import selected_items
from widgets.views.file_table import FileTable
from widgets.work import Work

_ID = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class AttachData:
    """Folders as a whole (`recursive`: with their sub-folders), and selections of single files."""

    folders: frozenset[int]
    recursive: bool
    items: tuple[ItemSelection, ...]


class AttachDataDialog(Dialog):
    @classmethod
    def ask(cls, parent: QWidget | None, reads: Reads, work: Work, dataset: str) -> AttachData | None:
        """`dataset` is its title."""
        dialog = cls(parent, reads, work, dataset)
        return dialog.answer() if dialog.run() else None

    def __init__(self, parent: QWidget | None, reads: Reads, work: Work, dataset: str) -> None:
        super().__init__("", "", parent, width=760)
        self._reads = reads
        self._at: int | None = None
        self._ticked: set[int] = set()
        self._picked: dict[int, ItemSelection] = {}
        title = self.tr("Attach data to “{title}”").format(title=dataset)
        self.setWindowTitle(title)
        self.heading.setText(title)
        self.text.setText(self.tr("Tick folders to attach all they hold. Double-click a folder to choose single files in it."))
        self.text.show()
        self.ok.setText(self.tr("Attach data"))
        self.up = icon_button("ph.arrow-up", self.tr("Up"), tip=self.tr("Up (Backspace)"))
        self.path = ElidedLabel()
        self.search = SearchField(self.tr("Find a folder"))
        self.folders = QListWidget()
        self.folders.setAccessibleName(self.tr("Folders"))
        self.folders.setIconSize(QSize(theme.ICON, theme.ICON))
        self.rows = FileRows(reads, work, self)
        self.files = FileTable()
        self.files.setModel(self.rows)
        self.files.setSelectionModel(QItemSelectionModel(self.rows, self))
        self.files.setDragEnabled(False)
        self.nothing = StatePanel("ph.files", "")
        self.right = QStackedWidget()
        self.right.addWidget(self.files)
        self.right.addWidget(self.nothing)
        self.deep = QCheckBox(self.tr("With sub-folders"))
        self.deep.setChecked(True)
        self.summary = label("", "quiet")
        self._lay_out()
        self._connect()
        self.enter(None)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        head.addWidget(self.up)
        head.addWidget(self.path, 1)
        self.search.setMaximumWidth(240)
        head.addWidget(self.search)
        parts = QSplitter()
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.folders)
        parts.addWidget(self.right)
        parts.setSizes([260, 460])
        parts.setStretchFactor(1, 1)
        parts.setMinimumHeight(300)
        self.body.addLayout(head)
        self.body.addWidget(parts, 1)
        self.buttons.insertWidget(0, self.deep)
        self.buttons.insertWidget(1, self.summary)

    def _connect(self) -> None:
        self.up.clicked.connect(self._go_up)
        self.up.setShortcut("Backspace")
        self.search.textChanged.connect(self._list_folders)
        self.folders.itemChanged.connect(self._tick)
        self.folders.itemActivated.connect(self._enter_entry)
        self.files.selectionModel().selectionChanged.connect(self._pick)
        self.rows.shown.connect(self._rows_shown)

    # -- where one is

    def enter(self, folder_id: int | None) -> None:
        """Show a folder's sub-folders and files; None is the top, which holds no files."""
        self._at = None  # what is deselected by the change of rows is not un-picked
        self.search.clear()
        self.files.selectionModel().clear()
        self._at = folder_id
        self._list_folders()
        self.up.setEnabled(folder_id is not None)
        if folder_id is None:
            self.path.setText(self.tr("Files"))
            self.rows.clear()
            self._say_nothing(self.tr("No folder is open"), self.tr("Double-click one to choose among its files."))
        else:
            self.path.setText(" / ".join(f.title for f in self._reads.folder_path(folder_id)))
            self.right.setCurrentWidget(self.files)
            self.rows.show_query(ItemQuery(folder_id=folder_id))
        self._sum_up()

    @Slot()
    def _list_folders(self) -> None:
        text = self.search.text().strip()
        if text:
            found = [(folder_id, path) for folder_id, path in self._reads.find_folders(text)]
        else:
            below = self._reads.child_folders(self._at)
            found = [(f.id, f.title) for f in below if f.kind is not FolderKind.MEMBERS]
        self.folders.blockSignals(True)
        self.folders.clear()
        for folder_id, title in found:
            entry = QListWidgetItem(icon("ph.folder-simple", theme.subtle_text()), title)
            entry.setData(_ID, folder_id)
            entry.setToolTip(title)
            entry.setFlags(entry.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            entry.setCheckState(Qt.CheckState.Checked if folder_id in self._ticked else Qt.CheckState.Unchecked)
            self.folders.addItem(entry)
        self.folders.blockSignals(False)

    @Slot(QListWidgetItem)
    def _enter_entry(self, entry: QListWidgetItem) -> None:
        self.enter(entry.data(_ID))

    @Slot()
    def _go_up(self) -> None:
        if self._at is not None:
            self.enter(self._reads.folder(self._at).parent_id)

    @Slot()
    def _rows_shown(self) -> None:
        if self._at is not None and not self.rows.rowCount():
            self._say_nothing(
                self.tr("No files in this folder"), self.tr("Its sub-folders are at the left.") if self.folders.count() else ""
            )

    def _say_nothing(self, title: str, text: str) -> None:
        self.nothing.say(title, text)
        self.right.setCurrentWidget(self.nothing)

    # -- what is chosen

    @Slot(QListWidgetItem)
    def _tick(self, entry: QListWidgetItem) -> None:
        if entry.checkState() == Qt.CheckState.Checked:
            self._ticked.add(entry.data(_ID))
        else:
            self._ticked.discard(entry.data(_ID))
        self._sum_up()

    @Slot()
    def _pick(self) -> None:
        if self._at is None:
            return
        chosen = selected_items(self.rows, self.files.selectionModel().selection())
        if chosen.count:
            self._picked[self._at] = chosen
        else:
            self._picked.pop(self._at, None)
        self._sum_up()

    def _sum_up(self) -> None:
        files = sum(s.count for s in self._picked.values())
        parts = []
        if self._ticked:
            parts.append(words.folders(len(self._ticked)))
        if files:
            parts.append(words.items(files))
        self.summary.setText(", ".join(parts))
        self.deep.setVisible(bool(self._ticked))
        self.ok.setEnabled(bool(parts))

    def answer(self) -> AttachData:
        return AttachData(frozenset(self._ticked), self.deep.isChecked(), tuple(self._picked.values()))
