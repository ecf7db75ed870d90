"""Undo steps of labels as rows: compressed JSON of edits, and the history read back from them."""

from __future__ import annotations

import base64
import json
import sqlite3
import zlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from storage.editing.edits import Drop, Edit, Edits, Put, Step
from storage.editing.history import History
from storage.model.geometry import pack, unpack
from storage.model.labels import KIND_OF, Annotation, Answer, Classification, Instance, Record, RecordKind

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog
    from storage.catalog.transaction import Operation

LIVE, UNDONE, DEAD = 0, 1, 2

_CLASSES: dict[RecordKind, type[Record]] = {kind: record for record, kind in KIND_OF.items()}
_FIELDS = {record: tuple(f.name for f in fields(record)) for record in KIND_OF}


def dump(edits: Edits) -> bytes:
    return zlib.compress(json.dumps([_plain(e) for e in edits], separators=(",", ":")).encode(), 1)


def load(blob: bytes) -> Edits:
    return tuple(_edit(row) for row in json.loads(zlib.decompress(blob)))


def write(op: Operation, label_row_id: int, step: Step) -> None:
    """A new step: whatever was undone before it can no longer be redone."""
    op.db.execute("UPDATE steps SET undone = ? WHERE label_row_id = ? AND undone = ?", (DEAD, label_row_id, UNDONE))
    op.db.execute(
        "INSERT INTO steps (label_row_id, n, text, edits, inverse, undone) VALUES (?, ?, ?, ?, ?, 0)"
        " ON CONFLICT (label_row_id, n) DO UPDATE SET"
        " text = excluded.text, edits = excluded.edits, inverse = excluded.inverse, undone = 0",
        (label_row_id, step.n, step.text, dump(step.edits), dump(step.inverse)),
    )


def add(op: Operation, label_row_id: int, text: str, edits: Edits, inverse: Edits) -> None:
    """A step that no session has taken, with the next number."""
    last = op.value("SELECT max(n) FROM steps WHERE label_row_id = ?", label_row_id) or 0
    write(op, label_row_id, Step(last + 1, text, edits, inverse))


def mark(op: Operation, label_row_id: int, n: int, *, undone: bool) -> None:
    op.db.execute("UPDATE steps SET undone = ? WHERE label_row_id = ? AND n = ?", (UNDONE if undone else LIVE, label_row_id, n))


def forget(op: Operation, label_row_id: int) -> None:
    """Undo of labels ends with the submission of their task."""
    op.db.execute("DELETE FROM steps WHERE label_row_id = ?", (label_row_id,))


def history(catalog: Catalog, label_row_id: int) -> History:
    """What can be undone and redone in a label row, across restarts. Older steps are read when they are asked for."""
    db = catalog.reader()
    last = db.execute("SELECT max(n) FROM steps WHERE label_row_id = ?", (label_row_id,)).fetchone()[0] or 0
    rows = db.execute(f"{_STEP} WHERE label_row_id = ? AND undone = ? ORDER BY n DESC", (label_row_id, UNDONE))
    undone = [_step(row) for row in rows]

    def older(n: int) -> Step | None:
        found = catalog.reader().execute(
            f"{_STEP} WHERE label_row_id = ? AND undone = ? AND n < ? ORDER BY n DESC LIMIT 1", (label_row_id, LIVE, n)
        )
        row = found.fetchone()
        return _step(row) if row else None

    return History(older, undone=undone, last_n=last)


_STEP = "SELECT n, text, edits, inverse FROM steps"


def _step(row: tuple[int, str, bytes, bytes]) -> Step:
    return Step(row[0], row[1], load(row[2]), load(row[3]))


def _plain(edit: Edit) -> list[Any]:
    if isinstance(edit, Drop):
        return [edit.kind, edit.uuid]
    record = edit.record
    values = [getattr(record, name) for name in _FIELDS[type(record)]]
    if isinstance(record, Annotation):
        at = _GEOMETRY_AT
        values[at] = [str(record.geometry.kind), base64.b64encode(pack(record.geometry)).decode("ascii")]
    return [edit.kind, edit.uuid, values]


def _edit(row: list[Any]) -> Edit:
    if len(row) == 2:
        return Drop(row[0], row[1])
    record = _CLASSES[row[0]]
    values = row[2]
    if record is Annotation:
        kind, text = values[_GEOMETRY_AT]
        values[_GEOMETRY_AT] = unpack(kind, base64.b64decode(text))
    elif record is Answer:
        values[_VALUE_AT] = answer_value(values[_VALUE_AT])
    elif record is Classification:
        values[_RANGES_AT] = tuple((first, last) for first, last in values[_RANGES_AT])
    return Put(record(*values))


def answer_value(value: Any) -> Any:
    """JSON's list and whole number as the document keeps them."""
    if isinstance(value, list):
        return tuple(value)
    return value if isinstance(value, str) else float(value)


_GEOMETRY_AT = _FIELDS[Annotation].index("geometry")
_VALUE_AT = _FIELDS[Answer].index("value")
_RANGES_AT = _FIELDS[Classification].index("ranges")
assert set(_FIELDS) == {Instance, Annotation, Answer, Classification}


def check_readable(db: sqlite3.Connection) -> list[int]:
    """Ids of steps that cannot be read back."""
    bad = []
    for id_, edits, inverse in db.execute("SELECT id, edits, inverse FROM steps"):
        try:
            load(edits)
            load(inverse)
        except (ValueError, TypeError, KeyError, zlib.error):
            bad.append(id_)
    return bad
