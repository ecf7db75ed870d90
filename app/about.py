"""About Postil: version, licence, and what a report of a fault needs."""

from __future__ import annotations

import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QApplication, QWidget

from widgets.controls.buttons import button
from widgets.controls.labels import label
from widgets.dialogs.dialog import Dialog

_LIBRARIES = (
    ("numpy", "pillow", "tifffile", "imagecodecs"),
    ("openslide-bin", "opencv-python-headless", "av", "sounddevice"),
    ("pydicom", "highdicom", "nibabel", "simpleitk", "vtk"),
    ("pypdfium2", "lxml", "shapely", "ijson", "sqlalchemy"),
)
FIXED_SQLITE = (3, 51, 3)  # sqlite.org/wal.html#walresetbug


def diagnostics() -> str:
    lines = [f"Postil {_version('postil')}", f"Python {platform.python_version()}, {platform.platform()}"]
    lines.append(f"Qt {qVersion()}, PySide6 {_version('pyside6-essentials')}")
    note = "" if sqlite3.sqlite_version_info >= FIXED_SQLITE else " (older than 3.51.3: one writer at a time is enforced)"
    lines.append(f"SQLite {sqlite3.sqlite_version}{note}")
    lines += [", ".join(f"{name} {_version(name)}" for name in row) for row in _LIBRARIES]
    return "\n".join(lines)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(from source)"


class About(Dialog):
    def __init__(self, parent: QWidget) -> None:
        text = self.tr("A note in the margin: organise media, mark it up, hand the labels on.\nApache License 2.0")
        super().__init__(self.tr("About Postil"), self.tr("Close"), parent, text=text, width=560)
        self.heading.setText("Postil")
        facts = label(diagnostics(), wrap=True)
        facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(facts)
        copy = button(self.tr("Copy"), "ph.copy")
        copy.clicked.connect(lambda: QApplication.clipboard().setText(diagnostics()))
        self.cancel.hide()
        self.buttons.insertWidget(1, copy)

    @classmethod
    def ask(cls, parent: QWidget) -> None:
        cls(parent).run()
