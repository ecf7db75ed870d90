"""Paints the 3D view: the picture that came, or what is said where there is none, and the marks over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF

from viewers.canvas.volume_3d_marks import arms, paint_marks, paint_words, under_arms
from viewers.scene.volume_render.wish import GROUND, Drawn

if TYPE_CHECKING:
    from viewers.canvas.volume_3d import VolumeView


class VolumePainter:
    def __init__(self, view: VolumeView) -> None:
        self._view = view
        self._image: QImage | None = None
        self._arms = QPolygonF()  # of the crosshair, as they were told last

    @property
    def has_picture(self) -> bool:
        return self._image is not None

    def take(self, drawn: Drawn | None) -> None:
        """The picture to paint from now on. Whoever calls keeps `drawn`: its memory is the picture's."""
        self._image = None
        if drawn is not None:
            height, width = drawn.picture.shape[:2]
            self._image = QImage(drawn.picture.data, width, height, 4 * width, QImage.Format.Format_RGB32)

    def crosshair_moved(self) -> QRect:
        """What must be painted anew; nothing where planes that turn leave the crosshair where it is."""
        before, self._arms = self._arms, arms(self._view)
        return under_arms(before) | under_arms(self._arms) if self._arms != before else QRect()

    def picture(self, *, marks: bool) -> QImage:
        view = self._view
        image = QImage(view.size() * view.devicePixelRatioF(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(view.devicePixelRatioF())
        p = QPainter(image)
        try:
            self.paint(p, view.rect(), marks=marks)
        finally:
            p.end()
        return image

    def paint(self, p: QPainter, part: QRect, *, marks: bool = True, titles: Sequence[str] = ()) -> None:
        """`part`, `titles`: see `paint_marks`."""
        view, words = self._view, self._view.words
        if self._image is None or words:
            p.fillRect(view.rect(), QColor(*GROUND))
            paint_words(p, view, words)
            return
        if self._image.size().toTuple() == view.picture_size:
            self._image.setDevicePixelRatio(view.devicePixelRatioF())
            p.drawImage(0, 0, self._image)
        else:
            p.fillRect(view.rect(), QColor(*GROUND))
            p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            p.drawImage(self._target(self._image), self._image)
        if marks:
            self._arms = arms(view)
            paint_marks(p, view, part, titles)

    def _target(self, image: QImage) -> QRectF:
        """Of a picture made for another size: as high as the view, in its middle."""
        view = self._view
        wide = view.height() * image.width() / image.height()
        return QRectF((view.width() - wide) / 2, 0, wide, view.height())
