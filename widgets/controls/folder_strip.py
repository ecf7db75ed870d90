"""The sub-folders of the open folder, above its items."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from storage.model.items import Folder
from widgets import icons, theme, words
from widgets.controls.breadcrumb import Crumb
from widgets.controls.buttons import button
from widgets.item_models.folder_tree import icon_of

_MOST, _LISTED = 60, 200
_WIDE = 200


class FolderChip(Crumb):
    """Double click or Enter opens the folder; a click selects it."""

    opened = Signal(int)
    menu_wanted = Signal(int, QPoint)

    def __init__(self, folder: Folder, ancestors: Sequence[int], parent: QWidget) -> None:
        super().__init__(folder, folder.title, ancestors, parent)
        self.setProperty("quiet", False)
        self.setProperty("chip", True)
        self.setIcon(icons.icon(icon_of(folder), theme.subtle_text()))
        self.setIconSize(QSize(theme.ICON, theme.ICON))
        self.setCheckable(True)
        self.shorten(_WIDE - 56)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit(self.folder_id)

    def keyPressEvent(self, event: object) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.folder_id)
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(self.folder_id, event.globalPos())


class FolderStrip(QWidget):
    """At most two lines; where they have no room for all, the last chip counts the others and lists them."""

    opened = Signal(int)
    selected = Signal(object)  # folder id or None
    menu_wanted = Signal(int, QPoint)
    dropped = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: list[FolderChip] = []
        self._folders: list[Folder] = []
        self._shown = 0
        self.more = button("", parent=self)
        self.more.setToolTip(self.tr("The other folders"))
        self.more.clicked.connect(self._list_others)
        self.hide()

    @property
    def count(self) -> int:
        return len(self._folders)

    def show_folders(self, folders: Sequence[Folder], ancestors: Sequence[int]) -> None:
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._folders = list(folders)
        self._chips = [FolderChip(folder, ancestors, self) for folder in folders[:_MOST]]
        for chip in self._chips:
            chip.opened.connect(self.opened)
            chip.menu_wanted.connect(self._menu)
            chip.dropped.connect(self.dropped)
            chip.clicked.connect(self._select)
            chip.show()
        self.setVisible(bool(self._chips))
        self._arrange()

    def selected_id(self) -> int | None:
        return next((chip.folder_id for chip in self._chips if chip.isChecked()), None)

    def clear_selection(self) -> None:
        for chip in self._chips:
            chip.setChecked(False)

    def _select(self) -> None:
        self._choose(self.sender().folder_id)

    def _menu(self, folder_id: int, place: QPoint) -> None:
        """What the menu offers is done to the folder under the mouse, whichever was selected before."""
        self._choose(folder_id)
        self.menu_wanted.emit(folder_id, place)

    def _choose(self, folder_id: int) -> None:
        for chip in self._chips:
            chip.setChecked(chip.folder_id == folder_id)
        self.selected.emit(folder_id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        if not self._chips:
            self.setFixedHeight(0)
            return
        room = max(_WIDE, self.width() - 2 * theme.GROUP + theme.GAP)
        columns = max(1, room // (140 + theme.GAP))
        columns = min(columns, max(len(self._chips), room // (_WIDE + theme.GAP)))
        wide = min(_WIDE, room // columns - theme.GAP)
        lines = min(2, -(-len(self._chips) // columns))
        places = [
            QRect(theme.GROUP + column * (wide + theme.GAP), theme.GAP + line * (32 + theme.GAP), wide, 32)
            for line in range(lines)
            for column in range(columns)
        ]
        whole = len(self._folders) <= len(places)
        self._shown = len(self._folders) if whole else len(places) - 1
        for number, chip in enumerate(self._chips):
            chip.setVisible(number < self._shown)
            if number < self._shown:
                chip.setGeometry(places[number])
                chip.shorten(wide - 56)
        self.more.setVisible(not whole)
        self.more.setGeometry(places[-1])
        self.more.setText(self.tr("{0} more…").format(words.number(len(self._folders) - self._shown)))
        self.setFixedHeight(lines * (32 + theme.GAP) + theme.INSIDE)

    def _list_others(self) -> None:
        menu = QMenu(self)
        for folder in self._folders[self._shown :][:_LISTED]:
            title = words.name(folder.title).replace("&", "&&")
            menu.addAction(icons.icon(icon_of(folder), theme.subtle_text()), title, partial(self.opened.emit, folder.id))
        if len(self._folders) - self._shown > _LISTED:
            menu.addAction(self.tr("All of them are in the tree at the left")).setEnabled(False)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
