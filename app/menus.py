"""The menu bar: the registry's actions in the order in which people look for them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from app.window import MainWindow

SCHEMES = ("view.scheme.system", "view.scheme.light", "view.scheme.dark")


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
        (tr("&View"), ["go.files", "go.datasets", "go.ontologies", "go.projects", "go.jobs", "go.settings", "-", "files.grid", "files.table", "files.back", "files.forward", "-", *SCHEMES]),
        (tr("&Help"), ["view.palette", "help.shortcuts", "help.about"]),
    ]  # fmt: skip
    one = QActionGroup(bar)  # they are shown as what excludes one another
    for scheme in SCHEMES:
        one.addAction(registry.qaction(scheme))
    for title, ids in menus:
        menu = QMenu(title, bar)
        menu.setToolTipsVisible(True)
        registry.fill(menu, ids)
        if not ids:
            window.label_menu = menu
            menu.aboutToShow.connect(partial(fill_label_menu, window))
        menu.aboutToShow.connect(registry.refresh)
        bar.addMenu(menu)


def pop_up(menu: QMenu, where: QPoint) -> None:
    """Show a menu of the window that is made for this one time."""
    window: MainWindow = menu.parentWidget()
    if window.only_read is not None:
        window.only_read.hold(menu)
    menu.setToolTipsVisible(True)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(where)


def fill_label_menu(window: MainWindow) -> None:
    """The verbs of the editor on the screen, when the window is in use or somebody looks: they are many."""
    from app.actions.labels import TASK_MENU, VIEW_MENU, editor_menus

    menu, registry = window.label_menu, window.registry
    if menu is None:
        return
    menu.clear()
    for part in menu.findChildren(QMenu):
        part.deleteLater()
    registry.fill(menu, [*TASK_MENU, "-"])
    for title, ids in editor_menus(window):
        part = menu.addMenu(title)
        part.setToolTipsVisible(True)
        registry.fill(part, ids)
    registry.fill(menu, ["-", *VIEW_MENU])
