"""What is measured, written beside its shape and clear of other words. In logical pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from storage.model.geometry import Geometry
from viewers.canvas.overlay import draw_chip, free_place
from viewers.canvas.slice_marks import Lettering, lower_band
from viewers.scene.view_state import ViewState


def paint_chips(p: QPainter, how: Lettering, view: ViewState, shapes: Iterable[tuple[Geometry, Sequence[str]]]) -> list[QRectF]:
    """The lines of each at the lower right of it. Where they stand."""
    metrics, taken = QFontMetricsF(how.small), list[QRectF]()
    w, h = view.size
    bottom = h - lower_band(how, view.size)
    for shape, lines in shapes:
        if not lines:
            continue
        x0, y0, x1, y1 = shape.bounds()
        corners = view.to_screen([(x0, y0), (x1, y0), (x0, y1), (x1, y1)])
        x, y = float(corners[:, 0].max()) + 8, float(corners[:, 1].max()) + 4
        width, height = max(metrics.horizontalAdvance(t) for t in lines) + 14, metrics.height() + 4
        x = max(2.0, min(x, w - width - 2))
        y = max(2.0, min(y, bottom - height * len(lines)))
        place = free_place(QRectF(x, y, width, height * len(lines)), taken, bottom)
        taken.append(place)
        for i, text in enumerate(lines):
            draw_chip(p, QRectF(x, place.top() + i * height, width, height), text, how.small, None)
    return taken
