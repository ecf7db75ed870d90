"""A few choices side by side, one of which holds: one click changes it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from widgets import theme
from widgets.icons import icon


class Segments(QWidget):
    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._values: list[object] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._group.idClicked.connect(self._clicked)

    def add(self, value: object, title: str, icon_name: str) -> None:
        button = QToolButton(self)
        button.setText(title)
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(theme.ICON, theme.ICON))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setCheckable(True)
        button.ensurePolished()
        button.setMinimumWidth(max(56, button.sizeHint().width()))  # equal shares would cut the longest word
        self._group.addButton(button, len(self._values))
        self._values.append(value)
        self._row.addWidget(button, 1)

    def choose(self, value: object) -> None:
        self._group.button(self._values.index(value)).setChecked(True)

    @property
    def value(self) -> object:
        return self._values[self._group.checkedId()]

    @Slot(int)
    def _clicked(self, place: int) -> None:
        self.chosen.emit(self._values[place])
