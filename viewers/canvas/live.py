"""The active layer: selected, hovered and half-drawn shapes, drawn anew whenever they change and by the same rasteriser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtGui import QPainter

from viewers.canvas import raster
from viewers.canvas.layer import Layer, make_layer, offset
from viewers.canvas.raster import Item, Look
from viewers.canvas.shape_layer import clip, device_bounds
from viewers.scene.view_state import Placement


class LiveImage:
    """Keeps the last drawing as long as neither the shapes nor the view change."""

    def __init__(self) -> None:
        self._key: Any = None
        self._layer: Layer | None = None
        self._held: Sequence[Item] = ()  # keeps their ids from being used again

    def paint(self, painter: QPainter, items: Sequence[Item], look: Look, now: Placement, size: tuple[int, int]) -> None:
        """`size`: of the canvas in device px."""
        key = (tuple(map(id, items)), look, now, size)
        if key != self._key:
            self._key, self._held = key, tuple(items)
            self._layer = self._draw(items, look, now, size)
        if self._layer is not None:
            self._layer.paint(painter, now)

    def _draw(self, items: Sequence[Item], look: Look, now: Placement, size: tuple[int, int]) -> Layer | None:
        matrix = now.device()
        rects = [clip(device_bounds(matrix, item.bounds(), look), size) for item in items]
        seen = [(item, r) for item, r in zip(items, rects, strict=True) if r is not None]
        if not seen:
            return None
        x0, y0 = min(r[0] for _, r in seen), min(r[1] for _, r in seen)
        x1, y1 = max(r[2] for _, r in seen), max(r[3] for _, r in seen)
        cut = offset(matrix, (x0, y0))
        pixels = raster.draw([item for item, _ in seen], cut, (x1 - x0, y1 - y0), look)
        return None if pixels is None else make_layer(pixels, now, (x0, y0), opaque=False)
