"""Where the frames of encapsulated pixel data are (PS3.5 A.4): items, offset tables, and what to do without a table."""

from __future__ import annotations

import struct
from bisect import bisect_right
from itertools import pairwise

from storage.media.dicom_tags import Malformed, ReadAt

Piece = tuple[int, int]  # offset of the bytes in the file, how many

_ITEM, _END = 0xFFFEE000, 0xFFFEE0DD
_MOST = 5_000_000
#: How a code stream begins: JPEG and JPEG-LS, JPEG 2000 and HTJ2K, JPEG 2000 in its file format, JPEG XL.
_BEGINS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP", b"\xff\x0a", b"\x00\x00\x00\x0cJXL")


def find_frames(
    read_at: ReadAt, at: int, size: int, frames: int, offsets: tuple[int, ...] = (), lengths: tuple[int, ...] = ()
) -> list[list[Piece]]:
    """The pieces of each frame. `at`: of the first item; `offsets`, `lengths`: the extended offset table, if there is one.

    Raises Malformed. Frames that are missing at the end of a file that was cut short have no pieces.
    """
    table, start = _first_item(read_at, at, size)
    pieces = _fragments(read_at, start, size, most=_MOST)
    if not pieces:
        raise Malformed("its pixel data hold no frame")
    if frames == 1:
        return [pieces]
    if len(offsets) == frames and len(lengths) == frames:
        extended = [(start + offset + 8, length) for offset, length in zip(offsets, lengths, strict=True)]
        known = {piece[0] for piece in pieces}
        if all(offset in known for offset, _ in extended):
            return [[(offset, min(length, size - offset))] for offset, length in extended]
    if len(table) >= frames and table[0] == 0 and all(a < b for a, b in pairwise(table)):
        return _by_table(pieces, [start + offset for offset in table[:frames]], frames)
    if len(pieces) == frames:
        return [[piece] for piece in pieces]
    return _by_beginnings(read_at, pieces, frames)


def _first_item(read_at: ReadAt, at: int, size: int) -> tuple[tuple[int, ...], int]:
    """The basic offset table, and where the items of the frames begin."""
    tag, length = _head(read_at, at, size)
    if tag != _ITEM:
        raise Malformed("its compressed pixel data do not begin with an item")
    if at + 8 + length > size or length > 4 * _MOST:
        raise Malformed("its offset table is longer than the file")
    raw = read_at(at + 8, length)
    return struct.unpack_from(f"<{len(raw) // 4}I", raw), at + 8 + length


def _fragments(read_at: ReadAt, at: int, size: int, most: int) -> list[Piece]:
    found: list[Piece] = []
    while at + 8 <= size:
        tag, length = _head(read_at, at, size)
        if tag == _END:
            break
        if tag != _ITEM or len(found) >= most:
            raise Malformed(f"its compressed pixel data are damaged at byte {at:,}")
        at += 8
        if at + length > size:
            break  # cut short: this fragment is not whole
        if length:
            found.append((at, length))
        at += length
    return found


def _head(read_at: ReadAt, at: int, size: int) -> tuple[int, int]:
    if at + 8 > size:
        raise Malformed("its compressed pixel data end at once")
    group, element, length = struct.unpack("<HHI", read_at(at, 8))
    return group << 16 | element, length


def _by_table(pieces: list[Piece], starts: list[int], frames: int) -> list[list[Piece]]:
    """Offsets point at items; a frame has all fragments up to the next one's."""
    found: list[list[Piece]] = [[] for _ in range(frames)]
    for offset, length in pieces:
        found[max(0, bisect_right(starts, offset - 8) - 1)].append((offset, length))
    return found


def _by_beginnings(read_at: ReadAt, pieces: list[Piece], frames: int) -> list[list[Piece]]:
    """Without a table a frame begins where a code stream does."""
    found: list[list[Piece]] = []
    for offset, length in pieces:
        if not found or read_at(offset, 12).startswith(_BEGINS):
            found.append([])
        found[-1].append((offset, length))
    if len(found) > frames:
        raise Malformed(f"it announces {frames:,} frames and holds {len(found):,}")
    if len(found) * 2 < frames and len(pieces) > len(found):
        raise Malformed("its frames cannot be told apart: there is no offset table")
    return found + [[] for _ in range(frames - len(found))]
