"""The left side of Files: all files, the folder tree, the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from storage.model.query import ItemSelection
from widgets import drags, theme, words
from widgets.controls.buttons import PlaceButton, icon_button, line
from widgets.controls.drop_hint import DropHint
from widgets.controls.labels import label
from widgets.item_models.folder_tree import FolderTree
from widgets.only_read import writes
from widgets.views.folder_tree_view import FolderTreeView
from widgets.work import Work

if TYPE_CHECKING:
    from storage.model.reads import Reads


class TrashButton(PlaceButton):
    dropped = Signal(frozenset, ItemSelection)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "ph.trash", parent)
        self.setText(self.tr("Trash"))
        self.setAcceptDrops(True)

    def _payload(self, mime: QMimeData) -> drags.Payload | None:
        return drags.payload_of(mime)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        payload = self._payload(event.mimeData())
        if payload is None:
            event.ignore()
            return
        super().dragEnterEvent(event)
        what = payload.title or (
            words.folders(len(payload.folders)) if payload.items is None else words.items(payload.items.count)
        )
        DropHint.of(self).say(self.tr("Move {0} to the trash").format(what))
        event.accept()

    def dragLeaveEvent(self, event: object) -> None:
        DropHint.of(self).hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        DropHint.of(self).hide()
        super().dropEvent(event)
        payload = self._payload(event.mimeData())
        if payload is not None:
            event.accept()
            self.dropped.emit(payload.folders, payload.items or ItemSelection())


class FilesSidebar(QWidget):
    all_chosen = Signal()
    folder_chosen = Signal(int)
    trash_chosen = Signal()
    new_folder_wanted = Signal()
    trash_dropped = Signal(frozenset, ItemSelection)
    menu_wanted = Signal(frozenset, QPoint)

    def __init__(self, reads: Reads, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = FolderTreeView(FolderTree(reads, work, self), self)
        self.all_files = PlaceButton(self.tr("All files"), "ph.files")
        self.trash = TrashButton()
        self._new = icon_button("ph.plus", self.tr("New folder"), tip=self.tr("New folder (Ctrl+Shift+N)"))
        writes(self._new, self.tree)
        self._lay_out()
        self.all_files.clicked.connect(self._choose_all)
        self.trash.clicked.connect(self._choose_trash)
        self.trash.dropped.connect(self.trash_dropped)
        self._new.clicked.connect(self.new_folder_wanted)
        self.tree.chosen.connect(self._choose)
        self.tree.menu_wanted.connect(self.menu_wanted)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(theme.GROUP - 2, theme.INSIDE, theme.GAP, theme.INSIDE)
        title = label(self.tr("Folders"), "small")
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self._new)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GAP - 2, 0, theme.INSIDE)
        column.setSpacing(0)
        column.addWidget(self.all_files)
        column.addLayout(head)
        column.addWidget(self.tree, 1)
        column.addWidget(line())
        column.addSpacing(theme.INSIDE)
        column.addWidget(self.trash)
        self.setMinimumWidth(160)
        self.setObjectName("files-sidebar")
        self.tree.setProperty("bare", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def show_place(self, kind: str, folder_id: int | None) -> None:
        """Mark where one is, without choosing it again."""
        self.all_files.setChecked(kind == "all")
        self.trash.setChecked(kind == "trash")
        was = self.tree.blockSignals(True)
        self.tree.choose(folder_id if kind == "folder" else None)
        self.tree.blockSignals(was)

    def refresh(self) -> None:
        """Folders changed. When the chosen one is gone Qt chooses its neighbour: that is not what a person wanted."""
        was = self.tree.blockSignals(True)
        self.tree.tree().refresh()
        self.tree.blockSignals(was)

    def _choose(self, folder_id: int | None) -> None:
        if folder_id is not None:
            self.folder_chosen.emit(folder_id)

    def _choose_all(self) -> None:
        self.all_files.setChecked(True)
        self.all_chosen.emit()

    def _choose_trash(self) -> None:
        self.trash.setChecked(True)
        self.trash_chosen.emit()
