"""A series in the label editor of the real window: key images, and how volumes are shown from one to the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from postil.demo.ontology import sample_ontology
from storage.catalog import datasets, ontologies, projects
from storage.model.key_images import key_class, key_frames
from tests.journeys.desk import Desk
from tests.journeys.test_media import open_task
from tests.support import phantoms


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scans")
    phantoms.series(folder / "scan", n=5)
    return folder


@pytest.fixture
def reading_room(desk: Desk, scans: Path) -> Desk:
    desk.add("Scans", scans / "scan")
    dataset = desk.do(datasets.create, "Scans")
    desk.do(datasets.attach_folder, dataset, desk.reads.folder_by_path("Scans").id)
    ontology = desk.do(ontologies.create, "Things", sample_ontology())
    desk.do(projects.create, "Reading", "", ontology, (dataset,))
    return desk


def test_the_first_key_image_brings_its_class_into_the_ontology(reading_room: Desk) -> None:
    desk = reading_room
    open_task(desk, "Phantom")
    editor = desk.editor.editor
    desk.until(lambda: editor.state is not None, "the volume is open")
    frame = editor.frame()

    def add_it(box: QMessageBox) -> None:
        assert "Key image" in box.text() + box.informativeText()
        desk.click(next(b for b in box.buttons() if b.text() == "Add it"))

    desk.dialog(lambda: desk.key("K", editor.canvas), add_it)
    desk.until(lambda: editor.key_images == {frame}, "it is marked")
    assert key_class(desk.reads.ontology(desk.editor.loaded.project.ontology_id)) is not None
    desk.until(lambda: desk.editor._saving.state == "saved", "it is saved")
    stored = desk.reads.labels(desk.editor.loaded.row.id)
    assert key_frames(stored, editor.ontology, 5) == {frame}
    assert [chip.first for chip in desk.editor.side.labels.key_images.chips.chips] == [frame]
    editor.go_to(("", 0))
    desk.wait_idle()
    desk.key("R", editor.canvas)
    assert editor.frame() == frame
