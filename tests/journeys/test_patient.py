"""A patient with several studies: a prior beside the series that is edited, rules that say how it hangs, and search by patient."""

from __future__ import annotations

import errno
import json
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.hanging import layout_by_hand
from postil.demo.ontology import sample_ontology
from storage.catalog import datasets, ontologies, projects, trash
from storage.model.hanging import BUILT_IN
from storage.model.query import ItemQuery, ItemSelection
from tests.journeys.desk import SHIFT, Desk
from tests.support import phantoms
from viewers.canvas.mpr_grid import Layout
from viewers.scene.slice_marks import edge_sides


def write(folder: Path, name: str, *, part: str = "CHEST", date: str = "20260301", study: str = "1.2.1", **more) -> None:
    def change(i, ds) -> None:
        ds.PatientID, ds.StudyDate, ds.SeriesDescription, ds.AccessionNumber = "PAT-0042", date, name, f"ACC{date}"
        ds.BodyPartExamined = part
        for tag, value in more.items():
            if tag[0].isupper():
                setattr(ds, tag, value)

    own = {key: value for key, value in more.items() if key[0].islower()}
    phantoms.series(folder / name, study_uid=study, change=change, **own)


@pytest.fixture
def ward(desk: Desk, tmp_path: Path) -> Desk:
    scans = tmp_path / "scans"
    write(scans, "Thorax", study="1.2.2", n=6, frame_of_reference="9.1")
    write(scans, "Thorax thin", study="1.2.2", n=12, spacings=1.25, frame_of_reference="9.1")
    write(scans, "Thorax old", date="20240110", n=5)
    desk.add("Scans", scans)
    folder = desk.reads.find_folders("scans")[0][0]
    dataset = desk.do(datasets.create, "Set")
    desk.do(datasets.attach_folder, dataset, folder)
    ontology = desk.do(ontologies.create, "Things", sample_ontology())
    desk.do(projects.create, "Ward", "", ontology, (dataset,))
    return desk


def open_task(desk: Desk, title: str) -> None:
    project = desk.reads.projects()[0].id
    desk.pages.open_task(next(t for t in desk.reads.task_ids(project) if desk.reads.task(t).title == title))
    settled(desk, title)


def settled(desk: Desk, title: str) -> None:
    desk.until(lambda: desk.pages.editing and desk.task.loaded.task.title == title, f"{title} is open")
    desk.until(lambda: desk.task.editor.state is not None and desk.task.editor.settled, f"{title} is drawn")
    desk.until(lambda: desk.task.side.patient is not None, "the patient is listed")
    desk.wait_idle()


def beside(desk: Desk) -> str:
    desk.until(lambda: desk.task.editor.beside is not None and desk.task.editor.beside.canvas is not None, "it is beside")
    return desk.task.editor.beside.title


