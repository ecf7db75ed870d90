"""Encord JSON: our files come back whole, the real SDK reads every value, and its own writes lose us nothing."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.exchange.encord_json import EncordWriter, iterate_rows, read_row
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.ids import new_uuid
from storage.model import ontology_codec, ontology_edit
from storage.model.geometry import Bitmask, Box, ShapeKind
from storage.model.labels import Annotation, Answer, Classification, LabelDocument
from storage.model.ontology import AttributeType, Ontology
from tests.support.encord_sdk import load_row
from tests.support.label_strategies import documents, full_document, full_ontology, info_of, item_of, ontologies
from tests.support.same_labels import as_value, assert_equal, without_our_keys

SLOW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


def written(ontology, document, item=None, **options):
    """The rows of an export with one document, as parsed JSON, and the writer."""
    out = io.StringIO()
    writer = EncordWriter(out, ontology, **options)
    writer.add(info_of(item or item_of()), document)
    writer.close()
    return json.loads(out.getvalue()), writer


def read(row, ontology, item=None, present=None):
    losses = Losses()
    made = read_row(row, item or item_of(), Features(ontology), present or LabelDocument(), losses)
    return made, losses


@given(st.data(), st.integers(1, 3))
@SLOW
def test_what_is_exported_comes_back_equal(data, frames):
    ontology = data.draw(ontologies())
    document = data.draw(documents(ontology, frames=frames))
    item = item_of(frames=frames)
    (row,), writer = written(ontology, document, item)
    assert writer.losses.all() == []
    made, losses = read(row, ontology, item)
    assert losses.all() == []
    assert_equal(document, made)


@given(st.data(), st.integers(1, 3))
@SLOW
def test_the_sdk_loads_whatever_we_write(data, frames):
    ontology = data.draw(ontologies())
    document = data.draw(documents(ontology, frames=frames))
    (row,), _ = written(ontology, document, item_of(frames=frames))
    loaded = load_row(row, ontology_codec.to_dict(ontology), frames=frames)
    assert {o.object_hash for o in loaded.get_object_instances()} == {i.hash8 for i in document.instances.values()}
    assert len(loaded.get_classification_instances()) == len(document.classifications)


def test_the_sdk_sees_every_value_of_every_shape_and_attribute():
    ontology = full_ontology()
    document = full_document(ontology)
    (row,), writer = written(ontology, document)
    assert writer.losses.all() == []
    loaded = load_row(row, ontology_codec.to_dict(ontology))
    objects = {o.object_hash: o for o in loaded.get_object_instances()}
    assert len(objects) == len(ontology.objects)
    for instance in document.instances.values():
        theirs = objects[instance.hash8]
        annotation = document.annotation_of(instance.uuid)
        seen = theirs.get_annotation(0)
        assert theirs.feature_hash == instance.feature_hash
        assert theirs.object_number == instance.number
        assert (seen.confidence, seen.manual_annotation) == (annotation.confidence, annotation.manual)
        assert (seen.created_by, seen.last_edited_by) == (annotation.created_by, annotation.edited_by)
        assert seen.created_at.timestamp() * 1000 == annotation.created_at
        assert seen.last_edited_at.timestamp() * 1000 == annotation.edited_at
        assert_same_answers(document, instance.uuid, theirs, loaded.ontology_structure)
    assert_same_shapes(ontology, document, objects)
    assert_same_classifications(document, loaded)


def assert_same_answers(document, owner, theirs, structure):
    """Every answer of ours through the SDK's `get_answer`."""
    for answer in document.answers_of(owner):
        attribute = structure.get_child_by_hash(answer.attribute)
        got = theirs.get_answer(attribute)
        if attribute.dynamic:
            assert [(r.start, r.end) for r in got[0].ranges] == [(0, 0)]
            assert len(got) == 1
            got = got[0].answer
        assert as_value(got) == as_value(answer.value), attribute.title


