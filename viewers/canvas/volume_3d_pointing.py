"""Mouse and keys of the 3D view."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from viewers.scene.volume_render.camera import Camera, Side
from viewers.scene.volume_render.looks import Look

if TYPE_CHECKING:
    from viewers.canvas.volume_3d import VolumeView

CLICK = 4.0  # px: a press that moves less is a click
GRAB = 11.0  # px around a handle
ACROSS_DEG = 220.0  # turned by a drag over the whole view
STEP_DEG, ZOOM = 5.0, 1.15
_SIDES = {getattr(Qt.Key, f"Key_{side}"): side for side in Side}
_TURNS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}


class _Drag(Enum):
    NONE = auto()
    TURN = auto()
    PAN = auto()
    VALUES = auto()
    CLIP = auto()


def handles(view: VolumeView) -> dict[tuple[int, bool], tuple[QPointF, QPointF]]:
    """Of the clip box, by (axis, upper side): the middle of the side on the screen, and the way of the axis there from one end
    of the volume to the other."""
    camera, grid = view.seen_camera, view.grid
    if not view.clipping or camera is None or grid is None:
        return {}
    found = {}
    middle = (np.array(view.clip.low) + view.clip.high) / 2
    for axis in range(3):
        for upper in (False, True):
            place, far = middle.copy(), middle.copy()
            place[axis] = (view.clip.high if upper else view.clip.low)[axis]
            far[axis] = place[axis] + 1.0
            x, y, _ = camera.project(grid.corner(np.stack([place, far])), view.px_size)
            found[axis, upper] = (QPointF(x[0], y[0]), QPointF(x[1] - x[0], y[1] - y[0]))
    return found


class VolumePointing:
    def __init__(self, view: VolumeView) -> None:
        self._view = view
        self._drag = _Drag.NONE
        self._button = Qt.MouseButton.NoButton
        self._from = self._last = QPointF()
        self._moved = False
        self.pointed = False  # the last click asked for the crosshair
        self._camera: Camera | None = None
        self._look: Look | None = None
        self._handle: tuple[int, bool] | None = None
        self._start = 0.0

    # -- mouse

    def press(self, event: QMouseEvent) -> None:
        view = self._view
        view.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._button is not Qt.MouseButton.NoButton or not view.working:
            return
        self.pointed = False
        self._button, self._from, self._last, self._moved = event.button(), event.position(), event.position(), False
        self._camera, self._look, self._handle = view.camera, view.look, None
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        drags = {Qt.MouseButton.LeftButton: _Drag.PAN if shift else _Drag.TURN, Qt.MouseButton.MiddleButton: _Drag.PAN,
                 Qt.MouseButton.RightButton: _Drag.VALUES}  # fmt: skip
        self._drag = drags.get(event.button(), _Drag.NONE)
        if event.button() is Qt.MouseButton.LeftButton:
            self._handle = self.handle_at(event.position())
            if self._handle is not None:
                self._drag = _Drag.CLIP
                axis, upper = self._handle
                self._start = (view.clip.high if upper else view.clip.low)[axis]

    def move(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._drag is _Drag.NONE:
            over = self._view.clipping and self.handle_at(at) is not None
            self._view.setCursor(Qt.CursorShape.SizeAllCursor if over else Qt.CursorShape.ArrowCursor)
            return
        if not self._moved and (at - self._from).manhattanLength() < CLICK:
            return
        if not self._moved:
            self._moved, self._last = True, self._from
        acts: dict[_Drag, Callable[[QPointF], None]] = {
            _Drag.TURN: self._turn, _Drag.PAN: self._pan, _Drag.VALUES: self._values, _Drag.CLIP: self._clip,
        }  # fmt: skip
        acts[self._drag](at)
        self._last = at

    def release(self, event: QMouseEvent) -> None:
        if event.button() is not self._button:
            return
        clicked = not self._moved and self._drag is not _Drag.NONE
        at, button = event.position(), self._button
        self.drop()
        if not clicked:
            return
        if button is Qt.MouseButton.RightButton:
            self._view.show_menu(event.globalPosition().toPoint())
        elif button is Qt.MouseButton.LeftButton:
            found = self._view.point_at(at.x(), at.y())
            self.pointed = found is not None
            if self.pointed:
                self._view.crosshair_wanted.emit(found)

    def drop(self) -> None:
        """Nothing is held any more."""
        self._drag, self._button, self._handle = _Drag.NONE, Qt.MouseButton.NoButton, None
        self._view.rest()

    def wheel(self, event: QWheelEvent) -> None:
        view, at = self._view, event.position()
        turns = event.angleDelta().y() / 120
        if view.working and view.camera is not None and turns:
            view.set_camera(view.camera.zoomed(ZOOM**turns, at.x(), at.y(), view.px_size), held=self._drag is not _Drag.NONE)
        event.accept()

    def handle_at(self, at: QPointF) -> tuple[int, bool] | None:
        near = [((place - at).manhattanLength(), name) for name, (place, _) in handles(self._view).items()]
        best = min(near, default=(GRAB, None), key=lambda n: n[0])
        return best[1] if best[0] < GRAB else None

    def _turn(self, at: QPointF) -> None:
        view, way = self._view, at - self._last
        assert view.camera is not None
        speed = ACROSS_DEG / min(view.px_size)
        view.set_camera(view.camera.turned(way.x() * speed, -way.y() * speed), held=True)

    def _pan(self, at: QPointF) -> None:
        view, way = self._view, at - self._last
        assert view.camera is not None
        view.set_camera(view.camera.panned(way.x(), way.y(), view.px_size), held=True)

    def _values(self, at: QPointF) -> None:
        assert self._look is not None
        way = at - self._from
        self._view.drag_values(way.x(), way.y(), self._look)

    def _clip(self, at: QPointF) -> None:
        view = self._view
        assert self._handle is not None
        axis, upper = self._handle
        way = handles(view)[self._handle][1]
        length = way.x() ** 2 + way.y() ** 2
        if length < 1:  # the axis runs towards the viewer
            return
        moved = at - self._from
        share = (moved.x() * way.x() + moved.y() * way.y()) / length
        view.set_clip(view.clip.with_side(axis, upper, self._start + share), held=True)

    # -- keys

    def key(self, event: QKeyEvent) -> bool:
        """Letters look from a side, arrows turn, + and - zoom, Home fits, Ctrl+C copies the picture."""
        view = self._view
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not view.working or view.camera is None:
            return False
        if held == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_C:
            view.copy_picture()
            return True
        if held not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
            return False
        return self._plain_key(key, 3.0 if held else 1.0)

    def _plain_key(self, key: Any, times: float) -> bool:
        view = self._view
        assert view.camera is not None
        width, height = view.px_size
        if key in _SIDES and times == 1.0:
            view.look_from(_SIDES[key])
        elif key in _TURNS:
            right, up = _TURNS[key]
            view.set_camera(view.camera.turned(right * STEP_DEG * times, up * STEP_DEG * times))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            factor = 1 / ZOOM if key == Qt.Key.Key_Minus else ZOOM
            view.set_camera(view.camera.zoomed(factor, width / 2, height / 2, view.px_size))
        elif key == Qt.Key.Key_Home:
            view.fit()
        else:
            return False
        return True
