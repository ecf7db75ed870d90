"""Where the planes lie on which something is kept or drawn, and which of them are to be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF

from storage.editing.focus import Focus
from storage.model.labels import FrameKey
from storage.model.sheets import Sheet, sheet_of
from viewers.canvas.sheet_shapes import SheetShapes
from viewers.canvas.slice_canvas import SliceCanvas
from viewers.scene.mpr import Floats, Plane, PlaneKind, middle, step_mm
from viewers.scene.mpr_state import MprState
from viewers.scene.sheet_view import SheetView
from viewers.tools.base import GRAB


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft lies; what is kept there lies at `at`."""

    sheet: Sheet
    at: FrameKey


class SheetPlaces:
    def __init__(self, shapes: SheetShapes, focus: Focus, state: Callable[[], MprState | None]) -> None:
        self._shapes, self._focus, self._state = shapes, focus, state
        self._eye = SheetView()

    def fits(self, place: Place, plane: Plane) -> bool:
        """The plane is that of the place, within half a slice."""
        return self._lies(place, plane.normal, plane.origin)

    def _lies(self, place: Place, normal: Floats, through: Floats) -> bool:
        state = self._state()
        if state is None or place.at[1] // state.geometry.n != state.time or not place.sheet.lies_like(normal):
            return False
        return abs(float(place.sheet.place_of(through)[2])) < step_mm(state.geometry, normal) / 2

    def kind_of(self, at: FrameKey) -> PlaneKind | None:
        """The plane that lies there now."""
        state, place = self._state(), self.at(at)
        if state is None:
            return None
        return next((kind for kind in PlaneKind if self._lies(place, state.axes.normal(kind), state.crosshair)), None)

    def at(self, at: FrameKey) -> Place:
        sheet = self._shapes.sheets().get(at) or sheet_of(at[0])
        assert sheet is not None
        return Place(sheet, at)

    def new(self, sheet: Sheet) -> Place:
        """Of a plane shown; the place of shapes that lie on the very same."""
        state = self._state()
        assert state is not None
        n = state.geometry.n
        centre = middle(state.geometry)
        foot = centre - float(sheet.place_of(centre)[2]) * sheet.normal
        at = self._shapes.key_like(sheet, state.time * n + int(state.geometry.nearest_slice(foot)), n)
        return Place(self._shapes.sheets().get(at, sheet), at)

    def on(self, plane: Plane) -> list[Place]:
        """With shapes that are to be seen on a plane."""
        found = (Place(sheet, at) for at, sheet in self._shapes.sheets().items())
        return [place for place in found if self.fits(place, plane)]

    def under(self, canvas: SliceCanvas, pointer: QPointF) -> Place | None:
        """Where a shape, or a handle of a selected one, lies under the pointer."""
        plane, focus, eye = canvas.plane, self._focus, self._eye
        for place in self.on(plane) if plane is not None else ():
            eye.lay(place.sheet, canvas.view, plane)
            (x, y), tol, index = eye.image_point(pointer.x(), pointer.y()), GRAB * eye.pixel, self._shapes.index(place.at)
            held = [i for i in focus.selected if index.get(i) is not None]
            if index.at(x, y, tol, skip=focus.hidden) or index.handle_at(x, y, tol, held, pixel=eye.pixel):
                return place
        return None
