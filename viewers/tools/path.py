"""Drawing point by point: what the polygon, the polyline and the slicing line share. Undo works inside the draft."""

from __future__ import annotations

import math

from storage.model.geometry import Point
from viewers.tools.base import GRAB, Cursor, Draft, Handle, HandleRole, KeyEvent, PathDraft, PointerEvent, SnapDraft
from viewers.tools.drawing import DrawingTool
from viewers.tools.snap import snapped
from viewers.tools.trace import along

#: Freehand keeps a point every so many logical px.
FREEHAND_STEP = 4.0


class PathTool(DrawingTool):
    closed = False
    fewest = 2
    #: Shift draws freehand (else it locks to the axes).
    freehand = False
    parts: tuple[str, ...] = ("_points", "_acts", "_undone")

    def __init__(self) -> None:
        super().__init__()
        self._points: list[Point] = []
        self._acts: list[int] = []  # how many points there were before each act: a click, or a freehand run
        self._undone: list[list[Point]] = []
        self._now: Point | None = None
        self._snap: SnapDraft | None = None
        self._running = False  # a freehand run is going on
        self._pressed: PointerEvent | None = None

    def complete(self, points: tuple[Point, ...]) -> None:
        raise NotImplementedError

    def has_draft(self) -> bool:
        return bool(self._points)

    # -- events

    def begin_at(self, e: PointerEvent) -> None:
        at = self._placed(e)
        self._pressed = e
        if self._closes(e):
            self.finish()
            return
        self._act()
        if self._snap is not None and self._points:
            self._points += along(self.context, self._points[-1], at)  # the neighbour's border between two places on it
        self._points.append(at)
        self._running = self.freehand and e.shift
        self._say()

    def drag_to(self, e: PointerEvent) -> None:
        at = self._placed(e)
        self._now = at
        self.cursor = Cursor.POINT if self._closes(e) else Cursor.CROSS
        if not (self.freehand and e.shift and self._points):
            self._running = False
            return
        if math.dist(self._points[-1], at) >= FREEHAND_STEP * e.pixel:
            if not self._running:
                self._act()
                self._running = True
            self._points.append(at)

    def end_at(self, e: PointerEvent) -> None:
        self._running = False
        self._pressed = None

    def take_double(self, e: PointerEvent) -> None:
        """The first press of the pair has set the last point."""
        if self._points:
            self.finish()
        else:
            self.begin_at(e)

    def right_click(self, e: PointerEvent) -> bool:
        return self.remove_last()

    # -- the draft

    def remove_last(self) -> bool:
        """One vertex back (Backspace, right click)."""
        if not self._points:
            return False
        self._points.pop()
        self._undone.clear()
        while self._acts and self._acts[-1] >= len(self._points):
            self._acts.pop()
        if self._points and not self._acts:
            self._acts.append(0)
        self._running = False
        self._say()
        return True

    def undo_draft(self) -> bool:
        if not self._points:
            self._undone.clear()  # what is undone now is older than the draft was
            return False
        start = self._acts.pop() if self._acts else 0
        self._undone.append(self._points[start:])
        del self._points[start:]
        self._running = False
        self._say()
        return True

    def redo_draft(self) -> bool:
        if not self._undone:
            return False
        self._acts.append(len(self._points))
        self._points.extend(self._undone.pop())
        self._say()
        return True

    def can_redo_draft(self) -> bool:
        return bool(self._undone)

    def key(self, e: KeyEvent) -> bool:
        if e.key == "Backspace" and self.has_draft():
            return self.remove_last()
        return super().key(e)

    def finish(self) -> None:
        points = self._distinct()
        if len(points) < self.fewest:
            if points:
                self.context.say(f"{self.title}: at least {self.fewest} points are needed; go on clicking, or press Esc.")
            return
        self.drop()
        self.complete(points)

    def drop(self) -> bool:
        had = bool(self._points)
        self._points.clear()
        self._acts.clear()
        self._undone.clear()
        self._running, self._snap, self._pressed = False, None, None
        self._say()
        return had

    def drawn(self) -> list[Draft]:
        shown: list[Draft] = []
        if self._points:
            grab = GRAB * self.context.pixel()
            closing = self._now is not None and self._can_close() and math.dist(self._now, self._points[0]) <= grab
            role = HandleRole.CLOSE if self._can_close() else HandleRole.VERTEX
            dots = [Handle(*self._points[0], role, (0,), hot=closing)]
            if len(self._points) <= 400:  # a freehand outline is a line, not a string of beads
                dots += [Handle(*p, HandleRole.VERTEX, (i,)) for i, p in enumerate(self._points[1:], start=1)]
            shown.append(
                PathDraft(
                    tuple(self._points),
                    closed=False,
                    feature_hash=self.feature_hash,
                    fill=self.closed,
                    rubber=self._now,
                    handles=tuple(dots),
                )
            )
        if self._snap is not None:
            shown.append(self._snap)
        return shown

    # -- inside

    def _act(self) -> None:
        self._acts.append(len(self._points))
        self._undone.clear()

    def _can_close(self) -> bool:
        return self.closed and len(self._points) >= self.fewest

    def _closes(self, e: PointerEvent) -> bool:
        return self._can_close() and math.dist(e.point, self._points[0]) <= GRAB * e.pixel

    def _placed(self, e: PointerEvent) -> Point:
        """Where a point lands: snapped while Ctrl is held, on the axes with Shift (lines), on the frame."""
        self._snap = snapped(self.context, e.point, e.pixel) if e.ctrl else None
        if self._snap is not None:
            return self.within((self._snap.x, self._snap.y))
        at = e.point
        if e.shift and not self.freehand and self._points:
            x, y = self._points[-1]
            at = (e.x, y) if abs(e.x - x) >= abs(e.y - y) else (x, e.y)
        return self.within(at)

    def _distinct(self) -> tuple[Point, ...]:
        """Without points set twice in the same place (double clicks)."""
        points = [p for i, p in enumerate(self._points) if i == 0 or p != self._points[i - 1]]
        while self.closed and len(points) > 1 and points[0] == points[-1]:
            points.pop()
        return tuple(points)

    def _say(self) -> None:
        """Set `hint` for the stage the draft is in."""
        self.hint = self.idle_hint
