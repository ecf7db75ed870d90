"""The static layer: every shape that is not live, on one image larger than the canvas, redrawn in a worker.

What changes is patched: a small place at once, a large one in the worker. Panning only shifts the image.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from storage.model.geometry import Bounds
from viewers.canvas import raster
from viewers.canvas.background import Newest, Stop
from viewers.canvas.layer import Layer, Rect, blank_layer, make_layer, offset
from viewers.canvas.raster import Item, Look
from viewers.scene.view_state import Matrix, Placement, ViewState

log = logging.getLogger(__name__)

#: Patches that cost less than this are drawn on the spot: outline segments, device px.
QUICK_SEGMENTS = 2_500
QUICK_PIXELS = 120_000
#: A frame turned to, or seen first, with so few shapes is drawn on the spot where they reach no further (device px): in the time
#: that it takes to hand it to the worker and back, which on a busy machine is long: shapes would come after their picture.
TURN_PIXELS = 1_500_000
#: More places than this at once: draw everything.
MANY = 40
#: The layer reaches this much beyond the canvas on each side, as a share of it.
MARGIN = 0.25


class ShapeLayer(QObject):
    """Another frame is first drawn aside (`turn`) and shown when whoever owns the layer takes it (`take`)."""

    changed = Signal()
    ready = Signal()  # the frame turned to is drawn: `next`

    def __init__(
        self,
        view: ViewState,
        worker: Newest,
        items: Callable[[Bounds], list[Item]],
        look: Callable[[], Look],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.layer: Layer | None = None
        self.next: Layer | None = None  # of the frame that is turned to
        self.turning = False
        self.failed = False  # the last drawing came to nothing; it is tried again as soon as anything changes
        self._view = view
        self._worker = worker
        self._items = items
        self._look = look
        self._serial = 0  # of full drawings asked for
        self._turned = 0  # the first one of the frame that is shown or turned to: older ones are of another frame
        self._asked: tuple[Placement, Rect] | None = None  # what the drawing under way will be good for
        self._since: list[Bounds] = []  # stale places since it was asked for
        self._stale = True
        self._patching: list[Bounds] = []
        worker.connect_done(self._on_done)
        worker.connect_failed(self._on_failed)

    @property
    def settled(self) -> bool:
        """Nothing is under way: what is on the layer is how things are."""
        idle = self._asked is None and not self._patching
        return idle and (self.failed or (self.layer is not None and not self._stale))

    @property
    def sharp(self) -> bool:
        """What is in sight is how things are; the margin round it may still be drawn."""
        fresh = not self._patching and not self._stale
        return fresh and self.layer is not None and self.layer.covers(self._view.placement(), self._canvas_rect())

    def invalidate(self) -> None:
        """All of it is out of date (colours, widths, another frame)."""
        self._stale = True
        self.ensure()

    def ensure(self) -> None:
        """Ask for a drawing if the one there is (or the one under way) does not do for the view as it is."""
        if self.turning:
            return
        now = self._view.placement()
        rect = self._canvas_rect()
        if not self._stale:
            if self.layer is not None and self.layer.covers(now, grown(rect)):
                return
            if self._asked is not None and within(now, rect, *self._asked):
                return  # the margin is drawn when that one is done
        self._draw_all(now, rect, margin_for(now, self.layer, self._asked))

    def touch(self, places: Sequence[Bounds]) -> None:
        """These places of the image are out of date."""
        if not places:
            return
        if self._asked is not None or self.turning:
            self._since.extend(places)
        if self.layer is None or self.turning or self._stale:
            if self.failed:
                self.ensure()
            return
        if len(places) > MANY:
            self._stale = True
            self.ensure()
            return
        for place in places:
            self._patch(place)
            if self.failed:
                return
        self.changed.emit()

    # -- another frame

    def turn(self, items: list[Item] | None = None) -> None:
        """Draw what lies on the frame that is wanted now, or these items; what is shown stays until it is taken."""
        self.turning, self.next = True, None
        self._turned = self._serial + 1
        self._draw_all(self._view.placement(), self._canvas_rect(), 0.0, items)

    def take(self) -> None:
        """Show the frame turned to."""
        self.layer, self.next = self.next, None
        since = self._since
        self.drop_turn()
        if self._stale:
            self.ensure()
        else:
            self.touch(since)

    def drop_turn(self) -> None:
        self.turning, self.next, self._asked = False, None, None
        self._since, self._patching = [], []

    # -- drawing all

    def _canvas_rect(self) -> Rect:
        return 0, 0, *self._view.device_size

    def _draw_all(self, now: Placement, rect: Rect, margin: float, given: list[Item] | None = None) -> None:
        mx, my = int(rect[2] * margin), int(rect[3] * margin)
        origin = (-mx, -my)
        size = (rect[2] + 2 * mx, rect[3] + 2 * my)
        matrix = offset(now.device(), origin)
        look = self._look()
        pad = 2.0 * look.width + look.dot + 4
        region = image_bounds(matrix, (-pad, -pad, size[0] + pad, size[1] + pad))
        items = self._items(region) if given is None else given
        supersede = self.turning or self._stale or (self._asked is not None and now.shift_from(self._asked[0]) is None)
        self._serial += 1
        serial = self._serial
        self._stale = False
        self._asked = (now, (origin[0], origin[1], origin[0] + size[0], origin[1] + size[1]))
        self._since = []
        self._patching = []
        place = x0, y0, x1, y1 = raster.place_of(items, matrix, size, look)

        def job(stop: Stop) -> object:
            pixels = raster.draw(items, matrix, size, look, stop=stop, within=place)
            if pixels is None:
                return None
            layer = make_layer(pixels, now, origin, opaque=False)
            layer.inked = place
            return serial, layer

        first = self.turning or self.layer is None
        if first and (x1 - x0) * (y1 - y0) <= TURN_PIXELS and _quick(items):
            answer = self._at_once("shapes", lambda: job(raster.never))
            if answer is not None:
                self._on_done("shapes", answer)
        else:
            self._worker.submit("shapes", job, supersede=supersede)

    def _at_once(self, slot: str, work: Callable[[], object]) -> object:
        """On the spot; what fails is logged and told as the worker does it."""
        try:
            return work()
        except Exception:
            log.exception("shapes could not be drawn")
            self._on_failed(slot)
            return None

    # -- patching

    def _patch(self, place: Bounds) -> None:
        layer = self.layer
        assert layer is not None
        look = self._look()
        rect = clip(device_bounds(layer.matrix(), place, look), layer.size)
        if rect is None:
            return
        items, region_matrix = self._region(layer, rect, look)
        cost = sum(_cost(item) for item in items)
        if cost <= QUICK_SEGMENTS and (rect[2] - rect[0]) * (rect[3] - rect[1]) <= QUICK_PIXELS:
            self._at_once("patch", lambda: self._paste(layer, rect, items, region_matrix, look))
            return
        self._patching.append(place)
        self._patch_later(layer)

    def _region(self, layer: Layer, rect: Rect, look: Look) -> tuple[list[Item], Matrix]:
        pad = 2.0 * look.width + look.dot + 4
        matrix = layer.matrix()
        bounds = image_bounds(matrix, (rect[0] - pad, rect[1] - pad, rect[2] + pad, rect[3] + pad))
        return self._items(bounds), offset(matrix, (rect[0], rect[1]))

    def _paste(self, layer: Layer, rect: Rect, items: list[Item], matrix: Matrix, look: Look) -> None:
        pixels = raster.draw_cut(items, matrix, (rect[2] - rect[0], rect[3] - rect[1]), look)
        if pixels is not None:
            layer.pixels[rect[1] : rect[3], rect[0] : rect[2]] = pixels
            layer.ink(rect)

    def _patch_later(self, layer: Layer) -> None:
        """All large stale places together, in the worker, into a copy: the one shown is never half drawn."""
        look = self._look()
        work = []
        for place in self._patching:
            rect = clip(device_bounds(layer.matrix(), place, look), layer.size)
            if rect is not None:
                work.append((rect, *self._region(layer, rect, look)))

        def job(stop: Stop) -> object:
            done = []
            for rect, items, matrix in work:
                pixels = raster.draw_cut(items, matrix, (rect[2] - rect[0], rect[3] - rect[1]), look, stop=stop)
                if pixels is None:
                    return None
                done.append((rect, pixels))
            return (layer, done)

        self._worker.submit("patch", job)

    @Slot(str, object)
    def _on_done(self, slot: str, result: Any) -> None:
        if slot == "shapes":
            serial, layer = result
            if serial < self._turned:
                return
            if self.turning:
                if serial == self._serial:
                    self.next = layer
                    self.ready.emit()
                return
            if serial != self._serial:
                # An older one that was let finish while panning: still better than what is there.
                self.layer = layer
                self.changed.emit()
                return
            self.layer, self._asked = layer, None
            if self.failed:
                self.failed = self._stale = False
            since, self._since = self._since, []
            self.touch(since)
            self.ensure()
            self.changed.emit()
        elif slot == "patch":
            layer, done = result
            if layer is self.layer:
                self._patching = []
                for rect, pixels in done:
                    layer.pixels[rect[1] : rect[3], rect[0] : rect[2]] = pixels
                    layer.ink(rect)
                self.changed.emit()

    @Slot(str)
    def _on_failed(self, slot: str) -> None:
        self._asked, self._patching = None, []
        self._stale = self.failed = True
        if slot == "shapes" and self.turning:
            self.next = blank_layer(self._view.placement(), self._view.device_size)
            self.ready.emit()
        else:
            self.changed.emit()


def _quick(items: Sequence[Item]) -> bool:
    return 4 * len(items) <= QUICK_SEGMENTS and sum(_cost(item) for item in items) <= QUICK_SEGMENTS


def _cost(item: Item) -> int:
    outline = item.outline
    return outline.segments + 2 * len(outline.dots) + (500 if outline.mask is not None else 0)


def device_bounds(m: Matrix, place: Bounds, look: Look) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = place
    a, b, tx, c, d, ty = m
    xs = sorted((a * x0 + b * y0 + tx, a * x1 + b * y1 + tx))
    ys = sorted((c * x0 + d * y0 + ty, c * x1 + d * y1 + ty))
    pad = look.width + look.halo + look.dot + 4
    return xs[0] - pad, ys[0] - pad, xs[1] + pad, ys[1] + pad


def image_bounds(m: Matrix, rect: tuple[float, float, float, float]) -> Bounds:
    a, b, tx, c, d, ty = m
    det = a * d - b * c
    points = [((d * (u - tx) - b * (v - ty)) / det, (a * (v - ty) - c * (u - tx)) / det) for u, v in (rect[:2], rect[2:])]
    (x0, y0), (x1, y1) = points
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def clip(rect: tuple[float, float, float, float], size: tuple[int, int]) -> Rect | None:
    x0, y0 = max(0, int(np.floor(rect[0]))), max(0, int(np.floor(rect[1])))
    x1, y1 = min(size[0], int(np.ceil(rect[2]))), min(size[1], int(np.ceil(rect[3])))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def grown(rect: Rect) -> Rect:
    """With half the margin: a new drawing is asked for before the old one ends."""
    mx, my = int(rect[2] * MARGIN / 2), int(rect[3] * MARGIN / 2)
    return (rect[0] - mx, rect[1] - my, rect[2] + mx, rect[3] + my)


def margin_for(now: Placement, layer: Layer | None, asked: tuple[Placement, Rect] | None) -> float:
    """Where nothing of this zoom is there yet, what is in sight comes first and alone: a quarter of the work."""
    fresh = layer is None or now.shift_from(layer.placement) is None
    return 0.0 if fresh and (asked is None or now.shift_from(asked[0]) is None) else MARGIN


def within(now: Placement, rect: Rect, then: Placement, held: Rect) -> bool:
    shift = now.shift_from(then)
    if shift is None:
        return False
    return (
        held[0] + shift[0] <= rect[0]
        and held[1] + shift[1] <= rect[1]
        and held[2] + shift[0] >= rect[2]
        and held[3] + shift[1] >= rect[3]
    )
