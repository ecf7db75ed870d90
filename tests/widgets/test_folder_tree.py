from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester

from storage.model.query import ItemSelection
from tests.support.fake_reads import FakeReads
from tests.support.work import SoonWork
from widgets import drags
from widgets.controls.drop_hint import DropHint
from widgets.controls.rename import InlineRename
from widgets.drags import Payload
from widgets.item_models.folder_tree import CountRole, FolderTree
from widgets.views.folder_tree_view import FolderTreeView


@pytest.fixture
def reads():
    made = FakeReads()
    scans = made.add_folder("Scans")
    year = made.add_folder("2026", scans)
    made.add_folder("Thorax", year)
    made.add_folder("Photographs")
    return made


@pytest.fixture
def tree(qapp, reads):
    model = FolderTree(reads, SoonWork())
    yield model
    model.deleteLater()


@pytest.fixture
def view(qtbot, tree):
    made = FolderTreeView(tree)
    qtbot.addWidget(made)
    made.resize(240, 400)
    made.show()
    made.expand_ids([1, 2])
    return made


def titles(model, parent=QModelIndex()):  # noqa: B008
    found = []
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        found.append((index.data(), titles(model, index)) if model.rowCount(index) else index.data())
    return found


def test_the_tree_shows_folders_in_order(tree):
    assert titles(tree) == ["Photographs", ("Scans", [("2026", ["Thorax"])])]


def test_children_are_read_when_they_are_asked_for(qapp, reads):
    asked = []
    read = reads.child_folders
    reads.child_folders = lambda parent: asked.append(parent) or read(parent)
    model = FolderTree(reads, SoonWork())
    assert asked == [None]
    model.rowCount(model.index_of(1))
    assert asked == [None, 1]


@pytest.mark.parametrize("change", ["rename", "move", "delete", "add", "swap"])
def test_every_change_keeps_qts_rules_and_ends_as_the_catalog_says(tree, reads, change):
    tester = QAbstractItemModelTester(tree, QAbstractItemModelTester.FailureReportingMode.Fatal)
    titles(tree)
    folders = reads.folders
    if change == "rename":
        folders[1] = replace(folders[1], title="A first")
    elif change == "move":
        folders[2] = replace(folders[2], parent_id=4)
        folders[4] = replace(folders[4], has_children=True)
        folders[1] = replace(folders[1], has_children=False)
    elif change == "delete":
        folders[2] = replace(folders[2], trashed_at=1)
        folders[1] = replace(folders[1], has_children=False)
    elif change == "add":
        reads.add_folder("Between", 1)
        reads.add_folder("Zoo")
    else:  # 2026 takes the place of Scans, which goes below it
        folders[2] = replace(folders[2], parent_id=None)
        folders[1] = replace(folders[1], parent_id=2, has_children=False)
    tree.refresh()
    assert titles(tree) == titles(FolderTree(reads, SoonWork()))
    tester.deleteLater()


def test_a_moved_folder_stays_expanded_and_selected(view, tree, reads):
    view.choose(3)
    reads.folders[2] = replace(reads.folders[2], parent_id=4)
    reads.folders[4] = replace(reads.folders[4], has_children=True)
    tree.refresh()
    assert view.current_id() == 3
    assert view.selected_ids() == {3}
    assert view.isExpanded(tree.index_of(2))


def test_the_number_of_items_arrives_later(view, tree, reads, qtbot):
    reads.add_items(4, 7)
    index = tree.index_of(4)
    index.data(CountRole)
    qtbot.waitUntil(lambda: index.data(CountRole) == 7)


def test_f2_renames_in_place_and_escape_does_not(view, qtbot):
    view.choose(4)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_F2)
    edit = view.findChild(InlineRename)
    edit.setText("Pictures")
    with qtbot.waitSignal(view.rename_wanted) as wanted:
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert wanted.args == [4, "Pictures"]
    view.rename_current()
    edit = [each for each in view.findChildren(InlineRename) if each.isVisible()][-1]
    edit.setText("Nonsense")
    with qtbot.assertNotEmitted(view.rename_wanted):
        qtbot.keyClick(edit, Qt.Key.Key_Escape)


def test_delete_asks_for_the_selected_folders(view, qtbot):
    view.select_ids([1, 4])
    with qtbot.waitSignal(view.delete_wanted) as wanted:
        qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert wanted.args == [frozenset({1, 4})]


# -- drops


def move_over(view, mime, folder_id):
    place = view.visualRect(view.tree().index_of(folder_id)).center() if folder_id else QPoint(100, 390)
    event = QDragMoveEvent(
        place,
        Qt.DropAction.MoveAction | Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    view.dragMoveEvent(event)
    return event


def drop_on(view, mime, folder_id):
    place = view.visualRect(view.tree().index_of(folder_id)).center() if folder_id else QPoint(100, 390)
    event = QDropEvent(
        QPointF(place), Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    view.dropEvent(event)
    return event


@pytest.mark.parametrize(("onto", "reason"), [(1, "into itself"), (3, "sub-folders")])
def test_a_folder_is_refused_on_itself_and_below_itself_and_the_hint_says_why(view, qtbot, onto, reason):
    mime = drags.pack(Payload(folders=frozenset({1}), title="Scans"))
    event = move_over(view, mime, onto)
    assert not event.isAccepted()
    assert reason in DropHint.of(view).text()
    with qtbot.assertNotEmitted(view.dropped):
        drop_on(view, mime, onto)


def test_a_folder_dropped_on_another_is_to_move_there(view, qtbot):
    mime = drags.pack(Payload(folders=frozenset({4}), title="Photographs"))
    assert move_over(view, mime, 3).isAccepted()
    assert DropHint.of(view).text() == "Move Photographs to Thorax"
    with qtbot.waitSignal(view.dropped) as dropped:
        drop_on(view, mime, 3)
    assert dropped.args[0].payload.folders == {4}
    assert dropped.args[1] == 3


def test_items_are_refused_at_the_top_and_taken_by_a_folder(view, qtbot):
    mime = drags.pack(Payload(items=ItemSelection.of(1, 2)))
    assert not move_over(view, mime, None).isAccepted()
    assert move_over(view, mime, 4).isAccepted()
    assert DropHint.of(view).text() == "Move 2 items to Photographs"


def test_files_of_the_desktop_are_copied_and_say_how_many(view, qtbot, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in "ab"])
    event = move_over(view, mime, 4)
    assert event.dropAction() == Qt.DropAction.CopyAction
    assert DropHint.of(view).text() == "Add 2 files and folders to Photographs"
    with qtbot.waitSignal(view.dropped) as dropped:
        drop_on(view, mime, 4)
    assert dropped.args[0].paths == (str(tmp_path / "a"), str(tmp_path / "b"))


def test_a_folder_springs_open_while_a_drag_hovers_over_it(view, qtbot, tree):
    view.collapse(tree.index_of(1))
    mime = drags.pack(Payload(folders=frozenset({4}), title="Photographs"))
    move_over(view, mime, 1)
    qtbot.waitUntil(lambda: view.isExpanded(tree.index_of(1)))


def test_what_another_program_calls_ours_is_not_taken(view):
    mime = QMimeData()
    mime.setData(drags.MIME_FOLDERS, b"1:1")
    drags.finish()
    assert not move_over(view, mime, 4).isAccepted()
