"""Labels of videos, groups, documents, audio and text through the catalog: stored, exported, imported, equal."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from storage.catalog import labels
from storage.model import ontology_edit
from storage.model.geometry import AudioRanges, Box, HtmlRanges, Polygon, ShapeKind, TextRanges
from storage.model.items import Kind
from storage.model.labels import Annotation, Answer, Instance, LabelDocument
from storage.model.ontology import AttributeType, Ontology
from storage.services.export import export_labels
from storage.services.import_labels import import_labels
from tests.support import nouns
from tests.support.label_strategies import hash8_of
from tests.support.same_labels import assert_equal

AUDIO = {"audio_codec": "mp3", "audio_sample_rate": 44100, "audio_bit_depth": 16, "audio_num_channels": 2}
MEMBERS = {"members": [{"uuid": str(uuid.uuid4()), "title": f"{k}.png", "width": 20 + k, "height": 10} for k in range(3)]}
KINDS = {
    "a.mp4": {"kind": Kind.VIDEO, "mime": "video/mp4", "frames": 40, "fps": 30000 / 1001, "width": 24, "height": 16},
    "a set": {"kind": Kind.IMAGE_GROUP, "mime": "", "frames": 3, "facts": MEMBERS, "width": None, "height": None},
    "a.pdf": {"kind": Kind.PDF, "mime": "application/pdf", "frames": 4, "facts": {"pages": [[4, 59.5, 84.2]]}},
    "a.mp3": {"kind": Kind.AUDIO, "mime": "audio/mpeg", "duration": 9.5, "facts": AUDIO, "width": None, "height": None},
    "a.txt": {"kind": Kind.TEXT, "mime": "text/plain", "frames": 1, "width": None, "height": None},
    "a.html": {"kind": Kind.TEXT, "mime": "text/html", "frames": 1, "width": None, "height": None},
}


@pytest.fixture
def ontology():
    made = Ontology()
    for shape in (ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.AUDIO, ShapeKind.TEXT):
        made, own = ontology_edit.add_object(made, str(shape), shape)
        made, _ = ontology_edit.add_attribute(made, own, "Note", AttributeType.TEXT, dynamic=shape is ShapeKind.BOX)
    return made


def thing(document, ontology, shape, rows, **answer):
    feature = next(o for o in ontology.objects if o.shape is shape)
    own = str(uuid.uuid4())
    number = document.next_number(feature.feature_hash)
    document.put(
        Instance(own, hash8_of(own), feature.feature_hash, number, 0, 1000, "ada@example.org", 1000, "ada@example.org")
    )
    for frame, geometry, more in rows:
        document.put(Annotation(str(uuid.uuid4()), own, geometry, frame, created_at=1000, edited_at=2000, **more))
    document.put(Answer(str(uuid.uuid4()), own, feature.attributes[0].feature_hash, "said 😀", **answer))


def labelled(ontology, title):
    document = LabelDocument()
    square = Polygon.simple(((1.0, 1.0), (9.0, 1.0), (9.0, 7.0), (1.0, 7.0)))
    later = Polygon.simple(((5.0, 1.0), (13.0, 2.0), (12.0, 6.0), (9.0, 9.0), (5.0, 7.0)))
    match title:
        case "a.mp4":
            rows = ((2, Box(1, 1, 4, 4), {"pts": 1024}), (20, Box(9, 2, 6, 4), {"outside": True}), (31, Box(1, 1, 4, 4), {}))
            thing(document, ontology, ShapeKind.BOX, rows, first=2, last=11)
            thing(document, ontology, ShapeKind.POLYGON, ((0, square, {}), (39, later, {"keyframe": False})))
        case "a set" | "a.pdf":
            thing(document, ontology, ShapeKind.BOX, ((0, Box(1, 1, 4, 4), {}), (2, Box(2, 1, 4, 4), {})))
        case "a.mp3":
            thing(document, ontology, ShapeKind.AUDIO, ((0, AudioRanges(((0, 900), (2000, 2500))), {}),))
        case "a.txt":
            thing(document, ontology, ShapeKind.TEXT, ((0, TextRanges(((4, 9),)), {}),))
        case "a.html":
            places = ((("/html[1]/body[1]/p[1]/text()[1]", 2), ("/html[1]/body[1]/p[2]/text()[1]", 5)),)
            thing(document, ontology, ShapeKind.TEXT, ((0, HtmlRanges(places), {}),))
    return document


@pytest.fixture
def project(catalog, ontology):
    folder = nouns.folder(catalog, "Everything")
    ids = [nouns.add(catalog, folder, title, **replaced)[0] for title, replaced in KINDS.items()]
    made = nouns.project(catalog, nouns.dataset(catalog, "Set", *ids), ontology=ontology)
    for info, _ in list(catalog.reads.iterate_label_rows(made)):
        catalog.do("Label", labels.import_document, info.id, labelled(ontology, info.item.title), False)
    return made


def all_labels(catalog, project):
    return {info.item.title: document for info, document in catalog.reads.iterate_label_rows(project)}


def test_labels_of_every_kind_come_back_equal(catalog, project, tmp_path):
    before = all_labels(catalog, project)
    assert sum(len(d.annotations) for d in before.values()) == 12
    target = tmp_path / "out.json"
    exported = export_labels(catalog, project, "encord", target)
    assert exported.lost == []
    assert exported.counts["label_rows"] == len(KINDS)
    for row_id in catalog.reads.label_rows(project):
        catalog.do("Empty", labels.import_document, row_id, LabelDocument(), True)
    result = import_labels(catalog, project, target, "encord")
    assert result.lost == []
    assert (len(result.matched), result.changed) == (len(KINDS), len(KINDS))
    after = all_labels(catalog, project)
    assert before.keys() == after.keys()
    for title, document in before.items():
        assert_equal(replace_uuid(document), replace_uuid(after[title]))
    again = import_labels(catalog, project, target, "encord")
    assert (again.changed, again.lost) == (0, [])


def replace_uuid(document):
    return replace(document, uuid="")


def test_coco_holds_what_lies_on_pictures_and_names_the_rest(catalog, project, tmp_path):
    before = all_labels(catalog, project)
    target = tmp_path / "coco.json"
    exported = export_labels(catalog, project, "coco", target)
    assert {loss.where for loss in exported.lost} == {"a.mp3", "a.txt", "a.html"}
    for row_id in catalog.reads.label_rows(project):
        catalog.do("Empty", labels.import_document, row_id, LabelDocument(), True)
    result = import_labels(catalog, project, target, "coco")
    assert result.lost == []
    assert {m.title for m in result.matched} == {"a.mp4", "a set", "a.pdf"}
    after = all_labels(catalog, project)
    for title in ("a.mp4", "a set", "a.pdf"):
        assert_equal(replace_uuid(before[title]), replace_uuid(after[title]))
    again = import_labels(catalog, project, target, "coco")
    assert (again.changed, again.lost) == (0, [])
