"""A text file of any length to be read in pieces: slices by code point, lines, search. Memory stays bounded."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator

from storage.media.source import ByteSource
from storage.media.text_index import TextIndex, build, decode

_KEPT = 32  # decoded blocks in memory, about 2 MB
_BREAK = re.compile(r"\r\n|\r|\n")

Check = Callable[[], None]


class TextFile:
    """`text[start:end]` of the whole file is `slice(start, end)`, without the whole file. For one thread at a time."""

    def __init__(self, source: ByteSource, index: TextIndex | None = None, check: Check | None = None) -> None:
        self._source = source
        self.index = index or build(source, check)
        self._blocks: OrderedDict[int, str] = OrderedDict()
        self._ends: OrderedDict[int, list[int]] = OrderedDict()

    def __len__(self) -> int:
        return self.index.length

    @property
    def lines(self) -> int:
        return self.index.lines

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.index.warnings

    def slice(self, start: int, end: int) -> str:
        """Code points `start` up to `end`, cut to what there is."""
        start, end = max(0, start), min(end, len(self))
        if start >= end:
            return ""
        first, last = self.index.block_of(start), self.index.block_of(end - 1)
        text = "".join(self._block(i) for i in range(first, last + 1))
        base = int(self.index.points[first])
        return text[start - base : end - base]

    def line_start(self, line: int) -> int:
        """The offset at which a line (from 0) begins; the end of the text for lines beyond the last."""
        if line <= 0:
            return 0
        if line >= self.lines:
            return len(self)
        breaks = self.index.breaks
        block = int(breaks.searchsorted(line)) - 1
        ends, number = self._line_ends(block), line - int(breaks[block]) - 1
        if number >= len(ends):  # the file was changed under us
            return int(self.index.points[block + 1])
        return int(self.index.points[block]) + ends[number]

    def line_of(self, offset: int) -> int:
        """The line that holds an offset."""
        block = self.index.block_of(min(max(0, offset), len(self)))
        inside = offset - int(self.index.points[block])
        return int(self.index.breaks[block]) + bisect_right(self._line_ends(block), inside)

    def line(self, number: int) -> str:
        """With its line end, as stored."""
        return self.slice(self.line_start(number), self.line_start(number + 1))

    def search(
        self, words: str, *, case: bool = False, start: int = 0, check: Check | None = None
    ) -> Iterator[tuple[int, int]]:
        """Offsets of hits from `start` on, in order, not overlapping; the file is read as they are asked for."""
        if not words:
            return
        pattern = re.compile(re.escape(words), 0 if case else re.IGNORECASE)
        block, blocks = self.index.block_of(max(0, start)), len(self.index.bytes) - 1
        carry, base, at = "", int(self.index.points[block]), max(0, start)
        while block < blocks:
            if check is not None:
                check()
            text = carry + self._block(block, keep=False)  # one at a time: matching lets no other thread run
            for match in pattern.finditer(text, max(0, at - base)):
                at = base + match.end()
                yield base + match.start(), at
            carry = text[max(0, len(text) - len(words) + 1) :] if len(words) > 1 else ""
            base += len(text) - len(carry)
            block += 1

    def _block(self, i: int, *, keep: bool = True) -> str:
        if i in self._blocks:
            self._blocks.move_to_end(i)
            return self._blocks[i]
        first, last = int(self.index.bytes[i]), int(self.index.bytes[i + 1])
        data = self._source.read_at(first, last - first)
        wanted = int(self.index.points[i + 1] - self.index.points[i])
        try:
            text = decode(data, self.index.encoding)
        except UnicodeDecodeError:  # the file was changed under us
            text = data.decode(self.index.encoding, "replace")
        text = text[:wanted].ljust(wanted, "\ufffd")
        if keep:
            self._blocks[i] = text
            while len(self._blocks) > _KEPT:
                self._blocks.popitem(last=False)
        return text

    def _line_ends(self, i: int) -> list[int]:
        """Where the line breaks of a block end, within it."""
        if i not in self._ends:
            self._ends[i] = [m.end() for m in _BREAK.finditer(self._block(i))]
            while len(self._ends) > _KEPT:
                self._ends.popitem(last=False)
        return self._ends[i]
