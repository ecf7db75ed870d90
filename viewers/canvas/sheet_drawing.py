"""What is drawn on a plane that is no acquired slice: what is kept there, the draft of the tool in hand, and what
is measured of them.

Everything is in millimetres of a sheet (`storage.model.sheets`) and painted by the same hands as on pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFont, QMouseEvent, QPainter

from storage.model.geometry import Geometry
from storage.model.sheets import Sheet
from viewers.canvas.events import ctrl_shift
from viewers.canvas.live import LiveImage
from viewers.canvas.measure_chips import paint_chips
from viewers.canvas.overlay import Overlay, draft_items
from viewers.canvas.raster import Color, Item, Look
from viewers.canvas.scene_shapes import SceneShapes
from viewers.canvas.slice_marks import Lettering
from viewers.scene.mpr import Plane
from viewers.scene.sheet_view import SheetView
from viewers.scene.slice_view import SliceView
from viewers.tools.base import Button, Draft, PointerEvent


@dataclass(frozen=True)
class Drawn:
    """On a sheet. `said`: what is measured, beside its shapes."""

    sheet: Sheet
    kept: Sequence[Item] = ()
    drafts: Sequence[Draft] = ()
    said: Sequence[tuple[Geometry, Sequence[str]]] = ()


class SheetPainter:
    """Of one pane."""

    def __init__(self, font: QFont, scene: SceneShapes, armed: Callable[[], Color]) -> None:
        self.view = SheetView()
        self._scene, self._armed = scene, armed
        self._overlay, self._live = Overlay(self.view, font), LiveImage()
        self._items: tuple[Drawn, list[Item]] | None = None

    def paint(self, p: QPainter, drawn: Drawn, view: SliceView, plane: Plane, look: Look, how: Lettering) -> None:
        self.view.lay(drawn.sheet, view, plane)
        if self._items is None or self._items[0] is not drawn:
            drafts = draft_items(drawn.drafts, self._scene._colors, self._scene._templates, self._armed())
            self._items = (drawn, [*drawn.kept, *drafts])
        self._live.paint(p, self._items[1], look, self.view.placement(), view.device_size)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._overlay.paint(p, drawn.drafts, self._armed())
        self._overlay.labels(p, drawn.drafts, paint_chips(p, how, self.view, drawn.said))


def pointer_on(sheet: Sheet, view: SliceView, plane: Plane, event: QMouseEvent, button: Button, clicks: int) -> PointerEvent:
    """A mouse event over a plane as the tools see it."""
    own, at = SheetView(), event.position()
    own.lay(sheet, view, plane)
    x, y = own.image_point(at.x(), at.y())
    return PointerEvent(x, y, at.x(), at.y(), button, *ctrl_shift(event.modifiers()), pixel=own.pixel, clicks=clicks)
