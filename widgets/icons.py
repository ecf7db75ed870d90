"""Icons by name ("ph.folder", "mdi6.cube-outline"), drawn from the fonts that QtAwesome carries.

Only its font files are used: importing the package costs 0.1 s and loads eleven fonts into the program's font
database, while the two needed here open in some milliseconds and stay out of it. Glyphs are filled as paths, so they
are crisp at any size, and are tinted when they are painted: icons follow the scheme by themselves.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPalette,
    QPixmap,
    QRawFont,
    QTransform,
)

_FONTS = {"ph": "phosphor", "mdi6": "materialdesignicons6-webfont"}
_CACHE_LIMIT = 2000
_pixmaps: dict[tuple[str, int, float, int], QPixmap] = {}


@cache
def _folder() -> Path:
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("Postil needs QtAwesome for its icon fonts: pip install qtawesome")
    return Path(spec.origin).parent / "fonts"


@cache
def _charmap(prefix: str) -> dict[str, str]:
    (found,) = _folder().glob(f"{_FONTS[prefix]}-charmap-*.json")
    names: dict[str, str] = json.loads(found.read_text("utf-8"))
    return names


@cache
def _font(prefix: str) -> QRawFont:
    (found,) = (path for path in _folder().glob(f"{_FONTS[prefix]}-*.ttf"))
    return QRawFont(str(found), 256.0)


@cache
def _glyph(name: str) -> QPainterPath:
    """The glyph in a unit square, y down."""
    prefix, _, short = name.partition(".")
    raw = _font(prefix)
    (index,) = raw.glyphIndexesForString(chr(int(_charmap(prefix)[short], 16)))
    path = raw.pathForGlyph(index)
    path.setFillRule(Qt.FillRule.WindingFill)
    em = raw.pixelSize()
    # Icon fonts draw in a square em whose top is the ascent.
    advance = raw.advancesForGlyphIndexes([index])[0].x()
    path.translate((em - advance) / 2, raw.ascent() - (raw.ascent() + raw.descent() - em) / 2)
    return QTransform.fromScale(1 / em, 1 / em).map(path)


def exists(name: str) -> bool:
    prefix, _, short = name.partition(".")
    return prefix in _FONTS and short in _charmap(prefix)


def paint(painter: QPainter, rect: QRectF | QRect, name: str, color: QColor) -> None:
    """Fill the glyph into the largest centred square of `rect`."""
    area = QRectF(rect)
    side = min(area.width(), area.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.center() - QPointF(side / 2, side / 2))
    painter.scale(side, side)
    painter.fillPath(_glyph(name), color)
    painter.restore()


def pixmap(name: str, size: int, color: QColor | None = None, ratio: float = 1.0) -> QPixmap:
    """`size` in logical pixels; the picture has `size * ratio` real ones."""
    tint = color if color is not None else QGuiApplication.palette().color(QPalette.ColorRole.ButtonText)
    key = (name, size, ratio, tint.rgba())
    made = _pixmaps.get(key)
    if made is None:
        if len(_pixmaps) >= _CACHE_LIMIT:
            _pixmaps.clear()
        real = max(1, round(size * ratio))
        made = QPixmap(real, real)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        paint(painter, QRect(0, 0, real, real), name, tint)
        painter.end()
        made.setDevicePixelRatio(ratio)
        _pixmaps[key] = made
    return made


class _Engine(QIconEngine):
    def __init__(self, name: str, color: QColor | None) -> None:
        super().__init__()
        self._name = name
        self._color = color

    def _tint(self, mode: QIcon.Mode) -> QColor:
        group = QPalette.ColorGroup.Disabled if mode == QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        if self._color is not None and mode != QIcon.Mode.Disabled:
            return self._color
        return QGuiApplication.palette().color(group, QPalette.ColorRole.ButtonText)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint(painter, rect, self._name, self._tint(mode))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return pixmap(self._name, min(size.width(), size.height()), self._tint(mode))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        # `size` is in logical pixels (Qt 6.11).
        made = pixmap(self._name, min(size.width(), size.height()), self._tint(mode), scale)
        if 0 < size.height() < size.width():  # asked for with room at its right: before the text of a button
            roomy = QPixmap(size * scale)
            roomy.setDevicePixelRatio(scale)
            roomy.fill(Qt.GlobalColor.transparent)
            painter = QPainter(roomy)
            painter.drawPixmap(0, 0, made)
            painter.end()
            made = roomy
        return made

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._color)


_icons: dict[tuple[str, int | None], QIcon] = {}


def icon(name: str, color: QColor | None = None) -> QIcon:
    """An icon in the text colour of buttons (faded when disabled), or in a colour of its own."""
    if not exists(name):
        raise KeyError(f"no icon is called {name!r}")
    key = (name, None if color is None else color.rgba())
    made = _icons.get(key)
    if made is None:
        made = _icons[key] = QIcon(_Engine(name, color))
    return made
