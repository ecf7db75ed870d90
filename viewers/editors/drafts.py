"""Drafts that wait: they gave way to something else, each at the place where it was begun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from storage.model.labels import FrameKey
from viewers.tools.base import Tool

#: So many are kept.
MOST = 20


@dataclass(frozen=True, slots=True)
class WaitingDraft:
    tool: Tool
    at: FrameKey
    place_left: bool  # under it: once the place is shown again it goes on
    armed: str | None
    after: int  # the step that was the newest then: once that is so again, Ctrl+Z brings the draft back
    resume: Callable[[], None]


class WaitingDrafts:
    """The newest come back first."""

    def __init__(self) -> None:
        self._waiting: list[WaitingDraft] = []

    def add(self, draft: WaitingDraft) -> None:
        self._waiting = [*self._waiting[1 - MOST :], draft]

    def remove(self, draft: WaitingDraft) -> None:
        self._waiting.remove(draft)

    def for_undo(self, step: int) -> WaitingDraft | None:
        """What undo brings back: it has waited since the step that would be undone."""
        return next((d for d in reversed(self._waiting) if d.after == step), None)

    def to_go_on(self, tool: Tool, is_shown: Callable[[FrameKey], bool]) -> WaitingDraft | None:
        """What goes on with the tool in hand: the place it was begun at is shown again."""
        return next((d for d in reversed(self._waiting) if d.place_left and d.tool is tool and is_shown(d.at)), None)
