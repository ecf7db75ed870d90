"""Plays a sound alone: where the playhead is while the feeder is heard, and by an own clock where nothing can be heard.

Media time counts in seconds. The picture editors' player counts in frames; both stand on `viewers.sound`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from storage.errors import PostilError
from viewers.decode.audio import SoundDecoder
from viewers.scene.playback import FASTEST, SLOWEST, SPEEDS
from viewers.scene.sound_source import SoundSource
from viewers.sound.feeder import SoundFeeder
from viewers.sound.output import SoundOutput

TICK_MS = 15
#: So long (s) the playhead waits for the first sample to be heard before its own clock counts.
_PATIENCE_S = 3.0
Span = tuple[float, float]


class AudioPlayer(QObject):
    moved = Signal(float)  # the playhead, seconds
    state_changed = Signal()  # playing, speed, loop, mute, volume
    said = Signal(str)  # why there is nothing to be heard

    def __init__(
        self,
        source: SoundSource,
        output: SoundOutput,
        parent: QObject | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._source, self._now = source, now
        self._feeder = SoundFeeder(self._decoder, output, now=now)
        self.playing = False
        self.speed = 1.0
        self.loop: Span | None = None
        self._until: float | None = None  # play no further than this, once
        self._at = 0.0  # where it stands, or stood ...
        self._since = 0.0  # ... at this moment
        self._heard = False  # since it was last told to play
        self._complained = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    @property
    def position(self) -> float:
        return self._at

    @property
    def duration(self) -> float:
        return self._source.duration

    @property
    def muted(self) -> bool:
        return self._feeder.muted

    @property
    def volume(self) -> float:
        return self._feeder.volume

    # -- what the person does

    @Slot()
    def toggle(self) -> None:
        if self.playing:
            self.pause()
        else:
            self.play()

    @Slot()
    def play(self) -> None:
        """From the playhead; at the end, or outside the loop, from the beginning."""
        start, end = self.loop or (0.0, self.duration)
        if not start <= self._at < end - 1e-6:
            self._go(start)
        self._until = None
        self._begin()

    def play_once(self, first: float, last: float) -> None:
        """A stretch from its beginning to its end; a loop is left."""
        self.loop, self._until = None, min(last, self.duration)
        self._go(max(0.0, first))
        self._begin()

    @Slot()
    def pause(self) -> None:
        if self.playing:
            self._catch_up()
            self._halt()

    def seek(self, seconds: float) -> None:
        """Playing goes on from there. Outside the loop, or of what was to be played once, those are left."""
        self._go(min(max(seconds, 0.0), self.duration))
        if self.loop is not None and not self.loop[0] <= self._at <= self.loop[1]:
            self.loop = None
            self.state_changed.emit()
        if self._until is not None and self._at >= self._until:
            self._until = None
        if self.playing:
            self._order()

    def set_speed(self, speed: float) -> None:
        self._catch_up()
        self.speed = min(max(speed, SLOWEST), FASTEST)
        if self.playing:
            self._order()
        self.state_changed.emit()

    def step_speed(self, by: int) -> None:
        """To the next of the usual speeds."""
        if by > 0:
            self.set_speed(next((s for s in SPEEDS if s > self.speed + 1e-9), SPEEDS[-1]))
        else:
            self.set_speed(next((s for s in reversed(SPEEDS) if s < self.speed - 1e-9), SPEEDS[0]))

    def set_loop(self, loop: Span | None) -> None:
        """When the playhead is outside, it goes to the beginning of the loop."""
        self._catch_up()
        self.loop, self._until = loop, None
        if loop is not None and not loop[0] <= self._at < loop[1]:
            self._go(loop[0])
        if self.playing:
            self._order()
        self.state_changed.emit()

    def set_volume(self, volume: float) -> None:
        self._feeder.volume = min(max(volume, 0.0), 1.0)
        self._feeder.muted = False
        self.state_changed.emit()

    def set_muted(self, muted: bool) -> None:
        self._feeder.muted = muted
        self.state_changed.emit()

    def close(self) -> None:
        self._timer.stop()
        self.playing = False
        self._feeder.close()

    # -- inside

    def _decoder(self, _check: Callable[[], None]) -> SoundDecoder:
        """On the feeder's thread; the source is open by the time anybody can press play."""
        made = self._source.decoder()
        if made is None:
            raise PostilError("The sound is not open yet.", remedy="Wait until it is drawn, then press play again.")
        return made

    def _begin(self) -> None:
        self.playing = True
        self._order()
        self._timer.start()
        self.state_changed.emit()

    def _order(self) -> None:
        self._heard, self._since = False, self._now()
        if self.loop is not None:
            start, end = self.loop
            self._feeder.play(self._at, speed=self.speed, start=start, end=end, loop=True)
        else:
            self._feeder.play(self._at, speed=self.speed, end=self._end())

    def _end(self) -> float:
        return self._until if self._until is not None else self.duration

    def _halt(self) -> None:
        self.playing = False
        self._timer.stop()
        self._feeder.stop()
        self.state_changed.emit()

    def _go(self, seconds: float) -> None:
        self._at, self._since = seconds, self._now()
        self.moved.emit(seconds)

    def _catch_up(self) -> None:
        """Have the playhead where the sound is."""
        if not self.playing:
            return
        now, heard = self._now(), self._feeder.heard()
        if heard is not None:
            self._at, self._since, self._heard = heard, now, True
            return
        waits = not self._heard and self._feeder.error is None and now - self._since < _PATIENCE_S
        if waits:
            return
        self._heard = True  # by the own clock from here on, until the sound is heard again
        self._at += max(0.0, now - self._since) * self.speed
        self._since = now
        if self.loop is not None and self._at >= self.loop[1]:
            start, end = self.loop
            self._at = start + (self._at - start) % max(1e-3, end - start)

    @Slot()
    def _on_tick(self) -> None:
        self._catch_up()
        error = self._feeder.error
        if error is not None and not self._complained:
            self._complained = True
            self.said.emit(f"{error.reason} {error.remedy}")
        ended = self.loop is None and self._at >= self._end() - 1e-6
        if ended:
            self._at = self._end()
        self.moved.emit(self._at)
        if ended:
            self._until = None
            self._halt()
