"""A field that tells what is typed as it is typed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from widgets import icons, theme

SETTLE_MS = 60


def dress_search(line: QLineEdit, placeholder: str) -> None:
    """A magnifying glass before the text, a cross behind it: every field that searches looks like this."""
    line.setPlaceholderText(placeholder)
    line.setAccessibleName(placeholder)
    line.setClearButtonEnabled(True)
    line.addAction(icons.icon("ph.magnifying-glass", theme.subtle_text()), QLineEdit.ActionPosition.LeadingPosition)
    glass, clear = line.findChildren(QToolButton)[-1], line.findChildren(QToolButton)[0]
    glass.setAccessibleName(line.tr("Search"))
    clear.setIcon(icons.icon("ph.x"))
    clear.setAccessibleName(line.tr("Clear the search"))


class SearchField(QLineEdit):
    searched = Signal(str)  # stripped; empty: no search
    down_wanted = Signal()  # into the results

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        dress_search(self, placeholder)
        self._said = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._say)
        self.textChanged.connect(self._timer.start)

    def _say(self) -> None:
        text = self.text().strip()
        if text != self._said:
            self._said = text
            self.searched.emit(text)

    def set_quietly(self, text: str) -> None:
        """Show a text without searching for it."""
        self._said = text
        self.setText(text)
        self._timer.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._timer.stop()
            self._say()
            self.down_wanted.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.down_wanted.emit()
        else:
            super().keyPressEvent(event)


class ListKeys(QObject):
    """Lets Up, Down, Page keys in a search field move in the list below it."""

    def __init__(self, field: QWidget, target: QWidget) -> None:
        super().__init__(field)
        self._target = target
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        keys = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in keys:
            self._target.keyPressEvent(event)
            return True
        return False
