"""Label files that are JSON and lie below that: nothing unkeepable gets in, nothing else is held up, what was there stays."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest

from storage.catalog import labels
from storage.catalog.check import check
from storage.exchange.soundness import fault_of, keep_sound
from storage.model.geometry import Box, Keypoint, ShapeKind
from storage.model.labels import Annotation, Answer, Instance, LabelDocument
from storage.model.ontology import Ontology
from storage.services.export import export_labels
from storage.services.import_labels import import_labels
from tests.support import nouns
from tests.support.label_strategies import full_document, full_ontology

ODD = [None, 5, -1, "x", [], {}, 1e999, -1e999, 1e308, 10**400, True, [[]], [None], {"a": 1}, "\ud800", "9" * 500]


@pytest.fixture
def project(catalog):
    ontology = full_ontology()
    items = nouns.add(catalog, nouns.folder(catalog, "Scans"), "a.png", "b.png", width=24, height=16)
    made = nouns.project(catalog, nouns.dataset(catalog, "Set", *items), ontology=ontology)
    for row_id in catalog.reads.label_rows(made):
        catalog.do("Label", labels.import_document, row_id, full_document(ontology), False)
    return made


def places(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from places(below, (*path, key))


def spoilt(source, chance: random.Random, times: int):
    made = copy.deepcopy(source)
    for _ in range(times):
        *way, last = chance.choice([p for p in places(made) if p])
        target = made
        for key in way:
            target = target[key]
        target[last] = chance.choice(ODD)
    return made


def all_shapes(catalog, project):
    return [(d.instances, d.annotations) for _, d in catalog.reads.iterate_label_rows(project)]


def write(path: Path, data) -> Path:
    """As a hostile writer would: 1e999 for what is beyond every float."""
    path.write_text(json.dumps(data).replace("-Infinity", "-1e999").replace("Infinity", "1e999"))
    return path


@pytest.mark.parametrize("format", ["encord", "coco"])
def test_a_spoilt_file_never_ends_in_a_fault_of_ours_and_never_spoils_the_catalog(catalog, project, tmp_path, format):
    good = tmp_path / "good.json"
    export_labels(catalog, project, format, good)
    data = json.loads(good.read_text())
    chance = random.Random(11)
    for n in range(60):
        if format == "encord":
            rows = [data[0], *(spoilt(data[1], chance, 2) for _ in range(4))]
        else:
            rows = {**data, "annotations": [spoilt(a, chance, 1) for a in data["annotations"]]}
        import_labels(catalog, project, write(tmp_path / f"{n}.json", rows), format)
    assert [p for p in check(catalog.path) if p.what != "original"] == []
    for each in ("encord", "coco"):
        again = tmp_path / f"again.{each}"
        export_labels(catalog, project, each, again)
        assert "Infinity" not in again.read_text()
        assert "NaN" not in again.read_text()
        before = all_shapes(catalog, project)
        result = import_labels(catalog, project, again, each)
        assert all_shapes(catalog, project) == before
        assert result.refused == []


def test_one_row_that_is_no_row_does_not_hold_up_the_others(catalog, project, tmp_path):
    good = tmp_path / "good.json"
    export_labels(catalog, project, "encord", good)
    rows = json.loads(good.read_text())
    result = import_labels(catalog, project, write(tmp_path / "x.json", [rows[0], 5, {}, rows[1]]), "encord")
    assert len(result.matched) == 2
    assert [loss.where for loss in result.refused] == ["row 2", "row 3"]


@pytest.mark.parametrize(
    "record",
    [
        Annotation("a", "i", Box(float("nan"), 0.0, 1.0, 1.0)),
        Annotation("a", "i", Box(0.0, 0.0, float("inf"), 1.0)),
        Annotation("a", "i", Box(0.0, 0.0, -1.0, 1.0)),
        Annotation("a", "i", Keypoint(1e12, 0.0)),
        Annotation("a", "i", Keypoint("1", 0.0)),  # type: ignore[arg-type]
        Annotation("a", "i", Keypoint(1.0, 2.0), created_at=2**70),
        Annotation("a", "i", Keypoint(1.0, 2.0), frame="0"),  # type: ignore[arg-type]
        Annotation("a", "i", Keypoint(1.0, 2.0), created_by={}),  # type: ignore[arg-type]
        Answer("a", "i", "q", "\ud800"),
        Answer("a", "i", "q", "text", first=3),
        Instance("i", "h", "f", None),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_kept_is_known(record):
    assert fault_of(record)


def test_every_annotation_of_a_coco_file_is_counted_and_the_refused_ones_called_as_the_file_calls_them(
    catalog, project, tmp_path
):
    def annotation(number, image, category, *bbox):
        return {"id": number, "image_id": image, "category_id": category, "bbox": list(bbox)}

    box = next(c.name for c in full_ontology().objects if c.shape is ShapeKind.BOX)
    data = {
        "images": [{"id": 1, "file_name": "a.png", "width": 24, "height": 16}],
        "categories": [{"id": 1, "name": box}, {"id": 2, "name": "Zeppelin"}],
        "annotations": [
            annotation(1, 1, 1, 2, 2, 5, 5),
            annotation(2, 1, 1, 3, 3, -5, 5),
            annotation(3, 1, 2, 2, 2, 5, 5),
            annotation(4, 1, 1, 1e12, 2, 5, 5),
            annotation(5, 1, 1, "x", 2, 5, 5),
            annotation(6, 7, 1, 2, 2, 5, 5),
        ],
    }
    file = write(tmp_path / "in.json", data)
    first = import_labels(catalog, project, file, "coco")
    assert (first.annotations, first.known) == (1, 0)
    told = {loss.what: loss.why for loss in first.refused if loss.what.startswith("annotation")}
    assert sorted(told) == [f"annotation {n}" for n in (2, 3, 4, 5, 6)]
    assert told["annotation 6"] == "the file has no picture with the id 7"
    again = import_labels(catalog, project, file, "coco")
    assert (again.annotations, again.known) == (0, 1)
    assert again.as_dict()["there_already"] == 1


def test_what_hangs_on_a_record_goes_with_it_and_what_was_there_comes_back():
    present = LabelDocument()
    present.put(Instance("old", "h", "f", 1))
    present.put(Annotation("there", "old", Box(0.0, 0.0, 2.0, 2.0)))
    made = LabelDocument()
    made.put(Instance("old", "h", "f", 1))
    made.put(Annotation("there", "old", Box(0.0, 0.0, float("nan"), 2.0)))
    made.put(Instance("new", "h2", "f", 2))
    made.put(Annotation("beyond", "new", Keypoint(1e30, 0.0)))
    made.put(Answer("said", "new", "q", "red"))
    assert len(list(keep_sound(made, present))) == 2
    assert made.annotations == present.annotations
    assert made.instances == present.instances
    assert not made.answers


def test_a_very_large_number_is_an_answer_all_the_same():
    assert not fault_of(Answer("a", "i", "q", 6.02e23))


def test_a_spoilt_ontology_in_a_coco_file_costs_its_questions_and_nothing_else(catalog, project, tmp_path):
    export_labels(catalog, project, "coco", tmp_path / "out.json")
    whole = json.loads((tmp_path / "out.json").read_text())
    (dataset_id,) = [d.id for d in catalog.reads.datasets()]
    second, chance = nouns.project(catalog, dataset_id, title="Second", ontology=Ontology()), random.Random(7)
    for _ in range(60):
        data = {**whole, "info": spoilt(whole["info"], chance, 3)}
        file = write(tmp_path / "spoilt.json", data)
        result = import_labels(catalog, second, file, "coco", dry_run=True, new_classes=True)
        assert result.annotations > 0
