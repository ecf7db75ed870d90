"""project create, attach, detach, list, tasks; task submit, skip."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from postil.console import FAILED, OK, SOME_FAILED, Console
from postil.verbs import later
from postil.verbs.catalogs import opened
from storage.catalog import projects as project_operations
from storage.catalog import tasks as task_operations
from storage.catalog.engine import Catalog
from storage.errors import PostilError, Refused
from storage.model.reads import ProjectRow, TaskRow
from storage.model.workflow import TaskStatus

BLOCK = 1000


def create(arguments: argparse.Namespace, console: Console) -> int:
    if arguments.workflow:
        raise later("workflow files")
    with opened(arguments) as catalog:
        ontology = catalog.reads.ontology_by_title(arguments.ontology)
        chosen = [catalog.reads.dataset_by_title(title).id for title in arguments.datasets]
        project_id = catalog.do(
            "New project", project_operations.create, arguments.title, arguments.description, ontology.id, chosen
        )
        document = _document(catalog, catalog.reads.project(project_id))
    console.result(document, lambda: iter([f"Project {document['title']}: {sum(document['tasks'].values())} tasks."]))
    return OK


def _document(catalog: Catalog, project: ProjectRow) -> dict[str, Any]:
    return {
        "title": project.title,
        "uuid": project.uuid,
        "description": project.description,
        "ontology": project.ontology_title,
        "datasets": [catalog.reads.dataset(d).title for d in project.dataset_ids],
        "tasks": {stage.title: project.tasks_by_stage.get(stage.uuid, 0) for stage in project.workflow.stages},
    }


def attach(arguments: argparse.Namespace, console: Console) -> int:
    return _change_datasets(arguments, console, "Attach dataset", project_operations.attach_dataset)


def detach(arguments: argparse.Namespace, console: Console) -> int:
    return _change_datasets(arguments, console, "Detach dataset", project_operations.detach_dataset)


def _change_datasets(arguments: argparse.Namespace, console: Console, text: str, work: Callable[..., Any]) -> int:
    with opened(arguments) as catalog:
        project = catalog.reads.project_by_title(arguments.title)
        dataset = catalog.reads.dataset_by_title(arguments.dataset)
        catalog.do(text, work, project.id, dataset.id)
        document = _document(catalog, catalog.reads.project(project.id))
    console.result(document, lambda: iter([f"{document['title']}: {', '.join(document['datasets']) or 'no datasets'}"]))
    return OK


def show(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments, read_only=True) as catalog:
        rows = [_document(catalog, project) for project in catalog.reads.projects()]
    console.table(rows, ("title", "uuid", "ontology", "datasets", "tasks"))
    return OK


def tasks(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments, read_only=True) as catalog:
        project = catalog.reads.project_by_title(arguments.title)
        titles = {stage.uuid: stage.title for stage in project.workflow.stages}
        ids = catalog.reads.task_ids(project.id, stage=_stage(project, arguments.stage), status=_status(arguments.status))
        rows = []
        for start in range(0, len(ids), BLOCK):
            rows += [_task(t, titles) for t in catalog.reads.task_rows(ids[start : start + BLOCK]) if t is not None]
    console.table(rows, ("uuid", "title", "stage", "status", "assignee", "priority"))
    return OK


def _task(task: TaskRow, stages: dict[str, str]) -> dict[str, Any]:
    return {
        "uuid": task.uuid,
        "item": task.item_uuid,
        "title": task.title,
        "stage": stages.get(task.stage_uuid, ""),
        "status": str(task.status),
        "assignee": task.assignee,
        "priority": task.priority,
    }


def _stage(project: ProjectRow, title: str | None) -> str | None:
    if title is None:
        return None
    for stage in project.workflow.stages:
        if title in (stage.title, stage.uuid) or stage.title.casefold() == title.casefold():
            return stage.uuid
    raise Refused(
        f"“{project.title}” has no stage “{title}”.",
        remedy="Stages: " + ", ".join(s.title for s in project.workflow.stages) + ".",
        input=title,
    )


def _status(text: str | None) -> TaskStatus | None:
    if text is None:
        return None
    try:
        return TaskStatus(text.lower())
    except ValueError:
        raise Refused(f"There is no status “{text}”.", remedy="Statuses: " + ", ".join(TaskStatus) + ".", input=text) from None


def submit(arguments: argparse.Namespace, console: Console) -> int:
    return _each(arguments, console, "Submit task", task_operations.submit)


def skip(arguments: argparse.Namespace, console: Console) -> int:
    return _each(arguments, console, "Skip task", task_operations.skip)


def _each(arguments: argparse.Namespace, console: Console, text: str, work: Callable[..., Any]) -> int:
    """One operation per task: a task that is refused does not hold up the others."""
    done: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    with opened(arguments) as catalog:
        for uuid in arguments.uuid:
            try:
                task = catalog.reads.task_by_uuid(uuid)
                seen = _stage(catalog.reads.project(task.project_id), arguments.stage) or task.stage_uuid
                catalog.do(text, work, task.id, seen)
                after = catalog.reads.task(task.id)
            except PostilError as error:
                if len(arguments.uuid) == 1:
                    raise
                errors.append({"input": uuid, "reason": error.reason, "remedy": error.remedy})
                console.failure(uuid, error.reason, error.remedy)
                continue
            titles = {s.uuid: s.title for s in catalog.reads.project(after.project_id).workflow.stages}
            done.append(_task(after, titles))
    console.result({"tasks": done, "errors": errors}, lambda: (f"{t['title']}: {t['stage']}, {t['status']}" for t in done))
    if errors:
        return SOME_FAILED if done else FAILED
    return OK
