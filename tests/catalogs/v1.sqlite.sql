PRAGMA application_id = 1347638348;
PRAGMA user_version = 1;
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
INSERT INTO "meta" VALUES ('uuid', 'de7ebec5-3577-4501-9ade-d1437b4977ef');
INSERT INTO "meta" VALUES ('created_at', '1795236518167');
INSERT INTO "op_groups" VALUES (1, 1, 1795236518178, 1, 'Ground');
INSERT INTO "op_groups" VALUES (1, 9, 1795236518189, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 11, 1795236518196, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 13, 1795236518198, 1, 'Save');
INSERT INTO "op_groups" VALUES (1, 14, 1795236518199, 1, 'Save');
INSERT INTO "ops" VALUES (1, 1, 117652620455182337, 1, 1, X'847A2D57C36E415B889914F578CC7444', 'folders', '*', '{"parent_id":null,"title":"Scans","description":"","kind":"plain","metadata":"{}","created_at":1795236518176,"created_by":"c6f2040b388b4f76aaec4179d5869099","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 2, 117652620455182338, 1, 1, X'A1A846F79E4E4239B76A2A09998D9D3B', 'items', '*', '{"folder_id":"847a2d57c36e415b889914f578cc7444","kind":"image","title":"one.jpg","description":"","mime":"","size":0,"width":null,"height":null,"frames":null,"fps":null,"duration":null,"location":"cloud","source":"/nowhere/one.jpg","sha256":null,"mtime_ns":null,"facts":"{}","metadata":"{}","warnings":"[]","created_at":1795236518176,"created_by":"c6f2040b388b4f76aaec4179d5869099","trashed_at":null,"trash_group":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 3, 117652620455182339, 1, 1, X'9E68E54138D547CEA1217AF2196E02E5', 'datasets', '*', '{"title":"Set","description":"","mirrored_folder_id":null,"created_at":1795236518176,"created_by":"c6f2040b388b4f76aaec4179d5869099"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 4, 117652620455182340, 1, 1, X'C42052CAFBA64E4CB8E4E07F769B3D4D', 'data_units', '*', '{"dataset_id":"9e68e54138d547cea1217af2196e02e5","item_id":"a1a846f79e4e4239b76a2a09998d9d3b","added_at":1795236518176,"removed_at":null}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 5, 117652620455182341, 1, 1, X'009216BCF4204F7098A93364407F8ADE', 'ontologies', '*', '{"title":"Things","description":"","structure":"{}","version":1,"created_at":1795236518176,"created_by":"c6f2040b388b4f76aaec4179d5869099"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 6, 117652620455182342, 1, 1, X'1A646496AE3E4762936AB7E12068C303', 'projects', '*', '{"title":"Project","description":"","ontology_id":"009216bcf4204f7098a93364407f8ade","workflow":"{}","created_at":1795236518176,"created_by":"c6f2040b388b4f76aaec4179d5869099"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 7, 117652620455182343, 1, 1, X'F8D744006AD248A7BD5E01069756E3CB', 'project_datasets', '*', '{"project_id":"1a646496ae3e4762936ab7e12068c303","dataset_id":"9e68e54138d547cea1217af2196e02e5"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 8, 117652620455182344, 1, 1, X'E40F40D40E0E48EFAE5779CE64DC1580', 'label_rows', '*', '{"project_id":"1a646496ae3e4762936ab7e12068c303","data_unit_id":"c42052cafba64e4cb8e4e07f769b3d4d","branch":"main","created_at":1795236518176}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 9, 117652620455968769, 1, 9, X'18A5EC86D3BA4262B142237B6518376A', 'instances', '*', '{"label_row_id":"e40f40d40e0e48efae5779ce64dc1580","hash8":"cq1Jk9j4","feature_hash":"CLASS001","number":1,"layer":0,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 10, 117652620455968770, 1, 9, X'97656118588942BA863150D90A78C3AB', 'shapes', '*', '{"label_row_id":"e40f40d40e0e48efae5779ce64dc1580","instance_id":"18a5ec86d3ba4262b142237b6518376a","part":"","frame":0,"pts":null,"kind":"bounding_box","geometry":"AAAAAAAA8D8AAAAAAAAAQAAAAAAAAAxAAAAAAAAAEEA=","keyframe":1,"outside":0,"occluded":0,"confidence":1.0,"manual":1,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 11, 117652620456427521, 1, 11, X'22DBFAFE2AB04039B38977839C3A7917', 'instances', '*', '{"label_row_id":"e40f40d40e0e48efae5779ce64dc1580","hash8":"4ISstzwl","feature_hash":"CLASS001","number":2,"layer":0,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 12, 117652620456427522, 1, 11, X'B969A449D11747FEBC451EF08116096A', 'shapes', '*', '{"label_row_id":"e40f40d40e0e48efae5779ce64dc1580","instance_id":"22dbfafe2ab04039b38977839c3a7917","part":"","frame":0,"pts":null,"kind":"polygon","geometry":"AQAAAAEAAAADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgCJAAAAAAAAAAAAAAAAAAAAUQFVVVVVVVdU/","keyframe":1,"outside":0,"occluded":0,"confidence":1.0,"manual":1,"created_at":1,"created_by":"ada@example.org"}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 13, 117652620456558593, 1, 13, X'D4BE3239501147CB9A584C6A06B11E58', 'answers', '*', '{"label_row_id":"e40f40d40e0e48efae5779ce64dc1580","instance_id":"18a5ec86d3ba4262b142237b6518376a","classification_id":null,"attribute_hash":"ATTR0001","value":"\"red\"","first":null,"last":null,"manual":1}', NULL, NULL, NULL);
INSERT INTO "ops" VALUES (1, 14, 117652620456624129, 1, 14, X'D4BE3239501147CB9A584C6A06B11E58', 'answers', 'alive', 'false', 1, 13, NULL);
INSERT INTO "users" VALUES (1, X'C6F2040B388B4F76AAEC4179D5869099', 'Ada', 'ada@example.org', 'admin', 1795236518167);
INSERT INTO "ontologies" VALUES (1, X'009216BCF4204F7098A93364407F8ADE', 'Things', '', '{}', 1, 1795236518176, 1, 1795236518176);
INSERT INTO "sessions" VALUES (1, X'805FD750D4924AEAADD00BA3312CE4A9', 1, 1795236518176, '{}');
INSERT INTO "folders" VALUES (1, X'847A2D57C36E415B889914F578CC7444', NULL, 'Scans', '', 'plain', '{}', 1795236518176, 1, 1795236518176, NULL, NULL);
INSERT INTO "projects" VALUES (1, X'1A646496AE3E4762936AB7E12068C303', 'Project', '', 1, '{}', 1795236518176, 1, 1795236518176);
INSERT INTO "datasets" VALUES (1, X'9E68E54138D547CEA1217AF2196E02E5', 'Set', '', NULL, 1795236518176, 1, 1795236518176);
INSERT INTO "items" VALUES (1, X'A1A846F79E4E4239B76A2A09998D9D3B', 1, 'image', 'one.jpg', 'one.jpg', '', '', 0, NULL, NULL, NULL, NULL, NULL, 'cloud', '/nowhere/one.jpg', NULL, NULL, '{}', '{}', '[]', 1795236518176, 1, 1795236518176, NULL, NULL);
INSERT INTO "data_units" VALUES (1, X'C42052CAFBA64E4CB8E4E07F769B3D4D', 1, 1, 1795236518176, NULL);
INSERT INTO "project_datasets" VALUES (1, X'F8D744006AD248A7BD5E01069756E3CB', 1, 1);
INSERT INTO "label_rows" VALUES (1, X'E40F40D40E0E48EFAE5779CE64DC1580', 1, 1, 'main', 1795236518176, 1795236518199);
INSERT INTO "instances" VALUES (1, X'18A5EC86D3BA4262B142237B6518376A', 1, 'cq1Jk9j4', 'CLASS001', 1, 0, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "instances" VALUES (2, X'22DBFAFE2AB04039B38977839C3A7917', 1, '4ISstzwl', 'CLASS001', 2, 0, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "steps" VALUES (1, 1, 1, 'Draw box', X'78018D50C16AC3300CFD179DED62C5B1A31C060B5D2FA397D26308434EBC9236B5B736817CFE5CB6F6B21E2290783C1ED27BAA6BE8C375E4D07A1080C4C6B76465A71DCB3CB39974986732D385B30649179641D40B75D07EE3FBA93CE669F37A5BEDF74A2108142A3570C7AF7EE6F3D7E057F172B8F1FFB8A649B7388438F2D8C790D69485351691A4212A93C1E492AC466954572A2EA8D5EC6E0697E916E6A8C1C529747D387CB8382717D55FD11BDD61B57BA0F981369BEA059A941740846918C47899BCF8E4E17A9FB852BFE493F4CF3FD2FC00A7267801', X'78010DCB3112C4200800C0BF5087990082F816C7024D8A34A438FF3F977EB77788CC77C77EDE84035A35352247756F587806BA09A19E573BA3FA9298308E0E4FFE76E4BABF431E7A2F37BCE4E3858D71526164A9D3945CAA058CF10743281CBD', 0);
INSERT INTO "steps" VALUES (2, 1, 2, 'Draw polygon', X'78018D50BB6EC3300CFC17CE542ADAAA656D31D21668D12530D2C5F040D9B21140958358411F5F5FB941B7A0F00D379087E3F19A068E618E1C3A070859D6DB81072732B65228991B61F3D208ADCBDC74396B431AB059A903F55CCFF1FBC327E7DD6B55D7521260861209817BDEBA4F7E3F79B799CE23DC9AB56DBAC5214C91E3710AC9C69AC2B05246F4445A289DA2DA4EDD0B72832C890A690A5E02AED3ADFCA381D3E4BFC6DF00D5BE4A785CE861A1FF30EE5E6EAD0FFBA7B72BFAC31DB4A90E000C17EF319E2F0E07F6F31FD3465E87AB0B6B7F008A1A8301', X'78010DCB310E80200C00C0BF74B609854AE95B08438B90B8E020FF8FEE77B582ADF56CDBF7B3E000D7ACC6AC781109B2CC81DEF9441A3314A21C341BB4A3C2BDDE6DAB8FFFC478F9B45F46F3801C92A2A7A2285292F664A224D0DA0785571DB6', 0);
INSERT INTO "steps" VALUES (3, 1, 3, 'Answer', X'78018D8D3B0AC3300C40EFA2D902CB1FD9197B8592CD78906C6D2183DBD0EB37D00B7479BCE1C16B0DE47C7D6C818399D462881B664F84A90CC54D72C534583C2B91E50AAEFDD90155C9362AE38C2A980207544A01432CCA996A2C2CF7F5B1EF4FEF3DDDBA6C823BAFE3F8E1BD2EEBBD7F017AEB2B13', X'78018B8E564ACC2B2E4F2D52D2514A31494A353632B6D435353034D435314F4ED2B54C34B5D03549364B34304B32344C35B5508A8D050075100DC1', 1);
INSERT INTO "shapes" VALUES (1, X'97656118588942BA863150D90A78C3AB', 1, 1, '', 0, NULL, 'bounding_box', X'000000000000F03F00000000000000400000000000000C400000000000001040', 1, 0, 0, 1.0, 1, 1, 'ada@example.org', 1, 'ada@example.org');
INSERT INTO "shapes" VALUES (2, X'B969A449D11747FEBC451EF08116096A', 1, 2, '', 0, NULL, 'polygon', X'01000000010000000300000000000000000000000000000000000000000000000080224000000000000000000000000000001440555555555555D53F', 1, 0, 0, 1.0, 1, 1, 'ada@example.org', 1, 'ada@example.org');
COMMIT;
