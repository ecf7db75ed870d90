"""What the signs of a JSON, XML, CSV or Markdown text are, piece by piece: only what is in sight is looked at. Qt-free.

A piece may begin anywhere, so what is open at its beginning is judged by a little of what lies before it, never by all: in a
very long line, comment or block of code the colours may be wrong, the text never is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

Role = Literal["key", "string", "number", "word", "tag", "quiet", "strong", "column"]
#: first, last, role, number of the column.
Token = tuple[int, int, Role, int]
#: `text[start:end]` of the whole text.
Slice = Callable[[int, int], str]

_BACK = 8_000  # how far is looked back, in code points
_COLUMNS = 64_000  # so far from the beginning of its line columns are counted

_LANGUAGES = {
    "application/json": "json",
    "application/x-ndjson": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/html": "xml",
    "application/xhtml+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "text/markdown": "markdown",
}

_JSON = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*+"?)(?P<colon>\s*+:)?'
    r"|(?P<number>-?\b\d++(?:\.\d++)?(?:[eE][+-]?\d++)?\b)|(?P<word>\b(?:true|false|null)\b)"
)
_STRING_TAIL = re.compile(r'(?:[^"\\]|\\.)*+"(?=\s*+[,:}\]])')
_TAG_PARTS = re.compile(r"(?P<tag></?[^\s<>/=\"']++|/?>|\?>)|(?P<key>[\w:.-]++)(?==)|(?P<string>\"[^\"]*+\"?|'[^']*+'?)")
_XML = re.compile(r"(?P<comment><!--)|(?P<data><!\[CDATA\[)|(?P<tag><[/?!\w])|(?P<entity>&[#\w]++;)")
_MARKDOWN = re.compile(
    r"(?P<quiet>`[^`]++`)|(?P<strong>\*\*[^*]++\*\*|__[^_]++__|(?<!\w)[*_][^*_\s][^*_]*+[*_](?!\w))|(?P<key>!?\[[^\]]*+\])(?P<string>\([^)]*+\))"
)
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)


def language_of(mime: str) -> str:
    """Empty: no colours."""
    return _LANGUAGES.get(mime, "")


class Syntax:
    """`part` is asked for what lies before a piece."""

    def __init__(self, language: str, part: Slice) -> None:
        self._part = part
        self._find: Callable[[str, int, int], Iterator[Token]] | None = {
            "json": self._json, "xml": self._xml, "csv": self._csv, "markdown": self._markdown
        }.get(language)  # fmt: skip
        self._separator = _separator(part(0, 4000)) if language == "csv" else ","

    def tokens(self, text: str, start: int, line_start: int) -> list[Token]:
        """Of a piece that begins at `start`, in code points of the piece. What is not named is plain."""
        return [t for t in self._find(text, start, line_start) if t[0] < t[1]] if self._find is not None else []

    def _json(self, text: str, start: int, line_start: int) -> Iterator[Token]:
        at = 0
        if start > line_start and (tail := _STRING_TAIL.match(text)):
            at = tail.end()
            yield 0, at, "string", 0
        for found in _JSON.finditer(text, at):
            if found["string"] is not None:
                yield found.start(), found.end("string"), "key" if found["colon"] else "string", 0
            else:
                yield found.start(), found.end(), "number" if found["number"] else "word", 0

    def _xml(self, text: str, start: int, _line_start: int) -> Iterator[Token]:
        at, open_ = 0, self._open_before(start)
        while at < len(text):
            if open_ == "":
                found = _XML.search(text, at)
                if found is None:
                    return
                if found["entity"]:
                    yield found.start(), found.end(), "word", 0
                    at = found.end()
                    continue
                at, open_ = found.start(), found.lastgroup or ""
            end, role = {"comment": ("-->", "quiet"), "data": ("]]>", "string"), "tag": (">", "tag")}[open_]
            stop = text.find(end, at)
            last = len(text) if stop < 0 else stop + len(end)
            if open_ == "tag":
                yield from _within_tag(text, at, last)
            else:
                yield at, last, role, 0  # type: ignore[misc]
            at, open_ = last, ""

    def _open_before(self, start: int) -> str:
        """What the piece begins in: a comment, a tag, CDATA, or nothing."""
        before = self._part(max(0, start - _BACK), start)
        for kind, begin, end in (("comment", "<!--", "-->"), ("data", "<![CDATA[", "]]>")):
            if before.rfind(begin) > before.rfind(end):
                return kind
        return "tag" if before.rfind("<") > before.rfind(">") else ""

    def _csv(self, text: str, start: int, line_start: int) -> Iterator[Token]:
        if start - line_start > _COLUMNS:
            return
        column, quoted = 0, False
        for sign in self._part(line_start, start):
            quoted ^= sign == '"'
            column += sign == self._separator and not quoted
        first = 0
        for at, sign in enumerate(text):
            if sign == '"':
                quoted = not quoted
            elif sign == self._separator and not quoted:
                yield first, at, "column", column
                first, column = at + 1, column + 1
        yield first, len(text), "column", column

    def _markdown(self, text: str, start: int, line_start: int) -> Iterator[Token]:
        before = self._part(max(0, start - _BACK), line_start)
        fenced = len(_FENCE.findall(before)) % 2 == 1
        line = text.lstrip(" ")
        if fenced or _FENCE.match(text):
            yield 0, len(text), "quiet", 0
        elif start == line_start and re.match(r"#{1,6}\s", line):
            yield 0, len(text), "strong", 0
        else:
            at = 0
            if start == line_start and (mark := re.match(r"\s*(?:[-*+]|\d+[.)]|>+)\s", text)):
                at = mark.end()
                yield 0, at, "tag", 0
            for found in _MARKDOWN.finditer(text, at):
                for role, group in found.groupdict().items():
                    if group is not None:
                        yield found.start(role), found.end(role), role, 0  # type: ignore[misc]


def _within_tag(text: str, start: int, end: int) -> Iterator[Token]:
    for found in _TAG_PARTS.finditer(text, start, end):
        role = found.lastgroup
        yield found.start(), found.end(), role, 0  # type: ignore[misc]


def _separator(head: str) -> str:
    lines = head.splitlines()[:1]
    return max(",;\t|", key=lambda sign: lines[0].count(sign)) if lines else ","
