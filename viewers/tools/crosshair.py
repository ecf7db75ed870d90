"""The crosshair as a tool of the acquired slices: click or drag where the other planes shall cut, drag and turn their lines."""

from __future__ import annotations

from collections.abc import Callable

from viewers.tools.base import Cursor, PointerEvent, Tool


class CrosshairTool(Tool):
    """`take(what, x, y)` does it: "begin", "move" or "end", with screen coordinates."""

    id, title = "crosshair", "Crosshair"
    hint = "Crosshair: click where the planes shall meet; drag a line to move its plane, near its end to turn it"
    cursor = Cursor.CROSS

    def __init__(self, take: Callable[[str, float, float], None]) -> None:
        self._take = take
        self._held = False

    def press(self, e: PointerEvent) -> None:
        self._held = True
        self._take("begin", e.screen_x, e.screen_y)

    def move(self, e: PointerEvent) -> None:
        if self._held:
            self._take("move", e.screen_x, e.screen_y)

    def release(self, e: PointerEvent) -> None:
        self.cancel()

    def cancel(self) -> bool:
        held, self._held = self._held, False
        if held:
            self._take("end", 0.0, 0.0)
        return held
