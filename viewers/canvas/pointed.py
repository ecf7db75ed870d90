"""A widget that leaves mouse, wheel and keys to a hand: what the canvases of pictures, sounds and planes have in common."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class Events(Protocol):
    def press(self, event: QMouseEvent, *, double: bool = False) -> None: ...
    def move(self, event: QMouseEvent) -> None: ...
    def release(self, event: QMouseEvent) -> None: ...
    def wheel(self, event: QWheelEvent) -> None: ...
    def leave(self) -> None: ...
    def key_press(self, event: QKeyEvent) -> bool: ...
    def key_release(self, event: QKeyEvent) -> bool: ...
    def forget_keys(self) -> None: ...


class PointedCanvas(QWidget):
    _pointing: Events

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pointing.press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pointing.press(event, double=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointing.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pointing.release(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._pointing.wheel(event)
        event.accept()

    def leaveEvent(self, event: Any) -> None:
        self._pointing.leave()

    def hideEvent(self, event: QHideEvent) -> None:
        self._pointing.forget_keys()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._pointing.forget_keys()
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(self._pointing.key_press(event))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(self._pointing.key_release(event))

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab is a key of the editor here (next object)."""
        return False
