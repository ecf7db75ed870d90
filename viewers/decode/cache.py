"""Pyramids of large pictures and unpacked volumes in the catalog's cache folder: named by content, pruned by last use."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from time import time

from storage.ids import new_uuid
from storage.media.source import ByteSource

BUDGET = 8 << 30  # bytes kept of a sort; what is being opened is never refused for it
_VERSION = 2  # 2: colours in sRGB
_LEFTOVER_S = 24 * 3600


class FileCache:
    """A folder of files that can all be made again."""

    def __init__(self, folder: Path, budget: int = BUDGET) -> None:
        self._folder = folder
        self._budget = budget

    def named(self, identity: str) -> Path:
        """Where the finished file of what this says is, or will be."""
        return self._folder / f"{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}.raw"

    def begin(self, place: Path, size: int) -> Path:
        """A name to build under; older files make room for `size` bytes."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._prune(size)
        return place.with_suffix(f".{new_uuid()}.part")

    def finish(self, built: Path, place: Path) -> None:
        """Give a built (and flushed) file its name; if that fails there is only no cache."""
        try:
            built.replace(place)
        except OSError:
            self.discard(built)

    def touch(self, place: Path) -> None:
        try:
            os.utime(place)
        except OSError:
            return

    def discard(self, built: Path) -> None:
        try:
            built.unlink(missing_ok=True)
        except OSError:  # Windows keeps what is mapped; the sweep of old parts finds it later
            return

    def _prune(self, coming: int) -> None:
        files = []
        for path in self._folder.iterdir():
            try:
                status = path.stat()
            except OSError:
                continue
            if path.suffix == ".part":
                if status.st_mtime < time() - _LEFTOVER_S:
                    self.discard(path)
            else:
                files.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in files) + coming
        for _, size, path in sorted(files):
            if total <= self._budget:
                return
            self.discard(path)
            total -= size


class PyramidCache(FileCache):
    def __init__(self, cache_dir: Path, budget: int = BUDGET) -> None:
        super().__init__(cache_dir / "pyramids", budget)

    def place(self, source: ByteSource, frame: int, layout: str) -> Path:
        """Where the finished pyramid of this frame is, or will be."""
        return self.named(f"{_VERSION}|{source.path}|{source.etag}|{source.size}|{frame}|{layout}")
