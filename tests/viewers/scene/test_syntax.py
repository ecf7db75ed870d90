"""The signs of a text in sight: each is named as what it is, wherever the piece that is looked at begins."""

from __future__ import annotations

import pytest

from viewers.scene.syntax import Syntax, language_of


def named(mime: str, text: str, start: int = 0, end: int | None = None) -> list[tuple[str, str]]:
    """What a piece of a text holds, with the words for it."""
    line = max(text.rfind("\n", 0, start) + 1, 0)
    syntax = Syntax(language_of(mime), lambda a, b: text[a:b])
    part = text[start:end]
    return [(part[a:b], role if role != "column" else f"column {n}") for a, b, role, n in syntax.tokens(part, start, line)]


def test_json_tells_keys_from_strings_and_numbers():
    assert named("application/json", '{"a": "b \\"q\\"", "n": [-1.5e3, true, null]}') == [
        ('"a"', "key"), ('"b \\"q\\""', "string"), ('"n"', "key"), ("-1.5e3", "number"), ("true", "word"), ("null", "word")
    ]  # fmt: skip


def test_a_long_line_of_json_that_is_cut_within_a_string_is_not_turned_inside_out():
    text = '{"key": "a long value", "other": 1}' * 100
    start = text.index("long", 500)
    assert named("application/json", text, start)[:3] == [('long value"', "string"), ('"other"', "key"), ("1", "number")]


def test_xml_over_several_lines():
    text = "<a key='v'>x &amp; y<!-- one\ntwo --> <![CDATA[<raw>]]></a>"
    assert named("application/xml", text, 0, text.index("\n")) == [
        ("<a", "tag"), ("key", "key"), ("'v'", "string"), (">", "tag"), ("&amp;", "word"), ("<!-- one", "quiet")
    ]  # fmt: skip
    rest = named("application/xml", text, text.index("\n") + 1)
    assert rest[0] == ("two -->", "quiet")
    assert ("<![CDATA[<raw>]]>", "string") in rest
    assert ("</a", "tag") in rest
    attributes = "<tag\n  one='1'\n  two='2'>"
    assert ("two", "key") in named("application/xml", attributes, attributes.index("  two"))


def test_columns_are_counted_by_the_separator_of_the_file_and_not_within_quotes():
    assert named("text/csv", 'id,"a, b",3') == [("id", "column 0"), ('"a, b"', "column 1"), ("3", "column 2")]
    assert named("text/csv", "id;x,y;3") == [("id", "column 0"), ("x,y", "column 1"), ("3", "column 2")]
    line = "a,b," + "c" * 3000 + ",d"
    assert named("text/csv", line, 2000)[-1] == ("d", "column 3")


def test_markdown():
    assert named("text/markdown", "# Title") == [("# Title", "strong")]
    assert named("text/markdown", "- a `code` **b** [c](http://d)") == [
        ("- ", "tag"), ("`code`", "quiet"), ("**b**", "strong"), ("[c]", "key"), ("(http://d)", "string")
    ]  # fmt: skip
    text = "text\n```\n# no title\n```\nsnake_case_name"
    assert named("text/markdown", text, 9, 19) == [("# no title", "quiet")]
    assert named("text/markdown", text, text.index("snake")) == []


@pytest.mark.parametrize("mime", ["application/json", "text/xml", "text/csv", "text/markdown", "text/plain"])
@pytest.mark.parametrize(
    "text", ["", '"', "<", "<!--", "```", "\\", '"' * 5000, "<" * 5000, "[(" * 3000, "*" * 5000, "a_" * 3000, "&" * 4000, ","]
)
def test_whatever_the_text_tokens_lie_in_it_in_order(mime, text):
    syntax = Syntax(language_of(mime), lambda a, b: text[a:b])
    for start in {0, len(text) // 2}:
        found = syntax.tokens(text[start : start + 4096], start, 0)
        ends = [0, *(end for _, end, _, _ in found)]
        assert all(
            before <= first < last <= len(text) - start for before, (first, last, _, _) in zip(ends, found, strict=False)
        )
