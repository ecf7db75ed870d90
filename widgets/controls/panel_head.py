"""The line above a panel of the editor: its title, a quiet count, and small tools at the right; and what stands below it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from widgets import theme
from widgets.controls.search_field import dress_search
from widgets.icons import icon


class PanelHead(QWidget):
    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._count = QLabel(title, self), QLabel(self)
        self._title.setFont(theme.font(strong=True))
        self._count.setProperty("role", "quiet")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 4, 6, 4)
        self._row.setSpacing(2)
        self._row.addWidget(self._title)
        self._row.addSpacing(6)
        self._row.addWidget(self._count, 1)

    def show_count(self, text: str) -> None:
        self._count.setText(text)

    def add_tool(self, name: str, title: str, *, checkable: bool = False) -> QToolButton:
        button = tool_button(name, title, self)
        button.setCheckable(checkable)
        self._row.addWidget(button)
        return button


def tool_button(name: str, title: str, parent: QWidget) -> QToolButton:
    """An icon that can be pressed, named for those who hear it."""
    button = QToolButton(parent)
    button.setIcon(icon(name))
    button.setIconSize(QSize(theme.ICON, theme.ICON))
    button.setToolTip(title)
    button.setAccessibleName(title)
    button.setAutoRaise(True)
    return button


class QuietNote(QLabel):
    """Says why a list is empty; takes no room while it has nothing to say."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setProperty("role", "quiet")
        self.setContentsMargins(12, 8, 12, 8)
        self.setBackgroundRole(QPalette.ColorRole.Base)  # of the list that is empty: one ground
        self.setAutoFillBackground(True)

    def say(self, text: str) -> None:
        self.setText(text)
        self.setVisible(bool(text))


class _SiftLine(QLineEdit):
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes back what was typed, and leads out of an empty field."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


def sift_line(parent: QWidget, hint: str, name: str) -> QLineEdit:
    """What is typed there sifts the list below."""
    line = _SiftLine(parent)
    dress_search(line, hint)
    line.setAccessibleName(name)
    return line


def stack_list(host: QWidget, head: PanelHead, note: QuietNote, view: QWidget, search: QLineEdit | None = None) -> None:
    """A panel that is a list: head, the line that sifts it, the note, and the list in the rest of the room."""
    column = QVBoxLayout(host)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(head)
    if search is not None:
        inset = QVBoxLayout()
        inset.setContentsMargins(8, 0, 8, 4)
        inset.addWidget(search)
        column.addLayout(inset)
    column.addWidget(note)
    column.addWidget(view, 1)
