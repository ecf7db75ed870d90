"""Forms that may be taller than the window."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from widgets import theme


def fill_scrolled(host: QWidget, inner: QWidget) -> None:
    """`inner` is all that `host` shows; it scrolls up and down, never sideways."""
    scroll = QScrollArea(host)
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(inner)
    outer = QVBoxLayout(host)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(scroll)


def form_page(parts: Iterable[QWidget]) -> QWidget:
    """Parts of a form below one another, no wider than is good to read."""
    page = QWidget()
    page.setMaximumWidth(720)
    column = QVBoxLayout(page)
    column.setContentsMargins(theme.GROUP, theme.GROUP, theme.GROUP, theme.GROUP)
    column.setSpacing(theme.GROUP)
    for part in parts:
        column.addWidget(part)
    column.addStretch(1)
    return page


def quiet_column(host: QWidget) -> tuple[QScrollArea, QVBoxLayout]:
    """A panel of the editor: a column without a frame, scrolled where it is too long. Things are put before its end."""
    inner = QWidget()
    column = QVBoxLayout(inner)
    column.setContentsMargins(12, theme.GAP, 12, theme.GAP)
    column.setSpacing(theme.GAP)
    fill_scrolled(host, inner)
    scroll = host.findChild(QScrollArea)
    scroll.setFrameShape(QScrollArea.Shape.NoFrame)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a click into it leaves the keyboard with the canvas
    return scroll, column
