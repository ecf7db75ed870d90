"""The sub-folders of the open folder, above its items."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from storage.model.items import Folder
from widgets import icons, theme
from widgets.controls.breadcrumb import Crumb
from widgets.item_models.folder_tree import icon_of

_MOST = 60
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
    """At most two lines; the rest is in the tree."""

    opened = Signal(int)
    selected = Signal(object)  # folder id or None
    menu_wanted = Signal(int, QPoint)
    dropped = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: list[FolderChip] = []
        self.hide()

    def show_folders(self, folders: Sequence[Folder], ancestors: Sequence[int]) -> None:
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
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
        room = max(_WIDE, self.width() - 2 * theme.GAP)
        columns = max(1, room // (140 + theme.GAP))
        columns = min(columns, max(len(self._chips), room // (_WIDE + theme.GAP)))
        wide = min(_WIDE, room // columns - theme.GAP)
        lines = min(2, -(-len(self._chips) // columns))
        for number, chip in enumerate(self._chips):
            line, column = divmod(number, columns)
            chip.setVisible(line < lines)
            left, top = theme.GAP + column * (wide + theme.GAP), theme.GAP + line * (32 + theme.GAP)
            chip.setGeometry(QRect(left, top, wide, 32))
            chip.shorten(wide - 56)
        self.setFixedHeight(lines * (32 + theme.GAP) + theme.INSIDE)
