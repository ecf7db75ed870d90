"""Records of a label document as rows of four tables, and back. Nothing here writes; `labels` does."""

from __future__ import annotations

import gc
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from storage.catalog.label_steps import answer_value
from storage.ids import uuid_blob, uuid_text
from storage.model.geometry import pack, unpack
from storage.model.labels import Annotation, Answer, Classification, Instance, LabelDocument, RecordKind

TABLES: dict[RecordKind, str] = {
    "instance": "instances",
    "annotation": "shapes",
    "answer": "answers",
    "classification": "classifications",
}

_AUTHORED = ("created_at", "created_by", "edited_at", "edited_by")

#: The columns that a record fills, `uuid` first. Parents are named by the id of their row.
COLUMNS: dict[RecordKind, tuple[str, ...]] = {
    "instance": ("uuid", "label_row_id", "hash8", "feature_hash", "number", "layer", *_AUTHORED),
    "annotation": tuple(
        "uuid label_row_id instance_id part frame pts kind geometry keyframe outside occluded confidence manual".split()
    )
    + _AUTHORED,
    "answer": tuple("uuid label_row_id instance_id classification_id attribute_hash value first last manual".split()),
    "classification": ("uuid", "label_row_id", "hash8", "feature_hash", "confidence", "manual", *_AUTHORED),
}


def instance_row(r: Instance, row: int) -> list[Any]:
    head = [uuid_blob(r.uuid), row, r.hash8, r.feature_hash, r.number, r.layer]
    return [*head, r.created_at, r.created_by, r.edited_at, r.edited_by]


def annotation_row(r: Annotation, row: int, instance_id: int) -> list[Any]:
    where = [uuid_blob(r.uuid), row, instance_id, r.part, r.frame, r.pts]
    what = [
        str(r.geometry.kind),
        pack(r.geometry),
        int(r.keyframe),
        int(r.outside),
        int(r.occluded),
        r.confidence,
        int(r.manual),
    ]
    return [*where, *what, r.created_at, r.created_by, r.edited_at, r.edited_by]


def classification_row(r: Classification, row: int) -> list[Any]:
    head = [uuid_blob(r.uuid), row, r.hash8, r.feature_hash, r.confidence, int(r.manual)]
    return [*head, r.created_at, r.created_by, r.edited_at, r.edited_by]


def answer_row(r: Answer, row: int, instance_id: int | None, classification_id: int | None) -> list[Any]:
    value = json.dumps(r.value, ensure_ascii=False, separators=(",", ":"))
    return [uuid_blob(r.uuid), row, instance_id, classification_id, r.attribute, value, r.first, r.last, int(r.manual)]


def load(db: sqlite3.Connection, label_row_id: int) -> LabelDocument:
    """The whole document of a label row, in the order in which its records were made: what was deleted and brought back lies where
    it lay. An unknown row: an empty one."""
    head = db.execute("SELECT uuid FROM label_rows WHERE id = ?", (label_row_id,)).fetchone()
    document = LabelDocument(uuid_text(head[0]) if head else "")
    with _without_collector():
        for read in (read_instances, read_annotations, read_classifications, read_answers):
            order = "t.id" if read is read_answers else "t.created_at, t.id"
            for record in read(db, f"t.label_row_id = ? ORDER BY {order}", (label_row_id,)):
                document.put(record)
    return document


@contextmanager
def _without_collector() -> Iterator[None]:
    """Hundreds of thousands of new tuples make the cyclic collector walk them all again and again: a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_instances(db: sqlite3.Connection, where: str, params: Sequence[Any]) -> Iterator[Instance]:
    sql = f"SELECT uuid, hash8, feature_hash, number, layer, {', '.join(_AUTHORED)} FROM instances t WHERE {where}"
    for row in db.execute(sql, params):
        yield Instance(uuid_text(row[0]), *row[1:])


def read_annotations(db: sqlite3.Connection, where: str, params: Sequence[Any]) -> Iterator[Annotation]:
    sql = (
        "SELECT t.uuid, i.uuid, t.kind, t.geometry, t.frame, t.part, t.pts, t.keyframe, t.outside, t.occluded, t.confidence,"
        " t.manual, t.created_at, t.created_by, t.edited_at, t.edited_by"
        f" FROM shapes t JOIN instances i ON i.id = t.instance_id WHERE {where}"
    )
    for uuid, instance, kind, blob, frame, part, pts, key, outside, occluded, sure, manual, *made in db.execute(sql, params):
        yield Annotation(
            uuid_text(uuid), uuid_text(instance), unpack(kind, blob), frame, part, pts, key == 1, outside == 1, occluded == 1,
            sure, manual == 1, *made,
        )  # fmt: skip


def read_classifications(db: sqlite3.Connection, where: str, params: Sequence[Any]) -> Iterator[Classification]:
    spans: dict[int, list[tuple[int, int]]] = {}
    sql = "SELECT r.classification_id, r.first, r.last FROM ranges r JOIN classifications t ON t.id = r.classification_id"
    for owner, first, last in db.execute(f"{sql} WHERE {where.split(' ORDER')[0]} ORDER BY r.id", params):
        spans.setdefault(owner, []).append((first, last))
    sql = (
        f"SELECT id, uuid, hash8, feature_hash, confidence, manual, {', '.join(_AUTHORED)} FROM classifications t WHERE {where}"
    )
    for id_, uuid, hash8, feature, sure, manual, *made in db.execute(sql, params):
        yield Classification(uuid_text(uuid), hash8, feature, tuple(spans.get(id_, ())), sure, manual == 1, *made)


def read_answers(db: sqlite3.Connection, where: str, params: Sequence[Any]) -> Iterator[Answer]:
    sql = (
        "SELECT t.uuid, coalesce(i.uuid, c.uuid), t.attribute_hash, t.value, t.first, t.last, t.manual FROM answers t"
        " LEFT JOIN instances i ON i.id = t.instance_id LEFT JOIN classifications c ON c.id = t.classification_id"
        f" WHERE {where}"
    )
    for uuid, owner, attribute, value, first, last, manual in db.execute(sql, params):
        yield Answer(uuid_text(uuid), uuid_text(owner), attribute, answer_value(json.loads(value)), first, last, manual == 1)


READERS: dict[RecordKind, Callable[[sqlite3.Connection, str, Sequence[Any]], Iterator[Any]]] = {
    "instance": read_instances,
    "annotation": read_annotations,
    "answer": read_answers,
    "classification": read_classifications,
}


def ids_of(db: sqlite3.Connection, table: str, uuids: Iterable[str]) -> dict[str, int]:
    """Which of these uuids have a row there."""
    wanted = list(dict.fromkeys(uuids))
    found: dict[str, int] = {}
    for at in range(0, len(wanted), 500):
        some = [uuid_blob(u) for u in wanted[at : at + 500]]
        for id_, uuid in db.execute(f'SELECT id, uuid FROM "{table}" WHERE uuid IN ({marks(some)})', some):
            found[uuid_text(uuid)] = id_
    return found


def marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
