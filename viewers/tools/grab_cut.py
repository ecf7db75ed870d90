"""GrabCut: a box round an object becomes its mask or its outline; strokes say what belongs to it and what does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from storage.model import masks, polygons
from storage.model.geometry import Point, Polygon, ShapeKind
from storage.model.ontology import ObjectClass
from viewers.decode.request import Region
from viewers.tools.base import BoxDraft, BrushDraft, Cursor, Draft, KeyEvent, MaskDraft, PathDraft, PointerEvent, WheelEvent
from viewers.tools.behind import MOST, Reading, Stop
from viewers.tools.brush import BrushSettings
from viewers.tools.cut_out import MARGIN, Hint, Mask, cut_out
from viewers.tools.drawing import DrawingTool

INSIDE, OUTSIDE = "#34C759", "#FF3B30"
SMALLEST = 8  # px on a side of the box
#: An outline leaves out pieces smaller than this share of the largest.
SPECK = 0.01


@dataclass(slots=True)
class CutSettings:
    """`smoothing`: of an outline, in pixels of the picture."""

    smoothing: float = 1.0
    changed: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    def set_smoothing(self, smoothing: float) -> None:
        if smoothing != self.smoothing:
            self.smoothing = smoothing
            self.changed()


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    mask: Mask
    region: Region  # of the crop
    ticket: int


class GrabCutTool(DrawingTool):
    id, title, shape = "grab_cut", "GrabCut", ShapeKind.BITMASK
    idle_hint = "GrabCut: draw a box round an object; what is not ground becomes its shape"
    parts = ("_box", "_strokes", "_undone")

    def __init__(self, brush: BrushSettings | None = None, settings: CutSettings | None = None) -> None:
        super().__init__()
        self.brush = brush or BrushSettings()
        self.settings = settings or CutSettings()
        self._pressed: PointerEvent | None = None  # of the box that is being drawn
        self._pointer: PointerEvent | None = None
        self._box: tuple[int, int, int, int] | None = None
        self._reading: Reading | None = None
        self._strokes: list[Hint] = []
        self._undone: list[Hint] = []
        self._points: list[Point] = []  # of the stroke under the hand
        self._inside = True
        self._found: _Found | None = None
        self._ticket = 0
        self._revision = 0
        self._accepting = False  # Enter came before the answer

    @property
    def armed(self) -> ObjectClass | None:
        known = self.context.ontology.object(self.context.focus.armed or "")
        return known if known is not None and known.shape in (ShapeKind.BITMASK, ShapeKind.POLYGON) else None

    def has_draft(self) -> bool:
        return self._pressed is not None or self._box is not None

    @property
    def working(self) -> bool:
        return self._box is not None and (self._found is None or self._found.ticket != self._ticket)

    # -- events

    def begin_at(self, e: PointerEvent) -> None:
        self._pointer = e
        if self.armed is None:
            self.context.say("Pick a class with the shape “bitmask” or “polygon” first, then draw a box.")
        elif self._box is None:
            self._pressed = e
        elif not self._accepting:
            self._points, self._inside = [e.point], not e.ctrl

    def drag_to(self, e: PointerEvent) -> None:
        self._pointer = e
        if self._points and e.button == "left":
            self._points.append(e.point)
        self.cursor = Cursor.NONE if self._box is not None else Cursor.CROSS

    def settle(self) -> None:
        super().settle()
        if self._pointer is not None:
            self.end_at(self._pointer)

    def end_at(self, e: PointerEvent) -> None:
        self._pointer = e
        if self._pressed is not None:
            self._take_box(self._pressed, e)
        elif self._points:
            self._strokes.append(Hint(tuple(self._points), self.brush.size, self._inside))
            self._points, self._undone = [], []
            self._ask()

    def take_double(self, e: PointerEvent) -> None:
        if self._box is None:
            self.begin_at(e)

    def key(self, e: KeyEvent) -> bool:
        if e.key in ("[", "]") and not e.ctrl:
            self.brush.grow(-1 if e.key == "[" else 1)
            self.context.say(f"Stroke: {self.brush.size} px")
            return True
        return super().key(e)

    def wheel(self, e: WheelEvent) -> bool:
        if not (e.ctrl and e.shift):
            return False
        self.brush.grow(1 if e.steps > 0 else -1)
        return True

    def right_click(self, e: PointerEvent) -> bool:
        return self.undo_draft()

    def leave(self) -> None:
        if not self._points and self._pressed is None:
            self._pointer = None

    # -- the draft

    def undo_draft(self) -> bool:
        """Strokes one by one, then the box."""
        if self._points:
            self._points = []
        elif self._strokes:
            self._undone.append(self._strokes.pop())
            self._ask()
        else:
            return self.drop()
        return True

    def redo_draft(self) -> bool:
        if not self._undone:
            return False
        self._strokes.append(self._undone.pop())
        self._ask()
        return True

    def can_redo_draft(self) -> bool:
        return bool(self._undone)

    def draft_resumed(self) -> None:
        if self._box is not None:
            self._cut_out(self._box)

    def drop(self) -> bool:
        had = self.has_draft()
        if self._box is not None:
            self.context.behind.drop()
        self._pressed = self._box = self._found = self._reading = None
        self._strokes, self._undone, self._points = [], [], []
        self._accepting = False
        self._ticket += 1
        self._say()
        return had

    def finish(self) -> None:
        """Enter: what is shown becomes the object."""
        found, armed = self._found, self.armed
        if self._box is None or armed is None:
            return
        if found is None or found.ticket != self._ticket:
            self._accepting = True
            self._say()
            return
        mask = masks.encode(found.mask, found.region[0], found.region[1])
        if mask.w == 0:
            self._accepting = False
            self.context.say("Nothing in the box differs from what is round it: paint over the object, or draw another box.")
            return
        shape = outline(found.mask, found.region, self.settings.smoothing) if armed.shape is ShapeKind.POLYGON else mask
        self.drop()
        if shape is not None:
            self.make(shape)

    # -- box, strokes, answers

    def _take_box(self, first: PointerEvent, last: PointerEvent) -> None:
        self._pressed = None
        (x0, y0), (x1, y1) = self.within(first.point), self.within(last.point)
        width, height = self.context.pixels
        left, right = max(0, int(min(x0, x1))), min(width, round(max(x0, x1)))
        top, bottom = max(0, int(min(y0, y1))), min(height, round(max(y0, y1)))
        if right - left < SMALLEST or bottom - top < SMALLEST:
            if first.far_from(last):
                self.context.say(f"The box is too small to cut out of: at least {SMALLEST} px a side.")
            return
        self._cut_out((left, top, right, bottom))

    def _cut_out(self, box: tuple[int, int, int, int]) -> None:
        """Have the picture round the box read, then what is in it found."""
        left, top, right, bottom = box
        width, height = self.context.pixels
        mx, my = round((right - left) * MARGIN) + 4, round((bottom - top) * MARGIN) + 4
        x, y = max(0, left - mx), max(0, top - my)
        region = (x, y, min(width, right + mx) - x, min(height, bottom + my) - y)
        level = 0
        while (region[2] * region[3]) >> (2 * level) > MOST:
            level += 1
        self._box = box
        self._say()
        self._ticket += 1
        ticket = self._ticket
        self.context.behind.read(level, region, lambda reading: self._read(reading, ticket))

    def _read(self, reading: Reading, ticket: int) -> None:
        if self._box is not None and ticket == self._ticket:
            self._reading = reading
            self._ask()

    def _ask(self) -> None:
        reading, box = self._reading, self._box
        if box is None or reading is None:
            return
        self._ticket += 1
        ticket, (x, y, _, _), scale = self._ticket, reading.region, 1 << reading.level
        inner = tuple((v - o) // scale for v, o in zip(box, (x, y, x, y), strict=True))
        hints = tuple(
            Hint(tuple(((px - x) / scale, (py - y) / scale) for px, py in s.points), s.size / scale, s.inside)
            for s in self._strokes
        )
        self._say()

        def reckon(stop: Stop) -> _Found | None:
            mask = cut_out(reading.bgr(), inner, hints, stop)  # type: ignore[arg-type]
            if mask is None:
                return None
            if scale > 1:
                mask = cv2.resize(mask.view(np.uint8), reading.region[2:], interpolation=cv2.INTER_NEAREST) != 0
            return _Found(mask, reading.region, ticket)

        self.context.behind.work(reckon, self._arrived)

    def _arrived(self, found: _Found) -> None:
        if self._box is None or found.ticket != self._ticket:
            return
        self._found = found
        self._revision += 1
        self._say()
        if self._accepting:
            self.finish()

    def _say(self) -> None:
        if self._box is None:
            self.hint = self.idle_hint
        elif self.working:
            self.hint = "GrabCut: cutting out… Esc drops it"
        else:
            self.hint = "GrabCut: Enter takes it. Paint what belongs to it, Ctrl+paint what does not; [ ]: size; Esc drops it"

    # -- what is drawn

    def drawn(self) -> list[Draft]:
        shown: list[Draft] = []
        if self._pressed is not None and self._pointer is not None:
            a, b = self.within(self._pressed.point), self.within(self._pointer.point)
            shown.append(BoxDraft((min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])), fill=False))
        if self._box is None:
            return shown
        if self._found is not None:
            x, y, _, _ = self._found.region
            shown.append(MaskDraft(self._found.mask, x, y, self.feature_hash, "", self._revision))
        left, top, right, bottom = self._box
        shown.append(BoxDraft((left, top, right, bottom), fill=False))
        for hint in self._strokes:
            shown.append(PathDraft(hint.points, color=INSIDE if hint.inside else OUTSIDE))
        if self._points:
            shown.append(PathDraft(tuple(self._points), color=INSIDE if self._inside else OUTSIDE))
        if self._pointer is not None:
            erase = not self._inside if self._points else self._pointer.ctrl
            shown.append(BrushDraft(self._pointer.x, self._pointer.y, self.brush.size / 2, erase=erase))
        return shown


def outline(mask: Mask, region: Region, smoothing: float) -> Polygon | None:
    """The border of a mask as a polygon to be edited: specks left out, steps of pixels smoothed."""
    made = masks.contours(masks.encode(mask, region[0], region[1]))
    if made is None:
        return None
    areas = [abs(polygons.signed_area(part[0])) for part in made.parts]
    kept = [part for part, area in zip(made.parts, areas, strict=True) if area >= SPECK * max(areas)]
    parts = tuple(
        (part[0], *(hole for hole in part[1:] if abs(polygons.signed_area(hole)) >= SPECK * max(areas))) for part in kept
    )
    return polygons.simplify(Polygon(parts), smoothing) if smoothing > 0 else Polygon(parts)
