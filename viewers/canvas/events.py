"""Qt's events as the tools' events, and the gestures that the canvas keeps for itself: pan, zoom, right drag."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from storage.model.geometry import Point
from viewers.canvas.patience import patience
from viewers.scene.view_state import DRAG_THRESHOLD
from viewers.tools.base import Button, Cursor, KeyEvent, PointerEvent, WheelEvent

if TYPE_CHECKING:
    from viewers.canvas.image_canvas import ImageCanvas

ZOOM_STEP = 1.25
#: Space held for longer than this (s) was meant to pan.
TAP_S = 0.4

_CURSORS = {
    Cursor.ARROW: Qt.CursorShape.ArrowCursor,
    Cursor.CROSS: Qt.CursorShape.CrossCursor,
    Cursor.POINT: Qt.CursorShape.PointingHandCursor,
    Cursor.MOVE: Qt.CursorShape.SizeAllCursor,
    Cursor.GRAB: Qt.CursorShape.OpenHandCursor,
    Cursor.GRABBING: Qt.CursorShape.ClosedHandCursor,
    Cursor.SIZE_H: Qt.CursorShape.SizeHorCursor,
    Cursor.SIZE_V: Qt.CursorShape.SizeVerCursor,
    Cursor.SIZE_FDIAG: Qt.CursorShape.SizeFDiagCursor,
    Cursor.SIZE_BDIAG: Qt.CursorShape.SizeBDiagCursor,
    Cursor.ROTATE: Qt.CursorShape.PointingHandCursor,
    Cursor.NONE: Qt.CursorShape.BlankCursor,
    Cursor.FORBIDDEN: Qt.CursorShape.ForbiddenCursor,
}
#: Cursors that point along a direction of the image, as it is turned on the screen by a quarter (or mirrored).
_QUARTER = {
    Cursor.SIZE_H: Cursor.SIZE_V,
    Cursor.SIZE_V: Cursor.SIZE_H,
    Cursor.SIZE_FDIAG: Cursor.SIZE_BDIAG,
    Cursor.SIZE_BDIAG: Cursor.SIZE_FDIAG,
}
_MIRROR = {Cursor.SIZE_FDIAG: Cursor.SIZE_BDIAG, Cursor.SIZE_BDIAG: Cursor.SIZE_FDIAG}

_KEYS = {
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Escape: "Esc",
    Qt.Key.Key_Backspace: "Backspace",
    Qt.Key.Key_Delete: "Delete",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Backtab: "Tab",
    Qt.Key.Key_Space: "Space",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
    Qt.Key.Key_Home: "Home",
    Qt.Key.Key_End: "End",
    Qt.Key.Key_PageUp: "PageUp",
    Qt.Key.Key_PageDown: "PageDown",
    Qt.Key.Key_Shift: "Shift",
    Qt.Key.Key_Control: "Ctrl",
    Qt.Key.Key_Alt: "Alt",
    Qt.Key.Key_Meta: "Meta",
}


def key_name(event: QKeyEvent) -> str:
    key = event.key()
    if key in _KEYS:
        return _KEYS[Qt.Key(key)]
    if Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35:
        return f"F{key - Qt.Key.Key_F1 + 1}"
    if 0x20 < key < 0x7F:
        return chr(key)
    return event.text().upper()


def ctrl_shift(keys: Qt.KeyboardModifier) -> tuple[bool, bool]:
    """Which of the two are held."""
    return bool(keys & Qt.KeyboardModifier.ControlModifier), bool(keys & Qt.KeyboardModifier.ShiftModifier)


def tool_key(event: QKeyEvent, at: Point = (0.0, 0.0)) -> KeyEvent:
    """As the tools see it."""
    return KeyEvent(key_name(event), *ctrl_shift(event.modifiers()), event.isAutoRepeat(), *at)


def cursor_shape(cursor: Cursor, rotation: int, flip: bool) -> Qt.CursorShape:
    if rotation in (90, 270):
        cursor = _QUARTER.get(cursor, cursor)
    if flip:
        cursor = _MIRROR.get(cursor, cursor)
    return _CURSORS[cursor]


class Pointing:
    """The state of mouse and held keys over one canvas."""

    def __init__(self, canvas: ImageCanvas) -> None:
        self.canvas = canvas
        self.position: QPointF | None = None  # of the pointer; None: outside
        self.space = False
        self._space_at: float | None = None  # when it was pressed; None: it has been used to pan
        self.through = False  # S is held
        self._panning: QPointF | None = None
        self._right: QPointF | None = None  # pressed here, not yet known whether click or drag
        self._right_drag: QPointF | None = None
        self._held: Button = "none"

    @property
    def panning(self) -> bool:
        return self._panning is not None

    @property
    def dragging(self) -> bool:
        return self._held == "left" or self._panning is not None or self._right_drag is not None

    # -- mouse

    def press(self, event: QMouseEvent, *, double: bool = False) -> None:
        at, button = event.position(), event.button()
        self.position = at
        if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and self.space):
            self._panning = at
            self._space_at = None
            self.canvas.refresh_cursor()
        elif button == Qt.MouseButton.RightButton:
            self._right = at
        elif button == Qt.MouseButton.LeftButton:
            self._held = "left"
            tool = self.canvas.tool
            if tool is not None:
                e = self._pointer(event, "left", clicks=2 if double else 1)
                (tool.double_click if double else tool.press)(e)
                self.canvas.tool_acted()

    def move(self, event: QMouseEvent) -> None:
        at = event.position()
        self.position = at
        canvas = self.canvas
        if self._held == "left" and not event.buttons() & Qt.MouseButton.LeftButton:
            self._held = "none"  # let go where the canvas could not hear of it: it was hidden meanwhile
        if self._panning is not None:
            canvas.pan_by(at - self._panning)
            self._panning = at
        elif self._right is not None or self._right_drag is not None:
            self._move_right(at)
        canvas.hover.move(at, hovering=not self.dragging)  # first: what a tool does depends on what is hovered
        if self._panning is None and self._right is None and self._right_drag is None and canvas.tool is not None:
            canvas.tool.move(self._pointer(event, self._held, clicks=0))
            canvas.tool_acted()

    def _move_right(self, at: QPointF) -> None:
        if self._right is not None:
            way = at - self._right
            if way.x() ** 2 + way.y() ** 2 <= DRAG_THRESHOLD**2:
                return
            self._right_drag, self._right = self._right, None
        assert self._right_drag is not None
        self.canvas.right_dragged(at - self._right_drag)
        self._right_drag = at

    def release(self, event: QMouseEvent) -> None:
        self.position = event.position()
        button = event.button()
        canvas = self.canvas
        if self._panning is not None and button in (Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton):
            self._panning = None
            canvas.refresh_cursor()
        elif button == Qt.MouseButton.RightButton:
            clicked, self._right, self._right_drag = self._right is not None, None, None
            if clicked:
                self._right_click(event)
        elif button == Qt.MouseButton.LeftButton and self._held == "left":
            self._held = "none"
            if canvas.tool is not None:
                with patience(len(canvas.focus.selected)):
                    canvas.tool.release(self._pointer(event, "left"))
                canvas.tool_acted()

    def _right_click(self, event: QMouseEvent) -> None:
        canvas = self.canvas
        taken = canvas.tool is not None and canvas.tool.right_click(self._pointer(event, "right"))
        if taken:
            canvas.tool_acted()
        else:
            canvas.open_menu(event.position(), event.globalPosition())

    def leave(self) -> None:
        self.position = None
        if self.canvas.tool is not None:
            self.canvas.tool.leave()
            self.canvas.tool_acted()

    def wheel(self, event: QWheelEvent) -> None:
        steps = (event.angleDelta().y() or event.angleDelta().x()) / 120
        if steps == 0:
            return
        at, keys = event.position(), event.modifiers()
        canvas = self.canvas
        x, y = canvas.view.image_point(at.x(), at.y())
        ctrl, shift = ctrl_shift(keys)
        if canvas.tool is not None and canvas.tool.wheel(WheelEvent(x, y, steps, ctrl, shift)):
            canvas.tool_acted()
        else:
            canvas.wheeled(steps, at, ctrl=ctrl)

    # -- keys

    def key_press(self, event: QKeyEvent) -> bool:
        name = key_name(event)
        if name == "Space" and not event.modifiers():
            if not event.isAutoRepeat():
                self.space, self._space_at = True, monotonic()
                self.canvas.refresh_cursor()
            return True
        if name == "S" and not event.modifiers():
            self.through = True
        tool = self.canvas.tool
        if tool is not None and tool.key(self._key(event, name)):
            self.canvas.tool_acted()
            return True
        return False

    def key_release(self, event: QKeyEvent) -> bool:
        if event.isAutoRepeat():
            return False
        name = key_name(event)
        if name == "Space":
            tapped = self._space_at is not None and monotonic() - self._space_at < TAP_S
            self.space, self._space_at = False, None
            self.canvas.refresh_cursor()
            if tapped:
                self.canvas.space_tapped.emit()
            return True
        if name == "S":
            self.through = False
        tool = self.canvas.tool
        if tool is not None and tool.key_up(self._key(event, name)):
            self.canvas.tool_acted()
            return True
        return False

    def forget_keys(self) -> None:
        """The focus went elsewhere: the releases will not come here."""
        self.space = self.through = False
        self._space_at = None

    def _key(self, event: QKeyEvent, name: str) -> KeyEvent:
        at = self.canvas.view.image_point(self.position.x(), self.position.y()) if self.position else (0.0, 0.0)
        return tool_key(event, at)

    def _pointer(self, event: QMouseEvent, button: Button, clicks: int = 1) -> PointerEvent:
        at, keys, view = event.position(), event.modifiers(), self.canvas.view
        x, y = view.image_point(at.x(), at.y())
        return PointerEvent(
            x,
            y,
            at.x(),
            at.y(),
            button,
            *ctrl_shift(keys),
            self.space,
            view.pixel,
            clicks,
            self.through,
        )
