from __future__ import annotations

import pytest

from storage.catalog import datasets, files, folders, people, trash
from storage.catalog.engine import Catalog
from storage.errors import NotAllowed, NotFound, Refused
from storage.model.people import Role
from storage.model.query import ItemQuery, ItemSelection
from tests.support.nouns import add, as_member, dataset, folder, new_item, project, titles


def test_a_member_sees_what_was_shared_and_what_they_made(catalog: Catalog) -> None:
    add(catalog, folder(catalog, "Secret"), "hidden")
    shared = folder(catalog, "Secret/Shared")
    add(catalog, folder(catalog, "Secret/Shared/Below"), "seen")
    dataset(catalog, "Hidden")
    with as_member(catalog, ("folders", shared, Role.USER)) as bob:
        assert [f.title for f in bob.reads.child_folders(None)] == ["Shared"]
        assert [f.title for f in bob.reads.folder_path(bob.reads.folder_by_path("Shared/Below").id)] == ["Shared", "Below"]
        assert titles(bob) == ["seen"]
        assert (bob.reads.count(ItemQuery()), len(bob.reads.ids(ItemQuery(text="hid")))) == (1, 0)
        assert bob.reads.datasets() == []
        own = bob.do("New folder", folders.create, None, "Mine")
        bob.do("Add", files.add, own, [new_item("own")])
        assert titles(bob) == ["own", "seen"]
        mine = bob.do("New", datasets.create, "Bob's")
        assert [d.id for d in bob.reads.datasets()] == [mine]
    assert titles(catalog) == ["hidden", "own", "seen"]


def test_what_a_member_may_not_see_does_not_exist_for_them(catalog: Catalog) -> None:
    secret = folder(catalog, "Secret")
    (one,) = add(catalog, secret, "one")
    made = dataset(catalog, "D", one)
    work = project(catalog, made)
    with as_member(catalog) as bob:
        uuid = catalog.reads.item(one).uuid
        task = catalog.reads.next_task(work)
        assert task is not None
        for ask in (
            lambda: bob.reads.folder(secret),
            lambda: bob.reads.item(one),
            lambda: bob.reads.item_by_uuid(uuid),
            lambda: bob.reads.dataset(made),
            lambda: bob.reads.project(work),
            lambda: bob.reads.task(task.id),
            lambda: bob.reads.labels(task.label_row_id),
            lambda: bob.reads.label_row(task.label_row_id),
        ):
            with pytest.raises(NotFound):
                ask()
        assert bob.reads.rows([one]) == [None]


def test_whoever_works_in_a_project_sees_its_items_but_not_their_folder(catalog: Catalog) -> None:
    secret = folder(catalog, "Secret")
    (one,) = add(catalog, secret, "one")
    work = project(catalog, dataset(catalog, "D", one))
    with as_member(catalog, ("projects", work, Role.ANNOTATOR)) as bob:
        assert bob.reads.item(one).title == "one"
        assert bob.reads.ontology(bob.reads.project(work).ontology_id) is not None
        assert [r and r.title for r in bob.reads.rows([one])] == ["one"]
        assert titles(bob) == []


def test_who_is_a_member_no_more_sees_nothing_of_it_until_that_is_undone(catalog: Catalog) -> None:
    shared = folder(catalog, "Shared")
    add(catalog, shared, "one")
    with as_member(catalog, ("folders", shared, Role.USER)) as bob:
        with pytest.raises(NotAllowed):
            bob.do("Leave", people.remove_member, "folders", shared, bob.user.id)
        catalog.do("Take away", people.remove_member, "folders", shared, bob.user.id)
        assert titles(bob) == [] and bob.reads.child_folders(None) == []
        catalog.undo().result()
        assert titles(bob) == ["one"]


def test_a_viewer_of_a_folder_changes_nothing_in_it(catalog: Catalog) -> None:
    shared = folder(catalog, "Shared")
    (one,) = add(catalog, shared, "one")
    with as_member(catalog, ("folders", shared, Role.USER)) as bob:
        for work, args in (
            (folders.create, (shared, "x")),
            (folders.rename, (shared, "x")),
            (files.add, (shared, [new_item("x")])),
            (files.rename, (one, "x")),
            (trash.delete, ([], ItemSelection.of(one))),
            (trash.delete, ([shared], ItemSelection())),
            (people.add_member, ("folders", shared, bob.user.id, Role.ADMIN)),
        ):
            with pytest.raises(NotAllowed):
                bob.do("Try", work, *args)
    assert titles(catalog) == ["one"]


def test_users_are_added_once(catalog: Catalog) -> None:
    catalog.do("Add user", people.add, "Bob", "bob@example.org")
    assert [u.name for u in catalog.reads.users()] == ["Ada", "Bob"]
    assert catalog.reads.user("bob").email == "bob@example.org"
    for email in ("BOB@example.org", "nothing"):
        with pytest.raises(Refused):
            catalog.do("Add user", people.add, "B", email)
