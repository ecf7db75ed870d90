"""Search as one types, pictures or table, and everything selected at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.journeys.desk import Desk, titles
from widgets import words


@pytest.fixture
def full(desk: Desk, album: Path) -> Desk:
    desk.add("Album", album / "beach.png", album / "boat.jpg")
    desk.add("Album/Alps", album / "Alps" / "summit.png")
    desk.click("All files")
    desk.wait_idle()
    return desk


def test_ctrl_f_finds_by_the_letters_typed_so_far(full: Desk) -> None:
    full.key("Ctrl+F")
    full.type("b")
    full.wait_idle()
    assert full.files() == ["beach.png", "boat.jpg"]
    full.type("oa")
    full.wait_idle()
    assert full.files() == ["boat.jpg"]
    full.key("Backspace")
    full.type("x")
    full.wait_idle()
    assert full.files() == []
    full.click("Clear search")
    full.wait_idle()
    assert len(full.files()) == 3


def test_a_search_finds_folders_too_and_a_double_click_opens_them(full: Desk) -> None:
    full.key("Ctrl+F")
    full.type("alp")
    full.wait_idle()
    strip = full.pages.files.panel.strip
    chip = full.find("Alps", within=strip)
    assert full.files() == [] and full.can_see("No file is called “alp”")
    QTest.mouseDClick(chip, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(chip, Qt.MouseButton.LeftButton)
    full.wait_idle()
    assert full.files() == ["summit.png"]
    full.key("Ctrl+F")
    full.type("boat")
    full.wait_idle()
    assert full.files() == ["boat.jpg"] and not strip.isVisible()


def test_down_leads_from_the_search_into_the_list(full: Desk) -> None:
    full.key("Ctrl+F")
    full.type("summit")
    full.wait_idle()
    full.key("Down")
    panel = full.pages.files.panel
    assert panel.list.view().hasFocus()
    assert panel.selected_items().count == 1


def test_the_table_shows_the_same_items_and_selection_as_the_pictures(full: Desk) -> None:
    panel = full.pages.files.panel
    full.item(panel.list.grid, panel.list.model.index(1, 0))
    full.click("Show as a table")
    assert panel.list.table.isVisible() and not panel.list.grid.isVisible()
    assert [panel.list.model.row(r).title for r in range(3)] == ["beach.png", "boat.jpg", "summit.png"]
    assert panel.selected_items().ids == {panel.list.model.id_at(1)}
    full.click("Show as pictures")
    assert panel.list.grid.isVisible()


def test_ctrl_a_selects_everything_and_the_status_line_says_how_many(full: Desk) -> None:
    panel = full.pages.files.panel
    for view in ("Show as pictures", "Show as a table"):
        full.click(view)
        full.item(panel.list.view(), panel.list.model.index(0, 0))
        full.key("Ctrl+A", panel.list.view())
        full.wait_idle()
        assert panel.selected_items().count == 3
        every = sum(full.reads.item(i).size for i in panel.selected_items().ids)
        assert full.told() == f"3 items selected, {words.size(every)}"
        full.key("Esc", panel.list.view())
        assert panel.selected_items().count == 0


def test_what_is_selected_is_told_at_the_right(full: Desk) -> None:
    panel = full.pages.files.panel
    for row, title in ((1, "boat.jpg"), (2, "summit.png")):
        index = full.item(panel.list.grid, panel.list.model.index(row, 0))
        full.wait_idle()
        assert full.can_see(title, full.pages.files.details)
        assert full.told() == f"1 item selected, {words.size(full.reads.item(panel.list.model.id_at(index.row())).size)}"
    assert titles(panel.sidebar.tree) == ["Album", "Alps"]


def test_what_is_found_from_the_trash_is_not_called_the_trash(desk: Desk, album: Path) -> None:
    desk.add("Album", album / "beach.png")
    panel = desk.pages.files.panel
    desk.click(panel.sidebar.trash)
    desk.key("Ctrl+F", desk.window)
    desk.type("bea")
    desk.wait_idle()
    assert desk.files() == ["beach.png"]
    assert panel.breadcrumb.titles() == ["Files", "Search results"]
    desk.key("Esc")
    desk.wait_idle()
    assert panel.breadcrumb.titles() == ["Files", "Trash"]
