"""About Postil: version, licence, and what a report of a fault needs."""

from __future__ import annotations

import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from widgets import theme

FIXED_SQLITE = (3, 51, 3)  # sqlite.org/wal.html#walresetbug


def diagnostics() -> str:
    lines = [f"Postil {_version('postil')}", f"Python {platform.python_version()}, {platform.platform()}"]
    lines.append(f"Qt {qVersion()}, PySide6 {_version('pyside6-essentials')}")
    note = "" if sqlite3.sqlite_version_info >= FIXED_SQLITE else " (older than 3.51.3: one writer at a time is enforced)"
    lines.append(f"SQLite {sqlite3.sqlite_version}{note}")
    lines += [f"{name} {_version(name)}" for name in ("numpy", "pillow", "tifffile", "imagecodecs", "shapely", "sqlalchemy")]
    return "\n".join(lines)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(from source)"


class About(QDialog):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Postil"))
        title = QLabel("Postil", self)
        title.setFont(theme.font(theme.TITLE, strong=True))
        words = QLabel(
            self.tr("A note in the margin: organise media, mark it up, hand the labels on.\nApache License 2.0"), self
        )
        facts = QLabel(diagnostics(), self)
        facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        facts.setForegroundRole(facts.foregroundRole().PlaceholderText)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QApplication.clipboard().setText(diagnostics()))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.GROUP)
        for widget in (title, words, facts, buttons):
            layout.addWidget(widget)

    @classmethod
    def ask(cls, parent: QWidget) -> None:
        cls(parent).exec()
