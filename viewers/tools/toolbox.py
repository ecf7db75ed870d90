"""All tools of the picture editor, in the order of the tool bar, and which shape each draws."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.model.geometry import ShapeKind
from viewers.tools.base import Tool
from viewers.tools.behind import FrameValues
from viewers.tools.box import BoxTool
from viewers.tools.brush import BrushSettings, BrushTool, EraserTool
from viewers.tools.circle import CircleTool
from viewers.tools.cuboid import CuboidTool
from viewers.tools.ellipse import EllipseTool
from viewers.tools.flood_fill import FloodSettings, FloodTool
from viewers.tools.grab_cut import CutSettings, GrabCutTool
from viewers.tools.lasso import LassoTool
from viewers.tools.livewire import LivewireTool, WireSettings
from viewers.tools.point import PointTool
from viewers.tools.polygon import PolygonTool
from viewers.tools.polyline import PolylineTool
from viewers.tools.rotated_box import RotatedBoxTool
from viewers.tools.ruler import RulerTool
from viewers.tools.select import SelectTool
from viewers.tools.simplify import SimplifySettings, SimplifyTool
from viewers.tools.skeleton import SkeletonTool
from viewers.tools.slice_line import SliceTool
from viewers.tools.threshold_brush import ThresholdSettings, ThresholdTool

#: The tool that a class of a shape arms.
TOOL_OF: dict[ShapeKind, str] = {
    ShapeKind.BOX: "box",
    ShapeKind.ROTATED_BOX: "rotated_box",
    ShapeKind.POLYGON: "polygon",
    ShapeKind.POLYLINE: "polyline",
    ShapeKind.POINT: "point",
    ShapeKind.SKELETON: "skeleton",
    ShapeKind.BITMASK: "brush",
    ShapeKind.CIRCLE: "circle",
    ShapeKind.ELLIPSE: "ellipse",
    ShapeKind.CUBOID_2D: "cuboid",
}

#: What each tool draws. Those that no class arms stay in hand when another class of their shapes is picked.
SHAPES_OF: dict[str, tuple[ShapeKind, ...]] = {
    **{tool: (shape,) for shape, tool in TOOL_OF.items()},
    "eraser": (ShapeKind.BITMASK,),
    "flood": (ShapeKind.BITMASK,),
    "threshold": (ShapeKind.BITMASK,),
    "livewire": (ShapeKind.POLYGON,),
    "grab_cut": (ShapeKind.BITMASK, ShapeKind.POLYGON),
}


@dataclass(slots=True)
class Toolbox:
    """One of each, and their settings. The brushes share size and form."""

    brush: BrushSettings = field(default_factory=BrushSettings)
    flood: FloodSettings = field(default_factory=FloodSettings)
    threshold: ThresholdSettings = field(default_factory=ThresholdSettings)
    wire: WireSettings = field(default_factory=WireSettings)
    cut: CutSettings = field(default_factory=CutSettings)
    simplify: SimplifySettings = field(default_factory=SimplifySettings)
    tools: dict[str, Tool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = FrameValues()
        made: list[Tool] = [
            SelectTool(),
            LassoTool(),
            BoxTool(),
            RotatedBoxTool(),
            PolygonTool(),
            LivewireTool(self.wire),
            PolylineTool(),
            PointTool(),
            CircleTool(),
            EllipseTool(),
            CuboidTool(),
            SkeletonTool(),
            BrushTool(self.brush),
            EraserTool(self.brush),
            ThresholdTool(self.brush, self.threshold, values),
            FloodTool(self.brush, self.flood, values),
            GrabCutTool(self.brush, self.cut),
            SliceTool(),
            SimplifyTool(self.simplify),
            RulerTool(),
        ]
        self.tools = {tool.id: tool for tool in made}

    def __getitem__(self, tool_id: str) -> Tool:
        return self.tools[tool_id]
