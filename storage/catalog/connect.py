"""Connections to the database file, and what SQLite's errors mean to a person.

One connection writes and checkpoints; all others are read-only, because SQLite before 3.51.3 can damage a WAL database
when two connections write or checkpoint at the same moment.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.catalog.migrations import APPLICATION_ID, refuse_newer
from storage.errors import CatalogBusy, CatalogDamaged, CatalogError, DiskFull, PostilError

_HEADER = b"SQLite format 3\x00"
#: File systems on other machines or in user space: WAL's shared memory is not to be trusted there.
_REMOTE = frozenset("nfs nfs4 cifs smb3 smbfs 9p fuse fuseblk fuse.sshfs fuse.rclone afs ceph glusterfs vboxsf".split())

BUSY_MS = 5000

_COMMON = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA mmap_size = 0",
    f"PRAGMA busy_timeout = {BUSY_MS}",
)


class _Connection(sqlite3.Connection):
    """Closed with its last reference: a thread's reader ends with the thread."""

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # it was never opened: the file was not there any more
            self.close()


def open_writer(database: Path) -> sqlite3.Connection:
    """The writing connection, in autocommit mode. Call it under the writer's lock: opening may replay a WAL."""
    db = sqlite3.connect(database, isolation_level=None, check_same_thread=False, cached_statements=256, factory=_Connection)
    for pragma in _COMMON:
        db.execute(pragma)
    db.execute(f"PRAGMA journal_mode = {'TRUNCATE' if is_remote(database) else 'WAL'}")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA cache_size = -65536")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("PRAGMA journal_size_limit = 67108864")
    return db


def open_reader(database: Path, *, frozen: bool = False) -> sqlite3.Connection:
    """A connection that cannot write. `frozen`: nothing can change the file (a folder without the right to write).

    A WAL that was left there must be read too, or the newest changes would be missing without a word: then the file is not
    taken for frozen, and SQLite refuses where it cannot read the WAL.
    """
    frozen = frozen and not has_wal(database)
    uri = f"{database.absolute().as_uri()}?mode=ro{'&immutable=1' if frozen else ''}"
    db = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256, factory=_Connection
    )
    for pragma in _COMMON:
        db.execute(pragma)
    db.execute("PRAGMA query_only = ON")
    db.execute("PRAGMA trusted_schema = OFF")  # not on the writer: SQLite 3.40 refuses FTS5 in triggers with it
    db.execute("PRAGMA cache_size = -16384")
    return db


def can_write(folder: Path, database: Path) -> bool:
    return os.access(folder, os.W_OK) and os.access(database, os.W_OK)


def look_at_file(database: Path) -> None:
    """What the first bytes tell, before SQLite sees the file. Raises the right kind of `CatalogError`."""
    where = str(database.parent)
    try:
        if database.exists() and not database.is_file():
            raise CatalogError(
                f"{database} is not a file.", remedy="Choose the folder of a Postil catalog, or restore a backup.", input=where
            )
        with database.open("rb") as file:
            header = file.read(100)
        size = database.stat().st_size
    except FileNotFoundError:
        raise CatalogError(
            f"There is no catalog in {where}.", remedy="Make one with `postil init`, or choose another folder.", input=where
        ) from None
    except OSError as error:
        raise CatalogError(
            f"The catalog {where} cannot be read: {error.strerror}.",
            remedy="Ask for the right to read its folder.",
            input=where,
        ) from error
    if len(header) < 100 or not header.startswith(_HEADER):
        raise damaged(where, "its database file is not a database any more" if size else "its database file is empty")
    application_id, version, page_count = (int.from_bytes(header[at : at + 4], "big") for at in (68, 60, 28))
    if application_id != APPLICATION_ID:
        raise CatalogError(
            f"The database in {where} belongs to another program.", remedy="Choose the folder of a Postil catalog.", input=where
        )
    refuse_newer(version, where)
    page_size = int.from_bytes(header[16:18], "big")
    pages = page_count * (65536 if page_size == 1 else page_size)
    if size < pages and not has_wal(database):  # a WAL may still hold the pages that are missing
        raise damaged(where, f"its database file is cut short ({size:,} of {pages:,} bytes)")


def damaged(where: str, how: str = "", *, details: str = "") -> CatalogDamaged:
    """`how` in words for people, `details` in SQLite's."""
    error = CatalogDamaged(
        f"The catalog {where} is damaged{how and f': {how}'}.",
        remedy="Restore the newest backup. The damaged file is kept beside it.",
        input=where,
    )
    error.details = details
    return error


@contextmanager
def speaking(where: Path) -> Iterator[None]:
    """Turns SQLite's and the system's errors into ours; what is left is a bug."""
    try:
        yield
    except sqlite3.Error as error:
        known = translated(error, where)
        if known is None:
            raise
        raise known from error
    except OSError as error:
        if error.errno in (28, 122):  # ENOSPC, EDQUOT
            raise disk_full(where) from error
        raise


def translated(error: sqlite3.Error, where: Path) -> PostilError | None:
    """What a person can understand of an error of SQLite; None where nothing is known of it."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if is_full(error):
        return disk_full(where)
    if speaks_of_damage(error):
        return damaged(str(where), details=str(error))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return CatalogBusy(
            f"The catalog {where} is locked by another program.", remedy="Close it there and try again.", input=str(where)
        )
    if name == "SQLITE_READONLY_DBMOVED" or (name.startswith("SQLITE_CANTOPEN") and not where.exists()):
        return CatalogError(
            f"The catalog {where} is not there any more: it was moved or deleted, or its disk is gone.",
            remedy="Put it back, or open it in its new place. What was saved before is in it.",
            input=str(where),
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return CatalogError(
            f"The catalog {where} cannot be written.", remedy="Ask for the right to write in its folder.", input=str(where)
        )
    if name.startswith("SQLITE_IOERR"):
        return CatalogError(
            f"The disk of the catalog {where} answers with errors ({name}).",
            remedy="Check the disk and its cable; what was saved before is kept.",
            input=str(where),
        )
    return None


def speaks_of_damage(error: BaseException) -> bool:
    name = getattr(error, "sqlite_errorname", "") or ""
    return isinstance(error, CatalogDamaged) or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def is_full(error: BaseException) -> bool:
    """Some file systems report a full disk as an I/O error while the WAL's shared memory grows."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return name in ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE") or getattr(error, "errno", 0) in (28, 122)


def disk_full(where: Path) -> DiskFull:
    return DiskFull(
        f"The disk of the catalog {where} is full.",
        remedy="Make room on that disk and try again. Everything that was saved is kept.",
        input=str(where),
    )


def is_remote(path: Path) -> bool:
    """Whether the file lies on a network or user-space file system (Linux; elsewhere: taken for local)."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    best, kind = "", ""
    target = str(path.absolute())
    for line in mounts:
        fields = line.split(" ")
        point = fields[1].replace("\\040", " ")
        inside = target == point or target.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind in _REMOTE


def has_wal(database: Path) -> bool:
    wal = database.with_name(database.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0
