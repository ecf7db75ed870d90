from __future__ import annotations

import sqlite3
import sys
import types
from pathlib import Path

import pytest

from storage.catalog import backups, migrations
from storage.catalog.check import check
from storage.catalog.engine import Catalog
from storage.errors import CatalogError
from storage.media.dicom_index import FrameIndex
from storage.media.frames import FrameTable
from storage.model.query import ItemQuery
from tests.support.catalogs import label_ground, scalar
from tests.support.dump_catalog import frame_index

FIXTURES = Path(__file__).resolve().parents[2] / "catalogs"


def shape_of(db: sqlite3.Connection) -> dict[str, object]:
    """Columns, references and indexes of every ordinary table."""
    found: dict[str, object] = {}
    tables = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'").fetchall()
    for name, sql in tables:
        if name.startswith(("sqlite_", "items_fts", "items_words")):
            continue
        found[name] = {
            "columns": [tuple(r[1:]) for r in db.execute(f"PRAGMA table_info({name})")],
            "references": sorted(tuple(r[2:]) for r in db.execute(f"PRAGMA foreign_key_list({name})")),
            "indexes": sorted(
                (r[2], r[3], r[4], tuple(tuple(x[1:]) for x in db.execute(f"PRAGMA index_xinfo('{r[1]}')")))
                for r in db.execute(f"PRAGMA index_list({name})")
            ),
            "conditions": sorted(
                r[0].split("WHERE")[1].strip()
                for r in db.execute(
                    "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql LIKE '%WHERE%'", (name,)
                )
            ),
            "rowid": "WITHOUT ROWID" not in sql,
            "autoincrement": "AUTOINCREMENT" in sql,
            "checks": sql.count("CHECK"),
        }
    return found


def test_the_migrations_make_what_the_tables_say():
    from sqlalchemy import create_engine

    from storage.catalog import tables

    migrated = sqlite3.connect(":memory:", isolation_level=None)
    migrations.migrate(migrated)
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        tables.metadata.create_all(connection)
        declared = shape_of(connection.connection.driver_connection)
    engine.dispose()
    assert shape_of(migrated) == declared
    migrated.close()


@pytest.fixture
def next_version(monkeypatch) -> types.ModuleType:
    """A migration to one version more than today's, which can be told to fail half way."""
    module = types.ModuleType("storage.catalog.migrations.m9999_test")
    module.fail = False

    def migrate(db: sqlite3.Connection) -> None:
        db.execute("ALTER TABLE folders ADD COLUMN colour TEXT")
        if module.fail:
            raise RuntimeError("stumbled")

    module.migrate = migrate
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(migrations, "MODULES", (*migrations.MODULES, "m9999_test"))
    monkeypatch.setattr(migrations, "LATEST", migrations.LATEST + 1)
    return module


@pytest.fixture
def older(tmp_path, request) -> Path:
    with Catalog.create(tmp_path / "c") as catalog:
        catalog.do("Ground", label_ground)
    request.getfixturevalue("next_version")
    return tmp_path / "c"


def test_an_older_catalog_is_brought_up_to_date_after_a_backup(older):
    with Catalog.open(older) as catalog:
        assert scalar(catalog, "PRAGMA user_version") == migrations.LATEST
        assert scalar(catalog, "SELECT colour FROM folders") is None
        assert scalar(catalog, "SELECT title FROM folders") == "Scans"
    (before,) = [p for p in backups.existing(catalog.paths) if "before" in p.name]
    copy = sqlite3.connect(before)
    assert copy.execute("PRAGMA user_version").fetchone() == (migrations.LATEST - 1,)
    copy.close()


def test_a_migration_that_stumbles_leaves_the_old_version_whole(older, next_version):
    next_version.fail = True
    with pytest.raises(RuntimeError, match="stumbled"):
        Catalog.open(older)
    db = sqlite3.connect(older / "catalog.sqlite")
    assert db.execute("PRAGMA user_version").fetchone() == (migrations.LATEST - 1,)
    assert "colour" not in [r[1] for r in db.execute("PRAGMA table_info(folders)")]
    db.close()
    next_version.fail = False
    with Catalog.open(older) as catalog:
        assert scalar(catalog, "PRAGMA user_version") == migrations.LATEST


def test_an_older_catalog_is_not_migrated_by_reading(older):
    with pytest.raises(CatalogError, match="older format"):
        Catalog.open(older, read_only=True)


def of_version(version: str, tmp_path):
    """A catalog as that version left it."""
    root = tmp_path / "c"
    root.mkdir()
    db = sqlite3.connect(root / "catalog.sqlite", isolation_level=None)
    db.executescript((FIXTURES / f"{version}.sqlite.sql").read_text(encoding="utf-8"))
    db.close()
    return root


@pytest.mark.parametrize("fixture", sorted(FIXTURES.glob("*.sql")), ids=lambda p: p.stem)
def test_catalogs_of_every_earlier_version_open_and_are_whole(fixture, tmp_path):
    root = of_version(fixture.stem.partition(".")[0], tmp_path)
    with Catalog.open(root) as catalog:
        assert catalog.user.email == "ada@example.org"
        assert scalar(catalog, "SELECT title FROM folders") == "Scans"
        assert scalar(catalog, "SELECT count(*) FROM items_fts WHERE title LIKE '%one%'") == 1
        from storage.catalog import labels

        document = labels.load(catalog.reader(), 1)
        assert [a.geometry.kind for a in document.annotations.values()] == ["bounding_box", "polygon"]
        assert labels.history(catalog, 1).undoable().text == "Draw polygon"
    assert check(root) == []


def test_groups_and_frames_of_version_2_are_kept(tmp_path):
    with Catalog.open(of_version("v2", tmp_path)) as catalog:
        group = scalar(catalog, "SELECT id FROM items WHERE kind = 'image_group'")
        assert [m.title for m in catalog.reads.members_of(group)] == ["a.png", "b.png"]
        assert len(FrameTable.from_bytes(catalog.reads.frame_table("ab" * 32))) == 5


def test_series_of_version_3_are_kept(tmp_path):
    with Catalog.open(of_version("v3", tmp_path)) as catalog:
        series = scalar(catalog, "SELECT id FROM items WHERE kind = 'dicom_series'")
        assert [f.source for f in catalog.reads.volume_files_of(series)] == ["/scans/I0", "/scans/I1"]
        index = FrameIndex.from_bytes(catalog.reads.frame_index("ef" * 32))
        assert index == frame_index(2)
        assert index.geometry.to_mm(1, 1, 1).tolist() == [0.5, 0.7, 2.5]


def test_series_of_version_3_are_found_by_what_their_facts_say(tmp_path):
    with Catalog.open(of_version("v3", tmp_path)) as catalog:
        assert [row.title for row in catalog.reads.first_rows(ItemQuery(text="1.2.3"))] == ["Head"]


def test_the_first_migration_still_makes_the_first_version(tmp_path):
    """Its DDL is frozen: later changes are later migrations. (Until the first release: dump_catalog writes the fixture anew.)"""
    sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'items_%\\_%' ESCAPE '\\' AND sql IS NOT NULL ORDER BY name"
    kept = sqlite3.connect(":memory:", isolation_level=None)
    kept.executescript((FIXTURES / "v1.sqlite.sql").read_text(encoding="utf-8"))
    made = sqlite3.connect(":memory:", isolation_level=None)
    migrations.import_module("storage.catalog.migrations.m0001_initial").migrate(made)
    assert kept.execute(sql).fetchall() == made.execute(sql).fetchall()
    kept.close()
    made.close()
