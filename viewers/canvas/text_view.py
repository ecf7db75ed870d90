"""What every view of markable text does: show the marks, select by mouse and keys, grab the ends of ranges.

A subclass lays the text out and answers where an offset is on the screen and which offset is under a point. Offsets are code
points of the text shown. The view changes nothing by itself: it tells what the person did, the editor decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QPushButton, QWidget

from viewers.canvas.text_marks import Mark, Marks, Run
from viewers.canvas.text_painter import TextPainter
from viewers.canvas.text_pointing import TextPointing

Span = tuple[int, int]
Way = Literal["left", "right", "up", "down", "home", "end"]
_WAYS: dict[int, Way] = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_Home: "home",
    Qt.Key.Key_End: "end",
}


class TextView(QAbstractScrollArea):
    range_drawn = Signal(int, int, bool)  # a drag, double or triple click has ended; True: Shift was held
    place_clicked = Signal(object, bool)  # runs under the pointer, shortest first; True: Ctrl was held
    end_grabbed = Signal(str, int, bool)  # instance, number of its range, True: the end, False: the start
    end_moved = Signal(int)
    end_dropped = Signal()
    caret_moved = Signal()
    hovered = Signal(object)  # instance or None
    menu_wanted = Signal(object, QPoint)
    zoom_wanted = Signal(int)  # steps of the wheel
    again_wanted = Signal()  # the text that could not be shown

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marks = Marks()
        self.anchor = self.caret = 0
        self.draft_color: QColor | None = None  # of the class that a drag would mark
        self.found: Sequence[Span] = ()  # hits of a search, in order
        self.current: Span | None = None  # the hit one is at
        self.compact = False
        self.message: tuple[str, str] | None = None  # shown in place of the text
        self.progress: float | None = None
        self.painter = TextPainter(self)
        self.pointing = TextPointing(self)
        self.again = QPushButton(self.tr("Try again"), self)
        self.again.clicked.connect(self.again_wanted)
        self.again.hide()
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.setAccessibleName(self.tr("Text"))
        self.setAccessibleDescription(
            self.tr("The text with its labels. Shift and arrows select, digits mark, Tab goes to the next object, F6 leaves.")
        )

    # -- what a subclass answers

    def length(self) -> int:
        raise NotImplementedError

    def text_between(self, start: int, end: int) -> str:
        raise NotImplementedError

    def offset_at(self, at: QPointF) -> int:
        """The nearest place between two characters."""
        raise NotImplementedError

    def is_over_text(self, at: QPointF) -> bool:
        raise NotImplementedError

    def rects(self, start: int, end: int) -> list[QRectF]:
        """What of a range is in sight, row by row."""
        raise NotImplementedError

    def caret_rect(self, offset: int) -> QRectF | None:
        raise NotImplementedError

    def in_sight(self) -> Span:
        raise NotImplementedError

    def word(self, offset: int) -> Span:
        raise NotImplementedError

    def line(self, offset: int) -> Span:
        """Without the line end."""
        raise NotImplementedError

    def stepped(self, offset: int, way: Way, *, by_word: bool) -> int:
        """Where a key takes the caret."""
        raise NotImplementedError

    def show_place(self, offset: int, *, middle: bool = False) -> None:
        """Scroll as little as needed, or bring it to the middle."""
        raise NotImplementedError

    def scroll_by(self, pixels: float) -> None:
        raise NotImplementedError

    def paint_ground(self, p: QPainter) -> None:
        raise NotImplementedError

    def paint_text(self, p: QPainter) -> None:
        raise NotImplementedError

    # -- selection

    @property
    def selection(self) -> Span:
        return (min(self.anchor, self.caret), max(self.anchor, self.caret))

    @property
    def dragging(self) -> bool:
        return self.pointing.mode != ""

    def select(self, start: int, end: int) -> None:
        """`end` is where the caret is."""
        size = self.length()
        self.anchor, self.caret = min(max(0, start), size), min(max(0, end), size)
        self.caret_moved.emit()
        self.viewport().update()

    def cancel_drag(self) -> bool:
        """True: one was under way."""
        was = self.pointing.let_go()
        if was and was != "end":
            self.select(self.caret, self.caret)
        return bool(was)

    def set_marks(self, marks: Iterable[Mark]) -> None:
        had = self.marks
        self.marks = Marks(marks)
        self.show_state(had.selected, had.locked, had.hovered)

    def put_marks(self, changed: Mapping[str, Mark | None]) -> None:
        """Some of them are others; None: gone."""
        self.marks.put(changed)
        self.viewport().update()

    def show_state(self, selected: frozenset[str], locked: frozenset[str], hovered: str | None) -> None:
        """Of objects."""
        self.marks.selected, self.marks.locked, self.marks.hovered = selected, locked, hovered
        self.viewport().update()

    def show_found(self, found: Sequence[Span], current: Span | None) -> None:
        self.found, self.current = found, current
        self.viewport().update()

    def show_message(self, title: str, text: str = "", progress: float | None = None, *, failed: bool = False) -> None:
        """Empty: the text itself. `failed`: it can be tried again."""
        self.message, self.progress = ((title, text) if title or text else None), progress
        self.again.setVisible(failed)
        self.again.adjustSize()
        self._place_again()
        self.viewport().update()

    def _place_again(self) -> None:
        self.again.move((self.width() - self.again.width()) // 2, self.height() // 2 + 72)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_again()

    # -- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pointing.press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pointing.double_click(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointing.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pointing.release(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if delta:
                self.zoom_wanted.emit(1 if delta > 0 else -1)
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or event.angleDelta().x():
            super().wheelEvent(event)
            return
        pixels = event.pixelDelta().y() or delta / 120 * 3 * self.fontMetrics().height() * 1.6
        self.scroll_by(-pixels)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        runs = self.pointing.runs_under(QPointF(event.pos())) if mouse else []
        self.menu_wanted.emit(runs[0].mark.instance if runs else None, event.globalPos())

    def leaveEvent(self, event: Any) -> None:
        self.hovered.emit(None)

    def handles(self) -> list[tuple[Run, QRectF, bool]]:
        """Of the ranges of selected objects that may be changed."""
        start, end = self.in_sight()
        found = []
        for run in self.marks.within(start, end):
            if not run.selected or run.locked:
                continue
            for offset, at_end in ((run.start, False), (run.end, True)):
                low, high = (offset - 1, offset) if at_end else (offset, offset + 1)
                rects = self.rects(low, high) if start <= low and high <= end else []
                if rects:
                    found.append((run, rects[-1] if at_end else rects[0], at_end))
        return found

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(self.message is None and self.move_by_key(event))

    def move_by_key(self, event: QKeyEvent) -> bool:
        """Arrows, Home and End move the caret (Ctrl: by words, to the ends of the text; Shift: select); Space turns pages."""
        held = event.modifiers()
        shift = bool(held & Qt.KeyboardModifier.ShiftModifier)
        ctrl = bool(held & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Space and not ctrl:
            self.scroll_by((-0.9 if shift else 0.9) * self.viewport().height())
            return True
        way = _WAYS.get(event.key())
        if way is None or held & Qt.KeyboardModifier.AltModifier:
            return False
        if ctrl and way in ("up", "down"):
            return False
        if ctrl and way in ("home", "end"):
            caret = 0 if way == "home" else self.length()
        elif not shift and not ctrl and self.anchor != self.caret and way in ("left", "right"):
            caret = self.selection[0 if way == "left" else 1]
        else:
            caret = self.stepped(self.caret, way, by_word=ctrl)
        self.select(self.anchor if shift else caret, caret)
        self.show_place(caret)
        return True

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab is the next object here; F6 leaves."""
        return False

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self.viewport())
        try:
            self.painter.paint(p)
        finally:
            p.end()
