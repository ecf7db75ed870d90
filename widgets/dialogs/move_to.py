"""Move to another folder: type to find it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from storage.model.reads import Reads
from widgets import words
from widgets.controls.folder_finder import FolderFinder
from widgets.dialogs.dialog import Dialog


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
        self._moving = folders
        what = words.items(items) if items else words.folders(len(folders))
        title = self.tr("Move {0} to another folder").format(what)
        self.setWindowTitle(title)
        self.heading.setText(title)
        self.ok.setText(self.tr("Move"))
        # Items cannot lie at the top.
        self.finder = FolderFinder(reads, self, top=bool(folders) and not items, but=self._is_moving)
        self.body.addWidget(self.finder, 1)
        self.finder.taken.connect(self.accept)
        self.finder.changed.connect(self._check)
        self._check()
        self.finder.setFocus()

    def answer(self) -> MoveTarget | None:
        return MoveTarget(self.finder.current_id()) if self.finder.current() is not None else None

    def _is_moving(self, folder_id: int) -> bool:
        """The folders themselves and all below them."""
        return bool(self._moving) and any(each.id in self._moving for each in self._reads.folder_path(folder_id))

    def _check(self) -> None:
        found = self.finder.current() is not None
        self.ok.setEnabled(found)
        text = self.finder.text
        self.say_problem(self.tr("No folder is called “{0}”.").format(text) if text and not found else "")
