"""Waveform and spectrogram as one image, drawn in a thread for more than what is in sight; shifted or scaled meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRect, QRectF, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter

from viewers.canvas.background import Newest, Stop
from viewers.canvas.waveform_layout import SoundLayout
from viewers.canvas.waveform_raster import GROUND, Scale, draw_line, draw_spectrum, draw_wave, spectrum_rows
from viewers.decode.spectrogram import TILE, hop_of
from viewers.scene.sound_colors import color_map
from viewers.scene.sound_source import BLOCK, MIX, Key, SoundSource, level_for
from viewers.scene.sound_view import TimeView

#: Drawn beyond each side, as a part of the width.
MARGIN = 0.4
#: Columns that are drawn at once: the window's thread gets its turn in between.
PIECE = 384


@dataclass(frozen=True, slots=True)
class SoundLook:
    """How the sound itself is shown."""

    gain: float = 1.0  # of the waveform's height
    spectrum: bool = True
    colors: str = "Magma"
    scale: Scale = "mel"
    top_hz: float = 0.0  # 0: all there is
    low_db: float = -90.0
    high_db: float = -15.0
    channel: int = MIX  # of the spectrogram

    def top(self, rate: int) -> float:
        return min(self.top_hz or rate / 2, rate / 2)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What an image is of; equal wishes give equal images once everything is there."""

    start: float  # seconds
    scale: float  # seconds a device pixel
    columns: int
    heights: tuple[int, ...]  # device px: a strip a channel, and the spectrogram (0: none)
    look: SoundLook
    dpr: float


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    wish: _Wish
    image: QImage
    pixels: np.ndarray  # the image's memory
    told: int  # what the source had told when it was begun
    whole: bool


