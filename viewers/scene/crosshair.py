"""The crosshair on a plane: where the other planes cut it, and what a hand that takes hold of the lines does. Qt-free.

A press near a line moves the plane it stands for; near an end of a line it turns both; anywhere else it puts the crosshair
under the pointer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from storage.model.geometry import Point
from storage.model.space import Floats
from viewers.scene.mpr import Plane, PlaneKind, cross
from viewers.scene.mpr_state import MprState
from viewers.scene.view_state import DRAG_THRESHOLD, ViewState

#: As in the field's viewers.
COLORS = {PlaneKind.SAGITTAL: "#FF4D4D", PlaneKind.CORONAL: "#3DDC61", PlaneKind.AXIAL: "#FFD60A"}
#: How near (logical px) to a line it is taken hold of, and what stays free around the middle.
GRAB = 6.0
FREE = 14.0
#: From this part of the way to the edge of the pane a line is turned, not moved.
ENDS = 0.62
#: Where on that way the handle of a turn stands.
HANDLE = 0.81


@dataclass(frozen=True, slots=True)
class Line:
    kind: PlaneKind  # the plane it stands for
    at: Point  # the crosshair, logical px
    way: Point  # unit


@dataclass(frozen=True, slots=True)
class Hold:
    what: Literal["middle", "line", "turn"]
    kind: PlaneKind | None = None


def on_screen(view: ViewState, plane: Plane, mm: Floats) -> Point:
    """Where a point (LPS mm) is seen, in logical px of the pane; one off the plane straight before or behind it."""
    u, v, _ = plane.pixel_of(mm)
    return view.screen_point(float(u) + 0.5, float(v) + 0.5)


def mm_at(view: ViewState, plane: Plane, x: float, y: float) -> Floats:
    """The point of the plane under a place of the pane."""
    u, v = view.image_point(x, y)
    return np.asarray(plane.at(u - 0.5, v - 0.5))


def lines(state: MprState, kind: PlaneKind, view: ViewState, plane: Plane) -> list[Line]:
    """What the two other planes look like on this one."""
    found = []
    middle = on_screen(view, plane, state.crosshair)
    normal, now = state.axes.normal(kind), view.placement()
    for other in PlaneKind:
        if other is kind:
            continue
        along = cross(normal, state.axes.normal(other))
        u, v = (float(way) for way in plane.pixel_of(plane.origin + along)[:2])
        dx, dy = now.a * u + now.b * v, now.c * u + now.d * v
        length = math.hypot(dx, dy)
        if length > 1e-6:
            found.append(Line(other, middle, (dx / length, dy / length)))
    return found


def hold_at(found: list[Line], x: float, y: float, size: Point, *, turns: bool = True) -> Hold:
    """What a press at a place of the pane takes hold of."""
    best: tuple[float, Hold] = (GRAB, Hold("middle"))
    for line in found:
        dx, dy = x - line.at[0], y - line.at[1]
        away = abs(dx * line.way[1] - dy * line.way[0])
        along = dx * line.way[0] + dy * line.way[1]
        if away >= best[0] or abs(along) < FREE:
            continue
        far = reach(line, 1 if along > 0 else -1, size)
        best = (away, Hold("turn" if turns and abs(along) > ENDS * far else "line", line.kind))
    return best[1]


def reach(line: Line, sign: int, size: Point) -> float:
    """From the crosshair along the line to the edge of the pane."""
    found = []
    for at, way, room in zip(line.at, line.way, size, strict=True):
        if abs(way) > 1e-9:
            found.append(((room if way * sign > 0 else 0.0) - at) / (way * sign))
    return max(1.0, min(found))


def turn_handles(line: Line, size: Point) -> list[Point]:
    """Places on a line where it is plain that it can be turned; none on ends that are too short for it."""
    found = []
    for sign in (-1, 1):
        far = reach(line, sign, size)
        if far * ENDS > 2 * FREE:
            found.append((line.at[0] + sign * line.way[0] * far * HANDLE, line.at[1] + sign * line.way[1] * far * HANDLE))
    return found


class CrosshairDrag:
    """One drag (logical px): `begin`, `move`, `end` or `let_go`. It is no edit and has no undo. `turns`: it may turn the lines, too."""

    def __init__(self, state: MprState, kind: PlaneKind) -> None:
        self.state, self.kind, self.turns = state, kind, True
        self.hold: Hold | None = None
        self._angle = 0.0
        self._start: tuple[Point, Floats] | None = None  # of a press that has not moved yet

    def begin(self, view: ViewState, plane: Plane, x: float, y: float) -> None:
        found = lines(self.state, self.kind, view, plane) if self.state.lines else []
        self.hold = hold_at(found, x, y, view.size, turns=self.turns)
        self._angle = self._angle_of(view, plane, x, y)
        self._start = ((x, y), mm_at(view, plane, x, y))
        if self.hold.what == "middle":
            self.state.look_at(mm_at(view, plane, x, y))

    def move(self, view: ViewState, plane: Plane, x: float, y: float) -> None:
        if self.hold is None:
            return
        if self._start is not None:
            (px, py), _ = self._start
            if math.hypot(x - px, y - py) <= DRAG_THRESHOLD and self.hold.what != "middle":
                return
            self._start = None
        self.state.held = True
        point = mm_at(view, plane, x, y)
        if self.hold.what == "middle":
            self.state.look_at(point)
        elif self.hold.what == "line" and self.hold.kind is not None:
            normal = self.state.axes.normal(self.hold.kind)
            self.state.look_at(self.state.crosshair + normal * float((point - self.state.crosshair) @ normal))
        elif self.hold.what == "turn":
            angle = self._angle_of(view, plane, x, y)
            by, self._angle = (angle - self._angle + 180.0) % 360.0 - 180.0, angle
            self.state.turn(self.kind, by)

    def end(self) -> None:
        """A click on a line brings the crosshair there, too."""
        if self._start is not None and self.hold is not None:
            self.state.look_at(self._start[1])
        self.let_go()

    def let_go(self) -> None:
        """What is held stays where it has come to."""
        self.state.set(held=False)
        self.hold = self._start = None

    def _angle_of(self, view: ViewState, plane: Plane, x: float, y: float) -> float:
        """Of the way from the crosshair to the pointer in the plane, in degrees, clockwise as its normal sees it."""
        way = mm_at(view, plane, x, y) - self.state.crosshair
        normal = self.state.axes.normal(self.kind)
        right = self.state.axes.look_upright(self.kind, self.state.base)[0]
        return math.degrees(math.atan2(float(way @ cross(normal, right)), float(way @ right)))
