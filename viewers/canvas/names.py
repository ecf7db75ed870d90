"""Names of shapes, drawn in the worker: the largest first, none over another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from viewers.canvas.background import Stop
from viewers.canvas.raster import Color
from viewers.scene.view_state import Matrix

#: Image bounds, text, colour.
Name = tuple[tuple[float, float, float, float], str, Color]
MOST = 600
SMALLEST = 14.0  # logical px of the shape on the screen


def draw_names(
    names: Sequence[Name],
    m: Matrix,
    size: tuple[int, int],
    dpr: float,
    font: QFont,
    keep_off: Sequence[QRectF],
    bottom: float,
    stop: Stop,
) -> QImage | None:
    """On a transparent image of `size` device px. `keep_off`: what else is written there; no name goes below `bottom` to make way
    for it (logical px)."""
    from viewers.canvas.overlay import draw_chip, free_place

    image = QImage(size[0], size[1], QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    metrics = QFontMetricsF(font)
    height = metrics.height() + 4
    taken: set[tuple[int, int]] = set()
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawn = 0
    for box, text, color in _placed(names, m, dpr):
        if stop() or drawn >= MOST:
            break
        above = QRectF(box.left(), box.top() - height - 3, metrics.horizontalAdvance(text) + 18, height)
        rect = free_place(above, keep_off, min(bottom, box.bottom() + height + 3))
        cells = _cells(rect, height)
        if cells & taken or any(rect.intersects(other) for other in keep_off):
            continue
        taken |= cells
        drawn += 1
        draw_chip(painter, rect, text, font, QColor(color[2], color[1], color[0]))
    painter.end()
    return None if stop() else image


def _placed(names: Sequence[Name], m: Matrix, dpr: float) -> list[tuple[QRectF, str, Color]]:
    """With the boxes of their shapes in logical px of the image, the largest first; too small ones left out."""
    a, b, tx, c, d, ty = m
    placed = []
    for (x0, y0, x1, y1), text, color in names:
        us = sorted((a * x0 + b * y0 + tx, a * x1 + b * y1 + tx))
        vs = sorted((c * x0 + d * y0 + ty, c * x1 + d * y1 + ty))
        box = QRectF(us[0] / dpr, vs[0] / dpr, (us[1] - us[0]) / dpr, (vs[1] - vs[0]) / dpr)
        side = max(box.width(), box.height())
        if side >= SMALLEST or side == 0:
            placed.append((side, box, text, color))
    placed.sort(key=lambda n: -n[0])
    return [(box, text, color) for _, box, text, color in placed]


def _cells(rect: QRectF, side: float) -> set[tuple[int, int]]:
    return {
        (int(x), int(y))
        for x in range(int(rect.left() // side), int(rect.right() // side) + 1)
        for y in range(int(rect.top() // side), int(rect.bottom() // side) + 1)
    }
