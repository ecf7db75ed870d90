"""Geometry, splitters and columns: remembered per catalog, apart from the settings.

One file for each catalog, and one program for each catalog: nobody else writes it, so there is no lock to wait for. It is
written behind the window, a moment after something changed.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QMargins, QObject, QTimer, Slot
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

log = logging.getLogger(__name__)

SAVE_AFTER_MS = 1000
FRAME = QMargins(8, 32, 8, 8)  # what window managers put around a window, at most
_BYTES = "base64"


class WindowState(QObject):
    """Of all windows on the catalog. `behind` runs what it is given off the GUI thread, in order."""

    def __init__(self, file: Path, behind: Callable[[Callable[[], object]], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file, self._behind = file, behind
        self._values = _read(file)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SAVE_AFTER_MS)
        self._soon.timeout.connect(self.save)

    def restore_geometry(self, window: QMainWindow) -> bool:
        """Where it was, and all of it on the screen, which may be another one now."""
        value = self.get("geometry")
        if not isinstance(value, QByteArray) or not window.restoreGeometry(value):
            return False
        room = window.screen().availableGeometry().marginsRemoved(FRAME)
        place = window.geometry()
        place.setSize(place.size().boundedTo(room.size()))
        place.moveTo(
            min(max(place.left(), room.left()), room.right() + 1 - place.width()),
            min(max(place.top(), room.top()), room.bottom() + 1 - place.height()),
        )
        if place != window.geometry() and not window.isMaximized() and not window.isFullScreen():
            window.setGeometry(place)
        return True

    def save_geometry(self, window: QMainWindow) -> None:
        self.set("geometry", window.saveGeometry())

    def restore_splitters(self, root: QWidget) -> None:
        for splitter in root.findChildren(QSplitter):
            value = self.get(f"splitter/{splitter.objectName()}") if splitter.objectName() else None
            if isinstance(value, QByteArray):
                splitter.restoreState(value)

    def save_splitters(self, root: QWidget) -> None:
        for splitter in root.findChildren(QSplitter):
            if splitter.objectName():
                self.set(f"splitter/{splitter.objectName()}", splitter.saveState())

    def save_look(self, kind: str, look: Mapping[str, Any]) -> None:
        """How media of a kind are shown."""
        if look:
            self.set(f"look/{kind}", dict(look))

    def look(self, kind: str) -> dict[str, Any]:
        found = self.get(f"look/{kind}")
        return dict(found) if isinstance(found, dict) else {}

    def set(self, name: str, value: object) -> None:
        kept = {_BYTES: value.toBase64().toStdString()} if isinstance(value, QByteArray) else value
        if name not in self._values or self._values[name] != kept:
            self._values[name] = kept
            self._soon.start()

    def get(self, name: str, default: object = None) -> object:
        value = self._values.get(name, default)
        if isinstance(value, dict) and value.keys() == {_BYTES}:
            return QByteArray.fromBase64(str(value[_BYTES]).encode())
        return value

    @Slot()
    def save(self) -> None:
        """What is not written yet is, soon."""
        self._soon.stop()
        self._behind(partial(_write, self._file, json.dumps(self._values, indent=1)))


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("how the windows were left cannot be read from %s: %s", file.name, error)
        return {}
    return found if isinstance(found, dict) else {}


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(text, "utf-8")
        os.replace(part, file)
    except OSError as error:
        log.warning("how the windows are left cannot be written to %s: %s", file.name, error)
