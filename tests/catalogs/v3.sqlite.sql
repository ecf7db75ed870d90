PRAGMA application_id = 1347638348;
PRAGMA user_version = 3;
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
INSERT INTO "meta" VALUES ('uuid', 'c3a5438e-7a65-49d6-b736-c6cc1623eacd');
INSERT INTO "meta" VALUES ('created_at', '1795250461111');
INSERT INTO "op_groups" VALUES (1, 1, 1795250461132, 1, 'Ground');
INSERT INTO "op_groups" VALUES (1, 9, 1795250461136, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 11, 1795250461138, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 13, 1795250461139, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 14, 1795250461143, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 15, 1795250461159, 1, 'Add image group');
INSERT INTO "op_groups" VALUES (1, 21, 1795250461164, 1, 'Add film');
INSERT INTO "op_groups" VALUES (1, 22, 1795250461168, 1, 'Add series');
INSERT INTO "ops" VALUES (1, 1, 117653534220353537, 1, 1, X'92DB0537B1E442E19FB387B25D6E3A02', 'folders', '*', '{"parent_id":null,"title":"Scans","description":"","kind":"plain","metadata":"{}","created_at":1795250461126,"created_by":"9f27a662a31b4d16b47ffad443f61435","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 2, 117653534220353538, 1, 1, X'FFF1685032934424A41E7181B80F0556', 'items', '*', '{"folder_id":"92db0537b1e442e19fb387b25d6e3a02","kind":"image","title":"one.jpg","description":"","mime":"","size":0,"width":null,"height":null,"frames":null,"fps":null,"duration":null,"location":"cloud","source":"/nowhere/one.jpg","sha256":null,"mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795250461126,"created_by":"9f27a662a31b4d16b47ffad443f61435","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 3, 117653534220353539, 1, 1, X'2300C44089D1400DACB61D8DDBA3B3D9', 'datasets', '*', '{"title":"Set","description":"","mirrored_folder_id":null,"created_at":1795250461126,"created_by":"9f27a662a31b4d16b47ffad443f61435"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 4, 117653534220353540, 1, 1, X'14298A8826BF456B8FB876E886DBF742', 'data_units', '*', '{"dataset_id":"2300c44089d1400dacb61d8ddba3b3d9","item_id":"fff1685032934424a41e7181b80f0556","added_at":1795250461126,"removed_at":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 5, 117653534220353541, 1, 1, X'36759AAAC1D541DE84B2B8E8CCE7CC62', 'ontologies', '*', '{"title":"Things","description":"","structure":"{}","version":1,"created_at":1795250461126,"created_by":"9f27a662a31b4d16b47ffad443f61435"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 6, 117653534220353542, 1, 1, X'7BA701E5519C40AEA88E682BDAFF77E0', 'projects', '*', '{"title":"Project","description":"","ontology_id":"36759aaac1d541de84b2b8e8cce7cc62","workflow":"{}","created_at":1795250461126,"created_by":"9f27a662a31b4d16b47ffad443f61435"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 7, 117653534220353543, 1, 1, X'C37206C5D21D42478280589C2EF3D1DB', 'project_datasets', '*', '{"project_id":"7ba701e5519c40aea88e682bdaff77e0","dataset_id":"2300c44089d1400dacb61d8ddba3b3d9"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 8, 117653534220353544, 1, 1, X'0732AE62544449F890BF2D2604DC293E', 'label_rows', '*', '{"project_id":"7ba701e5519c40aea88e682bdaff77e0","data_unit_id":"14298a8826bf456b8fb876e886dbf742","branch":"main","created_at":1795250461126}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 9, 117653534221008897, 1, 9, X'5AB04FCE6D90401AB599163AC1AF3E84', 'instances', '*', '{"label_row_id":"0732ae62544449f890bf2d2604dc293e","hash8":"1M9DR63R","feature_hash":"CLASS001","number":1,"layer":0,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 10, 117653534221008898, 1, 9, X'264C8107E8AA4981A8C5D6453026F432', 'shapes', '*', '{"label_row_id":"0732ae62544449f890bf2d2604dc293e","instance_id":"5ab04fce6d90401ab599163ac1af3e84","part":"","frame":0,"pts":null,"kind":"bounding_box","geometry":"AAAAAAAA8D8AAAAAAAAAQAAAAAAAAAxAAAAAAAAAEEA=","keyframe":1,"outside":0,"occluded":0,"confidence":1.0,"manual":1,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 11, 117653534221074433, 1, 11, X'DCFA62027AE54A858455362A0D4F373B', 'instances', '*', '{"label_row_id":"0732ae62544449f890bf2d2604dc293e","hash8":"szkTfsQz","feature_hash":"CLASS001","number":2,"layer":0,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 12, 117653534221074434, 1, 11, X'113CD9ACC6F34C319ADD87203F595106', 'shapes', '*', '{"label_row_id":"0732ae62544449f890bf2d2604dc293e","instance_id":"dcfa62027ae54a858455362a0d4f373b","part":"","frame":0,"pts":null,"kind":"polygon","geometry":"AQAAAAEAAAADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgCJAAAAAAAAAAAAAAAAAAAAUQFVVVVVVVdU/","keyframe":1,"outside":0,"occluded":0,"confidence":1.0,"manual":1,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 13, 117653534221205505, 1, 13, X'E5BA0F7690684C5D92FA83FF2AF0D63D', 'answers', '*', '{"label_row_id":"0732ae62544449f890bf2d2604dc293e","instance_id":"5ab04fce6d90401ab599163ac1af3e84","classification_id":null,"attribute_hash":"ATTR0001","value":"\"red\"","first":null,"last":null,"manual":1}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 14, 117653534221467649, 1, 14, X'E5BA0F7690684C5D92FA83FF2AF0D63D', 'answers', 'alive', 'false', 1, 13, NULL);
INSERT INTO "ops" VALUES (1, 15, 117653534221729793, 1, 15, X'30F7721956F5481C8C8E8B3226E48CC5', 'folders', '*', '{"parent_id":"92db0537b1e442e19fb387b25d6e3a02","title":"Corridor","description":"","kind":"members","metadata":"{}","created_at":1795250461147,"created_by":"9f27a662a31b4d16b47ffad443f61435","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 16, 117653534221729794, 1, 15, X'31438B346B2A4D849B267B8B7DE4AB36', 'items', '*', '{"folder_id":"30f7721956f5481c8c8e8b3226e48cc5","kind":"image","title":"a.png","description":"","mime":"image/png","size":100,"width":8,"height":6,"frames":1,"fps":null,"duration":null,"location":"missing","source":"/shots/a.png","sha256":"0000000000000000000000000000000000000000000000000000000000000005","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795250461147,"created_by":"9f27a662a31b4d16b47ffad443f61435","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 17, 117653534221729795, 1, 15, X'138AD756649A4BDDB707686B84654D64', 'items', '*', '{"folder_id":"30f7721956f5481c8c8e8b3226e48cc5","kind":"image","title":"b.png","description":"","mime":"image/png","size":100,"width":8,"height":6,"frames":1,"fps":null,"duration":null,"location":"missing","source":"/shots/b.png","sha256":"0000000000000000000000000000000000000000000000000000000000000005","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795250461147,"created_by":"9f27a662a31b4d16b47ffad443f61435","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 18, 117653534221729796, 1, 15, X'6299AB822A9E444A9E616D206296DD7B', 'items', '*', '{"folder_id":"92db0537b1e442e19fb387b25d6e3a02","kind":"image_group","title":"Corridor","description":"","mime":"","size":200,"width":8,"height":6,"frames":2,"fps":null,"duration":null,"location":"local","source":"","sha256":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795250461147,"created_by":"9f27a662a31b4d16b47ffad443f61435","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 19, 117653534221729797, 1, 15, X'0347D28B6F9F463EB05FDCAA2962FF18', 'item_members', '*', '{"item_id":"6299ab822a9e444a9e616d206296dd7b","position":0,"member_item_id":"31438b346b2a4d849b267b8b7de4ab36"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 20, 117653534221729798, 1, 15, X'28E31492611D40238A1FB181DDDAD695', 'item_members', '*', '{"item_id":"6299ab822a9e444a9e616d206296dd7b","position":1,"member_item_id":"138ad756649a4bddb707686b84654d64"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 21, 117653534222778369, 1, 21, X'6D072DC60E27423DAADE8D19F82C823A', 'items', '*', '{"folder_id":"92db0537b1e442e19fb387b25d6e3a02","kind":"video","title":"film.mp4","description":"","mime":"video/mp4","size":9,"width":8,"height":6,"frames":5,"fps":25.0,"duration":0.20000000000000001,"location":"missing","source":"/films/film.mp4","sha256":"abababababababababababababababababababababababababababababababab","mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795250461163,"created_by":"9f27a662a31b4d16b47ffad443f61435","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 22, 117653534223040513, 1, 22, X'28F988F8A9BD488895A10F5ED99C9299', 'items', '*', '{"folder_id":"92db0537b1e442e19fb387b25d6e3a02","kind":"dicom_series","title":"Head","description":"","mime":"application/dicom","size":200,"width":8,"height":6,"frames":2,"fps":null,"duration":null,"location":"missing","source":"","sha256":"efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef","mtime_ns":null,"facts":"{\"series_uid\":\"1.2.3\"}","metadata":"{}","warnings":"[]","created_at":1795250461167,"created_by":"9f27a662a31b4d16b47ffad443f61435","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 23, 117653534223040514, 1, 22, X'DDEBC9F10D93474B9D5A01738543A3ED', 'volume_files', '*', '{"item_id":"28f988f8a9bd488895a10f5ed99c9299","position":0,"location":"missing","source":"/scans/I0","sha256":"0101010101010101010101010101010101010101010101010101010101010101","size":100,"mtime_ns":5}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 24, 117653534223040515, 1, 22, X'654997E0F5434002BD506BB10B44F15F', 'volume_files', '*', '{"item_id":"28f988f8a9bd488895a10f5ed99c9299","position":1,"location":"missing","source":"/scans/I1","sha256":"0202020202020202020202020202020202020202020202020202020202020202","size":100,"mtime_ns":5}', NULL, NULL, NULL);
INSERT INTO "users" VALUES (1, X'9F27A662A31B4D16B47FFAD443F61435', 'Ada', 'ada@example.org', 'admin', 1795250461111);
INSERT INTO "ontologies" VALUES (1, X'36759AAAC1D541DE84B2B8E8CCE7CC62', 'Things', '', '{}', 1, 1795250461126, 1, 1795250461126);
INSERT INTO "sessions" VALUES (1, X'BC54AA4D683A426DB8FA6645BA031AFB', 1, 1795250461126, '{}');
INSERT INTO "folders" VALUES (1, X'92DB0537B1E442E19FB387B25D6E3A02', NULL, 'Scans', '', 'plain', '{}', 1795250461126, 1, 1795250461126, NULL, NULL);
INSERT INTO "folders" VALUES (2, X'30F7721956F5481C8C8E8B3226E48CC5', 1, 'Corridor', '', 'members', '{}', 1795250461147, 1, 1795250461147, NULL, NULL);
INSERT INTO "projects" VALUES (1, X'7BA701E5519C40AEA88E682BDAFF77E0', 'Project', '', 1, '{}', 1795250461126, 1, 1795250461126);
INSERT INTO "datasets" VALUES (1, X'2300C44089D1400DACB61D8DDBA3B3D9', 'Set', '', NULL, 1795250461126, 1, 1795250461126);
INSERT INTO "items" VALUES (1, X'FFF1685032934424A41E7181B80F0556', 1, 'image', 'one.jpg', 'one.jpg', '', '', 0, NULL, NULL, NULL, NULL, NULL, 'cloud', '/nowhere/one.jpg', NULL, NULL, '{}', '{}', '[]', 1795250461126, 1, 1795250461126, NULL, NULL);
INSERT INTO "items" VALUES (2, X'31438B346B2A4D849B267B8B7DE4AB36', 2, 'image', 'a.png', 'a.png', '', 'image/png', 100, 8, 6, 1, NULL, NULL, 'missing', '/shots/a.png', X'0000000000000000000000000000000000000000000000000000000000000005', NULL, '{}', '{}', '[]', 1795250461147, 1, 1795250461147, NULL, NULL);
INSERT INTO "items" VALUES (3, X'138AD756649A4BDDB707686B84654D64', 2, 'image', 'b.png', 'b.png', '', 'image/png', 100, 8, 6, 1, NULL, NULL, 'missing', '/shots/b.png', X'0000000000000000000000000000000000000000000000000000000000000005', NULL, '{}', '{}', '[]', 1795250461147, 1, 1795250461147, NULL, NULL);
INSERT INTO "items" VALUES (4, X'6299AB822A9E444A9E616D206296DD7B', 1, 'image_group', 'Corridor', 'corridor', '', '', 200, 8, 6, 2, NULL, NULL, 'local', '', X'CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD', NULL, '{}', '{}', '[]', 1795250461147, 1, 1795250461147, NULL, NULL);
INSERT INTO "items" VALUES (5, X'6D072DC60E27423DAADE8D19F82C823A', 1, 'video', 'film.mp4', 'film.mp14', '', 'video/mp4', 9, 8, 6, 5, 25.0, 0.2, 'missing', '/films/film.mp4', X'ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB', NULL, '{}', '{}', '[]', 1795250461163, 1, 1795250461163, NULL, NULL);
INSERT INTO "items" VALUES (6, X'28F988F8A9BD488895A10F5ED99C9299', 1, 'dicom_series', 'Head', 'head', '', 'application/dicom', 200, 8, 6, 2, NULL, NULL, 'missing', '', X'EFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEF', NULL, '{"series_uid":"1.2.3"}', '{}', '[]', 1795250461167, 1, 1795250461167, NULL, NULL);
INSERT INTO "data_units" VALUES (1, X'14298A8826BF456B8FB876E886DBF742', 1, 1, 1795250461126, NULL);
INSERT INTO "project_datasets" VALUES (1, X'C37206C5D21D42478280589C2EF3D1DB', 1, 1);
INSERT INTO "label_rows" VALUES (1, X'0732AE62544449F890BF2D2604DC293E', 1, 1, 'main', 1795250461126, 1795250461143);
INSERT INTO "instances" VALUES (1, X'5AB04FCE6D90401AB599163AC1AF3E84', 1, '1M9DR63R', 'CLASS001', 1, 0, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "instances" VALUES (2, X'DCFA62027AE54A858455362A0D4F373B', 1, 'szkTfsQz', 'CLASS001', 2, 0, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "steps" VALUES (1, 1, 1, 'Draw box', X'78018D50C16AC3300CFD179DED22C58E671F060B6B6FDB61ED3184A1384E09A4766913C8E7CF656B2FEB210289C7E321BDA7BA86215E278E3E8080925BD4BD0FD2740EA54662D996CE49328A3D71AF82D520EA953AA04FB7DD1BB5CF9BDF3FAAC301914090C0DCC01DBF85854FE7316CD2E578E3FF714D936F718C69E2694831AF298CF696F04506CB2CB5B324D9FA527646970A0BD36B55DC0CAED3ADCC51439BE6D80DF1F8DDA625BBA8FECA6EED1D565F0FB43CD06E57BD4293F30288388FA3982E73103D8FD7FBA40DFE924FD23FFF48F303E7EC79F5', X'78010DCB310EC5200800D0BB30970414F97816E340A9265DECF0BD7FDAB7BFD6C0D77AB6EFFB597040520963FAE13077946A8C6E51F0522999924EC909FAD1E05EFFED2BC6778A9F243306EA550985D8F12CB5226BF6609F799840EF2F65AB1D9D', 0);
INSERT INTO "steps" VALUES (2, 1, 2, 'Draw polygon', X'78018D50BB6EC24010FC97ADF7E01E3E3FBA582429221A8B90C672B1B987857239236C24E0EB730E4A87224F31C5EE687676DA160E719C281A0708D678CA2597AC20A75946A56665A63553B9246E33AF0AF509D82ED4C178FB7AF763734BCE9B6DBDDB712E002572140864E9C95DE8FB18DC6A38F5F068D675E916C5384C341D86986C8450C6566498C9BD6299518255642D2B0BC995D795163C9F032ED32DFCA385E310AEFD6F80BAA9135E667A9EE93FF49BB747EB7DF3FA7187DDAFA14B7500603C8780D3E9ECD05318FF58ACF87DB8B8B0EE07EFB0835C', X'78010DCB3B0EC0200800D0BB30974445FC9CC53850A849173AD4FBA77DFB1B03C4FDD9B2EFC7E1801849AD8BA296459895227631C35653A0C59D6328308F01B7BF5B5CAFFF982E292924AC723166698C2D33239524C1F2A24A27CCF9018F421DCC', 0);
INSERT INTO "steps" VALUES (3, 1, 3, 'Answer', X'78018D8D3B0EC4200C05EFE23A964CF804CABDC22A1DA2306057510AB2D15E3F487B816D9EA618CDCB19F8BCBE326001F19549B780894244D77CC7B42A63B4AA2B2BF5603B2CF94F0F3C5772DA04434F848E0C63F529A109969B61B512DD7C7DEDFB9B88CCC421B37FDEC7F19BCFB8A594F20051DE2D74', X'78018B8E564ACC2B2E4F2D52D2514A354D4A34483337D3B53430B3D03549364DD1B5344A4BD4B5304E4B334A4C334831334E518A8D050083220E93', 1);
INSERT INTO "shapes" VALUES (1, X'264C8107E8AA4981A8C5D6453026F432', 1, 1, '', 0, NULL, 'bounding_box', X'000000000000F03F00000000000000400000000000000C400000000000001040', 1, 0, 0, 1.0, 1, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "shapes" VALUES (2, X'113CD9ACC6F34C319ADD87203F595106', 1, 2, '', 0, NULL, 'polygon', X'01000000010000000300000000000000000000000000000000000000000000000080224000000000000000000000000000001440555555555555D53F', 1, 0, 0, 1.0, 1, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "item_members" VALUES (1, X'0347D28B6F9F463EB05FDCAA2962FF18', 4, 0, 2);
INSERT INTO "item_members" VALUES (2, X'28E31492611D40238A1FB181DDDAD695', 4, 1, 3);
INSERT INTO "frame_tables" VALUES (X'ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB', X'5046543100050000000000000001000000000000001900000000000000789C636080004602F40F00017500FD');
INSERT INTO "volume_files" VALUES (1, X'DDEBC9F10D93474B9D5A01738543A3ED', 6, 0, 'missing', '/scans/I0', X'0101010101010101010101010101010101010101010101010101010101010101', 100, 5);
INSERT INTO "volume_files" VALUES (2, X'654997E0F5434002BD506BB10B44F15F', 6, 1, 'missing', '/scans/I1', X'0202020202020202020202020202020202020202020202020202020202020202', 100, 5);
INSERT INTO "volumes" VALUES (X'EFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEFEF', X'50444931789C6D53DB6ADC3010DD92AFE8EB3C1B636F77D3C52FA594400A4D16F26A8CAAD8F27A882C1949DE0B4BFEA19FD4CFE9633FA12359D90B8D4068E678E6683467FCF16616D611ACC45A5828E60938ECBD9527D06AD3734776790467B8B2AD30CC1E94E37B28204FE7E96A91A5799665ABD47B392460F48E126E13A8B51C7B45F62A01CBFB4146D2A1D34EF7C219AC89E461FDB8FE76FFB47EB89B53F220B9E2068A2C81677496712975CD9D6828F33662D669F30674B8E918A1E42D291BF74232230623ACA0221D6A15B8D4D83F0BA205548E6E91DADA03142D975650166F1A541B28D428E5C965127BCF3B81A342DF06F0255E9033DBF1414C78AF1B2ED11D981CDD994B0AE728A0AC12D05B61243FD878F12B415B8D537377A89AD037B26B62F7C52EA8F01D36AEF326D9621FBA333D0AC0E7B7A3AAA3FFE3FBE3DDD727FFB8310856F9EF560F6CC4C6FB41AD4F6946119395430CA825B7569C62CE8A2E49D3056D4263D6FBDF88672382A2D4D42368831BF4BA9765966649DC5572F2E6E9B2AAC2A0B006E9A1657E19E6E726E21ECB4FB81D781D7422FC3361CBEADD617BBD889C54882E7BA1264F5AF909675B2EC7F0ECCA4F8E08D37FA4EC46B4721A396AA2FF393ECCCEEBCFCDF5F973767DFEBFFE7EB93E7FFD7E3BFF01FA30FC87');
COMMIT;
