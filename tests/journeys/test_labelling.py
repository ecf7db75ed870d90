"""Labelling: the first task, every tool, answers, undo and redo of all, what is missing, submit, and the next task."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QApplication

from app.pages import Pages
from postil.demo.ontology import sample_ontology
from storage.catalog import datasets, ontologies, projects, tasks
from storage.catalog.reads import CatalogReads
from storage.editing.edits import difference
from storage.model.geometry import Bitmask, Polygon
from storage.model.workflow import StageKind
from tests.journeys.desk import Desk
from tests.journeys.strokes import Hand
from tests.journeys.tasks import on_task
from viewers.canvas.image_canvas import ImageCanvas

SAMPLE = 5


@pytest.fixture
def studio(desk: Desk, tmp_path: Path) -> Desk:
    """Five pictures in a project of the sample's ontology; the project is open."""
    pictures = []
    for number in range(SAMPLE):
        path = tmp_path / f"view {number + 1}.png"
        Image.new("RGB", (640, 480), (60 + 20 * number, 120, 140)).save(path)
        pictures.append(path)
    desk.add("Views", *pictures)
    dataset = desk.do(datasets.create, "Views")
    desk.do(datasets.attach_folder, dataset, desk.reads.folder_by_path("Views").id)
    ontology = desk.do(ontologies.create, "Things", sample_ontology())
    desk.do(projects.create, "Street", "", ontology, (dataset,))
    desk.go("Projects")
    desk.item(desk.pages.projects.widget.view, desk.pages.projects.widget.rows.index(0))
    desk.wait_idle()
    desk.tab("Queue")
    return desk


@pytest.fixture
def hand(studio: Desk) -> Hand:
    """The first task is open."""
    studio.key("Ctrl+Return")
    on_task(studio, "view 1.png")
    assert studio.editor.isVisible()
    return Hand(studio)


def done(desk: Desk) -> int:
    project = desk.reads.projects()[0]
    complete = next(s for s in project.workflow.stages if s.kind is StageKind.COMPLETE)
    return project.tasks_by_stage.get(complete.uuid, 0)


def test_ctrl_enter_opens_the_first_task(studio: Desk) -> None:
    studio.key("Ctrl+Return")
    on_task(studio, "view 1.png")
    assert studio.can_see("1 of 5 in Annotate 1")
    assert studio.canvas.hasFocus()


@pytest.mark.parametrize("number", range(10))
def test_each_tool_draws_its_shape_and_undo_takes_it_back(hand: Hand, number: int) -> None:
    kind, draw, steps = hand.tools()[number]
    draw()
    assert hand.kinds() == [kind]
    hand.saved()
    stored = hand.desk.reads.labels(hand.desk.task.loaded.row.id)
    assert difference(hand.document, stored) == ()
    assert hand.undo_all() == steps
    assert hand.kinds() == []


def test_polygons_get_holes_and_parts_and_the_eraser_takes_from_the_mask(hand: Hand) -> None:
    hand.polygon_with_hole_and_part()
    (polygon,) = [a.geometry for a in hand.document.annotations.values()]
    assert isinstance(polygon, Polygon)
    assert sorted(len(part) for part in polygon.parts) == [1, 2]  # a part without and one with a hole
    hand.key("0")
    hand.drag((0.1, 0.72), (0.15, 0.74), (0.2, 0.76))
    (before,) = [a.geometry for a in hand.document.annotations.values() if isinstance(a.geometry, Bitmask)]
    hand.key("x")
    hand.drag((0.16, 0.68), (0.16, 0.76), (0.16, 0.84))
    (after,) = [a.geometry for a in hand.document.annotations.values() if isinstance(a.geometry, Bitmask)]
    assert after != before


def test_five_pictures_with_every_tool_undone_redone_and_handed_in_one_after_the_other(hand: Hand) -> None:
    desk = hand.desk
    for number in range(1, SAMPLE + 1):
        on_task(desk, f"view {number}.png")
        hand.draw_everything()
        shapes = hand.kinds()
        assert len(shapes) == 10
        answer_car(hand)
        hand.saved()
        if number == 1:
            everything = dict(hand.document.annotations), dict(hand.document.answers)
            undone = hand.undo_all()
            assert not hand.document.annotations and not hand.document.answers
            assert hand.redo_all() == undone
            assert set(hand.document.annotations) == set(everything[0])
            assert {a.value for a in hand.document.answers.values()} == {a.value for a in everything[1].values()}
        hand.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        desk.until(lambda n=number: done(desk) == n, f"task {number} is complete")
    desk.wait_idle()
    assert not desk.pages.editing
    assert desk.told() == "That was the last task. Well done."


