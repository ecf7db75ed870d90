"""`Catalog`: one open catalog folder.

Reads: a read-only connection for each thread (`reader`). Writes: `submit` and `do`, on the one writer thread. Opening
imports no SQLAlchemy; the first operation that needs it does, on the writer thread.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import sqlite3
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from storage.catalog import backups
from storage.catalog.connect import can_write, look_at_file, open_reader, speaking
from storage.catalog.lock import Presence, WriterLock
from storage.catalog.opening import bring_up_to_date, find_user, make_database, make_folder, uuid_of, who
from storage.catalog.undo import Replay, UndoStack
from storage.catalog.writer import Done, Job, Priority, Writer
from storage.errors import CatalogDamaged, CatalogError, PostilError, StaleUndo
from storage.listeners import Listeners
from storage.model.changes import Changes
from storage.paths import CatalogPaths
from storage.progress import Progress

if TYPE_CHECKING:
    from storage.catalog.reads import CatalogReads

T = TypeVar("T")

__all__ = ["Catalog", "Done", "Priority"]


class Catalog:
    """Made by `create` and `open`; `close` it, or use it as a context manager."""

    def __init__(self, path: Path, user: str | None, *, read_only: bool) -> None:
        self.path = path
        self.paths = CatalogPaths(path)
        self._frozen = read_only and not can_write(path, self.paths.database)
        self._readers = threading.local()
        self._closed = False
        self._listeners: Listeners[[Changes]] = Listeners()
        self._undo = UndoStack()
        self._writer: Writer | None = None
        self._all_readers: weakref.WeakSet[sqlite3.Connection] = weakref.WeakSet()
        self._presence = Presence(self.paths.presence)
        with speaking(path):
            db = self.reader()
            self.uuid = uuid_of(db, path)
            self.user = find_user(db, user)
            self._others = self._seen_of_others()
        if not read_only:
            self._writer = Writer(self.paths, self.user, self._undo, self._tell)
            atexit.register(self.close)  # a program that ends without closing still writes what it was given

    # -- open and close

    @staticmethod
    def create(path: Path, *, name: str = "", email: str = "") -> Catalog:
        """A new catalog in an empty or absent folder. Its first user is the organisation's admin."""
        path = Path(path).absolute()
        with speaking(path):
            make_folder(path)
            paths = CatalogPaths(path)
            lock = WriterLock(paths.lock, paths.turn)
            try:
                with lock.held():
                    make_database(paths, *who(name, email))
            finally:
                lock.close()
        return Catalog(path, None, read_only=False)

    @staticmethod
    def open(path: Path, *, user: str | None = None, read_only: bool = False, progress: Progress | None = None) -> Catalog:
        """`user`: an e-mail or a name; None: the first one.

        Raises CatalogTooNew, CatalogDamaged, CatalogBusy, or CatalogError when there is no catalog there.
        """
        path = Path(path).absolute()
        paths = CatalogPaths(path)
        try:
            look_at_file(paths.database)
            if not read_only and not can_write(path, paths.database):
                raise CatalogError(
                    f"The catalog {path} cannot be written: its folder is read-only for you.",
                    remedy="Ask for the right to write there. The command line reads it as it is: `postil labels export`.",
                    input=str(path),
                )
            with speaking(path):
                bring_up_to_date(paths, progress, read_only=read_only)
            return Catalog(path, user, read_only=read_only)
        except CatalogDamaged as error:
            good = backups.newest_good(paths)
            error.backups = (good,) if good else ()
            raise

    def close(self) -> None:
        """Everything submitted is written; then a backup is made if this run changed something, and the WAL is emptied."""
        if self._closed:
            return
        if self._writer is not None:
            self._writer.finish()
            if self._writer.wrote and self._writer.damage is None:
                self._backup_of_session()
        self._closed = True
        atexit.unregister(self.close)
        for db in list(self._all_readers):  # readers first: the writer's last checkpoint must not wait for them
            db.close()
        if self._writer is not None:
            self._writer.close()
        self._presence.close()

    def __enter__(self) -> Catalog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alone_since(self) -> float | None:
        """When this run opened the catalog, if nobody else had it open then (`time.time`)."""
        return self._presence.first_at

    # -- reading

    def reader(self) -> sqlite3.Connection:
        """This thread's read-only connection. It sees what is committed."""
        db: sqlite3.Connection | None = getattr(self._readers, "db", None)
        if self._closed:
            raise CatalogError("The catalog is closed.", remedy="Open it again.", input=str(self.path))
        if db is None:
            db = self._readers.db = open_reader(self.paths.database, frozen=self._frozen)
            self._all_readers.add(db)
        return db

    @functools.cached_property
    def reads(self) -> CatalogReads:
        from storage.catalog.reads import CatalogReads

        return CatalogReads(self)

    # -- writing

    def submit(
        self,
        text: str,
        work: Callable[..., T],
        *args: Any,
        priority: Priority = Priority.GESTURE,
        undoable: bool = True,
        by_itself: bool = False,
        origin: object = None,
        place: str = "",
        **kw: Any,
    ) -> Future[Done[T]]:
        """Run `work(op, *args, **kw)` in one transaction on the writer thread. The future is done when it is committed.

        `place`: where in the window it is done, for `next_replay`.
        `by_itself`: nobody's deed, but what the program found out or put in order; undo of what came before goes through it.
        """
        job = Job(text, lambda op: work(op, *args, **kw), priority, undoable and not by_itself, by_itself, origin, place)
        return self._writing().submit(job)

    def do(self, text: str, work: Callable[..., T], *args: Any, **kw: Any) -> T:
        """`submit` and wait: for the command line, jobs and tests."""
        return self.submit(text, work, *args, **kw).result().result

    def undo(self) -> Future[Done[str]]:
        """Take back the newest operation of this run. `Refused` when there is none, `StaleUndo` when it declines."""
        return self._replay(redo=False)

    def redo(self) -> Future[Done[str]]:
        return self._replay(redo=True)

    def next_replay(self, *, redo: bool = False) -> Replay | None:
        """What the next undo (or redo) would be about."""
        return self._undo.foresee(self.reader(), redo=redo)

    @property
    def undo_text(self) -> str:
        return self._undo.undo_text

    @property
    def redo_text(self) -> str:
        return self._undo.redo_text

    # -- listeners

    def listen(self, fn: Callable[[Changes], None]) -> Callable[[], None]:
        """Called on the writer thread after each commit. Returns a function that ends it."""
        return self._listeners.add(fn)

    def _tell(self, changes: Changes) -> None:
        self._listeners.tell(changes)

    def notice_others(self) -> bool:
        """Whether another process has written since the last call; listeners are told of `everything`. Costs microseconds."""
        with speaking(self.path):
            version = self.reader().execute("PRAGMA data_version").fetchone()[0]
            if version == getattr(self._readers, "data_version", None):
                return False
            self._readers.data_version = version  # it moves with our own commits too
            seen = self._seen_of_others()
        if seen == self._others:
            return False
        self._others = seen
        self._tell(Changes(everything=True))
        return True

    # -- keeping it safe

    def verify(self) -> None:
        """SQLite's quick check (0.5 s for 666 MB): in a job after the start. Raises `CatalogDamaged` with the good backup, and
        from then on nothing is written."""
        try:
            if self._writer is not None and self._writer.damage is not None:
                raise self._writer.damage
            backups.verify(self.reader(), self.paths.database)
        except CatalogDamaged as error:
            if self._writer is not None:
                self._writer.damage = error
            good = backups.newest_good(self.paths)
            error.backups = (good,) if good else ()
            raise

    def backup(self, target: Path | None = None, progress: Progress | None = None) -> Path:
        """A consistent copy while work goes on. Without a target: the database, into `backups/`. With one: a folder with
        database and originals, that can be opened as a catalog."""
        with speaking(target or self.path):
            if target is not None:
                return backups.copy_whole(self.reader(), self.paths, Path(target).absolute(), progress)
            self.paths.backups.mkdir(exist_ok=True)
            made = backups.write_copy(self.reader(), backups.name_for(self.paths), progress)
            backups.thin_out(self.paths)
            return made

    @staticmethod
    def restore(backup: Path, target: Path) -> Path | None:
        """See `backups.restore`."""
        return backups.restore(Path(backup).absolute(), Path(target).absolute())

    @property
    def read_only(self) -> bool:
        """Opened for looking: whatever would change it is refused."""
        return self._writer is None

    def require_writing(self) -> None:
        """For work that touches files before it comes to an operation. Raises CatalogError where it is opened for looking."""
        self._writing()

    @property
    def disk_is_full(self) -> bool:
        """The reserve had to be given up: single changes are still saved, bulk work is refused."""
        return self._writer is not None and self._writer.ballast.given_up

    # -- inside

    def _backup_of_session(self) -> None:
        # A failure here (a full disk, say) must not keep the window from closing: the catalog itself is whole.
        with contextlib.suppress(PostilError, sqlite3.Error, OSError):
            self.backup()

    def _seen_of_others(self) -> list[tuple[int, int]]:
        """The last group of ops of every session but ours."""
        ours = self._writer.session_id if self._writer is not None else 0
        sql = "SELECT id, (SELECT max(op_group) FROM op_groups WHERE session_id = id) FROM sessions WHERE id <> ?"
        return self.reader().execute(sql, (ours,)).fetchall()

    def _writing(self) -> Writer:
        if self._writer is None:
            raise CatalogError(
                f"The catalog {self.path} is open for reading only.", remedy="Open it for writing.", input=str(self.path)
            )
        return self._writer

    def _replay(self, *, redo: bool) -> Future[Done[str]]:
        job = Job("", lambda op: "", Priority.GESTURE)

        def work(op: Any) -> str:
            entry = self._undo.newest(redo=redo)
            job.replay = (entry, redo)
            op.text = entry.text
            try:
                self._undo.write_back(op, entry)
            except StaleUndo:
                self._undo.clear()
                raise
            return entry.text

        job.work = work
        return self._writing().submit(job)
