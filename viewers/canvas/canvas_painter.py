"""What `ImageCanvas.paintEvent` does, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLineF, QObject, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QRegion, QTransform

from storage.editing.on_frames import is_between
from viewers.canvas.background import Stop
from viewers.canvas.layer import Layer, offset
from viewers.canvas.live import LiveImage
from viewers.canvas.mask_layer import MaskPreview
from viewers.canvas.names import Name, draw_names
from viewers.canvas.overlay import ACCENT, BACKGROUND, DARK, Overlay, draft_items, draw_chip
from viewers.canvas.raster import Color, Item
from viewers.canvas.shape_layer import MARGIN, image_bounds
from viewers.scene.view_state import Placement
from viewers.tools.base import Draft, HandlesDraft, MaskDraft, Tool
from viewers.tools.handles import handles
from viewers.tools.hit_test import Entry

if TYPE_CHECKING:
    from viewers.canvas.image_canvas import ImageCanvas

RULER = 22.0  # thickness, logical px
FAILED = QColor("#FF453A")


@dataclass(frozen=True, slots=True)
class Held:
    """What is drawn live of a frame whose shapes are no longer those that are edited."""

    live: tuple[Item, ...]
    hover: Item | None
    drafts: list[Draft] | None  # None: the tool has a draft of its own, which is not the frame's


class CanvasPainter(QObject):
    def __init__(self, canvas: ImageCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.overlay = Overlay(canvas.view, canvas.font())
        self._live, self._hover, self._draft = LiveImage(), LiveImage(), LiveImage()
        self._mask = MaskPreview()
        self._drafts: list[Draft] = []
        self._draft_items: list[Item] = []
        self._names: tuple[QImage, Layer | None] | None = None
        self._names_asked: tuple[Placement, tuple[QRectF, ...]] | None = None  # ... and what is written on the canvas
        self._names_stale = True
        self._coarse: tuple[object, QImage] | None = None
        self._held: Held | None = None  # what belongs to the frame on screen while another is wanted
        self._foreseen: Held | None = None  # ... to the frame that comes next
        canvas._workers[1].connect_done(self._on_done)

    # -- told by the canvas

    def read_draft(self, tool: Tool | None) -> None:
        """Ask the tool what to draw; repaint if it differs."""
        drafts = tool.draft() if tool is not None else []
        if self._held is None or not _of_frame(drafts):
            self._use(drafts)

    def _use(self, drafts: list[Draft]) -> None:
        if not drafts and not self._drafts:
            return
        if drafts == self._drafts and not any(isinstance(d, MaskDraft) for d in drafts):
            return
        self._drafts = drafts
        shapes = self._canvas.shapes
        self._draft_items = draft_items(drafts, shapes._colors, shapes._templates, self.armed_color())
        self._canvas.update()

    def armed_color(self) -> Color:
        canvas = self._canvas
        return canvas.shapes._colors.get(canvas.focus.armed or "", (ACCENT.blue(), ACCENT.green(), ACCENT.red()))

    # -- while another frame is drawn

    def hold(self) -> None:
        """What is live now stays on the screen until the next frame is."""
        self._held = self._capture(self._drafts)

    def foresee(self) -> None:
        """The next frame is to be drawn: this is what is live on it."""
        tool = self._canvas.tool
        self._foreseen = self._capture(tool.draft() if tool is not None else [])

    def foresee_nothing(self) -> None:
        """What comes next is a look in passing: nothing on it is live."""
        self._foreseen = Held((), None, [])

    def advance(self, *, keep: bool) -> None:
        """The next frame is shown. `keep`: it is not the one that is wanted."""
        held, self._foreseen = self._foreseen, None
        self._held = held if keep else None
        if held is not None and held.drafts is not None:
            self._use(held.drafts)

    def release(self) -> None:
        self._held = self._foreseen = None

    def _capture(self, drafts: list[Draft]) -> Held:
        live = tuple(self._canvas.shapes.live_items())
        return Held(live, self._hovered(), drafts if _of_frame(drafts) else None)

    # -- painting

    def paint(self, p: QPainter) -> None:
        canvas = self._canvas
        now = canvas.view.placement()
        size = canvas.view.device_size
        self._paint_picture(p, now, size)
        if canvas.pictures.error_of(canvas.session.frames.index(canvas.on_screen)) is not None:
            self._paint_error(p)
        static = canvas._static.layer
        if static is not None:
            static.paint(p, now)
        look = canvas.look()
        self._paint_hover(p, now, size)
        bold = replace(look, width=look.width + max(1, round(now.dpr)))
        held = self._held
        self._live.paint(p, held.live if held is not None else canvas.shapes.live_items(), bold, now, size)
        self._paint_names(p, now)
        self._draft.paint(p, self._draft_items, look, now, size)
        for draft in self._drafts:
            if isinstance(draft, MaskDraft):
                self._mask.paint(p, draft, self._mask_color(draft), look, now, size)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        if canvas.tool is None:
            self._paint_handles(p)
        self.overlay.paint(p, self._drafts, self.armed_color())
        self.overlay.labels(p, self._drafts, canvas.paint_words(p))
        if canvas.focus.display.crosshair:
            self._paint_crosshair(p)
        if canvas.focus.display.rulers:
            self._paint_rulers(p)
        self._paint_failed(p)

    def _paint_picture(self, p: QPainter, now: Placement, size: tuple[int, int]) -> None:

        canvas = self._canvas
        layer = canvas._picture.layer
        if layer is not None and layer.covers(now, (0, 0, *size)):
            p.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            layer.paint(p, now)
            p.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            return
        if layer is None:
            self._paint_ground(p, now)
            return
        inside = layer.reach(now).adjusted(1, 1, -1, -1).toAlignedRect()
        p.save()
        seen = QRegion(canvas.rect()).subtracted(QRegion(inside))  # under the layer nothing of the ground is
        p.setClipRegion(seen, Qt.ClipOperation.IntersectClip)
        self._paint_ground(p, now)
        p.restore()
        layer.paint(p, now)

    def _paint_ground(self, p: QPainter, now: Placement) -> None:
        p.fillRect(self._canvas.rect(), BACKGROUND)
        self._paint_coarse(p, now)

    def _paint_coarse(self, p: QPainter, now: Placement) -> None:
        """The whole frame at its coarsest, under what the layer does not cover yet."""
        canvas = self._canvas
        frame = canvas.session.frames.index(canvas.on_screen)
        pixels = canvas.pictures.whole(frame)
        if pixels is None:
            return
        if self._coarse is None or self._coarse[0] is not pixels:
            h, w = pixels.shape[:2]
            form = (
                QImage.Format.Format_ARGB32_Premultiplied if canvas.pictures.transparent(frame) else QImage.Format.Format_RGB32
            )
            self._coarse = (pixels, QImage(pixels.data, w, h, w * 4, form))
        image = self._coarse[1]
        fw, fh = canvas.view.frame
        p.save()
        p.setTransform(QTransform(now.a, now.c, now.b, now.d, now.tx, now.ty), True)
        p.drawImage(QRectF(0, 0, fw, fh), image)
        p.restore()

    def _paint_error(self, p: QPainter) -> None:
        canvas = self._canvas
        error = canvas.pictures.error_of(canvas.session.frames.index(canvas.on_screen))
        assert error is not None
        p.setPen(QColor(230, 230, 230))
        text = f"{error.reason}\n{error.remedy}".strip()
        p.drawText(
            QRectF(self._canvas.rect()).adjusted(24, 24, -24, -24),
            int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
            text,
        )

    def _paint_failed(self, p: QPainter) -> None:
        """What is seen is not how things are: nobody must take it for an empty picture."""
        canvas = self._canvas
        if canvas._static.failed:
            text = canvas.tr("Shapes could not be drawn: not all are seen. They are kept; the log says why.")
        elif canvas._picture.failed:
            text = canvas.tr("The picture could not be drawn. The log says why.")
        elif canvas.is_late and len(canvas.hits):
            text = canvas.tr("Drawing {0} shapes…").format(f"{len(canvas.hits):,}")
        else:
            return
        font = self.overlay.font
        width = min(QFontMetricsF(font).horizontalAdvance(text) + 24, canvas.width() - 16.0)
        rect = QRectF((canvas.width() - width) / 2, canvas.height() - 40.0, width, 26)
        draw_chip(p, rect, text, font, None if canvas.is_late else FAILED)

    def _paint_hover(self, p: QPainter, now: Placement, size: tuple[int, int]) -> None:
        item = self._held.hover if self._held is not None else self._hovered()
        if item is not None:
            self._hover.paint(p, [item], self._canvas.look(), now, size)

    def _hovered(self) -> Item | None:
        canvas = self._canvas
        entry = canvas.hits.get(canvas.focus.hovered) if canvas.focus.hovered else None
        return self._hover_item(entry) if entry is not None and canvas.shapes.shown(entry) else None

    def _hover_item(self, entry: Entry) -> Item:
        held = self._hover.items
        color = self._canvas.shapes.color(entry)
        if held and held[0].shape is entry and held[0].color == color:
            return held[0]
        return Item(entry, color, entry.annotation.occluded, strong=True, faint=is_between(entry.annotation))

    def _paint_handles(self, p: QPainter) -> None:
        """Without a tool that draws them: the vertices of the one selected shape."""
        canvas = self._canvas
        entry = canvas.hits.get(canvas.focus.primary) if len(canvas.focus.selected) == 1 and canvas.focus.primary else None
        if entry is not None and canvas.shapes.shown(entry):
            self.overlay.handles(p, handles(entry.geometry, canvas.view.pixel))

    def _mask_color(self, draft: MaskDraft) -> Color:
        from viewers.canvas.raster import bgr

        if draft.color:
            return bgr(draft.color)
        return self._canvas.shapes._colors.get(draft.feature_hash, self.armed_color())

    # -- names

    def names_changed(self) -> None:
        self._names_stale = True
        if self._canvas.focus.display.names:
            self.ensure_names()
        else:
            self._names = None

    def ensure_names(self) -> None:
        canvas = self._canvas
        if not canvas.focus.display.names:
            return
        now, written = canvas.view.placement(), canvas.written
        w, h = canvas.view.device_size
        mx, my = int(w * MARGIN), int(h * MARGIN)
        if not self._names_stale and self._names_asked is not None and self._names_asked[1] == written:
            shift = now.shift_from(self._names_asked[0])
            reach = (0, 0) if written else (mx, my)  # what is written stays where it is while the names move
            if shift is not None and abs(shift[0]) <= reach[0] and abs(shift[1]) <= reach[1]:
                return
        self._names_stale, self._names_asked = False, (now, written)
        matrix, size = offset(now.device(), (-mx, -my)), (w + 2 * mx, h + 2 * my)
        names = self._visible_names(image_bounds(matrix, (0, 0, *size)))
        font, dpr = self.overlay.font, now.dpr
        keep_off = [rect.translated(mx / dpr, my / dpr) for rect in written]

        def job(stop: Stop) -> object:
            image = draw_names(names, matrix, size, dpr, font, keep_off, (my + h) / dpr, stop)
            return None if image is None else (image, now, (-mx, -my))

        canvas._workers[1].submit("names", job, supersede=False)

    def _visible_names(self, region: tuple[float, float, float, float]) -> list[Name]:
        shapes = self._canvas.shapes
        entries = [e for e in shapes.index.near(region) if shapes.shown(e)]
        return [(e.geometry.bounds(), shapes.name(e), shapes.color(e)) for e in entries[-5000:]]

    @Slot(str, object)
    def _on_done(self, slot: str, result: Any) -> None:
        if slot == "names":
            image, placement, origin = result
            import numpy as np

            self._names = (image, Layer(np.empty((image.height(), image.width(), 0), np.uint8), image, placement, origin))
            self._canvas.update()

    def _paint_names(self, p: QPainter, now: Placement) -> None:
        if self._names is not None and self._names[1] is not None and self._canvas.focus.display.names:
            layer = self._names[1]
            if now.shift_from(layer.placement) is not None:  # scaled text looks broken: wait for the sharp one
                layer.paint(p, now)

    # -- crosshair and rulers

    def _paint_crosshair(self, p: QPainter) -> None:
        at = self._canvas._pointing.position
        if at is None:
            return
        w, h = self._canvas.width(), self._canvas.height()
        x, y = round(at.x()) + 0.5, round(at.y()) + 0.5
        lines = [QLineF(0, y, w, y), QLineF(x, 0, x, h)]
        for pen in (QPen(DARK, 1), QPen(QColor(255, 255, 255, 200), 1, Qt.PenStyle.DashLine)):
            p.setPen(pen)
            p.drawLines(lines)

    def _paint_rulers(self, p: QPainter) -> None:
        """Image pixels along the top and the left side."""
        canvas = self._canvas
        view, w, h = canvas.view, canvas.width(), canvas.height()
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        p.fillRect(QRectF(0, 0, w, RULER), QColor(24, 24, 27, 225))
        p.fillRect(QRectF(0, RULER, RULER, h - RULER), QColor(24, 24, 27, 225))
        font = self.overlay.font
        font.setPixelSize(10)
        p.setFont(font)
        step = _nice(70 * view.pixel)
        turned = view.rotation in (90, 270)
        for across in (True, False):
            along_x = across != turned
            length = view.frame[0 if along_x else 1]
            self._ruler_ticks(p, across, along_x, step, length)
        font.setPixelSize(12)
        at = canvas._pointing.position
        if at is not None:
            p.setPen(QPen(ACCENT, 1))
            p.drawLines([QLineF(at.x(), 0, at.x(), RULER), QLineF(0, at.y(), RULER, at.y())])
        p.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _ruler_ticks(self, p: QPainter, across: bool, along_x: bool, step: float, length: int) -> None:
        view = self._canvas.view
        x0, y0, x1, y1 = view.visible_region()
        low, high = (x0, x1) if along_x else (y0, y1)
        value = max(0.0, (low // step) * step)
        while value <= min(high, length):
            for tenth in range(10):
                mark = value + tenth * step / 10
                sx, sy = view.screen_point(mark, 0) if along_x else view.screen_point(0, mark)
                place = sx if across else sy
                if place < RULER or mark > length:
                    continue
                long = 10 if tenth == 0 else 6 if tenth == 5 else 3
                p.setPen(QColor(170, 170, 175))
                line = QLineF(place, RULER - long, place, RULER) if across else QLineF(RULER - long, place, RULER, place)
                p.drawLine(line)
                if tenth == 0:
                    self._ruler_text(p, across, place, f"{value:,.0f}" if step >= 1 else f"{value:g}")
            value += step

    def _ruler_text(self, p: QPainter, across: bool, place: float, text: str) -> None:
        p.setPen(QColor(215, 215, 220))
        if across:
            p.drawText(QPointF(place + 3, 11), text)
            return
        p.save()
        p.translate(11, place + 3)
        p.rotate(90)
        p.drawText(QPointF(0, 3), text)
        p.restore()


def _of_frame(drafts: list[Draft]) -> bool:
    """Handles belong to the shapes of a frame; what is being drawn belongs to the hand."""
    return all(isinstance(d, HandlesDraft) for d in drafts)


def _nice(value: float) -> float:
    """1, 2 or 5 times a power of ten, not below `value`."""
    import math

    power = 10 ** math.floor(math.log10(max(value, 1e-9)))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= value)
