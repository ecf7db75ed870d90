"""The ruler: distances and angles on the picture. Nothing is stored."""

from __future__ import annotations

import math

from viewers.tools.base import Cursor, Draft, PointerEvent, RulerDraft, Tool


class RulerTool(Tool):
    id, title = "ruler", "Ruler"
    hint = "Ruler: drag, or click two places. Shift: straight along an axis; Esc clears"
    cursor = Cursor.CROSS
    draws = True

    def __init__(self) -> None:
        self._first: PointerEvent | None = None
        self._end: PointerEvent | None = None
        self._measuring = False

    def press(self, e: PointerEvent) -> None:
        if self._measuring:
            self._end, self._measuring = e, False
        else:
            self._first = self._end = e
            self._measuring = True

    def move(self, e: PointerEvent) -> None:
        if self._measuring:
            self._end = e

    def release(self, e: PointerEvent) -> None:
        if self._measuring and self._first is not None and e.far_from(self._first):
            self._end, self._measuring = e, False

    def cancel(self) -> bool:
        had = self._first is not None
        self._first = self._end = None
        self._measuring = False
        return had

    def undo_draft(self) -> bool:
        return self.cancel()

    def draft(self) -> list[Draft]:
        if self._first is None or self._end is None:
            return []
        (x0, y0), (x1, y1) = self._first.point, self._end.point
        if self._end.shift:
            x1, y1 = (x1, y0) if abs(x1 - x0) >= abs(y1 - y0) else (x0, y1)
        angle = math.degrees(math.atan2(y0 - y1, x1 - x0))
        text = f"{math.hypot(x1 - x0, y1 - y0):.1f} px  {angle:.1f}°  Δ {x1 - x0:.1f}, {y1 - y0:.1f}"
        return [RulerDraft((x0, y0), (x1, y1), text)]
