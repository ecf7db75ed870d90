"""The tools in hand on planes that are not the acquired slices: they measure there, in millimetres of the plane.

One tool is in hand, and its draft lies in one place: on the acquired slices or on a plane. A press elsewhere brings it there and
begins anew. A measure belongs to its plane; a shape that is being drawn goes along with the plane as it is turned through.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from storage.model.geometry import Geometry
from storage.model.sheets import Sheet
from viewers.canvas.events import cursor_shape, tool_key
from viewers.canvas.sheet_drawing import Drawn, SheetPainter, pointer_on
from viewers.canvas.slice_canvas import SliceCanvas
from viewers.canvas.slice_marks import Lettering
from viewers.scene.mpr import Plane, step_mm
from viewers.tools.base import Button, Cursor, Draft, KeyEvent, PointerEvent, ShapeDraft, Tool
from viewers.tools.crosshair import CrosshairTool
from viewers.tools.drawing import DrawingTool
from viewers.tools.measure import MeasureTool
from viewers.tools.select import SelectTool

if TYPE_CHECKING:
    from viewers.editors.volume_editor import VolumeEditor

#: Drawing tools that measure on a plane.
MEASURING = ("box", "rotated_box", "circle", "ellipse", "polygon", "polyline")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the draft lies."""

    sheet: Sheet
    time: int


