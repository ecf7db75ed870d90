"""The crosshair's lines are of one weight on every screen, wherever they lie."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from viewers.canvas.slice_marks import paint_lines
from viewers.scene.crosshair import COLORS, Line
from viewers.scene.mpr import PlaneKind

SIDE = 120


def painted(dpr: float, at: tuple[float, float], shift: float = 0.0) -> np.ndarray:
    """Which device pixels are coloured: neither black nor of any other colour than the lines'."""
    size = round(SIDE * dpr)
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    p = QPainter(image)
    p.translate(QPointF(shift, shift))  # a pane that begins in the middle of a device pixel
    paint_lines(p, [Line(PlaneKind.SAGITTAL, at, (0.0, 1.0)), Line(PlaneKind.CORONAL, at, (1.0, 0.0))], (SIDE, SIDE))
    p.end()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(size, size) & 0xFFFFFF
    known = {QColor(COLORS[kind]).rgb() & 0xFFFFFF for kind in (PlaneKind.SAGITTAL, PlaneKind.CORONAL)}
    assert set(np.unique(pixels).tolist()) <= {0, *known}, "no paler edges"
    return pixels > 0


@pytest.mark.parametrize(("dpr", "weight"), [(1.0, 1), (1.25, 1), (1.5, 2), (1.75, 2), (2.0, 2)])
@pytest.mark.parametrize("shift", [0.0, 1 / 3, 1.0])
def test_lines_are_as_many_pixels_wide_everywhere(qapp, dpr, weight, shift):
    for step in range(24):
        place = 40 + step * 0.37
        seen = painted(dpr, (place, place + 0.61), shift)
        far = round(5 * dpr)
        assert int(seen[far].sum()) == weight, f"upright at {place}"
        assert int(seen[:, far].sum()) == weight, f"level at {place}"
        middle = float(np.flatnonzero(seen[far]).mean()) + 0.5
        assert abs(middle - (place + shift) * dpr) <= 1.0
