"""Small pictures in an SQLite file of their own, by the SHA-256 of the original. A cache: losing it costs time only.

An ordinary rowid table with a unique key (half the read time of WITHOUT ROWID at these sizes). Every thread
has its own connection; several processes may read and write (WAL).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

SIZE = 256  # px of the longer side

_SCHEMA = """
CREATE TABLE IF NOT EXISTS thumbnails (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, jpeg BLOB NOT NULL)
"""
_ASKED_AT_ONCE = 500


class ThumbnailStore:
    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: list[sqlite3.Connection] = []
        self._generation = 0
        if not read_only:
            try:
                self._prepare()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                # Not a database any more: it is only a cache, so begin a new one.
                self._forget_file()
                self._prepare()

    def get(self, key: str) -> bytes | None:
        """The JPEG, or None. 20-30 µs."""
        connection = self._connection()
        if connection is None:
            return None
        row = connection.execute("SELECT jpeg FROM thumbnails WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def put(self, key: str, jpeg: bytes) -> None:
        self.put_many([(key, jpeg)])

    def put_many(self, pictures: Iterable[tuple[str, bytes]]) -> None:
        """One transaction for many: 64 at a time cost hardly more than one."""
        connection = self._connection()
        if connection is None or self._read_only:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany(
                "INSERT INTO thumbnails (key, jpeg) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET jpeg = excluded.jpeg",
                pictures,
            )
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def missing(self, keys: Sequence[str]) -> list[str]:
        """Those of `keys` that have no picture yet, in the order given, each once."""
        connection = self._connection()
        wanted = list(dict.fromkeys(keys))
        if connection is None:
            return wanted
        found: set[str] = set()
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            some = wanted[start : start + _ASKED_AT_ONCE]
            marks = ",".join("?" * len(some))
            found.update(row[0] for row in connection.execute(f"SELECT key FROM thumbnails WHERE key IN ({marks})", some))
        return [key for key in wanted if key not in found]

    def remove(self, keys: Iterable[str]) -> None:
        connection = self._connection()
        if connection is not None and not self._read_only:
            connection.executemany("DELETE FROM thumbnails WHERE key = ?", ((key,) for key in keys))

    def close(self) -> None:
        """Close the connections of all threads; the store opens new ones when it is used again."""
        with self._lock:
            self._generation += 1
            connections, self._open = self._open, []
        for connection in connections:
            connection.close()

    # -- how ---------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = self._connection()
        assert connection is not None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(_SCHEMA)
        connection.execute("SELECT count(*) FROM thumbnails LIMIT 1").fetchone()

    def _connection(self) -> sqlite3.Connection | None:
        """This thread's connection. None: a catalog opened for reading that has no thumbnails."""
        kept: tuple[int, sqlite3.Connection] | None = getattr(self._local, "connection", None)
        if kept is not None and kept[0] == self._generation:
            return kept[1]
        if self._read_only and not self.path.exists():
            return None
        uri = self.path.absolute().as_uri() + ("?mode=ro" if self._read_only else "")
        if self._read_only and not os.access(self.path.parent, os.W_OK):
            uri += "&immutable=1"  # else it would want to make the files that readers and writers share
        connection = sqlite3.connect(uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False)
        # NORMAL: a power cut may lose the newest pictures, which are then made again.
        connection.execute("PRAGMA synchronous = NORMAL")
        with self._lock:
            self._open.append(connection)
            self._local.connection = (self._generation, connection)
        return connection

    def _forget_file(self) -> None:
        self.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
