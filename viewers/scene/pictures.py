"""The front of a decoder: tiles of 512 px by level, decoded in a thread of its own and kept within a budget of bytes.

Qt-free. The canvas says what it wants to see (`want`), newest wish first; wishes that are no longer wanted are dropped,
what is being decoded for them is cancelled. Listeners are called on the worker's thread.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.errors import Cancelled, PostilError
from viewers.decode.request import Decoder, FrameFacts, Picture, PixelKind, Region, Request
from viewers.scene.adjust import Adjustments, shown, value_text, window_of
from viewers.scene.threads import step_back

TILE = 512
#: Larger pictures (px) are not decoded at full size for the value under the pointer alone.
PROBED = 64_000_000
#: frame, level, column, row; column and row -1: the whole frame at its coarsest level.
TileKey = tuple[int, int, int, int]
Shown = NDArray[np.uint8]


class PictureSource:
    """`open` makes the decoder, on the worker's thread (a decoder belongs to one thread). End with `close()`."""

    def __init__(self, open: Callable[[], Decoder], *, budget: int = 384 << 20) -> None:
        self.error: PostilError | None = None  # why there is no picture
        self.frames = 1
        self.told = 0  # how often listeners were told
        self.version = 0  # of what there is to see; a value alone does not count
        self._open = open
        self._budget = budget
        self._facts: dict[int, FrameFacts] = {}
        self._raw: OrderedDict[TileKey, Picture] = OrderedDict()
        self._shown: dict[TileKey, tuple[Adjustments, Shown]] = {}
        self._windows: dict[int, tuple[float, float]] = {}
        self._failed: set[TileKey] = set()
        self._bytes = 0
        self._wanted: list[TileKey] = []
        self._current: TileKey | None = None  # being made
        self._probe: TileKey | None = None  # read for the value of a pixel, when there is nothing else to do
        self._working = False
        self._needs: set[int] = set()  # frames whose facts are asked for
        self._adjust = Adjustments()
        self._generation = 0
        self._listeners: list[Callable[[], None]] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._decoder: Decoder | None = None
        self._closed = False

    # -- asked by the canvas; never blocks for longer than a look-up

    def facts(self, frame: int = 0) -> FrameFacts | None:
        """None until the decoder has answered; a listener tells."""
        facts = self._facts.get(frame)
        if facts is None:
            self._ask(frame)
        return facts

    def want(self, keys: Iterable[TileKey], adjust: Adjustments) -> None:
        """Everything that is to be shown now, most urgent first. Replaces what was wanted before."""
        with self._wake:
            self._adjust = adjust
            wanted = [k for k in keys if k not in self._failed and not self._ready(k)]
            if wanted == self._wanted:
                return
            stale = self._current is not None and self._current not in wanted
            self._wanted = wanted
            decoder, last = self._decoder, self._generation
            if wanted:
                self._start()
                self._wake.notify()
        if stale and decoder is not None:
            decoder.cancel(last)

    def tile(self, key: TileKey) -> Shown | None:
        """As shown; possibly with adjustments of a moment ago."""
        with self._wake:
            found = self._shown.get(key)
            if found is not None and key in self._raw:
                self._raw.move_to_end(key)
            return found[1] if found else None

    def whole(self, frame: int) -> Shown | None:
        facts = self._facts.get(frame)
        return self.tile((frame, facts.levels, -1, -1)) if facts else None

    def transparent(self, frame: int) -> bool:
        facts = self._facts.get(frame)
        return facts is not None and facts.kind is PixelKind.RGBA8

    def window(self, frame: int) -> tuple[float, float] | None:
        """The window in use for values of more than 8 bits."""
        return self._adjust.window or self._windows.get(frame)

    def value(self, frame: int, x: int, y: int) -> str | None:
        """The text of a pixel's value, if its full-size tile is at hand; else it is read and listeners are told."""
        facts = self._facts.get(frame)
        if facts is None or not (0 <= x < facts.width and 0 <= y < facts.height):
            return None
        with self._wake:
            key = (frame, 0, x // TILE, y // TILE)
            picture = self._raw.get(key)
            if picture is None and facts.levels == 0:
                picture = self._raw.get((frame, 0, -1, -1))
            elif picture is None and key not in self._failed and facts.width * facts.height <= PROBED:
                self._probe = key
                self._wake.notify()
        return value_text(picture, x, y) if picture is not None else None

    @property
    def idle(self) -> bool:
        """Everything asked for is there, and the listeners have been told."""
        with self._wake:
            return not (self._working or (self.error is None and (self._needs or self._wanted)))

    @property
    def wanting(self) -> bool:
        """Somebody has said what is to be shown."""
        with self._wake:
            return bool(self._wanted)

    def raw(self, key: TileKey) -> Picture | None:
        with self._wake:
            return self._raw.get(key)

    def request(self, frame: int, level: int, region: Region) -> list[TileKey]:
        """The tiles of a level that cover a region of the frame (full-size px), from its middle outwards."""
        facts = self._facts.get(frame)
        if facts is None:
            return []
        x, y, w, h = region
        side = TILE << level
        x0, y0 = max(0, x) // side, max(0, y) // side
        x1, y1 = min(facts.width, x + w), min(facts.height, y + h)
        keys = [(frame, level, column, row) for row in range(y0, -(-y1 // side)) for column in range(x0, -(-x1 // side))]
        cx, cy = (x + w / 2) / side - 0.5, (y + h / 2) / side - 0.5
        keys.sort(key=lambda k: (k[2] - cx) ** 2 + (k[3] - cy) ** 2)
        return keys

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Called on the worker's thread when something arrived: facts, a tile, an error."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def close(self) -> None:
        """Ends the worker; what it is decoding is cancelled."""
        with self._wake:
            self._closed = True
            self._wanted, self._listeners = [], []
            decoder, last = self._decoder, self._generation
            self._wake.notify_all()
        if decoder is not None:
            decoder.cancel(last)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=10)

    # -- the worker

    def _ask(self, frame: int) -> None:
        with self._wake:
            if not self._closed and self.error is None:
                self._needs.add(frame)
                self._start()
                self._wake.notify()

    def _start(self) -> None:
        if self._thread is None and not self._closed:
            self._working = True
            self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
            self._thread.start()

    def _ready(self, key: TileKey) -> bool:
        found = self._shown.get(key)
        return found is not None and found[0] == self._adjust

    def _run(self) -> None:
        step_back()
        try:
            self._decoder = self._open()
            self.frames = self._decoder.frames
        except PostilError as error:
            self.error = error
        except Exception as error:  # a decoder that dies must not take the window with it
            self.error = PostilError(f"The picture cannot be read: {error}.", remedy="Check the file with another program.")
        self.version += 1
        self._tell()
        self._working = False
        while self.error is None:
            with self._wake:
                while not (self._closed or self._needs or self._wanted or self._probe):
                    self._wake.wait()
                if self._closed:
                    break
                frame = self._needs.pop() if self._needs else None
                key = self._wanted.pop(0) if frame is None and self._wanted else None
                probing = frame is None and key is None
                if probing:
                    key, self._probe = self._probe, None
                self._working = not probing
                adjust, self._current = self._adjust, key
                if key is not None and self._ready(key):
                    self._working = False
                    continue
            if self._work(frame, key, adjust):
                self.version += not probing
                self._tell()
            self._working = False
        if self._decoder is not None:
            self._decoder.close()

    def _work(self, frame: int | None, key: TileKey | None, adjust: Adjustments) -> bool:
        assert self._decoder is not None
        try:
            if frame is not None:
                if frame not in self._facts:
                    self._facts[frame] = self._decoder.facts(frame)
            elif key is not None:
                self._make(key, adjust)
        except Cancelled:
            return False
        except PostilError as error:
            self._fail(key, error)
        except Exception as error:
            self._fail(key, PostilError(f"A part of the picture cannot be read: {error}.", remedy="Check the file."))
        return True

    def _fail(self, key: TileKey | None, error: PostilError) -> None:
        """A broken tile is left out; a frame of which nothing can be read is an error."""
        if key is None or key[2] == -1:
            self.error = error
        else:
            self._failed.add(key)

    def _make(self, key: TileKey, adjust: Adjustments) -> None:
        picture = self.raw(key)
        if picture is None:
            picture = self._read(key)
        frame = key[0]
        if picture.kind in (PixelKind.GRAY16, PixelKind.INT16, PixelKind.FLOAT32) and frame not in self._windows:
            self._windows[frame] = window_of(picture)
        array = shown(picture, adjust, adjust.window or self._windows.get(frame, (0.0, 255.0)))
        with self._wake:
            self._keep(key, picture, adjust, array)

    def _read(self, key: TileKey) -> Picture:
        frame, level, column, row = key
        region: Region | None = None
        if column >= 0:
            facts, side = self._facts[frame], TILE << level
            x, y = column * side, row * side
            region = (x, y, min(side, facts.width - x), min(side, facts.height - y))
        with self._wake:
            self._generation += 1
            generation = self._generation
        assert self._decoder is not None
        return self._decoder.read(Request(frame, level, region, generation))

    def _keep(self, key: TileKey, picture: Picture, adjust: Adjustments, array: Shown) -> None:
        self._drop(key)
        self._raw[key] = picture
        self._shown[key] = (adjust, array)
        self._bytes += _weight(picture, array)
        while self._bytes > self._budget and len(self._raw) > 1:
            oldest = next(k for k in self._raw if k != key)
            self._drop(oldest)

    def _drop(self, key: TileKey) -> None:
        picture = self._raw.pop(key, None)
        if picture is not None:
            self._bytes -= _weight(picture, self._shown.pop(key)[1])

    def _tell(self) -> None:
        self.told += 1
        for listener in tuple(self._listeners):
            listener()


def _weight(picture: Picture, array: Any) -> int:
    return picture.array.nbytes + (0 if array is picture.array else array.nbytes)
