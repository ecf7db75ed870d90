from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from storage.errors import CatalogError
from storage.model.changes import Changes
from storage.model.items import Kind
from storage.model.query import ItemSelection
from storage.model.reads import TrashEntry
from tests.support.fake_reads import T0, FakeReads
from tests.support.work import FakeThumbs, SoonWork
from widgets import drags
from widgets.bus import CatalogBus
from widgets.controls.breadcrumb import Crumb
from widgets.controls.states import FailedPanel, StatePanel
from widgets.drags import Payload
from widgets.drop_rules import weigh
from widgets.panels.files import FilesPanel


@pytest.fixture
def reads():
    made = FakeReads()
    scans = made.add_folder("Scans")
    thorax = made.add_folder("Thorax", scans)
    other = made.add_folder("Clips")
    made.add_items(scans, 30)
    made.add_item(thorax, "lung.png")
    made.add_item(other, "walk.mp4", Kind.VIDEO)
    return made


@pytest.fixture
def bus(qapp):
    return CatalogBus()


@pytest.fixture
def panel(qtbot, reads, bus):
    made = FilesPanel(reads, bus, SoonWork(), FakeThumbs())
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    made.open_folder(1)
    wait_for(qtbot, made, 30)
    return made


def wait_for(qtbot, panel, rows):
    qtbot.waitUntil(lambda: panel.list.model.complete and panel.list.model.rowCount() == rows)


def crumbs(panel):
    return panel.breadcrumb.titles()


def shown(panel, kind):
    return [each for each in panel.list.findChildren(kind) if each.isVisible()]


def test_a_long_name_in_the_path_takes_what_short_ones_leave(panel, reads):
    trail, long = panel.breadcrumb, "A folder with quite a long name that fits"
    trail.resize(600, 30)
    trail.show_path([reads.folder(1), replace(reads.folder(2), title=long)])
    assert [crumb.text() for crumb in trail._crumbs] == ["Files", "Scans", long]
    trail.resize(320, 30)
    assert [crumb.text() for crumb in trail._crumbs][:2] == ["Files", "Scans"]
    assert "…" in trail._crumbs[2].text()


def test_opening_a_folder_shows_its_path_its_sub_folders_and_its_items(panel):
    assert crumbs(panel) == ["Files", "Scans"]
    assert [each.accessibleName() for each in panel.strip._chips] == ["Thorax"]
    assert panel._count.text() == "1 folder, 30 items"
    assert panel.sidebar.tree.current_id() == 1


def test_search_looks_everywhere_and_names_the_folder(panel, qtbot):
    qtbot.keyClicks(panel.search, "lung")
    wait_for(qtbot, panel, 1)
    panel.show_table()
    assert panel.list.model.index(0, 1).data() == "Scans / Thorax"
    assert not panel.list.table.isColumnHidden(1)
    panel.search.clear()
    wait_for(qtbot, panel, 30)
    assert crumbs(panel) == ["Files", "Scans"]
    assert panel.list.table.isColumnHidden(1)


def test_a_search_without_hits_says_so_and_offers_to_clear_it(panel, qtbot):
    qtbot.keyClicks(panel.search, "zebra")
    qtbot.waitUntil(lambda: bool(shown(panel, StatePanel)))
    (empty,) = shown(panel, StatePanel)
    assert "zebra" in empty._title.text()
    qtbot.mouseClick(empty._action, Qt.MouseButton.LeftButton)
    wait_for(qtbot, panel, 30)


def test_only_the_last_of_what_is_typed_is_searched_for(panel, qtbot, reads):
    reads.asked.clear()
    qtbot.keyClicks(panel.search, "walk")
    wait_for(qtbot, panel, 1)
    assert "walk" in reads.asked
    assert {"w", "wa", "wal"}.isdisjoint(reads.asked)


def test_back_and_forward_walk_the_places_visited(panel, qtbot):
    panel.open_folder(2)
    panel.open_all()
    wait_for(qtbot, panel, 32)
    qtbot.mouseClick(panel.breadcrumb.back, Qt.MouseButton.LeftButton)
    assert crumbs(panel) == ["Files", "Scans", "Thorax"]
    panel.go_back()
    assert panel.place.folder_id == 1
    panel.go_forward()
    assert panel.place.folder_id == 2
    wait_for(qtbot, panel, 1)


def test_a_failure_says_what_failed_and_can_be_tried_again(panel, qtbot, reads):
    reads.error = CatalogError("The disk does not answer.", remedy="Reconnect it.")
    panel.open_folder(3)
    (failed,) = shown(panel, FailedPanel)
    assert "The disk does not answer. Reconnect it." in failed._text.text()
    reads.error = None
    qtbot.mouseClick(failed._action, Qt.MouseButton.LeftButton)
    wait_for(qtbot, panel, 1)
    assert not shown(panel, FailedPanel)


def test_an_empty_folder_has_one_button_that_adds_data_to_it(panel, qtbot, reads):
    reads.items = {item_id: row for item_id, row in reads.items.items() if row.folder_id != 3}
    panel.open_folder(3)
    (empty,) = shown(panel, StatePanel)
    with qtbot.waitSignal(panel.add_data_wanted) as wanted:
        qtbot.mouseClick(empty._action, Qt.MouseButton.LeftButton)
    assert wanted.args == [3]


def test_an_empty_folder_into_which_folders_come_says_so(panel, qtbot, reads, bus):
    reads.items = {item_id: row for item_id, row in reads.items.items() if row.folder_id != 3}
    panel.open_folder(3)
    (empty,) = shown(panel, StatePanel)
    before = empty._title.text()
    reads.add_folder("Left", 3)
    bus.publish(Changes(folders=frozenset({3})))
    qtbot.waitUntil(lambda: empty._title.text() == "Only folders here")
    assert before == "This folder has no items yet"


