"""Work that a screen does only while somebody can see it: what changes meanwhile is read once when it is shown again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget


class WhenSeen(QObject):
    """Call it when something changed: `act` runs at once on a visible widget, else when it is shown next."""

    def __init__(self, widget: QWidget, act: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget, self._act = widget, act
        self._due = False
        widget.installEventFilter(self)

    def __call__(self) -> None:
        if self._widget.isVisible():
            self._due = False
            self._act()
        else:
            self._due = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and self._due:
            self._due = False
            self._act()
        return False
