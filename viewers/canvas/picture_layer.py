"""The picture's layer: asks the source for tiles and draws them, larger than the canvas, in a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QObject, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from viewers.canvas import tiles
from viewers.canvas.background import Newest, Stop
from viewers.canvas.layer import Layer, blank_layer, make_layer, offset
from viewers.canvas.shape_layer import Rect, grown, image_bounds, margin_for, within
from viewers.scene.adjust import Adjustments
from viewers.scene.pictures import PictureSource, Seen, TileKey
from viewers.scene.view_state import Matrix, Placement, ViewState

Room = tuple[float, float, float]  # of a canvas: width and height in logical px, device px for each

#: Device px per image px from which pixels get a grid, and from which their values are written in them.
GRID_FROM = 8.0
VALUES_FROM = 32.0
#: Between drawings while tiles keep coming.
PAUSE_MS = 60


class PictureLayer(QObject):
    """Another frame is first drawn aside (`turn`) and shown when whoever owns the layer takes it (`take`)."""

    changed = Signal()
    ready = Signal()  # the frame turned to is drawn: `next`

    def __init__(
        self,
        view: ViewState,
        worker: Newest,
        source: PictureSource,
        frame: Callable[[], int],
        background: tuple[int, int, int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.layer: Layer | None = None
        self.next: Layer | None = None  # of the frame that is turned to
        self.turning = False
        self.composing = False  # ... and its drawing is under way: it will be there in a moment
        self.adjust = Adjustments()
        self.grid = True
        self._view = view
        self._worker = worker
        self._source = source
        self._frame = frame
        self._background = background
        self._asked: tuple[Placement, Rect] | None = None
        self._serial = 0  # of drawings asked for
        self._patient = True  # wait for all that is in sight before drawing the frame turned to
        self.stale = True  # tiles came, another frame or adjustment, since the last drawing was asked for
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.ensure)
        self.failed = False  # the last drawing came to nothing; it is tried again as soon as anything changes
        worker.connect_done(self._on_done)
        worker.connect_failed(self._on_failed)

    @property
    def settled(self) -> bool:
        return self._asked is None and (self.failed or (self.layer is not None and not self.stale))

    def show_grid(self, on: bool) -> None:
        if on != self.grid:
            self.grid = on
            self.invalidate()

    @property
    def sharp(self) -> bool:
        """What is in sight is drawn from what is at hand; the margin round it may still be drawn."""
        return self.layer is not None and not self.stale and self.layer.covers(self._view.placement(), self._canvas_rect())

    def _canvas_rect(self) -> Rect:
        return 0, 0, *self._view.device_size

    def invalidate(self) -> None:
        self.stale = True
        self.ensure()

    # -- another frame

    def turn(self) -> None:
        """To the frame that is wanted now; what is shown stays until it is taken."""
        self.turning, self.composing, self._patient = True, False, True
        self.next = None
        self._pause.stop()
        now, rect = self._view.placement(), self._canvas_rect()
        self._want(self._frame(), now.device(), (rect[2], rect[3]))
        self._go_on_turning()

    def hurry(self) -> None:
        """Turn with what is at hand of the frame."""
        self._patient = False
        self._go_on_turning()

    def stand_in(self, seen: Seen) -> None:
        """Turn to another frame of the film, which is there already."""
        self.composing = True
        self._draw(self._view.placement(), self._canvas_rect(), 0.0, seen)

    def _go_on_turning(self) -> None:
        if not self.turning or self.composing or self.next is not None:
            return
        now, rect = self._view.placement(), self._canvas_rect()
        what = tiles.cut(self._source, self._frame(), now.device(), (rect[2], rect[3]))
        if what is None or not self._patient or tiles.complete(self._source, self._frame(), what):
            self.composing = True
            self._draw(now, rect, 0.0)

    def take(self) -> None:
        """Show the frame turned to."""
        self.layer, self.next = self.next, None
        self.drop_turn()

    def drop_turn(self) -> None:
        self.turning = self.composing = False
        self.next = self._asked = None

    def arrived(self) -> None:
        """More of the picture is at hand. While still more comes it is drawn now and then only: a drawing costs as much as
        several tiles."""
        self.stale = True
        if self.turning:
            self._go_on_turning()
            return
        if self.layer is None or self._source.idle:
            self._pause.stop()
            self.ensure()
        elif not self._pause.isActive():
            self._pause.start()

    @Slot()
    def ensure(self) -> None:
        """Ask for a drawing if none is under way and the one there is does not do."""
        if self.turning:
            return
        now = self._view.placement()
        rect = self._canvas_rect()
        if self._asked is not None and within(now, rect, *self._asked):
            return  # what arrived meanwhile, and the margin, is drawn when that one is done
        if not self.stale and self.layer is not None and self.layer.covers(now, grown(rect)):
            return
        self._draw(now, rect, margin_for(now, self.layer, self._asked))

    def _draw(self, now: Placement, rect: Rect, margin: float, seen: Seen | None = None) -> None:
        frame, source = self._frame(), self._source
        mx, my = int(rect[2] * margin), int(rect[3] * margin)
        origin, size = (-mx, -my), (rect[2] + 2 * mx, rect[3] + 2 * my)
        matrix = offset(now.device(), origin)
        self._want(frame, now.device(), (rect[2], rect[3]), (matrix, size))
        self._asked = (now, (-mx, -my, size[0] - mx, size[1] - my))
        self.stale = False
        self._serial += 1
        serial = self._serial
        facts = source.facts(frame)
        has_pixels = facts is None or facts.finest == 0
        background, grid = self._background, self.grid and has_pixels and now.zoom * now.dpr >= GRID_FROM

        def job(stop: Stop) -> object:
            pixels = tiles.render(source, frame, matrix, size, background, seen)
            if grid and not stop():
                _draw_grid(pixels, source, frame, matrix, now)
            return None if stop() else (serial, frame, now, make_layer(pixels, now, origin, opaque=True))

        moved = self.layer is not None and now.shift_from(self.layer.placement) is None
        self._worker.submit("picture", job, supersede=moved or self.turning)

    def _want(self, frame: int, near: Matrix, near_size: tuple[int, int], *around: tuple[Matrix, tuple[int, int]]) -> None:
        """What is in sight first, then the margin."""
        keys: dict[tuple[int, int, int, int], None] = {}
        for matrix, size in ((near, near_size), *around):
            what = tiles.cut(self._source, frame, matrix, size)
            if what is not None:
                keys.update(dict.fromkeys(what.keys))
        self._source.want(keys, self.adjust)

    @Slot(str, object)
    def _on_done(self, slot: str, result: Any) -> None:
        if slot != "picture":
            return
        serial, frame, placement, layer = result
        self.failed = False
        if self.turning:
            if self.composing and serial == self._serial:
                self.composing, self.next, self._asked = False, layer, None
                self.ready.emit()
            return
        if frame == self._frame():
            self.layer = layer
            self.changed.emit()
        if self._asked is not None and self._asked[0] == placement:
            self._asked = None
            if not self._pause.isActive():
                self.ensure()

    @Slot(str)
    def _on_failed(self, slot: str) -> None:
        if slot != "picture":
            return
        self._asked, self.stale, self.failed = None, True, True
        if self.turning and self.composing:
            self.composing, self.next = False, blank_layer(self._view.placement(), self._view.device_size)
            self.ready.emit()
        else:
            self.changed.emit()


def first_sight(source: PictureSource, frame: int, room: Room) -> list[TileKey]:
    """What a canvas that opens on the frame asks for."""
    facts = source.facts(frame)
    if facts is None:
        return []
    view = ViewState()
    view.frame = (facts.width, facts.height)
    view.resize(*room)
    view.fit()
    what = tiles.cut(source, frame, view.placement().device(), view.device_size)
    return what.keys if what is not None else []


def _draw_grid(pixels: np.ndarray, source: PictureSource, frame: int, m: Matrix, now: Placement) -> None:
    facts = source.facts(frame)
    if facts is None:
        return
    h, w = pixels.shape[:2]
    x0, y0, x1, y1 = image_bounds(m, (0, 0, w, h))
    left, top = max(0, int(x0)), max(0, int(y0))
    right, bottom = min(facts.width, int(x1) + 1), min(facts.height, int(y1) + 1)
    image = QImage(pixels.data, w, h, w * 4, QImage.Format.Format_RGB32)
    a, b, tx, c, d, ty = m

    def at(x: float, y: float) -> tuple[float, float]:
        return round(a * x + b * y + tx) + 0.5, round(c * x + d * y + ty) + 0.5

    lines = [QLineF(*at(x, top), *at(x, bottom)) for x in range(left, right + 1)]
    lines += [QLineF(*at(left, y), *at(right, y)) for y in range(top, bottom + 1)]
    painter = QPainter(image)
    painter.setPen(QPen(QColor(128, 128, 128, 90), 1))
    painter.drawLines(lines)
    if now.zoom * now.dpr >= VALUES_FROM:
        _draw_values(painter, pixels, source, frame, at, (left, top, right, bottom), now.zoom * now.dpr)
    painter.end()


def _draw_values(
    painter: QPainter,
    pixels: np.ndarray,
    source: PictureSource,
    frame: int,
    at: Callable[[float, float], tuple[float, float]],
    region: Rect,
    side: float,
) -> None:
    """Each pixel's value in it, one channel a line, dark on light and light on dark."""
    font = QFont()
    font.setPixelSize(max(8, min(14, int(side / 4.2))))
    painter.setFont(font)
    h, w = pixels.shape[:2]
    for y in range(region[1], region[3]):
        for x in range(region[0], region[2]):
            text = source.value(frame, x, y)
            if text is None:
                continue
            u, v = at(x + 0.5, y + 0.5)
            corner = pixels[min(max(int(v - side * 0.4), 0), h - 1), min(max(int(u), 0), w - 1)]
            light = 0.114 * corner[0] + 0.587 * corner[1] + 0.299 * corner[2]
            painter.setPen(QColor(0, 0, 0, 210) if light > 128 else QColor(255, 255, 255, 220))
            rect = QRectF(u - side / 2, v - side / 2, side, side)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text.replace(" ", "\n"))
