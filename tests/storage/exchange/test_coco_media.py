"""COCO of videos, sequences, groups and pages: pycocotools sees every frame, our own files come back whole."""

from __future__ import annotations

import io
import json
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import BadInput
from storage.exchange.coco_file import CocoFile
from storage.exchange.coco_shots import Shots, joined
from storage.exchange.encord_write import unit_hash
from storage.model import interpolation, masks, ontology_edit
from storage.model.geometry import AudioRanges, Box, ShapeKind
from storage.model.items import Kind
from storage.model.labels import Annotation, Answer, Classification, Instance, LabelDocument
from storage.model.ontology import AttributeType, Ontology
from tests.support.coco_files import SLOW, as_pycocotools, pixels, read, written
from tests.support.encord_media import item, moving, seen
from tests.support.label_strategies import documents, hash8_of, info_of, ontologies
from tests.support.same_labels import assert_equal


def car(ontology, *rows, **more) -> LabelDocument:
    """One object of the first class: (frame, geometry, keywords) a row."""
    own = "11111111-1111-4111-8111-111111111111"
    document = LabelDocument()
    document.put(Instance(own, hash8_of(own), ontology.objects[0].feature_hash, 1, **more))
    for frame, geometry, keywords in rows:
        uuid = f"22222222-1111-4111-8111-{frame:012}"
        document.put(Annotation(uuid, own, geometry, frame, created_at=1, edited_at=2, **keywords))
    return document


@pytest.fixture
def boxes():
    return ontology_edit.add_object(Ontology(), "Car", ShapeKind.BOX)[0]


@given(st.data(), st.sampled_from([Kind.VIDEO, Kind.IMAGE_SEQUENCE]))
@SLOW
def test_a_video_comes_back_equal_with_key_frames_only(data, kind):
    ontology = data.draw(ontologies())
    document, of = data.draw(moving(ontology)), item(kind)
    exported, writer = written(ontology, (of, document))
    assert writer.losses.all() == []
    made, losses, _ = read(exported, ontology, of)
    assert losses.all() == []
    assert_equal(document, made)
    again, _, _ = read(exported, ontology, of, made)
    assert_equal(document, again)


@given(st.data())
@SLOW
def test_every_frame_on_which_an_object_is_shown_has_its_shape(data):
    ontology = data.draw(ontologies())
    document, of = data.draw(moving(ontology)), item(Kind.VIDEO)
    exported, _ = written(ontology, (of, document))
    theirs = as_pycocotools(exported)
    frame_of = {i["id"]: i["postil"]["page"] for i in exported["images"]}
    for own, instance in document.instances.items():
        found = [a for a in exported["annotations"] if a["attributes"]["encord_track_uuid"] == instance.hash8]
        shown = seen(document, own)
        assert sorted(frame_of[a["image_id"]] for a in found) == sorted(shown)
        assert len({a["attributes"]["track_id"] for a in found}) == 1
        for row in found:
            geometry = shown[frame_of[row["image_id"]]]
            if geometry.kind is ShapeKind.BITMASK:
                assert (pixels(theirs, row) == masks.rasterize(geometry, 24, 16)).all()


@given(st.data(), st.sampled_from([Kind.IMAGE_GROUP, Kind.PDF]))
@SLOW
def test_groups_and_pages_come_back_equal(data, kind):
    ontology = data.draw(ontologies())
    document, of = data.draw(documents(ontology, frames=4)), item(kind, frames=4)
    exported, writer = written(ontology, (of, document))
    assert writer.losses.all() == []
    assert len(exported["images"]) == 4
    as_pycocotools(exported)
    made, losses, _ = read(exported, ontology, of)
    assert losses.all() == []
    assert_equal(document, made)


def test_rows_that_name_a_member_of_a_group_come_back_so(boxes):
    of = item(Kind.IMAGE_GROUP, frames=3)
    document = LabelDocument()
    plain = car(boxes, (0, Box(1, 1, 4, 4), {}))
    for record in plain.records():
        named = replace(record, part=of.facts["members"][2]["uuid"]) if isinstance(record, Annotation) else record
        document.put(named)
    exported, _ = written(boxes, (of, document))
    assert exported["annotations"][0]["image_id"] == 3
    assert (exported["images"][2]["width"], exported["images"][2]["height"]) == (26, 18)
    made, _, _ = read(exported, boxes, of)
    assert_equal(document, made)


