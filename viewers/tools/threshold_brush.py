"""A brush that paints only where the picture's value lies in a range: round the one under the cursor, or a range that is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Point
from viewers.tools.base import Draft, KeyEvent, MaskDraft, PointerEvent
from viewers.tools.behind import FrameValues, Reading
from viewers.tools.brush import BrushSettings, BrushTool
from viewers.tools.flood_fill import around, within_range
from viewers.tools.stroke import LiveMask, Mask, corner_of, stamp

WIDEST = 255
Range = tuple[Any, Any]


@dataclass(slots=True)
class ThresholdSettings:
    """`tolerance` as the flood fill has it; `low` and `high` are values (of colours: their lightness) which `stored` makes
    those that the file has."""

    tolerance: int = 20
    pick: bool = True  # round the value under the cursor when the stroke begins; else the range below
    low: float = 0.0
    high: float = 255.0
    changed: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)
    stored: Callable[[float], float] = field(default=lambda value: value, repr=False, compare=False)

    def set_tolerance(self, tolerance: int) -> None:
        tolerance = min(WIDEST, max(0, tolerance))
        if tolerance != self.tolerance:
            self.tolerance = tolerance
            self.changed()


class GatedMask(LiveMask):
    """A live mask that takes a stamp only where `gate` lets it: asked with left, top, right, bottom of the frame."""

    def __init__(self, frame: tuple[int, int], gate: Callable[[int, int, int, int], Mask]) -> None:
        super().__init__(frame)
        self._gate = gate

    def _stamp(self, brush: Mask, at: Point, value: bool) -> None:
        tall, wide = brush.shape
        left, top = corner_of(at[0], wide), corner_of(at[1], tall)
        x0, y0 = max(left, 0, self.x), max(top, 0, self.y)
        x1 = min(left + wide, self.frame[0], self.x + self.array.shape[1])
        y1 = min(top + tall, self.frame[1], self.y + self.array.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        part = brush[y0 - top : y1 - top, x0 - left : x1 - left] & self._gate(x0, y0, x1, y1)
        target = self.array[y0 - self.y : y1 - self.y, x0 - self.x : x1 - self.x]
        if value:
            target |= part
        else:
            target &= ~part


class ThresholdTool(BrushTool):
    id, title = "threshold", "Threshold brush"
    idle_hint = (
        "Threshold brush: paints only values like the one under the cursor. Ctrl: erase them; [ ]: size; Shift+[ ]: tolerance"
    )

    def __init__(
        self, brush: BrushSettings | None = None, settings: ThresholdSettings | None = None, values: FrameValues | None = None
    ) -> None:
        super().__init__(brush)
        self.threshold = settings or ThresholdSettings()
        self._values = values or FrameValues()
        self._range: Range | None = None
        self._waiting: list[Point] = []  # of a stroke whose values are still being read
        self._ended = False
        self._asked = False

    # -- events

    def begin_at(self, e: PointerEvent) -> None:
        self._range, self._waiting, self._ended = None, [], False
        super().begin_at(e)

    def drag_to(self, e: PointerEvent) -> None:
        if not self._ended:
            super().drag_to(e)
        if self._live is None:
            self._is_read(e.point)  # so that the stroke finds its values read

    def end_at(self, e: PointerEvent) -> None:
        self._pointer, self._held, self._goes_on = e, False, False
        if self._live is not None:
            self._ended = True
            self._paint(e.point)
            self.finish()

    def key(self, e: KeyEvent) -> bool:
        steps = {"[": -1, "{": -1, "]": 1, "}": 1}.get(e.key)
        if steps is not None and e.shift and not e.ctrl:
            self.threshold.set_tolerance(self.threshold.tolerance + steps)
            self.context.say(f"Tolerance: {self.threshold.tolerance}")
            return True
        return super().key(e)

    def drop(self) -> bool:
        self._waiting, self._ended = [], False
        return super().drop()

    def deactivate(self) -> None:
        super().deactivate()
        self._asked = False
        self._values.forget()

    def settle(self) -> None:
        self._ended = self._live is not None
        super().settle()

    def frame_changes(self) -> None:
        self._waiting = []  # of the frame that goes no more is read
        super().frame_changes()

    # -- the stroke

    def new_live(self) -> LiveMask:
        return GatedMask(self.context.pixels, self._allowed)

    def _paint(self, to: Point) -> None:
        if self._waiting or not self._is_read(to):
            self._waiting.append(to)
            return
        super()._paint(to)

    def finish(self) -> None:
        if not self._waiting:
            super().finish()

    def _came(self) -> None:
        """Values have been read: what waited for them is painted now."""
        self._asked = False
        waiting, self._waiting = self._waiting, []
        for i, to in enumerate(waiting):
            if self._live is None:
                return
            self._paint(to)
            if self._waiting:
                self._waiting += waiting[i + 1 :]
                return
        if self._ended and self._live is not None:
            self.finish()

    def _is_read(self, at: Point) -> bool:
        """Whether the values under the brush, from where it was last, are at hand; if not they are being read now."""
        context, box = self.context, self._under(at)
        if box is None or self._values.get(self.at, box) is not None:
            return True
        if not self._asked:
            self._asked = True
            self._values.ask(context.behind, self.at, context.pixels, at, self._came)
        return False

    def _under(self, at: Point) -> tuple[int, int, int, int] | None:
        half, upright = self.settings.size / 2 + 1, self.settings.tall / 2 + 1
        width, height = self.context.pixels
        xs, ys = (at[0], at[0]), (at[1], at[1])
        if self._live is not None:
            xs, ys = (at[0], self._last[0]), (at[1], self._last[1])
        box = (
            max(0, int(min(xs) - half)), max(0, int(min(ys) - upright)),
            min(width, int(max(xs) + half) + 1), min(height, int(max(ys) + upright) + 1),
        )  # fmt: skip
        return box if box[0] < box[2] and box[1] < box[3] else None

    def _allowed(self, left: int, top: int, right: int, bottom: int) -> NDArray[np.bool_]:
        reading = self._values.get(self.at, (left, top, right, bottom))
        if reading is None:
            return np.zeros((bottom - top, right - left), np.bool_)
        if self._range is None:
            self._range = self._range_at(reading, self._last)
        values = reading.cut(left, top, right, bottom)
        return np.asarray(within_range(values if self.threshold.pick else reading.gray(values), *self._range) != 0)

    def _range_at(self, reading: Reading, at: Point) -> Range:
        settings = self.threshold
        if not settings.pick:
            low, high = sorted((settings.stored(settings.low), settings.stored(settings.high)))
            return (low,), (high,)
        x, y = reading.at(at)
        return around(reading.values[y, x], settings.tolerance * reading.span)

    # -- what is drawn

    def drawn(self) -> list[Draft]:
        shown = super().drawn()
        if self._live is None and self._pointer is not None and (preview := self._preview(self._pointer)) is not None:
            shown.insert(0, preview)
        return shown

    def _preview(self, p: PointerEvent) -> MaskDraft | None:
        """What a click would paint."""
        wide, tall, box = self.settings.size, self.settings.tall, self._under(p.point)
        reading = self._values.get(self.at, box) if box is not None else None
        if reading is None:
            return None
        self._range = self._range_at(reading, p.point)
        dab = GatedMask(self.context.pixels, self._allowed)
        dab.array = np.zeros((tall, wide), np.bool_)
        dab.x, dab.y = corner_of(p.x, wide), corner_of(p.y, tall)
        dab._stamp(stamp(wide, self.settings.square, tall), p.point, True)
        self._revision += 1
        return MaskDraft(dab.array, dab.x, dab.y, self.feature_hash, "", self._revision)
