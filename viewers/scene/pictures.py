"""The front of a decoder: what the canvas asks of its pictures, and is answered at once.

Still pictures come in tiles of 512 px by level; pictures that move (`moving`) come whole: after a jump a near frame at once
(`seen` says which), then the exact one, and while they play the frames that are due next.

Qt-free. The canvas says what it wants to see (`want`), newest wish first; wishes that are no longer wanted are dropped,
what is being decoded for them is cancelled. Listeners are called on the worker's thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from storage.errors import PostilError
from viewers.decode.request import FrameFacts, Picture, PixelKind, Region, Request, doubled
from viewers.scene.adjust import Adjustments, value_text
from viewers.scene.film import Coming
from viewers.scene.picture_store import Shown, TileKey
from viewers.scene.picture_worker import TILE, PictureWorker, Seen

__all__ = ["PROBED", "TILE", "PictureSource", "Seen", "Shown", "TileKey"]

#: From this many device px per image px on, pixels are seen as squares.
SQUARES = 2.0
#: Larger pictures (px) are not decoded at full size for the value under the pointer alone.
PROBED = 64_000_000
#: So long (s) after a frame was asked for the cores belong to those who draw it, unless they say that it is drawn.
_CALM_S = 0.03
#: Frames: a shorter way back is travel, a longer one a jump.
_NEAR = 30


class PictureSource(PictureWorker):
    """`open` makes the decoder, on the thread of `PictureWorker`. End with `close()`."""

    squares_from = SQUARES

    # -- asked by the canvas; never blocks for longer than a look-up

    def facts(self, frame: int = 0) -> FrameFacts | None:
        """None until the decoder has answered; a listener tells."""
        facts = self._facts.get(0 if self.moving else frame)
        if facts is None and frame not in self._errors:
            self._ask(frame)
        return facts

    def error_of(self, frame: int) -> PostilError | None:
        """Why this frame cannot be shown; of several frames one may be missing."""
        return self.error or self._errors.get(frame)

    def want(self, keys: Iterable[TileKey], adjust: Adjustments) -> None:
        """Everything that is to be shown now, most urgent first. Replaces what was wanted before."""
        with self._wake:
            self._adjust = adjust
            asked = self._asked = list(keys)
            if self.moving and asked:
                self._ask_frame(asked[0][0], asked[0][1])
            wanted = [k for k in asked if k not in self._failed and not self._store.has(k, adjust)]
            if wanted == self._wanted and self._current is None:
                return
            stale = self._current is not None and self._current not in wanted
            # What is being made is not made again when it is wanted again.
            self._wanted = [k for k in wanted if k != self._current]
            decoder, last = self._decoder, self._generation
            if wanted or self.moving:
                self._to_read_ahead = self.moving
                self._start()
                self._wake.notify()
        if stale and decoder is not None:
            decoder.cancel(last)

    def drawn(self) -> None:
        """The frame that was asked for is on the screen: what may be wanted next is prepared."""
        with self._wake:
            self._calm = 0.0
            self._wake.notify()

    def tile(self, key: TileKey) -> Shown | None:
        """As shown; possibly with adjustments of a moment ago."""
        with self._wake:
            return self._store.shown(key)

    def whole(self, frame: int) -> Shown | None:
        facts = self.facts(frame) if self.moving else self._facts.get(frame)
        if facts is None:
            return None
        if self.moving:
            seen = self.seen(frame)
            return seen.array if seen else None
        return self.tile((frame, facts.levels, -1, -1))

    def seen(self, frame: int, level: int | None = None) -> Seen | None:
        """The best there is of a frame of moving pictures: itself (at this level if possible), else one near it."""
        facts = self._facts.get(0)
        if facts is None:
            return None
        with self._wake:
            first = self._level if level is None else level
            for at in (first, *(n for n in range(facts.levels + 1) if n != first)):
                array = self._store.shown((frame, at, -1, -1))
                if array is not None:
                    return Seen(array, frame, at)
            return self._near[1] if self._near is not None and self._near[0] == frame else None

    def transparent(self, frame: int) -> bool:
        facts = self._facts.get(0 if self.moving else frame)
        return facts is not None and facts.kind is PixelKind.RGBA8

    def window(self, frame: int) -> tuple[float, float] | None:
        """The window in use for values of more than 8 bits."""
        return self._adjust.window or self._windows.get(frame)

    def value(self, frame: int, x: int, y: int) -> str | None:
        """The text of a pixel's value, if its full-size tile is at hand; else it is read and listeners are told."""
        facts = self._facts.get(0 if self.moving else frame)
        if facts is None or not (0 <= x < facts.width and 0 <= y < facts.height):
            return None
        whole = self.moving or facts.levels == 0
        with self._wake:
            key = (frame, 0, -1, -1) if self.moving else (frame, 0, x // TILE, y // TILE)
            picture = self._store.raw(key)
            if picture is None and whole:
                picture = self._store.raw((frame, 0, -1, -1))
            if picture is None and self._may_probe(key, facts):
                self._probe = key
                self._wake.notify()
        return value_text(picture, x, y) if picture is not None else None

    @property
    def idle(self) -> bool:
        """Everything asked for is there, and the listeners have been told."""
        with self._wake:
            return not (self._working or (self.error is None and (self._needs or self._wanted)))

    @property
    def rested(self) -> bool:
        """Idle, and everything that may be wanted next has been decoded."""
        with self._wake:
            return self.idle and not self._to_read_ahead and self._to_prepare() is None

    @property
    def wanting(self) -> bool:
        """Somebody has said what is to be shown."""
        with self._wake:
            return bool(self._wanted)

    @property
    def bytes_kept(self) -> int:
        """Of pictures ready to be shown; a film's decoder keeps its own beside them."""
        with self._wake:
            return self._store.bytes

    def read(self, frame: int, level: int, region: Region, done: Callable[[Picture], None]) -> None:
        """The values of a region, for a tool: `done` is called on the worker's thread, after what is to be seen. The newest
        asking takes the place of one that is still waiting; what cannot be read is never told."""
        with self._wake:
            if self._closed or self.error is not None:
                return
            self._reading = (Request(frame, level, region), done)
            self._start()
            self._wake.notify()

    def request(self, frame: int, level: int, region: Region) -> list[TileKey]:
        """The tiles of a level that cover a region of the frame (full-size px), from its middle outwards."""
        facts = self._facts.get(frame)
        if facts is None:
            return []
        x, y, w, h = region
        side = doubled(TILE, level)
        x0, y0 = max(0, x) // side, max(0, y) // side
        x1, y1 = min(facts.width, x + w), min(facts.height, y + h)
        keys = [(frame, level, column, row) for row in range(y0, -(-y1 // side)) for column in range(x0, -(-x1 // side))]
        cx, cy = (x + w / 2) / side - 0.5, (y + h / 2) / side - 0.5
        keys.sort(key=lambda k: (k[2] - cx) ** 2 + (k[3] - cy) ** 2)
        return keys

    # -- asked by the player

    def follow(self, coming: Sequence[Coming]) -> None:
        """While playing: the frames that will be due, soonest first, with the seconds until then. Empty: it stands still."""
        with self._wake:
            self._coming = (coming, time.monotonic())
            self._to_read_ahead = self.moving
            self._start()
            self._wake.notify()

    def ready(self, frame: int) -> bool:
        """The frame itself can be painted at once."""
        facts = self._facts.get(0)
        if facts is None:
            return False
        with self._wake:
            return any(self._store.raw((frame, level, -1, -1)) is not None for level in range(facts.levels + 1))

    def newest_ready(self, first: int, last: int) -> int | None:
        """The last frame of a range that can be painted at once."""
        with self._wake:
            return max((key[0] for key in self._store.whole_frames() if first <= key[0] <= last), default=None)

    # -- inside

    def _ask_frame(self, frame: int, level: int) -> None:
        now = time.monotonic()
        self._calm = now + _CALM_S
        if frame != self._here:
            self._way, self._stepped = (-1 if -_NEAR <= frame - self._here < 0 else 1), now
        self._here, self._level = frame, level

    def _may_probe(self, key: TileKey, facts: FrameFacts) -> bool:
        return (
            key not in self._failed
            and facts.levels > 0
            and facts.width * facts.height <= PROBED
            and not self._coming[0]
            and self._near is None
        )

    def _ask(self, frame: int) -> None:
        with self._wake:
            if not self._closed and self.error is None:
                self._needs.add(frame)
                self._start()
                self._wake.notify()
