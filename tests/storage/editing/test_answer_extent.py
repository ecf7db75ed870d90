"""How far answers reach, frame by frame; where classifications hold."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.editing import classification_ranges
from storage.editing.answer_extent import Extent, When, give, reach
from storage.errors import Refused
from storage.model import ontology_edit as edit
from storage.model import rules
from storage.model.geometry import Box, ShapeKind
from storage.model.labels import Annotation, Answer, Classification, Instance, LabelDocument
from storage.model.ontology import AttributeType, Ontology
from storage.model.ranges import joined

COUNT = 12
frames = st.integers(0, COUNT - 1)


def ontology():
    made, car = edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    made, door = edit.add_attribute(made, car, "Door", AttributeType.RADIO, dynamic=True)
    made, opened = edit.add_option(made, door, "open")
    made, shut = edit.add_option(made, door, "shut")
    made, _wide = edit.add_attribute(made, opened, "How wide")
    root = made.object(car).attributes[0]
    return made, root, (opened,), (shut,), root.options[0].attributes[0]


ONTOLOGY, DOOR, OPEN, SHUT, WIDE = ontology()


def fresh() -> LabelDocument:
    document = LabelDocument()
    document.put(Instance("car", "AAAAAAAA", ONTOLOGY.objects[0].feature_hash, 1))
    document.put(Annotation("a", "car", Box(0, 0, 1, 1), 0))
    document.put(Annotation("b", "car", Box(0, 0, 1, 1), 5))
    return document


def by_frame(document: LabelDocument, attribute) -> list:
    held = [rules.answers_on(document, "car", f).get(attribute.feature_hash) for f in range(COUNT)]
    for answer in document.answers_of("car"):
        assert answer.first is not None, "a dynamic answer was stored as one for the whole object"
    return held


def run(document: LabelDocument, attribute, value, when: When) -> None:
    for each in give(document, "car", DOOR, attribute, value, when):
        each.apply(document)


whens = st.builds(When, frames, st.just(COUNT), st.sampled_from(Extent), st.none() | st.tuples(frames, frames))


@given(st.lists(st.tuples(st.sampled_from([OPEN, SHUT, None]), whens), max_size=8))
def test_an_answer_holds_where_it_reaches_and_changes_nothing_elsewhere(told):
    document = fresh()
    for value, when in told:
        before = by_frame(document, DOOR)
        first, last = reach(document, "car", DOOR.feature_hash, when)
        if when.extent is Extent.ONWARD:
            held = before[when.frame]
            expected = next((f for f in range(when.frame, COUNT) if before[f] != held), COUNT) - 1
            assert (first, last) == (when.frame, expected)
        run(document, DOOR, value, when)
        assert by_frame(document, DOOR) == [value if first <= f <= last else before[f] for f in range(COUNT)]
    ranges = sorted((a.first, a.last, a.value) for a in document.answers_of("car"))
    assert all(one[1] < two[0] for one, two in itertools.pairwise(ranges))
    assert all(one[1] + 1 < two[0] or one[2] != two[2] for one, two in itertools.pairwise(ranges))


@given(
    st.lists(
        st.tuples(st.sampled_from([(DOOR, OPEN), (DOOR, SHUT), (DOOR, None), (WIDE, "a"), (WIDE, "b")]), whens), max_size=8
    )
)
def test_a_nested_answer_holds_only_where_its_question_is_asked(told):
    document = fresh()
    for (attribute, value), when in told:
        run(document, attribute, value, when)
        doors, wide = by_frame(document, DOOR), by_frame(document, WIDE)
        assert all(held is None or doors[f] == OPEN for f, held in enumerate(wide))


def test_an_answer_of_a_still_picture_is_kept_as_one_of_its_frame():
    document = fresh()
    run(document, DOOR, OPEN, When())
    assert [(a.first, a.last) for a in document.answers_of("car")] == [(0, 0)]


def test_on_all_frames_leaves_one_answer():
    document = fresh()
    document.put(Answer("old", "car", DOOR.feature_hash, SHUT))
    run(document, DOOR, OPEN, When(3, COUNT, Extent.WHOLE))
    assert [(a.value, a.first, a.last) for a in document.answers_of("car")] == [(OPEN, 0, COUNT - 1)]


# -- classifications ----------------------------------------------------------------------------------------------

HAND = {"by": "ada@example.org", "now": 5}


def classified(*ranges) -> LabelDocument:
    document = LabelDocument()
    for n, each in enumerate(ranges):
        document.put(Classification(f"c{n}", f"HASH{n:04}", "weather", each))
        document.put(Answer(f"a{n}", f"c{n}", "what", f"value {n}"))
    return document


def holding(document: LabelDocument) -> list:
    held = []
    for f in range(COUNT):
        found = [c.uuid for c in document.classifications.values() if classification_ranges.range_at(c.ranges, f)]
        assert len(found) <= 1, "two of one class on one frame"
        held.append(found[0] if found else None)
    return held


@given(st.lists(st.tuples(st.sampled_from(["extend", "clear", "reshape", "split"]), frames, frames, frames), max_size=10))
def test_two_of_a_class_never_hold_on_one_frame_and_none_is_left_that_holds_nowhere(told):
    document = classified(((0, 2),), ((5, 6), (9, 9)))
    for what, at, first, last in told:
        here = classification_ranges.at_frame(document, "weather", at)
        if here is None:
            continue
        first, last = sorted((first, last))
        before, span = holding(document), classification_ranges.range_at(here.ranges, at)
        match what:
            case "extend":
                edits = classification_ranges.extend(document, here.uuid, first, last, **HAND)
                expected = [here.uuid if first <= f <= last else before[f] for f in range(COUNT)]
            case "clear":
                edits = classification_ranges.clear(document, here.uuid, last, first, **HAND)
                expected = [None if first <= f <= last and before[f] == here.uuid else before[f] for f in range(COUNT)]
            case "reshape":
                edits = classification_ranges.reshape(document, here.uuid, span, (first, last), **HAND)
                kept = [None if span[0] <= f <= span[1] else before[f] for f in range(COUNT)]
                expected = [here.uuid if first <= f <= last else kept[f] for f in range(COUNT)]
            case "split":
                if at == span[0]:
                    with pytest.raises(Refused):
                        classification_ranges.split(document, here.uuid, at, **HAND)
                    continue
                edits, other = classification_ranges.split(document, here.uuid, at, **HAND)
                expected = [other if at <= f <= span[1] else before[f] for f in range(COUNT)]
        for each in edits:
            each.apply(document)
        assert holding(document) == expected
        assert all(c.ranges == tuple(joined(c.ranges)) for c in document.classifications.values())
        assert all(document.answers_of(c) for c in document.classifications)
        assert {a.owner for a in document.answers.values()} <= set(document.classifications)


def test_one_for_the_whole_stands_behind_those_of_frames():
    document = classified((), ((3, 4),))
    assert classification_ranges.at_frame(document, "weather", 3).uuid == "c1"
    assert classification_ranges.at_frame(document, "weather", 0).uuid == "c0"
