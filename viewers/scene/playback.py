"""Which frame is due at a moment: speed, loop, sound as the master. Pure: whoever calls says what time it is.

Frames are dropped rather than time: when drawing is late, the frame that is due now is shown and those between are not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

SLOWEST, FASTEST = 0.1, 16.0
SPEEDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 4.0, 8.0, 16.0)
#: Without word from the sound for so long (s) its clock is not trusted to have gone on.
_SILENCE = 0.25
#: The sound's clock may be read a little early: smaller steps back (s) are not followed.
_JITTER = 0.5
_ROUNDING = 1e-6  # s: sums of floats must not fall short of the frame they mean


@dataclass(frozen=True, slots=True)
class Loop:
    """Frames, both included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise ValueError(f"a loop from frame {self.first} to {self.last} has no frames")


class Playback:
    """`times` are the starts of the frames in seconds from the first, ascending; `duration` is the end of the last.

    `now` is any clock that only goes forward (seconds), the same in every call.
    """

    def __init__(self, times: Sequence[float], duration: float) -> None:
        if not len(times):
            raise ValueError("nothing to play: there are no frames")
        self._times = [float(t) for t in times]
        self.duration = max(float(duration), self._times[-1])
        self.playing = False
        self.speed = 1.0
        self.loop: Loop | None = None
        self.dropped = 0  # frames that were due between two that were asked for
        self._from = self._times[0]  # media time at ...
        self._at = 0.0  # ... this moment
        self._sound_at: float | None = None  # moment of the last word from the sound
        self._least: float | None = None  # the picture does not turn back while the sound catches up
        self._given = 0

    # -- what the person does ----------------------------------------------------------------------------------------

    def play(self, now: float) -> None:
        """From where it stands; at the end (or outside the loop) from the beginning."""
        if self.playing:
            return
        here = self.time(now)
        start, end = self.range
        if not start <= here < end or (self.frame_at(here) == self._last() and start < here):
            here = start
        self._set(here, now)
        self.playing = True

    def pause(self, now: float) -> None:
        self._set(self.time(now), now)
        self.playing = False

    def seek(self, frame: int, now: float) -> None:
        """To a frame, playing or not. Outside the loop it is left for good."""
        frame = min(max(frame, 0), len(self._times) - 1)
        if self.loop is not None and not self.loop.first <= frame <= self.loop.last:
            self.loop = None
        self._set(self._times[frame], now)

    def seek_time(self, time: float, now: float) -> None:
        """To a moment between the frames; a loop is kept."""
        self._set(min(max(time, self._times[0]), self.duration), now)

    def set_speed(self, speed: float, now: float) -> None:
        self._set(self.time(now), now)
        self.speed = min(max(speed, SLOWEST), FASTEST)

    def set_loop(self, loop: Loop | None, now: float) -> None:
        """When it stands outside the loop it goes to its first frame."""
        here = self.time(now)
        if loop is not None:
            last = len(self._times) - 1
            loop = Loop(min(loop.first, last), min(loop.last, last))
        self.loop = loop
        start, end = self.range
        self._set(here if start <= here < end or loop is None else start, now)

    # -- what the sound says -----------------------------------------------------------------------------------------

    def heard(self, position: float, now: float) -> None:
        """The sound is at `position` (media seconds): from here its clock counts. Say it at least four times a second."""
        if not self.playing:
            return
        here = self.time(now)
        start, end = self.range
        behind = 0 < here - position < min(_JITTER, (end - start) / 2)
        self._from, self._at, self._sound_at = position, now, now
        self._least = here if behind else None

    def sound_ended(self, now: float) -> None:
        """Muted, or the sound is shorter than the picture: the own clock goes on."""
        self._set(self.time(now), now)

    # -- what the picture asks ---------------------------------------------------------------------------------------

    def time(self, now: float) -> float:
        """Media seconds."""
        if not self.playing:
            return self._from
        passed = max(0.0, now - self._at)
        if self._sound_at is not None:
            passed = min(passed, _SILENCE)  # the sound stands still: the picture waits for it
        time = self._from + passed * self.speed
        if self._least is not None:
            time = max(time, self._least)
        start, end = self.range
        if self.loop is not None and time >= end - _ROUNDING:
            return start + (time - start) % (end - start) if end > start else start
        return min(time, end)

    def due(self, now: float) -> int:
        """The frame to show. At the end of the last frame playing stops."""
        time = self.time(now)
        frame = self.frame_at(time)
        if self.loop is not None:
            frame = min(max(frame, self.loop.first), self.loop.last)
        if self.playing and self.loop is None and time >= self.duration:
            self._set(time, now)
            self.playing = False
        if frame > self._given + 1:
            self.dropped += frame - self._given - 1
        self._given = frame
        return frame

    def wait(self, now: float) -> float | None:
        """Seconds until another frame is due; None while nothing moves."""
        if not self.playing:
            return None
        time = self.time(now)
        frame = self.frame_at(time)
        _, end = self.range
        coming = self._times[frame + 1] if frame + 1 < len(self._times) else self.duration
        return max(0.0, (min(coming, end) - time) / self.speed)

    def frame_at(self, time: float) -> int:
        return max(0, bisect_right(self._times, time + _ROUNDING) - 1)

    # -- inside ------------------------------------------------------------------------------------------------------

    @property
    def range(self) -> tuple[float, float]:
        """What is played, in media seconds: the loop, else everything."""
        if self.loop is None:
            return self._times[0], self.duration
        after = self.loop.last + 1
        return self._times[self.loop.first], self._times[after] if after < len(self._times) else self.duration

    def _last(self) -> int:
        return self.loop.last if self.loop is not None else len(self._times) - 1

    def _set(self, time: float, now: float) -> None:
        self._from, self._at, self._sound_at, self._least = time, now, None, None
        self._given = self.frame_at(time)
