"""From a file to its labels: the task of an item is opened where the item lies."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMenu

from app.preview import Preview
from postil.demo.ontology import sample_ontology
from storage.catalog import datasets, ontologies, projects
from tests.journeys.desk import Desk
from tests.journeys.strokes import Hand
from tests.journeys.tasks import on_task


@pytest.fixture
def ground(desk: Desk, album: Path) -> Desk:
    """boat.jpg is labelled in one of two projects, beach.png in none."""
    desk.add("Album", album / "beach.png", album / "boat.jpg")
    desk.add("Loose", album / "beach.png")
    dataset = desk.do(datasets.create, "Holidays")
    desk.do(datasets.attach_folder, dataset, desk.reads.folder_by_path("Album").id)
    ontology = desk.do(ontologies.create, "Things", sample_ontology())
    made = desk.do(projects.create, "Summer", "", ontology, (dataset,))
    task = next(t for t in desk.reads.task_rows(desk.reads.task_ids(made)) if t.title == "boat.jpg")
    desk.pages.open_task(task.id)
    on_task(desk, "boat.jpg")
    Hand(desk).draw_everything()
    desk.click("Queue")
    desk.wait_idle()
    return desk


def project_shown(desk: Desk) -> str:
    return desk.reads.project(desk.pages.projects.widget.current).title  # type: ignore[no-any-return]


def select(desk: Desk, folder: str, title: str) -> None:
    desk.go("Files")
    desk.pages.files.panel.open_folder(desk.reads.folder_by_path(folder).id)
    desk.wait_idle()
    items = desk.pages.files.panel.list
    number = next(n for n in range(items.model.rowCount()) if items.model.row(n).title == title)
    desk.item(items.view(), items.model.index(number, 0))
    desk.wait_idle()


def looks(desk: Desk) -> list[Preview]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, Preview) and w.isVisible()]


def close_looks(desk: Desk) -> None:
    for look in looks(desk):
        desk.until(lambda look=look: look.editor is not None and look.editor.settled, "the item is shown")
        look.close()
    desk.wait_idle()


def test_enter_on_a_labelled_file_opens_its_labels_and_takes_the_task_from_nobody(ground: Desk) -> None:
    before = {t: ground.reads.task(t).assignee for t in ground.reads.task_ids(ground.reads.projects()[0].id)}
    select(ground, "Album", "boat.jpg")
    ground.key("Return", ground.pages.files.panel.list.view())
    on_task(ground, "boat.jpg")
    assert ground.task.session.document.annotations
    assert {t: ground.reads.task(t).assignee for t in before} == before
    ground.click("Queue")
    ground.wait_idle()
    assert project_shown(ground) == "Summer"


def test_enter_on_a_file_without_labels_is_a_look_and_the_menu_opens_its_task(ground: Desk) -> None:
    select(ground, "Album", "beach.png")
    view = ground.pages.files.panel.list.view()
    ground.key("Return", view)
    assert [look.windowTitle() for look in looks(ground)] == ["beach.png"]
    close_looks(ground)
    menu = ground.open_menu(view.viewport(), view.visualRect(view.currentIndex()).center())
    ground.choose(menu, "Open its task")
    on_task(ground, "beach.png")


def test_where_several_projects_have_it_one_is_asked_which(ground: Desk) -> None:
    (dataset,), (ontology,) = ground.reads.datasets(), ground.reads.ontologies()
    ground.do(projects.create, "Autumn", "", ontology.id, (dataset.id,))
    select(ground, "Album", "beach.png")
    ground.window.registry.trigger("files.open_task")
    ground.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "the projects to choose from")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [a.text() for a in menu.actions() if a.isEnabled() and not a.isSeparator()] == [
        "Autumn  ·  Annotate 1",
        "Summer  ·  Annotate 1",
    ]
    ground.choose(menu, "Autumn  ·  Annotate 1")
    on_task(ground, "beach.png")
    assert project_shown(ground) == "Autumn"


def test_the_details_name_projects_and_lead_to_their_tasks(ground: Desk) -> None:
    select(ground, "Album", "boat.jpg")
    details = ground.pages.files.details
    me = ground.catalog.user.email
    assert ground.can_see("Summer", details)
    assert ground.can_see(f"Annotate 1 · Assigned · {me}", details)
    ground.click("Open task", within=details)
    on_task(ground, "boat.jpg")


def test_a_file_of_no_project_says_that_it_has_no_task(ground: Desk) -> None:
    select(ground, "Loose", "beach.png")
    assert ground.window.registry.why_not("files.open_task") == "It is in no project."
    assert not ground.can_see("Projects", ground.pages.files.details)
