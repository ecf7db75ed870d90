"""The writer's lock: one process writes at a time, and the others can say who.

Two files. Whoever wants `writer.lock` first takes `writer.turn` and holds it until the lock is theirs; so a process that
writes batch after batch must queue behind those that wait, and cannot starve them. The system gives both back when the
holder dies.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from storage.errors import CatalogBusy

PATIENCE_S = 10.0
_POLL_S = 0.001
_SHARE_S = 0.2


class WriterLock:
    def __init__(self, lock: Path, turn: Path) -> None:
        self._path = lock
        self._lock = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        self._turn = os.open(turn, os.O_RDWR | os.O_CREAT, 0o644)
        self._pause = threading.Event()

    @contextlib.contextmanager
    def held(self, patience_s: float = PATIENCE_S) -> Iterator[None]:
        """Raises `CatalogBusy` naming the holder when it does not come free in time."""
        until = time.monotonic() + patience_s
        self._wait(self._turn, until)
        try:
            self._wait(self._lock, until)
        finally:
            _unlock(self._turn)
        try:
            self._sign()
            yield
        finally:
            _unlock(self._lock)

    def close(self) -> None:
        for fd in (self._lock, self._turn):
            with contextlib.suppress(OSError):
                os.close(fd)

    def _wait(self, fd: int, until: float) -> None:
        while not _try_lock(fd):
            if time.monotonic() > until:
                raise CatalogBusy(
                    f"The catalog is being written by {self.holder()}.",
                    remedy="Wait until that work is done, or close that program, and try again.",
                    input=str(self._path.parent),
                )
            self._pause.wait(_POLL_S)

    @functools.cached_property
    def _holder(self) -> bytes:
        import socket

        return f"{os.getpid()} {socket.gethostname()} {Path(sys.argv[0]).name or 'python'}".encode()

    def _sign(self) -> None:
        os.lseek(self._lock, _TEXT_AT, os.SEEK_SET)
        os.write(self._lock, self._holder + b"\n")

    def holder(self) -> str:
        """Who wrote last, in words."""
        try:
            os.lseek(self._lock, _TEXT_AT, os.SEEK_SET)
            pid, host, program = os.read(self._lock, 500).decode(errors="replace").split("\n")[0].split(" ", 2)
        except (OSError, ValueError):
            return "another program"
        return f"{program} (process {pid} on {host})"


class Presence:
    """Says that somebody has the catalog open, as many as like; `alone` is for whoever puts another database in its place.

    `first_at`: when it was opened, if nobody else had it open then: what is older and half-written belongs to nobody.
    """

    def __init__(self, path: Path) -> None:
        self._fd: int | None = None
        self.first_at: float | None = None
        with contextlib.suppress(OSError):  # a folder that is only read needs no such sign
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            if _TELLS_FIRST and _try_lock(self._fd):
                self.first_at = time.time()
            until, pause = time.monotonic() + _SHARE_S, threading.Event()
            while not _try_share(self._fd) and time.monotonic() < until:
                pause.wait(_POLL_S)  # another one finds out just now whether it is the first

    def close(self) -> None:
        if self._fd is not None:
            with contextlib.suppress(OSError):
                os.close(self._fd)
            self._fd = None


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Raises `CatalogBusy` while anybody has the catalog open."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _try_lock(fd):
            raise CatalogBusy(
                f"The catalog {path.parent} is open in another window or program.",
                remedy="Close it there and try again; nothing was changed.",
                input=str(path.parent),
            )
        yield
    finally:
        os.close(fd)


if sys.platform == "win32":
    import msvcrt

    _TELLS_FIRST = False
    _TEXT_AT = 1  # a locked byte cannot be read by others: the text begins behind it

    def _try_lock(fd: int) -> bool:
        os.lseek(fd, 0, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(fd: int) -> None:
        os.lseek(fd, 0, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)

    def _try_share(fd: int) -> bool:
        return True  # an open database cannot be replaced there anyway

else:
    import fcntl

    _TELLS_FIRST = True
    _TEXT_AT = 0

    def _try_lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_UN)

    def _try_share(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
