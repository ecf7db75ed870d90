"""Tasks: reads, then operations. The states are `storage.model.workflow`'s; this file writes them down.

The queue of a stage: what was never skipped first, the higher priority before the lower, the older before the newer.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from storage.catalog import many_tasks, task_search
from storage.catalog import members as pictures
from storage.catalog.ontologies import read as read_ontology
from storage.catalog.people import user as find_user
from storage.catalog.people import visible
from storage.catalog.projects import check_visible, workflow_of
from storage.errors import NotAllowed, NotFound, Refused
from storage.ids import uuid_blob, uuid_text
from storage.model import rules, titles, workflow
from storage.model.items import MOVING, Kind
from storage.model.people import Action, User
from storage.model.reads import ItemTask, SeriesFacts, TaskRow
from storage.model.rules import Gap
from storage.model.workflow import StageKind, TaskStatus, Workflow

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

_BLOCK = 256
_NAMED_GAPS = 5
_FEW = 5_000  # hits of a search

_FROM = """FROM tasks t JOIN label_rows l ON l.id = t.label_row_id JOIN data_units u ON u.id = l.data_unit_id
    JOIN items i ON i.id = u.item_id"""

_FACTS = (
    "patient_name patient_id patient_birth study_date modality body_part series_description study_description slices times"
).split()
_SERIES = "CASE i.kind WHEN 'dicom_series' THEN json_extract(i.facts, {}) END".format(
    ", ".join(f"'$.{name}'" for name in _FACTS)
)

_ROW = f"""SELECT t.id, t.uuid, t.project_id, i.id, i.uuid, i.title, t.label_row_id, t.stage_uuid, t.status,
    (SELECT email FROM users WHERE users.id = t.assignee_id), t.priority, max(t.edited_at, l.edited_at),
    (SELECT count(*) FROM shapes s WHERE s.label_row_id = l.id)
    + (SELECT count(*) FROM classifications c WHERE c.label_row_id = l.id), {_SERIES} {_FROM}"""

_ORDER = "t.place, t.priority DESC, t.id"


class RequiredMissing(Refused):
    """A task cannot be submitted: `gaps` says what is still to be filled in."""

    def __init__(self, title: str, gaps: Sequence[Gap]) -> None:
        texts = [gap.text for gap in gaps[:_NAMED_GAPS]]
        if len(gaps) > _NAMED_GAPS:
            texts.append(f"… and {len(gaps) - _NAMED_GAPS} more.")
        count = "Something required is" if len(gaps) == 1 else f"{len(gaps)} required things are"
        super().__init__(f"{count} still empty in “{title}”.", remedy="Fill in: " + " ".join(texts), input=title)
        self.gaps = tuple(gaps)


# -- reads ---------------------------------------------------------------------------------------------------------


def ids(
    db: sqlite3.Connection,
    viewer: User,
    project_id: int,
    stage: str | None,
    status: TaskStatus | None,
    text: str,
) -> array[int]:
    """In queue order, stage after stage as the workflow has them. `text`: see `task_search`."""
    from storage.catalog.transaction import IN_IDS, ids_json

    check_visible(db, viewer, project_id)
    flow = workflow_of(db, project_id)
    hits = task_search.finds(db, project_id, text)
    # So few are looked up; of more each task is asked for, in small steps that give the interpreter's lock away.
    few = None if hits is None or len(hits) > _FEW else ids_json(hits)
    found = array("q")
    for each in flow.stages:
        if stage is not None and each.uuid != stage:
            continue
        where, params = "t.project_id = ? AND t.stage_uuid = ? AND t.hidden = 0", [project_id, uuid_blob(each.uuid)]
        if status is not None:
            where, params = f"{where} AND t.status = ?", [*params, str(status)]
        if few is not None:
            where, params = f"{where} AND t.id {IN_IDS}", [*params, few]
        ordered = db.execute(f"SELECT t.id FROM tasks t WHERE {where} ORDER BY {_ORDER}", params)
        found.extend([id_ for (id_,) in ordered if hits is None or id_ in hits])
    return found


def rows(db: sqlite3.Connection, viewer: User, task_ids: Sequence[int]) -> list[TaskRow | None]:
    """In the order asked for; None where a task is gone or hidden. Raises NotFound where the viewer does not see its project."""
    found: dict[int, TaskRow] = {}
    sql = f"{_ROW} WHERE t.id IN ({', '.join('?' * _BLOCK)}) AND t.hidden = 0"
    for at in range(0, len(task_ids), _BLOCK):
        block = list(task_ids[at : at + _BLOCK])
        for row in db.execute(sql, block + [0] * (_BLOCK - len(block))):
            found[row[0]] = _row(row)
    for project_id in {task.project_id for task in found.values()}:
        check_visible(db, viewer, project_id)
    return [found.get(id_) for id_ in task_ids]


def has_series(db: sqlite3.Connection, viewer: User, project_id: int) -> bool:
    check_visible(db, viewer, project_id)
    sql = """SELECT EXISTS (SELECT 1 FROM series s CROSS JOIN data_units u ON u.item_id = s.item_id
        CROSS JOIN label_rows l ON l.data_unit_id = u.id AND l.project_id = ?
        CROSS JOIN tasks t ON t.label_row_id = l.id AND t.hidden = 0)"""
    return bool(db.execute(sql, (project_id,)).fetchone()[0])


def row(db: sqlite3.Connection, viewer: User, task_id: int) -> TaskRow:
    return _found(db, viewer, "t.id = ?", task_id)


def row_by_uuid(db: sqlite3.Connection, viewer: User, uuid: str) -> TaskRow:
    try:
        blob = uuid_blob(uuid)
    except ValueError:
        raise NotFound(
            f"“{uuid}” is not the id of a task.", remedy="`postil project tasks TITLE` lists them.", input=uuid
        ) from None
    return _found(db, viewer, "t.uuid = ?", blob, uuid)


def following(db: sqlite3.Connection, viewer: User, project_id: int, after: int | None) -> TaskRow | None:
    """The next task to annotate that is the viewer's or nobody's: behind `after`, else from the front; never itself."""
    check_visible(db, viewer, project_id)
    flow = workflow_of(db, project_id)
    stages = [s for s in flow.stages if s.kind is StageKind.ANNOTATE]
    here = db.execute("SELECT place, priority, id FROM tasks WHERE id = ? AND project_id = ?", (after, project_id)).fetchone()
    for start in (here, None) if here is not None else (None,):
        for stage in stages:
            heads = [_head(db, project_id, stage.uuid, who, start, after) for who in (viewer.id, None)]
            best = min((h for h in heads if h is not None), key=lambda h: (h[0], -h[1], h[2]), default=None)
            if best is not None:
                return row(db, viewer, best[2])
    return None


def of_item(db: sqlite3.Connection, viewer: User, item_id: int) -> list[ItemTask]:
    seen = visible(db, viewer, "projects")
    found = []
    for each in db.execute(f"{_ROW} WHERE u.item_id = ? AND t.hidden = 0", (item_id,)).fetchall():
        task = _row(each)
        if seen is None or task.project_id in seen:
            (title,) = db.execute("SELECT title FROM projects WHERE id = ?", (task.project_id,)).fetchone()
            found.append(ItemTask(task, title, workflow_of(db, task.project_id).stage(task.stage_uuid).title))
    return sorted(found, key=lambda each: (titles.sort_key(each.project_title), each.task.id))


def _head(
    db: sqlite3.Connection, project_id: int, stage: str, assignee: int | None, start: Any, but: int | None
) -> tuple[int, float, int] | None:
    """The first in one person's queue, which is one stretch of the index."""
    queue = "FROM tasks t WHERE project_id = ? AND stage_uuid = ? AND hidden = 0 AND assignee_id IS ?"
    params: tuple[Any, ...] = (project_id, uuid_blob(stage), assignee)
    tail = f"AND id IS NOT ? ORDER BY {_ORDER} LIMIT 1"
    if start is None:
        return db.execute(f"SELECT place, priority, id {queue} {tail}", (*params, but)).fetchone()  # type: ignore[no-any-return]
    place, priority, id_ = start
    # One seek each: the rest of this priority, the lower ones of this place, later places.
    for where, more in (
        ("place = ? AND priority = ? AND id > ?", (place, priority, id_)),
        ("place = ? AND priority < ?", (place, priority)),
        ("place > ?", (place,)),
    ):
        found = db.execute(f"SELECT place, priority, id {queue} AND {where} {tail}", (*params, *more, but)).fetchone()
        if found is not None:
            return found  # type: ignore[no-any-return]
    return None


