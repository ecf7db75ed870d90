"""What stands over a slice: crosshair, letters, scale bar, corners. In logical pixels, legible on black and on white.

The crosshair is painted. All else is *pieces*, pictures with their places, which a pane keeps: where only the crosshair has
moved they are laid over it again as they are.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QRegion

from storage.model.geometry import Point
from viewers.scene.crosshair import COLORS, FREE, Line, reach, turn_handles
from viewers.scene.slice_marks import Corners, ScaleBar

TEXT, WARNING, SHADOW = QColor(232, 232, 236), QColor("#FFB020"), QColor(0, 0, 0, 190)
#: How dark it is round the letters, and where: light words are read on white bone too.
_HALO = 0.65
_ROUND = tuple(QPointF(dx, dy) for dx in (-1.0, 0.0, 1.0) for dy in (-1.0, 0.0, 1.0) if dx or dy)
EDGE = 8.0
#: PySide 6.11 makes this inner type on first use, and two threads that draw first at once find half of it.
_WARM = QPainterPath.Element
#: Below this size (logical px) a pane has room for letters and warnings only.
SMALL = 180.0

Piece = tuple[QPointF, QImage]

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_TOP = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
_BOTTOM = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
CENTER = int(Qt.AlignmentFlag.AlignCenter)
#: Half as wide as what a line of the crosshair may touch, logical px.
_REACH = 2
#: Radius of the handles of turns, and what they are filled with.
HANDLE_PX, HANDLE_GROUND = 4.5, QColor(20, 21, 24, 200)
#: What keeps off words learns of their places in steps of so many logical px.
UNDER_STEP = 8.0
#: Half as wide as the words of a scale bar at most, logical px.
_BAR_WORDS = 26.0


# -- the crosshair ---------------------------------------------------------------------------------------------------------


def paint_lines(p: QPainter, lines: Sequence[Line], size: Point, *, handles: bool = False) -> None:
    """The crosshair, free around its middle. `handles`: the pointer can turn its lines here, and sees where."""
    to_device = p.deviceTransform()
    screen = to_device.m11(), to_device.dx(), to_device.dy()
    for line in lines:
        (x, y), (dx, dy), color, along = line.at, line.way, QColor(COLORS[line.kind]), straight(line)
        p.setRenderHint(QPainter.RenderHint.Antialiasing, not along)
        p.setPen(QPen(color, 1))
        for sign in (-1.0, 1.0):
            far = reach(line, int(sign), size)
            if far > FREE:
                ends = x + sign * dx * FREE, y + sign * dy * FREE, x + sign * dx * far, y + sign * dy * far
                if along:
                    p.fillRect(_on_pixels(*ends, *screen), color)
                else:
                    p.drawLine(QLineF(*ends))
    p.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    if handles:
        p.setBrush(HANDLE_GROUND)
        for line in lines:
            p.setPen(QPen(QColor(COLORS[line.kind]), 1.5))
            for hx, hy in turn_handles(line, size):
                p.drawEllipse(QPointF(hx, hy), HANDLE_PX, HANDLE_PX)
        p.setBrush(Qt.BrushStyle.NoBrush)


def _on_pixels(x0: float, y0: float, x1: float, y1: float, scale: float, dx: float, dy: float) -> QRectF:
    """A line along rows or columns as whole pixels of the screen, of one weight wherever it lies: a pixel of the widget is 1.5 of
    the screen's on some. `scale`, `dx`, `dy` take the widget to the screen."""
    thick = max(1, math.floor(scale + 0.5))
    left, right = sorted((x0 * scale + dx, x1 * scale + dx))
    top, bottom = sorted((y0 * scale + dy, y1 * scale + dy))
    if right - left > bottom - top:
        x, y, w, h = round(left), math.floor(top - (thick - 1) / 2), round(right) - round(left), thick
    else:
        x, y, w, h = math.floor(left - (thick - 1) / 2), round(top), thick, round(bottom) - round(top)
    return QRectF((x - dx) / scale, (y - dy) / scale, w / scale, h / scale)


