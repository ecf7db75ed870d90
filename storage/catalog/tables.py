"""Today's schema, complete.

The migrations make it (their DDL is frozen text); a test compares the two. Rules of the house:

- `id` is an integer rowid for joins and lists inside the process, `uuid` (16 bytes) the name outside it.
  Tables whose ids screens hold use AUTOINCREMENT: an id is never given to another row, so undo can put a row back.
- Times are milliseconds since 1970, UTC. JSON is stored as text.
- `created_by` of records is a user id; in label tables it is an e-mail, because imports name people we do not know.
- There is no ON DELETE CASCADE: `Operation.delete` must see every row that goes, for the op log and for undo.
- Indexes only where a read needs one. `items` pays for each of them 500,000 times in a registration.
- Two FTS5 tables follow `items.title` by triggers and are not part of this metadata: see the end of the file.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BLOB,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData()


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _uuid() -> Column[bytes]:
    return Column("uuid", BLOB, nullable=False, unique=True)


def _text(name: str, default: str | None = "", *, nullable: bool = False) -> Column[str]:
    if default is None:
        return Column(name, Text, nullable=nullable)
    return Column(name, Text, nullable=nullable, server_default=text(f"'{default}'"))


def _title() -> Column[str]:
    """Sorted and compared without regard to (ASCII) case, as people expect of lists."""
    return Column("title", Text(collation="NOCASE"), nullable=False)


def _int(name: str, *, nullable: bool = False, default: int | None = None) -> Column[int]:
    given = None if default is None else text(str(default))
    return Column(name, Integer, nullable=nullable, server_default=given)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=nullable)


def _maybe(name: str, kind: TypeEngine[Any]) -> Column[Any]:
    return Column(name, kind, nullable=True)


def _created() -> tuple[Column[int], Column[int]]:
    return _int("created_at"), _ref("created_by", "users", nullable=True)


def _authored() -> tuple[Column[Any], ...]:
    """Who made and changed a label record, by e-mail."""
    by = (_maybe("created_by", Text()), _int("edited_at", default=0), _maybe("edited_by", Text()))
    return (_int("created_at", default=0), *by)


# -- the catalog itself --------------------------------------------------------------------------------------------

#: `uuid` of the catalog, `created_at`, `program` (the version that made it).
meta = Table("meta", metadata, Column("key", Text, primary_key=True, nullable=False), _maybe("value", Text()))

#: One log: a run of the program that wrote something. `parents`: {uuid: seq}, what it had seen at its first write.
sessions = Table(
    "sessions", metadata, _id(), _uuid(), _ref("user_id", "users", nullable=True), _int("started_at"), _text("parents", "{}")
)

#: The op log. `after`: JSON text, or the 32 bytes of a key of `blobs` when it is long. `op_group` is the
#: `seq` of the first op of the transaction. `before_*` name the op that was replaced. `deps`: what had been seen anew.
ops = Table(
    "ops",
    metadata,
    _int("session_id"),
    _int("seq"),
    _int("hlc"),
    _int("user_id"),
    _int("op_group"),
    Column("entity_uuid", BLOB, nullable=False),
    _text("kind", None),
    _text("field", None),
    Column("after", BLOB, nullable=True),
    _int("before_session", nullable=True),
    _int("before_seq", nullable=True),
    _maybe("deps", Text()),
    PrimaryKeyConstraint("session_id", "seq"),
    Index("ops_entity", "entity_uuid", "field"),
    sqlite_with_rowid=False,
)

#: One row a transaction: the sentence people read in "activity", beside the ops it belongs to.
op_groups = Table(
    "op_groups",
    metadata,
    _int("session_id"),
    _int("op_group"),
    _int("at"),
    _int("user_id"),
    _text("text"),
    PrimaryKeyConstraint("session_id", "op_group"),
    sqlite_with_rowid=False,
)

#: Long values, compressed by zlib, by the SHA-256 of what they say.
blobs = Table("blobs", metadata, Column("sha256", BLOB, primary_key=True, nullable=False), Column("data", BLOB, nullable=False))

# -- people --------------------------------------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    _id(),
    _uuid(),
    _text("name"),
    Column("email", Text(collation="NOCASE"), nullable=False, unique=True),
    _text("role", "member"),
    _int("created_at"),
    sqlite_autoincrement=True,
)

#: Rights on one folder, dataset, ontology or project (`kind` is the table's name).
members = Table(
    "members",
    metadata,
    _id(),
    _uuid(),
    _text("kind", None),
    _int("entity_id"),
    _ref("user_id", "users"),
    _text("role", None),
    UniqueConstraint("kind", "entity_id", "user_id"),
    sqlite_autoincrement=True,
)

# -- files ---------------------------------------------------------------------------------------------------------

#: One deletion into the trash, restored or purged as a whole; `uuid` is the group's name.
trash = Table(
    "trash",
    metadata,
    _id(),
    _uuid(),
    _text("title"),
    _text("was_in"),
    _int("trashed_at"),
    _ref("trashed_by", "users", nullable=True),
    sqlite_autoincrement=True,
)

folders = Table(
    "folders",
    metadata,
    _id(),
    _uuid(),
    _ref("parent_id", "folders", nullable=True),
    _title(),
    _text("description"),
    _text("kind", "plain"),
    _text("metadata", "{}"),
    *_created(),
    _int("edited_at"),
    _int("trashed_at", nullable=True),
    _ref("trash_group", "trash", nullable=True),
    Index("folders_parent", "parent_id", "title"),
    Index("folders_trash", "trash_group", sqlite_where=text("trash_group IS NOT NULL")),
    sqlite_autoincrement=True,
)

_LIVE = text("trashed_at IS NULL")

#: `source`: LOCAL a path below the catalog, LINKED an absolute path, CLOUD a URL. The partial indexes serve keyset lists
#: of one folder: `WHERE folder_id = ? AND trashed_at IS NULL ORDER BY sort_key, id`; the rowid is in each of them.
#: `sort_key` is `model.titles.sort_key(title)`: the order in which people count ("img 2" before "img 10").
items = Table(
    "items",
    metadata,
    _id(),
    _uuid(),
    _ref("folder_id", "folders"),
    _text("kind", None),
    _title(),
    _text("sort_key"),
    _text("description"),
    _text("mime"),
    _int("size", default=0),
    _maybe("width", Integer()),
    _maybe("height", Integer()),
    _maybe("frames", Integer()),
    _maybe("fps", Float()),
    _maybe("duration", Float()),
    _text("location", "local"),
    _text("source"),
    _maybe("sha256", BLOB()),
    _maybe("mtime_ns", Integer()),
    _text("facts", "{}"),
    _text("metadata", "{}"),
    _text("warnings", "[]"),
    *_created(),
    _int("edited_at"),
    _int("trashed_at", nullable=True),
    _ref("trash_group", "trash", nullable=True),
    Index("items_order", "sort_key", "folder_id", sqlite_where=_LIVE),
    Index("items_title", "folder_id", "sort_key", sqlite_where=_LIVE),
    Index("items_created", "folder_id", "created_at", sqlite_where=_LIVE),
    Index("items_size", "folder_id", "size", sqlite_where=_LIVE),
    Index("items_kind", "folder_id", "kind", sqlite_where=_LIVE),
    Index("items_pixels", "folder_id", text("width * height"), sqlite_where=_LIVE),
    Index("items_duration", "folder_id", "duration", sqlite_where=_LIVE),
    Index("items_sha256", "sha256", sqlite_where=text("sha256 IS NOT NULL")),
    Index("items_trash", "trash_group", sqlite_where=text("trash_group IS NOT NULL")),
    sqlite_autoincrement=True,
)

#: The pictures of an image group or sequence, in order. They are items of their own, in a folder of the kind `members`.
item_members = Table(
    "item_members",
    metadata,
    _id(),
    _uuid(),
    _ref("item_id", "items"),
    _int("position"),
    _ref("member_item_id", "items"),
    UniqueConstraint("item_id", "position"),
    Index("item_members_member", "member_item_id"),
    sqlite_autoincrement=True,
)

#: `media.frames.FrameTable` of videos, by the SHA-256 of the original. Follows from the file, so it is in no log.
frame_tables = Table(
    "frame_tables",
    metadata,
    Column("sha256", BLOB, primary_key=True, nullable=False),
    Column("data", BLOB, nullable=False),
)

#: The files behind a DICOM series (or a pair), in the order of its index; `location` and `source` as in `items`.
volume_files = Table(
    "volume_files",
    metadata,
    _id(),
    _uuid(),
    _ref("item_id", "items"),
    _int("position"),
    _text("location", "local"),
    _text("source"),
    Column("sha256", BLOB, nullable=False),
    _int("size", default=0),
    _int("mtime_ns", nullable=True),
    UniqueConstraint("item_id", "position"),
    Index("volume_files_sha256", "sha256"),
    sqlite_autoincrement=True,
)

#: By what a series is found: part of the facts of its item, which it follows by triggers. In no log.
series = Table(
    "series",
    metadata,
    Column("item_id", Integer, primary_key=True, nullable=False),
    *(_maybe(name, Text(collation="NOCASE")) for name in ("patient_id", "patient_name", "accession")),
    *(_maybe(name, Text()) for name in ("study_uid", "series_uid")),
    Index("series_patient", "patient_id"),
    Index("series_patient_name", "patient_name"),
    Index("series_accession", "accession"),
    Index("series_study", "study_uid"),
    Index("series_uid", "series_uid"),
)

#: `media.dicom_index.FrameIndex` of series, by the hash of the item. Follows from the files, so it is in no log.
volumes = Table(
    "volumes",
    metadata,
    Column("sha256", BLOB, primary_key=True, nullable=False),
    Column("data", BLOB, nullable=False),
)

# -- datasets, ontologies, projects --------------------------------------------------------------------------------

datasets = Table(
    "datasets",
    metadata,
    _id(),
    _uuid(),
    _title(),
    _text("description"),
    _ref("mirrored_folder_id", "folders", nullable=True),
    *_created(),
    _int("edited_at"),
    sqlite_autoincrement=True,
)

#: An item in a dataset; `uuid` is Encord's data hash. Detaching sets `removed_at`: labels hang on the row and are shown
#: again when the item comes back, so it is deleted only with its dataset.
data_units = Table(
    "data_units",
    metadata,
    _id(),
    _uuid(),
    _ref("dataset_id", "datasets"),
    _ref("item_id", "items"),
    _int("added_at"),
    _int("removed_at", nullable=True),
    UniqueConstraint("dataset_id", "item_id"),
    Index("data_units_item", "item_id", "removed_at"),
    Index("data_units_live", "dataset_id", "item_id", sqlite_where=text("removed_at IS NULL")),
    sqlite_autoincrement=True,
)

#: `structure` is the JSON of `exchange.ontology_json`.
ontologies = Table(
    "ontologies",
    metadata,
    _id(),
    _uuid(),
    _title(),
    _text("description"),
    _text("structure", "{}"),
    _int("version", default=1),
    *_created(),
    _int("edited_at"),
    sqlite_autoincrement=True,
)

projects = Table(
    "projects",
    metadata,
    _id(),
    _uuid(),
    _title(),
    _text("description"),
    _ref("ontology_id", "ontologies"),
    _text("workflow", "{}"),
    *_created(),
    _int("edited_at"),
    sqlite_autoincrement=True,
)

project_datasets = Table(
    "project_datasets",
    metadata,
    _id(),
    _uuid(),
    _ref("project_id", "projects"),
    _ref("dataset_id", "datasets"),
    UniqueConstraint("project_id", "dataset_id"),
    Index("project_datasets_dataset", "dataset_id"),
    sqlite_autoincrement=True,
)

#: Queue order within a stage: place, then the higher priority, then age (id). A skipped task gets the time as its place,
#: so it comes after all that were not. `hidden`: its item is in the trash or has left the dataset, its dataset the project.
tasks = Table(
    "tasks",
    metadata,
    _id(),
    _uuid(),
    _ref("project_id", "projects"),
    _ref("label_row_id", "label_rows"),
    Column("stage_uuid", BLOB, nullable=False),
    _text("status", "new"),
    _ref("assignee_id", "users", nullable=True),
    Column("priority", Float, nullable=False, server_default=text("0.5")),
    _int("place", default=0),
    _int("hidden", default=0),
    _int("edited_at"),
    Index("tasks_queue", "project_id", "stage_uuid", "hidden", "assignee_id", "place", text("priority DESC")),
    Index("tasks_label_row", "label_row_id"),
    sqlite_autoincrement=True,
)

# -- labels (storage/model/labels.py) --------------------------------------------------------------

#: The labels of one data unit in one project; `uuid` is Encord's label hash.
label_rows = Table(
    "label_rows",
    metadata,
    _id(),
    _uuid(),
    _ref("project_id", "projects"),
    _ref("data_unit_id", "data_units"),
    _text("branch", "main"),
    _int("created_at"),
    _int("edited_at"),
    UniqueConstraint("project_id", "data_unit_id", "branch"),
    Index("label_rows_data_unit", "data_unit_id"),
    sqlite_autoincrement=True,
)

instances = Table(
    "instances",
    metadata,
    _id(),
    _uuid(),
    _ref("label_row_id", "label_rows"),
    _text("hash8", None),
    _text("feature_hash", None),
    _int("number"),
    _int("layer", default=0),
    *_authored(),
    Index("instances_label_row", "label_row_id"),
)

#: One instance on one frame or key frame of `part` ("" or a group member's uuid). `geometry`: `model.geometry.pack`.
shapes = Table(
    "shapes",
    metadata,
    _id(),
    _uuid(),
    _ref("label_row_id", "label_rows"),
    _ref("instance_id", "instances"),
    _text("part"),
    _int("frame", default=0),
    _maybe("pts", Integer()),
    _text("kind", None),
    Column("geometry", BLOB, nullable=False),
    _int("keyframe", default=1),
    _int("outside", default=0),
    _int("occluded", default=0),
    Column("confidence", Float, nullable=False, server_default=text("1.0")),
    _int("manual", default=1),
    *_authored(),
    Index("shapes_label_row", "label_row_id", "frame"),
    Index("shapes_instance", "instance_id"),
)

classifications = Table(
    "classifications",
    metadata,
    _id(),
    _uuid(),
    _ref("label_row_id", "label_rows"),
    _text("hash8", None),
    _text("feature_hash", None),
    Column("confidence", Float, nullable=False, server_default=text("1.0")),
    _int("manual", default=1),
    *_authored(),
    Index("classifications_label_row", "label_row_id"),
)

#: The frames a classification speaks of; none: the whole unit. Logged as the field `ranges` of their owner.
ranges = Table(
    "ranges",
    metadata,
    _id(),
    _ref("classification_id", "classifications"),
    _int("first"),
    _int("last"),
    Index("ranges_owner", "classification_id"),
)

#: Owned by an instance or by a classification. `value` is JSON. Static answers have no first and last.
answers = Table(
    "answers",
    metadata,
    _id(),
    _uuid(),
    _ref("label_row_id", "label_rows"),
    _ref("instance_id", "instances", nullable=True),
    _ref("classification_id", "classifications", nullable=True),
    _text("attribute_hash", None),
    _text("value", None),
    _maybe("first", Integer()),
    _maybe("last", Integer()),
    _int("manual", default=1),
    CheckConstraint("(instance_id IS NULL) <> (classification_id IS NULL)"),
    Index("answers_label_row", "label_row_id"),
    Index("answers_instance", "instance_id", sqlite_where=text("instance_id IS NOT NULL")),
    Index("answers_classification", "classification_id", sqlite_where=text("classification_id IS NOT NULL")),
)

#: Undo of labels that survives a restart. `edits` and `inverse`: compressed JSON, see `label_steps`.
#: `undone`: 0 live, 1 undone (can be redone), 2 dead (a new step was made after it was undone). Local: never in the ops.
steps = Table(
    "steps",
    metadata,
    _id(),
    _ref("label_row_id", "label_rows"),
    _int("n"),
    _text("text"),
    Column("edits", BLOB, nullable=False),
    Column("inverse", BLOB, nullable=False),
    _int("undone", default=0),
    UniqueConstraint("label_row_id", "n"),
)

# -- search (FTS5, external content `items`, kept in step by triggers; both with detail=none) -----------------------
#
# items_fts    trigrams, from three letters:   SELECT rowid FROM items_fts WHERE title LIKE '%abc%'
# items_words  word beginnings, one or two:    SELECT rowid FROM items_words WHERE items_words MATCH 'ab*'
