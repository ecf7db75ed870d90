"""What the code streams of the JPEG family say of themselves. It holds whatever the DICOM header around them claims."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum


class Damaged(ValueError):
    """The code stream itself is at fault: no other library is to be asked, it might show what is left as if it were whole."""


class Family(StrEnum):
    JPEG = "JPEG"
    JPEG_LOSSLESS = "JPEG Lossless"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000"
    JPEG_XL = "JPEG XL"


@dataclass(frozen=True, slots=True)
class StreamHead:
    family: Family
    rows: int = 0  # 0: not told
    columns: int = 0
    samples: int = 1
    bits: int = 8
    signed: bool = False
    exact: bool = False  # nothing was lost when it was written
    ybr: bool | None = None  # its three components are luminance and colour differences; None: it does not say


_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_ADOBE, _JFIF = 0xEE, 0xE0
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))  # width to height, of JPEG XL
_NOT_FRAMES = frozenset({0xC4, 0xC8, 0xCC})  # tables among the numbers of the frame markers


def head_of(data: bytes) -> StreamHead:
    """`Damaged` where it is no code stream of the family, or ends before its sizes."""
    try:
        if data[:2] == b"\xff\xd8":
            return _jpeg(data)
        if data[:4] == b"\xff\x4f\xff\x51":
            return _jpeg_2000(data, 0)
        if data[4:8] == b"jP  ":
            start = data.find(b"\xff\x4f\xff\x51")
            if start > 0:
                return _jpeg_2000(data, start)
        if data[:2] == b"\xff\x0a" or data[4:8] == b"JXL ":
            return _jpeg_xl(data)
    except (struct.error, IndexError) as error:
        raise Damaged("the compressed picture ends within its header") from error
    raise Damaged("the compressed picture begins with neither a JPEG nor a JPEG 2000 nor a JPEG XL header")


def _jpeg(data: bytes) -> StreamHead:
    adobe: int | None = None
    jfif = False
    head: tuple[int, int, int, int, tuple[int, ...]] | None = None
    at = 2
    while True:
        while data[at] != 0xFF:  # some writers leave bytes between segments
            at += 1
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if marker in (0x01, _SOI) or 0xD0 <= marker <= 0xD7:
            continue
        if marker == _EOI:
            raise Damaged("the compressed picture is empty")
        (length,) = struct.unpack_from(">H", data, at)
        body = data[at + 2 : at + length]
        if marker == _ADOBE and body[:5] == b"Adobe" and len(body) >= 12:
            adobe = body[11]
        elif marker == _JFIF and body[:4] == b"JFIF":
            jfif = True
        elif marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in _NOT_FRAMES):
            bits, rows, columns, samples = struct.unpack_from(">BHHB", body)
            ids = tuple(body[6 + 3 * k] for k in range(samples))
            head = (marker, bits, rows, columns, ids)
        elif marker == _SOS:
            break
        at += length
    if head is None:
        raise Damaged("the compressed picture does not tell its size")
    marker, bits, rows, columns, ids = head
    if marker == 0xF7:
        near = body[1 + 2 * body[0]]
        return StreamHead(Family.JPEG_LS, rows, columns, len(ids), bits, exact=near == 0)
    lossless = marker in (0xC3, 0xC7, 0xCB, 0xCF)
    family = Family.JPEG_LOSSLESS if lossless else Family.JPEG
    return StreamHead(family, rows, columns, len(ids), bits, exact=lossless, ybr=_is_ybr(adobe, jfif, ids))


def _is_ybr(adobe: int | None, jfif: bool, ids: tuple[int, ...]) -> bool | None:
    if len(ids) != 3:
        return False
    if adobe is not None:
        return adobe == 1
    if jfif:
        return True
    return False if bytes(ids) == b"RGB" else None


def _jpeg_2000(data: bytes, start: int) -> StreamHead:
    width, height, x, y = struct.unpack_from(">4I", data, start + 8)
    (samples,) = struct.unpack_from(">H", data, start + 40)
    depth = data[start + 42]
    cod = _marker_2000(data, start + 2, 0x52)
    exact = cod is not None and data[cod + 13] == 1  # the reversible 5/3 transform
    return StreamHead(Family.JPEG_2000, height - y, width - x, samples, (depth & 0x7F) + 1, bool(depth & 0x80), exact)


def _marker_2000(data: bytes, at: int, wanted: int) -> int | None:
    """Where a segment of the main header begins (at its marker)."""
    while data[at] == 0xFF and data[at + 1] != 0x90:
        if data[at + 1] == wanted:
            return at
        (length,) = struct.unpack_from(">H", data, at + 2)
        at += 2 + length
    return None


def _jpeg_xl(data: bytes) -> StreamHead:
    """Its size alone (ISO/IEC 18181-1): the rest is left to the codec."""
    start = 0 if data[:2] == b"\xff\x0a" else _code_stream_of_xl(data)
    if data[start : start + 2] != b"\xff\x0a":
        raise Damaged("the compressed picture does not tell its size")
    bits = _Bits(int.from_bytes(data[start + 2 : start + 14], "little"))
    small = bits.take(1)

    def side() -> int:
        return (bits.take(5) + 1) * 8 if small else bits.take((9, 13, 18, 30)[bits.take(2)]) + 1

    rows = side()
    ratio = bits.take(3)
    columns = rows * _RATIOS[ratio - 1][0] // _RATIOS[ratio - 1][1] if ratio else side()
    return StreamHead(Family.JPEG_XL, rows, columns)


def _code_stream_of_xl(data: bytes) -> int:
    """Where it begins in a file of boxes, whole or in parts; the end of the data where it does not."""
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1:
            (length,), head = struct.unpack_from(">Q", data, at + 8), 16
        if kind in (b"jxlc", b"jxlp"):
            return at + head + (4 if kind == b"jxlp" else 0)
        at += max(length, head) if length else len(data)
    return len(data)


class _Bits:
    """Of a number, the lowest first."""

    def __init__(self, number: int) -> None:
        self._left = number

    def take(self, n: int) -> int:
        taken = self._left & ((1 << n) - 1)
        self._left >>= n
        return taken
