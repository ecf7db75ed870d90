"""The line above a panel of the editor: its title, a quiet count, and small tools at the right."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from widgets import theme
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
