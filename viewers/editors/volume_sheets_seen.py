"""What is seen on planes that are no acquired slices: what is kept there, the draft, and what is measured of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter

from storage.model.geometry import Geometry
from viewers.canvas.sheet_drawing import Drawn, SheetPainter
from viewers.canvas.slice_acquired import MEASURED
from viewers.canvas.slice_canvas import SliceCanvas
from viewers.canvas.slice_marks import Lettering
from viewers.editors.volume_sheet_places import Place
from viewers.scene.mpr import Plane
from viewers.tools.base import Draft, ShapeDraft

if TYPE_CHECKING:
    from viewers.editors.volume_editor import VolumeEditor
    from viewers.editors.volume_sheets import SheetHand


class SheetsSeen:
    def __init__(self, editor: VolumeEditor, hand: SheetHand) -> None:
        self._editor, self._hand = editor, hand
        self._said: dict[object, tuple[str, ...]] = {}
        self._painters: dict[tuple[SliceCanvas, int], SheetPainter] = {}
        self._shown: dict[SliceCanvas, tuple[Drawn, ...]] = {}

    def refresh(self) -> None:
        """What is drawn on planes may be other than it was."""
        for canvas in self._editor.planes.values():
            if canvas.isVisible() and self.on(canvas) != self._shown.get(canvas, ()):
                canvas.update()

    def on(self, canvas: SliceCanvas) -> tuple[Drawn, ...]:
        """By the sheets that are to be seen, that of the draft last."""
        plane, hand = canvas.plane, self._hand
        if plane is None:
            return ()
        places = [p for p in hand.places.on(plane) if p != hand.at]
        if hand.fits_draft(plane):
            places.append(hand.at)
        return tuple(found for place in places if (found := self._at(place, canvas, plane)) is not None)

    def _at(self, place: Place, canvas: SliceCanvas, plane: Plane) -> Drawn | None:
        hand, here, drafts = self._hand, place == self._hand.at, list[Draft]()
        kept = hand.shapes.items(place.at, hand.tool.lifted() if here else frozenset())
        chosen = self._editor.focus.selected[-MEASURED:]
        measured = [(k.shape.geometry, k.shape.instance) for k in kept if k.shape.instance in chosen]
        left = hand.measured
        if here and left is not None and hand.places.fits(left[0], plane) and not self._editor.drafting():
            drafts.append(ShapeDraft(*left[1:]))
            measured = [(left[1], "")]
        if here:
            more = hand.tool.draft()
            drafts += more
            measured = [(d.geometry, "") for d in more if isinstance(d, ShapeDraft)] or measured
        said = [(shape, self._words(shape, place, instance)) for shape, instance in measured] if canvas.marked else []
        return Drawn(place.sheet, kept, drafts, said) if kept or drafts else None

    def _words(self, shape: Geometry, place: Place, instance: str) -> tuple[str, ...]:
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
        drawn, plane, held = self.on(canvas), canvas.plane, self._shown.get(canvas, ())
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
