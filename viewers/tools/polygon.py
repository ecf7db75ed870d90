"""Polygons: click points, Shift freehand, Ctrl snaps. With a polygon selected it also adds parts and cuts holes."""

from __future__ import annotations

from typing import Literal

from storage.model import polygons
from storage.model.geometry import Point, Polygon, ShapeKind
from storage.model.labels import Annotation
from viewers.tools.bounds import why_degenerate
from viewers.tools.path import PathTool
from viewers.tools.words import name_of

Mode = Literal["new", "part", "hole"]


class PolygonTool(PathTool):
    id, title, shape = "polygon", "Polygon", ShapeKind.POLYGON
    idle_hint = "Polygon: click points. Shift: freehand; Ctrl: snap to neighbours"
    closed, fewest, freehand = True, 3, True
    parts = (*PathTool.parts, "mode")

    def __init__(self) -> None:
        super().__init__()
        self.mode: Mode = "new"

    def use_mode(self, mode: Mode) -> None:
        """What the next outline does: a new polygon, or a part of, or a hole in the selected one."""
        self.mode = mode
        self._say()

    def complete(self, points: tuple[Point, ...]) -> None:
        drawn = Polygon.simple(points)
        if self.mode == "new":
            if self.make(drawn) is not None and polygons.why_invalid(drawn):
                self.context.say("The outline crosses itself: move a vertex, or undo and draw it again.")
            return
        self._change_selected(drawn)

    def target(self) -> Annotation | None:
        """The one selected polygon, which parts and holes go to."""
        focus = self.context.focus
        if len(focus.selected) != 1 or focus.selected[0] in focus.locked:
            return None
        found = self.context.session.shown(focus.selected[0], self.context.at)
        return found if found is not None and not found.outside and isinstance(found.geometry, Polygon) else None

    def _change_selected(self, drawn: Polygon) -> None:
        context, target = self.context, self.target()
        if target is None:
            context.say("Select one polygon that is not locked, then add a part to it or cut a hole.")
            return
        if why := why_degenerate(drawn):
            context.say(why)
            return
        old, session = target.geometry, context.session
        assert isinstance(old, Polygon)
        name = name_of(context.ontology, session.document, target.instance)
        text = f"Add a part to {name}" if self.mode == "part" else f"Cut a hole in {name}"
        new = polygons.union((old, drawn)) if self.mode == "part" else polygons.subtract(old, (drawn,))
        if new is None:
            context.say(f"The hole would leave nothing of {name}. Delete it instead, or draw a smaller hole.")
        elif new == old:
            context.say(
                f"The outline lies within {name}: nothing was added."
                if self.mode == "part"
                else f"The outline does not touch {name}: nothing was cut."
            )
        else:
            session.do(text, session.reshaped({target.instance: new}, context.at, context.now()))

    def _say(self) -> None:
        what = {"new": "Polygon", "part": "Add a part", "hole": "Cut a hole"}[self.mode]
        if self._points:
            self.hint = f"{what}: click, Enter ends, Backspace takes one back. Shift: freehand; Ctrl: snap"
        elif self.mode == "new":
            self.hint = self.idle_hint
        else:
            self.hint = f"{what}: click the outline on the selected polygon; Esc goes back to new polygons"

    def cancel(self) -> bool:
        had = super().cancel()
        if not had and self.mode != "new":
            self.use_mode("new")
            return True
        return had

    def deactivate(self) -> None:
        super().deactivate()
        self.use_mode("new")
