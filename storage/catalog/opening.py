"""How a catalog folder is made, and what happens to an older one before it is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from storage.catalog import backups, migrations
from storage.catalog.connect import can_write, damaged, open_reader, open_writer
from storage.catalog.lock import WriterLock
from storage.clock import now_ms
from storage.errors import CatalogError, NotFound
from storage.ids import new_uuid, uuid_blob, uuid_text
from storage.model.people import OrgRole, User
from storage.paths import CatalogPaths
from storage.progress import Progress


def make_folder(path: Path) -> None:
    """An attempt that was broken off (a full disk, a kill) is gone on with."""
    if path.exists() and (not path.is_dir() or not _holds_nothing(path)):
        raise CatalogError(f"{path} is not empty.", remedy="Choose a new or empty folder for the catalog.", input=str(path))
    path.mkdir(parents=True, exist_ok=True)
    paths = CatalogPaths(path)
    for folder in (paths.originals, paths.cache, paths.backups, paths.logs):
        folder.mkdir(exist_ok=True)


def _holds_nothing(path: Path) -> bool:
    """Empty, or only what making a catalog leaves when it does not come to its end."""
    paths = CatalogPaths(path)
    half = {p.name for p in (paths.lock, paths.turn, *_parts_of(_unfinished(paths)))}
    empty = {p.name for p in (paths.originals, paths.cache, paths.backups, paths.logs)}
    return all(p.name in half or (p.name in empty and p.is_dir() and not any(p.iterdir())) for p in path.iterdir())


def _unfinished(paths: CatalogPaths) -> Path:
    return paths.root / "making.sqlite"


def _parts_of(database: Path) -> tuple[Path, ...]:
    return tuple(database.with_name(database.name + tail) for tail in ("", "-wal", "-shm", "-journal"))


def make_database(paths: CatalogPaths, name: str, email: str) -> None:
    """Under another name until it is whole: whoever finds `catalog.sqlite` finds a catalog."""
    making = _unfinished(paths)
    for part in _parts_of(making):
        part.unlink(missing_ok=True)
    if paths.database.exists():
        raise CatalogError(f"{paths.root} holds a catalog already.", remedy="Open it instead.", input=str(paths.root))
    try:
        _fill_new(making, name, email)
        making.replace(paths.database)
    except BaseException:
        for part in _parts_of(making):
            part.unlink(missing_ok=True)
        raise


def _fill_new(database: Path, name: str, email: str) -> None:
    db = open_writer(database)
    try:
        migrations.migrate(db)
        now = now_ms()
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO meta VALUES (?, ?)", [("uuid", new_uuid()), ("created_at", str(now))])
        db.execute(
            "INSERT INTO users (uuid, name, email, role, created_at) VALUES (?, ?, ?, ?, ?)",
            (uuid_blob(new_uuid()), name, email, str(OrgRole.ADMIN), now),
        )
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        db.close()


def bring_up_to_date(paths: CatalogPaths, progress: Progress | None, *, read_only: bool) -> None:
    """Refuses newer formats; migrates older ones under the writer's lock, each step after a backup."""
    db = open_reader(paths.database, frozen=not can_write(paths.root, paths.database))
    try:
        version = migrations.version_of(db)
    finally:
        db.close()
    migrations.refuse_newer(version, str(paths.root))
    if version == migrations.LATEST:
        return
    if read_only:
        raise CatalogError(
            f"The catalog {paths.root} has an older format.", remedy="Open it once for writing.", input=str(paths.root)
        )
    if progress is not None:
        progress.stage("Bringing the catalog up to date")
    lock = WriterLock(paths.lock, paths.turn)
    try:
        with lock.held():
            _migrate(paths, progress)
    finally:
        lock.close()


def _migrate(paths: CatalogPaths, progress: Progress | None) -> None:
    def keep(version: int) -> None:
        paths.backups.mkdir(exist_ok=True)
        source = open_reader(paths.database)
        try:
            backups.write_copy(source, backups.name_for(paths, before_version=version + 1), progress)
        finally:
            source.close()

    db = open_writer(paths.database)
    try:
        migrations.migrate(db, before_step=keep)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        db.close()


def uuid_of(db: sqlite3.Connection, path: Path) -> str:
    row = db.execute("SELECT value FROM meta WHERE key = 'uuid'").fetchone()
    if row is None:
        raise damaged(str(path), "it does not know its own name")
    return str(row[0])


def who(name: str, email: str) -> tuple[str, str]:
    if not name:
        import getpass

        try:
            name = getpass.getuser()
        except (OSError, KeyError):
            name = "user"
    return name, email or f"{'.'.join(name.split()).lower() or 'user'}@localhost.local"


def find_user(db: sqlite3.Connection, wanted: str | None) -> User:
    sql = "SELECT id, uuid, name, email, role FROM users"
    if wanted is None:
        row = db.execute(f"{sql} ORDER BY id LIMIT 1").fetchone()
    else:
        row = db.execute(f"{sql} WHERE email = ? OR name = ? ORDER BY id LIMIT 1", (wanted, wanted)).fetchone()
    if row is None:
        raise NotFound(f"There is no user {wanted}.", remedy="`postil user list` names them.", input=wanted or "")
    return User(row[0], uuid_text(row[1]), row[2], row[3], OrgRole(row[4]))
