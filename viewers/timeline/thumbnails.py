"""Small pictures for the strip above the tracks, made in a thread of their own and kept."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from storage.errors import Cancelled, PostilError
from viewers.decode.request import Decoder, Picture, PixelKind, Request
from viewers.scene.threads import step_back

log = logging.getLogger(__name__)
#: What makes the picture of a frame (or of one so many frames before it), called in the thread. It says which frame it is.
Render = Callable[[int, int], "tuple[int, QImage] | None"]
KEEP = 600


class Thumbnails(QObject):
    """`want` replaces what was wanted before; pictures come one by one, the first wanted first."""

    came = Signal(int)  # frame
    _made = Signal(int, object)

    def __init__(self, open_render: Callable[[], Render], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = open_render
        self._kept: OrderedDict[int, tuple[int, QImage]] = OrderedDict()  # what it really shows, and the picture
        self._failed: set[int] = set()
        self._wanted: list[int] = []
        self._within = 0
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._render: Render | None = None
        self._closed = False
        self._made.connect(self._keep)

    def get(self, frame: int) -> QImage | None:
        found = self._kept.get(frame)
        if found is not None:
            self._kept.move_to_end(frame)
        return found[1] if found is not None else None

    def want(self, frames: Sequence[int], within: int = 0) -> None:
        """`within`: a picture of so many frames before is as good."""
        missing = [f for f in frames if not self._has(f, within) and f not in self._failed]
        with self._wake:
            self._wanted, self._within = missing, within
            self._wake.notify()
        if missing and self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._work, name="timeline thumbnails", daemon=True)
            self._thread.start()

    def _has(self, frame: int, within: int) -> bool:
        found = self._kept.get(frame)
        return found is not None and abs(frame - found[0]) <= within

    def close(self) -> None:
        with self._wake:
            self._closed, self._wanted = True, []
            self._wake.notify()
        cancel = getattr(self._render, "cancel", None)
        if cancel is not None:
            cancel()
        if self._thread is not None:
            self._thread.join(timeout=5)

    @Slot(int, object)
    def _keep(self, frame: int, made: tuple[int, QImage] | None) -> None:
        if self._closed:
            return
        if made is None:
            self._failed.add(frame)
            return
        self._kept[frame] = made
        while len(self._kept) > KEEP:
            self._kept.popitem(last=False)
        self.came.emit(frame)

    def _work(self) -> None:
        step_back()
        try:
            render = self._render = self._open()
        except PostilError as error:
            log.warning("no thumbnails: %s", error)
            return
        try:
            while (wanted := self._next()) is not None:
                frame, within = wanted
                made = None
                try:
                    made = render(frame, within)
                except PostilError as error:  # a damaged place in the file: the others are shown
                    log.info("no thumbnail of frame %d: %s", frame, error)
                if not self._closed:
                    self._made.emit(frame, made)
        finally:
            close = getattr(render, "close", None)
            if close is not None:
                close()

    def _next(self) -> tuple[int, int] | None:
        with self._wake:
            while not self._wanted and not self._closed:
                self._wake.wait()
            return None if self._closed else (self._wanted.pop(0), self._within)


class DecodedThumbnails:
    """Pictures of a decoder that belongs to the thread of the thumbnails: the key frame before where that is near enough."""

    def __init__(self, decoder: Decoder, height: int) -> None:
        self._decoder, self._height = decoder, height

    def __call__(self, frame: int, within: int) -> tuple[int, QImage] | None:
        level = self._level(frame)
        with contextlib.suppress(Cancelled):
            nearest = getattr(self._decoder, "nearest_key", None)
            picture = nearest(frame, level) if nearest is not None and within else None
            if picture is None or abs(picture.frame - frame) > within:
                picture = self._decoder.read(Request(frame, level))
            image = _scaled(picture, self._height)
            return (picture.frame, image) if image is not None else None
        return None

    def _level(self, frame: int) -> int:
        facts, level = self._decoder.facts(frame), 0
        while facts.height >> (level + 1) >= self._height and level < facts.levels:
            level += 1
        return level

    def cancel(self) -> None:
        """From another thread: what is being decoded is no longer wanted."""
        self._decoder.cancel(0)

    def close(self) -> None:
        self._decoder.close()


def _scaled(picture: Picture, height: int) -> QImage | None:
    import cv2
    import numpy as np

    array = picture.array
    if picture.kind not in (PixelKind.GRAY8, PixelKind.BGRA8, PixelKind.RGBA8):
        return None
    width = max(1, round(array.shape[1] * height / array.shape[0]))
    small = np.ascontiguousarray(cv2.resize(array, (width, height), interpolation=cv2.INTER_AREA))
    kind = {
        PixelKind.GRAY8: QImage.Format.Format_Grayscale8,
        PixelKind.BGRA8: QImage.Format.Format_RGB32,
        PixelKind.RGBA8: QImage.Format.Format_RGBA8888,
    }[picture.kind]
    return QImage(small.data, width, height, small.strides[0], kind).copy()
