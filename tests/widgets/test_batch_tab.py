"""Pictures on their way to become a group or sequence: chosen, put in order, told about limits."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt

from storage.model.items import Kind
from tests.support.fake_reads import FakeReads
from tests.support.work import SoonWork
from widgets.dialogs import batch_tab
from widgets.dialogs.add_data import AddData
from widgets.item_models.path_rows import PathRows

SHOTS = [f"/data/corridor/frame {n}.png" for n in (1, 2, 3, 10, 20)]


@pytest.fixture
def dialog(qtbot):
    reads = FakeReads()
    made = AddData(None, reads, SoonWork(), reads.add_folder("Scans"))
    qtbot.addWidget(made)
    made.tabs.setCurrentWidget(made.batch)
    made.show()
    return made


@pytest.fixture
def tab(dialog):
    return dialog.batch


def names(tab) -> list[str]:
    return [path.rsplit("/", 1)[1] for path in tab.rows.paths]


def choose(tab, *places: int) -> None:
    tab.list.clearSelection()
    for place in places:
        tab.list.selectionModel().select(tab.rows.index(place), tab.list.selectionModel().SelectionFlag.Select)


def test_pictures_come_in_counting_order_and_give_the_title(dialog, tab):
    tab.add(list(reversed(SHOTS)))
    assert tab.rows.paths == SHOTS
    assert tab.title.text() == "corridor"
    answer = dialog.answer()
    assert (answer.batch, answer.title, [str(p) for p in answer.paths]) == ("image-group", "corridor", SHOTS)


def test_nothing_can_be_made_without_pictures_or_title(dialog, tab):
    assert not dialog.ok.isEnabled()
    tab.add(SHOTS)
    assert dialog.ok.isEnabled()
    tab.title.clear()
    assert not dialog.ok.isEnabled()


def test_a_folder_gives_the_pictures_in_it(tab, qtbot, tmp_path):
    (tmp_path / "inner").mkdir()
    for name in ("b 10.png", "b 9.JPG", "inner/c.webp", "notes.txt", ".hidden.png"):
        (tmp_path / name).touch()
    with qtbot.waitSignal(tab.rows.changed):
        tab.add([str(tmp_path)])
    assert names(tab) == ["b 9.JPG", "b 10.png", "c.webp"]


def test_a_drag_moves_several_at_once_and_keeps_them_selected(tab):
    tab.add(SHOTS)
    mime = tab.rows.mimeData([tab.rows.index(3), tab.rows.index(4)])
    assert not tab.rows.dropMimeData(mime, Qt.DropAction.MoveAction, 1, 0, QModelIndex())
    assert names(tab) == ["frame 1.png", "frame 10.png", "frame 20.png", "frame 2.png", "frame 3.png"]
    assert [n for n in range(5) if tab.list.selectionModel().isRowSelected(n)] == [1, 2]


def test_a_drag_to_below_the_last_goes_to_the_end(tab):
    tab.add(SHOTS)
    tab.rows.dropMimeData(tab.rows.mimeData([tab.rows.index(0)]), Qt.DropAction.MoveAction, -1, -1, QModelIndex())
    assert names(tab)[-1] == "frame 1.png"


def test_keys_move_and_remove(tab, qtbot):
    tab.add(SHOTS)
    choose(tab, 1, 2)
    qtbot.keyClick(tab.list, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert names(tab)[:3] == ["frame 2.png", "frame 3.png", "frame 1.png"]
    qtbot.keyClick(tab.list, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert names(tab)[0] == "frame 2.png"  # there is no place above
    qtbot.keyClick(tab.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert names(tab)[:3] == ["frame 1.png", "frame 2.png", "frame 3.png"]
    qtbot.keyClick(tab.list, Qt.Key.Key_Delete)
    assert names(tab) == ["frame 1.png", "frame 10.png", "frame 20.png"]


def test_sorting_by_name_brings_the_counting_order_back(tab, qtbot):
    tab.add(SHOTS)
    tab.rows.move([4], 0)
    assert tab.rows.paths != SHOTS
    qtbot.mouseClick(tab.sort, Qt.MouseButton.LeftButton)
    assert tab.rows.paths == SHOTS


def test_a_picture_is_not_taken_twice(tab):
    tab.add(SHOTS)
    tab.add(SHOTS[:2])
    assert len(tab.rows.paths) == 5


def test_a_sequence_says_its_limits_and_refuses_more(dialog, tab, monkeypatch):
    monkeypatch.setattr(batch_tab, "MAX_SEQUENCE", 4)
    monkeypatch.setattr(batch_tab, "ADVISED_SEQUENCE", 3)
    tab.add(SHOTS)
    assert dialog.ok.isEnabled()  # a group may be of any size
    tab.sequence.setChecked(True)
    assert "25 frames a second" in tab.note.text()
    assert "1 too many for a sequence" in tab.advice.text()
    assert not dialog.ok.isEnabled()
    tab.rows.remove([0])
    assert dialog.ok.isEnabled()
    assert "3 or fewer are advised" in tab.advice.text()
    assert dialog.answer().batch == "image-sequence"


def test_the_audio_tab_takes_sounds_only(dialog):
    dialog.tabs.setCurrentWidget(dialog.audio)
    dialog.add(["/data/a.wav"])
    assert dialog.answer().only is Kind.AUDIO
    dialog.tabs.setCurrentWidget(dialog.upload)
    assert not dialog.ok.isEnabled()


def test_any_order_of_moves_keeps_every_picture():
    rows = PathRows()
    rows.add(SHOTS)
    for places, before in (([0, 4], 2), ([1], 5), ([2, 3], 0), ([0, 1, 2, 3, 4], 3)):
        rows.move(places, before)
        assert sorted(rows.paths) == sorted(SHOTS)
