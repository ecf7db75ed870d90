"""The menu bar: the registry's actions in the order in which people look for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.window import MainWindow


def build_menus(window: MainWindow) -> None:
    registry, tr = window.registry, window.tr
    pages = window.pages
    assert pages is not None
    bar = window.menuBar()
    bar.clear()
    menus = [
        (tr("&File"), ["files.add", "files.new_folder", "-", "catalog.new", "catalog.open", "catalog.sample", "-", "catalog.backup", "catalog.check", "-", "window.new", "window.close", "program.quit"]),
        (tr("&Edit"), ["edit.undo", "edit.redo", "-", "files.rename", "files.move", "files.add_to_dataset", "files.delete", "-", "view.search"]),
        (tr("&Label"), ["task.start", *pages.editor_menu()]),
        (tr("&View"), ["go.files", "go.datasets", "go.ontologies", "go.projects", "-", "files.grid", "files.table", "files.back", "files.forward", "-", "go.jobs", "go.settings", "-", "view.scheme.system", "view.scheme.light", "view.scheme.dark"]),
        (tr("&Help"), ["view.palette", "help.shortcuts", "help.about"]),
    ]  # fmt: skip
    for title, ids in menus:
        known = [i for i in ids if i == "-" or i in registry.actions]
        menu = registry.menu(bar, known, title)
        menu.aboutToShow.connect(registry.refresh)
        bar.addMenu(menu)
