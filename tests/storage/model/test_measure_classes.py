"""Where measurements are kept: the class is chosen by what its name says that it measures."""

from __future__ import annotations

import pytest

from storage.model import ontology_edit
from storage.model.geometry import ShapeKind
from storage.model.measure_classes import Measure, line_class, line_classes, measure_of, with_line_class
from storage.model.ontology import Ontology


def lines(*names: str) -> Ontology:
    made = Ontology()
    for name in names:
        made = ontology_edit.add_object(made, name, ShapeKind.POLYLINE)[0]
    return made


@pytest.mark.parametrize(
    ("name", "points", "what"),
    [
        ("Vessel", 2, Measure.LENGTH),
        ("Vessel", 4, Measure.LENGTH),
        ("Hip angle", 3, Measure.ANGLE),
        ("Hip angle", 2, Measure.LENGTH),
        ("Cobb", 4, Measure.COBB),
        ("Cobb", 3, Measure.LENGTH),
        ("COBB ANGLE", 4, Measure.COBB),
    ],
)
def test_the_name_and_the_points_say_what_is_measured(name, points, what):
    assert measure_of(name, points) is what


@pytest.mark.parametrize(
    ("what", "offered"), [(Measure.LENGTH, ["Vessel"]), (Measure.ANGLE, ["Hip angle"]), (Measure.COBB, ["Cobb"])]
)
def test_each_measurement_has_its_classes_and_none_is_taken_unasked(what, offered):
    ontology = lines("Cobb", "Hip angle", "Vessel")
    assert [c.name for c in line_classes(ontology, what)] == offered
    assert line_class(ontology, what) is None


def test_the_armed_class_goes_first_where_it_fits_then_that_of_the_last_one_then_that_of_its_name():
    ontology = lines("Hip angle", "Angle", "Knee angle", "Vessel")
    known = {c.name: c.feature_hash for c in ontology.objects}
    assert line_class(ontology, Measure.ANGLE, known["Hip angle"], known["Knee angle"]).name == "Hip angle"
    assert line_class(ontology, Measure.ANGLE, known["Vessel"], known["Knee angle"]).name == "Knee angle"
    assert line_class(ontology, Measure.ANGLE, known["Vessel"], "gone").name == "Angle"


def test_cobbs_angles_are_kept_apart_from_others_unless_their_class_is_armed():
    ontology = lines("Angle")
    assert line_class(ontology, Measure.COBB) is None and line_classes(ontology, Measure.COBB) == []
    assert line_class(ontology, Measure.COBB, ontology.objects[0].feature_hash).name == "Angle"
    assert [c.name for c in with_line_class(ontology, Measure.COBB).objects] == ["Angle", "Cobb angle"]


def test_lengths_are_not_kept_among_angles():
    assert line_classes(lines("Angle", "Cobb angle"), Measure.LENGTH) == []


@pytest.mark.parametrize("what", list(Measure))
def test_a_class_is_added_once(what):
    made = with_line_class(Ontology(), what)
    (added,) = made.objects
    assert (added.name, added.shape) == (what.value, ShapeKind.POLYLINE)
    assert with_line_class(made, what) is made


def test_an_archived_class_comes_back_instead_of_a_second_one():
    ontology = lines("Cobb angle")
    archived = ontology_edit.set_archived(ontology, ontology.objects[0].feature_hash, True)
    assert with_line_class(archived, Measure.COBB).objects == ontology.objects
