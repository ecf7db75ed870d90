"""A click that opens something at once, where many people click twice: the second one meets what has come in its place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

NEAR = 12  # px; what systems take for one place


class SecondClick(QObject):
    """Swallows the second click of a double click that began on `widget`, when something else lies there by then."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._place = QPointF()
        self._end = QTimer(self)
        self._end.setSingleShot(True)
        self._end.timeout.connect(self._look_away)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        if watched is self._widget and event.type() == QEvent.Type.MouseButtonPress:
            self._place = event.globalPosition()
            QApplication.instance().installEventFilter(self)
            self._end.start(2 * QApplication.doubleClickInterval())
        elif event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            self._look_away()  # a click of its own, which may be the first of another double click
        elif event.type() == QEvent.Type.MouseButtonDblClick and not self._widget.isVisible():
            return (event.globalPosition() - self._place).manhattanLength() <= NEAR  # its release alone does nothing
        return False

    def _look_away(self) -> None:
        self._end.stop()
        QApplication.instance().removeEventFilter(self)
