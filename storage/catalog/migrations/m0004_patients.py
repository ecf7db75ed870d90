"""Version 4: series are found by patient, study, series and accession number. Frozen.

A table that follows `items.facts` by triggers: SQLite 3.40 takes no `json_extract` in an index where the schema is not trusted.
"""

from __future__ import annotations

import sqlite3

TABLES = """
CREATE TABLE series (
    item_id INTEGER NOT NULL,
    patient_id TEXT COLLATE "NOCASE",
    patient_name TEXT COLLATE "NOCASE",
    accession TEXT COLLATE "NOCASE",
    study_uid TEXT,
    series_uid TEXT,
    PRIMARY KEY (item_id)
);

CREATE INDEX series_patient ON series (patient_id);

CREATE INDEX series_patient_name ON series (patient_name);

CREATE INDEX series_accession ON series (accession);

CREATE INDEX series_study ON series (study_uid);

CREATE INDEX series_uid ON series (series_uid);
"""

_COLUMNS = ("patient_id", "patient_name", "accession", "study_uid", "series_uid")


def _facts(row: str) -> str:
    return ", ".join(f"json_extract({row}.facts, '$.{name}')" for name in _COLUMNS)


_TAKE = f"INSERT INTO series SELECT new.id, {_facts('new')}"
TRIGGERS = (
    f"CREATE TRIGGER series_added AFTER INSERT ON items WHEN new.kind = 'dicom_series' BEGIN {_TAKE}; END",
    "CREATE TRIGGER series_removed AFTER DELETE ON items WHEN old.kind = 'dicom_series'"
    " BEGIN DELETE FROM series WHERE item_id = old.id; END",
    "CREATE TRIGGER series_changed AFTER UPDATE OF facts ON items WHEN new.kind = 'dicom_series'"
    f" BEGIN DELETE FROM series WHERE item_id = old.id; {_TAKE}; END",
)


def migrate(db: sqlite3.Connection) -> None:
    for statement in (*TABLES.split(";\n"), *TRIGGERS):
        if statement.strip():
            db.execute(statement)
    db.execute(f"INSERT INTO series SELECT i.id, {_facts('i')} FROM items i WHERE i.kind = 'dicom_series'")
