PRAGMA application_id = 1347638348;
PRAGMA user_version = 4;
BEGIN;
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
CREATE VIRTUAL TABLE items_fts USING fts5(
    title, content='items', content_rowid='id', tokenize='trigram', detail=none, columnsize=0
);
CREATE VIRTUAL TABLE items_words USING fts5(
    title, content='items', content_rowid='id', tokenize="unicode61 remove_diacritics 2", prefix='1 2', detail=none, columnsize=0
);
CREATE TRIGGER items_search_insert AFTER INSERT ON items BEGIN
    INSERT INTO items_fts(rowid, title) VALUES (new.id, new.title);
    INSERT INTO items_words(rowid, title) VALUES (new.id, new.title);
END;
CREATE TRIGGER items_search_delete AFTER DELETE ON items BEGIN
    INSERT INTO items_fts(items_fts, rowid, title) VALUES ('delete', old.id, old.title);
    INSERT INTO items_words(items_words, rowid, title) VALUES ('delete', old.id, old.title);
END;
CREATE TRIGGER items_search_update AFTER UPDATE OF title ON items BEGIN
    INSERT INTO items_fts(items_fts, rowid, title) VALUES ('delete', old.id, old.title);
    INSERT INTO items_words(items_words, rowid, title) VALUES ('delete', old.id, old.title);
    INSERT INTO items_fts(rowid, title) VALUES (new.id, new.title);
    INSERT INTO items_words(rowid, title) VALUES (new.id, new.title);
