"""Values of DICOM elements from the bytes they stand in."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from storage.media.dicom_index import Lut
from storage.media.dicom_quiet import pydicom_quiet
from storage.media.dicom_tags import Elements

T = TypeVar("T")

#: Character sets that Python decodes by itself; the others (with escapes) are pydicom's work.
_CHARSETS = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}


class Values:
    """The elements of one data set (or item), read by tag. What is missing or nonsense is empty, never an error."""

    __slots__ = ("_charset", "_little", "elements")

    def __init__(self, elements: Elements, *, little: bool = True, charset: str = "") -> None:
        self.elements = elements
        self._little = little
        self._charset = charset

    def __contains__(self, tag: int) -> bool:
        return tag in self.elements

    def raw(self, tag: int) -> bytes:
        found = self.elements.get(tag, b"")
        return found if isinstance(found, bytes) else b""

    def items(self, tag: int) -> list[Values]:
        found = self.elements.get(tag)
        if not isinstance(found, list):
            return []
        return [Values(item, little=self._little, charset=self._charset) for item in found]

    def item(self, tag: int) -> Values:
        """The first item of a sequence; an empty one where there is none."""
        items = self.items(tag)
        return items[0] if items else Values({}, little=self._little)

    def code(self, tag: int) -> str:
        """ASCII: identifiers, codes, dates. Only what can be printed."""
        text = self.raw(tag).decode("latin-1").replace("\0", "").strip()
        return text if text.isprintable() else "".join(c for c in text if c.isprintable())

    def codes(self, tag: int) -> tuple[str, ...]:
        text = self.code(tag)
        return tuple(part.strip() for part in text.split("\\")) if text else ()

    def text(self, tag: int) -> str:
        """What people wrote, in the file's character set; one line."""
        raw = self.raw(tag).rstrip(b"\0 ")
        try:
            text = raw.decode("ascii" if raw.isascii() and b"\x1b" not in raw else _CHARSETS[self._charset])
        except (KeyError, UnicodeDecodeError):
            text = _by_pydicom(raw, self._charset)
        return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:1000]

    def decimals(self, tag: int) -> tuple[float, ...]:
        """Numbers written as text; all of them finite, or none."""
        try:
            found = tuple(float(part) for part in self.raw(tag).replace(b",", b".").rstrip(b"\0 ").split(b"\\"))
        except ValueError:
            return ()
        return found if all(map(math.isfinite, found)) else ()

    def decimal(self, tag: int) -> float | None:
        found = self.decimals(tag)
        return found[0] if found else None

    def number(self, tag: int) -> int | None:
        """An integer written as text."""
        found = self.decimal(tag)
        return int(found) if found is not None and abs(found) < 1 << 53 else None

    def shorts(self, tag: int, *, signed: bool = False) -> tuple[int, ...]:
        return self._binary(tag, "h" if signed else "H", 2)

    def short(self, tag: int, default: int | None = None, *, signed: bool = False) -> int | None:
        found = self.shorts(tag, signed=signed)
        return found[0] if found else default

    def long(self, tag: int) -> int | None:
        found = self._binary(tag, "I", 4)
        return found[0] if found else None

    def doubles(self, tag: int) -> tuple[float, ...]:
        found = self._binary(tag, "d", 8)
        return found if all(map(math.isfinite, found)) else ()

    def double(self, tag: int) -> float | None:
        found = self.doubles(tag)
        return found[0] if found else None

    def very_longs(self, tag: int) -> tuple[int, ...]:
        return self._binary(tag, "Q", 8)

    def _binary(self, tag: int, kind: str, size: int) -> tuple[Any, ...]:
        raw = self.raw(tag)
        n = len(raw) // size
        return struct.unpack_from(f"{'<' if self._little else '>'}{n}{kind}", raw)

    def lut(self, descriptor: int, data: int, explanation: int = 0, *, signed: bool = False) -> Lut | None:
        """A look-up table (PS3.3 C.11.1.1, C.7.6.3.1.5); None where it is not there or makes no sense."""
        described = self.shorts(descriptor)
        if len(described) != 3 or not (raw := self.raw(data)):
            return None
        entries, first, bits = described[0] or 65536, described[1], described[2]
        if signed and first >= 1 << 15:
            first -= 1 << 16
        if len(raw) in (entries, entries + 1) and entries > 1 and bits <= 8:  # one byte an entry
            values = list(raw[:entries])
        else:
            values = list(self.shorts(data)[:entries])
        if not values or not 1 <= bits <= 16:
            return None
        return Lut(first, bits, struct.pack(f"<{len(values)}H", *values), self.text(explanation) if explanation else "")

    def segmented_lut(self, descriptor: int, data: int, *, signed: bool = False) -> Lut | None:
        """A table told as runs and slopes (PS3.3 C.7.9.2)."""
        described = self.shorts(descriptor)
        if len(described) != 3 or not (raw := self.raw(data)):
            return None
        segments = list(raw) if described[2] == 8 and len(raw) % 2 else list(self.shorts(data))
        values = _unrolled(segments, described[0] or 65536)
        if values is None:
            return None
        first = described[1] - (1 << 16) if signed and described[1] >= 1 << 15 else described[1]
        return Lut(first, min(described[2], 16), struct.pack(f"<{len(values)}H", *values))


