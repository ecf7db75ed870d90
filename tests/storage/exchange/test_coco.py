"""COCO: pycocotools reads it, masks are equal pixel by pixel, our files come back whole, those of others come in."""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from storage.errors import BadInput
from storage.model import masks, ontology_edit
from storage.model.geometry import Bitmask, Box, Keypoint, Polygon, RotatedBox, ShapeKind, Skeleton, Visibility
from storage.model.labels import Annotation, Answer, Classification, Instance, LabelDocument
from storage.model.ontology import AttributeType, Ontology
from tests.support.coco_files import SLOW, as_pycocotools, opened, pixels, read, written
from tests.support.label_strategies import documents, full_document, full_ontology, item_of, ontologies
from tests.support.same_labels import assert_equal


@given(st.data(), st.integers(1, 3))
@SLOW
def test_what_is_exported_comes_back_equal(data, frames):
    ontology = data.draw(ontologies())
    document = data.draw(documents(ontology, frames=frames))
    item = item_of(frames=frames)
    exported, writer = written(ontology, (item, document))
    assert writer.losses.all() == []
    made, losses, _ = read(exported, ontology, item)
    assert losses.all() == []
    assert_equal(document, made)
    again, _, _ = read(exported, ontology, item, made)
    assert_equal(document, again)


@given(st.data())
@SLOW
def test_pycocotools_reads_every_annotation_and_every_mask_is_ours(data):
    ontology = data.draw(ontologies())
    document = data.draw(documents(ontology))
    exported, _ = written(ontology, (item_of(), document))
    theirs = as_pycocotools(exported)
    assert len(theirs.getAnnIds()) == len(document.annotations)
    for row in exported["annotations"]:
        assert row["iscrowd"] == 0
        drawn = pixels(theirs, row)
        geometry = document.annotations[row["postil"]["uuid"]].geometry
        if isinstance(geometry, Bitmask) or (isinstance(geometry, Polygon) and any(len(p) > 1 for p in geometry.parts)):
            assert (drawn == masks.rasterize(geometry, 24, 16)).all()
        elif isinstance(geometry, Polygon):
            flat = [[v for p in part[0] for v in p] for part in geometry.parts]
            assert np.allclose(np.concatenate(row["segmentation"]), np.concatenate(flat), atol=1e-6, rtol=0)


def test_one_of_everything_stands_where_coco_expects_it():
    ontology = full_ontology()
    document = full_document(ontology)
    exported, writer = written(ontology, (item_of(), document), description="Cars")
    assert writer.losses.all() == []
    assert [c["id"] for c in exported["categories"]] == list(range(1, 11))
    assert [a["id"] for a in exported["annotations"]] == list(range(1, 11))
    by_shape = {exported["categories"][a["category_id"] - 1]["supercategory"]: a for a in exported["annotations"]}
    assert by_shape["bounding_box"]["bbox"] == [2.4, 3.2, 6.0, 8.0]
    assert by_shape["bounding_box"]["area"] == 48.0
    turned = RotatedBox(2.4, 3.2, 6.0, 8.0, 33.0)
    assert by_shape["rotatable_bounding_box"]["attributes"]["rotation"] == 33.0
    assert by_shape["rotatable_bounding_box"]["segmentation"] == [[v for p in turned.corners() for v in p]]
    assert by_shape["point"]["keypoints"] == [7.7, 3.3, 2]
    assert by_shape["skeleton"]["keypoints"][2::3] == [2, 0, 1]
    assert by_shape["skeleton"]["num_keypoints"] == 2
    assert len(exported["categories"][5]["skeleton"]) == 2
    assert coco_mask.area(by_shape["bitmask"]["segmentation"]) == by_shape["bitmask"]["area"] == 8
    assert isinstance(by_shape["polygon"]["segmentation"], dict)
    answers = by_shape["circle"]["attributes"]["classifications"]
    assert answers["moving radio"] == "Well defined"
    assert answers["plain checklist"] == ["Well defined", "Bad"]
    assert (answers["why"], answers["how much"]) == ("Light", 4.5)
    assert exported["images"][0]["attributes"]["text True"] == "text of text True"
    assert exported["images"][0]["attributes"]["checklist False"] == ["One", "Two"]


def test_encords_own_model_of_coco_accepts_the_file():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from encord.utilities.coco.datastructure import CocoRootModel
    ontology = full_ontology()
    exported, _ = written(ontology, (item_of(), full_document(ontology)))
    assert CocoRootModel.from_dict(exported).annotations


