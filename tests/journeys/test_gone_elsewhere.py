"""What one works on may be handed in or deleted elsewhere, or its file may be gone: that is told, and nothing is done in vain."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from app.background import relinking
from storage.catalog import datasets, labels, ontologies, projects, tasks, trash
from storage.catalog.engine import Catalog
from storage.editing.session import StepChange
from storage.errors import Refused
from storage.model import ontology_edit
from storage.model.geometry import ShapeKind
from storage.model.ontology import Ontology
from storage.model.query import ItemSelection
from storage.model.workflow import TaskStatus
from storage.progress import Progress
from storage.services.export import export_labels
from storage.services.import_labels import import_labels
from storage.services.intake import add_paths
from tests.journeys.desk import Desk
from tests.journeys.tasks import arm, draw_boxes, open_task
from viewers.decode.thumbs import render


def submit_elsewhere(desk: Desk) -> Any:
    seen = desk.task.loaded.task
    with closing(Catalog.open(desk.catalog.path)) as other:
        other.do("Submit task", tasks.submit, seen.id, seen.stage_uuid)
    return seen


def notice(desk: Desk) -> None:
    """As it looks every two seconds."""
    desk.program._notice.timeout.emit()
    desk.wait_idle()


def test_labels_of_a_complete_task_take_no_step(queue: Desk) -> None:
    open_task(queue, "a.png")
    arm(queue, ShapeKind.BOX)
    draw_boxes(queue, 1)
    queue.wait_idle()
    step = queue.task.session.history.undoable()
    seen = submit_elsewhere(queue)
    with pytest.raises(Refused, match="complete") as caught:
        queue.catalog.do("Undo", labels.save_step, seen.label_row_id, StepChange("undo", step))
    assert "Reopen it" in caught.value.remedy
    assert len(queue.reads.labels(seen.label_row_id).annotations) == 1


def test_an_import_into_the_open_task_is_taken_back_there(queue: Desk, tmp_path: Path) -> None:
    """Of a file from before: what was drawn since stays, what was moved since moves back, and all that is one step."""
    open_task(queue, "a.png")
    arm(queue, ShapeKind.BOX)
    draw_boxes(queue, 1)
    queue.wait_idle()
    project, row = queue.task.loaded.project.id, queue.task.loaded.task.label_row_id
    export_labels(queue.catalog, project, "encord", tmp_path / "before.json")
    queue.key("Ctrl+A", queue.canvas)
    queue.key("Ctrl+Right", queue.canvas)
    draw_boxes(queue, 1)
    queue.wait_idle()
    worked = queue.reads.labels(row)
    result = import_labels(queue.catalog, project, tmp_path / "before.json", "encord")
    queue.wait_idle()
    assert (result.replaced, result.annotations, len(queue.task.session.document.annotations)) == (1, 0, 2)
    assert queue.task.session.document.annotations != worked.annotations
    queue.key("Ctrl+Z", queue.canvas)
    queue.wait_idle()
    assert queue.reads.labels(row).annotations == worked.annotations == queue.task.session.document.annotations
    queue.key("Ctrl+Z", queue.canvas)
    queue.wait_idle()
    assert len(queue.reads.labels(row).annotations) == 1


def test_a_task_handed_in_elsewhere_is_only_shown_and_leads_on(queue: Desk) -> None:
    open_task(queue, "a.png")
    arm(queue, ShapeKind.BOX)
    draw_boxes(queue, 1)
    queue.wait_idle()
    seen = submit_elsewhere(queue)
    notice(queue)
    assert "“a.png” was handed in elsewhere and is complete" in queue.editor.banner.text
    assert not queue.can_see("Submit") and not queue.can_see("Skip")
    draw_boxes(queue, 2)
    queue.key("Ctrl+A", queue.canvas)
    queue.key("Delete", queue.canvas)
    queue.key("Ctrl+Z", queue.canvas)
    queue.key("Ctrl+Return")
    queue.wait_idle()
    assert len(queue.task.session.document.annotations) == 1
    assert len(queue.reads.labels(seen.label_row_id).annotations) == 1
    queue.click("Next task", within=queue.editor.banner)
    queue.wait_idle()
    assert queue.task.loaded.task.title == "b.png"
    assert queue.editor.banner.isHidden() and queue.can_see("Submit")


def test_what_was_drawn_before_one_heard_of_it_is_not_kept_and_reopening_goes_on(queue: Desk) -> None:
    open_task(queue, "a.png")
    arm(queue, ShapeKind.BOX)
    seen = submit_elsewhere(queue)
    draw_boxes(queue, 1)
    queue.wait_idle()
    assert queue.reads.labels(seen.label_row_id).annotations == {}
    assert queue.task.session.document.annotations == {}
    assert "handed in elsewhere" in queue.editor.banner.text
    queue.click("Reopen", within=queue.editor.banner)
    queue.wait_idle()
    assert queue.reads.task(seen.id).status is not TaskStatus.COMPLETED
    arm(queue, ShapeKind.BOX)
    draw_boxes(queue, 1)
    queue.wait_idle()
    assert len(queue.reads.labels(seen.label_row_id).annotations) == 1


def test_a_complete_task_that_is_opened_can_be_looked_at_and_reopened(queue: Desk) -> None:
    open_task(queue, "a.png")
    queue.key("Ctrl+Return")
    queue.wait_idle()
    open_task(queue, "a.png")
    draw_boxes(queue, 1)
    queue.wait_idle()
    assert queue.task.session.document.annotations == {}
    assert "reopen it" in queue.task.session.sealed
    queue.click("Reopen", within=queue.editor.header)
    queue.wait_idle()
    assert queue.task.session.sealed == ""
    assert queue.can_see("Submit")


def test_an_item_deleted_in_another_window_stops_the_work_until_it_is_back(queue: Desk) -> None:
    open_task(queue, "a.png")
    arm(queue, ShapeKind.BOX)
    draw_boxes(queue, 1)
    item = queue.task.loaded.task.item_id
    group = queue.do(trash.delete, (), ItemSelection.of(item))
    assert "“a.png” is not in this project any more" in queue.editor.banner.text
    draw_boxes(queue, 1)
    queue.wait_idle()
    assert len(queue.task.session.document.annotations) == 1
    queue.do(trash.restore, group)
    assert queue.editor.banner.isHidden()
    assert len(queue.task.session.document.annotations) == 1
    arm(queue, ShapeKind.BOX)
    draw_boxes(queue, 2)
    queue.wait_idle()
    assert len(queue.task.session.document.annotations) > 1
    queue.do(trash.delete, (), ItemSelection.of(item))
    queue.click("Leave", within=queue.editor.banner)
    queue.wait_idle()
    assert not queue.pages.editing


@pytest.fixture
def lost(desk: Desk, tmp_path: Path) -> Desk:
    """A linked picture, and another one; the linked one is not where it was."""
    for name, shade in (("gone", 40), ("there", 120)):
        Image.new("RGB", (200, 120), (shade, 90, 120)).save(tmp_path / f"{name}.png")
    folder = desk.catalog.do("Ground", lambda op: op.insert("folders", title="Disk"))
    add_paths(
        desk.catalog, [tmp_path / "gone.png", tmp_path / "there.png"], folder, link=True, render=render, progress=Progress()
    )
    desk.wait_idle()
    dataset = desk.do(datasets.create, "Disk")
    desk.do(datasets.attach_folder, dataset, folder)
    structure, _ = ontology_edit.add_object(Ontology(), "Thing", ShapeKind.BOX)
    desk.do(projects.create, "Boxes", "", desk.do(ontologies.create, "Things", structure), (dataset,))
    (tmp_path / "gone.png").rename(tmp_path / "moved.png")
    task = desk.reads.task_ids(desk.reads.projects()[0].id)[0]
    desk.pages.open_task(task)
    desk.until(lambda: desk.pages.editing and not desk.editor.banner.isHidden(), "its file is missed")
    return desk


def test_on_a_file_that_cannot_be_opened_nothing_is_drawn_nor_handed_in_unasked(lost: Desk) -> None:
    assert "gone.png cannot be opened" in lost.editor.banner.text
    lost.key("1", lost.canvas)
    draw_boxes(lost, 1)
    lost.wait_idle()
    assert "smaller than one pixel" not in lost.told()
    assert lost.task.session.document.annotations == {}
    first = lost.task.loaded.task
    said: list[str] = []
    ask = lost.window.messages.ask

    def no(title: str, question: str, **_kw: Any) -> bool:
        said.append(question)
        return False

    lost.window.messages.ask = no
    lost.key("Ctrl+Return")
    lost.wait_idle()
    assert said and "Nobody has seen “gone.png”" in said[0]
    assert lost.reads.task(first.id).status is not TaskStatus.COMPLETED
    lost.window.messages.ask = ask
    lost.dialog(lambda: lost.key("Ctrl+Return"), lambda _dialog: lost.click("Hand it in unseen"))
    assert lost.reads.task(first.id).status is TaskStatus.COMPLETED
    assert lost.task.loaded.task.title == "there.png" and lost.editor.banner.isHidden()


@pytest.mark.parametrize("how", ["locate", "again"])
def test_a_file_that_is_there_again_is_labelled(lost: Desk, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "locate":
        monkeypatch.setattr(relinking, "ask_file", lambda *_args: tmp_path / "moved.png")
        lost.click("Locate the file…")
    else:
        (tmp_path / "moved.png").rename(tmp_path / "gone.png")
        lost.click("Try again")
    lost.until(lambda: lost.editor.banner.isHidden(), "it is opened")
    lost.wait_idle()
    QApplication.sendPostedEvents()
    arm(lost, ShapeKind.BOX)
    draw_boxes(lost, 1)
    lost.wait_idle()
    assert len(lost.task.session.document.annotations) == 1
