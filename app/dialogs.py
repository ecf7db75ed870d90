"""The system's file dialogs, behind functions that tests replace."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

_last_folder = ""


def ask_open_file(parent: QWidget, title: str, kinds: str) -> Path | None:
    chosen, _ = QFileDialog.getOpenFileName(parent, title, _last_folder, kinds)
    return _remember(chosen)


def ask_save_file(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    safe = name.replace("/", "-")
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(Path(_last_folder) / safe), kinds)
    return _remember(chosen)


def ask_folder(parent: QWidget, title: str) -> Path | None:
    return _remember(QFileDialog.getExistingDirectory(parent, title, _last_folder))


def _remember(chosen: str) -> Path | None:
    global _last_folder
    if not chosen:
        return None
    path = Path(chosen)
    _last_folder = str(path.parent)
    return path
