"""Paints a waveform canvas: ruler, regions in their lanes, drafts, axes, playhead, and what is said where there is no sound."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from storage.model.ontology import PALETTE
from viewers.canvas.waveform_raster import place_of_frequency
from viewers.scene.frame_clock import time_text
from viewers.scene.sound_regions import Region

if TYPE_CHECKING:
    from viewers.canvas.waveform_canvas import WaveformCanvas

GROUND, CHROME, LINE = QColor(30, 31, 34), QColor(38, 39, 43), QColor(62, 64, 70)
TEXT, FAINT = QColor(227, 228, 232), QColor(152, 156, 166)
LOOP = QColor(255, 196, 0, 46)
PLAYHEAD = QColor("#F2F3F5")
ACCENT = QColor("#8AA0FF")
#: Regions that would be drawn within the same pixel are drawn once.
NARROW = 3.0
LABEL_LEAST = 22.0
_STEPS = (1, 2, 5)


class WaveformPainter:
    def __init__(self, canvas: WaveformCanvas) -> None:
        self._canvas = canvas
        self._font = QFont(canvas.font())
        self._font.setPixelSize(11)
        self._metrics = QFontMetricsF(self._font)
        self._colors: dict[str, QColor] = {}

    def paint(self, p: QPainter, clip: QRectF) -> None:
        canvas = self._canvas
        p.setFont(self._font)
        if canvas.source.error is not None or canvas.source.index is None:
            p.fillRect(clip, GROUND)
            self._paint_waiting(p)
            return
        canvas.layer.paint(p, canvas.view, canvas.layout_, clip)
        p.fillRect(canvas.layout_.lanes & clip, CHROME)
        first, last = canvas.view.time(clip.left() - 2) * 1000, canvas.view.time(clip.right() + 2) * 1000
        regions = canvas.regions.between(first, last)
        self._paint_loop(p)
        self._paint_regions(p, regions)
        if not canvas.regions.all:
            self._paint_empty(p)
        self._paint_draft(p)
        self._paint_axes(p)
        self._paint_ruler(p, clip)
        self._paint_playhead(p)

    # -- regions

    def color_of(self, instance: str) -> QColor:
        canvas = self._canvas
        known = canvas.session.document.instances.get(instance)
        thing = canvas.ontology.object(known.feature_hash) if known is not None else None
        name = thing.color if thing is not None else "#B3B3B3"
        if canvas.focus.display.color_by == "instance" and known is not None:
            name = PALETTE[(known.number * 7) % len(PALETTE)]
        if name not in self._colors:
            self._colors[name] = QColor(name)
        return self._colors[name]

    def _paint_regions(self, p: QPainter, regions: list[Region]) -> None:
        canvas = self._canvas
        focus, view, layout = canvas.focus, canvas.view, canvas.layout_
        only = focus.display.only_selected
        chosen = set(focus.selected)
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        reached: dict[int, float] = {}
        labels: list[tuple[Region, QRectF]] = []
        for region in sorted(regions, key=lambda r: r.instance in chosen) if chosen else regions:
            selected = region.instance in chosen
            if only and not selected:
                continue
            left, right = view.x(region.start / 1000), view.x(region.end / 1000)
            if right - left < NARROW and not selected and right < reached.get(region.lane, -1e9) + 1:
                continue
            reached[region.lane] = max(right, left + 1)
            color = self.color_of(region.instance)
            self._paint_body(p, region, color, left, max(right, left + 1), selected)
            box = layout.lane(region.lane)
            if box.bottom() > layout.lanes.top() and box.top() < layout.lanes.bottom():
                labels.append((region, QRectF(left, box.top(), max(2.0, right - left), box.height())))
        p.save()
        p.setClipRect(layout.lanes, Qt.ClipOperation.IntersectClip)
        for region, box in labels:
            self._paint_label(p, region, box, region.instance in chosen)
        p.restore()
        self._paint_more_lanes(p)

    def _paint_body(self, p: QPainter, region: Region, color: QColor, left: float, right: float, selected: bool) -> None:
        """Over the sound: a tint, and the edges."""
        canvas = self._canvas
        sound, hovered = canvas.layout_.sound, canvas.focus.hovered == region.instance
        tint = QColor(color)
        tint.setAlphaF(min(1.0, canvas.focus.display.opacity * (1.3 if selected else 1.0 if hovered else 0.7)))
        wave = canvas.layout_.waves[-1].bottom() - sound.top()
        p.fillRect(QRectF(left, sound.top(), right - left, wave), tint)
        if canvas.layout_.spectrum is not None:
            tint.setAlphaF(tint.alphaF() / 2)  # its colours say something
            p.fillRect(QRectF(left, sound.top() + wave, right - left, sound.height() - wave), tint)
        if right - left < NARROW:
            return
        line = QColor(TEXT if selected else color)
        p.setPen(
            QPen(
                line,
                2 if selected else 1,
                Qt.PenStyle.DashLine if region.instance in canvas.focus.locked else Qt.PenStyle.SolidLine,
            )
        )
        p.drawLines([QLineF(left, sound.top(), left, sound.bottom()), QLineF(right, sound.top(), right, sound.bottom())])

    def _paint_label(self, p: QPainter, region: Region, box: QRectF, selected: bool) -> None:
        canvas = self._canvas
        color = self.color_of(region.instance)
        current = selected and canvas.current() == region.key
        ground = QColor(color)
        ground.setAlpha(255 if selected else 190 if canvas.focus.hovered == region.instance else 150)
        p.fillRect(box, CHROME)
        p.fillRect(box, ground)
        if selected:
            p.setPen(QPen(TEXT if current else FAINT, 2 if current else 1))
            p.drawRect(box.adjusted(1, 1, -1, -1))
        seen = box & QRectF(canvas.layout_.lanes)
        if seen.width() < LABEL_LEAST:
            return
        mixed = [
            round(c * ground.alphaF() + g * (1 - ground.alphaF()))
            for c, g in zip(color.getRgb()[:3], CHROME.getRgb()[:3], strict=True)
        ]
        light = 0.299 * mixed[0] + 0.587 * mixed[1] + 0.114 * mixed[2]
        p.setPen(QColor(16, 17, 19) if light > 140 else QColor(250, 250, 252))
        text = self._metrics.elidedText(canvas.label_of(region.instance), Qt.TextElideMode.ElideRight, seen.width() - 8)
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
        percent = f"{part:.0%}" if part is not None else f"{done} read so far"
        self._paint_words(p, area, "Reading the sound", f"{percent}. It is read once and remembered.")
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
