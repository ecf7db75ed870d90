"""The thread that writes: a queue by priority, one transaction a job, checkpoints, and the disk that is full.

A job's future is done only after its COMMIT with `synchronous=FULL`: what is acknowledged is on the disk.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Generic, TypeVar

from storage.catalog.ballast import Ballast
from storage.catalog.connect import BUSY_MS, disk_full, is_full, open_writer, speaking
from storage.catalog.lock import WriterLock
from storage.catalog.oplog import OpLog
from storage.catalog.schema import Schema
from storage.catalog.transaction import Operation
from storage.catalog.undo import Entry, UndoStack, words_of
from storage.clock import now_ms
from storage.errors import CatalogDamaged, CatalogError
from storage.model.changes import Changes
from storage.model.people import User
from storage.paths import CatalogPaths

T = TypeVar("T")
log = logging.getLogger(__name__)

WAL_PAGES = 1024  # 4 MB: above it the writer checkpoints when nobody waits
WAL_PAGES_BUSY = 8192  # 32 MB: above it somebody has to
IDLE_S = 1.0


class Priority(IntEnum):
    """Lower goes first."""

    GESTURE = 0
    ACTION = 1
    BULK = 2
    LAST = 9  # the end of the thread


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What a finished operation returned, and what it touched."""

    result: T
    changes: Changes


@dataclass(slots=True)
class Job:
    text: str
    work: Callable[[Operation], Any]
    priority: Priority = Priority.GESTURE
    undoable: bool = True
    by_itself: bool = False
    origin: object = None
    place: str = ""
    replay: tuple[Entry, bool] | None = None  # an undo (False) or redo (True) of this entry
    future: Future[Done[Any]] = field(default_factory=Future)


