"""A volume in one array, filled by threads in the order in which it is looked at.

Pixels that lie ready in their files are read straight into memory; what had to be unpacked goes into a file of the cache
that is mapped, so that the next opening reads nothing. Many open series share a budget of memory: beyond it an array is a
mapped file without a name, which the system may put back to the disk.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from storage.errors import Cancelled, PostilError
from storage.listeners import Listeners
from viewers.decode.arrays import Array
from viewers.decode.volume import Frames, load_order
from viewers.decode.volume_room import SHARED, MemoryBudget, Room

_TELL_S = 0.03  # listeners hear at most this often while a volume fills


class VolumeStore:
    """`open` (may take long), then `start`; or `load`, which does both and waits. End with `close`.

    `array[frame]` is valid where `have[frame]`; elsewhere it is zero. `damaged` says why a frame has no values: it counts as
    had, and the others come all the same. `prepare` runs first in each thread, `worded` may say errors in other words.
    """

    def __init__(
        self,
        frames: Frames,
        cache_dir: Path | None = None,
        *,
        budget: MemoryBudget = SHARED,
        threads: int | None = None,
        prepare: Callable[[], None] | None = None,
        worded: Callable[[PostilError], PostilError] = lambda error: error,
    ) -> None:
        self.frames = frames
        self.array: Array = np.zeros((0, *frames.shape[1:]), frames.dtype)
        self.have: NDArray[np.bool_] = np.zeros(frames.shape[0], np.bool_)
        self.damaged: dict[int, PostilError] = {}
        self.version = 0
        self._room = Room(frames, cache_dir, budget)
        self._threads = threads or max(1, min(8, os.cpu_count() or 2))
        self._prepare, self._worded = prepare, worded
        self._todo: deque[int] = deque()
        self._taken: NDArray[np.bool_] = np.zeros(frames.shape[0], np.bool_)
        self._left = frames.shape[0]
        self._working = 0
        self._closed = False
        self._changed = threading.Condition()
        self._awaited: list[int] = []  # frames that somebody waits for: each other one would only wake him in vain
        self._listeners: Listeners[[]] = Listeners()
        self._told = 0.0

    @property
    def complete(self) -> bool:
        return self._left == 0

    def at_time(self, t: int) -> Array:
        """The volume of one time: a view [slice, row, column]."""
        n = self.frames.slices
        return self.array[t * n : (t + 1) * n]

    # -- filling -----------------------------------------------------------------------------------------------------

    def open(self) -> VolumeStore:
        """Find or make the array. DiskFull where there is neither memory nor disk for it."""
        found = self._room.find()
        if found is not None:
            self.array = found
            self.have[:] = True
            self._taken[:] = True
            self._left = 0
        else:
            self.array = self._room.make()
        return self

    def start(self, first: Sequence[int] = ()) -> None:
        """Fill what is missing, these frames before all others."""
        if self.complete:
            self._tell()
            return
        if self.frames.at_once:
            self._working = 1
            threading.Thread(target=self._work_at_once, name="postil-volume", daemon=True).start()
            return
        n = self.frames.slices
        order = load_order(n)
        rest = (t * n + k for t in range(self.frames.times) for k in order)
        self._todo = deque(dict.fromkeys([*first, *rest]))
        self._working = min(self._threads, self._left)
        for number in range(self._working):
            threading.Thread(target=self._work, name=f"postil-volume-{number}", daemon=True).start()

    def load(self, first: Sequence[int] = ()) -> VolumeStore:
        self.open()
        self.start(first)
        self.wait()
        return self

    def want(self, frames: Iterable[int]) -> None:
        """These next, the first one first."""
        with self._changed:
            wanted = [f for f in frames if 0 <= f < len(self._taken) and not self._taken[f]]
            self._todo.extendleft(reversed(wanted))

    def wait(self, frame: int | None = None, timeout: float | None = None) -> bool:
        """Until a frame is there, or everything and kept. False when the time is over or no more comes."""

        def there() -> bool:
            return bool(self.have[frame]) if frame is not None else self.complete and not self._working

        with self._changed:
            if frame is not None:
                self._awaited.append(frame)
            self._changed.wait_for(lambda: there() or self._closed or not self._working, timeout)
            if frame is not None:
                self._awaited.remove(frame)
            return there()

    def nearest(self, frame: int) -> int | None:
        """The frame itself, or the sound one nearest to it of the same time. None: nothing is there yet."""
        if self.have[frame] and frame not in self.damaged:
            return frame
        n = self.frames.slices
        start = frame // n * n
        sound = self.have[start : start + n].copy()
        for bad in self.damaged:
            if start <= bad < start + n:
                sound[bad - start] = False
        there = np.flatnonzero(sound)
        return start + int(there[np.abs(there - (frame - start)).argmin()]) if len(there) else None

    def listen(self, told: Callable[[], None]) -> Callable[[], None]:
        """Called on a thread of the store's; returns how to stop it."""
        return self._listeners.add(told)

    def close(self) -> None:
        """No more is read; who still holds `array` may look at what is there."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._listeners.clear()
            self._changed.notify_all()
            idle = not self._working
        if idle:
            self._give_back()

    # -- threads -----------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            if self._prepare is not None:
                self._prepare()
            while (frame := self._next()) is not None:
                self._read(frame)
        except Cancelled:
            pass
        finally:
            self._leave()

    def _work_at_once(self) -> None:
        """A packed file: what comes is told, what is missing in the end is damaged."""
        try:
            if self._prepare is not None:
                self._prepare()
            self.frames.fill(self.array, self._came, self._check)
        except Cancelled:
            pass
        except PostilError as error:
            self._lose_the_rest(error)
        except Exception as error:
            self._lose_the_rest(PostilError(f"The volume cannot be read: {error}.", remedy="Check the file."))
        finally:
            self._leave()

    def _lose_the_rest(self, error: PostilError) -> None:
        error = self._worded(error)
        for frame in np.flatnonzero(~self.have).tolist():
            self.damaged[frame] = error
            self._came(frame)

    def _check(self) -> None:
        if self._closed:
            raise Cancelled

    def _next(self) -> int | None:
        with self._changed:
            while self._todo and not self._closed:
                frame = self._todo.popleft()
                if not self._taken[frame]:
                    self._taken[frame] = True
                    return frame
            return None

    def _read(self, frame: int) -> None:
        try:
            self.frames.read_into(frame, self.array[frame])
        except PostilError as error:
            self.array[frame] = 0
            self.damaged[frame] = self._worded(error)
        except Exception as error:
            self.array[frame] = 0
            self.damaged[frame] = PostilError(f"Slice {frame + 1} cannot be read: {error}.", remedy="Check the file.")
        self._came(frame)

    def _came(self, frame: int) -> None:
        with self._changed:
            self.have[frame] = True
            self._left -= 1
            self.version += 1
            if frame in self._awaited:
                self._changed.notify_all()
            now = time.monotonic()
            tell = now - self._told > _TELL_S
            if tell:
                self._told = now
        if tell:
            self._tell()

    def _leave(self) -> None:
        with self._changed:
            last = self._working == 1
            if not last:
                self._working -= 1
        if last:
            self._tell()  # the disk, which may take seconds, is not waited for
            if self.complete and not self.damaged:  # a damaged frame may be whole the next time
                self._room.keep(self.array)  # before anybody may think that nothing is going on any more, and close
            with self._changed:
                self._working = 0
                closed = self._closed
                self._changed.notify_all()
            if closed:
                self._give_back()
            self._tell()

    def _tell(self) -> None:
        self._listeners.tell()

    def _give_back(self) -> None:
        if self._room.waits_for_closing:
            self.array = self.array[:0].copy()
        self._room.give_back()
        self.frames.close()