class WaveformLayer(QObject):
    changed = Signal()

    def __init__(self, source: SoundSource, worker: Newest, parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._worker = source, worker
        self._drawn: _Drawn | None = None
        self._asked: tuple[_Wish, int] | None = None
        worker.connect_done(self._on_done)

    def ensure(self, view: TimeView, layout: SoundLayout, look: SoundLook, dpr: float) -> None:
        """Have what is in sight drawn, unless it is already."""
        if self._source.index is None:
            return
        wish = _wish(view, layout, look, dpr)
        drawn = self._drawn
        if drawn is not None and _alike(drawn.wish, wish) and self._covers(drawn.wish, view):
            if drawn.whole or drawn.told == self._source.told:
                return
            wish = drawn.wish
        asked = (wish, self._source.told)
        if asked != self._asked:
            self._asked = asked
            source, told = self._source, self._source.told
            sight = (view.start, view.end)
            # What runs is let finish (it takes less than two frames): else nothing would come while somebody pans on and on.
            self._worker.submit("wave", lambda stop: _draw(source, wish, sight, told, stop), supersede=False)

    @property
    def settled(self) -> bool:
        return not self._worker.busy and self._drawn is not None and self._drawn.whole

    def shows(self, view: TimeView, layout: SoundLayout, look: SoundLook, dpr: float) -> bool:
        """What is on the screen is sharp and everything is there."""
        drawn = self._drawn
        same = drawn is not None and _alike(drawn.wish, _wish(view, layout, look, dpr))
        return same and drawn is not None and self._covers(drawn.wish, view) and drawn.whole

    def paint(self, p: QPainter, view: TimeView, layout: SoundLayout, clip: QRectF) -> None:
        area = layout.sound
        drawn = self._drawn
        if drawn is None:
            p.fillRect(area, QColor(GROUND))
            return
        wish = drawn.wish
        left = view.x(wish.start)
        wide = wish.columns * wish.scale / view.scale
        height = sum(wish.heights) * area.height() / max(1, sum(wish.heights))
        covered = QRectF(left, area.top(), wide, height)
        seen = covered & area & clip
        if seen.width() < area.width() - 0.5 or not drawn.wish.columns:
            p.fillRect(area & clip, QColor(GROUND))
        if seen.isEmpty():
            return
        if (
            abs(wish.scale * p.device().devicePixelRatioF() - view.scale) <= 1e-9 * view.scale
            and abs(height - area.height()) < 1
        ):
            self._blit(p, drawn.image, left, area.top(), seen)
            return
        per_x, per_y = wish.columns / wide, sum(wish.heights) / height
        part = QRectF(
            (seen.left() - left) * per_x, (seen.top() - area.top()) * per_y, seen.width() * per_x, seen.height() * per_y
        )
        p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        p.drawImage(seen, drawn.image, part)

    def _blit(self, p: QPainter, image: QImage, left: float, above: float, seen: QRectF) -> None:
        """Pixel by pixel: far faster than to scale by one, and no column is drawn twice."""
        dpr = p.device().devicePixelRatioF()
        top = round(above * dpr)
        x, y = round(seen.left() * dpr), round(seen.top() * dpr)
        source = QRect(x - round(left * dpr), y - top, round(seen.right() * dpr) - x, round(seen.bottom() * dpr) - y)
        p.save()
        p.scale(1 / dpr, 1 / dpr)
        p.drawImage(QPoint(x, y), image, source & image.rect())
        p.restore()

    def _covers(self, wish: _Wish, view: TimeView) -> bool:
        end = wish.start + wish.columns * wish.scale
        slack = wish.scale * 1.5
        return wish.start <= view.start + slack and min(view.end, view.duration) <= end + slack

    @Slot(str, object)
    def _on_done(self, _slot: str, drawn: _Drawn) -> None:
        self._drawn = drawn
        self._asked = None if not drawn.whole else self._asked
        self.changed.emit()


def _wish(view: TimeView, layout: SoundLayout, look: SoundLook, dpr: float) -> _Wish:
    """Begins on a pixel of a grid that stays when the view is moved, so that columns do not shimmer."""
    scale = view.scale / dpr
    first = max(0, int((view.start - MARGIN * view.span) // scale))
    last = int(min(view.duration, view.end + MARGIN * view.span) / scale) + 1
    rects = [*layout.waves, *([layout.spectrum] if layout.spectrum is not None else [])]
    heights = tuple(max(1, round(r.height() * dpr)) for r in rects)
    return _Wish(first * scale, scale, last - first, heights if layout.spectrum is not None else (*heights, 0), look, dpr)


def _alike(one: _Wish, other: _Wish) -> bool:
    """Of the same zoom and look; where they begin may differ."""
    same_scale = abs(one.scale - other.scale) <= 1e-9 * one.scale
    return same_scale and one.heights == other.heights and one.look == other.look


def _draw(source: SoundSource, wish: _Wish, sight: tuple[float, float], told: int, stop: Stop) -> _Drawn | None:
    index = source.index
    assert index is not None
    pixels = np.full((sum(wish.heights), wish.columns), GROUND, np.uint32)
    per_column = wish.scale * index.rate
    wave = source.wave(wish.start * index.rate, per_column, wish.columns)
    top = 0
    thick = 1.5 * wish.dpr if per_column < 1 and wave.exact else 0.0
    for channel, height in enumerate(wish.heights[:-1]):
        for at in range(0, wish.columns, PIECE):
            strip, values = pixels[top : top + height, at : at + PIECE], wave.values[at : at + PIECE, channel]
            if thick:
                draw_line(strip, values, wish.look.gain, thick)
            else:
                draw_wave(strip, values, wish.look.gain)
        top += height
        if stop():
            return None
    missing = list(wave.missing)
    if wish.heights[-1]:
        missing += _draw_spectrum(source, wish, pixels[top:], per_column, index.rate, stop)
    source.want(sorted(missing, key=lambda key: _distance(key, sight, index.rate)))
    if stop():
        return None
    image = QImage(pixels.data, wish.columns, len(pixels), wish.columns * 4, QImage.Format.Format_RGB32)
    return _Drawn(wish, image, pixels, told, not missing)


def _draw_spectrum(source: SoundSource, wish: _Wish, out: np.ndarray, per_column: float, rate: int, stop: Stop) -> list[Key]:
    look = wish.look
    level = level_for(per_column)
    places = (wish.start * rate + (np.arange(wish.columns) + 0.5) * per_column) / hop_of(level)
    rows = spectrum_rows(len(out), rate, look.top(rate), look.scale)
    colors = color_map(look.colors, look.low_db, look.high_db)
    missing: list[Key] = []
    for at in range(0, wish.columns, PIECE):
        if stop():
            break
        part = places[at : at + PIECE]
        first = max(0, int(part[0]))
        columns, there, more = source.spectrum(look.channel, level, first, int(part[-1]) + 2 - first)
        draw_spectrum(out[:, at : at + PIECE], columns, there, part - first, rows, colors)
        missing += more
    return list(dict.fromkeys(missing))


def _distance(key: Key, sight: tuple[float, float], rate: int) -> tuple[bool, float]:
    """What is in sight comes first, samples before spectrogram, from the middle outwards."""
    size = BLOCK if key.kind == "samples" else TILE * hop_of(key.level)
    first, last = key.number * size / rate, (key.number + 1) * size / rate
    outside = last < sight[0] or first > sight[1]
    return outside, abs((first + last) / 2 - sum(sight) / 2) * (0.01 if key.kind == "samples" else 1)
