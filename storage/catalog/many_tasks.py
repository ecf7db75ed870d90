"""What is done with many tasks of a queue at once: one statement for all of a stage, not several for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from storage.catalog.projects import workflow_of
from storage.errors import Refused
from storage.ids import uuid_blob, uuid_text
from storage.model import workflow
from storage.model.people import Action
from storage.model.workflow import Workflow

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation


def skip(op: Operation, task_ids: Iterable[int]) -> dict[str, int]:
    """Each to the back of the queue of its stage, nobody's, in the order in which they stand. How many, by the stages' titles."""
    counts = dict[str, int]()
    ids = list(task_ids)
    for some in _by_stage(op, ids):
        with _of_how_many(some, len(ids)):
            status = workflow.skipped(some.flow, some.stage)
        last = op.value("SELECT max(place) FROM tasks WHERE project_id = ?", some.project_id) or 0
        # Those of one place stay together: there priority and age settle the order.
        for place, (_, same) in enumerate(groupby(some.rows, key=lambda row: row[2]), max(op.now, last + 1)):
            op.update("tasks", [row[0] for row in same], status=status, assignee_id=None, place=place)
        title = some.flow.stage(some.stage).title
        counts[title] = counts.get(title, 0) + len(some.rows)
    return counts


def release(op: Operation, task_ids: Iterable[int]) -> None:
    """Give back what is one's own."""
    ids = list(task_ids)
    for some in _by_stage(op, ids):
        with _of_how_many(some, len(ids)):
            status = workflow.released(some.flow, some.stage)
        op.update("tasks", some.ids, status=status, assignee_id=None)


def reopen(op: Operation, task_ids: Iterable[int]) -> None:
    ids = list(task_ids)
    for some in _by_stage(op, ids, others_too=True):
        with _of_how_many(some, len(ids)):
            stage, status = workflow.reopened(some.flow, some.stage)
        op.update("tasks", some.ids, stage_uuid=uuid_blob(stage.uuid), status=status, place=0)


@dataclass(frozen=True, slots=True)
class _Some:
    """Tasks of one project in one stage. `rows`: id, label row and place, in the order of their places."""

    project_id: int
    flow: Workflow
    stage: str
    rows: list[tuple[int, int, int]]

    @property
    def ids(self) -> list[int]:
        return [row[0] for row in self.rows]


@contextmanager
def _of_how_many(some: _Some, wanted: int) -> Iterator[None]:
    """What is refused for some of many tells for how many."""
    try:
        yield
    except Refused as error:
        if wanted == 1:
            raise
        reason = f"{error.reason} So it is with {len(some.rows):,} of the {wanted:,} tasks."
        raise Refused(reason, remedy=f"{error.remedy} Take the tasks of one stage alone.") from error


def _by_stage(op: Operation, task_ids: Iterable[int], *, others_too: bool = False) -> list[_Some]:
    """Those that may be worked on (`others_too`: whoever has them), and screens are told of them."""
    from storage.catalog.transaction import IN_IDS, ids_json

    found: list[_Some] = []
    wanted = ids_json(task_ids)
    among = f"FROM tasks WHERE hidden = 0 AND id {IN_IDS}"
    for project_id, stage in op.all(f"SELECT DISTINCT project_id, stage_uuid {among}", wanted):
        op.require(Action.ANNOTATE, "projects", project_id)
        here, params = f"{among} AND project_id = ? AND stage_uuid = ?", (wanted, project_id, stage)
        if not others_too and op.value(f"SELECT 1 {here} AND assignee_id <> ? LIMIT 1", *params, op.user.id):
            op.require(Action.ASSIGN, "projects", project_id)
        rows = op.all(f"SELECT id, label_row_id, place {here} ORDER BY place", *params)
        found.append(_Some(project_id, workflow_of(op.db, project_id), uuid_text(stage), rows))
        op.touch(tasks=[row[0] for row in rows], projects=project_id, label_rows=[row[1] for row in rows])
    return found
