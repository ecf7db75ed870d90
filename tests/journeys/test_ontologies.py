"""An ontology built by mouse and keys, and by its JSON with the fault shown at its line."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QMenu

from storage.exchange import ontology_json
from storage.model.geometry import ShapeKind
from storage.model.ontology import AttributeType, Ontology
from tests.journeys.desk import Desk
from tests.support.encord_sdk import OntologyStructure


@pytest.fixture
def fresh(desk: Desk) -> Desk:
    """A new, empty ontology is open."""
    desk.go("Ontologies")

    def name(dialog: Any) -> None:
        desk.fill("Title", "Street", dialog)
        desk.key("Return")

    desk.dialog(lambda: desk.click("New ontology"), name)
    return desk


def stored(desk: Desk) -> Ontology:
    desk.wait_idle()
    (row,) = desk.reads.ontologies()
    return desk.reads.ontology(row.id)  # type: ignore[no-any-return]


def form(desk: Desk) -> Any:
    return desk.pages.ontologies.widget.editor


def add_object(desk: Desk, shape: str, name: str) -> None:
    menu = desk.press_menu("Object", form(desk))
    desk.choose(menu, shape)
    desk.turn()
    desk.key("Ctrl+A")
    desk.type(name)
    desk.key("Return")


def test_objects_questions_and_nested_ones_are_made_by_mouse_and_keys_and_load_into_the_sdk(fresh: Desk) -> None:
    add_object(fresh, "Bounding box", "Car")
    fresh.click("Required", within=form(fresh)._stack)
    fresh.fill("Add a question and press Enter", "Colour")
    fresh.key("Return")
    fresh.click("Colour", within=form(fresh)._stack)
    fresh.click("One of", within=form(fresh)._stack)
    fresh.click("Required", within=form(fresh)._stack)
    for option in ("red", "other"):
        fresh.fill("Add an option and press Enter", option)
        fresh.key("Return")
    fresh.click("Ask more…", nth=1, within=form(fresh)._stack)
    fresh.type("Which colour")  # the keyboard is there at once
    fresh.key("Return")
    for shape, name in (("Polygon", "Tree"), ("Polyline", "Kerb"), ("Bitmask", "Shadow"), ("Keypoint", "Lamp")):
        add_object(fresh, shape, name)
    fresh.click("Classification", within=form(fresh))
    fresh.turn()
    fresh.key("Ctrl+A")
    fresh.type("Remark")
    fresh.key("Return")
    made = stored(fresh)
    assert [(o.name, o.shape) for o in made.objects] == [
        ("Car", ShapeKind.BOX),
        ("Tree", ShapeKind.POLYGON),
        ("Kerb", ShapeKind.POLYLINE),
        ("Shadow", ShapeKind.BITMASK),
        ("Lamp", ShapeKind.POINT),
    ]
    car = made.objects[0]
    assert car.required
    (colour,) = car.attributes
    assert (colour.name, colour.type, colour.required) == ("Colour", AttributeType.RADIO, True)
    assert [o.label for o in colour.options] == ["red", "other"]
    assert [(a.name, a.type) for a in colour.options[1].attributes] == [("Which colour", AttributeType.TEXT)]
    assert [c.attribute.name for c in made.classifications] == ["Remark"]
    sdk = OntologyStructure.from_dict(ontology_json.to_dict(made))
    assert [o.title for o in sdk.objects] == ["Car", "Tree", "Kerb", "Shadow", "Lamp"]


def test_ctrl_z_takes_back_what_was_done_in_the_editor_and_saves_that(fresh: Desk) -> None:
    add_object(fresh, "Bounding box", "Car")
    add_object(fresh, "Polygon", "Tree")
    assert [o.name for o in stored(fresh).objects] == ["Car", "Tree"]
    form(fresh).view.setFocus()
    fresh.key("Ctrl+Z")  # the name
    fresh.key("Ctrl+Z")  # the object
    assert [o.name for o in stored(fresh).objects] == ["Car"]
    fresh.key("Ctrl+Shift+Z")
    fresh.key("Ctrl+Shift+Z")
    assert [o.name for o in stored(fresh).objects] == ["Car", "Tree"]


def test_keys_reorder_and_delete_in_the_tree(fresh: Desk) -> None:
    for name in ("Car", "Tree", "Lamp"):
        add_object(fresh, "Bounding box", name)
    view = form(fresh).view
    fresh.item(view, "Lamp")
    fresh.key("Ctrl+Up", view)
    assert [o.name for o in stored(fresh).objects] == ["Car", "Lamp", "Tree"]
    fresh.item(view, "Tree")
    fresh.key("Del", view)
    assert [o.name for o in stored(fresh).objects] == ["Car", "Lamp"]


def test_the_json_tab_shows_the_fault_at_its_line_and_takes_what_is_right(fresh: Desk) -> None:
    add_object(fresh, "Bounding box", "Car")
    stored(fresh)
    fresh.tab("JSON")
    json = form(fresh).json
    edit = json.edit
    lines = edit.toPlainText().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if '"shape": "bounding_box"' in text)
    put_cursor(edit, edit.toPlainText().index('"bounding_box"') + 1)
    fresh.type("x", edit)
    fresh.wait_idle()
    assert edit.fault_line == line
    assert f"Line {line}" in json._verdict.text()
    assert not fresh.find("Apply", within=json).isEnabled()
    put_cursor(edit, 0)
    fresh.click("Go to the line")
    assert edit.textCursor().blockNumber() == line - 1
    put_cursor(edit, edit.toPlainText().index('"xbounding_box"') + 2)
    fresh.key("Backspace", edit)
    put_cursor(edit, edit.toPlainText().index('"Car"') + 4)
    fresh.type("t", edit)
    fresh.wait_idle()
    fresh.click("Apply", within=json)
    assert [o.name for o in stored(fresh).objects] == ["Cart"]


def put_cursor(edit: Any, place: int) -> None:
    cursor = QTextCursor(edit.document())
    cursor.setPosition(place)
    edit.setTextCursor(cursor)


def test_an_empty_ontology_says_what_belongs_in_it_and_begins_with_one_click(fresh: Desk) -> None:
    fresh.click("Add an object")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    fresh.choose(menu, "Polygon")
    fresh.wait_idle()
    assert [o.shape for o in stored(fresh).objects] == [ShapeKind.POLYGON]
    assert not fresh.can_see("The ontology is empty")
