"""Colours, sizes and the little style sheet of the window. Pictures and annotations are never themed.

Palette roles carry the whole scheme: `Highlight` is the soft ground of what is selected (text keeps its colour),
`Accent` the one strong colour, `BrightText` text on the accent, `Mid` hairlines, `Midlight` the ground under the
mouse, `PlaceholderText` quiet text. Widgets paint with roles or with the functions below, never with literals.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

Scheme = Literal["system", "light", "dark"]

#: Spacing in steps of 4 px: inside a control, between controls, between groups.
INSIDE: Final = 4
GAP: Final = 8
GROUP: Final = 16
ROW: Final = 28
ROW_COMPACT: Final = 22
ICON: Final = 16
RADIUS: Final = 6
SMALL: Final = 11
BASE: Final = 13
TITLE: Final = 16

_Role = QPalette.ColorRole

_LIGHT: Final = {
    _Role.Window: "#f5f5f7",
    _Role.WindowText: "#1c1d21",
    _Role.Base: "#ffffff",
    _Role.AlternateBase: "#fafafb",
    _Role.Text: "#1c1d21",
    _Role.Button: "#ffffff",
    _Role.ButtonText: "#1c1d21",
    _Role.BrightText: "#ffffff",
    _Role.PlaceholderText: "#62666f",
    _Role.Highlight: "#dfe6ff",
    _Role.HighlightedText: "#14182b",
    _Role.Accent: "#3f5bd8",
    _Role.Link: "#3f5bd8",
    _Role.LinkVisited: "#3f5bd8",
    _Role.Light: "#ffffff",
    _Role.Midlight: "#ebecef",
    _Role.Mid: "#dcdde2",
    _Role.Dark: "#b9bcc5",
    _Role.Shadow: "#8f939e",
    _Role.ToolTipBase: "#24262c",
    _Role.ToolTipText: "#f2f3f5",
}
_DARK: Final = {
    _Role.Window: "#1c1d20",
    _Role.WindowText: "#e3e4e8",
    _Role.Base: "#161719",
    _Role.AlternateBase: "#1a1b1e",
    _Role.Text: "#e3e4e8",
    _Role.Button: "#292b30",
    _Role.ButtonText: "#e3e4e8",
    _Role.BrightText: "#0e1120",
    _Role.PlaceholderText: "#a2a6b0",
    _Role.Highlight: "#2c3763",
    _Role.HighlightedText: "#f0f2fb",
    _Role.Accent: "#8aa0ff",
    _Role.Link: "#8aa0ff",
    _Role.LinkVisited: "#8aa0ff",
    _Role.Light: "#34363c",
    _Role.Midlight: "#27292e",
    _Role.Mid: "#323439",
    _Role.Dark: "#62666f",
    _Role.Shadow: "#0b0c0d",
    _Role.ToolTipBase: "#35373d",
    _Role.ToolTipText: "#f2f3f5",
}
_FADED: Final = {"light": "#a4a7af", "dark": "#62666f"}
_SIGNALS: Final = {
    "light": {"danger": "#bd2c46", "warning": "#8f5a00", "success": "#1c7347"},
    "dark": {"danger": "#ff7a90", "warning": "#e7b25a", "success": "#6cc79a"},
}


class _Theme(QObject):
    """Keeps what the person chose and follows the system where they chose that."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self.wanted: Scheme = "system"
        self.dark = False
        self._dressed: bool | None = None  # in dark, in light, not yet
        app.styleHints().colorSchemeChanged.connect(self._follow)

    def use(self, scheme: Scheme) -> None:
        self.wanted = scheme
        chosen = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(scheme, Qt.ColorScheme.Unknown)
        self._app.styleHints().setColorScheme(chosen)
        self._paint()

    def _follow(self) -> None:
        self._paint()

    def _paint(self) -> None:
        system_dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self.dark = system_dark if self.wanted == "system" else self.wanted == "dark"
        sheet = style_sheet()
        if self.dark == self._dressed and sheet == self._app.styleSheet():
            return
        self._dressed = self.dark
        # Undressed first: a sheet that takes the place of another is six times as slow (2.2 s for 1,600 widgets).
        self._app.setStyleSheet("")
        self._app.setPalette(palette(dark=self.dark))
        self._app.setStyleSheet(sheet)
        self.changed.emit()


_theme: _Theme | None = None


def apply(app: QApplication, scheme: Scheme = "system") -> None:
    """Dress the program. Call it once at the start and whenever the person chooses another scheme."""
    global _theme
    if _theme is None or _theme.parent() is not app:
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setFont(font())
        _theme = _Theme(app)
    _theme.use(scheme)


def is_dark() -> bool:
    return _theme is not None and _theme.dark


def on_change(slot: object) -> None:
    """Call the (bound) method after every change of scheme, for caches of pixmaps. Palettes follow by themselves."""
    if _theme is not None:
        _theme.changed.connect(slot)


def palette(*, dark: bool) -> QPalette:
    made = QPalette()
    for role, colour in (_DARK if dark else _LIGHT).items():
        made.setColor(role, QColor(colour))
    faded = QColor(_FADED["dark" if dark else "light"])
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return made


def font(size: int = BASE, *, strong: bool = False) -> QFont:
    """The system's font in one of our three sizes (px), with figures of one width."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    made.setPixelSize(size)
    made.setFeature(QFont.Tag("tnum"), 1)
    if strong:
        made.setWeight(QFont.Weight.DemiBold)
    return made


def fixed_font() -> QFont:
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made.setPixelSize(BASE)
    return made


def _colour(role: QPalette.ColorRole) -> QColor:
    return QGuiApplication.palette().color(role)


def accent() -> QColor:
    return _colour(_Role.Accent)


def text() -> QColor:
    return _colour(_Role.Text)


def ground() -> QColor:
    """Of lists and fields."""
    return _colour(_Role.Base)


def subtle_text() -> QColor:
    return _colour(_Role.PlaceholderText)


def border() -> QColor:
    return _colour(_Role.Mid)


def hover() -> QColor:
    return _colour(_Role.Midlight)


def selection() -> QColor:
    return _colour(_Role.Highlight)


def danger() -> QColor:
    return QColor(_SIGNALS["dark" if is_dark() else "light"]["danger"])


def warning() -> QColor:
    return QColor(_SIGNALS["dark" if is_dark() else "light"]["warning"])


def success() -> QColor:
    return QColor(_SIGNALS["dark" if is_dark() else "light"]["success"])


def style_sheet() -> str:
    """Palette roles, and the few pictures that a style sheet cannot tint (one grey that serves both schemes)."""
    # A style sheet wants forward slashes, on Windows too.
    import resources

    # Not by importlib.resources, which costs the start 10 ms: nothing of ours is run from a zip file.
    folder = Path(resources.__file__).parent / "chrome"
    chrome = str(folder).replace(os.sep, "/")
    sheet = (folder / "window.qss").read_text("utf-8")
    sheet = sheet.replace("@dark", "-dark" if is_dark() else "").replace("@chrome", chrome)
    return sheet.replace("@danger", danger().name())
