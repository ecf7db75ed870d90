from __future__ import annotations

import pytest

from storage.catalog import files, members, tasks, trash
from storage.catalog.engine import Catalog
from storage.catalog.trash import Restored
from storage.errors import NotFound
from storage.model.items import Kind
from storage.model.query import ItemQuery, ItemSelection
from tests.support.nouns import add, dataset, folder, new_item, project, task_titles, titles, undo

NOTHING = ItemSelection()


def test_a_deleted_folder_takes_what_lies_in_it_and_brings_it_back(catalog: Catalog) -> None:
    add(catalog, folder(catalog, "A/B"), "one", "two")
    add(catalog, folder(catalog, "C"), "other")
    top = catalog.reads.folder_by_path("A").id
    group = catalog.do("Delete A", trash.delete, [top], NOTHING)
    assert titles(catalog) == ["other"]
    assert [f.title for f in catalog.reads.child_folders(None)] == ["C"]
    (entry,) = catalog.reads.trash()
    assert (entry.group, entry.title, entry.folder_ids, entry.items) == (group, "A", (top,), 2)
    assert (entry.was_in, entry.trashed_by) == ("the top level", "Ada")
    assert titles(catalog, ItemQuery(trashed=True)) == ["one", "two"]
    assert catalog.do("Restore", trash.restore, group) == Restored("A", "the top level", top)
    assert titles(catalog) == ["one", "other", "two"]
    assert [f.id for f in catalog.reads.child_folders(top)] == [catalog.reads.folder_by_path("A/B").id]
    assert catalog.reads.trash() == []


def test_a_trashed_item_vanishes_from_datasets_and_tasks_and_returns_with_its_state(catalog: Catalog) -> None:
    one, two = add(catalog, folder(catalog, "A"), "one", "two")
    made = dataset(catalog, "D", one, two)
    work = project(catalog, made)
    first = catalog.reads.next_task(work)
    assert first is not None
    catalog.do("Submit", tasks.submit, first.id)
    group = catalog.do("Delete", trash.delete, [], ItemSelection.of(one))
    assert catalog.reads.trash()[0].title == "one"
    assert catalog.reads.dataset(made).items == 1
    assert task_titles(catalog, work) == ["two"]
    assert titles(catalog, ItemQuery(dataset_id=made)) == ["two"]
    with pytest.raises(NotFound):
        catalog.reads.task(first.id)
    catalog.do("Restore", trash.restore, group)
    assert catalog.reads.dataset(made).items == 2
    assert catalog.reads.task(first.id).status == "completed"


def test_deleting_can_be_undone(catalog: Catalog) -> None:
    one, _ = add(catalog, folder(catalog, "A"), "one", "two")
    work = project(catalog, dataset(catalog, "D", one))
    catalog.do("Delete", trash.delete, [catalog.reads.folder_by_path("A").id], NOTHING)
    assert undo(catalog) == "Delete"
    assert titles(catalog) == ["one", "two"]
    assert task_titles(catalog, work) == ["one"]
    assert catalog.reads.trash() == []


def test_what_comes_back_to_a_taken_title_gets_a_number(catalog: Catalog) -> None:
    top = folder(catalog, "A")
    (one,) = add(catalog, top, "one.png")
    below = folder(catalog, "A/Sub")
    group = catalog.do("Delete", trash.delete, [below], ItemSelection.of(one))
    add(catalog, top, "One.png")
    folder(catalog, "A/sub")
    catalog.do("Restore", trash.restore, group)
    assert titles(catalog) == ["one (2).png", "One.png"]
    assert sorted(f.title for f in catalog.reads.child_folders(top)) == ["Sub (2)", "sub"]


def test_what_has_no_place_any_more_comes_back_to_the_top_or_is_recovered(catalog: Catalog) -> None:
    (one,) = add(catalog, folder(catalog, "A"), "one")
    below = folder(catalog, "A/Sub")
    first = catalog.do("Delete", trash.delete, [below], ItemSelection.of(one))
    last = catalog.do("Delete", trash.delete, [catalog.reads.folder_by_path("A").id], NOTHING)
    catalog.do("Purge", trash.purge, last, undoable=False)
    catalog.do("Restore", trash.restore, first)
    assert [f.title for f in catalog.reads.child_folders(None)] == ["Recovered", "Sub"]
    assert catalog.reads.item(one).folder_id == catalog.reads.folder_by_path("Recovered").id


