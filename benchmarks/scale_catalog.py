"""Lists and search in a catalog of a million items.

`make_catalog` is for other benchmarks too: rows are written straight into the tables, indexes and search are built at the
end, so a million takes some 20 s; the result is kept below the temporary folder and made again when the schema changes.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.rows import Row
from storage.catalog import migrations, rows, search
from storage.catalog.engine import Catalog
from storage.model import titles
from storage.model.items import Kind
from storage.model.query import ItemQuery, SortBy

WORDS = (
    "brain liver scan left right night street camera front rear drone field lesion tumour crop frame video day rain fog"
    " snow mri ct xray skin leaf bridge harbour patient axial coronal dental retina cell plate north south"
).split()
_ITEM = (
    "uuid folder_id kind title sort_key mime size width height duration source sha256 metadata created_at created_by edited_at"
).split()


def make_catalog(path: Path | None, items: int = 1_000_000, folders: int = 1_000) -> Path:
    """A closed catalog: six items in ten lie in the folder “Big” (id 1), the rest in the others, ten to a parent.

    `path` None: a cached one, which nobody may write to.
    """
    if path is None:
        path = Path(tempfile.gettempdir()) / f"postil-scale-{items}-{folders}-{_schema_mark()}"
        if (path / "made").exists():
            return path
    Catalog.create(path, name="Ada", email="ada@example.org").close()
    db = sqlite3.connect(path / "catalog.sqlite", isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -200000")
    later = db.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name = 'items' AND type IN ('index', 'trigger')"
    ).fetchall()
    db.execute("BEGIN")
    for kind, name, _ in later:
        db.execute(f"DROP {kind} {name}")
    db.executemany(
        "INSERT INTO folders (uuid, parent_id, title, created_at, edited_at) VALUES (?, ?, ?, 0, 0)", _folders(folders)
    )
    marks = ", ".join("?" * len(_ITEM))
    db.executemany(f"INSERT INTO items ({', '.join(_ITEM)}) VALUES ({marks})", _items(items, folders))
    for name in ("items_fts", "items_words"):
        db.execute(f"INSERT INTO {name}({name}) VALUES ('rebuild')")
    for _, _, sql in later:
        db.execute(sql)
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    (path / "made").touch()
    return path


def _schema_mark() -> str:
    sources = (
        Path(migrations.__file__),
        Path(migrations.__file__).with_name("m0001_initial.py"),
        Path(titles.__file__),
        Path(__file__),
    )
    return hashlib.sha256(b"".join(p.read_bytes() for p in sources)).hexdigest()[:8]


def _folders(count: int) -> Iterator[tuple[Any, ...]]:
    rnd = random.Random(1)
    yield (rnd.randbytes(16), None, "Big")
    for n in range(2, count + 1):
        parent = None if n < 20 else n // 10
        yield (rnd.randbytes(16), parent, f"Folder {n}")


def _items(count: int, folders: int) -> Iterator[tuple[Any, ...]]:
    rnd = random.Random(2)
    for n in range(count):
        first, second = rnd.choice(WORDS), rnd.choice(WORDS)
        title = f"IMG_{n}.jpg" if n % 3 == 0 else f"{first}_{second}_{rnd.randrange(count):06d}.jpg"
        kind = Kind.VIDEO if n % 10 == 9 else Kind.IMAGE
        folder = 1 if folders == 1 or n % 10 < 6 else rnd.randrange(2, folders + 1)
        yield (
            uuid.UUID(int=rnd.getrandbits(128), version=4).bytes,
            folder,
            kind.value,
            title,
            titles.sort_key(title),
            "video/mp4" if kind is Kind.VIDEO else "image/jpeg",
            rnd.randrange(10_000, 10_000_000),
            rnd.choice((640, 1280, 4000)),
            rnd.choice((480, 960, 3000)),
            rnd.random() * 100 if kind is Kind.VIDEO else None,
            f"originals/{n % 256:02x}/{n}",
            rnd.randbytes(32),
            f'{{"camera":"{first}","n":{n % 100}}}',
            1_700_000_000_000 + n,
            1,
            0,
        )


def search_texts(count: int) -> list[str]:
    """Texts of one to eight letters as people type them: pieces of titles, some that find nothing."""
    rnd = random.Random(3)
    texts = []
    for n in range(count):
        title = (
            f"{rnd.choice(WORDS)}_{rnd.choice(WORDS)}_{rnd.randrange(1_000_000):06d}.jpg"
            if n % 4
            else f"IMG_{rnd.randrange(10**6)}"
        )
        size = n % 8 + 1
        start = 0 if size < 3 else rnd.randrange(max(1, len(title) - size))
        text = title[start : start + size]
        texts.append(text if n % 10 else "".join(rnd.choice("abcdefghijklmnopqrstuvwxyz0123456789_.") for _ in range(size)))
    return texts


def timed(work: Callable[[], Any], times: int = 5) -> float:
    """Milliseconds, the median of several."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def _row(name: str, ours: float, goal: float, raw: float = 0.0) -> Row:
    """The goal bounds our own time; what SQLite alone takes for the bare rows is told beside it."""
    return Row(name, ours, 0.0, "ms", goal, "at most", f"bare SQL {raw:.2f} ms" if raw else "")