def assert_same_shapes(ontology, document, objects):
    by_shape = {}
    for instance in document.instances.values():
        coordinates = objects[instance.hash8].get_annotation(0).coordinates
        by_shape[ontology.object(instance.feature_hash).shape] = (document.annotation_of(instance.uuid).geometry, coordinates)
    near = lambda *pairs: all(abs(a - b) < 1e-9 for a, b in pairs)  # noqa: E731
    for kind in (ShapeKind.BOX, ShapeKind.ROTATED_BOX):
        g, c = by_shape[kind]
        assert near((c.top_left_x * 24, g.x), (c.top_left_y * 16, g.y), (c.width * 24, g.w), (c.height * 16, g.h))
    assert by_shape[ShapeKind.ROTATED_BOX][1].theta == 33.0
    g, c = by_shape[ShapeKind.POLYGON]
    theirs = [[[(p.x * 24, p.y * 16) for p in ring] for ring in part] for part in c.polygons]
    assert [[len(r) for r in p] for p in theirs] == [[4, 3], [3]]
    flat = lambda rings: [v for part in rings for ring in part for p in ring for v in p]  # noqa: E731
    assert near(*zip(flat(theirs), flat(g.parts), strict=True))
    g, c = by_shape[ShapeKind.POLYLINE]
    assert near(*((a, b) for p, q in zip(c.values, g.points, strict=True) for a, b in ((p.x * 24, q[0]), (p.y * 16, q[1]))))
    g, c = by_shape[ShapeKind.POINT]
    assert near((c.x * 24, g.x), (c.y * 16, g.y))
    g, c = by_shape[ShapeKind.CIRCLE]
    assert (
        near((c.center_x * 24, g.x), (c.center_y * 16, g.y), (c.radius * 24, g.r))
        if hasattr(c, "center_x")
        else near((c.x * 24, g.x), (c.y * 16, g.y), (c.r * 24, g.r))
    )
    assert (c.stretch, c.theta) == (g.stretch, g.theta)
    g, c = by_shape[ShapeKind.BITMASK]
    from storage.model.masks import to_frame

    assert (c.to_numpy_array() == to_frame(g, 24, 16)).all()
    g, c = by_shape[ShapeKind.SKELETON]
    assert [p.name for p in c.values] == [p.name for p in g.points]
    assert [str(getattr(p.visibility, "value", p.visibility)) for p in c.values] == [str(p.visibility) for p in g.points]
    assert near(*((p.x * 24, q.x) for p, q in zip(c.values, g.points, strict=True)))


def assert_same_classifications(document, loaded):
    theirs = {c.classification_hash: c for c in loaded.get_classification_instances()}
    assert set(theirs) == {c.hash8 for c in document.classifications.values()}
    for ours in document.classifications.values():
        seen = theirs[ours.hash8]
        assert [(r.start, r.end) for r in seen.range_list] == list(ours.ranges)
        for answer in document.answers_of(ours.uuid):
            attribute = loaded.ontology_structure.get_child_by_hash(answer.attribute)
            assert as_value(seen.get_answer(attribute)) == as_value(answer.value)


@given(st.data(), st.integers(1, 2))
@SLOW
def test_a_row_that_the_sdk_wrote_back_changes_nothing(data, frames):
    """The SDK drops our keys and others (encord.md 2.10): merged into the original nothing is lost."""
    ontology = data.draw(ontologies())
    document = data.draw(documents(ontology, frames=frames))
    item = item_of(frames=frames)
    (row,), _ = written(ontology, document, item)
    theirs = json.loads(json.dumps(load_row(row, ontology_codec.to_dict(ontology), frames=frames).to_encord_dict()))
    made, losses = read(theirs, ontology, item, document)
    assert losses.all() == []
    assert made.instances == document.instances
    assert made.annotations.keys() == document.annotations.keys()
    for uuid, annotation in made.annotations.items():
        assert annotation.geometry == document.annotations[uuid].geometry
        assert annotation.occluded == document.annotations[uuid].occluded
    assert {(a.owner, a.attribute) for a in made.answers.values()} == {
        (a.owner, a.attribute) for a in document.answers.values()
    }
    for answer in made.answers.values():
        before = document.answers[answer.uuid]
        assert as_value(answer.value) == as_value(before.value)


