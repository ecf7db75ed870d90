"""Going to a frame by its number or its time: what was typed, and the small box it is typed into."""

from __future__ import annotations

import re

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from viewers.scene.frame_clock import FrameClock

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d*)?)\s*s?$")


def frame_of(text: str, clock: FrameClock, here: int = 0) -> int | None:
    """ "120" is a frame (from 0), "+5" and "-5" are steps, "0:04.8", "4.8" and "5s" are times. None: none of these."""
    text = text.strip().lower()
    plain = text.replace(",", "").replace(" ", "")
    if re.fullmatch(r"[+-]\d+", plain):
        return min(max(0, here + int(plain)), clock.count - 1)
    if re.fullmatch(r"\d+|\d{1,3}(,\d{3})+", text.replace(" ", "")):
        return min(int(plain), clock.count - 1)
    time = _TIME.fullmatch(text)
    if time is None:
        return None
    hours, minutes, seconds = time.groups()
    return clock.at_time(int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds.replace(",", ".").rstrip(".")))


class GoToBox(QFrame):
    """Comes over the canvas; Enter goes, Esc closes."""

    wanted = Signal(int)

    def __init__(self, clock: FrameClock, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._clock, self._here = clock, 0
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        self.line = QLineEdit(self)
        self.line.setAccessibleName(self.tr("Frame or time"))
        self.line.setPlaceholderText(self.tr("120, +5 or 0:04.8"))
        self.line.setMinimumWidth(200)
        self.note = QLabel(self)
        column.addWidget(self.line)
        column.addWidget(self.note)
        self.line.textChanged.connect(self._read)
        self.line.returnPressed.connect(self._go)

    def ask(self, here: int, over: QWidget) -> None:
        self._here = here
        self.line.clear()
        self._read("")
        self.adjustSize()
        place = QPoint((over.width() - self.width()) // 2, over.height() - self.height() - 16)
        self.move(over.mapToGlobal(place))
        self.show()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def _read(self, text: str) -> None:
        frame = frame_of(text, self._clock, self._here)
        if not text.strip():
            self.note.setText(self.tr("Frame 0 to {last:,}, or a time").format(last=self._clock.count - 1))
        elif frame is None:
            self.note.setText(self.tr("Neither a frame nor a time"))
        else:
            self.note.setText(self.tr("Frame {frame:,}, at {time}").format(frame=frame, time=self._clock.text(frame)))

    def _go(self) -> None:
        frame = frame_of(self.line.text(), self._clock, self._here)
        if frame is not None:
            self.hide()
            self.wanted.emit(frame)
