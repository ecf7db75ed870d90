"""Mouse and wheel over a pane of a volume, as in reading rooms: the wheel turns the slices, Ctrl+wheel zooms, the right button sets
the window, the middle one pans. Who has the left one, brush, tool in hand or crosshair, is asked at the press and holds until it
is let go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QWheelEvent

from viewers.canvas.events import ZOOM_STEP
from viewers.scene.crosshair import hold_at, lines, mm_at
from viewers.scene.mpr import Plane
from viewers.scene.view_state import DRAG_THRESHOLD

if TYPE_CHECKING:
    from viewers.canvas.slice_canvas import SliceCanvas

NO_BUTTON, LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
MIDDLE, RIGHT = Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


class PlaneHand:
    """What may have the left button on a plane. As it stands here it never has."""

    def takes(self, canvas: SliceCanvas, at: QPointF) -> bool:
        """A press there is its own."""
        return False

    def takes_double(self) -> bool:
        return False

    def refusal(self) -> str:
        """Why it can do nothing there, though the press is its own."""
        return ""

    def press(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent, *, double: bool = False) -> None: ...

    def move(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> None:
        """With the button held."""

    def release(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> None: ...

    def let_go(self, canvas: SliceCanvas) -> None:
        """The pane is hidden while the button is held: no release will come."""

    def hover(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> bool:
        """True: a press there is its own, and the cursor says so."""
        return False

    def right_click(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> bool:
        """True: taken, no menu opens."""
        return False

    def leave(self) -> None: ...

    def key(self, event: QKeyEvent) -> bool:
        return False

    def paint(self, canvas: SliceCanvas, p: QPainter) -> None: ...


class _Crosshair(PlaneHand):
    """Has what nobody else takes."""

    def takes(self, canvas: SliceCanvas, at: QPointF) -> bool:
        return True

    def press(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent, *, double: bool = False) -> None:
        canvas.crosshair.begin(canvas.view, plane, event.position().x(), event.position().y())

    def move(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> None:
        canvas.crosshair.move(canvas.view, plane, event.position().x(), event.position().y())

    def release(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> None:
        canvas.crosshair.end()

    def let_go(self, canvas: SliceCanvas) -> None:
        canvas.crosshair.let_go()

    def hover(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> bool:
        at, state = event.position(), canvas.state
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            state.look_at(mm_at(canvas.view, plane, at.x(), at.y()))
            return True
        found = lines(state, canvas.kind, canvas.view, plane) if state.lines else []
        hold = hold_at(found, at.x(), at.y(), canvas.view.size, turns=canvas.crosshair.turns)
        shapes = {"line": Qt.CursorShape.SizeAllCursor, "turn": Qt.CursorShape.PointingHandCursor}
        canvas.setCursor(shapes.get(hold.what, Qt.CursorShape.CrossCursor))
        canvas.setToolTip(canvas.tr("Drag to turn the planes; Shift+S: straight again") if hold.what == "turn" else "")
        return True


CROSSHAIR = _Crosshair()


class SlicePointing:
    def __init__(self, canvas: SliceCanvas) -> None:
        self._canvas = canvas
        self.position: QPointF | None = None  # None: the pointer is elsewhere
        self._held = NO_BUTTON
        self._owner: PlaneHand = CROSSHAIR  # of the left button while that is held
        self._from = QPointF()  # where the pointer was last while held
        self._dragged = False
        self._looked_at = canvas.state.crosshair  # at the last press

    @property
    def _hands(self) -> tuple[PlaneHand, ...]:
        return (self._canvas.brush, self._canvas.sheets, CROSSHAIR)

    def _taker(self, at: QPointF) -> PlaneHand:
        return next(hand for hand in self._hands if hand.takes(self._canvas, at))

    @property
    def turns(self) -> bool:
        """The pointer is here, and the crosshair, which may turn the planes, would have the left button."""
        return self.position is not None and self._canvas.crosshair.turns and self._taker(self.position) is CROSSHAIR

    def press(self, event: QMouseEvent, *, double: bool = False) -> None:
        canvas, plane = self._canvas, self._canvas.plane
        if plane is None:
            return
        if double and event.button() == LEFT:
            self._double(plane, event)
            return
        if self._held != NO_BUTTON:
            return
        self._held, self._from, self._dragged = event.button(), event.position(), False
        self._looked_at = canvas.state.crosshair
        if self._held == LEFT:
            self._owner = self._taker(event.position())
            self._owner.press(canvas, plane, event)

    def _double(self, plane: Plane, event: QMouseEvent) -> None:
        taker = self._taker(event.position())
        if taker.takes_double():
            self._held, self._owner = LEFT, taker
            taker.press(self._canvas, plane, event, double=True)
        else:
            self._canvas.state.look_at(self._looked_at)  # its first click has moved the crosshair
            self._canvas.enlarge_wanted.emit()

    def move(self, event: QMouseEvent) -> None:
        canvas, plane, at, way = self._canvas, self._canvas.plane, event.position(), event.position() - self._from
        came, self.position = self.position is None, at
        if came or canvas.brush.takes(canvas, at):
            canvas.update()
        if came:
            canvas.refused.emit(self._taker(at).refusal())
        if self._held == MIDDLE:
            self._from = at
            canvas.pan_by(way)
        elif self._held == RIGHT and (self._dragged or way.manhattanLength() > DRAG_THRESHOLD):
            self._dragged, self._from = True, at
            canvas.window_dragged.emit(way.x() / max(1, canvas.width()), way.y() / max(1, canvas.height()))
        elif self._held == LEFT and plane is not None:
            self._owner.move(canvas, plane, event)
        elif self._held == NO_BUTTON and plane is not None:
            next(hand for hand in self._hands if hand.hover(canvas, plane, event))
        canvas.pointed.emit(canvas.mm_under(at))

    def release(self, event: QMouseEvent) -> None:
        canvas, plane, held = self._canvas, self._canvas.plane, self._held
        if event.button() != held:
            return
        self._held = NO_BUTTON
        if plane is None:
            return
        if held == LEFT:
            self._owner.release(canvas, plane, event)
        elif held == RIGHT and not self._dragged and not any(hand.right_click(canvas, plane, event) for hand in self._hands):
            canvas.menu_wanted.emit(None, event.globalPosition().toPoint())

    def wheel(self, event: QWheelEvent) -> None:
        canvas, keys = self._canvas, event.modifiers()
        steps = (event.angleDelta().y() or event.angleDelta().x()) / 120
        if steps == 0:
            return
        sizing = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if keys & sizing == sizing and canvas.brush.takes(canvas, event.position()):
            canvas.brush_resized.emit(1 if steps > 0 else -1)
        elif keys & Qt.KeyboardModifier.ControlModifier:
            canvas.zoom_by(ZOOM_STEP**steps, event.position())
        else:
            canvas.slice_wanted.emit(-whole(steps))

    def key_press(self, event: QKeyEvent) -> bool:
        return any(hand.key(event) for hand in self._hands)

    def key_release(self, event: QKeyEvent) -> bool:
        return False

    def forget_keys(self) -> None:
        """None is held here."""

    def leave(self) -> None:
        self.position = None
        self._canvas.update()
        for hand in self._hands:
            hand.leave()
        self._canvas.pointed.emit(None)

    def let_go(self) -> None:
        """What is held cannot be let go where nothing is seen."""
        held, self._held = self._held, NO_BUTTON
        if held == LEFT:
            self._owner.let_go(self._canvas)


def whole(steps: float) -> int:
    """Notches of a wheel; the small steps of a touch pad count as one each."""
    return round(steps) or (1 if steps > 0 else -1)
