"""Slicing: a line drawn across the selected polygons or masks cuts them in pieces, which become objects of their own."""

from __future__ import annotations

from dataclasses import replace

from storage.editing import verbs
from storage.editing.edits import Edit, Put
from storage.model import masks, polygons
from storage.model.geometry import Bitmask, Box, Geometry, Point, Points, Polygon, ShapeKind
from storage.model.labels import Annotation, Instance
from viewers.tools.base import PointerEvent
from viewers.tools.path import PathTool
from viewers.tools.words import names_of


def cut(geometry: Geometry, line: Points) -> tuple[Geometry, ...]:
    """The pieces, largest first; the shape alone when the line does not part it."""
    match geometry:
        case Polygon():
            return polygons.split(geometry, line)
        case Bitmask():
            return _cut_mask(geometry, line)
        case _:
            return (geometry,)


def _cut_mask(mask: Bitmask, line: Points) -> tuple[Geometry, ...]:
    """Its box is cut by the line, and each pixel goes with the piece of the box that its centre lies in."""
    frame = Polygon.simple(Box(mask.x, mask.y, mask.w, mask.h).corners())
    pieces: list[Bitmask] = []
    for part in polygons.split(frame, line):
        piece = masks.intersect(mask, masks.to_bitmask(part, mask.x + mask.w, mask.y + mask.h))
        if piece.w:
            pieces.append(piece)
    pieces.sort(key=masks.area, reverse=True)
    return tuple(pieces) if len(pieces) > 1 else (mask,)


class SliceTool(PathTool):
    """Not armed by a class: it works on what is selected. A drag draws the usual straight cut at once."""

    id, title = "slice", "Slice"
    shape = ShapeKind.POLYLINE
    idle_hint = "Slice: draw a line across the selected polygon or mask; drag, or click points and Enter"

    @property
    def feature_hash(self) -> str:
        return ""

    def within(self, at: Point) -> Point:
        return at

    def end_at(self, e: PointerEvent) -> None:
        start = self._pressed
        super().end_at(e)
        if start is not None and len(self._points) == 1 and e.far_from(start):
            self._points.append(self._placed(e))
            self.finish()

    def complete(self, points: tuple[Point, ...]) -> None:
        context, session = self.context, self.context.session
        edits: list[Edit] = []
        made: list[str] = []
        sliced: list[str] = []
        for annotation in self._targets():
            pieces = cut(annotation.geometry, points)
            if len(pieces) < 2:
                continue
            kept = session.reshaped({annotation.instance: pieces[0]}, context.at, context.now())
            row = next(e.record for e in kept if isinstance(e, Put) and isinstance(e.record, Annotation))
            more, new = verbs.split_off(session.document, row, pieces[1:], by=session.author, now=context.now())
            edits += (*kept, *_renumbered(more, edits))
            made += new
            sliced.append(annotation.instance)
        if not sliced:
            context.say("Nothing was cut: draw the line right across a selected polygon or mask that is not locked.")
            return
        session.do(f"Slice {names_of(context.ontology, session.document, sliced)}", edits)
        context.focus.select((*context.focus.selected, *made))
        context.say(f"{len(sliced) + len(made)} pieces.")

    def _targets(self) -> list[Annotation]:
        focus, session = self.context.focus, self.context.session
        found = (session.shown(i, self.context.at) for i in focus.selected if i not in focus.locked | focus.hidden)
        return [a for a in found if a is not None and not a.outside and isinstance(a.geometry, Polygon | Bitmask)]

    def _say(self) -> None:
        self.hint = "Slice: click on, Enter or double click cuts, Esc drops the line" if self._points else self.idle_hint


def _renumbered(edits: tuple[Edit, ...], before: list[Edit]) -> list[Edit]:
    """New instances of a class that other pieces have numbered already go on from there."""
    taken = [e.record for e in before if isinstance(e, Put) and isinstance(e.record, Instance)]
    done: list[Edit] = []
    for edit in edits:
        if isinstance(edit, Put) and isinstance(edit.record, Instance):
            new = edit.record
            highest = max((t.number for t in taken if t.feature_hash == new.feature_hash), default=0)
            if highest >= new.number:
                new = replace(new, number=highest + 1)
                edit = Put(new)
            taken.append(new)
        done.append(edit)
    return done
