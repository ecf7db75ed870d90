"""The thread that decodes pictures: it takes what is wanted most, makes it, keeps it within a budget of bytes and tells. Qt-free.

In this order: facts, what is to be seen, values that a tool asks for, frames that will be seen next, the value under the pointer,
reading ahead in a film.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storage.errors import Cancelled, PostilError
from storage.listeners import Listeners
from viewers.decode.moving import MovingDecoder
from viewers.decode.request import Decoder, FrameFacts, Picture, PixelKind, Region, Request, doubled
from viewers.scene.adjust import Adjustments, shown, window_of
from viewers.scene.film import SOON, Coming, Pace, choose
from viewers.scene.frame_clock import FrameClock
from viewers.scene.picture_store import PictureStore, Shown, TileKey
from viewers.scene.threads import step_back

TILE = 512
#: While one steps through a film it is read ahead only where fewer decoded frames than this lie before one: a frame that is being
#: decoded cannot be interrupted. So long (s) after a step it is a rest.
ENOUGH = 12
REST_S = 0.1
#: Of pictures that move, the decoder keeps many frames as they were decoded; here are only those shown now and next.
MOVING_BUDGET = 128 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A whole frame as shown: BGRA, of volumes greys or RGB. `frame` is the one the pixels are of."""

    array: Shown
    frame: int
    level: int


@dataclass(frozen=True, slots=True)
class _Job:
    kind: str  # facts, show, tell, read, prepare, probe, ahead
    frame: int = 0
    key: TileKey | None = None
    generation: int = 0


