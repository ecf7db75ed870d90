"""Bars in the colours of classes, which may be like what they lie on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from widgets import theme
from widgets.controls.bars import paint_parts


@pytest.mark.parametrize(
    ("scheme", "color", "edged"),
    [
        ("dark", "#16406C", True),
        ("dark", "#68BC00", False),
        ("light", "#DDE0E8", True),
        ("light", "#90EE90", False),
    ],
)
def test_a_bar_like_its_ground_has_an_edge(plain, scheme, color, edged):
    theme.apply(plain, scheme)
    image = QImage(200, 20, QImage.Format.Format_RGB32)
    image.fill(theme.ground())
    painter = QPainter(image)
    paint_parts(painter, QRectF(0, 0, 200, 20), [(1, QColor(color))], 2)
    painter.end()
    assert image.pixelColor(50, 10) == QColor(color)
    assert (image.pixelColor(50, 0) != QColor(color)) is edged
    assert image.pixelColor(150, 10) == theme.border()