def test_dynamic_answers_are_those_of_their_frame_in_every_row():
    ontology, own = ontology_edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    ontology, attribute = ontology_edit.add_attribute(ontology, own, "Door", AttributeType.TEXT, dynamic=True)

    def document(n: int) -> LabelDocument:
        made = LabelDocument()
        instance = f"1111111{n}-1111-4111-8111-111111111111"
        made.put(Instance(instance, f"AAAAAAA{n}", own, 1))
        for frame in range(3):
            made.put(Annotation(f"222222{n}{frame}-1111-4111-8111-111111111111", instance, Box(1, 1, 2, 2), frame))
        made.put(Answer(f"3333333{n}-1111-4111-8111-111111111111", instance, attribute, f"open {n}", 1, 1))
        return made

    exported, _ = written(ontology, *((item_of(frames=3, title=f"{n}.tif"), document(n)) for n in range(2)))
    said = [a["attributes"]["classifications"].get("Door") for a in exported["annotations"]]
    assert said == [None, "open 0", None, None, "open 1", None]
    assert [i["file_name"] for i in exported["images"]][:2] == ["0.tif#page=1", "0.tif#page=2"]


def test_pictures_without_labels_are_images_too():
    exported, writer = written(full_ontology(), *((item_of(title=f"{n}.png"), LabelDocument()) for n in range(3)))
    assert [i["id"] for i in exported["images"]] == [1, 2, 3]
    assert exported["annotations"] == []
    assert writer.counts["images"] == 3


def test_a_one_point_line_does_not_harm_the_file():
    ontology, own = ontology_edit.add_object(Ontology(), "Road", ShapeKind.POLYLINE)
    from storage.model.geometry import Polyline

    document = LabelDocument()
    document.put(Instance("11111111-1111-4111-8111-111111111111", "AAAAAAAA", own, 1))
    document.put(
        Annotation("22222222-1111-4111-8111-111111111111", "11111111-1111-4111-8111-111111111111", Polyline(((3.0, 4.0),)))
    )
    exported, _ = written(ontology, (item_of(), document))
    assert not pixels(as_pycocotools(exported), exported["annotations"][0]).any()


# -- files of others ----------------------------------------------------------------------------------------------


@pytest.fixture
def foreign():
    """What other tools write: instances, run lengths packed and plain, key points; no keys of ours."""
    mask = np.zeros((16, 24), np.uint8, order="F")
    mask[2:5, 3:9] = 1
    packed = coco_mask.encode(mask)
    packed["counts"] = packed["counts"].decode()
    plain = {"size": [16, 24], "counts": masks.to_counts(masks.encode(mask.astype(bool)), 24, 16, columns=True)}
    rows = [
        {"category_id": 7, "bbox": [1, 2, 3, 4], "score": 0.5},
        {"category_id": 8, "segmentation": [[1, 1, 5, 1, 5, 5], [7, 7, 9, 7, 9, 9]], "bbox": [1, 1, 8, 8]},
        {"category_id": 9, "segmentation": packed, "bbox": [3, 2, 6, 3]},
        {"category_id": 9, "segmentation": plain, "iscrowd": 1, "bbox": [3, 2, 6, 3]},
        {"category_id": 10, "keypoints": [1, 1, 2, 5, 5, 1, 0, 0, 0], "num_keypoints": 2, "bbox": [1, 1, 4, 4]},
        {"category_id": 11, "bbox": [0, 0, 1, 1]},
    ]
    return {
        "images": [{"id": 3, "file_name": "a.png", "width": 24, "height": 16}],
        "categories": [
            {"id": 7, "name": "car"},
            {"id": 8, "name": "Field"},
            {"id": 9, "name": "Stain"},
            {"id": 10, "name": "Pose", "keypoints": ["joint 1", "joint 0", "joint 2"]},
            {"id": 11, "name": "Nothing"},
        ],
        "annotations": [{"id": i, "image_id": 3, **row} for i, row in enumerate(rows, 1)],
    }


@pytest.fixture
def classes():
    ontology = Ontology()
    for name, shape in (
        ("Car", ShapeKind.BOX),
        ("Field", ShapeKind.POLYGON),
        ("Stain", ShapeKind.BITMASK),
        ("Pose", ShapeKind.SKELETON),
    ):
        ontology, own = ontology_edit.add_object(ontology, name, shape)
        if shape is ShapeKind.SKELETON:
            full = full_ontology().skeleton_templates[0]
            ontology = ontology_edit.set_template(ontology, replace(full, feature_hash=own))
    return ontology


