"""The active layer: selected, hovered and half-drawn shapes, drawn anew whenever they change and by the same rasteriser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtGui import QPainter

from storage.model.geometry import Bounds
from viewers.canvas import raster
from viewers.canvas.layer import Layer, make_layer, offset
from viewers.canvas.raster import Item, Look
from viewers.canvas.shape_layer import Rect, clip, device_bounds
from viewers.scene.view_state import Placement

#: Room round the shapes, so that a vertex may move some way before everything must be drawn again (device px).
ROOM = 96
#: Outlines below this many points are drawn whole: looking for what changed would cost as much.
LONG = 300


class LiveImage:
    """Keeps its drawing while nothing changes; of a long outline with a moved vertex only the place of the move is drawn."""

    def __init__(self) -> None:
        self._key: Any = None
        self._layer: Layer | None = None
        self._rect: Rect = (0, 0, 0, 0)
        self.items: tuple[Item, ...] = ()

    def paint(self, painter: QPainter, items: Sequence[Item], look: Look, now: Placement, size: tuple[int, int]) -> None:
        """`size`: of the canvas in device px."""
        key = (look, now, size)
        if key != self._key or not _same(items, self.items):
            dirty = _moved(self.items, items) if key == self._key and self._layer is not None else None
            held = self.items
            self._key, self.items = key, tuple(items)
            if dirty is None or not self._patch(dirty, look):
                self._layer = self._draw(look, now, size)
            del held
        if self._layer is not None:
            self._layer.paint(painter, now)

    def _draw(self, look: Look, now: Placement, size: tuple[int, int]) -> Layer | None:
        matrix = now.device()
        rects = [clip(device_bounds(matrix, item.bounds(), look), size) for item in self.items]
        seen = [r for r in rects if r is not None]
        if not seen:
            return None
        room = ROOM if any(item.outline.segments >= LONG for item in self.items) else 0
        x0, y0 = max(0, min(r[0] for r in seen) - room), max(0, min(r[1] for r in seen) - room)
        x1, y1 = min(size[0], max(r[2] for r in seen) + room), min(size[1], max(r[3] for r in seen) + room)
        self._rect = (x0, y0, x1, y1)
        shown = [item for item, r in zip(self.items, rects, strict=True) if r is not None]
        pixels = raster.draw(shown, offset(matrix, (x0, y0)), (x1 - x0, y1 - y0), look)
        return None if pixels is None else make_layer(pixels, now, (x0, y0), opaque=False)

    def _patch(self, dirty: Bounds, look: Look) -> bool:
        """False when the place reaches beyond what is drawn, or is most of it anyway."""
        layer = self._layer
        assert layer is not None
        wanted = device_bounds(layer.matrix(), dirty, look)
        w, h = layer.size
        rect = clip(wanted, (w, h))
        canvas_w, canvas_h = self._key[2]
        x, y = layer.origin
        whole = (max(wanted[0], -x), max(wanted[1], -y), min(wanted[2], canvas_w - x), min(wanted[3], canvas_h - y))
        if whole[0] >= whole[2] or whole[1] >= whole[3]:
            return True  # out of sight
        if rect is None or whole[0] < 0 or whole[1] < 0 or whole[2] > w or whole[3] > h:
            return False
        x0, y0, x1, y1 = rect
        if (x1 - x0) * (y1 - y0) > 0.5 * w * h:
            return False
        pixels = raster.draw_cut(self.items, offset(layer.matrix(), (x0, y0)), (x1 - x0, y1 - y0), look)
        if pixels is not None:
            layer.pixels[y0:y1, x0:x1] = pixels
        return True


def _same(a: Sequence[Item], b: Sequence[Item]) -> bool:
    return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))


def _moved(old: Sequence[Item], new: Sequence[Item]) -> Bounds | None:
    """Where long outlines differ, if they differ in the places of some points only; None: no telling."""
    if len(old) != len(new):
        return None
    ends: list[np.ndarray] = []
    for a, b in zip(old, new, strict=True):
        if a is b:
            continue
        style = (a.color, a.dashed, a.strong, a.faint) == (b.color, b.dashed, b.strong, b.faint)
        p, q = a.outline, b.outline
        if not style or p.mask or q.mask or p.dots or q.dots or a.dashed or p.segments < LONG:
            return None
        if len(p.paths) != len(q.paths):
            return None
        for s, t in zip(p.paths, q.paths, strict=True):
            if s.points.shape != t.points.shape:
                return None
            differs = np.flatnonzero((s.points != t.points).any(axis=1))
            if len(differs) * 4 > len(s.points):
                return None
            if len(differs):
                around = np.concatenate((differs - 1, differs, differs + 1)) % len(s.points)
                ends += [s.points[around], t.points[around]]
    if not ends:
        return None
    points = np.concatenate(ends)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))
