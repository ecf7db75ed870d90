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


def claimed(workflow: Workflow, stage_uuid: str) -> TaskStatus:
    """Somebody starts on a task: it is theirs from now on."""
    _open_stage(workflow, stage_uuid)
    return TaskStatus.ASSIGNED


def released(workflow: Workflow, stage_uuid: str) -> TaskStatus:
    """Nobody's any more."""
    _open_stage(workflow, stage_uuid)
    return TaskStatus.RELEASED


def skipped(workflow: Workflow, stage_uuid: str) -> TaskStatus:
    """Left for later: it goes to the back of the queue and is nobody's."""
    _open_stage(workflow, stage_uuid)
    return TaskStatus.SKIPPED


def reopened(workflow: Workflow, stage_uuid: str) -> tuple[Stage, TaskStatus]:
    """A task that was complete starts again."""
    stage = workflow.stage(stage_uuid)
    if stage.kind is not StageKind.COMPLETE:
        raise Refused(f"The task is open: it is in the stage “{stage.title}”.", remedy="Only complete tasks can be reopened.")
    return workflow.first, TaskStatus.REOPENED


def moved(workflow: Workflow, stage_uuid: str) -> tuple[Stage, TaskStatus]:
    """Put into a stage by hand."""
    try:
        stage = workflow.stage(stage_uuid)
    except KeyError:
        raise Refused("The workflow of this project has no such stage.", remedy="Choose one of its stages.") from None
    return stage, TaskStatus.COMPLETED if stage.kind is StageKind.COMPLETE else TaskStatus.NEW


def _open_stage(workflow: Workflow, stage_uuid: str) -> Stage:
    stage = workflow.stage(stage_uuid)
    if stage.kind is StageKind.COMPLETE:
        raise Refused(f"The task is already in the stage “{stage.title}”.", remedy="Reopen it to change its labels.")
    return stage