class Remembered(Generic[T]):
    """What a function makes of a data set, made anew only when an element that it looked at is another one.

    The files of a series say most things alike, and an import of thousands of them waits for what is made of each. Who gets
    it shares it with others and must not change it.
    """

    def __init__(self, make: Callable[..., T]) -> None:
        self._make = make
        self._last: tuple[tuple[Hashable, ...], dict[int, Any], T] | None = None  # one value: threads may share this

    def __call__(self, values: Values, *more: Hashable) -> T:
        asked = (*more, values._little, values._charset)
        last, find = self._last, values.elements.get
        if last is not None and last[0] == asked:
            for tag, raw in last[1].items():
                if find(tag) != raw:
                    break
            else:
                return last[2]
        noted = _Noted(values.elements)
        made = self._make(Values(noted, little=values._little, charset=values._charset), *more)
        self._last = (asked, noted.looked_at, made)
        return made


class _Noted(dict[int, Any]):
    """Elements that know which of them were looked at, those that are missing as well."""

    def __init__(self, elements: Elements) -> None:
        super().__init__(elements)
        self.looked_at: dict[int, Any] = {}

    def get(self, tag: int, default: Any = None) -> Any:
        found = self.looked_at[tag] = super().get(tag)
        return default if found is None else found

    def __contains__(self, tag: object) -> bool:
        return self.get(tag) is not None  # type: ignore[arg-type]


def _unrolled(segments: list[int], entries: int) -> list[int] | None:
    """The entries of a segmented table; None where the segments make no sense or give more or fewer."""
    values: list[int] = []
    starts: list[int] = []  # where each segment begins: an indirect one goes back to an earlier one
    at, left, resume = 0, -1, -1  # left: segments still to come of an indirect one, after which it goes on at `resume`
    steps = 0
    while at < len(segments) or left == 0:
        steps += 1
        if left == 0:
            at, left, resume = resume, -1, -1
            continue
        if at + 2 >= len(segments) or len(values) > entries or steps > entries + len(segments):
            break
        if left < 0:
            starts.append(at)
        code, count = segments[at], segments[at + 1]
        if code == 0:
            values += segments[at + 2 : at + 2 + count]
            at += 2 + count
        elif code == 1 and values:
            last, end = values[-1], segments[at + 2]
            values += [round(last + (end - last) * n / count) for n in range(1, count + 1)]
            at += 3
        elif code == 2 and left < 0 and at + 3 < len(segments):
            resume, left = at + 4, count
            at = segments[at + 2] | segments[at + 3] << 16
            continue
        else:
            return None
        left -= left > 0
    return values if len(values) == entries else None


def _by_pydicom(raw: bytes, charset: str) -> str:
    from pydicom.charset import convert_encodings, decode_bytes

    with pydicom_quiet():
        try:
            encodings = convert_encodings([part.strip() for part in charset.split("\\")])
            return decode_bytes(raw, encodings, {0x09, 0x0A, 0x0C, 0x0D, 0x5C})
        except (LookupError, UnicodeError, ValueError):
            return raw.decode("latin-1")
