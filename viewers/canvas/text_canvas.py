"""Plain text of any length: rows are laid out where they are in sight, so a file of 100 MB scrolls like one of 100 lines.

The vertical scroll bar counts code points, not rows: how many rows a text has is not known before all of it is laid out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractSlider, QWidget

from viewers.canvas import text_marks
from viewers.canvas.text_colors import colors_of
from viewers.canvas.text_pieces import Piece, Pieces, PlainText, Text
from viewers.canvas.text_units import next_grapheme, word_at
from viewers.canvas.text_view import Span, TextView, Way

PAD = 10.0
SMALLEST, LARGEST = 8, 48
_WORD = 512  # how far a word may reach
_Action = QAbstractSlider.SliderAction


@dataclass(slots=True, eq=False)
class _Row:
    piece: Piece
    number: int
    y: float  # of the row, not of its text
    start: int
    end: int


class TextCanvas(TextView):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces = Pieces(PlainText(""))
        self._mono = True
        self._wrap = True
        self._numbers = True
        self.language = ""
        self._size = 14
        self._top: tuple[int, float] = (0, 0.0)  # offset in the uppermost piece, how far its first row is above the edge
        self._rows: list[_Row] = []
        self._widest = 0.0
        self._turning = False  # the scroll bar is being set, not moved
        self._goal: float | None = None  # where up and down aim at
        self.verticalScrollBar().actionTriggered.connect(self._on_bar)
        self.horizontalScrollBar().valueChanged.connect(self._on_sideways)
        self._restyle()

    # -- what is shown, and how

    def set_text(self, text: Text) -> None:
        self._pieces = Pieces(text)
        self._recolor()
        self._top, self._widest = (0, 0.0), 0.0
        self.anchor = self.caret = 0
        self._restyle()

    @property
    def text(self) -> Text:
        return self._pieces.text

    @property
    def mono(self) -> bool:
        return self._mono

    @property
    def wrap(self) -> bool:
        return self._wrap

    @property
    def numbers(self) -> bool:
        return self._numbers

    @property
    def font_px(self) -> int:
        return self._size

    def set_look(
        self, *, mono: bool | None = None, wrap: bool | None = None, numbers: bool | None = None, px: int | None = None,
        compact: bool | None = None,
    ) -> None:  # fmt: skip
        """What is not given stays."""
        self._mono = self._mono if mono is None else mono
        self._wrap = self._wrap if wrap is None else wrap
        self._numbers = self._numbers if numbers is None else numbers
        self._size = self._size if px is None else min(LARGEST, max(SMALLEST, px))
        self.compact = self.compact if compact is None else compact
        self._widest = 0.0
        self._restyle()

    def set_language(self, language: str) -> None:
        """Of what is shown, as `viewers.scene.syntax` names it; empty: one colour for all."""
        if language != self.language:
            self.language = language
            self._recolor()
            self._restyle()

    def _recolor(self) -> None:
        dark = self.palette().color(QPalette.ColorRole.Base).lightness() < 128
        self._pieces.set_colors(colors_of(self.language, self.text, dark=dark))

    def text_font(self) -> QFont:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont) if self._mono else QFont(self.font())
        font.setPixelSize(self._size)
        return font

    def _restyle(self) -> None:
        """Everything is laid out anew; what was at the top stays there."""
        first = self._rows[0].start if self._rows else 0
        font = self.text_font()
        metrics = QFontMetricsF(font)
        self._ascent = metrics.ascent()
        self._text_height = metrics.height()
        self._above = 1.0 if self.compact else text_marks.CHIP_HEIGHT
        self._below = 4.0 if self.compact else 6.0  # deeper lanes run above the next row
        self._pitch = round(self._above + self._text_height + self._below)
        digits = len(f"{self.text.lines:,}")
        self._gutter = metrics.horizontalAdvance("0") * digits * 0.85 + 2 * PAD if self._numbers else PAD
        self._pieces.set_style(font, self.viewport().width() - self._gutter - 2 * PAD, self._wrap)
        piece = self._pieces.at(first)
        self._place(piece, piece.row_of(first) * self._pitch)

    # -- scrolling

    def _place(self, piece: Piece, y: float) -> None:
        """Put `y` of a piece (px from its top) at the upper edge, as far as the ends of the text allow."""
        piece, y = self._settled(piece, y)
        self._top = (piece.start, y)
        self._fill(piece, y)
        if self._rows_end() < self.viewport().height():
            last = self._pieces.at(self.length())
            lowest, lowest_y = self._settled(last, last.rows * self._pitch + PAD - self.viewport().height())
            if (lowest.start, lowest_y) < self._top:
                self._top = (lowest.start, lowest_y)
                self._fill(lowest, lowest_y)
        self._set_bars()
        self.viewport().update()

    def _settled(self, piece: Piece, y: float) -> tuple[Piece, float]:
        """The same place told by the piece it is in."""
        while y < 0:
            above = self._pieces.before(piece)
            if above is None:
                return piece, 0.0
            piece = above
            y += piece.rows * self._pitch
        while y >= piece.rows * self._pitch:
            below = self._pieces.after(piece)
            if below is None:
                break
            y -= piece.rows * self._pitch
            piece = below
        return piece, y

    def _fill(self, piece: Piece, y: float) -> None:
        """The rows in sight."""
        first = int(y // self._pitch)
        at, bottom = first * self._pitch - y, self.viewport().height()
        self._rows = []
        for found, number in self._pieces.rows_from(piece, first):
            if at >= bottom:
                break
            start, end = found.row_range(number)
            self._rows.append(_Row(found, number, at, start, end))
            self._widest = max(self._widest, found.row(number).naturalTextWidth())
            at += self._pitch
        if not self._rows:  # the end of the last piece
            number = piece.rows - 1
            self._rows.append(_Row(piece, number, number * self._pitch - y, *piece.row_range(number)))

    def _rows_end(self) -> float:
        return self._rows[-1].y + self._pitch + PAD

    def _set_bars(self) -> None:
        self._turning = True
        bar, length = self.verticalScrollBar(), self.length()
        first, last = self._rows[0].start, self._rows[-1].end
        at_end = last >= length and self._rows_end() <= self.viewport().height() + 1
        whole = first == 0 and self._top[1] == 0 and last >= length and self._rows_end() <= self.viewport().height()
        bar.setRange(0, 0 if whole else max(1, length - (last - first)))
        bar.setPageStep(max(1, last - first))
        bar.setValue(bar.maximum() if at_end and not whole else min(first, bar.maximum()))
        side = self.horizontalScrollBar()
        room = self.viewport().width() - self._gutter - 2 * PAD
        side.setRange(0, 0 if self._wrap else max(0, round(self._widest - room)))
        side.setPageStep(max(1, round(room)))
        side.setSingleStep(24)
        self._turning = False

    @Slot(int)
    def _on_bar(self, action: int) -> None:
        bar = self.verticalScrollBar()
        steps = {
            _Action.SliderSingleStepAdd.value: self._pitch,
            _Action.SliderSingleStepSub.value: -self._pitch,
            _Action.SliderPageStepAdd.value: 0.9 * self.viewport().height(),
            _Action.SliderPageStepSub.value: -0.9 * self.viewport().height(),
        }
        step = steps.get(action)
        if step is not None:
            self.scroll_by(step)
        elif action != _Action.SliderNoAction.value:
            piece = self._pieces.at(min(bar.sliderPosition(), self.length()))
            target = self.length() if bar.sliderPosition() >= bar.maximum() else bar.sliderPosition()
            piece = self._pieces.at(target)
            self._place(piece, piece.row_of(target) * self._pitch)
        bar.setSliderPosition(bar.value())

    @Slot()
    def _on_sideways(self) -> None:
        if not self._turning:
            self.viewport().update()

    def scroll_by(self, pixels: float) -> None:
        piece = self._pieces.at(self._top[0])
        self._place(piece, self._top[1] + pixels)

    def show_place(self, offset: int, *, middle: bool = False) -> None:
        row = self._row_of(offset)
        height = self.viewport().height()
        if row is None or middle:
            piece = self._pieces.at(offset)
            self._place(piece, piece.row_of(offset) * self._pitch - height * (0.4 if middle or row is None else 0))
            row = self._row_of(offset)
        elif row.y < 0:
            self.scroll_by(row.y)
        elif row.y + self._pitch > height:
            self.scroll_by(row.y + self._pitch - height)
        if not self._wrap and row is not None:
            self._show_sideways(row.piece.x_of(row.number, offset))

    def _show_sideways(self, x: float) -> None:
        side, room = self.horizontalScrollBar(), self.viewport().width() - self._gutter - 2 * PAD
        if x < side.value():
            side.setValue(max(0, round(x - room / 4)))
        elif x > side.value() + room:
            side.setValue(round(x - room * 3 / 4))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._restyle()

    def changeEvent(self, event: Any) -> None:
        super().changeEvent(event)
        if event.type() in (event.Type.FontChange, event.Type.PaletteChange) and hasattr(self, "_pieces"):
            self._recolor()
            self._restyle()

    # -- where things are

    def length(self) -> int:
        return len(self.text)

    def text_between(self, start: int, end: int) -> str:
        return self.text.slice(start, end)

    def in_sight(self) -> Span:
        last = self._rows[-1]
        return (self._rows[0].start, last.piece.end if last.number == last.piece.rows - 1 else last.end)

    def _left(self) -> float:
        return self._gutter + PAD - (0 if self._wrap else self.horizontalScrollBar().value())

    def _row_at(self, y: float) -> _Row:
        return next((row for row in reversed(self._rows) if row.y <= y), self._rows[0])

    def _row_of(self, offset: int) -> _Row | None:
        """The row in sight that holds an offset."""
        for row in self._rows:
            if row.start <= offset <= row.end and not (
                offset == row.end and row.number + 1 < row.piece.rows  # it begins the next row
            ):
                return row
            if row.piece.start <= offset < row.piece.end and offset > row.end and row.number == row.piece.rows - 1:
                return row  # inside the line end
        return None

    def offset_at(self, at: QPointF) -> int:
        row = self._row_at(at.y())
        return row.piece.offset_at(row.number, at.x() - self._left())

    def is_over_text(self, at: QPointF) -> bool:
        return at.x() >= self._gutter and at.y() < self._rows[-1].y + self._pitch

    def rects(self, start: int, end: int) -> list[QRectF]:
        left, found = self._left(), []
        for row in self._rows:
            stop = row.piece.end if row.number == row.piece.rows - 1 else row.end
            if row.start >= end or stop <= start:
                continue
            top = row.y + self._above
            edges = row.piece.spans(row.number, start, end)
            if stop > row.end and start < stop and end > row.end:  # the line end is in it
                x = edges[-1][1] if edges else row.piece.x_of(row.number, row.end)
                edges = [*edges[:-1], (edges[-1][0] if edges else x, x + 5)]
            found += [QRectF(left + a, top, max(1.0, b - a), self._text_height) for a, b in edges]
        return found

    def caret_rect(self, offset: int) -> QRectF | None:
        row = self._row_of(offset)
        if row is None:
            return None
        return QRectF(self._left() + row.piece.x_of(row.number, offset), row.y + self._above, 1, self._text_height)

    def word(self, offset: int) -> Span:
        low, high = self.line(offset)
        low, high = max(low, offset - _WORD), min(high, offset + _WORD)
        start, end = word_at(self.text.slice(low, high), offset - low)
        return (low + start, low + end)

    def line(self, offset: int) -> Span:
        number = self.text.line_of(offset)
        start, end = self.text.line_start(number), self.text.line_start(number + 1)
        tail = self.text.slice(max(start, end - 2), end)
        return (start, end - (2 if tail.endswith("\r\n") else 1 if tail.endswith(("\n", "\r")) else 0))

    def stepped(self, offset: int, way: Way, *, by_word: bool) -> int:
        if way in ("up", "down"):
            return self._row_step(offset, -1 if way == "up" else 1)
        self._goal = None
        piece = self._pieces.at(offset)
        if way in ("home", "end"):
            start, end = piece.row_range(piece.row_of(offset))
            return start if way == "home" else end
        if by_word:
            return self._word_step(offset, forward=way == "right")
        return self._character_step(offset, forward=way == "right")

    def _character_step(self, offset: int, *, forward: bool) -> int:
        if forward:
            line = self.line(offset)
            if offset >= line[1]:
                return self.text.line_start(self.text.line_of(offset) + 1)
            return offset + next_grapheme(self.text.slice(offset, min(line[1], offset + 64)), 0)
        start = self.line(offset)[0]
        if offset <= start:
            return self.line(offset - 1)[1] if offset > 0 else 0
        low = max(start, offset - 64)
        near, at = self.text.slice(low, offset), 0
        while (after := at + next_grapheme(near[at:], 0)) < len(near):  # as forward: what comes before must not matter
            at = after
        return low + at

    def _word_step(self, offset: int, *, forward: bool) -> int:
        low, high = self.line(offset)
        if forward:
            if offset >= high:
                return self._character_step(offset, forward=True)
            end = self.word(offset)[1]
            while end < high and self.text.slice(end, end + 1).isspace():
                end += 1
            return end
        if offset <= low:
            return self._character_step(offset, forward=False)
        at = offset
        while at > low and self.text.slice(at - 1, at).isspace():
            at -= 1
        return self.word(at - 1)[0] if at > low else low

    def _row_step(self, offset: int, by: int) -> int:
        piece = self._pieces.at(offset)
        number = piece.row_of(offset)
        x = self._goal if self._goal is not None else piece.x_of(number, offset)
        self._goal = x
        number += by
        if number < 0 or number >= piece.rows:
            other = self._pieces.before(piece) if by < 0 else self._pieces.after(piece)
            if other is None:
                return 0 if by < 0 else self.length()
            piece, number = other, other.rows - 1 if by < 0 else 0
        start, end = piece.row_range(number)
        found = piece.offset_at(number, x)
        return found if found < end or number == piece.rows - 1 else max(start, end - 1)

    # -- painting

    def paint_ground(self, p: QPainter) -> None:
        area = self.viewport().rect()
        p.fillRect(area, self.palette().base())
        if not self._numbers:
            return
        p.fillRect(QRectF(0, 0, self._gutter, area.height()), self.palette().alternateBase())
        font = self.text_font()
        font.setPixelSize(max(8, round(self._size * 0.85)))
        p.setFont(font)
        p.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        for row in self._rows:
            if row.piece.first and row.number == 0:
                box = QRectF(0, row.y + self._above, self._gutter - PAD, self._text_height)
                p.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{row.piece.line + 1:,}")

    def paint_text(self, p: QPainter) -> None:
        p.setPen(self.palette().color(QPalette.ColorRole.Text))
        left = self._left()
        p.save()
        p.setClipRect(QRectF(self._gutter, 0, self.viewport().width(), self.viewport().height()))
        for row in self._rows:
            line = row.piece.row(row.number)
            # All rows stand on their baselines, whatever the heights of their fonts.
            line.draw(p, QPointF(left, row.y + self._above + self._ascent - line.ascent() - line.y()))
        p.restore()
