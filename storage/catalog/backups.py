"""Copies of the database, made while it is in use, and the way back.

A backup is one file without a WAL, checked before it gets its name. Kept are the last 5, one a day for 7 days, one a week
for 4 weeks, and every one from before a migration.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from storage.catalog.connect import damaged, look_at_file, open_reader, speaking
from storage.catalog.lock import WriterLock, alone
from storage.clock import as_datetime, now_ms
from storage.errors import CatalogDamaged, CatalogError
from storage.paths import CatalogPaths
from storage.progress import Progress

PAGES_A_STEP = 2000
_STAMP = "%Y%m%d-%H%M%S-%f"
_BEFORE = "before-v"
LAST, DAYS, WEEKS = 5, 7, 4


def write_copy(source: sqlite3.Connection, target: Path, progress: Progress | None = None) -> Path:
    """The database as `source` sees it now, in a file of its own. A failed copy leaves nothing behind."""
    part = target.with_name(target.name + ".part")
    with contextlib.suppress(FileNotFoundError):
        part.unlink()
    try:
        _copy_pages(source, part, progress)
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    except BaseException:
        for leftover in (part, part.with_name(part.name + "-journal")):
            with contextlib.suppress(OSError):
                leftover.unlink()
        raise
    return target


def _copy_pages(source: sqlite3.Connection, part: Path, progress: Progress | None) -> None:
    def tell(_status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress.step(total - remaining, total)

    copy = sqlite3.connect(part, isolation_level=None)
    try:
        source.execute("BEGIN")  # one snapshot: a busy writer would make the backup start over and over
        try:
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=PAGES_A_STEP, progress=tell, sleep=0.001)
        finally:
            source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE")
        verify(copy, part)
    finally:
        copy.close()


def verify(db: sqlite3.Connection, path: Path) -> None:
    """SQLite's quick check; raises `CatalogDamaged`."""
    with speaking(path.parent):
        answer = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if answer != "ok":
        raise damaged(str(path.parent), details=str(answer))


def name_for(paths: CatalogPaths, *, before_version: int | None = None, at_ms: int | None = None) -> Path:
    stamp = as_datetime(at_ms or now_ms()).strftime(_STAMP)[:-3]
    tail = f"-{_BEFORE}{before_version}" if before_version is not None else ""
    return paths.backups / f"catalog-{stamp}{tail}.sqlite"


def existing(paths: CatalogPaths) -> list[Path]:
    """Newest first."""
    found = [p for p in paths.backups.glob("catalog-*.sqlite") if _time_of(p) is not None]
    return sorted(found, key=lambda p: p.name, reverse=True)


def newest_good(paths: CatalogPaths) -> Path | None:
    """The newest backup that passes SQLite's quick check."""
    for path in existing(paths):
        if is_good(path):
            return path
    return None


def is_good(path: Path) -> bool:
    """It can be opened, and SQLite's quick check finds nothing."""
    try:
        look_at_file(path)
        db = open_reader(path, frozen=True)
        try:
            verify(db, path)
        finally:
            db.close()
    except (CatalogError, sqlite3.Error):
        return False
    return True


def thin_out(paths: CatalogPaths) -> list[Path]:
    """Delete what need not be kept; returns what went."""
    found = existing(paths)
    gone = sorted(set(found) - kept(found))
    yesterday = now_ms() / 1000 - 86_400
    gone += [p for p in paths.backups.glob("catalog-*.part*") if p.stat().st_mtime < yesterday]  # a copy that was killed
    for path in gone:
        with contextlib.suppress(OSError):
            path.unlink()
    return gone


def kept(newest_first: Iterable[Path]) -> set[Path]:
    """The newest `LAST`, one a day for `DAYS` days, one a week for `WEEKS` weeks; for good those from before another schema, and whatever
    was named by hand."""
    keep: set[Path] = set()
    days: set[object] = set()
    weeks: set[object] = set()
    plain = 0
    for path in newest_first:
        at = _time_of(path)
        if at is None or _BEFORE in path.name:
            keep.add(path)
            continue
        plain += 1
        if plain <= LAST:
            keep.add(path)
        for seen, key, most in ((days, at.date(), DAYS), (weeks, at.isocalendar()[:2], WEEKS)):
            if key not in seen and len(seen) < most:
                seen.add(key)
                keep.add(path)
    return keep


