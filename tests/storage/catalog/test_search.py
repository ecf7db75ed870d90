from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.catalog import rows
from storage.catalog.engine import Catalog
from storage.model import titles as rule
from storage.model.query import ItemQuery, SortBy
from tests.support.nouns import add, folder, titles

TITLES = (
    "Brain left 001.jpg",
    "brain_right_12.png",
    "Köln Straße",
    "KÖLN 100%",
    "a",
    "a_b",
    "100",
    "50% off [final]*?",
    "quote \" and ' tick",
    "NEAR AND OR NOT",
    "col:umn ^x -y +z",
    "ΑΒΓ αβγ",
    "日本語のタイトル",
    "emoji 🙂 smile",
    "back\\slash",
    "img 0012",
    "x" * 300,
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    with Catalog.create(tmp_path_factory.mktemp("search") / "c") as catalog:
        add(catalog, folder(catalog, "A/B"), *TITLES[::2])
        add(catalog, folder(catalog, "A"), *TITLES[1::2])
        yield catalog


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rain", ["Brain left 001.jpg", "brain_right_12.png"]),
        ("BRA", ["Brain left 001.jpg", "brain_right_12.png"]),
        ("br ri", ["brain_right_12.png"]),
        ("le", ["Brain left 001.jpg"]),
        ("ef", []),
        ("köln", ["KÖLN 100%", "Köln Straße"]),
        ("kö", ["KÖLN 100%", "Köln Straße"]),
        ("00%", ["KÖLN 100%"]),
        ("[final]*", ["50% off [final]*?"]),
        ('" and', ["NEAR AND OR NOT", "quote \" and ' tick"]),
        ("not", ["NEAR AND OR NOT"]),
        ("col:", ["col:umn ^x -y +z"]),
        ("012", ["img 0012"]),
        ("日本語", ["日本語のタイトル"]),
        ("x" * 301, []),
    ],
)
def test_what_is_typed_finds_titles(filled: Catalog, text: str, expected: list[str]) -> None:
    assert titles(filled, ItemQuery(text=text)) == expected


def test_a_search_within_a_folder_may_include_what_lies_below(filled: Catalog) -> None:
    top = filled.reads.folder_by_path("A").id
    assert titles(filled, ItemQuery(folder_id=top, text="brain")) == ["brain_right_12.png"]
    assert len(titles(filled, ItemQuery(folder_id=top, recursive=True, text="brain"))) == 2


ALPHABET = st.sampled_from([*"abcxyzABCÖöéß0129 _-%*?[]^\"'\\():+.,日本αΑ\x00\n", "AND", "NOT", "NEAR", "title:", "--", "/*"])
TYPED = st.one_of(
    st.lists(ALPHABET, max_size=8).map("".join),
    st.sampled_from(TITLES).flatmap(lambda t: st.slices(len(t)).map(lambda s: t[s])),
    st.text(max_size=12),
)


@settings(max_examples=150, deadline=None)
@given(TYPED)
def test_no_text_does_harm_and_all_ways_to_find_agree(filled: Catalog, text: str) -> None:
    query = ItemQuery(text=text)
    ids = filled.reads.ids(query)
    assert [row.id for row in filled.reads.first_rows(query)] == list(ids)
    assert filled.reads.count(query) == filled.reads.count(query, stop_at=10_000) == len(ids)
    if text.isascii() and not rule.terms(text)[1]:
        finds = rule.finder(text)
        assert {row.title for row in filled.reads.rows(ids) if row} == {t for t in TITLES if finds(t)}


@settings(max_examples=150, deadline=None)
@given(TYPED, st.sampled_from(TITLES))
def test_what_the_cheap_test_of_keys_drops_the_true_one_does_not_find(text: str, title: str) -> None:
    if rule.finder(text)(title):
        key = rule.sort_key(title)
        assert all(piece in key for piece in rule.key_pieces(text))
        assert rule.key_finder(text)(key)


@pytest.mark.parametrize("text", ["img", "im", "img 5", "5", "scan 77"])
@pytest.mark.parametrize("sort", [SortBy.TITLE, SortBy.SIZE])
def test_a_text_that_hits_very_much_shows_true_hits_at_once(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, text: str, sort: SortBy
) -> None:
    monkeypatch.setattr(rows, "FEW_HITS", 20)
    monkeypatch.setattr(rows, "SHORT_WALK", 200)
    add(catalog, folder(catalog, "A"), *(f"{'img' if n % 2 else 'scan'} {n}" for n in range(1500)))
    query = ItemQuery(text=text, sort=sort)
    first = [row.id for row in catalog.reads.first_rows(query)]
    ids = catalog.reads.ids(query)
    assert set(first) <= set(ids)
    assert len(first) == len(set(first)) >= min(len(ids), 5)
    assert first == sorted(first, key=list(ids).index)


def test_counting_stops_where_it_is_told(catalog: Catalog) -> None:
    add(catalog, folder(catalog, "A"), *(f"img {n}" for n in range(300)))
    assert catalog.reads.count(ItemQuery(text="img"), stop_at=100) == 100
    assert catalog.reads.count(ItemQuery(), stop_at=100) == 100
    assert catalog.reads.count(ItemQuery(text="img 29"), stop_at=100) == 11
