"""Feeds a sound device with what is to be heard, from a thread of its own, and says what is heard now. Qt-free."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from storage.errors import Cancelled, PostilError, Refused
from viewers.decode.audio import SoundDecoder
from viewers.sound.output import Samples, SoundOutput
from viewers.sound.tempo import Block, Tempo, mixed_down

Check = Callable[[], None]

_CHUNK_S = 0.02  # of what is heard: the thread answers that soon
_LATE_S = 0.3  # sound that comes so late joins where the picture is, not where it was asked for
_TRUST_S = 0.05  # between two looks at the device its clock is taken to have gone on for this long
_OTHER_RATES = (48_000, 44_100)  # where the device refuses the rate of the sound


@dataclass(frozen=True, slots=True)
class _Order:
    at: float  # media seconds
    since: float  # moment it was given
    speed: float
    start: float  # what is played: [start, end), again and again if `loop`
    end: float
    loop: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of output samples and where in the media it comes from."""

    first: int
    count: int
    at: float
    speed: float


class SoundFeeder:
    """`open` gives the decoder, on the feeder's thread (an index may have to be made first: its `check` ends that).

    Media time 0 is the beginning of what is shown; the sound's first sample is heard at `starts_at`, silence round it.
    Without a device `error` says so in a sentence, `heard` stays None and whoever plays goes on by its own clock.
    """

    def __init__(
        self,
        open: Callable[[Check], SoundDecoder],
        output: SoundOutput,
        *,
        starts_at: Callable[[SoundDecoder], float] | float = 0.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.error: PostilError | None = None
        self.muted = False
        self.volume = 1.0  # 0..1
        self._open = open
        self._output = output
        self._starts_at = starts_at
        self._now = now
        self._decoder: SoundDecoder | None = None
        self._offset = 0.0
        self._rate = 0  # of the device; 0: not open
        self._order: _Order | None = None
        self._serial = 0  # of orders
        self._pieces: deque[_Piece] = deque()
        self._position: tuple[int, float] | None = None  # of the device, and when it was asked
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    # -- what the player does; any thread

    def warm(self) -> None:
        """Open the sound before it is asked for."""
        with self._wake:
            self._start()

    def play(self, at: float, *, speed: float = 1.0, start: float = 0.0, end: float, loop: bool = False) -> None:
        """From media time `at`, until `end` (in a loop: from `start` again). Also while playing: a jump, another speed."""
        with self._wake:
            self._give(_Order(at, self._now(), speed, start, end, loop))
            self._start()

    def stop(self) -> None:
        """Silent at once."""
        with self._wake:
            self._give(None)

    def heard(self) -> float | None:
        """Media time of what is heard now. None: silent (not begun yet, ended, no device)."""
        with self._wake:
            if self._position is None:
                return None
            position, when = self._position
            here = position + min(max(0.0, self._now() - when), _TRUST_S) * self._rate
            while len(self._pieces) > 1 and here >= self._pieces[0].first + self._pieces[0].count:
                self._pieces.popleft()
            if not self._pieces or here < self._pieces[0].first:
                return None
            piece = self._pieces[0]
            return piece.at + min(here - piece.first, piece.count) / self._rate * piece.speed

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._give(None)
        if self._thread is not None:
            self._thread.join(timeout=2)  # a device that hangs must not hold up the window

    # -- inside

    def _give(self, order: _Order | None) -> None:
        self._order = order
        self._serial += 1
        self._pieces.clear()
        self._position = None
        self._wake.notify_all()

    def _start(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            self._open_decoder()
            done = -1
            while not self._closed:
                with self._wake:
                    while not self._closed and done == self._serial:
                        self._wake.wait()
                    order, done = self._order, self._serial
                if self._closed:
                    break
                self._follow(order, done)
        finally:
            self._output.close()
            if self._decoder is not None:
                self._decoder.close()

    def _open_decoder(self) -> None:
        def check() -> None:
            if self._closed:
                raise Cancelled

        try:
            decoder = self._open(check)
            self._offset = self._starts_at(decoder) if callable(self._starts_at) else self._starts_at
            self._decoder = decoder
        except Cancelled:
            return
        except PostilError as error:
            self.error = error
        except Exception as error:  # a broken track must not take the picture with it
            self.error = PostilError(f"The sound cannot be read: {error}.", remedy="It plays silently.")

    def _follow(self, order: _Order | None, serial: int) -> None:
        if self._decoder is None:
            return
        try:
            if self._rate:
                self._output.pause()
            if order is None:
                return
            self._open_output(self._decoder)
            self._output.resume()
            self._feed(self._decoder, order, serial)
        except Cancelled:  # another order was given
            return
        except PostilError as error:
            self.error = error
            self._output.close()
            self._rate = 0
            with self._wake:
                if serial == self._serial:
                    self._position = None

    def _open_output(self, decoder: SoundDecoder) -> None:
        if self._rate:
            return
        channels = min(decoder.channels, 2)
        refusals: list[Refused] = []
        for rate in dict.fromkeys((decoder.rate, *_OTHER_RATES)):
            try:
                self._output.open(rate, channels)
            except Refused as error:
                refusals.append(error)
                continue
            self._rate, self.error = rate, None
            return
        raise refusals[0]

    def _feed(self, decoder: SoundDecoder, order: _Order, serial: int) -> None:
        at, late = order.at, self._now() - order.since
        if late > _LATE_S:
            at += late * order.speed
            if order.loop and order.end > order.start:
                at = order.start + (at - order.start) % (order.end - order.start)
        written = self._output.position()
        while True:
            written = self._feed_run(decoder, order, at, written, serial)
            if not order.loop or order.end <= order.start:
                break
            at = order.start
        self._play_out(written, serial)

    def _feed_run(self, decoder: SoundDecoder, order: _Order, at: float, written: int, serial: int) -> int:
        """From `at` to the end, once. As many samples are written as its length at this speed asks for: nothing adds up."""
        tempo = Tempo(decoder.rate, min(decoder.channels, 2), order.speed, out_rate=self._rate)
        total = max(0, round((order.end - at) / order.speed * self._rate))
        self._say(_Piece(written, total, at, order.speed), serial)
        sample = round((at - self._offset) * decoder.rate)
        last = round((order.end - self._offset) * decoder.rate)
        chunk = max(1, round(_CHUNK_S * decoder.rate * order.speed))
        missing = total
        while missing > 0:
            count = min(chunk, last - sample)
            if count > 0:
                block = mixed_down(decoder.read(sample, count, lambda: self._check(serial)))
                ready = tempo.push(block)
                sample += count
            else:
                ready = tempo.finish()
                ready = np.concatenate([ready, np.zeros((max(0, missing - len(ready)), ready.shape[1]), np.float32)])
            missing -= self._write(ready[:missing], serial)
        return written + total

    def _write(self, block: Block, serial: int) -> int:
        step = max(1, round(_CHUNK_S * self._rate))
        for first in range(0, len(block), step):
            part = block[first : first + step]
            self._check(serial)
            self._output.write(self._at_volume(part))
            self._look(serial)
        return len(block)

    def _at_volume(self, block: Block) -> Samples:
        gain = 0.0 if self.muted else min(max(self.volume, 0.0), 1.0) ** 2  # the ear hears ratios
        samples: Samples = np.clip(np.rint(block * (32768 * gain)), -32768, 32767).astype(np.int16)
        return samples

    def _play_out(self, written: int, serial: int) -> None:
        """All is written: go on saying what is heard until the last sample was."""
        while self._look(serial) < written:
            with self._wake:
                self._wake.wait(_CHUNK_S)
            self._check(serial)
        with self._wake:
            if serial == self._serial:
                self._position = None

    def _say(self, piece: _Piece, serial: int) -> None:
        with self._wake:
            if serial != self._serial:
                raise Cancelled
            self._pieces.append(piece)

    def _look(self, serial: int) -> int:
        position = self._output.position()
        with self._wake:
            if serial == self._serial:
                self._position = (position, self._now())
        return position

    def _check(self, serial: int) -> None:
        if serial != self._serial or self._closed:
            raise Cancelled
