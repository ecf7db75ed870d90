"""The acquired slices of a volume as the canvas of pictures wants them: so every tool of pictures works on slices.

Frame i is time `i // slices`, slice `i % slices`. Greys are made when they are asked for (0.5 ms), so there is no worker.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

import cv2
import numpy as np

from storage.errors import PostilError
from storage.media.dicom_index import Lut
from viewers.decode import voi
from viewers.decode.arrays import Array
from viewers.decode.overlays import Overlay
from viewers.decode.request import Decoder, FrameFacts, Picture, PixelKind, Region
from viewers.scene.adjust import Adjustments
from viewers.scene.pictures import SQUARES, PictureSource, Seen, Shown, TileKey
from viewers.scene.volume_source import Slice, VolumeSource
from viewers.scene.window_level import Window

#: Slices kept as they are shown.
KEPT = 24
#: Of drawings that the file itself lays over a slice (60xx), as BGR.
_DRAWN = (80, 220, 255)
_KINDS = {"int16": PixelKind.INT16, "uint16": PixelKind.GRAY16, "uint8": PixelKind.GRAY8, "float32": PixelKind.FLOAT32}


class VolumePictures(PictureSource):
    def __init__(self, volume: VolumeSource) -> None:
        super().__init__(_never)
        self.volume = volume
        self.moving = True
        self.overlays_shown = True
        self._kept: OrderedDict[tuple[object, ...], Shown] = OrderedDict()
        self._lock = threading.Lock()
        self._telling = threading.RLock()
        self._told_of: tuple[object, ...] = ()
        self._asked_for = 0  # the frame that is to be seen
        self._stop = volume.listen(self._came)
        self._came()

    # -- what the canvas asks

    def facts(self, frame: int = 0) -> FrameFacts | None:
        frames = self.volume.frames
        if frames is None or self.volume.store is None:
            return None
        rows, columns = frames.shape[1:3]
        coloured = len(frames.shape) == 4
        kind = PixelKind.BGRA8 if coloured else _KINDS.get(frames.dtype.name, PixelKind.FLOAT32)
        return FrameFacts(columns, rows, 0, kind, 8 * frames.dtype.itemsize, 3 if coloured else 1)

    def error_of(self, frame: int) -> PostilError | None:
        return self.error or self.volume.damaged.get(frame)

    def want(self, keys: Iterable[TileKey], adjust: Adjustments) -> None:
        first = next(iter(keys), None)
        if first is not None:
            self._asked_for = first[0]
            self.volume.want([first[0]])

    def seen(self, frame: int, level: int | None = None) -> Seen | None:
        found = self.volume.slice(frame)
        return Seen(self._painted(found), found.frame, 0) if found is not None else None

    def whole(self, frame: int) -> Shown | None:
        """BGRA, as other pictures are; `seen` has greys and RGB, of which the canvas colours what is in sight."""
        found = self.seen(frame)
        return _bgra(found.array) if found is not None else None

    def tile(self, key: TileKey) -> Shown | None:
        return self.whole(key[0])

    def transparent(self, frame: int) -> bool:
        return False

    def ready(self, frame: int) -> bool:
        store = self.volume.store
        return store is not None and bool(store.have[frame])

    def newest_ready(self, first: int, last: int) -> int | None:
        return next((n for n in range(last, first - 1, -1) if self.ready(n)), None)

    @property
    def idle(self) -> bool:
        return self.error is not None or self.ready(self._asked_for)

    @property
    def rested(self) -> bool:
        return self.volume.complete

    # -- values

    def value(self, frame: int, x: int, y: int) -> str | None:
        """Of modality ("-1,024"), or the three colours."""
        probe = self.volume.probe(frame, y, x)
        if probe is None:
            return None
        return number(probe.value) if probe.value is not None else " ".join(f"{v:g}" for v in probe.stored)

    def window(self, frame: int) -> tuple[float, float] | None:
        """Black and white as stored values; where a table makes values of those, as its values."""
        if self.volume.frames is None or self.volume.coloured:
            return None
        look = self.volume.look(frame)
        if isinstance(look.voi, Window):
            low, high = look.voi.center - look.voi.width / 2, look.voi.center + look.voi.width / 2
        elif isinstance(look.voi, Lut):
            low, high = float(look.voi.first), float(look.voi.first + len(look.voi.values))
        else:
            return None
        if look.modality_lut is not None or look.slope == 0:
            return low, high  # of a table there is no way back: `_picture` has what it gives
        ends = sorted(((low - look.intercept) / look.slope, (high - look.intercept) / look.slope))
        return ends[0], ends[1]

    def raw(self, key: TileKey) -> Picture | None:
        found = self.volume.slice(key[0])
        return self._picture(found.array, key[0]) if found is not None and found.exact else None

    def read(self, frame: int, level: int, region: Region, done: Callable[[Picture], None]) -> None:
        found = self.volume.slice(frame)
        if found is not None and found.exact:
            done(self._picture(found.array, frame, region))

    def close(self) -> None:
        """The volume belongs to whoever opened it."""
        self._stop()
        super().close()

    # -- how it is shown

    def smooth(self, on: bool) -> None:
        """Pixels blend into each other at every zoom, or are squares from twofold on."""
        self.squares_from = float("inf") if on else SQUARES
        self._changed()

    def show_overlays(self, on: bool) -> None:
        self.overlays_shown = on
        self._changed()

    def _painted(self, found: Slice) -> Shown:
        look = self.volume.look(found.frame)
        drawn = self._drawings(found.frame)
        key = (found.frame, found.lost, look, drawn)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        made: Shown = found.shown(look)
        if drawn:
            made = _bgra(made)
            for overlay in drawn:
                _draw_over(made, overlay)
        made.flags.writeable = False
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _drawings(self, frame: int) -> tuple[Overlay, ...]:
        """Of the file; not read yet is like none, so that a slice without any is not drawn twice."""
        return self.volume.overlays(frame) or () if self.overlays_shown else ()

    def _picture(self, array: Array, frame: int, region: Region | None = None) -> Picture:
        h, w = array.shape[:2]
        x, y, cut_w, cut_h = region or (0, 0, w, h)
        part = array[y : y + cut_h, x : x + cut_w]
        if part.ndim == 3:
            return Picture(cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2BGRA), PixelKind.BGRA8, (x, y, cut_w, cut_h))
        look = self.volume.look(frame)
        if look.modality_lut is not None:
            part = voi.modality(part, lut=look.modality_lut)
        kind = _KINDS.get(part.dtype.name)
        values = np.ascontiguousarray(part if kind is not None else part.astype(np.float32))
        return Picture(values, kind or PixelKind.FLOAT32, (x, y, cut_w, cut_h), 0, frame)

    # -- told by the volume

    def _came(self) -> None:
        """Many slices come that are not to be seen: only what changes the picture is told."""
        with self._telling:  # several threads tell: who comes last must look last
            self._look()

    def _look(self) -> None:
        volume = self.volume
        self.error = volume.error
        self.frames = max(1, volume.slices * volume.times)
        found = volume.slice(self._asked_for)
        # Of one frame for all: another slice that is looked at is no change of the picture.
        look = volume.look(volume.slices // 2) if volume.frames is not None else None
        instead = found.frame if found is not None and not found.exact else None
        drawn = self._drawings(found.frame) if found is not None else ()
        state = (volume.ready, found is None, instead, look, drawn, self.error)
        if state != self._told_of:
            self._told_of = state
            self._changed()

    def _changed(self) -> None:
        self.version += 1
        self._tell()


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value - round(value)) < 1e-6 else f"{value:,.4g}"


def _bgra(eight: Shown) -> Shown:
    if eight.ndim == 3 and eight.shape[2] == 4:
        return eight
    return np.asarray(cv2.cvtColor(eight, cv2.COLOR_GRAY2BGRA if eight.ndim == 2 else cv2.COLOR_RGB2BGRA))


def _draw_over(picture: Shown, overlay: Overlay) -> None:
    """Where the mask is set, from its own origin on, as far as it lies on the picture."""
    mask, top, left = overlay.mask, overlay.row, overlay.column
    h, w = picture.shape[:2]
    y0, x0 = max(0, top), max(0, left)
    y1, x1 = min(h, top + mask.shape[0]), min(w, left + mask.shape[1])
    if y1 > y0 and x1 > x0:
        picture[y0:y1, x0:x1, :3][mask[y0 - top : y1 - top, x0 - left : x1 - left]] = _DRAWN


def _never() -> Decoder:
    raise AssertionError("slices come from the volume, there is no decoder")