def choose(desk: Desk, text: str) -> None:
    side = desk.task.side
    side.questions.setCurrentWidget(side.patient)
    desk.turn()
    entry = next(e for e in side.patient._entries() if text in e.text(0))
    side.patient.tree.scrollToItem(entry)
    at = side.patient.tree.visualItemRect(entry).center()
    QTest.mouseClick(side.patient.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_a_prior_is_put_beside_from_the_list_and_goes_along_by_distance(ward: Desk) -> None:
    open_task(ward, "Thorax")
    side = ward.task.side
    assert side.questions.tabText(side.questions.indexOf(side.patient)) == "Patient (3)"
    side.questions.setCurrentWidget(side.patient)
    QTest.keyClick(side.patient.tree, Qt.Key.Key_Return)  # the prior is chosen by itself
    assert beside(ward) == "10 Jan 2024 · CT · 3: Thorax old"
    editor = ward.task.editor
    assert editor.grid.layout_shown is Layout.SIDE
    assert editor.beside.same_space is False
    choose(ward, "Thorax thin")
    ward.click(side.patient.beside_button)
    ward.until(lambda: editor.beside.title == "1 Mar 2026 · CT · 3: Thorax thin", "the other one is beside")
    assert editor.beside.same_space is True
    beside(ward)
    editor.state.look_at(editor.volume.geometry.to_mm(3, 4, 4))
    assert abs(editor.beside.state.crosshair - editor.state.crosshair).max() < 1e-6


def test_a_key_puts_one_after_the_other_beside(ward: Desk) -> None:
    open_task(ward, "Thorax")
    QTest.keyClick(ward.canvas, Qt.Key.Key_O, SHIFT)
    assert "Thorax old" in beside(ward)
    QTest.keyClick(ward.canvas, Qt.Key.Key_O, SHIFT)
    ward.until(lambda: "Thorax thin" in ward.task.editor.beside.title, "the next one")
    ward.task.editor.run("volume_beside_away")
    ward.wait_idle()
    assert ward.task.editor.beside is None
    assert not any(e.toolTip(0).endswith("beside") for e in ward.task.side.patient._entries())


def test_a_task_of_the_patient_is_gone_to_and_comes_back_as_it_was_left(ward: Desk) -> None:
    open_task(ward, "Thorax")
    QTest.keyClick(ward.canvas, Qt.Key.Key_F3, SHIFT)
    assert ward.task.editor.grid.layout_shown is Layout.ONE
    choose(ward, "Thorax thin")
    ward.click(ward.task.side.patient.open_button)
    settled(ward, "Thorax thin")
    assert ward.task.editor.grid.layout_shown is Layout.GRID
    open_task(ward, "Thorax")
    assert ward.task.editor.grid.layout_shown is Layout.ONE
    QTest.keyClick(ward.canvas, Qt.Key.Key_F6, SHIFT)
    assert ward.task.editor.grid.layout_shown is Layout.GRID
    open_task(ward, "Thorax thin")
    open_task(ward, "Thorax")
    assert ward.task.editor.grid.layout_shown is Layout.GRID


def test_somebody_else_with_the_same_id_hangs_beside_by_hand_alone(ward: Desk, tmp_path: Path) -> None:
    item = next(i for i in ward.reads.rows(ward.reads.ids(ItemQuery())) if i.title == "Thorax old")
    ward.do(trash.delete, (), ItemSelection.of(item.id))
    write(tmp_path / "other", "Thorax of another", date="20230505", study="1.2.0", n=4, PatientName="ROE^JANE")
    ward.add("Scans", tmp_path / "other")
    ward.program.settings.set("hanging", {"rules": [{"title": "With its prior", "modality": "CT", "beside": "prior"}]})
    open_task(ward, "Thorax")
    side, editor = ward.task.side, ward.task.editor
    assert side.questions.tabText(side.questions.indexOf(side.patient)) == "Patient (2)"
    assert editor.beside is None
    QTest.keyClick(ward.canvas, Qt.Key.Key_O, SHIFT)
    assert "Thorax thin" in beside(ward)
    QTest.keyClick(ward.canvas, Qt.Key.Key_O, SHIFT)
    ward.wait_idle()
    assert "Thorax thin" in beside(ward)  # the only one that is offered
    tree = side.patient.tree
    assert [tree.topLevelItem(n).text(0) for n in (1, 2)] == ["Same ID, another name", "ROE, JANE · born 1 Jan 1970"]
    choose(ward, "Thorax of another")
    ward.click(side.patient.beside_button)
    ward.until(lambda: editor.beside.title == "5 May 2023 · CT · 3: Thorax of another", "by hand it is beside")


def test_a_prior_left_beside_is_beside_again(ward: Desk) -> None:
    open_task(ward, "Thorax")
    choose(ward, "Thorax old")
    QTest.keyClick(ward.task.side.patient.tree, Qt.Key.Key_Return)
    assert "Thorax old" in beside(ward)
    item = ward.task.loaded.row.item
    open_task(ward, "Thorax thin")
    assert layout_by_hand(ward.window.state, item.uuid)["layout"] == "side"
    open_task(ward, "Thorax")
    assert "Thorax old" in beside(ward)


def test_a_chest_opens_in_the_window_of_its_rule(ward: Desk) -> None:
    open_task(ward, "Thorax")
    editor = ward.task.editor
    assert editor.hanging.title == "CT of the chest"
    ward.until(lambda: editor.volume.window.title == "Mediastinum", "the window of the rule")


def test_rules_are_written_tried_and_used_at_the_next_opening(ward: Desk) -> None:
    open_task(ward, "Thorax")
    editor = ward.task.editor

    def person(dialog) -> None:
        assert dialog.list.currentItem().text() == "CT of the chest"
        QTest.mouseClick(dialog.add_button, Qt.MouseButton.LeftButton)
        box = dialog.form.layout_box
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Down)
        QTest.keyClick(dialog.form.beside_box, Qt.Key.Key_Down)
        QTest.mouseClick(dialog.try_button, Qt.MouseButton.LeftButton)
        assert editor.grid.layout_shown is Layout.ONE
        QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)

    ward.dialog(lambda: editor.run("volume_hanging_rules"), person)
    assert "Thorax old" in beside(ward)
    kept = json.loads(ward.settings_file.read_text("utf-8"))["hanging"]["rules"]
    assert len(kept) == len(BUILT_IN) + 1
    open_task(ward, "Thorax thin")
    assert ward.task.editor.hanging.title == "New rule"
    assert "Thorax old" in beside(ward)
    assert ward.task.editor.grid.layout_shown is Layout.SIDE
    ward.restart()
    open_task(ward, "Thorax thin")
    assert "Thorax old" in beside(ward)


