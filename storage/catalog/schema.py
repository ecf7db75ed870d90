"""What SQLite says of its own tables: columns and references, read once per connection.

The op log and before-images are written from this, so no operation needs code of its own for them.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

#: Follow from other fields (or from the op's clock), so the log does not repeat them.
DERIVED = frozenset({"sort_key", "edited_at", "edited_by", "hidden"})

#: Columns whose values may be long enough for `blobs`; others are never looked at for that.
MAYBE_LONG = frozenset({"facts", "metadata", "warnings", "structure", "workflow", "value", "description", "source", "geometry"})


@dataclass(frozen=True, slots=True)
class TableInfo:
    name: str
    columns: tuple[str, ...]
    types: dict[str, str]
    references: dict[str, str]  # column -> table whose `id` it holds

    @property
    def logged(self) -> bool:
        """Rows with a uuid have a life outside this process; the rest (ranges, steps) are details of another row."""
        return "uuid" in self.types

    def json_of(self, column: str) -> str:
        """SQL for one field as a JSON value. Integers of this process become uuids; doubles keep all their digits."""
        name = f't."{column}"'
        if column in self.references:
            target = self.references[column]
            return f'iif({name} IS NULL, NULL, (SELECT lower(hex(r.uuid)) FROM "{target}" r WHERE r.id = {name}))'
        if column == "geometry":
            return f"base64_text({name})"
        match self.types[column]:
            case "BLOB":
                return f"iif({name} IS NULL, NULL, lower(hex({name})))"
            case "FLOAT":
                return f"iif({name} IS NULL, NULL, json(printf('%!.17g', {name})))"
        return name

    def row_json(self) -> str:
        """SQL for the whole row as a JSON object: what an op of the field `*` says."""
        pairs = (f"'{c}', {self.json_of(c)}" for c in self.columns if c not in DERIVED and c not in ("id", "uuid"))
        return f"json_object({', '.join(pairs)})"


class Schema:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._tables: dict[str, TableInfo] = {}

    def table(self, name: str) -> TableInfo:
        found = self._tables.get(name)
        if found is None:
            found = self._tables[name] = self._read(name)
        return found

    def _read(self, name: str) -> TableInfo:
        types = {row[1]: row[2] for row in self._db.execute(f'PRAGMA table_info("{name}")')}
        if not types:
            raise KeyError(f"no table {name!r}")
        references = {row[3]: row[2] for row in self._db.execute(f'PRAGMA foreign_key_list("{name}")')}
        return TableInfo(name, tuple(types), types, references)
