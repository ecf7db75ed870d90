"""Geometry, splitters and columns: remembered per catalog, apart from the settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QByteArray, QFile, QLockFile, QSettings
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

VERSION = 1
LOCK_MS = 2000  # no write of ours takes longer


class WindowState:
    def __init__(self, catalog_key: str, store: QSettings | None = None) -> None:
        self._store = store or QSettings("Postil", "window")
        self._prefix = f"v{VERSION}/{catalog_key}"
        _free(self._store.fileName() + ".lock")

    def restore_geometry(self, window: QMainWindow) -> bool:
        value = self._store.value(f"{self._prefix}/geometry")
        return isinstance(value, QByteArray) and window.restoreGeometry(value)

    def save_geometry(self, window: QMainWindow) -> None:
        self._store.setValue(f"{self._prefix}/geometry", window.saveGeometry())

    def restore_splitters(self, root: QWidget) -> None:
        for splitter in root.findChildren(QSplitter):
            value = self._store.value(f"{self._prefix}/splitter/{splitter.objectName()}") if splitter.objectName() else None
            if isinstance(value, QByteArray):
                splitter.restoreState(value)

    def save_splitters(self, root: QWidget) -> None:
        for splitter in root.findChildren(QSplitter):
            if splitter.objectName():
                self._store.setValue(f"{self._prefix}/splitter/{splitter.objectName()}", splitter.saveState())

    def save_look(self, kind: str, look: Mapping[str, Any]) -> None:
        """How media of a kind are shown."""
        if look:
            self._store.setValue(f"{self._prefix}/look/{kind}", json.dumps(look))

    def look(self, kind: str) -> dict[str, Any]:
        try:
            found = json.loads(str(self._store.value(f"{self._prefix}/look/{kind}", "{}")))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def set(self, name: str, value: object) -> None:
        self._store.setValue(f"{self._prefix}/{name}", value)

    def get(self, name: str, default: object = None) -> object:
        return self._store.value(f"{self._prefix}/{name}", default)


def _free(path: str) -> None:
    """A program that was killed while writing leaves a lock that names nobody: Qt would wait for half a minute."""
    if QFile.exists(path):
        lock = QLockFile(path)
        lock.setStaleLockTime(LOCK_MS)
        if lock.tryLock(LOCK_MS + 500):
            lock.unlock()
