"""Encord JSON of videos, sequences, groups and PDFs: the real SDK is the judge, and everything comes back."""

from __future__ import annotations

import json
import math
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.exchange.encord_write_media import encord_duration
from storage.model import interpolation, ontology_codec, ontology_edit
from storage.model.geometry import Bitmask, Box, Keypoint, Polygon, ShapeKind
from storage.model.items import Kind
from storage.model.labels import Annotation, Answer, Instance, LabelDocument
from storage.model.ontology import AttributeType, Ontology
from tests.support.encord_media import FRAMES, SLOW, item, moving, read, sdk_row, seen, through_the_sdk, written
from tests.support.encord_sdk import (
    BoundingBoxCoordinates,
    CustomerProvidedPdfMetadata,
    CustomerProvidedVideoMetadata,
    load_row,
)
from tests.support.label_strategies import documents, ontologies
from tests.support.same_labels import assert_equal, without_our_keys

# -- video and sequences ------------------------------------------------------------------------------------------


@given(st.data(), st.sampled_from([Kind.VIDEO, Kind.IMAGE_SEQUENCE]))
@SLOW
def test_a_video_comes_back_equal_with_key_frames_only(data, kind):
    ontology = data.draw(ontologies())
    document = data.draw(moving(ontology))
    row, losses = written(ontology, document, item(kind))
    assert losses == []
    made, losses = read(row, ontology, item(kind))
    assert losses == []
    assert_equal(document, made)


@given(st.data())
@SLOW
def test_the_sdk_sees_a_video_object_on_every_frame_on_which_it_is_shown(data):
    ontology = data.draw(ontologies())
    document = data.draw(moving(ontology))
    row, _ = written(ontology, document, item(Kind.VIDEO))
    loaded = load_row(row, ontology_codec.to_dict(ontology), frames=FRAMES)
    theirs = {o.object_hash: o for o in loaded.get_object_instances()}
    assert theirs.keys() == {i.hash8 for i in document.instances.values()}
    for instance in document.instances.values():
        there = theirs[instance.hash8]
        shown = seen(document, instance.uuid)
        assert {a.frame for a in there.get_annotations()} == shown.keys()
        rows = {a.frame: a for a in document.annotations_of(instance.uuid)}
        for a in there.get_annotations():
            row = rows.get(a.frame)
            assert a.manual_annotation == (row.manual if row else False)
            if row is None:
                assert a.confidence <= interpolation.INTERPOLATED_CONFIDENCE
    assert len(loaded.get_classification_instances()) == len(document.classifications)


@given(st.data())
@SLOW
def test_a_video_that_the_sdk_wrote_back_changes_nothing(data):
    ontology = data.draw(ontologies())
    document = data.draw(moving(ontology))
    row, _ = written(ontology, document, item(Kind.VIDEO))
    made, losses = read(through_the_sdk(row, ontology, FRAMES), ontology, item(Kind.VIDEO), document)
    assert losses == []
    assert made.instances == document.instances
    assert made.annotations.keys() == document.annotations.keys(), "nothing between key frames became a row"
    for uuid_, annotation in made.annotations.items():
        before = document.annotations[uuid_]
        assert annotation.geometry == before.geometry
        assert (annotation.keyframe, annotation.outside, annotation.pts) == (before.keyframe, before.outside, before.pts)


@given(st.data())
@SLOW
def test_a_strangers_video_shows_the_same_on_every_frame(data):
    """Without our keys and without the original: every frame a row, and nothing made up in the gaps."""
    ontology = data.draw(ontologies(shapes=(ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.BITMASK)))
    document = data.draw(moving(ontology))
    row, _ = written(ontology, document, item(Kind.VIDEO))
    made, losses = read(without_our_keys(row), ontology, item(Kind.VIDEO))
    assert losses == []
    theirs = {i.hash8: i.uuid for i in made.instances.values()}
    for own, instance in document.instances.items():
        before, after = seen(document, own), seen(made, theirs[instance.hash8])
        assert before.keys() == after.keys()
        for f, g in before.items():
            assert after[f].bounds() == pytest.approx(g.bounds(), abs=1e-6)


def one_box(*rows, shape=ShapeKind.BOX):
    ontology, own = ontology_edit.add_object(Ontology(), "Car", shape)
    ontology, moving_attribute = ontology_edit.add_attribute(ontology, own, "Speed", AttributeType.TEXT, dynamic=True)
    document = LabelDocument()
    document.put(Instance("00000000-0000-4000-8000-00000000000a", "aaaaaaaa", own, 1))
    for k, (frame, geometry, more) in enumerate(rows):
        document.put(
            Annotation(
                f"00000000-0000-4000-8000-0000000000{k:02d}", "00000000-0000-4000-8000-00000000000a", geometry, frame,
                created_by="a@x.org", created_at=1_772_708_601_000, edited_at=1_772_708_601_000, **more,
            )
        )  # fmt: skip
    return ontology, document, moving_attribute


