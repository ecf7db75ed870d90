"""Text of any length as rows on a screen: pieces of lines are laid out where they are looked at, and nowhere else.

A *piece* is a line, or a part of one that is longer than `CHUNK` code points; where long lines are cut depends on the text
alone. A *row* is one line of a piece's layout; all rows are equally high, so scrolling needs no knowledge of what is not
laid out. Offsets are code points of the whole text.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt, QTextBoundaryFinder
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from viewers.canvas.text_units import Units, shown, whole

CHUNK = 2048
_LOOK = 128  # how far from where a long line should be cut a good place is looked for
_KEPT = 400
_WIDE = 1e6

#: First and last code point of a piece, and the colour of what lies between them.
Colored = tuple[int, int, QColor]


class Text(Protocol):
    """What of `viewers.decode.text.TextFile` is needed."""

    def __len__(self) -> int: ...

    @property
    def lines(self) -> int: ...

    def slice(self, start: int, end: int) -> str: ...

    def line_start(self, line: int) -> int: ...

    def line_of(self, offset: int) -> int: ...


class PlainText:
    """A text that is at hand as a whole."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def __len__(self) -> int:
        return len(self._text)

    @property
    def lines(self) -> int:
        return len(self._starts)

    def slice(self, start: int, end: int) -> str:
        return self._text[max(0, start) : max(0, end)]

    def line_start(self, line: int) -> int:
        return self._starts[max(0, line)] if line < len(self._starts) else len(self._text)

    def line_of(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1


@dataclass(slots=True, eq=False)
class Piece:
    start: int
    end: int  # with the line end
    line: int
    first: bool  # of its line
    last: bool
    shown: int  # code points before the line end
    units: Units
    layout: QTextLayout
    plain: bool  # left to right throughout: a range is one rectangle a row

    @property
    def rows(self) -> int:
        return self.layout.lineCount()

    def row(self, number: int) -> QTextLine:
        return self.layout.lineAt(number)

    def row_range(self, number: int) -> tuple[int, int]:
        """Offsets in the text, without the line end."""
        row = self.layout.lineAt(number)
        start = row.textStart()
        return (
            self.start + self.units.point(start),
            self.start + min(self.shown, self.units.point(start + row.textLength())),
        )

    def row_of(self, offset: int) -> int:
        unit = self.units.unit(min(max(0, offset - self.start), self.shown))
        return max(0, self.layout.lineForTextPosition(unit).lineNumber())

    def x_of(self, number: int, offset: int) -> float:
        unit = self.units.unit(min(max(0, offset - self.start), self.shown))
        return float(self.layout.lineAt(number).cursorToX(unit)[0])

    def offset_at(self, number: int, x: float) -> int:
        """The nearest place between two characters, as a reader counts them."""
        unit = whole(self.layout.text(), self.layout.lineAt(number).xToCursor(x))
        return self.start + min(self.shown, self.units.point(unit))

    def spans(self, number: int, start: int, end: int) -> list[tuple[float, float]]:
        """Left and right edges of what of a range lies in a row; several where the direction of writing changes."""
        row_start, row_end = self.row_range(number)
        low, high = max(start, row_start), min(end, row_end)
        if low >= high:
            return []
        first, last = self.units.unit(low - self.start), self.units.unit(high - self.start)
        return line_spans(self.layout.lineAt(number), first, last, plain=self.plain)


def line_spans(line: QTextLine, first: int, last: int, *, plain: bool) -> list[tuple[float, float]]:
    """Left and right edges of the units `first` up to `last` in one line of a layout."""
    if plain:
        left = float(line.cursorToX(first)[0])
        # The end of a wrapped line is a place in the next one as well.
        at_end = last >= line.textStart() + line.textLength()
        right = float(line.naturalTextRect().right()) if at_end else float(line.cursorToX(last)[0])
        return [(min(left, right), max(left, right))]
    found = sorted((r.boundingRect().left(), r.boundingRect().right()) for r in line.glyphRuns(first, last - first))
    joined: list[tuple[float, float]] = []
    for left, right in found:
        if joined and left <= joined[-1][1] + 1.0:
            joined[-1] = (joined[-1][0], max(right, joined[-1][1]))
        else:
            joined.append((left, right))
    return joined


def is_plain(text: str) -> bool:
    """Left to right throughout."""
    return text.isascii() or not any(unicodedata.bidirectional(c) in _TURNING for c in set(text))


class Pieces:
    """Lays out and keeps what was looked at last."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.font = QFont()
        self.width = 600.0
        self.wrap = True
        self.colors: Callable[[str, int, int], Iterable[Colored]] | None = None  # of a piece: its text, its place, its line's
        self._kept: OrderedDict[int, Piece] = OrderedDict()

    def set_style(self, font: QFont, width: float, wrap: bool) -> None:
        if (font, width, wrap) != (self.font, self.width, self.wrap):
            if font != self.font or wrap != self.wrap or wrap:
                self._kept.clear()
            self.font, self.width, self.wrap = QFont(font), width, wrap

    def set_colors(self, colors: Callable[[str, int, int], Iterable[Colored]] | None) -> None:
        self.colors = colors
        self._kept.clear()

    def at(self, offset: int) -> Piece:
        """The piece that holds an offset; the last one for the end of the text."""
        offset = min(max(0, offset), len(self.text))
        start, end, line, line_start, line_end = self._bounds(offset)
        piece = self._kept.get(start)
        if piece is None:
            piece = self._make(start, end, line, first=start == line_start, last=end == line_end)
            self._kept[start] = piece
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(start)
        return piece

    def after(self, piece: Piece) -> Piece | None:
        if piece.last and piece.line + 1 >= self.text.lines:
            return None
        return self.at(piece.end)

    def before(self, piece: Piece) -> Piece | None:
        return self.at(piece.start - 1) if piece.start > 0 else None

    def rows_from(self, piece: Piece, row: int) -> Iterator[tuple[Piece, int]]:
        found: Piece | None = piece
        while found is not None:
            for number in range(row, found.rows):
                yield found, number
            found, row = self.after(found), 0

    # -- cutting

    def _bounds(self, offset: int) -> tuple[int, int, int, int, int]:
        text = self.text
        line = text.line_of(offset)
        start, end = text.line_start(line), text.line_start(line + 1)
        if end - start <= 2 * CHUNK:
            return start, end, line, start, end
        k = (offset - start) // CHUNK
        low = self._cut(start, end, k)
        if offset < low or (low == end and k):
            k -= 1
            low = self._cut(start, end, k)
        return low, self._cut(start, end, k + 1), line, start, end

    def _cut(self, start: int, end: int, k: int) -> int:
        """Where piece `k` of a long line begins: after a space near by, else between two characters."""
        wanted = start + k * CHUNK
        if k <= 0:
            return start
        if wanted > end - CHUNK // 2:
            return end
        near = self.text.slice(wanted - _LOOK, wanted + _LOOK)
        for i in range(_LOOK, len(near) - 1):
            if near[i].isspace() and not unicodedata.combining(near[i + 1]) and near[i + 1] != "\u200d":
                return wanted - _LOOK + i + 1
        units = Units(near)
        finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, near)
        finder.setPosition(units.unit(_LOOK))
        found = finder.position() if finder.isAtBoundary() else finder.toNextBoundary()
        return wanted - _LOOK + (units.point(found) if found >= 0 else len(near))

    def _make(self, start: int, end: int, line: int, *, first: bool, last: bool) -> Piece:
        stored = self.text.slice(start, end)
        text = _without_end(stored) if last else stored
        units = Units(text)
        layout = QTextLayout(shown(text), self.font)
        option = QTextOption()
        option.setTabStopDistance(QFontMetricsF(self.font).horizontalAdvance(" ") * 4)
        if self.wrap:
            option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        else:
            option.setWrapMode(QTextOption.WrapMode.NoWrap)
            option.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        if self.colors is not None:
            layout.setFormats([_format(units, *each) for each in self.colors(text, start, self.text.line_start(line))])
        layout.beginLayout()
        while (row := layout.createLine()).isValid():
            row.setLineWidth(max(40.0, self.width) if self.wrap else _WIDE)
        layout.endLayout()
        return Piece(start, end, line, first, last, len(text), units, layout, is_plain(text))


def _format(units: Units, first: int, last: int, color: QColor) -> QTextLayout.FormatRange:
    made, look = QTextLayout.FormatRange(), QTextCharFormat()
    look.setForeground(color)
    made.start, made.length, made.format = units.unit(first), units.unit(last) - units.unit(first), look
    return made


def _without_end(line: str) -> str:
    return line[:-2] if line.endswith("\r\n") else line[:-1] if line.endswith(("\n", "\r")) else line


#: Classes of signs that may turn the direction of writing.
_TURNING = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "FSI", "LRE", "LRO", "LRI", "PDF", "PDI"})
