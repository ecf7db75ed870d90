"""Paints a waveform canvas: ruler, regions in their lanes, drafts, axes, playhead, and what is said where there is no sound."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor, log10
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from storage.model.ontology import PALETTE
from viewers.canvas.text_marks import ink_on
from viewers.canvas.waveform_bands import Bands, Marks, bands
from viewers.canvas.waveform_raster import place_of_frequency
from viewers.scene.frame_clock import time_text
from viewers.scene.sound_regions import Region
from viewers.scene.view_state import percent

if TYPE_CHECKING:
    from viewers.canvas.waveform_canvas import WaveformCanvas

GROUND, CHROME, LINE = QColor(30, 31, 34), QColor(38, 39, 43), QColor(62, 64, 70)
TEXT, FAINT = QColor(227, 228, 232), QColor(152, 156, 166)
LOOP = QColor(255, 196, 0, 46)
PLAYHEAD = QColor("#F2F3F5")
ACCENT = QColor("#8AA0FF")
#: Of selected regions; more are told by their tint alone.
MOST_EDGES = 400
LABEL_LEAST = 22.0
_STEPS = (1, 2, 5)


class WaveformPainter:
    def __init__(self, canvas: WaveformCanvas) -> None:
        self._canvas = canvas
        self._font = QFont(canvas.font())
        self._font.setPixelSize(11)
        self._metrics = QFontMetricsF(self._font)
        self._colors: dict[tuple[str, int], QColor] = {}
        self._rgb: dict[str, tuple[int, ...]] = {}  # by instance
        self._by = ""  # what these are coloured by
        self._marks: tuple[object, Marks] | None = None

    def paint(self, p: QPainter, clip: QRectF) -> None:
        canvas = self._canvas
        p.setFont(self._font)
        if canvas.source.error is not None or canvas.source.index is None:
            p.fillRect(clip, GROUND)
            self._paint_waiting(p)
            return
        canvas.layer.paint(p, canvas.view, canvas.layout_, clip)
        p.fillRect(canvas.layout_.lanes & clip, CHROME)
        self._paint_loop(p)
        self._paint_regions(p, clip)
        if not canvas.regions.all:
            self._paint_empty(p)
        self._paint_draft(p)
        self._paint_axes(p)
        self._paint_ruler(p, clip)
        self._paint_pointer(p)
        self._paint_playhead(p)

    # -- regions

    def forget_colors(self) -> None:
        """The ontology is another."""
        self._colors, self._rgb, self._marks = {}, {}, None

    def changed(self, instances: Iterable[str]) -> None:
        """They may be of another class."""
        for instance in instances:
            self._rgb.pop(instance, None)

    def color_of(self, instance: str) -> QColor:
        canvas = self._canvas
        known = canvas.session.document.instances.get(instance)
        if known is None:
            return QColor("#B3B3B3")
        by_instance = canvas.focus.display.color_by == "instance"
        key = (known.feature_hash, known.number % len(PALETTE) if by_instance else -1)
        found = self._colors.get(key)
        if found is None:
            thing = canvas.ontology.object(known.feature_hash)
            name = PALETTE[known.number * 7 % len(PALETTE)] if by_instance else thing.color if thing is not None else "#B3B3B3"
            found = self._colors[key] = QColor(name)
        return found

    def marks(self) -> Marks:
        """All regions as arrays; made anew only when something about them has changed."""
        canvas = self._canvas
        regions, focus = canvas.regions, canvas.focus
        key = (regions.version, focus.selected, focus.hovered, focus.display.color_by, focus.display.only_selected)
        if self._marks is None or self._marks[0] != key:
            chosen = set(focus.selected)
            if self._by != focus.display.color_by:
                self._by, self._rgb = focus.display.color_by, {}
            known = self._rgb
            colors = [known.get(r.instance) or self._rgb_of(r.instance) for r in regions.all]
            look = [2 if r.instance in chosen else int(r.instance == focus.hovered) for r in regions.all]
            marks = Marks(
                regions.starts,
                regions.ends,
                regions.lane,
                np.array(colors, np.float32).reshape(-1, 3),
                np.array(look, np.int64),
            )
            if focus.display.only_selected:
                kept = marks.look == 2
                marks = Marks(*(getattr(marks, f)[kept] for f in ("starts", "ends", "lane", "colors", "look")))
            self._marks = (key, marks)
        return self._marks[1]

    def _rgb_of(self, instance: str) -> tuple[int, ...]:
        found = self._rgb[instance] = self.color_of(instance).getRgb()[:3]
        return found

    def _paint_regions(self, p: QPainter, clip: QRectF) -> None:
        canvas = self._canvas
        view, layout, regions = canvas.view, canvas.layout_, canvas.regions
        left, right = max(0, floor(clip.left())), min(layout.width, ceil(clip.right()))
        if right <= left:
            return
        per_px = view.scale * 1000
        made = bands(self.marks(), regions.lanes, right - left, view.time(left) * 1000, per_px, canvas.focus.display.opacity)
        self._paint_tint(p, made, left, right)
        p.save()
        p.setClipRect(layout.lanes, Qt.ClipOperation.IntersectClip)
        rows = _image(made.lanes)
        for lane in range(regions.lanes):
            box = layout.lane(lane)
            if box.bottom() > layout.lanes.top() and box.top() < layout.lanes.bottom():
                p.drawImage(QRectF(left, box.top(), right - left, box.height()), rows, QRectF(0, lane, right - left, 1))
        self._paint_labels(p, left, right)
        p.restore()
        self._paint_more_lanes(p)

    def _paint_tint(self, p: QPainter, made: Bands, left: int, right: int) -> None:
        """Over the sound; paler over the spectrogram, whose colours say something. What is selected has clear edges."""
        layout = self._canvas.layout_
        strip, source = _image(made.tint), QRectF(0, 0, right - left, 1)
        top, bottom = layout.waves[0].top(), layout.waves[-1].bottom()
        p.drawImage(QRectF(left, top, right - left, bottom - top), strip, source)
        if layout.spectrum is not None:
            p.setOpacity(0.5)
            p.drawImage(QRectF(left, bottom, right - left, layout.spectrum.bottom() - bottom), strip, source)
            p.setOpacity(1.0)
        view, marks = self._canvas.view, self.marks()
        first, last = view.time(left - 2) * 1000, view.time(right + 2) * 1000
        chosen = np.flatnonzero((marks.look == 2) & (marks.starts < last) & (marks.ends > first))[:MOST_EDGES]
        edges = [view.x(float(ms) / 1000) for i in chosen for ms in (marks.starts[i], marks.ends[i])]
        p.setPen(QPen(TEXT, 2))
        p.drawLines([QLineF(x, layout.sound.top(), x, layout.height) for x in edges])

    def _paint_labels(self, p: QPainter, left: int, right: int) -> None:
        """Names and words, where there is room for them."""
        canvas = self._canvas
        view, layout, regions, focus = canvas.view, canvas.layout_, canvas.regions, canvas.focus
        first, last = view.time(left - 2) * 1000, view.time(right + 2) * 1000
        long = regions.ends - regions.starts >= LABEL_LEAST * view.scale * 1000
        current = canvas.current()
        chosen = set(focus.selected)
        for i in np.flatnonzero(long & (regions.starts < last) & (regions.ends > first)).tolist():
            region = regions.all[i]
            selected = region.instance in chosen
            if focus.display.only_selected and not selected:
                continue
            box = layout.lane(region.lane)
            if box.bottom() < layout.lanes.top() or box.top() > layout.lanes.bottom():
                continue
            x = view.x(region.start / 1000)
            box = QRectF(x, box.top(), view.x(region.end / 1000) - x, box.height())
            self._paint_label(p, region, box, selected)
            if selected:
                p.setPen(QPen(TEXT, 2 if region.key == current else 1))
                p.drawRect(box.adjusted(1, 1, -1, -1))

    def _paint_label(self, p: QPainter, region: Region, box: QRectF, selected: bool) -> None:
        canvas = self._canvas
        seen = box & canvas.layout_.lanes
        if seen.width() < LABEL_LEAST:
            return
        color = self.color_of(region.instance)
        strong = 1.0 if selected else 0.6
        p.setPen(ink_on(QColor(*(round(c * strong + 39 * (1 - strong)) for c in color.getRgb()[:3]))))
        name = canvas.label_of(region.instance)
        if region.instance in canvas.focus.locked:
            name = "🔒 " + name
        text = self._metrics.elidedText(name, Qt.TextElideMode.ElideRight, seen.width() - 8)
        p.drawText(seen.adjusted(5, 0, -3, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_more_lanes(self, p: QPainter) -> None:
        """That there are more lanes than fit."""
        layout = self._canvas.layout_
        if layout.lanes_height <= layout.lanes.height():
            return
        part = layout.lanes.height() / layout.lanes_height
        top = layout.lanes.top() + layout.lanes_shift * part
        p.fillRect(QRectF(layout.width - 4, top, 3, layout.lanes.height() * part), FAINT)

    def _paint_draft(self, p: QPainter) -> None:
        canvas = self._canvas
        draft = canvas.draft()
        if draft is None:
            return
        left, right = canvas.view.x(draft.start / 1000), canvas.view.x(draft.end / 1000)
        color = QColor(draft.color) if draft.color else QColor(ACCENT)
        tint = QColor(color)
        tint.setAlpha(90 if draft.color else 40)
        area = canvas.layout_.sound.united(canvas.layout_.lanes)
        p.fillRect(QRectF(left, area.top(), right - left, area.height()), tint)
        p.setPen(QPen(color, 1, Qt.PenStyle.SolidLine if draft.color else Qt.PenStyle.DashLine))
        p.drawLines([QLineF(left, area.top(), left, area.bottom()), QLineF(right, area.top(), right, area.bottom())])
        self._paint_tag(p, QPointF(left + 4, canvas.layout_.sound.top() + 16), f"{(draft.end - draft.start) / 1000:.3f} s")

    def _paint_tag(self, p: QPainter, at: QPointF, text: str) -> None:
        box = self._metrics.boundingRect(text).translated(at).adjusted(-4, -2, 4, 2)
        p.fillRect(box, QColor(0, 0, 0, 170))
        p.setPen(TEXT)
        p.drawText(at, text)

    def _paint_empty(self, p: QPainter) -> None:
        """Where the first region will lie, and how it is made."""
        p.setPen(FAINT)
        p.drawText(self._canvas.layout_.lanes.adjusted(10, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter, self._canvas.empty_text())

    # -- time and axes

    def _paint_loop(self, p: QPainter) -> None:
        loop = self._canvas.loop
        if loop is None:
            return
        left, right = self._canvas.view.x(loop[0]), self._canvas.view.x(loop[1])
        sound = self._canvas.layout_.sound
        p.setPen(QPen(QColor(255, 196, 0), 1, Qt.PenStyle.DotLine))
        p.drawLines([QLineF(left, sound.top(), left, sound.bottom()), QLineF(right, sound.top(), right, sound.bottom())])

    def _paint_ruler(self, p: QPainter, clip: QRectF) -> None:
        canvas = self._canvas
        view, ruler = canvas.view, canvas.layout_.ruler
        p.fillRect(ruler & clip, CHROME)
        loop = canvas.loop
        if loop is not None:
            p.fillRect(QRectF(view.x(loop[0]), ruler.top(), (loop[1] - loop[0]) / view.scale, ruler.height()), LOOP)
        long = view.duration >= 3600
        step, digits = tick_step(view.scale * (self._metrics.horizontalAdvance("0:00:00.000") + 24))
        p.setPen(FAINT)
        small = step / 5
        lines = []
        for n in range(
            max(0, floor(view.time(clip.left() - 90) / small)), ceil(min(view.end, view.time(clip.right())) / small) + 1
        ):
            x = view.x(n * small)
            large = n % 5 == 0
            lines.append(QLineF(x, ruler.bottom() - (8 if large else 4), x, ruler.bottom()))
            if large:
                p.drawText(QPointF(x + 4, ruler.top() + 14), short_time(n * small, digits, long=long))
        p.setPen(LINE)
        p.drawLines(lines)
        p.drawLine(QLineF(0, ruler.bottom(), ruler.width(), ruler.bottom()))

    def _paint_pointer(self, p: QPainter) -> None:
        """Where the mouse is, and which time that is."""
        canvas = self._canvas
        x = canvas.pointer_x()
        if x is None:
            return
        layout, view = canvas.layout_, canvas.view
        p.setPen(QPen(QColor(255, 255, 255, 70), 1))
        p.drawLine(QLineF(x, layout.ruler.bottom(), x, layout.height))
        text = time_text(view.time(x), long=view.duration >= 3600)
        wide = self._metrics.horizontalAdvance(text)
        left = min(max(x - wide / 2, 6.0), layout.width - wide - 6)
        self._paint_tag(p, QPointF(left, layout.ruler.top() + 14), text)

    def _paint_axes(self, p: QPainter) -> None:
        canvas = self._canvas
        layout, index = canvas.layout_, canvas.source.index
        assert index is not None
        p.setPen(LINE)
        for wave in layout.waves:
            p.drawLine(QLineF(0, wave.top(), layout.width, wave.top()))
        if len(layout.waves) > 1:
            for n, wave in enumerate(layout.waves):
                name = ("L", "R")[n] if len(layout.waves) == 2 else str(n + 1)
                self._paint_tag(p, QPointF(6, wave.top() + 15), name)
        if layout.spectrum is None:
            return
        area, top = layout.spectrum, canvas.look.top(index.rate)
        p.setPen(LINE)
        p.drawLine(QLineF(0, area.top(), layout.width, area.top()))
        last = area.bottom() + 14
        for hertz in (100, 250, 500, 1000, 2000, 4000, 8000, 12_000, 16_000, 20_000):
            if hertz >= top:
                break
            y = area.bottom() - place_of_frequency(hertz, top, canvas.look.scale) * area.height()
            if last - y < 16 or y < area.top() + 14:
                continue
            last = y
            self._paint_tag(p, QPointF(6, y + 4), f"{hertz / 1000:g} kHz" if hertz >= 1000 else f"{hertz} Hz")

    def _paint_playhead(self, p: QPainter) -> None:
        canvas = self._canvas
        x = canvas.view.x(canvas.playhead)
        if not -8 <= x <= canvas.layout_.width + 8:
            return
        top = canvas.layout_.ruler.bottom()
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(QPen(QColor(0, 0, 0, 160), 3))
        p.drawLine(QLineF(x, top, x, canvas.layout_.height))
        p.setPen(QPen(PLAYHEAD, 1))
        p.drawLine(QLineF(x, top, x, canvas.layout_.height))
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(PLAYHEAD)
        p.drawPolygon([QPointF(x - 5, top - 8), QPointF(x + 5, top - 8), QPointF(x, top)])
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    # -- without a sound

    def _paint_waiting(self, p: QPainter) -> None:
        canvas = self._canvas
        area = QRectF(canvas.rect())
        error = canvas.source.error
        if error is not None:
            self._paint_words(p, area, error.reason, error.remedy)
            return
        if not canvas.patient:
            return  # quick ones do not flash
        part = canvas.source.progress
        done = time_text(canvas.source.done_s, long=canvas.source.done_s >= 3600).split(".")[0]
        so_far = percent(part) if part is not None else f"{done} read so far"
        self._paint_words(p, area, "Reading the sound", f"{so_far}. It is read once and remembered.")
        bar = QRectF(area.center().x() - 120, area.center().y() + 34, 240, 4)
        p.fillRect(bar, LINE)
        if part is not None:
            p.fillRect(QRectF(bar.left(), bar.top(), bar.width() * part, bar.height()), ACCENT)

    def _paint_words(self, p: QPainter, area: QRectF, title: str, text: str) -> None:
        p.setPen(TEXT)
        large = QFont(self._font)
        large.setPixelSize(16)
        p.setFont(large)
        wide = area.adjusted(40, 0, -40, 0)
        above = QRectF(wide.left(), wide.top(), wide.width(), wide.height() / 2)
        p.drawText(above, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap, title)
        p.setFont(self._font)
        p.setPen(FAINT)
        below = QRectF(wide.left(), wide.center().y() + 8, wide.width(), wide.height() / 2 - 8)
        p.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, text)


def _image(pixels: NDArray[np.uint32]) -> QImage:
    """Valid as long as its array is."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)


def tick_step(least: float) -> tuple[float, int]:
    """Seconds between labels, at least so many, and the digits they need after the second."""
    if least >= 1:
        for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600):
            if step >= least:
                return step, 0
        return ceil(least / 3600) * 3600, 0
    power = 10.0 ** floor(log10(least))
    step = next(s * power for s in (*_STEPS, 10) if s * power >= least * (1 - 1e-9))
    return step, max(0, -floor(log10(step) + 1e-9))


def short_time(seconds: float, digits: int, *, long: bool) -> str:
    """As exact as the ruler needs it."""
    whole = time_text(seconds, long=long)
    if digits == 0:
        return whole[:-4]
    if digits <= 3:
        return whole[: len(whole) - 3 + digits]
    return f"{seconds:.{digits}f} s"
