"""How labels are read into a project: shared by the project's tab and the dialog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtWidgets import QCheckBox, QRadioButton, QVBoxLayout, QWidget

from widgets import theme
from widgets.controls.labels import label


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`dry_run` only tells what would match."""

    format: Literal["encord", "coco"]
    dry_run: bool = False


class ImportForm(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._encord = QRadioButton(self.tr("Encord JSON"), self)
        self._coco = QRadioButton(self.tr("COCO"), self)
        self._encord.setChecked(True)
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
        for widget in (self._encord, self._coco, self._dry, note):
            column.addWidget(widget)
        column.addStretch(1)

    def options(self) -> ImportOptions:
        return ImportOptions("coco" if self._coco.isChecked() else "encord", self._dry.isChecked())
