"""The tools in hand on planes that are not the acquired slices: they draw and measure there, in millimetres of the plane.

One tool is in hand, and its draft lies in one place: on the acquired slices or on a plane. A press elsewhere brings it there and
begins anew: what was begun waits for Ctrl+Z. It stays on its plane as on a slice: once that is left it waits, and is there again
with it.
What is kept lies on its own plane (`storage.model.sheets`) and is seen where that is shown, within half a slice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from storage.model.geometry import Geometry
from storage.model.labels import FrameKey
from storage.model.ontology import Ontology
from storage.model.sheets import sheet_of
from viewers.canvas.events import cursor_shape, tool_key
from viewers.canvas.sheet_drawing import pointer_on
from viewers.canvas.sheet_shapes import SheetShapes
from viewers.canvas.slice_canvas import SliceCanvas
from viewers.canvas.slice_pointing import PlaneHand
from viewers.editors.volume_sheet_places import Place, SheetPlaces
from viewers.editors.volume_sheets_seen import SheetsSeen
from viewers.scene.mpr import Plane
from viewers.scene.sheet_view import SheetView
from viewers.tools.base import GRAB, Button, Cursor, KeyEvent, Paper, PointerEvent, Tool
from viewers.tools.crosshair import CrosshairTool
from viewers.tools.drawing import DrawingTool
from viewers.tools.measure import MeasureTool
from viewers.tools.select import SelectTool

if TYPE_CHECKING:
    from viewers.editors.volume_editor import VolumeEditor

#: Drawing tools that work on a plane.
DRAWING = ("box", "rotated_box", "circle", "ellipse", "polygon", "polyline", "point")


class SheetHand(PlaneHand):
    def __init__(self, editor: VolumeEditor) -> None:
        self._editor = editor
        canvas = editor.canvas
        self.shapes = SheetShapes(editor.session, editor.focus, canvas.shapes)
        self.at: Place | None = None  # None: the tool is at work on the acquired slices
        self.places = SheetPlaces(self.shapes, editor.focus, lambda: editor.state)
        self.seen = SheetsSeen(editor, self)
        self.measured: tuple[Place, Geometry, str] | None = None  # drawn to its end, and kept nowhere
        self._away = _Away(self)
        self._pixel = 1.0  # mm of a logical px, where the pointer was last
        self._context = replace(canvas.context, refresh=self.acted, pixel=lambda: self._pixel)

    def use_ontology(self, ontology: Ontology) -> None:
        self._context.ontology = ontology

    # -- which tools work here

    @property
    def tool(self) -> Tool:
        return self._editor.tool

    def takes(self, canvas: SliceCanvas, at: QPointF) -> bool:
        """The left button is the tool's, or nobody's; else the crosshair's. Select takes hold of shapes alone."""
        if isinstance(self.tool, SelectTool):
            return self.places.under(canvas, at) is not None
        return not isinstance(self.tool, CrosshairTool)

    def takes_double(self) -> bool:
        return isinstance(self.tool, DrawingTool)

    def refusal(self) -> str:
        """Why the tool in hand can do nothing on a plane."""
        tool, state = self.tool, self._editor.state
        if isinstance(tool, MeasureTool | SelectTool | CrosshairTool) or tool.id in DRAWING or state is None:
            return ""
        where = f"the acquired slices, the {state.acquired.value} ones"
        return f"{tool.title} works only on {where}" + (": show them thin, without a slab." if state.slab else ".")

    # -- where

    def fits_draft(self, plane: Plane) -> bool:
        return self.at is not None and self.places.fits(self.at, plane)

    def _seen(self) -> bool:
        """Where the draft lies is to be seen."""
        return any(p.isVisible() and p.plane is not None and self.fits_draft(p.plane) for p in self._panes)

    @property
    def _panes(self) -> list[SliceCanvas]:
        return list(self._editor.planes.values())

    def _come(self, canvas: SliceCanvas, plane: Plane, pointer: QPointF) -> None:
        """To this plane, with the tool in hand."""
        at = self.at
        under = self.places.under(canvas, pointer) if isinstance(self.tool, SelectTool) else None
        wanted = under or self.places.new(plane.sheet)
        stays = isinstance(self.tool, MeasureTool) or self._editor.drafting()
        if at is not None and (at == wanted or (stays and self.places.fits(at, plane))):
            return
        self.give_way()
        self._stand(wanted, canvas, plane)

    def _stand(self, place: Place, canvas: SliceCanvas, plane: Plane) -> None:
        state, main = self._editor.state, self._editor.canvas
        assert state is not None
        self.at = place
        size = ((plane.width - 1) * plane.mm_right, (plane.height - 1) * plane.mm_down)
        measured = self._keep_nowhere if state.is_acquired(canvas.kind) else None
        finest = min(plane.mm_right, plane.mm_down)
        self._context.paper = Paper(size, place.at, place.sheet, finest, self._seen, measured)
        self._context.hits = self.shapes.index(place.at)
        eye = SheetView()
        eye.lay(place.sheet, canvas.view, plane)
        self._pixel = eye.pixel
        self.tool.context, main.tool = self._context, self._away

    def give_way(self) -> None:
        """The tool goes elsewhere: a draft waits for Ctrl+Z."""
        if self._editor.drafting():
            self._editor.say(self._editor.let_draft_wait())
        self._leave_off()

    def take_up(self, at: FrameKey) -> None:
        """A draft of the tool in hand lies there again."""
        kind = self.places.kind_of(at)
        cut = self._editor.planes[kind].read() if kind is not None else None
        if kind is not None and cut is not None:
            self._stand(self.places.at(at), self._editor.planes[kind], cut.plane)
            self.acted()

    def _leave_off(self) -> None:
        """What is unfinished where the tool is now is dropped; moves of shapes are kept."""
        tool = self.tool
        if isinstance(tool, SelectTool):
            tool.settle()
        else:
            tool.cancel()

    def come_home(self) -> None:
        """The tool is at work on the acquired slices again; its draft on a plane is dropped."""
        if self.at is not None:
            self._leave_off()
            self.at = None
            self.tool.context = self._editor.canvas.context
            self._editor.canvas.tool = self.tool
            self.forget()

    def forget(self) -> bool:
        """What was measured last is taken away. True: there was something."""
        had, self.measured = self.measured is not None, None
        self.seen.refresh()
        return had

    def _keep_nowhere(self, geometry: Geometry) -> None:
        if self.at is not None:
            self.measured = (self.at, geometry, self._editor.focus.armed or "")
            self._context.say("Measured, kept nowhere: Esc takes it away. Show the slices thin to keep shapes on them.")

    # -- what the pointer does; `canvas` is the pane

    def press(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent, *, double: bool = False) -> None:
        if why := self.refusal():
            self._editor.say(why)
            return
        self._come(canvas, plane, event.position())
        if not self._editor.drafting():
            self.forget()
        tool, e = self.tool, self._event(canvas, plane, event, "left", 2 if double else 1)
        (tool.double_click if double else tool.press)(e)
        self.acted()

    def hover(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> bool:
        """Select sees what it could take hold of; a draft follows the pointer."""
        focus = self._editor.focus
        if isinstance(self.tool, SelectTool):
            place = self.places.under(canvas, event.position())
            if place is not None:
                self._come(canvas, plane, event.position())
                e = self._event(canvas, plane, event, "none", 0)
                found = self.shapes.index(place.at).at(e.x, e.y, GRAB * e.pixel, skip=focus.hidden)
                focus.set(hovered=found[0] if found else None)
            elif focus.hovered is not None:
                focus.set(hovered=None)
        self._moved(canvas, plane, event, "none")
        if not self.takes(canvas, event.position()):
            return False
        canvas.setCursor(cursor_shape(Cursor.FORBIDDEN if self.refusal() else self.tool.cursor, 0, False))
        canvas.setToolTip("")
        return True

    def move(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> None:
        self._moved(canvas, plane, event, "left")

    def _moved(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent, button: Button) -> None:
        if self.fits_draft(plane):
            self.tool.move(self._event(canvas, plane, event, button, 0))
            self.acted()

    def release(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> None:
        if self.fits_draft(plane):
            self.tool.release(self._event(canvas, plane, event, "left", 1))
            self.acted()

    def right_click(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> bool:
        """True: it was meant for the draft. Else a shape under it is selected, for the menu is its own."""
        if self.fits_draft(plane) and self.tool.right_click(self._event(canvas, plane, event, "right", 1)):
            self.acted()
            return True
        place = self.places.under(canvas, event.position())
        if place is not None:
            e = pointer_on(place.sheet, canvas.view, plane, event, "right", 1)
            found = self.shapes.index(place.at).at(e.x, e.y, GRAB * e.pixel, skip=self._editor.focus.hidden)
            if found and found[0] not in self._editor.focus.selected:
                self._editor.focus.select(found[:1])
        return False

    def leave(self) -> None:
        if isinstance(self.tool, SelectTool):
            self._editor.focus.set(hovered=None)
        if self.at is not None:
            self.tool.leave()
            self.acted()

    def key(self, event: QKeyEvent) -> bool:
        taken = self.at is not None and self.tool.key(tool_key(event))
        if taken:
            self.acted()
        return taken

    def _event(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent, button: Button, clicks: int) -> PointerEvent:
        assert self.at is not None
        self._context.hits = self.shapes.index(self.at.at)
        made = pointer_on(self.at.sheet, canvas.view, plane, event, button, clicks)
        self._pixel = made.pixel
        return made

    # -- verbs on what is kept

    def at_of(self, instance: str | None) -> FrameKey | None:
        """Of an object that does not lie on the slice looked at, the plane it lies on."""
        if instance is None or self._editor.session.shown(instance, self._editor.focus.at) is not None:
            return None
        found = self.shapes.of(instance)
        return found.at if found is not None else None

    def come_to_selected(self) -> FrameKey | None:
        """The plane of what is selected, select there with it; None: it lies on the slice looked at, or nowhere."""
        at, selecting = self.at_of(self._editor.focus.primary), isinstance(self.tool, SelectTool)
        if at is None and selecting:
            self.come_home()
        if at is None or not selecting:
            return at
        place = self.places.at(at)
        pane = next((p for p in self._panes if p.isVisible() and p.plane and self.places.fits(place, p.plane)), None)
        if pane is not None and pane.plane is not None:
            if self.at is None or self.at.at != at:
                self._leave_off()
                self._stand(place, pane, pane.plane)
            self._context.hits = self.shapes.index(at)
        return at

    def show(self, at: FrameKey, bounds: tuple[float, float, float, float] | None = None) -> None:
        """Turn a plane there; `bounds` of it come to the crosshair."""
        editor, state, sheet = self._editor, self._editor.state, sheet_of(at[0])
        if state is None or sheet is None:
            return
        n = state.geometry.n
        if at[1] // n != state.time:
            editor.focus.set(at=("", at[1]))
        kind = state.face(sheet.normal)
        x, y = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2) if bounds else (0.0, 0.0)
        state.look_at(sheet.at((x, y) if bounds else sheet.place_of(state.crosshair)[:2]))
        pane = editor.planes[kind]
        if not pane.isVisible() and not state.is_acquired(kind):
            editor.grid.enlarge(editor.pane_of(kind))
        pane.setFocus()

    # -- what is seen

    def paint(self, canvas: SliceCanvas, p: QPainter) -> None:
        self.seen.paint(canvas, p)

    def acted(self) -> None:
        self._editor.canvas.tool_acted()
        self.seen.refresh()


class _Away(Tool):
    """Stands on the acquired slices for a tool that is at work on a plane: a press there brings it home."""

    def __init__(self, hand: SheetHand) -> None:
        self._hand = hand

    @property
    def draws(self) -> bool:  # type: ignore[override]
        return self._hand.tool.draws

    @property
    def hint(self) -> str:  # type: ignore[override]
        return self._hand.tool.hint

    @property
    def cursor(self) -> Cursor:  # type: ignore[override]
        return type(self._hand.tool).cursor

    def press(self, e: PointerEvent) -> None:
        self._hand.give_way()
        self._hand.come_home()
        self._hand.tool.press(e)

    def move(self, e: PointerEvent) -> None:
        if isinstance(self._hand.tool, SelectTool):
            self._hand.come_home()
            self._hand.tool.move(e)

    def double_click(self, e: PointerEvent) -> None:
        self._hand.give_way()
        self._hand.come_home()
        self._hand.tool.double_click(e)

    def key(self, e: KeyEvent) -> bool:
        return self._hand.tool.key(e)

    def deactivate(self) -> None:
        self._hand.tool.deactivate()
