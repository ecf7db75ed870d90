"""Labels: the only mapper from edits to rows.

Label operations are not on the catalog's undo stack: their undo is the steps, which survive a restart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from storage.catalog import label_steps
from storage.catalog.label_rows import (
    COLUMNS,
    READERS,
    TABLES,
    annotation_row,
    answer_row,
    classification_row,
    ids_of,
    instance_row,
    load,
    marks,
)
from storage.catalog.label_steps import history
from storage.catalog.undo import stale
from storage.editing.edits import Edit, Put, difference
from storage.editing.session import StepChange
from storage.errors import NotFound, Refused
from storage.ids import new_uuid, uuid_blob, uuid_here, uuid_text
from storage.model.labels import (
    KIND_OF,
    Annotation,
    Answer,
    Instance,
    LabelDocument,
    Range,
    Record,
    RecordKind,
)
from storage.model.people import Action
from storage.model.workflow import TaskStatus

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

__all__ = ["history", "import_document", "load", "save_step"]

_PUT_ORDER: tuple[RecordKind, ...] = ("instance", "classification", "annotation", "answer")


def save_step(op: Operation, label_row_id: int, change: StepChange) -> None:
    """Make a step of an edit session durable: its rows, and the step itself.

    Undoing and redoing check first that the rows still are what the session shows, else `StaleUndo`: another process may
    have written meanwhile.
    """
    _begin(op, label_row_id)
    _require_open(op, label_row_id)
    if change.kind != "do":
        _check_shown(op, change)
    _apply(op, label_row_id, change.edits)
    if change.kind == "do":
        label_steps.write(op, label_row_id, change.step)
    else:
        label_steps.mark(op, label_row_id, change.step.n, undone=change.kind == "undo")
    _touched(op, label_row_id)


def import_document(op: Operation, label_row_id: int, document: LabelDocument, replace: bool) -> None:
    """Write a document from outside, instead of what is there or beside it. Where something was there before it is a step that
    the editor can undo, as what was done before it; a complete task refuses."""
    _begin(op, label_row_id)
    _require_open(op, label_row_id)
    present = load(op.db, label_row_id)
    records = _with_free_uuids(op, label_row_id, list(document.records()))
    if not replace:
        records = _with_free_numbers(records, present)
    made = LabelDocument()
    for record in (*(() if replace else present.records()), *records):
        made.put(record)
    edits = difference(present, made)
    if next(iter(present.records()), None) is not None:
        label_steps.add(op, label_row_id, op.text, edits, difference(made, present))
    _apply(op, label_row_id, edits)
    _touched(op, label_row_id)


# -- inside


def _begin(op: Operation, label_row_id: int) -> None:
    op.images.keep = False
    project = op.value("SELECT project_id FROM label_rows WHERE id = ?", label_row_id)
    if project is None:
        raise NotFound("These labels are not in the catalog any more.", remedy="Their project was deleted meanwhile.")
    op.require(Action.ANNOTATE, "projects", project)


def _require_open(op: Operation, label_row_id: int) -> None:
    if op.value("SELECT 1 FROM tasks WHERE label_row_id = ? AND status = ?", label_row_id, str(TaskStatus.COMPLETED)):
        raise Refused("The task is complete: its labels are only shown.", remedy="Reopen it to change them.")


def _touched(op: Operation, label_row_id: int) -> None:
    op.db.execute("UPDATE label_rows SET edited_at = ? WHERE id = ?", (op.now, label_row_id))
    op.touch(label_rows=label_row_id)


def _apply(op: Operation, row: int, edits: Iterable[Edit]) -> None:
    """Parents are put before children, and nothing goes before everything is put: an annotation may change its instance."""
    last = {(e.kind, e.uuid): e for e in edits}
    puts: dict[RecordKind, list[Any]] = {kind: [] for kind in _PUT_ORDER}
    drops: dict[RecordKind, list[str]] = {kind: [] for kind in _PUT_ORDER}
    for edit in last.values():
        if isinstance(edit, Put):
            puts[edit.kind].append(edit.record)
        else:
            drops[edit.kind].append(edit.uuid)
    for kind in _PUT_ORDER:
        if puts[kind]:
            _put(op, row, kind, puts[kind])
    for kind in reversed(_PUT_ORDER):
        if drops[kind]:
            _drop(op, kind, drops[kind])


def _put(op: Operation, row: int, kind: RecordKind, records: list[Any]) -> None:
    table, columns = TABLES[kind], COLUMNS[kind]
    rows = _rows(op, row, kind, records)
    known = ids_of(op.db, table, (r.uuid for r in records))
    new = [values for record, values in zip(records, rows, strict=True) if record.uuid not in known]
    old = [(known[r.uuid], *values[2:]) for r, values in zip(records, rows, strict=True) if r.uuid in known]
    if new:
        op.insert_many(table, columns, new)
    if old:
        op.update_each(table, columns[2:], old)
    if kind == "classification":
        for record in records:
            _put_ranges(op, record.uuid, record.ranges)


def _rows(op: Operation, row: int, kind: RecordKind, records: list[Any]) -> list[list[Any]]:
    match kind:
        case "instance":
            return [instance_row(r, row) for r in records]
        case "classification":
            return [classification_row(r, row) for r in records]
        case "annotation":
            parents = ids_of(op.db, "instances", (r.instance for r in records))
            return [annotation_row(r, row, _parent(parents, r.instance)) for r in records]
    instances = ids_of(op.db, "instances", (r.owner for r in records))
    others = ids_of(op.db, "classifications", (r.owner for r in records if r.owner not in instances))
    return [
        answer_row(r, row, instances.get(r.owner), None if r.owner in instances else _parent(others, r.owner)) for r in records
    ]


def _parent(known: dict[str, int], uuid: str) -> int:
    if uuid not in known:
        raise Refused(
            "The object that this belongs to was deleted meanwhile by somebody else.",
            remedy="Open the task again to see the labels as they are now.",
        )
    return known[uuid]


def _put_ranges(op: Operation, uuid: str, ranges: tuple[Range, ...]) -> None:
    owner = op.value("SELECT id FROM classifications WHERE uuid = ?", uuid_blob(uuid))
    present = op.all("SELECT first, last FROM ranges WHERE classification_id = ? ORDER BY id", owner)
    if tuple(present) == tuple(ranges):
        return
    op.db.execute("DELETE FROM ranges WHERE classification_id = ?", (owner,))
    op.db.executemany(
        "INSERT INTO ranges (classification_id, first, last) VALUES (?, ?, ?)", [(owner, first, last) for first, last in ranges]
    )
    op.log.said("classifications", uuid_blob(uuid), "ranges", [list(r) for r in ranges])


def _drop(op: Operation, kind: RecordKind, uuids: list[str]) -> None:
    ids = list(ids_of(op.db, TABLES[kind], uuids).values())
    if not ids:
        return
    if kind in ("instance", "classification"):  # what belongs to it goes with it, even if it came from elsewhere
        column = f"{kind}_id"
        for table in ("answers", "shapes") if kind == "instance" else ("answers",):
            found = [r[0] for i in ids for r in op.all(f"SELECT id FROM {table} WHERE {column} = ?", i)]
            if found:
                op.delete(table, found)
    if kind == "classification":
        op.db.executemany("DELETE FROM ranges WHERE classification_id = ?", [(i,) for i in ids])
    op.delete(TABLES[kind], ids)


def _check_shown(op: Operation, change: StepChange) -> None:
    """What the step left behind must be what the rows say."""
    shown = change.step.edits if change.kind == "undo" else change.step.inverse
    wanted: dict[tuple[RecordKind, str], Record | None] = {
        (e.kind, e.uuid): e.record if isinstance(e, Put) else None for e in shown
    }
    present: dict[tuple[RecordKind, str], Record] = {}
    for kind, read in READERS.items():
        uuids = [uuid_blob(u) for k, u in wanted if k == kind]
        for at in range(0, len(uuids), 500):
            some = uuids[at : at + 500]
            for record in read(op.db, f"t.uuid IN ({marks(some)})", some):
                present[kind, record.uuid] = record
    if any(present.get(key) != record for key, record in wanted.items()):
        raise stale(change.step.text)


# -- documents from outside


def _with_free_uuids(op: Operation, row: int, records: list[Record]) -> list[Record]:
    """Records whose uuids belong to another label row (a file exported from there) get new ones; objects such that the next file
    with them finds them."""
    taken: dict[str, str] = {}
    own, given = uuid_text(op.value("SELECT uuid FROM label_rows WHERE id = ?", row)), {r.uuid for r in records}
    for kind, table in TABLES.items():
        uuids = [uuid_blob(r.uuid) for r in records if KIND_OF[type(r)] == kind]
        for at in range(0, len(uuids), 500):
            some = uuids[at : at + 500]
            sql = f"SELECT uuid FROM {table} WHERE label_row_id <> ? AND uuid IN ({marks(some)})"
            for (found,) in op.all(sql, row, *some):
                here = uuid_here(own, uuid_text(found)) if kind == "instance" else new_uuid()
                taken[uuid_text(found)] = new_uuid() if here in given else here
    return [_renamed(r, taken) for r in records] if taken else records


def _renamed(record: Record, names: dict[str, str]) -> Record:
    uuid = names.get(record.uuid, record.uuid)
    match record:
        case Annotation():
            return replace(record, uuid=uuid, instance=names.get(record.instance, record.instance))
        case Answer():
            return replace(record, uuid=uuid, owner=names.get(record.owner, record.owner))
    return replace(record, uuid=uuid)


def _with_free_numbers(records: list[Record], present: LabelDocument) -> list[Record]:
    """New instances whose number is taken by one that is there get the next free ones."""
    taken = {(i.feature_hash, i.number) for i in present.instances.values()}
    result: list[Record] = []
    for record in records:
        if isinstance(record, Instance) and record.uuid not in present.instances:
            number = record.number
            while (record.feature_hash, number) in taken:
                number += 1
            taken.add((record.feature_hash, number))
            record = replace(record, number=number)
        result.append(record)
    return result
