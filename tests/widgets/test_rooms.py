"""Datasets and projects over a real catalog: lists follow changes, parts ask for what a person wants."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from storage.catalog import datasets, ontologies, projects
from storage.catalog.engine import Catalog
from storage.model.geometry import ShapeKind
from storage.model.items import Kind
from storage.model.ontology import Ontology
from storage.model.query import ItemSelection
from tests.support.panels import BY, Ground, Things, unnamed
from tests.support.work import FakeThumbs, SoonWork
from widgets.bus import CatalogBus
from widgets.item_models.project_rows import PROJECT
from widgets.labelable import without_classes
from widgets.panels.datasets import DatasetsPanel
from widgets.panels.projects import ProjectsPanel


@pytest.fixture
def ground(qapp, tmp_path) -> Iterator[Ground]:
    ground = Ground(tmp_path)
    yield ground
    ground.close()


@pytest.fixture
def empty(tmp_path) -> Iterator[Catalog]:
    catalog = Catalog.create(tmp_path / "empty", name="Ada", email=BY)
    yield catalog
    catalog.close()


# -- datasets


@pytest.fixture
def room(qtbot, ground) -> DatasetsPanel:
    panel = DatasetsPanel(ground.reads, ground.bus, SoonWork(), FakeThumbs())
    qtbot.addWidget(panel)
    panel.resize(1100, 600)
    panel.show()
    qtbot.waitUntil(lambda: panel.current == ground.dataset and panel.data.list.model.rowCount() == 5)
    return panel


def test_an_empty_catalog_says_what_a_dataset_is(qtbot, empty):
    panel = DatasetsPanel(empty.reads, CatalogBus(), SoonWork(), FakeThumbs())
    qtbot.addWidget(panel)
    qtbot.waitUntil(lambda: panel._states.state == "empty")
    with qtbot.waitSignal(panel.new_wanted):
        panel._states.empty.action_wanted.emit()


def test_a_new_dataset_is_listed_and_shown_when_asked(qtbot, ground, room):
    made = ground.catalog.do("new", datasets.create, "Another")
    room.show_dataset(made)
    qtbot.waitUntil(lambda: room.current == made)
    assert room._title.text() == "Another"


def test_a_deleted_dataset_gives_way_to_the_next(qtbot, ground, room):
    made = ground.catalog.do("new", datasets.create, "Another")
    room.show_dataset(made)
    qtbot.waitUntil(lambda: room.current == made)
    ground.catalog.do("delete", datasets.delete, made)
    qtbot.waitUntil(lambda: room.current == ground.dataset)


def test_removing_speaks_of_the_selected_files_and_the_list_follows(qtbot, ground, room):
    room.data.list.select_ids(frozenset(ground.items[:2]))
    with qtbot.waitSignal(room.data.remove_wanted) as seen:
        qtbot.mouseClick(room.data._remove, Qt.MouseButton.LeftButton)
    assert seen.args == [ground.dataset, ItemSelection.of(*ground.items[:2])]
    ground.catalog.do("remove", datasets.detach, *seen.args)
    qtbot.waitUntil(lambda: room.data.list.model.rowCount() == 3)


def test_the_title_is_changed_where_it_stands(qtbot, ground, room):
    room._title.selectAll()
    qtbot.keyClicks(room._title, "Better")
    with qtbot.waitSignal(room.settings.rename_wanted) as seen:
        qtbot.keyClick(room._title, Qt.Key.Key_Return)
    assert seen.args == [ground.dataset, "Better"]
    ground.catalog.do("rename", datasets.rename, *seen.args)
    qtbot.waitUntil(lambda: room.list.rows.index(0).data() == "Better")


def test_settings_list_the_projects_and_offer_the_others(qtbot, ground, room):
    other = ground.catalog.do("p", projects.create, "Other", "", ground.ontology, ())
    links = room.settings._projects
    qtbot.waitUntil(lambda: any(p.id == other for p in room.settings._all))
    assert len(links._rows) == 1
    links.about_to_offer.emit()
    offered = [a for a in links._menu.actions() if a.data() == other]
    with qtbot.waitSignal(room.settings.attach_to_project_wanted) as seen:
        offered[0].trigger()
    assert seen.args == [ground.dataset, other]


def test_a_dataset_panel_names_its_buttons(room):
    assert unnamed(room.data) + unnamed(room.settings) == []


# -- projects


@pytest.fixture
def cards(qtbot, ground) -> ProjectsPanel:
    panel = ProjectsPanel(ground.reads, ground.bus, SoonWork())
    qtbot.addWidget(panel)
    panel.resize(1100, 600)
    panel.show()
    qtbot.waitUntil(lambda: panel.rows.rowCount() == 1)
    return panel


def test_an_empty_catalog_says_what_a_project_is(qtbot, empty):
    panel = ProjectsPanel(empty.reads, CatalogBus(), SoonWork())
    qtbot.addWidget(panel)
    qtbot.waitUntil(lambda: panel._states.state == "empty")


def test_a_click_on_a_card_opens_the_project_and_one_can_go_back(qtbot, ground, cards):
    place = cards.view.visualRect(cards.rows.index(0)).center()
    qtbot.mouseClick(cards.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: cards.current == ground.project)
    assert cards._title.text() == "Street"
    cards.close_project()
    assert cards.current is None
    assert cards.view.isVisible()


def test_a_deleted_project_leads_back_to_the_cards(qtbot, ground, cards):
    cards.open_project(ground.project)
    qtbot.waitUntil(lambda: cards.current == ground.project)
    ground.catalog.do("delete", projects.delete, ground.project)
    qtbot.waitUntil(lambda: cards.current is None and cards._states.state == "empty")


def test_a_card_carries_its_progress(ground, cards):
    project = cards.rows.index(0).data(PROJECT)
    assert sum(project.tasks_by_stage.values()) == 5
    assert "0 of 5" in cards.rows.index(0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_datasets_are_detached_and_attached_in_settings(qtbot, ground, cards):
    other = ground.catalog.do("d", datasets.create, "Second")
    cards.open_project(ground.project)
    qtbot.waitUntil(lambda: any(d.id == other for d in cards.settings._all))
    links = cards.settings._datasets
    links.about_to_offer.emit()
    with qtbot.waitSignal(cards.settings.attach_dataset_wanted) as seen:
        next(a for a in links._menu.actions() if a.data() == other).trigger()
    assert seen.args == [ground.project, other]


def test_a_kind_without_a_class_is_warned_about_with_a_way_out(qtbot, ground, cards):
    ground.catalog.do("audio", lambda op: op.update("items", ground.items[0], kind="audio"))
    cards.open_project(ground.project)
    banner = cards.overview._banners[Kind.AUDIO]
    qtbot.waitUntil(lambda: "Audio" in banner.text)
    with qtbot.waitSignal(cards.overview.add_class_wanted) as seen:
        next(b for b in banner.findChildren(QPushButton) if b.text() == "Add a class").click()
    assert seen.args == [ground.ontology, ShapeKind.AUDIO]


def test_which_kinds_have_nothing_to_be_labelled_with():
    things = Things()
    assert without_classes([Kind.IMAGE, Kind.AUDIO, Kind.TEXT], things.ontology) == [Kind.AUDIO, Kind.TEXT]
    assert without_classes([Kind.IMAGE], Ontology()) == [Kind.IMAGE]
    things.object("Speech", ShapeKind.AUDIO)
    assert without_classes([Kind.AUDIO], things.ontology) == []


def test_export_asks_for_what_is_ticked(qtbot, ground, cards):
    cards.open_project(ground.project)
    form = cards.labels._export_form
    qtbot.waitUntil(lambda: form._stages.count() == 2)
    form._stages.item(0).setCheckState(Qt.CheckState.Unchecked)
    form._format._coco.click()
    with qtbot.waitSignal(cards.labels.export_wanted) as seen:
        cards.labels._export.click()
    project, options = seen.args
    complete = ground.reads.project(project).workflow.stages[1].uuid
    assert (options.format, options.stages, options.classes) == ("coco", frozenset({complete}), None)


def test_a_project_names_its_buttons(qtbot, ground, cards):
    cards.open_project(ground.project)
    qtbot.waitUntil(lambda: cards.current == ground.project)
    assert unnamed(cards) == []


def test_an_ontology_renamed_elsewhere_shows_on_the_card(qtbot, ground, cards):
    ground.catalog.do("rename", ontologies.rename, ground.ontology, "Better things")
    qtbot.waitUntil(lambda: cards.rows.index(0).data(PROJECT).ontology_title == "Better things")


def test_a_description_being_typed_is_kept_when_the_screen_is_left(qtbot, ground, room):
    from PySide6.QtWidgets import QPlainTextEdit

    room.tabs.setCurrentWidget(room.settings)
    field = room.settings.findChild(QPlainTextEdit)
    qtbot.keyClicks(field, "Spring")
    with qtbot.waitSignal(room.settings.describe_wanted) as seen:
        room.hide()
    assert seen.args == [ground.dataset, "Spring"]


def test_volumes_leave_in_a_format_of_their_own_without_the_identity_if_wished(qtbot):
    from widgets.controls.export_form import ExportForm

    form = ExportForm()
    qtbot.addWidget(form)
    form.show()
    assert not form._hide.isVisible()
    form._format._volumes.click()
    assert form._hide.isVisible()
    form._hide.click()
    assert (form.options().format, form.options().deidentify) == (
        "dicom-seg",
        frozenset(("clean_graphics", "clean_structured_content")),
    )
    form._format._kind.setCurrentIndex(form._format._kind.findData("nifti"))
    form._format._told()
    assert (form.options().format, form.options().deidentify) == ("nifti", None)


def test_every_option_of_the_profile_can_be_chosen_and_dates_stay_in_one_way_only(qtbot):
    """PS3.15: dates are removed, shifted or kept. The form can say no more than the profile allows."""
    from dataclasses import fields

    from storage.services.deidentify_rules import Options
    from widgets.controls.export_form import ExportForm

    form = ExportForm()
    qtbot.addWidget(form)
    form.show()
    form._format._volumes.click()
    keeps, dates = form._identity.keeps, form._identity.dates
    assert not keeps.isVisible()
    form._hide.click()
    assert keeps.isVisible()
    known = {f.name for f in fields(Options)}
    assert Options.of(form.options().deidentify) == Options()
    met = set(form.options().deidentify)
    keeps.setFocus()
    for row in range(keeps.count()):
        keeps.setCurrentRow(row)
        qtbot.keyClick(keeps, Qt.Key.Key_Space)
    usual = {"clean_graphics", "clean_structured_content"}
    assert form.options().deidentify == known - usual - {"modify_dates", "retain_full_dates"}
    dates.setFocus()
    for wanted in ("modify_dates", "retain_full_dates"):
        qtbot.keyClick(dates, Qt.Key.Key_Down)
        chosen = form.options().deidentify
        assert {"modify_dates", "retain_full_dates"} & chosen == {wanted}
        assert getattr(Options.of(chosen), wanted)
        met |= chosen
    assert met == known
