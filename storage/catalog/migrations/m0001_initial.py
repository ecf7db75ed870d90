"""Version 1: the first schema. Frozen: later changes are later migrations."""

from __future__ import annotations

import sqlite3

TABLES = """
CREATE TABLE blobs (
    sha256 BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (sha256)
);

CREATE TABLE meta (
    "key" TEXT NOT NULL,
    value TEXT,
    PRIMARY KEY ("key")
);

CREATE TABLE op_groups (
    session_id INTEGER NOT NULL,
    op_group INTEGER NOT NULL,
    at INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (session_id, op_group)
)
 WITHOUT ROWID;

CREATE TABLE ops (
    session_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hlc INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    op_group INTEGER NOT NULL,
    entity_uuid BLOB NOT NULL,
    kind TEXT NOT NULL,
    field TEXT NOT NULL,
    "after" BLOB,
    before_session INTEGER,
    before_seq INTEGER,
    deps TEXT,
    PRIMARY KEY (session_id, seq)
)
 WITHOUT ROWID;

CREATE INDEX ops_entity ON ops (entity_uuid, field);

CREATE TABLE users (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    email TEXT COLLATE "NOCASE" NOT NULL,
    role TEXT DEFAULT 'member' NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (uuid),
    UNIQUE (email)
);

CREATE TABLE members (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    kind TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    UNIQUE (kind, entity_id, user_id),
    UNIQUE (uuid),
    FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE ontologies (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    title TEXT COLLATE "NOCASE" NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    structure TEXT DEFAULT '{}' NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER,
    edited_at INTEGER NOT NULL,
    UNIQUE (uuid),
    FOREIGN KEY(created_by) REFERENCES users (id)
);

CREATE TABLE sessions (
    id INTEGER NOT NULL,
    uuid BLOB NOT NULL,
    user_id INTEGER,
    started_at INTEGER NOT NULL,
    parents TEXT DEFAULT '{}' NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (uuid),
    FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE trash (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    was_in TEXT DEFAULT '' NOT NULL,
    trashed_at INTEGER NOT NULL,
    trashed_by INTEGER,
    UNIQUE (uuid),
    FOREIGN KEY(trashed_by) REFERENCES users (id)
);

CREATE TABLE folders (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    parent_id INTEGER,
    title TEXT COLLATE "NOCASE" NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT 'plain' NOT NULL,
    metadata TEXT DEFAULT '{}' NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER,
    edited_at INTEGER NOT NULL,
    trashed_at INTEGER,
    trash_group INTEGER,
    UNIQUE (uuid),
    FOREIGN KEY(parent_id) REFERENCES folders (id),
    FOREIGN KEY(created_by) REFERENCES users (id),
    FOREIGN KEY(trash_group) REFERENCES trash (id)
);

CREATE INDEX folders_parent ON folders (parent_id, title);

CREATE INDEX folders_trash ON folders (trash_group) WHERE trash_group IS NOT NULL;

CREATE TABLE projects (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    title TEXT COLLATE "NOCASE" NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    ontology_id INTEGER NOT NULL,
    workflow TEXT DEFAULT '{}' NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER,
    edited_at INTEGER NOT NULL,
    UNIQUE (uuid),
    FOREIGN KEY(ontology_id) REFERENCES ontologies (id),
    FOREIGN KEY(created_by) REFERENCES users (id)
);

CREATE TABLE datasets (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    title TEXT COLLATE "NOCASE" NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    mirrored_folder_id INTEGER,
    created_at INTEGER NOT NULL,
    created_by INTEGER,
    edited_at INTEGER NOT NULL,
    UNIQUE (uuid),
    FOREIGN KEY(mirrored_folder_id) REFERENCES folders (id),
    FOREIGN KEY(created_by) REFERENCES users (id)
);

CREATE TABLE items (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    folder_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    title TEXT COLLATE "NOCASE" NOT NULL,
    sort_key TEXT DEFAULT '' NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    mime TEXT DEFAULT '' NOT NULL,
    size INTEGER DEFAULT 0 NOT NULL,
    width INTEGER,
    height INTEGER,
    frames INTEGER,
    fps FLOAT,
    duration FLOAT,
    location TEXT DEFAULT 'local' NOT NULL,
    source TEXT DEFAULT '' NOT NULL,
    sha256 BLOB,
    mtime_ns INTEGER,
    facts TEXT DEFAULT '{}' NOT NULL,
    metadata TEXT DEFAULT '{}' NOT NULL,
    warnings TEXT DEFAULT '[]' NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER,
    edited_at INTEGER NOT NULL,
    trashed_at INTEGER,
    trash_group INTEGER,
    UNIQUE (uuid),
    FOREIGN KEY(folder_id) REFERENCES folders (id),
    FOREIGN KEY(created_by) REFERENCES users (id),
    FOREIGN KEY(trash_group) REFERENCES trash (id)
);

CREATE INDEX items_created ON items (folder_id, created_at) WHERE trashed_at IS NULL;

CREATE INDEX items_duration ON items (folder_id, duration) WHERE trashed_at IS NULL;

CREATE INDEX items_kind ON items (folder_id, kind) WHERE trashed_at IS NULL;

CREATE INDEX items_order ON items (sort_key, folder_id) WHERE trashed_at IS NULL;

CREATE INDEX items_pixels ON items (folder_id, width * height) WHERE trashed_at IS NULL;

CREATE INDEX items_sha256 ON items (sha256) WHERE sha256 IS NOT NULL;

CREATE INDEX items_size ON items (folder_id, size) WHERE trashed_at IS NULL;

CREATE INDEX items_title ON items (folder_id, sort_key) WHERE trashed_at IS NULL;

CREATE INDEX items_trash ON items (trash_group) WHERE trash_group IS NOT NULL;

CREATE TABLE data_units (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    dataset_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    removed_at INTEGER,
    UNIQUE (dataset_id, item_id),
    UNIQUE (uuid),
    FOREIGN KEY(dataset_id) REFERENCES datasets (id),
    FOREIGN KEY(item_id) REFERENCES items (id)
);

CREATE INDEX data_units_item ON data_units (item_id, removed_at);

CREATE INDEX data_units_live ON data_units (dataset_id, item_id) WHERE removed_at IS NULL;

CREATE TABLE project_datasets (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    project_id INTEGER NOT NULL,
    dataset_id INTEGER NOT NULL,
    UNIQUE (project_id, dataset_id),
    UNIQUE (uuid),
    FOREIGN KEY(project_id) REFERENCES projects (id),
    FOREIGN KEY(dataset_id) REFERENCES datasets (id)
);

CREATE INDEX project_datasets_dataset ON project_datasets (dataset_id);

CREATE TABLE label_rows (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    project_id INTEGER NOT NULL,
    data_unit_id INTEGER NOT NULL,
    branch TEXT DEFAULT 'main' NOT NULL,
    created_at INTEGER NOT NULL,
    edited_at INTEGER NOT NULL,
    UNIQUE (project_id, data_unit_id, branch),
    UNIQUE (uuid),
    FOREIGN KEY(project_id) REFERENCES projects (id),
    FOREIGN KEY(data_unit_id) REFERENCES data_units (id)
);

CREATE INDEX label_rows_data_unit ON label_rows (data_unit_id);

CREATE TABLE classifications (
    id INTEGER NOT NULL,
    uuid BLOB NOT NULL,
    label_row_id INTEGER NOT NULL,
    hash8 TEXT NOT NULL,
    feature_hash TEXT NOT NULL,
    confidence FLOAT DEFAULT (1.0) NOT NULL,
    manual INTEGER DEFAULT 1 NOT NULL,
    created_at INTEGER DEFAULT 0 NOT NULL,
    created_by TEXT,
    edited_at INTEGER DEFAULT 0 NOT NULL,
    edited_by TEXT,
    PRIMARY KEY (id),
    UNIQUE (uuid),
    FOREIGN KEY(label_row_id) REFERENCES label_rows (id)
);

CREATE INDEX classifications_label_row ON classifications (label_row_id);

CREATE TABLE instances (
    id INTEGER NOT NULL,
    uuid BLOB NOT NULL,
    label_row_id INTEGER NOT NULL,
    hash8 TEXT NOT NULL,
    feature_hash TEXT NOT NULL,
    number INTEGER NOT NULL,
    layer INTEGER DEFAULT 0 NOT NULL,
    created_at INTEGER DEFAULT 0 NOT NULL,
    created_by TEXT,
    edited_at INTEGER DEFAULT 0 NOT NULL,
    edited_by TEXT,
    PRIMARY KEY (id),
    UNIQUE (uuid),
    FOREIGN KEY(label_row_id) REFERENCES label_rows (id)
);

CREATE INDEX instances_label_row ON instances (label_row_id);

CREATE TABLE steps (
    id INTEGER NOT NULL,
    label_row_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    edits BLOB NOT NULL,
    inverse BLOB NOT NULL,
    undone INTEGER DEFAULT 0 NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (label_row_id, n),
    FOREIGN KEY(label_row_id) REFERENCES label_rows (id)
);

CREATE TABLE tasks (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid BLOB NOT NULL,
    project_id INTEGER NOT NULL,
    label_row_id INTEGER NOT NULL,
    stage_uuid BLOB NOT NULL,
    status TEXT DEFAULT 'new' NOT NULL,
    assignee_id INTEGER,
    priority FLOAT DEFAULT (0.5) NOT NULL,
    place INTEGER DEFAULT 0 NOT NULL,
    hidden INTEGER DEFAULT 0 NOT NULL,
    edited_at INTEGER NOT NULL,
    UNIQUE (uuid),
    FOREIGN KEY(project_id) REFERENCES projects (id),
    FOREIGN KEY(label_row_id) REFERENCES label_rows (id),
    FOREIGN KEY(assignee_id) REFERENCES users (id)
);

CREATE INDEX tasks_label_row ON tasks (label_row_id);

CREATE INDEX tasks_queue ON tasks (project_id, stage_uuid, hidden, assignee_id, place, priority DESC);

CREATE TABLE answers (
    id INTEGER NOT NULL,
    uuid BLOB NOT NULL,
    label_row_id INTEGER NOT NULL,
    instance_id INTEGER,
    classification_id INTEGER,
    attribute_hash TEXT NOT NULL,
    value TEXT NOT NULL,
    first INTEGER,
    last INTEGER,
    manual INTEGER DEFAULT 1 NOT NULL,
    PRIMARY KEY (id),
    CHECK ((instance_id IS NULL) <> (classification_id IS NULL)),
    UNIQUE (uuid),
    FOREIGN KEY(label_row_id) REFERENCES label_rows (id),
    FOREIGN KEY(instance_id) REFERENCES instances (id),
    FOREIGN KEY(classification_id) REFERENCES classifications (id)
);

CREATE INDEX answers_classification ON answers (classification_id) WHERE classification_id IS NOT NULL;

CREATE INDEX answers_instance ON answers (instance_id) WHERE instance_id IS NOT NULL;

CREATE INDEX answers_label_row ON answers (label_row_id);

CREATE TABLE ranges (
    id INTEGER NOT NULL,
    classification_id INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(classification_id) REFERENCES classifications (id)
);

CREATE INDEX ranges_owner ON ranges (classification_id);

CREATE TABLE shapes (
    id INTEGER NOT NULL,
    uuid BLOB NOT NULL,
    label_row_id INTEGER NOT NULL,
    instance_id INTEGER NOT NULL,
    part TEXT DEFAULT '' NOT NULL,
    frame INTEGER DEFAULT 0 NOT NULL,
    pts INTEGER,
    kind TEXT NOT NULL,
    geometry BLOB NOT NULL,
    keyframe INTEGER DEFAULT 1 NOT NULL,
    outside INTEGER DEFAULT 0 NOT NULL,
    occluded INTEGER DEFAULT 0 NOT NULL,
    confidence FLOAT DEFAULT (1.0) NOT NULL,
    manual INTEGER DEFAULT 1 NOT NULL,
    created_at INTEGER DEFAULT 0 NOT NULL,
    created_by TEXT,
    edited_at INTEGER DEFAULT 0 NOT NULL,
    edited_by TEXT,
    PRIMARY KEY (id),
    UNIQUE (uuid),
    FOREIGN KEY(label_row_id) REFERENCES label_rows (id),
    FOREIGN KEY(instance_id) REFERENCES instances (id)
);

CREATE INDEX shapes_instance ON shapes (instance_id);

CREATE INDEX shapes_label_row ON shapes (label_row_id, frame);
"""

