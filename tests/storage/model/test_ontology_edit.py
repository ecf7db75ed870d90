"""Ontologies: any sequence of verbs gives one that the real SDK loads, and that comes back equal from its JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.errors import BadInput, NotFound, Refused
from storage.exchange import ontology_json
from storage.model import ontology_edit as edit
from storage.model import ontology_tree
from storage.model.geometry import PICTURE_SHAPES, ShapeKind
from storage.model.ontology import (
    MAX_NESTING,
    PALETTE,
    AttributeType,
    ObjectClass,
    Ontology,
    Option,
    SkeletonTemplate,
    TemplatePoint,
)
from storage.model.ontology_codec import from_dict, to_dict
from tests.support.encord_sdk import OntologyStructure
from tests.support.label_strategies import full_ontology, ontologies

names = st.sampled_from(["Car", "Lesion", " Wide load ", "Größe", "a\tb", ""])


def one_act(draw, ontology: Ontology) -> Ontology:
    """Some verb with some arguments, sensible or not."""
    present = [e for e, _ in ontology_tree.elements(ontology)]
    some = draw(st.sampled_from(present)).feature_hash if present else "none"
    acts = [
        lambda: edit.add_object(ontology, draw(names), draw(st.sampled_from(PICTURE_SHAPES)))[0],
        lambda: edit.add_classification(ontology, draw(names), draw(st.sampled_from(AttributeType)))[0],
        lambda: edit.add_attribute(
            ontology, some, draw(names), draw(st.sampled_from(AttributeType)), dynamic=draw(st.booleans())
        )[0],
        lambda: edit.add_option(ontology, some, draw(names))[0],
        lambda: edit.rename(ontology, some, draw(names)),
        lambda: edit.recolor(ontology, some, draw(st.sampled_from(["#aabbcc", "red"]))),
        lambda: edit.set_shape(ontology, some, draw(st.sampled_from(PICTURE_SHAPES))),
        lambda: edit.set_required(ontology, some, draw(st.booleans())),
        lambda: edit.set_dynamic(ontology, some, draw(st.booleans())),
        lambda: edit.set_archived(ontology, some, draw(st.booleans())),
        lambda: edit.set_global(ontology, some, draw(st.booleans())),
        lambda: edit.set_hotkey(ontology, some, draw(st.sampled_from(["", "1", "0", "x"]))),
        lambda: edit.set_type(ontology, some, draw(st.sampled_from(AttributeType))),
        lambda: edit.move(ontology, some, draw(st.integers(-1, 3))),
        lambda: edit.remove(ontology, some),
        lambda: edit.set_template(
            ontology, SkeletonTemplate("", some, 1, 1, (TemplatePoint(0, 0, "a", "#000000", "a", "AAAAAAAA"),), ())
        ),
    ]
    return draw(st.sampled_from(acts))()


@given(st.data())
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_sequence_of_verbs_yields_an_ontology_that_the_sdk_loads(data):
    ontology = Ontology()
    for _ in range(data.draw(st.integers(1, 25))):
        before = ontology
        try:
            ontology = one_act(data.draw, ontology)
        except (Refused, NotFound):
            assert ontology == before
    structure = to_dict(ontology)
    theirs = OntologyStructure.from_dict(json.loads(json.dumps(structure)))
    assert [o.name for o in theirs.objects] == [o.name for o in ontology.objects]
    assert len(theirs.skeleton_templates) == len(ontology.skeleton_templates)
    assert from_dict(structure) == ontology
    ids = [e.id for e, parent in ontology_tree.elements(ontology) if parent is not None]
    assert len({e.feature_hash for e, _ in ontology_tree.elements(ontology)}) == len(list(ontology_tree.elements(ontology)))
    assert all(i.count(".") >= 1 for i in ids)
    keys = [o.hotkey for o in ontology.objects if o.hotkey]
    assert len(keys) == len(set(keys))


@given(ontologies())
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_text_and_back_is_equal_and_stable(ontology):
    text = ontology_json.dumps(ontology)
    again = ontology_json.loads(text)
    assert again == ontology
    assert ontology_json.dumps(again) == text


def test_what_the_sdk_writes_of_ours_reads_equal():
    ontology = full_ontology()
    theirs = OntologyStructure.from_dict(to_dict(ontology)).to_dict()
    for thing in theirs["objects"]:
        thing["hotkey"] = ontology.object(thing["featureNodeHash"]).hotkey  # the one thing that it does not keep
    assert from_dict(theirs) == ontology


def test_ids_are_dotted_paths_and_colours_come_from_the_palette():
    ontology, car = edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    ontology, bus = edit.add_object(ontology, "Bus", ShapeKind.BOX)
    ontology, attribute = edit.add_attribute(ontology, bus, "Door", AttributeType.RADIO)
    ontology, option = edit.add_option(ontology, attribute, "Wide  Open")
    ontology, nested = edit.add_attribute(ontology, option, "Why")
    assert [o.id for o in ontology.objects] == ["1", "2"]
    assert [o.color for o in ontology.objects] == list(PALETTE[:2])
    assert [o.hotkey for o in ontology.objects] == ["1", "2"]
    without = replace(ontology, objects=tuple(replace(o, hotkey="") for o in ontology.objects))
    added, _ = edit.add_object(without, "Angle", ShapeKind.POLYLINE)
    assert added.objects[-1].hotkey == "3"  # nobody loses the digit that the place in the list gives
    assert [ontology_tree.find(ontology, h).id for h in (attribute, option, nested)] == ["2.1", "2.1.1", "2.1.1.1"]
    assert ontology_tree.find(ontology, option).value == "wide__open"
    assert ontology_tree.find(edit.rename(ontology, option, "Shut"), option).value == "shut"
    assert ontology_tree.find(ontology, car).attributes == ()


def test_a_new_class_leaves_the_key_of_one_that_is_out_of_use():
    """Which comes back with it."""
    ontology, first = edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    ontology, _ = edit.add_object(edit.set_archived(ontology, first, True), "Tree", ShapeKind.BOX)
    assert [o.hotkey for o in ontology.objects] == ["1", "2"]


def test_attributes_nest_as_deep_as_the_platform_allows_and_no_deeper():
    ontology, owner = edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    for level in range(MAX_NESTING + 1):
        ontology, attribute = edit.add_attribute(ontology, owner, "Q", AttributeType.RADIO)
        assert ontology_tree.level_of(ontology, attribute) == level
        ontology, owner = edit.add_option(ontology, attribute, "yes")
    with pytest.raises(Refused, match="7 levels"):
        edit.add_attribute(ontology, owner, "Q")
    assert OntologyStructure.from_dict(to_dict(ontology))


def test_what_the_rules_forbid_is_refused():
    ontology, car = edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    ontology, row = edit.add_classification(ontology, "Scene", AttributeType.CHECKLIST)
    ontology, option = edit.add_option(ontology, ontology_tree.find(ontology, row).attribute.feature_hash, "Day")
    ontology, text = edit.add_attribute(ontology, car, "Plate")
    for forbidden in (
        lambda: edit.add_object(ontology, "Car", ShapeKind.BOX),
        lambda: edit.add_object(ontology, "  ", ShapeKind.BOX),
        lambda: edit.add_attribute(ontology, option, "Why"),
        lambda: edit.add_attribute(ontology, car, "Plate"),
        lambda: edit.add_option(ontology, text, "x"),
        lambda: edit.set_dynamic(ontology, row, True),
        lambda: edit.remove(ontology, ontology_tree.find(ontology, row).attribute.feature_hash),
        lambda: edit.recolor(ontology, car, "red"),
        lambda: edit.set_hotkey(ontology, car, "q"),
    ):
        with pytest.raises(Refused):
            forbidden()
    assert edit.add_object(ontology, "Car", ShapeKind.POLYGON)  # another shape may have the name


def test_a_new_type_keeps_the_options_only_where_they_fit():
    ontology, car = edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    ontology, radio = edit.add_attribute(ontology, car, "Kind", AttributeType.RADIO)
    ontology, option = edit.add_option(ontology, radio, "Van")
    ontology, _ = edit.add_attribute(ontology, option, "Seats", AttributeType.NUMERIC)
    as_list = ontology_tree.find(edit.set_type(ontology, radio, AttributeType.CHECKLIST), radio)
    assert [o.label for o in as_list.options] == ["Van"]
    assert as_list.options[0].attributes == ()
    assert ontology_tree.find(edit.set_type(ontology, radio, AttributeType.TEXT), radio).options == ()


def test_moving_and_removing_leave_all_else_untouched():
    ontology = Ontology()
    hashes = []
    for name in "abc":
        ontology, own = edit.add_object(ontology, name, ShapeKind.BOX)
        hashes.append(own)
    assert [o.name for o in edit.move(ontology, hashes[0], 1).objects] == ["b", "a", "c"]
    assert [o.name for o in edit.move(ontology, hashes[0], 99).objects] == ["b", "c", "a"]
    assert [o.name for o in edit.remove(ontology, hashes[1]).objects] == ["a", "c"]
    assert edit.move(ontology, hashes[0], 1).objects[2] is ontology.objects[2]


def test_a_skeleton_is_renamed_with_its_drawing_and_loses_it_with_its_shape():
    ontology = full_ontology()
    own = ontology.skeleton_templates[0].feature_hash
    assert edit.rename(ontology, own, "Hand").template(own).name == "Hand"
    assert edit.set_shape(ontology, own, ShapeKind.BOX).skeleton_templates == ()
    assert edit.remove(ontology, own).skeleton_templates == ()


def test_unknown_keys_are_kept_wherever_they_stand():
    structure = to_dict(full_ontology())

    def mark(value, n=0):
        if isinstance(value, dict):
            for v in value.values():
                mark(v)
            if "featureNodeHash" in value or "feature_node_hash" in value or "objects" in value:
                value["ours"] = {"deep": [1]}
        elif isinstance(value, list):
            for v in value:
                mark(v)

    mark(structure)
    structure["skeleton_templates"][0]["template"]["skeleton"]["1"]["note"] = "x"
    assert to_dict(from_dict(structure)) == structure


# -- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "below", "said"),
    [
        ('"name": "Car"', '"nam": "Car"', -2, "“name” is missing"),
        ('"bounding_box"', '"boks"', 0, "no shape"),
        ('"required": true', '"required": "yes"', 0, "true or false"),
        ('"type": "text"', '"type": "essay"', 0, "no type"),
        ('"type": "text",', '"type": "text"', 1, "comma"),
        ('"name": "Plate"', '"name": "Plate", "name": "Again"', 0, "used twice"),
        ('"dynamic": true', '"dynamic": NaN', 0, "no number"),
        ('"id": "1.1"', '"id": "one"', 0, "numbers joined by dots"),
        ('"color": "#D33115"', '"color": "red"', 0, "no colour"),
    ],
)
def test_a_fault_names_its_line(old, new, below, said):
    """`below`: lines between the damage and where the reader notices it."""
    ontology, car = edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    ontology, _ = edit.add_attribute(ontology, car, "Plate", required=True, dynamic=True)
    text = ontology_json.dumps(ontology)
    assert text.count(old) == 1
    line = text[: text.index(old)].count("\n") + 1 + below
    with pytest.raises(ontology_json.BadJson, match=said) as caught:
        ontology_json.loads(text.replace(old, new))
    assert caught.value.line == line, str(caught.value)
    assert f"Line {line}, column {caught.value.column}" in str(caught.value)


def test_hashes_used_twice_are_refused_with_both_places():
    structure = to_dict(full_ontology())
    structure["objects"][1]["featureNodeHash"] = structure["objects"][0]["featureNodeHash"]
    with pytest.raises(BadInput, match=r"objects\[0\]") as caught:
        from_dict(structure)
    assert caught.value.input == "objects[1].featureNodeHash"


@pytest.mark.parametrize("text", ["", "[]", "3", "{", '{"objects": []}', "[" * 100_000])
def test_texts_that_are_no_ontology_are_refused(text):
    with pytest.raises(BadInput):
        ontology_json.loads(text)


def test_elements_are_typed():
    kinds = {type(e) for e, _ in ontology_tree.elements(full_ontology())}
    assert {ObjectClass, Option} <= kinds