class PictureWorker:
    """`open` makes the decoder, on the worker's thread (a decoder belongs to one thread). End with `close()`."""

    def __init__(self, open: Callable[[], Decoder], *, budget: int = 384 << 20) -> None:
        self.error: PostilError | None = None  # why there is no picture at all
        self.frames = 1
        self.moving = False  # whole frames in order of time; known with the first facts
        self.clock: FrameClock | None = None  # of pictures that move
        self.damage = ""  # a sentence once something of a film could not be decoded
        self.told = 0  # how often listeners were told
        self.version = 0  # of what there is to see; a value alone does not count
        self._open = open
        self._facts: dict[int, FrameFacts] = {}
        self._errors: dict[int, PostilError] = {}
        self._store = PictureStore(budget)
        self._near: tuple[int, Seen] | None = None  # shown for a frame until it is there itself
        self.passed: Seen | None = None  # the frame of a film that was made last: by then another one may be wanted
        self._windows: dict[int, tuple[float, float]] = {}
        self._failed: set[TileKey] = set()
        self._wanted: list[TileKey] = []
        self._asked: list[TileKey] = []  # all of what was wanted last, ready or not
        self._current: TileKey | None = None  # being made
        self._probe: TileKey | None = None  # read for the value of a pixel, when there is nothing else to do
        self._reading: tuple[Request, Callable[[Picture], None]] | None = None  # values that a tool asks for
        self._here = 0  # frame and level wanted last
        self._way = 1  # the direction of the last step
        self._stepped = 0.0  # when
        self._level = 0
        self._coming: tuple[Sequence[Coming], float] = ((), 0.0)
        self._pace = Pace()
        self._to_read_ahead = False
        self._calm = 0.0  # until this moment nothing is prepared: the frame asked for is being drawn
        self._working = False
        self._needs: set[int] = set()  # frames whose facts are asked for
        self._adjust = Adjustments()
        self._generation = 0
        self._listeners: Listeners[[]] = Listeners()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._decoder: Decoder | None = None
        self._film: MovingDecoder | None = None
        self._closed = False

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Called on the worker's thread when something arrived: facts, a tile, an error."""
        return self._listeners.add(listener)

    def close(self) -> None:
        """Ends the worker; what it is decoding is cancelled."""
        with self._wake:
            self._closed = True
            self._wanted, self._reading = [], None
            self._listeners.clear()
            decoder, last = self._decoder, self._generation
            self._wake.notify_all()
        if decoder is not None:
            decoder.cancel(last)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=10)

    def _start(self) -> None:
        if self._thread is None and not self._closed:
            self._working = True
            self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        step_back()
        try:
            self._opened(self._open())
        except PostilError as error:
            self.error = error
        except Exception as error:  # a decoder that dies must not take the window with it
            self.error = PostilError(f"The picture cannot be read: {error}.", remedy="Check the file with another program.")
        self.version += 1
        self._tell()
        self._working = False
        while self.error is None:
            job = self._take()
            if job is None:
                break
            if self._done(job):
                self.version += job.kind != "probe"
                self._tell()
            with self._wake:
                self._current = None
                self._working = False
        if self._decoder is not None:
            self._decoder.close()
        with self._wake:
            self._store.clear()

    def _opened(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self.frames = decoder.frames
        if isinstance(decoder, MovingDecoder):
            facts = decoder.facts(0)
            self._store.budget = min(self._store.budget, MOVING_BUDGET)
            self._film = decoder
            self.clock = FrameClock.of(decoder.table)
            self.moving = True
            self._facts[0] = facts  # last: whoever has these takes it that all of the rest is known

    def _take(self) -> _Job | None:
        """Wait for something to do. None: closed."""
        with self._wake:
            while True:
                if self._closed:
                    return None
                job = self._next()
                if job is not None:
                    self._generation += 1
                    self._current = job.key if job.kind == "show" else None
                    self._working = job.kind in ("facts", "show")
                    return _Job(job.kind, job.frame, job.key, self._generation)
                now = time.monotonic()
                later = [then - now for then in (self._calm, self._stepped + REST_S) if then > now]
                self._wake.wait(min(later, default=None))

    def _next(self) -> _Job | None:
        if self._needs:
            return _Job("facts", self._needs.pop())
        if self._wanted:
            key = self._wanted.pop(0)
            # What was made ready meanwhile is still to be told.
            return _Job("tell" if self._store.has(key, self._adjust) else "show", key[0], key)
        if self._reading is not None:
            return _Job("read", self._reading[0].frame)
        if not self._coming[0] and time.monotonic() < self._calm:
            return None
        frame = self._to_prepare()
        if frame is not None:
            return _Job("prepare", frame, (frame, self._level, -1, -1))
        if self._probe is not None:
            key, self._probe = self._probe, None
            return _Job("probe", key[0], key)
        return _Job("ahead") if self._to_read_ahead and not self._stepping() else None

    def _stepping(self) -> bool:
        """From frame to frame, with enough of them decoded."""
        film = self._film
        if film is None or self._coming[0] or time.monotonic() >= self._stepped + REST_S:
            return False
        return film.cached(min(max(0, self._here + ENOUGH * self._way), self.frames - 1))

    def _to_prepare(self) -> int | None:
        """A frame that will probably be shown next."""
        film = self._film
        if film is None:
            return None

        def ready(frame: int) -> bool:
            key = (frame, self._level, -1, -1)
            return key in self._failed or self._store.has(key, self._adjust)

        coming, said = self._coming
        if coming:
            return choose(coming, time.monotonic() - said, film.table, ready, lambda n: self._pace.cost(film.steps_to(n)))
        neighbours = (n for n in (self._here + self._way, self._here - self._way) if 0 <= n < self.frames)
        return next((n for n in neighbours if film.cached(n) and not ready(n)), None)

    def _busy(self) -> bool:
        """Something is more urgent than reading ahead."""
        return (
            self._closed or bool(self._needs or self._wanted or self._reading or self._probe) or self._to_prepare() is not None
        )

    def _done(self, job: _Job) -> bool:
        """Do it. True: there is something to tell."""
        assert self._decoder is not None
        try:
            match job.kind:
                case "facts":
                    if job.frame not in self._facts:
                        self._facts[job.frame] = self._decoder.facts(job.frame)
                case "tell":
                    pass
                case "ahead":
                    return self._read_ahead()
                case "prepare":
                    return self._prepare(job)
                case "read":
                    return self._read_values()
                case _:
                    self._show(job)
        except Cancelled:
            self._want_again(job)
            return False
        except PostilError as error:
            self._fail(job, error)
        except Exception as error:
            self._fail(job, PostilError(f"A part of the picture cannot be read: {error}.", remedy="Check the file."))
        return True

    def _read_values(self) -> bool:
        assert self._decoder is not None
        with self._wake:
            asked, self._reading = self._reading, None
        if asked is not None:
            try:
                picture = self._decoder.read(asked[0])
            except (PostilError, ValueError, OSError):
                return False  # said already by the tiles of the same place, which are blank
            asked[1](picture)
        return False

    def _want_again(self, job: _Job) -> None:
        """It was given up for another one, and is wanted after all."""
        with self._wake:
            key = job.key
            if job.kind == "show" and key in self._asked and key not in self._wanted and not self._closed:
                self._wanted.insert(0, key)

    def _fail(self, job: _Job, error: PostilError) -> None:
        """A broken tile is left out; a picture of which nothing can be read is an error, of several only that one."""
        if job.key is not None:
            self._failed.add(job.key)
        if job.key is None or job.key[2] == -1:
            if self.frames == 1 or job.kind == "ahead":
                self.error = error
            else:
                self._errors[job.frame] = error

    def _show(self, job: _Job) -> None:
        key, adjust = job.key, self._adjust
        assert key is not None
        film = self._film
        if film is not None and job.kind == "show" and film.steps_to(job.frame) > SOON:
            self._show_near(film, key, adjust)
        self._make(key, adjust, job.generation)
        if film is not None:
            self._look_for_damage(film)
            with self._wake:
                if self._near is not None and self._near[0] == job.frame:
                    self._near = None
                array = self._store.shown(key)
                self.passed = Seen(array, job.frame, key[1]) if array is not None else None

    def _show_near(self, film: MovingDecoder, key: TileKey, adjust: Adjustments) -> None:
        """Something at once, unless what is shown for this frame already is one."""
        if self._near is not None and self._near[0] == key[0]:
            return
        picture = film.nearest_key(key[0], key[1])
        array = shown(picture, adjust, adjust.window or (0.0, 255.0))
        with self._wake:
            if picture.frame == key[0]:
                self._store.put(key, picture, adjust, array)
            else:
                self._near = (key[0], Seen(array, picture.frame, picture.level))
        self.version += 1
        self._tell()

    def _prepare(self, job: _Job) -> bool:
        film, key = self._film, job.key
        assert film is not None
        assert key is not None
        if not self._coming[0]:
            picture = film.kept(job.frame, key[1])
            if picture is not None:
                self._keep(key, picture, self._adjust)
            return False
        steps, began = film.steps_to(job.frame), time.monotonic()
        self._make(key, self._adjust, job.generation)
        self._pace.learn(steps, time.monotonic() - began)
        return self._look_for_damage(film)

    def _read_ahead(self) -> bool:
        film = self._film
        assert film is not None

        def check() -> None:
            with self._wake:
                if self._busy():
                    raise Cancelled

        if not self._coming[0]:
            film.travel(self._here, self._way)
        more = film.read_ahead(check, behind=not self._coming[0])
        with self._wake:
            self._to_read_ahead = more
        return self._look_for_damage(film)

    def _look_for_damage(self, film: MovingDecoder) -> bool:
        """True the first time."""
        if not self.damage:
            self.damage = film.damage
            return bool(self.damage)
        return False

    def raw(self, key: TileKey) -> Picture | None:
        with self._wake:
            return self._store.raw(key)

    def _make(self, key: TileKey, adjust: Adjustments, generation: int) -> None:
        picture = self.raw(key)
        self._keep(key, self._read(key, generation) if picture is None else picture, adjust)

    def _keep(self, key: TileKey, picture: Picture, adjust: Adjustments) -> None:
        frame = key[0]
        if picture.kind in (PixelKind.GRAY16, PixelKind.INT16, PixelKind.FLOAT32) and frame not in self._windows:
            self._windows[frame] = window_of(picture)
        array = shown(picture, adjust, adjust.window or self._windows.get(frame, (0.0, 255.0)))
        with self._wake:
            self._store.put(key, picture, adjust, array)

    def _read(self, key: TileKey, generation: int) -> Picture:
        frame, level, column, row = key
        region: Region | None = None
        if column >= 0:
            facts, side = self._facts[frame], doubled(TILE, level)
            x, y = column * side, row * side
            region = (x, y, min(side, facts.width - x), min(side, facts.height - y))
        assert self._decoder is not None
        return self._decoder.read(Request(frame, level, region, generation))

    def _tell(self) -> None:
        self.told += 1
        self._listeners.tell()