END;
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
CREATE TRIGGER series_added AFTER INSERT ON items WHEN new.kind = 'dicom_series' BEGIN INSERT INTO series SELECT new.id, json_extract(new.facts, '$.patient_id'), json_extract(new.facts, '$.patient_name'), json_extract(new.facts, '$.accession'), json_extract(new.facts, '$.study_uid'), json_extract(new.facts, '$.series_uid'); END;
CREATE TRIGGER series_removed AFTER DELETE ON items WHEN old.kind = 'dicom_series' BEGIN DELETE FROM series WHERE item_id = old.id; END;
CREATE TRIGGER series_changed AFTER UPDATE OF facts ON items WHEN new.kind = 'dicom_series' BEGIN DELETE FROM series WHERE item_id = old.id; INSERT INTO series SELECT new.id, json_extract(new.facts, '$.patient_id'), json_extract(new.facts, '$.patient_name'), json_extract(new.facts, '$.accession'), json_extract(new.facts, '$.study_uid'), json_extract(new.facts, '$.series_uid'); END;
INSERT INTO "meta" VALUES ('uuid', 'a6a0bcee-b6b3-449b-beaa-058a67ad979f');
INSERT INTO "meta" VALUES ('created_at', '1795257140839');
INSERT INTO "op_groups" VALUES (1, 1, 1795257140884, 1, 'Ground');
INSERT INTO "op_groups" VALUES (1, 9, 1795257140902, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 11, 1795257140912, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 13, 1795257140923, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 14, 1795257140932, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 15, 1795257140960, 1, 'Add image group');
INSERT INTO "op_groups" VALUES (1, 21, 1795257140965, 1, 'Add film');
INSERT INTO "op_groups" VALUES (1, 22, 1795257140969, 1, 'Add series');
INSERT INTO "ops" VALUES (1, 1, 117653971984187393, 1, 1, X'ECA15E39A62547689CC147BE19CEF3D7', 'folders', '*', '{"parent_id":null,"title":"Scans","description":"","kind":"plain","metadata":"{}","created_at":1795257140872,"created_by":"4f4ecb48051b40108b0a465a3bb4625d","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 2, 117653971984187394, 1, 1, X'6A3CF21C3C1A475A963B034F0E62FE97', 'items', '*', '{"folder_id":"eca15e39a62547689cc147be19cef3d7","kind":"image","title":"one.jpg","description":"","mime":"","size":0,"width":null,"height":null,"frames":null,"fps":null,"duration":null,"location":"cloud","source":"/nowhere/one.jpg","sha256":null,"mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795257140872,"created_by":"4f4ecb48051b40108b0a465a3bb4625d","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 3, 117653971984187395, 1, 1, X'1577333B37F04C3A81F611A3DFFD540E', 'datasets', '*', '{"title":"Set","description":"","mirrored_folder_id":null,"created_at":1795257140872,"created_by":"4f4ecb48051b40108b0a465a3bb4625d"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 4, 117653971984187396, 1, 1, X'779BE19390604172A5CCFF671B52C1DF', 'data_units', '*', '{"dataset_id":"1577333b37f04c3a81f611a3dffd540e","item_id":"6a3cf21c3c1a475a963b034f0e62fe97","added_at":1795257140872,"removed_at":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 5, 117653971984187397, 1, 1, X'31971DE631BF4C638FCA99F51BDA4661', 'ontologies', '*', '{"title":"Things","description":"","structure":"{}","version":1,"created_at":1795257140872,"created_by":"4f4ecb48051b40108b0a465a3bb4625d"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 6, 117653971984187398, 1, 1, X'07305ECBE1D14FA8A718277D43309B10', 'projects', '*', '{"title":"Project","description":"","ontology_id":"31971de631bf4c638fca99f51bda4661","workflow":"{}","created_at":1795257140872,"created_by":"4f4ecb48051b40108b0a465a3bb4625d"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 7, 117653971984187399, 1, 1, X'A61C654879D449C79D0FD5947CC42DD9', 'project_datasets', '*', '{"project_id":"07305ecbe1d14fa8a718277d43309b10","dataset_id":"1577333b37f04c3a81f611a3dffd540e"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 8, 117653971984187400, 1, 1, X'C0DFE0AA85B847ABB164AFB3C6047C92', 'label_rows', '*', '{"project_id":"07305ecbe1d14fa8a718277d43309b10","data_unit_id":"779be19390604172a5ccff671b52c1df","branch":"main","created_at":1795257140872}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 9, 117653971986022401, 1, 9, X'6800953EC1F84EAD998E8F6EED8DEFD0', 'instances', '*', '{"label_row_id":"c0dfe0aa85b847abb164afb3c6047c92","hash8":"RnF5kOaN","feature_hash":"CLASS001","number":1,"layer":0,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 10, 117653971986022402, 1, 9, X'43CFFB5F8E5E4DCF98064969D9A4EBB1', 'shapes', '*', '{"label_row_id":"c0dfe0aa85b847abb164afb3c6047c92","instance_id":"6800953ec1f84ead998e8f6eed8defd0","part":"","frame":0,"pts":null,"kind":"bounding_box","geometry":"AAAAAAAA8D8AAAAAAAAAQAAAAAAAAAxAAAAAAAAAEEA=","keyframe":1,"outside":0,"occluded":0,"confidence":1.0,"manual":1,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 11, 117653971986743297, 1, 11, X'C05DF7803251451A87F12B71F165B03E', 'instances', '*', '{"label_row_id":"c0dfe0aa85b847abb164afb3c6047c92","hash8":"P0YF0u+6","feature_hash":"CLASS001","number":2,"layer":0,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 12, 117653971986743298, 1, 11, X'765C5A17C8D44B14A2A5EEF364C08C99', 'shapes', '*', '{"label_row_id":"c0dfe0aa85b847abb164afb3c6047c92","instance_id":"c05df7803251451a87f12b71f165b03e","part":"","frame":0,"pts":null,"kind":"polygon","geometry":"AQAAAAEAAAADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgCJAAAAAAAAAAAAAAAAAAAAUQFVVVVVVVdU/","keyframe":1,"outside":0,"occluded":0,"confidence":1.0,"manual":1,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 13, 117653971987464193, 1, 13, X'1716E6C0C7CC43859E54EB2A4015F2EA', 'answers', '*', '{"label_row_id":"c0dfe0aa85b847abb164afb3c6047c92","instance_id":"6800953ec1f84ead998e8f6eed8defd0","classification_id":null,"attribute_hash":"ATTR0001","value":"\"red\"","first":null,"last":null,"manual":1}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 14, 117653971988054017, 1, 14, X'1716E6C0C7CC43859E54EB2A4015F2EA', 'answers', 'alive', 'false', 1, 13, NULL);
INSERT INTO "ops" VALUES (1, 15, 117653971988316161, 1, 15, X'DB05656BF5F648E38173971F1F48D521', 'folders', '*', '{"parent_id":"eca15e39a62547689cc147be19cef3d7","title":"Corridor","description":"","kind":"members","metadata":"{}","created_at":1795257140935,"created_by":"4f4ecb48051b40108b0a465a3bb4625d","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 16, 117653971988316162, 1, 15, X'41B74DF2A4314B3794EC935BB7C79AA0', 'items', '*', '{"folder_id":"db05656bf5f648e38173971f1f48d521","kind":"image","title":"a.png","description":"","mime":"image/png","size":100,"width":8,"height":6,"frames":1,"fps":null,"duration":null,"location":"missing","source":"/shots/a.png","sha256":"0000000000000000000000000000000000000000000000000000000000000005","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795257140935,"created_by":"4f4ecb48051b40108b0a465a3bb4625d","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 17, 117653971988316163, 1, 15, X'9249EF6E5F404EFEB24C802C8B0DE596', 'items', '*', '{"folder_id":"db05656bf5f648e38173971f1f48d521","kind":"image","title":"b.png","description":"","mime":"image/png","size":100,"width":8,"height":6,"frames":1,"fps":null,"duration":null,"location":"missing","source":"/shots/b.png","sha256":"0000000000000000000000000000000000000000000000000000000000000005","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795257140935,"created_by":"4f4ecb48051b40108b0a465a3bb4625d","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 18, 117653971988316164, 1, 15, X'35DE50E3D3614838AA02BD0CE29989D9', 'items', '*', '{"folder_id":"eca15e39a62547689cc147be19cef3d7","kind":"image_group","title":"Corridor","description":"","mime":"","size":200,"width":8,"height":6,"frames":2,"fps":null,"duration":null,"location":"local","source":"","sha256":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795257140935,"created_by":"4f4ecb48051b40108b0a465a3bb4625d","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 19, 117653971988316165, 1, 15, X'528C864B7CC54CEB9FAEBFB7710BD49A', 'item_members', '*', '{"item_id":"35de50e3d3614838aa02bd0ce29989d9","position":0,"member_item_id":"41b74df2a4314b3794ec935bb7c79aa0"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 20, 117653971988316166, 1, 15, X'5E8D7F0AEEE5424283B62E4CA5BE70FC', 'item_members', '*', '{"item_id":"35de50e3d3614838aa02bd0ce29989d9","position":1,"member_item_id":"9249ef6e5f404efeb24c802c8b0de596"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 21, 117653971990216705, 1, 21, X'1EC8E6A75E1241DA9396EB7F5CD8BF3E', 'items', '*', '{"folder_id":"eca15e39a62547689cc147be19cef3d7","kind":"video","title":"film.mp4","description":"","mime":"video/mp4","size":9,"width":8,"height":6,"frames":5,"fps":25.0,"duration":0.20000000000000001,"location":"missing","source":"/films/film.mp4","sha256":"abababababababababababababababababababababababababababababababab","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795257140964,"created_by":"4f4ecb48051b40108b0a465a3bb4625d","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 22, 117653971990478849, 1, 22, X'48550779B01643E59267A7E0A86D67CC', 'items', '*', '{"folder_id":"eca15e39a62547689cc147be19cef3d7","kind":"dicom_series","title":"Head","description":"","mime":"application/dicom","size":200,"width":8,"height":6,"frames":2,"fps":null,"duration":null,"location":"missing","source":"","sha256":"efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef","mtime_ns":null,"facts":"{\"series_uid\":\"1.2.3\",\"patient_id\":\"PAT-1\"}","metadata":"{}","warnings":"[]","created_at":1795257140968,"created_by":"4f4ecb48051b40108b0a465a3bb4625d","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 23, 117653971990478850, 1, 22, X'99B2C33AC6E943348197FCCED3BCA769', 'volume_files', '*', '{"item_id":"48550779b01643e59267a7e0a86d67cc","position":0,"location":"missing","source":"/scans/I0","sha256":"0101010101010101010101010101010101010101010101010101010101010101","size":100,"mtime_ns":5}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 24, 117653971990478851, 1, 22, X'7D79E2A3EA6F4F2BBDAF9C50C2AA6552', 'volume_files', '*', '{"item_id":"48550779b01643e59267a7e0a86d67cc","position":1,"location":"missing","source":"/scans/I1","sha256":"0202020202020202020202020202020202020202020202020202020202020202","size":100,"mtime_ns":5}', NULL, NULL, NULL);
INSERT INTO "users" VALUES (1, X'4F4ECB48051B40108B0A465A3BB4625D', 'Ada', 'ada@example.org', 'admin', 1795257140839);
INSERT INTO "ontologies" VALUES (1, X'31971DE631BF4C638FCA99F51BDA4661', 'Things', '', '{}', 1, 1795257140872, 1, 1795257140872);
INSERT INTO "sessions" VALUES (1, X'AD894FBB325749D2956284C9656EE720', 1, 1795257140872, '{}');
INSERT INTO "folders" VALUES (1, X'ECA15E39A62547689CC147BE19CEF3D7', NULL, 'Scans', '', 'plain', '{}', 1795257140872, 1, 1795257140872, NULL, NULL);
INSERT INTO "folders" VALUES (2, X'DB05656BF5F648E38173971F1F48D521', 1, 'Corridor', '', 'members', '{}', 1795257140935, 1, 1795257140935, NULL, NULL);
INSERT INTO "projects" VALUES (1, X'07305ECBE1D14FA8A718277D43309B10', 'Project', '', 1, '{}', 1795257140872, 1, 1795257140872);
INSERT INTO "datasets" VALUES (1, X'1577333B37F04C3A81F611A3DFFD540E', 'Set', '', NULL, 1795257140872, 1, 1795257140872);
INSERT INTO "items" VALUES (1, X'6A3CF21C3C1A475A963B034F0E62FE97', 1, 'image', 'one.jpg', 'one.jpg', '', '', 0, NULL, NULL, NULL, NULL, NULL, 'cloud', '/nowhere/one.jpg', NULL, NULL, '{}', '{}', '[]', 1795257140872, 1, 1795257140872, NULL, NULL);
INSERT INTO "items" VALUES (2, X'41B74DF2A4314B3794EC935BB7C79AA0', 2, 'image', 'a.png', 'a.png', '', 'image/png', 100, 8, 6, 1, NULL, NULL, 'missing', '/shots/a.png', X'0000000000000000000000000000000000000000000000000000000000000005', NULL, '{}', '{}', '[]', 1795257140935, 1, 1795257140935, NULL, NULL);
INSERT INTO "items" VALUES (3, X'9249EF6E5F404EFEB24C802C8B0DE596', 2, 'image', 'b.png', 'b.png', '', 'image/png', 100, 8, 6, 1, NULL, NULL, 'missing', '/shots/b.png', X'0000000000000000000000000000000000000000000000000000000000000005', NULL, '{}', '{}', '[]', 1795257140935, 1, 1795257140935, NULL, NULL);
INSERT INTO "items" VALUES (4, X'35DE50E3D3614838AA02BD0CE29989D9', 1, 'image_group', 'Corridor', 'corridor', '', '', 200, 8, 6, 2, NULL, NULL, 'local', '', X'CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD', NULL, '{}', '{}', '[]', 1795257140935, 1, 1795257140935, NULL, NULL);
INSERT INTO "items" VALUES (5, X'1EC8E6A75E1241DA9396EB7F5CD8BF3E', 1, 'video', 'film.mp4', 'film.mp14', '', 'video/mp4', 9, 8, 6, 5, 25.0, 0.2, 'missing', '/films/film.mp4', X'ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB', NULL, '{}', '{}', '[]', 1795257140964, 1, 1795257140964, NULL, NULL);
INSERT INTO "items" VALUES (6, X'48550779B01643E59267A7E0A86D67CC', 1, 'dicom_series', 'Head', 'head', '', 'application/dicom', 200, 8, 6, 2, NULL, NULL, 'missing', '', X'EFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEF', NULL, '{"series_uid":"1.2.3","patient_id":"PAT-1"}', '{}', '[]', 1795257140968, 1, 1795257140968, NULL, NULL);
INSERT INTO "data_units" VALUES (1, X'779BE19390604172A5CCFF671B52C1DF', 1, 1, 1795257140872, NULL);
INSERT INTO "project_datasets" VALUES (1, X'A61C654879D449C79D0FD5947CC42DD9', 1, 1);
INSERT INTO "label_rows" VALUES (1, X'C0DFE0AA85B847ABB164AFB3C6047C92', 1, 1, 'main', 1795257140872, 1795257140931);
INSERT INTO "instances" VALUES (1, X'6800953EC1F84EAD998E8F6EED8DEFD0', 1, 'RnF5kOaN', 'CLASS001', 1, 0, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "instances" VALUES (2, X'C05DF7803251451A87F12B71F165B03E', 1, 'P0YF0u+6', 'CLASS001', 2, 0, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "steps" VALUES (1, 1, 1, 'Draw box', X'78018D50C16AC3300CFD179DEDE25027C887C142D79DC6C6D6A309438EE51296C9A34D209F3F8FADBDAC8708241E8F879E9EBC8741CE1349CFA0A041635CBD65DD5709B5658ADA39648DA9618E18394503CAAFD4C19B3CD61F2FF45C36EF9EDAC3C1980A54A54C69A048F7BCD0E7D7C89B7C3AFEF0FFB8AE2B5E2492279A862C658DDDF629853A69E49AB58D7DD20E4DA3AD6B5C7464398462E157EA56E6F010F22C7190E37BC84BB9A2FD2B7CC00B6C5FAF68B9A2FDBEBD83AEE40550328FA39A4E33AB44E3F932AB8DF9256FA4BFFD91EE1BEB7E7EFF', X'78010DCB310EC0200800C0BF3097C4A668E02DC60105922E74A8FF4F7BFBF50E9AF96CDDF79370005D2B62D640F6EA48B602854B439226264A3EE709E3E870E7BB3597FFA77129522FC7750623B91A8AB023477337360F2B30C607C9C61F8F', 0);
INSERT INTO "steps" VALUES (2, 1, 2, 'Draw polygon', X'78018D50416AC33010FCCB5E2BA5BBB66439B798B439941E1A420AC5F8B096251350E590D8D0FEBE72436FA1780E73D81D6667A7AEE114AF2347EB408045DD7953A2CC334D526962591A4F326B0D792A748B7992D50B75F0861F3B9C1E8AE4BC7DAD0E07440291091424803BDEB82FFE3C07B71A2E3DDC9B354DBAC5310E238FA721261B5368AB998CB465A7A46A4949CE584BE77C5E288BA55DAFE780CB740BFFA8E13C84EFFE3740B5AF129E677A9AE93FF4DB977BEBE37EF77E43777C8426D50120E21482182F93139EC3F58F6985B7E1E2C29A1FF69D8175', X'78010DCB310E80200C00C0BF74B6098516F02D84A154485CEA20FF8FDE7EAD81BA3F5BF7FD381C50B2982815B47A31F220468D2A38E74A992D543B4FE84783DBDFAD6EF33F16E45AA5064C51085948B196451847A145594648137AFF0086B01DA1', 0);
INSERT INTO "steps" VALUES (3, 1, 3, 'Answer', X'78018D8D310EC3201004FF7235271D36E0A3CC1722778802C352592E70AC7CDF96F28134A329469A94A81CE717830CD9C506842A5C975AD9CDEA39C23BC6361527D6F709854CFAB3A3A022D1CFE06ABBB243691CA382B507A069436FF25C5FEBFA1611FBE84023735CFBFEC3675CC839DFF8C52D1E', X'78018B8E564ACC2B2E4F2D52D251323437344B354B36D04D364F4ED63531B630D5B54C3535D14D4D324A343130344D334A4D548A8D0500781D0E23', 1);
INSERT INTO "shapes" VALUES (1, X'43CFFB5F8E5E4DCF98064969D9A4EBB1', 1, 1, '', 0, NULL, 'bounding_box', X'000000000000F03F00000000000000400000000000000C400000000000001040', 1, 0, 0, 1.0, 1, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "shapes" VALUES (2, X'765C5A17C8D44B14A2A5EEF364C08C99', 1, 2, '', 0, NULL, 'polygon', X'01000000010000000300000000000000000000000000000000000000000000000080224000000000000000000000000000001440555555555555D53F', 1, 0, 0, 1.0, 1, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "item_members" VALUES (1, X'528C864B7CC54CEB9FAEBFB7710BD49A', 4, 0, 2);
INSERT INTO "item_members" VALUES (2, X'5E8D7F0AEEE5424283B62E4CA5BE70FC', 4, 1, 3);
INSERT INTO "frame_tables" VALUES (X'ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB', X'5046543100050000000000000001000000000000001900000000000000789C636080004602F40F00017500FD');
INSERT INTO "volume_files" VALUES (1, X'99B2C33AC6E943348197FCCED3BCA769', 6, 0, 'missing', '/scans/I0', X'0101010101010101010101010101010101010101010101010101010101010101', 100, 5);
INSERT INTO "volume_files" VALUES (2, X'7D79E2A3EA6F4F2BBDAF9C50C2AA6552', 6, 1, 'missing', '/scans/I1', X'0202020202020202020202020202020202020202020202020202020202020202', 100, 5);
INSERT INTO "volumes" VALUES (X'EFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEF', X'50444931789C6D53CD8ADB30104ED93799530FC6D869B20DBE9452165AE86E60AFC6A88A2DC7A263C948721213F61DFA487D9C1EFB081DC95E27A12B1033F369BE91E647EFEF16619DC1A22C85856C198193ADD7D2086A6D5AEE48CFCFE00C57B61686D941397E820CD278196F56499C2649B289BD954204461F89701F41A9B16F15E99B082C6F3B9C82768D76BA15CEC892823C6E9FB65FBE3E6F1F1F9644EE902B6E204B22D849671947D42577A222E6FD8459A7CD2BD0C87DC308256B4D6C7912C88CE88CB0821EE9A4562196EADB9DA0B02095A35B505B3B405673B48258BCAAA4DA43A67AC4D964285B1F77047B257D19C03FF12A38B30DEFC488B7BAE228DDC0B0779758289C2387BC88401F84413ED8F962944AB0DDE07C5D9217F2386839D6FA285515CA487A4997F9B7AF288FA3AC5CE355D2C529146BCC11C0F3EB5E9593FDFDDBD3C3E7679F6B1FFA57F873AB3BD6CBCADBA1791FE2843C462D85C9A1446EAD987D2E0D5E538B57B4099D586F9F519CBD080DA61A9F411BB9977E0CF23C899368DA45345BCB785D14616E582529D13CBD76F36334E11E4B67DC76BC0C6D23FC2361EBE2CDD97BB9F21C9B3299EC2715796C9D1F7876E0D887B40B3F48227C8633B12B51E338815444FF57DE2D2EEBCFDDADFCB1B895FFAFBF9F6EE5AFDFAFF21FA65401AD');
COMMIT;
