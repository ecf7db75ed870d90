"""Add data: what, into which folder, copied or linked; by itself or several pictures as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from storage.media.kinds import AUDIO_EXTENSIONS
from storage.model.items import MAX_TITLE, Kind
from storage.model.reads import Reads
from widgets import icons, theme
from widgets.controls.drop_zone import DropZone
from widgets.controls.folder_finder import FolderField
from widgets.controls.labels import label
from widgets.dialogs.batch_tab import BatchTab
from widgets.dialogs.dialog import Dialog
from widgets.work import Work


@dataclass(frozen=True, slots=True)
class DataToAdd:
    """`new_folder`: make one of that name in `folder_id` (None: at the top) first.

    `batch`: "image-group" or "image-sequence": all pictures, in this order, become one item called `title`.
    `only`: files of other kinds are to be refused.
    """

    paths: list[Path]
    folder_id: int | None
    new_folder: str
    link: bool
    batch: str = ""
    title: str = ""
    only: Kind | None = None


class FilesTab(QWidget):
    """Files and folders as they come."""

    changed = Signal()

    def __init__(self, zone: DropZone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.paths: list[str] = []
        self.zone = zone
        self.list = QListWidget()
        self.list.setIconSize(QSize(theme.ICON, theme.ICON))
        self.list.setAccessibleName(self.tr("Chosen files and folders"))
        self.list.setMaximumHeight(120)
        self.list.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.zone, 1)
        column.addWidget(self.list)
        zone.dropped.connect(self.add)

    def add(self, paths: list[str]) -> None:
        """More files or folders; one that is there already is not added twice."""
        for path in paths:
            if path not in self.paths:
                self.paths.append(path)
                icon = "ph.folder-simple" if Path(path).is_dir() else "ph.file"
                item = QListWidgetItem(icons.icon(icon, theme.subtle_text()), Path(path).name or path)
                item.setToolTip(path)
                self.list.addItem(item)
        self.list.setVisible(bool(self.paths))
        self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.list.currentRow()
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus() and row >= 0:
            self.list.takeItem(row)
            del self.paths[row]
            self.list.setVisible(bool(self.paths))
            self.changed.emit()
        else:
            super().keyPressEvent(event)


class AddData(Dialog):
    @classmethod
    def ask(
        cls,
        parent: QWidget | None,
        reads: Reads,
        work: Work,
        folder_id: int | None = None,
        *,
        link: bool = False,
        paths: Sequence[str] = (),
    ) -> DataToAdd | None:
        dialog = cls(parent, reads, work, folder_id, link=link, paths=paths)
        return dialog.answer() if dialog.run() else None

    def __init__(
        self,
        parent: QWidget | None,
        reads: Reads,
        work: Work,
        folder_id: int | None = None,
        *,
        link: bool = False,
        paths: Sequence[str] = (),
    ) -> None:
        super().__init__("", "", parent, width=600)
        self.setWindowTitle(self.tr("Add data"))
        self.heading.setText(self.tr("Add data"))
        self.folder = FolderField(reads, folder_id, self)
        self.new_folder = QLineEdit()
        self.new_folder.setMaxLength(MAX_TITLE)
        self.new_folder.setPlaceholderText(self.tr("Name of the new folder"))
        self.new_folder.setAccessibleName(self.tr("Name of the new folder"))
        self.upload = FilesTab(
            DropZone(
                self.tr("Drop files or folders here"),
                self.tr("Pictures, videos, audio, DICOM, NIfTI, PDF and text (txt, html, md, csv, json, xml)"),
            )
        )
        self.batch = BatchTab(work)
        sounds = " ".join(f"*{e}" for e in AUDIO_EXTENSIONS)
        self.audio = FilesTab(
            DropZone(
                self.tr("Drop audio files or folders here"),
                self.tr("WAV, MP3, FLAC, OGG, M4A, AAC, AIFF and others"),
                self.tr("Audio") + f" ({sounds})",
            )
        )
        self.copy = QRadioButton(self.tr("Copy into the catalog"))
        self.link = QRadioButton(self.tr("Link in place"))
        (self.link if link else self.copy).setChecked(True)
        self._how = QButtonGroup(self)
        self._how.addButton(self.copy)
        self._how.addButton(self.link)
        self._how_note = label("", "small", wrap=True)
        self.tabs = QTabWidget()
        self._lay_out()
        for tab in (self.upload, self.audio, self.batch):
            tab.changed.connect(self._check)
        for signal in (
            self.new_folder.textChanged,
            self.tabs.currentChanged,
            self.copy.toggled,
        ):
            signal.connect(self._check)
        self.folder.chosen.connect(self._take_folder)
        self.add(list(paths))

    def _take_folder(self) -> None:
        if self.folder.name_wanted:
            self.new_folder.setText(self.folder.name_wanted)
        self._check()
        if self.folder.folder_id is None:
            self.new_folder.setFocus()

    def _lay_out(self) -> None:
        self.body.addWidget(label(self.tr("Into the folder"), "small"))
        self.body.addWidget(self.folder)
        self.body.addWidget(self.new_folder)
        # Private clouds get their tab when they can be added.
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.upload, self.tr("Upload"))
        self.tabs.addTab(self.batch, self.tr("Batch images as"))
        self.tabs.addTab(self.audio, self.tr("Audio"))
        self.body.addWidget(self.tabs, 1)
        for each in (self.copy, self.link, self._how_note):
            self.body.addWidget(each)

    def add(self, paths: list[str]) -> None:
        """Into the tab that is shown."""
        self._tab.add(paths)
        self._check()

    @property
    def _tab(self) -> FilesTab | BatchTab:
        return self.tabs.currentWidget()

    def answer(self) -> DataToAdd:
        folder, link = self.folder.folder_id, self.link.isChecked()
        made = self.new_folder.text().strip() if folder is None else ""
        if self._tab is self.batch:
            paths = [Path(path) for path in self.batch.rows.paths]
            return DataToAdd(paths, folder, made, link, self.batch.as_, self.batch.title.text().strip())
        only = Kind.AUDIO if self._tab is self.audio else None
        return DataToAdd([Path(path) for path in self._tab.paths], folder, made, link, only=only)

    def _check(self) -> None:
        new = self.folder.folder_id is None
        self.new_folder.setVisible(new)
        self._how_note.setText(
            self.tr("The catalog keeps its own copy; your files stay as they are.")
            if self.copy.isChecked()
            else self.tr("Nothing is copied. If a file is moved or changed later, its item says so and can be relinked.")
        )
        paths = self._chosen()
        if paths and not self.new_folder.text():
            first = Path(paths[0])
            self.new_folder.setText(first.name if first.is_dir() else first.parent.name)
        ready = self.batch.ready() if self._tab is self.batch else bool(paths)
        self.ok.setText(self._verb(len(paths)))
        self.ok.setEnabled(ready and (not new or bool(self.new_folder.text().strip())))

    def _chosen(self) -> list[str]:
        return self.batch.rows.paths if self._tab is self.batch else self._tab.paths

    def _verb(self, count: int) -> str:
        if self._tab is self.batch:
            return self.tr("Make the image group") if self.batch.group.isChecked() else self.tr("Make the image sequence")
        return self.tr("Add") if count < 2 else self.tr("Add {0}").format(count)
