"""Handing in and skipping in haste: once, and with everything that was drawn."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storage.catalog import datasets, labels, ontologies, projects
from storage.errors import DiskFull
from storage.model import ontology_edit
from storage.model.geometry import ShapeKind
from storage.model.ontology import Ontology
from storage.model.workflow import TaskStatus
from tests.journeys.desk import Desk
from tests.journeys.test_media import arm, open_task
from tests.support import mouse


@pytest.fixture
def queue(desk: Desk, tmp_path: Path) -> Desk:
    """Four pictures to be labelled with boxes."""
    pictures = [tmp_path / f"{name}.png" for name in "abcd"]
    for number, path in enumerate(pictures):
        Image.new("RGB", (200, 120), (60 * number, 90, 120)).save(path)
    desk.add("Pictures", *pictures)
    dataset = desk.do(datasets.create, "Pictures")
    desk.do(datasets.attach_folder, dataset, desk.reads.folder_by_path("Pictures").id)
    structure, _ = ontology_edit.add_object(Ontology(), "Thing", ShapeKind.BOX)
    desk.do(projects.create, "Boxes", "", desk.do(ontologies.create, "Things", structure), (dataset,))
    return desk


def rows(desk: Desk) -> list[Any]:
    return [desk.reads.task(t) for t in desk.reads.task_ids(desk.reads.projects()[0].id)]


def draw(desk: Desk, times: int) -> None:
    """Boxes, one after the other, without waiting for anything."""
    for n in range(times):
        mouse.drag(desk.canvas, [(10.0 + 12 * n, 20.0), (14.0 + 12 * n, 30.0), (18.0 + 12 * n, 40.0)])


@pytest.mark.parametrize("pause", [False, True])
def test_who_hands_in_twice_in_haste_hands_in_one_task(queue: Desk, pause: bool) -> None:
    open_task(queue, "a.png")
    for _ in range(3):
        queue.editor.header.submit_wanted.emit()
        if pause:
            queue.turn()
    queue.wait_idle()
    assert [t.title for t in rows(queue) if t.status is TaskStatus.COMPLETED] == ["a.png"]
    assert queue.editor.loaded.task.title == "b.png"
    queue.editor.header.submit_wanted.emit()
    queue.wait_idle()
    assert len([t for t in rows(queue) if t.status is TaskStatus.COMPLETED]) == 2


def test_a_task_that_is_handed_in_while_it_is_saved_goes_with_all_that_was_drawn(queue: Desk) -> None:
    open_task(queue, "a.png")
    arm(queue, ShapeKind.BOX)
    row = queue.editor.loaded.row.id
    draw(queue, 6)
    assert queue.editor._saving.pending
    queue.editor.header.submit_wanted.emit()
    queue.until(lambda: queue.editor.loaded.row.id != row, "the next task is open")
    queue.wait_idle()
    assert len(queue.reads.labels(row).annotations) == 6
    assert labels.history(queue.catalog, row).undoable() is None, "no step came after it was handed in"


@pytest.mark.parametrize("verb", ["submit", "skip"])
def test_what_cannot_be_saved_is_not_handed_in(queue: Desk, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    open_task(queue, "a.png")
    arm(queue, ShapeKind.BOX)
    told: list[str] = []
    monkeypatch.setattr(queue.window.messages, "tell", told.append)
    submit = queue.catalog.submit

    def full(text: str, work: Any, *args: Any, **kw: Any) -> Future[Any]:
        if work is not labels.save_step:
            return submit(text, work, *args, **kw)
        failed: Future[Any] = Future()
        failed.set_exception(DiskFull("The disk of the catalog is full.", remedy="Make room."))
        return failed

    monkeypatch.setattr(queue.catalog, "submit", full)
    draw(queue, 2)
    queue.until(lambda: queue.editor._saving.state == "failed", "it is not saved")
    getattr(queue.editor.header, f"{verb}_wanted").emit()
    queue.wait_idle()
    assert "not saved yet" in told[-1]
    assert queue.editor.loaded.task.title == "a.png"
    assert queue.editor._saving.pending == 2
    monkeypatch.setattr(queue.catalog, "submit", submit)
    queue.editor.header.retry_wanted.emit()
    queue.until(lambda: queue.editor._saving.state == "saved", "it is saved")
    getattr(queue.editor.header, f"{verb}_wanted").emit()
    queue.wait_idle()
    assert queue.editor.loaded.task.title != "a.png"
