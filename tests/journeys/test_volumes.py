"""A series in the label editor of the real window: key images, and how volumes are shown from one to the next."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from PySide6.QtWidgets import QMenu, QMessageBox

from storage.catalog import datasets, ontologies, projects
from storage.model import ontology_edit
from storage.model.geometry import ShapeKind
from storage.model.key_images import key_class, key_frames
from storage.model.ontology import Ontology
from storage.model.overlap_groups import groups_of
from storage.model.query import ItemQuery
from tests.journeys.desk import Desk
from tests.journeys.tasks import open_task
from tests.support import phantoms
from tests.support.aged import aged
from viewers.tools.overlap import Overlap


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scans")
    phantoms.series(folder / "scan", n=5)
    return folder


def hung(desk: Desk, scans: Path, *shapes: ShapeKind) -> Desk:
    """A project of the series, with a class of each shape."""
    desk.add("Scans", scans / "scan")
    dataset = desk.do(datasets.create, "Scans")
    desk.do(datasets.attach_folder, dataset, desk.reads.folder_by_path("Scans").id)
    structure = Ontology()
    for shape in shapes:
        structure, _ = ontology_edit.add_object(structure, "Organ" if shape is ShapeKind.BITMASK else shape.value, shape)
    ontology = desk.do(ontologies.create, "Things", structure)
    desk.do(projects.create, "Reading", "", ontology, (dataset,))
    return desk


@pytest.fixture
def reading_room(desk: Desk, scans: Path) -> Desk:
    return hung(desk, scans, ShapeKind.BITMASK)


def test_the_first_key_image_brings_its_class_into_the_ontology(reading_room: Desk) -> None:
    desk = reading_room
    open_task(desk, "Phantom")
    editor = desk.task.editor
    desk.until(lambda: editor.state is not None, "the volume is open")
    frame = editor.frame()

    def add_it(box: QMessageBox) -> None:
        assert "Key image" in box.text() + box.informativeText()
        desk.click(next(b for b in box.buttons() if b.text() == "Change it"))

    desk.dialog(lambda: desk.key("K", editor.canvas), add_it)
    desk.until(lambda: editor.key_images == {frame}, "it is marked")
    assert key_class(desk.reads.ontology(desk.task.loaded.project.ontology_id)) is not None
    desk.until(lambda: desk.editor.task.saving.state == "saved", "it is saved")
    stored = desk.reads.labels(desk.task.loaded.row.id)
    assert key_frames(stored, editor.ontology, 5) == {frame}
    assert [chip.first for chip in desk.task.side.labels.key_images.chips.chips] == [frame]
    editor.go_to(("", 0))
    desk.wait_idle()
    desk.key("R", editor.canvas)
    assert editor.frame() == frame


def test_masks_that_may_not_overlap_are_agreed_on_in_the_ontology(reading_room: Desk) -> None:
    """Chosen beside the brush, asked about, done for all tasks of the project, taken back with the catalog's undo."""
    desk = reading_room
    open_task(desk, "Phantom")
    editor = desk.task.editor
    desk.until(lambda: editor.state is not None, "the volume is open")
    desk.key("B", editor.canvas)
    ontology_id = desk.task.loaded.project.ontology_id
    (organ,) = desk.reads.ontology(ontology_id).objects

    def change_it(box: QMessageBox) -> None:
        assert "group A of masks" in box.text() + box.informativeText() + box.windowTitle()
        next(b for b in box.buttons() if "Change it" in b.text()).click()

    def choose() -> None:
        button = editor.overlap_button
        button.menu().aboutToShow.emit()
        (part,) = [m for m in button.menu().findChildren(QMenu) if m.title() == "Organ"]
        next(a for a in part.actions() if a.text() == "Group A").trigger()

    desk.dialog(choose, change_it)
    desk.until(lambda: editor.overlap.groups == {organ.feature_hash: "A"}, "the editor has the group")
    assert groups_of(desk.reads.ontology(ontology_id)) == {organ.feature_hash: "A"}
    assert editor.overlap_button.text() == "No overlap within a group"
    desk.program.context.catalog.undo().result()
    desk.until(lambda: editor.overlap.groups == {}, "and has it no more")


def test_how_volumes_are_shown_is_kept_for_the_next_start(reading_room: Desk) -> None:
    desk = reading_room
    open_task(desk, "Phantom")
    editor = desk.task.editor
    desk.until(lambda: editor.state is not None, "the volume is open")
    editor.strip.slab_mm.setValue(6.0)
    desk.key("Shift+T", editor.canvas)
    editor.view_3d.set_on(False)
    editor.overlap_button.use(Overlap.NEVER)
    again = desk.restart()
    open_task(again, "Phantom")
    editor = again.task.editor
    again.until(lambda: editor.state is not None, "the volume is open")
    assert editor.state.slab is None and editor.strip.slab_mm.value() == 6.0  # as thick as before, but first seen thin
    assert not editor.view_3d.on
    assert editor.overlap.overlap is Overlap.NEVER


def test_f8_and_f9_are_windows_on_the_canvas_and_with_ctrl_they_fold_the_panels(reading_room: Desk) -> None:
    desk = reading_room
    open_task(desk, "Phantom")
    editor = desk.task.editor
    desk.until(lambda: editor.state is not None, "the volume is open")
    editor.canvas.setFocus()
    panels = desk.editor.right
    desk.key("F9", editor.canvas)
    assert panels.isVisible()
    assert editor.volume.window.title
    desk.key("Ctrl+F9", editor.canvas)
    assert not panels.isVisible()
    desk.key("Ctrl+F9", editor.canvas)
    desk.key("Ctrl+F8", editor.canvas)
    assert panels.isVisible()
    assert not editor.tool_bar_shown()


