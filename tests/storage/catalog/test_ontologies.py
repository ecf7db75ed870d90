from __future__ import annotations

import pytest

from storage.catalog import ontologies, projects
from storage.catalog.engine import Catalog
from storage.errors import Refused
from storage.model.geometry import ShapeKind
from storage.model.ontology import ObjectClass, Ontology
from tests.support.nouns import project, undo

CAR = ObjectClass("1", "Car", "#D33115", ShapeKind.BOX, "car00000", extra={"theirs": [1]})
CARS = Ontology((CAR,), extra={"kept": True})


def version(catalog: Catalog, ontology_id: int) -> int:
    return int(catalog.reader().execute("SELECT version FROM ontologies WHERE id = ?", (ontology_id,)).fetchone()[0])


def test_an_ontology_comes_back_as_it_was_saved_with_what_we_do_not_know(catalog: Catalog) -> None:
    made = catalog.do("New", ontologies.create, "Cars", CARS)
    assert catalog.reads.ontology(made) == CARS
    row = catalog.reads.ontology_by_title("CARS")
    assert (row.objects, row.classifications, row.projects) == (1, 0, 0)


def test_saving_makes_a_new_version_unless_nothing_changed(catalog: Catalog) -> None:
    made = catalog.do("New", ontologies.create, "Cars", CARS)
    catalog.do("Save", ontologies.save, made, Ontology())
    assert (catalog.reads.ontology(made), version(catalog, made)) == (Ontology(), 2)
    catalog.do("Save", ontologies.save, made, Ontology())
    assert version(catalog, made) == 2
    undo(catalog)
    assert catalog.reads.ontology(made) == CARS


def test_a_duplicate_gets_the_next_free_title(catalog: Catalog) -> None:
    made = catalog.do("New", ontologies.create, "Cars v1.0", CARS)
    for _ in range(2):
        catalog.do("Duplicate", ontologies.duplicate, made)
    assert [o.title for o in catalog.reads.ontologies()] == ["Cars v1.0", "Cars v1.0 (2)", "Cars v1.0 (3)"]


def test_an_ontology_in_use_is_not_deleted(catalog: Catalog) -> None:
    work = project(catalog, title="Street")
    used = catalog.reads.project(work).ontology_id
    with pytest.raises(Refused, match="“Street”"):
        catalog.do("Delete", ontologies.delete, used)
    catalog.do("Delete project", projects.delete, work)
    catalog.do("Delete", ontologies.delete, used)
    assert catalog.reads.ontologies() == []
    undo(catalog)
    assert catalog.reads.ontology(used) == Ontology()


def test_use_is_told_by_project(catalog: Catalog) -> None:
    work = project(catalog, title="Street")
    told = catalog.reads.ontology_use(catalog.reads.project(work).ontology_id)
    assert (told.projects, told.by_feature) == (("Street",), {})
