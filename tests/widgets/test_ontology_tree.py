"""The ontology as a tree: refreshed in place where it can be, reordered among siblings only."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from storage.model import ontology_edit as edit
from tests.support.panels import Things
from widgets.item_models.ontology_tree import NodeRole, OntologyTree

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.fixture
def tree(qapp):
    tree = OntologyTree()
    tree.tester = QAbstractItemModelTester(tree, FATAL)
    return tree


def titles(tree: OntologyTree, parent: QModelIndex = QModelIndex()) -> list:  # noqa: B008
    found = []
    for row in range(tree.rowCount(parent)):
        index = tree.index(row, 0, parent)
        below = titles(tree, index)
        found.append((index.data(), below) if below else index.data())
    return found


def test_classes_questions_and_options_lie_below_one_another(tree):
    tree.show_ontology(Things().ontology)
    colour = ("Colour", [("red", ["Shade"]), "green"])
    car = ("Car", [colour, "Plate", ("Parts", ["wheels", "doors"])])
    assert titles(tree) == [("Objects", [car, "Tree"]), ("Classifications", [("Weather", ["sun", "rain"])])]


def test_a_new_name_refreshes_one_node(tree):
    things = Things()
    tree.show_ontology(things.ontology)
    resets, touched = [], []
    tree.modelReset.connect(lambda: resets.append(1))
    tree.dataChanged.connect(lambda index, _: touched.append(index.data(NodeRole.HASH)))
    tree.show_ontology(edit.rename(things.ontology, things["Car/Plate"], "Number plate"))
    assert not resets
    assert things["Car/Plate"] in touched
    assert tree.index_of(things["Car/Plate"]).data() == "Number plate"


def moved(tree: OntologyTree, what: str, row: int, parent: str) -> list:
    seen: list = []
    tree.move_wanted.connect(lambda key, place: seen.append((key, place)))
    data = tree.mimeData([tree.index_of(what)])
    onto = tree.index_of(parent)
    if tree.canDropMimeData(data, Qt.DropAction.MoveAction, row, 0, onto):
        tree.dropMimeData(data, Qt.DropAction.MoveAction, row, 0, onto)
    return seen


def test_a_question_is_dragged_to_another_place_among_its_siblings(tree):
    things = Things()
    tree.show_ontology(things.ontology)
    (wanted,) = moved(tree, things["Car/Parts"], 0, things["Car"])
    ontology = edit.move(things.ontology, *wanted)
    assert [a.name for a in ontology.objects[0].attributes] == ["Parts", "Colour", "Plate"]


def test_dragging_down_counts_without_the_thing_itself(tree):
    things = Things()
    tree.show_ontology(things.ontology)
    (wanted,) = moved(tree, things["Car/Colour"], 2, things["Car"])
    assert [a.name for a in edit.move(things.ontology, *wanted).objects[0].attributes] == ["Plate", "Colour", "Parts"]


@pytest.mark.parametrize(("what", "row", "parent"), [("Car/Plate", 0, "Tree"), ("Car", -1, "Weather"), ("Car/Plate", 1, "Car")])
def test_nothing_can_be_dragged_to_another_parent_or_to_where_it_is(tree, what, row, parent):
    things = Things()
    tree.show_ontology(things.ontology)
    assert moved(tree, things[what], row, things[parent]) == []
