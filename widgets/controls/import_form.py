"""How labels are read into a project: shared by the project's tab and the dialog."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from widgets import theme
from widgets.controls.label_format import LabelFormat
from widgets.controls.labels import label


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`dry_run` only tells what would match."""

    format: str
    dry_run: bool = False


class ImportForm(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._format = LabelFormat(self)
        self._dry = QCheckBox(self.tr("Only show what would match"), self)
        note = label(
            self.tr(
                "Files are matched by hash, then by title. Labels that are there stay; those of the file are added or take their place."
            ),
            "small",
            wrap=True,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        for widget in (self._format, self._dry, note):
            column.addWidget(widget)
        column.addStretch(1)

    def options(self) -> ImportOptions:
        return ImportOptions(self._format.format, self._dry.isChecked())
