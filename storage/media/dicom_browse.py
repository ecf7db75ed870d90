"""What a DICOM file says of itself, for a person to read: every element with its tag, name and value, in words.

A walk over the bytes with bounds of its own, so that the head of a file with thousands of frames takes no longer than that of
a slice, and one that means harm costs a sentence: of a sequence the first items are shown, of a long value its beginning.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from storage.errors import BadInput
from storage.media.dicom_tags import (
    LONG_LENGTHS,
    PIXEL_TAGS,
    SHORT_LENGTHS,
    UNDEFINED,
    Malformed,
    NotDicom,
    ReadAt,
    dataset_start,
    find_elements,
)
from storage.media.dicom_values import Values
from storage.media.source import FileSource

#: Tag, name, value; the tags of what lies inside of sequences are indented.
Row = tuple[str, str, str]

_MOST_ROWS = 20_000
_MOST_ELEMENTS = 5_000_000  # walked through
_MOST_ITEMS = 8  # shown of a sequence
_DEEPEST = 3  # shown, sequences in sequences
_LONGEST = 400  # letters of a value
_READ = 1 << 12  # bytes of a value
_WINDOW = 1 << 16  # bytes read at once
_NESTED = 24  # walked through
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_CHARSET, _PIXEL_REPRESENTATION = 0x00080005, 0x00280103
_NUMBERS = {b"US": "H", b"SS": "h", b"UL": "I", b"SL": "i", b"FD": "d", b"FL": "f", b"SV": "q", b"UV": "Q", b"AT": "HH"}
_BYTES = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"UN"))


def browse(path: Path) -> list[Row]:
    """The elements before the pixels. BadInput where the file is gone or cannot be followed."""
    source = FileSource(path)
    try:
        found = find_elements(source.read_at, source.size, {_CHARSET: None})
        start = dataset_start(source.read_at, source.size)
    except (NotDicom, Malformed) as error:
        raise _unreadable(path, str(error)) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or "the disk does not answer") from error
    read_at, size = source.read_at, source.size
    if found.inflated is not None:
        inflated = found.inflated
        size, read_at = len(inflated), lambda offset, n: inflated[offset : offset + n]
    charset = Values(found.elements).code(_CHARSET)
    meta = _Walk(read_at, size, little=True, explicit=True, charset="")
    walk = _Walk(read_at, size, little=found.little_endian, explicit=found.explicit, charset=charset)
    try:
        meta.dataset(132 if read_at(128, 4) == b"DICM" else 0, start, 0, shown=True)
        walk.dataset(start, size, 0, shown=True)
    except _Enough:
        walk.rows.append(("", "…", "There is more than can be shown."))
    except Malformed as error:
        walk.rows.append(("", "…", f"What follows cannot be read: {error}."))
    return meta.rows + walk.rows


def _unreadable(path: Path, why: str) -> BadInput:
    return BadInput(
        f"The header of {path.name} cannot be read: {why}.", remedy="Copy it again from where it came.", input=str(path)
    )


class _Enough(Exception):
    pass


class _Walk:
    def __init__(self, read_at: ReadAt, size: int, *, little: bool, explicit: bool, charset: str) -> None:
        self._read_at, self._size = read_at, size
        self._order, self._explicit, self._charset = "<" if little else ">", explicit, charset
        self._base, self._data = 0, b""
        self._elements = 0
        self._signed = False
        self._creators: dict[int, str] = {}  # of private blocks: group and block number
        self.rows: list[Row] = []

    def dataset(self, at: int, end: int, depth: int, *, shown: bool) -> int:
        """Elements up to `end`, a delimiter or the pixels; answers where it stopped."""
        if depth > _NESTED:
            raise Malformed("sequences are nested too deeply")
        while at + 8 <= end:
            self._elements += 1
            if self._elements > _MOST_ELEMENTS or len(self.rows) > _MOST_ROWS:
                raise _Enough
            tag, vr, length, at = self._head(at)
            if tag in (_ITEM_END, _SEQUENCE_END) or (depth == 0 and tag in PIXEL_TAGS):
                return at
            if length == UNDEFINED:
                at = self._sequence(tag, at, end, vr, depth, shown=shown)
            elif vr == b"SQ" or (vr == b"UN" and self._usual(tag) == b"SQ"):
                self._whole_sequence(tag, at, min(end, at + length), vr, depth, shown=shown)
                at += length
            else:
                if shown:
                    self._tell(tag, depth, self._words(tag, vr, at, length))
                at += length
        return at

    def _head(self, at: int) -> tuple[int, bytes, int, int]:
        """Tag, type, length, and where the value begins."""
        group, element = struct.unpack(f"{self._order}HH", self._take(at, 4))
        tag = group << 16 | element
        vr = self._take(at + 4, 2)
        if not self._explicit or group == 0xFFFE or vr not in LONG_LENGTHS | SHORT_LENGTHS:
            return tag, self._usual(tag), struct.unpack(f"{self._order}I", self._take(at + 4, 4))[0], at + 8
        if vr in LONG_LENGTHS:
            return tag, vr, struct.unpack(f"{self._order}I", self._take(at + 8, 4))[0], at + 12
        return tag, vr, struct.unpack(f"{self._order}H", self._take(at + 6, 2))[0], at + 8

    def _whole_sequence(self, tag: int, at: int, end: int, vr: bytes, depth: int, *, shown: bool) -> None:
        """Its length is told: what is wrong inside is no reason to stop."""
        if not shown:
            return
        explicit, place = self._explicit, len(self.rows)
        try:
            self._sequence(tag, at, end, vr, depth, shown=True)
        except Malformed as error:
            self._explicit = explicit
            self._tell(tag, depth, f"unreadable: {error}", at=place)

    def _sequence(self, tag: int, at: int, end: int, vr: bytes, depth: int, *, shown: bool) -> int:
        """Items up to `end` or the delimiter; answers where it stopped."""
        place, items, explicit = len(self.rows), 0, self._explicit
        if vr == b"UN":  # implicit VR little endian inside (PS3.5 6.2.2)
            self._explicit = False
        while at + 8 <= end:
            found, _, of_item, at = self._head(at)
            if found == _SEQUENCE_END:
                break
            if found != _ITEM:
                raise Malformed("a sequence holds something that is no item")
            inside = shown and depth < _DEEPEST and items < _MOST_ITEMS
            items += 1
            if of_item == UNDEFINED:
                at = self.dataset(at, end, depth + 1, shown=inside)
            else:
                if inside:
                    self.dataset(at, min(at + of_item, end), depth + 1, shown=True)
                at += of_item
        self._explicit = explicit
        if shown:
            self._tell(tag, depth, "1 item" if items == 1 else f"{items:,} items", at=place)
        return at

    # -- words

    def _tell(self, tag: int, depth: int, value: str, *, at: int | None = None) -> None:
        row = f"{'  ' * depth}({tag >> 16:04X},{tag & 0xFFFF:04X})", self._name(tag), value
        self.rows.insert(len(self.rows) if at is None else at, row)

    def _name(self, tag: int) -> str:
        from pydicom.datadict import dictionary_description, private_dictionary_description

        group, element = tag >> 16, tag & 0xFFFF
        try:
            if group % 2 == 0:
                return dictionary_description(tag)
            if element < 0x100:
                return "Private Creator"
            return private_dictionary_description(tag, self._creators.get(tag >> 8, ""))
        except KeyError:
            return "Group Length" if element == 0 else "Private" if group % 2 else "Unknown"

    def _usual(self, tag: int) -> bytes:
        """The type of a tag where the file does not tell."""
        from pydicom.datadict import dictionary_VR, private_dictionary_VR

        if tag & 0xFFFF == 0:
            return b"UL"
        try:
            if tag >> 16 & 1 == 0:
                kinds = dictionary_VR(tag).split(" or ")
            elif tag & 0xFFFF < 0x100:
                kinds = ["LO"]
            else:
                kinds = [private_dictionary_VR(tag, self._creators.get(tag >> 8, ""))]
        except KeyError:
            return b"UN"
        return b"SS" if self._signed and "SS" in kinds else kinds[0].encode()

    def _words(self, tag: int, vr: bytes, at: int, length: int) -> str:
        if vr == b"UN":  # what a writer did not know another one may
            vr = self._usual(tag)
        if vr in _BYTES:
            return f"{length:,} bytes"
        if at + length > self._size:
            raise Malformed("a value ends beyond the file")
        raw = self._take(at, min(length, _READ))
        if vr in _NUMBERS:
            words = self._numbers(raw, _NUMBERS[vr])
        else:
            words = Values({tag: raw}, charset=self._charset).text(tag)
        if tag == _PIXEL_REPRESENTATION:
            self._signed = words == "1"
        if tag >> 16 & 1 and tag & 0xFFFF < 0x100:
            self._creators[tag >> 16 << 8 | tag & 0xFF] = words
        return words if len(words) <= _LONGEST and length <= _READ else f"{words[:_LONGEST]}…"

    def _numbers(self, raw: bytes, kind: str) -> str:
        size = struct.calcsize(f"={kind}")
        found: list[Any] = list(struct.iter_unpack(f"{self._order}{kind}", raw[: len(raw) // size * size]))
        if kind == "HH":
            return "\\".join(f"({group:04X},{element:04X})" for group, element in found)
        return "\\".join(f"{value:.9g}" if kind == "f" else str(value) for (value,) in found)

    def _take(self, at: int, n: int) -> bytes:
        begin = at - self._base
        if begin < 0 or begin + n > len(self._data):
            self._base, self._data, begin = at, self._read_at(at, max(n, _WINDOW)), 0
            if len(self._data) < n:
                raise Malformed("it ends in the middle of an element")
        return self._data[begin : begin + n]
