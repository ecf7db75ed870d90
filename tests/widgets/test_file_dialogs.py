from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from storage.catalog.trash import DeleteConsequences
from storage.errors import BadInput
from tests.support.fake_reads import FakeReads
from tests.support.work import SoonWork
from widgets.controls.folder_finder import MOST, FolderField
from widgets.dialogs.add_data import AddData
from widgets.dialogs.add_to_dataset import AddToDataset
from widgets.dialogs.delete import ConfirmDelete
from widgets.dialogs.move_to import MoveTo
from widgets.dialogs.new_folder import NewFolder
from widgets.dialogs.result_list import ResultList


@pytest.fixture
def reads():
    made = FakeReads()
    scans = made.add_folder("Scans")
    made.add_folder("Thorax", made.add_folder("2026", scans))
    made.add_folder("Photographs")
    made.add_dataset("Street")
    made.add_dataset("Lungs")
    return made


def opened(qtbot, dialog):
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def found(finder):
    return [finder.list.item(row).text() for row in range(finder.list.count())]


def test_a_new_folder_needs_a_name_that_is_free(qtbot):
    dialog = opened(qtbot, NewFolder(None, "Scans", {"Taken"}))
    assert not dialog.ok.isEnabled()
    qtbot.keyClicks(dialog.title, "Taken")
    assert not dialog.ok.isEnabled()
    assert "Taken" in dialog.problem.text()
    qtbot.keyClicks(dialog.title, " not")
    assert dialog.ok.isEnabled()
    assert dialog.answer().title == "Taken not"


def test_a_name_of_301_characters_is_refused_before_it_is_sent(qtbot):
    dialog = opened(qtbot, NewFolder(None))
    dialog.title.setText("x" * 301)
    assert not dialog.ok.isEnabled()
    assert "300" in dialog.problem.text()


def test_the_folder_to_move_to_is_found_by_typing(qtbot, reads):
    dialog = opened(qtbot, MoveTo(None, reads, items=3))
    qtbot.keyClicks(dialog.finder.search, "thor")
    assert found(dialog.finder) == ["Scans / 2026 / Thorax"]
    assert dialog.answer().folder_id == 3


def test_where_not_all_folders_are_shown_that_is_said_and_cannot_be_chosen(qtbot, reads):
    for n in range(MOST):
        reads.add_folder(f"Day {n}")
    dialog = opened(qtbot, MoveTo(None, reads, items=3))
    assert len(found(dialog.finder)) == MOST + 1
    assert found(dialog.finder)[-1] == "There are more: type a part of the name"
    dialog.finder.list.setCurrentRow(MOST - 1)
    qtbot.keyClick(dialog.finder.list, Qt.Key.Key_Down)
    assert dialog.answer().folder_id == dialog.finder.list.item(MOST - 1).data(Qt.ItemDataRole.UserRole)


def test_a_click_on_the_row_that_says_so_chooses_nothing(qtbot, reads):
    for n in range(MOST):
        reads.add_folder(f"Day {n}")
    field = FolderField(reads, None)
    qtbot.addWidget(field)
    with qtbot.waitExposed(field):
        field.show()
    field.unfold()
    rows = field.finder.list
    said = next(rows.item(row) for row in range(rows.count()) if "There are more" in rows.item(row).text())
    rows.scrollToItem(said)
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(said).center())
    assert field.folder_id is None and field.finder.isVisible()
    qtbot.mouseClick(
        rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(rows.item(rows.row(said) - 1)).center()
    )
    assert field.folder_id is not None and not field.finder.isVisible()


def test_a_folder_is_not_offered_itself_or_what_lies_in_it(qtbot, reads):
    dialog = opened(qtbot, MoveTo(None, reads, folders=frozenset({2})))
    assert found(dialog.finder) == ["Top of Files", "Photographs", "Scans"]


def test_several_datasets_can_be_chosen_and_a_search_keeps_them(qtbot, reads):
    dialog = opened(qtbot, AddToDataset(None, reads.datasets(), "5 items"))
    assert not dialog.ok.isEnabled()
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    dialog.search.setText("street")
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    assert dialog.answer().datasets == (1, 2)


