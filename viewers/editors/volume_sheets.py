"""The tools in hand on planes that are not the acquired slices: they draw and measure there, in millimetres of the plane.

One tool is in hand, and its draft lies in one place: on the acquired slices or on a plane. A press elsewhere brings it there and
begins anew: what was begun waits for Ctrl+Z. It stays on its plane as on a slice: once that is left it waits, and is there again
with it.
What is kept lies on its own plane (`storage.model.sheets`) and is seen where that is shown, within half a slice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from storage.model.geometry import Geometry
from storage.model.labels import FrameKey
from storage.model.ontology import Ontology
from storage.model.sheets import Sheet, sheet_of
from viewers.canvas.events import cursor_shape, tool_key
from viewers.canvas.sheet_drawing import Drawn, SheetPainter, pointer_on
from viewers.canvas.sheet_shapes import SheetShapes
from viewers.canvas.slice_acquired import MEASURED
from viewers.canvas.slice_canvas import SliceCanvas
from viewers.canvas.slice_marks import Lettering
from viewers.canvas.slice_pointing import PlaneHand
from viewers.scene.mpr import Floats, Plane, PlaneKind, middle, step_mm
from viewers.scene.sheet_view import SheetView
from viewers.tools.base import GRAB, Button, Cursor, Draft, KeyEvent, Paper, PointerEvent, ShapeDraft, Tool
from viewers.tools.crosshair import CrosshairTool
from viewers.tools.drawing import DrawingTool
from viewers.tools.measure import MeasureTool
from viewers.tools.select import SelectTool

if TYPE_CHECKING:
    from viewers.editors.volume_editor import VolumeEditor

#: Drawing tools that work on a plane.
DRAWING = ("box", "rotated_box", "circle", "ellipse", "polygon", "polyline", "point")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a draft lies; what is kept there lies at `at`."""

    sheet: Sheet
    at: FrameKey


