"""The popover for how picture and shapes are shown. It changes nothing that is stored."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from storage.editing.focus import Focus
from viewers.scene.adjust import Adjustments

CHANNELS = (("all", "All"), ("r", "Red"), ("g", "Green"), ("b", "Blue"), ("a", "Alpha"))


class AdjustPopover(QFrame):
    adjusted = Signal(object)  # Adjustments

    def __init__(self, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("adjustPopover")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._focus = focus
        self._adjust = Adjustments()
        self._labels: dict[QSlider, QLabel] = {}
        self._reading = False
        form = QFormLayout(self)
        form.setContentsMargins(16, 16, 16, 16)
        form.setSpacing(8)
        self.brightness = self._slider(form, "Brightness", -100, 100)
        self.contrast = self._slider(form, "Contrast", -100, 100)
        self.gamma = self._slider(form, "Gamma", -100, 100, unit="gamma")  # a power of ten, a hundredth a step
        self.channel = QComboBox(self)
        self.channel.setAccessibleName("Channel")
        for value, title in CHANNELS:
            self.channel.addItem(title, value)
        form.addRow("Channel", self.channel)
        self.invert = QCheckBox("Invert", self)
        form.addRow("", self.invert)
        self.reset_button = QPushButton("Picture as it is", self)
        form.addRow("", self.reset_button)
        form.addRow(self._line())
        self.opacity = self._slider(form, "Fill of shapes", 0, 100)
        self.line_width = self._slider(form, "Outline", 1, 6, unit=" px")
        self.names = QCheckBox("Names of objects", self)
        self.by_instance = QCheckBox("Colour by object", self)
        self.only_selected = QCheckBox("Only the selected", self)
        self.crosshair = QCheckBox("Crosshair", self)
        self.rulers = QCheckBox("Rulers", self)
        self.grid = QCheckBox("Pixel grid when near", self)
        self._boxes = (self.names, self.by_instance, self.only_selected, self.crosshair, self.rulers, self.grid)
        for box in self._boxes:
            form.addRow("", box)
        self._connect()

    def _slider(self, form: QFormLayout, title: str, low: int, high: int, *, unit: str = " %") -> QSlider:
        row, value = QWidget(self), QLabel(self)
        slider = QSlider(Qt.Orientation.Horizontal, row)
        slider.setRange(low, high)
        slider.setMinimumWidth(180)
        slider.setAccessibleName(title)
        value.setMinimumWidth(44)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        slider.setProperty("unit", unit)
        slider.valueChanged.connect(self._show_value)
        self._labels[slider] = value
        self._write(slider)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(slider)
        layout.addWidget(value)
        form.addRow(title, row)
        return slider

    def _show_value(self) -> None:
        slider = self.sender()
        if isinstance(slider, QSlider):
            self._write(slider)

    def _write(self, slider: QSlider) -> None:
        """The value with its unit; gamma as the power that it is."""
        unit = slider.property("unit")
        text = f"{10 ** (slider.value() / 100):.2f}" if unit == "gamma" else f"{slider.value()}{unit}"
        self._labels[slider].setText(text)

    def _line(self) -> QFrame:
        line = QFrame(self)
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Plain)
        line.setForegroundRole(QPalette.ColorRole.Mid)
        return line

    def _connect(self) -> None:
        for slider in (self.brightness, self.contrast, self.gamma):
            slider.valueChanged.connect(self._picture_changed)
        self.channel.currentIndexChanged.connect(self._picture_changed)
        self.invert.toggled.connect(self._picture_changed)
        self.reset_button.clicked.connect(self.reset)
        self.opacity.valueChanged.connect(self._display_changed)
        self.line_width.valueChanged.connect(self._display_changed)
        for box in self._boxes:
            box.toggled.connect(self._display_changed)

    # -- showing what is

    def read(self, adjust: Adjustments) -> None:
        """Show the present state without telling anyone."""
        display = self._focus.display
        self._adjust = adjust
        values: list[tuple[QSlider, int]] = [
            (self.brightness, round(adjust.brightness * 100)),
            (self.contrast, round(adjust.contrast * 100)),
            (self.gamma, round(math.log10(adjust.gamma) * 100)),
            (self.opacity, round(display.opacity * 100)),
            (self.line_width, round(display.line_width)),
        ]
        checks = [
            (self.invert, adjust.invert),
            (self.names, display.names),
            (self.by_instance, display.color_by == "instance"),
            (self.only_selected, display.only_selected),
            (self.crosshair, display.crosshair),
            (self.rulers, display.rulers),
            (self.grid, display.pixel_grid),
        ]
        self._reading = True
        for slider, value in values:
            slider.setValue(value)
        for box, on in checks:
            box.setChecked(on)
        self.channel.setCurrentIndex(max(0, self.channel.findData(adjust.channel)))
        self._reading = False

    def reset(self) -> None:
        self.read(Adjustments(window=self._adjust.window))
        self.adjusted.emit(self._adjust)

    def _picture_changed(self) -> None:
        if self._reading:
            return
        self._adjust = replace(
            self._adjust,
            brightness=self.brightness.value() / 100,
            contrast=self.contrast.value() / 100,
            gamma=10 ** (self.gamma.value() / 100),
            invert=self.invert.isChecked(),
            channel=self.channel.currentData(),
        )
        self.adjusted.emit(self._adjust)

    def _display_changed(self) -> None:
        if self._reading:
            return
        self._focus.show(
            opacity=self.opacity.value() / 100,
            line_width=float(self.line_width.value()),
            names=self.names.isChecked(),
            color_by="instance" if self.by_instance.isChecked() else "class",
            only_selected=self.only_selected.isChecked(),
            crosshair=self.crosshair.isChecked(),
            rulers=self.rulers.isChecked(),
            pixel_grid=self.grid.isChecked(),
        )
