"""An `ItemQuery` as SQL. User text only ever travels as a parameter: no character of it has a meaning here.

Text (`storage.model.titles`): every word must be found. Words of three letters and more are looked up by their trigrams
and then compared; shorter ones must begin a word of the title. The sort key is the order in which people count.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from storage.catalog.folders import subtree
from storage.catalog.people import visible_folders
from storage.errors import Refused
from storage.model import titles
from storage.model.people import User
from storage.model.query import ItemQuery, MetadataTest, SortBy

#: Index and ORDER BY terms of each order, ties by age. Equal sort keys of different folders: by folder first.
INDEX = {
    SortBy.TITLE: "items_title",
    SortBy.KIND: "items_kind",
    SortBy.SIZE: "items_size",
    SortBy.CREATED: "items_created",
    SortBy.DIMENSIONS: "items_pixels",
    SortBy.DURATION: "items_duration",
}
TERM = {
    SortBy.TITLE: "i.sort_key",
    SortBy.KIND: "i.kind",
    SortBy.SIZE: "i.size",
    SortBy.CREATED: "i.created_at",
    SortBy.DIMENSIONS: "i.width * i.height",
    SortBy.DURATION: "i.duration",
}

LABELLED = """EXISTS (
    SELECT 1 FROM data_units u JOIN label_rows l ON l.data_unit_id = u.id
    WHERE u.item_id = i.id AND u.removed_at IS NULL AND (
        EXISTS (SELECT 1 FROM instances n WHERE n.label_row_id = l.id)
        OR EXISTS (SELECT 1 FROM classifications c WHERE c.label_row_id = l.id)))"""

#: The same from the labels' side: quick where few items have any.
_LABELLED_IDS = """SELECT u.item_id FROM label_rows l JOIN data_units u ON u.id = l.data_unit_id
    WHERE u.removed_at IS NULL AND l.id IN (SELECT label_row_id FROM instances UNION SELECT label_row_id FROM classifications)"""

MAX_TEXT = 1000
_MAX_WORD = 300
_MAX_TRIGRAMS = 40
_SHORTEST = 3  # letters of the beginning of a number or a name of series that is looked for


def order_by(query: ItemQuery) -> str:
    way = " DESC" if query.descending else ""
    middle = f", i.folder_id{way}" if query.sort is SortBy.TITLE else ""
    return f"ORDER BY {TERM[query.sort]}{way}{middle}, i.id{way}"


@dataclass(slots=True)
class Condition:
    """`sql` is a conjunction over `items i`."""

    parts: list[str] = field(default_factory=list)
    params: list[Any] = field(default_factory=list)

    def add(self, sql: str, *params: Any) -> None:
        self.parts.append(sql)
        self.params.extend(params)

    @property
    def sql(self) -> str:
        return " AND ".join(self.parts) or "1"


@dataclass(frozen=True, slots=True)
class Text:
    """What was typed, as the two search indexes want it; empty strings where nothing is asked of one."""

    trigrams: str = ""
    words: str = ""
    long: tuple[str, ...] = ()
    text: str = ""
    hopeless: bool = False  # a word that is longer than any title

    def __bool__(self) -> bool:
        return bool(self.trigrams or self.words or self.hopeless)

    def hits(self) -> tuple[str, list[str]]:
        """SQL for the rowids that may match, by the sharper of the two indexes, and its parameters.

        Never both in one statement: SQLite would ask the one index anew for every row of the other.
        """
        if self.trigrams:
            return "SELECT rowid FROM items_fts WHERE items_fts MATCH ?", [self.trigrams]
        return "SELECT rowid FROM items_words WHERE items_words MATCH ?", [self.words]

    def verify(self, condition: Condition) -> None:
        """What `hits` left open: trigrams say that the pieces are there, not that they are together."""
        for word in self.long:
            if len(word) == 3 and word.isascii():
                continue  # one trigram: the index has said it all, and the titles need not be read
            condition.add("i.title GLOB ?", titles.glob(word))
        if self.trigrams and self.words:
            condition.add("i.id IN (SELECT rowid FROM items_words WHERE items_words MATCH ?)", self.words)
        if self.hopeless:
            condition.add("0")

    def in_title(self, condition: Condition) -> None:
        """Both: for statements that run over all hits."""
        if self.trigrams or self.words:
            sql, params = self.hits()
            condition.add(f"i.id IN ({sql})", *params)
        self.verify(condition)


def narrow(db: sqlite3.Connection, text: Text, condition: Condition) -> None:
    """What the text asks, for statements that run over all hits: titles, and series that it names in other ways."""
    titled = Condition()
    text.in_title(titled)
    series = identified(text.text)
    if series is not None and names_series(db, text.text):
        condition.add(f"(({titled.sql}) OR i.id IN ({series[0]}))", *titled.params, *series[1])
    elif titled.parts:
        condition.add(titled.sql, *titled.params)


def parse_text(text: str) -> Text:
    text = text[:MAX_TEXT].encode("utf-8", "ignore").decode()
    long, short = titles.terms(text)
    trigrams = dict.fromkeys(word[i : i + 3] for word in long for i in range(len(word) - 2))
    return Text(
        " ".join(map(_quoted, list(trigrams)[:_MAX_TRIGRAMS])),
        " ".join(f"{_quoted(word)} *" for word in short[:_MAX_TRIGRAMS]),
        tuple(word for word in long if len(word) <= _MAX_WORD),
        text,
        any(len(word) > _MAX_WORD for word in long),
    )


def _quoted(term: str) -> str:
    """A string of FTS5's query language."""
    return '"' + term.replace('"', '""') + '"'


