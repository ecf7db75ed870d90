"""Where the values of a volume lie: in memory within a budget that all share, in the cache, or in a file without a name."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path

import numpy as np

from viewers.decode.arrays import Array
from viewers.decode.cache import FileCache
from viewers.decode.pyramid import allocate, sync, unnamed_file
from viewers.decode.volume import Frames

_MAGIC = b"PVC1"
_HEAD = 4096  # bytes before the values in a cache file
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


class Room:
    """`find` or `make` gives the array; `keep` when it is whole; `give_back` when nobody of the program uses it any more."""

    def __init__(self, frames: Frames, cache_dir: Path | None, budget: MemoryBudget) -> None:
        self._frames = frames
        self._cache = FileCache(cache_dir / "volumes", CACHE_BUDGET) if cache_dir is not None and frames.keep else None
        self._budget = budget
        self._charged = 0
        self._part: Path | None = None  # of the cache, being filled
        self._place: Path | None = None
        self._whole = False  # the part is complete and synced

    @property
    def nbytes(self) -> int:
        return int(np.prod(self._frames.shape, dtype=np.int64)) * self._frames.dtype.itemsize

    def find(self) -> Array | None:
        """All values from the cache, where they lie already."""
        if self._cache is None:
            return None
        place = self._cache.named(self._frames.identity)
        try:
            with place.open("rb") as file:
                if file.read(_HEAD) != self._head() or os.fstat(file.fileno()).st_size != _HEAD + self.nbytes:
                    return None
                made = np.memmap(file, self._frames.dtype, "r", _HEAD, self._frames.shape)
        except OSError:
            return None
        self._cache.touch(place)
        return np.asarray(made)

    def make(self) -> Array:
        """Zeros. DiskFull where there is neither memory nor disk for them."""
        shape, dtype = self._frames.shape, self._frames.dtype
        if self._cache is not None:
            with contextlib.suppress(OSError):  # a full or read-only cache folder: there is only no cache
                return self._in_cache(self._cache)
        if self._budget.take(self.nbytes):
            self._charged = self.nbytes
            try:
                return np.zeros(shape, dtype)
            except MemoryError:
                self._give_memory()
        return self._in_unnamed_file()

    def keep(self, array: Array) -> None:
        """Give what is whole its name in the cache, synced before: after a power cut it must not be zeros under that name."""
        if self._part is None or self._cache is None or self._place is None:
            return
        try:
            with self._part.open("r+b") as file:
                sync(file, [array])
        except OSError:  # the cache was emptied meanwhile, or its disk fails: there is only no cache
            return
        self._whole = True
        if RENAMES_MAPPED:
            part, self._part = self._part, None
            self._cache.finish(part, self._place)

    @property
    def waits_for_closing(self) -> bool:
        """It is kept when nothing maps it any more."""
        return self._part is not None and self._whole

    def give_back(self) -> None:
        self._give_memory()
        if self._part is not None and self._place is not None and self._cache is not None:
            part, self._part = self._part, None
            if self._whole:
                self._cache.finish(part, self._place)
            else:
                self._cache.discard(part)

    def _give_memory(self) -> None:
        charged, self._charged = self._charged, 0
        if charged:
            self._budget.give(charged)

    def _in_cache(self, cache: FileCache) -> Array:
        shape, dtype = self._frames.shape, self._frames.dtype
        self._place = cache.named(self._frames.identity)
        part = cache.begin(self._place, self.nbytes)
        try:
            with part.open("w+b") as file:
                allocate(file, _HEAD + self.nbytes)
                file.seek(0)
                file.write(self._head())
                file.flush()
                made = np.memmap(file, dtype, "r+", _HEAD, shape)
        except OSError:
            cache.discard(part)
            raise
        self._part = part
        return np.asarray(made)

    def _in_unnamed_file(self) -> Array:
        with unnamed_file(self.nbytes) as file:  # the mapping outlives the file object
            return np.asarray(np.memmap(file, self._frames.dtype, "r+", 0, self._frames.shape))

    def _head(self) -> bytes:
        text = json.dumps({"shape": list(self._frames.shape), "dtype": self._frames.dtype.str}).encode()
        return (_MAGIC + text).ljust(_HEAD, b"\0")
