"""All tools of the picture editor, in the order of the tool bar, and which shape each draws."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.model.geometry import ShapeKind
from viewers.tools.base import Tool
from viewers.tools.box import BoxTool
from viewers.tools.brush import BrushSettings, BrushTool, EraserTool
from viewers.tools.circle import CircleTool
from viewers.tools.cuboid import CuboidTool
from viewers.tools.ellipse import EllipseTool
from viewers.tools.lasso import LassoTool
from viewers.tools.point import PointTool
from viewers.tools.polygon import PolygonTool
from viewers.tools.polyline import PolylineTool
from viewers.tools.rotated_box import RotatedBoxTool
from viewers.tools.ruler import RulerTool
from viewers.tools.select import SelectTool
from viewers.tools.skeleton import SkeletonTool
from viewers.tools.slice_line import SliceTool

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


@dataclass(slots=True)
class Toolbox:
    """One of each. Brush and eraser share their settings."""

    brush: BrushSettings = field(default_factory=BrushSettings)
    tools: dict[str, Tool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made: list[Tool] = [
            SelectTool(),
            LassoTool(),
            BoxTool(),
            RotatedBoxTool(),
            PolygonTool(),
            PolylineTool(),
            PointTool(),
            CircleTool(),
            EllipseTool(),
            CuboidTool(),
            SkeletonTool(),
            BrushTool(self.brush),
            EraserTool(self.brush),
            SliceTool(),
            RulerTool(),
        ]
        self.tools = {tool.id: tool for tool in made}

    def __getitem__(self, tool_id: str) -> Tool:
        return self.tools[tool_id]
