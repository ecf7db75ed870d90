"""Flood fill for masks: a click fills what is like the pixel under it, a drag sets how like it must be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from storage.model import masks
from storage.model.geometry import Bitmask, Point
from viewers.tools.base import Cursor, Draft, KeyEvent, LabelDraft, MaskDraft, PointerEvent, WheelEvent
from viewers.tools.behind import MOST, FrameValues, Reading
from viewers.tools.brush import BrushSettings, BrushTool

WIDEST = 255
#: Logical px of a drag for one step of tolerance.
PER_STEP = 2.0


@dataclass(slots=True)
class FloodSettings:
    """`tolerance` in steps of 255 from black to white, for deeper pictures of the window that is shown."""

    tolerance: int = 16
    contiguous: bool = True
    changed: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    def set_tolerance(self, tolerance: int) -> None:
        tolerance = min(WIDEST, max(0, tolerance))
        if tolerance != self.tolerance:
            self.tolerance = tolerance
            self.changed()


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """What a fill found: bool pixels and where they lie in the frame."""

    mask: NDArray[np.bool_]
    x: int
    y: int
    cut_off: bool = False  # it ran into the border of what was looked at, not of the frame
    ticket: int = 0
    result: Bitmask | None = None  # what becomes of the mask, once the button is let go

    def concluded(self, old: Bitmask | None, erasing: bool) -> Filled:
        """With the result for a mask that is there, or for a new one."""
        filled = masks.encode(self.mask, self.x, self.y)
        if old is None:
            made = filled
        else:
            made = masks.subtract(old, (filled,)) if erasing else masks.union((old, filled))
        return replace(self, result=made)


def within_range(values: NDArray[Any], low: Any, high: Any) -> NDArray[np.uint8]:
    """255 where every channel lies in its range, both ends included."""
    return np.asarray(cv2.inRange(np.ascontiguousarray(values), low, high))


def around(value: Any, tolerance: float) -> tuple[Any, Any]:
    """The range of values within a tolerance of one, as `within_range` takes it."""
    centre = np.atleast_1d(np.asarray(value, np.float64))
    low, high = centre - tolerance, centre + tolerance
    return tuple(low.tolist()), tuple(high.tolist())


def fill(reading: Reading, at: Point, tolerance: int, *, contiguous: bool, frame: tuple[int, int], ticket: int = 0) -> Filled:
    """The pixels like the one at a place: those connected with it (by sides), or all of them."""
    x, y = reading.at(at)
    like = within_range(reading.values, *around(reading.values[y, x], tolerance * reading.span))
    h, w = like.shape
    left, top, box_w, box_h = 0, 0, w, h
    if contiguous:
        flooded = np.zeros((h + 2, w + 2), np.uint8)
        flags = 4 | cv2.FLOODFILL_MASK_ONLY | (255 << 8)
        _, _, _, (left, top, box_w, box_h) = cv2.floodFill(like, flooded, (x, y), 0, 0, 0, flags)
        like = flooded[1:-1, 1:-1]
    part = like[top : top + box_h, left : left + box_w] != 0
    ox, oy, rw, rh = reading.region
    inner = (
        (left == 0 and ox > 0) or (top == 0 and oy > 0)
        or (left + box_w == w and ox + rw < frame[0]) or (top + box_h == h and oy + rh < frame[1])
    )  # fmt: skip
    whole = rw * rh >= frame[0] * frame[1]
    return Filled(part, ox + left, oy + top, inner or (not contiguous and not whole), ticket)


class FloodTool(BrushTool):
    id, title = "flood", "Flood fill"
    idle_hint = (
        "Flood fill: click; drag right or left: tolerance. Shift: add to the selected mask; Ctrl: take away; [ ]: tolerance"
    )
    cursor = Cursor.CROSS
    does, undoes = "Fill", "Take away from"

    def __init__(
        self, brush: BrushSettings | None = None, settings: FloodSettings | None = None, values: FrameValues | None = None
    ) -> None:
        super().__init__(brush)
        self.flood = settings or FloodSettings()
        self._values = values or FrameValues()
        self._pressed: PointerEvent | None = None
        self._start = 0  # tolerance when pressed
        self._found: Filled | None = None
        self._ticket = 0
        self._let_go = False

    def has_draft(self) -> bool:
        return self._pressed is not None

    # -- events

    def begin_at(self, e: PointerEvent) -> None:
        self._hurry()
        self.drop()
        width, height = self.context.pixels
        if self.armed is None:
            self.context.say("Pick a class with the shape “bitmask” first, then fill.")
            return
        if not (0 <= e.x < width and 0 <= e.y < height):
            self.context.say("Click on the picture to fill what is like the pixel there.")
            return
        self._erasing = e.ctrl
        self._target = self.target(e) if e.ctrl or e.shift else None
        if (e.ctrl or e.shift) and self._target is None:
            self.context.say("Select a mask of this class first: Shift adds to it, Ctrl takes away from it.")
            return
        self._began = (self.at, self.feature_hash)
        self._pressed, self._start = e, self.flood.tolerance
        self._ask()

    def drag_to(self, e: PointerEvent) -> None:
        if self._pressed is None or e.button != "left" or self._let_go:
            return
        if e.far_from(self._pressed):
            self._try(self._start + round((e.screen_x - self._pressed.screen_x) / PER_STEP))

    def end_at(self, e: PointerEvent) -> None:
        if self._pressed is not None:
            self._let_go = True
            self.finish()

    def take_double(self, e: PointerEvent) -> None:
        """The first press of the pair has filled it: a second mask of the same place would be a slip."""
        if e.ctrl or e.shift:
            self.begin_at(e)

    def key(self, e: KeyEvent) -> bool:
        if e.key in ("[", "]") and not e.ctrl:
            self._try(self.flood.tolerance + (-1 if e.key == "[" else 1))
            self.context.say(f"Tolerance: {self.flood.tolerance}")
            return True
        return super().key(e)

    def wheel(self, e: WheelEvent) -> bool:
        if not (e.ctrl and e.shift):
            return False
        self._try(self.flood.tolerance + (1 if e.steps > 0 else -1))
        self.context.say(f"Tolerance: {self.flood.tolerance}")
        return True

    def drop(self) -> bool:
        had = self._pressed is not None
        self._pressed = self._target = self._found = self._began = None
        self._let_go = False
        self._ticket += 1
        return had

    def deactivate(self) -> None:
        super().deactivate()
        self._values.forget()

    # -- the fill

    def _try(self, tolerance: int) -> None:
        before = self.flood.tolerance
        self.flood.set_tolerance(tolerance)
        if self._pressed is not None and self.flood.tolerance != before:
            self._ask()

    def _ask(self) -> None:
        """Have the fill reckoned for the tolerance of now."""
        pressed, context = self._pressed, self.context
        if pressed is None:
            return
        self._ticket += 1
        job = self._job(pressed)
        if job is None:
            self._values.ask(context.behind, self.at, context.pixels, pressed.point, self._ask)
        else:
            context.behind.work(lambda _stop: job(), self._arrived)

    def _job(self, pressed: PointerEvent) -> Callable[[], Filled] | None:
        """The fill for the tolerance of now; None while the values there are not read."""
        context, at, ticket = self.context, pressed.point, self._ticket
        x, y, frame = int(at[0]), int(at[1]), context.pixels
        reading = self._values.get(self.at, (x, y, x + 1, y + 1))
        if reading is None:
            return None
        tolerance, contiguous = self.flood.tolerance, self.flood.contiguous
        return lambda: fill(reading, at, tolerance, contiguous=contiguous, frame=frame, ticket=ticket)

    def settle(self) -> None:
        if self._pressed is not None:
            self._let_go = True
            self._hurry()
        super().settle()

    def frame_changes(self) -> None:
        """A fill is where it was clicked; it does not go on."""
        self.settle()

    def _hurry(self) -> None:
        """Something else comes before the fill of the last click: it is reckoned now, so that none is lost."""
        job = self._job(self._pressed) if self._pressed is not None and self._let_go else None
        if job is not None:
            self._found = job().concluded(self._old(), self._erasing)
            self.finish()

    def _arrived(self, found: Filled) -> None:
        if self._pressed is None:
            return
        self._found = found
        self._revision += 1
        if self._let_go:
            self.finish()

    def finish(self) -> None:
        """Once the fill for the last tolerance is there, and what it makes of the mask, it becomes a step."""
        found, old, erasing = self._found, self._old(), self._erasing
        if self._pressed is None or found is None or found.ticket != self._ticket:
            return
        if found.result is None:
            self._let_go = True
            self.context.behind.work(lambda _stop: found.concluded(old, erasing), self._arrived)
            return
        if old is None:
            self._keep(found.result, None)
        else:
            self._commit_change(old, found.result)
        self.drop()
        if found.cut_off:
            side = round(MOST**0.5)
            self.context.say(f"Of so large a picture the {side:,} × {side:,} px around the click were looked at.")

    def _old(self) -> Bitmask | None:
        geometry = self._target.geometry if self._target is not None else None
        return geometry if isinstance(geometry, Bitmask) else None

    def _commit_change(self, old: Bitmask, geometry: Bitmask) -> None:
        target = self._target
        assert target is not None
        if not self._erasing:
            geometry = self._spared(geometry, target)
        if geometry.w == 0:
            self._emptied(target)
        elif geometry == old:
            self.context.say("Nothing of it was in the fill." if self._erasing else "All of it was in the mask already.")
        else:
            self._commit_into(target, geometry)

    # -- what is drawn

    def drawn(self) -> list[Draft]:
        pressed, found = self._pressed, self._found
        if pressed is None:
            return []
        shown: list[Draft] = []
        if found is not None:
            # What would be taken away is shown in a colour that no fill has.
            color = "#FF3B30" if self._erasing else ""
            shown.append(MaskDraft(found.mask, found.x, found.y, self.feature_hash, color, self._revision))
        gap = 14 * self.context.pixel()
        shown.append(LabelDraft(pressed.x + gap, pressed.y - gap, f"± {self.flood.tolerance}"))
        return shown

    def lifted(self) -> frozenset[str]:
        return self._veiled
