"""Projects: reads, then operations.

A project has a label row and a task for every data unit of its datasets, and follows what enters and leaves them in the
same operation. Nothing is thrown away when an item leaves: its task is hidden until it returns.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from storage.catalog.datasets import DATASETS
from storage.catalog.nouns import Noun
from storage.catalog.ontologies import ONTOLOGIES
from storage.catalog.people import forget, own, visible
from storage.errors import NotFound, Refused
from storage.ids import uuid_blob, uuid_text
from storage.model.people import Action, User
from storage.model.reads import ProjectRow
from storage.model.workflow import Stage, StageKind, TaskStatus, Workflow, plain_workflow

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

_COLUMNS = """t.id, t.uuid, t.title, t.description, t.ontology_id,
    (SELECT o.title FROM ontologies o WHERE o.id = t.ontology_id), t.workflow, t.created_at"""

#: Tasks of items, with whether they are hidden and whether they ought to be; takes ids of items as JSON.
_HIDING = """
SELECT t.id, t.hidden, t.project_id,
    i.trashed_at IS NOT NULL OR u.removed_at IS NOT NULL
    OR NOT EXISTS (SELECT 1 FROM project_datasets d WHERE d.project_id = t.project_id AND d.dataset_id = u.dataset_id) AS hide
FROM items i CROSS JOIN data_units u ON u.item_id = i.id
JOIN label_rows l ON l.data_unit_id = u.id JOIN tasks t ON t.label_row_id = l.id
WHERE i.id IN (SELECT value FROM json_each(?)) AND t.hidden <> hide
"""


def _row(db: sqlite3.Connection, row: tuple[Any, ...]) -> ProjectRow:
    id_, uuid, title, description, ontology_id, ontology_title, workflow_text, created_at = row
    workflow = workflow_from_json(workflow_text)
    dataset_ids = tuple(
        r[0] for r in db.execute("SELECT dataset_id FROM project_datasets WHERE project_id = ? ORDER BY id", (id_,))
    )
    count = "SELECT count(*) FROM tasks WHERE project_id = ? AND stage_uuid = ? AND hidden = 0"
    tasks = {s.uuid: db.execute(count, (id_, uuid_blob(s.uuid))).fetchone()[0] for s in workflow.stages}
    return ProjectRow(
        id_, uuid_text(uuid), title, description, ontology_id, ontology_title, dataset_ids, workflow, tasks, created_at
    )


PROJECTS = Noun("projects", "project", _COLUMNS, _row)
all_rows, row, by_title = PROJECTS.all_rows, PROJECTS.row, PROJECTS.by_title
rename, describe = PROJECTS.rename, PROJECTS.describe


# -- reads ---------------------------------------------------------------------------------------------------------


def of_dataset(db: sqlite3.Connection, viewer: User, dataset_id: int) -> list[ProjectRow]:
    return [p for p in all_rows(db, viewer) if dataset_id in p.dataset_ids]


def of_series(db: sqlite3.Connection, viewer: User, series_uids: Collection[str]) -> list[ProjectRow]:
    """Projects with a task on an item made of one of these DICOM series: where labels that refer to it can go."""
    sql = (
        "SELECT DISTINCT t.project_id FROM series s JOIN items i ON i.id = s.item_id AND i.trashed_at IS NULL "
        "JOIN data_units u ON u.item_id = i.id JOIN label_rows r ON r.data_unit_id = u.id "
        "JOIN tasks t ON t.label_row_id = r.id AND t.hidden = 0 WHERE s.series_uid IN (SELECT value FROM json_each(?))"
    )
    found = {int(row[0]) for row in db.execute(sql, (json.dumps(sorted(series_uids)),))}
    return [p for p in all_rows(db, viewer) if p.id in found] if found else []


def labels_on_dataset(db: sqlite3.Connection, dataset_id: int) -> list[tuple[str, int]]:
    """Titles of projects, with how many annotations and classifications they have on it; also those it was detached from."""
    sql = """SELECT p.title, sum((SELECT count(*) FROM shapes s WHERE s.label_row_id = l.id)
            + (SELECT count(*) FROM classifications c WHERE c.label_row_id = l.id)) AS labels
        FROM data_units u JOIN label_rows l ON l.data_unit_id = u.id JOIN projects p ON p.id = l.project_id
        WHERE u.dataset_id = ? GROUP BY p.id HAVING labels > 0 ORDER BY p.title"""
    return db.execute(sql, (dataset_id,)).fetchall()


def check_visible(db: sqlite3.Connection, viewer: User, project_id: int) -> None:
    """For what lies in a project: tasks and labels."""
    seen = visible(db, viewer, "projects")
    if seen is not None and project_id not in seen:
        raise NotFound("There is no such project.", remedy="Ask an admin of it to add you.")


def workflow_of(db: sqlite3.Connection, project_id: int) -> Workflow:
    row = db.execute("SELECT workflow FROM projects WHERE id = ?", (project_id,)).fetchone()
    if row is None:
        raise NotFound("There is no such project.", remedy="It may have been deleted meanwhile.")
    return workflow_from_json(row[0])


def label_counts(db: sqlite3.Connection, viewer: User, project_id: int) -> dict[str, int]:
    """Annotations and classifications by the feature hash of their class."""
    check_visible(db, viewer, project_id)
    counts: dict[str, int] = {}
    for sql in (
        "SELECT n.feature_hash, count(s.id) FROM label_rows l JOIN instances n ON n.label_row_id = l.id"
        " JOIN shapes s ON s.instance_id = n.id WHERE l.project_id = ? GROUP BY 1",
        "SELECT c.feature_hash, count(*) FROM label_rows l JOIN classifications c ON c.label_row_id = l.id"
        " WHERE l.project_id = ? GROUP BY 1",
    ):
        for feature_hash, count in db.execute(sql, (project_id,)):
            counts[feature_hash] = counts.get(feature_hash, 0) + count
    return counts


def workflow_to_json(workflow: Workflow) -> str:
    stages = [{"uuid": s.uuid, "kind": str(s.kind), "title": s.title, "next": s.next} for s in workflow.stages]
    return json.dumps({"stages": stages}, ensure_ascii=False, separators=(",", ":"))


def workflow_from_json(text: str) -> Workflow:
    stages = json.loads(text)["stages"]
    return Workflow(tuple(Stage(s["uuid"], StageKind(s["kind"]), s["title"], s.get("next")) for s in stages))


# -- operations ----------------------------------------------------------------------------------------------------


def create(
    op: Operation,
    title: str,
    description: str,
    ontology_id: int,
    dataset_ids: Iterable[int],
    workflow: Workflow | None = None,
) -> int:
    """With label rows and tasks for all that lies in its datasets. Returns the id; raises NotFound where ontology or dataset is gone."""
    op.require(Action.EDIT, "projects")
    op.require(Action.VIEW, "ontologies", ontology_id)
    ONTOLOGIES.there(op, ontology_id)
    title = PROJECTS.free_title(op, title)
    text = workflow_to_json(workflow or plain_workflow())
    project_id = op.insert("projects", title=title, description=description, ontology_id=ontology_id, workflow=text)
    own(op, "projects", project_id)
    op.touch(projects=project_id, ontologies=ontology_id)
    for dataset_id in dict.fromkeys(dataset_ids):
        attach_dataset(op, project_id, dataset_id)
    return project_id


def attach_dataset(op: Operation, project_id: int, dataset_id: int) -> None:
    """Label rows and tasks for all its data units; those of an earlier time in the project come back."""
    op.require(Action.EDIT, "projects", project_id)
    op.require(Action.VIEW, "datasets", dataset_id)
    title = PROJECTS.there(op, project_id)
    dataset = DATASETS.there(op, dataset_id)
    if op.value("SELECT 1 FROM project_datasets WHERE project_id = ? AND dataset_id = ?", project_id, dataset_id):
        raise Refused(
            f"The dataset “{dataset}” is in the project “{title}” already.", remedy="Choose another one.", input=dataset
        )
    op.insert("project_datasets", project_id=project_id, dataset_id=dataset_id)
    items = _items_of(op, dataset_id)
    _make_rows(op, project_id, dataset_id, None)
    hide_and_show(op, items)
    op.touch(projects=project_id, datasets=dataset_id)


def detach_dataset(op: Operation, project_id: int, dataset_id: int) -> None:
    """Its tasks are hidden with their labels, until it is attached again."""
    op.require(Action.EDIT, "projects", project_id)
    PROJECTS.there(op, project_id)
    use = op.value("SELECT id FROM project_datasets WHERE project_id = ? AND dataset_id = ?", project_id, dataset_id)
    if use is None:
        raise NotFound("The dataset is not in this project.", remedy="Look at the project's datasets.")
    op.delete("project_datasets", use)
    hide_and_show(op, _items_of(op, dataset_id))
    op.touch(projects=project_id, datasets=dataset_id)


def delete(op: Operation, project_id: int) -> None:
    """For good, with its tasks and labels. Datasets and ontology stay."""
    op.require(Action.EDIT, "projects", project_id)
    PROJECTS.there(op, project_id)
    erase_label_rows(op, [r[0] for r in op.all("SELECT id FROM label_rows WHERE project_id = ?", project_id)])
    uses = op.all("SELECT id, dataset_id FROM project_datasets WHERE project_id = ?", project_id)
    ontology_id = op.value("SELECT ontology_id FROM projects WHERE id = ?", project_id)
    op.delete("project_datasets", [r[0] for r in uses])
    forget(op, "projects", [project_id])
    op.delete("projects", project_id)
    op.touch(projects=project_id, datasets=[r[1] for r in uses], ontologies=ontology_id)


# -- following the datasets ----------------------------------------------------------------------------------------


def follow_units(op: Operation, dataset_id: int, items: Sequence[int]) -> None:
    """Items entered a dataset, or came back to it."""
    uses = [r[0] for r in op.all("SELECT project_id FROM project_datasets WHERE dataset_id = ?", dataset_id)]
    for project_id in uses:
        _make_rows(op, project_id, dataset_id, items)
    if uses:
        hide_and_show(op, items)
        op.touch(projects=uses)


def hide_and_show(op: Operation, items: Sequence[int]) -> None:
    """Tasks vanish with items that are trashed or leave, and appear with those that return."""
    from storage.catalog.transaction import ids_json

    rows = op.all(_HIDING, ids_json(items))
    if not rows:
        return
    op.update("tasks", array("q", [r[0] for r in rows if r[3]]), hidden=1)
    op.update("tasks", array("q", [r[0] for r in rows if not r[3]]), hidden=0)
    op.touch(projects={r[2] for r in rows})


def _make_rows(op: Operation, project_id: int, dataset_id: int, items: Sequence[int] | None) -> None:
    """Label rows and tasks where there are none yet; `items` None: for the whole dataset. In bulk."""
    from storage.catalog.transaction import IN_IDS, ids_json

    some, params = ("", ()) if items is None else (f" AND u.item_id {IN_IDS}", (ids_json(items),))
    units = op.db.execute(
        f"SELECT ?, u.id FROM data_units u WHERE u.dataset_id = ? AND u.removed_at IS NULL{some} AND NOT EXISTS"
        " (SELECT 1 FROM label_rows l WHERE l.project_id = ? AND l.data_unit_id = u.id AND l.branch = 'main') ORDER BY u.id",
        (project_id, dataset_id, *params, project_id),
    ).fetchall()
    if not units:
        return
    rows = op.insert_many("label_rows", ("project_id", "data_unit_id"), units)
    first = uuid_blob(workflow_of(op.db, project_id).first.uuid)
    columns = ("project_id", "label_row_id", "stage_uuid", "status")
    op.insert_many("tasks", columns, ((project_id, row, first, TaskStatus.NEW.value) for row in rows))


def _items_of(op: Operation, dataset_id: int) -> array[int]:
    return array("q", (r[0] for r in op.all("SELECT item_id FROM data_units WHERE dataset_id = ?", dataset_id)))


#: What hangs on a label row, those first that refer to others.
_HANGING = ("answers", "shapes", "instances", "classifications", "steps", "tasks")


def erase_label_rows(op: Operation, label_row_ids: Sequence[int]) -> None:
    """Label rows go, with their tasks and everything that was labelled."""
    from storage.catalog.transaction import IN_IDS, ids_json

    if not label_row_ids:
        return
    wanted = ids_json(label_row_ids)
    ranges = f"SELECT r.id FROM ranges r JOIN classifications c ON c.id = r.classification_id WHERE c.label_row_id {IN_IDS}"
    op.delete("ranges", [r[0] for r in op.all(ranges, wanted)])
    for table in _HANGING:
        op.delete(table, [r[0] for r in op.all(f"SELECT id FROM {table} WHERE label_row_id {IN_IDS}", wanted)])
    op.delete("label_rows", label_row_ids)
