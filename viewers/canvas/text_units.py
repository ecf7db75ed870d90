"""Between code points and UTF-16 units: the one place that converts. Labels count code points, Qt counts units."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QTextBoundaryFinder

#: Signs that would not be seen or would end a row, shown as one sign each, so that counting stays the same.
_SHOWN = {code: 0x2400 + code for code in range(32) if code != 9} | {
    0x7F: 0x2421,
    0x2028: 0x21B5,
    0x2029: 0x00B6,
    0xFFFC: 0xFFFD,
}
_SHOWN |= dict.fromkeys((64976, 64977), 65533)


def shown(text: str) -> str:
    """The same number of code points, every one to be seen. Line ends are not expected here."""
    return text.translate(_SHOWN)


class Units:
    """Places in one piece of text, in code points and in UTF-16 units."""

    __slots__ = ("_points", "_units", "points", "units")

    def __init__(self, text: str) -> None:
        wide = [] if text.isascii() or max(text) <= "\uffff" else [i for i, c in enumerate(text) if c > "\uffff"]
        self._points = wide
        self._units = [i + k for k, i in enumerate(wide)]
        self.points = len(text)
        self.units = len(text) + len(wide)

    def unit(self, point: int) -> int:
        return point + bisect_left(self._points, point) if self._points else point

    def point(self, unit: int) -> int:
        """A place inside a surrogate pair is that of the character."""
        return unit - bisect_left(self._units, unit) if self._units else unit


def whole(text: str, unit: int) -> int:
    """The beginning of the character, as a reader counts them, that a place in UTF-16 units lies in: where the font has no
    picture for a joined emoji, Qt puts the caret between its parts."""
    if text.isascii():
        return unit
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, text)
    finder.setPosition(unit)
    return unit if finder.isAtBoundary() else max(0, finder.toPreviousBoundary())


def word_at(text: str, point: int) -> tuple[int, int]:
    """The word (or the run of signs, or of spaces) round a place in `text`, in code points; it cuts no character."""
    if not text:
        return (0, 0)
    units = Units(text)
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Word, text)
    finder.setPosition(units.unit(min(point, len(text) - 1)))
    start = finder.position() if finder.isAtBoundary() else finder.toPreviousBoundary()
    end = finder.toNextBoundary()
    whole = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, text)
    whole.setPosition(max(0, start))
    start = max(0, start) if whole.isAtBoundary() else whole.toPreviousBoundary()
    whole.setPosition(end if end >= 0 else units.units)
    end = whole.position() if whole.isAtBoundary() else whole.toNextBoundary()
    return (units.point(max(0, start)), units.point(end) if end >= 0 else len(text))


def next_grapheme(text: str, point: int) -> int:
    """The end of the character, as a reader counts them, that begins at `point`; the length at the end."""
    units = Units(text)
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, text)
    finder.setPosition(units.unit(point))
    found = finder.toNextBoundary()
    return units.point(found) if found >= 0 else len(text)
