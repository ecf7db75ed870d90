"""The editor's verbs without a window: the parts that `ImageEditor` is mixed from, over a stage."""

from __future__ import annotations

from storage.model.geometry import Bounds
from tests.support.tool_stage import Stage
from viewers.editors.clipboard import Clipboard
from viewers.editors.drafts import WaitingDrafts
from viewers.editors.tool_verbs import ToolVerbs
from viewers.tools.base import Tool
from viewers.tools.toolbox import Toolbox


class VerbStage(Stage, ToolVerbs):
    def __init__(self, clipboard: Clipboard | None = None, *, size: tuple[int, int] = (400, 300)) -> None:
        Stage.__init__(self, size=size)
        self.clipboard = clipboard or Clipboard()
        self.toolbox = Toolbox()
        self._last, self._last_class, self.waiting_drafts = {}, None, WaitingDrafts()
        self.centred: list[Bounds] = []
        self.take(self.toolbox["select"])

    def take(self, tool: Tool, shape: object = None) -> Tool:
        if self.tool is not None and self.tool is not tool:
            self.tool.deactivate()
        self.tool = tool
        tool.activate(self.context)
        return tool

    def say(self, text: str) -> None:
        if text:
            self.said.append(text)

    def frame_size(self) -> tuple[int, int]:
        return self.context.frame_size

    def centre_on(self, bounds: Bounds) -> None:
        self.centred.append(bounds)
