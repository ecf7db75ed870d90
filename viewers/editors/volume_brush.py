"""The brushes and the scissors of the tool bar on planes that are not the acquired slices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from storage.model.space import Floats
from storage.model.voxels import VoxelBox
from viewers.tools.volume_paint import GrowTool, PlaneBrush, SphereTool
from viewers.tools.volume_scissors import Outline, ScissorsTool

if TYPE_CHECKING:
    from viewers.editors.volume_editor import VolumeEditor


class BrushHand:
    """See `PlaneHand`. Brush, eraser and threshold brush paint one voxel thick in the plane, the sphere brush a ball."""

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

    def radius_mm(self) -> float | None:
        tool = self._editor.tool
        if isinstance(tool, GrowTool | ScissorsTool):
            return 0.0
        if isinstance(tool, SphereTool) or tool.id in self._plain:
            return self._editor.painter.radius_mm
        return None

    def outline(self) -> Sequence[Floats]:
        return self._outline.points if self._outline is not None else ()

    def press(self, mm: Floats, normal: Floats, *, ctrl: bool, shift: bool) -> None:
        tool = self._editor.tool
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

    def move(self, mm: Floats) -> None:
        if self._outline is not None:
            self._outline.to(mm)
        elif self._stroke is not None:
            self._editor.painter.to(mm)
        elif self._goes_on:
            self._goes_on = False
            self._again(mm)

    def release(self) -> None:
        outline, self._outline = self._outline, None
        if outline is not None:
            outline.cut(self._editor.snip)
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


def _nothing(_mm: Floats) -> None:
    """No stroke has been begun."""
