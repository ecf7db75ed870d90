"""Verbs of looking: places, palette, theme, full canvas, shortcuts, about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.registry import Action
from app.places import Place, find_places

if TYPE_CHECKING:
    from app.window import MainWindow


def view_actions(window: MainWindow) -> list[Action]:
    verbs = _ViewVerbs(window)
    tr = window.tr
    places = [("files", tr("Files"), "ph.folders"), ("datasets", tr("Datasets"), "ph.database"), ("ontologies", tr("Ontologies"), "ph.tree-structure"), ("projects", tr("Projects"), "ph.clipboard-text"), ("jobs", tr("Jobs"), "ph.activity"), ("settings", tr("Settings"), "ph.gear-six")]  # fmt: skip
    keys = {"files": "Ctrl+Shift+1", "datasets": "Ctrl+Shift+2", "ontologies": "Ctrl+Shift+3", "projects": "Ctrl+Shift+4", "jobs": "Ctrl+Shift+5", "settings": "Ctrl+,"}  # fmt: skip
    go = [
        Action(
            f"go.{place}",
            tr("Go to {0}").format(title),
            lambda p=place: window.go(p),
            (keys[place],),
            icon,
            when=verbs.why_closed,
            group=tr("Go"),
        )
        for place, title, icon in places
    ]
    schemes = [
        Action(
            f"view.scheme.{scheme}",
            title,
            lambda s=scheme: verbs.scheme(s),
            checked=lambda s=scheme: verbs.scheme_is(s),
            group=tr("View"),
        )
        for scheme, title in (
            ("system", tr("Colours as the system")),
            ("light", tr("Light colours")),
            ("dark", tr("Dark colours")),
        )
    ]
    return [
        *go,
        *schemes,
        Action("view.palette", tr("Find a command"), verbs.palette, ("Ctrl+K",), "ph.command", group=tr("View")),
        Action(
            "view.search",
            tr("Search everything"),
            verbs.search,
            ("Ctrl+F",),
            "ph.magnifying-glass",
            when=verbs.why_closed,
            group=tr("View"),
        ),
        Action(
            "help.shortcuts",
            tr("Keyboard shortcuts"),
            verbs.shortcuts,
            ("F1",),
            "ph.keyboard",
            when=verbs.why_closed,
            group=tr("Help"),
        ),
        Action("help.about", tr("About Postil"), verbs.about, (), "ph.info", group=tr("Help")),
    ]


class _ViewVerbs:
    def __init__(self, window: MainWindow) -> None:
        self.window = window

    def why_closed(self) -> str:
        return "" if self.window.context is not None else self.window.tr("The catalog is not open yet.")

    def palette(self) -> None:
        from app.palette import Palette

        Palette(self.window.registry, self._places, self.window).open()

    def _places(self, text: str) -> list[Place]:
        context = self.window.context
        return [] if context is None else find_places(self.window, context.reads, text)

    def scheme(self, scheme: str) -> None:
        from PySide6.QtWidgets import QApplication

        from widgets import theme

        self.window.program.settings.set("scheme", scheme)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, scheme)  # type: ignore[arg-type]

    def scheme_is(self, scheme: str) -> bool:
        return self.window.program.settings.values.scheme == scheme

    def search(self) -> None:
        assert self.window.pages is not None
        self.window.pages.focus_search()

    def shortcuts(self) -> None:
        assert self.window.pages is not None
        self.window.pages.show_shortcuts()

    def about(self) -> None:
        from app.about import About

        About.ask(self.window)
