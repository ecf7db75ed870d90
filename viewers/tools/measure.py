"""Measuring on slices: distances, angles, Cobb's angle. Nothing is stored until Enter keeps it as a line of a class for it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from storage.model.geometry import Point, Polyline
from storage.model.labels import FrameKey
from storage.model.measure_classes import Measure, line_class
from storage.model.sheets import Sheet
from viewers.tools.base import Cursor, Draft, Handle, HandleRole, LabelDraft, PathDraft, PointerEvent, Tool
from viewers.tools.ruler import RulerTool

COLOR = "#FFD60A"


class Words(Protocol):
    """In the units that the picture honestly has; on a sheet in its millimetres."""

    def length(self, points: list[Point], sheet: Sheet | None) -> str: ...

    def angle(self, a: Point, corner: Point, b: Point, sheet: Sheet | None) -> str: ...

    def cobb(self, first: tuple[Point, Point], second: tuple[Point, Point], sheet: Sheet | None) -> str: ...


def keep(tool: MeasureTool, points: tuple[Point, ...]) -> bool:
    """As a line of a class that is for it. False where it is not known which: then one is asked for."""
    context = tool.context
    if context.paper.measured is not None:
        context.say("Nothing is kept on a slab of the acquired slices: show them thin to keep it. It stays until Esc.")
        return False
    known = line_class(context.ontology, tool.measure, context.focus.armed, tool.kept_in)
    if known is None:
        tool.class_wanted(tool.measure)
        return False
    tool.kept_in = known.feature_hash
    session, focus = context.session, context.focus
    number = session.document.next_number(known.feature_hash)
    edits, instance = session.drawn(known.feature_hash, Polyline(points), context.at, context.now())
    session.do(f"Measure {known.name} {number}", edits)
    focus.select((instance,))
    context.say(f"Kept as {known.name} {number}.")
    return True


class MeasureTool(Tool):
    """What is measured belongs to the frame or plane it was begun on: elsewhere it is neither seen nor changed, and the next
    press begins anew. `class_wanted` is told what was measured where it is not known which class is to keep it."""

    measure: Measure
    kept_in: str | None = None  # the class that took the last one
    class_wanted: Callable[[Measure], object] = staticmethod(lambda what: None)
    _at: FrameKey | None = None

    @property
    def here(self) -> bool:
        return self._at == self.context.at and self.context.paper.seen()

    def begin(self) -> None:
        """A press: what was measured elsewhere is gone."""
        if not self.here:
            self.cancel()
            self._at = self.context.at


class DistanceTool(RulerTool, MeasureTool):
    """The ruler of volumes: in millimetres where they are known, else in pixels."""

    measure = Measure.LENGTH
    hint = "Ruler: drag, or click two places. Enter keeps it as a line; Esc clears"

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.words = words

    def press(self, e: PointerEvent) -> None:
        self.begin()
        super().press(e)

    def move(self, e: PointerEvent) -> None:
        if self.here:
            super().move(e)

    def release(self, e: PointerEvent) -> None:
        if self.here:
            super().release(e)

    def cancel(self) -> bool:
        return super().cancel() and self.here

    def finish(self) -> None:
        ends = self._ends()
        if ends is not None and ends[0] != ends[1] and keep(self, ends):
            self.cancel()

    def undo_draft(self) -> bool:
        return self.here and super().undo_draft()

    def _ends(self) -> tuple[Point, Point] | None:
        if self._first is None or self._end is None or not self.here:
            return None
        (x0, y0), (x1, y1) = self._first.point, self._end.point
        if self._end.shift:
            x1, y1 = (x1, y0) if abs(x1 - x0) >= abs(y1 - y0) else (x0, y1)
        return (x0, y0), (x1, y1)

    def draft(self) -> list[Draft]:
        ends = self._ends()
        if ends is None:
            return []
        return [_line(ends), LabelDraft(*_middle(*ends), self.words.length(list(ends), self.context.paper.sheet))]


class _PointsTool(MeasureTool):
    """So many clicks; one more begins anew."""

    cursor = Cursor.CROSS
    draws = True
    most = 3
    hints: tuple[str, ...] = ()

    def __init__(self, words: Words) -> None:
        self.words = words
        self._points: list[Point] = []
        self._pointer: Point | None = None
        self.hint = self.hints[0]

    def press(self, e: PointerEvent) -> None:
        self.begin()
        if len(self._points) >= self.most:
            self._points = []
        self._points.append(e.point)
        self._pointer = e.point
        self._told()

    def move(self, e: PointerEvent) -> None:
        self._pointer = e.point

    def leave(self) -> None:
        self._pointer = None

    def cancel(self) -> bool:
        had, self._points = bool(self._points) and self.here, []
        self._told()
        return had

    def finish(self) -> None:
        if len(self._points) == self.most and self.here and keep(self, self.line()):
            self.cancel()

    def line(self) -> tuple[Point, ...]:
        """What is kept."""
        return tuple(self._points)

    def undo_draft(self) -> bool:
        if not self._points or not self.here:
            return False
        self._points.pop()
        self._told()
        return True

    def _told(self) -> None:
        self.hint = self.hints[min(len(self._points), len(self.hints) - 1)]

    @property
    def points(self) -> list[Point]:
        """Those set, and the one under the pointer where one is still to come; none where they do not belong."""
        if not self.here:
            return []
        more = len(self._points) < self.most and self._points and self._pointer is not None
        return [*self._points, self._pointer] if more and self._pointer is not None else list(self._points)


class AngleTool(_PointsTool):
    id, title, measure = "angle", "Angle", Measure.ANGLE
    hints = (
        "Angle: click on the first side",
        "Angle: click on the corner",
        "Angle: click on the second side",
        "Angle: Enter keeps it as a line; click to measure anew",
    )

    def draft(self) -> list[Draft]:
        points = self.points
        if len(points) < 2:
            return []
        shown: list[Draft] = [_line(tuple(points))]
        if len(points) == self.most:
            a, corner, b = points
            shown.append(LabelDraft(*corner, self.words.angle(a, corner, b, self.context.paper.sheet)))
        return shown


class CobbTool(_PointsTool):
    """Between two lines that need not meet: the end plates of two vertebrae."""

    id, title, most, measure = "cobb", "Cobb angle", 4, Measure.COBB
    hints = (
        "Cobb: click the first end of the first line",
        "Cobb: click its other end",
        "Cobb: click the first end of the second line",
        "Cobb: click its other end",
        "Cobb: Enter keeps it as a line; click to measure anew",
    )

    def line(self) -> tuple[Point, ...]:
        """One line after the other, by their near ends: what joins them is short."""
        a, b, c, d = self._points
        ways = ((a, b, c, d), (b, a, c, d), (a, b, d, c), (b, a, d, c))
        return min(ways, key=lambda way: math.dist(way[1], way[2]))

    def draft(self) -> list[Draft]:
        points = self.points
        lines = [tuple(points[i : i + 2]) for i in range(0, len(points) - 1, 2)]
        shown: list[Draft] = [_line(line) for line in lines]
        if len(points) == self.most:
            text = self.words.cobb((points[0], points[1]), (points[2], points[3]), self.context.paper.sheet)
            shown.append(LabelDraft(*_middle(points[0], points[3]), text))
        return shown


def _line(points: tuple[Point, ...]) -> PathDraft:
    ends = tuple(Handle(x, y, HandleRole.VERTEX) for x, y in points)
    return PathDraft(points, color=COLOR, handles=ends)


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
