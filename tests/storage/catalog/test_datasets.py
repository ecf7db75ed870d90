from __future__ import annotations

import pytest

from storage.catalog import datasets, files, folders
from storage.catalog.engine import Catalog
from storage.errors import NotFound, Refused
from storage.model.query import ItemQuery, ItemSelection
from tests.support.nouns import add, dataset, folder, project, redo, task_titles, titles, undo


def members(catalog: Catalog, dataset_id: int) -> list[str]:
    return titles(catalog, ItemQuery(dataset_id=dataset_id))


def test_items_are_attached_once_and_a_folder_with_what_lies_below(catalog: Catalog) -> None:
    top = folder(catalog, "A")
    ids = add(catalog, top, "one", "two")
    add(catalog, folder(catalog, "A/B"), "three")
    made = dataset(catalog, "D", ids[0])
    assert catalog.do("Attach", datasets.attach_folder, made, top, False) == 1
    assert catalog.do("Attach", datasets.attach_folder, made, top) == 1
    assert catalog.do("Attach", datasets.attach_folder, made, top) == 0
    assert catalog.reads.dataset(made).items == 3
    assert members(catalog, made) == ["one", "three", "two"]


def test_titles_are_found_whatever_their_case_and_what_begins_so_comes_first(catalog: Catalog) -> None:
    made = {title: dataset(catalog, title) for title in ("Old streets", "Streets", "streets at night", "Woods")}
    found = catalog.reads.find_titles("datasets", " STREET ", 5)
    assert found == [(made[title], title) for title in ("Streets", "streets at night", "Old streets")]
    assert catalog.reads.find_titles("datasets", "street", 1) == found[:1]
    assert catalog.reads.find_titles("projects", "street", 5) == []


def test_a_mirrored_dataset_follows_its_folder(catalog: Catalog) -> None:
    first, second, plain = folder(catalog, "First"), folder(catalog, "Second"), folder(catalog, "Plain")
    (one,) = add(catalog, first, "one")
    mirror, other = dataset(catalog, "D", mirrors=first), dataset(catalog, "E", mirrors=second)
    work = project(catalog, mirror)
    add(catalog, folder(catalog, "First/Below"), "two")
    assert (members(catalog, mirror), task_titles(catalog, work)) == (["one", "two"], ["one", "two"])
    catalog.do("Move", files.move, ItemSelection.of(one), second)
    assert (members(catalog, mirror), members(catalog, other)) == (["two"], ["one"])
    assert task_titles(catalog, work) == ["two"]
    undo(catalog)
    assert (members(catalog, mirror), members(catalog, other)) == (["one", "two"], [])
    assert task_titles(catalog, work) == ["one", "two"]
    catalog.do("Move", folders.move, [catalog.reads.folder_by_path("First/Below").id], plain)
    assert members(catalog, mirror) == ["one"]


def test_a_mirrored_dataset_takes_nothing_by_hand(catalog: Catalog) -> None:
    (one,) = add(catalog, folder(catalog, "A"), "one")
    made = dataset(catalog, "D", mirrors=folder(catalog, "B"))
    for work in (datasets.attach_items, datasets.detach):
        with pytest.raises(Refused, match="mirrors the folder “B”"):
            catalog.do("x", work, made, ItemSelection.of(one))


def test_what_is_detached_comes_back_with_its_task(catalog: Catalog) -> None:
    one, two = add(catalog, folder(catalog, "A"), "one", "two")
    made = dataset(catalog, "D", one, two)
    work = project(catalog, made)
    before = catalog.reads.label_rows(work)
    assert catalog.do("Detach", datasets.detach, made, ItemSelection.of(one)) == 1
    assert (members(catalog, made), task_titles(catalog, work)) == (["two"], ["two"])
    catalog.do("Attach", datasets.attach_items, made, ItemSelection.of(one))
    assert catalog.reads.label_rows(work) == before


def test_attaching_can_be_undone_and_redone_with_its_tasks(catalog: Catalog) -> None:
    one, two = add(catalog, folder(catalog, "A"), "one", "two")
    made = dataset(catalog, "D", one)
    work = project(catalog, made)
    catalog.do("Attach", datasets.attach_items, made, ItemSelection.of(two))
    assert task_titles(catalog, work) == ["one", "two"]
    undo(catalog)
    assert (members(catalog, made), task_titles(catalog, work)) == (["one"], ["one"])
    redo(catalog)
    assert (members(catalog, made), task_titles(catalog, work)) == (["one", "two"], ["one", "two"])


def test_a_deleted_dataset_leaves_the_files_and_takes_the_tasks(catalog: Catalog) -> None:
    (one,) = add(catalog, folder(catalog, "A"), "one")
    made = dataset(catalog, "D", one)
    work = project(catalog, made)
    catalog.do("Delete", datasets.delete, made)
    assert titles(catalog) == ["one"]
    assert (catalog.reads.project(work).dataset_ids, task_titles(catalog, work)) == ((), [])
    assert catalog.reader().execute("PRAGMA foreign_key_check").fetchall() == []
    undo(catalog)
    assert task_titles(catalog, work) == ["one"]


def test_titles_of_datasets_are_unique_and_found_whatever_their_case(catalog: Catalog) -> None:
    made = dataset(catalog, "Straße")
    assert catalog.reads.dataset_by_title("STRASSE").id == made
    with pytest.raises(Refused):
        dataset(catalog, "straße")
    catalog.do("Rename", datasets.rename, made, "straße")
    with pytest.raises(NotFound, match="nope"):
        catalog.reads.dataset_by_title("nope")


def test_a_dataset_of_many_enters_a_project_in_one_operation(catalog: Catalog) -> None:
    ids = add(catalog, folder(catalog, "A"), *(f"t{n}" for n in range(5000)))
    empty = dataset(catalog, "D")
    work = project(catalog, empty)
    catalog.do("Attach", datasets.attach_items, empty, ItemSelection(query=ItemQuery(text="t1")))
    few = catalog.reads.dataset(empty).items
    assert few == sum(n.startswith("1") for n in map(str, range(5000)))
    catalog.do("Attach", datasets.attach_items, empty, ItemSelection.of(*ids))
    assert sum(catalog.reads.project(work).tasks_by_stage.values()) == 5000
    logged = "SELECT count(*) FROM ops WHERE kind = ? AND field = '*'"
    for kind in ("data_units", "label_rows", "tasks"):
        assert catalog.reader().execute(logged, (kind,)).fetchone() == (5000,)
