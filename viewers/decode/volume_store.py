"""A volume in one array, filled by threads in the order in which it is looked at.

Pixels that lie ready in their files are read straight into memory; what had to be unpacked goes into a file of the cache
that is mapped, so that the next opening reads nothing. Many open series share a budget of memory: beyond it an array is a
mapped file without a name, which the system may put back to the disk.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from storage.errors import Cancelled, DiskFull, PostilError
from viewers.decode.arrays import Array
from viewers.decode.cache import FileCache
from viewers.decode.pyramid import allocate
from viewers.decode.volume import Frames, load_order

_MAGIC = b"PVC1"
_HEAD = 4096  # bytes before the values in a cache file
_TELL_S = 0.03  # listeners hear at most this often while a volume fills
RENAMES_MAPPED = os.name != "nt"  # Windows renames a file only when nobody has it mapped any more: at closing
CACHE_BUDGET = 32 << 30  # bytes of unpacked volumes kept in a catalog's cache


class MemoryBudget:
    """Bytes that all open volumes together may hold in memory."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = _half_of_memory() if limit is None else limit
        self.taken = 0
        self._lock = threading.Lock()

    def take(self, n: int) -> bool:
        with self._lock:
            if self.taken + n > self.limit:
                return False
            self.taken += n
            return True

    def give(self, n: int) -> None:
        with self._lock:
            self.taken -= n


def _half_of_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):  # Windows
        return 4 << 30


SHARED = MemoryBudget()


class VolumeStore:
    """`open` (may take long), then `start`; or `load`, which does both and waits. End with `close`.

    `array[frame]` is valid where `have[frame]`; elsewhere it is zero. `damaged` says why a frame has no values: it counts as
    had, and the others come all the same. `prepare` runs first in each thread.
    """

    def __init__(
        self,
        frames: Frames,
        cache_dir: Path | None = None,
        *,
        budget: MemoryBudget = SHARED,
        threads: int | None = None,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        self.frames = frames
        self.array: Array = np.zeros((0, *frames.shape[1:]), frames.dtype)
        self.have: NDArray[np.bool_] = np.zeros(frames.shape[0], np.bool_)
        self.damaged: dict[int, PostilError] = {}
        self.version = 0
        self._cache = FileCache(cache_dir / "volumes", CACHE_BUDGET) if cache_dir is not None else None
        self._budget = budget
        self._charged = 0
        self._part: Path | None = None  # of the cache, being filled
        self._place: Path | None = None
        self._whole = False  # the part is complete and synced
        self._threads = threads or max(1, min(8, os.cpu_count() or 2))
        self._prepare = prepare
        self._todo: deque[int] = deque()
        self._taken: NDArray[np.bool_] = np.zeros(frames.shape[0], np.bool_)
        self._left = frames.shape[0]
        self._working = 0
        self._closed = False
        self._changed = threading.Condition()
        self._awaited: list[int] = []  # frames that somebody waits for: each other one would only wake him in vain
        self._listeners: list[Callable[[], None]] = []
        self._told = 0.0

    @property
    def complete(self) -> bool:
        return self._left == 0

    @property
    def nbytes(self) -> int:
        return int(np.prod(self.frames.shape, dtype=np.int64)) * self.frames.dtype.itemsize

    def at_time(self, t: int) -> Array:
        """The volume of one time: a view [slice, row, column]."""
        n = self.frames.slices
        return self.array[t * n : (t + 1) * n]

    # -- filling -----------------------------------------------------------------------------------------------------

    def open(self) -> VolumeStore:
        """Find or make the array. DiskFull where there is neither memory nor disk for it."""
        mapped = self.frames.mapped()
        if mapped is None and self.frames.keep:
            mapped = self._from_cache()
        if mapped is not None:
            self.array = mapped
            self.have[:] = True
            self._taken[:] = True
            self._left = 0
        else:
            self.array = self._new_array()
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
        self._listeners.append(told)

        def stop() -> None:
            if told in self._listeners:
                self._listeners.remove(told)

        return stop

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
            self.damaged[frame] = error
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
            if self.complete:
                self._keep()  # before anybody may think that nothing is going on any more, and close
            with self._changed:
                self._working = 0
                closed = self._closed
                self._changed.notify_all()
            if closed:
                self._give_back()
            self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    # -- where the values lie ----------------------------------------------------------------------------------------

    def _new_array(self) -> Array:
        shape, dtype = self.frames.shape, self.frames.dtype
        if self.frames.keep and self._cache is not None:
            with contextlib.suppress(OSError):  # a full or read-only cache folder: there is only no cache
                return self._in_cache(shape, dtype)
        if self._budget.take(self.nbytes):
            self._charged = self.nbytes
            try:
                return np.zeros(shape, dtype)
            except MemoryError:
                self._give_back()
        return self._in_unnamed_file(shape, dtype)

    def _in_cache(self, shape: tuple[int, ...], dtype: np.dtype) -> Array:
        assert self._cache is not None
        self._place = self._cache.named(self.frames.identity)
        part = self._cache.begin(self._place, self.nbytes)
        try:
            with part.open("w+b") as file:
                allocate(file, _HEAD + self.nbytes)
                file.seek(0)
                file.write(_head(shape, dtype))
                file.flush()
                made = np.memmap(file, dtype, "r+", _HEAD, shape)
        except OSError:
            self._cache.discard(part)
            raise
        self._part = part
        return np.asarray(made)

    def _in_unnamed_file(self, shape: tuple[int, ...], dtype: np.dtype) -> Array:
        try:
            with tempfile.TemporaryFile(prefix="postil-") as file:
                allocate(file, self.nbytes)
                return np.asarray(np.memmap(file, dtype, "r+", 0, shape))  # the mapping outlives the file object
        except OSError as error:
            if error.errno not in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
                raise
            raise DiskFull(
                f"Showing this volume needs {self.nbytes // 1_000_000:,} MB, and neither memory nor disk has that much room.",
                remedy="Close other series, or free some space on the disk.",
                input=tempfile.gettempdir(),
            ) from error

    def _from_cache(self) -> Array | None:
        if self._cache is None:
            return None
        place = self._cache.named(self.frames.identity)
        try:
            with place.open("rb") as file:
                sound = file.read(_HEAD) == _head(self.frames.shape, self.frames.dtype)
                if not sound or os.fstat(file.fileno()).st_size != _HEAD + self.nbytes:
                    return None
                made = np.memmap(file, self.frames.dtype, "r", _HEAD, self.frames.shape)
        except OSError:
            return None
        self._cache.touch(place)
        return np.asarray(made)

    def _keep(self) -> None:
        """What was filled gets its name in the cache. Not if a frame is damaged: it may be whole the next time."""
        if self._part is None or self._cache is None or self._place is None or self.damaged:
            return
        base = self.array.base
        if isinstance(base, np.memmap):
            base.flush()
        self._whole = True
        if RENAMES_MAPPED:
            part, self._part = self._part, None
            self._cache.finish(part, self._place)

    def _give_back(self) -> None:
        charged, self._charged = self._charged, 0
        if charged:
            self._budget.give(charged)
        if self._part is not None and self._place is not None and self._cache is not None:
            part, self._part = self._part, None
            if self._whole:
                self.array = self.array[:0].copy()
                self._cache.finish(part, self._place)
            else:
                self._cache.discard(part)
        self.frames.close()


def _head(shape: tuple[int, ...], dtype: np.dtype) -> bytes:
    text = json.dumps({"shape": list(shape), "dtype": dtype.str}).encode()
    return (_MAGIC + text).ljust(_HEAD, b"\0")
