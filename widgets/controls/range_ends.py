"""The two ends of a range of frames: typed, moved to the frame that is shown, stretched over everything, cut, taken away."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from storage.model.labels import Range
from widgets import theme
from widgets.controls.buttons import icon_button
from widgets.controls.labels import label


class RangeEnds(QWidget):
    """Frames are counted from 0 outside and shown from `base`. `asked`: "set" with the new ends, "split" or "clear"."""

    asked = Signal(str, int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._base = 1
        self._range, self._frame, self._count = (0, 0), 0, 1
        self.first, self.last = _FrameBox(self.tr("First frame"), self), _FrameBox(self.tr("Last frame"), self)
        self.from_here = icon_button("mdi6.contain-start", self.tr("From here: begin on this frame"), parent=self)
        self.to_here = icon_button("mdi6.contain-end", self.tr("To here: end on this frame"), parent=self)
        self.whole = icon_button("mdi6.arrow-expand-horizontal", self.tr("Whole file: on all frames"), parent=self)
        self.split = icon_button("ph.scissors", self.tr("Split: from this frame on another answer"), parent=self)
        self.clear = icon_button("ph.x", self.tr("Not on these frames"), parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.first)
        row.addWidget(label("–", "quiet", parent=self))
        row.addWidget(self.last)
        row.addStretch(1)
        for button in (self.from_here, self.to_here, self.whole, self.split, self.clear):
            row.addWidget(button)
        self.first.editingFinished.connect(self._typed)
        self.last.editingFinished.connect(self._typed)
        self.from_here.clicked.connect(lambda: self._ask("set", self._frame, self._range[1]))
        self.to_here.clicked.connect(lambda: self._ask("set", self._range[0], self._frame))
        self.whole.clicked.connect(lambda: self._ask("set", 0, self._count - 1))
        self.split.clicked.connect(lambda: self._ask("split", *self._range))
        self.clear.clicked.connect(lambda: self._ask("clear", *self._range))

    def show_range(self, range_: Range, frame: int, count: int, base: int = 1) -> None:
        if (range_, frame, count, base) == (self._range, self._frame, self._count, self._base):
            return
        self._range, self._frame, self._count, self._base = range_, frame, count, base
        for box, value in zip((self.first, self.last), range_, strict=True):
            with QSignalBlocker(box):
                box.setRange(base, base + count - 1)
                if box.value() != value + base:
                    box.setValue(value + base)
        self.from_here.setEnabled(frame <= range_[1] and frame != range_[0])
        self.to_here.setEnabled(frame >= range_[0] and frame != range_[1])
        self.whole.setEnabled(range_ != (0, count - 1))
        self.split.setEnabled(range_[0] < frame <= range_[1])

    @Slot()
    def _typed(self) -> None:
        wanted = (self.first.value() - self._base, self.last.value() - self._base)
        if wanted != self._range:
            self._ask("set", min(wanted), max(wanted))

    def _ask(self, what: str, first: int, last: int) -> None:
        self.asked.emit(what, first, last)


class _FrameBox(QSpinBox):
    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setGroupSeparatorShown(True)
        self.setMinimumWidth(44)
        self.setMaximumWidth(76)
        self.setFont(theme.font())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # one scrolls past it
