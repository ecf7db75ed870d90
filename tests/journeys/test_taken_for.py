"""A NIfTI does not say what it shows: somebody says that it is CT, and windows and units are those of CT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.preview import Preview, open_preview
from postil.demo.ontology import sample_ontology
from storage.catalog import datasets, ontologies, projects
from tests.journeys import find
from tests.journeys.desk import Desk
from tests.support import phantoms
from widgets.panels.details_parts import ModalityLine


@pytest.fixture
def ground(desk: Desk, album: Path, tmp_path: Path) -> Desk:
    values = np.arange(8 * 12 * 10, dtype=np.int16).reshape(10, 12, 8)
    desk.add("Grids", phantoms.nifti(tmp_path / "head.nii", values, np.eye(4)), album / "beach.png")
    desk.go("Files")
    desk.pages.files.panel.open_folder(desk.reads.folder_by_path("Grids").id)
    desk.wait_idle()
    return desk


def select(desk: Desk, title: str) -> Any:
    items = desk.pages.files.panel.list
    number = next(n for n in range(items.model.rowCount()) if items.model.row(n).title == title)
    desk.item(items.view(), items.model.index(number, 0))
    desk.wait_idle()
    return items


def menu_of(desk: Desk, title: str) -> QMenu:
    view = select(desk, title).view()
    return desk.open_menu(view.viewport(), view.visualRect(view.currentIndex()).center())


def said(desk: Desk) -> object:
    return desk.reads.item_by_title(desk.reads.folder_by_path("Grids").id, "head.nii").facts.get("modality")


def seen(desk: Desk) -> tuple[set[str], str]:
    """The titles of the windows, and the unit under the pointer, when it is opened."""
    item = desk.reads.item_by_title(desk.reads.folder_by_path("Grids").id, "head.nii")
    look: Preview = open_preview(desk.window, desk.window.context, item.id)
    desk.until(lambda: look.editor is not None and look.editor.settled, "the volume is shown")
    volume = look.editor.volume
    desk.until(lambda: volume.probe(5, 3, 3) is not None, "the slice is there")
    found = {preset.title for preset in volume.presets()}, volume.probe(5, 3, 3).unit
    look.close()
    desk.wait_idle()
    return found


def test_the_menu_of_a_nifti_says_that_it_is_ct_and_undo_takes_it_back(ground: Desk) -> None:
    before, unit = seen(ground)
    assert unit == "" and "Lung" not in before
    ground.choose(menu_of(ground, "head.nii"), "Take it for CT or MR…")
    ground.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "what it can be taken for")
    choices = QApplication.activePopupWidget()
    assert isinstance(choices, QMenu)
    ground.choose(choices, "CT (HU)")
    ground.wait_idle()
    assert said(ground) == "CT"
    assert ground.told().startswith("1 item taken for: CT")
    titles, unit = seen(ground)
    assert "Lung" in titles and unit == "HU"
    ground.key("Ctrl+Z", ground.window)
    ground.wait_idle()
    assert said(ground) is None
    assert seen(ground) == (before, "")


def test_the_details_of_a_nifti_say_what_it_is_taken_for(ground: Desk) -> None:
    select(ground, "head.nii")
    details = ground.pages.files.details
    (line,) = details.findChildren(ModalityLine)
    ground.until(line.isVisible, "the line of the details")
    assert line.choice.currentText() == "By its values"
    line.choice.setFocus()
    QTest.keyClick(line.choice, Qt.Key.Key_M)  # MR
    ground.wait_idle()
    assert said(ground) == "MR" and line.choice.currentText() == "MR"
    item = ground.reads.item_by_title(ground.reads.folder_by_path("Grids").id, "head.nii")
    assert ground.reads.activity(item_id=item.id)[0].text == "Set modality"
    select(ground, "beach.png")
    assert not line.isVisible()


def test_the_volume_that_is_open_in_a_task_is_shown_anew_at_once(ground: Desk) -> None:
    dataset = ground.do(datasets.create, "Heads")
    ground.do(datasets.attach_folder, dataset, ground.reads.folder_by_path("Grids").id)
    made = ground.do(projects.create, "Heads", "", ground.do(ontologies.create, "Things", sample_ontology()), (dataset,))
    task = next(t for t in ground.reads.task_rows(ground.reads.task_ids(made)) if t.title == "head.nii")

    def shown() -> set[str]:
        return {preset.title for preset in ground.task.editor.volume.presets()}

    ground.pages.open_task(task.id)
    ground.until(lambda: ground.pages.editing and ground.task.editor.settled, "the task is open")
    ground.wait_idle()
    assert "Lung" not in shown()
    ground.window.registry.trigger("files.modality")
    ground.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "what it can be taken for")
    choices = QApplication.activePopupWidget()
    assert isinstance(choices, QMenu)
    ground.choose(choices, "CT (HU)")
    ground.until(lambda: "Lung" in shown(), "the windows of CT")
    ground.wait_idle()
    assert ground.pages.editing and ground.editor.task_id == task.id


def test_what_says_it_itself_is_not_asked_about(ground: Desk) -> None:
    menu = menu_of(ground, "beach.png")
    with pytest.raises(LookupError):
        find.action_of(menu, "Take it for CT or MR…")
    menu.close()
    assert "NIfTI" in ground.window.registry.why_not("files.modality")