class SheetHand(PlaneHand):
    def __init__(self, editor: VolumeEditor) -> None:
        self._editor = editor
        canvas = editor.canvas
        self.shapes = SheetShapes(editor.session, editor.focus, canvas.shapes)
        self.at: Place | None = None  # None: the tool is at work on the acquired slices
        self._measured: tuple[Place, Geometry, str] | None = None  # drawn to its end, and kept nowhere
        self._away = _Away(self)
        self._said: dict[object, tuple[str, ...]] = {}
        self._painters: dict[tuple[SliceCanvas, int], SheetPainter] = {}
        self._shown: dict[SliceCanvas, tuple[Drawn, ...]] = {}
        self._pixel = 1.0  # mm of a logical px, where the pointer was last
        self._context = replace(canvas.context, refresh=self.acted, pixel=lambda: self._pixel)
        self._eye = SheetView()

    def use_ontology(self, ontology: Ontology) -> None:
        self._context.ontology = ontology

    # -- which tools work here

    @property
    def tool(self) -> Tool:
        return self._editor.tool

    def takes(self, canvas: SliceCanvas, at: QPointF) -> bool:
        """The left button is the tool's, or nobody's; else the crosshair's. Select takes hold of shapes alone."""
        if isinstance(self.tool, SelectTool):
            return self._under(canvas, at) is not None
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

    def fits(self, place: Place, plane: Plane) -> bool:
        """The plane is that of the place, within half a slice."""
        return self._lies(place, plane.normal, plane.origin)

    def _lies(self, place: Place, normal: Floats, through: Floats) -> bool:
        state = self._editor.state
        if state is None or place.at[1] // state.geometry.n != state.time or not place.sheet.lies_like(normal):
            return False
        return abs(float(place.sheet.place_of(through)[2])) < step_mm(state.geometry, normal) / 2

    def kind_of(self, at: FrameKey) -> PlaneKind | None:
        """The plane that lies there now."""
        state, place = self._editor.state, self._place_at(at)
        if state is None:
            return None
        return next((kind for kind in PlaneKind if self._lies(place, state.axes.normal(kind), state.crosshair)), None)

    def _fits_draft(self, plane: Plane) -> bool:
        return self.at is not None and self.fits(self.at, plane)

    def _drafting(self) -> bool:
        return isinstance(self.tool, DrawingTool) and self.tool.has_draft()

    def _seen(self) -> bool:
        """Where the draft lies is to be seen."""
        return any(p.isVisible() and p.plane is not None and self._fits_draft(p.plane) for p in self._panes)

    @property
    def _panes(self) -> list[SliceCanvas]:
        return list(self._editor.planes.values())

    def _on(self, plane: Plane) -> list[Place]:
        """Places with shapes that are to be seen on a plane."""
        found = (Place(sheet, at) for at, sheet in self.shapes.sheets().items())
        return [place for place in found if self.fits(place, plane)]

    def _under(self, canvas: SliceCanvas, at: QPointF) -> Place | None:
        """Where a shape, or a handle of a selected one, lies under the pointer."""
        plane, focus = canvas.plane, self._editor.focus
        for place in self._on(plane) if plane is not None else ():
            self._eye.lay(place.sheet, canvas.view, plane)
            (x, y), tol, index = self._eye.image_point(at.x(), at.y()), GRAB * self._eye.pixel, self.shapes.index(place.at)
            held = [i for i in focus.selected if index.get(i) is not None]
            if index.at(x, y, tol, skip=focus.hidden) or index.handle_at(x, y, tol, held, pixel=self._eye.pixel):
                return place
        return None

    def _new_place(self, sheet: Sheet) -> Place:
        """Of a plane shown; the place of shapes that lie on the very same."""
        state = self._editor.state
        assert state is not None
        n = state.geometry.n
        centre = middle(state.geometry)
        foot = centre - float(sheet.place_of(centre)[2]) * sheet.normal
        at = self.shapes.key_like(sheet, state.time * n + int(state.geometry.nearest_slice(foot)), n)
        return Place(self.shapes.sheets().get(at, sheet), at)

    def _come(self, canvas: SliceCanvas, plane: Plane, pointer: QPointF) -> None:
        """To this plane, with the tool in hand."""
        at = self.at
        under = self._under(canvas, pointer) if isinstance(self.tool, SelectTool) else None
        wanted = under or self._new_place(plane.sheet)
        stays = isinstance(self.tool, MeasureTool) or self._drafting()
        if at is not None and (at == wanted or (stays and self.fits(at, plane))):
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
        self._eye.lay(place.sheet, canvas.view, plane)
        self._pixel = self._eye.pixel
        self.tool.context, main.tool = self._context, self._away

    def give_way(self) -> None:
        """The tool goes elsewhere: a draft waits for Ctrl+Z."""
        if self._drafting():
            self._editor.say(self._editor.put_aside())
        self._leave_off()

    def take_up(self, at: FrameKey) -> None:
        """A draft of the tool in hand lies there again."""
        kind = self.kind_of(at)
        cut = self._editor.planes[kind].read() if kind is not None else None
        if kind is not None and cut is not None:
            self._stand(self._place_at(at), self._editor.planes[kind], cut.plane)
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
        had, self._measured = self._measured is not None, None
        self.refresh()
        return had

    def _keep_nowhere(self, geometry: Geometry) -> None:
        if self.at is not None:
            self._measured = (self.at, geometry, self._editor.focus.armed or "")
            self._context.say("Measured, kept nowhere: Esc takes it away. Show the slices thin to keep shapes on them.")

    # -- what the pointer does; `canvas` is the pane

    def press(self, canvas: SliceCanvas, event: QMouseEvent, *, double: bool = False) -> None:
        plane = canvas.plane
        if plane is None:
            return
        if why := self.refusal():
            self._editor.say(why)
            return
        self._come(canvas, plane, event.position())
        if not self._drafting():
            self.forget()
        tool, e = self.tool, self._event(canvas, plane, event, "left", 2 if double else 1)
        (tool.double_click if double else tool.press)(e)
        self.acted()

    def hover(self, canvas: SliceCanvas, event: QMouseEvent) -> bool:
        """Select sees what it could take hold of; a draft follows the pointer."""
        plane, focus = canvas.plane, self._editor.focus
        if plane is None:
            return False
        if isinstance(self.tool, SelectTool):
            place = self._under(canvas, event.position())
            if place is not None:
                self._come(canvas, plane, event.position())
                e = self._event(canvas, plane, event, "none", 0)
                found = self.shapes.index(place.at).at(e.x, e.y, GRAB * e.pixel, skip=focus.hidden)
                focus.set(hovered=found[0] if found else None)
            elif focus.hovered is not None:
                focus.set(hovered=None)
        self._moved(canvas, event, "none")
        if not self.takes(canvas, event.position()):
            return False
        canvas.setCursor(cursor_shape(Cursor.FORBIDDEN if self.refusal() else self.tool.cursor, 0, False))
        canvas.setToolTip("")
        return True

    def move(self, canvas: SliceCanvas, event: QMouseEvent) -> None:
        self._moved(canvas, event, "left")

    def _moved(self, canvas: SliceCanvas, event: QMouseEvent, button: Button) -> None:
        plane = canvas.plane
        if plane is not None and self._fits_draft(plane):
            self.tool.move(self._event(canvas, plane, event, button, 0))
            self.acted()

    def release(self, canvas: SliceCanvas, event: QMouseEvent) -> None:
        plane = canvas.plane
        if plane is not None and self._fits_draft(plane):
            self.tool.release(self._event(canvas, plane, event, "left", 1))
            self.acted()

    def right_click(self, canvas: SliceCanvas, event: QMouseEvent) -> bool:
        """True: it was meant for the draft. Else a shape under it is selected, for the menu is its own."""
        plane = canvas.plane
        if plane is None:
            return False
        if self._fits_draft(plane) and self.tool.right_click(self._event(canvas, plane, event, "right", 1)):
            self.acted()
            return True
        place = self._under(canvas, event.position())
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
        place = self._place_at(at)
        pane = next((p for p in self._panes if p.isVisible() and p.plane and self.fits(place, p.plane)), None)
        if pane is not None and pane.plane is not None:
            if self.at is None or self.at.at != at:
                self._leave_off()
                self._stand(place, pane, pane.plane)
            self._context.hits = self.shapes.index(at)
        return at

    def _place_at(self, at: FrameKey) -> Place:
        sheet = self.shapes.sheets().get(at) or sheet_of(at[0])
        assert sheet is not None
        return Place(sheet, at)

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

    def acted(self) -> None:
        self._editor.canvas.tool_acted()
        self.refresh()

    def refresh(self) -> None:
        """What is drawn on planes may be other than it was."""
        for canvas in self._panes:
            if canvas.isVisible() and self.drawn(canvas) != self._shown.get(canvas, ()):
                canvas.update()

    def drawn(self, canvas: SliceCanvas) -> tuple[Drawn, ...]:
        """By the sheets that are to be seen, that of the draft last."""
        plane, tool, focus = canvas.plane, self.tool, self._editor.focus
        if plane is None:
            return ()
        places = [p for p in self._on(plane) if p != self.at]
        if self.at is not None and self._fits_draft(plane):
            places.append(self.at)
        found = []
        for place in places:
            here = place == self.at
            kept = self.shapes.seen(place.at, tool.lifted() if here else frozenset())
            drafts: list[Draft] = [self.shapes.draft(a) for a in kept]
            measured = [(a.geometry, a.instance) for a in kept if a.instance in focus.selected[-MEASURED:]]
            left = self._measured
            if here and left is not None and self.fits(left[0], plane) and not self._drafting():
                drafts.append(ShapeDraft(left[1], left[2]))
                measured = [(left[1], "")]
            if here:
                more = tool.draft()
                drafts += more
                measured = [(d.geometry, "") for d in more if isinstance(d, ShapeDraft)] or measured
            said = [(shape, self._words(shape, place, instance)) for shape, instance in measured] if canvas.marked else []
            if drafts:
                found.append(Drawn(place.sheet, drafts, said))
        return tuple(found)

    def _words(self, shape: Geometry, place: Place, instance: str = "") -> tuple[str, ...]:
        """The same again costs nothing."""
        editor, state, volume = self._editor, self._editor.state, self._editor.volume
        assert state is not None
        key = (shape, place, instance, state.slab, state.smooth, volume.complete, volume.suv)
        if key not in self._said:
            known = editor.session.document.instances.get(instance)
            thing = editor.ontology.object(known.feature_hash) if known is not None else None
            if len(self._said) > MEASURED:
                self._said.clear()
            self._said[key] = editor.measuring.words(shape, place.sheet, thing.name if thing is not None else "")
        return self._said[key]

    def paint(self, canvas: SliceCanvas, p: QPainter) -> None:
        drawn, plane, held = self.drawn(canvas), canvas.plane, self._shown.get(canvas, ())
        drawn = self._shown[canvas] = held if drawn == held else drawn
        if plane is None:
            return
        main = self._editor.canvas
        for number, one in enumerate(drawn):
            painter = self._painters.get((canvas, number))
            if painter is None:
                painter = SheetPainter(main.font(), main.shapes, main._painter.armed_color)
                self._painters[canvas, number] = painter
            painter.paint(p, one, canvas.view, plane, main.look(), Lettering.of(canvas.font(), canvas.devicePixelRatioF()))


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
