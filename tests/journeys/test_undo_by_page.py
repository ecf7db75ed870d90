"""Ctrl+Z names what it takes back, and asks before that is much or lies on another page; the ontology editor keeps to its own."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from storage.catalog import folders, ontologies, projects
from storage.errors import CatalogBusy
from tests.journeys.desk import Desk, steps
from tests.journeys.test_ontologies import add_object, form


@pytest.fixture
def told(queue: Desk) -> list[str]:
    words: list[str] = []
    queue.window.messages.told.connect(words.append)
    return words


def asked(desk: Desk, keys: str, answer: str) -> str:
    """What the question says that `keys` bring up; it is answered."""
    said: list[str] = []

    def person(dialog: Any) -> None:
        said.extend(label.text() for label in dialog.findChildren(QLabel))
        desk.click(answer)

    desk.dialog(lambda: desk.key(keys), person)
    return " ".join(said)


def test_a_project_made_on_another_page_is_named_and_asked_about(queue: Desk, told: list[str]) -> None:
    queue.go("Projects")
    queue.dialog(
        lambda: queue.click("New project", nth=0),
        steps(lambda: queue.fill("Title", "E project"), lambda: queue.click("Create project")),
    )
    queue.go("Files")
    question = asked(queue, "Ctrl+Z", "Cancel")
    assert "New project “E project”" in question
    assert "on the page “Projects”" in question and "4 tasks go with it, with all their labels." in question
    assert [p.title for p in queue.reads.projects()] == ["Boxes", "E project"]
    asked(queue, "Ctrl+Z", "Undo it")
    assert [p.title for p in queue.reads.projects()] == ["Boxes"]
    assert told[-1] == "Undone: New project “E project”"
    queue.go("Projects")
    queue.key("Ctrl+Shift+Z")  # where it was made, and nothing is taken away
    queue.wait_idle()
    assert [p.title for p in queue.reads.projects()] == ["Boxes", "E project"]
    assert told[-1] == "Done again: New project “E project”"


def test_presses_in_haste_ask_as_well(queue: Desk) -> None:
    """The second one meets the project while the first is still being undone."""
    project = queue.do(projects.create, "Second", "", queue.reads.ontologies()[0].id, (queue.reads.datasets()[0].id,))
    queue.do(projects.rename, project, "Renamed")

    def press() -> None:
        queue.key("Ctrl+Z")
        queue.key("Ctrl+Z")

    queue.dialog(press, steps(lambda: queue.click("Cancel")))
    assert [p.title for p in queue.reads.projects()] == ["Boxes", "Second"]


def test_undo_and_redo_run_in_the_order_in_which_they_were_pressed(queue: Desk, told: list[str]) -> None:
    """Though what they are about is still being done when they are pressed; and what takes long is said."""
    gate = threading.Event()

    def slowly(op: Any) -> None:
        folders.create(op, None, "Slow")
        gate.wait(60)

    queue.go("Files")
    queue.do(folders.create, None, "First")
    queue.pages.operations.run("Make a folder", slowly)
    for keys in ("Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Z"):
        queue.key(keys)
    queue.until(lambda: "Make a folder…" in told, "it is said what is being done")
    assert not any("ndone" in words or "again" in words for words in told)
    gate.set()
    queue.wait_idle()
    assert "First" in queue.folder_paths() and "Slow" not in queue.folder_paths()
    what = "Make a folder “Slow”"
    assert told[-3:] == [f"Undone: {what}", f"Done again: {what}", f"Undone: {what}"]


def test_an_undo_that_could_not_be_done_is_not_in_the_way_of_the_next(
    queue: Desk, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program writes for too long, say."""
    busy: Future[Any] = Future()
    busy.set_exception(CatalogBusy("Another program writes.", remedy="Try again.", input=""))
    faults: list[BaseException] = []
    queue.go("Files")
    queue.do(folders.create, None, "First")
    with monkeypatch.context() as patched:
        patched.setattr(queue.catalog, "submit", lambda *_args, **_how: busy)
        patched.setattr(queue.window.messages, "error", lambda error, *_doing: faults.append(error))
        queue.key("Ctrl+Z")
        queue.wait_idle()
    assert faults == [busy.exception()] and "First" in queue.folder_paths()
    queue.key("Ctrl+Z")
    queue.wait_idle()
    assert "First" not in queue.folder_paths() and told[-1].startswith("Undone: ")


def test_undo_in_the_ontology_editor_ends_where_it_began(queue: Desk, told: list[str]) -> None:
    queue.go("Ontologies")
    (row,) = queue.reads.ontologies()
    before = queue.reads.ontology(row.id)
    add_object(queue, "Polygon", "Tree")
    queue.key("Ctrl+Z", form(queue).view)
    queue.key("Ctrl+Z", form(queue).view)  # at once: what was to be saved is so already
    queue.wait_idle()
    assert queue.reads.ontology(row.id) == before
    assert queue.pages.ontologies.widget._state.text() == "Saved"
    add_object(queue, "Polygon", "Tree")
    form(queue).undo()
    form(queue).undo()
    queue.wait_idle()
    assert "Ground" in asked(queue, "Ctrl+Z", "Cancel"), "no step of the editor, and none of its saves"
    assert queue.reads.ontology(row.id) == before
    assert queue.pages.ontologies.widget._state.text() == "Saved"
    for _ in range(2):
        queue.key("Ctrl+Shift+Z", form(queue).view)
    queue.wait_idle()
    assert [o.name for o in queue.reads.ontology(row.id).objects] == ["Thing", "Tree"]


def test_a_new_ontology_does_not_go_unasked_and_its_steps_are_there_when_one_comes_back(queue: Desk) -> None:
    queue.go("Ontologies")
    made = queue.do(ontologies.create, "EOnto", queue.reads.ontology(queue.reads.ontologies()[0].id))
    panel = queue.pages.ontologies.widget
    panel.show_ontology(made)
    queue.wait_idle()
    assert "“EOnto”" in asked(queue, "Ctrl+Z", "Cancel")
    assert {o.title for o in queue.reads.ontologies()} == {"Things", "EOnto"}
    add_object(queue, "Polygon", "Tree")
    queue.wait_idle()
    panel.show_ontology(
        queue.reads.ontologies()[1].id if queue.reads.ontologies()[0].id == made else queue.reads.ontologies()[0].id
    )
    queue.wait_idle()
    panel.show_ontology(made)
    queue.wait_idle()
    for _ in range(2):
        queue.key("Ctrl+Z", form(queue).view)
    queue.wait_idle()
    assert [o.name for o in queue.reads.ontology(made).objects] == ["Thing"]
