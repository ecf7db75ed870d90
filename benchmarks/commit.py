"""How long a finished gesture takes until it is on the disk: with the writer idle, and while 300,000 items are added.

A gesture is a polygon of 20 vertices moved, as the label editor hands it over. The items go in as the
services write them: batches of 500, one operation each; beside it what SQLite alone takes for the same rows in the same table
with its indices.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import stages
from benchmarks.rows import Row, percentile

BATCH = 500
IDLE, BUSY = 50.0, 150.0  # ms


def run(quick: bool) -> list[Row]:
    count = 30_000 if quick else 300_000
    with tempfile.TemporaryDirectory(prefix="postil-bench-") as name:
        folder = Path(name)
        stages.pictures(folder / "in", 1, (640, 480))
        stages.labelled_catalog(folder / "catalog", folder / "in", shapes=(200,))
        idle, busy, seconds = _ours(folder / "catalog", 100 if quick else 300, count)
        raw = _raw(folder / "catalog" / "catalog.sqlite", folder / "raw.sqlite", count)
    note = f"{len(busy)} gestures, worst {max(busy):.0f} ms"
    more = "with ops, names and search, and gestures between"
    return [
        _row("commit: a gesture, idle, p50", statistics.median(idle), IDLE, f"{len(idle)} gestures"),
        _row("commit: a gesture, idle, p99", percentile(idle, 99), IDLE, f"worst {max(idle):.0f} ms"),
        _row(f"commit: a gesture while {count:,} items enter, p50", statistics.median(busy), BUSY, note),
        _row(f"commit: a gesture while {count:,} items enter, p99", percentile(busy, 99), BUSY, note),
        Row(
            f"commit: {count:,} items meanwhile, of raw insertion",
            count / seconds,
            count / raw,
            "rows/s",
            0.2,
            "at least",
            more,
        ),
    ]


def _ours(path: Path, gestures: int, count: int) -> tuple[list[float], list[float], float]:
    from storage.catalog import files, folders
    from storage.catalog.engine import Catalog, Priority

    with Catalog.open(path) as catalog:
        gesture = Gestures(catalog)
        idle = [gesture() for _ in range(gestures)]
        folder_id = catalog.do("New folder", folders.create, None, "Bulk")
        batches = list(_batches(count))
        taken: list[float] = []

        def bulk() -> None:
            began = time.perf_counter()
            for batch in batches:
                catalog.submit("Add files", files.add, folder_id, batch, priority=Priority.BULK).result()
            taken.append(time.perf_counter() - began)

        thread = threading.Thread(target=bulk)
        thread.start()
        busy = []
        rnd = random.Random(1)
        while thread.is_alive():
            busy.append(gesture())
            thread.join(0.02 + rnd.random() * 0.06)
    return idle, busy, taken[0]


class Gestures:
    """Moves polygons of a label row one after another; a call returns the milliseconds until it was committed."""

    def __init__(self, catalog: Any) -> None:
        from concurrent.futures import Future

        from storage.catalog import labels
        from storage.editing.session import EditSession

        self.row_id = next(iter(catalog.reads.label_rows(1)))
        self.saved: list[Future[Any]] = []

        def save(change: Any) -> Future[Any]:
            future: Future[Any] = catalog.submit("Move", labels.save_step, self.row_id, change, undoable=False)
            self.saved.append(future)
            return future

        self.session = EditSession(catalog.reads.labels(self.row_id), save, author="ada@example.org")
        self.uuids = list(self.session.document.annotations)
        self.n = 0

    def __call__(self) -> float:
        from storage.clock import now_ms
        from storage.editing import verbs

        self.n += 1
        document = self.session.document
        uuid = self.uuids[self.n % len(self.uuids)]
        moved = document.annotations[uuid].geometry.moved(1.0, 0.5)
        edits = verbs.set_geometry(document, {uuid: moved}, by="ada@example.org", now=now_ms())
        began = time.perf_counter()
        self.session.do("Move", edits)
        self.saved[-1].result()
        return (time.perf_counter() - began) * 1000


def _batches(count: int) -> Iterator[list[Any]]:
    from storage.ids import new_uuid
    from storage.model.items import Kind, Location, MediaInfo, NewItem

    rnd = random.Random(2)
    for first in range(0, count, BATCH):
        yield [
            NewItem(
                new_uuid(),
                f"scan {n:06d}.jpg",
                MediaInfo(Kind.IMAGE, "image/jpeg", 100_000 + n, 1280, 960, facts={"format": "jpeg", "levels": 1}),
                Location.LOCAL,
                f"originals/{n % 256:02x}/{n}",
                rnd.randbytes(32).hex(),
            )
            for n in range(first, min(count, first + BATCH))
        ]


def _raw(like: Path, path: Path, count: int) -> float:
    """The same rows into the same table with its indices, in one transaction a batch, through sqlite3 alone."""
    source = sqlite3.connect(like)
    wanted = "SELECT sql FROM sqlite_master WHERE tbl_name = 'items' AND type IN ('table', 'index') AND sql IS NOT NULL"
    schema = [row[0] for row in source.execute(f"{wanted} ORDER BY type DESC")]
    source.close()
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"):
        db.execute(f"PRAGMA {pragma}")
    for sql in schema:
        db.execute(sql)
    columns = "uuid folder_id kind title sort_key mime size width height source sha256 facts created_at edited_at".split()
    insert = f"INSERT INTO items ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    rnd = random.Random(2)
    rows = [
        (
            rnd.randbytes(16), 1, "image", f"scan {n:06d}.jpg", f"scan {n:06d}.jpg", "image/jpeg", 100_000 + n, 1280, 960,
            f"originals/{n % 256:02x}/{n}", rnd.randbytes(32), '{"format":"jpeg","levels":1}', 0, 0,
        )
        for n in range(count)
    ]  # fmt: skip
    began = time.perf_counter()
    for first in range(0, count, BATCH):
        db.execute("BEGIN IMMEDIATE")
        db.executemany(insert, rows[first : first + BATCH])
        db.execute("COMMIT")
    seconds = time.perf_counter() - began
    db.close()
    path.unlink()
    return seconds


def _row(name: str, ours: float, bar: float, note: str) -> Row:
    return Row(name, ours, bar, "ms", 1, "at most", note)