class Writer:
    """Owns the writing connection. `tell` is called on this thread after each commit that touched something."""

    def __init__(self, paths: CatalogPaths, user: User, undo: UndoStack, tell: Callable[[Changes], None]) -> None:
        self._paths = paths
        self._user = user
        self._undo = undo
        self._tell = tell
        self._queue: queue.PriorityQueue[tuple[int, int, Job | None]] = queue.PriorityQueue()
        self._number = itertools.count()
        self._gate = threading.Lock()  # nothing enters the queue behind the job that ends the thread
        self._closed = False
        self._written = threading.Event()
        self._may_end = threading.Event()
        self._session_id = 0
        self._db: sqlite3.Connection | None = None
        self._sql: Any = None
        self._changed = 0
        self._dirty = False  # the WAL holds frames of ours
        self._wal_floor = 0  # pages that a reader kept from being emptied: written back already
        self.wrote = False  # this run changed something
        self.damage: CatalogDamaged | None = None  # nothing more is written: what is asked for fails with it
        self.lock = WriterLock(paths.lock, paths.turn)
        self.ballast = Ballast(paths.ballast)
        self._thread = threading.Thread(target=self._run, name="catalog-writer", daemon=True)
        self._thread.start()

    # -- from any thread

    def submit(self, job: Job) -> Future[Done[Any]]:
        with self._gate:
            if self._closed:
                raise CatalogError("The catalog is closed.", remedy="Open it again.", input=str(self._paths.root))
            self._queue.put((job.priority, next(self._number), job))
        return job.future

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    def finish(self) -> None:
        """No more is taken; returns when everything submitted is written."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put((Priority.LAST, next(self._number), None))
        self._written.wait()

    def close(self) -> None:
        """The last checkpoint, and the end of the thread."""
        self.finish()
        self._may_end.set()
        self._thread.join()

    @property
    def session_id(self) -> int:
        """0 until this run has written something."""
        return self._session_id

    # -- on the thread

    def _run(self) -> None:
        while True:
            try:
                _, _, job = self._queue.get(timeout=IDLE_S if self._dirty else None)
            except queue.Empty:
                self._checkpoint()
                self.ballast.ready()
                continue
            if job is None:
                break
            self._serve(job)
            del job
            self._checkpoint_if_due()
        self._written.set()
        self._may_end.wait()
        self._end()

    def _serve(self, job: Job) -> None:
        if not job.future.set_running_or_notify_cancel():
            return
        try:
            if self.damage is not None:
                raise self.damage
            with speaking(self._paths.root):
                done = self._write(job)
        except BaseException as error:  # the thread goes on; whoever waits is told
            if isinstance(error, CatalogDamaged):
                self.damage = error
            job.future.set_exception(error)
            return
        if done.changes:
            try:
                self._tell(done.changes)
            except Exception:  # a listener's fault is not this operation's: it is committed
                log.exception("a listener to the catalog failed")
        job.future.set_result(done)

    def _write(self, job: Job) -> Done[Any]:
        if job.priority >= Priority.BULK and self.ballast.given_up and not self.ballast.ready():
            raise disk_full(self._paths.root)
        try:
            return self._transaction(job)
        except (sqlite3.Error, OSError) as error:
            if not is_full(error) or not self.ballast.give_up():
                raise
        # The ballast has made room: what a person just did is saved, bulk work has to wait for a larger disk.
        if job.priority >= Priority.BULK:
            raise disk_full(self._paths.root)
        return self._transaction(job)

    def _transaction(self, job: Job) -> Done[Any]:
        with self.lock.held():
            db = self._connection()
            db.execute("BEGIN IMMEDIATE")
            try:
                self._log.begin(self._user.id)
                op = Operation(
                    db, self._schema, self._log, self._user, job.text, now_ms(), undoable=job.undoable, sql=self._alchemy
                )
                result = job.work(op)
                self._log.end(words_of(op, job.replay))
                changed = db.total_changes
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                self._log.rolled_back()
                raise
            self._committed(job, op, changed)
            return Done(result, op.finish(job.origin))

    def _committed(self, job: Job, op: Operation, changed: int) -> None:
        self._session_id = op.log.session_id
        if changed != self._changed:
            self._changed = changed
            self._dirty = self.wrote = True
        if job.by_itself:
            self._undo.look_through(op.log.group)
        place = job.replay[0].place if job.replay is not None else job.place
        made = Entry(op.text, op.images.images, op.changes, op.log.hlc, op.log.group, place)
        if job.replay is not None:
            entry, redo = job.replay
            self._undo.replayed(entry, made, redo=redo)
        elif op.images.images:
            self._undo.did(made)

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = open_writer(self._paths.database)
            self._schema = Schema(self._db)
            self._log = OpLog(self._db)
            self._changed = self._db.total_changes
        return self._db

    def _alchemy(self) -> Any:
        """The writing connection as SQLAlchemy's. Transactions stay ours: its commits and rollbacks do nothing."""
        if self._sql is None:
            from sqlalchemy import create_engine
            from sqlalchemy.pool import StaticPool

            engine = create_engine("sqlite://", creator=lambda: self._db, poolclass=StaticPool)
            engine.dialect.do_commit = lambda connection: None  # type: ignore[method-assign,assignment]
            engine.dialect.do_rollback = lambda connection: None  # type: ignore[method-assign,assignment]
            self._sql = engine.connect()
        return self._sql

    # -- checkpoints and the end

    def _wal_pages(self) -> int:
        wal = self._paths.database.with_name(self._paths.database.name + "-wal")
        try:
            return wal.stat().st_size // 4096 - self._wal_floor
        except OSError:
            return 0

    def _checkpoint_if_due(self) -> None:
        """After the answer, not before; and while work waits only when the WAL has grown long: that writes a page once
        that many batches have touched."""
        if self._dirty and self._wal_pages() > (WAL_PAGES if self._queue.empty() else WAL_PAGES_BUSY):
            self._checkpoint()

    def _checkpoint(self) -> None:
        with contextlib.suppress(CatalogError, sqlite3.Error), self.lock.held(1.0):
            self._checkpoint_locked()

    def _checkpoint_locked(self) -> None:
        """Write the WAL back and empty it; what a reader still looks at stays until the next time. Never waits for one."""
        if self._db is None:
            return
        self._db.execute("PRAGMA busy_timeout = 0")
        with contextlib.suppress(sqlite3.OperationalError):  # a full disk: the WAL keeps everything
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        self._dirty = False
        self._wal_floor = 0
        self._wal_floor = self._wal_pages()

    def _end(self) -> None:
        try:
            with contextlib.suppress(CatalogError), self.lock.held():
                self._checkpoint_locked()
                if self._sql is not None:
                    self._sql.close()
                if self._db is not None:
                    self._db.close()
        finally:
            self.lock.close()
