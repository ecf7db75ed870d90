from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.catalog import backups
from storage.catalog.check import check
from storage.catalog.engine import Catalog
from storage.errors import Cancelled, CatalogBusy, CatalogDamaged, CatalogError
from storage.paths import CatalogPaths
from storage.progress import Progress
from tests.support.catalogs import add_items, label_ground, scalar


def test_a_session_that_changed_something_leaves_a_backup_and_one_that_read_does_not(tmp_path):
    with Catalog.create(tmp_path / "c") as catalog:
        catalog.do("Look", lambda op: op.one("SELECT 1"))
    assert backups.existing(catalog.paths) == []
    with Catalog.open(tmp_path / "c") as catalog:
        catalog.do("New", lambda op: op.insert("folders", title="A"))
    (made,) = backups.existing(catalog.paths)
    copy = sqlite3.connect(made)
    assert copy.execute("SELECT title FROM folders").fetchall() == [("A",)]
    assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    copy.close()


def test_a_backup_taken_while_somebody_writes_is_of_one_moment(catalog):
    catalog.do("Ground", label_ground)
    catalog.do("Add", add_items, 1, *(f"{n}" for n in range(20_000)))
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            catalog.do("Add", add_items, 1, "a", "b")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        made = [catalog.backup() for _ in range(3)]
    finally:
        stop.set()
        thread.join()
    counts = []
    for path in made:
        copy = sqlite3.connect(path)
        items, ops = copy.execute(
            "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM ops WHERE kind = 'items')"
        ).fetchone()
        assert items == ops
        assert items % 2 == 1
        counts.append(items)
        copy.close()
    assert counts == sorted(counts)


def test_a_backup_that_is_stopped_leaves_no_file(catalog):
    catalog.do("Ground", label_ground)
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        catalog.backup(progress=progress)
    assert list(catalog.paths.backups.iterdir()) == []


def test_a_copy_with_originals_opens_as_a_catalog(catalog, tmp_path):
    catalog.do("Ground", label_ground)
    original = catalog.paths.originals / "ab" / "abcd"
    original.parent.mkdir()
    original.write_bytes(b"pixels")
    target = catalog.backup(tmp_path / "copy")
    (target / "originals" / "ab" / "abcd").stat()
    catalog.do("New", lambda op: op.insert("folders", title="later"))
    catalog.backup(tmp_path / "copy")
    with Catalog.open(target, read_only=True) as copy:
        assert copy.uuid == catalog.uuid
        assert scalar(copy, "SELECT count(*) FROM folders") == 2
    assert check(target) == []
    restored = tmp_path / "restored"
    assert Catalog.restore(target, restored) is None
    assert (restored / "originals" / "ab" / "abcd").read_bytes() == b"pixels"
    with Catalog.open(restored) as again:
        assert scalar(again, "SELECT count(*) FROM folders") == 2


def test_a_copy_is_not_made_into_a_folder_in_use(catalog, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(CatalogError, match="not empty"):
        catalog.backup(tmp_path / "full")


def test_restoring_goes_back_and_keeps_what_was_there(tmp_path):
    with Catalog.create(tmp_path / "c") as catalog:
        catalog.do("New", lambda op: op.insert("folders", title="old"))
        made = catalog.backup()
        catalog.do("New", lambda op: op.insert("folders", title="new"))
    aside = Catalog.restore(made, tmp_path / "c")
    with Catalog.open(tmp_path / "c") as catalog:
        assert catalog.reader().execute("SELECT title FROM folders").fetchall() == [("old",)]
    assert aside is not None
    kept = sqlite3.connect(aside)
    assert kept.execute("SELECT count(*) FROM folders").fetchone() == (2,)
    kept.close()


def test_a_spoilt_backup_is_refused_and_the_catalog_left_alone(tmp_path):
    with Catalog.create(tmp_path / "c") as catalog:
        catalog.do("New", lambda op: op.insert("folders", title="A"))
    (tmp_path / "bad.sqlite").write_bytes(b"SQLite format 3\x00" + bytes(5000))
    with pytest.raises(CatalogDamaged, match="backup"):
        Catalog.restore(tmp_path / "bad.sqlite", tmp_path / "c")
    with Catalog.open(tmp_path / "c") as catalog:
        assert scalar(catalog, "SELECT title FROM folders") == "A"


def test_kept_are_the_last_five_one_a_day_one_a_week_and_those_before_migrations(tmp_path):
    paths = CatalogPaths(tmp_path)
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    at = lambda hours: int((now - timedelta(hours=hours)).timestamp() * 1000)  # noqa: E731
    hourly = [backups.name_for(paths, at_ms=at(h)) for h in range(24 * 60)]
    old = backups.name_for(paths, at_ms=at(24 * 400), before_version=2)
    kept = backups.kept([*hourly, old])
    assert old in kept
    assert kept.issuperset(hourly[:5])
    days = {(now - timedelta(hours=hourly.index(p))).date().isoformat()[5:] for p in kept - {old}}
    last_week = {f"11-{day}" for day in range(14, 21)}
    assert days == last_week | {"11-15", "11-08", "11-01"}
    assert len(kept) == 1 + 5 + 6 + 2


def test_thinning_out_deletes_only_backups(tmp_path):
    paths = CatalogPaths(tmp_path)
    paths.backups.mkdir()
    (paths.backups / "mine.txt").write_text("letter")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(30):
        backups.name_for(paths, at_ms=int((start + timedelta(minutes=n)).timestamp() * 1000)).touch()
    gone = backups.thin_out(paths)
    assert len(gone) == 25
    assert (paths.backups / "mine.txt").exists()
    assert len(backups.existing(paths)) == 5
    assert all(isinstance(p, Path) for p in gone)


def test_a_catalog_that_is_open_is_not_replaced_under_whoever_has_it(tmp_path):
    with Catalog.create(tmp_path / "catalog") as catalog:
        backup = catalog.backup(tmp_path / "backup")
        with pytest.raises(CatalogBusy, match="open in another"):
            backups.restore(backup, catalog.path)
    assert backups.restore(backup, tmp_path / "catalog") is not None
