"""How labels are read into a project: shared by the project's tab and the dialog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from storage.model.label_formats import DICOM_FORMATS, VOLUME_FORMATS
from widgets import theme, words
from widgets.controls.buttons import icon_button
from widgets.controls.label_format import LabelFormat
from widgets.controls.labels import ElidedLabel, label


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`dry_run` only tells what would match."""

    format: str
    dry_run: bool = False
    files: tuple[Path, ...] = ()  # chosen already: DICOM files of labels, each known for what it is
    folder: bool = False  # all files of the format in a folder
    new_classes: bool = False  # of what the file names and the ontology does not have


class ImportForm(QWidget):
    folders_told = Signal(bool)  # whether a folder can be imported as well as a file

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._format = LabelFormat(self)
        self._classes = QCheckBox(self.tr("Make the classes that the ontology does not have"), self)
        self._dry = QCheckBox(self.tr("Only show what would match"), self)
        self._note = label("", "small", wrap=True)
        self._format.changed.connect(self._tell)
        self._files: tuple[Path, ...] = ()
        self._chosen = ElidedLabel("", parent=self)
        self._other = icon_button("ph.x", self.tr("Choose other files"), parent=self)
        self._other.clicked.connect(self.forget_files)
        chosen = QHBoxLayout()
        chosen.setSpacing(theme.INSIDE)
        chosen.addWidget(self._chosen, 1)
        chosen.addWidget(self._other)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(label(self.tr("Format"), "heading", parent=self))
        column.addLayout(chosen)
        for widget in (self._format, self._classes, self._dry, self._note):
            column.addWidget(widget)
        column.addStretch(1)
        self.forget_files()

    def set_files(self, files: Sequence[Path]) -> None:
        """Import these DICOM files of labels; none: the file is asked for, in the format chosen."""
        self._files = tuple(files)
        names = ", ".join(file.name for file in self._files)
        count = words.number(len(self._files))
        self._chosen.setText(names if len(files) == 1 else self.tr("{0} files: {1}").format(count, names))
        self._chosen.setToolTip("\n".join(str(file) for file in self._files[:30]))
        self._chosen.setVisible(bool(self._files))
        self._other.setVisible(bool(self._files))
        self._format.setVisible(not self._files)
        self._tell()

    @Slot()
    def _tell(self) -> None:
        """How the file finds its item, which differs by format."""
        if self._files or self._format.format in DICOM_FORMATS:
            how = self.tr("Files find the series that they refer to by themselves, whatever they are called.")
        elif self._format.format in VOLUME_FORMATS:
            how = self.tr("A file finds its volume by what it says of it, else by its own name: scan.nii.gz goes to “scan”.")
        else:
            how = self.tr("Items are found by their hash, then by path or title.")
        stay = self.tr("Labels that are there stay; those of the file are added or take their place.")
        self._note.setText(f"{how} {stay}")
        self._classes.setEnabled(self._grows)
        self.folders_told.emit(self.takes_folders)

    @property
    def _grows(self) -> bool:
        """Encord's JSON names classes by their hashes alone; the ontology comes in a file of its own."""
        return bool(self._files) or self._format.format != "encord"

    @property
    def takes_folders(self) -> bool:
        return not self._files and self._format.format in VOLUME_FORMATS

    @Slot()
    def forget_files(self) -> None:
        self.set_files(())

    def options(self) -> ImportOptions:
        new_classes = self._grows and self._classes.isChecked()
        return ImportOptions(self._format.format, self._dry.isChecked(), self._files, new_classes=new_classes)
