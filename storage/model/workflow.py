"""Stages and task states as a pure state machine.

This version knows the plain workflow annotate -> complete; other stages come with the workflow editor.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storage.errors import Refused
from storage.ids import new_uuid


class StageKind(StrEnum):
    ANNOTATE = "annotate"
    COMPLETE = "complete"


class TaskStatus(StrEnum):
    NEW = "new"
    ASSIGNED = "assigned"
    RELEASED = "released"
    SKIPPED = "skipped"
    REOPENED = "reopened"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Stage:
    uuid: str
    kind: StageKind
    title: str
    next: str | None = None  # uuid of the stage a submitted task goes to


@dataclass(frozen=True, slots=True)
class Workflow:
    stages: tuple[Stage, ...]

    def stage(self, uuid: str) -> Stage:
        for stage in self.stages:
            if stage.uuid == uuid:
                return stage
        raise KeyError(uuid)

    @property
    def first(self) -> Stage:
        """Where new tasks appear."""
        return next(s for s in self.stages if s.kind is StageKind.ANNOTATE)


def plain_workflow() -> Workflow:
    complete = Stage(new_uuid(), StageKind.COMPLETE, "Complete")
    return Workflow((Stage(new_uuid(), StageKind.ANNOTATE, "Annotate 1", complete.uuid), complete))


def submitted(workflow: Workflow, stage_uuid: str) -> tuple[Stage, TaskStatus]:
    """Where a task goes when it is submitted, and in which state it arrives there."""
    stage = workflow.stage(stage_uuid)
    if stage.next is None:
        raise Refused(f"The task is already in the stage “{stage.title}”.", remedy="Reopen it to change its labels.")
    target = workflow.stage(stage.next)
    return target, TaskStatus.COMPLETED if target.kind is StageKind.COMPLETE else TaskStatus.NEW