def test_a_new_dataset_needs_a_name(qtbot, reads):
    dialog = opened(qtbot, AddToDataset(None, reads.datasets(), "5 items"))
    dialog.tabs.setCurrentIndex(1)
    assert not dialog.ok.isEnabled()
    dialog.title.setText("Night")
    assert dialog.ok.isEnabled()
    assert dialog.answer().new_title == "Night"
    assert dialog.answer().datasets == ()


def consequences(**known):
    nothing = DeleteConsequences(
        items=0, folders=0, size=0, pictures=0, pictures_size=0, datasets=(), projects=(), annotations=0
    )
    return replace(nothing, **known)


def test_a_sequence_is_deleted_with_a_word_on_its_pictures(qtbot):
    dialog = opened(
        qtbot, ConfirmDelete(None, consequences(items=1, pictures=120, pictures_size=340_000_000), "“Dam”", days=30)
    )
    lines = [each.text() for each in dialog.findChildren(QLabel) if each.text().startswith("•")]
    assert lines == ["•  1 item", "•  its 120 pictures, 340.0 MB, stay as files in their own folder"]


def test_delete_names_what_will_be_lost(qtbot):
    lost = consequences(items=12, folders=2, size=5000, datasets=("Street",), projects=("Cars",), annotations=40)
    dialog = opened(qtbot, ConfirmDelete(None, lost, days=7))
    text = " ".join(each.text() for each in dialog.findChildren(QLabel))
    for part in ("Delete 2 folders?", "12 items", "5.0 kB", "“Street”", "“Cars”", "40 annotations", "trash", "7 days"):
        assert part in text


def test_data_to_add_names_paths_folder_and_way(qtbot, reads, tmp_path):
    (tmp_path / "winter").mkdir()
    dialog = opened(qtbot, AddData(None, reads, SoonWork(), 4, link=True, paths=[str(tmp_path / "winter")]))
    answer = dialog.answer()
    assert (answer.paths, answer.folder_id, answer.link) == ([tmp_path / "winter"], 4, True)


def test_without_an_open_folder_the_source_gives_the_new_one_its_name(qtbot, reads, tmp_path):
    (tmp_path / "winter").mkdir()
    dialog = opened(qtbot, AddData(None, reads, SoonWork()))
    assert not dialog.ok.isEnabled()
    dialog.upload.zone.dropped.emit([str(tmp_path / "winter")])
    assert dialog.ok.isEnabled()
    assert dialog.answer().new_folder == "winter"
    assert dialog.answer().folder_id is None


def test_the_folder_to_add_to_is_found_by_typing(qtbot, reads):
    dialog = opened(qtbot, AddData(None, reads, SoonWork(), 1, paths=["/data/a.png"]))
    field = dialog.folder
    assert field.path == "Scans"
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_T)  # a letter unfolds the list and is the first that is looked for
    qtbot.keyClicks(field.finder.search, "hor")
    assert found(field.finder) == ["Scans / 2026 / Thorax", "New folder “thor”…"]
    QTest.keyClick(field.finder.search, Qt.Key.Key_Return)
    assert not field.finder.isVisible()
    assert (field.path, dialog.answer().folder_id) == ("Scans / 2026 / Thorax", 3)


