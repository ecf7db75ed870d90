"""First start: one window, a new catalog, and a screen that says what to do first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.journeys.desk import Desk


def test_a_new_catalog_is_made_and_the_window_says_where_to_begin(desk: Desk) -> None:
    assert (desk.path / "catalog.sqlite").is_file()
    assert desk.window.windowTitle() == "catalog – Postil"
    assert desk.can_see("Start with your files")
    assert desk.files() == [] and desk.folder_paths() == []
    for place, says in (("Datasets", "No dataset yet"), ("Ontologies", "No ontology yet"), ("Projects", "No project yet")):
        desk.go(place)
        assert desk.can_see(says), place


def test_closing_the_only_window_and_starting_again_shows_the_place_where_one_was(desk: Desk) -> None:
    desk.go("Projects")
    desk.restart()
    assert desk.window.stack.currentWidget() is desk.pages.projects.widget


def test_a_folder_that_is_no_catalog_is_refused_with_a_way_on(qapp: QApplication, tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    folder.mkdir()
    (folder / "catalog.sqlite").write_bytes(b"this is not a database, whatever its name says" * 40)
    desk = Desk(folder)
    desk.open_badly()
    assert desk.can_see("This catalog cannot be opened")
    assert desk.can_see("Try again") and desk.can_see("Open another catalog…")
    desk.close()
