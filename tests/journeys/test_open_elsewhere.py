"""A task that is open here and worked on elsewhere as well: by a script, by another program, in another window."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from storage.catalog import labels
from storage.exchange.encord_read import copy_of
from storage.ids import new_hash8, new_uuid
from storage.model.geometry import Box, ShapeKind
from storage.model.labels import Annotation, Instance
from tests.journeys.desk import Desk
from tests.journeys.tasks import arm, draw_boxes, open_task


def test_what_a_script_adds_while_shapes_are_saved_is_shown_when_they_are(queue: Desk) -> None:
    open_task(queue, "a.png")
    arm(queue, ShapeKind.BOX)
    session, row = queue.task.session, queue.task.loaded.row.id
    made = copy_of(queue.reads.labels(row))
    thing = Instance(new_uuid(), new_hash8(), queue.task.loaded.ontology.objects[0].feature_hash, 77)
    made.put(thing)
    made.put(Annotation(new_uuid(), thing.uuid, Box(1, 2, 30, 40), 0))
    written: list[Future[Any]] = []
    submit = queue.catalog.submit

    def beside(text: str, work: Any, *args: Any, **kw: Any) -> Future[Any]:
        if work is labels.save_step and not written:
            written.append(submit("Import labels", labels.import_document, row, made, False))
        return submit(text, work, *args, **kw)

    queue.catalog.submit = beside
    draw_boxes(queue, 6)
    queue.wait_idle()
    assert written and written[0].exception() is None
    stored = queue.reads.labels(row)
    assert len(stored.annotations) == 7
    assert session.document.annotations == stored.annotations
    assert thing.uuid in session.document.instances


def test_one_task_is_opened_in_one_window_however_fast_it_is_asked_for(queue: Desk) -> None:
    task = queue.reads.task_ids(queue.reads.projects()[0].id)[0]
    queue.find_and_run("New window")
    first, second = queue.program.windows
    queue.until(lambda: second.pages is not None, "the second window has the catalog")
    first.pages.open_task(task)
    second.pages.open_task(task)
    queue.wait_idle()
    queue.until(lambda: first.pages.editing, "it is open")
    assert not second.pages.editing


def test_from_task_to_task_one_does_not_come_to_what_another_window_has_open(queue: Desk) -> None:
    a, b, c, d = queue.reads.task_ids(queue.reads.projects()[0].id)
    queue.find_and_run("New window")
    first, second = queue.program.windows
    queue.until(lambda: second.pages is not None, "the second window has the catalog")
    for window, task in ((second, b), (first, a)):
        window.pages.open_task(task)
        queue.until(lambda w=window, t=task: w.pages.editing and w.pages.editor.task_id == t, "it is open")
        queue.wait_idle()
    editor = first.pages.editor
    for verb, there in (("task.next", c), ("task.previous", a), ("task.submit", c), ("task.skip", d)):
        first.registry.qaction(verb).trigger()
        queue.until(lambda t=there: editor.task_id == t, f"{verb} leads to the one that is free")
        queue.wait_idle()
    assert second.pages.editor.task_id == b
