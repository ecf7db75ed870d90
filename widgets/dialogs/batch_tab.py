"""Pictures that are to become one image group or one image sequence: which, in which order, under which title."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from storage.media.images import EXTENSIONS
from storage.model.items import ADVISED_SEQUENCE, MAX_SEQUENCE, MAX_TITLE, SEQUENCE_FPS
from widgets import theme, words
from widgets.controls.buttons import button, icon_button
from widgets.controls.drop_zone import DropZone
from widgets.controls.labels import label
from widgets.item_models.path_rows import PathRows
from widgets.latest import Latest
from widgets.work import Work

_PICTURES = frozenset(e for each in EXTENSIONS.values() for e in each)
_MOST = 200_000  # files of a folder that are looked at


class BatchTab(QWidget):
    changed = Signal()

    def __init__(self, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._latest = Latest(work, self)
        self.group = QRadioButton(self.tr("Image group"))
        self.sequence = QRadioButton(self.tr("Image sequence"))
        self.group.setChecked(True)
        self._as = QButtonGroup(self)
        self._as.addButton(self.group)
        self._as.addButton(self.sequence)
        self.title = QLineEdit()
        self.title.setMaxLength(MAX_TITLE)
        self.title.setPlaceholderText(self.tr("Title"))
        self.title.setAccessibleName(self.tr("Title of the group or sequence"))
        pattern = " ".join(f"*{e}" for e in sorted(_PICTURES))
        self.zone = DropZone(self.tr("Drop pictures or folders here"), filter=self.tr("Pictures") + f" ({pattern})")
        self.zone.setMinimumHeight(112)
        self.rows = PathRows(self)
        self.list = PathList(self.rows)
        self.sort = button(self.tr("Sort by name"), "ph.sort-ascending", quiet=True)
        self.up = icon_button("ph.arrow-up", self.tr("Move up"))
        self.down = icon_button("ph.arrow-down", self.tr("Move down"))
        self.remove = icon_button("ph.trash", self.tr("Remove from the list"))
        self.count = label("", "small")
        self.note = label("", "small", wrap=True)
        self.advice = label("", "small", wrap=True)
        self._lay_out()
        self._connect()
        self._check()

    def _lay_out(self) -> None:
        choice = QHBoxLayout()
        choice.setSpacing(theme.GROUP)
        choice.addWidget(self.group)
        choice.addWidget(self.sequence)
        choice.addStretch()
        self._bar = QWidget()
        bar = QHBoxLayout(self._bar)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addWidget(self.count, 1)
        for each in (self.sort, self.up, self.down, self.remove):
            bar.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(choice)
        for each in (self.note, self.title, self.zone, self.list, self._bar, self.advice):
            column.addWidget(each, 1 if each is self.list else 0)

    def _connect(self) -> None:
        self.zone.dropped.connect(self.add)
        self.rows.changed.connect(self._check)
        self.title.textChanged.connect(self.changed)
        self.group.toggled.connect(self._check)
        self.sort.clicked.connect(self.rows.sort_by_name)
        self.up.clicked.connect(lambda: self.list.shift(-1))
        self.down.clicked.connect(lambda: self.list.shift(1))
        self.remove.clicked.connect(self.list.remove_selected)

    @Slot(list)
    def add(self, paths: list[str]) -> None:
        """Pictures, and those in folders at any depth; folders are read behind the window."""
        if not any(os.path.isdir(path) for path in paths):  # noqa: PTH112 - a name of any bytes
            self._take(paths)
            return
        self.count.setText(self.tr("Looking into folders…"))
        self._bar.show()
        self._latest.ask(lambda: pictures_in(paths), self._take)

    def _take(self, paths: list[str]) -> None:
        self.rows.add(paths)
        if paths and not self.title.text():
            self.title.setText(Path(paths[0]).parent.name[:MAX_TITLE])
        self._check()

    @property
    def as_(self) -> str:
        return "image-group" if self.group.isChecked() else "image-sequence"

    def ready(self) -> bool:
        return bool(self.rows.rowCount()) and bool(self.title.text().strip()) and not self._too_many()

    def _too_many(self) -> bool:
        return self.sequence.isChecked() and self.rows.rowCount() > MAX_SEQUENCE

    @Slot()
    def _check(self) -> None:
        count = self.rows.rowCount()
        self.list.setVisible(bool(count))
        self._bar.setVisible(bool(count))
        self.count.setText(self.tr("1 picture") if count == 1 else self.tr("{0} pictures").format(words.number(count)))
        self.note.setText(
            self.tr("Each picture keeps its size and is labelled by itself; the group is one task.")
            if self.group.isChecked()
            else self.tr(
                "Plays like a video at {0} frames a second, and is labelled like one. Pictures of other sizes than the first are"
                " scaled to fit it, with black beside. At most {1} pictures."
            ).format(SEQUENCE_FPS, words.number(MAX_SEQUENCE))
        )
        self._advise(count)
        self.changed.emit()

    def _advise(self, count: int) -> None:
        text, color = (
            self.tr(
                "A folder of the same name is made for the pictures. What is put there later does not enter the group, and the"
                " pictures cannot be deleted before it."
            ),
            theme.subtle_text(),
        )
        if self._too_many():
            text, color = (
                self.tr("These are {0} too many for a sequence: take some out, or make a group.").format(
                    words.number(count - MAX_SEQUENCE)
                ),
                theme.danger(),
            )
        elif self.sequence.isChecked() and count > ADVISED_SEQUENCE:
            text, color = (
                self.tr("So many pictures take long to encode; {0} or fewer are advised.").format(
                    words.number(ADVISED_SEQUENCE)
                ),
                theme.warning(),
            )
        self.advice.setText(text)
        self.advice.setStyleSheet(f"color: {color.name()};")


class PathList(QListView):
    """The pictures in their order: dragged, or moved with Ctrl+Up and Ctrl+Down; Delete takes some out."""

    def __init__(self, rows: PathRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setModel(rows)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDragDropOverwriteMode(False)
        self.setMinimumHeight(120)
        self.setAccessibleName(self.tr("Pictures in order"))
        rows.moved.connect(self._select)

    def shift(self, by: int) -> None:
        """The selected rows one place up or down."""
        places = self._places()
        if not places:
            return
        before = places[0] - 1 if by < 0 else places[-1] + 2
        if 0 <= before <= self._rows.rowCount():
            self._rows.move(places, before)

    def remove_selected(self) -> None:
        places = self._places()
        self._rows.remove(places)
        if places and self._rows.rowCount():
            self.setCurrentIndex(self._rows.index(min(places[0], self._rows.rowCount() - 1)))

    def _places(self) -> list[int]:
        ranges = self.selectionModel().selection()
        return sorted(place for each in ranges for place in range(each.top(), each.bottom() + 1))

    @Slot(list)
    def _select(self, places: list[int]) -> None:
        from PySide6.QtCore import QItemSelection, QItemSelectionModel

        if places:
            first, last = self._rows.index(places[0]), self._rows.index(places[-1])
            self.selectionModel().select(QItemSelection(first, last), QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(first)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Delete:
            self.remove_selected()
        elif ctrl and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.shift(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)


def pictures_in(paths: list[str]) -> list[str]:
    """Files as they are, folders as the pictures in them, by extension; hidden files are left out."""
    found: list[str] = []
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112
            found.append(path)
            continue
        for folder, inner, names in os.walk(path):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            good = (n for n in names if not n.startswith(".") and os.path.splitext(n)[1].lower() in _PICTURES)  # noqa: PTH122
            found.extend(os.path.join(folder, name) for name in good)  # noqa: PTH118
            if len(found) > _MOST:
                return found
    return found
