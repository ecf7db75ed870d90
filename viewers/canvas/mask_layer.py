"""The mask that is being painted: only what the brush touched is drawn again."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtGui import QPainter

from storage.model.geometry import Bitmask, Bounds
from viewers.canvas import raster
from viewers.canvas.empty import empty_pixels
from viewers.canvas.layer import Layer, make_layer
from viewers.canvas.raster import Color, Item, Look, Loose
from viewers.canvas.shape_layer import clip, device_bounds
from viewers.scene.outlines import Outline
from viewers.scene.view_state import Placement
from viewers.tools.base import MaskDraft


def mask_item(draft: MaskDraft, color: Color) -> Item:
    h, w = draft.mask.shape
    pixels = draft.mask.view(np.uint8) if draft.mask.dtype == np.bool_ else (draft.mask != 0).view(np.uint8)
    return Item(Loose(Outline(mask=Bitmask(draft.x, draft.y, w, h, b"")), pixels), color, strong=True)


class MaskPreview:
    def __init__(self) -> None:
        self._layer: Layer | None = None
        self._key: Any = None
        self._revision = -1

    def clear(self) -> None:
        self._layer, self._key = None, None

    def paint(
        self, painter: QPainter, draft: MaskDraft, color: Color, look: Look, now: Placement, size: tuple[int, int]
    ) -> None:
        """`size`: of the canvas in device px."""
        key = (id(draft.mask), draft.mask.shape, draft.x, draft.y, color, look, now, size)
        item = mask_item(draft, color)
        if self._layer is None or key != self._key:
            self._fresh(item, look, now, size)
        elif draft.revision != self._revision:
            next_one = draft.revision == self._revision + 1 and draft.dirty is not None
            self._patch(item, draft.dirty if next_one else None, look)
        self._key, self._revision = key, draft.revision
        if self._layer is not None:
            self._layer.paint(painter, now)

    def _fresh(self, item: Item, look: Look, now: Placement, size: tuple[int, int]) -> None:
        pixels = empty_pixels(*size)
        self._layer = make_layer(pixels, now, (0, 0), opaque=False)
        self._patch(item, None, look)

    def _patch(self, item: Item, dirty: Bounds | None, look: Look) -> None:
        layer, box = self._layer, item.outline.mask
        assert layer is not None
        assert box is not None
        rect = clip(device_bounds(layer.matrix(), dirty or box.bounds(), look), layer.size)
        if rect is None:
            return
        x0, y0, x1, y1 = rect
        m = layer.matrix()
        cut = (m[0], m[1], m[2] - x0, m[3], m[4], m[5] - y0)
        pixels = raster.draw_cut([item], cut, (x1 - x0, y1 - y0), look)
        if pixels is not None:
            layer.pixels[y0:y1, x0:x1] = pixels
