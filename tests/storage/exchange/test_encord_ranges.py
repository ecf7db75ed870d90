"""Encord JSON of audio, text and HTML: the real SDK is the judge, and everything comes back."""

from __future__ import annotations

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.model import ontology_codec, ontology_edit
from storage.model.geometry import AudioRanges, HtmlRanges, ShapeKind, TextRanges
from storage.model.items import Kind
from storage.model.labels import Annotation, Answer, Classification, Instance, LabelDocument
from storage.model.ontology import AttributeType, Ontology
from tests.support.encord_media import SLOW, item, read, sdk_row, written
from tests.support.encord_sdk import (
    AudioCoordinates,
    CustomerProvidedAudioMetadata,
    CustomerProvidedTextMetadata,
    HtmlCoordinates,
    HtmlNode,
    TextCoordinates,
    load_row,
)
from tests.support.encord_sdk import HtmlRange as SdkHtmlRange
from tests.support.encord_sdk import Range as SdkRange
from tests.support.label_strategies import hash8_of, moments, ontologies, people
from tests.support.same_labels import as_value, assert_equal

whole = st.integers(0, 10_000_000)
spans = st.lists(st.tuples(whole, st.integers(1, 5000)).map(lambda p: (p[0], p[0] + p[1])), min_size=1, max_size=3).map(tuple)
xpaths = st.sampled_from(["/html[1]/body[1]/p[1]/text()[1]", "/html/body/div[2]/text()[3]"])
places = st.tuples(xpaths, whole)
html_spans = st.lists(st.tuples(places, places), min_size=1, max_size=3).map(tuple)
RANGED = {
    Kind.AUDIO: (ShapeKind.AUDIO, "audio/mpeg", spans.map(AudioRanges)),
    Kind.TEXT: (ShapeKind.TEXT, "text/plain", spans.map(TextRanges)),
    "html": (ShapeKind.TEXT, "text/html", html_spans.map(HtmlRanges)),
}


@st.composite
def ranged(draw, kind):
    shape, _, geometries = RANGED[kind]
    ontology = draw(ontologies(shapes=(shape,)))
    document = LabelDocument(str(uuid.uuid4()))
    for thing in draw(st.lists(st.sampled_from(ontology.objects), max_size=4)):
        own = str(uuid.uuid4())
        number = document.next_number(thing.feature_hash)
        document.put(
            Instance(own, hash8_of(own), thing.feature_hash, number, 0, *draw(st.tuples(moments, people, moments, people)))
        )
        document.put(
            Annotation(
                str(uuid.uuid4()), own, draw(geometries), confidence=draw(st.floats(0, 1)), manual=draw(st.booleans()),
                created_at=draw(moments), created_by=draw(people), edited_at=draw(moments), edited_by=draw(people),
            )
        )  # fmt: skip
        for attribute in thing.attributes:
            if attribute.type in (AttributeType.TEXT, AttributeType.NUMERIC) and not attribute.dynamic:
                value = "said" if attribute.type is AttributeType.TEXT else 3.5
                document.put(Answer(str(uuid.uuid4()), own, attribute.feature_hash, value))
    for row in ontology.classifications:
        own = str(uuid.uuid4())
        document.put(Classification(own, hash8_of(own), row.feature_hash, (), 1.0, True, 1000, "a@x.org", 1000, "a@x.org"))
        if row.attribute.type is AttributeType.TEXT:
            document.put(Answer(str(uuid.uuid4()), own, row.attribute.feature_hash, "all of it"))
    return ontology, document


def ranged_item(kind):
    return item(Kind.TEXT if kind == "html" else kind, 1, RANGED[kind][1])


@pytest.mark.parametrize("kind", list(RANGED))
@given(data=st.data())
@SLOW
def test_ranges_come_back_equal_and_pass_through_the_sdk(kind, data):
    ontology, document = data.draw(ranged(kind))
    of = ranged_item(kind)
    row, losses = written(ontology, document, of)
    assert losses == []
    made, losses = read(row, ontology, of)
    assert losses == []
    assert_equal(document, made)
    loaded = load_row(row, ontology_codec.to_dict(ontology), frames=1)
    theirs = {o.object_hash: o for o in loaded.get_object_instances()}
    assert theirs.keys() == {i.hash8 for i in document.instances.values()}
    assert len(loaded.get_classification_instances()) == len(document.classifications)
    for instance in document.instances.values():
        geometry, there = document.annotation_of(instance.uuid).geometry, theirs[instance.hash8]
        if isinstance(geometry, HtmlRanges):
            assert [((r.start.xpath, r.start.offset), (r.end.xpath, r.end.offset)) for r in there.range_html] == list(
                geometry.ranges
            )
        else:
            covered = {v for a, b in geometry.ranges for v in (a, b - 1)}
            assert all(any(r.start <= v <= r.end for r in there.range_list) for v in covered)
        for answer in document.answers_of(instance.uuid):
            assert as_value(there.get_answer(loaded.ontology_structure.get_child_by_hash(answer.attribute))) == answer.value
    again, losses = read(json.loads(json.dumps(loaded.to_encord_dict())), ontology, of, document)
    assert losses == []
    assert again.annotations.keys() == document.annotations.keys()
    assert {a.confidence for a in again.annotations.values()} == {a.confidence for a in document.annotations.values()}