def test_keys_that_mean_something_else_in_volumes_do_so_in_the_window(reading_room: Desk) -> None:
    desk = reading_room
    open_task(desk, "Phantom")
    editor = desk.task.editor
    desk.until(lambda: editor.state is not None, "the volume is open")
    editor.canvas.setFocus()
    desk.key("F6", editor.canvas)
    assert editor.canvas.hasFocus()
    assert editor.volume.window.title == "Mediastinum"
    frame = editor.frame()
    desk.key("Down", editor.canvas)
    assert editor.frame() == frame + 1
    desk.window.label_menu.aboutToShow.emit()
    assert desk.window.registry.qaction("edit.next_page").text() == "Next slice\tF"
    desk.key("Ctrl+F6", editor.canvas)
    assert not editor.canvas.hasFocus()


def test_masks_are_united_and_saved_in_one_step(reading_room: Desk) -> None:
    desk = reading_room
    open_task(desk, "Phantom")
    editor = desk.task.editor
    desk.until(lambda: editor.state is not None and editor.volume.complete, "the volume is open")
    known = next(c for c in editor.classes_of("brush"))
    made = []
    for shift in (0.0, 6.0):
        editor.focus.select(())
        editor.arm_class(known.feature_hash)
        editor.arm_tool("sphere")
        point = editor.state.crosshair + np.array((shift, 0.0, 0.0))
        assert editor.sphere_tool.stroke_from(point, editor.state.geometry.normal, ctrl=False)
        editor.sphere_tool.end_stroke()
        made += editor.focus.selected
    editor.focus.select(made)
    before = sum(editor.masks.read(i).count for i in made)
    desk.key("Ctrl+Shift+M", editor.canvas)
    desk.until(lambda: not editor.mask_work.busy, "they are united")
    desk.until(lambda: desk.editor.task.saving.state == "saved", "it is saved")
    stored = desk.reads.labels(desk.task.loaded.row.id)
    assert stored.annotations == editor.session.document.annotations
    assert editor.masks.read(made[0]).count < before
    assert editor.session.undo_text.startswith("Unite ")


def test_a_radiograph_is_measured_in_mm_at_its_detector(desk: Desk, tmp_path: Path) -> None:
    def radiograph(_number: int, ds: Dataset) -> None:
        for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
            delattr(ds, name)
        ds.ImagerPixelSpacing, ds.Modality = [0.2, 0.1], "DX"

    phantoms.series(tmp_path / "hand" / "scan", n=1, change=radiograph)
    desk.add("Hands", tmp_path / "hand" / "scan")
    dataset = desk.do(datasets.create, "Hands")
    desk.do(datasets.attach_folder, dataset, desk.reads.folder_by_path("Hands").id)
    structure, _ = ontology_edit.add_object(Ontology(), "Finding", ShapeKind.POLYLINE)
    desk.do(projects.create, "Reading", "", desk.do(ontologies.create, "Findings", structure), (dataset,))
    open_task(desk, "Phantom")
    measuring = desk.task.editor.measuring
    assert measuring.length([(0.0, 0.0), (30.0, 0.0)]) == "3.0 mm at detector"
    assert measuring.length([(0.0, 0.0), (0.0, 30.0)]) == "6.0 mm at detector"


def test_series_of_an_earlier_version_learn_their_headers_at_the_next_start(reading_room: Desk) -> None:
    desk = reading_room
    catalog = desk.program.context.catalog
    (item_id,) = desk.reads.ids(ItemQuery())
    today, old = aged(catalog, item_id)
    assert old.facts != today.facts
    desk.restart()
    desk.program._upkeep.timeout.emit()
    desk.until(lambda: desk.reads.item(item_id).facts == today.facts, "it knows what series added today know")
    assert desk.reads.item(item_id).sha256 == today.sha256


def test_a_window_made_large_at_once_lays_the_panes_beside_the_tools(desk: Desk, scans: Path) -> None:
    """The tools then stand in one column, not in two."""
    shapes = (ShapeKind.BOX, ShapeKind.ROTATED_BOX, ShapeKind.POLYGON, ShapeKind.POLYLINE, ShapeKind.POINT, ShapeKind.ELLIPSE)
    hung(desk, scans, ShapeKind.BITMASK, *shapes)
    open_task(desk, "Phantom")
    editor = desk.task.editor
    desk.until(lambda: editor.state is not None, "the volume is open")
    bar, wide = editor.tool_bar, set()
    for size in ((1200, 700), (1900, 1040), (1200, 700), (1890, 1030)):
        desk.window.resize(*size)
        desk.until(lambda high=size[1]: desk.window.height() == high, "it is as large")
        desk.wait_idle()
        wide.add(bar.width())
        left = editor.grid.mapTo(editor, editor.grid.rect().topLeft()).x()
        assert left == bar.geometry().right() + 1
        assert left + editor.grid.width() == editor.width()
        assert bar.width() == bar.sizeHint().width()
        assert bar.button("select").x() == bar.layout().contentsMargins().left()
        assert max(p.geometry().right() for p in editor.grid.panes if p.isVisible()) == editor.grid.width() - 1
    assert len(wide) == 2
