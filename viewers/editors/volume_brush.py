"""The brushes and the scissors of the tool bar on planes that are not the acquired slices."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF

from storage.model.space import Floats
from storage.model.voxels import VoxelBox
from viewers.canvas.events import ctrl_shift
from viewers.canvas.overlay import DARK
from viewers.canvas.slice_canvas import SliceCanvas
from viewers.canvas.slice_pointing import PlaneHand
from viewers.scene.crosshair import mm_at, on_screen
from viewers.scene.mpr import Plane
from viewers.tools.volume_paint import GrowTool, PlaneBrush, SphereTool
from viewers.tools.volume_scissors import Outline, ScissorsTool

if TYPE_CHECKING:
    from viewers.editors.volume_editor import VolumeEditor


class BrushHand(PlaneHand):
    """Brush, eraser and threshold brush paint one voxel thick in the plane, the sphere brush a ball."""

    def __init__(self, editor: VolumeEditor) -> None:
        self._editor = editor
        settings, painter = editor.toolbox.brush, editor.painter
        self._plain = {
            "brush": PlaneBrush(settings, painter, erases=False),
            "eraser": PlaneBrush(settings, painter, erases=True),
            "threshold": PlaneBrush(settings, painter, erases=False),
        }
        for tool in self._plain.values():
            tool.context = editor.canvas.context
        self._stroke: SphereTool | None = None
        self._again: Callable[[Floats], None] = _nothing  # begins the stroke as it was begun
        self._held = False  # the button that began a stroke is still down
        self._goes_on = False  # ... and another plane has come under the hand
        self._outline: Outline | None = None

    def takes(self, canvas: SliceCanvas, at: QPointF) -> bool:
        return self._radius_mm() is not None

    def hover(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> bool:
        if self._radius_mm() is None:
            return False
        canvas.setCursor(Qt.CursorShape.CrossCursor)
        canvas.setToolTip("")
        return True

    def _radius_mm(self) -> float | None:
        """None: nothing that works on voxels is in hand; 0: it does, and has no ring (growing, scissors)."""
        tool = self._editor.tool
        if isinstance(tool, GrowTool | ScissorsTool):
            return 0.0
        if isinstance(tool, SphereTool) or tool.id in self._plain:
            return self._editor.painter.radius_mm
        return None

    def press(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent, *, double: bool = False) -> None:
        tool, at, normal = self._editor.tool, event.position(), plane.normal
        mm, (ctrl, shift) = mm_at(canvas.view, plane, at.x(), at.y()), ctrl_shift(event.modifiers())
        if isinstance(tool, GrowTool):
            tool.grow_at(mm, one_slice=shift)
            return
        if isinstance(tool, ScissorsTool):
            self._outline = Outline(mm, normal, other_way=shift)
            return
        self._begin(mm, normal, ctrl=ctrl)

    def _begin(self, mm: Floats, normal: Floats, *, ctrl: bool) -> None:
        tool = self._editor.tool
        own = self._plain.get(tool.id) or (tool if isinstance(tool, SphereTool) else None)
        self._editor.painter.stroke_gate = self._range_at(mm) if tool.id == "threshold" else None
        if own is not None and own.stroke_from(mm, normal, ctrl=ctrl):
            self._stroke, self._held = own, True
            self._again = partial(self._begin, normal=normal, ctrl=ctrl)

    def _range_at(self, mm: Floats) -> tuple[float, float] | None:
        """What the threshold brush takes, in modality values: round the value under the pointer, or its fixed range."""
        editor, settings = self._editor, self._editor.toolbox.threshold
        ground, window = editor.ground(), editor.volume.window_of(editor.frame())
        if ground is None:
            return None
        if not settings.pick:
            return min(settings.low, settings.high), max(settings.low, settings.high)
        column, row, k = (round(float(v)) for v in ground.geometry.to_voxel(mm))
        here = VoxelBox((k, row, column), (k + 1, row + 1, column + 1)).cut(ground.masks.whole)
        if here.empty:
            return None
        value = float(ground.values.read(here).ravel()[0])
        around = settings.tolerance * (window.width / 255 if window is not None else 1.0)
        return value - around, value + around

    def move(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> None:
        mm = mm_at(canvas.view, plane, event.position().x(), event.position().y())
        if self._outline is not None:
            self._outline.to(mm)
        elif self._stroke is not None:
            self._editor.painter.to(mm)
        elif self._goes_on:
            self._goes_on = False
            self._again(mm)

    def release(self, canvas: SliceCanvas, plane: Plane, event: QMouseEvent) -> None:
        outline = self._outline
        self.let_go(canvas)
        if outline is not None:
            outline.cut(self._editor.snip)

    def let_go(self, canvas: SliceCanvas) -> None:
        """A stroke is kept, an outline is not."""
        self._outline = None
        self._held = self._goes_on = False
        self.settle()

    def frame_changes(self) -> None:
        """What is painted is a step; while the button is held the stroke goes on on the next plane."""
        self._goes_on = self._held
        self.settle()

    def settle(self) -> None:
        """The stroke becomes a step, as letting go would make it."""
        stroke, self._stroke = self._stroke, None
        if stroke is not None and self._editor.painter.painting:
            stroke.end_stroke()

    def paint(self, canvas: SliceCanvas, p: QPainter) -> None:
        """Its outline round the pointer, as large as it paints; of scissors what has been drawn."""
        plane, view, at, radius = canvas.plane, canvas.view, canvas.pointer, self._radius_mm()
        if plane is None:
            return
        if self._outline is not None and len(self._outline.points) > 1:
            p.setRenderHint(QPainter.RenderHint.Antialiasing)
            p.setBrush(QColor(255, 255, 255, 40))
            p.setPen(QPen(QColor("white"), 1.5, Qt.PenStyle.DashLine))
            p.drawPolygon(QPolygonF([QPointF(*on_screen(view, plane, mm)) for mm in self._outline.points]))
        if not radius or at is None:
            return
        r = radius / plane.mm_right * view.stretch[0] * view.zoom
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((DARK, 3.0), (QColor("white"), 1.5)):
            p.setPen(QPen(color, width))
            p.drawEllipse(at, r, r)


def _nothing(_mm: Floats) -> None:
    """No stroke has been begun."""
