"""The op log: what every operation says of what it did, in the transaction that did it.

One session is one run of the program; a log can only be extended by the run that began it. Ops are written by SQL from
the rows themselves, after the change: one op `*` with the whole row for a new one, one op a field for a change, one op
`alive` = false for a row that goes. Uuids and hashes are hex without dashes there, geometries base64 of `pack()`.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import zlib
from dataclasses import dataclass, field, replace

from storage.catalog.schema import MAYBE_LONG, TableInfo
from storage.clock import now_ms
from storage.ids import new_uuid, uuid_blob

LONG_VALUE = 4096  # characters; longer ones go to `blobs`


def hlc_of(ms: int) -> int:
    """A hybrid logical clock's reading: 48 bits of milliseconds, 16 bits of counter."""
    return ms << 16


def base64_text(blob: bytes | None) -> str | None:
    return None if blob is None else base64.b64encode(blob).decode("ascii")


@dataclass(frozen=True, slots=True)
class _State:
    """What a rollback must bring back."""

    session_id: int | None = None
    seq: int = 0
    hlc: int = 0
    seen: dict[str, int] = field(default_factory=dict)  # other sessions: uuid hex -> last seq known
    data_version: int = -1


class OpLog:
    """Belongs to the writing connection and its thread."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.session_uuid = new_uuid()
        self._state = _State()
        self._before = self._state
        self._deps: str | None = None
        self._user_id = 0
        self._group = 0
        db.create_function("base64_text", 1, base64_text, deterministic=True)

    # -- one transaction

    def begin(self, user_id: int) -> None:
        """Inside the transaction, before the work: take in what other processes have written meanwhile."""
        self._before = self._state
        self._user_id = user_id
        self._group = self._state.seq + 1
        self._deps = None
        version = int(self._db.execute("PRAGMA data_version").fetchone()[0])
        if version != self._state.data_version:
            self._look_around(version)
        self._state = replace(self._state, hlc=max(self._state.hlc + 1, hlc_of(now_ms())))

    def end(self, text: str) -> None:
        """After the work: one row that says in words what this group of ops was."""
        if self._state.seq >= self._group:
            self._db.execute(
                "INSERT INTO op_groups VALUES (?, ?, ?, ?, ?)",
                (self._state.session_id, self._group, now_ms(), self._user_id, text),
            )

    def rolled_back(self) -> None:
        self._state = self._before

    @property
    def hlc(self) -> int:
        return self._state.hlc

    @property
    def session_id(self) -> int:
        return self._state.session_id or 0

    @property
    def group(self) -> int:
        return self._group

    # -- entries

    def created(self, table: TableInfo, where: str, params: tuple[object, ...]) -> None:
        """One op for each row of `table` (called t) that the condition finds."""
        self._write(table, "*", table.row_json(), where, params)

    def created_range(self, table: TableInfo, ids: range, *, maybe_long: bool) -> None:
        """`created` for rows whose ids follow one another: their place gives their number, no sorting."""
        number = f"(t.id - {ids[0] - 1})"
        self._write(table, "*", table.row_json(), "t.id BETWEEN ? AND ?", (ids[0], ids[-1]), number, maybe_long)

    def changed(self, table: TableInfo, column: str, where: str, params: tuple[object, ...]) -> None:
        self._write(table, column, f"json_quote({table.json_of(column)})", where, params)

    def deleted(self, table: TableInfo, where: str, params: tuple[object, ...]) -> None:
        """Call it before the rows go."""
        self._write(table, "alive", "'false'", where, params)

    def said(self, kind: str, entity: bytes, field_name: str, after: object) -> None:
        """One op of which no single column is the value (the frame ranges of a classification)."""
        self._begin_session()
        text = json.dumps(after, separators=(",", ":"))
        before = self._db.execute(
            "SELECT session_id, seq FROM ops WHERE entity_uuid = ? AND field IN (?, '*') ORDER BY hlc DESC LIMIT 1",
            (entity, field_name),
        ).fetchone() or (None, None)
        first = self._state.seq
        self._db.execute(
            "INSERT INTO ops VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                *(self._state.session_id, first + 1, self._state.hlc + 1, self._user_id, self._group),
                *(entity, kind, field_name, text, *before),
            ),
        )
        self._advance(first, 1)
        self._put_long_values_away(first)

    def _write(
        self,
        table: TableInfo,
        field_name: str,
        after: str,
        where: str,
        params: tuple[object, ...],
        number: str = "row_number() OVER (ORDER BY t.id)",
        maybe_long: bool = True,
    ) -> None:
        self._begin_session()
        state = self._state
        if field_name == "*":
            before = "NULL, NULL"
        else:
            seen = (
                "(SELECT o.{} FROM ops o WHERE o.entity_uuid = t.uuid"
                f" AND o.field IN ('{field_name}', '*') ORDER BY o.hlc DESC LIMIT 1)"
            )
            before = f"{seen.format('session_id')}, {seen.format('seq')}"
        written = self._db.execute(
            f"INSERT INTO ops SELECT ?, ? + {number}, ? + {number}, ?, ?, t.uuid, '{table.name}', '{field_name}',"
            f' {after}, {before}, NULL FROM "{table.name}" t WHERE {where}',
            (state.session_id, state.seq, state.hlc, self._user_id, self._group, *params),
        ).rowcount
        self._advance(state.seq, written)
        if maybe_long and (field_name == "*" or field_name in MAYBE_LONG):
            self._put_long_values_away(state.seq)

    def _advance(self, before: int, written: int) -> None:
        if not written:
            return
        if self._deps is not None:
            self._db.execute(
                "UPDATE ops SET deps = ? WHERE session_id = ? AND seq = ?", (self._deps, self._state.session_id, before + 1)
            )
            self._deps = None
        self._state = replace(self._state, seq=before + written, hlc=self._state.hlc + written)

    def _put_long_values_away(self, after_seq: int) -> None:
        session = self._state.session_id
        long = self._db.execute(
            "SELECT seq, after FROM ops WHERE session_id = ? AND seq > ? AND length(after) > ?",
            (session, after_seq, LONG_VALUE),
        ).fetchall()
        if long:
            import hashlib
        for seq, value in long:
            data = value.encode() if isinstance(value, str) else value
            key = hashlib.sha256(data).digest()
            self._db.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?)", (key, zlib.compress(data, 1)))
            self._db.execute("UPDATE ops SET after = ? WHERE session_id = ? AND seq = ?", (key, session, seq))

    # -- what others did

    def _begin_session(self) -> None:
        """The first write of this run: its row, with everything it had seen."""
        if self._state.session_id is not None:
            return
        cursor = self._db.execute(
            "INSERT INTO sessions (uuid, user_id, started_at, parents) VALUES (?, ?, ?, ?)",
            (uuid_blob(self.session_uuid), self._user_id or None, now_ms(), json.dumps(self._state.seen)),
        )
        self._state = replace(self._state, session_id=int(cursor.lastrowid or 0))
        self._deps = None  # the session's row says it

    def _look_around(self, data_version: int) -> None:
        seen: dict[str, int] = {}
        latest = self._state.hlc
        rows = self._db.execute(
            "SELECT hex(s.uuid), o.seq, o.hlc FROM sessions s JOIN ops o ON o.session_id = s.id"
            " AND o.seq = (SELECT max(seq) FROM ops WHERE session_id = s.id) WHERE s.id IS NOT ?",
            (self._state.session_id,),
        )
        for uuid, seq, hlc in rows:
            seen[uuid.lower()] = seq
            latest = max(latest, hlc)
        new = {uuid: seq for uuid, seq in seen.items() if self._state.seen.get(uuid) != seq}
        self._deps = json.dumps(new) if new else None
        self._state = replace(self._state, seen=seen, hlc=latest, data_version=data_version)


def read_after(db: sqlite3.Connection, after: str | bytes | None) -> object:
    """The value of an op's `after`, fetched from `blobs` where it was long."""
    if after is None:
        return None
    if isinstance(after, bytes):
        row = db.execute("SELECT data FROM blobs WHERE sha256 = ?", (after,)).fetchone()
        if row is None:
            raise KeyError(after.hex())
        after = zlib.decompress(row[0]).decode()
    return json.loads(after)