def test_a_try_that_is_cancelled_leaves_everything_as_it_was(ward: Desk) -> None:
    open_task(ward, "Thorax")
    editor = ward.task.editor
    QTest.keyClick(ward.canvas, Qt.Key.Key_F3, SHIFT)
    QTest.keyClick(ward.canvas, Qt.Key.Key_F4)
    editor.volume.window.invert()

    def person(dialog) -> None:
        QTest.mouseClick(dialog.add_button, Qt.MouseButton.LeftButton)
        QTest.keyClick(dialog.form.layout_box, Qt.Key.Key_End)
        QTest.mouseClick(dialog.try_button, Qt.MouseButton.LeftButton)
        assert editor.grid.layout_shown is Layout.STACK
        QTest.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)

    ward.dialog(lambda: editor.run("volume_hanging_rules"), person)
    assert editor.layout_by_hand() == {"layout": "one", "plane": "axial"}
    assert (editor.volume.window.title, editor.volume.window.inverted) == ("Bone", True)
    assert editor.hanging.title == "CT of the chest"
    assert not ward.program.settings.values.hanging


def test_rules_go_to_a_colleague_as_a_file(ward: Desk, tmp_path, monkeypatch) -> None:
    """Exported, taken in elsewhere in place of the own ones, saved; a damaged file changes nothing and says why."""
    file = tmp_path / "department.json"
    monkeypatch.setattr("app.dialogs.ask_save_file", lambda *_args: file)
    monkeypatch.setattr("app.dialogs.ask_open_file", lambda *_args: file)
    ward.go("Settings")

    def sender(dialog) -> None:
        QTest.mouseClick(dialog.add_button, Qt.MouseButton.LeftButton)
        dialog.form.fields["title"].selectAll()
        QTest.keyClicks(dialog.form.fields["title"], "Of the department")
        QTest.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
        ward.until(lambda: str(file) in dialog.text.text(), "it says where they are")
        QTest.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)

    def receiver(dialog) -> None:
        assert len(dialog.rules()) == len(BUILT_IN)
        QTest.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
        ward.until(lambda: "department.json" in dialog.text.text(), "it says what stands there now")
        file.write_text('{"hanging_rules": [{"title": "x", "plane": "diagonal"}]}', "utf-8")
        QTest.mouseClick(dialog.import_button, Qt.MouseButton.LeftButton)
        ward.until(lambda: "diagonal" in dialog.problem.text(), "and what is wrong with a damaged file")
        assert len(dialog.rules()) == len(BUILT_IN) + 1
        QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)

    ward.dialog(lambda: ward.click("Hanging rules…"), sender)
    assert not ward.program.settings.values.hanging
    ward.dialog(lambda: ward.click("Hanging rules…"), receiver)
    kept = ward.program.settings.values.hanging["rules"]
    assert kept[0]["title"] == "Of the department" and len(kept) == len(BUILT_IN) + 1


