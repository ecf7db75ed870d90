"""Which questions stand open, which answers fit, what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.model import interpolation, rules
from storage.model import ontology_edit as edit
from storage.model.geometry import Box, ShapeKind
from storage.model.labels import Annotation, Answer, Classification, Instance, LabelDocument
from storage.model.ontology import AttributeType, Ontology


@pytest.fixture(scope="module")
def asked():
    """A required car with a required radio question, a required one under its first option, and a required scene."""
    ontology, car = edit.add_object(Ontology(), "Car", ShapeKind.BOX, required=True)
    ontology, state = edit.add_attribute(ontology, car, "State", AttributeType.RADIO, required=True)
    ontology, broken = edit.add_option(ontology, state, "Broken")
    ontology, fine = edit.add_option(ontology, state, "Fine")
    ontology, why = edit.add_attribute(ontology, broken, "Why", required=True)
    ontology, scene = edit.add_classification(ontology, "Scene", required=True)
    return ontology, {"car": car, "state": state, "broken": broken, "fine": fine, "why": why, "scene": scene}


def drawn(own: str, *frames: int) -> LabelDocument:
    document = LabelDocument()
    document.put(Instance("i", "AAAAAAAA", own, 3))
    for frame in frames or (0,):
        document.put(Annotation(f"a{frame}", "i", Box(0, 0, 1, 1), frame))
    return document


def test_everything_required_is_missed_on_an_empty_picture(asked):
    ontology, h = asked
    assert [g.text for g in rules.gaps(ontology, LabelDocument())] == ["No “Car” has been drawn.", "“Scene” is not answered."]
    assert rules.gaps(ontology, LabelDocument())[1].classification == h["scene"]


def test_a_nested_question_is_missed_only_under_its_option(asked):
    ontology, h = asked
    document = drawn(h["car"])
    document.put(Classification("c", "BBBBBBBB", h["scene"]))
    document.put(Answer("s", "c", ontology.classifications[0].attribute.feature_hash, "day"))
    (gap,) = rules.gaps(ontology, document)
    assert (gap.instance, gap.attribute, gap.at) == ("i", h["state"], ("", 0))
    assert gap.text == "Car 3: “State” is not answered."
    document.put(Answer("x", "i", h["state"], (h["broken"],)))
    (gap,) = rules.gaps(ontology, document)
    assert gap.attribute == h["why"]
    document.put(Answer("x", "i", h["state"], (h["fine"],)))
    assert rules.gaps(ontology, document) == []


def test_archived_things_ask_nothing(asked):
    ontology, h = asked
    for own in (h["car"], h["scene"]):
        ontology = edit.set_archived(ontology, own, True)
    assert rules.gaps(ontology, drawn(h["car"])) == []


def test_a_dynamic_question_is_missed_on_its_first_open_frame(asked):
    ontology, h = asked
    ontology = edit.remove(ontology, h["scene"])
    ontology = edit.set_dynamic(ontology, h["state"], True)
    document = drawn(h["car"], 2, 3, 4)
    document.put(Answer("x", "i", h["state"], (h["fine"],), 2, 3))
    (gap,) = rules.gaps(ontology, document, 9)
    assert gap.at == ("", 4)
    document.put(Answer("y", "i", h["state"], (h["fine"],)))
    assert rules.gaps(ontology, document, 9) == []


def test_a_dynamic_question_of_a_track_is_missed_between_its_key_frames_too(asked):
    ontology, h = asked
    ontology = edit.set_dynamic(edit.remove(ontology, h["scene"]), h["state"], True)
    document = drawn(h["car"], 2, 20)
    document.put(Answer("x", "i", h["state"], (h["fine"],), 0, 9))
    document.put(Answer("y", "i", h["state"], (h["fine"],), 12, 30))
    assert rules.gaps(ontology, document, 40) == []  # pages: nothing lies between them
    (gap,) = rules.gaps(ontology, document, 40, moving=True)
    assert gap.at == ("", 10)


@given(
    st.dictionaries(st.integers(0, 15), st.sampled_from(["key", "alone", "outside"]), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 4), st.sampled_from(["fine", "broken", "deep"])), max_size=4),
)
def test_gaps_of_a_track_are_those_that_looking_at_every_frame_finds(asked, rows, told):
    ontology, h = asked
    ontology = edit.set_dynamic(edit.remove(ontology, h["scene"]), h["state"], True)
    document = drawn(h["car"])
    document.drop("annotation", next(iter(document.annotations)))
    for frame, kind in rows.items():
        row = Annotation(f"a{frame}", "i", Box(0, 0, 1, 1), frame, keyframe=kind == "key", outside=kind == "outside")
        document.put(row)
    for n, (first, length, what) in enumerate(told):
        attribute = h["why"] if what == "deep" else h["state"]
        document.put(Answer(f"t{n}", "i", attribute, "so" if what == "deep" else (h[what],), first, first + length))
    found = {gap.attribute: gap.at[1] for gap in rules.gaps(ontology, document, 16, moving=True) if gap.at is not None}
    expected: dict[str, int] = {}
    for frame in range(16):
        shown = interpolation.present(document, "i", frame)
        if shown is None or shown.outside:
            continue
        here = rules.answers_on(document, "i", frame)
        for question in rules.questions(ontology.objects[0].attributes, here):
            q = question.attribute
            if q.required and rules.is_empty(here.get(q.feature_hash)):
                expected.setdefault(q.feature_hash, frame)
    assert found == expected


def test_gaps_of_a_group_lead_to_its_pictures(asked):
    ontology, h = asked
    ontology = edit.set_dynamic(ontology, h["state"], True)
    document = drawn(h["car"])
    document.drop("annotation", next(iter(document.annotations)))
    for part in ("b", "a"):  # the pictures are called z, b, a: in this order
        document.put(Annotation(part, "i", Box(0, 0, 1, 1), 0, part))
    document.put(Answer("x", "i", h["state"], (h["fine"],), 1, 1))
    document.put(Classification("c", "BBBBBBBB", h["scene"], ((1, 2),)))
    found = rules.gaps(ontology, document, 3, members=("z", "b", "a"))
    assert [(gap.instance or gap.classification, gap.at) for gap in found] == [("i", ("a", 0)), ("c", ("b", 0))]


def test_questions_come_in_order_with_their_depth(asked):
    ontology, h = asked
    attributes = ontology.objects[0].attributes
    assert [q.attribute.feature_hash for q in rules.questions(attributes, {})] == [h["state"]]
    found = rules.questions(attributes, {h["state"]: (h["broken"],)})
    assert [(q.attribute.feature_hash, q.depth, q.parent) for q in found] == [(h["state"], 0, None), (h["why"], 1, h["state"])]
    archived = edit.set_archived(ontology, h["why"], True).objects[0].attributes
    assert len(rules.questions(archived, {h["state"]: (h["broken"],)})) == 1


def test_the_answers_that_lose_their_question_are_known(asked):
    ontology, h = asked
    attribute = ontology.objects[0].attributes[0]
    assert rules.nested_hashes(attribute, but=(h["fine"],)) == (h["why"],)
    assert rules.nested_hashes(attribute, but=(h["broken"],)) == ()
    assert rules.find_attribute((attribute,), h["why"]).name == "Why"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (AttributeType.TEXT, "x", 3.0),
        (AttributeType.NUMERIC, 3.5, "x"),
        (AttributeType.NUMERIC, 3, float("nan")),
        (AttributeType.NUMERIC, -1.0, True),
        (AttributeType.RADIO, ("a",), ("a", "b")),
        (AttributeType.RADIO, (), ("c",)),
        (AttributeType.CHECKLIST, ("a", "b"), ("a", "a")),
        (AttributeType.CHECKLIST, ("b",), "b"),
    ],
)
def test_answers_fit_their_question(kind, good, bad):
    ontology, own = edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    ontology, radio = edit.add_attribute(ontology, own, "Q", AttributeType.RADIO)
    for label in "ab":
        ontology, _ = edit.add_option(ontology, radio, label)
    question = ontology.objects[0].attributes[0]
    options = tuple(replace(o, feature_hash=o.label) for o in question.options)
    question = replace(question, type=kind, options=options if kind in edit.CHOICES else ())
    assert rules.validate_answer(question, good) == ""
    assert "“Q”" in rules.validate_answer(question, bad)
