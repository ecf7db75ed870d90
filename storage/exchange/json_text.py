"""JSON as text: faults with line and column, keys used twice refused, long lists read one element at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import Any, TextIO

from storage.errors import BadInput

Path = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t\r\n]*")


class BadJson(BadInput):
    """A text that is no JSON, or not the JSON that is wanted; says where. Lines and columns count from 1."""

    def __init__(self, reason: str, line: int, column: int, *, remedy: str = "") -> None:
        super().__init__(f"Line {line}, column {column}: {reason}", remedy=remedy)
        self.line = line
        self.column = column


def loads(text: str) -> Any:
    """Strict JSON. Raises `BadJson`: also for NaN, and for a key that is used twice in one object."""
    try:
        return _STRICT.decode(text)
    except json.JSONDecodeError as error:
        raise BadJson(_sentence(error.msg), error.lineno, error.colno) from None
    except _UsedTwiceError as error:
        at = _second_use(text, error.key)
        raise at_offset(text, at, f"The key “{error.key}” is used twice in one object.", remedy="Keep one of them.") from None
    except _NoNumberError as error:
        at = max(0, text.find(error.text))
        raise at_offset(text, at, f"“{error.text}” is no number in JSON.") from None
    except RecursionError:
        raise BadJson("The text is nested far too deep.", 1, 1) from None


def at_offset(text: str, offset: int, reason: str, *, remedy: str = "") -> BadJson:
    line = text.count("\n", 0, offset) + 1
    return BadJson(reason, line, offset - (text.rfind("\n", 0, offset) + 1) + 1, remedy=remedy)


def offset_of(text: str, path: Path) -> int:
    """Where the value at a path begins in a text that is known to be JSON; the nearest parent's place if it is absent."""
    at = _skip(text, 0)
    for step in path:
        found = _member(text, at, step)
        if found is None:
            return at
        at = found
    return at


class _UsedTwiceError(Exception):
    def __init__(self, key: str) -> None:
        self.key = key


class _NoNumberError(Exception):
    def __init__(self, text: str) -> None:
        self.text = text


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _UsedTwiceError(key)
            seen.add(key)
    return made


def _constant(text: str) -> Any:
    raise _NoNumberError(text)


_STRICT = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)
_SKIPPER = json.JSONDecoder()


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _members(text: str, at: int) -> Iterator[tuple[str | int, int, int]]:
    """Key (or index), where the key begins, where its value begins, of an object or a list at an offset."""
    if text[at] not in "{[":
        return
    is_object, index = text[at] == "{", 0
    at = _skip(text, at + 1)
    while text[at] not in "}]":
        key_at, key = at, index
        if is_object:
            name, at = scanstring(text, at + 1)
            at = _skip(text, _skip(text, at) + 1)
            yield name, key_at, at
        else:
            yield key, key_at, at
        index += 1
        at = _skip(text, _SKIPPER.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _skip(text, at + 1)


def _member(text: str, at: int, step: str | int) -> int | None:
    return next((value for key, _, value in _members(text, at) if key == step), None)


def _second_use(text: str, key: str) -> int:
    """The innermost object is left first by the decoder, so is it here."""

    def search(at: int) -> int | None:
        seen = False
        again: int | None = None
        for name, key_at, value_at in _members(text, at):
            if (found := search(value_at)) is not None:
                return found
            if name == key and again is None:
                again = key_at if seen else None
                seen = True
        return again

    return search(_skip(text, 0)) or 0


def _sentence(message: str) -> str:
    known = {
        "Expecting value": "A value is missing or not valid here.",
        "Expecting ',' delimiter": "A comma is missing here.",
        "Expecting ':' delimiter": "A colon is missing after the key.",
        "Expecting property name enclosed in double quotes": "A key in double quotes is expected here.",
        "Unterminated string starting at": "This text has no closing quote.",
        "Extra data": "There is something after the end.",
        "Illegal trailing comma before end of array": "There is a comma too many before the closing bracket.",
        "Illegal trailing comma before end of object": "There is a comma too many before the closing brace.",
        "Invalid control character at": "A line break or control character stands inside a text.",
    }
    return known.get(message, message + ".")


# -- long lists ---------------------------------------------------------------------------------------------------


def iterate(source: TextIO, *, chunk: int = 1 << 20) -> Iterator[Any]:
    """The elements of a list at the top, one after the other; a single object counts as a list of one.

    At most one element is in memory. Raises `BadJson` with the place in the whole text.
    """
    reader = _Reader(source, chunk)
    first = reader.peek()
    if first == "\ufeff":
        reader.take(1)
        first = reader.peek()
    if first != "[":
        yield reader.value()
        reader.finish()
        return
    reader.take(1)
    if reader.peek() == "]":
        reader.take(1)
        reader.finish()
        return
    while True:
        yield reader.value()
        mark = reader.peek()
        if mark == "]":
            reader.take(1)
            reader.finish()
            return
        if mark != ",":
            raise reader.fault("A comma or the end of the list is expected here.")
        reader.take(1)


class _Reader:
    """A window on a text file that grows only as far as one value needs."""

    def __init__(self, source: TextIO, chunk: int) -> None:
        self._source, self._chunk = source, chunk
        self._text, self._at, self._ended = "", 0, False
        self._line, self._column = 1, 1  # of the window's beginning

    def peek(self) -> str:
        """The next character that is no white space, "" at the end."""
        while True:
            self._at = _skip(self._text, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(self._chunk):
                return ""

    def take(self, count: int) -> None:
        self._at += count

    def value(self) -> Any:
        self.peek()
        self._forget()
        while True:
            try:
                made, end = _STRICT.raw_decode(self._text, 0)
            except json.JSONDecodeError as error:
                # Perhaps only cut: a bigger window each time keeps the work linear.
                if self._more(max(self._chunk, len(self._text))):
                    continue
                raise self._placed(error.pos, _sentence(error.msg)) from None
            except _UsedTwiceError as error:
                raise self._placed(0, f"The key “{error.key}” is used twice in one object of this element.") from None
            except _NoNumberError as error:
                raise self._placed(max(0, self._text.find(error.text)), f"“{error.text}” is no number in JSON.") from None
            except RecursionError:
                raise self._placed(0, "The text is nested far too deep.") from None
            if end == len(self._text) and self._more(self._chunk):
                continue  # a number may go on in what was not read yet
            self._at = end
            return made

    def finish(self) -> None:
        if self.peek():
            raise self.fault("There is something after the end.")

    def fault(self, reason: str) -> BadJson:
        return self._placed(self._at, reason)

    def _placed(self, at: int, reason: str) -> BadJson:
        breaks = self._text.count("\n", 0, at)
        column = at - self._text.rfind("\n", 0, at) if breaks else self._column + at
        return BadJson(reason, self._line + breaks, column)

    def _forget(self) -> None:
        breaks = self._text.count("\n", 0, self._at)
        self._column = self._at - self._text.rfind("\n", 0, self._at) if breaks else self._column + self._at
        self._line += breaks
        self._text, self._at = self._text[self._at :], 0

    def _more(self, size: int) -> bool:
        if self._ended:
            return False
        read = self._source.read(size)
        self._ended = not read
        self._text += read
        return bool(read)


Dump = Callable[[Any], str]
#: Compact and stable; refuses NaN, which is no JSON.
dump: Dump = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