def test_purging_names_the_originals_that_nothing_uses_any_more(catalog: Catalog) -> None:
    top = folder(catalog, "A")
    shared, alone = "aa" * 32, "bb" * 32
    items = [
        new_item("one", source="originals/shared", sha256=shared),
        new_item("two", source="originals/shared", sha256=shared),
        new_item("three", source="originals/alone", sha256=alone),
        new_item("four", source="/elsewhere/linked", location="linked"),
        new_item("five", source="originals/no-hash"),
    ]
    ids = catalog.do("Add", files.add, top, items)
    group = catalog.do("Delete", trash.delete, [], ItemSelection.of(*(ids[0], *ids[2:])))
    assert catalog.do("Purge", trash.purge, group, undoable=False) == ["originals/alone", "originals/no-hash"]
    group = catalog.do("Delete", trash.delete, [top], NOTHING)
    assert catalog.do("Purge", trash.purge, group, undoable=False) == ["originals/shared"]
    assert catalog.reader().execute("SELECT count(*) FROM items").fetchone() == (0,)
    assert catalog.reader().execute("SELECT count(*) FROM folders").fetchone() == (0,)


def test_purging_takes_labels_and_tasks_along_and_frees_a_mirror(catalog: Catalog) -> None:
    top = folder(catalog, "A")
    add(catalog, top, "one")
    made = dataset(catalog, "D", mirrors=top)
    work = project(catalog, made)
    group = catalog.do("Delete", trash.delete, [top], NOTHING)
    catalog.do("Purge", trash.purge, group, undoable=False)
    assert catalog.reads.dataset(made).mirrored_folder_id is None
    assert catalog.reads.label_rows(work) == []
    assert catalog.reader().execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_deleted_sequence_says_that_its_pictures_stay(catalog: Catalog) -> None:
    top = folder(catalog, "A")
    whole = new_item("Dam", kind=Kind.IMAGE_SEQUENCE, source="", size=900)
    pictures = [new_item(f"{n}.png", size=300) for n in range(3)]
    made = catalog.do("Add sequence", members.add_group, top, whole, pictures)
    alone = catalog.reads.delete_consequences([], ItemSelection.of(made.item_id))
    assert (alone.items, alone.size, alone.pictures, alone.pictures_size) == (1, 0, 3, 900)
    together = catalog.reads.delete_consequences([top], NOTHING)
    assert (together.items, together.size, together.pictures, together.pictures_size) == (4, 900, 0, 0)


def test_a_deletion_says_beforehand_what_it_takes(catalog: Catalog) -> None:
    top = folder(catalog, "A")
    one, _ = add(catalog, folder(catalog, "A/B"), "one", "two")
    (other,) = add(catalog, folder(catalog, "C"), "other")
    project(catalog, dataset(catalog, "D", one), title="P")
    dataset(catalog, "E", other)
    told = trash.consequences(catalog.reads, [top], ItemSelection.of(one))
    assert (told.items, told.folders, told.size) == (2, 2, 20)
    assert (told.datasets, told.projects, told.annotations) == (("D",), ("P",), 0)
    assert catalog.reads.delete_consequences([], ItemSelection.of(other)).datasets == ("E",)


def test_deleting_what_is_gone_says_so(catalog: Catalog) -> None:
    top = folder(catalog, "A")
    group = catalog.do("Delete", trash.delete, [top], NOTHING)
    with pytest.raises(NotFound):
        catalog.do("Delete", trash.delete, [top], NOTHING)
    catalog.do("Restore", trash.restore, group)
    with pytest.raises(NotFound):
        catalog.do("Restore", trash.restore, group)


def test_a_file_that_left_the_mirrored_folder_while_it_was_in_the_trash_is_let_go(catalog: Catalog) -> None:
    mirrored, outer = folder(catalog, "A/Mirror"), folder(catalog, "A")
    (one,) = add(catalog, mirrored, "one")
    made = dataset(catalog, "D", mirrors=mirrored)
    first = catalog.do("Delete", trash.delete, [], ItemSelection.of(one))
    catalog.do("Delete", trash.delete, [mirrored], NOTHING)
    back = catalog.do("Restore", trash.restore, first)  # its folder is in the trash: recovered
    assert (back.title, back.where) == ("one", "Recovered")
    assert catalog.reads.dataset(made).items == 0
    catalog.do("Back", files.move, ItemSelection.of(one), outer)
    assert catalog.do("Count", lambda op: op.value("SELECT count(*) FROM data_units WHERE removed_at IS NULL")) == 0
