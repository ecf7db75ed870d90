"""Rows of things linked to something, each with a way to open and to unlink it; a menu below links more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from widgets import theme
from widgets.controls.buttons import button, icon_button
from widgets.controls.labels import ElidedLabel, label
from widgets.only_read import writes

Link = tuple[int, str, str]  # id, title, detail


class LinkList(QWidget):
    opened = Signal(int)
    unlink_wanted = Signal(int)
    link_wanted = Signal(int)
    about_to_offer = Signal()  # call `offer` now

    def __init__(self, title: str, none: str, link: str = "", unlink: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unlink = unlink
        self._rows: list[QWidget] = []
        self._none = label(none, "quiet", wrap=True, parent=self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        heading = label(title, "heading", parent=self)
        self._column.addWidget(heading)
        self._column.addWidget(self._none)
        self.more: QPushButton | None = None
        if link:
            self.more = button(link, "ph.plus", parent=self)
            self.more.setProperty("menu", True)
            writes(self.more)
            self._menu = QMenu(self)
            self._menu.aboutToShow.connect(self.about_to_offer)
            self._menu.triggered.connect(self._on_link)
            self.more.setMenu(self._menu)
            foot = QHBoxLayout()
            foot.addWidget(self.more)
            foot.addStretch(1)
            self._column.addSpacing(theme.INSIDE)
            self._column.addLayout(foot)

    def show_links(self, links: Sequence[Link]) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [self._row(link) for link in links]
        for place, row in enumerate(self._rows, start=2):
            self._column.insertWidget(place, row)
        self._none.setVisible(not links)

    def offer(self, links: Sequence[Link], none: str) -> None:
        """What the menu lists."""
        self._menu.clear()
        for link_id, title, detail in links:
            self._menu.addAction(f"{title}   {detail}".rstrip()).setData(link_id)
        if not links:
            self._menu.addAction(none).setEnabled(False)

    def _row(self, link: Link) -> QWidget:
        row = QWidget(self)
        inside = QHBoxLayout(row)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.GAP)
        title = button(link[1].replace("&", "&&"), quiet=True, parent=row)
        title.setProperty("link", link[0])
        title.setProperty("plain", True)
        title.clicked.connect(self._on_open)
        detail = ElidedLabel(link[2], parent=row)
        detail.setProperty("role", "quiet")
        inside.addWidget(title, 1)
        inside.addWidget(detail)
        if self._unlink:
            cross = icon_button("ph.x", f"{self._unlink}: {link[1]}", parent=row)
            cross.setProperty("link", link[0])
            cross.clicked.connect(self._on_unlink)
            inside.addWidget(cross)
        return row

    @Slot()
    def _on_open(self) -> None:
        self.opened.emit(self.sender().property("link"))

    @Slot()
    def _on_unlink(self) -> None:
        self.unlink_wanted.emit(self.sender().property("link"))

    @Slot(object)
    def _on_link(self, action: QAction) -> None:
        if action.data() is not None:
            self.link_wanted.emit(action.data())
