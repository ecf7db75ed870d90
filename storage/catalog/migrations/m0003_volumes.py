"""Version 3: the files behind a DICOM series (or a pair of files) and where their frames lie. Frozen."""

from __future__ import annotations

import sqlite3

TABLES = """
CREATE TABLE volume_files (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    item_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    location TEXT DEFAULT 'local' NOT NULL,
    source TEXT DEFAULT '' NOT NULL,
    sha256 BLOB NOT NULL,
    size INTEGER DEFAULT 0 NOT NULL,
    mtime_ns INTEGER,
    UNIQUE (uuid),
    UNIQUE (item_id, position),
    FOREIGN KEY(item_id) REFERENCES items (id)
);

CREATE INDEX volume_files_sha256 ON volume_files (sha256);

CREATE TABLE volumes (
    sha256 BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (sha256)
);
"""


def migrate(db: sqlite3.Connection) -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
