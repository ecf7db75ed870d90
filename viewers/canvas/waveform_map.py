"""The minimap of a sound: all of it in one strip, the stretch in sight framed; click or drag to go there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from viewers.canvas.waveform_bands import Marks, bands
from viewers.canvas.waveform_canvas import WaveformCanvas
from viewers.canvas.waveform_raster import GROUND, draw_wave

HEIGHT = 44
FRAME, SHADE = QColor("#8AA0FF"), QColor(12, 13, 15, 140)
#: From an edge of the frame (px) it is taken hold of to zoom.
EDGE_PX = 5.0


class WaveformMap(QWidget):
    def __init__(self, canvas: WaveformCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._image: QImage | None = None
        self._pixels: np.ndarray | None = None
        self._strip: tuple[Marks, np.ndarray, np.ndarray] | None = None  # of the regions: all of them, the selected ones
        self._head = 0.0
        self._held: str = ""  # "left", "right" edge or "move"
        self._grab = 0.0  # seconds from the middle of the frame to where it was taken
        self.setFixedHeight(HEIGHT)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Overview of the whole sound"))
        self.setToolTip(self.tr("The whole sound. Drag the frame to move, its edges to zoom."))
        canvas.view_changed.connect(self.update)
        canvas.opened.connect(self._redraw)

    def show_playhead(self, seconds: float) -> None:
        for at in (self._head, seconds):
            self.update(int(self._x(at)) - 2, 0, 5, self.height())
        self._head = seconds

    def _redraw(self) -> None:
        index, columns = self._canvas.source.index, round(self.width() * self.devicePixelRatioF())
        height = round(self.height() * self.devicePixelRatioF())
        if index is None or columns <= 0:
            return
        values = index.peaks.columns(0, index.samples, columns)
        mixed = np.stack([values[..., 0].min(axis=1), values[..., 1].max(axis=1), values[..., 2].max(axis=1)], axis=1)
        loudest = float(np.abs(mixed[:, :2]).max()) or 1.0
        self._pixels = np.full((height, columns), GROUND, np.uint32)
        draw_wave(self._pixels, mixed, min(8.0, 1 / loudest))
        self._image = QImage(self._pixels.data, columns, height, columns * 4, QImage.Format.Format_RGB32)
        self.update()

    def _x(self, seconds: float) -> float:
        return seconds / self._canvas.view.duration * self.width()

    def _time(self, x: float) -> float:
        return x / max(1, self.width()) * self._canvas.view.duration

    # -- Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        area = QRectF(self.rect())
        if self._image is None:
            p.fillRect(area, QColor(30, 31, 34))
            p.end()
            return
        p.drawImage(area, self._image)
        self._paint_regions(p)
        view = self._canvas.view
        left, right = self._x(view.start), self._x(view.end)
        if not view.fitted:
            p.fillRect(QRectF(0, 0, left, area.height()), SHADE)
            p.fillRect(QRectF(right, 0, area.width() - right, area.height()), SHADE)
            p.setPen(QPen(FRAME, 1))
            p.drawRect(QRectF(left, 0.5, max(3.0, right - left - 1), area.height() - 1))
        x = self._x(self._canvas.playhead)
        p.fillRect(QRectF(x, 0, 1, area.height()), QColor("#F2F3F5"))
        p.end()

    def _paint_regions(self, p: QPainter) -> None:
        """A line in the colours of the classes at the bottom, higher where something is selected."""
        marks, width = self._canvas.marks(), self.width()
        if not len(marks.starts):
            return
        if self._strip is None or self._strip[0] is not marks or self._strip[1].shape[1] != width:
            flat = replace(marks, lane=np.zeros_like(marks.lane))
            per_px = self._canvas.view.duration * 1000 / max(1, width)
            chosen = replace(
                flat, **{f: getattr(flat, f)[flat.look == 2] for f in ("starts", "ends", "lane", "colors", "look")}
            )
            self._strip = (marks, *(bands(m, 1, width, 0.0, per_px, 1.0).lanes for m in (flat, chosen)))
        for row, high in ((self._strip[1], 4), (self._strip[2], 8)):
            image = QImage(row.data, width, 1, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
            p.drawImage(QRectF(0, self.height() - high, width, high), image, QRectF(0, 0, width, 1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._redraw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton) or self._image is None:
            return
        at, view = event.position(), self._canvas.view
        self._held = self._edge(at) or "move"
        inside = view.start <= self._time(at.x()) <= view.end
        middle = (view.start + view.end) / 2
        self._grab = self._time(at.x()) - middle if inside else 0.0
        self._drag(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._drag(event.position())
        else:
            shape = Qt.CursorShape.SizeHorCursor if self._edge(event.position()) else Qt.CursorShape.PointingHandCursor
            self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = ""

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._canvas.zoom(1.25 ** (event.angleDelta().y() / 120), self._canvas.view.x(self._time(event.position().x())))
        event.accept()

    def _edge(self, at: QPointF) -> str:
        view = self._canvas.view
        if view.fitted:
            return ""
        left, right = self._x(view.start), self._x(view.end)
        if right - left < 4 * EDGE_PX:
            return ""
        return "left" if abs(at.x() - left) <= EDGE_PX else "right" if abs(at.x() - right) <= EDGE_PX else ""

    def _drag(self, at: QPointF) -> None:
        canvas, time = self._canvas, self._time(at.x())
        view = canvas.view
        if self._held == "left" and time < view.end:
            canvas.show_span(max(0.0, time), view.end, 0.0)
        elif self._held == "right" and time > view.start:
            canvas.show_span(view.start, min(view.duration, time), 0.0)
        elif self._held == "move":
            view.pan(time - self._grab - (view.start + view.end) / 2)
            canvas.view_moved()
