"""Drafts that gave way to something else, each with the place where it was begun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from storage.model.labels import FrameKey
from viewers.tools.base import Tool

#: So many are kept.
MOST = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    tool: Tool
    at: FrameKey
    left: bool  # the place was left under it: once that is shown again it goes on
    armed: str | None
    after: int  # the step that was the newest then: once that is so again, Ctrl+Z brings the draft back
    bring_back: Callable[[], None]


class Drafts:
    """The newest come back first."""

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []

    def keep(self, draft: Waiting) -> None:
        self._waiting = [*self._waiting[1 - MOST :], draft]

    def take(self, draft: Waiting) -> None:
        self._waiting.remove(draft)

    def after(self, step: int) -> Waiting | None:
        """What undo brings back: it was put aside after the step that would be undone."""
        return next((d for d in reversed(self._waiting) if d.after == step), None)

    def back(self, tool: Tool, is_shown: Callable[[FrameKey], bool]) -> Waiting | None:
        """What goes on with the tool in hand: the place it was begun at is shown again."""
        return next((d for d in reversed(self._waiting) if d.left and d.tool is tool and is_shown(d.at)), None)
