"""Regions drawn with the mouse, stored step by step, exported to Encord JSON and read back: the same to the millisecond."""

from __future__ import annotations

import json

import pytest

from storage.catalog import labels
from storage.catalog.engine import Catalog
from storage.editing import verbs
from storage.model.items import Kind
from storage.model.labels import LabelDocument
from storage.services.export import export_labels
from storage.services.import_labels import import_labels
from tests.support import nouns, sounds
from tests.support.audio_stage import CTRL, SHIFT, WORDS, AudioStage, ontology
from tests.support.same_labels import assert_equal

FACTS = {"audio_codec": "pcm", "audio_sample_rate": 8000, "audio_bit_depth": 16, "audio_num_channels": 1}


@pytest.fixture
def catalog(tmp_path):
    with Catalog.create(tmp_path / "catalog", name="Ann", email="ann@example.org") as made:
        yield made


def test_what_is_drawn_is_stored_exported_and_read_back_equal(qtbot, catalog, tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.speechlike(20, 8000), 8000)
    folder = nouns.folder(catalog, "Sounds")
    facts = {"kind": Kind.AUDIO, "mime": "audio/wav", "duration": 20.0, "facts": FACTS, "width": None, "height": None}
    ids = nouns.add(catalog, folder, "a.wav", **facts)
    project = nouns.project(catalog, nouns.dataset(catalog, "Set", *ids), ontology=ontology())
    (row,) = catalog.reads.label_rows(project)

    def sink(change):
        return catalog.submit(change.step.text, labels.save_step, row, change, undoable=False)

    stage = AudioStage(qtbot, path, document=catalog.reads.labels(row), sink=sink)
    one, two = stage.draw((2.0, 4.0), (4.0, 9.5))
    stage.session.do("Answer", verbs.set_answer(stage.document, one, WORDS, "good morning"))
    stage.focus.select((two,))
    stage.key("1")
    stage.drag(12.0, 13.0, keys=SHIFT)
    stage.editor.player.seek(12.345)
    stage.key("[")
    stage.draw((15.0, 19.0), digit="2")
    stage.key("Z", CTRL)
    stage.draw((15.0, 20.5), digit="2")
    drawn = {stage.document.instances[i].hash8: stage.of(i) for i in stage.document.instances}
    assert drawn[stage.document.instances[two].hash8][1][0] == 12_345
    catalog.do("Wait", lambda op: None)
    stored = catalog.reads.labels(row)
    assert {stored.instances[a.instance].hash8: a.geometry.ranges for a in stored.on_frame()} == drawn

    target = tmp_path / "out.json"
    assert export_labels(catalog, project, "encord", target).lost == []
    answers = json.loads(target.read_text())[0]["object_answers"]
    assert {h: [(a, b + 1) for a, b in answers[h]["range"]] for h in answers} == {h: list(r) for h, r in drawn.items()}
    catalog.do("Empty", labels.import_document, row, LabelDocument(), True)
    assert import_labels(catalog, project, target, "encord").lost == []
    again = catalog.reads.labels(row)
    stored.uuid = again.uuid
    assert_equal(stored, again)
