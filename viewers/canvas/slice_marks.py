"""Paints what stands over a slice: crosshair, letters, scale bar, corners. In logical pixels, legible on black and on white."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from storage.model.geometry import Point
from viewers.scene.crosshair import COLORS, FREE, Line, reach
from viewers.scene.slice_marks import Corners, ScaleBar

TEXT, WARNING, SHADOW = QColor(232, 232, 236), QColor("#FFB020"), QColor(0, 0, 0, 190)
EDGE = 8.0
#: PySide 6.11 makes this inner type on first use, and two threads that draw first at once find half of it.
_WARM = QPainterPath.Element
#: Below this size (logical px) a pane has room for letters and warnings only.
SMALL = 180.0


def marks_font(base: QFont) -> QFont:
    font = QFont(base)
    font.setPixelSize(11)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def paint_lines(p: QPainter, lines: Sequence[Line], size: Point) -> None:
    """The crosshair, free around its middle."""
    for line in lines:
        straight = min(abs(line.way[0]), abs(line.way[1])) < 1e-6
        p.setRenderHint(QPainter.RenderHint.Antialiasing, not straight)
        x, y = (math.floor(line.at[0]) + 0.5, math.floor(line.at[1]) + 0.5) if straight else line.at
        dx, dy = line.way
        p.setPen(QPen(QColor(COLORS[line.kind]), 1))
        for sign in (-1.0, 1.0):
            far = reach(line, int(sign), size)
            if far > FREE:
                p.drawLine(QLineF(x + sign * dx * FREE, y + sign * dy * FREE, x + sign * dx * far, y + sign * dy * far))
    p.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def paint_letters(p: QPainter, found: tuple[str, str, str, str], size: Point, font: QFont) -> None:
    """Left, right, top and bottom, each in the middle of its edge."""
    w, h = size
    big = QFont(font)
    big.setPixelSize(13)
    big.setWeight(QFont.Weight.DemiBold)
    p.setFont(big)
    boxes = (
        (QRectF(EDGE - 4, h / 2 - 12, 40, 24), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
        (QRectF(w - EDGE - 36, h / 2 - 12, 40, 24), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
        (QRectF(w / 2 - 20, EDGE - 4, 40, 20), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop),
        (QRectF(w / 2 - 20, h - EDGE - 16, 40, 20), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom),
    )
    for text, (box, flags) in zip(found, boxes, strict=True):
        shadowed(p, box, flags, text, TEXT)


def paint_corners(p: QPainter, corners: Corners, size: Point, font: QFont, inset: float = 0.0) -> None:
    """`inset`: how much of the top left is covered by something else."""
    p.setFont(font)
    metrics = QFontMetricsF(font)
    step, (w, h) = metrics.height() + 1, size
    left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
    half = QRectF(0, 0, w / 2 - EDGE - 20, step)

    def column(lines: Sequence[str], x: float, y: float, flags: Qt.AlignmentFlag) -> None:
        for i, line in enumerate(lines):
            box = half.translated(x, y + i * step)
            shadowed(p, box, flags | Qt.AlignmentFlag.AlignVCenter, line, TEXT, elided=True)

    if min(w, h) >= SMALL:
        column(corners.top_left, EDGE, EDGE + inset, left)
        column(corners.top_right, w / 2 + 20, EDGE, right)
        column(corners.bottom_left, EDGE, h - EDGE - step * len(corners.bottom_left), left)
        column(corners.bottom_right, w / 2 + 20, h - EDGE - step * len(corners.bottom_right), right)
    _paint_warnings(
        p, corners.warnings, EDGE + inset + step * (len(corners.top_left) if min(w, h) >= SMALL else 0) + 4, w, metrics
    )


def _paint_warnings(p: QPainter, warnings: Sequence[str], top: float, width: float, metrics: QFontMetricsF) -> None:
    """What must not be overlooked stands on a ground of its own."""
    for text in warnings:
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - 2 * EDGE - 12)
        box = QRectF(EDGE, top, metrics.horizontalAdvance(shown) + 12, metrics.height() + 4)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(QColor(30, 22, 4, 215))
        p.drawRoundedRect(box, 4, 4)
        p.setPen(WARNING)
        p.drawText(box, int(Qt.AlignmentFlag.AlignCenter), shown)
        top += box.height() + 2


def paint_scale(p: QPainter, bar: ScaleBar, size: Point, font: QFont) -> None:
    """At the lower edge, between the corners, above the letter."""
    w, h = size
    if min(w, h) < SMALL:
        return
    y, x = h - 30.5, w / 2 - bar.length / 2
    pieces = [
        QLineF(x, y, x + bar.length, y),
        QLineF(x, y - 4, x, y + 4),
        QLineF(x + bar.length, y - 4, x + bar.length, y + 4),
    ]
    for pen in (QPen(SHADOW, 3), QPen(TEXT, 1)):
        p.setPen(pen)
        p.drawLines(pieces)
    p.setFont(font)
    shadowed(p, QRectF(w / 2 - 60, y - 20, 120, 16), Qt.AlignmentFlag.AlignCenter, bar.text, TEXT)


_AROUND = ((-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0))
#: Words as they were painted last: most stay from picture to picture, and setting a word costs ten times as much as copying it.
_WORDS: OrderedDict[tuple[Any, ...], tuple[QPointF, QImage]] = OrderedDict()
_WORDS_KEPT = 256


def shadowed(p: QPainter, box: QRectF, flags: Qt.AlignmentFlag, text: str, color: QColor, *, elided: bool = False) -> None:
    """In the painter's font; legible on any ground. `elided`: shortened to the width of the box."""
    if not text:
        return
    font, dpr = p.font(), p.device().devicePixelRatioF()
    key = (text, font.key(), box.width(), box.height(), int(flags), color.rgba(), dpr, elided)
    found = _WORDS.get(key)
    if found is None:
        found = _WORDS[key] = _painted(box, int(flags), text, color, font, dpr, elided)
        if len(_WORDS) > _WORDS_KEPT:
            _WORDS.popitem(last=False)
    else:
        _WORDS.move_to_end(key)
    p.drawImage(box.topLeft() + found[0], found[1])


def _painted(
    box: QRectF, flags: int, text: str, color: QColor, font: QFont, dpr: float, elided: bool
) -> tuple[QPointF, QImage]:
    """Where in the box the words begin, and they themselves."""
    metrics, room = QFontMetricsF(font), QRectF(0, 0, box.width(), box.height())
    if elided:
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    around = metrics.boundingRect(room, flags, text).adjusted(-3, -2, 3, 2).toAlignedRect()
    image = QImage(around.size() * dpr, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(Qt.GlobalColor.transparent)
    q = QPainter(image)
    try:
        q.setFont(font)
        q.translate(-around.topLeft())
        q.setPen(SHADOW)
        for dx, dy in _AROUND:
            q.drawText(room.translated(dx, dy), flags, text)
        q.setPen(color)
        q.drawText(room, flags, text)
    finally:
        q.end()
    return QPointF(around.topLeft()), image
