"""The directories (IFDs) of a TIFF file: which are pages, which are reduced copies of a page, and how large each is.

Our own reader rather than tifffile's, because it has to count ten thousand pages in a fraction of a second and must not
follow a loop of offsets. Pixels are decoded by tifffile in `viewers.decode.tiff`, from the offsets found here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from storage.media.icc import MAX_PROFILE
from storage.media.images import MAX_PAGES, Broken, ImageHeader, PageHeader, Reader

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4, 16: 8, 17: 8, 18: 8}
_CODES = {1: "B", 2: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}

SUBFILE, OLD_SUBFILE, WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC = 254, 255, 256, 257, 258, 259, 262
STRIP_OFFSETS, ORIENTATION, SAMPLES, STRIP_COUNTS = 273, 274, 277, 279
TILE_OFFSETS, TILE_COUNTS, SUB_IFDS, SAMPLE_FORMAT = 324, 325, 330, 339
ICC = 34675
DESCRIPTION, MAKE, MODEL, SOFTWARE, XMP, NDPI = 270, 271, 272, 305, 700, 65420
_WANTED = frozenset((SUBFILE, OLD_SUBFILE, WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, ORIENTATION, SAMPLES, SUB_IFDS,
                     SAMPLE_FORMAT, STRIP_OFFSETS, STRIP_COUNTS, TILE_OFFSETS, TILE_COUNTS))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Directory:
    offset: int
    next: int
    tags: dict[int, tuple[int, ...]]
    icc: tuple[int, int] = (0, 0)  # where the colour profile lies

    def one(self, tag: int, default: int) -> int:
        values = self.tags.get(tag)
        return values[0] if values else default

    @property
    def reduced(self) -> bool:
        return bool(self.one(SUBFILE, 0) & 1) or self.one(OLD_SUBFILE, 1) == 2

    @property
    def mask(self) -> bool:
        return bool(self.one(SUBFILE, 0) & 4)

    @property
    def size(self) -> tuple[int, int]:
        return self.one(WIDTH, 0), self.one(LENGTH, 0)


class _Directories:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        head = reader.need(0, 8)
        self._order = "<" if head[:2] == b"II" else ">"
        self._big = self._unpack("H", head[2:4])[0] == 43
        self.first: int = self._unpack("Q", reader.need(8, 8))[0] if self._big else self._unpack("I", head[4:8])[0]

    def _unpack(self, codes: str, data: bytes) -> tuple[Any, ...]:
        return struct.unpack(self._order + codes, data)

    def read(self, offset: int) -> _Directory:
        entry, count_size, count_code = (20, 8, "Q") if self._big else (12, 2, "H")
        (count,) = self._unpack(count_code, self._reader.need(offset, count_size))
        if not 0 < count <= 4096:
            raise Broken("has a damaged TIFF directory")
        start = offset + count_size
        data = self._reader.need(start, count * entry)
        tags: dict[int, tuple[int, ...]] = {}
        icc = (0, 0)
        for i in range(count):
            tag = self._unpack("H", data[i * entry : i * entry + 2])[0]
            if tag in _WANTED and tag not in tags:
                tags[tag] = self._values(data[i * entry : (i + 1) * entry])
            elif tag == ICC:
                icc = self._unpack("QQ" if self._big else "II", data[i * entry + 4 : (i + 1) * entry])
        link_size, link_code = (8, "Q") if self._big else (4, "I")
        link = self._reader.at(start + count * entry, link_size)
        follows = self._unpack(link_code, link)[0] if len(link) == link_size else 0
        return _Directory(offset, follows, tags, (icc[1], icc[0]))

    def _values(self, entry: bytes) -> tuple[int, ...]:
        tag, kind = self._unpack("HH", entry[:4])
        count, inline = (
            (self._unpack("Q", entry[4:12])[0], entry[12:]) if self._big else (self._unpack("I", entry[4:8])[0], entry[8:])
        )
        if kind not in _SIZES:
            return ()
        # Of the lists of offsets the header needs only the first and last few: they tell whether the file is whole.
        count = min(count, 1 << 16 if tag not in (SUB_IFDS, BITS, SAMPLE_FORMAT) else 256)
        n = count * _SIZES[kind]
        data = inline[:n] if n <= len(inline) else self._reader.need(self._unpack("Q" if self._big else "I", inline)[0], n)
        return self._unpack(f"{count}{_CODES[kind]}", data)

    def marks(self) -> bytes:
        entry, count_size, count_code = (20, 8, "Q") if self._big else (12, 2, "H")
        (count,) = self._unpack(count_code, self._reader.need(self.first, count_size))
        data = self._reader.need(self.first + count_size, min(count, 4096) * entry)
        said = []
        for i in range(min(count, 4096)):
            each = data[i * entry : (i + 1) * entry]
            (tag,) = self._unpack("H", each[:2])
            if tag in (DESCRIPTION, MAKE, MODEL, SOFTWARE, XMP):
                said.append(bytes(v & 255 for v in self._values(each)))
            elif tag == NDPI:
                said.append(b"\0ndpi")
        return b" ".join(said)

    def chain(self) -> Iterator[_Directory]:
        """The main list of directories, each once. A damaged one ends it; a damaged first one is an error."""
        offset, seen = self.first, set[int]()
        while offset and offset not in seen and len(seen) < MAX_PAGES:
            seen.add(offset)
            try:
                directory = self.read(offset)
            except (Broken, struct.error):
                if len(seen) == 1:
                    raise
                return
            yield directory
            offset = directory.next

    def children(self, directory: _Directory) -> Iterator[_Directory]:
        for offset in directory.tags.get(SUB_IFDS, ())[:64]:
            try:
                yield self.read(offset)
            except (Broken, struct.error):
                continue


def marks(reader: Reader) -> bytes:
    """What the first directory says of the program and the machine that wrote it, all in one."""
    return _Directories(reader).marks()


def read_tiff(reader: Reader) -> ImageHeader:
    """Its first page, with what there is of other pages and reduced copies. May raise `Broken`."""
    directories = _Directories(reader)
    full: list[_Directory] = []
    reduced: list[list[_Directory]] = []
    first: _Directory | None = None
    for directory in directories.chain():
        first = first or directory
        if directory.reduced or directory.mask:
            if reduced and not directory.mask:
                reduced[-1].append(directory)
        else:
            full.append(directory)
            reduced.append([])
    if not full and first is not None:  # a file of nothing but a reduced picture: better shown than refused
        full, reduced = [first], [[]]
    if not full or first is None:
        raise Broken("is a TIFF file without a picture")
    pages = tuple(_page(d, [*r, *directories.children(d)]) for d, r in zip(full, reduced, strict=True))
    return _header(reader, full, pages)


def _page(directory: _Directory, candidates: list[_Directory]) -> PageHeader:
    width, height = directory.size
    levels = sorted({(*c.size, c.offset) for c in candidates if _is_half(directory.size, c.size)}, key=lambda level: -level[0])
    orientation = directory.one(ORIENTATION, 1)
    return PageHeader(
        width,
        height,
        orientation if 1 <= orientation <= 8 else 1,
        directory.offset,
        max(directory.tags.get(BITS) or (1,)),
        directory.one(SAMPLES, 1),
        tuple(levels),
    )


def _is_half(size: tuple[int, int], small: tuple[int, int]) -> bool:
    """Whether `small` is `size` halved some times (writers round up or down); other thumbnails are of no use as a level."""
    return any(
        all(abs(s - full / (1 << k)) <= 1 for s, full in zip(small, size, strict=True)) for k in range(1, 12) if min(size) >> k
    )


def _header(reader: Reader, full: list[_Directory], pages: tuple[PageHeader, ...]) -> ImageHeader:
    page, directory = pages[0], full[0]
    truncated = any(_is_truncated(d, reader.size) for d in full)
    if all(_has_nothing(d, reader.size) for d in full):
        raise Broken("ends before its picture begins", "Copy it again from where it came.")
    warnings = ["The file ends too early: what could be read is shown, the rest is blank."] if truncated else []
    if page.bits > 8 and page.channels >= 3:
        warnings.append(f"{page.bits} bits per colour are shown as 8.")
    facts: dict[str, Any] = {
        "compression": directory.one(COMPRESSION, 1),
        "photometric": directory.one(PHOTOMETRIC, 1),
        "sample_format": directory.one(SAMPLE_FORMAT, 1),
        "tiled": TILE_OFFSETS in directory.tags,
        "levels": len(page.levels),
    }
    sizes = [list(p.upright) for p in pages]
    if any(size != sizes[0] for size in sizes):
        facts["page_sizes"] = sizes[:1000]
        warnings.append("The pages differ in size.")
    return ImageHeader("tiff", page.width, page.height, page.orientation, page.bits, page.channels, truncated, pages,
                       facts, tuple(warnings), reader.at(directory.icc[0], min(directory.icc[1], MAX_PROFILE)))  # fmt: skip


def _segments(directory: _Directory) -> list[tuple[int, int]]:
    offsets = directory.tags.get(TILE_OFFSETS) or directory.tags.get(STRIP_OFFSETS) or ()
    counts = directory.tags.get(TILE_COUNTS) or directory.tags.get(STRIP_COUNTS) or (0,) * len(offsets)
    return list(zip(offsets, counts, strict=False))


def _is_truncated(directory: _Directory, size: int) -> bool:
    return any(offset + count > size for offset, count in _segments(directory))


def _has_nothing(directory: _Directory, size: int) -> bool:
    segments = _segments(directory)
    return not segments or all(offset >= size for offset, _ in segments)