def test_interpolated_entries_are_written_as_encord_does():
    ontology, document, speed = one_box((2, Box(0, 0, 4, 4), {}), (6, Box(8, 0, 4, 4), {}), (9, Box(0, 0, 4, 4), {}))
    owner = next(iter(document.instances))
    document.put(Answer("00000000-0000-4000-8000-0000000000b1", owner, speed, "slow", 2, 3))
    document.put(Answer("00000000-0000-4000-8000-0000000000b2", owner, speed, "slow", 8, 9))
    document.put(Answer("00000000-0000-4000-8000-0000000000b3", owner, speed, "fast", 4, 7))
    row, losses = written(ontology, document, item(Kind.VIDEO))
    assert losses == []
    (unit,) = row["data_units"].values()
    assert (row["data_type"], unit["data_sequence"], unit["data_fps"]) == ("video", 0, 25.0)
    assert sorted(map(int, unit["labels"])) == list(range(2, 10))
    four, six = unit["labels"]["4"]["objects"][0], unit["labels"]["6"]["objects"][0]
    assert (four["manualAnnotation"], four["confidence"], four["boundingBox"]["x"] * 24) == (False, 0.99, 4.0)
    assert (six["manualAnnotation"], six["confidence"]) == (True, 1.0)
    (actions,) = row["object_actions"].values()
    assert [(a["answers"], a["range"]) for a in actions["actions"]] == [("slow", [[2, 3], [8, 9]]), ("fast", [[4, 7]])]
    assert all(uuid.UUID(a["trackHash"]) and a["dynamic"] for a in actions["actions"])
    loaded = load_row(row, ontology_codec.to_dict(ontology), frames=FRAMES)
    (there,) = loaded.get_object_instances()
    answers = there.get_answer(loaded.ontology_structure.get_child_by_hash(speed))
    assert {(a.answer, tuple((r.start, r.end) for r in a.ranges)) for a in answers} == {
        ("slow", ((2, 3), (8, 9))),
        ("fast", ((4, 7),)),
    }
    made, _ = read(row, ontology, item(Kind.VIDEO))
    assert_equal(document, made)


def test_what_somebody_changed_between_key_frames_becomes_a_row():
    ontology, document, _ = one_box((0, Box(0, 0, 4, 4), {}), (8, Box(8, 0, 4, 4), {}))
    row, _ = written(ontology, document, item(Kind.VIDEO))
    (unit,) = row["data_units"].values()
    unit["labels"]["3"]["objects"][0]["boundingBox"]["x"] = 0.5
    made, losses = read(row, ontology, item(Kind.VIDEO), document)
    assert losses == []
    shown = seen(made, next(iter(made.instances)))
    assert [round(g.x, 9) for g in shown.values()] == [0, 1, 2, 12, 4, 5, 6, 7, 8], "and its neighbours stay as they were"


def test_rows_of_strangers_do_not_run_across_gaps():
    ontology, document, _ = one_box(
        *((f, Keypoint(float(f), 1.0), {"keyframe": False}) for f in (1, 2, 7, 8)), shape=ShapeKind.POINT
    )
    row, _ = written(ontology, document, item(Kind.VIDEO))
    made, _ = read(without_our_keys(row), ontology, item(Kind.VIDEO))
    assert sorted(seen(made, next(iter(made.instances)))) == [1, 2, 7, 8]


def test_a_mask_is_held_until_the_next_key_frame():
    mask = Bitmask(1, 1, 2, 2, b"\0\0\0\0\4\0\0\0")
    ontology, document, _ = one_box((0, mask, {}), (4, replace(mask, x=5), {}), shape=ShapeKind.BITMASK)
    row, losses = written(ontology, document, item(Kind.VIDEO))
    assert losses == []
    (unit,) = row["data_units"].values()
    strings = [unit["labels"][str(f)]["objects"][0]["bitmask"]["rleString"] for f in range(5)]
    assert len(set(strings[:4])) == 1 and strings[4] != strings[0]
    made, _ = read(row, ontology, item(Kind.VIDEO))
    assert_equal(document, made)


def test_frames_beyond_the_end_are_a_loss_and_nothing_else():
    ontology, document, _ = one_box((0, Box(0, 0, 4, 4), {}), (40, Box(8, 0, 4, 4), {}))
    row, losses = written(ontology, document, item(Kind.VIDEO))
    assert ["frame (40)" in loss.why for loss in losses] == [True]
    (unit,) = row["data_units"].values()
    assert len(unit["labels"]) == FRAMES
    load_row(row, ontology_codec.to_dict(ontology), frames=FRAMES)


@given(st.integers(1, 300_000), st.sampled_from([25.0, 29.97, 30000 / 1001, 24000 / 1001, 23.976, 59.94, 120.0, 12.5, 7.3]))
def test_the_duration_gives_the_frame_count(frames, fps):
    duration = encord_duration(frames, fps)
    assert math.ceil(fps * duration) == frames
    assert abs(duration - frames / fps) < 1e-6 * max(1, duration)