def test_rules_for_which_there_is_no_room_say_so_and_leave_what_was_there(ward: Desk, tmp_path, monkeypatch) -> None:
    def full(_fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = tmp_path / "to colleagues" / "department.json"
    file.parent.mkdir()
    file.write_text("of last year", "utf-8")
    monkeypatch.setattr("app.dialogs.ask_save_file", lambda *_args: file)
    ward.go("Settings")

    def sender(dialog) -> None:
        with monkeypatch.context() as disk:
            disk.setattr("storage.services.whole_file.os.fsync", full)
            QTest.mouseClick(dialog.export_button, Qt.MouseButton.LeftButton)
            ward.until(lambda: f"There is no room left for {file}." in dialog.problem.text(), "a sentence says why")
        QTest.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)

    ward.dialog(lambda: ward.click("Hanging rules…"), sender)
    assert file.read_text("utf-8") == "of last year" and list(file.parent.iterdir()) == [file]


def test_damaged_rules_are_told_and_the_built_in_ones_hold(ward: Desk) -> None:
    ward.program.settings.set("hanging", {"rules": [{"title": "x", "layout": "9x9"}]})
    open_task(ward, "Thorax")
    assert ward.task.editor.hanging.title == "CT of the chest"
    ward.go("Settings")

    def person(dialog) -> None:
        assert "Hanging rule 1" in dialog.problem.text()
        assert dialog.rules() == BUILT_IN
        QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)

    ward.dialog(lambda: ward.click("Hanging rules…"), person)
    assert ward.program.settings.values.hanging == {}


def test_the_search_field_finds_a_patient_and_an_accession_number(ward: Desk) -> None:
    ward.go("Files")
    ward.fill("Search everything", "pat-0042")
    ward.until(lambda: sorted(ward.files()) == ["Thorax", "Thorax old", "Thorax thin"], "all series of the patient")
    ward.fill("Search everything", "ACC20240110")
    ward.until(lambda: ward.files() == ["Thorax old"], "the series of that number")


def test_turning_tasks_faster_than_priors_open_leaves_nothing_behind(ward: Desk) -> None:
    rules = [{"title": "With its prior", "modality": "CT", "beside": "prior"}]
    ward.program.settings.set("hanging", {"rules": rules})
    project = ward.reads.projects()[0].id
    tasks = {ward.reads.task(t).title: t for t in ward.reads.task_ids(project)}
    for _ in range(4):
        for title in ("Thorax", "Thorax thin"):
            ward.pages.open_task(tasks[title])
            ward.until(lambda title=title: ward.pages.editing and ward.task.loaded.task.title == title, f"{title} is open")
    settled(ward, "Thorax thin")
    assert "Thorax old" in beside(ward)
    ward.editor.verbs.leave()
    ward.wait_idle()
    ward.until(lambda: not [t for t in threading.enumerate() if t.name == "volume" and t.is_alive()], "no volume is still read")