def test_new_items_appear_when_the_catalog_says_so(panel, qtbot, reads, bus):
    reads.add_item(1, "aaa.png")
    bus.publish(Changes(item_folders=frozenset({1})))
    wait_for(qtbot, panel, 31)
    assert panel.list.model.index(0, 0).data() == "aaa.png"


def test_folders_that_come_and_go_are_counted(panel, qtbot, reads, bus):
    panel.open_folder(1)
    assert panel._count.text() == "1 folder, 30 items"
    made = reads.add_folder("More", 1)
    bus.publish(Changes(folders=frozenset({1, made})))
    qtbot.waitUntil(lambda: panel._count.text() == "2 folders, 30 items")


def test_items_of_other_folders_do_not_disturb_the_list(panel, qtbot, reads, bus):
    reads.add_item(3, "elsewhere.png")
    with qtbot.waitSignal(bus.changed):
        bus.publish(Changes(item_folders=frozenset({3})))
    assert not panel.list._later.isActive()


def test_a_folder_deleted_elsewhere_is_left_for_the_one_above(panel, qtbot, reads, bus):
    panel.open_folder(2)
    reads.folders[2] = replace(reads.folders[2], trashed_at=T0)
    bus.publish(Changes(folders=frozenset({2})))
    qtbot.waitUntil(lambda: panel.place.folder_id == 1)
    assert panel.sidebar.tree.current_id() == 1


def test_renaming_an_item_asks_for_it_and_writes_nothing(panel, qtbot, reads):
    panel.list.select_ids(frozenset({1}))
    panel.list.view().setFocus()
    qtbot.keyClick(panel.list.view(), Qt.Key.Key_F2)
    from widgets.controls.rename import InlineRename

    edit = panel.list.findChild(InlineRename)
    assert edit.selectedText() == "picture 000000"
    edit.setText("better.jpg")
    with qtbot.waitSignal(panel.rename_item_wanted) as wanted:
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert wanted.args == [1, "better.jpg"]
    assert reads.items[1].title == "picture 000000.jpg"


def test_delete_names_the_selected_items(panel, qtbot):
    panel.list.select_ids(frozenset({1, 2}))
    panel.list.view().setFocus()
    with qtbot.waitSignal(panel.delete_wanted) as wanted:
        qtbot.keyClick(panel.list.view(), Qt.Key.Key_Delete)
    assert wanted.args == [frozenset(), ItemSelection.of(1, 2)]


def test_the_selection_is_told_and_add_to_dataset_says_why_it_is_off(panel, qtbot):
    assert not panel.tools.add_to_dataset.isEnabled()
    assert panel.tools.add_to_dataset.toolTip() == "Select items first."
    with qtbot.waitSignal(panel.selection_changed) as told:
        panel.list.select_ids(frozenset({4}))
    assert told.args[1] == ItemSelection.of(4)
    assert panel.tools.add_to_dataset.isEnabled()


def test_filters_narrow_the_list_and_say_so(panel, qtbot, reads):
    panel.open_all()
    wait_for(qtbot, panel, 32)
    menu = panel.filters._kind_button.menu()
    menu.aboutToShow.emit()
    next(each for each in menu.actions() if each.text() == "Video").trigger()
    wait_for(qtbot, panel, 1)
    assert panel.filters._kind_button.text() == "Type: Video"
    qtbot.mouseClick(panel.filters._clear, Qt.MouseButton.LeftButton)
    wait_for(qtbot, panel, 32)


def test_a_drop_on_a_step_of_the_path_is_weighed_like_one_on_the_tree(panel):
    panel.open_folder(2)
    into_itself = weigh(drags.pack(Payload(folders=frozenset({1}))), 2, "Thorax", [1])
    assert into_itself is not None
    assert not into_itself.allowed
    crumb = next(each for each in panel.breadcrumb.findChildren(Crumb) if each.folder_id == 1)
    drop = crumb._drop(drags.pack(Payload(items=ItemSelection.of(31))))
    assert drop.allowed
    assert drop.text == "Move 1 item to Scans"


def test_the_trash_lists_deletions_and_restores_the_chosen_one(panel, qtbot, reads, bus):
    reads.trash_entries = [TrashEntry("g1", "Old scans", (9,), 12, T0, "Ada", "Scans")]
    bus.publish(Changes(folders=frozenset({9})))
    panel.open_trash()
    qtbot.waitUntil(lambda: panel.trash._table.rowCount() == 1)
    assert not panel.trash._restore.isEnabled()
    panel.trash._table.selectRow(0)
    with qtbot.waitSignal(panel.restore_wanted) as wanted:
        qtbot.mouseClick(panel.trash._restore, Qt.MouseButton.LeftButton)
    assert wanted.args == ["g1"]
    assert crumbs(panel) == ["Files", "Trash"]


def test_every_button_without_a_text_has_a_name(panel):
    buttons = [
        each for each in panel.findChildren(QAbstractButton) if each.isVisibleTo(each.parentWidget()) and each.isEnabled()
    ]
    assert len(buttons) > 12
    assert [each for each in buttons if not each.text() and not each.accessibleName()] == []


def test_the_search_takes_the_keyboard_with_its_text_selected(panel):
    panel.search.set_quietly("old")
    panel.list.view().setFocus()
    panel.focus_search()
    assert panel.search.hasFocus()
    assert panel.search.selectedText() == "old"