def test_a_folder_that_is_not_there_is_made_by_the_name_that_was_typed(qtbot, reads):
    dialog = opened(qtbot, AddData(None, reads, SoonWork(), 1, paths=["/data/a.png"]))
    QTest.mouseClick(dialog.folder, Qt.MouseButton.LeftButton)
    finder = dialog.folder.finder
    assert finder.isVisible() and found(finder)[-1] == "New folder…"
    qtbot.keyClicks(finder.search, "Winter")
    assert found(finder) == ["New folder “Winter”…"]
    row = finder.list.visualItemRect(finder.list.item(0)).center()
    QTest.mouseClick(finder.list.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert (dialog.answer().folder_id, dialog.answer().new_folder) == (None, "Winter")
    assert dialog.new_folder.isVisible()


def test_escape_folds_the_list_of_folders_and_leaves_the_dialog(qtbot, reads):
    dialog = opened(qtbot, AddData(None, reads, SoonWork(), 1, paths=["/data/a.png"]))
    QTest.keyClick(dialog.folder, Qt.Key.Key_Down)
    QTest.keyClick(dialog.folder.finder.search, Qt.Key.Key_Escape)
    assert not dialog.folder.finder.isVisible()
    assert dialog.isVisible() and dialog.answer().folder_id == 1


@dataclass
class Failed:
    input: str
    reason: str
    remedy: str


@pytest.fixture
def results(qtbot):
    failures = [Failed(f"a/{number}.jpg", "It is truncated.", "Copy it again.") for number in range(30)]
    failures.append(BadInput("No pictures, “quoted”.", remedy="Convert, then add.", input="b.txt"))
    return opened(qtbot, ResultList(None, "Not added", failures, "70 added, 31 refused."))


def test_the_result_list_is_filtered_and_copied(results, qtbot):
    with qtbot.waitSignal(results.search.searched):
        results.search.setText("b.txt")
    assert results.rows.rowCount() == 1
    results.copy_rows()
    assert QGuiApplication.clipboard().text() == "b.txt\tNo pictures, “quoted”.\tConvert, then add."


def test_the_result_list_is_saved_as_csv_that_reads_back(results, tmp_path):
    import csv

    results.save_to(tmp_path / "results.csv")
    with (tmp_path / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["input", "reason", "remedy"]
    assert lines[-1] == ["b.txt", "No pictures, “quoted”.", "Convert, then add."]
    assert len(lines) == 32


def test_a_csv_that_cannot_be_written_is_said(results, tmp_path):
    results.save_to(tmp_path / "missing" / "results.csv")
    assert "results.csv could not be written" in results.problem.text()


def test_results_may_be_plain_lines(qtbot):
    dialog = opened(qtbot, ResultList(None, "Check", [("row 3", "It is odd.", "Mend it.")]))
    assert dialog.rows.index(0, 1).data() == "It is odd."


def test_a_list_of_losses_says_where_what_and_why(qtbot):
    heads = ("Where", "What", "Why")
    dialog = opened(qtbot, ResultList(None, "Exported", [("CT 1", "1 answer", "SEG holds shapes")], heads=heads))
    header = dialog.rows.headerData
    assert tuple(header(i, Qt.Orientation.Horizontal) for i in range(3)) == heads


def test_the_line_that_is_current_stands_whole_below_the_table(qtbot):
    long = "It shows pictures, videos, sounds, scans, documents and text; convert it to one of these first, or leave it out."
    dialog = opened(
        qtbot, ResultList(None, "Not added", [("a.xyz", "It is no such file.", long), ("b.png", "It is empty.", "")])
    )
    assert [w.text() for w in dialog.findChildren(QLabel) if long in w.text()] == [f"It is no such file. {long}"]
    assert len(dialog.chosen()) == 2
    place = dialog.table.visualRect(dialog.rows.index(1, 0)).center()
    QTest.mouseClick(dialog.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [w.text() for w in dialog.findChildren(QLabel) if w.text().startswith("It is")] == ["It is empty."]
    assert [line[0] for line in dialog.chosen()] == ["b.png"]


def test_enter_does_the_deed_that_is_offered(qtbot):
    dialog = opened(qtbot, ResultList(None, "Found", [("a.dcm", "It holds labels.", "")]))
    dialog.show_offer("Import these labels…")
    QTest.keyClick(dialog.table, Qt.Key.Key_Return)
    assert dialog.taken


def test_the_keyboard_is_in_the_first_field_whichever_tab_is_shown(qtbot):
    dialog = opened(qtbot, AddToDataset(None, (), "“Scans”"))
    qtbot.waitActive(dialog)
    QTest.keyClicks(dialog.focusWidget(), "Night")
    assert dialog.answer().new_title == "Night"
    bar = dialog.tabs.tabBar()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(0).center())
    QTest.keyClicks(dialog.focusWidget(), "str")
    assert dialog.search.text() == "str"


def test_a_dataset_that_was_looked_for_in_vain_is_made_under_that_name(qtbot, reads):
    dialog = opened(qtbot, AddToDataset(None, reads.datasets(), "5 items"))
    qtbot.keyClicks(dialog.search, "Nowhere")
    assert dialog.problem.isVisible()
    qtbot.keyClick(dialog.search, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert dialog.tabs.currentIndex() == 1
    assert dialog.title.text() == "Nowhere" and not dialog.problem.isVisible()
    assert dialog.ok.isEnabled()
