"""The elements of a DICOM file that are wanted, found without building the others.

A walk over the bytes: tags, lengths, and the values of wanted tags; what is not wanted is stepped over. Five to ten times
faster than a library that keeps everything, which is what an import of thousands of files waits for. Files it cannot follow
are left to pydicom (`storage.media.dicom_second_try`). Nothing a file says makes it recurse deeply or read without bound.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ReadAt = Callable[[int, int], bytes]

#: What is wanted: a tag with None is a value, one with a table is a sequence of which those tags are wanted.
Wanted = Mapping[int, "Wanted | None"]
#: What was found: bytes of values, lists of items of sequences.
Elements = dict[int, Any]

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"

PIXEL_TAGS = {0x7FE00010: "int", 0x7FE00008: "float", 0x7FE00009: "double"}
UNDEFINED = 0xFFFFFFFF

LONG_LENGTHS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
SHORT_LENGTHS = frozenset(
    (
        b"AE",
        b"AS",
        b"AT",
        b"CS",
        b"DA",
        b"DS",
        b"DT",
        b"FD",
        b"FL",
        b"IS",
        b"LO",
        b"LT",
        b"PN",
        b"SH",
        b"SL",
        b"SS",
        b"ST",
        b"TM",
    )
) | frozenset((b"UI", b"UL", b"US"))
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_TRANSFER_SYNTAX, _SOP_CLASS = 0x00020010, 0x00020002

_WINDOW = 1 << 13  # bytes read at once: what most heads fit in ...
_LARGER = 1 << 16  # ... and after that
_DEPTH = 24  # of sequences in sequences
_VALUE = 1 << 22  # bytes of one wanted value
_HEAD = 1 << 28  # bytes of a head walked through, and of an unpacked deflated data set
_ELEMENTS = 10_000_000
_ITEMS = 2_000_000  # of sequences
_OVERLAY_ROWS = 0x60000010


class NotDicom(ValueError):
    """Nothing in the file looks like DICOM."""


class Malformed(ValueError):
    """It begins like DICOM and cannot be followed."""


class TooMuch(Malformed):
    """It could be followed for longer than any honest file needs; nobody should try again."""


@dataclass(slots=True)
class Found:
    """Of one file: its wanted elements and where its pixels are."""

    elements: Elements
    meta: Elements
    transfer_syntax: str
    little_endian: bool = True
    explicit: bool = True
    pixel_offset: int = -1  # of the value; -1: there are none
    pixel_length: int = 0  # UNDEFINED where the frames are encapsulated
    pixel_number: str = "int"
    overlays: bool = False
    #: Of deflated data sets: the head of the file followed by the inflated rest; offsets count in it.
    inflated: bytes | None = field(default=None, repr=False)


def find_elements(read_at: ReadAt, size: int, wanted: Wanted) -> Found:
    """Raises NotDicom or Malformed."""
    walk = _Walk(read_at, size, little=True, explicit=True)
    start = _begin(walk.head())
    meta: Elements = {}
    if start >= 0:
        walk.group_only = 0x0002
        position = walk.dataset(start, size, {_TRANSFER_SYNTAX: None, _SOP_CLASS: None}, meta, 0)
        walk.group_only = 0
    else:
        position = 0
    syntax = meta.get(_TRANSFER_SYNTAX, b"").rstrip(b"\0 ").decode("ascii", "replace")
    inflated = None
    if syntax == DEFLATED:
        inflated = inflate(read_at(0, size), position)
        size, read_at = len(inflated), _reader_of(inflated)
        walk = _Walk(read_at, size, little=True, explicit=True)
    walk.little, walk.explicit = _encoding(walk.take(position, 8) if position < size else b"", syntax)
    syntax = syntax or (EXPLICIT if walk.explicit else IMPLICIT)
    found = Found({}, meta, syntax, walk.little, walk.explicit, inflated=inflated)
    walk.top = found
    walk.dataset(position, size, wanted, found.elements, 0)
    return found


def inflate(whole: bytes, start: int) -> bytes:
    """The head of a file and the inflated data set behind it."""
    try:
        unpack = zlib.decompressobj(-15)
        rest = unpack.decompress(whole[start:], _HEAD)
    except zlib.error as error:
        raise Malformed(f"its deflated part is damaged ({error})") from error
    if unpack.unconsumed_tail:
        raise TooMuch("its deflated part unpacks to more than 256 MB")
    return whole[:start] + rest


def dataset_start(read_at: ReadAt, size: int) -> int:
    """Where the data set begins behind the head of a file."""
    walk = _Walk(read_at, size, little=True, explicit=True)
    walk.group_only = 0x0002
    start = _begin(walk.head())
    return walk.dataset(start, size, {}, {}, 0) if start >= 0 else 0


def items_in(
    data: bytes, wanted: Wanted, *, little: bool, explicit: bool, check: Callable[[], None] | None = None
) -> Iterator[Elements]:
    """The items of the value of a sequence, one at a time, however many. Raises Malformed, and what `check` raises, which is
    asked for each item, also of sequences within."""
    walk = _Walk(_reader_of(data), len(data), little=little, explicit=explicit)
    walk.check = check
    at = 0
    while at + 8 <= len(data):
        items: list[Elements] = []
        walk.begin_anew()
        at = walk.items(at, len(data), wanted, items, -1, b"", most=1)
        if not items:
            return
        yield items[0]


def begins_like_dicom(head: bytes) -> bool:
    """By its first 140 bytes."""
    try:
        _begin(head)
    except NotDicom:
        return False
    return True


def _reader_of(data: bytes) -> ReadAt:
    return lambda offset, n: data[offset : offset + n]


def _begin(head: bytes) -> int:
    """Where group 2 begins, by the first 140 bytes; -1: there is none and the data set begins at once."""
    if head[128:132] == b"DICM":
        return 132
    if len(head) < 8:
        raise NotDicom("it is too short")
    if head[:2] == b"\x02\0" and head[4:6] in SHORT_LENGTHS | LONG_LENGTHS:
        return 0
    group, element = struct.unpack_from("<HH", head)
    length = struct.unpack_from("<I", head, 4)[0]
    known = group == 0x0008 and element in (0, 1, 5, 8, 0x12, 0x13, 0x16, 0x18)
    if known and (head[4:6] in SHORT_LENGTHS or length < 1024):
        return -1
    if head[:2] == b"\0\x08" and head[4:6] in SHORT_LENGTHS:
        return -1
    raise NotDicom("it does not begin like DICOM")


def _encoding(head: bytes, syntax: str) -> tuple[bool, bool]:
    """(little endian, explicit) of the data set: as its first element shows, whatever was promised."""
    if syntax == BIG_ENDIAN:
        return False, True
    if len(head) < 8:
        return True, syntax != IMPLICIT
    if syntax == "" and head[:2] == b"\0\x08":
        return False, True
    return True, head[4:6] in SHORT_LENGTHS or head[4:6] in LONG_LENGTHS


class _Walk:
    def __init__(self, read_at: ReadAt, size: int, *, little: bool, explicit: bool) -> None:
        self._read_at = read_at
        self._size = size
        self.little, self.explicit = little, explicit
        self.group_only = 0  # stop before the first element of another group
        self.top: Found | None = None
        self.check: Callable[[], None] | None = None
        self._base, self._data = 0, b""
        self._read = 0
        self._elements = self._items = 0

    def begin_anew(self) -> None:
        """What is bounded is counted from here on."""
        self._read = self._elements = self._items = 0

    def head(self) -> bytes:
        """The first 140 bytes; fewer of a shorter file."""
        self._fill(0, 0)
        return self._data[:140]

    def take(self, at: int, n: int) -> bytes:
        """Of the file, through a window; too short is Malformed."""
        begin = at - self._base
        if begin < 0 or begin + n > len(self._data):
            if at + n > self._size:
                raise Malformed("it ends in the middle of an element")
            self._fill(at, n)
            begin = 0
        return self._data[begin : begin + n]

    def _fill(self, at: int, n: int) -> None:
        self._base, self._data = at, self._read_at(at, max(n, _LARGER if at else _WINDOW))
        self._read += len(self._data)
        if len(self._data) < n:
            raise Malformed("it ends in the middle of an element")
        if self._read > _HEAD:
            raise TooMuch("its head is longer than 256 MB")

    def dataset(self, at: int, end: int, wanted: Wanted, into: Elements, depth: int) -> int:
        """Elements from `at` up to `end`, a delimiter or the pixels; answers where it stopped."""
        if depth > _DEPTH:
            raise TooMuch(f"its sequences are nested deeper than {_DEPTH}")
        # The loop is unrolled a little: it runs a hundred times a file and decides how fast an import is.
        little, explicit = self.little, self.explicit
        unpack_short = struct.Struct("<HH2sH" if little else ">HH2sH").unpack_from
        unpack_plain = struct.Struct("<HHI" if little else ">HHI").unpack_from
        unpack_long = struct.Struct("<I" if little else ">I").unpack_from
        top = self.top if depth == 0 else None
        while at + 8 <= end:
            place = at - self._base
            if place < 0 or place + 12 > len(self._data):
                self._fill(at, min(12, self._size - at))
                place = 0
            self._elements += 1
            if self._elements > _ELEMENTS:
                raise TooMuch("it has more elements than can be meant")
            if explicit:
                group, element, vr, length = unpack_short(self._data, place)
                if self.group_only and group != self.group_only:
                    return at  # what follows may be encoded in another way
                if vr in LONG_LENGTHS:
                    if place + 12 > len(self._data):
                        raise Malformed("it ends in the middle of an element")
                    length = unpack_long(self._data, place + 8)[0]
                    value_at = at + 12
                elif vr in SHORT_LENGTHS:
                    value_at = at + 8
                elif group == 0xFFFE or depth:
                    length = unpack_plain(self._data, place)[2]
                    value_at = at + 8
                else:
                    raise Malformed(f"the element at byte {at:,} has the unknown type {vr!r}")
            else:
                group, element, length = unpack_plain(self._data, place)
                value_at, vr = at + 8, b""
            tag = group << 16 | element
            if group == 0xFFFE and tag in (_ITEM_END, _SEQUENCE_END):
                return at + 8
            if top is not None and tag in PIXEL_TAGS:
                top.pixel_offset, top.pixel_length, top.pixel_number = value_at, length, PIXEL_TAGS[tag]
                return value_at
            if top is not None and tag & 0xFF00FFFF == _OVERLAY_ROWS:
                top.overlays = True
            if length == UNDEFINED:
                inner = wanted.get(tag)
                at = self.items(value_at, end, inner if inner is not None else {}, _keep(into, tag, wanted), depth, vr)
            elif tag in wanted:
                at = self._value(tag, value_at, length, wanted, into, depth, vr)
            else:
                at = value_at + length
        if depth == 0 and at > end:
            raise Malformed("it ends in the middle of an element")
        return at

    def _value(self, tag: int, at: int, length: int, wanted: Wanted, into: Elements, depth: int, vr: bytes) -> int:
        inner = wanted[tag]
        if inner is not None:
            if at + length > self._size:
                raise Malformed("a sequence ends beyond the file")
            self.items(at, at + length, inner, _keep(into, tag, wanted), depth, vr)
        elif length <= _VALUE:
            into[tag] = self.take(at, length)
        return at + length

    def items(
        self, at: int, end: int, wanted: Wanted, items: list[Elements] | None, depth: int, vr: bytes, most: int = _ITEMS
    ) -> int:
        """Items up to `end`, the delimiter or so many; answers where it stopped. `items` None: nobody wants them."""
        explicit = self.explicit
        if vr == b"UN":  # of undefined length: implicit VR little endian inside (PS3.5 6.2.2)
            self.explicit = False
        unpack = struct.Struct("<HHI" if self.little else ">HHI").unpack
        try:
            while at + 8 <= end:
                group, element, length = unpack(self.take(at, 8))
                tag = group << 16 | element
                at += 8
                self._items += 1
                if self._items > _ITEMS:
                    raise TooMuch("it has more items than can be meant")
                if tag == _SEQUENCE_END:
                    return at
                if tag != _ITEM:
                    raise Malformed(f"a sequence at byte {at - 8:,} holds something that is no item")
                if self.check is not None:
                    self.check()
                item: Elements = {}
                if length == UNDEFINED:
                    at = self.dataset(at, end, wanted, item, depth + 1)
                else:
                    if items is not None:
                        self.dataset(at, min(at + length, end), wanted, item, depth + 1)
                    at += length
                if items is not None:
                    items.append(item)
                    if len(items) == most:
                        return at
        finally:
            self.explicit = explicit
        return at


def _keep(into: Elements, tag: int, wanted: Wanted) -> list[Elements] | None:
    if wanted.get(tag) is None:
        return None
    items: list[Elements] = []
    into[tag] = items
    return items
