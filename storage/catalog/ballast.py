"""64 MB kept in reserve, given up when the disk is full, so that what a person just did can still be saved.

SQLite needs room even to delete and to checkpoint; without a reserve a full disk leaves no way out.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

SIZE = 64 * 1024 * 1024


class Ballast:
    def __init__(self, path: Path, size: int = SIZE) -> None:
        self._path = path
        self._size = size
        self.given_up = False

    def ready(self) -> bool:
        """There, or made again. False: there is no room for it, so bulk work should not begin."""
        try:
            there = self._path.stat().st_size >= self._size
        except OSError:
            there = False
        there = there or self._make()
        self.given_up = self.given_up and not there
        return there

    def give_up(self) -> bool:
        """True when room was made."""
        try:
            size = self._path.stat().st_size
            self._path.unlink()
        except OSError:
            return False
        self.given_up = True
        return size > 0

    def _make(self) -> bool:
        try:
            if shutil.disk_usage(self._path.parent).free < 2 * self._size:
                return False
            with self._path.open("wb") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, self._size)
                else:
                    file.truncate(self._size)
        except OSError:
            with contextlib.suppress(OSError):
                self._path.unlink()
            return False
        return True
