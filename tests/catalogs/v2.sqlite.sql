PRAGMA application_id = 1347638348;
PRAGMA user_version = 2;
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
INSERT INTO "meta" VALUES ('uuid', 'fd34706a-3284-4843-9711-66dfa236038a');
INSERT INTO "meta" VALUES ('created_at', '1795245811094');
INSERT INTO "op_groups" VALUES (1, 1, 1795245811100, 1, 'Ground');
INSERT INTO "op_groups" VALUES (1, 9, 1795245811102, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 11, 1795245811103, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 13, 1795245811104, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 14, 1795245811105, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 15, 1795245811114, 1, 'Add image group');
INSERT INTO "op_groups" VALUES (1, 21, 1795245811116, 1, 'Add film');
INSERT INTO "ops" VALUES (1, 1, 117653229476118529, 1, 1, X'309179B0AB3F4966877222389226EAFB', 'folders', '*', '{"parent_id":null,"title":"Scans","description":"","kind":"plain","metadata":"{}","created_at":1795245811098,"created_by":"d96a8de085e44de4acbcdc79cba54ab9","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 2, 117653229476118530, 1, 1, X'97BF4980BD9F492A8AD165D79D100AAB', 'items', '*', '{"folder_id":"309179b0ab3f4966877222389226eafb","kind":"image","title":"one.jpg","description":"","mime":"","size":0,"width":null,"height":null,"frames":null,"fps":null,"duration":null,"location":"cloud","source":"/nowhere/one.jpg","sha256":null,"mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795245811098,"created_by":"d96a8de085e44de4acbcdc79cba54ab9","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 3, 117653229476118531, 1, 1, X'17C4E14DA50542CA8B166F559962FB77', 'datasets', '*', '{"title":"Set","description":"","mirrored_folder_id":null,"created_at":1795245811098,"created_by":"d96a8de085e44de4acbcdc79cba54ab9"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 4, 117653229476118532, 1, 1, X'E3AB05AD2F28471D8EC483DAB92E4951', 'data_units', '*', '{"dataset_id":"17c4e14da50542ca8b166f559962fb77","item_id":"97bf4980bd9f492a8ad165d79d100aab","added_at":1795245811098,"removed_at":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 5, 117653229476118533, 1, 1, X'9F4377475BD24C56B8F6979ACB6F30A1', 'ontologies', '*', '{"title":"Things","description":"","structure":"{}","version":1,"created_at":1795245811098,"created_by":"d96a8de085e44de4acbcdc79cba54ab9"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 6, 117653229476118534, 1, 1, X'1D9749FB11854AF29F4EAD9F36FE382D', 'projects', '*', '{"title":"Project","description":"","ontology_id":"9f4377475bd24c56b8f6979acb6f30a1","workflow":"{}","created_at":1795245811098,"created_by":"d96a8de085e44de4acbcdc79cba54ab9"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 7, 117653229476118535, 1, 1, X'A6A53462E6E34AF09D63543197ABF9DA', 'project_datasets', '*', '{"project_id":"1d9749fb11854af29f4ead9f36fe382d","dataset_id":"17c4e14da50542ca8b166f559962fb77"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 8, 117653229476118536, 1, 1, X'FC044F8169F54ABBA8EE8BF766E847D8', 'label_rows', '*', '{"project_id":"1d9749fb11854af29f4ead9f36fe382d","data_unit_id":"e3ab05ad2f28471d8ec483dab92e4951","branch":"main","created_at":1795245811098}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 9, 117653229476315137, 1, 9, X'0EEC03CF336C495E80A19E447101F001', 'instances', '*', '{"label_row_id":"fc044f8169f54abba8ee8bf766e847d8","hash8":"Tla1NMWg","feature_hash":"CLASS001","number":1,"layer":0,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 10, 117653229476315138, 1, 9, X'FB46300A9864411C8D3C206EB77C7952', 'shapes', '*', '{"label_row_id":"fc044f8169f54abba8ee8bf766e847d8","instance_id":"0eec03cf336c495e80a19e447101f001","part":"","frame":0,"pts":null,"kind":"bounding_box","geometry":"AAAAAAAA8D8AAAAAAAAAQAAAAAAAAAxAAAAAAAAAEEA=","keyframe":1,"outside":0,"occluded":0,"confidence":1.0,"manual":1,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 11, 117653229476446209, 1, 11, X'EE64A3CB10CC4F3DA621CCBAE7EED669', 'instances', '*', '{"label_row_id":"fc044f8169f54abba8ee8bf766e847d8","hash8":"vUk7Bai0","feature_hash":"CLASS001","number":2,"layer":0,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 12, 117653229476446210, 1, 11, X'1DA633C967EB4E67845A179D88AA79CF', 'shapes', '*', '{"label_row_id":"fc044f8169f54abba8ee8bf766e847d8","instance_id":"ee64a3cb10cc4f3da621ccbae7eed669","part":"","frame":0,"pts":null,"kind":"polygon","geometry":"AQAAAAEAAAADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgCJAAAAAAAAAAAAAAAAAAAAUQFVVVVVVVdU/","keyframe":1,"outside":0,"occluded":0,"confidence":1.0,"manual":1,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 13, 117653229476511745, 1, 13, X'3695E24DC0B8497BB2B6BDE9F8B0D5B3', 'answers', '*', '{"label_row_id":"fc044f8169f54abba8ee8bf766e847d8","instance_id":"0eec03cf336c495e80a19e447101f001","classification_id":null,"attribute_hash":"ATTR0001","value":"\"red\"","first":null,"last":null,"manual":1}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 14, 117653229476577281, 1, 14, X'3695E24DC0B8497BB2B6BDE9F8B0D5B3', 'answers', 'alive', 'false', 1, 13, NULL);
INSERT INTO "ops" VALUES (1, 15, 117653229476577283, 1, 15, X'C1E750BA17E64D4A9BBB489E9006E5C2', 'folders', '*', '{"parent_id":"309179b0ab3f4966877222389226eafb","title":"Corridor","description":"","kind":"members","metadata":"{}","created_at":1795245811105,"created_by":"d96a8de085e44de4acbcdc79cba54ab9","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 16, 117653229476577284, 1, 15, X'533CD2DD845A4632881DDB0F3C0223BF', 'items', '*', '{"folder_id":"c1e750ba17e64d4a9bbb489e9006e5c2","kind":"image","title":"a.png","description":"","mime":"image/png","size":100,"width":8,"height":6,"frames":1,"fps":null,"duration":null,"location":"missing","source":"/shots/a.png","sha256":"0000000000000000000000000000000000000000000000000000000000000005","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795245811105,"created_by":"d96a8de085e44de4acbcdc79cba54ab9","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 17, 117653229476577285, 1, 15, X'F0DD5E0B79764D89B453711D8FDAC5CB', 'items', '*', '{"folder_id":"c1e750ba17e64d4a9bbb489e9006e5c2","kind":"image","title":"b.png","description":"","mime":"image/png","size":100,"width":8,"height":6,"frames":1,"fps":null,"duration":null,"location":"missing","source":"/shots/b.png","sha256":"0000000000000000000000000000000000000000000000000000000000000005","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795245811105,"created_by":"d96a8de085e44de4acbcdc79cba54ab9","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 18, 117653229476577286, 1, 15, X'6219657A88FB46109A7BCF0E943835E0', 'items', '*', '{"folder_id":"309179b0ab3f4966877222389226eafb","kind":"image_group","title":"Corridor","description":"","mime":"","size":200,"width":8,"height":6,"frames":2,"fps":null,"duration":null,"location":"local","source":"","sha256":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795245811105,"created_by":"d96a8de085e44de4acbcdc79cba54ab9","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 19, 117653229476577287, 1, 15, X'A0FD3B7788264648A92C7F83D91680EF', 'item_members', '*', '{"item_id":"6219657a88fb46109a7bcf0e943835e0","position":0,"member_item_id":"533cd2dd845a4632881ddb0f3c0223bf"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 20, 117653229476577288, 1, 15, X'F523DBE33D2C492EBFF2C34C61AB3A9A', 'item_members', '*', '{"item_id":"6219657a88fb46109a7bcf0e943835e0","position":1,"member_item_id":"f0dd5e0b79764d89b453711d8fdac5cb"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 21, 117653229477232641, 1, 21, X'8D265E62A8D84065A07BF185EDB3745E', 'items', '*', '{"folder_id":"309179b0ab3f4966877222389226eafb","kind":"video","title":"film.mp4","description":"","mime":"video/mp4","size":9,"width":8,"height":6,"frames":5,"fps":25.0,"duration":0.20000000000000001,"location":"missing","source":"/films/film.mp4","sha256":"abababababababababababababababababababababababababababababababab","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795245811115,"created_by":"d96a8de085e44de4acbcdc79cba54ab9","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "users" VALUES (1, X'D96A8DE085E44DE4ACBCDC79CBA54AB9', 'Ada', 'ada@example.org', 'admin', 1795245811094);
INSERT INTO "ontologies" VALUES (1, X'9F4377475BD24C56B8F6979ACB6F30A1', 'Things', '', '{}', 1, 1795245811098, 1, 1795245811098);
INSERT INTO "sessions" VALUES (1, X'AB000B10337D43D9B4B820C41983A742', 1, 1795245811098, '{}');
INSERT INTO "folders" VALUES (1, X'309179B0AB3F4966877222389226EAFB', NULL, 'Scans', '', 'plain', '{}', 1795245811098, 1, 1795245811098, NULL, NULL);
INSERT INTO "folders" VALUES (2, X'C1E750BA17E64D4A9BBB489E9006E5C2', 1, 'Corridor', '', 'members', '{}', 1795245811105, 1, 1795245811105, NULL, NULL);
INSERT INTO "projects" VALUES (1, X'1D9749FB11854AF29F4EAD9F36FE382D', 'Project', '', 1, '{}', 1795245811098, 1, 1795245811098);
INSERT INTO "datasets" VALUES (1, X'17C4E14DA50542CA8B166F559962FB77', 'Set', '', NULL, 1795245811098, 1, 1795245811098);
INSERT INTO "items" VALUES (1, X'97BF4980BD9F492A8AD165D79D100AAB', 1, 'image', 'one.jpg', 'one.jpg', '', '', 0, NULL, NULL, NULL, NULL, NULL, 'cloud', '/nowhere/one.jpg', NULL, NULL, '{}', '{}', '[]', 1795245811098, 1, 1795245811098, NULL, NULL);
INSERT INTO "items" VALUES (2, X'533CD2DD845A4632881DDB0F3C0223BF', 2, 'image', 'a.png', 'a.png', '', 'image/png', 100, 8, 6, 1, NULL, NULL, 'missing', '/shots/a.png', X'0000000000000000000000000000000000000000000000000000000000000005', NULL, '{}', '{}', '[]', 1795245811105, 1, 1795245811105, NULL, NULL);
INSERT INTO "items" VALUES (3, X'F0DD5E0B79764D89B453711D8FDAC5CB', 2, 'image', 'b.png', 'b.png', '', 'image/png', 100, 8, 6, 1, NULL, NULL, 'missing', '/shots/b.png', X'0000000000000000000000000000000000000000000000000000000000000005', NULL, '{}', '{}', '[]', 1795245811105, 1, 1795245811105, NULL, NULL);
INSERT INTO "items" VALUES (4, X'6219657A88FB46109A7BCF0E943835E0', 1, 'image_group', 'Corridor', 'corridor', '', '', 200, 8, 6, 2, NULL, NULL, 'local', '', X'CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD', NULL, '{}', '{}', '[]', 1795245811105, 1, 1795245811105, NULL, NULL);
INSERT INTO "items" VALUES (5, X'8D265E62A8D84065A07BF185EDB3745E', 1, 'video', 'film.mp4', 'film.mp14', '', 'video/mp4', 9, 8, 6, 5, 25.0, 0.2, 'missing', '/films/film.mp4', X'ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB', NULL, '{}', '{}', '[]', 1795245811115, 1, 1795245811115, NULL, NULL);
INSERT INTO "data_units" VALUES (1, X'E3AB05AD2F28471D8EC483DAB92E4951', 1, 1, 1795245811098, NULL);
INSERT INTO "project_datasets" VALUES (1, X'A6A53462E6E34AF09D63543197ABF9DA', 1, 1);
INSERT INTO "label_rows" VALUES (1, X'FC044F8169F54ABBA8EE8BF766E847D8', 1, 1, 'main', 1795245811098, 1795245811105);
INSERT INTO "instances" VALUES (1, X'0EEC03CF336C495E80A19E447101F001', 1, 'Tla1NMWg', 'CLASS001', 1, 0, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "instances" VALUES (2, X'EE64A3CB10CC4F3DA621CCBAE7EED669', 1, 'vUk7Bai0', 'CLASS001', 2, 0, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "steps" VALUES (1, 1, 1, 'Draw box', X'78018D50C16AC3300CFD179DED22D56EE21C060B5B6F6D61B4B0430843719C12F0ECD22690CF9FB7AE3DE5101DC4E3F124BDA7AA823EDC060ED6810074CEA2B29D542AB352171B270D32C9C2699D1352874820AA853A3879A6C3FEF39C36BFEDCAE3F16F9A040A12C02DBFBA89BF2FDEADE2354966B8BA4EB7388438F0D0C790D6748DCE1422CBC2645A6A222B4DABAC5C63E69A3CB779B159FF1A5CA65B98A382268EA1EDC3F9AB89537251FE9779370F587E3CD1F444DB6DF90275CA0B20C2E8BD18AEA3131DFBDBA3D30AEFE44CFAF98FD43F05247935', X'78010DCB3B0EC3300800D0BB30070902F1E72C960742B194850CF5FDD5BEFD8D0196F96EDBCF9B70C0BAB50891616F4551991DDB471C4F2A71D7EAB55F27CC63C093DF6DE9F13F14E124BE50A4386ABF021B19630FD5CAC48B8861CE1F6D4D1D37', 0);
INSERT INTO "steps" VALUES (2, 1, 2, 'Draw polygon', X'78018D50B16EC23010FD979BCF6093D44E3602B443D505A17489325CEC4B14611C0401B57F5FA7A81BAAF28637DC3DBD7BF7AA0AFA701D29580604669D52621BA1A4B5226D132748AF94B0B62136CC4EEB1CB09AA9837B79341BEA6574DE7E148783940A7085121502395AF3179DCE9E17C3A58367B3BA8EB7288461A4B11F42B4518E7492D85C68C38D48591B91A52F2494C95D961199DCB653C079BA997F54701EFC77F71BA0D81711AF13ED26FA0FDDF6FDD9BADCBF7D3EE0CA25D4B10E000C37EF71BCDC185BF2D73F560BF918CE2EACFE019B6A8735', X'78010DCB310EC3200C05D0BB788EA552A80D67410C1FE348599C21DC5FE9DB5FEF84887B635F77D041694172B6C6A23EB9B828D7F203276DAB56409B9D348E4E573C1B61FE3FEE52906D72FA987139F362C837B1D984ABFB126934C60BAF911F66', 0);
INSERT INTO "steps" VALUES (3, 1, 3, 'Answer', X'78018D8D310E84201045EF3235930C0E20947B858D1DA17060A88C05AED9EB6BE2056C7E5EF1F27ECEB0EEC75F0718E090BC4EAE612589E8D22C28930494A6A947A1E685C1E4971E906A25AE1D9943BD735E31D26A31A973B325DB89ECFDFA59962F3D38B481D9CF6D7BE6374E2DA55C2EA92CD7', X'78018B8E564ACC2B2E4F2D52D2513236B3344D353249D14D3648B2D035B1344FD24D324A32D34D4A49B54CB3483248314D32568A8D05007EBA0E90', 1);
INSERT INTO "shapes" VALUES (1, X'FB46300A9864411C8D3C206EB77C7952', 1, 1, '', 0, NULL, 'bounding_box', X'000000000000F03F00000000000000400000000000000C400000000000001040', 1, 0, 0, 1.0, 1, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "shapes" VALUES (2, X'1DA633C967EB4E67845A179D88AA79CF', 1, 2, '', 0, NULL, 'polygon', X'01000000010000000300000000000000000000000000000000000000000000000080224000000000000000000000000000001440555555555555D53F', 1, 0, 0, 1.0, 1, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "item_members" VALUES (1, X'A0FD3B7788264648A92C7F83D91680EF', 4, 0, 2);
INSERT INTO "item_members" VALUES (2, X'F523DBE33D2C492EBFF2C34C61AB3A9A', 4, 1, 3);
INSERT INTO "frame_tables" VALUES (X'ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB', X'5046543100050000000000000001000000000000001900000000000000789C636080004602F40F00017500FD');
COMMIT;
