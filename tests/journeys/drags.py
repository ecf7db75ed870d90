"""Dragging: from the desktop with urls, and inside the program from a real press to a real drop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ANY = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction


def over(target: QWidget, place: QPoint, mime: QMimeData, actions: Qt.DropAction = ANY) -> bool:
    """Enter and move, as a pointer that carries something; whether it could be let go here."""
    enter = QDragEnterEvent(place, actions, mime, LEFT, NO_KEYS)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    move = QDragMoveEvent(place, actions, mime, LEFT, NO_KEYS)
    move.setDropAction(enter.dropAction())
    move.accept()
    QApplication.sendEvent(target, move)
    return move.isAccepted()


def drop(target: QWidget, place: QPoint, mime: QMimeData, actions: Qt.DropAction = ANY) -> bool:
    """Carry it there and let go; False where it may not be dropped."""
    if not over(target, place, mime, actions):
        QApplication.sendEvent(target, QDragLeaveEvent())
        return False
    event = QDropEvent(QPointF(place), actions, mime, LEFT, NO_KEYS)
    QApplication.sendEvent(target, event)
    return event.isAccepted()


def urls(paths: Iterable[Path]) -> QMimeData:
    """What a file manager carries."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drag(view: QAbstractItemView, start: QPoint, carry: Callable[[QMimeData], object]) -> bool:
    """Press on an item and pull: while Qt's own drag would hold the pointer, `carry` takes what is being dragged along.

    Qt's loop for a drag waits for the window system, which the offscreen platform has none of; so that one call is
    replaced while this lasts. False: no drag began.
    """
    begun: list[bool] = []
    real = QDrag.exec

    def held(self: QDrag, *_actions: object) -> Qt.DropAction:
        begun.append(True)
        carry(self.mimeData())
        return Qt.DropAction.MoveAction

    QDrag.exec = held  # type: ignore[method-assign, assignment]
    try:
        port = view.viewport()
        QTest.mousePress(port, LEFT, NO_KEYS, start)
        for step in range(1, 5):
            at = QPointF(start + QPoint(0, 6 * step))
            QApplication.sendEvent(
                port, QMouseEvent(QMouseEvent.Type.MouseMove, at, port.mapToGlobal(at), Qt.MouseButton.NoButton, LEFT, NO_KEYS)
            )
            if begun:
                break
        QTest.mouseRelease(port, LEFT, NO_KEYS, start)
    finally:
        QDrag.exec = real  # type: ignore[method-assign]
    return bool(begun)
