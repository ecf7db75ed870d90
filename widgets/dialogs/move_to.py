"""Move to another folder: type to find it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from storage.model.reads import Reads
from widgets import icons, theme, words
from widgets.controls.search_field import SearchField
from widgets.dialogs.dialog import Dialog, ListKeys

_ID = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class MoveTarget:
    folder_id: int | None  # None: the top (folders only)


class MoveTo(Dialog):
    @classmethod
    def ask(
        cls, parent: QWidget | None, reads: Reads, *, folders: frozenset[int] = frozenset(), items: int = 0
    ) -> MoveTarget | None:
        """`folders` are those being moved, which cannot hold themselves; `items`: how many are."""
        dialog = cls(parent, reads, folders=folders, items=items)
        return dialog.answer() if dialog.run() else None

    def __init__(self, parent: QWidget | None, reads: Reads, *, folders: frozenset[int] = frozenset(), items: int = 0) -> None:
        super().__init__("", "", parent, width=480)
        self._reads = reads
        # Items cannot lie at the top.
        self._top_allowed = bool(folders) and not items
        self._moving = folders
        what = words.items(items) if items else words.folders(len(folders))
        title = self.tr("Move {0} to another folder").format(what)
        self.setWindowTitle(title)
        self.heading.setText(title)
        self.ok.setText(self.tr("Move"))
        self.search = SearchField(self.tr("Type the name of a folder"))
        self.list = QListWidget()
        self.list.setIconSize(QSize(theme.ICON, theme.ICON))
        self.list.setAccessibleName(self.tr("Folders"))
        self.list.setMinimumHeight(260)
        self.list.setUniformItemSizes(True)
        self.body.addWidget(self.search)
        self.body.addWidget(self.list, 1)
        ListKeys(self.search, self.list)
        self.search.textChanged.connect(self._fill)
        self.list.itemDoubleClicked.connect(self.accept)
        self.list.currentItemChanged.connect(self._check)
        self.search.down_wanted.connect(self._enter)
        self._fill()
        self.search.setFocus()

    def answer(self) -> MoveTarget | None:
        item = self.list.currentItem()
        return MoveTarget(item.data(_ID)) if item is not None else None

    def _fill(self) -> None:
        self.list.clear()
        text = self.search.text().strip()
        if self._top_allowed and not text:
            self._add(None, self.tr("Top of Files"), "ph.files")
        for folder_id, path in self._reads.find_folders(text):
            if not self._is_moving(folder_id):
                self._add(folder_id, path, "ph.folder-simple")
        self.list.setCurrentRow(0)
        self._check()
        nothing = not self.list.count()
        self.say_problem(self.tr("No folder is called “{0}”.").format(text) if nothing and text else "")

    def _is_moving(self, folder_id: int) -> bool:
        """The folders themselves and all below them."""
        return bool(self._moving) and any(each.id in self._moving for each in self._reads.folder_path(folder_id))

    def _add(self, folder_id: int | None, path: str, icon: str) -> None:
        item = QListWidgetItem(icons.icon(icon, theme.subtle_text()), path)
        item.setData(_ID, folder_id)
        item.setToolTip(path)
        self.list.addItem(item)

    def _enter(self) -> None:
        if self.ok.isEnabled():
            self.accept()

    def _check(self) -> None:
        self.ok.setEnabled(self.list.currentItem() is not None)
