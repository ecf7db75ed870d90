"""A picture of something on the canvas, drawn for one placement of the view and shifted or scaled until a new one comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QTransform

from viewers.canvas.empty import empty_pixels
from viewers.scene.view_state import Matrix, Placement

Rect = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(slots=True, eq=False)
class Layer:
    """`origin`: where its first pixel lies, in device px of the canvas at `placement`.

    `inked`: beyond this part of it (left, top, right, bottom) there is nothing; None: not known.
    """

    pixels: NDArray[np.uint8]
    image: QImage
    placement: Placement
    origin: tuple[int, int]
    inked: Rect | None = None

    @property
    def size(self) -> tuple[int, int]:
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def blank(self) -> bool:
        """Painting it would change no pixel."""
        return self.inked is not None and (self.inked[0] >= self.inked[2] or self.inked[1] >= self.inked[3])

    def ink(self, place: Rect) -> None:
        """Something was drawn here."""
        if self.blank:
            self.inked = place
        elif self.inked is not None:
            x0, y0, x1, y1 = self.inked
            self.inked = (min(x0, place[0]), min(y0, place[1]), max(x1, place[2]), max(y1, place[3]))

    def matrix(self) -> Matrix:
        """Image coordinates to px of this layer."""
        return offset(self.placement.device(), self.origin)

    def covers(self, now: Placement, rect: Rect) -> bool:
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

    def reach(self, now: Placement) -> QRectF:
        """The logical rectangle it covers now."""
        return self.transform(now).mapRect(QRectF(0, 0, *self.size))

    def paint(self, painter: QPainter, now: Placement) -> None:
        """Draws it where it belongs now. Unscaled when the view only moved."""
        shift = now.shift_from(self.placement)
        dpr = now.dpr
        if shift is not None:
            at = QPointF((self.origin[0] + shift[0]) / dpr, (self.origin[1] + shift[1]) / dpr)
            if self.inked is None:
                painter.drawImage(at, self.image)
            elif not self.blank:
                x0, y0, x1, y1 = self.inked
                painter.drawImage(at + QPointF(x0 / dpr, y0 / dpr), self.image, QRectF(x0, y0, x1 - x0, y1 - y0))
        elif not self.blank:
            painter.save()
            painter.setTransform(QTransform.fromScale(dpr, dpr) * self.transform(now), True)
            painter.drawImage(0, 0, self.image)
            painter.restore()


def make_layer(pixels: NDArray[Any], placement: Placement, origin: tuple[int, int], *, opaque: bool) -> Layer:
    """The image shares the array's memory, so writing into the array changes the layer."""
    h, w = pixels.shape[:2]
    form = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(pixels.data, w, h, w * 4, form)
    image.setDevicePixelRatio(placement.dpr)
    return Layer(pixels, image, placement, origin)


def blank_layer(placement: Placement, size: tuple[int, int]) -> Layer:
    """Nothing is drawn on it."""
    made = make_layer(empty_pixels(*size), placement, (0, 0), opaque=False)
    made.inked = (0, 0, 0, 0)
    return made


def offset(m: Matrix, origin: tuple[int, int]) -> Matrix:
    return (m[0], m[1], m[2] - origin[0], m[3], m[4], m[5] - origin[1])


def _qt(p: Placement) -> QTransform:
    return QTransform(p.a, p.c, p.b, p.d, p.tx, p.ty)
