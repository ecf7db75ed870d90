"""Cyclic garbage is collected on the GUI thread, between two events, and nowhere else.

Left to itself the interpreter collects on whatever thread happens to allocate, in the middle of whatever it does. PySide then
destroys a QObject or a QTimer of a cycle on that thread (widgets alone it hands to the GUI thread), and a window of a cycle
while a child of it is being painted: both end the process.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QCursor, QGuiApplication


class Collector(QObject):
    """Looks at young objects often, at older ones when the person rests, and at all of them every few rests: a look holds the
    interpreter's lock, the last for 50 ms where a task of 10,000 shapes is open."""

    #: While a task opens, a worker makes some 10,000 objects in this time: 3 ms to look at.
    TICK_MS = 50
    #: Objects made and not gone, collections of them, and collections of those: so many, and the next generation is looked at.
    BUSY = (10_000, 100, 20)
    #: The pointer has not moved for so many ticks (2 s), and no button is down.
    REST = 40
    #: At rest: objects, and collections of older ones, from which the next generation is looked at.
    WORTH, WORTH_ALL = 2_000, 4

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = QTimer(self)
        self._clock.setInterval(self.TICK_MS)
        self._clock.timeout.connect(self._look)
        self._pointer, self._still = QPoint(), 0

    def start(self) -> None:
        """From now on. What start-up has made stays, and no collection looks at it again."""
        gc.disable()
        gc.freeze()
        self._clock.start()

    def stop(self) -> None:
        self._clock.stop()

    @Slot()
    def _look(self) -> None:
        counts = gc.get_count()
        if self._rest_begins() and (counts[0] >= self.WORTH or counts[1]):
            gc.collect(2 if counts[2] >= self.WORTH_ALL else 1)
            return
        for generation in (2, 1, 0):
            if counts[generation] >= self.BUSY[generation]:
                gc.collect(generation)
                return

    def _rest_begins(self) -> bool:
        pointer = QCursor.pos()
        at_work = pointer != self._pointer or QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        self._pointer, self._still = pointer, 0 if at_work else self._still + 1
        return self._still == self.REST
