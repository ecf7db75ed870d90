"""A folder found by typing: the list of those that are called so, and a field that unfolds it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from storage.model.reads import Reads
from storage.model.titles import sort_key
from widgets import icons, theme, words
from widgets.controls.search_field import ListKeys, SearchField

_ID = Qt.ItemDataRole.UserRole
MOST = 50  # shown at once
NEW = -1  # in place of the id of a folder: one that is to be made


class FolderFinder(QWidget):
    """Folders are read as one types. Long paths lose their beginning: what tells them apart is at the end."""

    changed = Signal()  # another one is current, or none
    taken = Signal()  # Enter or a double click on the current one

    def __init__(
        self,
        reads: Reads,
        parent: QWidget | None = None,
        *,
        top: bool = False,
        new: bool = False,
        but: Callable[[int], bool] = lambda _id: False,
    ) -> None:
        """`top`, `new`: whether the top of Files and a folder to be made are among them; `but`: those that are not."""
        super().__init__(parent)
        self._reads, self._top, self._new, self._but = reads, top, new, but
        self.search = SearchField(self.tr("Type the name of a folder"), self)
        self.list = QListWidget(self)
        self.list.setIconSize(QSize(theme.ICON, theme.ICON))
        self.list.setAccessibleName(self.tr("Folders"))
        self.list.setMinimumHeight(9 * theme.ROW + 2)  # no row is cut in two
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        ListKeys(self.search, self.list)
        self.setFocusProxy(self.search)
        self.search.textChanged.connect(self.find)
        self.search.down_wanted.connect(self._take)
        self.list.itemDoubleClicked.connect(self._take)
        self.list.currentItemChanged.connect(self.changed)
        self.find()

    @property
    def text(self) -> str:
        return self.search.text().strip()

    def current(self) -> QListWidgetItem | None:
        item = self.list.currentItem()
        return item if item is not None and item.flags() != Qt.ItemFlag.NoItemFlags else None

    def current_id(self) -> int | None:
        """None: the top."""
        return self.list.currentItem().data(_ID)

    def find(self) -> None:
        self.list.clear()
        if self._top and not self.text:
            self._add(None, self.tr("Top of Files"), "ph.files")
        found = self._reads.find_folders(self.text, MOST + 1)
        more, found = len(found) > MOST, found[:MOST]
        if not self.text:  # nothing fits better than another: as the tree has them
            found.sort(key=lambda each: sort_key(each[1]))
        for folder_id, path in found:
            if not self._but(folder_id):
                self._add(folder_id, words.name(path), "ph.folder-simple")
        if more:
            self.list.addItem(self.tr("There are more: type a part of the name"))
            self.list.item(self.list.count() - 1).setFlags(Qt.ItemFlag.NoItemFlags)
        if self._new:
            made = self.tr("New folder “{0}”…").format(self.text) if self.text else self.tr("New folder…")
            self._add(NEW, made, "ph.plus")
        self.list.setCurrentRow(0)
        self.changed.emit()

    def _add(self, folder_id: int | None, path: str, icon: str) -> None:
        item = QListWidgetItem(icons.icon(icon, theme.subtle_text()), path)
        item.setData(_ID, folder_id)
        item.setToolTip(path)
        self.list.addItem(item)

    def _take(self) -> None:
        if self.current() is not None:
            self.taken.emit()


class FolderField(QPushButton):
    """The folder that is chosen; a press, Down or a letter unfolds the list. The path is cut at its beginning."""

    chosen = Signal()

    def __init__(self, reads: Reads, folder_id: int | None, parent: QWidget | None = None) -> None:
        """`folder_id` None: one that is to be made."""
        super().__init__(parent)
        self._reads = reads
        self.setAutoDefault(False)
        self.setIconSize(QSize(theme.ICON, theme.ICON))
        self._popup = QFrame(self, Qt.WindowType.Popup)
        self._popup.setFrameShape(QFrame.Shape.StyledPanel)
        self.finder = FolderFinder(reads, self._popup, new=True)
        self.finder.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self._popup)
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        column.addWidget(self.finder)
        self.finder.taken.connect(self._take)
        self.finder.list.itemClicked.connect(self._clicked)
        self.clicked.connect(self.unfold)
        self.name_wanted = ""  # of the folder to be made, where it was typed already
        self.folder_id: int | None = None
        self._show(folder_id)

    def unfold(self, text: str | bool = "") -> None:
        self.finder.search.setText(text if isinstance(text, str) else "")
        self.finder.find()
        self._popup.resize(max(self.width(), 320), self._popup.sizeHint().height())
        place = self.mapToGlobal(QPoint(0, self.height() + 2))
        if place.y() + self._popup.height() > self.screen().availableGeometry().bottom():
            place = self.mapToGlobal(QPoint(0, -self._popup.height() - 2))
        self._popup.move(place)
        self._popup.show()
        self.finder.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _clicked(self, item: QListWidgetItem) -> None:
        if item is self.finder.current():  # a click on a row that cannot be chosen is told, too
            self._take()

    def _take(self) -> None:
        self._popup.hide()
        wanted = self.finder.current_id()
        self.name_wanted = self.finder.text if wanted == NEW else ""
        self._show(None if wanted == NEW else wanted)
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.chosen.emit()

    def _show(self, folder_id: int | None) -> None:
        self.folder_id = folder_id
        path = [] if folder_id is None else [each.title for each in self._reads.folder_path(folder_id)]
        self.path = words.name(" / ".join(path)) if path else self.tr("New folder…")
        self.setIcon(icons.icon("ph.folder-simple" if path else "ph.plus", theme.subtle_text()))
        self.setAccessibleName(self.tr("Folder: {0}").format(self.path))
        self.setToolTip(self.path if path else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, super().minimumSizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text() if event.text().isprintable() and event.text().strip() else ""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_F4):
            self.unfold()
        elif typed and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            self.unfold(typed)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Like a button, but with its words to the left and an arrow to the right, as a field that unfolds has it."""
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text, option.icon = "", QIcon()
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        room = self.rect().adjusted(10, 0, -10, 0)
        mark = room.adjusted(room.width() - theme.ICON, 0, 0, 0)
        self.icon().paint(painter, room.adjusted(0, 0, theme.ICON - room.width(), 0))
        icons.paint(painter, mark, "ph.caret-down", theme.subtle_text())
        room = room.adjusted(theme.ICON + theme.GAP, 0, -theme.ICON - theme.GAP, 0)
        painter.setPen(option.palette.buttonText().color())
        shown = self.fontMetrics().elidedText(self.path, Qt.TextElideMode.ElideLeft, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
