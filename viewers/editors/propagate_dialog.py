"""On which frames a shape is to be repeated: so many forward or back, or up to a frame."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QWidget,
)


class PropagateDialog(QDialog):
    wanted = Signal(int)  # frames: positive after this one, negative before it

    def __init__(self, names: str, frame: int, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Repeat on other frames"))
        self._frame, self._count = frame, count
        self.ways = QButtonGroup(self)
        self.forward = self._radio(self.tr("Frames after this one"))
        self.back = self._radio(self.tr("Frames before this one"))
        self.up_to = self._radio(self.tr("Up to the frame"))
        self.after_box = self._box(1, max(1, count - 1 - frame), min(10, max(1, count - 1 - frame)), self.forward)
        self.before_box = self._box(1, max(1, frame), min(10, max(1, frame)), self.back)
        self.frame_box = self._box(0, count - 1, count - 1, self.up_to)
        self.note = QLabel(self)
        self.ok, self.cancel = QPushButton(self.tr("Repeat"), self), QPushButton(self.tr("Cancel"), self)
        self.ok.setDefault(True)
        self._lay_out(names)
        (self.forward if frame < count - 1 else self.back).setChecked(True)
        self.forward.setEnabled(frame < count - 1)
        self.back.setEnabled(frame > 0)
        self.ways.buttonToggled.connect(self._changed)
        self.ok.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        self.accepted.connect(self._tell)
        self._changed()
        first = self.after_box if self.forward.isChecked() else self.before_box
        first.setFocus()  # a number can be typed at once
        first.selectAll()

    def _radio(self, text: str) -> QRadioButton:
        radio = QRadioButton(text, self)
        self.ways.addButton(radio)
        return radio

    def _box(self, low: int, high: int, value: int, radio: QRadioButton) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(low, high)
        box.setValue(value)
        box.setGroupSeparatorShown(True)
        box.setAccessibleName(radio.text())
        box.valueChanged.connect(lambda _: (radio.setChecked(True), self._changed()))
        return box

    def _lay_out(self, names: str) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(20, 20, 20, 16)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        head = QLabel(self.tr("Repeat the shape of {names} on").format(names=names), self)
        head.setTextFormat(Qt.TextFormat.PlainText)
        head.setProperty("role", "title")
        grid.addWidget(head, 0, 0, 1, 2)
        rows = ((self.forward, self.after_box), (self.back, self.before_box), (self.up_to, self.frame_box))
        for row, (radio, box) in enumerate(rows, start=1):
            grid.addWidget(radio, row, 0)
            grid.addWidget(box, row, 1)
        grid.addWidget(self.note, 4, 0, 1, 2)
        ends = QHBoxLayout()
        ends.setContentsMargins(0, 8, 0, 0)
        ends.setSpacing(8)
        ends.addStretch(1)
        ends.addWidget(self.cancel)
        ends.addWidget(self.ok)
        grid.addLayout(ends, 5, 0, 1, 2)

    def frames(self) -> int:
        """As the signal tells them."""
        if self.forward.isChecked():
            return self.after_box.value()
        if self.back.isChecked():
            return -self.before_box.value()
        return self.frame_box.value() - self._frame

    @Slot()
    def _changed(self) -> None:
        n = self.frames()
        first, last = sorted((self._frame, min(max(0, self._frame + n), self._count - 1)))
        self.ok.setEnabled(n != 0)
        text = self.tr("Frames {first:,} to {last:,}; what it was there before is replaced.")
        self.note.setText(text.format(first=first, last=last) if n else self.tr("That is this frame."))

    @Slot()
    def _tell(self) -> None:
        self.wanted.emit(self.frames())