def test_a_prior_that_is_added_while_a_series_is_open_is_offered(ward: Desk, tmp_path: Path) -> None:
    open_task(ward, "Thorax")
    write(tmp_path / "late", "Thorax 2020", date="20200505", study="1.2.0", n=3)
    ward.add("Late", tmp_path / "late")
    side = ward.task.side
    ward.until(lambda: "Patient (4)" in side.questions.tabText(side.questions.indexOf(side.patient)), "it is listed")
    assert [e.text(0) for e in side.patient._entries()][-1] == "CT · 3: Thorax 2020"


def test_a_prior_that_cannot_be_read_says_so_in_its_place(ward: Desk) -> None:
    item = next(i for i in ward.reads.rows(ward.reads.ids(ItemQuery())) if i.title == "Thorax old")
    for file in ward.reads.volume_files_of(item.id):
        (ward.path / file.source).unlink()
    open_task(ward, "Thorax")
    QTest.keyClick(ward.canvas, Qt.Key.Key_O, SHIFT)
    ward.until(lambda: ward.task.editor.beside is not None, "it is tried")
    tried = ward.task.editor.beside
    ward.until(
        lambda: tried.volume.error is not None and tried.volume.error.reason in tried._notice.text(), "the reason is said"
    )
    assert "Thorax old" in tried._notice.text()


def test_what_stood_beside_and_is_gone_is_not_missed(ward: Desk) -> None:
    open_task(ward, "Thorax")
    choose(ward, "Thorax old")
    QTest.keyClick(ward.task.side.patient.tree, Qt.Key.Key_Return)
    beside(ward)
    gone = next(i for i in ward.reads.rows(ward.reads.ids(ItemQuery())) if i.title == "Thorax old")
    open_task(ward, "Thorax thin")
    ward.do(trash.delete, (), ItemSelection.of(gone.id))
    open_task(ward, "Thorax")
    assert "Patient (2)" in ward.task.side.questions.tabText(2)
    assert ward.task.editor.beside is None
    assert ward.task.editor.grid.layout_shown is Layout.GRID


def test_a_mammogram_hangs_with_the_other_side_until_that_is_taken_away(desk: Desk, tmp_path: Path) -> None:
    for side in "LR":
        write(
            tmp_path / "scans", f"{side} CC", part="BREAST", study="1.2.7", n=1, Modality="MG", ImageLaterality=side, ViewPosition="CC",
            ImagePositionPatient=None, PatientOrientation=["A" if side == "L" else "P", "FR"],
        )  # fmt: skip
    desk.add("Scans", tmp_path / "scans")
    dataset = desk.do(datasets.create, "Set")
    desk.do(datasets.attach_folder, dataset, desk.reads.find_folders("scans")[0][0])
    desk.do(projects.create, "Ward", "", desk.do(ontologies.create, "Things", sample_ontology()), (dataset,))

    def show(title: str) -> None:
        project = desk.reads.projects()[0].id
        desk.pages.open_task(next(t for t in desk.reads.task_ids(project) if desk.reads.task(t).title == title))
        desk.until(lambda: desk.pages.editing and desk.task.loaded.task.title == title, f"{title} is open")
        desk.until(lambda: desk.task.side.patient is not None, "the patient is listed")
        desk.wait_idle()

    show("L CC")
    assert desk.task.editor.hanging.title == "Mammography, CC"
    assert "R CC" in beside(desk)
    shown = desk.task.editor
    assert edge_sides(shown.canvas.view, shown.volume.sides) == ("P", "A", "HL", "FR")
    own = desk.task.editor.grid.panes[desk.task.editor.grid.acquired]
    desk.until(lambda: desk.task.editor.grid.beside.x() < own.x(), "the right breast is at the left")
    desk.task.editor.run("volume_beside_away")
    show("R CC")
    assert "L CC" in beside(desk)
    show("L CC")
    assert desk.task.editor.beside is None
    desk.task.editor.run("volume_hang")
    assert not desk.task.editor.by_hand
    assert "R CC" in beside(desk)
