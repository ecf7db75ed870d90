"""Which format labels leave in or come from: shared by the export and the import form."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from widgets.controls.answer_fields import QuietCombo


class LabelFormat(QWidget):
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._encord = QRadioButton(self.tr("Encord JSON"), self)
        self._coco = QRadioButton(self.tr("COCO"), self)
        self._volumes = QRadioButton(self.tr("Volumes: DICOM SEG, RTSTRUCT, SR, NIfTI, NRRD"), self)
        self._encord.setChecked(True)
        group = QButtonGroup(self)
        for each in (self._encord, self._coco, self._volumes):
            group.addButton(each)
        self._kind = QuietCombo(self)
        self._kind.setAccessibleName(self.tr("Format of volumes"))
        for title, key in (
            (self.tr("DICOM SEG"), "dicom-seg"),
            (self.tr("DICOM SEG, label map"), "dicom-seg-labelmap"),
            (self.tr("RT structure set"), "rtstruct"),
            (self.tr("Structured report: measurements"), "sr"),
            (self.tr("NIfTI label volumes"), "nifti"),
            (self.tr("NRRD label volumes"), "nrrd"),
        ):
            self._kind.addItem(title, key)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._encord, self._coco, self._volumes, self._kind):
            column.addWidget(widget)
        group.buttonToggled.connect(self._told)
        self._kind.activated.connect(self._told)
        self._told()

    @property
    def format(self) -> str:
        if self._volumes.isChecked():
            return str(self._kind.currentData())
        return "coco" if self._coco.isChecked() else "encord"

    @Slot()
    def _told(self) -> None:
        self._kind.setVisible(self._volumes.isChecked())
        self.changed.emit()