def restore(backup: Path, target: Path) -> Path | None:
    """Put a backup (its file, or the folder of a whole copy) in the place of the database of the catalog `target`.

    Raises CatalogBusy while somebody has the catalog open. What was there is kept beside it under another name, which is
    returned; None when there was nothing.
    """
    source = CatalogPaths(backup).database if backup.is_dir() else backup
    if not is_good(source):
        raise CatalogDamaged(
            f"The backup {backup} cannot be used: it is damaged or no backup of a catalog.",
            remedy="Choose another backup; nothing was changed.",
            input=str(backup),
        )
    with speaking(target):
        target.mkdir(parents=True, exist_ok=True)
        paths = CatalogPaths(target)
        for folder in (paths.originals, paths.cache, paths.backups, paths.logs):
            folder.mkdir(exist_ok=True)
        lock = WriterLock(paths.lock, paths.turn)
        try:
            with alone(paths.presence), lock.held():
                aside = _put_in_place(source, paths)
        finally:
            lock.close()
        if backup.is_dir():
            copy_originals(CatalogPaths(backup), paths)
    return aside


def _put_in_place(source: Path, paths: CatalogPaths) -> Path | None:
    fresh = paths.database.with_name("restoring.sqlite")
    db = open_reader(source, frozen=True)
    try:
        write_copy(db, fresh)
    finally:
        db.close()
    aside: Path | None = None
    if paths.database.exists():
        aside = paths.root / f"catalog.replaced-{as_datetime(now_ms()).strftime(_STAMP)[:-3]}.sqlite"
        for tail in ("-wal", "-shm"):  # left beside the new file, a WAL would be replayed into it
            old = paths.database.with_name(paths.database.name + tail)
            with contextlib.suppress(FileNotFoundError):
                old.replace(aside.with_name(aside.name + tail))
        _second_name(paths.database, aside)
    fresh.replace(paths.database)
    _sync(paths.root)
    return aside


def _second_name(path: Path, other: Path) -> None:
    """So that there is a database under the first name at every moment."""
    try:
        os.link(path, other)
    except OSError:  # a file system without links
        shutil.copyfile(path, other)


def copy_whole(source: sqlite3.Connection, paths: CatalogPaths, target: Path, progress: Progress | None = None) -> Path:
    """A catalog folder that can be opened: the database and the originals. What an earlier copy holds is not copied again."""
    to = CatalogPaths(target)
    ours = {p.name for p in (to.originals, to.cache, to.backups, to.logs)}  # a copy that was broken off is gone on with
    if target.exists() and not to.database.exists() and any(p.name not in ours for p in target.iterdir()):
        raise CatalogError(
            f"{target} is not empty and holds no earlier backup.", remedy="Choose a new or empty folder.", input=str(target)
        )
    for folder in (target, to.originals, to.cache, to.backups, to.logs):
        folder.mkdir(parents=True, exist_ok=True)
    copy_originals(paths, to, progress)  # first: the database must not speak of files that are not there yet
    write_copy(source, to.database, progress)
    return target


def copy_originals(source: CatalogPaths, target: CatalogPaths, progress: Progress | None = None) -> None:
    """Names are content hashes: a file of the same name and size is the same file. A file or folder that cannot be read
    ends the copy (OSError): a backup that lacks pictures must not pass for a whole one."""
    for path in _originals(source):
        if progress is not None:
            progress.check()
        copy = target.originals / path.relative_to(source.originals)
        try:
            size = path.stat().st_size
            if copy.exists() and copy.stat().st_size == size:
                continue
            copy.parent.mkdir(parents=True, exist_ok=True)
            _copy_file(path, copy)
        except FileNotFoundError:
            if path.exists():
                raise  # it is the target that went away
            # Emptied from the trash meanwhile: the database, copied later, does not speak of it.


def _originals(paths: CatalogPaths) -> list[Path]:
    """Without `incoming/`, where files lie that are still being copied in."""

    def refuse(error: OSError) -> None:
        if paths.originals.exists():
            raise error

    found: list[Path] = []
    for folder, inner, names in os.walk(paths.originals, onerror=refuse):
        if Path(folder) == paths.originals and "incoming" in inner:
            inner.remove("incoming")
        found += [Path(folder, name) for name in names]
    return sorted(found)


def _copy_file(path: Path, copy: Path) -> None:
    part = copy.with_name(copy.name + ".part")
    try:
        shutil.copyfile(path, part)
        part.replace(copy)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _time_of(path: Path) -> datetime | None:
    """From the name: file times do not survive copying."""
    try:
        return datetime.strptime(path.stem[8:27] + "000", _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
