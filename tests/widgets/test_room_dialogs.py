"""Dialogs give back plain data; jobs and settings say what a person wants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QListWidgetItem, QRadioButton, QTreeWidget

from storage.catalog import folders
from storage.model.query import ItemSelection
from tests.support.catalogs import add_items
from tests.support.panels import Ground, unnamed
from tests.support.work import SoonWork
from widgets.controls.import_form import ImportForm
from widgets.controls.shortcut_sheet import Shortcut, ShortcutSheet, conflicts
from widgets.dialogs.attach_data import AttachData, AttachDataDialog
from widgets.dialogs.confirm_delete import ConfirmDeleteDialog
from widgets.dialogs.new_dataset import NewDatasetDialog
from widgets.dialogs.new_ontology import NewOntologyDialog
from widgets.dialogs.new_project import NewProject, NewProjectDialog
from widgets.dialogs.titled import NewNoun
from widgets.keys import split_keys
from widgets.panels.jobs import JobInfo, JobsPanel
from widgets.panels.settings import Setting, SettingsPanel


@pytest.fixture
def ground(qapp, tmp_path) -> Iterator[Ground]:
    ground = Ground(tmp_path)
    yield ground
    ground.close()


def entry(view, text: str) -> QListWidgetItem:
    return next(view.item(r) for r in range(view.count()) if text in view.item(r).text())


def test_a_title_that_is_taken_is_refused_while_typing(qtbot):
    dialog = NewOntologyDialog(None, {"Cars"})
    qtbot.addWidget(dialog)
    qtbot.keyClicks(dialog.title, " cars")
    assert not dialog.ok.isEnabled()
    assert "cars" in dialog.problem.text()
    qtbot.keyClicks(dialog.title, " 2")
    assert dialog.ok.isEnabled()


def test_ask_gives_plain_data_or_nothing(qtbot, monkeypatch):
    def fill(dialog) -> bool:
        dialog.title.setText("  Scans ")
        return True

    monkeypatch.setattr(NewDatasetDialog, "confirmed", fill)
    assert NewDatasetDialog.ask(None, ()) == NewNoun("Scans", "")
    monkeypatch.setattr(NewDatasetDialog, "confirmed", lambda dialog: False)
    assert NewDatasetDialog.ask(None, ()) is None


def test_delete_needs_the_word(qtbot):
    dialog = ConfirmDeleteDialog(None, "Delete the dataset “Set”?", "5 files stay.")
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.keyClicks(dialog.word, "delet")
    qtbot.keyClick(dialog.word, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert not dialog.ok.isEnabled()
    qtbot.keyClicks(dialog.word, "e")
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)


def test_a_project_is_made_of_an_ontology_and_ticked_datasets(qtbot, ground):
    dialog = NewProjectDialog(None, ground.reads)
    qtbot.addWidget(dialog)
    dialog.title.setText("New")
    assert dialog.answer() == NewProject("New", "", ground.ontology, (ground.dataset,))
    entry(dialog.datasets, "Set").setCheckState(Qt.CheckState.Unchecked)
    dialog.ontology.setCurrentIndex(dialog.ontology.count() - 1)
    assert dialog.answer() == NewProject("New", "", None, ())


def test_attach_takes_whole_folders_and_files_of_folders_one_enters(qtbot, ground):
    inner = ground.catalog.do("f", folders.create, ground.folder, "Inner")
    (deep,) = ground.catalog.do("i", add_items, inner, "deep.jpg")
    other = ground.catalog.do("f", folders.create, None, "Other")
    dialog = AttachDataDialog(None, ground.reads, SoonWork(), "Set")
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.ok.isEnabled()
    entry(dialog.folders, "Other").setCheckState(Qt.CheckState.Checked)
    dialog.folders.itemActivated.emit(entry(dialog.folders, "Scans"))
    qtbot.waitUntil(lambda: dialog.rows.rowCount() == 5)
    dialog.files.selectRow(1)
    dialog.folders.itemActivated.emit(entry(dialog.folders, "Inner"))
    qtbot.waitUntil(lambda: dialog.rows.rowCount() == 1)
    dialog.files.selectRow(0)
    dialog.up.click()
    wanted = (ItemSelection.of(ground.items[1]), ItemSelection.of(deep))
    assert dialog.answer() == AttachData(frozenset({other}), True, wanted)
    assert unnamed(dialog) == []


# -- jobs


def test_a_running_job_can_be_stopped_and_a_finished_one_shows_its_result(qtbot):
    panel = JobsPanel()
    qtbot.addWidget(panel)
    panel.show()
    assert panel._states.state == "empty"
    panel.show_jobs([JobInfo(7, "Adding", "running", 10, 100, 5.0)])
    card = panel._cards[7]
    assert "10 / 100" in card._text.text()
    assert "0:18 left" in card._text.text()
    with qtbot.waitSignal(panel.cancel_wanted) as seen:
        card._cancel.click()
    assert seen.args == [7]
    panel.show_jobs([JobInfo(7, "Adding", "done", 100, 100, 5.0, "", 3, True)])
    assert panel._cards[7] is card
    assert "refused: 3" in card._text.text()
    with qtbot.waitSignal(panel.show_result_wanted) as seen:
        card._result.click()
    assert seen.args == [7]
    panel.show_jobs([])
    assert panel._states.state == "empty"


# -- settings


def test_a_setting_says_its_new_value_and_is_quiet_when_shown(qtbot):
    panel = SettingsPanel()
    qtbot.addWidget(panel)
    seen = []
    panel.changed.connect(lambda key, value: seen.append((key, value)))
    settings = [
        Setting("names", "Show names", "flag", False),
        Setting("days", "Days", "whole", 30, low=1, high=90, unit="days"),
        Setting("scheme", "Colours", "choice", "system", choices=(("system", "System"), ("dark", "Dark"))),
    ]
    panel.show_settings(settings)
    assert seen == []
    panel.findChild(QCheckBox).click()
    panel._fields["days"].setValue(7)
    panel._fields["scheme"].setCurrentIndex(1)
    panel._fields["scheme"].activated.emit(1)
    assert seen == [("names", True), ("days", 7), ("scheme", "dark")]


KEYS = [
    Shortcut("undo", "Undo", "Ctrl+Z", "Editor", "Ctrl+Z"),
    Shortcut("redo", "Redo", "Ctrl+Y; Ctrl+Shift+Z", "Editor", "Ctrl+Y; Ctrl+Shift+Z"),
    Shortcut("palette", "Palette", "Ctrl+K", "", "Ctrl+K"),
    Shortcut("find", "Find", "Ctrl+Z", "Files", "Ctrl+Z"),
]


def test_keys_collide_within_a_scope_and_with_those_that_hold_everywhere():
    assert [s.id for s in conflicts(KEYS, "undo", "Ctrl+Shift+Z")] == ["redo"]
    assert [s.id for s in conflicts(KEYS, "undo", "Ctrl+K")] == ["palette"]
    assert conflicts(KEYS, "undo", "Ctrl+Z") == []
    assert conflicts(KEYS, "undo", "") == []


def test_keys_that_two_actions_came_with_are_no_conflict_until_one_of_them_is_given_others():
    fold, preset = Shortcut("fold", "Fold", "F8", "", "F8"), Shortcut("preset", "Preset", "F8", "In volumes", "F8")
    assert conflicts((fold, preset), "fold", "F8") == []
    moved = replace(preset, keys="F7")
    assert conflicts((fold, moved), "fold", "F7") == [moved]


def test_keys_that_are_called_as_their_deed_is_are_told_apart_from_it(qtbot):
    sheet = ShortcutSheet()
    qtbot.addWidget(sheet)
    sheet.show_shortcuts([Shortcut("back", "Back", "Alt+Left; Back")])
    entry = sheet.findChild(QTreeWidget).topLevelItem(0).child(0)
    assert (entry.text(0), entry.text(1)) == ("Back", "Alt+Left   Back key")


def test_plus_and_semicolon_are_keys_among_several():
    assert split_keys("+;=") == ["+", "="]
    assert split_keys("Ctrl++;Ctrl+=") == ["Ctrl++", "Ctrl+="]
    assert split_keys("Ctrl+;") == ["Ctrl+;"]
    assert split_keys(";") == [";"]
    assert split_keys("") == []


def test_a_taken_key_is_not_set_and_the_default_can_come_back(qtbot):
    panel = SettingsPanel()
    qtbot.addWidget(panel)
    panel.show_shortcuts(KEYS)
    sheet = panel.sheet
    sheet._tree.setCurrentItem(sheet._tree.topLevelItem(0).child(0))
    sheet._edit.setKeySequence("Ctrl+Y")
    assert not sheet._set.isEnabled()
    assert "Redo" in sheet._note.text()
    sheet._edit.setKeySequence("Ctrl+U")
    with qtbot.waitSignal(panel.shortcut_changed) as seen:
        sheet._set.click()
    assert seen.args == ["undo", "Ctrl+U"]
    with qtbot.waitSignal(panel.shortcut_changed) as seen:
        sheet._default.click()
    assert seen.args == ["undo", "Ctrl+Z"]


@pytest.mark.parametrize(
    ("format", "told"),
    [("Encord JSON", "by their hash"), ("DICOM SEG", "refer to"), ("Structured report", "refer to"), ("NIfTI", "its own name")],
)
def test_the_import_form_says_how_files_of_a_format_find_their_items(qtbot, format, told):
    form = ImportForm()
    qtbot.addWidget(form)
    form.show()
    volumes = next(b for b in form.findChildren(QRadioButton) if b.text().startswith("Volumes"))
    if format == "Encord JSON":
        next(b for b in form.findChildren(QRadioButton) if b.text() == format).click()
    else:
        volumes.click()
        kinds = form.findChild(QComboBox)
        index = next(i for i in range(kinds.count()) if kinds.itemText(i).startswith(format))
        kinds.setCurrentIndex(index)
        kinds.activated.emit(index)
    (note,) = [n for n in form.findChildren(QLabel) if "Labels that are there stay" in n.text()]
    assert told in note.text()
    assert ("hash" in note.text()) == (format == "Encord JSON")


def test_the_import_form_with_chosen_files_says_that_they_find_their_series(qtbot, tmp_path):
    form = ImportForm()
    qtbot.addWidget(form)
    form.set_files([tmp_path / "a.dcm"])
    (note,) = [n for n in form.findChildren(QLabel) if "Labels that are there stay" in n.text()]
    assert "refer to" in note.text()
