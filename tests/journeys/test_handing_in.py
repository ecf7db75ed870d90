"""Handing in and skipping in haste: once, and with everything that was drawn."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import closing
from threading import Event
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app import task_loader
from storage.catalog import labels, tasks
from storage.catalog.engine import Catalog
from storage.errors import DiskFull
from storage.model.geometry import ShapeKind
from storage.model.workflow import TaskStatus
from tests.journeys.desk import Desk
from tests.journeys.tasks import arm, draw_boxes, open_task
from tests.support import mouse


def rows(desk: Desk) -> list[Any]:
    return [desk.reads.task(t) for t in desk.reads.task_ids(desk.reads.projects()[0].id)]


@pytest.mark.parametrize("verb", ["Submit", "Skip"])
@pytest.mark.parametrize("patient", [False, True])
def test_a_double_click_hands_in_one_task(queue: Desk, patient: bool, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QApplication, "doubleClickInterval", lambda: 600_000)  # however busy the machine is
    open_task(queue, "a.png")
    for _ in range(2):
        queue.click(verb)
        if patient:
            queue.wait_idle()
    queue.wait_idle()
    assert len([t for t in rows(queue) if t.status in (TaskStatus.COMPLETED, TaskStatus.SKIPPED)]) == 1
    assert queue.task.loaded.task.title == "b.png"
    monkeypatch.setattr(QApplication, "doubleClickInterval", lambda: 0)
    queue.click(verb)
    queue.wait_idle()
    assert len([t for t in rows(queue) if t.status in (TaskStatus.COMPLETED, TaskStatus.SKIPPED)]) == 2


def test_keys_that_are_held_down_hand_in_one_task(queue: Desk) -> None:
    open_task(queue, "a.png")
    submit = queue.window.registry.qaction("task.submit")
    assert not submit.autoRepeat() and not queue.window.registry.qaction("task.skip").autoRepeat()
    for _ in range(3):
        submit.trigger()
    queue.wait_idle()
    assert [t.title for t in rows(queue) if t.status is TaskStatus.COMPLETED] == ["a.png"]


def test_a_task_that_is_handed_in_while_it_is_saved_goes_with_all_that_was_drawn(queue: Desk) -> None:
    open_task(queue, "a.png")
    arm(queue, ShapeKind.BOX)
    row, others = queue.task.loaded.row.id, Event()
    queue.catalog.submit("Somebody else's work", lambda _op: others.wait(60))
    draw_boxes(queue, 6)
    assert queue.editor.task.saving.pending == 6
    queue.editor.header.submit_wanted.emit()
    others.set()
    queue.until(lambda: queue.task.loaded.row.id != row, "the next task is open")
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
    draw_boxes(queue, 2)
    queue.until(lambda: queue.editor.task.saving.state == "failed", "it is not saved")
    getattr(queue.editor.header, f"{verb}_wanted").emit()
    queue.wait_idle()
    assert "not saved yet" in told[-1]
    assert queue.task.loaded.task.title == "a.png"
    assert queue.editor.task.saving.pending == 2
    monkeypatch.setattr(queue.catalog, "submit", submit)
    queue.editor.header.retry_wanted.emit()
    queue.until(lambda: queue.editor.task.saving.state == "saved", "it is saved")
    getattr(queue.editor.header, f"{verb}_wanted").emit()
    queue.wait_idle()
    assert queue.task.loaded.task.title != "a.png"


@pytest.mark.parametrize("verb", ["Submit", "Skip"])
def test_a_task_that_somebody_else_has_handed_in_is_not_touched_again(
    queue: Desk, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_task(queue, "a.png")
    told: list[str] = []
    monkeypatch.setattr(queue.window.messages, "error", lambda error, *_: told.append(str(error)))
    seen = queue.task.loaded.task
    with closing(Catalog.open(queue.catalog.path)) as other:
        other.do("Submit task", tasks.submit, seen.id, seen.stage_uuid)
    queue.click(verb)
    queue.wait_idle()
    assert len(told) == 1
    assert "“a.png” is in the stage “Complete” by now" in told[0]
    assert queue.task.loaded.task.id == seen.id
    assert queue.reads.task(seen.id).status is TaskStatus.COMPLETED


def titles_done(desk: Desk) -> list[str]:
    return [t.title for t in rows(desk) if t.status is TaskStatus.COMPLETED]


@pytest.mark.parametrize("keys", ["Ctrl+Return", "Ctrl+Shift+Return"])
def test_while_another_task_is_read_nothing_is_handed_in(queue: Desk, keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    open_task(queue, "a.png")
    queue.editor.loader.drop_ahead()  # the next one is not there yet
    go, read = Event(), task_loader.load_task
    monkeypatch.setattr(task_loader, "load_task", lambda *args: go.wait(60) and read(*args))
    told: list[str] = []
    queue.window.messages.told.connect(told.append)
    queue.key("PgDown")
    for wanted in ("asked for", "being read"):
        queue.key(keys)
        assert told and "nothing was handed in" in told.pop(), f"the next one is {wanted}"
        queue.until(lambda: queue.editor.awaits(queue.editor.loader.wanted), "the next one is being read")
    go.set()
    queue.wait_idle()
    assert queue.task.loaded.task.title == "b.png"
    assert {t.status for t in rows(queue)} <= {TaskStatus.NEW, TaskStatus.ASSIGNED}
    queue.key("Ctrl+Return")
    queue.wait_idle()
    assert titles_done(queue) == ["b.png"]


def test_a_task_is_handed_in_only_after_it_has_been_on_the_screen(queue: Desk) -> None:
    """It was read ahead and comes at once; the hand meant the one before."""
    open_task(queue, "a.png")
    told: list[str] = []
    queue.window.messages.told.connect(told.append)
    pressed: list[int] = []

    def press(task_id: int) -> None:
        pressed.append(task_id)
        queue.key("Ctrl+Return")

    queue.editor.opened.connect(press)
    queue.key("PgDown")
    queue.until(lambda: pressed, "the next one comes up")
    queue.editor.opened.disconnect(press)
    queue.wait_idle()
    assert titles_done(queue) == []
    assert any("“b.png” has only just come up" in each for each in told)
    assert queue.task.loaded.task.title == "b.png"
    queue.key("Ctrl+Return")
    queue.wait_idle()
    assert titles_done(queue) == ["b.png"]


def test_a_shape_that_was_begun_is_shown_again_before_another_task_is_opened(queue: Desk) -> None:
    open_task(queue, "b.png")
    first = queue.editor.task_id
    arm(queue, ShapeKind.BOX)
    mouse.click(queue.canvas, 20, 20)
    queue.go("Projects")
    assert not queue.pages.editing
    other = next(t for t in queue.reads.task_ids(queue.reads.projects()[0].id) if t != first)
    queue.pages.open_task(other)
    queue.wait_idle()
    assert queue.pages.editing and queue.editor.task_id == first and queue.task.editor.drafting()
    assert "finish what is begun with Enter" in queue.told()
    mouse.click(queue.canvas, 60, 60)
    queue.pages.open_task(other)
    queue.wait_idle()
    assert queue.editor.task_id == other and len(queue.reads.labels(queue.reads.task(first).label_row_id).annotations) == 1


@pytest.mark.parametrize("way", ["PgDown", "PgUp", "Ctrl+Return", "Ctrl+Shift+Return", "Queue"])
def test_while_a_shape_is_begun_its_task_stays_open_and_says_what_to_do(queue: Desk, way: str) -> None:
    open_task(queue, "b.png")
    arm(queue, ShapeKind.BOX)
    told: list[str] = []
    queue.window.messages.told.connect(told.append)

    def go() -> None:
        if way == "Queue":
            queue.click(way, within=queue.editor.header)
        else:
            queue.key(way, queue.canvas)
        queue.wait_idle()

    mouse.click(queue.canvas, 20, 20)
    go()
    assert len(told) == 1 and "finish what is begun with Enter, or drop it with Esc" in told[0]
    assert queue.pages.editing and queue.task.loaded.task.title == "b.png"
    mouse.click(queue.canvas, 60, 60)
    queue.wait_idle()
    assert len(queue.task.session.document.annotations) == 1
    assert "finish what is begun" not in queue.told()
    go()
    assert not queue.pages.editing or queue.task.loaded.task.title != "b.png"
    assert len(told) == 1
