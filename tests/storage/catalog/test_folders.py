from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.catalog import folders, trash
from storage.catalog.engine import Catalog
from storage.errors import NotFound, PostilError, Refused
from storage.model.query import ItemSelection
from tests.support.nouns import add, folder, redo, undo


def paths(catalog: Catalog) -> list[str]:
    return sorted(path for _, path in catalog.reads.find_folders("", limit=1000))


def test_without_a_word_those_at_the_top_come_first(catalog: Catalog) -> None:
    catalog.do("Make", folders.ensure, ("b", "a", "c"))
    catalog.do("Make", folders.ensure, ("day 10",))
    catalog.do("Make", folders.ensure, ("day 9",))
    shown = [path for _, path in catalog.reads.find_folders("", limit=4)]
    assert shown == ["b", "day 9", "day 10", "b / a"]


def test_missing_folders_of_a_path_are_made_and_the_others_kept(catalog: Catalog) -> None:
    first = folder(catalog, "A/B/C")
    assert folder(catalog, "a/b/c") == first
    folder(catalog, "A/B/D")
    assert paths(catalog) == ["A", "A / B", "A / B / C", "A / B / D"]


def test_a_folder_is_found_by_its_path_whatever_its_case(catalog: Catalog) -> None:
    made = folder(catalog, "Scans/Köln")
    assert catalog.reads.folder_by_path("scans/köLN").id == made
    with pytest.raises(NotFound, match="Scans/Bonn"):
        catalog.reads.folder_by_path("Scans/Bonn")


@pytest.mark.parametrize("title", ["", "   ", "x" * 301, "a/b", "line\nbreak"])
def test_a_bad_title_is_refused_with_a_remedy(catalog: Catalog, title: str) -> None:
    with pytest.raises(Refused) as told:
        catalog.do("New folder", folders.create, None, title)
    assert told.value.remedy


@pytest.mark.parametrize(("one", "other"), [("Scans", "sCANS"), ("Ärzte", "ärzte")])
def test_a_title_is_taken_once_among_siblings(catalog: Catalog, one: str, other: str) -> None:
    catalog.do("New folder", folders.create, None, one)
    with pytest.raises(Refused, match="already"):
        catalog.do("New folder", folders.create, None, other)
    below = catalog.do("New folder", folders.create, folder(catalog, "else"), other)
    with pytest.raises(Refused, match="already"):
        catalog.do("Move", folders.move, [below], None)


def test_a_folder_may_change_the_case_of_its_own_title(catalog: Catalog) -> None:
    made = folder(catalog, "scans")
    catalog.do("Rename", folders.rename, made, "Scans")
    assert paths(catalog) == ["Scans"]


def test_a_folder_cannot_be_moved_into_its_own_grandchild(catalog: Catalog) -> None:
    grandchild = folder(catalog, "A/B/C")
    top = catalog.reads.folder_by_path("A").id
    for target in (grandchild, top):
        with pytest.raises(Refused, match="loop"):
            catalog.do("Move", folders.move, [top], target)
    assert paths(catalog) == ["A", "A / B", "A / B / C"]


def test_creating_renaming_and_moving_can_be_undone_and_redone(catalog: Catalog) -> None:
    a, b = folder(catalog, "A"), folder(catalog, "B")
    catalog.do("Rename", folders.rename, a, "Z")
    catalog.do("Move", folders.move, [a], b)
    assert paths(catalog) == ["B", "B / Z"]
    assert [undo(catalog), undo(catalog), undo(catalog)] == ["Move", "Rename", "New folder"]
    assert paths(catalog) == ["A"]
    for _ in range(3):
        redo(catalog)
    assert paths(catalog) == ["B", "B / Z"]


