"""A picture of something on the canvas, drawn for one placement of the view and shifted or scaled until a new one comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QTransform

from viewers.scene.view_state import Matrix, Placement


@dataclass(slots=True, eq=False)
class Layer:
    """`origin`: where its first pixel lies, in device px of the canvas at `placement`."""

    pixels: NDArray[np.uint8]
    image: QImage
    placement: Placement
    origin: tuple[int, int]
    blank: bool = False  # there is nothing on it: painting it would change no pixel

    @property
    def size(self) -> tuple[int, int]:
        return self.pixels.shape[1], self.pixels.shape[0]

    def matrix(self) -> Matrix:
        """Image coordinates to px of this layer."""
        return offset(self.placement.device(), self.origin)

    def covers(self, now: Placement, rect: tuple[int, int, int, int]) -> bool:
        """Shows at `now`, sharp, all of a rectangle (left, top, right, bottom) of device px of the canvas."""
        shift = now.shift_from(self.placement)
        if shift is None:
            return False
        x, y = self.origin[0] + shift[0], self.origin[1] + shift[1]
        w, h = self.size
        return x <= rect[0] and y <= rect[1] and x + w >= rect[2] and y + h >= rect[3]

    def transform(self, now: Placement) -> QTransform:
        """Layer px (device) to logical px of the canvas as the view is now."""
        then, here = _qt(self.placement), _qt(now)
        inverse, ok = then.inverted()
        s, (ox, oy) = 1 / self.placement.dpr, self.origin
        to_then = QTransform(s, 0, 0, s, ox * s, oy * s)
        return to_then * inverse * here if ok else to_then

    def paint(self, painter: QPainter, now: Placement) -> QRectF:
        """Draws it where it belongs now; returns the logical rectangle it covers. Unscaled when the view only moved."""
        shift = now.shift_from(self.placement)
        dpr = now.dpr
        if shift is not None:
            at = QPointF((self.origin[0] + shift[0]) / dpr, (self.origin[1] + shift[1]) / dpr)
            if not self.blank:
                painter.drawImage(at, self.image)
            return QRectF(at.x(), at.y(), self.size[0] / dpr, self.size[1] / dpr)
        transform = self.transform(now)
        if not self.blank:
            painter.save()
            painter.setTransform(QTransform.fromScale(dpr, dpr) * transform, True)
            painter.drawImage(0, 0, self.image)
            painter.restore()
        return transform.mapRect(QRectF(0, 0, *self.size))


def make_layer(pixels: NDArray[Any], placement: Placement, origin: tuple[int, int], *, opaque: bool) -> Layer:
    """The image shares the array's memory, so writing into the array changes the layer."""
    h, w = pixels.shape[:2]
    form = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(pixels.data, w, h, w * 4, form)
    image.setDevicePixelRatio(placement.dpr)
    return Layer(pixels, image, placement, origin)


def offset(m: Matrix, origin: tuple[int, int]) -> Matrix:
    return (m[0], m[1], m[2] - origin[0], m[3], m[4], m[5] - origin[1])


def _qt(p: Placement) -> QTransform:
    return QTransform(p.a, p.c, p.b, p.d, p.tx, p.ty)
