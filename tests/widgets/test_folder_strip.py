"""The sub-folders above the items: where they have no room for all, the others are counted and can be reached."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from tests.support.fake_reads import FakeReads
from widgets.controls.folder_strip import FolderStrip


@pytest.fixture
def folders():
    made = FakeReads()
    above = made.add_folder("Scans")
    for number in range(9):
        made.add_folder(f"Ward {number + 1}", above)
    return made.child_folders(above)


@pytest.mark.parametrize(("width", "seen"), [(380, 3), (580, 5), (640, 7), (900, 9), (1900, 9)])
def test_every_folder_is_a_chip_or_in_the_list_behind_the_last_one(qtbot, folders, width, seen):
    strip, opened = FolderStrip(), []
    qtbot.addWidget(strip)
    strip.opened.connect(opened.append)
    strip.resize(width, 80)
    strip.show_folders(folders, ())
    chips = [chip for chip in strip._chips if chip.isVisible()]
    assert [chip.folder_id for chip in chips] == [folder.id for folder in folders[:seen]]
    assert all(strip.rect().contains(chip.geometry()) for chip in chips)
    assert strip.more.isVisible() is (seen < 9)
    if seen == 9:
        return
    assert strip.more.text() == f"{9 - seen} more…"
    assert not any(strip.more.geometry().intersects(chip.geometry()) for chip in chips)
    qtbot.mouseClick(strip.more, Qt.MouseButton.LeftButton)
    menu = strip.findChild(QMenu)
    assert [action.text() for action in menu.actions()] == [folder.title for folder in folders[seen:]]
    menu.actions()[-1].trigger()
    menu.close()
    assert opened == [folders[-1].id]
