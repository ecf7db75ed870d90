"""The mouse over markable text: it selects by characters, words and lines, takes hold of the ends of ranges, points at marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from viewers.canvas import text_marks
from viewers.canvas.text_marks import Run

if TYPE_CHECKING:
    from viewers.canvas.text_view import Span, TextView

#: A press that moves less than this (logical px) is a click; how near a handle must be to be grabbed.
DRAG_FROM = 4.0
GRAB = 8.0

Mode = Literal["", "text", "word", "line", "end"]


class TextPointing:
    def __init__(self, view: TextView) -> None:
        self._view = view
        self.mode: Mode = ""  # what is dragged
        self.double: QPointF | None = None  # where a double click was, for as long as a third press may follow
        self._pressed = self._pointer = QPointF()
        self._pressed_at: Span = (0, 0)
        self._dragged = self._shift = False
        self._scrolling = QTimer(view)  # while a drag is held outside of the text
        self._scrolling.setInterval(40)
        self._scrolling.timeout.connect(self._scroll_on)
        self._third = QTimer(view)
        self._third.setSingleShot(True)
        self._third.timeout.connect(self._forget_double)

    def let_go(self) -> Mode:
        """What was dragged."""
        was, self.mode = self.mode, ""
        self._scrolling.stop()
        return was

    def press(self, event: QMouseEvent) -> None:
        at = event.position()
        if event.button() != Qt.MouseButton.LeftButton or self._view.message is not None:
            return
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed, self._dragged = at, False
        self._shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self.double is not None and _near(self.double, at):
            self._forget_double()
            self._take(self._view.line(self._view.offset_at(at)), "line")
            return
        chip = self._chip_at(at)
        if chip is not None:
            self._view.place_clicked.emit([chip], bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
            return
        grabbed = self._handle_at(at)
        if grabbed is not None:
            run, at_end = grabbed
            self.mode = "end"
            self._view.end_grabbed.emit(run.mark.instance, run.index, at_end)
            return
        offset = self._view.offset_at(at)
        self._pressed_at = (offset, offset)
        self.mode = "text"
        if not self._shift:
            self._view.select(offset, offset)

    def double_click(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._view.message is not None:
            return
        if self._handle_at(event.position()) is not None:
            return
        self._pressed, self.double = event.position(), event.position()
        self._shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._third.start(QApplication.doubleClickInterval())
        self._take(self._word_under(event.position()), "word")

    def _word_under(self, at: QPointF) -> Span:
        """Of the character under the pointer, which may lie before the nearest place."""
        offset = self._view.offset_at(at)
        rects = self._view.rects(offset, offset + 1)
        before = bool(rects) and offset > 0 and at.x() < rects[0].left() and self._view.rects(offset - 1, offset)
        return self._view.word(offset - 1 if before or offset >= self._view.length() else offset)

    def _take(self, span: Span, mode: Literal["word", "line"]) -> None:
        self.mode, self._dragged, self._pressed_at = mode, True, span
        self._view.select(*span)

    def move(self, event: QMouseEvent) -> None:
        at = self._pointer = event.position()
        if not self.mode:
            if not event.buttons():
                self._hover(at)
            return
        if self.mode == "end":
            self._view.end_moved.emit(self._view.offset_at(at))
        elif self._dragged or _distance(at, self._pressed) > DRAG_FROM:
            self._dragged = True
            self._drag_to(at)
        self._scroll_if_outside(at)

    def _drag_to(self, at: QPointF) -> None:
        offset, (start, end) = self._view.offset_at(at), self._pressed_at
        if self.mode == "text":
            self._view.select(start, offset)
            return
        low, high = (self._view.word if self.mode == "word" else self._view.line)(offset)
        if offset < start:
            self._view.select(end, min(low, start))
        elif offset > end:
            self._view.select(start, max(high, end))
        else:
            self._view.select(start, end)

    def release(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        mode = self.let_go()
        if mode == "end":
            self._view.end_dropped.emit()
        elif mode and self._dragged:
            start, end = self._view.selection
            if start < end:
                self._view.range_drawn.emit(start, end, self._shift)
        elif mode == "text" and self._shift:
            self._view.select(self._view.anchor, self._pressed_at[0])
        elif mode == "text":
            runs = self.runs_under(event.position())
            self._view.place_clicked.emit(runs, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def _hover(self, at: QPointF) -> None:
        chip = self._chip_at(at)
        if chip is not None:
            self._point(Qt.CursorShape.PointingHandCursor)
            self._view.hovered.emit(chip.mark.instance)
            return
        if self._handle_at(at) is not None:
            self._point(Qt.CursorShape.SizeHorCursor)
            return
        self._point(Qt.CursorShape.IBeamCursor)
        runs = self.runs_under(at)
        self._view.hovered.emit(runs[0].mark.instance if runs else None)

    def _point(self, shape: Qt.CursorShape) -> None:
        if self._view.viewport().cursor().shape() != shape:
            self._view.viewport().setCursor(shape)

    def runs_under(self, at: QPointF) -> list[Run]:
        """The marks whose text or underline is under the pointer."""
        if not self._view.is_over_text(at):
            return []
        offset = self._view.offset_at(at)
        near = {id(r): r for o in (offset, offset - 1) if o >= 0 for r in self._view.marks.at(o)}
        below = text_marks.LANES * text_marks.LANE_PITCH
        hit = [
            r
            for r in near.values()
            if any(
                box.adjusted(0, 0, 0, below).contains(at)
                for box in self._view.rects(max(r.start, offset - 400), min(r.end, offset + 400))
            )
        ]
        return sorted(hit, key=lambda r: r.end - r.start)

    def _chip_at(self, at: QPointF) -> Run | None:
        return next((run for rect, run in reversed(self._view.painter.chips) if rect.contains(at)), None)

    def _handle_at(self, at: QPointF) -> tuple[Run, bool] | None:
        best: tuple[float, Run, bool] | None = None
        for run, rect, at_end in self._view.handles():
            # By its knob alone: text that begins where a range ends must be free to be marked.
            far = _distance(at, text_marks.handle_points(rect, at_end=at_end)[1])
            if far <= GRAB and (best is None or far < best[0]):
                best = (far, run, at_end)
        return (best[1], best[2]) if best is not None else None

    def _scroll_if_outside(self, at: QPointF) -> None:
        outside = at.y() < 0 or at.y() > self._view.viewport().height()
        if outside and not self._scrolling.isActive():
            self._scrolling.start()
        elif not outside:
            self._scrolling.stop()

    def _scroll_on(self) -> None:
        y, height = self._pointer.y(), self._view.viewport().height()
        self._view.scroll_by(min(120.0, max(-120.0, y if y < 0 else y - height)))
        if self.mode == "end":
            self._view.end_moved.emit(self._view.offset_at(self._pointer))
        elif self.mode:
            self._drag_to(self._pointer)

    def _forget_double(self) -> None:
        self.double = None
        self._third.stop()


def _distance(a: QPointF, b: QPointF) -> float:
    return float(((a.x() - b.x()) ** 2 + (a.y() - b.y()) ** 2) ** 0.5)


def _near(a: QPointF, b: QPointF) -> bool:
    return _distance(a, b) <= DRAG_FROM