def test_frames_are_called_as_encord_calls_them(boxes):
    video, group, pdf = item(Kind.VIDEO), item(Kind.IMAGE_GROUP, frames=2), item(Kind.PDF, frames=2)
    document = car(boxes, (3, Box(1, 1, 4, 4), {}), (5, Box(3, 1, 4, 4), {}))
    for of, names in (
        (video, ["videos/{hash}/3.jpg", "videos/{hash}/4.jpg", "videos/{hash}/5.jpg"]),
        (group, ["images/{unit0}.png", "images/{unit1}.png"]),
        (pdf, ["clip#page=1", "clip#page=2"]),
    ):
        info = info_of(of)
        units = {f"unit{n}": unit_hash(info.data_uuid, n) for n in range(2)}
        shots = Shots(info, document, 1, of.title, lambda _: True)
        assert [shots.name(f) for f in shots] == [n.format(hash=info.data_uuid, **units) for n in names]


def test_a_long_film_with_little_on_it_has_few_images(boxes):
    of = item(Kind.VIDEO, frames=200_000)
    document = car(boxes, (150_000, Box(1, 1, 4, 4), {"keyframe": False}), (199_999, Box(1, 1, 4, 4), {}))
    ontology, own = ontology_edit.add_classification(boxes, "Scene")
    document.put(Classification("33333333-1111-4111-8111-111111111111", "AAAAAAAA", own, ((10, 12),)))
    exported, _ = written(ontology, (of, document))
    assert [i["postil"]["page"] for i in exported["images"]] == [10, 11, 12, 150_000, 199_999]
    assert [a["image_id"] for a in exported["annotations"]] == [4, 5]
    made, _, _ = read(exported, ontology, of)
    assert_equal(document, made)


def test_what_is_said_of_a_whole_film_stands_at_its_first_picture():
    ontology, own = ontology_edit.add_classification(Ontology(), "Scene", is_global=True)
    document = LabelDocument()
    document.put(Classification("33333333-1111-4111-8111-111111111111", "AAAAAAAA", own))
    exported, _writer = written(ontology, (item(Kind.VIDEO), document))
    assert len(exported["images"]) == 1
    assert_equal(document, read(exported, ontology, item(Kind.VIDEO))[0])


def test_answers_change_from_frame_to_frame(boxes):
    ontology, attribute = ontology_edit.add_attribute(
        boxes, boxes.objects[0].feature_hash, "Door", AttributeType.TEXT, dynamic=True
    )
    document = car(ontology, (0, Box(1, 1, 4, 4), {}), (4, Box(5, 1, 4, 4), {}))
    own = next(iter(document.instances))
    document.put(Answer("33333333-1111-4111-8111-111111111111", own, attribute, "open", 1, 2))
    exported, _ = written(ontology, (item(Kind.VIDEO), document))
    by_frame = {a["image_id"]: a["attributes"]["classifications"] for a in exported["annotations"]}
    assert [by_frame[n].get("Door") for n in range(1, 6)] == [None, "open", "open", None, None]


def test_a_shape_between_that_somebody_moved_becomes_a_row(boxes):
    document = car(boxes, (0, Box(1, 1, 4, 4), {}), (6, Box(7, 1, 4, 4), {}))
    exported, _ = written(boxes, (item(Kind.VIDEO), document))
    between = next(a for a in exported["annotations"] if a["image_id"] == 4)
    assert between["attributes"]["manual_annotation"] is False
    between["bbox"] = [0, 9, 4, 4]
    made, losses, _ = read(exported, boxes, item(Kind.VIDEO))
    assert losses.all() == []
    own = next(iter(made.instances))
    shown = {f: interpolation.present(made, own, f).geometry for f in range(7)}
    assert shown[3] == Box(0, 9, 4, 4)
    assert all(shown[f] == Box(1 + f, 1, 4, 4) for f in range(7) if f != 3)


