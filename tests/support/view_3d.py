"""What mouse and keys do to a 3D view, and what is seen of it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE = Qt.MouseButton.NoButton
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def settle(qtbot, view):
    qtbot.waitUntil(lambda: view.settled)


def mouse(view, kind, x, y, button=NONE, held=NONE, keys=PLAIN):
    at = QPointF(x, y)
    QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), button, held, keys))


def drag(view, button, start, end, steps=4, keys=PLAIN):
    mouse(view, QEvent.Type.MouseButtonPress, *start, button, button, keys)
    for n in range(1, steps + 1):
        x, y = (a + (b - a) * n / steps for a, b in zip(start, end, strict=True))
        mouse(view, QEvent.Type.MouseMove, x, y, NONE, button, keys)
    mouse(view, QEvent.Type.MouseButtonRelease, *end, button, NONE, keys)


def click(view, x, y, button=LEFT):
    drag(view, button, (x, y), (x, y), steps=1)


def key(view, which, keys=PLAIN) -> bool:
    event = QKeyEvent(QEvent.Type.KeyPress, which, keys)
    QApplication.sendEvent(view, event)
    return event.isAccepted()


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()
