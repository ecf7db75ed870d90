"""Text files of any length: which encoding, and where each code point and line is, found in one reading.

Offsets are Unicode code points of the file as stored: line ends are kept as they are, a byte-order mark is not text.
For every block of about 64 KB three numbers are kept, so 100 MB take some 40 kB; blocks never cut a character or a
CR LF. Files are read by `ByteSource.read_at`: a mapped file that shrinks meanwhile would kill the process.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.errors import BadInput
from storage.media.source import ByteSource

BLOCK = 64 * 1024
_SNIFF = 4096
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
LATIN_1 = "It is not UTF-8: it is read as Latin-1, so letters beyond A to Z may be wrong."
ODD = "Its last byte is half a character and is left out."

Check = Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class TextIndex:
    """Of n blocks: where each starts in bytes, code points and line breaks; the last entry is the end."""

    encoding: str
    bytes: NDArray[np.int64]
    points: NDArray[np.int64]
    breaks: NDArray[np.int64]
    warnings: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """Code points."""
        return int(self.points[-1])

    @property
    def lines(self) -> int:
        return int(self.breaks[-1]) + 1

    def block_of(self, offset: int) -> int:
        return min(bisect_right(self.points, offset) - 1, len(self.bytes) - 2)


def decode(data: bytes, encoding: str) -> str:
    """One code point per character in the file; half pairs of UTF-16 become U+FFFD."""
    if not encoding.startswith("utf-16"):
        return data.decode(encoding)
    text = data[: len(data) // 2 * 2].decode(encoding, "surrogatepass")
    return text if text.isascii() else "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def build(source: ByteSource, check: Check | None = None) -> TextIndex:
    """Reads the file once. BadInput when it holds no text; `check` may raise to give up."""
    head = source.read_at(0, _SNIFF)
    encoding, at = _sniff(head, source)
    valid = True
    starts, points, breaks = [at], [0], [0]
    wide = encoding.startswith("utf-16")
    while at < source.size:
        if check is not None:
            check()
        data = source.read_at(at, BLOCK + 8)
        if not data:
            break  # the file has become shorter meanwhile
        data = data[: _end_of_block(data, wide, big=encoding == "utf-16-be")]
        if valid:
            try:
                count = len(decode(data, encoding))
            except UnicodeDecodeError:
                valid = False
        at += len(data)
        starts.append(at)
        points.append(points[-1] + (count if valid else 0))
        breaks.append(breaks[-1] + _breaks(data, encoding))
    warnings = [ODD] if wide and (at - starts[0]) % 2 else []
    if not valid:
        encoding, points = "latin-1", [s - starts[0] for s in starts]
        warnings.append(LATIN_1)
    if len(starts) == 1:
        starts, points, breaks = [at, at], [0, 0], [0, 0]
    return TextIndex(encoding, _array(starts), _array(points), _array(breaks), tuple(warnings))


def _array(values: list[int]) -> NDArray[np.int64]:
    return np.asarray(values, np.int64)


def _sniff(head: bytes, source: ByteSource) -> tuple[str, int]:
    """Encoding, and how long its mark is. UTF-8 here means: to be tried."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, len(bom)
    if b"\0" not in head:
        return "utf-8", 0
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le", 0
    if even > half * 0.4 and odd < half * 0.05:
        return "utf-16-be", 0
    name = source.path.name if source.path else "The file"
    raise BadInput(
        f"{name} holds no text but binary data.",
        remedy="Add it under the extension of what it really is, or export it as text.",
        input=str(source.path or ""),
    )


def _end_of_block(data: bytes, wide: bool, *, big: bool) -> int:
    """Where to cut, so that the rest begins with a character and no CR LF is torn."""
    if len(data) <= BLOCK:
        return len(data)
    end = BLOCK
    if wide:
        unit = data[end - 2] << 8 | data[end - 1] if big else data[end - 1] << 8 | data[end - 2]
        return end - 2 if unit == 13 or 0xD800 <= unit <= 0xDBFF else end
    if data[end - 1] == 13:
        return end - 1
    for back in range(4):
        if data[end - back] & 0xC0 != 0x80:
            return end - back
    return end  # no UTF-8


def _breaks(data: bytes, encoding: str) -> int:
    """Line ends: LF, CR LF, and CR alone."""
    if not encoding.startswith("utf-16"):
        alone = data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else 0
        return data.count(b"\n") + alone
    kind: Any = "<u2" if encoding == "utf-16-le" else ">u2"
    units = np.frombuffer(data[: len(data) // 2 * 2], kind)
    returns = units == 13
    pairs = int(np.count_nonzero(returns[:-1] & (units[1:] == 10)))
    return int(np.count_nonzero(units == 10)) + int(np.count_nonzero(returns)) - pairs