def test_sub_folders_stand_in_the_order_people_count(catalog: Catalog) -> None:
    for title in ("day 10", "Day 2", "day 1", "Éclair", "eclipse", "zoo"):
        catalog.do("New folder", folders.create, None, title)
    listed = [f.title for f in catalog.reads.child_folders(None)]
    assert listed == ["day 1", "Day 2", "day 10", "Éclair", "eclipse", "zoo"]


def test_a_summary_counts_what_lies_below(catalog: Catalog) -> None:
    add(catalog, folder(catalog, "A/B"), "one", "two")
    add(catalog, folder(catalog, "A"), "three")
    summary = catalog.reads.folder_summary(catalog.reads.folder_by_path("A").id)
    assert (summary.items, summary.folders, summary.size) == (3, 1, 30)


def test_activity_says_who_did_what_newest_first(catalog: Catalog) -> None:
    made = folder(catalog, "A")
    catalog.do("Rename A to B", folders.rename, made, "B")
    add(catalog, made, "one.png")
    told = catalog.reads.activity(folder_id=made)
    assert [(row.who, row.text) for row in told] == [
        ("Ada", "Add 1 files “one.png”"),
        ("Ada", "Rename A to B"),
        ("Ada", "New folder “A”"),
    ]


def test_activity_names_what_was_deleted_and_says_what_was_taken_back(catalog: Catalog) -> None:
    made = folder(catalog, "A")
    one, *_ = add(catalog, made, "one.png", "two.png")
    catalog.do("Delete", trash.delete, (), ItemSelection.of(one))
    catalog.undo().result()
    catalog.redo().result()
    catalog.undo().result()
    deeds = ["Undone: Delete “one.png”", "Redone: Delete “one.png”", "Undone: Delete “one.png”", "Delete “one.png”"]
    assert [row.text for row in catalog.reads.activity(folder_id=made)][:4] == deeds
    assert [row.text for row in catalog.reads.activity(item_id=one)][:4] == deeds


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["create", "move", "rename", "delete", "restore", "undo", "redo"]),
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_is_done_and_undone_folders_stay_a_forest(tmp_path_factory: pytest.TempPathFactory, steps: list) -> None:
    with Catalog.create(tmp_path_factory.mktemp("forest") / "c") as catalog:
        for what, one, other in steps:
            with contextlib.suppress(PostilError):  # refused: the tree must be as good as before
                _step(catalog, what, one, other)
            _check_forest(catalog)


def _step(catalog: Catalog, what: str, one: int, other: int) -> None:
    ids = [r[0] for r in catalog.reader().execute("SELECT id FROM folders WHERE trashed_at IS NULL ORDER BY id")]
    pick = lambda n: ids[n % len(ids)] if ids and n % 5 else None  # noqa: E731
    match what:
        case "create":
            catalog.do("Create", folders.create, pick(one), f"Title {other % 4}")
        case "undo":
            catalog.undo().result()
        case "redo":
            catalog.redo().result()
        case "restore":
            entries = catalog.reads.trash()
            if entries:
                catalog.do("Restore", trash.restore, entries[one % len(entries)].group)
        case _ if ids:
            target = ids[one % len(ids)]
            if what == "move":
                catalog.do("Move", folders.move, [target], pick(other))
            elif what == "rename":
                catalog.do("Rename", folders.rename, target, f"title {other % 4}")
            else:
                catalog.do("Delete", trash.delete, [target], ItemSelection())


def _check_forest(catalog: Catalog) -> None:
    rows = catalog.reader().execute("SELECT id, parent_id, title, trashed_at FROM folders").fetchall()
    parent = {r[0]: r[1] for r in rows}
    live = {r[0] for r in rows if r[3] is None}
    for folder_id in parent:
        seen, at = set(), folder_id
        while at is not None:
            assert at not in seen, "a loop"
            seen.add(at)
            at = parent[at]
        if folder_id in live:
            assert seen <= live, "a live folder below a trashed one"
    taken = [(r[1], r[2].casefold()) for r in rows if r[3] is None]
    assert len(taken) == len(set(taken)), "a title twice among siblings"