@given(st.data())
@SLOW
def test_a_file_of_the_web_platform_is_read_without_our_keys(data):
    ontology = data.draw(ontologies())
    document = data.draw(documents(ontology))
    (row,), _ = written(ontology, document)
    made, losses = read(without_our_keys(row), ontology)
    assert losses.all() == []
    assert {i.hash8 for i in made.instances.values()} == {i.hash8 for i in document.instances.values()}
    assert len(made.answers) == len(document.answers)
    assert {c.hash8 for c in made.classifications.values()} == {c.hash8 for c in document.classifications.values()}


def test_checklists_as_the_web_editor_writes_them_are_joined():
    ontology, document = full_ontology(), None
    document = full_document(ontology)
    (row,), _ = written(ontology, document)
    row = without_our_keys(row)
    for entry in row["object_answers"].values():
        entry["classifications"] = [
            part
            for c in entry["classifications"]
            for part in ([{**c, "answers": [a]} for a in c["answers"]] if isinstance(c["answers"], list) else [c])
        ]
    made, losses = read(row, ontology)
    assert losses.all() == []
    assert len(made.answers) == len(document.answers)


def test_overlapping_ranges_of_a_dynamic_checklist_become_pieces():
    ontology, own = ontology_edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    ontology, attribute = ontology_edit.add_attribute(ontology, own, "Seen", AttributeType.CHECKLIST, dynamic=True)
    hashes = []
    for label in ("Left", "Right"):
        ontology, option = ontology_edit.add_option(ontology, attribute, label)
        hashes.append(option)
    document = LabelDocument()
    from storage.model.labels import Instance

    document.put(Instance("11111111-1111-4111-8111-111111111111", "AAAAAAAA", own, 1))
    for frame in range(4):
        document.put(
            Annotation(
                f"2222222{frame}-1111-4111-8111-111111111111", "11111111-1111-4111-8111-111111111111", Box(1, 1, 2, 2), frame
            )
        )
    item = item_of(frames=4)
    (row,), _ = written(ontology, document, item)
    row["object_actions"]["AAAAAAAA"] = {
        "objectHash": "AAAAAAAA",
        "actions": [
            {"featureHash": attribute, "answers": [{"featureHash": hashes[0]}], "range": [[0, 2]]},
            {"featureHash": attribute, "answers": [{"featureHash": hashes[1]}], "range": [[1, 3]]},
        ],
    }
    made, losses = read(row, ontology, item)
    assert losses.all() == []
    found = {(a.first, a.last): set(a.value) for a in made.answers.values()}
    assert found == {(0, 0): {hashes[0]}, (1, 2): set(hashes), (3, 3): {hashes[1]}}


def test_what_cannot_be_held_or_read_is_listed():
    ontology, _ = ontology_edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    document = full_document(full_ontology())
    (row,), writer = written(ontology, document)
    assert row["data_units"][row["data_hash"]]["labels"]["objects"] == []
    assert len(writer.losses) >= len(document.instances)
    full = full_ontology()
    (row,), _ = written(full, full_document(full))
    made, losses = read(row, ontology)
    assert not made.instances
    assert {"the project's ontology has no such class"} <= {x.why for x in losses.all()}


def test_a_damaged_shape_is_refused_alone():
    ontology = full_ontology()
    document = full_document(ontology)
    (row,), _ = written(ontology, document)
    unit = row["data_units"][row["data_hash"]]
    unit["labels"]["objects"][0]["boundingBox"] = {"x": 0.1}
    made, losses = read(row, ontology)
    assert len(made.annotations) == len(document.annotations) - 1
    assert [x.why for x in losses.all() if "shape cannot be read" in x.why]


def test_only_chosen_classes_are_written():
    ontology = full_ontology()
    chosen = frozenset({ontology.objects[0].feature_hash, ontology.classifications[1].feature_hash})
    (row,), writer = written(ontology, full_document(ontology), classes=chosen)
    assert writer.losses.all() == []
    assert len(row["object_answers"]) == len(row["classification_answers"]) == 1


