"""Labels leave a project and come back: whole, in bounded memory, and never half a file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from storage.catalog import labels, people, tasks
from storage.catalog.engine import Catalog
from storage.errors import BadInput, Cancelled, NotAllowed, NotFound, PostilError, Refused
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from storage.model.ontology_tree import elements
from storage.model.people import Role
from storage.progress import Progress
from storage.services.export import export_labels
from storage.services.import_labels import import_labels
from tests.support import nouns
from tests.support.label_strategies import full_document, full_ontology
from tests.support.same_labels import assert_equal

FORMATS = ("encord", "coco")


@pytest.fixture
def project(catalog):
    """Four pictures of 24 x 16 in two folders (one name twice); the first two carry one of everything."""
    ontology = full_ontology()
    ids = [
        *nouns.add(catalog, nouns.folder(catalog, "Scans/Left"), "a.png", "b.png", width=24, height=16),
        *nouns.add(catalog, nouns.folder(catalog, "Scans/Right"), "a.png", "c.png", width=24, height=16),
    ]
    made = nouns.project(catalog, nouns.dataset(catalog, "Set", *ids), ontology=ontology)
    for row_id in catalog.reads.label_rows(made)[:2]:
        catalog.do("Label", labels.import_document, row_id, full_document(ontology), False)
    return made


def all_labels(catalog, project) -> dict[str, LabelDocument]:
    return {info.item.uuid: document for info, document in catalog.reads.iterate_label_rows(project)}


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_imported_into_a_copy_of_the_catalog_gives_equal_labels(catalog, project, tmp_path, format):
    before = all_labels(catalog, project)
    target = tmp_path / "out.json"
    exported = export_labels(catalog, project, format, target)
    assert exported.lost == []
    assert exported.counts["annotations"] == 20
    assert exported.files == (target,)
    copy = catalog.backup(tmp_path / "copy")
    with Catalog.open(copy) as other:
        for row_id in other.reads.label_rows(project):
            other.do("Empty", labels.import_document, row_id, LabelDocument(), True)
        assert not any(d.annotations for d in all_labels(other, project).values())
        result = import_labels(other, project, target, format)
        assert result.lost == []
        assert (len(result.matched), result.changed, result.annotations) == (4, 2, 20)
        after = all_labels(other, project)
    assert before.keys() == after.keys()
    for uuid, document in before.items():
        assert_equal(document, after[uuid])


def test_our_own_coco_brings_its_questions_where_classes_may_be_made(catalog, project, tmp_path):
    """Whoever begins with an empty ontology has objects, answers and classifications whole."""
    before = all_labels(catalog, project)
    export_labels(catalog, project, "coco", tmp_path / "out.json")
    for row_id in catalog.reads.label_rows(project):
        catalog.do("Empty", labels.import_document, row_id, LabelDocument(), True)
    (dataset_id,) = [d.id for d in catalog.reads.datasets()]
    second = nouns.project(catalog, dataset_id, title="Second", ontology=Ontology())
    refused = import_labels(catalog, second, tmp_path / "out.json", "coco")
    assert refused.annotations == refused.classifications == 0 and refused.lost
    result = import_labels(catalog, second, tmp_path / "out.json", "coco", new_classes=True)
    assert result.lost == []
    after = all_labels(catalog, second)
    for uuid, document in before.items():
        assert_equal(document, after[uuid])
    whole, made = (catalog.reads.ontology(catalog.reads.project(p).ontology_id) for p in (project, second))
    asked = {e.feature_hash for e, _ in elements(made)}
    assert asked <= {e.feature_hash for e, _ in elements(whole)}
    assert {a.attribute for d in before.values() for a in d.answers.values()} <= asked
    again = import_labels(catalog, second, tmp_path / "out.json", "coco", new_classes=True)
    assert (again.lost, again.changed, again.classes) == ([], 0, [])


@pytest.mark.parametrize("format", FORMATS)
def test_importing_what_is_there_already_changes_nothing(catalog, project, tmp_path, format):
    export_labels(catalog, project, format, tmp_path / "out.json")
    result = import_labels(catalog, project, tmp_path / "out.json", format)
    assert result.lost == []
    assert result.changed == 0


def test_answers_given_since_the_file_was_written_stay(catalog, project, tmp_path):
    row = catalog.reads.label_rows(project)[0]
    full = catalog.reads.labels(row)
    owner = next(o for o in full.instances if full.answers_of(o))
    less = catalog.reads.labels(row)
    for answer in full.answers_of(owner):
        less.drop("answer", answer.uuid)
    catalog.do("Take away", labels.import_document, row, less, True)
    export_labels(catalog, project, "encord", tmp_path / "out.json")
    catalog.do("Answer", labels.import_document, row, full, True)
    result = import_labels(catalog, project, tmp_path / "out.json", "encord")
    assert (result.changed, result.replaced) == (0, 0)
    assert catalog.reads.labels(row).answers == full.answers


def test_labels_of_complete_tasks_are_not_touched(catalog, project, tmp_path):
    export_labels(catalog, project, "encord", tmp_path / "out.json")
    row = catalog.reads.label_rows(project)[0]
    catalog.do("Empty", labels.import_document, row, LabelDocument(), True)
    (task,) = [t for t in catalog.reads.task_ids(project) if catalog.reads.task(t).label_row_id == row]
    catalog.do("Submit", tasks.submit, task)
    result = import_labels(catalog, project, tmp_path / "out.json", "encord")
    (loss,) = result.refused
    assert "complete; reopen it" in loss.why
    assert not catalog.reads.labels(row).annotations


@pytest.mark.parametrize("format", FORMATS)
def test_a_dry_run_tells_and_writes_nothing(catalog, project, tmp_path, format):
    export_labels(catalog, project, format, tmp_path / "out.json")
    row_id = catalog.reads.label_rows(project)[0]
    catalog.do("Empty", labels.import_document, row_id, LabelDocument(), True)
    result = import_labels(catalog, project, tmp_path / "out.json", format, dry_run=True)
    assert (result.changed, result.annotations) == (1, 10)
    assert not catalog.reads.labels(row_id).annotations
    assert result.as_dict()["dry_run"] is True


def test_rows_are_matched_by_path_and_by_title_where_the_hash_is_strange(catalog, project, tmp_path):
    target = tmp_path / "out.json"
    export_labels(catalog, project, "encord", target)
    rows = json.loads(target.read_text())
    by_path = {row["postil"]["path"]: row for row in rows}
    assert sorted(by_path) == ["Scans/Left/a.png", "Scans/Left/b.png", "Scans/Right/a.png", "Scans/Right/c.png"]
    strange = {"data_hash": "11111111-1111-4111-8111-111111111111", "data_units": {}}
    right, single, twice = (by_path[p] | strange for p in ("Scans/Right/a.png", "Scans/Right/c.png", "Scans/Left/a.png"))
    right["postil"] = {"path": "Right/a.png"}
    single["postil"] = {}
    twice["postil"] = {}
    gone = dict(twice, data_title="nowhere.png")
    target.write_text(json.dumps([right, single, twice, gone]))
    result = import_labels(catalog, project, target, "encord")
    assert [m.title for m in result.matched] == ["a.png", "c.png"]
    assert [(x.where, "2 items" in x.why) for x in result.refused] == [("a.png", True)]
    assert [x.where for x in result.unmatched] == ["nowhere.png"]


def test_coco_pictures_are_matched_by_the_end_of_their_path(catalog, project, tmp_path):
    data = {
        "images": [
            {"id": 1, "file_name": "Right/a.png", "width": 24, "height": 16},
            {"id": 2, "file_name": "c.png", "width": 24, "height": 16},
            {"id": 3, "file_name": "a.png"},
        ],
        "categories": [{"id": 1, "name": "Any bounding_box"}],
        "annotations": [{"id": n, "image_id": n, "category_id": 1, "bbox": [1, 1, 2, 2]} for n in (1, 2, 3)],
    }
    (tmp_path / "in.json").write_text(json.dumps(data))
    result = import_labels(catalog, project, tmp_path / "in.json", "coco")
    assert [m.title for m in result.matched] == ["a.png", "c.png"]
    assert result.annotations == 2
    assert len(result.refused) == 1
    left, _, right, last = (len(d.annotations) for d in all_labels(catalog, project).values())
    assert (left, right, last) == (10, 1, 1)


@pytest.mark.parametrize("format", FORMATS)
def test_stages_and_classes_choose_what_is_written(catalog, project, tmp_path, format):
    row = catalog.reads.project(project)
    thing = catalog.reads.ontology(row.ontology_id).objects[0]
    done = frozenset({row.workflow.stages[1].uuid})
    none = export_labels(catalog, project, format, tmp_path / "none.json", stages=done)
    assert none.counts["annotations"] == 0
    some = export_labels(catalog, project, format, tmp_path / "some.json", classes=frozenset({thing.feature_hash}))
    assert (some.counts["annotations"], some.counts["classifications"]) == (2, 0)


@pytest.mark.parametrize("format", FORMATS)
def test_a_cancelled_export_leaves_the_old_file_and_nothing_else(catalog, project, tmp_path, format):
    target = tmp_path / "out.json"
    target.write_text("old")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        export_labels(catalog, project, format, target, progress=progress)
    assert target.read_text() == "old"
    assert {p.name for p in tmp_path.iterdir()} == {"catalog", "out.json"}


def test_targets_that_cannot_be_written_are_refused_in_words(catalog, project, tmp_path):
    with pytest.raises(Refused, match="is a folder"):
        export_labels(catalog, project, "encord", tmp_path)
    with pytest.raises(Refused, match="does not exist"):
        export_labels(catalog, project, "encord", tmp_path / "no" / "out.json")
    with pytest.raises(BadInput, match="no format"):
        export_labels(catalog, project, "xml", tmp_path / "out.json")


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"[{]", BadInput, "Line 1, column 3"),
        (b"\xff\xfe\x00", BadInput, "UTF-8"),
        (b"[1]", BadInput, "no label row"),
        (b'[{"a": 1}]', BadInput, "data_hash"),
        (None, NotFound, "no file"),
    ],
)
def test_files_that_are_no_labels_are_refused_in_words(catalog, project, tmp_path, content, kind, said):
    file = tmp_path / "in.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(kind, match=said) as caught:
        import_labels(catalog, project, file, "encord")
    assert isinstance(caught.value, PostilError)


def test_the_sdk_and_pycocotools_load_what_the_services_write(catalog, project, tmp_path):
    from storage.model.ontology_codec import to_dict
    from tests.storage.exchange.test_coco import as_pycocotools
    from tests.support.encord_sdk import load_row

    export_labels(catalog, project, "encord", tmp_path / "encord.json")
    export_labels(catalog, project, "coco", tmp_path / "coco.json")
    structure = to_dict(catalog.reads.ontology(catalog.reads.project(project).ontology_id))
    loaded = [load_row(row, structure) for row in json.loads((tmp_path / "encord.json").read_text())]
    assert [len(row.get_object_instances()) for row in loaded] == [10, 10, 0, 0]
    theirs = as_pycocotools(json.loads((tmp_path / "coco.json").read_text()))
    assert len(theirs.getImgIds()) == 4
    assert len(theirs.getAnnIds()) == 20


@pytest.mark.parametrize(("role", "may"), [(Role.ADMIN, True), (Role.ANNOTATOR, False)])
def test_only_admins_of_a_project_export(catalog, project, tmp_path, role, may):
    bob = catalog.do("Add Bob", people.add, "Bob", "bob@example.org")
    catalog.do("Let Bob in", people.add_member, "projects", project, bob, role)
    with Catalog.open(catalog.path, user="bob@example.org") as seen_by_bob:
        if may:
            assert export_labels(seen_by_bob, project, "coco", tmp_path / "out.json").files
        else:
            with pytest.raises(NotAllowed, match="Bob may not export"):
                export_labels(seen_by_bob, project, "coco", tmp_path / "out.json")
            assert not (tmp_path / "out.json").exists()


def test_the_same_file_may_be_moved_first(catalog, project, tmp_path: Path):
    """An import reads from anywhere; the export is a plain file."""
    export_labels(catalog, project, "coco", tmp_path / "out.json")
    moved = shutil.move(tmp_path / "out.json", tmp_path / "moved ü.json")
    assert import_labels(catalog, project, moved, "coco").lost == []