# -- groups and documents -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.IMAGE_GROUP, Kind.PDF])
@given(data=st.data())
@SLOW
def test_groups_and_documents_come_back_equal(kind, data):
    ontology = data.draw(ontologies(shapes=[k for k in ShapeKind if k in SHAPES]))
    document = data.draw(documents(ontology, frames=4))
    of = item(kind, 4)
    row, losses = written(ontology, document, of)
    assert losses == []
    made, losses = read(row, ontology, of)
    assert losses == []
    assert_equal(document, made)
    loaded = load_row(row, ontology_codec.to_dict(ontology), frames=4)
    assert {o.object_hash: {a.frame for a in o.get_annotations()} for o in loaded.get_object_instances()} == {
        i.hash8: {a.frame for a in document.annotations_of(i.uuid)} for i in document.instances.values()
    }
    if kind is Kind.PDF:
        again, losses = read(json.loads(json.dumps(loaded.to_encord_dict())), ontology, of, document)
        assert losses == []
        assert again.annotations.keys() == document.annotations.keys()


SHAPES = (ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.POLYLINE, ShapeKind.POINT, ShapeKind.ELLIPSE, ShapeKind.ROTATED_BOX)


def test_members_of_a_group_keep_their_sizes_and_names():
    of = item(Kind.IMAGE_GROUP, 3)
    ontology, document, _ = one_box((0, Box(2, 2, 4, 4), {}), (2, Box(2, 2, 4, 4), {}))
    part = of.facts["members"][1]["uuid"]
    document.put(Annotation("00000000-0000-4000-8000-0000000000ff", next(iter(document.instances)), Box(1, 1, 2, 2), part=part))
    row, losses = written(ontology, document, of)
    assert losses == []
    units = list(row["data_units"].values())
    assert [(u["data_sequence"], u["width"], u["height"], u["data_title"]) for u in units] == [
        ("0", 24, 16, "0.png"),
        ("1", 25, 17, "1.png"),
        ("2", 26, 18, "2.png"),
    ]
    assert row["data_type"] == "img_group" and row["data_hash"] not in row["data_units"]
    assert units[1]["labels"]["objects"][0]["boundingBox"]["w"] == 2 / 25
    made, losses = read(row, ontology, of)
    assert losses == []
    assert_equal(document, made)


def test_pages_are_measured_in_points():
    ontology, document, _ = one_box((3, Box(2.45, 1.625, 4.9, 3.25), {}))
    row, _ = written(ontology, document, item(Kind.PDF))
    (unit,) = row["data_units"].values()
    assert (row["data_type"], unit["data_type"], unit["width"], unit["data_fps"]) == ("pdf", "application/pdf", 0, 0)
    assert unit["labels"]["3"]["objects"][0]["boundingBox"] == pytest.approx({"x": 0.1, "y": 0.1, "w": 0.2, "h": 0.2})
    assert list(unit["labels"]) == ["3"], "pages do not follow each other in time"


# -- rows that the SDK made ---------------------------------------------------------------------------------------


def test_frames_made_by_the_sdk_are_read():
    ontology, box = ontology_edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    video = CustomerProvidedVideoMetadata(
        fps=25.0, duration=encord_duration(FRAMES, 25.0), width=24, height=16, file_size=1, mime_type="video/mp4"
    )
    pages = CustomerProvidedPdfMetadata(file_size=1, num_pages=FRAMES)
    for metadata, of in ((video, item(Kind.VIDEO)), (pages, item(Kind.PDF))):
        row = sdk_row(ontology, metadata)
        assert row.number_of_frames == FRAMES
        made = row.ontology_structure.get_child_by_hash(box).create_instance()
        corner = BoundingBoxCoordinates(height=0.5, width=0.5, top_left_x=0.25, top_left_y=0.25)
        made.set_for_frames(corner, frames=[2, 3, 9])
        row.add_object_instance(made)
        document, losses = read(json.loads(json.dumps(row.to_encord_dict())), ontology, of)
        assert losses == []
        (own,) = document.instances
        rows = [a.frame for a in document.annotations_of(own)]
        assert rows == [2, 3, 9]
        if of.kind is Kind.VIDEO:
            assert sorted(seen(document, own)) == rows, "nothing is made up in the gap"


def test_polygons_of_different_counts_come_back_with_key_frames_only():
    a = Polygon.simple(((2.0, 2.0), (12.0, 2.0), (12.0, 10.0), (2.0, 10.0)))
    b = Polygon.simple(((6.0, 2.0), (16.0, 3.0), (17.0, 8.0), (11.0, 12.0), (6.0, 10.0)))
    ontology, document, _ = one_box((0, a, {}), (11, b, {}), shape=ShapeKind.POLYGON)
    row, _ = written(ontology, document, item(Kind.VIDEO))
    made, _ = read(row, ontology, item(Kind.VIDEO))
    assert_equal(document, made)
    again, _ = read(through_the_sdk(row, ontology, FRAMES), ontology, item(Kind.VIDEO), document)
    assert again.annotations.keys() == document.annotations.keys()
