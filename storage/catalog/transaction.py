"""`Operation`: what the function of one change to the catalog is given to work with.

There is no other way to write. Rows written through `insert`, `insert_many`, `update`, `update_each` and `delete` leave
their entries in the op log and their before-images for undo by themselves; nouns only say what to write, and `touch` what
screens should look at again. Reads inside an operation see its own writes.

Tables are named by their `tables.Table` or by its name. Values are what the column stores, except that a printed UUID is
accepted for `uuid` columns and dicts, lists and tuples for JSON columns. `uuid`, `created_at`, `created_by` and
`edited_at` are filled in where they are not given.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from storage.catalog.images import Deleted, Images, Inserted, Updated
from storage.catalog.oplog import LONG_VALUE, OpLog
from storage.catalog.schema import DERIVED, MAYBE_LONG, Schema, TableInfo
from storage.errors import NotAllowed
from storage.ids import new_uuid_blobs, uuid_blob
from storage.model.changes import Changes
from storage.model.people import Action, Role, User, can

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    TableLike = Table | str
else:
    TableLike = object

JSON_COLUMNS = frozenset({"facts", "metadata", "warnings", "structure", "workflow", "value"})

#: `id IN (SELECT value FROM json_each(?))` takes any number of ids as one parameter.
IN_IDS = "IN (SELECT value FROM json_each(?))"


def ids_json(ids: Iterable[int]) -> str:
    """Ids as the parameter of `IN_IDS`."""
    return json.dumps(list(ids), separators=(",", ":"))


def store(value: Any) -> Any:
    """A value as a column holds it: JSON for containers, 0 and 1 for truth."""
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return str(value)  # a StrEnum is bound as its value
    return value


class Operation:
    """One transaction on the writer thread. Never keep it."""

    def __init__(
        self, db: sqlite3.Connection, schema: Schema, log: OpLog, user: User, text: str, now: int, *, undoable: bool, sql: Any
    ) -> None:
        self.user = user
        self.text = text  # may be made more exact by the work: "Move 3 folders"
        self.now = now  # ms UTC
        self.db = db  # for reads, and for rows that are in no log (steps)
        self.log = log
        self.images = Images(keep=undoable)
        self.changes = Changes()
        self._schema = schema
        self._sql = sql

    @property
    def conn(self) -> Connection:
        """The same transaction as an SQLAlchemy connection, for reads. The first use imports SQLAlchemy (0.5 s)."""
        return self._sql()  # type: ignore[no-any-return]

    # -- reading

    def all(self, sql: str, *params: Any) -> list[Any]:
        return self.db.execute(sql, params).fetchall()

    def one(self, sql: str, *params: Any) -> Any:
        """The first row or None."""
        return self.db.execute(sql, params).fetchone()

    def value(self, sql: str, *params: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.db.execute(sql, params).fetchone()
        return row[0] if row else None

    # -- writing

    def insert(self, table: TableLike, values: Mapping[str, Any] | None = None, **more: Any) -> int:
        """One row; returns its id."""
        given = {**(values or {}), **more}
        info = self.schema_of(table)
        return self.insert_many(info.name, list(given), [[store(v) for v in given.values()]])[0]

    def insert_many(self, table: TableLike, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> range:
        """Rows as tuples in the order of `columns`; returns their ids, which follow one another. The fast way in.

        Containers are made JSON in JSON columns and printed uuids bytes in uuid columns; all else is bound as it is.
        """
        info = self.schema_of(table)
        prepare, names = self._preparer(info, columns)
        first = self._next_id(info.name)
        lengths = _Lengths(names)
        stored = (lengths.seen(prepare(row)) for row in rows)
        ids = range(first, first + _insert_rows(self.db, info.name, ("id", *names), first, stored))
        if ids:
            if info.logged:
                self.log.created_range(info, ids, maybe_long=lengths.any_long)
            self.images.add(Inserted(info.name, array("q", ids)))
        return ids

    def update(self, table: TableLike, ids: Iterable[int] | int, values: Mapping[str, Any] | None = None, **more: Any) -> int:
        """The same values for rows; those that have them already are left alone. Returns how many rows changed."""
        info = self.schema_of(table)
        given = {k: self._stored(k, v) for k, v in {**(values or {}), **more}.items()}
        wanted = ids_json([ids] if isinstance(ids, int) else ids)
        columns, new = tuple(given), tuple(given.values())
        differs = " OR ".join(f'"{c}" IS NOT ? COLLATE BINARY' for c in columns)
        names = ", ".join(f'"{c}"' for c in columns)
        before = self.db.execute(
            f'SELECT id, {names} FROM "{info.name}" WHERE id {IN_IDS} AND ({differs})', (wanted, *new)
        ).fetchall()
        groups: dict[Any, array[int]] = {}
        for row in before:
            groups.setdefault((row[1:], new), array("q")).append(row[0])
        self._write_groups(info, columns, groups)
        return len(before)

    def update_each(self, table: TableLike, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Values of their own for each row: tuples of the id and the new values. Returns how many rows changed."""
        info = self.schema_of(table)
        columns = tuple(columns)
        names = ", ".join(f'"{c}"' for c in columns)
        groups: dict[Any, array[int]] = {}
        for id_, *values in rows:
            new = tuple(self._stored(c, v) for c, v in zip(columns, values, strict=True))
            old = self.one(f'SELECT {names} FROM "{info.name}" WHERE id = ?', id_)
            if old is not None and old != new:
                groups.setdefault((old, new), array("q")).append(id_)
        self._write_groups(info, columns, groups)
        return sum(map(len, groups.values()))

    def delete(self, table: TableLike, ids: Iterable[int] | int) -> int:
        """Rows go, with their before-images and ops. What refers to them must go first. Returns how many there were."""
        info = self.schema_of(table)
        wanted = ids_json([ids] if isinstance(ids, int) else ids)
        names = ", ".join(f'"{c}"' for c in info.columns)
        if self.images.keep:
            rows = self.db.execute(f'SELECT {names} FROM "{info.name}" WHERE id {IN_IDS}', (wanted,)).fetchall()
            self.images.add(Deleted(info.name, info.columns, rows))
        if info.logged:
            self.log.deleted(info, f"t.id {IN_IDS}", (wanted,))
        return self.db.execute(f'DELETE FROM "{info.name}" WHERE id {IN_IDS}', (wanted,)).rowcount

    def put_back(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Rows that were deleted, with the ids they had: for undo."""
        info = self.schema_of(table)
        at = columns.index("id")
        rest = [c for c in columns if c != "id"]
        for row in rows:
            _insert_rows(self.db, table, ["id", *rest], row[at], [[*row[:at], *row[at + 1 :]]])
        ids = array("q", (row[at] for row in rows))
        if info.logged:
            self.log.created(info, f"t.id {IN_IDS}", (ids_json(ids),))
        self.images.add(Inserted(table, ids))

    # -- what screens should look at again

    def touch(self, **kinds: Iterable[int] | int) -> None:
        """`op.touch(folders=[1], items=ids)`: the names are the fields of `Changes`; they add up."""
        more: dict[str, Any] = {k: frozenset([v]) if isinstance(v, int) else frozenset(v) for k, v in kinds.items()}
        self.changes = self.changes | Changes(**more, origin=self.changes.origin)

    # -- permission

    def require(self, action: Action, kind: str = "", entity_id: int | None = None) -> None:
        """Raises `NotAllowed` unless the user's role on it permits the action; organisation admins may all.

        `kind`: folders, items, datasets, ontologies or projects. Rights on a folder hold for what lies in it.
        Without an entity only organisation admins pass, except that everybody may begin things of their own.
        """
        if self.user.is_admin or (entity_id is None and action is Action.EDIT):
            return
        if entity_id is not None and any(can(role, action) for role in self._roles(kind, entity_id)):
            return
        raise NotAllowed(
            f"{self.user.name or self.user.email} may not do this: {self.text or action.value}.",
            remedy="Ask an admin of it for the role that permits it.",
        )

    def _roles(self, kind: str, entity_id: int) -> list[Role]:
        if kind == "items":
            kind, entity_id = "folders", self.value("SELECT folder_id FROM items WHERE id = ?", entity_id)
        places = [entity_id]
        if kind == "folders":
            places = [row[0] for row in self.all(_ANCESTORS, entity_id)]
        rows = self.all(
            f"SELECT role FROM members WHERE kind = ? AND user_id = ? AND entity_id {IN_IDS}",
            kind,
            self.user.id,
            ids_json(places),
        )
        return [Role(row[0]) for row in rows]

    # -- inside

    def schema_of(self, table: TableLike) -> TableInfo:
        return self._schema.table(getattr(table, "name", table))  # type: ignore[arg-type]

    def _next_id(self, table: str) -> int:
        known = self.value("SELECT seq FROM sqlite_sequence WHERE name = ?", table)
        if known is None:
            known = self.value(f'SELECT max(id) FROM "{table}"')
        return int(known or 0) + 1

    def _stored(self, column: str, value: Any) -> Any:
        if isinstance(value, str) and _is_uuid(column):
            return uuid_blob(value)
        return store(value)

    def _missing(self, info: TableInfo, columns: Sequence[str]) -> dict[str, Any]:
        """Columns that are filled in, with their values; the uuid is made for each row."""
        given: dict[str, Any] = {
            "uuid": None,
            "created_at": self.now,
            "created_by": self.user.id or None,
            "edited_at": self.now,
        }
        if info.types.get("created_by") == "TEXT":  # label tables: an e-mail
            given["created_by"] = self.user.email
        return {c: v for c, v in given.items() if c in info.types and c not in columns}

    def _preparer(self, info: TableInfo, columns: Sequence[str]) -> tuple[Callable[[Sequence[Any]], list[Any]], list[str]]:
        """How a given row becomes a stored one, and the stored row's columns."""
        missing = self._missing(info, columns)
        more = list(missing.values())
        uuids = [n for n, c in enumerate(columns) if _is_uuid(c)]
        json_columns = [n for n, c in enumerate(columns) if c in JSON_COLUMNS]
        make_uuid = len(columns) if "uuid" in missing else None
        fresh = _fresh_uuids()

        def prepare(row: Sequence[Any]) -> list[Any]:
            stored = [*row, *more]
            for n in uuids:
                if isinstance(stored[n], str):
                    stored[n] = uuid_blob(stored[n])
            for n in json_columns:
                if not isinstance(stored[n], str):
                    stored[n] = store(stored[n])
            if make_uuid is not None:
                stored[make_uuid] = next(fresh)
            return stored

        return prepare, [*columns, *missing]

    def _write_groups(self, info: TableInfo, columns: tuple[str, ...], groups: dict[Any, array[int]]) -> None:
        if not groups:
            return
        stamp = ', "edited_at" = ?' if "edited_at" in info.types and "edited_at" not in columns else ""
        for (old, new), ids in groups.items():
            changed = [(c, n) for c, o, n in zip(columns, old, new, strict=True) if o != n or type(o) is not type(n)]
            sets = ", ".join(f'"{c}" = ?' for c, _ in changed)
            wanted = ids_json(ids)
            values = (*(n for _, n in changed), *((self.now,) if stamp else ()))
            self.db.execute(f'UPDATE "{info.name}" SET {sets}{stamp} WHERE id {IN_IDS}', (*values, wanted))
            if info.logged:
                for column, _ in changed:
                    if column not in DERIVED:
                        self.log.changed(info, column, f"t.id {IN_IDS}", (wanted,))
        self.images.add(Updated(info.name, columns, groups))

    def finish(self, origin: object) -> Changes:
        return replace(self.changes, text=self.text, origin=origin)


_ANCESTORS = """
WITH RECURSIVE up(id, parent_id) AS (
    SELECT id, parent_id FROM folders WHERE id = ?
    UNION SELECT f.id, f.parent_id FROM folders f JOIN up ON f.id = up.parent_id
) SELECT id FROM up
"""


def _is_uuid(column: str) -> bool:
    return column == "uuid" or column.endswith("_uuid")


class _Lengths:
    """Notices rows whose ops may be too long to stand in the log."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._where = [n for n, c in enumerate(columns) if c in MAYBE_LONG]
        self.any_long = False

    def seen(self, row: list[Any]) -> list[Any]:
        if not self.any_long:
            length = 0
            for n in self._where:
                if isinstance(row[n], (str, bytes)):
                    length += len(row[n])
            self.any_long = length > LONG_VALUE // 3  # base64 and escapes make it longer
        return row


def _fresh_uuids() -> Iterator[bytes]:
    size = 1
    while True:
        yield from new_uuid_blobs(size)
        size = 256  # few rows are wanted one by one, many in bulk


def _insert_rows(db: sqlite3.Connection, table: str, columns: Sequence[str], first: int, rows: Iterable[list[Any]]) -> int:
    """Many rows a statement: the full-text index writes itself out at every statement that fires a trigger.

    [measured, two FTS tables] 31 us a row with one row a statement, 4 us with 200.
    """
    names = ", ".join(f'"{c}"' for c in columns)
    marks = f"({', '.join('?' * len(columns))})"
    most = min(200, 30_000 // len(columns))
    source = iter(rows)
    done = 0
    while chunk := list(islice(source, most)):
        values: list[Any] = []
        for id_, row in enumerate(chunk, start=first + done):
            if len(row) != len(columns) - 1:
                raise ValueError(f"{table}: {len(columns) - 1} columns, {len(row)} values")
            values.append(id_)
            values += row
        db.execute(f'INSERT INTO "{table}" ({names}) VALUES {", ".join([marks] * len(chunk))}', values)
        done += len(chunk)
    return done
