from __future__ import annotations

from pathlib import Path

import pytest

from storage.catalog import trash
from storage.catalog.engine import Catalog
from storage.errors import StaleUndo
from storage.model.query import ItemSelection
from storage.services.trash import empty
from tests.support.nouns import add, folder, titles, undo


def original(catalog: Catalog, name: str) -> Path:
    path = catalog.paths.originals / "ab" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"12345")
    return path


def test_what_is_younger_than_the_days_stays(catalog: Catalog) -> None:
    (one,) = add(catalog, folder(catalog, "A"), "one", source="originals/ab/one")
    kept = original(catalog, "one")
    catalog.do("Delete", trash.delete, [], ItemSelection.of(one))
    assert empty(catalog, 30).groups == 0
    assert len(catalog.reads.trash()) == 1
    assert kept.exists()


def test_emptying_removes_the_files_that_nothing_uses(catalog: Catalog) -> None:
    top = folder(catalog, "A")
    (one,) = add(catalog, top, "one", source="originals/ab/one", sha256="11" * 32)
    (two,) = add(catalog, top, "two", source="originals/ab/shared", sha256="22" * 32)
    add(catalog, top, "three", source="originals/ab/shared", sha256="22" * 32)
    gone, kept = original(catalog, "one"), original(catalog, "shared")
    catalog.do("Delete", trash.delete, [], ItemSelection.of(one, two))
    emptied = empty(catalog, None)
    assert (emptied.groups, emptied.files, emptied.size) == (1, 1, 5)
    assert (gone.exists(), kept.exists(), titles(catalog)) == (False, True, ["three"])


def test_nothing_outside_the_catalog_is_ever_removed(catalog: Catalog, tmp_path: Path) -> None:
    linked, sly = tmp_path / "linked.png", tmp_path / "sly.png"
    for path in (linked, sly):
        path.write_bytes(b"mine")
    top = folder(catalog, "A")
    ids = add(catalog, top, "linked", source=str(linked), location="linked") + add(
        catalog, top, "sly", source="originals/../../sly.png"
    )
    catalog.do("Delete", trash.delete, [], ItemSelection.of(*ids))
    assert empty(catalog, None).files == 0
    assert linked.exists()
    assert sly.exists()


def test_emptying_is_not_undone(catalog: Catalog) -> None:
    ids = add(catalog, folder(catalog, "A"), "one")
    catalog.do("Delete", trash.delete, [], ItemSelection.of(*ids))
    empty(catalog, None)
    with pytest.raises(StaleUndo):
        undo(catalog)
    assert titles(catalog) == []
