"""Tells screens what an operation changed, once per turn of the event loop."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Qt, Signal

from storage.model.changes import Changes


class CatalogBus(QObject):
    """`publish` may be called from any thread; `changed` is emitted on the thread that owns the bus.

    Whatever is published before the event loop comes round is merged into one `Changes`: a script that renames a
    thousand folders refreshes each screen once.
    """

    changed = Signal(object)
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._pending: Changes | None = None
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def publish(self, changes: Changes) -> None:
        with self._lock:
            first = self._pending is None
            self._pending = changes if self._pending is None else self._pending | changes
        if first:
            self._arrived.emit()

    def _deliver(self) -> None:
        with self._lock:
            changes, self._pending = self._pending, None
        if changes is not None:
            self.changed.emit(changes)