SEARCH = (
    """
CREATE VIRTUAL TABLE items_fts USING fts5(
    title, content='items', content_rowid='id', tokenize='trigram', detail=none, columnsize=0
)
    """,
    """
CREATE VIRTUAL TABLE items_words USING fts5(
    title, content='items', content_rowid='id', tokenize="unicode61 remove_diacritics 2", prefix='1 2', detail=none, columnsize=0
)
    """,
    """
CREATE TRIGGER items_search_insert AFTER INSERT ON items BEGIN
    INSERT INTO items_fts(rowid, title) VALUES (new.id, new.title);
    INSERT INTO items_words(rowid, title) VALUES (new.id, new.title);
END
    """,
    """
CREATE TRIGGER items_search_delete AFTER DELETE ON items BEGIN
    INSERT INTO items_fts(items_fts, rowid, title) VALUES ('delete', old.id, old.title);
    INSERT INTO items_words(items_words, rowid, title) VALUES ('delete', old.id, old.title);
END
    """,
    """
CREATE TRIGGER items_search_update AFTER UPDATE OF title ON items BEGIN
    INSERT INTO items_fts(items_fts, rowid, title) VALUES ('delete', old.id, old.title);
    INSERT INTO items_words(items_words, rowid, title) VALUES ('delete', old.id, old.title);
    INSERT INTO items_fts(rowid, title) VALUES (new.id, new.title);
    INSERT INTO items_words(rowid, title) VALUES (new.id, new.title);
END
    """,
)


def migrate(db: sqlite3.Connection) -> None:
    """Called inside the migration's transaction."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
    for statement in SEARCH:
        db.execute(statement)
