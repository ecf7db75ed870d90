"""Folders: made, renamed, moved, deleted, restored and undone, by keys and by drag."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint
from PySide6.QtWidgets import QAbstractItemView, QApplication

from storage.catalog import folders, trash
from storage.model.query import ItemQuery, ItemSelection
from tests.journeys import drags, find
from tests.journeys.desk import Desk
from widgets.controls.folder_strip import FolderChip


@pytest.fixture
def tree(desk: Desk) -> QAbstractItemView:
    for path in (("Scans", "2026", "Thorax"), ("Photographs",)):
        desk.do(folders.ensure, path)
    return desk.pages.files.panel.sidebar.tree  # type: ignore[no-any-return]


def middle(view: QAbstractItemView, text: str) -> QPoint:
    view.scrollTo(find.index_of(view, text))
    return view.visualRect(find.index_of(view, text)).center()


def open_all(tree: QAbstractItemView) -> None:
    tree.expandAll()  # type: ignore[attr-defined]


def test_ctrl_shift_n_makes_a_folder_in_the_one_that_is_open(desk: Desk, tree: QAbstractItemView) -> None:
    desk.item(tree, "Photographs")
    desk.wait_idle()

    def person(dialog: Any) -> None:
        desk.fill("Folder name", "Summer", dialog)
        desk.key("Return")

    desk.dialog(lambda: desk.key("Ctrl+Shift+N"), person)
    assert "Photographs/Summer" in desk.folder_paths()
    assert desk.pages.files.panel.place.folder_id == desk.reads.folder_by_path("Photographs/Summer").id


def test_a_title_that_is_taken_cannot_be_created(desk: Desk, tree: QAbstractItemView) -> None:
    def person(dialog: Any) -> None:
        desk.fill("Folder name", "Scans", dialog)
        assert desk.can_see("There is a folder called “Scans” here already.", dialog)
        assert not desk.find("Create", within=dialog).isEnabled()
        desk.key("Esc", dialog)

    desk.dialog(lambda: desk.click("New folder", nth=0, within=desk.pages.files.panel), person)


def test_f2_renames_in_place_and_ctrl_z_takes_it_back(desk: Desk, tree: QAbstractItemView) -> None:
    desk.item(tree, "Photographs")
    desk.key("F2", tree)
    desk.key("Ctrl+A")
    desk.type("Pictures")
    desk.key("Return")
    desk.wait_idle()
    assert "Pictures" in desk.folder_paths() and "Photographs" not in desk.folder_paths()
    desk.key("Ctrl+Z")
    desk.wait_idle()
    assert "Photographs" in desk.folder_paths()
    desk.key("Ctrl+Shift+Z")
    desk.wait_idle()
    assert "Pictures" in desk.folder_paths()


def test_a_folder_dragged_inside_the_tree_moves_and_the_move_can_be_undone(desk: Desk, tree: QAbstractItemView) -> None:
    open_all(tree)
    carried = drags.drag(
        tree, middle(tree, "2026"), lambda mime: drags.drop(tree.viewport(), middle(tree, "Photographs"), mime)
    )
    assert carried
    desk.wait_idle()
    assert desk.folder_paths() == ["Photographs", "Photographs/2026", "Photographs/2026/Thorax", "Scans"]
    desk.key("Ctrl+Z")
    desk.wait_idle()
    assert desk.folder_paths() == ["Photographs", "Scans", "Scans/2026", "Scans/2026/Thorax"]


def test_a_folder_cannot_be_dropped_into_its_own_grandchild(desk: Desk, tree: QAbstractItemView) -> None:
    open_all(tree)
    refused: list[bool] = []
    drags.drag(
        tree, middle(tree, "Scans"), lambda mime: refused.append(not drags.drop(tree.viewport(), middle(tree, "Thorax"), mime))
    )
    desk.wait_idle()
    assert refused == [True]
    assert "Scans/2026/Thorax" in desk.folder_paths()


def test_delete_names_what_goes_and_the_trash_gives_it_back(desk: Desk, tree: QAbstractItemView, album: Path) -> None:
    desk.add("Scans/2026/Thorax", album / "boat.jpg")
    desk.item(tree, "Scans")

    def person(dialog: Any) -> None:
        assert desk.can_see("Delete “Scans”?", dialog)
        assert any("3 folders with 1 item" in text for w in dialog.findChildren(type(dialog.heading)) for text in [w.text()])
        desk.click("Move to trash", within=dialog)

    desk.dialog(lambda: desk.key("Del", tree), person)
    assert desk.folder_paths() == ["Photographs"]
    panel = desk.pages.files.panel
    desk.click(panel.sidebar.trash)
    desk.wait_idle()
    desk.item(panel.trash.findChild(QAbstractItemView), "Scans")
    desk.click("Restore", within=panel.trash)
    desk.wait_idle()
    assert "Scans/2026/Thorax" in desk.folder_paths()
    assert desk.can_see("“Scans” came back to the top level.", panel.trash)
    desk.click("Show", within=panel.trash)
    desk.wait_idle()
    assert panel.place.folder_id == desk.reads.folder_by_path("Scans").id
    desk.click(panel.sidebar.all_files)
    desk.wait_idle()
    assert desk.files() == ["boat.jpg"]
    desk.click(panel.sidebar.trash)
    desk.wait_idle()
    assert not desk.can_see("“Scans” came back", panel.trash)


def test_what_came_back_is_told_with_its_place_until_that_is_undone(desk: Desk, album: Path) -> None:
    desk.add("Scans/2026", album / "boat.jpg", album / "beach.png")
    for item in desk.reads.first_rows(ItemQuery(folder_id=desk.reads.folder_by_path("Scans/2026").id)):
        desk.do(trash.delete, (), ItemSelection.of(item.id))
    panel = desk.pages.files.panel
    desk.click(panel.sidebar.trash)
    desk.wait_idle()
    desk.item(panel.trash.findChild(QAbstractItemView), "boat.jpg")
    desk.click("Restore", within=panel.trash)
    desk.wait_idle()
    assert desk.can_see("“boat.jpg” came back to Scans / 2026.", panel.trash)
    assert not desk.find("Restore", within=panel.trash).isEnabled(), "the next one is not meant by a second press"
    desk.key("Ctrl+Z")
    desk.wait_idle()
    assert not desk.can_see("“boat.jpg” came back", panel.trash)
    assert desk.reads.trash()


def test_what_is_in_the_trash_is_neither_shown_nor_acted_upon(desk: Desk, tree: QAbstractItemView, album: Path) -> None:
    desk.add("Photographs", album / "boat.jpg", album / "beach.png")
    desk.item(tree, "Photographs")
    desk.wait_idle()
    files = desk.pages.files
    desk.item(files.panel.list.grid, "boat.jpg")
    desk.wait_idle()
    assert desk.can_see("boat.jpg", files.details)
    desk.dialog(lambda: desk.key("Del", files.panel.list.grid), lambda dialog: desk.click("Move to trash", within=dialog))
    desk.wait_idle()
    assert desk.files() == ["beach.png"]
    assert not desk.can_see("boat.jpg", files.details) and desk.can_see("Photographs", files.details)
    assert files._items.count == 0


def test_items_dragged_from_the_list_to_the_tree_move(desk: Desk, tree: QAbstractItemView, album: Path) -> None:
    desk.add("Photographs", album / "boat.jpg", album / "beach.png")
    desk.item(tree, "Photographs")
    desk.wait_idle()
    grid = desk.pages.files.panel.list.grid
    assert desk.files() == ["beach.png", "boat.jpg"]
    desk.item(grid, grid.model().index(1, 0))
    mimes: list[QMimeData] = []

    def carry(mime: QMimeData) -> None:
        mimes.append(mime)
        assert drags.drop(tree.viewport(), middle(tree, "Scans"), mime)

    assert drags.drag(grid, grid.visualRect(grid.model().index(1, 0)).center(), carry)
    desk.wait_idle()
    assert desk.files() == ["beach.png"]
    assert desk.told() == "1 item moved to Scans"
    desk.item(tree, "Scans")
    desk.wait_idle()
    assert desk.files() == ["boat.jpg"]


def test_items_dragged_out_carry_their_files(desk: Desk, tree: QAbstractItemView, album: Path) -> None:
    desk.add("Photographs", album / "boat.jpg", album / "beach.png")
    desk.item(tree, "Photographs")
    desk.wait_idle()
    grid = desk.pages.files.panel.list.grid
    desk.item(grid, grid.model().index(0, 0))
    desk.key("Ctrl+A", grid)
    carried: list[bytes] = []
    grid_place = grid.visualRect(grid.model().index(0, 0)).center()
    assert drags.drag(grid, grid_place, lambda mime: carried.extend(Path(u.toLocalFile()).read_bytes() for u in mime.urls()))
    assert sorted(carried) == sorted((album / name).read_bytes() for name in ("boat.jpg", "beach.png"))


def test_a_context_menu_does_the_same(desk: Desk, tree: QAbstractItemView) -> None:
    desk.item(tree, "Photographs")
    menu = desk.open_menu(tree.viewport(), middle(tree, "Photographs"))
    desk.dialog(lambda: desk.choose(menu, "Delete…"), lambda d: desk.click("Move to trash", within=d))
    assert "Photographs" not in desk.folder_paths()
    assert QApplication.activePopupWidget() is None


def test_the_menu_of_a_folder_above_the_items_is_about_that_folder(desk: Desk, tree: QAbstractItemView, album: Path) -> None:
    """Not about the items that are selected, nor about the folder that is open."""
    desk.add("Scans", album / "boat.jpg")
    desk.item(tree, "Scans")
    desk.wait_idle()
    panel = desk.pages.files.panel
    desk.item(panel.list.grid, panel.list.model.index(0, 0))
    chip = desk.find("2026", FolderChip, within=panel.strip)
    menu = desk.open_menu(chip, chip.rect().center())
    assert panel.list.selected_count() == 0
    desk.dialog(lambda: desk.choose(menu, "Delete…"), lambda d: desk.click("Move to trash", within=d))
    assert desk.folder_paths() == ["Photographs", "Scans"]
    assert desk.files() == ["boat.jpg"]


def test_delete_in_the_tree_is_about_its_folder_whatever_is_selected_beside_it(
    desk: Desk, tree: QAbstractItemView, album: Path
) -> None:
    desk.add("Photographs", album / "boat.jpg", album / "beach.png")
    desk.item(tree, "Photographs")
    desk.wait_idle()
    grid = desk.pages.files.panel.list.grid
    desk.item(grid, grid.model().index(0, 0))
    tree.setFocus()

    def person(dialog: Any) -> None:
        assert desk.can_see("Delete “Photographs”?", dialog)
        desk.click("Cancel", within=dialog)

    desk.dialog(lambda: desk.key("Del", tree), person)
    grid.setFocus()
    desk.dialog(lambda: desk.key("Del", grid), lambda d: desk.click("Move to trash", within=d))
    assert desk.files() == ["boat.jpg"]


def test_beside_the_trash_nothing_is_told_of_what_was_selected_before(desk: Desk, album: Path) -> None:
    details = desk.pages.files._details_place
    wide = details.width()
    desk.click(desk.pages.files.panel.sidebar.trash)
    assert not details.isVisible()
    desk.restart()
    desk.click("All files")
    assert desk.pages.files._details_place.isVisible() and desk.pages.files._details_place.width() == wide


def test_alt_and_the_arrows_go_back_and_forth(desk: Desk, tree: QAbstractItemView) -> None:
    panel = desk.pages.files.panel
    desk.item(tree, "Photographs")
    desk.item(tree, "Scans")
    desk.key("Alt+Left", desk.window)
    assert panel.place.folder_id == desk.reads.folder_by_path("Photographs").id
    desk.key("Alt+Right", desk.window)
    assert panel.place.folder_id == desk.reads.folder_by_path("Scans").id


def test_in_the_trash_del_is_about_what_lies_there_not_about_what_was_selected_before(
    desk: Desk, tree: QAbstractItemView, album: Path
) -> None:
    desk.add("Scans", *sorted(album.rglob("*.png"))[:1])
    desk.do(trash.delete, frozenset({desk.reads.folder_by_path("Photographs").id}), ItemSelection())
    panel = desk.pages.files.panel
    desk.item(tree, "Scans")
    desk.item(panel.list.grid, panel.list.model.index(0, 0))
    desk.click(panel.sidebar.trash)
    table = panel.trash.findChild(QAbstractItemView)
    desk.item(table, "Photographs")
    desk.until(lambda: not desk.window.registry.qaction("files.delete").isEnabled(), "nothing to delete")

    def person(box: Any) -> None:
        assert desk.can_see("Delete for good", box)
        desk.click("Cancel", within=box)

    desk.dialog(lambda: desk.key("Del", table), person)