def test_pages_of_a_picture_are_units_of_an_image_group():
    ontology, own = ontology_edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    ontology, frame_class = ontology_edit.add_classification(ontology, "Scene")
    from storage.model.labels import Instance

    document = LabelDocument()
    document.put(Instance("11111111-1111-4111-8111-111111111111", "AAAAAAAA", own, 1))
    document.put(
        Annotation("22222222-1111-4111-8111-111111111111", "11111111-1111-4111-8111-111111111111", Box(5, 10, 5, 10), 1)
    )
    document.put(Classification("33333333-1111-4111-8111-111111111111", "BBBBBBBB", frame_class, ((1, 2),)))
    root = ontology.classification(frame_class).attribute.feature_hash
    document.put(Answer("44444444-1111-4111-8111-111111111111", "33333333-1111-4111-8111-111111111111", root, "day"))
    item = replace(item_of(frames=3), facts={"page_sizes": [[24, 16], [50, 100], [24, 16]]})
    (row,), writer = written(ontology, document, item)
    assert writer.losses.all() == []
    assert row["data_type"] == "img_group"
    units = list(row["data_units"].values())
    assert [u["data_sequence"] for u in units] == ["0", "1", "2"]
    assert units[1]["labels"]["objects"][0]["boundingBox"] == {"h": 0.1, "w": 0.1, "x": 0.1, "y": 0.1}
    assert [len(u["labels"]["classifications"]) for u in units] == [0, 1, 1]
    loaded = load_row(row, ontology_codec.to_dict(ontology), frames=3)
    assert [a.frame for a in loaded.get_object_instances()[0].get_annotations()] == [1]
    made, losses = read(row, ontology, item)
    assert losses.all() == []
    assert_equal(document, made)


def test_rows_are_read_one_at_a_time_and_faults_have_a_place():
    text = '[{"a": 1},\n {"b": [1, 2, 3]},\n {"c": }]'
    rows = iterate_rows(io.StringIO(text))
    assert next(rows) == {"a": 1}
    assert next(rows) == {"b": [1, 2, 3]}
    with pytest.raises(Exception, match="Line 3, column 8"):
        next(rows)


@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=5), max_size=3), max_size=6),
    st.integers(1, 7),
)
def test_a_list_is_read_the_same_whatever_the_size_of_the_pieces(rows, chunk):
    from storage.exchange.json_text import iterate

    assert list(iterate(io.StringIO(json.dumps(rows, indent=1)), chunk=chunk)) == rows


def test_a_mask_that_reaches_outside_is_cut_and_listed():
    ontology, own = ontology_edit.add_object(Ontology(), "Car", ShapeKind.BITMASK)
    from storage.model.labels import Instance

    document = LabelDocument()
    document.put(Instance("11111111-1111-4111-8111-111111111111", "AAAAAAAA", own, 1))
    runs = (0).to_bytes(4, "little") + (4).to_bytes(4, "little")
    document.put(
        Annotation("22222222-1111-4111-8111-111111111111", "11111111-1111-4111-8111-111111111111", Bitmask(23, 0, 2, 2, runs))
    )
    (row,), writer = written(ontology, document)
    assert len(writer.losses) == 1
    made, _ = read(row, ontology)
    mask = next(iter(made.annotations.values())).geometry
    assert (mask.x, mask.w, mask.h) == (23, 1, 2)


def test_what_is_no_uuid_costs_its_object_nothing_but_the_name():
    ontology = full_ontology()
    document = full_document(ontology)
    (row,), _ = written(ontology, document)
    for told in row["object_answers"].values():
        told["postil"] = {"uuid": "\ud800"}  # good JSON, and nothing that can be encoded
    made, losses = read(row, ontology, present=LabelDocument(new_uuid()))
    assert losses.all() == []
    assert len(made.instances) == len(document.instances)