def _found(db: sqlite3.Connection, viewer: User, where: str, param: object, name: str = "") -> TaskRow:
    found = db.execute(f"{_ROW} WHERE {where} AND t.hidden = 0", (param,)).fetchone()
    if found is None:
        raise NotFound("There is no such task.", remedy="Its item may have left the dataset.", input=name)
    check_visible(db, viewer, found[2])
    return _row(found)


def _row(row: tuple) -> TaskRow:
    return TaskRow(
        row[0],
        uuid_text(row[1]),
        row[2],
        row[3],
        uuid_text(row[4]),
        row[5],
        row[6],
        uuid_text(row[7]),
        TaskStatus(row[8]),
        assignee=row[9],
        priority=row[10],
        edited_at=row[11],
        annotations=row[12],
        series=_series(row[13]) if row[13] is not None else None,
    )


def _series(told: str) -> SeriesFacts:
    name, patient_id, birth, date, modality, part, said, of_study, slices, times = json.loads(told)
    return SeriesFacts(
        name or "",
        patient_id or "",
        birth or "",
        date or "",
        modality or "",
        part or "",
        said or of_study or "",
        slices or 1,
        times or 1,
    )


# -- operations ----------------------------------------------------------------------------------------------------


class _Task:
    """A task as an operation meets it."""

    def __init__(self, op: Operation, task_id: int) -> None:
        row = op.one(
            f"SELECT t.project_id, t.stage_uuid, t.status, t.assignee_id, t.label_row_id, i.title, i.frames, i.kind, i.id {_FROM}"
            " WHERE t.id = ? AND t.hidden = 0",
            task_id,
        )
        if row is None:
            raise NotFound("There is no such task any more.", remedy="Its item may have left the dataset.")
        self.id = task_id
        self.project_id, stage, status, self.assignee_id, self.label_row_id, self.title, frames, kind, self.item_id = row
        self.stage = uuid_text(stage)
        self.status = TaskStatus(status)
        self.frames: int = frames or 1
        self.moving = kind in MOVING
        self.flow: Workflow = workflow_of(op.db, self.project_id)
        self._kind = kind

    def members(self, op: Operation) -> list[str]:
        """The uuids of a group's pictures: its frames."""
        return [m.uuid for m in pictures.members(op.db, self.item_id)] if self._kind == Kind.IMAGE_GROUP else []


