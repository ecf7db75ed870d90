"""Catalog undo: for the run of the program, from before-images.

Undoing is a new operation that writes the replaced values back, and only where what is shown is still what the operation
wrote. Its own before-images make the redo. When one declines, the stack is cleared: what lies below was seen through it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.catalog.images import Deleted, Image, Inserted, Updated, weight
from storage.errors import Refused, StaleUndo
from storage.model.changes import Changes

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

KEEP = 200
BUDGET = 256 * 1024 * 1024  # bytes; the newest operation is kept whatever it weighs
#: What gives an operation its name, the first of them that it made or deleted.
_NAMED = ("trash", "projects", "datasets", "ontologies", "folders", "items")
_IDS = "IN (SELECT value FROM json_each(?))"
#: What goes with them.
_HOLDERS = {
    "projects": f"SELECT count(*) FROM tasks WHERE project_id {_IDS}",
    "datasets": f"SELECT count(*) FROM data_units WHERE removed_at IS NULL AND dataset_id {_IDS}",
}


@dataclass(frozen=True, slots=True)
class Entry:
    text: str
    images: list[Image]
    changes: Changes
    hlc: int  # the clock when it ended
    group: int
    place: str = ""  # where in the window it was done


@dataclass(frozen=True, slots=True)
class Replay:
    """What the next undo or redo is about, so that it can be named, and asked about."""

    text: str
    name: str  # of the one thing that was made or deleted; "" where it was several, or an edit
    place: str
    tasks: int  # of projects that go
    files: int  # of datasets that go

    @property
    def what(self) -> str:
        return _named(self.text, self.name)


class UndoStack:
    """Changed on the writer thread only; the texts may be read anywhere."""

    def __init__(self) -> None:
        self._done: list[Entry] = []
        self._undone: list[Entry] = []
        #: Groups of ops: operations undone and their undoing, which cancel out, and those that are looked through.
        self._neutral: set[int] = set()
        self._lock = threading.Lock()

    @property
    def undo_text(self) -> str:
        with self._lock:
            return self._done[-1].text if self._done else ""

    @property
    def redo_text(self) -> str:
        with self._lock:
            return self._undone[-1].text if self._undone else ""

    def did(self, entry: Entry) -> None:
        with self._lock:
            self._done.append(entry)
            self._undone.clear()
            self._forget_oldest()

    def clear(self) -> None:
        with self._lock:
            self._done.clear()
            self._undone.clear()
            self._neutral.clear()

    def _forget_oldest(self) -> None:
        del self._done[:-KEEP]
        total = sum(weight(e.images) for e in self._done)
        while total > BUDGET and len(self._done) > 1:
            total -= weight(self._done.pop(0).images)

    def look_through(self, group: int) -> None:
        """What the program found out or did by itself is nobody's change: what it was done to can be undone all the same."""
        with self._lock:
            self._neutral.add(group)

    def newest(self, *, redo: bool) -> Entry:
        with self._lock:
            stack = self._undone if redo else self._done
            if not stack:
                raise Refused(f"There is nothing to {'redo' if redo else 'undo'}.")
            return stack[-1]

    def foresee(self, db: sqlite3.Connection, *, redo: bool) -> Replay | None:
        with self._lock:
            stack = self._undone if redo else self._done
            entry = stack[-1] if stack else None
        if entry is None:
            return None
        counts = dict.fromkeys(_HOLDERS, 0)
        for image in entry.images:
            if isinstance(image, Inserted) and image.table in _HOLDERS:
                wanted = json.dumps(list(image.ids))
                counts[image.table] += db.execute(_HOLDERS[image.table], (wanted,)).fetchone()[0]
        return Replay(entry.text, _name_of(db, entry.text, entry.images), entry.place, counts["projects"], counts["datasets"])

    def replayed(self, entry: Entry, made: Entry, *, redo: bool) -> None:
        """`made` is what turned `entry` back; it goes on the other stack."""
        with self._lock:
            (self._undone if redo else self._done).pop()
            (self._done if redo else self._undone).append(made)
            self._neutral |= {entry.group, made.group}

    def write_back(self, op: Operation, entry: Entry) -> None:
        """The work of an undo or redo, inside its operation."""
        try:
            for image in reversed(entry.images):
                match image:
                    case Updated():
                        self._put_values_back(op, image, entry)
                    case Inserted():
                        self._take_rows_away(op, image, entry)
                    case Deleted():
                        op.put_back(image.table, image.columns, image.rows)
        except sqlite3.IntegrityError as error:  # something refers to the row by now, or has taken its place
            raise stale(entry.text) from error
        op.changes = entry.changes

    def _put_values_back(self, op: Operation, image: Updated, entry: Entry) -> None:
        from storage.catalog.transaction import IN_IDS, ids_json

        same = " AND ".join(f'"{c}" IS ? COLLATE BINARY' for c in image.columns)
        for (_old, new), ids in image.groups.items():
            sql = f'SELECT count(*) FROM "{image.table}" WHERE id {IN_IDS} AND {same}'
            if op.value(sql, ids_json(ids), *new) != len(ids):
                raise stale(entry.text)
        for (old, _new), ids in image.groups.items():
            op.update(image.table, ids, dict(zip(image.columns, old, strict=True)))

    def _take_rows_away(self, op: Operation, image: Inserted, entry: Entry) -> None:
        from storage.catalog.transaction import IN_IDS, ids_json

        wanted = ids_json(image.ids)
        if op.value(f'SELECT count(*) FROM "{image.table}" WHERE id {IN_IDS}', wanted) != len(image.ids):
            raise stale(entry.text)
        sql = f'SELECT DISTINCT o.session_id, o.op_group FROM "{image.table}" t JOIN ops o ON o.entity_uuid = t.uuid'
        if op.schema_of(image.table).logged:
            for session, group in op.all(f"{sql} WHERE t.id {IN_IDS} AND o.hlc > ?", wanted, entry.hlc):
                if session != op.log.session_id or (group not in self._neutral and group != op.log.group):
                    raise stale(entry.text)
        op.delete(image.table, image.ids)


def words_of(op: Operation, replay: tuple[Entry, bool] | None) -> str:
    """What the log says of an operation: to what it was done, and whether it only turned another back."""
    said = _named(op.text, _name_of(op.db, op.text, op.images.images))
    return said if replay is None else f"{'Redone' if replay[1] else 'Undone'}: {said}"


def _named(text: str, name: str) -> str:
    return f"{text} “{name}”" if name else text


def _name_of(db: sqlite3.Connection, text: str, images: list[Image]) -> str:
    """Of the one thing that was made or deleted; "" where it was several, or an edit, or the text has a name already."""
    if "“" in text:
        return ""
    for table in _NAMED:
        names: list[str | None] = []
        for image in images:
            if image.table != table:
                continue
            if isinstance(image, Inserted):
                sql = f'SELECT title FROM "{table}" WHERE id = ?'
                names += [next(iter(db.execute(sql, (id_,)).fetchone() or [None])) for id_ in image.ids[:2]]
            elif isinstance(image, Deleted):
                names += [row[image.columns.index("title")] for row in image.rows[:2]]
        if names:
            return (names[0] or "") if len(names) == 1 else ""
    return ""


def stale(text: str) -> StaleUndo:
    return StaleUndo(
        f"“{text}” cannot be undone: what it made has been changed since.",
        remedy="The newer change is kept. Change it back by hand.",
    )
