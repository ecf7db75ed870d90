from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.model import titles


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(0, 3))
def test_numbers_count_as_numbers(one: int, other: int, zeros: int) -> None:
    keys = [titles.sort_key(f"img {'0' * zeros}{one}.png"), titles.sort_key(f"IMG {other}.png")]
    assert (keys[0] < keys[1], keys[0] == keys[1]) == (one < other, one == other)


@pytest.mark.parametrize(
    ("title", "taken", "expected"),
    [
        ("a.png", set(), "a.png"),
        ("a.png", {"a.png"}, "a (2).png"),
        ("A.PNG", {"a.png", "a (2).png"}, "A (3).PNG"),
        (".hidden", {".hidden"}, ".hidden (2)"),
        ("v1. second draft", {"v1. second draft"}, "v1. second draft (2)"),
        ("x" * 300, {"x" * 300}, "x" * 296 + " (2)"),
    ],
)
def test_a_taken_title_gets_the_next_free_number(title: str, taken: set[str], expected: str) -> None:
    assert titles.unique(title, taken) == expected


@pytest.mark.parametrize(
    ("text", "long", "short"),
    [("", [], []), ("brain le", ["brain"], ["le"]), ("% a_ b", [], ["a", "b"]), ("one  one\ttwo", ["one", "two"], [])],
)
def test_what_is_typed_is_taken_word_by_word(text: str, long: list[str], short: list[str]) -> None:
    assert titles.terms(text) == (long, short)


@given(st.text(max_size=20), st.text(max_size=20))
def test_folding_keeps_parts_parts(one: str, other: str) -> None:
    assert titles.fold(other) in titles.fold(one + other)