def answer_car(hand: Hand) -> None:
    """Select the car on the canvas, answer its questions at the right."""
    desk = hand.desk
    hand.click((0.05, 0.2))  # on its edge
    desk.wait_idle()
    answers = desk.task.side.answers
    desk.click("Red", within=answers)
    desk.fill("Plate", "AB 12", answers)
    desk.key("Return")
    desk.wait_idle()
    desk.canvas.setFocus()


def test_what_is_required_and_missing_keeps_the_task_and_leads_to_the_place(hand: Hand) -> None:
    desk = hand.desk
    hand.box()
    hand.key(Qt.Key.Key_Escape)
    hand.key(Qt.Key.Key_Escape)
    desk.click("Submit")
    assert desk.told().startswith("Not submitted")
    desk.wait_idle()
    assert desk.pages.editing and done(desk) == 0
    gaps = desk.task.side.gaps
    assert gaps.isVisible() and len(gaps.gaps) == 1
    assert "Colour" in gaps.gaps[0].text
    desk.item(gaps._list, gaps.gaps[0].text)
    desk.wait_idle()
    (car,) = hand.document.instances
    assert desk.task.focus.selected == (car,)
    assert desk.window.focusWidget().text() == "Red"
    desk.click("Red", within=desk.task.side.answers)
    desk.wait_idle()
    assert "Not submitted" not in desk.told()  # nothing is missing any more
    desk.click("Submit")
    on_task(desk, "view 2.png")
    assert desk.can_see("1 of 4 in Annotate 1")
    assert done(desk) == 1


def test_after_closing_and_starting_again_all_is_there_and_undo_still_works(hand: Hand) -> None:
    desk = hand.desk
    steps = hand.draw_everything()
    kinds = hand.kinds()
    desk.restart()
    on_task(desk, "view 1.png")  # where one was
    again = Hand(desk)
    assert again.kinds() == kinds
    assert again.undo_all() == steps
    assert again.kinds() == []
    assert again.redo_all() == steps
    assert again.kinds() == kinds


def test_the_start_leads_to_the_place_one_was_at_and_not_to_a_task_that_is_done(hand: Hand) -> None:
    desk = hand.desk
    desk.go("Files")
    desk.restart()
    desk.wait_idle()
    assert desk.window.stack.currentWidget() is desk.pages.files.widget
    alone = desk.window.windowTitle()
    desk.key("Ctrl+Return")
    on_task(desk, "view 1.png")
    task, project = desk.editor.task_id, desk.task.loaded.project
    assert desk.window.windowTitle() == f"view 1.png – {project.title} – {alone}"
    desk.restart()
    on_task(desk, "view 1.png")
    desk.click("Queue")
    desk.wait_idle()
    assert desk.can_see("Start next task")  # of its project
    assert desk.window.windowTitle() == alone
    desk.key("Ctrl+Return")
    on_task(desk, "view 1.png")
    desk.do(tasks.submit, task)
    desk.restart()
    desk.wait_idle()
    assert not desk.pages.editing


def test_page_down_and_up_walk_the_queue_and_a_skipped_task_goes_to_its_end(hand: Hand) -> None:
    desk = hand.desk
    hand.key(Qt.Key.Key_PageDown)
    on_task(desk, "view 2.png")
    hand.key(Qt.Key.Key_PageUp)
    on_task(desk, "view 1.png")
    desk.click("Skip")
    on_task(desk, "view 2.png")
    desk.click("Queue")
    desk.wait_idle()
    assert not desk.pages.editing
    assert desk.can_see("Start next task")


def test_the_queue_is_that_of_the_open_task_wherever_it_was_opened_from(hand: Hand) -> None:
    desk = hand.desk
    desk.click("Queue")
    desk.pages.projects.widget.close_project()
    desk.wait_idle()
    assert not desk.can_see("Start next task")
    desk.key("Ctrl+Return")
    on_task(desk, "view 1.png")
    desk.click("Queue")
    desk.wait_idle()
    assert desk.can_see("Start next task")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems see to it themselves")
