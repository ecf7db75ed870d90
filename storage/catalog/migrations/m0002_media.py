"""Version 2: which pictures an image group or sequence is made of; the frames of videos. Frozen."""

from __future__ import annotations

import sqlite3

TABLES = """
CREATE TABLE item_members (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    item_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    member_item_id INTEGER NOT NULL,
    UNIQUE (item_id, position),
    UNIQUE (uuid),
    FOREIGN KEY(item_id) REFERENCES items (id),
    FOREIGN KEY(member_item_id) REFERENCES items (id)
);

CREATE INDEX item_members_member ON item_members (member_item_id);

CREATE TABLE frame_tables (
    sha256 BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (sha256)
);
"""


def migrate(db: sqlite3.Connection) -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
