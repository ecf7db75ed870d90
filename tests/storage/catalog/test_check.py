from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from storage.catalog import labels
from storage.catalog.check import check
from storage.catalog.engine import Catalog
from storage.editing import verbs
from storage.editing.session import EditSession
from storage.model.geometry import Box
from tests.support.catalogs import label_ground


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    with Catalog.create(tmp_path / "c") as catalog:
        row = catalog.do("Ground", label_ground)
        session = EditSession(labels.load(catalog.reader(), row), lambda c: catalog.submit("s", labels.save_step, row, c))
        session.do("Draw", verbs.add_object(session.document, "CLASS001", Box(0, 0, 1, 1), ("", 0), by="a", now=1)[0])
        (catalog.paths.originals / "abcd").write_bytes(b"12345")
        catalog.do("Here", lambda op: op.update("items", 1, location="local", source="originals/abcd", size=5))
    return tmp_path / "c"


def spoil(root: Path, *statements: str) -> None:
    db = sqlite3.connect(root / "catalog.sqlite", isolation_level=None)
    for statement in statements:
        db.execute(statement)
    db.close()


def test_a_whole_catalog_has_no_problems(whole):
    assert check(whole) == []


FAULTS = {
    "reference": "UPDATE items SET folder_id = 77",
    "geometry": "UPDATE shapes SET geometry = x'00'",
    "json": "UPDATE items SET facts = '{oops'",
    "steps": "UPDATE steps SET edits = x'00'",
    "ops": "DELETE FROM ops WHERE kind = 'instances'",
    "original": "UPDATE items SET size = 6",
    "trash": "UPDATE items SET trashed_at = 5",
    "search": "INSERT INTO items_fts(items_fts, rowid, title) VALUES ('delete', 1, 'one.jpg')",
}


@pytest.mark.parametrize("what", FAULTS)
def test_each_fault_is_found_and_named(whole, what):
    spoil(whole, FAULTS[what])
    found = {p.what for p in check(whole)}
    assert what in found
    assert found <= {what, "ops"}


def test_a_missing_original_is_named(whole):
    (whole / "originals" / "abcd").unlink()
    (problem,) = check(whole)
    assert (problem.what, problem.where) == ("original", "originals/abcd")
    assert "one.jpg" in problem.text


def test_a_folder_inside_itself_is_found(whole):
    spoil(whole, "UPDATE folders SET parent_id = 1")
    assert [p.text for p in check(whole)] == ["The folder lies inside itself."]


def test_a_missing_long_value_of_the_log_is_found(tmp_path):
    with Catalog.create(tmp_path / "c") as catalog:
        catalog.do("New", lambda op: op.insert("folders", title="A", description="x" * 9000))
    spoil(tmp_path / "c", "DELETE FROM blobs")
    assert [p.what for p in check(tmp_path / "c")] == ["ops"]


def test_a_hundred_faults_of_one_kind_are_counted_not_listed(tmp_path):
    with Catalog.create(tmp_path / "c") as catalog:
        catalog.do("New", lambda op: op.insert_many("folders", ["title"], [(f"{n}",) for n in range(100)]))
    spoil(tmp_path / "c", "UPDATE folders SET trashed_at = 1")
    problems = check(tmp_path / "c")
    assert len(problems) == 51
    assert "50 more" in problems[-1].text


def test_checking_changes_nothing(whole):
    before = (whole / "catalog.sqlite").read_bytes()
    check(whole)
    assert (whole / "catalog.sqlite").read_bytes() == before
