"""Lines: click points, Enter or a double click ends. Shift locks to the axes, Ctrl snaps."""

from __future__ import annotations

from storage.model.geometry import Point, Polyline, ShapeKind
from viewers.tools.path import PathTool


class PolylineTool(PathTool):
    id, title, shape = "polyline", "Line", ShapeKind.POLYLINE
    idle_hint = "Line: click points. Shift: straight along an axis; Ctrl: snap"

    def complete(self, points: tuple[Point, ...]) -> None:
        self.make(Polyline(points))

    def _say(self) -> None:
        self.hint = "Line: click, Enter or double click ends, Backspace takes one back" if self._points else self.idle_hint
