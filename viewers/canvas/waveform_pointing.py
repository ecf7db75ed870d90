"""Qt's events on a waveform canvas: what the hand of the regions gets, and what the canvas keeps: pan, zoom, scrub, dividers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from viewers.canvas.events import ctrl_shift
from viewers.canvas.waveform_layout import LANE
from viewers.scene.sound_regions import Grip
from viewers.scene.sound_touch import Touch

if TYPE_CHECKING:
    from viewers.canvas.waveform_canvas import WaveformCanvas

ZOOM_STEP = 1.25
GAIN_STEP = 1.25
EDGE_PX = 5.0
DRAG_PX = 4.0
#: A drag that comes so near to an end (px) moves the view along.
BORDER_PX = 24.0
_NONE = Qt.KeyboardModifier.NoModifier
_CURSORS = {
    "edge": Qt.CursorShape.SizeHorCursor,
    "move": Qt.CursorShape.PointingHandCursor,
    "draw": Qt.CursorShape.CrossCursor,
    "arrow": Qt.CursorShape.ArrowCursor,
}


class Hand(Protocol):
    """Who works on the regions."""

    @property
    def busy(self) -> bool: ...
    def press(self, at: Touch) -> None: ...
    def move(self, at: Touch) -> None: ...
    def release(self, at: Touch) -> None: ...
    def cursor(self, at: Touch) -> Literal["edge", "move", "draw", "arrow"]: ...


class Pointing:
    def __init__(self, canvas: WaveformCanvas) -> None:
        self.canvas = canvas
        self.position: QPointF | None = None
        self.space = self.through = False  # these keys are held
        self._panned = False  # while space was held
        self._doing: Literal["", "hand", "pan", "scrub", "divide", "right"] = ""
        self._from = QPointF()

    # -- mouse

    def press(self, event: QMouseEvent, *, double: bool = False) -> None:
        at, canvas = event.position(), self.canvas
        self.position = self._from = at
        button, layout = event.button(), canvas.layout_
        if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and self.space):
            self._doing, self._panned = "pan", True
        elif button == Qt.MouseButton.RightButton:
            self._doing = "right"
        elif button == Qt.MouseButton.LeftButton and canvas.source.index is not None:
            if layout.divider(at.y()):
                self._doing = "divide"
            elif at.y() < layout.ruler.bottom():
                self._doing = "scrub"
                self._seek(at)
            else:
                self._press_hand(event, double)
        self.refresh_cursor()

    def _press_hand(self, event: QMouseEvent, double: bool) -> None:
        canvas, touch = self.canvas, self.touch_at(event.position(), event.modifiers())
        if double and touch.grip is not None and canvas.hand is not None and canvas.hand.cursor(touch) != "draw":
            canvas.open_wanted.emit(touch.grip.key[0])
            return
        if canvas.hand is not None:
            self._doing = "hand"
            canvas.hand.press(touch)
            canvas.hand_moved()

    def move(self, event: QMouseEvent) -> None:
        at, canvas = event.position(), self.canvas
        before, self.position = self.position or at, at
        match self._doing:
            case "pan":
                canvas.pan_px(at.x() - before.x())
            case "right":
                if (at - self._from).manhattanLength() > DRAG_PX:
                    self._doing = "pan"
            case "scrub":
                self._seek(at)
            case "divide":
                sound = canvas.layout_.sound
                canvas.set_share((sound.bottom() - at.y()) / max(1.0, sound.height()))
            case "hand":
                self._push(at)
                if canvas.hand is not None:
                    canvas.hand.move(self.touch_at(at, event.modifiers()))
                    canvas.hand_moved()
                canvas.pointed.emit(canvas.view.time(at.x()))
                return
        canvas.hover_at(at)
        self.refresh_cursor(event.modifiers())

    def _push(self, at: QPointF) -> None:
        """A drag at the border takes the view along."""
        view, hand = self.canvas.view, self.canvas.hand
        if hand is None or not hand.busy:
            return
        over = min(0.0, at.x() - BORDER_PX) or max(0.0, at.x() - (view.width - BORDER_PX))
        if over:
            view.pan(over * view.scale * 0.5)
            self.canvas.view_moved()

    def release(self, event: QMouseEvent) -> None:
        at, canvas = event.position(), self.canvas
        doing, self._doing = self._doing, ""
        if doing == "hand" and event.button() == Qt.MouseButton.LeftButton and canvas.hand is not None:
            canvas.hand.release(self.touch_at(at, event.modifiers()))
            canvas.hand_moved()
        elif doing == "right":
            grip = self.touch_at(at).grip
            canvas.menu_wanted.emit(grip.key[0] if grip is not None else None, event.globalPosition().toPoint())
        self.refresh_cursor()

    def leave(self) -> None:
        self.position = None
        self.canvas.hover_at(None)

    def drop(self) -> None:
        self._doing = ""
        self.refresh_cursor()

    def wheel(self, event: QWheelEvent) -> None:
        across, along = event.angleDelta().x() / 120, event.angleDelta().y() / 120
        if not across and not along:
            return
        at, keys, canvas = event.position(), event.modifiers(), self.canvas
        ctrl, shift = ctrl_shift(keys)
        if ctrl and shift:
            canvas.raise_gain(GAIN_STEP ** (along or across))
        elif shift or (across and not along):
            canvas.pan_px((along or across) * canvas.view.width / 8)
        elif not ctrl and canvas.layout_.lane_at(at.y()) is not None and canvas.scroll_lanes(-along * LANE):
            return
        else:
            canvas.zoom(ZOOM_STEP**along, at.x())
        canvas.hover_at(at)

    def _seek(self, at: QPointF) -> None:
        view = self.canvas.view
        self.canvas.seek(min(max(view.time(at.x()), 0.0), view.duration))

    def touch_at(self, at: QPointF, keys: Qt.KeyboardModifier = _NONE) -> Touch:
        canvas = self.canvas
        view, layout = canvas.view, canvas.layout_
        ms, per_px = view.time(at.x()) * 1000, view.scale * 1000
        lane = layout.lane_at(at.y())
        grip: Grip | None = None
        if at.y() >= layout.ruler.bottom():
            grip = canvas.regions.grip(ms, EDGE_PX * per_px, lane)
        ctrl, shift = ctrl_shift(keys)
        return Touch(ms, at.x(), grip, ctrl, shift, self.through, lane is None, per_px)

    def refresh_cursor(self, keys: Qt.KeyboardModifier = _NONE) -> None:
        canvas, at = self.canvas, self.position
        if self._doing == "pan":
            shape = Qt.CursorShape.ClosedHandCursor
        elif self.space:
            shape = Qt.CursorShape.OpenHandCursor
        elif at is None or canvas.hand is None or canvas.source.index is None or canvas.hand.busy:
            return
        elif canvas.layout_.divider(at.y()) or self._doing == "divide":
            shape = Qt.CursorShape.SplitVCursor
        elif at.y() < canvas.layout_.ruler.bottom():
            shape = Qt.CursorShape.PointingHandCursor
        else:
            shape = _CURSORS[canvas.hand.cursor(self.touch_at(at, keys))]
        if canvas.cursor().shape() != shape:
            canvas.setCursor(shape)

    # -- keys

    def key_press(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            if not event.isAutoRepeat():
                self.space, self._panned = True, False
                self.refresh_cursor()
            return True
        if event.key() == Qt.Key.Key_S and not event.modifiers():
            self.through = True
            return True
        return False

    def key_release(self, event: QKeyEvent) -> bool:
        if event.isAutoRepeat():
            return False
        if event.key() == Qt.Key.Key_Space and self.space:
            self.space = False
            self.refresh_cursor()
            if not self._panned:
                self.canvas.space_tapped.emit()
            return True
        if event.key() == Qt.Key.Key_S:
            self.through = False
            return True
        return False

    def forget_keys(self) -> None:
        """The focus went elsewhere: the releases will not come here."""
        self.space = self.through = False
