"""A page of HTML laid out to be read and marked: the harmless copy of `HtmlPage` in a QTextDocument that loads nothing.

Offsets are those of `HtmlPage.text`; the document has the same characters with other line breaks between them, so both are
walked once, side by side.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QPainter,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QWidget

from viewers.canvas import text_marks
from viewers.canvas.text_pieces import is_plain, line_spans
from viewers.canvas.text_units import Units, word_at
from viewers.canvas.text_view import Span, TextView, Way

#: A layout of more characters would freeze the window for more than a quarter of a second: they are shown as plain text.
MOST = 150_000
SMALLEST, LARGEST = 8, 40
MARGIN = 24.0
WIDEST = 860.0  # of the column of text
_LINE_HEIGHT = 165.0  # per cent: room for names above and underlines below
#: Else words of one cell touch those of the next.
_CELLS_APART = "td, th { padding: 0 6px; }"
_BREAKS = frozenset("\n\t\u2028\u2029\ufdd0\ufdd1\ufffc\r")
_WORD = 512
_STRAY = 8
_DEEPEST, _TABLES, _CELLS = 100, 6, 6000
_TAG = re.compile(r"<(/?)([a-z0-9]+)")
#: Qt folds every kind of space in a source; written so they stay, one for one.
_SPACES = {ord(c): "&nbsp;" for c in "\x0b\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"}
_SPACES |= dict.fromkeys(range(8192, 8203), "&nbsp;")

_Move = QTextCursor.MoveOperation
_MOVES = {
    "left": _Move.PreviousCharacter,
    "right": _Move.NextCharacter,
    "up": _Move.Up,
    "down": _Move.Down,
    "home": _Move.StartOfLine,
    "end": _Move.EndOfLine,
}


class HarmlessDocument(QTextDocument):
    """Nothing is fetched from anywhere: no picture, no style sheet."""

    def loadResource(self, kind: int, name: QUrl) -> Any:
        return None


class RichText(TextView):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = HarmlessDocument(self)
        self._text = ""
        self._places: list[int] = [0]  # of each character of the text, and of its end: position in the document
        self._px = 15
        self._relayout = QTimer(self)  # one layout after a burst of resizing
        self._relayout.setSingleShot(True)
        self._relayout.setInterval(60)
        self._relayout.timeout.connect(self._lay_out)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled)

    # -- what is shown

    def set_page(self, html: str, text: str) -> None:
        document = HarmlessDocument(self)
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        document.setDefaultFont(self._font())
        document.setDefaultStyleSheet(_CELLS_APART)
        document.setHtml(html.translate(_SPACES))
        cursor = QTextCursor(document)
        cursor.select(QTextCursor.SelectionType.Document)
        spaced = QTextBlockFormat()
        spaced.setLineHeight(_LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.mergeBlockFormat(spaced)
        self._document.deleteLater()
        self._document, self._text = document, text
        self._places = places(text, document.toRawText())
        self.anchor = self.caret = 0
        self._lay_out()

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(self._px)
        return font

    @property
    def font_px(self) -> int:
        return self._px

    def set_look(self, *, px: int) -> None:
        self._px = min(LARGEST, max(SMALLEST, px))
        first = self.in_sight()[0]
        self._document.setDefaultFont(self._font())
        self._lay_out()
        self.show_place(first)

    # -- layout and scrolling

    @Slot()
    def _lay_out(self) -> None:
        width = min(WIDEST, max(120.0, self.viewport().width() - 2 * MARGIN))
        self._document.setTextWidth(width)
        size = self._document.size()
        view = self.viewport()
        bar, side = self.verticalScrollBar(), self.horizontalScrollBar()
        bar.setRange(0, max(0, round(size.height() + 2 * MARGIN - view.height())))
        bar.setPageStep(max(1, view.height()))
        bar.setSingleStep(24)
        side.setRange(0, max(0, round(size.width() + 2 * MARGIN - view.width())))
        side.setPageStep(max(1, view.width()))
        view.update()

    def _origin(self) -> QPointF:
        """Of the document, on the viewport."""
        room = self.viewport().width() - self._document.size().width()
        left = max(MARGIN, room / 2) if room > 0 else MARGIN
        return QPointF(round(left) - self.horizontalScrollBar().value(), MARGIN - self.verticalScrollBar().value())

    @Slot()
    def _scrolled(self) -> None:
        self.viewport().update()

    def scroll_by(self, pixels: float) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + round(pixels))

    def show_place(self, offset: int, *, middle: bool = False) -> None:
        rect, height = self._place_rect(offset), self.viewport().height()
        bar = self.verticalScrollBar()
        if middle:
            bar.setValue(bar.value() + round(rect.center().y() - 0.4 * height))
        elif rect.top() < text_marks.CHIP_HEIGHT:
            bar.setValue(bar.value() + round(rect.top() - text_marks.CHIP_HEIGHT))
        elif rect.bottom() > height - 16:
            bar.setValue(bar.value() + round(rect.bottom() - height + 16))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._relayout.start()

    # -- where things are

    def length(self) -> int:
        return len(self._text)

    def text_between(self, start: int, end: int) -> str:
        return self._text[max(0, start) : max(0, end)]

    def _position(self, offset: int) -> int:
        return self._places[min(max(0, offset), len(self._text))]

    def _end_position(self, offset: int) -> int:
        """Behind the character before `offset`."""
        if offset <= 0:
            return 0
        last = self._text[offset - 1]
        return self._places[offset - 1] + (2 if last > "\uffff" else 0 if last in "\n\t" else 1)

    def _offset(self, position: int) -> int:
        return min(bisect_left(self._places, position), len(self._text))

    def offset_at(self, at: QPointF) -> int:
        layout = self._document.documentLayout()
        found = layout.hitTest(at - self._origin(), Qt.HitTestAccuracy.FuzzyHit)
        return self._offset(found) if found >= 0 else len(self._text)

    def is_over_text(self, at: QPointF) -> bool:
        return QRectF(self._origin(), self._document.size()).contains(at)

    def in_sight(self) -> Span:
        """Somewhat more than that: cells of a table lie beside each other."""
        low = self.offset_at(QPointF(0, 0))
        high = self.offset_at(QPointF(self.viewport().width(), self.viewport().height()))
        return (max(0, low - 2000), min(len(self._text), high + 2000))

    def rects(self, start: int, end: int) -> list[QRectF]:
        low, high = self.in_sight()
        start, end = max(start, low), min(end, high)
        if start >= end:
            return []
        first, last = self._position(start), self._end_position(end)
        found: list[QRectF] = []
        block = self._document.findBlock(first)
        while block.isValid() and block.position() < last:
            found += self._rects_in(block, first - block.position(), last - block.position())
            block = block.next()
        return found

    def _rects_in(self, block: QTextBlock, first: int, last: int) -> list[QRectF]:
        layout = block.layout()
        corner = self._document.documentLayout().blockBoundingRect(block).topLeft() + self._origin()
        height = self.viewport().height()
        plain = is_plain(block.text())
        found = []
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            low, high = max(first, line.textStart()), min(last, line.textStart() + line.textLength())
            top = corner.y() + line.y()
            if low >= high or top > height or top + 2 * line.height() < 0:
                continue
            for left, right in line_spans(line, low, high, plain=plain):
                found.append(QRectF(corner.x() + left, top, max(1.0, right - left), line.ascent() + line.descent()))
        return found

    def _place_rect(self, offset: int) -> QRectF:
        at_end = offset >= len(self._text)
        position = self._end_position(offset) if at_end else self._position(offset)
        block = self._document.findBlock(position)
        corner = self._document.documentLayout().blockBoundingRect(block).topLeft() + self._origin()
        line = block.layout().lineForTextPosition(position - block.position())
        if not line.isValid():
            return QRectF(corner, QPointF(corner.x() + 1, corner.y() + self._px))
        x = line.cursorToX(position - block.position())[0]
        return QRectF(corner.x() + x, corner.y() + line.y(), 1, line.ascent() + line.descent())

    def caret_rect(self, offset: int) -> QRectF | None:
        rect = self._place_rect(offset)
        return rect if rect.bottom() >= 0 and rect.top() <= self.viewport().height() else None

    def word(self, offset: int) -> Span:
        low, high = self.line(offset)
        low, high = max(low, offset - _WORD), min(high, offset + _WORD)
        start, end = word_at(self._text[low:high], offset - low)
        return (low + start, low + end)

    def line(self, offset: int) -> Span:
        """The paragraph."""
        start = self._text.rfind("\n", 0, offset) + 1
        end = self._text.find("\n", offset)
        return (start, end if end >= 0 else len(self._text))

    def stepped(self, offset: int, way: Way, *, by_word: bool) -> int:
        move = _MOVES[way]
        if by_word:
            move = {"left": _Move.PreviousWord, "right": _Move.NextWord}.get(way, move)
        cursor = QTextCursor(self._document)
        cursor.setPosition(self._position(offset))
        for _ in range(8):  # over breaks that the text does not have
            if not cursor.movePosition(move):
                return len(self._text) if way in ("right", "down") else 0 if way in ("left", "up") else offset
            found = self._offset(cursor.position())
            if found != offset or way in ("home", "end"):
                return found
        return offset

    # -- painting

    def paint_ground(self, p: QPainter) -> None:
        p.fillRect(self.viewport().rect(), self.palette().base())

    def paint_text(self, p: QPainter) -> None:
        origin = self._origin()
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette = self.palette()
        context.clip = QRectF(self.viewport().rect()).translated(-origin)
        p.save()
        p.translate(origin)
        p.setClipRect(context.clip)
        self._document.documentLayout().draw(p, context)
        p.restore()


def places(text: str, raw: str) -> list[int]:
    """For each character of `text` and for its end the position (UTF-16) in a document whose raw text is `raw`.

    Both have the same characters in the same order but for breaks.
    """
    units = Units(raw)
    made: list[int] = []
    j, size = 0, len(raw)
    for character in text:
        if character in "\n\t":
            made.append(units.unit(min(j, size)))
            if j < size and raw[j] in _BREAKS:
                j += 1
            continue
        while j < size and raw[j] in _BREAKS:
            j += 1
        if j < size and raw[j] != character and not (raw[j].isspace() and character.isspace()):  # Qt has left one out
            ahead = range(j, min(size, j + _STRAY)) if not character.isspace() else ()
            found = next((k for k in ahead if raw[k] == character), None)
            if found is None:
                made.append(units.unit(j))
                continue
            j = found
        made.append(units.unit(min(j, size)))
        j += 1
    made.append(units.unit(min(j, size)))
    return made


def is_heavy(html: str) -> bool:
    """Laying it out would take Qt seconds or for ever: tables in tables double the time with each, so does depth."""
    depth = tables = cells = 0
    for match in _TAG.finditer(html):
        name, end = match[2], bool(match[1])
        if name in ("br", "hr"):
            continue
        step = -1 if end else 1
        depth += step
        tables += step if name == "table" else 0
        cells += name in ("td", "th") and not end
        if depth > _DEEPEST or tables > _TABLES or cells > _CELLS:
            return True
    return False
