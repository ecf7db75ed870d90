"""Whether a catalog is whole: what `postil check` and the weekly job run. Reads only; takes seconds, so give it a job.

SQLite's own check finds few flipped bits, so the contents are checked too: what refers to what, that
geometries and steps can be read, that the search index and the op log agree with the rows, that originals are there.
"""

from __future__ import annotations

import json
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from storage.catalog import label_steps
from storage.catalog.connect import can_write, look_at_file, open_reader, speaking
from storage.catalog.oplog import read_after
from storage.errors import CatalogError
from storage.ids import uuid_text
from storage.model.geometry import unpack
from storage.model.items import Location
from storage.paths import CatalogPaths
from storage.progress import Progress

#: Problems of one kind that are listed; more are counted.
MOST = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """`what` is the kind of fault, `where` names the row or file, `text` is a sentence for a person."""

    what: str
    where: str
    text: str

    def as_dict(self) -> dict[str, str]:
        return {"what": self.what, "where": self.where, "text": self.text}


Check = Callable[[sqlite3.Connection, CatalogPaths], Iterator[Problem]]


def check(catalog_path: Path, progress: Progress | None = None) -> list[Problem]:
    """Everything that is wrong with the catalog in this folder; an empty list: it is whole."""
    paths = CatalogPaths(Path(catalog_path).absolute())
    progress = progress or Progress()
    try:
        look_at_file(paths.database)
    except CatalogError as error:
        return [Problem("database", paths.database.name, error.reason)]
    with speaking(paths.root):
        db = open_reader(paths.database, frozen=not can_write(paths.root, paths.database))
    problems: list[Problem] = []
    try:
        db.execute("BEGIN")  # one snapshot: a writer beside us must not look like a fault
        for number, (title, run) in enumerate(CHECKS, start=1):
            progress.stage(title, len(CHECKS))
            try:
                problems += _limited(run(db, paths))
            except sqlite3.DatabaseError as error:
                problems.append(Problem("database", paths.database.name, f"While checking {title}: {error}."))
            progress.step(number)
    finally:
        db.close()
    return problems


def _limited(found: Iterator[Problem]) -> list[Problem]:
    kept: list[Problem] = []
    more = 0
    for problem in found:
        if len(kept) < MOST:
            kept.append(problem)
        else:
            more += 1
    if more:
        kept.append(Problem(kept[0].what, "", f"And {more:,} more of this kind."))
    return kept


def _database(db: sqlite3.Connection, paths: CatalogPaths) -> Iterator[Problem]:
    for (text,) in db.execute("PRAGMA integrity_check"):
        if text != "ok":
            yield Problem("database", paths.database.name, str(text))


def _references(db: sqlite3.Connection, _paths: CatalogPaths) -> Iterator[Problem]:
    for table, rowid, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield Problem("reference", f"{table} {rowid}", f"Refers to a row of {parent} that does not exist.")
    mixed = (
        "SELECT s.uuid FROM shapes s JOIN instances i ON i.id = s.instance_id WHERE i.label_row_id <> s.label_row_id",
        "SELECT a.uuid FROM answers a JOIN instances i ON i.id = a.instance_id WHERE i.label_row_id <> a.label_row_id",
        "SELECT a.uuid FROM answers a JOIN classifications c ON c.id = a.classification_id"
        " WHERE c.label_row_id <> a.label_row_id",
    )
    for sql in mixed:
        for (uuid,) in db.execute(sql):
            yield Problem("reference", uuid_text(uuid), "Belongs to an object of another label row.")
    loops = "WITH RECURSIVE up(start, id) AS (SELECT id, parent_id FROM folders UNION SELECT up.start, f.parent_id FROM up JOIN"
    for (folder,) in db.execute(
        f"{loops} folders f ON f.id = up.id WHERE up.id IS NOT NULL) SELECT start FROM up WHERE start = id"
    ):
        yield Problem("reference", f"folders {folder}", "The folder lies inside itself.")
    trashed = "SELECT t.uuid FROM {} t WHERE (t.trashed_at IS NULL) <> (t.trash_group IS NULL)"
    for table in ("items", "folders"):
        for (uuid,) in db.execute(trashed.format(table)):
            yield Problem(
                "trash", uuid_text(uuid), "Half in the trash: it has a group without a time, or a time without a group."
            )


def _geometries(db: sqlite3.Connection, _paths: CatalogPaths) -> Iterator[Problem]:
    for uuid, kind, blob in db.execute("SELECT uuid, kind, geometry FROM shapes"):
        try:
            unpack(kind, blob)
        except (ValueError, TypeError, KeyError, struct.error, zlib.error) as error:
            yield Problem("geometry", uuid_text(uuid), f"The shape ({kind}) cannot be read: {error}.")