def claim(op: Operation, task_id: int) -> None:
    """Take a task that is nobody's. Claiming one's own again changes nothing."""
    task = _mine(op, task_id)
    status = workflow.claimed(task.flow, task.stage)
    if task.assignee_id != op.user.id:
        _write(op, task, status=status, assignee_id=op.user.id)


def submit(op: Operation, task_id: int, stage_seen: str | None = None) -> None:
    """On to the next stage. `RequiredMissing` while something required is empty. Label undo ends here.

    `stage_seen`: the stage in which the person has seen it; somebody else may have handed it in since.
    """
    from storage.catalog.label_rows import load
    from storage.catalog.label_steps import forget

    task = _mine(op, task_id, stage_seen)
    stage, status = workflow.submitted(task.flow, task.stage)
    ontology_id = op.value("SELECT ontology_id FROM projects WHERE id = ?", task.project_id)
    ontology = read_ontology(op.db, ontology_id)
    if rules.requires_anything(ontology):  # a large document takes longer to read than all the rest
        gaps = rules.gaps(ontology, load(op.db, task.label_row_id), task.frames, moving=task.moving, members=task.members(op))
        if gaps:
            raise RequiredMissing(task.title, gaps)
    _write(op, task, stage_uuid=uuid_blob(stage.uuid), status=status, place=0)
    forget(op, task.label_row_id)


