from __future__ import annotations

import itertools
import random

import pytest

from storage.catalog import files, folders, rows
from storage.catalog.engine import Catalog
from storage.errors import Refused
from storage.model.items import Kind, Location
from storage.model.query import ItemQuery, ItemSelection, MetadataTest, SortBy
from tests.support.nouns import add, dataset, folder, new_item, titles


def fill(catalog: Catalog, folder_id: int, count: int = 600) -> None:
    rnd = random.Random(folder_id)
    items = [
        new_item(
            f"{rnd.choice(['Img', 'img', 'Scan', 'ähre'])} {rnd.randrange(count)}",
            kind=rnd.choice([Kind.IMAGE, Kind.VIDEO, Kind.PDF]),
            size=rnd.randrange(50),
            width=rnd.choice([None, 2, 3]),
            height=rnd.choice([None, 2, 5]),
            duration=rnd.choice([None, 1.5, 2.5]),
        )
        for _ in range(count)
    ]
    catalog.do("Add", files.add, folder_id, items)


@pytest.mark.parametrize("sort", SortBy)
@pytest.mark.parametrize("descending", [False, True])
def test_the_first_rows_are_the_first_of_the_whole_order(catalog: Catalog, sort: SortBy, descending: bool) -> None:
    for path in ("A", "A/B", "C"):
        fill(catalog, folder(catalog, path))
    top = catalog.reads.folder_by_path("A").id
    for folder_id, recursive in ((top, False), (top, True), (None, False)):
        query = ItemQuery(folder_id=folder_id, recursive=recursive, sort=sort, descending=descending)
        ids = catalog.reads.ids(query)
        assert [row.id for row in catalog.reads.first_rows(query)] == list(ids[:256])
        assert catalog.reads.count(query) == len(ids) == (600, 1200, 1800)[(folder_id is None) * 2 + recursive]
        back = ItemQuery(folder_id=folder_id, recursive=recursive, sort=sort, descending=not descending)
        assert list(catalog.reads.ids(back)) == list(reversed(ids)), "descending is the order turned round"


def test_many_folders_are_listed_in_one_order(catalog: Catalog) -> None:
    for n in range(rows.FEW_FOLDERS + 10):
        made = catalog.do("New", folders.create, None, f"F{n}")
        add(catalog, made, f"b {n}", f"a {n}", size=n * 7 % 50)
    for sort, descending in itertools.product(SortBy, (False, True)):
        query = ItemQuery(sort=sort, descending=descending)
        assert [row.id for row in catalog.reads.first_rows(query)] == list(catalog.reads.ids(query)[:256])


def test_titles_are_sorted_the_way_people_count(catalog: Catalog) -> None:
    shuffled = ["img 10", "Img 2", "IMG 1", "img 003", "b", "A", "Ä 2", "z"]
    add(catalog, folder(catalog, "F"), *shuffled)
    assert titles(catalog) == ["A", "Ä 2", "b", "IMG 1", "Img 2", "img 003", "img 10", "z"]


def test_rows_come_in_the_order_asked_for_and_none_for_what_is_gone(catalog: Catalog) -> None:
    ids = add(catalog, folder(catalog, "F"), *(f"t{n}" for n in range(600)))
    asked = [ids[500], 10**9, ids[3], ids[3]]
    assert [row and row.title for row in catalog.reads.rows(asked)] == ["t500", None, "t3", "t3"]
    assert [row.id for row in catalog.reads.rows(ids) if row] == ids


def test_a_row_counts_its_datasets(catalog: Catalog) -> None:
    one, two = add(catalog, folder(catalog, "F"), "one", "two")
    dataset(catalog, "D", one)
    dataset(catalog, "E", one)
    assert [row.datasets for row in catalog.reads.rows([one, two]) if row] == [2, 0]
    assert [d.title for d in catalog.reads.datasets_of(one)] == ["D", "E"]


def test_lists_are_narrowed_by_kind_location_and_dataset(catalog: Catalog) -> None:
    top = folder(catalog, "F")
    add(catalog, top, "film", kind=Kind.VIDEO)
    add(catalog, top, "lost", location=Location.MISSING)
    one, _ = add(catalog, top, "one", "two")
    made = dataset(catalog, "D", one)
    assert titles(catalog, ItemQuery(kinds=frozenset({Kind.VIDEO, Kind.PDF}))) == ["film"]
    assert titles(catalog, ItemQuery(locations=frozenset({Location.MISSING}))) == ["lost"]
    assert titles(catalog, ItemQuery(dataset_id=made)) == ["one"]
    assert titles(catalog, ItemQuery(folder_id=top, text="two", labelled=False)) == ["two"]
    assert titles(catalog, ItemQuery(labelled=True)) == []


METADATA = {
    "a": {"age": 40, "site": "Köln", "ok": True, "tags": ["x", "y"], "odd.\"key'": 1},
    "b": {"age": 9.5, "site": "bonn", "ok": False, "none": None},
    "c": {"age": "40"},
}


@pytest.mark.parametrize(
    ("key", "op", "value", "expected"),
    [
        ("age", "=", 40, ["a"]),
        ("age", "=", "40", ["c"]),
        ("age", "<", 40, ["b"]),
        ("age", ">=", 9.5, ["a", "b"]),
        ("age", "!=", 40, ["b", "c"]),
        ("site", ">", "c", []),
        ("site", "contains", "ONN", ["b"]),
        ("tags", "contains", "y", ["a"]),
        ("ok", "=", True, ["a"]),
        ("age", "=", True, []),
        ("none", "=", None, ["b"]),
        ("site", "exists", None, ["a", "b"]),
        ("site", "exists", False, ["c"]),
        ("odd.\"key'", "=", 1, ["a"]),
        ("age", "<", 10**30, ["a", "b"]),
    ],
)
def test_metadata_are_compared_by_type(catalog: Catalog, key: str, op: str, value: object, expected: list[str]) -> None:
    catalog.do("Add", files.add, folder(catalog, "F"), [new_item(t, metadata=m) for t, m in METADATA.items()])
    assert titles(catalog, ItemQuery(metadata=(MetadataTest(key, op, value),))) == expected


def test_an_unknown_comparison_is_refused(catalog: Catalog) -> None:
    with pytest.raises(Refused, match="LIKE"):
        catalog.reads.count(ItemQuery(metadata=(MetadataTest("a", "LIKE", 1),)))


def test_a_selection_by_query_leaves_out_its_exceptions(catalog: Catalog) -> None:
    top, other = folder(catalog, "F"), folder(catalog, "G")
    ids = add(catalog, top, *(f"t{n}" for n in range(50)))
    add(catalog, other, "kept")
    chosen = ItemSelection(query=ItemQuery(folder_id=top), but=frozenset(ids[:10]))
    assert catalog.reads.selection_size(chosen) == (40, 400)
    assert catalog.do("Move", files.move, chosen, other) == 40
    assert catalog.reads.count(ItemQuery(folder_id=other)) == 41
    assert catalog.reads.count(ItemQuery(folder_id=top)) == 10


def test_forty_thousand_named_one_by_one_are_moved_at_once(catalog: Catalog) -> None:
    top, other = folder(catalog, "F"), folder(catalog, "G")
    ids = add(catalog, top, *(f"t{n}" for n in range(40_000)))
    assert catalog.do("Move", files.move, ItemSelection.of(*ids), other) == 40_000
    assert catalog.reads.count(ItemQuery(folder_id=other)) == 40_000
    catalog.undo().result()
    assert catalog.reads.count(ItemQuery(folder_id=top)) == 40_000
