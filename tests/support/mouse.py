"""Real mouse and wheel events on a canvas, in image coordinates."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from viewers.canvas.image_canvas import ImageCanvas

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NO_KEYS = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def place(canvas: ImageCanvas, x: float, y: float) -> QPoint:
    """The logical pixel of the canvas that shows an image point."""
    sx, sy = canvas.view.screen_point(x, y)
    return QPoint(round(sx), round(sy))


def move(canvas: ImageCanvas, x: float, y: float, button: Qt.MouseButton = Qt.MouseButton.NoButton, keys=NO_KEYS) -> None:
    """`button`: the one held. Sent as an event, for QTest moves carry no buttons."""
    at = QPointF(*canvas.view.screen_point(x, y))
    event = QMouseEvent(QMouseEvent.Type.MouseMove, at, canvas.mapToGlobal(at), Qt.MouseButton.NoButton, button, keys)
    QApplication.sendEvent(canvas, event)


def press(canvas: ImageCanvas, x: float, y: float, button: Qt.MouseButton = LEFT, keys=NO_KEYS) -> None:
    QTest.mousePress(canvas, button, keys, place(canvas, x, y))


def release(canvas: ImageCanvas, x: float, y: float, button: Qt.MouseButton = LEFT, keys=NO_KEYS) -> None:
    QTest.mouseRelease(canvas, button, keys, place(canvas, x, y))


def click(canvas: ImageCanvas, x: float, y: float, button: Qt.MouseButton = LEFT, keys=NO_KEYS) -> None:
    move(canvas, x, y, keys=keys)
    press(canvas, x, y, button, keys)
    release(canvas, x, y, button, keys)


def double_click(canvas: ImageCanvas, x: float, y: float, keys=NO_KEYS) -> None:
    click(canvas, x, y, keys=keys)
    QTest.mouseDClick(canvas, LEFT, keys, place(canvas, x, y))
    release(canvas, x, y, LEFT, keys)


def drag(canvas: ImageCanvas, points: Sequence[tuple[float, float]], button: Qt.MouseButton = LEFT, keys=NO_KEYS) -> None:
    """Press at the first point, move over the others, release at the last."""
    move(canvas, *points[0], keys=keys)
    press(canvas, *points[0], button, keys)
    for x, y in points[1:]:
        move(canvas, x, y, button, keys)
    release(canvas, *points[-1], button, keys)


def wheel(canvas: ImageCanvas, x: float, y: float, steps: float, keys=NO_KEYS) -> None:
    at = QPointF(*canvas.view.screen_point(x, y))
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(),
        QPoint(0, round(steps * 120)),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)
