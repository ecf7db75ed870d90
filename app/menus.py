"""The menu bar: the registry's actions in the order in which people look for them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from app.pages import Pages
    from app.window import MainWindow


LABEL_MENU_SOON_MS = 300


def build_menus(window: MainWindow) -> None:
    registry, tr = window.registry, window.tr
    pages = window.pages
    assert pages is not None
    bar = window.menuBar()
    bar.clear()
    menus = [
        (tr("&File"), ["files.add", "files.new_folder", "-", "catalog.new", "catalog.open", "catalog.sample", "-", "catalog.backup", "catalog.check", "-", "window.new", "window.close", "program.quit"]),
        (tr("&Edit"), ["edit.undo", "edit.redo", "-", "files.rename", "files.move", "files.add_to_dataset", "files.delete", "-", "view.search"]),
        (tr("&Label"), []),
        (tr("&View"), ["go.files", "go.datasets", "go.ontologies", "go.projects", "-", "files.grid", "files.table", "files.back", "files.forward", "-", "go.jobs", "go.settings", "-", "view.scheme.system", "view.scheme.light", "view.scheme.dark"]),
        (tr("&Help"), ["view.palette", "help.shortcuts", "help.about"]),
    ]  # fmt: skip
    for title, ids in menus:
        menu = QMenu(title, bar)
        menu.setToolTipsVisible(True)
        registry.fill(menu, ids)
        if not ids:
            fill = partial(_fill_label_menu, menu, pages)
            menu.aboutToShow.connect(fill)
            QTimer.singleShot(LABEL_MENU_SOON_MS, menu, fill)
        menu.aboutToShow.connect(registry.refresh)
        bar.addMenu(menu)


def _fill_label_menu(menu: QMenu, pages: Pages) -> None:
    """A hundred verbs of the editors: not before the window is in use, or is asked for them."""
    if menu.isEmpty():
        pages.window.registry.fill(menu, pages.editor_menu())
