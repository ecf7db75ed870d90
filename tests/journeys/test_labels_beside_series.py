"""A segmentation that lies beside a dropped series goes on from the result list into a project of that series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QCheckBox, QRadioButton

from app.rooms import projects as projects_room
from storage.catalog import datasets, ontologies, projects
from storage.errors import Refused
from storage.exchange.dicom_seg import write_seg
from storage.exchange.losses import Losses
from storage.exchange.volumes import segments_of
from storage.model.ontology import Ontology
from tests.journeys import drags
from tests.journeys.desk import Desk
from tests.support import phantoms
from tests.support.volume_stage import FEATURES, NOW, blob, document, masks_of, of_phantom, ontology, voxels
from widgets.controls.import_form import ImportForm
from widgets.dialogs.result_list import ResultList

VOLUME = blob((6, 16, 20), 3)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A series with a segmentation of another station beside it."""
    made = of_phantom(phantoms.series(tmp_path / "scan"))
    segments = segments_of(made, document(("Liver", masks_of(VOLUME))), FEATURES, None, Losses())
    write_seg(tmp_path / "scan" / "liver.dcm", made, segments, now=NOW)
    return tmp_path / "scan"


def drop_and(desk: Desk, scan: Path, deed: str) -> list[str]:
    """Drop the folder, read the list that comes, press a button of it; what the list said."""
    seen: list[str] = []

    def person(dialog: Any) -> None:
        assert isinstance(dialog, ResultList)
        seen.extend(dialog.rows.index(0, column).data() for column in range(3))
        desk.click(deed, within=dialog)

    desk.go("Files")
    desk.dialog(lambda: drags.drop(desk.pages.files.panel.list, QPoint(100, 100), drags.urls([scan])), person)
    desk.wait_idle()
    return seen


def project_of(desk: Desk, title: str) -> int:
    dataset = desk.do(datasets.create, title)
    desk.do(datasets.attach_folder, dataset, desk.reads.folder_by_path("scan").id)
    return desk.do(projects.create, title, "", desk.do(ontologies.create, title, ontology()), (dataset,))


def labels_of(desk: Desk, project: int) -> Any:
    (row,) = desk.reads.label_rows(project)
    return desk.reads.labels(row)


def test_without_a_project_it_is_said_what_to_do_first(desk: Desk, scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Refused] = []
    monkeypatch.setattr(desk.window.messages, "error", lambda error, doing="": said.append(error))
    drop_and(desk, scan, "Import these labels…")
    desk.until(lambda: said, "the sentence")
    assert "in no project yet" in said[0].reason and "dataset of a project" in said[0].remedy


def test_from_the_result_list_into_the_project(desk: Desk, scan: Path) -> None:
    first = drop_and(desk, scan, "Close")
    assert first[0].endswith("liver.dcm") and "(SEG) holds labels" in first[1]
    project = project_of(desk, "Livers")
    drop_and(desk, scan, "Import these labels…")
    desk.until(lambda: desk.can_see("liver.dcm"), "the form with the file")
    desk.click(desk.find("Only show what would match", QCheckBox))
    desk.click("Import…")
    desk.wait_idle()
    assert "Would import: 1 item of the project found" in desk.told()
    assert not labels_of(desk, project).instances
    desk.click(desk.find("Only show what would match", QCheckBox))
    desk.click("Import…")
    desk.wait_idle()
    made = labels_of(desk, project)
    (liver,) = made.instances
    assert (voxels(made, liver, VOLUME.shape) == VOLUME).all()
    assert not desk.can_see("liver.dcm")  # done: the next import asks for its file again


def test_classes_come_with_the_labels_where_one_ticks_it(desk: Desk, scan: Path) -> None:
    drop_and(desk, scan, "Close")
    dataset = desk.do(datasets.create, "Chest")
    desk.do(datasets.attach_folder, dataset, desk.reads.folder_by_path("scan").id)
    empty = desk.do(ontologies.create, "Empty", Ontology())
    project = desk.do(projects.create, "Chest", "", empty, (dataset,))
    drop_and(desk, scan, "Import these labels…")
    desk.until(lambda: desk.can_see("liver.dcm"), "the form with the file")
    desk.click(desk.find("Make the classes that the ontology does not have", QCheckBox))
    desk.click("Import…")
    desk.wait_idle()
    assert [o.name for o in desk.reads.ontology(empty).objects] == ["Liver"]
    assert [i.number for i in labels_of(desk, project).instances.values()] == [1]
    assert "New in the ontology: 1 class." in desk.told()


def test_of_several_projects_one_is_chosen(desk: Desk, scan: Path) -> None:
    drop_and(desk, scan, "Close")
    project_of(desk, "Livers")
    other = project_of(desk, "Again")
    drop_and(desk, scan, "Import these labels…")
    desk.until(QApplication.activePopupWidget, "the menu")
    desk.choose(QApplication.activePopupWidget(), "Again")  # type: ignore[arg-type]
    desk.until(lambda: desk.can_see("liver.dcm"), "the form with the file")
    assert desk.pages.projects.widget.current == other


def test_one_file_is_imported_or_all_of_a_folder(desk: Desk, scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop_and(desk, scan, "Close")
    project = project_of(desk, "Livers")
    asked: list[str] = []

    def file(_parent: Any, _title: str, kinds: str) -> Path:
        asked.append(kinds)
        return scan / "liver.dcm"

    def folder(_parent: Any, _title: str) -> Path:
        asked.append("folder")
        return scan

    monkeypatch.setattr(projects_room, "ask_open_file", file)
    monkeypatch.setattr(projects_room, "ask_folder", folder)
    desk.go("Projects")
    widget = desk.pages.projects.widget
    desk.item(widget.view, widget.rows.index(0))
    desk.wait_idle()
    desk.tab("Labels & export")
    labels = widget.labels
    assert not desk.can_see("Import a folder…", labels)  # one file holds the labels of a whole project
    form = labels.findChild(ImportForm)
    desk.click(next(b for b in form.findChildren(QRadioButton) if b.text().startswith("Volumes")))
    desk.click("Import…", within=labels)
    desk.wait_idle()
    (liver,) = labels_of(desk, project).instances
    assert (voxels(labels_of(desk, project), liver, VOLUME.shape) == VOLUME).all()
    desk.click("Import a folder…", within=labels)
    desk.wait_idle()
    assert "Imported: 1 item of the project found" in desk.told()
    assert asked == ["*", "folder"]