def _json(db: sqlite3.Connection, _paths: CatalogPaths) -> Iterator[Problem]:
    columns = (
        ("items", "facts"), ("items", "metadata"), ("items", "warnings"), ("folders", "metadata"),
        ("ontologies", "structure"), ("projects", "workflow"), ("answers", "value"),
    )  # fmt: skip
    for table, column in columns:
        for (uuid,) in db.execute(f"SELECT uuid FROM {table} WHERE NOT json_valid({column})"):
            yield Problem("json", uuid_text(uuid), f"The {column} of this row of {table} are no valid JSON.")


def _steps(db: sqlite3.Connection, _paths: CatalogPaths) -> Iterator[Problem]:
    for id_ in label_steps.check_readable(db):
        yield Problem("steps", f"steps {id_}", "This undo step cannot be read.")


def _search(db: sqlite3.Connection, _paths: CatalogPaths) -> Iterator[Problem]:
    """The trigrams and words of every title, asked of the index (its own check needs to write)."""
    for table in ("items_fts", "items_words"):
        indexed = {row[0] for row in db.execute(f"SELECT DISTINCT doc FROM {_vocabulary(db, table)}")}
        for id_, title in db.execute("SELECT id, title FROM items"):
            long_enough = len(title) >= 3 if table == "items_fts" else any(c.isalnum() for c in title)
            if long_enough and id_ not in indexed:
                yield Problem("search", f"items {id_}", f"“{title}” is missing in the search index.")
            indexed.discard(id_)
        for id_ in sorted(indexed):
            yield Problem("search", f"items {id_}", "The search index knows an item that is gone.")


def _vocabulary(db: sqlite3.Connection, table: str) -> str:
    db.execute("PRAGMA query_only = OFF")  # for a temporary table; the file itself is open for reading only
    db.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{table}_terms USING fts5vocab(main, {table}, instance)")
    db.execute("PRAGMA query_only = ON")
    return f"temp.{table}_terms"


def _ops(db: sqlite3.Connection, _paths: CatalogPaths) -> Iterator[Problem]:
    for uuid, first, last, count in db.execute(
        "SELECT s.uuid, min(o.seq), max(o.seq), count(*) FROM sessions s JOIN ops o ON o.session_id = s.id GROUP BY s.id"
    ):
        if first != 1 or last != count:
            yield Problem("ops", uuid_text(uuid), f"The log has gaps: {count} entries, numbered {first} to {last}.")
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = {row[1] for row in db.execute(f'PRAGMA table_info("{table}")')}
        if table in ("users", "sessions", "ops") or not {"id", "uuid"} <= columns:
            continue
        for (uuid,) in db.execute(
            f"SELECT t.uuid FROM \"{table}\" t WHERE NOT EXISTS (SELECT 1 FROM ops o WHERE o.entity_uuid = t.uuid AND o.field = '*')"
        ):
            yield Problem("ops", uuid_text(uuid), f"This row of {table} is in no entry of the log.")
    for session, seq, after in db.execute("SELECT session_id, seq, after FROM ops WHERE typeof(after) = 'blob'"):
        try:
            read_after(db, after)
        except (KeyError, zlib.error, json.JSONDecodeError):
            yield Problem("ops", f"{session}/{seq}", "A long value of the log is missing or cannot be read.")


def _originals(db: sqlite3.Connection, paths: CatalogPaths) -> Iterator[Problem]:
    sql = "SELECT title, location, source, size FROM items WHERE location IN ('local', 'linked') AND source <> ''"
    yield from _missing(db.execute(sql), paths)


def _missing(rows: Iterable[tuple[str, str, str, int]], paths: CatalogPaths) -> Iterator[Problem]:
    """Rows of title, location, source and size whose file is not there or has another length."""
    for title, location, source, size in rows:
        path = paths.root / source if location == Location.LOCAL else Path(source)
        try:
            found = path.stat().st_size
        except OSError:
            yield Problem("original", source, f"The file of “{title}” is missing.")
            continue
        if found != size:
            yield Problem("original", source, f"The file of “{title}” has {found:,} bytes instead of {size:,}.")


def _volumes(db: sqlite3.Connection, paths: CatalogPaths) -> Iterator[Problem]:
    sql = (
        "SELECT i.title, f.location, f.source, f.size FROM volume_files f JOIN items i ON i.id = f.item_id"
        " WHERE f.location IN ('local', 'linked')"
    )
    yield from _missing(db.execute(sql), paths)
    lost = (
        "SELECT i.uuid, i.title FROM items i WHERE i.kind = 'dicom_series' AND i.sha256 IS NOT NULL"
        " AND EXISTS (SELECT 1 FROM volume_files f WHERE f.item_id = i.id)"
        " AND NOT EXISTS (SELECT 1 FROM volumes v WHERE v.sha256 = i.sha256)"
    )
    for uuid, title in db.execute(lost):
        yield Problem("volume", uuid_text(uuid), f"Where the frames of “{title}” lie is not known; add the series again.")


CHECKS: tuple[tuple[str, Check], ...] = (
    ("the database", _database),
    ("references", _references),
    ("shapes", _geometries),
    ("JSON", _json),
    ("undo steps", _steps),
    ("the search index", _search),
    ("the log", _ops),
    ("originals", _originals),
    ("series", _volumes),
)
