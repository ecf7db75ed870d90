"""Plays pictures that move: which frame is shown when, in step with the sound. Decodes nothing itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from storage.errors import PostilError
from viewers.canvas.background import Bell
from viewers.scene.film import Coming
from viewers.scene.frame_clock import FrameClock
from viewers.scene.pictures import PictureSource
from viewers.scene.playback import SPEEDS, Loop, Playback

_AHEAD = 6  # frames made ready before they are due
_SCREEN_S = 1 / 60  # no more frames in a second than a screen shows
_LEAST_S = 1 / 75  # a frame stays at least so long: a little less than on a screen, so that none of 60 a second is lost
_RETRY_MS = 4  # a frame that is due and not ready is looked for again
_LONGEST_MS = 100  # the sound wants to be asked more often than four times a second


class Sound(Protocol):
    """What the player needs of `viewers.sound.feeder.SoundFeeder`."""

    error: PostilError | None
    muted: bool
    volume: float

    def play(self, at: float, *, speed: float, start: float, end: float, loop: bool) -> None: ...

    def stop(self) -> None: ...

    def heard(self) -> float | None: ...


class Player(QObject):
    """While it plays, `frame_changed` comes only when that frame can be painted at once: late frames are dropped, not time.

    Whoever owns it writes the frame into `focus.at` and, when `focus.at` was changed by others, calls `seek`. Seeking to the
    frame it stands on changes nothing, so both may be done without caring who was first.
    """

    frame_changed = Signal(int)
    state_changed = Signal()  # playing, speed, loop, volume
    said = Signal(str)  # a sentence for the person: no sound, damage

    def __init__(
        self,
        pictures: PictureSource,
        clock: FrameClock,
        sound: Sound | None = None,
        parent: QObject | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.pictures, self.clock = pictures, clock
        self._sound = sound
        self._now = now
        self._playback = Playback(clock.times, clock.duration)
        self._frame = 0
        self._dropped = 0
        self._shown_at = 0.0
        self._held = False  # paused by a scrub, plays on after it
        self._sounding = False
        self._told: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._bell = Bell()
        self._bell.rung.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._unlisten = pictures.listen(self._on_pictures)

    # -- what is

    @property
    def frame(self) -> int:
        """The frame shown, or asked for last."""
        return self._frame

    @property
    def count(self) -> int:
        return self.clock.count

    @property
    def playing(self) -> bool:
        """Also while a scrub holds it."""
        return self._playback.playing or self._held

    @property
    def time(self) -> float:
        """Media seconds now."""
        return self._playback.time(self._now()) if self._playback.playing else self.clock.time(self._frame)

    @property
    def dropped(self) -> int:
        """Frames that were due and not shown since it was made."""
        return self._dropped

    # -- what the person does

    def play(self) -> None:
        if self.playing:
            return
        now = self._now()
        self._playback.play(now)
        self._told.discard("sound")
        due = self._playback.due(now)
        if due != self._frame:
            self._show(due)
        self._start_sound(now)
        self.state_changed.emit()
        self._tick()

    def pause(self) -> None:
        """Stays on the frame that is seen, not on the one that would be due."""
        if not self.playing:
            return
        self._held = False
        self._stop()
        self.state_changed.emit()

    def toggle(self) -> None:
        if self.playing:
            self.pause()
        else:
            self.play()

    def seek(self, index: int) -> None:
        """To a frame; goes on playing from there if it plays."""
        index = min(max(index, 0), self.count - 1)
        if index == self._frame:
            return
        looped = self._playback.loop
        self._playback.seek(index, self._now())
        self._show(index)
        if self._playback.playing:
            self._start_sound(self._now())
            self._tick()
        if looped != self._playback.loop:
            self.state_changed.emit()

    def step(self, frames: int) -> None:
        """Pauses; so many frames on, or back."""
        self.pause()
        self.seek(self._frame + frames)

    def scrub(self, index: int) -> None:
        """While the slider is dragged: silent, nothing plays on."""
        if self._playback.playing:
            self._held = True
            self._stop()
        self.seek(index)

    def end_scrub(self) -> None:
        """Plays on if it played before."""
        if self._held:
            self._held = False
            self.play()

    @property
    def speed(self) -> float:
        return self._playback.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        if speed == self._playback.speed:
            return
        self._playback.set_speed(speed, self._now())
        self._start_sound(self._now())
        self.state_changed.emit()
        if self._playback.playing:
            self._tick()

    def faster(self, steps: int = 1) -> None:
        """To the next of the usual speeds; slower with a negative number."""
        nearest = min(range(len(SPEEDS)), key=lambda n: abs(SPEEDS[n] - self.speed))
        self.speed = SPEEDS[min(max(nearest + steps, 0), len(SPEEDS) - 1)]

    @property
    def loop(self) -> Loop | None:
        return self._playback.loop

    @loop.setter
    def loop(self, loop: Loop | None) -> None:
        if loop == self._playback.loop:
            return
        now = self._now()
        self._playback.set_loop(loop, now)
        if not self._playback.playing:
            # A film at rest stays where it is; what is outside the loop jumps into it when it is played.
            self._playback.seek_time(self.clock.time(self._frame), now)
        self._start_sound(self._now())
        self.state_changed.emit()
        if self._playback.playing:
            self._tick()

    # -- sound

    @property
    def sound(self) -> Sound | None:
        return self._sound

    @sound.setter
    def sound(self, sound: Sound | None) -> None:
        """May come later than the picture; whoever made it closes it."""
        if self._sound is not None:
            self._sound.stop()
            if sound is not None:
                sound.volume, sound.muted = self._sound.volume, self._sound.muted
        self._sound = sound
        self._start_sound(self._now())
        self.state_changed.emit()

    @property
    def has_sound(self) -> bool:
        return self._sound is not None

    @property
    def muted(self) -> bool:
        return self._sound is not None and self._sound.muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        if self._sound is not None and muted != self._sound.muted:
            self._sound.muted = muted
            self.state_changed.emit()

    @property
    def volume(self) -> float:
        return self._sound.volume if self._sound is not None else 1.0

    @volume.setter
    def volume(self, volume: float) -> None:
        volume = min(max(volume, 0.0), 1.0)
        if self._sound is not None and volume != self._sound.volume:
            self._sound.volume = volume
            self._sound.muted = False
            self.state_changed.emit()

    def close(self) -> None:
        """Stops. Pictures and sound belong to whoever made them."""
        self._held = False
        self._stop()
        self._unlisten()

    # -- inside

    def _on_pictures(self) -> None:
        """On the thread of the pictures."""
        if self.pictures.damage and "damage" not in self._told:
            self._bell.ring()

    def _show(self, index: int) -> None:
        self._frame = index
        self.frame_changed.emit(index)

    def _stop(self) -> None:
        now = self._now()
        self._playback.pause(now)
        self._playback.seek_time(self.clock.time(self._frame), now)
        self._timer.stop()
        self.pictures.follow(())
        if self._sound is not None:
            self._sound.stop()
        self._sounding = False

    def _start_sound(self, now: float) -> None:
        """From where the picture is; after every jump, change of speed or loop."""
        self._sounding = False
        if self._sound is None or not self._playback.playing:
            return
        start, end = self._playback.range
        self._sound.play(self._playback.time(now), speed=self.speed, start=start, end=end, loop=self._playback.loop is not None)

    @Slot()
    def _tick(self) -> None:
        if not self._playback.playing:
            return
        now = self._now()
        self._listen(now)
        due = self._playback.due(now)
        if due != self._frame:
            first = self._frame + 1 if due > self._frame else (self.loop.first if self.loop else 0)
            ready = self.pictures.newest_ready(first, due)
            if not self._playback.playing:
                ready = due  # the last one is shown, ready or not
            if ready is not None:
                self._dropped += ready - first
                self._shown_at = now
                self._show(ready)
        if not self._playback.playing:
            self._stop()
            self.state_changed.emit()
            return
        self.pictures.follow(self._coming(now))
        wait = max(self._playback.wait(now) or 0.0, self._shown_at + _LEAST_S - now)
        late = self._frame != due
        self._timer.start(_RETRY_MS if late else min(_LONGEST_MS, max(1, ceil(wait * 1000))))
        self._tell()

    def _listen(self, now: float) -> None:
        if self._sound is None:
            return
        heard = self._sound.heard()
        if heard is not None:
            self._playback.heard(heard, now)
        elif self._sounding:
            self._playback.sound_ended(now)
        self._sounding = heard is not None

    @Slot()
    def _tell(self) -> None:
        if self._sound is not None and self._sound.error is not None and "sound" not in self._told:
            self._told.add("sound")
            self.said.emit(f"{self._sound.error.reason} {self._sound.error.remedy}".strip())
        if self.pictures.damage and "damage" not in self._told:
            self._told.add("damage")
            self.said.emit(self.pictures.damage)

    def _coming(self, now: float) -> list[Coming]:
        """What will be due, no more often than a screen shows it, over the end of a loop too."""
        playback, times = self._playback, self.clock.times
        start, end = playback.range
        here, speed, loop = playback.time(now), playback.speed, playback.loop
        last = loop.last if loop is not None else self.count - 1
        found: list[Coming] = []
        if self._frame != (current := playback.frame_at(here)) and not self.pictures.ready(current):
            found.append((current, playback.wait(now) or 0.0))  # it is of use until the next one is due
        frame, before, turns = current, -_SCREEN_S, 0.0
        while len(found) < _AHEAD:
            frame = max(frame + 1, playback.frame_at(here - turns + (before + _SCREEN_S) * speed))
            if frame > last:
                if loop is None or turns > 0.0 or end <= start:
                    break
                frame, turns = loop.first, end - start
            before = max(0.0, (times[frame] + turns - here) / speed)
            found.append((frame, before))
        return found