def straight(line: Line) -> bool:
    """It runs along the rows or the columns of the screen."""
    return min(abs(line.way[0]), abs(line.way[1])) < 1e-6


def under_lines(lines: Iterable[Line], size: Point, *, handles: bool = False) -> QRegion:
    """Where lines are painted; all of the pane where one is slanted."""
    w, h = (math.ceil(v) for v in size)
    far = math.ceil(HANDLE_PX) + 2 if handles else _REACH
    found = QRegion()
    for line in lines:
        x, y = (math.floor(v) for v in line.at)
        if not straight(line):
            return QRegion(0, 0, w, h)
        across = abs(line.way[0]) > abs(line.way[1])
        found |= QRect(0, y - far, w, 2 * far + 1) if across else QRect(x - far, 0, 2 * far + 1, h)
    return found


# -- words -----------------------------------------------------------------------------------------------------------------


class Lettering:
    """Words over pictures, in a widget's font and for the density of its screen.

    They are kept as they were set: most stay from picture to picture, and setting a word costs ten times as much as copying it.
    """

    def __init__(self, base: QFont, dpr: float) -> None:
        self.dpr = dpr
        self.small = QFont(base)
        self.small.setPixelSize(11)
        self.small.setFeature(QFont.Tag("tnum"), 1)
        self.large = QFont(base)
        self.large.setPixelSize(13)
        self.bold = QFont(self.small)
        self.bold.setPixelSize(13)
        self.bold.setWeight(QFont.Weight.DemiBold)
        self._small = QFontMetricsF(self.small)
        self.height = self._small.height()
        self._widths: OrderedDict[str, float] = OrderedDict()
        self._set: OrderedDict[tuple[Any, ...], Piece] = OrderedDict()

    @classmethod
    def of(cls, base: QFont, dpr: float) -> Lettering:
        key = (base.key(), dpr)
        found = _LETTERINGS.get(key)
        if found is None:
            found = _LETTERINGS[key] = cls(base, dpr)
            if len(_LETTERINGS) > _FONTS_KEPT:
                _LETTERINGS.popitem(last=False)
        return found

    def words(
        self, font: QFont, box: QRectF, flags: int, text: str, color: QColor = TEXT, *, elided: bool = False
    ) -> Iterator[Piece]:
        """With a dark edge, so that they can be read on any ground. `font`: one of its own. `elided`: shortened to the box."""
        if not text:
            return
        key = (id(font), text, box.width(), box.height(), flags, color.rgba(), elided)
        found = self._known(key) or self._remember(key, self._shadowed(font, box, flags, text, color, elided))
        yield box.topLeft() + found[0], found[1]

    def badge(self, text: str, at: QPointF, room: float) -> tuple[Piece, float]:
        """What must not be overlooked, on a ground of its own, and how high it is; as wide as there is room."""
        key = ("badge", text, room)
        offset, image = self._known(key) or self._remember(key, self._grounded(text, room))
        return (at + offset, image), self.height + 4

    def bar(self, bar: ScaleBar) -> Piece:
        """A scale bar around the middle of its line."""
        key = ("bar", bar.length, bar.text)
        return self._known(key) or self._remember(key, self._ruled(bar))

    def width(self, text: str) -> float:
        """Of small words."""
        found = self._widths.get(text)
        if found is None:
            found = self._widths[text] = self._small.horizontalAdvance(text) + 1.0
            if len(self._widths) > _WORDS_KEPT:
                self._widths.popitem(last=False)
        return found

    def _known(self, key: tuple[Any, ...]) -> Piece | None:
        found = self._set.get(key)
        if found is not None:
            self._set.move_to_end(key)
        return found

    def _remember(self, key: tuple[Any, ...], made: Piece) -> Piece:
        self._set[key] = made
        if len(self._set) > _WORDS_KEPT:
            self._set.popitem(last=False)
        return made

    # -- setting them anew: pictures, and where they begin

    def _shadowed(self, font: QFont, box: QRectF, flags: int, text: str, color: QColor, elided: bool) -> Piece:
        metrics, room = QFontMetricsF(font), QRectF(0, 0, box.width(), box.height())
        if elided and metrics.horizontalAdvance(text) > box.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        around = metrics.boundingRect(room, flags, text).adjusted(-3, -2, 3, 2).toAlignedRect()
        with self._canvas(around.size()) as (shade, q):
            q.setFont(font)
            q.setPen(Qt.GlobalColor.black)
            q.drawText(room.translated(-around.topLeft()), flags, text)
        with self._canvas(around.size()) as (image, q):
            q.setOpacity(_HALO)
            for at in _ROUND:
                q.drawImage(at, shade)
            q.setOpacity(1.0)
            q.setFont(font)
            q.setPen(color)
            q.drawText(room.translated(-around.topLeft()), flags, text)
        return QPointF(around.topLeft()), image

    def _grounded(self, text: str, room: float) -> Piece:
        metrics = QFontMetricsF(self.small)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room - 12)
        box = QRectF(0, 0, metrics.horizontalAdvance(shown) + 12, self.height + 4)
        with self._canvas(box.toAlignedRect().size()) as (image, q):
            q.setRenderHint(QPainter.RenderHint.Antialiasing)
            q.setPen(Qt.PenStyle.NoPen)
            q.setBrush(QColor(30, 22, 4, 215))
            q.drawRoundedRect(box, 4, 4)
            q.setFont(self.small)
            q.setPen(WARNING)
            q.drawText(box, CENTER, shown)
        return QPointF(), image

    def _ruled(self, bar: ScaleBar) -> Piece:
        half, wide = bar.length / 2, math.ceil(max(bar.length / 2, 60.0)) + 4
        ends = [QLineF(side * half, -4, side * half, 4) for side in (-1, 1)]
        with self._canvas(QSize(2 * wide, 32)) as (image, q):
            q.setRenderHint(QPainter.RenderHint.Antialiasing)
            q.translate(wide, 24.5)
            for pen in (QPen(QColor(0, 0, 0, 50), 5), QPen(SHADOW, 3), QPen(TEXT, 1)):
                q.setPen(pen)
                q.drawLines([QLineF(-half, 0, half, 0), *ends])
            paint_pieces(q, self.words(self.small, QRectF(-60, -20, 120, 16), CENTER, bar.text))
        return QPointF(-wide, -24.5), image

    @contextmanager
    def _canvas(self, size: QSize) -> Iterator[tuple[QImage, QPainter]]:
        """An image to paint on. Whatever happens the painter ends before it: Qt takes the program down for less."""
        image = QImage(size * self.dpr, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(self.dpr)
        image.fill(Qt.GlobalColor.transparent)
        q = QPainter(image)
        try:
            yield image, q
        finally:
            q.end()


_LETTERINGS: OrderedDict[tuple[str, float], Lettering] = OrderedDict()
_FONTS_KEPT, _WORDS_KEPT = 8, 256


def paint_pieces(p: QPainter, pieces: Iterable[Piece]) -> None:
    for at, image in pieces:
        p.drawImage(at, image)


def under_pieces(pieces: Iterable[Piece]) -> tuple[QRectF, ...]:
    """Where they are painted, in steps: a word that grows by a digit mostly lies where it lay."""
    found = []
    for at, image in pieces:
        box, step = QRectF(at, image.deviceIndependentSize()), UNDER_STEP
        left, top = math.floor(box.left() / step) * step, math.floor(box.top() / step) * step
        found.append(QRectF(QPointF(left, top), QPointF(math.ceil(box.right() / step), math.ceil(box.bottom() / step)) * step))
    return tuple(found)


def letter_pieces(how: Lettering, found: tuple[str, str, str, str], size: Point) -> Iterator[Piece]:
    """Left, right, top and bottom, each in the middle of its edge."""
    w, h = size
    left, right, top, bottom = found
    yield from how.words(how.bold, QRectF(EDGE - 4, h / 2 - 12, 40, 24), _LEFT, left)
    yield from how.words(how.bold, QRectF(w - EDGE - 36, h / 2 - 12, 40, 24), _RIGHT, right)
    yield from how.words(how.bold, QRectF(w / 2 - 20, EDGE - 4, 40, 20), _TOP, top)
    yield from how.words(how.bold, QRectF(w / 2 - 20, h - EDGE - 16, 40, 20), _BOTTOM, bottom)


def corner_pieces(how: Lettering, lines: Corners, size: Point, inset: float = 0.0) -> Iterator[Piece]:
    """`inset`: how much of the top left is covered by something else."""
    step, (w, h) = how.height + 1, size
    roomy = min(size) >= SMALL

    def row(left: str, right: str, y: float, *, letter: bool) -> Iterator[Piece]:
        for text, room, flags in zip((left, right), _rooms(how, left, right, w, letter=letter), (_LEFT, _RIGHT), strict=True):
            box = QRectF(EDGE if flags == _LEFT else w - EDGE - room, y, room, step)
            yield from how.words(how.small, box, flags, text, elided=True)

    if roomy:
        above = zip_longest(() if inset else lines.top_left, lines.top_right, fillvalue="")
        for i, (left, right) in enumerate(above):
            yield from row(left, right, EDGE + i * step, letter=i == 0)
        for i, left in enumerate(lines.top_left if inset else ()):
            yield from row(left, "", EDGE + inset + i * step, letter=inset + i * step < 2 * step)
        ends = _in_two(how, lines.bottom_right, w)
        for i, (left, right) in enumerate(zip_longest(lines.bottom_left[::-1], ends[::-1], fillvalue="")):
            yield from row(left, right, h - EDGE - (i + 1) * step, letter=i == 0)
    top = EDGE + inset + step * (len(lines.top_left) if roomy else 0) + 4
    for text in lines.warnings:
        piece, height = how.badge(text, QPointF(EDGE, top), w - 2 * EDGE)
        yield piece
        top += height + 2


def _rooms(how: Lettering, left: str, right: str, w: float, *, letter: bool) -> tuple[float, float]:
    """Of the words at both ends of a row. `letter`: that of the edge stands between them."""
    half, most = w / 2 - EDGE - 20, w - 2 * EDGE
    a, b = how.width(left), how.width(right)
    if letter or (a <= half and b <= half):
        return half, half
    free = most - 12
    if a + b <= free:
        return max(a, half), max(b, half)
    return (free - b, half) if b <= half else (half, free - a) if a <= half else (half, half)


def _in_two(how: Lettering, lines: Sequence[str], w: float) -> Sequence[str]:
    """The last line, where it would meet the letter, goes on in one of its own: "C 50  W 350" and "Mediastinum"."""
    if not lines or how.width(lines[-1]) <= w / 2 - EDGE - 20 or "  " not in lines[-1]:
        return lines
    return (*lines[:-1], *lines[-1].rsplit("  ", 1))


def lower_band(how: Lettering, size: Point) -> float:
    """How much of the lower edge the corners and the scale bar take: other words keep above it."""
    return EDGE + 3 * (how.height + 1) + 12 if min(size) >= SMALL else 2.0


def scale_pieces(how: Lettering, bar: ScaleBar | None, size: Point) -> Iterator[Piece]:
    """Above the lower right corner, where a crosshair seldom runs through its words."""
    w, h = size
    if bar is not None and min(w, h) >= SMALL:
        offset, image = how.bar(bar)
        yield QPointF(w - EDGE - max(bar.length / 2, _BAR_WORDS), h - EDGE - 2 * (how.height + 1) - 8.5) + offset, image
