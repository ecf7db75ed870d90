"""A dataset: made, filled by the dialog, by the selection in Files and by dropping, and emptied again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storage.catalog import datasets
from tests.journeys import find
from tests.journeys.desk import Desk


@pytest.fixture
def full(desk: Desk, album: Path) -> Desk:
    desk.add("Album", album / "beach.png", album / "boat.jpg")
    desk.add("Album/Alps", album / "Alps" / "summit.png")
    return desk


def members(desk: Desk, title: str = "Mountains") -> list[str]:
    (row,) = [d for d in desk.reads.datasets() if d.title == title]
    from storage.model.query import ItemQuery

    return sorted(desk.reads.item(i).title for i in desk.reads.ids(ItemQuery(dataset_id=row.id)))


def test_a_new_dataset_takes_whole_folders(full: Desk) -> None:
    full.go("Datasets")

    def name(dialog: Any) -> None:
        full.fill("Title", "Mountains", dialog)
        full.key("Return")

    full.dialog(lambda: full.click("New dataset"), name)

    def attach(dialog: Any) -> None:
        full.tick(dialog.folders, "Album")
        assert full.can_see("1 folder", dialog)
        full.click("Attach data", within=dialog)

    full.dialog(lambda: full.click("Attach existing files", nth=0), attach)
    assert members(full) == ["beach.png", "boat.jpg", "summit.png"]
    assert full.told() == "3 items attached"


def test_single_files_are_chosen_inside_a_folder(full: Desk) -> None:
    full.do(datasets.create, "Mountains")
    full.go("Datasets")

    def attach(dialog: Any) -> None:
        full.item(dialog.folders, "Album", double=True)
        full.wait_idle()
        full.item(dialog.files, dialog.rows.index(1, 0))
        full.click("Attach data", within=dialog)

    full.dialog(lambda: full.click("Attach existing files", nth=0), attach)
    assert members(full) == ["boat.jpg"]


def test_from_files_the_selection_goes_into_a_new_dataset(full: Desk) -> None:
    panel = full.pages.files.panel
    full.click("All files")
    full.wait_idle()
    full.item(panel.list.grid, panel.list.model.index(0, 0))
    full.key("Ctrl+A", panel.list.grid)

    def person(dialog: Any) -> None:
        full.fill("Name of the new dataset", "Mountains", dialog)
        full.click(dialog.ok)

    full.dialog(lambda: full.click("Add to dataset…", within=panel), person)
    assert len(members(full)) == 3


def test_removing_from_a_dataset_leaves_the_file_in_its_folder(full: Desk) -> None:
    dataset = full.do(datasets.create, "Mountains")
    full.do(datasets.attach_folder, dataset, full.reads.folder_by_path("Album").id)
    full.go("Datasets")
    data = full.pages.datasets.widget.data
    full.item(data.list.table, find.index_of(data.list.table, "boat.jpg"))
    full.click("Remove from dataset")
    full.wait_idle()
    assert members(full) == ["beach.png", "summit.png"]
    full.go("Files")
    full.click("All files")
    full.wait_idle()
    assert "boat.jpg" in full.files()


def test_from_its_menu_a_folder_goes_into_a_dataset_with_all_below_it(full: Desk) -> None:
    full.do(datasets.create, "Mountains")
    tree = full.pages.files.panel.sidebar.tree
    full.item(tree, "Album")
    full.wait_idle()
    menu = full.open_menu(tree.viewport(), tree.visualRect(find.index_of(tree, "Album")).center())

    def person(dialog: Any) -> None:
        assert full.can_see("Add “Album” to a dataset", dialog)
        full.tick(dialog.list, "Mountains   ·   0 items")
        full.click(dialog.ok)

    full.dialog(lambda: full.choose(menu, "Add to dataset…"), person)
    assert members(full) == ["beach.png", "boat.jpg", "summit.png"]
    assert full.told() == "3 items added to the dataset"