def test_tracks_of_others_are_objects_whose_rows_do_not_run_across_gaps(boxes):
    ontology, _attribute = ontology_edit.add_attribute(
        boxes, boxes.objects[0].feature_hash, "Door", AttributeType.TEXT, dynamic=True
    )
    told = [(2, 7, "open"), (3, 7, "open"), (8, 7, "shut"), (8, 9, "")]
    exported = {
        "images": [{"id": f, "file_name": f"videos/abc/{f}.jpg", "width": 24, "height": 16} for f in range(10)],
        "categories": [{"id": 1, "name": "Car"}],
        "annotations": [
            {"id": n, "image_id": f, "category_id": 1, "bbox": [f, track, 2, 2], "attributes": {"track_id": track, "Door": door}}
            for n, (f, track, door) in enumerate(told)
        ],
    }  # fmt: skip
    made, losses, _ = read(exported, ontology, item(Kind.VIDEO))
    assert losses.all() == []
    tracks = [[(a.frame, a.keyframe) for a in made.annotations_of(own)] for own in made.instances]
    assert tracks == [[(2, True), (3, False), (8, True)], [(8, True)]]
    first = next(iter(made.instances))
    assert [(a.value, a.first, a.last) for a in made.answers_of(first)] == [("open", 2, 3), ("shut", 8, 8)]
    again, _, _ = read(exported, ontology, item(Kind.VIDEO), made)
    assert_equal(made, again)


def test_sound_has_no_place_in_coco_and_that_is_told():
    ontology, _own = ontology_edit.add_object(Ontology(), "Speech", ShapeKind.AUDIO)
    document = car(ontology, (0, AudioRanges(((0, 5),)), {}))
    exported, writer = written(ontology, (item(Kind.AUDIO), document))
    assert exported["images"] == exported["annotations"] == []
    assert ["sound" in loss.why for loss in writer.losses.all()] == [True]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)).map(lambda t: (t[0], t[0] + t[1]))))
def test_numbers_of_images_follow_each_other(ranges):
    frames = sorted({f for a, b in ranges for f in range(a, b + 1)})
    assert [f for a, b in joined(ranges) for f in range(a, b + 1)] == frames
    _ontology, own = ontology_edit.add_classification(Ontology(), "Scene")
    document = LabelDocument()
    if ranges:
        document.put(Classification("33333333-1111-4111-8111-111111111111", "AAAAAAAA", own, tuple(ranges)))
    of = item(Kind.VIDEO, frames=40)
    shots = Shots(info_of(of), document, 5, "x", lambda _: True)
    assert list(shots) == frames
    assert [shots.id_of(f) for f in frames] == list(range(5, 5 + len(frames)))
    assert all(shots.id_of(f) is None for f in range(45) if f not in frames)


# -- reading large and broken files -------------------------------------------------------------------------------


def test_a_large_file_is_not_held_in_memory():
    """Not the file: its parts lie on disk, so twice the file costs the same."""
    row = {"category_id": 1, "segmentation": [[float(n) for n in range(200)]]}

    def peak(count: int) -> int:
        data = {"images": [{"id": 1}], "categories": [], "annotations": [{"id": n, "image_id": n, **row} for n in range(count)]}
        source = json.dumps(data).encode()
        del data

        class Stream:
            def __init__(self) -> None:
                self.at = 0

            def read(self, size: int = -1) -> bytes:
                part = source[self.at : self.at + size]
                self.at += len(part)
                return part

            def seek(self, at: int) -> int:
                self.at = at
                return at

        tracemalloc.start()
        try:
            CocoFile(Stream()).close()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = peak(500), peak(4000)
    assert large < small + 500_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"images": [}', "Line 1, column 13"),
        (b'{"images": []', "Line 1"),
        (b'{"images": [], "annotations": 5}', "must be lists"),
        (b'\xff{"images": []}', "UTF-8"),
        (b"", "Line 1"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(text, said):
    with pytest.raises(BadInput, match=said):
        CocoFile(io.BytesIO(text))


def test_an_absurd_number_costs_only_its_annotation():
    text = '{"images": [{"id": 1}], "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1e999, 0.5]}]}'
    file = CocoFile(io.BytesIO(b"\xef\xbb\xbf" + text.encode()))
    assert next(file.annotations({"id": 1}))["bbox"] == [float("inf"), 0.5]
    file.close()
