"""Livewire scissors: click anchors round an object, the outline between them follows its edges."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from storage.model import polygons
from storage.model.geometry import Point, Polygon, ShapeKind
from viewers.tools.base import GRAB, Cursor, Draft, Handle, HandleRole, KeyEvent, PathDraft, PointerEvent
from viewers.tools.behind import Reading, Stop
from viewers.tools.drawing import DrawingTool
from viewers.tools.wire import Wire, edge_near, level_for, window_round

Path = tuple[Point, ...]
#: Most px that the outline may be smoothed by.
SMOOTHEST = 20
#: An anchor goes to the strongest edge so near (logical px).
MAGNET = 5.0


@dataclass(slots=True)
class WireSettings:
    """`smoothing`: how far, in pixels of the picture, the polygon may leave the path that was found."""

    smoothing: float = 1.0
    changed: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    def set_smoothing(self, smoothing: float) -> None:
        smoothing = min(float(SMOOTHEST), max(0.0, round(smoothing, 1)))
        if smoothing != self.smoothing:
            self.smoothing = smoothing
            self.changed()


class LivewireTool(DrawingTool):
    """`_legs[i]` leads from anchor i to the next one; None while its map is still being made."""

    id, title, shape = "livewire", "Livewire scissors", ShapeKind.POLYGON
    idle_hint = (
        "Livewire: click on the edge of an object; the outline follows the edge. Shift: straight; Ctrl: anchor just here"
    )
    fewest = 3
    parts = ("_anchors", "_legs", "_undone", "_exact")

    def __init__(self, settings: WireSettings | None = None) -> None:
        super().__init__()
        self.settings = settings or WireSettings()
        self._anchors: list[Point] = []
        self._legs: list[Path | None] = []
        self._undone: list[Point] = []
        self._wire: Wire | None = None  # of the last anchor, or of the one whose leg is next
        self._now: Point | None = None
        self._straight = False
        self._exact = False  # the first anchor stays where it was clicked
        self._ending = False  # waits for the last legs
        self._ticket = 0

    def has_draft(self) -> bool:
        return bool(self._anchors)

    # -- events

    def begin_at(self, e: PointerEvent) -> None:
        if self._ending:
            return
        if self.armed is None:
            self.context.say("Pick a class with the shape “polygon” first, then cut.")
            return
        if self._closes(e):
            self.finish()
            return
        self._undone.clear()
        self._exact = e.ctrl or e.shift
        self._place(self._drawn_in(e), straight=e.shift)

    def drag_to(self, e: PointerEvent) -> None:
        self._now, self._straight = self._drawn_in(e), e.shift
        self.cursor = Cursor.POINT if self._closes(e) else Cursor.CROSS

    def take_double(self, e: PointerEvent) -> None:
        """The first press of the pair has set the last anchor."""
        if self._anchors:
            self.finish()
        else:
            self.begin_at(e)

    def key(self, e: KeyEvent) -> bool:
        if e.key == "Backspace" and self.has_draft():
            return self.undo_draft()
        return super().key(e)

    def right_click(self, e: PointerEvent) -> bool:
        return self.undo_draft()

    # -- the draft

    def undo_draft(self) -> bool:
        """The last anchor goes, and the path to it."""
        if not self._anchors:
            self._undone.clear()  # what is undone now is older than the draft was
            return False
        self._undone.append(self._anchors.pop())
        if self._legs:
            self._legs.pop()
        self._ending = False
        self._lay_wire()
        self._say()
        return True

    def redo_draft(self) -> bool:
        if not self._undone:
            return False
        self._place(self._undone.pop(), straight=False)
        return True

    def can_redo_draft(self) -> bool:
        return bool(self._undone)

    def draft_resumed(self) -> None:
        self._lay_wire()

    def drop(self) -> bool:
        had = bool(self._anchors)
        self._anchors.clear()
        self._legs.clear()
        self._undone.clear()
        self._wire, self._ending = None, False
        self._ticket += 1
        self._say()
        return had

    def finish(self) -> None:
        if not self._anchors:
            return
        if len(self._anchors) < 2:
            self.context.say("Livewire: at least 2 anchors are needed; go on clicking, or press Esc.")
            return
        if len(self._legs) < len(self._anchors):
            self._close()
        if any(leg is None for leg in self._legs):
            self._ending = True
            self.hint = "Livewire: the last of the path is being found…"
            return
        made = self._polygon()
        if made is None:
            self._open_again()
            self.context.say("The way back runs along the path that is there: set an anchor on the open side, then close.")
            return
        self.drop()
        self.make(made)

    def _polygon(self) -> Polygon | None:
        """What the closed path encloses; None where that is no more than a thread."""
        outline = self.outline()
        if len(outline) < self.fewest:
            return None
        drawn = Polygon.simple(outline)
        if self.settings.smoothing > 0:
            drawn = polygons.simplify(drawn, self.settings.smoothing)
        sound = _one_outline(drawn)
        length = sum(math.dist(p, q) for p, q in pairwise((*outline, outline[0])))
        grain = max(1.0, self.context.pixel())
        meant = abs(polygons.signed_area(tuple(self._anchors))) / 2 if len(self._anchors) > 2 else 0.0
        return sound if sound is not None and polygons.area(sound) > max(meant, length * grain) else None

    def _open_again(self) -> None:
        self._ending = False
        if len(self._legs) == len(self._anchors):
            self._legs.pop()
        self._lay_wire()
        self._say()

    def outline(self) -> Path:
        """All legs one after the other, each anchor once."""
        points: list[Point] = []
        for leg in self._legs:
            for point in leg or ():
                if not points or points[-1] != point:
                    points.append(point)
        while len(points) > 1 and points[-1] == points[0]:
            points.pop()
        return tuple(points)

    def drawn(self) -> list[Draft]:
        if not self._anchors:
            return []
        points = list(self.outline()) if self._legs else [self._anchors[0]]
        if len(self._legs) == len(self._anchors):
            points.append(self._anchors[0])
        rubber: Point | None = None
        if not self._ending and self._now is not None:
            if self._wire is not None and not self._straight and self._wire.anchor == self._anchors[-1]:
                points += self._wire.path(self._now)[1:]
            else:
                rubber = self._now
        first = HandleRole.CLOSE if self._can_close() else HandleRole.VERTEX
        hot = self._now is not None and self._can_close() and self._near_first(self._now, self.context.pixel())
        dots = [Handle(*self._anchors[0], first, (0,), hot=hot)]
        dots += [Handle(*p, HandleRole.VERTEX, (i,)) for i, p in enumerate(self._anchors[1:], start=1)]
        return [PathDraft(tuple(points), feature_hash=self.feature_hash, fill=True, rubber=rubber, handles=tuple(dots))]

    # -- anchors, legs, the wire

    def _drawn_in(self, e: PointerEvent) -> Point:
        """Where a click lands: on the edge beside it, as far as the picture there is known already."""
        at = self.within(e.point)
        return at if e.ctrl or e.shift or self._wire is None else edge_near(self._wire.reading, at, MAGNET * e.pixel)

    def _place(self, at: Point, *, straight: bool) -> None:
        if self._anchors:
            if at == self._anchors[-1]:
                return
            self._legs.append(self._leg(self._anchors[-1], at, straight=straight))
        self._anchors.append(at)
        self._now = at
        self._lay_wire()
        self._say()

    def _close(self) -> None:
        self._legs.append(self._leg(self._anchors[-1], self._anchors[0], straight=self._straight))
        self._lay_wire()

    def _leg(self, start: Point, end: Point, *, straight: bool) -> Path | None:
        if straight:
            return (start, end)
        wire = self._wire
        return wire.path(end) if wire is not None and wire.anchor == start else None

    def _lay_wire(self) -> None:
        """Have the map made that is wanted next: of the first leg that is open, else of the last anchor."""
        self._ticket += 1
        open_legs = [i for i, leg in enumerate(self._legs) if leg is None]
        if not self._anchors or (len(self._legs) == len(self._anchors) and not open_legs):
            return
        anchor = self._anchors[open_legs[0] if open_legs else -1]
        if self._wire is not None and self._wire.anchor == anchor:
            return
        context, ticket = self.context, self._ticket
        level = level_for(context.pixel())
        region = window_round(anchor, level, context.pixels)

        def reckon(reading: Reading) -> None:
            if ticket != self._ticket:
                return
            start = anchor
            if len(self._anchors) == 1 and not self._exact:
                start = self._anchors[0] = edge_near(reading, anchor, MAGNET * context.pixel())
            context.behind.work(lambda stop: _made(reading, start, stop, ticket), self._arrived)

        context.behind.read(level, region, reckon)

    def _arrived(self, answer: tuple[int, Wire]) -> None:
        ticket, wire = answer
        if ticket != self._ticket or not self._anchors:
            return
        self._wire = wire
        for i, leg in enumerate(self._legs):
            if leg is None and self._anchors[i] == wire.anchor:
                self._legs[i] = wire.path(self._anchors[(i + 1) % len(self._anchors)])
        if self._ending and all(leg is not None for leg in self._legs):
            self.finish()
        else:
            self._lay_wire()

    def _can_close(self) -> bool:
        return len(self._anchors) >= 2

    def _near_first(self, at: Point, pixel: float) -> bool:
        return math.dist(at, self._anchors[0]) <= GRAB * pixel

    def _closes(self, e: PointerEvent) -> bool:
        return self._can_close() and self._near_first(e.point, e.pixel)

    def _say(self) -> None:
        self.hint = (
            "Livewire: click the next anchor; Shift: straight; Backspace takes one back; Enter or the first anchor closes"
            if self._anchors
            else self.idle_hint
        )


def _one_outline(drawn: Polygon) -> Polygon | None:
    """Where the path runs back over itself slivers come off: the largest piece is what was meant."""
    if polygons.is_valid(drawn):
        return drawn
    sound = polygons.repair(drawn)
    return None if sound is None else Polygon((max(sound.parts, key=lambda part: abs(polygons.signed_area(part[0]))),))


def _made(reading: Reading, anchor: Point, stop: Stop, ticket: int) -> tuple[int, Wire] | None:
    wire = Wire.made(reading, anchor, stop)
    return None if wire is None else (ticket, wire)