def run(quick: bool = False) -> list[Row]:
    count = 100_000 if quick else 1_000_000
    with Catalog.open(make_catalog(None, count), read_only=True) as catalog:
        return [*_lists(catalog, count), *_searches(catalog, 200)]


def _lists(catalog: Catalog, count: int) -> list[Row]:
    reads = catalog.reads
    db = catalog.reader()
    big = ItemQuery(folder_id=1)
    found = []
    bare = "SELECT id, title FROM items INDEXED BY items_title WHERE folder_id = 1 AND trashed_at IS NULL ORDER BY sort_key, id"
    raw = timed(lambda: db.execute(f"{bare} LIMIT 256").fetchall())
    first = timed(lambda: reads.first_rows(big), 20)
    found.append(_row(f"first 256 rows of a folder of {count * 6 // 10:,}", first, 3, raw))
    for sort in SortBy:
        for query in (ItemQuery(folder_id=1, sort=sort, descending=True), ItemQuery(sort=sort)):
            where = "the folder" if query.folder_id else "all folders"
            taken = timed(lambda q=query: rows.first_ids(db, catalog.user, q, 256))
            goal = 1 if query.folder_id else 16
            found.append(_row(f"first 256 ids by {sort.value}, {where}", taken, goal))
    everything = timed(lambda: reads.ids(ItemQuery()), 3)
    raw = timed(
        lambda: db.execute("SELECT id FROM items INDEXED BY items_order WHERE trashed_at IS NULL ORDER BY sort_key").fetchall(),
        3,
    )
    found.append(_row(f"all {count:,} ids in order", everything, 400, raw))
    taken = timed(lambda: reads.ids(ItemQuery(sort=SortBy.SIZE)), 3)
    found.append(_row(f"all {count:,} ids by size", taken, 1000))
    ids = reads.ids(ItemQuery())
    starts = [random.Random(4).randrange(len(ids) - 256) for _ in range(50)]
    block = statistics.median(timed(lambda s=s: reads.rows(ids[s : s + 256]), 1) for s in starts)
    found.append(_row("a block of 256 rows at a random place", block, 3))
    taken = timed(lambda: reads.count(big), 3)
    found.append(_row(f"count of a folder of {count * 6 // 10:,}", taken, 50))
    return found


def _searches(catalog: Catalog, count: int) -> list[Row]:
    reads = catalog.reads
    taken: dict[str, float] = {}
    for text in search_texts(count):
        began = time.perf_counter()
        reads.first_rows(ItemQuery(text=text))
        taken[text] = (time.perf_counter() - began) * 1000
    ordered = sorted(taken.values())
    p95 = ordered[int(len(ordered) * 0.95)]
    worst = max(taken, key=taken.__getitem__)
    found = [
        _row(f"search as one types, p95 of {count}", p95, 50),
        _row(f"the slowest of them: “{worst}”", taken[worst], 250),
    ]
    for text in ("jpg", "brain", "i", "img 12", "%_*"):
        hits = timed(lambda t=text: reads.first_rows(ItemQuery(text=t)), 3)
        found.append(_row(f"first 256 hits of “{text}”", hits, 50))
    sql, params = search.parse_text("jpg").hits()
    raw = timed(lambda: catalog.reader().execute(f"SELECT count(*) FROM ({sql})", params).fetchone(), 3)
    whole = timed(lambda: reads.ids(ItemQuery(text="jpg")), 1)
    found.append(_row("all hits of “jpg” in order", whole, 3000, raw))
    taken_ms = timed(lambda: reads.count(ItemQuery(text="jpg"), stop_at=10_000), 3)
    found.append(_row("count of “jpg” up to 10,000", taken_ms, 50))
    return found


if __name__ == "__main__":
    for line in run():
        print(f"{line.name:48} {line.ours:9.2f} ms  at most {line.goal:g}  {'holds' if line.holds else 'SHORT'}  {line.note}")