def skip(op: Operation, task_id: int, stage_seen: str | None = None) -> None:
    """To the back of the queue of the stage in which it was seen, nobody's."""
    many_tasks.skip(op, [_mine(op, task_id, stage_seen).id])


def reopen(op: Operation, task_id: int) -> None:
    many_tasks.reopen(op, [_Task(op, task_id).id])


def move(op: Operation, task_ids: Iterable[int], stage_uuid: str) -> None:
    """Into a stage by hand, in bulk."""

    def to_stage(flow: Workflow) -> dict[str, Any]:
        stage, status = workflow.moved(flow, stage_uuid)
        return {"stage_uuid": uuid_blob(stage.uuid), "status": status, "place": 0}

    _write_many(op, task_ids, to_stage)


def assign(op: Operation, task_ids: Iterable[int], email: str | None) -> None:
    """To somebody; None: to nobody."""
    who = None if email is None else find_user(op.db, email).id
    status = TaskStatus.RELEASED if who is None else TaskStatus.ASSIGNED
    wanted = list(task_ids)
    done = _complete_among(op, wanted)
    _write_many(op, [t for t in wanted if t not in done], lambda flow: {"assignee_id": who, "status": status})
    _write_many(op, list(done), lambda flow: {"assignee_id": who})  # a complete task stays complete


def set_priority(op: Operation, task_ids: Iterable[int], priority: float) -> None:
    """0 to 1; new tasks have 0.5."""
    if not 0 <= priority <= 1:
        raise Refused(f"A priority lies between 0 and 1, not at {priority}.", remedy="Give a number such as 0.8.")
    _write_many(op, task_ids, lambda flow: {"priority": float(priority)})


def _mine(op: Operation, task_id: int, stage_seen: str | None = None) -> _Task:
    """A task to work on: nobody's, one's own, or one may take it from whoever has it."""
    task = _Task(op, task_id)
    op.require(Action.ANNOTATE, "projects", task.project_id)
    if stage_seen not in (None, task.stage):
        raise Refused(
            f"The task “{task.title}” is in the stage “{task.flow.stage(task.stage).title}” by now: somebody has moved it on.",
            remedy="Open it again to see what has become of it.",
            input=task.title,
        )
    if task.assignee_id not in (None, op.user.id):
        try:
            op.require(Action.ASSIGN, "projects", task.project_id)
        except NotAllowed:
            who = op.value("SELECT coalesce(nullif(name, ''), email) FROM users WHERE id = ?", task.assignee_id)
            raise NotAllowed(
                f"The task “{task.title}” is assigned to {who}.", remedy="Take another one, or ask for it.", input=task.title
            ) from None
    return task


def _write(op: Operation, task: _Task, **values: Any) -> None:
    op.update("tasks", task.id, values)
    op.touch(tasks=task.id, projects=task.project_id, label_rows=task.label_row_id)


def _write_many(op: Operation, task_ids: Iterable[int], values: Callable[[Workflow], dict[str, Any]]) -> None:
    from storage.catalog.transaction import IN_IDS, ids_json

    wanted = ids_json(task_ids)
    for (project_id,) in op.all(f"SELECT DISTINCT project_id FROM tasks WHERE id {IN_IDS}", wanted):
        op.require(Action.ASSIGN, "projects", project_id)
        chosen = array(
            "q", (r[0] for r in op.all(f"SELECT id FROM tasks WHERE id {IN_IDS} AND project_id = ?", wanted, project_id))
        )
        op.update("tasks", chosen, values(workflow_of(op.db, project_id)))
        op.touch(tasks=chosen, projects=project_id)


def _complete_among(op: Operation, task_ids: Sequence[int]) -> set[int]:
    from storage.catalog.transaction import IN_IDS, ids_json

    rows = op.all(f"SELECT id FROM tasks WHERE id {IN_IDS} AND status = ?", ids_json(task_ids), str(TaskStatus.COMPLETED))
    return {row[0] for row in rows}
