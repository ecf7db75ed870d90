"""One turn of Qt's event loop, without waiting for anything."""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, QTimer


def turn() -> None:
    """What was queued arrives, and what is to be painted is painted."""
    loop = QEventLoop()
    QTimer.singleShot(0, loop.quit)
    loop.exec()
