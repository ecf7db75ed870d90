"""Tasks that are left, quickly and while they load, leave nothing behind in memory."""

from __future__ import annotations

import gc
from collections import Counter

import pytest

from app.label_side import LabelSide
from app.saving import SaveQueue
from app.task_loader import LoadedTask
from storage.catalog import ontologies
from storage.editing.session import EditSession
from storage.model import ontology_edit
from storage.model.geometry import ShapeKind
from tests.journeys.desk import Desk
from tests.journeys.tasks import arm, open_task
from tests.journeys.test_media import media, studio
from tests.support import mouse
from viewers.decode.volume_store import VolumeStore
from viewers.editors.editor import Editor
from viewers.editors.volume_editor import VolumeEditor
from viewers.scene.pictures import PictureSource
from viewers.scene.sound_source import SoundSource
from viewers.scene.text_source import TextSource
from viewers.scene.volume_source import VolumeSource

__all__ = ["media", "studio"]

KEPT = (
    Editor,
    LabelSide,
    SaveQueue,
    EditSession,
    LoadedTask,
    PictureSource,
    SoundSource,
    TextSource,
    VolumeSource,
    VolumeStore,
)


def alive() -> dict[int, object]:
    gc.collect()
    return {id(thing): thing for thing in gc.get_objects() if isinstance(thing, KEPT)}


def made_since(before: dict[int, object]) -> Counter[str]:
    return Counter(type(thing).__name__ for number, thing in alive().items() if number not in before)


def left_over(desk: Desk, before: dict[int, object]) -> Counter[str]:
    """What is alive beyond the task that is shown and the one that was prepared as the next."""
    counted = made_since(before)
    for loaded in (desk.task.loaded, desk.editor.loader.ahead):
        if loaded is not None:
            counted.subtract([type(loaded).__name__, type(loaded.medium.source).__name__])
            if isinstance(loaded.medium.source, VolumeSource) and loaded.medium.source.store is not None:
                counted.subtract(["VolumeStore"])
    editor = desk.task.editor
    counted.subtract([type(editor).__name__, "LabelSide", "EditSession", "SaveQueue"])
    if isinstance(editor, VolumeEditor):
        counted.subtract([type(editor.pictures).__name__])
    return +counted


@pytest.mark.parametrize("keys", ["", "Space Shift+T F3 Down K"])
def test_nothing_is_left_of_tasks_that_were_left(studio: Desk, keys: str) -> None:
    desk, before = studio, alive()
    tasks = desk.reads.task_ids(desk.reads.projects()[0].id)
    assert len(tasks) == 8
    for patient in (True, False):
        for task in tasks * 2 + tasks[:1]:
            desk.pages.open_task(task)
            if patient:
                desk.until(lambda: desk.pages.editing and desk.task.loaded.task.id == task, "it is open")  # noqa: B023
                for key in keys.split():
                    desk.key(key, desk.task.editor.focusProxy())
            else:
                desk.turn()
        desk.wait_idle()
        desk.until(lambda: not left_over(desk, before), "what was left is gone")


def test_a_window_that_is_closed_twice_ends_its_task_once(studio: Desk) -> None:
    desk = studio
    desk.pages.open_task(desk.reads.task_ids(desk.reads.projects()[0].id)[0])
    desk.until(lambda: desk.pages.editing, "it is open")
    desk.pages.close()
    desk.pages.close()
    assert desk.editor.task is None


def test_what_is_drawn_while_the_next_task_is_read_is_saved(studio: Desk) -> None:
    """The task on the screen can be worked on until another takes its place."""
    desk = studio
    tasks = [desk.reads.task(t) for t in desk.reads.task_ids(desk.reads.projects()[0].id)]
    for shown in tasks:
        if shown.title not in ("a film.mp4", "c pages.pdf", "f group"):
            continue
        open_task(desk, shown.title)
        arm(desk, ShapeKind.BOX)
        row, canvas, ready = desk.task.loaded.row.id, desk.task.editor.canvas, desk.editor.loader.ahead
        other = next(t for t in tasks if t.title != shown.title and (ready is None or t.id != ready.task.id))
        desk.pages.open_task(other.id)
        for n in range(5):
            mouse.drag(canvas, [(10.0 + 12 * n, 20.0), (14.0 + 12 * n, 30.0), (18.0 + 12 * n, 40.0)])
        desk.until(lambda: desk.task.loaded.task.id == other.id, "the next one is open")  # noqa: B023
        desk.wait_idle()
        assert len(desk.reads.labels(row).annotations) == 5


def test_a_window_that_is_closed_while_a_task_is_read_leaves_nothing_open(studio: Desk) -> None:
    desk, before = studio, alive()
    tasks = desk.reads.task_ids(desk.reads.projects()[0].id)
    for task in tasks:
        desk.pages.open_task(task)
        assert desk.editor.task is None, "it is being read"
        desk.editor.close_down()
        desk.wait_idle()
        desk.until(lambda: not made_since(before), "what was being read is gone")
        assert desk.editor.task is None
        desk.pages.editor.deleteLater()
        desk.pages.editor = None
        desk.turn()


def test_a_task_that_was_read_ahead_knows_the_ontology_as_it_is_now(queue: Desk) -> None:
    open_task(queue, "a.png")
    queue.until(lambda: queue.editor.loader.ahead is not None, "the next task is read ahead")
    known = queue.task.loaded.project.ontology_id
    structure, _ = ontology_edit.add_object(queue.reads.ontology(known), "Later", ShapeKind.POLYGON)
    queue.do(ontologies.save, known, structure)
    queue.key("PgDown", queue.canvas)
    queue.until(lambda: queue.task.loaded.task.title == "b.png", "the next task")
    queue.wait_idle()
    assert [o.name for o in queue.task.loaded.ontology.objects] == ["Thing", "Later"]
