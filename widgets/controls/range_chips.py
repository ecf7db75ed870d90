"""Where something holds, as small chips in a row that wraps: “1–24”, “60 red”. A click goes there.

One painted widget, not one per chip: there may be hundreds, and they follow every frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets import theme


@dataclass(frozen=True, slots=True)
class Chip:
    first: int  # frames, counted from 0
    last: int
    text: str = ""  # what holds there, shown after the frames
    base: int = 1  # the number that people know the first frame by
    slices: int = 0  # at each time of a volume of several times

    @property
    def where(self) -> str:
        frames = range(self.first, self.last + 1)
        return times_text(frames, self.slices) if self.slices else frames_text(self.first, self.last, self.base)


def frames_text(first: int, last: int, base: int) -> str:
    """As people count: from `base` (`OnFrames.counts_from`)."""
    return f"{first + base:,}" if first == last else f"{first + base:,}–{last + base:,}"


def times_text(frames: Sequence[int], slices: int) -> str:
    """Slices and times of a volume of several times, as people count."""
    there = [frame % slices for frame in frames]
    return of_times(frames_text(min(there), max(there), 1), {frame // slices for frame in frames})


def of_times(where: str, times: set[int]) -> str:
    if len(times) == 1:
        return QCoreApplication.translate("LabelRows", "{0} · time {1}").format(where, min(times) + 1)
    return QCoreApplication.translate("LabelRows", "{0} · {1} times").format(where, len(times))


class RangeChips(QWidget):
    chosen = Signal(int)  # the first frame of a chip

    HEIGHT, GAP, PAD = 20, 4, 7
    MOST = 12  # further ones are counted: nobody reads a hundred

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips: tuple[Chip, ...] = ()
        self.current = -1
        self._frame = -1
        self._places: list[tuple[QRect, int]] = []
        self._first = 0
        self._hovered = -1
        self.setFont(theme.font(theme.SMALL))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_chips(self, chips: Sequence[Chip], frame: int) -> None:
        """By time, without overlaps. Costs nothing where neither the chips nor the one that holds has changed."""
        made = tuple(chips)
        current = next((n for n, c in enumerate(made) if c.first <= frame <= c.last), -1)
        if made == self.chips and current == self.current:
            return
        self.chips, self.current = made, current
        around = current if current >= 0 else next((n for n, c in enumerate(made) if c.first > frame), len(made)) - 1
        self._first = max(0, min(around - self.MOST // 2, len(made) - self.MOST))
        self.setAccessibleName(self.tr("Frames {ranges}").format(ranges=", ".join(c.where for c in made)))
        self._lay_out()

    def _lay_out(self) -> None:
        self._places.clear()
        x = y = 0
        shown = range(self._first, min(len(self.chips), self._first + self.MOST))
        for n in shown:
            wide = min(self.fontMetrics().horizontalAdvance(self._text(n)) + 2 * self.PAD, max(40, self.width()))
            if x and x + wide > self.width():
                x, y = 0, y + self.HEIGHT + self.GAP
            self._places.append((QRect(x, y, wide, self.HEIGHT), n))
            x += wide + self.GAP
        more = bool(self._more())
        if more and x + self.fontMetrics().horizontalAdvance(self._more()) > self.width():
            y += self.HEIGHT + self.GAP
        self.setFixedHeight(y + self.HEIGHT if self._places else 0)
        self.setVisible(bool(self._places))
        self.update()

    def _text(self, n: int) -> str:
        chip = self.chips[n]
        text = chip.text if len(chip.text) <= 18 else chip.text[:17] + "…"
        return f"{chip.where} {text}".strip()

    def _more(self) -> str:
        hidden = len(self.chips) - self.MOST
        return self.tr("and {count} more").format(count=hidden) if hidden > 0 else ""

    def chip_at(self, place: QPoint) -> int:
        return next((n for rect, n in self._places if rect.contains(place)), -1)

    def place_of(self, n: int) -> QRect:
        return next((rect for rect, other in self._places if other == n), QRect())

    def sizeHint(self) -> QSize:
        return QSize(120, self.HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for rect, n in self._places:
            here = n == self.current
            painter.setPen(theme.accent() if here or (self.hasFocus() and n == self._hovered) else theme.border())
            painter.setBrush(theme.selection() if here else theme.hover() if n == self._hovered else self.palette().base())
            painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), 9, 9)
            painter.setPen(theme.text() if here else theme.subtle_text())
            room = rect.adjusted(self.PAD - 1, 0, 1 - self.PAD, 0)
            text = painter.fontMetrics().elidedText(self._text(n), Qt.TextElideMode.ElideRight, room.width() + 2)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        if self._more() and self._places:
            last = self._places[-1][0]
            fits = last.right() + 8 + painter.fontMetrics().horizontalAdvance(self._more()) <= self.width()
            at = QPoint(last.right() + 8, last.top()) if fits else QPoint(0, last.bottom() + self.GAP + 1)
            painter.setPen(theme.subtle_text())
            rest = QRect(at, QSize(self.width() - at.x(), self.HEIGHT))
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self._more())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        n = self.chip_at(event.position().toPoint())
        if n >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.chips[n].first)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.chip_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def _hover(self, n: int) -> None:
        if n != self._hovered:
            self._hovered = n
            self.setCursor(Qt.CursorShape.PointingHandCursor if n >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shown = [n for _, n in self._places]
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and shown:
            at = shown.index(self._hovered) + step if self._hovered in shown else 0
            self._hover(shown[max(0, min(at, len(shown) - 1))])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._hovered >= 0:
            self.chosen.emit(self.chips[self._hovered].first)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            n = self.chip_at(event.pos())
            if n >= 0:
                chip = self.chips[n]
                where = self.tr("Frames {range}").format(range=chip.where)
                tip = f"{where}: {chip.text}" if chip.text else where
                QToolTip.showText(event.globalPos(), f"{tip}\n" + self.tr("Click to go there"), self)
            return True
        return super().event(event)
