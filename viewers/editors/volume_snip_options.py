"""What the scissors of a volume do, in the strip over the canvas: which side goes, and how deep."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QWidget

from viewers.tools.volume_scissors import SnipSettings

_HOW = (("Cut off inside", "erase inside"), ("Cut off outside", "erase outside"), ("Fill", "fill"))


class SnipOptions(QWidget):
    changed = Signal()

    def __init__(self, settings: SnipSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.how = QComboBox(self)
        self.how.setAccessibleName(self.tr("What the scissors do"))
        self.how.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        for title, how in _HOW:
            self.how.addItem(title, how)
        self.deep = QDoubleSpinBox(self)
        self.deep.setAccessibleName(self.tr("How deep the scissors cut"))
        self.deep.setToolTip(self.tr("Half of it to each side of the plane. All slices: straight through the volume."))
        self.deep.setRange(0.0, 500.0)
        self.deep.setDecimals(1)
        self.deep.setSuffix(" mm")
        self.deep.setSpecialValueText(self.tr("all slices"))
        self.deep.setKeyboardTracking(False)
        self.deep.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        label = QLabel(self.tr("Through"), self)
        label.setBuddy(self.deep)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.how, label, self.deep):
            row.addWidget(widget)
        row.addStretch(1)
        self.how.setCurrentIndex(self.how.findData(settings.how))
        self.deep.setValue(settings.deep_mm)
        self.how.currentIndexChanged.connect(self._apply)
        self.deep.valueChanged.connect(self._apply)

    def _apply(self) -> None:
        self._settings.how, self._settings.deep_mm = self.how.currentData(), self.deep.value()
        self.changed.emit()
