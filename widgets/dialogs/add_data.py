"""Add data: what, into which folder, copied or linked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from storage.model.items import MAX_TITLE
from storage.model.reads import Reads
from widgets import drags, icons, theme
from widgets.controls.buttons import button
from widgets.controls.labels import label
from widgets.dialogs.dialog import Dialog

_NEW = -1


@dataclass(frozen=True, slots=True)
class DataToAdd:
    """`new_folder`: make one of that name in `folder_id` (None: at the top) first."""

    paths: list[Path]
    folder_id: int | None
    new_folder: str
    link: bool


class DropZone(QWidget):
    """A place to drop files and folders on, and two buttons that choose them."""

    dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._over = False
        self.setAcceptDrops(True)
        self.setMinimumHeight(150)
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._icon.setPixmap(icons.pixmap("ph.upload-simple", 32, theme.subtle_text(), self.devicePixelRatioF()))
        say = label(self.tr("Drop pictures or folders here"))
        say.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.files = button(self.tr("Choose files…"))
        self.folder = button(self.tr("Choose a folder…"))
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.files)
        row.addWidget(self.folder)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setSpacing(theme.GAP)
        column.addStretch()
        column.addWidget(self._icon)
        column.addWidget(say)
        column.addLayout(row)
        column.addStretch()
        self.files.clicked.connect(self._choose_files)
        self.folder.clicked.connect(self._choose_folder)

    def _choose_files(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Choose files"))
        if paths:
            self.dropped.emit(paths)

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"))
        if path:
            self.dropped.emit([path])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._over = bool(drags.paths_of(event.mimeData()))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.setAccepted(self._over)
        self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._over = False
        self.update()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(drags.paths_of(event.mimeData()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.accent() if self._over else self.palette().color(self.palette().ColorRole.Dark), 1)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.selection() if self._over else self.palette().base())
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 8, 8)


class AddData(Dialog):
    @classmethod
    def ask(
        cls,
        parent: QWidget | None,
        reads: Reads,
        folder_id: int | None = None,
        *,
        link: bool = False,
        paths: Sequence[str] = (),
    ) -> DataToAdd | None:
        dialog = cls(parent, reads, folder_id, link=link, paths=paths)
        return dialog.answer() if dialog.run() else None

    def __init__(
        self,
        parent: QWidget | None,
        reads: Reads,
        folder_id: int | None = None,
        *,
        link: bool = False,
        paths: Sequence[str] = (),
    ) -> None:
        super().__init__("", "", parent, width=560)
        self.setWindowTitle(self.tr("Add data"))
        self.heading.setText(self.tr("Add data"))
        self._paths: list[str] = []
        self.folder = QComboBox()
        self.folder.setAccessibleName(self.tr("Folder"))
        self.folder.setMaxVisibleItems(16)
        self.new_folder = QLineEdit()
        self.new_folder.setMaxLength(MAX_TITLE)
        self.new_folder.setPlaceholderText(self.tr("Name of the new folder"))
        self.new_folder.setAccessibleName(self.tr("Name of the new folder"))
        self.zone = DropZone()
        self.list = QListWidget()
        self.list.setIconSize(QSize(theme.ICON, theme.ICON))
        self.list.setAccessibleName(self.tr("Chosen files and folders"))
        self.list.setMaximumHeight(120)
        self.list.hide()
        self.copy = QRadioButton(self.tr("Copy into the catalog"))
        self.link = QRadioButton(self.tr("Link in place"))
        (self.link if link else self.copy).setChecked(True)
        self._how = QButtonGroup(self)
        self._how.addButton(self.copy)
        self._how.addButton(self.link)
        self._offer_folders(reads, folder_id)
        self._lay_out()
        self.zone.dropped.connect(self.add)
        self.folder.currentIndexChanged.connect(self._check)
        self.new_folder.textChanged.connect(self._check)
        self.add(list(paths))

    def _offer_folders(self, reads: Reads, folder_id: int | None) -> None:
        folders = reads.find_folders("", 500)
        if folder_id is not None and all(each != folder_id for each, _ in folders):
            folders.insert(0, (folder_id, " / ".join(each.title for each in reads.folder_path(folder_id))))
        for each, path in folders:
            self.folder.addItem(icons.icon("ph.folder-simple", theme.subtle_text()), path, each)
        self.folder.addItem(icons.icon("ph.plus", theme.subtle_text()), self.tr("New folder…"), _NEW)
        wanted = self.folder.findData(folder_id) if folder_id is not None else self.folder.count() - 1
        self.folder.setCurrentIndex(wanted)

    def _lay_out(self) -> None:
        self.body.addWidget(label(self.tr("Into the folder"), "small"))
        self.body.addWidget(self.folder)
        self.body.addWidget(self.new_folder)
        upload = QWidget()
        column = QVBoxLayout(upload)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(theme.GAP)
        for each in (self.zone, self.list, self.copy, self.link):
            column.addWidget(each)
        self._how_note = label("", "small", wrap=True)
        column.addWidget(self._how_note)
        # Batches, audio, DICOM and private clouds get their tabs when they can be added.
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(upload, self.tr("Upload"))
        self.body.addWidget(tabs, 1)
        self.copy.toggled.connect(self._check)

    def add(self, paths: list[str]) -> None:
        """More files or folders; one that is there already is not added twice."""
        for path in paths:
            if path not in self._paths:
                self._paths.append(path)
                icon = "ph.folder-simple" if Path(path).is_dir() else "ph.file"
                item = QListWidgetItem(icons.icon(icon, theme.subtle_text()), Path(path).name or path)
                item.setToolTip(path)
                self.list.addItem(item)
        self.list.setVisible(bool(self._paths))
        if self._paths and not self.new_folder.text():
            first = Path(self._paths[0])
            self.new_folder.setText(first.name if first.is_dir() else first.parent.name)
        self._check()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus() and self.list.currentRow() >= 0:
            row = self.list.currentRow()
            self.list.takeItem(row)
            del self._paths[row]
            self.list.setVisible(bool(self._paths))
            self._check()
        else:
            super().keyPressEvent(event)

    def answer(self) -> DataToAdd:
        new = self.folder.currentData() == _NEW
        return DataToAdd(
            [Path(path) for path in self._paths],
            None if new else self.folder.currentData(),
            self.new_folder.text().strip() if new else "",
            self.link.isChecked(),
        )

    def _check(self) -> None:
        new = self.folder.currentData() == _NEW
        self.new_folder.setVisible(new)
        self._how_note.setText(
            self.tr("The catalog keeps its own copy; your files stay as they are.")
            if self.copy.isChecked()
            else self.tr("Nothing is copied. If a file is moved or changed later, its item says so and can be relinked.")
        )
        count = len(self._paths)
        self.ok.setText(self.tr("Add") if count < 2 else self.tr("Add {0}").format(count))
        self.ok.setEnabled(bool(count) and (not new or bool(self.new_folder.text().strip())))