def test_both_ends_of_a_range_are_in_it_for_encord():
    ontology, own = ontology_edit.add_object(Ontology(), "Word", ShapeKind.TEXT)
    document = LabelDocument()
    document.put(Instance("i", "aaaaaaaa", own, 1))
    document.put(Annotation("a", "i", TextRanges(((4, 9), (20, 21)))))
    row, _ = written(ontology, document, ranged_item(Kind.TEXT))
    (answer,) = row["object_answers"].values()
    assert answer["range"] == [[4, 8], [20, 20]]
    assert next(iter(row["data_units"].values()))["labels"] == {}


def test_what_encord_cannot_hold_of_ranges_is_told():
    ontology, own = ontology_edit.add_object(Ontology(), "Word", ShapeKind.TEXT)
    for geometry in (TextRanges(((4, 4),)), TextRanges(()), HtmlRanges(((("/p", 0), ("/p", 1)),))):
        document = LabelDocument()
        document.put(Instance("i", "aaaaaaaa", own, 1))
        document.put(Annotation("a", "i", geometry))
        row, losses = written(ontology, document, ranged_item(Kind.TEXT))
        assert losses and losses[0].what == "Word 1"
        assert load_row(row, ontology_codec.to_dict(ontology)).get_object_instances() == []


# -- rows that the SDK made ---------------------------------------------------------------------------------------


def test_rows_made_by_the_sdk_are_read():
    ontology, sound = ontology_edit.add_object(Ontology(), "Speech", ShapeKind.AUDIO)
    ontology, word = ontology_edit.add_object(ontology, "Word", ShapeKind.TEXT)
    audio = CustomerProvidedAudioMetadata(
        duration=9.5, file_size=1, mime_type="audio/mpeg", sample_rate=44100, bit_depth=16, codec="mp3", num_channels=2
    )
    text = CustomerProvidedTextMetadata(file_size=1, mime_type="text/plain")
    html = CustomerProvidedTextMetadata(file_size=1, mime_type="text/html")
    node = SdkHtmlRange(start=HtmlNode(xpath="/html/p", offset=1), end=HtmlNode(xpath="/html/p", offset=4))
    cases = (
        (audio, sound, AudioCoordinates(range=[SdkRange(0, 899)]), ranged_item(Kind.AUDIO), AudioRanges(((0, 900),))),
        (text, word, TextCoordinates(range=[SdkRange(3, 5)]), ranged_item(Kind.TEXT), TextRanges(((3, 6),))),
        (html, word, HtmlCoordinates(range=[node]), ranged_item("html"), HtmlRanges(((("/html/p", 1), ("/html/p", 4)),))),
    )
    for metadata, feature, coordinates, of, expected in cases:
        row = sdk_row(ontology, metadata)
        made = row.ontology_structure.get_child_by_hash(feature).create_instance()
        made.set_for_frames(coordinates, frames=0)
        row.add_object_instance(made)
        document, losses = read(json.loads(json.dumps(row.to_encord_dict())), ontology, of)
        assert losses == []
        assert [a.geometry for a in document.annotations.values()] == [expected]


@pytest.mark.parametrize(
    "entry",
    [
        {"range": [[5, 2]]},
        {"range": [["a", 2]]},
        {"range": 7},
        {"range_html": [{"start": {"xpath": 3, "offset": 0}, "end": {"xpath": "/p", "offset": 0}}]},
        {"range_html": [{}]},
    ],
)
def test_nonsense_in_ranges_is_a_loss(entry):
    ontology, own = ontology_edit.add_object(Ontology(), "Word", ShapeKind.TEXT)
    document = LabelDocument()
    document.put(Instance("i", "aaaaaaaa", own, 1))
    document.put(Annotation("a", "i", TextRanges(((4, 9),))))
    row, _ = written(ontology, document, ranged_item(Kind.TEXT))
    row["object_answers"]["aaaaaaaa"].pop("range")
    row["object_answers"]["aaaaaaaa"] |= entry
    made, losses = read(row, ontology, ranged_item(Kind.TEXT))
    assert not made.annotations
    assert ["cannot be read" in loss.why for loss in losses][:1] == [True]