def folder_scope(db: sqlite3.Connection, viewer: User, query: ItemQuery) -> list[int] | None:
    """Folders whose items may be listed; None: all."""
    seen = visible_folders(db, viewer)
    if query.folder_id is None:
        return None if seen is None else sorted(seen)
    if query.trashed or not query.recursive:
        ids = [query.folder_id]
    else:
        ids = subtree(db, [query.folder_id])
    return ids if seen is None else [i for i in ids if i in seen]


def filters(query: ItemQuery, folder_ids: list[int] | None, *, one_by_one: bool = False) -> Condition:
    """Everything but the text. `one_by_one`: for some known items, each looked at alone; else for all there are."""
    found = Condition()
    # The trash has an index of its own by group; naming the group lets SQLite use it.
    found.add("i.trashed_at IS NOT NULL AND i.trash_group IS NOT NULL" if query.trashed else "i.trashed_at IS NULL")
    if folder_ids is not None and len(folder_ids) == 1:
        found.add("i.folder_id = ?", folder_ids[0])
    elif folder_ids is not None:
        found.add("i.folder_id IN (SELECT value FROM json_each(?))", json.dumps(folder_ids))
    if query.kinds:
        found.add(f"i.kind IN ({_marks(query.kinds)})", *sorted(map(str, query.kinds)))
    if query.locations:
        found.add(f"i.location IN ({_marks(query.locations)})", *sorted(map(str, query.locations)))
    if query.dataset_id is not None:
        members = "SELECT u.item_id FROM data_units u WHERE u.dataset_id = ? AND u.removed_at IS NULL"
        found.add(f"EXISTS ({members} AND u.item_id = i.id)" if one_by_one else f"i.id IN ({members})", query.dataset_id)
    if query.labelled is not None:
        found.add(f"{'' if query.labelled else 'NOT '}{LABELLED if one_by_one else f'i.id IN ({_LABELLED_IDS})'}")
    for test in query.metadata:
        _add_metadata_test(found, test)
    return found


def narrows(query: ItemQuery) -> bool:
    """Whether anything but folder and text is asked."""
    return bool(query.kinds or query.locations or query.metadata or query.labelled is not None or query.dataset_id is not None)


_COMPARE = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def _add_metadata_test(found: Condition, test: MetadataTest) -> None:
    """Keys of the first level. A number is compared with numbers only, a text with texts, yes and no with yes and no."""
    has = "EXISTS (SELECT 1 FROM json_each(i.metadata) j WHERE j.key = ?"
    value = test.value
    if test.op == "exists":
        found.add(f"{'NOT ' if value is False else ''}{has})", test.key)
    elif test.op == "contains":
        found.add(
            f"{has} AND ((j.type = 'text' AND instr(lower(j.value), lower(?)) > 0) OR (j.type = 'array' AND "
            "EXISTS (SELECT 1 FROM json_each(j.value) v WHERE v.value = ?))))",
            *(test.key, str(value), value),
        )
    elif test.op == "!=":
        kind, params = _typed("=", value)
        found.add(f"NOT {has} AND {kind})", test.key, *params)
    elif test.op in _COMPARE:
        kind, params = _typed(_COMPARE[test.op], value)
        found.add(f"{has} AND {kind})", test.key, *params)
    else:
        raise Refused(f"“{test.op}” is not a comparison of metadata.", remedy="Use = != < <= > >= contains or exists.")


def _typed(compare: str, value: Any) -> tuple[str, list[Any]]:
    if value is None:
        return "j.type = 'null'", []
    if isinstance(value, bool):
        return f"j.type IN ('true', 'false') AND j.value {compare} ?", [int(value)]
    if isinstance(value, (int, float)):
        fits = value if isinstance(value, float) or -(2**63) <= value < 2**63 else float(value)
        return f"j.type IN ('integer', 'real') AND j.value {compare} ?", [fits]
    return f"j.type = 'text' AND j.value {compare} ?", [str(value)]


def _marks(values: frozenset[Any]) -> str:
    return ", ".join("?" * len(values))


# -- series by what their files say of them ------------------------------------------------------------------------


def identified(text: str) -> tuple[str, list[str]] | None:
    """SQL for the ids of series that a text names, and its parameters: a Patient ID, a name or an accession number from its
    beginning, or a whole UID. None where the text is too short to name anything."""
    text = " ".join(text.split())
    if len(text) < _SHORTEST or "\0" in text:
        return None
    named = text.replace(" ", "^")  # DOE JOHN: as DICOM has it
    parts = [("patient_id", text), ("patient_name", named), ("accession", text)]
    sql = [f"SELECT item_id AS id FROM series WHERE {column} >= ? AND {column} < ?" for column, _ in parts]
    params = [end for _, start in parts for end in (start, start + chr(0x10FFFF))]
    sql += [f"SELECT item_id FROM series WHERE {column} = ?" for column in ("study_uid", "series_uid")]
    return " UNION ".join(sql), [*params, text, text]


def names_series(db: sqlite3.Connection, text: str) -> bool:
    found = identified(text)
    return found is not None and db.execute(f"SELECT 1 FROM ({found[0]}) LIMIT 1", found[1]).fetchone() is not None