def test_what_is_free_goes_back_to_the_system_with_every_task_that_is_left(hand: Hand, qtbot) -> None:
    """Between blocks that stay in use."""
    blocks = [b"x" * 40_000 for _ in range(6_000)]
    kept = blocks[::50] + blocks[-1:]
    del blocks
    before = resident()
    hand.key(Qt.Key.Key_PageDown)
    on_task(hand.desk, "view 2.png")
    qtbot.waitUntil(lambda: resident() < before - 100_000_000)
    assert len(kept) == 121


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_task_that_is_paged_through_is_taken_by_the_first_edit(hand: Hand) -> None:
    desk = hand.desk

    def takers() -> list[str | None]:
        return [desk.reads.task(t).assignee for t in sorted(desk.reads.task_ids(desk.task.loaded.task.project_id))]

    me = desk.catalog.user.email
    assert takers() == [me, None, None, None, None]
    for title in ("view 2.png", "view 3.png"):
        hand.key(Qt.Key.Key_PageDown)
        on_task(desk, title)
    assert takers() == [me, None, None, None, None]
    hand.box()
    hand.saved()
    desk.wait_idle()
    assert takers() == [me, None, me, None, None]


def test_from_task_to_task_only_the_one_on_the_screen_is_kept_and_its_canvas_has_its_size_at_once(hand: Hand) -> None:
    desk = hand.desk
    sizes: list[QSize] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(watched, ImageCanvas) and event.type() == QEvent.Type.Resize:
                sizes.append(event.size())
            return False

    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    for key, title in (
        (Qt.Key.Key_PageDown, "view 2.png"),
        (Qt.Key.Key_PageDown, "view 3.png"),
        (Qt.Key.Key_PageUp, "view 2.png"),
    ):
        sizes.clear()
        hand.key(key)
        on_task(desk, title)
        assert sizes == [desk.canvas.size()]
    QApplication.instance().removeEventFilter(watch)
    desk.until(lambda: len(desk.editor.findChildren(ImageCanvas)) == 1, "the canvases of other tasks are gone")


def test_the_labels_of_a_task_are_read_once_however_it_is_opened_and_left(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, read = hand.desk, []
    labels = CatalogReads.labels
    monkeypatch.setattr(CatalogReads, "labels", lambda reads, row_id: (read.append(row_id), labels(reads, row_id))[1])
    for title in ("view 2.png", "view 3.png"):
        hand.key(Qt.Key.Key_PageDown)
        on_task(desk, title)
    desk.until(lambda: len(read) >= 2, "the task after it is read ahead")
    desk.wait_idle()
    assert len(read) == len(set(read))


def test_the_next_task_is_one_key_away_from_anywhere(studio: Desk) -> None:
    studio.go("Files")
    studio.key("Ctrl+Return")
    on_task(studio, "view 1.png")


def test_a_nudge_from_the_list_of_instances_is_saved_though_no_key_is_let_go_on_the_canvas(hand: Hand) -> None:
    desk = hand.desk
    hand.box()
    hand.key(Qt.Key.Key_Escape)
    hand.key(Qt.Key.Key_Escape)
    row = desk.task.loaded.row.id
    (drawn,) = hand.document.annotations.values()
    desk.item(desk.task.side.labels.table, "Car 1")
    for _ in range(3):
        desk.key("Ctrl+Right")
    (moved,) = hand.document.annotations.values()
    assert moved.geometry.x == drawn.geometry.x + 3
    desk.until(lambda: [*desk.reads.labels(row).annotations.values()] == [moved], "the run of nudges is stored")
    desk.key("Ctrl+Z")
    desk.wait_idle()
    assert [a.geometry for a in desk.reads.labels(row).annotations.values()] == [drawn.geometry]


def test_where_one_was_is_not_forgotten_while_it_is_on_its_way(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is ended in the first seconds of its start starts there the next time."""
    desk = hand.desk
    on_task(desk, "view 1.png")
    task = desk.task.loaded.task.id
    monkeypatch.setattr(Pages, "open_again", lambda _pages, _task_id: None)
    desk.restart()
    assert not desk.pages.editing
    assert desk.window.state.get("task") == task
    desk.go("Files")
    assert desk.window.state.get("task") is None