class SheetHand:
    """See `SliceCanvas.sheets`."""

    def __init__(self, editor: VolumeEditor) -> None:
        self._editor = editor
        self.at: Place | None = None  # None: the tool is at work on the acquired slices
        self._measured: tuple[Place, Geometry, str] | None = None  # drawn to its end, and kept nowhere
        self._away = _Away(self)
        self._said: tuple[object, tuple[str, ...]] | None = None
        self._painters: dict[SliceCanvas, SheetPainter] = {}
        self._shown: dict[SliceCanvas, Drawn | None] = {}
        self._context = replace(editor.canvas.context, place=self._place, measured=self._keep, refresh=self.acted)

    # -- which tools work here

    @property
    def tool(self) -> Tool:
        return self._editor.tool

    def takes(self) -> bool:
        """The left button is the tool's, or nobody's; else the crosshair's."""
        return not isinstance(self.tool, SelectTool | CrosshairTool)

    def takes_double(self) -> bool:
        return isinstance(self.tool, DrawingTool)

    def refusal(self) -> str:
        """Why the tool in hand can do nothing on a plane."""
        tool, state = self.tool, self._editor.state
        if isinstance(tool, MeasureTool) or tool.id in MEASURING or state is None or not self.takes():
            return ""
        where = f"the acquired slices, which are the {state.acquired.value} ones"
        return f"{tool.title} works on {where}" + (": show them thin, without a slab." if state.slab else " only.")

    def cursor(self) -> Qt.CursorShape:
        return cursor_shape(Cursor.FORBIDDEN if self.refusal() else self.tool.cursor, 0, False)

    # -- where

    def fits(self, place: Place, plane: Plane) -> bool:
        """The plane is that of the place, within half a slice; of a shape that is being drawn, any that runs along it."""
        state = self._editor.state
        if state is None or place.time != state.time or not place.sheet.lies_like(plane.normal):
            return False
        if self._goes_along():
            return True
        depth = float(place.sheet.place_of(plane.origin)[2])
        return abs(depth) < step_mm(state.geometry, plane.normal) / 2

    def _goes_along(self) -> bool:
        return isinstance(self.tool, DrawingTool) and self.tool.has_draft()

    def _place(self) -> Place | None:
        """Where the draft lies, if that is to be seen."""
        at = self.at
        seen = at is not None and any(p.isVisible() and p.plane is not None and self.fits(at, p.plane) for p in self._panes)
        return at if seen else None

    @property
    def _panes(self) -> list[SliceCanvas]:
        return list(self._editor.planes.values())

    def _come(self, canvas: SliceCanvas, plane: Plane) -> None:
        """To this plane, with the tool in hand."""
        state, at = self._editor.state, self.at
        assert state is not None
        if at is not None and self.fits(at, plane):
            depth = float(at.sheet.place_of(plane.origin)[2])
            if self._goes_along() and abs(depth) > 1e-9:
                self._stand(Place(at.sheet.moved(depth), state.time), plane)
            return
        self.tool.cancel()
        self._stand(Place(plane.sheet, state.time), plane)
        self._editor.canvas.tool = self._away

    def _stand(self, place: Place, plane: Plane) -> None:
        self.at = place
        canvas = self._editor.canvas.context
        self._context.ontology, self._context.sheet = canvas.ontology, place.sheet
        self._context.pixel_size = min(plane.mm_right, plane.mm_down)
        self._context.frame_size = ((plane.width - 1) * plane.mm_right, (plane.height - 1) * plane.mm_down)
        self.tool.context = self._context

    def come_home(self) -> None:
        """The tool is at work on the acquired slices again; its draft on a plane is dropped."""
        if self.at is not None:
            self.tool.cancel()
            self.left()
            self.tool.context = self._editor.canvas.context
            self._editor.canvas.tool = self.tool

    def left(self) -> None:
        """Another tool is in hand."""
        self.at = None
        self.forget()

    def forget(self) -> bool:
        """What was measured last is taken away. True: there was something."""
        had, self._measured = self._measured is not None, None
        self.refresh()
        return had

    def _keep(self, geometry: Geometry) -> None:
        if self.at is not None:
            self._measured = (self.at, geometry, self._editor.focus.armed or "")
            self._context.say(
                "Measured on this plane, kept nowhere: Esc takes it away. Shapes are kept on the acquired slices."
            )

    # -- what the pointer does; `canvas` is the pane

    def press(self, canvas: SliceCanvas, event: QMouseEvent, *, double: bool = False) -> None:
        plane = canvas.plane
        if plane is None:
            return
        if why := self.refusal():
            self._editor.say(why)
            return
        self._come(canvas, plane)
        if not self._goes_along():
            self.forget()
        tool, e = self.tool, self._event(canvas, plane, event, "left", 2 if double else 1)
        (tool.double_click if double else tool.press)(e)
        self.acted()

    def move(self, canvas: SliceCanvas, event: QMouseEvent, button: Button) -> None:
        plane, at = canvas.plane, self.at
        if plane is not None and at is not None and self.fits(at, plane):
            self._come(canvas, plane)
            self.tool.move(self._event(canvas, plane, event, button, 0))
            self.acted()

    def release(self, canvas: SliceCanvas, event: QMouseEvent) -> None:
        plane, at = canvas.plane, self.at
        if plane is not None and at is not None and self.fits(at, plane):
            self._come(canvas, plane)
            self.tool.release(self._event(canvas, plane, event, "left", 1))
            self.acted()

    def right_click(self, canvas: SliceCanvas, event: QMouseEvent) -> bool:
        plane, at = canvas.plane, self.at
        if plane is None or at is None or not self.fits(at, plane):
            return False
        taken = self.tool.right_click(self._event(canvas, plane, event, "right", 1))
        self.acted()
        return taken

    def leave(self) -> None:
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
        made = pointer_on(self.at.sheet, canvas.view, plane, event, button, clicks)
        self._context.pixel = lambda: made.pixel
        return made

    # -- what is seen

    def acted(self) -> None:
        self._editor.canvas.tool_acted()
        self.refresh()

    def refresh(self) -> None:
        """What is drawn on planes may be other than it was."""
        for canvas in self._panes:
            if canvas.isVisible() and self._drawn(canvas) != self._shown.get(canvas):
                canvas.update()

    def _drawn(self, canvas: SliceCanvas) -> Drawn | None:
        plane, at = canvas.plane, self.at
        if plane is None or at is None or not self.fits(at, plane):
            return None
        drafts: list[Draft] = []
        left = self._measured
        if left is not None and self.fits(left[0], plane) and not self._goes_along():
            drafts.append(ShapeDraft(left[1], left[2]))
        drafts += self.tool.draft()
        shapes = [d.geometry for d in drafts if isinstance(d, ShapeDraft)]
        said = [(shape, self._words(shape, at)) for shape in shapes] if canvas.marked else []
        return Drawn(at.sheet, drafts, said) if drafts else None

    def _words(self, shape: Geometry, at: Place) -> tuple[str, ...]:
        """The same again costs nothing."""
        state, volume = self._editor.state, self._editor.volume
        assert state is not None
        key = (shape, at, state.slab, state.smooth, volume.complete, volume.suv)
        if self._said is None or self._said[0] != key:
            self._said = (key, self._editor.measuring.words(shape, at.sheet))
        return self._said[1]

    def paint(self, canvas: SliceCanvas, p: QPainter) -> None:
        drawn, plane = self._drawn(canvas), canvas.plane
        held = self._shown.get(canvas)
        drawn = self._shown[canvas] = held if drawn == held else drawn
        if drawn is None or plane is None:
            return
        main = self._editor.canvas
        painter = self._painters.get(canvas)
        if painter is None:
            painter = self._painters[canvas] = SheetPainter(main.font(), lambda: main.shapes._colors, main._painter.armed_color)
        painter.paint(p, drawn, canvas.view, plane, main.look(), Lettering.of(canvas.font(), canvas.devicePixelRatioF()))


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
        self._hand.come_home()
        self._hand.tool.press(e)

    def double_click(self, e: PointerEvent) -> None:
        self._hand.come_home()
        self._hand.tool.double_click(e)

    def key(self, e: KeyEvent) -> bool:
        return self._hand.tool.key(e)

    def deactivate(self) -> None:
        self._hand.tool.deactivate()
