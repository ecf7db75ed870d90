"""A line for a name that says what was typed, and is filled again without disturbing who types."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget


class NameField(QLineEdit):
    """Says what was typed after a pause, at Enter and when it is left."""

    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(350)
        self._pause.timeout.connect(self.flush)
        self.textEdited.connect(self._pause.start)
        self.editingFinished.connect(self.flush)

    def set_quietly(self, text: str, fresh: bool) -> None:
        if not fresh and (text.strip() == self.text().strip() or self._pause.isActive()):
            self._said = text
            return
        self._pause.stop()
        self._said = text
        if text != self.text():
            self.setText(text)

    @Slot()
    def flush(self) -> None:
        self._pause.stop()
        if self.text().strip() != self._said.strip():
            self._said = self.text()
            self.typed.emit(self.text())
