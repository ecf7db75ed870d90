"""Which tasks of a project a text finds: by what the columns of the queue show, and by ids.

Every word must be found, each in any of these: the title of the file, the person who has the task, patient, modality, body
part, study date and description of a series, the id of the task or of its file. Words of three letters and more are found
anywhere, shorter ones begin a word. Rows are compared by SQLite, away from the interpreter's lock.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from storage.catalog.search import MAX_TEXT, Condition, parse_text
from storage.model import titles

#: The beginning of an id: fewer letters may be any word.
_ID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]+)*-?", re.IGNORECASE)

_OF_ITEMS = """SELECT t.id FROM ({}) h CROSS JOIN data_units u ON u.item_id = h.id
    CROSS JOIN label_rows l ON l.data_unit_id = u.id AND l.project_id = ?
    CROSS JOIN tasks t ON t.label_row_id = l.id AND t.hidden = 0"""
_OF_PEOPLE = """SELECT t.id FROM tasks t WHERE t.project_id = ? AND t.hidden = 0
    AND t.assignee_id IN (SELECT id FROM users WHERE ' ' || email || ' ' || name GLOB ?)"""
_OF_SERIES = "SELECT i.id FROM series s CROSS JOIN items i ON i.id = s.item_id WHERE {} GLOB ?".format(
    " || ' ' || ".join(
        ["''"]
        + [
            f"replace(coalesce(json_extract(i.facts, '$.{name}'), ''), '^', ' ')"
            for name in (
                "patient_name", "patient_id", "modality", "body_part", "series_description", "study_description", "study_date"
            )
        ]
    )
)  # fmt: skip


def finds(db: sqlite3.Connection, project_id: int, text: str) -> set[int] | None:
    """The ids of the tasks; None where the text narrows nothing."""
    long, short = titles.terms(text[:MAX_TEXT])
    found: set[int] | None = None
    for word in (*sorted(long, key=len, reverse=True), *short):  # the longest finds the fewest, as a rule
        if found is None or found:
            found = _hits(db, project_id, word, found, begins=word in short)
    return found


def _hits(db: sqlite3.Connection, project_id: int, word: str, among: set[int] | None, *, begins: bool) -> set[int]:
    titled = Condition()
    parse_text(word).in_title(titled)
    pattern = f"* {titles.glob(word)[1:]}" if begins else titles.glob(word)
    parts: list[tuple[str, list[Any]]] = [
        (_OF_ITEMS.format(f"SELECT i.id FROM items i WHERE {titled.sql}"), [*titled.params, project_id]),
        (_OF_ITEMS.format(_OF_SERIES), [pattern, project_id]),
        (_OF_PEOPLE, [project_id, pattern]),
    ]
    if _ID.fullmatch(word):
        digits = word.replace("-", "").lower()[:32]
        ends = [bytes.fromhex(digits.ljust(32, end)) for end in "0f"]
        parts.append(
            ("SELECT id FROM tasks t WHERE project_id = ? AND hidden = 0 AND uuid BETWEEN ? AND ?", [project_id, *ends])
        )
        parts.append((_OF_ITEMS.format("SELECT id FROM items WHERE uuid BETWEEN ? AND ?"), [*ends, project_id]))
    # One by one: sets of 300,000 met at once would hold the interpreter's lock for longer than a frame.
    return {id_ for sql, params in parts for (id_,) in db.execute(sql, params) if among is None or id_ in among}
