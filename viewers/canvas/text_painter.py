"""Paints a view of markable text: tints under the text, underlines, names and handles over it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette

from viewers.canvas import text_marks
from viewers.canvas.text_marks import Run

if TYPE_CHECKING:
    from viewers.canvas.text_view import TextView

_FOUND = QColor(255, 200, 0)

Placed = tuple[Run, list[QRectF]]  # a run and where it is on the screen


class TextPainter:
    def __init__(self, view: TextView) -> None:
        self._view = view
        self.chips: list[tuple[QRectF, Run]] = []  # the names as they were painted last

    def paint(self, p: QPainter) -> None:
        view = self._view
        if view.message is not None:
            self._paint_message(p, view.message)
            return
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        view.paint_ground(p)
        start, end = view.in_sight()
        runs = [(run, view.rects(run.start, run.end)) for run in view.marks.within(start, end)]
        self._paint_under(p, runs, start, end)
        view.paint_text(p)
        self._paint_over(p, runs)

    def _paint_under(self, p: QPainter, runs: list[Placed], start: int, end: int) -> None:
        view = self._view
        dark = self._is_dark()
        for run, rects in runs:
            color = text_marks.tint(run.mark.color, run, dark)
            for rect in rects:
                p.fillRect(rect, color)
                if run.locked:
                    text_marks.paint_lock(p, rect, color)
        self._paint_found(p, start, end)
        low, high = view.selection
        if low < high and (low, high) != view.current:
            color = QColor(view.draft_color or view.palette().color(QPalette.ColorRole.Accent))
            color.setAlphaF(0.38)
            for rect in view.rects(low, high):
                p.fillRect(rect, color)

    def _paint_found(self, p: QPainter, start: int, end: int) -> None:
        view = self._view
        color = QColor(_FOUND)
        i = max(0, bisect_left(view.found, (start, 0)) - 1)
        while i < len(view.found) and view.found[i][0] < end:
            here = view.found[i] == view.current
            color.setAlphaF(0.75 if here else 0.30)
            for rect in view.rects(*view.found[i]):
                p.fillRect(rect, color)
            i += 1

    def _paint_over(self, p: QPainter, runs: list[Placed]) -> None:
        view = self._view
        dark = self._is_dark()
        for run, rects in runs:
            for rect in rects:
                text_marks.paint_underline(p, rect, run, dark)
        self._paint_chips(p, runs)
        for run, rect, at_end in view.handles():
            text_marks.paint_handle(p, rect, run.mark.color, at_end=at_end)
        caret = view.caret_rect(view.caret) if view.hasFocus() else None
        if caret is not None:
            p.fillRect(QRectF(caret.left() - 1, caret.top(), 2, caret.height()), view.palette().text())

    def _is_dark(self) -> bool:
        return self._view.palette().color(QPalette.ColorRole.Base).lightness() < 128

    def _paint_chips(self, p: QPainter, runs: list[Placed]) -> None:
        """In the order in which the ranges begin, whichever is selected: none moves under the mouse."""
        view = self._view
        self.chips = []
        font = text_marks.chip_font(view.font())
        low, _ = view.in_sight()
        for run, rects in sorted(runs, key=lambda r: r[0].index > 0):  # further ranges are named only while they are pointed at
            loud = run.selected or run.hovered
            if not rects or run.start < low or (run.index > 0 and not loud) or (view.compact and not loud):
                continue
            rect = text_marks.chip_rect(font, run.mark.name, QPointF(rects[0].left(), rects[0].top()))
            rect.moveTop(max(0.0, rect.top()))
            for taken, _ in self.chips:
                if taken.intersects(rect):
                    rect.moveLeft(taken.right() + 2)
            if rect.right() > view.viewport().width():
                rect.moveRight(view.viewport().width() - 2)
            self.chips.append((rect, run))
        self.chips.sort(key=lambda c: (c[1].selected, c[1].hovered))  # where the edge pushes them together these lie on top
        for rect, run in self.chips:
            text_marks.paint_chip(p, rect, run, font)

    def _paint_message(self, p: QPainter, message: tuple[str, str]) -> None:
        view = self._view
        area = QRectF(view.viewport().rect())
        p.fillRect(area, view.palette().base())
        title, text = message
        box = QRectF(0, 0, min(520.0, area.width() - 32), area.height())
        box.moveCenter(area.center())
        font = view.font()
        font.setPixelSize(16)
        p.setFont(font)
        p.setPen(view.palette().color(QPalette.ColorRole.Text))
        flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
        used = p.boundingRect(QRectF(box.left(), area.height() * 0.36, box.width(), 200), flags, title)
        p.drawText(used, flags, title)
        font.setPixelSize(13)
        p.setFont(font)
        p.setPen(view.palette().color(QPalette.ColorRole.PlaceholderText))
        p.drawText(QRectF(box.left(), used.bottom() + 8, box.width(), 200), flags, text)
        if view.progress is not None:
            bar = QRectF(area.center().x() - 120, used.bottom() + 36, 240, 4)
            p.fillRect(bar, view.palette().color(QPalette.ColorRole.Mid))
            bar.setWidth(240 * view.progress)
            p.fillRect(bar, view.palette().color(QPalette.ColorRole.Accent))