def test_annotations_of_others_find_the_class_and_its_shape(foreign, classes):
    made, losses, categories = read(foreign, classes)
    assert categories.unmatched == ["Nothing"]
    assert [x.why for x in losses.all()] == ["the project's ontology has no class “Nothing”"]
    shapes = [a.geometry for a in made.annotations.values()]
    assert shapes[0] == Box(1, 2, 3, 4)
    assert next(iter(made.annotations.values())).confidence == 0.5
    assert shapes[1] == Polygon((((((1.0, 1.0), (5.0, 1.0), (5.0, 5.0))),), (((7.0, 7.0), (9.0, 7.0), (9.0, 9.0)),)))
    assert (masks.to_frame(shapes[2], 24, 16) == (np.indices((16, 24))[0] // 3 * 0 + 1)).sum() == 18
    assert shapes[2] == shapes[3]
    assert isinstance(shapes[4], Skeleton)
    assert [(p.name, p.x, p.visibility) for p in shapes[4].points] == [
        ("joint 0", 5.0, Visibility.OCCLUDED),
        ("joint 1", 1.0, Visibility.VISIBLE),
        ("joint 2", 0.0, Visibility.INVISIBLE),
    ]


def test_reading_a_foreign_file_twice_adds_nothing(foreign, classes):
    made, _, _ = read(foreign, classes)
    again, _, _ = read(foreign, classes, present=made)
    assert_equal(made, again)


def test_masks_become_polygons_where_the_class_wants_them(foreign):
    ontology, _ = ontology_edit.add_object(Ontology(), "Stain", ShapeKind.POLYGON)
    made, _, _ = read(foreign, ontology)
    first = next(iter(made.annotations.values()))
    assert isinstance(first.geometry, Polygon)
    assert masks.rasterize(first.geometry, 24, 16).sum() == 18


def test_a_picture_of_another_size_is_refused(foreign, classes):
    foreign["images"][0]["width"] = 640
    made, losses, _ = read(foreign, classes)
    assert not made.annotations
    assert "640 x 16" in losses.all()[0].why


def test_a_damaged_annotation_is_refused_alone(foreign, classes):
    foreign["annotations"][2]["segmentation"]["counts"] = "2~~"
    made, losses, _ = read(foreign, classes)
    assert len(made.annotations) == 4
    assert any(x.what == "annotation 3" for x in losses.all())


def test_answers_are_read_by_the_names_of_the_questions(foreign, classes):
    car = classes.objects[0].feature_hash
    ontology, attribute = ontology_edit.add_attribute(classes, car, "Colour", AttributeType.RADIO)
    ontology, red = ontology_edit.add_option(ontology, attribute, "Dark Red")
    ontology, scene = ontology_edit.add_classification(ontology, "Scene")
    foreign["annotations"][0]["attributes"] = {"Colour": "dark_red", "occluded": True}
    foreign["images"][0]["attributes"] = {"Scene": "night"}
    made, _, _ = read(foreign, ontology)
    values = {a.attribute: a.value for a in made.answers.values()}
    assert values[attribute] == (red,)
    assert "night" in values.values()
    assert next(iter(made.annotations.values())).occluded
    assert [c.feature_hash for c in made.classifications.values()] == [scene]


@pytest.mark.parametrize(
    "data", [[], {}, {"images": 3}, {"images": [{}]}, {"images": [{"id": 1}, {"id": 1}]}, {"images": [{"id": [1]}]}]
)
def test_what_is_no_coco_file_is_refused(data):
    with pytest.raises(BadInput):
        opened(data)


def test_an_annotation_that_belongs_to_nothing_does_not_stop_the_others():
    data = {
        "images": [{"id": 1}],
        "annotations": [{}, 5, {"image_id": [1], "category_id": 1}, {"image_id": 1, "category_id": 1}],
    }
    faults = []
    with contextlib.closing(opened(data, lambda where, why: faults.append(where))) as parsed:
        assert faults == ["annotations[0]", "annotations[1]", "annotations[2]"]
        assert len(list(parsed.annotations({"id": 1}))) == 1


def test_a_key_point_of_others_becomes_a_point():
    ontology, _ = ontology_edit.add_object(Ontology(), "Tip", ShapeKind.POINT)
    data = {
        "images": [{"id": 1, "file_name": "a.png", "width": 24, "height": 16}],
        "categories": [{"id": 1, "name": "Tip", "keypoints": ["tip"]}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "keypoints": [4, 5, 2]}],
    }
    made, losses, _ = read(data, ontology)
    assert losses.all() == []
    assert [a.geometry for a in made.annotations.values()] == [Keypoint(4.0, 5.0)]


def test_classifications_of_several_pages_come_back():
    ontology, own = ontology_edit.add_classification(Ontology(), "Scene")
    document = LabelDocument()
    document.put(Classification("11111111-1111-4111-8111-111111111111", "AAAAAAAA", own, ((0, 0), (2, 2))))
    item = item_of(frames=3)
    made, losses, _ = read(written(ontology, (item, document))[0], ontology, item)
    assert losses.all() == []
    assert_equal(document, made)
